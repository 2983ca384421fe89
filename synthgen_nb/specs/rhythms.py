"""Dates and times of day that come more often in some months, on some days of the week or at some hours."""

from __future__ import annotations

from functools import cache
from typing import Literal

import numpy as np

from ..rows import I64, U64, Rows, Values, below, bits
from .base import Spec
from .shares import Shares, shares, weighed

DAY = 86_400_000_000  # microseconds
HOUR = DAY // 24
_SECOND = 1_000_000
_MONDAY = 3  # days from a Monday to 1970-01-01


class Rhythmic(Spec, frozen=True, tag="rhythmic"):
    """Days since 1970, microseconds since then, or microseconds of a day, within low..high. `months` (12), `weekdays`
    (7, Monday first) and `hours` (24) are integer weights, all alike where empty; `rising` makes later days more
    frequent, as in a business that grows; `levelling` those in the middle, as those of whom all come by and by. Moments
    lie on whole seconds, hours are UTC."""

    low: int
    high: int
    unit: Literal["day", "moment", "time"]
    months: tuple[int, ...] = ()
    weekdays: tuple[int, ...] = ()
    hours: tuple[int, ...] = ()
    rising: bool = False
    levelling: bool = False

    @property
    def span(self) -> tuple[int, int] | None:
        return self.low, self.high

    @property
    def possible(self) -> bool:
        """Whether any value has a weight."""
        hours = self.unit == "day" or not self.hours or any(self.hours[h] for h in range(*self._hours()))
        return hours and (self.unit == "time" or _day_shares(self).total > 0)

    def _days(self) -> tuple[int, int]:
        """Whole days where there are any: of others some hours are missing."""
        if self.unit == "day":
            return self.low, self.high + 1
        first, last = -(-self.low // DAY), (self.high + _SECOND) // DAY
        return (first, last) if first < last else (self.low // DAY, self.high // DAY + 1)

    def _hours(self) -> tuple[int, int]:
        return (self.low // HOUR, self.high // HOUR + 1) if self.unit == "time" else (0, 24)

    def draw(self, rows: Rows, name: str) -> Values:
        if self.unit == "time":
            return Values(np.clip(self.clock(rows.bits(name)), self.low, self.high))
        random = rows.bits(name)
        day = self._days()[0] + _day_shares(self).draw(random)
        if self.unit == "day":
            return Values(day)
        return Values(np.clip(day * DAY + self.clock(bits(rows.key(f"{name}/time"), random)), self.low, self.high))

    def since(self, floor: I64, random: U64, key: int) -> I64:
        """What `draw` gives among the values from each `floor` (i64[n], at most `high`) on, by the same weights."""
        days = _day_shares(self)
        ends = days.ends
        size = 1 if self.unit == "day" else DAY
        first = self._days()[0]
        place = np.clip(floor // size - first, 0, len(ends) - 1)
        before = np.where(place > 0, ends[place - 1], np.uint64(0))
        left = ends[-1] - before
        drawn = days.place(np.minimum(before + below(random, np.maximum(left, np.uint64(1))), ends[-1] - np.uint64(1)))
        day = first + np.where(left > 0, drawn, place)
        if self.unit == "day":
            inside: I64 = np.clip(day, floor, self.high)
            return inside
        value: I64 = day * DAY + self.clock(bits(key, random))
        later = floor + below(bits(key, ~random), HOUR // _SECOND).astype(np.int64) * _SECOND  # on the floor's own day
        value = np.where(value < floor, later, value)
        return np.minimum(value, self.high)

    def clock(self, random: U64) -> I64:
        """Microseconds of the day, by the weights of its hours."""
        first, last = self._hours()
        hour = first + weighed(self.hours[first:last] or (1,) * (last - first)).draw(random)
        second = below(bits(1, random), 3600).astype(np.int64)
        return hour * HOUR + second * _SECOND


@cache
def _day_shares(spec: Rhythmic) -> Shares:
    """The days by their weights."""
    first, last = spec._days()
    days = np.arange(first, last)
    weights = np.ones(len(days), np.uint64)
    if spec.months:
        month = days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64) % 12
        weights *= np.array(spec.months, np.uint64)[month]
    if spec.weekdays:
        weights *= np.array(spec.weekdays, np.uint64)[(days + _MONDAY) % 7]
    if spec.rising:
        weights *= np.arange(1, len(days) + 1, dtype=np.uint64)
    if spec.levelling:
        risen = np.arange(1, len(days) + 1, dtype=np.uint64)
        weights *= risen * risen[::-1]
    return shares(np.cumsum(weights))
