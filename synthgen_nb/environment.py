"""What this machine and this environment have: libraries, GPUs, memory, the cache of models, the place they are seen
from. Reads and changes nothing; knows nothing of datasets."""

from __future__ import annotations

import csv
import importlib.util
import os
import platform
import shutil
import subprocess
from collections.abc import Container, Mapping
from importlib.metadata import PackageNotFoundError, metadata, version
from pathlib import Path

import psutil
from msgspec import Struct

# Each group with the extra that brings it; "" is what every install has.
LIBRARIES: Mapping[str, tuple[str, ...]] = {
    "": ("synthgen-nb", "polars", "pyarrow", "duckdb", "sqlglot", "numpy", "ipython"),
    "lab": ("jupyterlab", "ipykernel", "ipywidgets", "anywidget"),
    "charts": ("altair",),
    "dask": ("distributed",),
    "prove": ("psycopg", "pymysql"),
    "s3": ("obstore",),
    "llm": ("torch", "transformers", "bitsandbytes"),
}
# Where each face has been run, as the README's table has it: by tests, or by nobody yet.
TERMINAL = "a terminal, IPython"
NOBODY = "not yet verified"
PLACES: Mapping[str, str] = {
    "JupyterLab 4": "driven by tests in a real browser",
    "Notebook 7": "driven by hand in a real browser",
    TERMINAL: "driven by tests",
    "nbclient, papermill, nbconvert": "driven by tests",
    "VS Code": NOBODY,
    "Colab": NOBODY,
    "Binder": NOBODY,
    "Linux": "driven by tests",
    "Windows": NOBODY,
    "macOS": NOBODY,
}
_CGROUP = Path("/sys/fs/cgroup")
_ASKED = "name,memory.total,memory.free,driver_version"
_PATIENCE = 5.0  # seconds for nvidia-smi, which waits for a sleeping driver


class Gpu(Struct, frozen=True, kw_only=True):
    """Bytes; `usable` tells whether an installed torch sees it, None where there is no torch."""

    name: str
    memory: int
    free: int
    driver: str = ""
    usable: bool | None = None


def installed(library: str) -> str | None:
    try:
        return version(library)
    except PackageNotFoundError:
        return None


def missing() -> dict[str, tuple[str, ...]]:
    """The extras that this release has and that are not whole here, each with what it lacks."""
    known = metadata("synthgen-nb").get_all("Provides-Extra") or []
    lacking = {extra: tuple(lib for lib in of if installed(lib) is None) for extra, of in LIBRARIES.items()}
    return {extra: libraries for extra, libraries in lacking.items() if libraries and extra in known}


def python_version() -> str:
    return platform.python_version()


def system() -> str:
    return {"Darwin": "macOS"}.get(platform.system(), platform.system())


def place(environ: Mapping[str, str], modules: Container[str], *, kernel: bool) -> str:
    """A name of PLACES for a front end, from what it leaves in the environment of a kernel."""
    if not kernel:
        return TERMINAL
    if "google.colab" in modules:
        return "Colab"
    if "VSCODE_PID" in environ:
        return "VS Code"
    if "BINDER_LAUNCH_HOST" in environ or "BINDER_SERVICE_HOST" in environ:
        return "Binder"
    return "JupyterLab 4" if "JPY_SESSION_NAME" in environ else "nbclient, papermill, nbconvert"


def free_memory() -> int:
    """Bytes that can be had without swapping, within what a container allows."""
    free = int(psutil.virtual_memory().available)
    try:
        allowed, used = ((_CGROUP / name).read_text().strip() for name in ("memory.max", "memory.current"))
    except OSError:  # no container, or none of this kind
        return free
    return min(free, max(0, int(allowed) - int(used))) if allowed.isdecimal() else free


def gpus() -> list[Gpu]:
    """What NVIDIA's own tool tells; else what torch sees, if it is installed."""
    has_torch = importlib.util.find_spec("torch") is not None
    told = _told_by_driver()
    if not has_torch:
        return told
    seen = _seen_by_torch()
    if not told:
        return seen
    names = [gpu.name for gpu in seen]
    return [Gpu(name=g.name, memory=g.memory, free=g.free, driver=g.driver, usable=g.name in names) for g in told]


def model_cache(environ: Mapping[str, str]) -> Path:
    """The folder in which Hugging Face's libraries keep models."""
    if found := environ.get("HF_HUB_CACHE"):
        return Path(found)
    if found := environ.get("HF_HOME"):
        return Path(found) / "hub"
    return Path(environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "huggingface" / "hub"


def folder_size(path: Path) -> int:
    """Bytes of all files below, each counted once: a link to a file is none of its own."""
    total = 0
    for folder, _, names in os.walk(path):
        for each in (Path(folder) / name for name in names):
            try:
                total += 0 if each.is_symlink() else each.stat().st_size
            except FileNotFoundError:  # a download that was just finished under another name
                continue
    return total


def _told_by_driver() -> list[Gpu]:
    tool = shutil.which("nvidia-smi")
    if tool is None:
        return []
    command = [tool, f"--query-gpu={_ASKED}", "--format=csv,noheader,nounits"]
    try:
        told = subprocess.run(command, capture_output=True, text=True, timeout=_PATIENCE, check=True).stdout
    except (OSError, subprocess.SubprocessError):  # a tool without a driver behind it
        return []
    found = []
    for name, memory, free, driver in csv.reader(told.splitlines(), skipinitialspace=True):
        found.append(Gpu(name=name, memory=_mebibytes(memory), free=_mebibytes(free), driver=driver))
    return found


def _mebibytes(text: str) -> int:
    """'23034' -> bytes; 0 for a GPU that does not tell ('[N/A]')."""
    return int(text) * 2**20 if text.isdecimal() else 0


def _seen_by_torch() -> list[Gpu]:
    try:
        import torch
    except (ImportError, OSError):  # half an install; its version is in the list all the same
        return []
    found = []
    for number in range(torch.cuda.device_count() if torch.cuda.is_available() else 0):
        free, memory = torch.cuda.mem_get_info(number)
        found.append(Gpu(name=torch.cuda.get_device_name(number), memory=memory, free=free, usable=True))
    return found
