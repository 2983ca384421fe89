"""Identities and sequences set past the data, so that the next INSERT without a key finds a free one. Knows the
statements for it in each dialect; executes none.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from msgspec import Struct

from ..ddl import sequence_of
from ..ddl.dialects import DIALECTS
from ..ddl.fragments import written
from ..schema import Column, Kind, Schema, Table
from .reading import name_of

if TYPE_CHECKING:
    from ..dataset import Dataset


class Counter(Struct, frozen=True):
    """What counts the keys of a column: the sequence that its default names, or (`sequence` is empty) its own.
    `top` is the largest key in use, at least 1."""

    table: Table
    column: Column
    sequence: str
    top: int


def counters(dataset: Dataset, schema: Schema, keys: Iterable[tuple[str, str]]) -> tuple[Counter, ...]:
    """`keys` are (key in the dataset, key in `schema`), for the tables that were filled."""
    import polars as pl

    tops: dict[tuple[str, str], int] = {}
    for ours, theirs in keys:
        table = schema.tables[theirs]
        counted = [c.name for c in table.columns if _counts(c)]
        if not counted or not dataset.rows[ours]:
            continue
        found = dataset.scan(ours).select(pl.col(counted).max()).collect().row(0)
        tops |= {(theirs, name): int(top) for name, top in zip(counted, found, strict=True) if top is not None}
    made: list[Counter] = []
    shared: dict[str, Counter] = {}
    for key, table in schema.tables.items():
        for column in table.columns:
            family = [key, *_below(schema, key)]
            top = max((tops.get((member, column.name), 0) for member in family), default=0)
            if not _counts(column) or top < 1:
                continue
            counter = Counter(table, column, sequence_of(column), top)
            if not counter.sequence:
                made.append(counter)
            elif counter.sequence not in shared or shared[counter.sequence].top < top:
                shared[counter.sequence] = counter
    return (*made, *shared.values())


def setting(counter: Counter, dialect: str) -> str:
    """The statement that sets it past `top`, without its end; empty where the engine has done so by itself."""
    name = name_of(counter.table, dialect)
    known = DIALECTS[dialect]
    after = counter.top + 1
    if counter.sequence:
        if dialect in ("tsql", "oracle"):
            start = "START " if dialect == "oracle" else ""
            return f"ALTER SEQUENCE {counter.sequence} RESTART {start}WITH {after}"
        told = counter.sequence if dialect in ("mysql", "mariadb") else known.literal(counter.sequence)
        return f"SELECT setval({told}, {counter.top})"
    if dialect == "postgres":
        own = f"pg_get_serial_sequence({known.literal(name)}, {known.literal(counter.column.name)})"
        return f"SELECT setval({own}, {counter.top})"
    if dialect in ("mysql", "mariadb"):
        return f"ALTER TABLE {name} AUTO_INCREMENT = {after}"
    if dialect == "tsql":
        return f"DBCC CHECKIDENT ({known.literal(name)}, RESEED, {counter.top})"
    if dialect == "oracle":
        kind = "ALWAYS" if counter.column.identity == "always" else "BY DEFAULT"
        column = written(counter.column.name, known)
        return f"ALTER TABLE {name} MODIFY ({column} GENERATED {kind} AS IDENTITY (START WITH {after}))"
    return ""  # SQLite's AUTOINCREMENT follows what is inserted; DuckDB has sequences only


def _counts(column: Column) -> bool:
    whole = column.type.kind == Kind.INTEGER or (column.type.kind == Kind.DECIMAL and column.type.scale == 0)
    return whole and column.generated is None and bool(column.identity or sequence_of(column))


def _below(schema: Schema, key: str) -> list[str]:
    """The partitions of a table, and what inherits from it: they take their keys from the same counter."""
    found = [other.key for other in schema.tables.values() if other.partition_of == key or key in other.inherits]
    return [*found, *(deeper for each in found for deeper in _below(schema, each))]
