"""`%synthgen doctor` and `%synthgen config`: what this environment is, as pages. Changes nothing."""

from __future__ import annotations

import os
import platform
import shutil
from dataclasses import fields
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING

import psutil

from ..options import Settings
from ..pages import Grid, Page, Part, plural, size

if TYPE_CHECKING:
    from ..store import Store
    from .frontend import FrontEnd
    from .magics import SynthgenMagics

_LIBRARIES = ("synthgen-nb", "ipython", "ipykernel", "jupyterlab", "polars", "pyarrow", "duckdb", "sqlglot")
_FRONT_ENDS = {
    "html": "a browser: live bars",
    "text": "a terminal: a text bar",
    "lines": "no front end seen: plain lines",
    "none": "silent",
}


def doctor_page(front_end: FrontEnd, store: Store) -> Page:
    home = next(p for p in (store.path.absolute(), *store.path.absolute().parents) if p.exists())
    writable = "" if os.access(home, os.W_OK) else " (can't be written)"
    rows = [
        ("front end", _FRONT_ENDS[front_end]),
        ("python", f"{platform.python_version()} on {platform.system()} {platform.machine()}"),
        ("store", f"{store.path.absolute()}{writable}"),
        ("datasets", plural(len(store.names()), "dataset")),
        ("disk free", size(shutil.disk_usage(home).free)),
        ("memory free", size(free_memory())),
        ("processors", str(os.cpu_count())),
        *((library, _installed(library)) for library in _LIBRARIES),
    ]
    return Page("doctor", parts=(Part("environment", Grid(("what", "found"), tuple(rows))),))


def config_page(magics: SynthgenMagics) -> Page:
    rows = tuple(
        (f.name, str(getattr(magics, f.name)), f"SYNTHGEN_{f.name.upper()}", magics.traits()[f.name].help)
        for f in fields(Settings)
    )
    grid = Grid(("option", "now", "variable", "meaning"), rows)
    return Page(
        "config", parts=(Part("defaults", grid),), commands=(("change one", "%config SynthgenMagics.rows = 500"),)
    )


def free_memory() -> int:
    """Bytes that can be had without swapping."""
    return int(psutil.virtual_memory().available)


def _installed(library: str) -> str:
    try:
        return version(library)
    except PackageNotFoundError:
        return "not installed"
