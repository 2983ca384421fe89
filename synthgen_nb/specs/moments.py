"""Moments that follow others, of their row or of a parent's, and what repeats a moment in another form: its day, its
year, the age, the time between two. Physical units: days or microseconds since 1970."""

from __future__ import annotations

from typing import Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from msgspec import Struct

from ..rows import I64, Mask, Rows, Values, below, bits
from .base import Spec
from .numbers import Label
from .rhythms import DAY, Rhythmic

_SECOND = 1_000_000
_BEFORE = -(1 << 62)  # no floor


class Floor(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A moment that another is not earlier than, by `least` of the other's units: `column` of the same row, or of the
    row of `table` that the source `at` names, for the key of which `by` is a column. Where it is NULL it asks for
    nothing, or, with `must`, for NULL."""

    column: str
    unit: Literal["day", "moment"]
    least: int = 0
    must: bool = False
    table: str = ""
    at: str = ""
    by: str = ""


class Since(Spec, frozen=True, tag="since"):
    """A moment of `series`, not earlier than the latest of `floors`: anywhere from there on by the weights of `series`,
    or, with `within`, after a gap of up to so many units, skewed towards short ones, in whole days or seconds. Where a
    parent's floors lie behind the series, they count for nothing. NULL where `when` does not hold one of `among`; with
    `open` NULL too where the gap ends behind the series: it has not happened yet."""

    floors: tuple[Floor, ...]
    series: Rhythmic
    within: int = 0
    when: str = ""
    among: tuple[Label, ...] = ()
    open: bool = False

    @property
    def needs(self) -> tuple[str, ...]:
        own = (floor.column for floor in self.floors if not floor.table)
        return tuple(dict.fromkeys((*own, *((self.when,) if self.when else ()))))

    @property
    def beyond(self) -> tuple[tuple[str, str], ...]:
        return tuple((floor.table, floor.column) for floor in self.floors if floor.table)

    @property
    def span(self) -> tuple[int, int]:
        return self.series.low, self.series.high

    def draw(self, rows: Rows, name: str) -> Values:
        series = self.series
        own, valid = self._latest(rows, parents=False)
        other, there = self._latest(rows, parents=True)
        floor = np.maximum(own, other)
        floor = np.clip(np.where(floor > series.high, own, floor), series.low, series.high)
        valid &= there
        if self.when:
            valid &= among(rows.column(self.when), self.among)
        random, key = rows.bits(name), rows.key(f"{name}/time")
        if not self.within:
            return Values(series.since(floor, random, key), valid)
        step = 1 if series.unit == "day" else _SECOND
        room = np.full(len(rows), self.within, np.int64)
        if not self.open:
            room = np.minimum(room, series.high - floor)
        bound = (room // step + 1).astype(np.uint64)
        value = floor + np.minimum(below(random, bound), below(~random, bound)).astype(np.int64) * step
        size = 1 if series.unit == "day" else DAY
        first, day = floor // size, value // size
        if series.weekdays:
            other = series.weekday(day, bits(key, ~random))
            last = np.minimum(floor + self.within, series.high)
            moved = (other > first) & (day > first) & (value + (other - day) * size <= last)
            value, day = np.where(moved, value + (other - day) * size, value), np.where(moved, other, day)
        if series.unit == "moment" and series.hours and self.within >= DAY:
            value = np.where(day > first, day * DAY + series.clock(bits(key, random)), value)
        if self.open:
            valid &= value <= series.high
        return Values(np.minimum(value, series.high), valid)

    def _latest(self, rows: Rows, *, parents: bool) -> tuple[I64, Mask]:
        """The latest floor of each row, and where none is missing that must be there."""
        latest, valid = np.full(len(rows), _BEFORE, np.int64), np.ones(len(rows), bool)
        for floor in self.floors:
            if bool(floor.table) != parents:
                continue
            values = _of_parent(floor, rows) if parents else rows.column(floor.column)
            moment = _as(values, floor.unit, self.series.unit) + floor.least
            if values.valid is not None:
                moment = np.where(values.valid, moment, _BEFORE)
                valid = valid & values.valid if floor.must else valid
            latest = np.maximum(latest, moment)
        return latest, valid


def _of_parent(floor: Floor, rows: Rows) -> Values:
    """The parent's moment. In a row that is drawn again the key may stay: then it is the one of the first draw."""
    kept = rows.attempt and floor.by not in rows.redrawn
    index = (Rows(rows.world, rows.table, rows.index) if kept else rows).source(floor.at)
    values = rows.of(floor.table, index.values).column(floor.column)
    if index.valid is None:
        return values
    return Values(values.data, index.valid if values.valid is None else index.valid & values.valid)


class Part(Spec, frozen=True, tag="part"):
    """A part of the moment in `column`: its day, year, month, day of the month, hour, or the age in whole years on
    `today` (days since 1970). NULL where the moment is; with `whole`, of what would be there."""

    column: str
    unit: Literal["day", "moment"]
    part: Literal["day", "year", "month", "day of month", "hour", "age"]
    today: int = 0
    whole: bool = False

    @property
    def needs(self) -> tuple[str, ...]:
        return (self.column,)

    def draw(self, rows: Rows, name: str) -> Values:
        moment = rows.column(self.column)
        value = _as(moment, self.unit, "moment")
        return Values(self._part(value), None if self.whole else moment.valid)

    def _part(self, moment: I64) -> I64:
        day = moment // DAY
        if self.part == "day":
            return day
        if self.part == "hour":
            return moment % DAY // (DAY // 24)
        year, month, date = _civil(day)
        if self.part == "age":
            now = _civil(np.array([self.today]))
            early = (month > now[1]) | ((month == now[1]) & (date > now[2]))
            age: I64 = np.maximum(now[0] - year - early, 0)
            return age
        return {"year": year, "month": month, "day of month": date}[self.part]


class Elapsed(Spec, frozen=True, tag="elapsed"):
    """The time from `start` to `end`, two columns of one unit, in whole `per` of that unit, times `times`. NULL where
    one of them is."""

    start: str
    end: str
    per: int
    times: int = 1
    scale: int = 0

    @property
    def needs(self) -> tuple[str, ...]:
        return (self.start, self.end)

    def draw(self, rows: Rows, name: str) -> Values:
        start, end = rows.column(self.start), rows.column(self.end)
        assert isinstance(start.data, np.ndarray)
        assert isinstance(end.data, np.ndarray)
        value = (end.data.astype(np.int64) - start.data.astype(np.int64)) * self.times // self.per
        masks = [mask for mask in (start.valid, end.valid) if mask is not None]
        valid = np.logical_and.reduce(masks) if masks else None
        return Values(value.astype(np.float64) / self.scale if self.scale else value, valid)


def among(values: Values, labels: tuple[Label, ...]) -> Mask:
    """Which values are one of the labels; never NULL."""
    if isinstance(values.data, np.ndarray):
        held: Mask = np.isin(values.data, np.array(labels))
    else:
        data = pc.cast(values.data, pa.string()) if pa.types.is_dictionary(values.data.type) else values.data
        held = pc.is_in(data, value_set=pa.array(labels, data.type)).to_numpy(zero_copy_only=False)
    return held if values.valid is None else held & values.valid


def _as(values: Values, unit: str, wanted: str) -> I64:
    """Moments in the wanted unit: a day as its first instant, a moment as the first day that is not earlier."""
    assert isinstance(values.data, np.ndarray)
    data: I64 = values.data.astype(np.int64)
    if unit == wanted:
        return data
    return data * DAY if unit == "day" else -(-data // DAY)


def _civil(day: I64) -> tuple[I64, I64, I64]:
    """(year, month, day of the month) of days since 1970."""
    date = day.astype("datetime64[D]")
    month = date.astype("datetime64[M]")
    months: I64 = month.astype(np.int64)
    return months // 12 + 1970, months % 12 + 1, (date - month).astype(np.int64) + 1
