"""The types of computed columns that declare none. Knows expressions, and nothing of how a row is drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from ...errors import DDLError, InputError, UnsafeSQLError
from ...sandbox import connect, guard_expression, quoted
from ...schema import Column, Kind, Schema, Table, Type
from ...sqlsemantics import result_of

if TYPE_CHECKING:
    import duckdb

_WHOLE = {Kind.INTEGER, Kind.BOOLEAN, Kind.YEAR}
_DUCK: dict[str, Type] = {
    "DOUBLE": Type(kind=Kind.FLOAT, sql="", bits=64),
    "FLOAT": Type(kind=Kind.FLOAT, sql="", bits=32),
    "VARCHAR": Type(kind=Kind.TEXT, sql=""),
    "BOOLEAN": Type(kind=Kind.BOOLEAN, sql=""),
    "DATE": Type(kind=Kind.DATE, sql=""),
    "TIME": Type(kind=Kind.TIME, sql=""),
    "TIMESTAMP": Type(kind=Kind.TIMESTAMP, sql=""),
    "TIMESTAMP WITH TIME ZONE": Type(kind=Kind.TIMESTAMPTZ, sql=""),
    "BLOB": Type(kind=Kind.BINARY, sql=""),
    **{name: Type(kind=Kind.INTEGER, sql="", bits=bits)
       for name, bits in (("TINYINT", 8), ("SMALLINT", 16), ("INTEGER", 32), ("BIGINT", 64), ("HUGEINT", 128))},
}  # fmt: skip


def with_types(schema: Schema) -> Schema:
    """The schema with a type for each computed column that is written without one (DuckDB, SQLite, SQL Server and
    Oracle allow it), and with SQLite's computed decimals as the doubles that they are."""
    infer = {"duckdb": _duck_type, "sqlite": _lite_type, "tsql": _read_type, "oracle": _read_type}.get(schema.dialect)
    if infer is None:
        return schema
    tables = {}
    for key, table in schema.tables.items():
        types = {c.name: infer(table, c, schema.dialect) for c in table.columns if c.generated is not None}
        columns = tuple(replace(c, type=types.get(c.name) or c.type) for c in table.columns)
        tables[key] = replace(table, columns=columns) if types else table
    return replace(schema, tables=tables)


def _lite_type(table: Table, column: Column, dialect: str) -> Type | None:
    if column.type.kind == Kind.DECIMAL:
        return Type(kind=Kind.FLOAT, sql=column.type.sql, bits=64)
    if column.type.sql:
        return None
    try:
        kind, _ = result_of(column.generated or "", "sqlite", {c.name: c.type for c in table.columns})
    except (UnsafeSQLError, DDLError):
        return None
    if kind in (Kind.FLOAT, Kind.DECIMAL):
        return Type(kind=Kind.FLOAT, sql="", bits=64)
    return Type(kind=Kind.INTEGER, sql="", bits=64) if kind in _WHOLE else None


def _read_type(table: Table, column: Column, dialect: str) -> Type | None:
    """What the expression makes; where it can't be told, text, which holds any value."""
    if column.type.sql:
        return None
    try:
        kind, scale = result_of(column.generated or "", dialect, {c.name: c.type for c in table.columns})
    except (UnsafeSQLError, DDLError):
        return None
    if kind == Kind.DECIMAL:
        return Type(kind=kind, sql="", precision=38, scale=scale or 0)
    return Type(kind=kind or Kind.TEXT, sql="", bits=64)


def _duck_type(table: Table, column: Column, dialect: str) -> Type | None:
    """What DuckDB itself says of the expression, over a row of NULLs."""
    import duckdb

    if column.type.sql:
        return None
    plain = [c for c in table.columns if c.generated is None]
    named = {c.name: "VARCHAR" if c.type.kind == Kind.ENUM else c.type.sql for c in plain}
    nulls = ", ".join(f"CAST(NULL AS {type_}) AS {quoted(name)}" for name, type_ in named.items())
    with connect() as connection:
        try:
            made = guard_expression(column.generated or "")
            said = _asked(connection, f"SELECT typeof({made}) FROM (SELECT {nulls})")
        except (InputError, duckdb.Error):
            return None
    if said.startswith("DECIMAL("):
        precision, scale = (int(part) for part in said[8:-1].split(","))
        return Type(kind=Kind.DECIMAL, sql="", precision=precision, scale=scale)
    return _DUCK.get(said)


def _asked(connection: duckdb.DuckDBPyConnection, query: str) -> str:
    return str(connection.execute(query).fetchall()[0][0])
