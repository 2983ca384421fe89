"""The life line of a row: when it begins, how far it has come by now, where on its way each stage lies. Latent draws
that hang on no column, so that dates and states agree by what they read. Microseconds since 1970; knows no names."""

from __future__ import annotations

from functools import cache

import numpy as np
from msgspec import Struct

from ..rows import I64, U64, Indices, Mask, Rows, below, bits
from .base import Source
from .rhythms import DAY, Rhythmic

LIFE, SO_FAR = "life line", "life line so far"  # the sources of a table of these names
FATES = 1000  # of which each row has one: what becomes of it

_SECOND = 1_000_000
_HOUR, _WEEK, _MONDAY = 3600, 7 * 86_400, 3 * 86_400  # seconds; from a Monday to 1970-01-01
_TICKS = 1 << 32  # of working time in a week
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
            assert isinstance(told.data, np.ndarray)
            moment = told.data.astype(np.int64) * (DAY if self.days else 1)
            begin = moment if told.valid is None else np.where(told.valid, moment, begin)
        return Indices(begin.view(np.uint64))

    def _drawn(self, rows: Rows, name: str) -> I64:
        series, random, key = self.series, rows.bits(name), rows.key(f"{name}/time")
        if not self.parents:
            return series.since(np.full(len(rows), series.low), random, key)
        floor = np.full(len(rows), series.low)
        orphan = np.ones(len(rows), bool)
        for parent in self.parents:
            window, there = parent_rows(rows, parent.table, parent.at, parent.by)
            after = (_signed(window.source(LIFE)) // DAY + 1) * DAY
            floor = np.where(there, np.maximum(floor, after), floor)
            orphan &= ~there
        floor = np.minimum(floor, series.high)
        anywhere = series.since(floor, random, key)
        if not self.within:
            return anywhere
        first = floor // DAY
        room = np.minimum(self.within, series.high // DAY - first)
        day = first + skewed(random, room)
        other = series.weekday(day, bits(key, ~random))
        day = np.where((other >= first) & (other <= first + room), other, day)
        value = np.minimum(np.maximum(day * DAY + series.clock(bits(key, random)), floor), series.high)
        return np.where(orphan, anywhere, value)


class Stage(Struct, frozen=True, tag="stage"):
    """That a row reaches a stage of its way: number `number`, at a moment of its own between `first` and `last` seconds
    of working time after its begin, at its own pace; if that is by now, and its fate is one of `low`..`high`-1."""

    number: int
    first: int
    last: int
    low: int = 0
    high: int = FATES


class Late(Struct, frozen=True, tag="late"):
    """That something became of a row on which few come: those of the fates `low`..`high`-1."""

    low: int
    high: int


class Progress(Source, frozen=True, tag="progress"):
    """When the last thing that can have happened to a row did so: the last stage of its way that it has reached by
    now, with all those that no column tells of, its end where that has come, and what `late` fates bring in some `days`
    from there. `way` are the bounds of the stages in seconds; the fates below `out` end with number `stop`."""

    series: Rhythmic
    way: tuple[int, ...]
    stop: int
    out: int
    end: tuple[int, int]
    late: tuple[int, int]
    days: int

    def draw(self, rows: Rows, name: str) -> Indices:
        series, begin = self.series, begins(rows)
        way, speed = np.array(self.way), pace(rows)
        most = np.where(fate(rows) < self.out, self.stop, len(way) - 2)
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
        return _within(way[number], way[number + 1], speed, bits(keys[number], rows.index))


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


def parent_rows(rows: Rows, table: str, at: str, by: str) -> tuple[Rows, Mask]:
    """The window on the parents' rows, and which rows have one. In rows that are drawn again the key may stay: then
    they are those of the first draw."""
    kept = rows.attempt and by not in rows.redrawn
    index = (Rows(rows.world, rows.table, rows.index) if kept else rows).source(at)
    window = rows.once((table, at), index.values, lambda: rows.of(table, index.values))
    return window, np.ones(len(rows), bool) if index.valid is None else index.valid


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
    """When the rows reach the stage, be that yet to come."""
    if not stage.last:
        return begin
    random = rows.bits(f"{LIFE}/{stage.number}")
    return later(series, begin, _within(stage.first, stage.last, pace(rows), random))


def reached(rows: Rows, begin: I64, on: Stage | Late, series: Rhythmic) -> Mask:
    """Which rows have come so far."""
    there = fated(rows, on.low, on.high)
    return there & (staged(rows, begin, on, series) <= series.high) if isinstance(on, Stage) else there


def _within(first: int | I64, last: int | I64, speed: I64, random: U64) -> I64:
    width = np.asarray(last - first, np.uint64) + np.uint64(1)
    return (first + below(random, np.broadcast_to(width, random.shape)).astype(np.int64)) * speed // 1000


def span(rows: Rows, begin: I64, name: str, after: int, within: int) -> I64:
    """So many seconds later: `after`, and up to `within` more, skewed towards few; days are whole ones."""
    step = 86_400 if within >= 30 * 86_400 else 1
    gap = skewed(rows.bits(f"{LIFE}/{name}"), np.full(len(rows), within // step)) * step
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
    bound = np.asarray(most + 1, np.uint64)
    bound = np.broadcast_to(bound, random.shape)
    return np.minimum(below(random, bound), below(~random, bound)).astype(np.int64)


def later(series: Rhythmic, begin: I64, seconds: I64) -> I64:
    """So many seconds of working time later: a week has as many of them as others, and they lie where the hours and
    the days of the series have their weights. Rising in both."""
    ends = _week(series.weekdays, series.hours)
    week, tick = np.divmod(_ticks(ends, begin) + seconds * _TICKS // _WEEK, _TICKS)
    hour = np.searchsorted(ends, tick, side="right") - 1
    second = hour * _HOUR + (tick - ends[hour]) * _HOUR // np.maximum(ends[hour + 1] - ends[hour], 1)
    moments: I64 = np.maximum((week * _WEEK + second - _MONDAY) * _SECOND, begin)
    return moments


def passed(series: Rhythmic, begin: I64) -> I64:
    """Seconds of working time from there to the end of the series."""
    ends = _week(series.weekdays, series.hours)
    ticks = _ticks(ends, np.array([series.high])) - _ticks(ends, begin)
    seconds: I64 = np.maximum(ticks, 0) * _WEEK // _TICKS
    return seconds


def _ticks(ends: I64, moment: I64) -> I64:
    week, second = np.divmod(moment // _SECOND + _MONDAY, _WEEK)
    hour, rest = np.divmod(second, _HOUR)
    ticks: I64 = week * _TICKS + ends[hour] + rest * (ends[hour + 1] - ends[hour]) // _HOUR
    return ticks


@cache
def _week(weekdays: tuple[int, ...], hours: tuple[int, ...]) -> I64:
    """Where in the working time of a week its 168 hours begin, and where it ends (i64[169])."""
    weights = np.outer(np.array(weekdays or (1,) * 7), np.array(hours or (1,) * 24)).ravel()
    ends: I64 = np.concatenate([[0], np.cumsum(weights)]).astype(np.int64)
    ends = ends * _TICKS // max(int(ends[-1]), 1)
    return ends
