"""Reference rows: completed with defaults and numbers, kept only if they hold their table's keys. Knows no SQL text."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Sequence

from ..schema import Column, Kind, PrimaryKey, Table, Type, Unique
from .catalog import Value

Row = tuple[Value, ...]
MISSING = object()  # a column that the INSERT does not name

_TRUE = frozenset(("t", "true", "1", "y", "yes", "on"))
_FALSE = frozenset(("f", "false", "0", "n", "no", "off"))


class Incomplete(Exception):
    """Why a table's rows can't be kept. Never leaves the assembling of a schema."""


def as_type(value: Value, type_: Type) -> Value:
    """The value as its column holds it, where that is plain; else as it was written."""
    if isinstance(value, str):
        if type_.kind in (Kind.INTEGER, Kind.YEAR) and re.fullmatch(r"\s*[-+]?\d{1,40}\s*", value):
            return int(value)
        if type_.kind is Kind.FLOAT and re.fullmatch(r"\s*[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?\s*", value):
            return float(value)
        if type_.kind is Kind.BOOLEAN and value.lower() in _TRUE | _FALSE:
            return value.lower() in _TRUE
    elif isinstance(value, bool):
        if type_.kind is Kind.INTEGER:
            return int(value)
    elif value is not None:
        if type_.kind in (Kind.TEXT, Kind.ENUM, Kind.SET):
            return str(value)
        if type_.kind is Kind.BOOLEAN and value in (0, 1):
            return bool(value)
    return value


def completed(
    columns: Sequence[Column],
    rows: Sequence[Sequence[object]],
    default: Callable[[Column], object],
    key: tuple[str, ...],
) -> list[Row]:
    """Rows with every column, in the order of `columns`. A value that is MISSING takes the column's literal default,
    the next number of an auto key, or NULL. `default` gives MISSING where a default is no literal.
    Raises Incomplete."""
    counters = {c.name: 0 for c in columns}
    done: list[Row] = []
    for row in rows:
        values: list[Value] = []
        for column, given in zip(columns, row, strict=True):
            value = _value(column, given, default, counters, key)
            if isinstance(value, int) and not isinstance(value, bool):
                counters[column.name] = max(counters[column.name], value)
            values.append(value)
        done.append(tuple(values))
    return done


def _value(
    column: Column,
    given: object,
    default: Callable[[Column], object],
    counters: dict[str, int],
    key: tuple[str, ...],
) -> Value:
    if column.generated is not None:
        return None
    value = given
    if value is MISSING and (column.identity or (key == (column.name,) and column.type.sql.upper() == "INTEGER")):
        return counters[column.name] + 1
    if value is MISSING and column.default is not None:
        value = default(column)
    if value is MISSING and not column.nullable:
        why = "has no default" if column.default is None else "has a default that only the server computes"
        raise Incomplete(f"column {column.name} is not given and {why}")
    if value is MISSING:
        return None
    if value is None and not column.nullable:
        if column.identity:  # MySQL: NULL asks for the next number
            return counters[column.name] + 1
        raise Incomplete(f"column {column.name} is NOT NULL")
    assert value is None or isinstance(value, (str, int, float, bool))
    return as_type(value, column.type)


_NUMBER = re.compile(r"\s*[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d{1,3})?\s*", re.I)


def refuse_unreadable(table: Table, rows: list[Row]) -> None:
    """Raises Incomplete for a value that is none of its column's type as it is written: SQLite's texts in a column of
    numbers, MySQL's date 0000-00-00, PostgreSQL's infinity."""
    for position, column in enumerate(table.columns):
        for row in rows:
            if not _readable(row[position], column.type.kind):
                raise Incomplete(f"'{str(row[position])[:40]}' is not read as a value of {column.name}")


def _readable(value: Value, kind: Kind) -> bool:
    if value is None:
        return True
    if kind in (Kind.INTEGER, Kind.YEAR, Kind.FLOAT, Kind.DECIMAL):
        return not isinstance(value, str) or _NUMBER.fullmatch(value) is not None
    try:
        if kind is Kind.DATE:
            dt.date.fromisoformat(str(value)[:10])
        elif kind in (Kind.TIMESTAMP, Kind.TIMESTAMPTZ):
            moment = dt.datetime.fromisoformat(str(value))
            if moment.tzinfo:
                moment.astimezone(dt.UTC)  # which the first and the last day may not have
        elif kind is Kind.TIME:
            dt.time.fromisoformat(str(value))
    except (ValueError, OverflowError):
        return False
    return True


def without_repeats(table: Table, rows: list[Row], *, ignored: bool) -> list[Row]:
    """The rows, where no key repeats. With `ignored` (INSERT IGNORE) the first of equal keys stays.
    Raises Incomplete."""
    keys = [c for c in table.constraints if isinstance(c, (PrimaryKey, Unique))]
    seen: list[set[Row]] = [set() for _ in keys]
    kept = []
    for row in rows:
        found = [_key_of(table, key, row) for key in keys]
        repeats = [k for k, values in enumerate(found) if values is not None and values in seen[k]]
        if repeats and not ignored:
            raise Incomplete(f"two rows have the same ({', '.join(keys[repeats[0]].columns)})")
        if repeats:
            continue
        for k, values in enumerate(found):
            if values is not None:
                seen[k].add(values)
        kept.append(row)
    return kept


def _key_of(table: Table, key: PrimaryKey | Unique, row: Row) -> Row | None:
    """The key's values; None where the key does not apply (a NULL in it, or a part that is computed)."""
    if isinstance(key, Unique) and (key.where is not None or key.expressions):
        return None
    values = pick(table, key.columns, row)
    nulls_count = isinstance(key, Unique) and not key.nulls_distinct
    if None in values and not nulls_count:
        return None
    lowered = [table.column(name).type.case_insensitive for name in key.columns]
    return tuple(v.lower() if low and isinstance(v, str) else v for v, low in zip(values, lowered, strict=True))


def pick(table: Table, columns: Sequence[str], row: Row) -> Row:
    names = table.column_names
    return tuple(row[names.index(name)] for name in columns)


def orphans(tables: dict[str, Table]) -> dict[str, str]:
    """Tables whose rows point to rows that are not there, with the reason. What they take with them is found by asking
    again without their rows."""
    found: dict[str, str] = {}
    for key, table in tables.items():
        for fk in table.foreign_keys if table.rows else ():
            parent = tables[fk.table]
            there = {pick(parent, fk.references, row) for row in parent.rows}
            for row in table.rows:
                values = pick(table, fk.columns, row)
                if None not in values and values not in there:
                    found[key] = (
                        f"({', '.join(fk.columns)}) points to a row of {fk.table} that the text does not insert"
                    )
                    break
    return found
