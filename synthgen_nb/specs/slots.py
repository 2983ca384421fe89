"""Moments that lie on the slots of a grid, in the hours of working days or at any time, and the slots of a parent's
rows, one after the other. Microseconds since 1970; knows no names."""

from __future__ import annotations

import numpy as np

from ..rows import I64, U64, Indices, Rows, Values, below
from .base import Source, Spec
from .lives import begins
from .rhythms import DAY

_WEEK, _MONDAY = 7, 4  # days; of 1970 the first Monday is so many days in


class Slots(Spec, frozen=True, tag="slots"):
    """Every `step` microseconds from `opens` to before `closes` of each day from `first` on, `days` of them (days since
    1970); with `working` only from Monday to Friday, and `first` is a Monday."""

    first: int
    days: int
    step: int
    opens: int = 0
    closes: int = DAY
    working: bool = False

    @property
    def size(self) -> int:
        return self.days * self.daily

    @property
    def daily(self) -> int:
        return (self.closes - self.opens) // self.step

    @property
    def span(self) -> tuple[int, int]:
        last = self._day(np.array([self.days - 1]))[0]
        return self.first * DAY + self.opens, int(last) * DAY + self.closes - self.step

    def draw(self, rows: Rows, name: str) -> Values:
        return self.at(below(rows.bits(name), self.size), rows, name)

    def at(self, index: U64, rows: Rows, name: str) -> Values:
        day, slot = np.divmod(index.astype(np.int64), self.daily)
        return Values(self._day(day) * DAY + self.opens + slot * self.step)

    def since(self, moment: I64) -> I64:
        """How many slots lie on days before the one that comes after each moment."""
        past = moment // DAY + 1 - self.first
        past = past // _WEEK * (_WEEK - 2) + np.minimum(past % _WEEK, _WEEK - 2) if self.working else past
        slots: I64 = np.clip(past, 0, self.days) * self.daily
        return slots

    def _day(self, number: I64) -> I64:
        if self.working:
            number = number // (_WEEK - 2) * _WEEK + number % (_WEEK - 2)
        day: I64 = self.first + number
        return day


def monday(day: int) -> int:
    """The first one that is not before that day."""
    return day + (_MONDAY - day) % _WEEK


class Paced(Source, frozen=True, tag="paced"):
    """Different slots for the rows that the layout `along` gives one parent, in their order: each in its part of what
    is left from the day after the parent, a row of `table`, began, in all `within` so many slots (0: any), or of as
    much as gives every row one. There are slots enough for all the rows of a parent."""

    along: str
    table: str
    slots: Slots
    within: int = 0

    def draw(self, rows: Rows, name: str) -> Indices:
        above = rows.source(self.along).values
        first, end = rows.world.span(rows.table, self.along, above, above + np.uint64(1))
        place, count = (rows.index - first).astype(np.int64), (end - first).astype(np.int64)
        start = np.minimum(rows.of(self.table, above).each(self._after), self.slots.size - count)
        room = self.slots.size - start
        part = (np.minimum(room, np.maximum(self.within, count)) if self.within else room) // count
        return Indices((start + place * part).view(np.uint64) + below(rows.bits(name), part.view(np.uint64)))

    def _after(self, parents: Rows) -> I64:
        return self.slots.since(begins(parents))
