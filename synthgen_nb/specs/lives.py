"""The life line of a row: when it begins, how far it has come by now, where on its way each stage lies. Latent draws
that hang on no column, so that dates and states agree by what they read. Microseconds since 1970; knows no names."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from msgspec import Struct

from ..rows import I64, U64, Indices, Mask, Rows, Values, below, bits
from .base import Source
from .rhythms import DAY, Rhythmic
from .shares import Shares, shares

LIFE, SO_FAR = "life line", "life line so far"  # the sources of a table of these names
FATES = 1000  # of which each row has one: what becomes of it

_SECOND = 1_000_000
_HOUR, _WEEK, _MONDAY = 3600, 7 * 86_400, 3 * 86_400  # seconds; from a Monday to 1970-01-01
_WIDTH = 32
_TICKS = 1 << _WIDTH  # of working time in a week
_SLOWEST, _FASTEST = 1000, 350  # thousandths of the longest way


class Parent(Struct, frozen=True):
    """A row of `table`, named by the source `at`, before which a row does not begin; `by` is a column of the key.
    `told`: some column says when that was."""

    table: str
    at: str
    by: str
    told: bool = False


class Life(Source, frozen=True, tag="life"):
    """When a row begins: a moment of `series`, on a later day than all its `parents` do: anywhere from there on, or
    `within` so many days, skewed towards few. Where something else decides on the `column` with which rows begin, what
    that says (`days`: a day since 1970). The integers are signed."""

    series: Rhythmic
    parents: tuple[Parent, ...] = ()
    within: int = 0
    column: str = ""
    days: bool = False

    def draw(self, rows: Rows, name: str) -> Indices:
        begin = self._drawn(rows, name)
        if self.column:
            told = rows.column(self.column)
            moment = _whole(told) * (DAY if self.days else 1)
            begin = moment if told.valid is None else np.where(told.valid, moment, begin)
        return Indices(begin.view(np.uint64))

    def _drawn(self, rows: Rows, name: str) -> I64:
        if not self.parents:
            return _whole(self.series.draw(rows, name))
        series, random, key = self.series, rows.bits(name), rows.key(f"{name}/time")
        floor, orphan = self._floor(rows)
        if not self.within:
            return series.since(floor, random, key)
        first = floor // DAY
        room = np.minimum(self.within, series.high // DAY - first)
        day = first + skewed(random, room)
        other = series.weekday(day, bits(key, ~random))
        day = np.where((other >= first) & (other <= first + room), other, day)
        value = np.minimum(np.maximum(day * DAY + series.clock(bits(key, random)), floor), series.high)
        return np.where(orphan, series.since(floor, random, key), value) if orphan.any() else value

    def _floor(self, rows: Rows) -> tuple[I64, Mask]:
        """The first instant of the day after all parents' begins, and which rows have no parent."""
        floor, orphan = np.full(len(rows), self.series.low), np.ones(len(rows), bool)
        for parent in self.parents:
            window, there = parent_rows(rows, parent.table, parent.at, parent.by)
            after = (begins(window) // DAY + 1) * DAY
            if there is None:
                floor, orphan = np.maximum(floor, after), np.zeros(len(rows), bool)
            else:
                floor = np.where(there, np.maximum(floor, after), floor)
                orphan &= ~there
        return np.minimum(floor, self.series.high), orphan


class Stage(Struct, frozen=True, tag="stage"):
    """That a row reaches a stage of its way: number `number`, at a moment of its own between `first` and `last` seconds
    of working time after its begin, at its own pace; if that is by now, and its fate is one of `low`..`high`-1. Rows of
    the fates `stuck`[0]..`stuck`[1]-1 have stopped before."""

    number: int
    first: int
    last: int
    low: int = 0
    high: int = FATES
    stuck: tuple[int, int] = (0, 0)


class Late(Struct, frozen=True, tag="late"):
    """That something became of a row on which few come: those of the fates `low`..`high`-1."""

    low: int
    high: int


class Progress(Source, frozen=True, tag="progress"):
    """When the last thing that can have happened to a row did so: the last stage of its way that it has reached by
    now, with all those that no column tells of, its end where that has come, and what `late` fates bring in some `days`
    from there. `way` are the bounds of the stages in seconds; the fates below `out` end with number `stop`, those from
    `stuck`[n] to before `stuck`[n + 1] with number n."""

    series: Rhythmic
    way: tuple[int, ...]
    stop: int
    out: int
    end: tuple[int, int]
    late: tuple[int, int]
    days: int
    stuck: tuple[int, ...] = ()

    def draw(self, rows: Rows, name: str) -> Indices:
        series, begin = self.series, begins(rows)
        way, speed = np.array(self.way), pace(rows)
        most = np.where(fate(rows) < self.out, self.stop, len(way) - 2)
        if self.stuck:
            at = np.searchsorted(np.array(self.stuck), fate(rows), side="right") - 1
            most = np.where((at >= 0) & (at < len(self.stuck) - 1), at, most)
        here = np.minimum(np.searchsorted(way[1:], passed(series, begin) * 1000 // speed, side="right"), most)
        offset = self._offset(rows, way, speed, here)
        last = later(series, begin, offset)
        before = later(series, begin, self._offset(rows, way, speed, np.maximum(here - 1, 0)))
        last = np.where(last <= series.high, last, np.where(here > 0, before, begin))
        ended = span(rows, begin, "end", *self.end)
        last = np.where((ended <= series.high) & (self.end[1] > 0), np.maximum(last, ended), last)
        own = fate(rows)
        return Indices(
            np.where(
                (own >= self.late[0]) & (own < self.late[1]), onward(rows, last, "late", self.days, series), last
            ).view(np.uint64)
        )

    def _offset(self, rows: Rows, way: I64, speed: I64, number: I64) -> I64:
        keys = np.array([rows.key(f"{LIFE}/{place}") for place in range(len(way) - 1)], np.uint64)
        width = (way[number + 1] - way[number] + 1).astype(np.uint64)
        offset: I64 = way[number] + below(bits(keys[number], rows.index), width).astype(np.int64)
        return offset * speed // 1000


def begins(rows: Rows) -> I64:
    """When the rows begin."""
    return _signed(rows.source(LIFE))


def so_far(rows: Rows) -> I64:
    """When the last thing happened to the rows."""
    return _signed(rows.source(SO_FAR))


def known(rows: Rows) -> bool:
    """Whether the rows have a life line: those of an edit have none."""
    return rows.source(LIFE).valid is None


def _signed(index: Indices) -> I64:
    moments: I64 = index.values.view(np.int64)
    return moments


def _whole(values: Values) -> I64:
    assert isinstance(values.data, np.ndarray)
    moments: I64 = values.data.astype(np.int64, copy=False)
    return moments


def parent_rows(rows: Rows, table: str, at: str, by: str) -> tuple[Rows, Mask | None]:
    """The window on the parents' rows, and which rows have one (None: all). In rows that are drawn again the key may
    stay: then they are those of the first draw."""
    kept = rows.attempt and by not in rows.redrawn
    index = (Rows(rows.world, rows.table, rows.index) if kept else rows).source(at)
    return rows.of(table, index.values), index.valid


def pace(rows: Rows) -> I64:
    """Thousandths of the longest time that the way takes (i64[n])."""
    spread = _SLOWEST - _FASTEST + 1
    return rows.once("pace", rows.index, lambda: _FASTEST + below(rows.bits(f"{LIFE}/pace"), spread).astype(np.int64))


def fate(rows: Rows) -> I64:
    """0..FATES-1 (i64[n])."""
    return rows.once("fate", rows.index, lambda: below(rows.bits(f"{LIFE}/fate"), FATES).astype(np.int64))


def fated(rows: Rows, low: int, high: int) -> Mask:
    if low <= 0 and high >= FATES:
        return np.ones(len(rows), bool)
    own = fate(rows)
    found: Mask = (own >= low) & (own < high)
    return found


def staged(rows: Rows, begin: I64, stage: Stage, series: Rhythmic) -> I64:
    """When the rows reach the stage, be that yet to come, as it always is for those that are stuck."""
    if not stage.last:
        return begin
    random = rows.bits(f"{LIFE}/{stage.number}")
    offset = stage.first + below(random, stage.last - stage.first + 1).astype(np.int64)
    moment = later(series, begin, offset * pace(rows) // 1000)
    return np.where(fated(rows, *stage.stuck), series.high + 1, moment) if stage.stuck[1] else moment


def reached(rows: Rows, begin: I64, on: Stage | Late, series: Rhythmic) -> Mask:
    """Which rows have come so far."""
    there = fated(rows, on.low, on.high)
    return there & (staged(rows, begin, on, series) <= series.high) if isinstance(on, Stage) else there


def span(rows: Rows, begin: I64, name: str, after: int, within: int) -> I64:
    """So many seconds later: `after`, and up to `within` more, skewed towards few; days are whole ones."""
    step = 86_400 if within >= 30 * 86_400 else 1
    gap = skewed(rows.bits(f"{LIFE}/{name}"), within // step) * step
    return begin + (after + gap) * _SECOND


def onward(rows: Rows, floor: I64, name: str, days: int, series: Rhythmic) -> I64:
    """A moment of the series up to so many days behind each floor, none behind its end."""
    random, first = rows.bits(f"{LIFE}/{name}"), floor // DAY
    day = first + skewed(random, np.clip(series.high // DAY - first, 0, days))
    clock = series.clock(bits(rows.key(f"{LIFE}/{name}/time"), random))
    value = np.where(day > first, day * DAY + clock, floor)
    return np.maximum(np.minimum(value, series.high), floor)


def skewed(random: U64, most: I64 | int) -> I64:
    """Integers 0..most, small ones more often."""
    bound = (most + 1).astype(np.uint64) if isinstance(most, np.ndarray) else most + 1
    return np.minimum(below(random, bound), below(~random, bound)).astype(np.int64)


def later(series: Rhythmic, begin: I64, seconds: I64) -> I64:
    """So many seconds of working time later: a week has as many of them as others, and they lie where the hours and
    the days of the series have their weights. Rising in both."""
    hours = _hours(series.weekdays, series.hours)
    tick = hours.ticks(begin) + seconds * _TICKS // _WEEK
    week, tick = tick >> _WIDTH, tick & (_TICKS - 1)
    hour = hours.shares.place(tick.view(np.uint64))
    second = hour * _HOUR + (tick - hours.starts[hour]) * _HOUR // hours.widths[hour]
    moments: I64 = np.maximum((week * _WEEK + second - _MONDAY) * _SECOND, begin)
    return moments


def passed(series: Rhythmic, begin: I64) -> I64:
    """Seconds of working time from there to the end of the series."""
    hours = _hours(series.weekdays, series.hours)
    ticks = hours.ticks(np.array([series.high])) - hours.ticks(begin)
    seconds: I64 = (np.maximum(ticks, 0) * _WEEK) >> _WIDTH
    return seconds


@dataclass(frozen=True, slots=True)
class _Hours:
    """The 168 hours of a week in its working time: where each starts, how wide it is (at least 1), and which one a
    tick lies in."""

    starts: I64
    widths: I64
    shares: Shares

    def ticks(self, moment: I64) -> I64:
        second = moment // _SECOND + _MONDAY
        week = second // _WEEK
        second = second - week * _WEEK
        hour = second // _HOUR
        ticks: I64 = week * _TICKS + self.starts[hour] + (second - hour * _HOUR) * self.widths[hour] // _HOUR
        return ticks


@cache
def _hours(weekdays: tuple[int, ...], hours: tuple[int, ...]) -> _Hours:
    weights = np.outer(np.array(weekdays or (1,) * 7), np.array(hours or (1,) * 24)).ravel()
    ends = np.cumsum(weights) * _TICKS // max(int(weights.sum()), 1)
    starts: I64 = np.concatenate([[0], ends[:-1]]).astype(np.int64)
    return _Hours(starts, np.maximum(ends - starts, 1), shares(ends.astype(np.uint64)))
