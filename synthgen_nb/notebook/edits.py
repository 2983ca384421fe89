"""`%synthgen edit, apply, discard, diff, history, undo, redo` and `%%synthgen_edit`: a dataset changed by SQL or by
words, looked at, then applied; and the way back. Bound names and open grids follow the version that becomes current."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from msgspec.structs import replace

from ..errors import InputError, Interrupted
from ..modeloptions import model_options
from ..pages import Mark, Page
from ..pages.diffs import history_page, moved_page
from ..pages.proposals import applied_page, choices, proposal_page
from ..querying import one_text
from ..request import table_key
from ..revising import breaking_of, edit_of, is_sql
from .instructions import meter_of

if TYPE_CHECKING:
    from argparse import Namespace

    from ..dataset import Dataset
    from ..editing import Proposal
    from ..edits import Edit
    from .place import Place

DOOR = "%synthgen"


def propose_edit(place: Place, args: Namespace, cell: str | None = None) -> object:
    """The proposal, which its session keeps; with --yes it is applied, and nothing is returned."""
    from ..editing import propose

    dataset = place.store.open(args.name)
    edit = _edit(place, args, dataset, cell)
    place.session.proposals.give_up(place.store, args.name)
    try:
        proposal = propose(dataset, edit)
    except KeyboardInterrupt:
        raise Interrupted("interrupted; nothing was changed") from None
    place.session.proposals.keep(place.store, proposal)
    if args.yes and proposal.problems:
        place.show(proposal_page(proposal, choices(proposal, DOOR)))
    if args.yes or not (proposal.diff or proposal.problems):
        _applied(place, proposal)
        return None
    return None if place.quiet else proposal


def _edit(place: Place, args: Namespace, dataset: Dataset, cell: str | None) -> Edit:
    """What the line or the cell asks for; without words what is proposed already, with another way out."""
    breaking = breaking_of(args)
    if not args.text and not (cell and cell.strip()):
        return replace(place.session.proposals.of(place.store, args.name).edit, breaking=breaking)
    if args.text and cell and cell.strip():
        raise InputError("both a cell and a text in the line", hint="leave one out")
    text = cell if cell and cell.strip() else one_text(args.text, "edit", 'edit NAME "UPDATE orders SET ..."')
    options, models = model_options(place.given, args), place.session.models
    if options.warnings:
        place.show(Page("edit", marks=tuple(Mark("note", line) for line in options.warnings)))
    table = table_key(dataset.rows, args.table) if args.table else ""
    meter = meter_of(place)
    try:
        model = models.wanted(options) if not is_sql(text) and models.at_hand(options) else None
        pace = models.pace() if model is not None else None
        return edit_of(dataset, text, options, model, meter, table=table, breaking=breaking, pace=pace)
    except KeyboardInterrupt:
        raise Interrupted("interrupted while the model was asked; nothing was changed") from None
    finally:
        meter.close()


def _apply(place: Place, args: Namespace) -> None:
    _applied(place, place.session.proposals.of(place.store, args.name), confirmed=args.yes)


def _applied(place: Place, proposal: Proposal, *, confirmed: bool = True) -> None:
    now = proposal.apply(confirmed=confirmed)
    place.session.proposals.close(place.store, now.name)
    followed = place.session.follow(now)
    if not place.quiet:
        place.show(applied_page(proposal, now, DOOR, followed))


def _discard(place: Place, args: Namespace) -> None:
    left = place.session.proposals.discard(place.store, args.name).parent
    place.show(Page(f"{left.name} v{left.version}", ("as it was: the edit is discarded",)))


def _diff(place: Place, args: Namespace) -> object:
    from ..diffing import versions_compared

    return versions_compared(place.store, args.name, args.versions)


def _history(place: Place, args: Namespace) -> None:
    from ..diffing import history

    place.show(history_page(args.name, history(place.store, args.name), DOOR))


def _undo(place: Place, args: Namespace) -> None:
    before = place.store.open(args.name)
    _moved(place, before, place.store.undo(args.name), "undone")


def _redo(place: Place, args: Namespace) -> None:
    before = place.store.open(args.name)
    _moved(place, before, place.store.redo(args.name), "redone")


def _moved(place: Place, before: Dataset, now: Dataset, word: str) -> None:
    followed = place.session.follow(now)
    if not place.quiet:
        place.show(moved_page(before, now, word, DOOR, followed))


EDIT_COMMANDS: dict[str, Callable[[Place, Namespace], object]] = {
    "edit": propose_edit,
    "apply": _apply,
    "discard": _discard,
    "diff": _diff,
    "history": _history,
    "undo": _undo,
    "redo": _redo,
}
