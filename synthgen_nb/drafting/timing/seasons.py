"""How moments spread over the years, the week and the day by default: in the office, among consumers, by machines.
Knows names of tables and a column's bounds."""

from __future__ import annotations

import re

from ...physical import DAY, MICROS
from ...specs import Rhythmic
from ..columns import YEAR, within
from ..domains import Domain, Facts
from ..meaning.names import words_of
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
_LONGEST = 36_500  # days: further back no business rises
_BACK = 3  # years
_SERVED = 12  # years that people stay where they are hired


def series(table: str, moment: Moment, domain: Domain, facts: Facts, until: int, *, long: bool = False) -> Rhythmic:
    """From when to when the moments of a column lie, and how they spread. `until` is the last day there may be; of that
    only the first instant where it is today. `long`: others come after them, which is to take some years."""
    kind, size, step = _kind(table), (1 if moment.unit == "day" else DAY), (1 if moment.unit == "day" else MICROS)
    today = facts.today
    last = until
    first = last - (_SERVED if "hire" in moment.words else 2 * _BACK if long else _BACK) * YEAR
    if moment.part == "future":
        last = today + _BACK * YEAR
    if moment.part in ("birth", "death"):
        first = last - 100 * YEAR
    low, high = within(domain, first * size, last * size if last == today else (last + 1) * size - step)
    low += -low % step if low + -low % step <= high else 0  # columns may keep no fractions of a second
    growing = moment.part not in ("future", "own", "birth") and (high - low) // size <= _LONGEST
    return Rhythmic(
        low=low,
        high=high,
        unit=moment.unit,
        weekdays=_WEEKS.get(kind, ()),
        hours=_HOURS.get(kind, ()) if moment.unit == "moment" else (),
        rising=growing and not long,
        levelling=growing and long,  # were there ever more of them, most of what follows would lie in the last weeks
    )


def _kind(table: str) -> str:
    words = " ".join(words_of(table))
    return "machine" if _MACHINE.search(words) else "consumer" if _CONSUMER.search(words) else "office"
