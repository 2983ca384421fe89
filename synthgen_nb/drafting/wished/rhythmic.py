"""Wishes about months, days of the week and hours."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from msgspec import structs

from ...plan import TablePlan
from ...schema import Kind
from ...specs import AnySpec, Range, Rhythmic, Shaped
from ...wishes import Rhythm
from ..draft import Draft
from .freedom import MOMENTS, begins, beside, bound, changed, decided_together, follows, life_of, with_life

MOST_TIMES = 100  # the usual number of rows
_PARTS = 100  # of the usual number, in weights
_LONGEST = 36_500  # days: further back no business rises
_UNITS: dict[Kind, Literal["day", "moment", "time"]] = {Kind.DATE: "day", Kind.TIME: "time"}


def grant_rhythm(draft: Draft, plan: TablePlan, wish: Rhythm) -> tuple[TablePlan, str]:
    """The table as wished as far as it can be, and why it is not, or not wholly."""
    name = wish.column
    column, before = draft.table.column(name), plan.columns[name]
    kind, spec, domain = column.type.kind, before.spec, draft.chained[name]
    series = life_of(plan) if begins(spec) else spec
    why = bound(draft, plan, name) or ("" if isinstance(series, Rhythmic) else follows(plan, name))
    if not why and kind not in MOMENTS | {Kind.TIME}:
        why = f"{name} ({column.type.sql}) is no date and no time"
    simple = domain.values is None and not domain.parts and not domain.forbidden and domain.step == 1
    if not why and not (simple and _even(series)):
        why = f"the CHECKs of {name} leave no room for months, days of the week and hours"
    why = why or _impossible(wish)
    if why:
        return plan, why
    assert isinstance(series, Range | Shaped | Rhythmic)
    low, high = (
        (series.points[0], series.points[-1] + series.offset)
        if isinstance(series, Shaped)
        else (series.low, series.high)
    )
    unit = "moment" if begins(spec) else _UNITS.get(kind, "moment")
    months = () if unit == "time" else _weights(wish.months, 1, 12)
    weekdays = () if unit == "time" else _weights(wish.weekdays, 1, 7)
    hours = () if kind is Kind.DATE else _weights(wish.hours, 0, 23)
    long = (high - low) // (1 if unit == "day" else 86_400_000_000) > _LONGEST
    grows = isinstance(series, Shaped) or (isinstance(series, Rhythmic) and series.rising)
    rising = grows and not months and unit != "time" and not long  # a year's rows as its months say
    if isinstance(series, Rhythmic):
        weekdays, hours = weekdays or series.weekdays, hours or series.hours
    levelling = isinstance(series, Rhythmic) and series.levelling
    rhythmic = Rhythmic(
        low=low, high=high, unit=unit, months=months, weekdays=weekdays, hours=hours, rising=rising, levelling=levelling
    )
    if not rhythmic.possible:
        return plan, f"no day or hour of {name} would be left"
    lost = {Kind.DATE: wish.hours, Kind.TIME: wish.months or wish.weekdays}.get(kind, {})
    if lost and not (wish.months or wish.weekdays if kind is Kind.DATE else wish.hours):
        return plan, f"{name} ({column.type.sql}) has no {'hours' if kind is Kind.DATE else 'days'}"
    plan = with_life(plan, rhythmic) if begins(spec) else changed(plan, name, structs.replace(before, spec=rhythmic))
    told = f"{name} ({column.type.sql}) has no {'hours' if kind is Kind.DATE else 'days'}: only the rest is done"
    return plan, told if lost else beside(name, decided_together(plan, name))


def _even(spec: AnySpec) -> bool:
    """Whether its values lie on whole days, seconds or minutes."""
    return isinstance(spec, Rhythmic) or (isinstance(spec, Range | Shaped) and spec.step in (1, 1_000_000, 60_000_000))


def _impossible(wish: Rhythm) -> str:
    for times, first, last, what in (
        (wish.months, 1, 12, "month"),
        (wish.weekdays, 1, 7, "day of the week"),
        (wish.hours, 0, 23, "hour"),
    ):
        for number, count in times.items():
            if not first <= number <= last:
                return f"{number} is no {what}: {first} to {last}"
            if not 0 <= count <= MOST_TIMES:
                return f"{count:g} times the usual number can't be: 0 to {MOST_TIMES}"
    return "" if wish.months or wish.weekdays or wish.hours else "it names no month, day of the week or hour"


def _weights(times: Mapping[int, float], first: int, last: int) -> tuple[int, ...]:
    return tuple(round(times.get(number, 1) * _PARTS) for number in range(first, last + 1)) if times else ()
