"""The life line of a row: when it begins, how far it has come by now, where on its way each stage lies. Latent draws
that hang on no column, so that dates and states agree by what they read. Microseconds since 1970; knows no names."""

from __future__ import annotations

from functools import cache

import numpy as np
from msgspec import Struct, structs

from ..rows import I64, U64, Indices, Mask, Rows, Values, below, bits
from .base import Source
from .rhythms import DAY, Rhythmic
from .shares import Shares, shares

LIFE, SO_FAR = "life line", "life line so far"  # the sources of a table of these names
FATES = 1000  # of which each row has one: what becomes of it

_SECOND, _DAY = 1_000_000, 86_400
_HOUR, _WEEK, _MONDAY = 3600, 7 * _DAY, 3 * _DAY  # seconds; from a Monday to 1970-01-01
_WIDTH = 32
_TICKS = 1 << _WIDTH  # of working time in a week
_RATE = _TICKS // _WEEK  # ticks of a second of working time
_FINE = 40  # bits behind the second, where ticks are measured in seconds
_EXACT = 10  # where rows come every so many days: by a tenth of that too early
_OVER = 8  # days before the end of a year, so that what follows soon lies in it, too
_PACE = 10
_SLOWEST, _FASTEST = 1 << _PACE, 358  # 1,024ths of the longest way


class Parent(Struct, frozen=True):
    """A row of `table`, named by the source `at`, before which a row does not begin; `by` is a column of the key.
    `told`: some column says when that was."""

    table: str
    at: str
    by: str
    told: bool = False


class Life(Source, frozen=True, tag="life"):
    """When a row begins: a moment of `series`, on a later day than all its `parents` do: anywhere from there on, or
    `within` so many days, skewed towards few. Rows that the layout `along` gives one parent begin one after the other:
    each in its part of that time, or `every` so many days where that has room for all, or one in each of the years up
    to `year`. Where something else decides on the `column` with which rows begin, what that says (`days`: a day since
    1970). The integers are signed."""

    series: Rhythmic
    parents: tuple[Parent, ...] = ()
    within: int = 0
    along: str = ""
    every: int = 0
    year: int = 0
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
        if self.along:
            return self._in_turn(rows, name)
        if not self.parents:
            return _whole(self.series.draw(rows, name))
        series, random, key = self.series, rows.bits(name), rows.key(f"{name}/time")
        floor, orphan = self._floor(rows)
        if not self.within:
            return series.since(floor, random, key)
        begin = later(series, _hours(series).ticks(floor), skewed(random, self.within * _DAY))
        apart = begin > series.high
        if orphan is not None:
            apart |= orphan
        if apart.any():
            at = np.flatnonzero(apart)
            begin[at] = series.since(floor[at], random[at], key)
        return begin

    def _in_turn(self, rows: Rows, name: str) -> I64:
        """Siblings by their places, as far as other parents leave them there."""
        hours, above = _hours(self.series), rows.source(self.along).values
        first, end = rows.world.span(rows.table, self.along, above, above + np.uint64(1))
        if self.year:
            return self._year_by_year(rows, name, (end - rows.index).astype(np.int64))
        place, count = (rows.index - first).astype(np.int64), (end - first).astype(np.int64)
        low, high = hours.ticks(np.array([self.series.low, self.series.high]))
        laid = [parent for parent in self.parents if parent.at == self.along]
        start = hours.ticks(structs.replace(self, parents=tuple(laid))._floor(rows)[0]) if laid else low
        room = high - start
        if self.within:
            room = np.minimum(room, self.within * _DAY * _RATE)
        step, random = room // count, rows.bits(name)
        if self.every:
            step = np.minimum(step, self.every * _DAY * _RATE)
            part = step - below(random, (step // _EXACT + 1).view(np.uint64)).astype(np.int64)
        else:
            part = below(random, (step + 1).view(np.uint64)).astype(np.int64)
        begin = np.minimum(hours.moments(start + place * step + part), self.series.high)
        return np.maximum(begin, self._floor(rows)[0] if self.parents else self.series.low)

    def _year_by_year(self, rows: Rows, name: str, behind: I64) -> I64:
        """In the year that has so many `behind` it up to the last one, itself counted, as far as parents leave that."""
        hours, ever = _hours(self.series), structs.replace(self, series=structs.replace(self.series, low=0))
        floor = ever._floor(rows)[0] if self.parents else np.zeros(1, np.int64)
        ends = (self.year - 1970 - behind + np.array([[1], [2]])).astype("datetime64[Y]").astype("datetime64[D]")
        start, end = ends.astype(np.int64) * DAY
        start, end = hours.ticks(np.maximum(start, floor)), hours.ticks(end - _OVER * DAY)
        room = np.where(end > start, end - start, _OVER * _DAY * _RATE)  # a year that is over before: soon after
        moments: I64 = hours.moments(start + below(rows.bits(name), room.view(np.uint64)).astype(np.int64))
        return np.clip(moments, floor, self.series.high)

    def _floor(self, rows: Rows) -> tuple[I64, Mask | None]:
        """The first instant of the day after all parents' begins, and which rows have no parent (None: all have)."""
        floor: I64 | None = None
        orphan: Mask | None = np.ones(len(rows), bool)
        for parent in self.parents:
            window, there = parent_rows(rows, parent.table, parent.at, parent.by)
            after = window.each(self._after)
            if there is not None:
                after = np.where(there, after, self.series.low)
            floor = after if floor is None else np.maximum(floor, after)
            orphan = None if there is None or orphan is None else orphan & ~there
        assert floor is not None
        return floor, orphan

    def _after(self, parents: Rows) -> I64:
        return np.clip((begins(parents) // DAY + 1) * DAY, self.series.low, self.series.high)


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
        way, own = np.array(self.way), fate(rows)
        most = np.where(own < self.out, self.stop, len(way) - 2)
        if self.stuck:
            at = np.searchsorted(np.array(self.stuck), own, side="right") - 1
            most = np.where((at >= 0) & (at < len(self.stuck) - 1), at, most)
        come = (passed(series, begin) << _PACE) // pace(rows)
        here = np.minimum(np.searchsorted(way[1:], come, side="right"), most)
        last = self._reached(rows, begin, way, here)
        if len(ahead := np.flatnonzero(last > series.high)):  # on its way there: then the stage before is the last one
            before, start = here[ahead] - 1, begin[ahead]
            stage = self._reached(rows.some(ahead), start, way, np.maximum(before, 0))
            last[ahead] = np.where(before >= 0, stage, start)
        if self.end[1]:
            ended = span(rows, begin, "end", *self.end)
            last = np.where(ended <= series.high, np.maximum(last, ended), last)
        if len(late := np.flatnonzero((own >= self.late[0]) & (own < self.late[1]))):
            last[late] = onward(rows.some(late), last[late], "late", self.days, series)
        return Indices(last.view(np.uint64))

    def _reached(self, rows: Rows, begin: I64, way: I64, number: I64) -> I64:
        """When the rows come to the stages of these numbers."""
        keys = np.array([rows.key(f"{LIFE}/{place}") for place in range(len(way) - 1)], np.uint64)
        width = (way[number + 1] - way[number] + 1).astype(np.uint64)
        offset: I64 = way[number] + below(bits(keys[number], rows.index), width).astype(np.int64)
        return later(self.series, _ticks(rows, self.series, begin), (offset * pace(rows)) >> _PACE, begin)


def begins(rows: Rows) -> I64:
    """When the rows begin."""
    drawn = rows.source(LIFE)
    return rows.once("begins", drawn.values, lambda: _signed(drawn))


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
    """1,024ths of the longest time that the way takes (i64[n])."""
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
    moment = later(series, _ticks(rows, series, begin), (offset * pace(rows)) >> _PACE, begin)
    if stage.stuck[1]:
        moment[fated(rows, *stage.stuck)] = series.high + 1
    return moment


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


def later(series: Rhythmic, ticks: I64, seconds: I64, least: I64 | None = None) -> I64:
    """So many seconds of working time behind `ticks`: a week has as many of them as others, and they lie where the
    hours and the days of the series have their weights. Rising in both; not before `least`."""
    moments = _hours(series).moments(ticks + seconds * _RATE)
    return moments if least is None else np.maximum(moments, least, out=moments)


def passed(series: Rhythmic, begin: I64) -> I64:
    """Seconds of working time from there to the end of the series."""
    hours = _hours(series)
    seconds: I64 = np.maximum(hours.ticks(np.array([series.high])) - hours.ticks(begin), 0) // _RATE
    return seconds


def _ticks(rows: Rows, series: Rhythmic, begin: I64) -> I64:
    """The begins of the rows, in ticks."""
    hours = _hours(series)
    return rows.once(hours, begin, lambda: hours.ticks(begin))


class _Hours(Struct, frozen=True, eq=False):
    """The 168 hours of a week in its working time, in ticks: where each starts, how wide it is (at least 1), and which
    one a tick lies in. Of a tick in it, the second of the week is `tick * scales + offsets` (modulo 2**64), with
    `_FINE` bits behind the point."""

    starts: I64
    widths: I64
    scales: U64
    offsets: U64
    shares: Shares

    def ticks(self, moment: I64) -> I64:
        second = moment // _SECOND + _MONDAY
        week = second // _WEEK
        second -= week * _WEEK
        hour = second // _HOUR
        second -= hour * _HOUR
        ticks: I64 = (week << _WIDTH) + np.take(self.starts, hour)
        ticks += second * np.take(self.widths, hour) // _HOUR
        return ticks

    def moments(self, ticks: I64) -> I64:
        tick = (ticks & (_TICKS - 1)).view(np.uint64)
        hour = self.shares.place(tick)
        tick *= np.take(self.scales, hour)
        tick += np.take(self.offsets, hour)
        tick >>= np.uint64(_FINE)
        moments = ticks >> _WIDTH
        moments *= _WEEK
        moments += tick.view(np.int64)
        moments -= _MONDAY
        moments *= _SECOND
        return moments


def _hours(series: Rhythmic) -> _Hours:
    return _hours_of(series.weekdays, series.hours)


@cache
def _hours_of(weekdays: tuple[int, ...], hours: tuple[int, ...]) -> _Hours:
    weights = np.outer(np.array(weekdays or (1,) * 7), np.array(hours or (1,) * 24)).ravel()
    ends = np.cumsum(weights) * _TICKS // max(int(weights.sum()), 1)
    starts: I64 = np.concatenate([[0], ends[:-1]]).astype(np.int64)
    widths = np.maximum(ends - starts, 1)
    scales = (_HOUR << _FINE) // widths
    offsets = (np.arange(len(ends), dtype=np.int64) * _HOUR << _FINE).view(np.uint64)
    offsets -= starts.view(np.uint64) * scales.view(np.uint64)
    return _Hours(starts, widths, scales.view(np.uint64), offsets, shares(ends.astype(np.uint64)))
