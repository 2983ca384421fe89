"""Rows that somebody has already, as the rows of a table: read from a CSV or Parquet file and held against the schema.
They stand first and unchanged, as those that a DDL inserts do; others may point to them. Draws nothing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path

import msgspec
import pyarrow as pa

from .dataset import near
from .errors import InputError
from .physical import arrow_type, from_python, scale_of, to_arrow
from .schema import Column, ForeignKey, Kind, Schema, Table

MOST_GIVEN = 200_000  # rows of one table: a plan holds them
_SHOWN = 40  # characters of a value
_WORDS = {Kind.BOOLEAN: {"true", "false", "t", "f", "1", "0", "yes", "no", "y", "n", "on", "off"}}

Cell = str | int | float | bool | None


def with_given(schema: Schema, files: Mapping[str, str | Path]) -> Schema:
    """The schema with the rows of these files as its tables' own. Raises InputError, in one line with the file, the row
    and the column, for what can't be read or does not fit: names, types, lengths, NOT NULL, keys."""
    lower = {key.lower(): key for key in schema.tables}
    tables = dict(schema.tables)
    for name, file in files.items():
        key = lower.get(name.lower())
        if key is None:
            raise InputError(f"there is no table '{name}'{near(name, list(schema.tables))}")
        rows = _read(tables[key], Path(file), schema.dialect)
        tables[key] = msgspec.structs.replace(tables[key], rows=rows)
    whole = msgspec.structs.replace(schema, tables=tables)
    for name, file in files.items():
        _require_keys(whole, whole.tables[lower[name.lower()]], Path(file).name)
    return whole


def _read(table: Table, file: Path, dialect: str) -> tuple[tuple[Cell, ...], ...]:
    held = _table(file)
    names = {c.name.lower(): c.name for c in table.columns}
    if unknown := [name for name in held.column_names if name.lower() not in names]:
        raise InputError(f"{file.name}: {table.key} has no column '{unknown[0]}'{near(unknown[0], table.column_names)}")
    if held.num_rows > MOST_GIVEN:
        raise InputError(f"{file.name} has {held.num_rows:,} rows", hint=f"at most {MOST_GIVEN:,} can be given")
    there = {names[name.lower()]: held.column(name) for name in held.column_names}
    columns = [
        _values(table, column, there.get(column.name), held.num_rows, file.name, dialect) for column in table.columns
    ]
    return tuple(zip(*columns, strict=True))


def _table(file: Path) -> pa.Table:
    import pyarrow.csv as csv
    import pyarrow.parquet as pq

    try:
        if file.suffix.lower() in (".parquet", ".pq"):
            return pq.read_table(file, partitioning=None)
        if file.suffix.lower() in (".csv", ".tsv", ".txt"):
            header = csv.open_csv(file, parse_options=_parse(file)).schema.names
            options = csv.ConvertOptions(
                column_types=dict.fromkeys(header, pa.string()),
                strings_can_be_null=True,
                quoted_strings_can_be_null=False,  # "" is an empty text, nothing at all is NULL
                null_values=[""],
            )
            return csv.read_csv(file, parse_options=_parse(file), convert_options=options)
    except OSError as error:
        raise InputError(f"can't read {file}: {error.strerror or error}") from None
    except pa.ArrowInvalid as error:
        raise InputError(f"{file.name} can't be read: {str(error).splitlines()[0]}") from None
    raise InputError(f"{file.name}: rows are given as .csv or .parquet")


def _parse(file: Path) -> object:
    import pyarrow.csv as csv

    return csv.ParseOptions(delimiter="\t" if file.suffix.lower() == ".tsv" else ",", newlines_in_values=True)


def _values(
    table: Table, column: Column, values: pa.ChunkedArray | None, rows: int, file: str, dialect: str
) -> list[Cell]:
    """One column's cells, each as a DDL's INSERT would have it."""
    place = f"{file}: {table.key}.{column.name}"
    if values is None:
        if column.nullable or not rows:
            return [None] * rows
        raise InputError(f"{file} has no column '{column.name}', which {table.key} must have")
    cells = [_plain(value, place) for value in values.to_pylist()]
    if not column.nullable and None in cells:
        raise InputError(f"{place} is NOT NULL, and row {cells.index(None) + 1:,} has none")
    held = [cell for cell in cells if cell is not None]
    if why := _unread(held, column, dialect):
        wrong = next(cell for cell in held if _unread([cell], column, dialect))
        raise InputError(f"{place}: row {cells.index(wrong) + 1:,} has {_shown(wrong)}, {why}")
    for number, cell in enumerate(cells, start=1):
        if cell is not None and (why := _unfit(cell, column)):
            raise InputError(f"{place}: row {number:,} has {_shown(cell)}, {why}")
    return cells


def _plain(value: object, place: str) -> Cell:
    if value is None or isinstance(value, str | int | float | bool):
        return value
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, dt.datetime):
        moment = value.astimezone(dt.UTC).replace(tzinfo=None) if value.tzinfo else value
        return moment.isoformat(" ")
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    raise InputError(f"{place}: values of the type {type(value).__name__} can't be given")


def _unread(cells: Sequence[Cell], column: Column, dialect: str) -> str:
    """Why one of them is no value of the column's type; "" if all are."""
    kind = column.type
    words = _WORDS.get(kind.kind)
    try:
        to_arrow(from_python(list(cells), kind, dialect), arrow_type(kind, dialect), kind.values)
    except (ValueError, ArithmeticError, pa.ArrowInvalid):
        return f"which is no {kind.sql}"
    return f"which is no {kind.sql}" if words and any(str(cell).lower() not in words for cell in cells) else ""


def _unfit(cell: str | int | float | bool, column: Column) -> str:
    """Why the column can't hold it whole; "" if it can."""
    kind = column.type
    if kind.kind == Kind.TEXT and kind.length and len(str(cell)) > kind.length:
        return f"which is longer than {kind.sql}"
    if kind.kind not in (Kind.INTEGER, Kind.DECIMAL):
        return ""
    exact, scale = Decimal(str(cell)), scale_of(kind)
    if exact.scaleb(scale) % 1:
        return f"which has more digits than {kind.sql}"
    bits = (kind.bits or 64) - (not kind.unsigned)
    low, high = (0 if kind.unsigned else -(1 << bits)), 1 << bits
    if kind.kind == Kind.DECIMAL:
        high = int(Decimal(10) ** ((kind.precision or 18) - scale))
        low = 0 if kind.unsigned else 1 - high
    return "" if low <= int(exact) < high else f"which is more than {kind.sql} holds"


def _require_keys(schema: Schema, table: Table, file: str) -> None:
    uniques = [table.primary_key, *(u.columns for u in table.uniques if u.columns and not (u.where or u.expressions))]
    for columns in filter(None, uniques):
        seen: dict[tuple[Cell, ...], int] = {}
        for number, key in enumerate(_keys(table, columns), start=1):
            if None not in key and seen.setdefault(key, number) != number:
                told = ", ".join(map(_shown, key))
                raise InputError(
                    f"{file}: rows {seen[key]:,} and {number:,} of {table.key} share {', '.join(columns)} {told}"
                )
    for foreign in table.foreign_keys:
        _require_parents(schema, table, foreign, file)


def _require_parents(schema: Schema, table: Table, foreign: ForeignKey, file: str) -> None:
    parent = schema.tables.get(foreign.table)
    if parent is None:
        return
    known = {tuple(map(str, key)) for key in _keys(parent, foreign.references)}
    for number, key in enumerate(_keys(table, foreign.columns), start=1):
        if None not in key and tuple(map(str, key)) not in known:
            told = f"{', '.join(foreign.columns)} {', '.join(map(_shown, key))}"
            raise InputError(
                f"{file}: row {number:,} of {table.key} points to no row of {parent.key}: {told}",
                hint="" if parent.rows else f"give the rows of {parent.key} too: --given {parent.key}=FILE",
            )


def _keys(table: Table, columns: Sequence[str]) -> list[tuple[Cell, ...]]:
    places = [table.column_names.index(name) for name in columns]
    return [tuple(row[place] for place in places) for row in table.rows]


def _shown(cell: Cell) -> str:
    text = repr(cell)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
