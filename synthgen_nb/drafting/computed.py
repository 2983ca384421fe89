"""The types of computed columns that declare none. Knows expressions, and nothing of how a row is drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from ..errors import DDLError, InputError, UnsafeSQLError
from ..sandbox import connect, guard_expression, quoted
from ..schema import Column, Kind, Schema, Table, Type
from ..sqlsemantics import result_of

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
    """The schema with a type for each computed column that is written without one (DuckDB and SQLite allow it), and
    with SQLite's computed decimals as the doubles that they are."""
    if schema.dialect not in ("duckdb", "sqlite"):
        return schema
    infer = _duck_type if schema.dialect == "duckdb" else _lite_type
    tables = {}
    for key, table in schema.tables.items():
        types = {c.name: infer(table, c) for c in table.columns if c.generated is not None}
        columns = tuple(replace(c, type=types.get(c.name) or c.type) for c in table.columns)
        tables[key] = replace(table, columns=columns) if types else table
    return replace(schema, tables=tables)


def _lite_type(table: Table, column: Column) -> Type | None:
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


def _duck_type(table: Table, column: Column) -> Type | None:
    """What DuckDB itself says of the expression, over a row of NULLs."""
    import duckdb

    if column.type.sql:
        return None
    plain = [c for c in table.columns if c.generated is None]
    named = {c.name: "VARCHAR" if c.type.kind == Kind.ENUM else c.type.sql for c in plain}
    nulls = ", ".join(f"CAST(NULL AS {type_}) AS {quoted(name)}" for name, type_ in named.items())
    with connect() as connection:
        try:
            made = guard_expression(column.generated or "", parser=connection)
            said = _asked(connection, f"SELECT typeof({made}) FROM (SELECT {nulls})")
        except (InputError, duckdb.Error):
            return None
    if said.startswith("DECIMAL("):
        precision, scale = (int(part) for part in said[8:-1].split(","))
        return Type(kind=Kind.DECIMAL, sql="", precision=precision, scale=scale)
    return _DUCK.get(said)


def _asked(connection: duckdb.DuckDBPyConnection, query: str) -> str:
    return str(connection.execute(query).fetchall()[0][0])
