"""The terminal's commands about the versions of a dataset: `synthgen diff, history, undo, redo`."""

from __future__ import annotations

from argparse import Namespace
from typing import Any

from ..options import add_store_option, parse_version
from ..pages.diffs import diff_document, diff_page, history_document, history_page, moved_document, moved_page
from .console import answer, store_of


def add_edit_commands(commands: Any) -> None:
    """`commands` is the action of `add_subparsers`."""
    diff = commands.add_parser("diff", help="what differs between two versions", description=_diff.__doc__)
    diff.set_defaults(run=_diff)
    history = commands.add_parser("history", help="the versions of a dataset", description=_history.__doc__)
    history.set_defaults(run=_history)
    undo = commands.add_parser("undo", help="go back to the version before an edit", description=_undo.__doc__)
    undo.set_defaults(run=_undo)
    redo = commands.add_parser("redo", help="take an undo back", description=_redo.__doc__)
    redo.set_defaults(run=_redo)
    for command in (diff, history, undo, redo):
        command.add_argument("name", metavar="NAME", help="a dataset in the store")
        add_store_option(command)
        command.add_argument("--json", action="store_true", help="one JSON object on stdout")
    diff.add_argument(
        "versions",
        nargs="*",
        type=parse_version,
        metavar="VERSION",
        help="none, one or two: default the current one and the one before it",
    )


def _diff(args: Namespace) -> int:
    """Shows which rows and cells differ between two versions of a dataset: by default between the current one and the
    one that it was made from."""
    from ..editing import versions_compared

    found = versions_compared(store_of(args), args.name, args.versions)
    answer(args, diff_document(found), diff_page(found))
    return 0


def _history(args: Namespace) -> int:
    """Lists the versions of a dataset: what made each, and what it changed."""
    from ..editing import history

    steps = history(store_of(args), args.name)
    answer(args, history_document(args.name, steps), history_page(args.name, steps, "synthgen"))
    return 0


def _undo(args: Namespace) -> int:
    """Makes the version current from which the current one was made by an edit. Nothing is lost."""
    store = store_of(args)
    before = store.open(args.name)
    now = store.undo(args.name)
    answer(args, moved_document(before, now), moved_page(before, now, "undone", "synthgen"))
    return 0


def _redo(args: Namespace) -> int:
    """Makes the version current again that was undone last."""
    store = store_of(args)
    before = store.open(args.name)
    now = store.redo(args.name)
    answer(args, moved_document(before, now), moved_page(before, now, "redone", "synthgen"))
    return 0
