"""`%synthgen doctor` and `%synthgen config`, as pages. Changes nothing."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from msgspec.structs import fields

from ..doctor import diagnose
from ..doctor import doctor_page as page_of
from ..environment import free_memory, place
from ..options import Settings
from ..pages import Grid, Page, Part

if TYPE_CHECKING:
    from ..store import Store
    from .frontend import FrontEnd
    from .magics import SynthgenMagics

__all__ = ["config_page", "doctor_page", "free_memory"]


def doctor_page(front_end: FrontEnd, store: Store) -> Page:
    where = place(os.environ, sys.modules, kernel=front_end != "text")
    return page_of(diagnose(store, where, os.environ), resume="%synthgen resume")


def config_page(magics: SynthgenMagics) -> Page:
    rows = tuple(
        (f.name, str(getattr(magics, f.name)), f"SYNTHGEN_{f.name.upper()}", magics.traits()[f.name].help)
        for f in fields(Settings)
    )
    grid = Grid(("option", "now", "variable", "meaning"), rows)
    return Page(
        "config", parts=(Part("defaults", grid),), commands=(("change one", "%config SynthgenMagics.rows = 500"),)
    )
