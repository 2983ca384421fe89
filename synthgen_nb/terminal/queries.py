"""The terminal's questions about a dataset: `synthgen sql`."""

from __future__ import annotations

from argparse import Namespace
from typing import Any

from ..options import add_query_options, add_store_option
from ..pages.answers import answer_document, answer_page
from ..querying import limits_of, one_text
from .console import answer, store_of

_SHOWN = 40  # rows on a screen


def add_query_commands(commands: Any) -> None:
    """`commands` is the action of `add_subparsers`."""
    sql = commands.add_parser("sql", help="a SELECT over a dataset's tables", description=_sql.__doc__)
    sql.add_argument("name", metavar="NAME", help="a dataset in the store")
    sql.add_argument("query", nargs="+", metavar="SELECT", help="in quotes; DuckDB's dialect")
    sql.set_defaults(run=_sql)
    for command in (sql,):
        command.add_argument("--version", type=int, metavar="N", help="default: the latest")
        add_query_options(command)
        add_store_option(command)
        command.add_argument("--json", action="store_true", help="one JSON object on stdout")


def _sql(args: Namespace) -> int:
    """Runs one SELECT over the tables of a dataset and shows what comes of it. Nothing else can be read and nothing
    written."""
    query, limits = one_text(args.query, "SELECT"), limits_of(args)
    dataset = store_of(args).open(args.name, args.version)
    found = dataset.select(query, limits)
    document = answer_document(dataset, found) if args.json else None
    answer(args, document, answer_page(dataset, found, first_rows=_SHOWN))
    return 0
