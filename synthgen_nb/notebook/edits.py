"""`%synthgen diff, history, undo, redo`: what differs between versions, and going back and forth between them. Bound
names and open grids follow the version that becomes current."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from ..pages.diffs import history_page, moved_page

if TYPE_CHECKING:
    from argparse import Namespace

    from ..dataset import Dataset
    from .place import Place


def _diff(place: Place, args: Namespace) -> object:
    from ..editing import versions_compared

    return versions_compared(place.store, args.name, args.versions)


def _history(place: Place, args: Namespace) -> None:
    from ..editing import history

    place.show(history_page(args.name, history(place.store, args.name), "%synthgen"))


def _undo(place: Place, args: Namespace) -> None:
    before = place.store.open(args.name)
    _moved(place, before, place.store.undo(args.name), "undone")


def _redo(place: Place, args: Namespace) -> None:
    before = place.store.open(args.name)
    _moved(place, before, place.store.redo(args.name), "redone")


def _moved(place: Place, before: Dataset, now: Dataset, word: str) -> None:
    followed = place.session.follow(now)
    if not place.quiet:
        place.show(moved_page(before, now, word, "%synthgen", followed))


EDIT_COMMANDS: dict[str, Callable[[Place, Namespace], object]] = {
    "diff": _diff,
    "history": _history,
    "undo": _undo,
    "redo": _redo,
}
