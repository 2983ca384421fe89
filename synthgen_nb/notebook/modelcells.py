"""`%synthgen model list, show, load, unload`: the session's one model."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from ..errors import InputError
from ..llm.trial import room
from ..modeloptions import model_options
from ..pages import Mark, Page, size
from ..pages.models import loading_page, models_page, needs_page, standing, what_it_takes

if TYPE_CHECKING:
    from argparse import Namespace

    from .place import Place

_LOAD = "%synthgen model load"


def model_command(place: Place, args: Namespace) -> None:
    acts = {"list": _list, "show": _show, "load": _load, "unload": _unload}
    acts[args.act](place, args)
    for panel in place.session.panels.values():
        panel.look()


def _list(place: Place, args: Namespace) -> None:
    held = place.session.models.held
    place.show(models_page(standing(os.environ), held=held.name if held else "", load=_LOAD))


def _show(place: Place, args: Namespace) -> None:
    options, held = model_options(place.given, args), place.session.models
    if not options.name:
        if held.loading is None:
            raise InputError("no model is loaded", hint=f"{_LOAD} NAME, or %synthgen model show NAME")
        place.show(loading_page(held.loading))
        return
    told, untold = what_it_takes(options.name, os.environ, quantise=options.quantise)
    place.show(needs_page(options.name, told, untold, prefix="%"))


def _load(place: Place, args: Namespace) -> None:
    """In the place of the model that is loaded. A download is announced with all it takes."""
    options, models = model_options(place.given, args), place.session.models
    if options.download:
        needs = what_it_takes(options.name, os.environ, quantise=options.quantise)
        place.show(needs_page(options.name, *needs, prefix="%"))
    place.show(loading_page(models.measured(options)))


def _unload(place: Place, args: Namespace) -> None:
    before = room()
    name = place.session.models.unload()
    after = room()
    said = f"{name} was unloaded" if name else "no model was loaded"
    free = f"memory free: {size(before.memory)} before, {size(after.memory)} after"
    gpu = f"; of the GPU {size(before.gpu)} before, {size(after.gpu)} after" if before.gpu and after.gpu else ""
    place.show(Page("model", (said,), (Mark("note", free + gpu),)))
