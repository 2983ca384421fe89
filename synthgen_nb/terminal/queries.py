"""The terminal's questions about a dataset: `synthgen sql`, and `synthgen ask` in words."""

from __future__ import annotations

from argparse import Namespace
from typing import TYPE_CHECKING, Any

from ..modeloptions import no_model
from ..options import add_model_options, add_query_options, add_store_option
from ..pages.answers import answer_document, answer_page
from ..querying import limits_of, one_text
from ..questioning import NEED, OTHERWISE, answered
from .console import answer, meter, model_options_of, model_with_pace, store_of

if TYPE_CHECKING:
    from ..dataset import Dataset
    from ..selecting import Answer

_SHOWN = 40  # rows on a screen


def add_query_commands(commands: Any) -> None:
    """`commands` is the action of `add_subparsers`."""
    sql = commands.add_parser("sql", help="a SELECT over a dataset's tables", description=_sql.__doc__)
    sql.add_argument("name", metavar="NAME", help="a dataset in the store")
    sql.add_argument("query", nargs="+", metavar="SELECT", help="in quotes; DuckDB's dialect")
    sql.set_defaults(run=_sql)
    ask = commands.add_parser("ask", help="a question about a dataset in words", description=_ask.__doc__)
    ask.add_argument("name", metavar="NAME", help="a dataset in the store")
    ask.add_argument("question", nargs="+", metavar="QUESTION", help="in quotes; needs a model")
    add_model_options(ask)
    ask.set_defaults(run=_ask)
    for command in (sql, ask):
        command.add_argument("--version", type=int, metavar="N", help="default: the latest")
        add_query_options(command)
        add_store_option(command)
        command.add_argument("--json", action="store_true", help="one JSON object on stdout")


def _sql(args: Namespace) -> int:
    """Runs one SELECT over the tables of a dataset and shows what comes of it. Nothing else can be read and nothing
    written."""
    query, limits = one_text(args.query, "SELECT"), limits_of(args)
    dataset = store_of(args).open(args.name, args.version)
    return _told(args, dataset, dataset.select(query, limits))


def _ask(args: Namespace) -> int:
    """A model turns a question into a SELECT, which is shown, run like any other and can be kept. Nothing else can be
    read and nothing written."""
    question = one_text(args.question, "question", 'ask NAME "top 5 authors by revenue"')
    options, limits = model_options_of(args), limits_of(args)
    dataset = store_of(args).open(args.name, args.version)
    if not options.name:
        raise no_model("--model NAME; `synthgen model list` has some", need=NEED, otherwise=OTHERWISE)
    shown = meter(args.json)
    with model_with_pace(options, args.json) as (model, pace):
        try:
            found = answered(dataset, question, options, model, shown, limits, pace)
        finally:
            shown.close()
    return _told(args, dataset, found)


def _told(args: Namespace, dataset: Dataset, found: Answer) -> int:
    document = answer_document(dataset, found) if args.json else None
    answer(args, document, answer_page(dataset, found, first_rows=_SHOWN))
    return 0
