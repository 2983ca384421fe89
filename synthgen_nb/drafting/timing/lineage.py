"""Over which foreign keys rows are later than the rows they belong to, without rings, how soon they follow, and what
that leaves of the parents' years: by the names of tables and by keys, whichever columns tell of it. Knows schemas,
meanings and domains; drafts no column."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from ...physical import DAY
from ...schema import Schema
from ..domains import Domain, Facts
from ..meaning import Meaning
from ..meaning.names import words_of
from .courses import is_staff
from .lifecycles import LASTING
from .moments import Moment, anchor_of, begin_of, moments_of

# what is there before anybody does anything with it
_FIRST = re.compile(
    r"\b(countr(y|ies)|nations?|regions?|states?|provinces?|cit(y|ies)|districts?|continents?|locations?|address(es)?"
    r"|languages?|currenc(y|ies)|categor(y|ies)|types?|kinds?|status(es)?|genres?|tags?|roles?|permissions?|privileges?"
    r"|class(es)?|brands?|units?|codes?|departments?|groups?|levels?|priorit(y|ies)|settings?)$"
)
# what others happen to, beside the people and the things that last
_THINGS = re.compile(
    r"\b(films?|movies?|books?|tracks?|albums?|artists?|authors?|actors?|items?|parts?|inventor(y|ies)|assets?|projects?"
    r"|teams?|courses?|rooms?|warehouses?|depots?|doctors?|drivers?|nurses?|players?|contacts?|profiles?|channels?|sites?"
    r"|machines?|sensors?|loans?|cards?|propert(y|ies)|listings?|groups?|workspaces?|titles?|jobs?)$"
)
_SOON, _LATER = 8, 120  # days


class Line(Struct, frozen=True):
    """That a row is later than the row of `table` that its column `by` points to; `column` is the first moment that is
    known of that ("": none is), with `told` its begin, else a birth. `first`: it is there before all others anyway."""

    by: str
    table: str
    column: str
    unit: Literal["day", "moment"]
    told: bool
    first: bool = False


class Lineage(Struct, frozen=True):
    """Of one table: the parents before its rows, within how many days its rows follow (0: any time later), whether they
    are there before all others (`served`: also before those who were hired) or are followed by others, and the last day
    on which they can begin."""

    lines: tuple[Line, ...] = ()
    within: int = 0
    first: bool = False
    served: bool = False
    followed: bool = False
    until: int = 1 << 30


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
        closes = parent == key or key in above.get(parent, ())
        if parent not in moments or closes or any(line.by == by for line in lines[key]):
            continue
        begin = begin_of(moments[parent])
        unit = begin.unit if begin else "moment"
        told = begin is not None and begin.part != "birth"
        lines[key].append(Line(by, parent, begin.column if begin else "", unit, told))
        for other in above:
            if other == key or key in above[other]:
                above[other] |= {parent, *above[parent]}
    staff = [key for key, table in schema.tables.items() if is_staff(table.name)]
    first = {key for key in lines if _is_first(schema, key, above[key])}
    until, given_up = _until(lines, above, moments, domains, boxes, facts)
    kept = {
        key: tuple(replace(li, first=li.table in first) for li in lines[key] if (key, li.table) not in given_up)
        for key in lines
    }
    read = {key: tuple(li for li in kept[key] if not li.first) for key in lines}
    parents = {line.table for key, found in read.items() for line in found}
    return {
        key: Lineage(
            lines=kept[key],
            within=_within([line.table for line in read[key] if read[line.table]]),
            first=key in first,
            served=any(key in above[other] for other in staff),
            followed=key in parents and not read[key],
            until=until.get(key, facts.today),
        )
        for key in lines
    }


def _is_first(schema: Schema, key: str, above: set[str]) -> bool:
    def told(name: str) -> bool:
        return bool(schema.tables[name].rows) or _FIRST.search(_called(schema.tables[name].name)) is not None

    return told(key) and all(told(parent) for parent in above)


def _called(table: str) -> str:
    return " ".join(words_of(table))


def _within(parents: Sequence[str]) -> int:
    """Soon after what happens, later after what is there for long; any time after what comes after nothing itself."""
    if not parents:
        return 0
    return _LATER if all(_lasts(parent) for parent in parents) else _SOON


def soon_after(parent: str) -> int:
    """Within how many days rows follow one of `parent` one after the other: 0 (any) where that is there for long."""
    return 0 if _lasts(parent) else _SOON


def _lasts(table: str) -> bool:
    return LASTING.search(table.lower()) is not None or _THINGS.search(_called(table)) is not None


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
) -> tuple[dict[str, int], set[tuple[str, str]]]:
    """The last day on which rows can begin, so that their children's bounds leave room; and which (child, parent) can't
    be so early."""
    found: dict[str, int] = {}
    given_up: set[tuple[str, str]] = set()
    for key in sorted(lines, key=lambda key: -len(above[key])):
        first = _first(moments[key])
        bounds = []
        if first is not None:
            size = 1 if first.unit == "day" else DAY
            low = [
                domains[key][first.column].meet(box[first.column]).low
                for box in boxes.get(key, ())
                if first.column in box
            ]
            bounds = [bound // size for bound in (domains[key][first.column].high, *low) if bound is not None]
        last = min([*bounds, found.get(key, facts.today)])
        if last >= facts.today - 1:
            continue
        found[key] = last
        for line in lines[key]:
            low_, unit = domains[line.table][line.column].low if line.column else None, 1 if line.unit == "day" else DAY
            if low_ is not None and low_ // unit >= last:
                given_up.add((key, line.table))
                continue
            found[line.table] = min(last - 1, found.get(line.table, facts.today))
    return found, given_up
