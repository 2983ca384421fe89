"""The terminal's commands that change a dataset and go between its versions: `synthgen edit, diff, history, undo,
redo`."""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ..errors import InputError
from ..modeloptions import no_model
from ..options import add_edit_options, add_store_option
from ..pages.diffs import diff_document, diff_page, history_document, history_page, moved_document, moved_page
from ..pages.proposals import applied_page, proposal_document, proposal_page, ways_out
from ..querying import one_text
from ..request import table_key
from ..revising import breaking_of, edit_of, is_sql
from ..store import Store
from ..typed import parse_version
from .console import answer, confirmed, meter, model_options_of, model_with_pace, show, store_of

if TYPE_CHECKING:
    from ..dataset import Dataset
    from ..editing import Proposal
    from ..edits import Edit

_DOOR = "synthgen"


def add_edit_commands(commands: Any) -> None:
    """`commands` is the action of `add_subparsers`."""
    edit = commands.add_parser("edit", help="change a dataset by SQL or in words", description=_edit.__doc__)
    edit.set_defaults(run=_edit)
    diff = commands.add_parser("diff", help="what differs between two versions", description=_diff.__doc__)
    diff.set_defaults(run=_diff)
    history = commands.add_parser("history", help="the versions of a dataset", description=_history.__doc__)
    history.set_defaults(run=_history)
    undo = commands.add_parser("undo", help="go back to the version before an edit", description=_undo.__doc__)
    undo.set_defaults(run=_undo)
    redo = commands.add_parser("redo", help="take an undo back", description=_redo.__doc__)
    redo.set_defaults(run=_redo)
    for command in (edit, diff, history, undo, redo):
        command.add_argument("name", metavar="NAME", help="a dataset in the store")
        add_store_option(command)
        command.add_argument("--json", action="store_true", help="one JSON object on stdout")
    words = "SQL, or what to change in words (needs a model); - reads standard input"
    edit.add_argument("text", nargs="+", metavar="TEXT|-", help=words)
    edit.add_argument("--dry-run", action="store_true", help="show what would differ, change nothing")
    add_edit_options(edit)
    versions = "none, one or two: default the current one and the one before it"
    diff.add_argument("versions", nargs="*", type=parse_version, metavar="VERSION", help=versions)


def _edit(args: Namespace) -> int:
    """Shows what an edit would change, asks, and makes it the current version; --yes where nobody can be asked. SQL
    (UPDATE, DELETE, INSERT in the dataset's dialect) needs no model."""
    from ..editing import propose

    if args.yes and args.dry_run:
        raise InputError("both --yes and --dry-run", hint="leave one out")
    dataset = store_of(args).open(args.name)
    edit = _asked(args, dataset)
    with propose(dataset, edit) as proposal:
        if not args.json:
            show(proposal_page(proposal, _ways_out(proposal) if proposal.problems else ()))
        applied = None
        if args.yes or (proposal.diff and not (args.json or args.dry_run or proposal.problems)):
            _agreed(args, proposal)
            applied = proposal.apply(confirmed=True)
        if args.json:
            answer(args, proposal_document(proposal, applied), proposal_page(proposal))
        elif applied is not None:
            show(applied_page(proposal, applied, _DOOR))
        return 1 if proposal.problems else 0


def _asked(args: Namespace, dataset: Dataset) -> Edit:
    text = sys.stdin.read() if args.text == ["-"] else one_text(args.text, "edit", 'edit NAME "UPDATE orders SET ..."')
    options, breaking = model_options_of(args), breaking_of(args)
    table = table_key(dataset.rows, args.table) if args.table else ""
    shown = meter(args.json)
    if is_sql(text):
        return edit_of(dataset, text, options, None, shown, table=table, breaking=breaking)
    if not options.name:
        some = "--model NAME; `synthgen model list` has some"
        raise no_model(some, need="edits in words", otherwise="SQL needs none")
    with model_with_pace(options, args.json) as (model, pace):
        try:
            return edit_of(dataset, text, options, model, shown, table=table, breaking=breaking, pace=pace)
        finally:
            shown.close()


def _ways_out(proposal: Proposal) -> tuple[tuple[str, str], ...]:
    """There is no session here that holds the edit: the words come again."""
    return ways_out(proposal, _DOOR, again=True)


def _agreed(args: Namespace, proposal: Proposal) -> None:
    """Raises InputError where nobody said yes."""
    all_rows = "; it speaks of all rows" if proposal.whole else ""
    if not args.yes and not confirmed(f"apply this to {args.name}{all_rows}?"):
        raise InputError(f"{args.name} was left as it is", hint="--yes applies without asking, --dry-run only shows")


def _diff(args: Namespace) -> int:
    """Shows which rows and cells differ between two versions of a dataset: by default between the current one and the
    one that it was made from."""
    from ..diffing import versions_compared

    found = versions_compared(store_of(args), args.name, args.versions)
    answer(args, diff_document(found), diff_page(found))
    return 0


def _history(args: Namespace) -> int:
    """Lists the versions of a dataset: what made each, and what it changed."""
    from ..diffing import history

    steps = history(store_of(args), args.name)
    answer(args, history_document(args.name, steps), history_page(args.name, steps, _DOOR))
    return 0


def _undo(args: Namespace) -> int:
    """Makes the version current from which the current one was made by an edit. Nothing is lost."""
    return _moved(args, Store.undo, "undone")


def _redo(args: Namespace) -> int:
    """Makes the version current again that was undone last."""
    return _moved(args, Store.redo, "redone")


def _moved(args: Namespace, move: Callable[[Store, str], Dataset], word: str) -> int:
    store = store_of(args)
    before = store.open(args.name)
    now = move(store, args.name)
    answer(args, moved_document(before, now), moved_page(before, now, word, _DOOR))
    return 0
