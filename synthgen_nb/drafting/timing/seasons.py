"""How moments spread over the years, the week and the day by default: in the office, among consumers, by machines.
Knows names of tables and a column's bounds."""

from __future__ import annotations

import re

from ...physical import DAY, MICROS
from ...specs import Rhythmic
from ..columns import YEAR, within
from ..domains import Domain
from ..meaning.names import words_of
from .courses import is_staff
from .moments import Moment

_MACHINE = re.compile(
    r"\b(log|reading|metric|sensor|device|telemetry|heartbeat|measurement|trace|job|task run|audit|signal)s?\b"
)
_CONSUMER = re.compile(
    r"\b(order|cart|basket|rental|sale|review|post|comment|like|follow|message|customer|user|player|session|stream|film"
    r"|visit|click|view|play|booking|reservation|ride|trip|delivery|payment|transaction|subscription|member|profile)s?\b"
)
# weights of Monday to Sunday, and of the hours of a day
_WEEKS = {
    "office": (20, 21, 21, 20, 18, 2, 1),
    "consumer": (10, 9, 9, 10, 12, 14, 13),
}
_HOURS = {
    "office": (0, 0, 0, 0, 0, 0, 1, 4, 14, 18, 18, 16, 10, 14, 17, 16, 13, 7, 3, 1, 0, 0, 0, 0),
    "consumer": (3, 2, 1, 1, 1, 1, 2, 4, 6, 8, 10, 11, 12, 12, 11, 11, 11, 12, 13, 14, 14, 12, 9, 5),
}
_FARTHEST = 36_500  # days: further back no business rises
_BACK = 3  # years
LONGEST = 2 * _BACK  # years that rows go back
SERVED = 12  # years that people stay where they are hired


def lives(table: str, bounds: Domain, today: int, until: int, *, before: int, followed: bool) -> Rhythmic:
    """From when to when the rows of a table begin, and how that spreads. `until` is the last day there may be: of that
    only the first instant where it is today. `before`: they are there so many years ago, before all others; `followed`:
    others come after them, which is to take some years. Bounds that both lie in the past are meant: then that is how
    long it took."""
    years = SERVED if is_staff(table) else LONGEST if followed else _BACK
    last = min(until, today) - (before * YEAR + 1 if before else 0)
    start = last - (_BACK if before else years) * YEAR
    told = bounds.low is not None and bounds.low // DAY > today - _FARTHEST  # a type's own bound says nothing
    if told and bounds.low is not None and bounds.high is not None and bounds.high < today * DAY:
        start = min(start, bounds.low // DAY)
    elif bounds.high is not None and bounds.high < start * DAY:
        start = bounds.high // DAY - (last - start)  # as many years, up to there
    low, high = within(bounds, start * DAY, last * DAY if last == today else (last + 1) * DAY - MICROS)
    low += -low % MICROS if low + -low % MICROS <= high else 0  # columns may keep no fractions of a second
    growing = (high - low) // DAY <= _FARTHEST
    weekdays, hours = _weights(table)
    return Rhythmic(
        low=low,
        high=high,
        unit="moment",
        rising=growing and not followed,
        levelling=growing and followed,  # were there ever more, most of what follows would lie in the last weeks
        weekdays=weekdays,
        hours=hours,
    )


def by_now(table: str, today: int) -> Rhythmic:
    """All that has happened by now."""
    weekdays, hours = _weights(table)
    low = (today - 2 * SERVED * YEAR) * DAY
    return Rhythmic(low=low, high=today * DAY, unit="moment", weekdays=weekdays, hours=hours)


def alone(table: str, moment: Moment, low: int, high: int) -> Rhythmic:
    """The moments of a column that is about nothing in its row."""
    weekdays, hours = _weights(table)
    hours = hours if moment.unit == "moment" else ()
    return Rhythmic(low=low, high=high, unit=moment.unit, weekdays=weekdays, hours=hours)


def bounds_of(moment: Moment, domain: Domain, today: int) -> tuple[int, int]:
    """The first and the last value that a column may have, in its unit."""
    size, step = (1, 1) if moment.unit == "day" else (DAY, MICROS)
    years = (100, _BACK) if moment.part == "future" else (_BACK, 0) if moment.part == "own" else (100, 0)
    low, high = within(domain, (today - years[0] * YEAR) * size, (today + years[1] * YEAR) * size)
    return low + (-low % step if low + -low % step <= high else 0), high


def _weights(table: str) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Of the days of a week and of the hours of a day."""
    words = " ".join(words_of(table))
    kind = "machine" if _MACHINE.search(words) else "consumer" if _CONSUMER.search(words) else "office"
    return _WEEKS.get(kind, ()), _HOURS.get(kind, ())
