"""`%synthgen sql`: the SQL that was run and the Polars frame that came of it, bound where the line names a variable."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from ..pages import FIRST_ROWS
from ..pages.answers import answer_page
from ..querying import limits_of, one_text

if TYPE_CHECKING:
    from argparse import Namespace

    from ..dataset import Dataset
    from ..selecting import Answer
    from .place import Place


def _sql(place: Place, args: Namespace) -> object:
    dataset = place.store.open(args.name, args.version)
    answer = dataset.select(one_text(args.query, "SELECT"), limits_of(args))
    return shown(place, args, dataset, answer)


def shown(place: Place, args: Namespace, dataset: Dataset, answer: Answer) -> object:
    """The frame as the cell's value, which the front end draws; or bound, with its first rows drawn here."""
    if args.variable:
        place.session.assign(args.variable, answer.frame, force=args.force)
    if not place.quiet:
        place.show(answer_page(dataset, answer, first_rows=FIRST_ROWS if args.variable else 0))
    return None if args.variable else answer.frame


QUERY_COMMANDS: dict[str, Callable[[Place, Namespace], object]] = {"sql": _sql}
