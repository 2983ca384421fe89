"""Computed columns as an engine holds them beside a dataset's own values: the first row that differs, in words. Memory
holds a batch, until something differs; knows no engine's ways and repairs nothing."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Sequence
from decimal import Decimal
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

from ..computing import unheld
from ..ddl.dialects import DIALECTS
from ..ddl.expressions import row_time
from ..ddl.fragments import written
from ..schema import Column, Kind, Schema, Table
from .reading import arrow_batches, name_of

if TYPE_CHECKING:
    from ..dataset import Dataset
    from ..engines import Engine

_COMPARED = {
    Kind.INTEGER, Kind.DECIMAL, Kind.FLOAT, Kind.MONEY, Kind.BOOLEAN, Kind.TEXT, Kind.ENUM, Kind.UUID, Kind.DATE,
    Kind.TIME, Kind.TIMESTAMP, Kind.TIMESTAMPTZ, Kind.YEAR, Kind.JSON, Kind.BINARY,
}  # fmt: skip
_DIGITS = {32: 6, 64: 14}  # of a float: functions such as exp differ in the last ones from machine to machine
_ALL_BITS = (1 << 64) - 1


def compared(table: Table, schema: Schema, *, as_of: str) -> tuple[list[Column], list[str]]:
    """The computed columns whose values a dataset of `schema` has computed itself, and a line for each of the
    others."""
    found, others = [], []
    types = {c.name: c.type for c in table.columns}
    for column in table.columns:
        if column.generated is None or row_time(column):
            continue
        line = f"{column.name} AS ({column.generated})"
        if reason := unheld(column, types, schema.dialect, as_of):
            others.append(f"{line}: its values are the engine's own: {reason}")
        elif column.type.kind in _COMPARED:
            found.append(column)
        else:
            others.append(f"{line}: values of {column.type.sql} are not compared")
    return found, others


def difference(engine: Engine, dataset: Dataset, key: str, table: Table, columns: Sequence[Column]) -> str:
    """`table` is the table as the engine has it. "" where the values of these columns are the dataset's."""
    own = [table.column(name) for name in table.primary_key]
    shown = [*own, *(c for c in columns if c not in own)]
    known = DIALECTS[engine.dialect]
    only = "ONLY " if engine.dialect == "postgres" and "PARTITION BY" not in table.options.upper() else ""
    names = ", ".join(written(c.name, known) for c in shown)
    query = f"SELECT {names} FROM {only}{name_of(table, engine.dialect)}"
    if _sum(_ours(dataset, key, shown)) == _sum(_theirs(engine, query, shown)):
        return ""
    ours, theirs = set(_ours(dataset, key, shown)), set(_theirs(engine, query, shown))
    here = min(ours - theirs, key=repr, default=())
    row = dict(zip((c.name for c in shown), here, strict=False))
    keyed = [there for there in theirs - ours if there[: len(own)] == here[: len(own)]]
    there = min(keyed, key=repr, default=())
    for column, mine, its in zip(shown, here, there, strict=False):
        if mine != its:
            where = ", ".join(f"{c.name} {row[c.name]}" for c in own) or "some row"
            return f"{column.name} AS ({column.generated}): {mine} here, {its} in the engine, where {where}"
    return f"{', '.join(c.name for c in columns)}: the engine computes other values, the first at {row or there}"


def _sum(rows: Iterator[tuple[str, ...]]) -> int:
    """The same for the same rows in any order."""
    total = 0
    for row in rows:
        total += int.from_bytes(blake2b("\x1f".join(row).encode(), digest_size=8).digest(), "little")
    return total & _ALL_BITS


def _ours(dataset: Dataset, key: str, columns: Sequence[Column]) -> Iterator[tuple[str, ...]]:
    for batch in arrow_batches(dataset, key, [c.name for c in columns]):
        for row in zip(*(column.to_pylist() for column in batch.columns), strict=True):
            yield tuple(_plain(value, column) for value, column in zip(row, columns, strict=True))


def _theirs(engine: Engine, query: str, columns: Sequence[Column]) -> Iterator[tuple[str, ...]]:
    for row in engine.query(query):
        yield tuple(_plain(value, column) for value, column in zip(row, columns, strict=True))


def _plain(value: Any, column: Column) -> str:
    """One spelling for what drivers give as different types."""
    kind = column.type
    if value is None:
        return "NULL"
    if kind.kind in (Kind.INTEGER, Kind.BOOLEAN, Kind.YEAR):
        return str(int(value)) if value == int(value) else str(value)
    if kind.kind == Kind.FLOAT:
        return f"{float(value):.{_DIGITS.get(kind.bits or 64, 14)}g}"
    if kind.kind in (Kind.DECIMAL, Kind.MONEY):
        digits = str(value).replace("$", "").replace(",", "")
        exact = Decimal(f"{value:.14g}" if isinstance(value, float) else digits)
        return f"{exact.normalize():f}"
    if kind.kind == Kind.JSON:
        return json.dumps(json.loads(value) if isinstance(value, str) else value, sort_keys=True)
    if kind.kind == Kind.BINARY:
        return bytes(value).hex()
    if isinstance(value, dt.timedelta):  # a TIME of MySQL
        value = (dt.datetime(1970, 1, 1) + value).time()
    if isinstance(value, dt.datetime):
        value = value.astimezone(dt.UTC).replace(tzinfo=None) if value.tzinfo else value
        return str(value)
    text = str(value)
    return text.rstrip(" ") if kind.fixed else text
