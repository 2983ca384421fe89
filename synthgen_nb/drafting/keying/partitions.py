"""How a partitioned table is drawn: rows spread over the boxes of its partitions' bounds."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Collection
from math import prod

from msgspec import Struct
from msgspec.structs import replace

from ...ddl.partitions import division_of, reach
from ...schema import Check, Kind, Schema, Table
from ..conditions.bounds import MOST_BOXES, Sides
from ..conditions.boxes import Box, is_empty, met, union, width
from ..conditions.reading import Reading
from ..domains import Facts

_CARRIERS = {Kind.INTEGER, Kind.TEXT, Kind.UUID}


class Cut(Struct, frozen=True):
    """How a partitioned table is drawn. `boxes` are where its rows can lie; `route` is the condition (SQL, "" for none)
    that tells whether a row finds a partition; `rules` are partitions' own conditions that no box can tell."""

    boxes: tuple[Box, ...]
    route: str
    rules: tuple[Check, ...]


def cut_of(schema: Schema, table: Table, facts: Facts) -> Cut | str | None:
    """None for a table that is not cut or whose bounds nobody knows yet; a text says why no partition can be hit."""
    division = division_of(schema, table)
    if division is None or (division.reason and not division.keys):
        return _by_rules_alone(schema, table, facts) if division is None else None
    if division.reason:
        return None if division.reason.startswith("it has") else division.reason
    sides = Sides(schema, table, facts)
    boxes = tuple(itertools.islice(sides.boxes(division), MOST_BOXES))
    if not boxes:
        return "the bounds of its partitions can't be told as values of its columns"
    return Cut(boxes, reach(division), tuple(sides.rules))


def _by_rules_alone(schema: Schema, table: Table, facts: Facts) -> Cut | None:
    """Hashes take every row, but each partition may have rules of its own, which then hold for all."""
    children = [t for t in schema.tables.values() if t.partition_of == table.key]
    sides = Sides(schema, table, facts)
    box: Box = {}
    for child in children:
        box = met(box, sides.own(child))
    return Cut((box,), "", tuple(sides.rules)) if box or sides.rules else None


def narrow(reading: Reading, cut: Cut, can_follow: Callable[[Collection[str]], bool]) -> tuple[Box, ...]:
    """The table's domains made to what its partitions take. Boxes are left over where columns must agree on the
    partition, row by row; where they can't follow it (keys, references), the widest box alone is used."""
    found = [met(box, reading.domains, within=True) for box in cut.boxes]
    boxes = [box for box in found if not is_empty(box)] or found[:1]  # an empty domain, which is then refused
    names = tuple(dict.fromkeys(name for box in boxes for name in box))
    full = [{name: box.get(name, reading.domains[name]) for name in names} for box in boxes]
    sides = {name: list(dict.fromkeys(box[name] for box in full)) for name in names}
    distinct = list(dict.fromkeys(tuple(box.values()) for box in full))
    joint = len(distinct) < prod(len(side) for side in sides.values())
    if joint and any(domain.always_null for box in full for domain in box.values()):
        full = [box for box in full if not any(domain.always_null for domain in box.values())] or full[:1]
        sides = {name: list(dict.fromkeys(box[name] for box in full)) for name in names}
    if joint and not can_follow([name for name in names if len(sides[name]) > 1]):
        full, joint = [max(full, key=width)], False
        sides = {name: [full[0][name]] for name in names}
    for name, side in sides.items():
        domain = union(side)
        reading.domains[name] = replace(domain, parts=()) if joint and len(side) > 1 else domain
    reading.left += cut.rules
    varied = [name for name in names if len(sides[name]) > 1]
    return tuple({name: box[name] for name in varied} for box in full) if joint else ()


def can_follow(table: Table, schema: Schema, names: Collection[str]) -> bool:
    """Whether these columns may take their values from the partition that a row is given: nothing else decides them,
    and every key has another column to tell its rows apart."""
    references = {name for key in table.foreign_keys for name in key.columns}
    pointed = [key for other in schema.tables.values() for key in other.foreign_keys if key.table == table.key]
    decided = references | {name for key in pointed for name in key.references}
    decided |= {c.name for c in table.columns if c.generated or c.identity}
    if not decided.isdisjoint(names):
        return False
    carriers = {c.name for c in table.columns if c.type.kind in _CARRIERS} - references - set(names)
    keys = [table.primary_key, *(unique.columns for unique in table.uniques)]
    return all(set(names).isdisjoint(key) or not carriers.isdisjoint(key) for key in keys)
