"""When somebody was born: so many years before the row begins, by the ages of such people. Knows names of tables."""

from __future__ import annotations

from ...physical import DAY
from ...specs import LIFE, Anywhere, Born, Life
from ...specs.moments import Place
from ..columns import YEAR
from ..draft import Draft
from .moments import Moment, ages_of
from .seasons import LONGEST

_LEAST = 128  # days, at least, that even the first rows leave for it


def born(draft: Draft, moment: Moment, first: int, last: int) -> tuple[Place, tuple[int, int]]:
    """Before the row begins, with the bounds; anywhere where those leave no room. Who lives long was there before all
    rows: a wish may move what happens to them before they begin themselves."""
    _, oldest, middle = ages_of(draft.table.name)
    youngest = youngest_days(draft.table.name)
    size = 1 if moment.unit == "day" else DAY
    earliest, latest = _begins(draft)
    low = max((latest - oldest * YEAR - oldest // 4) * size, first)
    high = min((latest - (LONGEST + 1) * YEAR if oldest > 3 * LONGEST else latest) * size, last)
    if low + _LEAST * size > min((earliest - youngest) * size, high):
        return Anywhere(), (first, last)
    return Born(youngest, ((oldest - middle) * YEAR << 10) // (oldest * YEAR - youngest)), (low, high)


def youngest_days(table: str) -> int:
    """How old those in a table are at least when their rows begin."""
    years = ages_of(table)[0]
    return years * YEAR + years // 4


def _begins(draft: Draft) -> tuple[int, int]:
    """The first and the last day on which rows begin."""
    life = draft.sources[LIFE]
    assert isinstance(life, Life)
    low, high = life.series.low, life.series.high
    if life.column:
        told, size = draft.domains[life.column], DAY if life.days else 1
        low = low if told.low is None else told.low * size
        high = high if told.high is None else min(told.high * size, high)
    return low // DAY, max(low, high) // DAY
