"""Boxes: for some columns of a table the domain that each has where a row can lie. Knows nothing of partitions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import prod

from msgspec.structs import replace

from ...schema import Kind
from ..domains import Domain

Box = Mapping[str, Domain]


def union(sides: Sequence[Domain]) -> Domain:
    """What any of them allows; with `parts` where that is no single range."""
    valued = [side for side in sides if not side.always_null]
    first = valued[0] if valued else sides[0]
    nullable = all(side.nullable for side in valued) or len(valued) < len(sides)
    sides = valued or sides
    if len(sides) == 1:
        return replace(first, nullable=nullable)
    if all(side.values is not None for side in sides):
        values = tuple(dict.fromkeys(v for side in sides for v in side.values or ()))
        return replace(first, values=values, nullable=nullable)
    lows, highs = [side.low for side in sides], [side.high for side in sides]
    low = min(v for v in lows if v is not None) if None not in lows else None
    high = max(v for v in highs if v is not None) if None not in highs else None
    whole = replace(first, low=low, high=high, values=None, forbidden=frozenset(), nullable=nullable)
    return replace(whole, parts=tuple(replace(side, parts=()) for side in sides))


def met(box: Box, other: Box, *, within: bool = False) -> dict[str, Domain]:
    """Both; with `within` only the columns of the first, as a narrower form of the second."""
    names = box if within else {**box, **other}
    found = {}
    for name in names:
        mine, its = box.get(name), other.get(name)
        if mine is None or its is None:
            found[name] = mine or its or Domain(kind=Kind.OTHER)
        else:
            null = its.always_null or mine.always_null
            found[name] = replace(its.meet(mine), nullable=its.nullable and mine.nullable, always_null=null)
    return found


def is_empty(box: Box) -> bool:
    """Whether no row can lie there."""
    return any(domain.empty for domain in box.values())


def width(box: Box) -> int:
    """A measure of how many different rows fit into a box."""
    sizes = []
    for domain in box.values():
        if domain.values is not None:
            sizes.append(len(domain.values))
        elif domain.low is not None and domain.high is not None:
            sizes.append(domain.high - domain.low + 1)
    return prod(sizes)
