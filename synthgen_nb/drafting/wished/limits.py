"""Wishes about the bounds and the middle of numbers, dates and times. Bounds narrow a column's domain before anything
is drafted from it, so that orders between columns and CHECKs are decided on what is left."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from msgspec import structs

from ...physical import DAY, MICROS
from ...plan import TablePlan
from ...schema import Column, Kind
from ...specs import AnySpec, Born, Choice, Range, Rhythmic, Shaped, Since
from ...wishes import Between
from .. import shapes
from ..domains import Domain, units, units_of
from ..draft import Draft
from .freedom import (
    MOMENTS,
    NUMBERS,
    begins,
    beside,
    bound,
    changed,
    decided_together,
    follows,
    life_of,
    sane,
    with_life,
)

_SPREAD = 0.6  # of the logarithm, around a typical value: nine in ten lie within a factor of three
_HALF = 512  # of 1,024
_TAIL = 5  # times less and more: as far as that spread reaches
_REACH = 20  # times the typical value, and no further


def narrowed(draft: Draft, plan: TablePlan, wish: Between) -> tuple[Domain, str]:
    """What the wish leaves of the column's domain, and why it can't have its way."""
    name, domain = wish.column, draft.domains[wish.column]
    column = draft.table.column(name)
    if plan.columns[name].at != "partition" and (why := bound(draft, plan, name)):
        return domain, why
    if not domain.ordered:
        return domain, f"{name} ({column.type.sql}) has no lower and higher values"
    if isinstance(plan.columns[name].spec, Choice) and domain.values is None:
        return domain, f"{name} has values of its own"
    if decided_together(plan, name) and plan.columns[name].spec.needs:
        return domain, f"a CHECK and {plan.columns[name].spec.needs[0]} decide on {name}"
    if not (wish.low or wish.high or wish.typical):
        return domain, "it names no bound"
    ends = [literal(column, text, up) for text, up in ((wish.low, True), (wish.high, False), (wish.typical, False))]
    for text, end in zip((wish.low, wish.high, wish.typical), ends, strict=True):
        if text and end is None:
            return domain, f"{text!r} is no value of {name} ({column.type.sql})"
    low, high, middle = ends
    left = domain.meet(Domain(kind=domain.kind, low=low, high=high))
    if left.empty or not allows(left, middle):
        whole = " and ".join(filter(None, (wish.low, wish.typical, wish.high)))
        return domain, f"{whole}: the type and the CHECKs of {name} leave nothing there"
    return left, ""


def allows(domain: Domain, value: int | None) -> bool:
    if value is None:
        return True
    return (domain.low is None or domain.low <= value) and (domain.high is None or value <= domain.high)


def literal(column: Column, text: str, up: bool) -> int | None:
    """A bound as a physical integer; a day that ends a range of moments is meant to its last second."""
    if not text or (column.type.kind in NUMBERS and not sane(text)):
        return None
    value = units(text, column.type, up=up)
    if value is not None and not up and len(text) == 10 and column.type.kind in (Kind.TIMESTAMP, Kind.TIMESTAMPTZ):
        return value + DAY - MICROS
    return value


def left_boxes(
    boxes: Sequence[Mapping[str, Domain]], domains: Mapping[str, Domain]
) -> tuple[Mapping[str, Domain], ...]:
    """The partitions that rows within these domains can lie in."""
    return tuple(box for box in boxes if not any(domains[name].meet(box[name]).empty for name in box))


def grant_between(draft: Draft, plan: TablePlan, wish: Between) -> tuple[TablePlan, str]:
    """A column within its bounds drawn from all of them, or around its typical value. The bounds hold by now."""
    name = wish.column
    before = plan.columns[name]
    told = beside(name, decided_together(plan, name))
    if begins(before.spec) and not wish.typical:
        return with_life(plan, _between(life_of(plan), draft.chained[name], wish, draft.table.column(name))), told
    if before.at or before.spec.needs:
        return plan, follows(plan, name) if wish.typical else told
    column, domain = draft.table.column(name), draft.chained[name]
    spec: AnySpec = before.spec
    if wish.typical:
        around = _around(column, domain, literal(column, wish.typical, False))
        if around is None:
            return plan, f"there is no typical value of {name} ({column.type.sql})"
        spec = _reaching(around, domain, low=bool(wish.low), high=bool(wish.high))
    elif isinstance(spec, Rhythmic):
        spec = _between(spec, domain, wish, column)
    elif isinstance(spec, Since) and isinstance(spec.on, Born) and wish.low and wish.high:
        spec = structs.replace(spec, on=Born(0, _HALF))
    elif domain.values is None and not domain.parts and not domain.forbidden:
        spec = _spread(column, domain, before.spec, low=bool(wish.low), high=bool(wish.high))
    return changed(plan, name, structs.replace(before, spec=spec)), told


def _between(spec: Rhythmic, domain: Domain, wish: Between, column: Column) -> Rhythmic:
    """All between the bounds where both are given."""
    if not (wish.low and wish.high) or domain.low is None or domain.high is None:
        return spec
    size = DAY if spec.unit == "moment" and column.type.kind is Kind.DATE else 1
    return structs.replace(
        spec, low=domain.low * size, high=(domain.high + 1) * size - MICROS if size > 1 else domain.high
    )


def _around(column: Column, domain: Domain, middle: int | None) -> Shaped | None:
    whole = domain.values is None and not domain.parts and not domain.forbidden
    if column.type.kind not in NUMBERS or middle is None or not whole:
        return None
    scale = units_of(column.type) if column.type.kind == Kind.FLOAT else 0
    reach = max(abs(middle) * _REACH, 10)
    least = middle - reach if domain.low is None else max(domain.low, middle - reach)
    most = middle + reach if domain.high is None else min(domain.high, middle + reach)
    if least <= middle // _TAIL and middle * _TAIL <= most and middle > _TAIL:
        return shapes.log_normal(max(least, 1), most, middle, _SPREAD, step=domain.step, scale=scale)
    return shapes.halves(least, most, middle, step=domain.step, scale=scale)


def _reaching(spec: Shaped, domain: Domain, *, low: bool, high: bool) -> Shaped:
    """With its ends at the bounds that are wished."""
    first, *between, last = spec.points
    first = domain.low if low and domain.low is not None else first
    last = domain.high if high and domain.high is not None else last
    return structs.replace(spec, points=(first, *between, last))


def _spread(column: Column, domain: Domain, spec: AnySpec, *, low: bool, high: bool) -> AnySpec:
    """Where both bounds are given all between them is meant, where one is given what lies there usually. A shape whose
    middle would lie at a bound gets one within."""
    if not isinstance(spec, Range | Shaped):
        return spec
    ends = (spec.low, spec.high) if isinstance(spec, Range) else (spec.points[0], spec.points[-1] + spec.offset)
    least = domain.low if low and high and domain.low is not None else ends[0]
    most = domain.high if low and high and domain.high is not None else ends[1]
    if column.type.kind in MOMENTS or column.type.kind == Kind.TIME or isinstance(spec, Range):
        step = spec.step if least % spec.step == 0 or spec.step in (domain.step, MICROS) else 1
        if column.type.kind not in NUMBERS:
            least += -least % step if least + -least % step <= most else 0
        return Range(low=least, high=most, step=step, scale=spec.scale)
    middle = spec.points[len(spec.points) // 2] + spec.offset
    if least < middle < most and middle - least > (most - least) // 1000 and isinstance(spec, Shaped):
        if (least, most) == ends:
            return spec
    else:
        middle = math.isqrt(least * most) if least > 0 else (least + most) // 2
    if least <= 0:
        return shapes.halves(least, most, middle, step=spec.step, scale=spec.scale)
    wide = math.log(most / least) / 5
    return shapes.log_normal(least, most, middle, min(wide, 1.1), step=spec.step, scale=spec.scale)


def with_domain(domains: Mapping[str, Domain], name: str, domain: Domain) -> dict[str, Domain]:
    return dict(domains) | {name: structs.replace(domain, nullable=domains[name].nullable)}
