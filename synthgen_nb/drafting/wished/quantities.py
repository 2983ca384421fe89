"""Numbers, dates and times that a person asks for by their bounds, their middle and their spread, in the column's own
terms, as specs; dates as text too."""

from __future__ import annotations

import re
from zoneinfo import available_timezones

from ...errors import InputError
from ...physical import DAY, MICROS
from ...schema import Column, Kind, Type
from ...specs import AnySpec, Range, Stamp
from ...specs.stamps import DIRECTIVES
from .. import shapes
from ..columns import YEAR
from ..domains import units_of
from .goals import TIMES, Given, Goal, positive, said, takes
from .limits import literal

MOST = 1 << 63  # what a column's integers are counted in
_REACH = 20  # times the median, and as often less
_FAR = 4  # standard deviations


def range_of(goal: Goal, given: Given) -> AnySpec:
    low, high = _end(goal, given, "low", up=True), _end(goal, given, "high", up=False)
    if low > high:
        raise InputError(f"low {said(given.named['low'])} is above high {said(given.named['high'])}")
    kind = goal.column.type.kind
    one = 1 if kind == Kind.DATE else MICROS if kind in TIMES else units_of(goal.column.type)
    step = MICROS if kind in TIMES - {Kind.DATE} else goal.domain.step
    if "step" in given.named:
        step = round(positive("step", given.named["step"]) * one)
    return Range(low=low, high=high, step=max(1, min(step, high - low or 1)), scale=_scale(goal))


def log_normal_of(goal: Goal, given: Given) -> AnySpec:
    median = _end(goal, given, "median", up=False)
    if median <= 0:
        raise InputError("a LogNormal has a median above 0", hint="Normal(mean, std) or Range(low, high)")
    low, high = _bounds(goal, given, max(1, median // _REACH), median * _REACH)
    spread = positive("sigma", given.named.get("sigma", 0.6))
    return shapes.log_normal(low, high, median, min(spread, 5.0), step=goal.domain.step, scale=_scale(goal))


def normal_of(goal: Goal, given: Given) -> AnySpec:
    mean = _end(goal, given, "mean", up=False)
    deviation = max(1, round(positive("std", given.named.get("std")) * units_of(goal.column.type)))
    low, high = _bounds(goal, given, mean - _FAR * deviation, mean + _FAR * deviation)
    return shapes.normal(low, high, mean, deviation, step=goal.domain.step, scale=_scale(goal))


def date_of(goal: Goal, given: Given) -> AnySpec:
    form, zone = (given.named.get(name, default) for name, default in (("format", "%Y-%m-%d"), ("zone", "")))
    if not isinstance(form, str) or not set(told := re.findall("%(.?)", form)) <= set(DIRECTIVES) or not told:
        raise InputError(f"format is {said(form)}", hint="as strftime has it: %Y-%m-%d, %d.%m.%y %H:%M")
    if zone and zone not in available_timezones():
        raise InputError(f"there is no time zone {said(zone)}", hint="Europe/Berlin, America/New_York")
    clock = bool(zone) or not set(told).isdisjoint("HIMSpzZ")
    kind, one = (Kind.TIMESTAMP, DAY) if clock else (Kind.DATE, 1)
    column = Column(name=goal.column.name, type=Type(kind=kind, sql=kind.value), nullable=False)
    ends = {"low": (goal.facts.today - 3 * YEAR) * one, "high": goal.facts.today * one - 1}
    for name in ends.keys() & given.named.keys():
        end = literal(column, str(given.named[name]), name == "low")
        if end is None:
            raise InputError(f"{name} is {said(given.named[name])}", hint="a date such as 2024-12-31")
        ends[name] = end
    if ends["low"] > ends["high"]:
        raise InputError("low lies after high", hint='Date("2024-01-01", "2024-12-31")')
    return Stamp(
        of=shapes.recent(ends["low"], ends["high"], step=MICROS if clock else 1),
        unit="moment" if clock else "day",
        form=form,
        zone=str(zone),
    )


def _bounds(goal: Goal, given: Given, low: int, high: int) -> tuple[int, int]:
    """`low` and `high` as given, else those, as far as the column's domain goes."""
    domain = goal.domain
    if "low" in given.named:
        low = _end(goal, given, "low", up=True)
    elif domain.low is not None:
        low = max(low, domain.low)
    if "high" in given.named:
        high = _end(goal, given, "high", up=False)
    elif domain.high is not None:
        high = min(high, domain.high)
    if low > high:
        raise InputError(takes(goal), hint=f"the type and the CHECKs of {goal.column.name} leave nothing there")
    return low, high


def _end(goal: Goal, given: Given, name: str, *, up: bool) -> int:
    if name not in given.named:
        raise InputError(f"{name}= is missing")
    value = given.named[name]
    end = None
    if isinstance(value, str | int | float) and not isinstance(value, bool):
        end = literal(goal.column, str(value), up)
    if end is None or not -MOST <= end < MOST:
        raise InputError(f"{name} {said(value)} is no value of {goal.column.name} ({goal.column.type.sql})")
    return end


def _scale(goal: Goal) -> int:
    return units_of(goal.column.type) if goal.column.type.kind == Kind.FLOAT else 0
