"""Over which foreign keys rows are later than the rows they belong to, without rings, and what that leaves of the
parents' years. Knows schemas, meanings and domains; drafts no column."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from ...physical import DAY
from ...schema import Schema
from ..domains import Domain, Facts
from ..meaning import Meaning
from .lifecycles import LASTING
from .moments import Moment, anchor_of, begin_of, moments_of

_ENTITIES = frozenset(
    {"person.first_name", "person.last_name", "person.full_name", "username", "email", "birth_date", "company", "title"}
    | {"product_name", "object_name", "department_name", "brand", "work_title", "device_name", "gender", "city"}
)


@dataclass(frozen=True, slots=True)
class Line:
    """That a row is not earlier than `column` of the row of `table` that its column `by` points to."""

    by: str
    table: str
    column: str
    unit: Literal["day", "moment"]


@dataclass(frozen=True, slots=True)
class Lineage:
    """Of one table: the parents before its rows, those after which its rows come within days or within months, whether
    it has no such parents but children, and the last days that these leave to its moments."""

    lines: tuple[Line, ...] = ()
    soon: frozenset[str] = frozenset()
    later: frozenset[str] = frozenset()
    followed: bool = False
    until: Mapping[str, int] = field(default_factory=dict)


def lineages(
    schema: Schema,
    meanings: Mapping[str, Mapping[str, Meaning]],
    domains: Mapping[str, Mapping[str, Domain]],
    boxes: Mapping[str, Sequence[Mapping[str, Domain]]],
    facts: Facts,
) -> dict[str, Lineage]:
    """For every table; rings lose the keys that close them."""
    moments = {key: _valued(moments_of(table, meanings[key]), domains[key]) for key, table in schema.tables.items()}
    lines: dict[str, list[Line]] = {key: [] for key in schema.tables}
    above: dict[str, set[str]] = {key: set() for key in schema.tables}
    for key, parent, by in _keys(schema):
        begin = begin_of(moments[parent]) if parent in moments else None
        closes = parent == key or key in above.get(parent, ())
        if _first(moments[key]) is None or begin is None or closes or any(line.by == by for line in lines[key]):
            continue
        lines[key].append(Line(by, parent, begin.column, begin.unit))
        for other in above:
            if other == key or key in above[other]:
                above[other] |= {parent, *above[parent]}
    until = _until(lines, above, moments, domains, boxes, facts)
    kept = {key: tuple(li for li in lines[key] if (li.table, li.column) not in until[1]) for key in lines}
    parents = {line.table for found in kept.values() for line in found}
    named = {k for k in lines if not _ENTITIES.isdisjoint(m.group for m in meanings[k].values())}
    things = named | {k for k in lines if LASTING.search(k.lower()) or "loan" in k.lower()}
    return {
        key: Lineage(
            lines=found,
            soon=frozenset(line.table for line in found if kept[line.table] and line.table not in things),
            later=frozenset(line.table for line in found if kept[line.table] and line.table in things),
            followed=key in parents and not found,
            until=until[0].get(key, {}),
        )
        for key, found in kept.items()
    }


def _valued(moments: Mapping[str, Moment], domains: Mapping[str, Domain]) -> dict[str, Moment]:
    return {n: m for n, m in moments.items() if not domains[n].empty and not domains[n].always_null}


def _first(moments: Mapping[str, Moment]) -> Moment | None:
    """The moment of a row that is held against its parents'."""
    updated = next((m for m in moments.values() if m.part in ("updated", "start", "event")), None)
    return anchor_of(moments) or updated


def _keys(schema: Schema) -> list[tuple[str, str, str]]:
    """(table, parent, a column of the key) of all foreign keys, those that are always there first."""
    found = [(key, table, own) for key, table in schema.tables.items() for own in table.foreign_keys]
    found.sort(key=lambda each: any(each[1].column(name).nullable for name in each[2].columns))
    return [(key, own.table, own.columns[0]) for key, _, own in found]


def _until(
    lines: Mapping[str, Sequence[Line]],
    above: Mapping[str, set[str]],
    moments: Mapping[str, Mapping[str, Moment]],
    domains: Mapping[str, Mapping[str, Domain]],
    boxes: Mapping[str, Sequence[Mapping[str, Domain]]],
    facts: Facts,
) -> tuple[dict[str, dict[str, int]], set[tuple[str, str]]]:
    """The last day of parents' moments, so that their children's bounds leave room; and those parents' moments that
    can't be so early."""
    found: dict[str, dict[str, int]] = {}
    given_up: set[tuple[str, str]] = set()
    for key in sorted(lines, key=lambda key: -len(above[key])):
        first = _first(moments[key])
        if first is None:
            continue
        size = 1 if first.unit == "day" else DAY
        bounds = [domains[key][first.column].high]
        bounds += [
            domains[key][first.column].meet(box[first.column]).low for box in boxes.get(key, ()) if first.column in box
        ]
        last = min((bound // size for bound in bounds if bound is not None), default=facts.today)
        last = min(last, found.get(key, {}).get(first.column, facts.today))
        if last >= facts.today - 1:
            continue
        for line in lines[key]:
            low, unit = domains[line.table][line.column].low, 1 if line.unit == "day" else DAY
            if low is not None and low // unit >= last:
                given_up.add((line.table, line.column))
                continue
            own = found.setdefault(line.table, {})
            own[line.column] = min(last - 1, own.get(line.column, facts.today))
    return found, given_up
