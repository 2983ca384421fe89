"""`%synthgen sql`, and `%synthgen ask` in words: the SQL that was run and the Polars frame that came of it, bound where
the line names a variable."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from IPython.display import display
from msgspec.structs import replace

from ..errors import Interrupted, MissingExtra
from ..modeloptions import model_options, no_model
from ..pages import FIRST_ROWS, Mark
from ..pages.answers import answer_page
from ..querying import limits_of, one_text
from ..questioning import NEED, OTHERWISE, answered
from .charts import METADATA, MIME, spec, suggested
from .instructions import meter_of

if TYPE_CHECKING:
    from argparse import Namespace

    from ..dataset import Dataset
    from ..selecting import Answer
    from .place import Place


def _sql(place: Place, args: Namespace) -> object:
    dataset = place.store.open(args.name, args.version)
    answer = dataset.select(one_text(args.query, "SELECT"), limits_of(args))
    return shown(place, args, dataset, answer)


def _ask(place: Place, args: Namespace) -> object:
    question = one_text(args.question, "question", 'ask NAME "top 5 authors by revenue"')
    options, models, limits = model_options(place.given, args), place.session.models, limits_of(args)
    dataset = place.store.open(args.name, args.version)
    if not models.at_hand(options):
        raise no_model("%synthgen model load NAME", need=NEED, otherwise=OTHERWISE)
    meter = meter_of(place)
    try:
        model = models.wanted(options)
        answer = answered(dataset, question, options, model, meter, limits, models.pace())
    except KeyboardInterrupt:
        raise Interrupted("interrupted while the model was asked") from None
    finally:
        meter.close()
    return shown(place, args, dataset, answer, options.warnings)


def shown(place: Place, args: Namespace, dataset: Dataset, answer: Answer, warnings: Sequence[str] = ()) -> object:
    """The frame as the cell's value, which the front end draws; or bound, with its first rows drawn here."""
    if args.variable:
        place.session.assign(args.variable, answer.frame, force=args.force)
    if not place.quiet:
        chart, notes = _chart(answer)
        page = answer_page(dataset, answer, first_rows=FIRST_ROWS if args.variable else 0)
        said = (Mark("note", line) for line in warnings)
        place.show(replace(page, marks=(*page.marks, *said, *notes)))
        if chart:
            display(chart, metadata=METADATA, raw=True)
    return None if args.variable else answer.frame


def _chart(answer: Answer) -> tuple[dict[str, object], tuple[Mark, ...]]:
    """What a front end draws, where the frame's shape suggests a chart, or why it can't be drawn."""
    shape = suggested(answer.frame)
    if shape is None:
        return {}, ()
    try:
        drawn = spec(answer.frame, shape)
    except MissingExtra as error:
        return {}, (Mark("note", f"no chart: {error}"),)
    return {MIME: drawn, "text/plain": shape.words()}, ()


QUERY_COMMANDS: dict[str, Callable[[Place, Namespace], object]] = {"sql": _sql, "ask": _ask}
