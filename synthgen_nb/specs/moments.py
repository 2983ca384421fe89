"""Moments that follow others, of their row or of a parent's, and what repeats a moment in another form: its day, its
year, the age, the time between two. Physical units: days or microseconds since 1970."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from msgspec import Struct, structs

from ..rows import I64, Mask, Rows, Values, below, bits
from .base import Spec
from .lives import FATES, Late, Stage, begins, fated, known, onward, parent_rows, so_far, span, staged
from .numbers import Label
from .rhythms import DAY, Rhythmic

_SECOND = 1_000_000
_WEEK = 7 * 86_400
_MIDDLE = 10  # bits of a share
_BEFORE = -(1 << 62)  # no floor


class Floor(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A moment that another is not earlier than, by `least` of the other's units: `column` of the same row, or of the
    row of `table` that the source `at` names, for the key of which `by` is a column. Where it is NULL it asks for
    nothing."""

    column: str
    unit: Literal["day", "moment"]
    least: int = 0
    table: str = ""
    at: str = ""
    by: str = ""


class Begin(Struct, frozen=True, tag="begin"):
    """With the row itself."""


class Born(Struct, frozen=True, tag="born"):
    """`youngest` days before the begin of the row, or earlier, down to the first value there may be: as many rows lie
    before `middle` 1,024ths of that time as behind."""

    youngest: int
    middle: int


class Span(Struct, frozen=True, tag="span"):
    """`after` seconds behind the begin of the row, and up to `within` more, skewed towards few; `name` keys them."""

    name: str
    after: int
    within: int


class Ahead(Struct, frozen=True, tag="ahead"):
    """The same, of what may be yet to come."""

    name: str
    after: int
    within: int


class Anywhere(Struct, frozen=True, tag="anywhere"):
    """Between the begin of the row and now."""


class Touched(Struct, frozen=True, tag="touched"):
    """Up to `days` after the last thing that happened to the row."""

    days: int


class Gone(Struct, frozen=True, tag="gone"):
    """Up to `days` after the last touch, in rows of the fates `low`..`high`-1."""

    days: int
    last: int
    low: int = 0
    high: int = FATES


Place = Begin | Born | Stage | Late | Span | Ahead | Anywhere | Touched | Gone  # on the life line of a row


class Since(Spec, frozen=True, tag="since"):
    """A moment on the life line of its row, from `low` to `high` in its own unit, not earlier than the latest of
    `floors` (which it is not by itself, unless something else decides on those; where a parent's lie behind `high`,
    they count for nothing), at the next full `step` (0: any). `series` says how the line's moments spread, and until
    when they are. NULL where `when` does not hold one of `among`; with `open` where by the life line it has not
    happened yet, or never will. `day` names a column with the days on which the moments are, NULL where it is."""

    on: Place
    series: Rhythmic
    low: int
    high: int
    unit: Literal["day", "moment"]
    floors: tuple[Floor, ...] = ()
    when: str = ""
    among: tuple[Label, ...] = ()
    open: bool = False
    step: int = 0
    day: str = ""

    @property
    def needs(self) -> tuple[str, ...]:
        own = (floor.column for floor in self.floors if not floor.table)
        return tuple(dict.fromkeys((*own, *(name for name in (self.when, self.day) if name))))

    @property
    def beyond(self) -> tuple[tuple[str, str], ...]:
        return tuple((floor.table, floor.column) for floor in self.floors if floor.table)

    @property
    def span(self) -> tuple[int, int]:
        return self.low, self.high

    @property
    def seconds(self) -> int:
        """How much later than its row's begin at most, where that is bounded; else 0."""
        step = self.step // _SECOND
        if isinstance(self.on, Stage):
            return self.on.last + _WEEK + step  # so many of working time, which lies in some hours of each week
        return self.on.after + self.on.within + step if isinstance(self.on, Span) else 0

    def draw(self, rows: Rows, name: str) -> Values:
        floor = self._floor(rows)
        told = known(rows)
        begin = begins(rows) if told else self._begun(rows, name, floor)
        moment = self._moment(rows, name, begin)
        valid = self._there(rows, moment) if self.open else None
        if self.when and not (self.open and told):
            valid = among(rows.column(self.when), self.among)
        if not isinstance(self.on, Ahead):
            moment = self._by_now(rows, begin, moment, told=told)
        value = self._day(self._base(rows, begin), moment) if self.unit == "day" else moment
        if self.day:
            days = rows.column(self.day)
            value = _as(days, "day", "moment") + value % DAY
            valid = days.valid if valid is None else valid if days.valid is None else valid & days.valid
        if self.low > int(value.min(initial=self.high)):
            value = np.where(value < self.low, self._within(rows, name), value)
        value = value if floor is None else np.maximum(value, floor)
        return Values(np.minimum(-(-value // self.step) * self.step if self.step else value, self.high), valid)

    def _moment(self, rows: Rows, name: str, begin: I64) -> I64:
        series, told = self.series, known(rows)
        match self.on:
            case Stage() as stage:
                return staged(rows, begin, stage, series)
            case Span(own, after, within):
                return span(rows, begin, own, after, within)
            case Ahead(own, after, within):
                return span(rows, begin, own, after, within)
            case Anywhere():
                return series.since(np.minimum(begin, series.high), rows.bits(name), rows.key(f"{name}/time"))
            case Late():
                return so_far(rows) if told else onward(rows, begin, "late", 1, series)
            case Touched(days):
                return onward(rows, so_far(rows) if told else begin, "touched", days, series)
            case Gone(days, last):
                touched = onward(rows, so_far(rows) if told else begin, "touched", last, series)
                return onward(rows, touched, "gone", days, series)
            case Begin():
                return begin
            case Born():
                return self._born(rows, name, begin)

    def _born(self, rows: Rows, name: str, begin: I64) -> I64:
        assert isinstance(self.on, Born)
        random, size = rows.bits(name), 1 if self.unit == "day" else DAY
        low, high = -(-self.low // size), self.high // size
        room = np.clip(begin // DAY - 1 - self.on.youngest, low, max(low, high)) - low
        middle = room * self.on.middle >> _MIDDLE
        late = (random & np.uint64(1)).astype(bool)
        width = (np.where(late, room - middle, middle) + 1).view(np.uint64)
        day = low + np.where(late, middle, 0) + below(random, width).astype(np.int64)
        if self.unit == "day":
            return day * DAY
        return day * DAY + below(bits(rows.key(f"{name}/time"), random), 86_400).astype(np.int64) * _SECOND

    def _base(self, rows: Rows, begin: I64) -> I64:
        """What the moment comes after."""
        return so_far(rows) if isinstance(self.on, Touched | Gone) and known(rows) else begin

    def _day(self, begin: I64, moment: I64) -> I64:
        """The day of a moment, no earlier as an instant than the begin where it comes later."""
        day = moment // DAY
        return day if isinstance(self.on, Begin | Born) else np.maximum(day, -(-begin // DAY), out=day)

    def _there(self, rows: Rows, moment: I64) -> Mask:
        """Which rows have come so far."""
        if isinstance(self.on, Stage | Late | Gone):
            there = fated(rows, self.on.low, self.on.high)
            return there & (moment <= self.series.high) if isinstance(self.on, Stage) else there
        return moment <= self.series.high

    def _by_now(self, rows: Rows, begin: I64, moment: I64, *, told: bool) -> I64:
        """What must have happened though it would be yet to come: with the last thing that has."""
        late = np.flatnonzero(moment > self.series.high)
        if len(late):
            last = so_far(rows.some(late)) if told else begin[late]
            moment = moment.copy()
            moment[late] = np.minimum(last, self.series.high)
        return moment

    def _within(self, rows: Rows, name: str) -> I64:
        """Anywhere between its bounds."""
        own = structs.replace(self.series, low=self.low, high=self.high, unit=self.unit, rising=False, levelling=False)
        return own.since(np.full(len(rows), self.low), rows.bits(name), rows.key(f"{name}/time"))

    def _begun(self, rows: Rows, name: str, floor: I64 | None) -> I64:
        """The begin of a row that has no life line: what it has to follow, or anywhere."""
        floor = np.full(len(rows), _BEFORE) if floor is None else floor
        at = floor * (DAY if self.unit == "day" else 1)
        low = np.clip(at, self.series.low, self.series.high)
        drawn = self.series.since(low, rows.bits(f"{name}/begin"), rows.key(f"{name}/begin/time"))
        return np.where(floor > _BEFORE, low, drawn) if not isinstance(self.on, Begin) else drawn

    def _floor(self, rows: Rows) -> I64 | None:
        """The latest floor of each row, those of parents as far as they leave room; None without any."""
        own = self._latest(rows, [floor for floor in self.floors if not floor.table])
        other = self._latest(rows, [floor for floor in self.floors if floor.table])
        if other is None:
            return own
        if int(other.max(initial=_BEFORE)) > self.high:
            other = np.where(other > self.high, _BEFORE, other)
        return other if own is None else np.maximum(own, other)

    def _latest(self, rows: Rows, floors: Sequence[Floor]) -> I64 | None:
        latest: I64 | None = None
        for floor in floors:
            values = _of_parent(floor, rows) if floor.table else rows.column(floor.column)
            moment = _as(values, floor.unit, self.unit)
            if floor.least:
                moment = moment + floor.least
            if values.valid is not None:
                moment = np.where(values.valid, moment, _BEFORE)
            latest = moment if latest is None else np.maximum(latest, moment)
        return latest


def _of_parent(floor: Floor, rows: Rows) -> Values:
    window, there = parent_rows(rows, floor.table, floor.at, floor.by)
    values = window.column(floor.column)
    if there is None or values.valid is None:
        return Values(values.data, values.valid if there is None else there)
    return Values(values.data, there & values.valid)


class Part(Spec, frozen=True, tag="part"):
    """A part of the moment in `column`: its day, year, quarter, month, day of the month, hour, or the age in whole
    years on `today` (days since 1970). NULL where the moment is; with `whole`, of what would be there."""

    column: str
    unit: Literal["day", "moment"]
    part: Literal["day", "year", "quarter", "month", "day of month", "hour", "age"]
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
        return {"year": year, "quarter": (month + 2) // 3, "month": month, "day of month": date}[self.part]


class Elapsed(Spec, frozen=True, tag="elapsed"):
    """The time from `start` to `end`, two columns of one unit, in whole `per` of that unit, times `times`: those that
    have passed, with `whole` from the one that `start` lies in to that of `end`; with `both` the first one counts, too.
    NULL where one of them is."""

    start: str
    end: str
    per: int
    times: int = 1
    scale: int = 0
    whole: bool = False
    both: bool = False

    @property
    def needs(self) -> tuple[str, ...]:
        return (self.start, self.end)

    def draw(self, rows: Rows, name: str) -> Values:
        start, end = rows.column(self.start), rows.column(self.end)
        assert isinstance(start.data, np.ndarray)
        assert isinstance(end.data, np.ndarray)
        first, last = start.data.astype(np.int64), end.data.astype(np.int64)
        if self.whole:
            first, last = first // self.per * self.per, last // self.per * self.per
        value = (last - first + self.per * self.both) * self.times // self.per
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
    data: I64 = values.data.astype(np.int64, copy=False)
    if unit == wanted:
        return data
    return data * DAY if unit == "day" else -(-data // DAY)


def _civil(day: I64) -> tuple[I64, I64, I64]:
    """(year, month, day of the month) of days since 1970."""
    date = day.astype("datetime64[D]")
    month = date.astype("datetime64[M]")
    months: I64 = month.astype(np.int64)
    return months // 12 + 1970, months % 12 + 1, (date - month).astype(np.int64) + 1
