"""The commands of `%synthgen` about a dataset, schemas and this environment: each reads its options, calls one function
and shows or returns its value.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from getpass import getpass
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace

from ..errors import MissingExtra, StoreError
from ..pages import Mark, Page, dataset_page, plural
from ..pages.profiles import show_page
from ..pages.stores import damage_page
from ..request import table_key
from .answering import Answering
from .doctor import doctor_page
from .making import planned, request_of, schema_of
from .modelcells import model_command
from .views import bundle

if TYPE_CHECKING:
    from argparse import Namespace

    from ..dataset import Dataset
    from .place import Place


def _ui(place: Place, args: Namespace) -> None:
    if place.front_end != "html":
        where = Mark("note", "it needs a notebook in a browser; %synthgen help lists what there is here")
        place.show(Page("synthgen panel", marks=(where,)))
        return
    try:
        from .opening import Opening
        from .panel import Panel
    except ModuleNotFoundError as error:
        raise MissingExtra("lab") from error
    panels, key = place.session.panels, str(place.store.path.absolute())
    if key not in panels:  # a page that was reloaded before it was saved gets its panel back by the same line
        panels[key] = Panel(place, folder=Path())
    Opening(panels[key], asyncio.get_running_loop())


def _show(place: Place, args: Namespace) -> None:
    dataset = place.store.open(args.name, args.version)
    tables = [table_key(dataset.rows, t) for t in args.tables]
    if args.grid:
        _grid(place, dataset, tables or None)
        return
    page = show_page(dataset, max(0, args.first), tables)
    if tables:
        page = replace(page, parts=tuple(replace(p, opened=True) for p in page.parts[1:]))
    place.show(page)


def _grid(place: Place, dataset: Dataset, tables: list[str] | None) -> None:
    """The tables to scroll and to edit; where there is no browser, their first rows. Names that hold a version of the
    dataset follow its edits."""
    page = dataset_page(dataset, tables=tables)
    if place.front_end != "html":
        place.show(replace(page, marks=(*page.marks, Mark("note", "the grid needs a notebook in a browser"))))
        return
    try:
        from .grid import Grid
    except ModuleNotFoundError as error:
        raise MissingExtra("lab") from error
    grid = Grid(dataset, place.store, table=tables[0] if tables else None, on_version=place.session.follow)
    place.session.followers.append(grid.follow_edit)
    again = Mark("note", "the grid lives while its kernel does: run this cell again")
    otherwise = bundle(replace(page, marks=(*page.marks, again)))
    until = f"%synthgen show {dataset.name} has the first rows"
    Answering(grid, otherwise, asyncio.get_running_loop(), name="synthgen grid", until=until)


def _validate(place: Place, args: Namespace) -> object:
    from ..validation import validate

    if args.verify:
        looked = place.store.look(args.name, args.version)
        damage = tuple(looked.damage())
        place.show(damage_page(looked, damage))
        if damage:
            raise StoreError(f"{looked.name} v{looked.version}: {plural(len(damage), 'part')} damaged")
    dataset = place.store.open(args.name, args.version)
    report = validate(dataset)
    dataset.keep_report(report)
    return report


def _prove(place: Place, args: Namespace) -> object:
    from ..proving import prove

    return prove(place.store.open(args.name, args.version), args.engine, ask=getpass)


def _plan(place: Place, args: Namespace) -> object:
    from ..feasibility import require

    asked, (plan, _, said) = planned(place, args, None)
    if said:
        place.show(Page("plan", marks=said))
    require(plan, strict=asked.strict)
    return plan


def _schema(place: Place, args: Namespace) -> object:
    return schema_of(place, args, None, request_of(args, place.given))


def _doctor(place: Place, args: Namespace) -> None:
    place.show(doctor_page(place.front_end, place.store))


DATASET_COMMANDS: dict[str, Callable[[Place, Namespace], object]] = {
    "ui": _ui,
    "show": _show,
    "validate": _validate,
    "prove": _prove,
    "plan": _plan,
    "schema": _schema,
    "doctor": _doctor,
    "model": model_command,
}
