"""A column's spec as a person would type it, as far as it has such a name: the other way of `catalogue.py`."""

from __future__ import annotations

import math
from collections.abc import Sequence
from decimal import Decimal

from msgspec import structs

from ...plan import NULL_SCALE, ColumnPlan
from ...schema import Column, Kind, Type
from ...specs import (
    Bank,
    Choice,
    Given,
    Null,
    Pattern,
    Person,
    Phrase,
    Place,
    Product,
    Prose,
    Range,
    Shaped,
    Stamp,
    Standing,
    Uuid,
)
from ...specs.numbers import Label
from ..domains import units_of
from ..meaning import vocabulary
from .freedom import NUMBERS, spelled

_MOST = 12  # values of a Choice
_TOGETHER = ("person", "place", "product")  # sources


def told(plan: ColumnPlan, column: Column) -> str:
    """ "" for what keys decide, and for what has no name."""
    if isinstance(plan.spec, Person | Place | Product):  # with others of its row: a word keeps them together
        return plan.meaning if plan.at.partition(" ")[0] in _TOGETHER and plan.meaning in vocabulary() else ""
    said = "" if plan.at else _said(plan, column)
    if said and plan.nulls and not isinstance(plan.spec, Null):
        said += f" nulls={plan.nulls / NULL_SCALE:.3g}"
    return said


def _said(plan: ColumnPlan, column: Column) -> str:
    match plan.spec:
        case Choice() as choice if len(choice.values) <= _MOST:
            return _weighted(column, choice.values, choice.weights)
        case Standing() as standing:
            return _weighted(column, standing.values, standing.weights)
        case Range() as span:
            return f"Range({_value(column, span.low)}, {_value(column, span.high)})"
        case Shaped() as shaped if column.type.kind in NUMBERS:
            return _shaped(shaped, column)
        case Pattern(count=0, start=0) as pattern:
            return f"Pattern({pattern.template!r})"
        case Bank(field=-1 | 0) as bank:
            return f"Bank({bank.pool!r})"
        case Prose() as prose:
            return f"Prose(sentences={prose.sentences})"
        case Phrase(grammars=(grammar,)) as phrase if not phrase.about:
            return f"Phrase({grammar!r})"
        case Phrase(grammars=(grammar,), about={}):
            return f"Phrase({grammar!r})"
        case Given(count=0) as given if len(given.values) <= _MOST:
            return f"Choice({', '.join(map(repr, given.values))})"
        case Stamp() as stamp if (ends := stamp.of.span) is not None:
            one = structs.replace(column, type=Type(kind=Kind.DATE if stamp.unit == "day" else Kind.TIMESTAMP, sql=""))
            zone = f", zone={stamp.zone!r}" if stamp.zone else ""
            return f"Date({_value(one, ends[0])}, {_value(one, ends[1])}, format={stamp.form!r}{zone})"
        case Uuid():
            return "Uuid()"
        case Null():
            return "Null()"
    return ""


def _weighted(column: Column, values: Sequence[Label], weights: Sequence[int]) -> str:
    said = [_value(column, value) for value in values]
    if not weights:
        return f"Choice({', '.join(said)})"
    pairs = (f"{value}: {weight}" for value, weight in zip(said, weights, strict=True) if weight)
    return f"Choice({{{', '.join(pairs)}}})"


def _shaped(spec: Shaped, column: Column) -> str:
    points = spec.points
    low, middle, upper, high = points[0], points[len(points) // 2], points[len(points) * 5 // 6], points[-1]
    if middle <= 0:
        return ""
    sigma = max(0.05, math.log(max(upper, middle + 1) / middle) / 0.967)  # five sixths lie below that many sigmas
    ends = f"low={_value(column, low)}, high={_value(column, high)}"
    return f"LogNormal(median={_value(column, middle)}, sigma={sigma:.2g}, {ends})"


def _value(column: Column, value: object) -> str:
    if column.type.kind == Kind.FLOAT and isinstance(value, float):
        return f"{value:g}"
    assert isinstance(value, str | int)
    if column.type.kind in (Kind.DECIMAL, Kind.MONEY, Kind.FLOAT) and not isinstance(value, bool):
        return f"{Decimal(value) / units_of(column.type):f}"
    return repr(spelled(column, value))
