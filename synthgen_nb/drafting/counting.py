"""How many rows each table has: what was asked, what a scale plans, and what every capacity allows."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING

from ..errors import InputError
from ..schema import Schema, Table
from .domains import Domain
from .keying.claims import TableKeys
from .keying.keys import capacity
from .keying.periods import Slices, slices_capacity
from .wished.families import MOST_ROWS

if TYPE_CHECKING:
    from .scaling import Sized

DEFAULT_ROWS = 1000
_MOST_SCALE = 100_000


def sizes_of(schema: Schema, scale: float, rows: int | Mapping[str, int]) -> dict[str, Sized]:
    """Those of the tables that nobody asked a number of rows for."""
    if not 0 <= scale <= _MOST_SCALE:
        raise InputError(f"a scale of {scale:g} can't be", hint=f"above 0, at most {_MOST_SCALE:,}")
    if not scale:
        return {}
    from .scaling import scaled

    named = named_tables(schema, rows)
    sizes = scaled(schema, scale, {key: asked_rows(schema, rows)[key] for key in named})
    return {key: size for key, size in sizes.items() if key not in named}


def nothing_of(schema: Schema, kept: Collection[str]) -> dict[str, int]:
    """No rows for tables that are left out; a partition's are its parent's."""
    left = [table for key, table in schema.tables.items() if key not in kept]
    return {table.key: 0 for table in left if table.partition_of not in schema.tables}


def asked_rows(schema: Schema, rows: int | Mapping[str, int]) -> dict[str, int]:
    if isinstance(rows, int):
        rows = {"*": rows}
    lower = {key.lower(): key for key in schema.tables}
    for name, count in rows.items():
        if name != "*" and name.lower() not in lower:
            raise InputError(f"there is no table '{name}'", hint=f"tables: {', '.join(list(schema.tables)[:12])}")
        if not 0 <= count <= MOST_ROWS:
            raise InputError(f"{count:,} rows for '{name}' can't be made", hint=f"0 to {MOST_ROWS:,}")
    given = {lower[name.lower()]: count for name, count in rows.items() if name != "*"}
    return {key: given.get(key, rows.get("*", DEFAULT_ROWS)) for key in schema.tables}


def named_tables(schema: Schema, rows: int | Mapping[str, int]) -> frozenset[str]:
    """The tables whose rows are asked for by their names."""
    named = {name.lower() for name in rows} if isinstance(rows, Mapping) else set()
    return frozenset(key for key in schema.tables if key.lower() in named)


def settled(
    schema: Schema,
    keys: Mapping[str, TableKeys],
    slices: Mapping[str, Sequence[Slices]],
    domains: Mapping[str, Mapping[str, Domain]],
    asked: Mapping[str, int],
) -> tuple[dict[str, int], dict[str, tuple[int | None, str]]]:
    """Row counts: the greatest ones below what was asked that every capacity allows (capacities depend on the
    parents)."""
    counts = {key: _with_reference(table, keys[key], asked[key]) for key, table in schema.tables.items()}
    limits: dict[str, tuple[int | None, str]] = {}
    changed = True
    while changed:
        changed = False
        for key, table in schema.tables.items():
            most, why = capacity(keys[key], counts.__getitem__)
            for period in slices[key]:
                room, rule = slices_capacity(period, keys[key], domains[key], counts.__getitem__)
                most, why = (room, rule) if most is None or room < most else (most, why)
            if table.rows and counts[key] == len(table.rows) and asked[key] > len(table.rows):
                most, why = len(table.rows), "the rows that the DDL itself inserts"
            limits[key] = (most, why if most is not None and most < asked[key] else "")
            if most is not None and most < counts[key]:
                counts[key], changed = most, True
    return counts, limits


def _with_reference(table: Table, keys: TableKeys, asked: int) -> int:
    """Reference rows are all kept, and more are added only where serial keys keep them apart from the rest."""
    if not table.rows:
        return asked
    serial = all(claim.form == "row" and claim.units[0].key is None for claim in keys.claims)
    return max(asked, len(table.rows)) if serial else len(table.rows)
