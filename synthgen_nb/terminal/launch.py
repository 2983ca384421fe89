"""`synthgen lab`: the quickstart notebook, in JupyterLab of this same environment. Knows nothing of data."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path

from ..errors import InputError, MissingExtra

NOTEBOOK = "quickstart.ipynb"


def lab(folder: Path, options: Sequence[str] = ()) -> int:
    """Copies quickstart.ipynb into this folder, unless one is there, and opens it in JupyterLab. Further options are
    JupyterLab's own: --port 8899, --no-browser."""
    if importlib.util.find_spec("jupyterlab") is None:
        raise MissingExtra("lab")
    notebook = place_notebook(folder)
    print(f"synthgen: opening {notebook} in JupyterLab (Ctrl-C ends it)", file=sys.stderr, flush=True)
    # Not the `jupyter` that PATH happens to find: its kernels would not see this environment's packages.
    command = [sys.executable, "-m", "jupyterlab", str(notebook), *options]
    if hasattr(os, "geteuid") and os.geteuid() == 0 and "--allow-root" not in options:
        # in a container everyone is root, and JupyterLab would refuse; it listens on this machine only, behind a token
        command.append("--allow-root")
    if os.name == "nt":  # there exec returns to the shell at once, and both would read the keyboard
        return subprocess.call(command)
    os.execv(sys.executable, command)


def place_notebook(folder: Path) -> Path:
    """The notebook's path in `folder`; copied there only if nothing has that name."""
    target = folder / NOTEBOOK
    try:
        with target.open("xb") as copy:
            copy.write(quickstart())
    except FileExistsError:
        print(f"synthgen: {NOTEBOOK} is already here and stays as it is", file=sys.stderr)
    except OSError as error:
        raise InputError(f"can't write {target}: {error.strerror}", hint="go to a folder of your own") from error
    return target


def quickstart() -> bytes:
    """A wheel carries the notebook inside the package; a checkout has it beside the package."""
    inside = files("synthgen_nb") / "templates" / NOTEBOOK
    if inside.is_file():
        return inside.read_bytes()
    return (Path(__file__).parents[2] / "notebooks" / NOTEBOOK).read_bytes()
