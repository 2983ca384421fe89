"""Whether a column can hold what a spec gives: its domain held against the ends of what is counted, and against many
draws of what is spelled. Knows nothing of other columns."""

from __future__ import annotations

from typing import cast

import numpy as np
import pyarrow as pa

from ...errors import PlanError
from ...rows import Rows, Values, World, key_of
from ...schema import Kind
from ...specs import AnySpec, Choice, Given, Null, Range, Shaped
from .fitting import unkept
from .goals import Goal, takes

_DRAWS = 4_096
_ALL = 50_000  # values of a spec that are all looked at


class _Alone:
    """What draws of one spec need of a world: keys."""

    def key(self, table: str, name: str) -> int:
        return key_of(0, table, name)


def span(spec: AnySpec, goal: Goal) -> tuple[int, int] | None:
    """The least and the greatest of its values in physical form; None where they have no order."""
    match spec:
        case Range():
            return spec.low, spec.low + (spec.size - 1) * spec.step
        case Shaped():
            return spec.points[0] + spec.offset, spec.points[-1] + spec.offset
        case Choice() if goal.domain.ordered:
            scale = 100 if goal.column.type.kind == Kind.FLOAT and not goal.column.type.precision else 1
            if goal.column.type.kind == Kind.FLOAT and goal.column.type.precision:
                scale = int(10**goal.column.type.scale)
            counted = [round(value * scale) for value in spec.values if not isinstance(value, str)]
            return min(counted), max(counted)
    return None


def outside(spec: AnySpec, goal: Goal) -> str:
    """Why the column can't hold all that the spec gives; "" if it can, as far as so many draws tell."""
    column, domain = goal.column, goal.domain
    if isinstance(spec, Null):
        return "" if domain.nullable else f"{column.name} is NOT NULL"
    if isinstance(spec, Range | Shaped):
        return _outside_ends(spec, goal)
    if isinstance(spec, Choice) and not isinstance(spec.values[0], str):
        return ""  # each value has been looked at
    try:
        texts = _texts(spec)
    except PlanError as error:
        return error.message
    for text in texts:
        if not domain.allows(text):
            return f"{text!r} is outside of what the type and the CHECKs of {column.name} allow: it {takes(goal)}"
        if why := unkept(text, goal.facts.dialect):
            return f"{text!r} holds {why}"
    return ""


def _outside_ends(spec: Range | Shaped, goal: Goal) -> str:
    domain, column = goal.domain, goal.column
    ends = span(spec, goal)
    assert ends is not None  # both have some
    between = any(not isinstance(v, str) and ends[0] <= v <= ends[1] for v in domain.forbidden)
    if all(domain.allows(end) for end in ends) and not (domain.parts or between or domain.values):
        return "" if spec.step % domain.step == 0 else f"not every value of {column.name} may come: it {takes(goal)}"
    if isinstance(spec, Range) and spec.size <= _ALL:
        bad = [low for low in range(spec.low, spec.high + 1, spec.step) if not domain.allows(low)]
        if not bad:
            return ""
    return f"its ends are outside of what the type and the CHECKs of {column.name} allow: it {takes(goal)}"


def _texts(spec: AnySpec) -> list[str]:
    if isinstance(spec, Choice | Given):
        return [str(value) for value in spec.values]
    rows = Rows(cast(World, _Alone()), "asked", np.arange(_DRAWS, dtype=np.uint64))
    found = [spec.draw(rows, "asked")]
    if spec.size:
        last = min(spec.size, _ALL)
        index = np.arange(last, dtype=np.uint64)
        found.append(spec.at(index, Rows(cast(World, _Alone()), "asked", index), "asked"))
    return [text for values in found for text in _distinct(values)]


def _distinct(values: Values) -> list[str]:
    data = values.data if isinstance(values.data, pa.Array) else pa.array(values.data)
    data = data.dictionary_decode() if isinstance(data, pa.DictionaryArray) else data
    return [str(text) for text in data.cast(pa.string()).unique().to_pylist()]
