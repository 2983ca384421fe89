"""The catalog of a DuckDB file: the statements that it writes itself. Knows what those leave out."""

from __future__ import annotations

from pathlib import Path

from ..ddl.dialects import DIALECTS
from ..ddl.fragments import written
from ..engines.duckdb import DuckDB
from ..engines.urls import Target
from ..errors import InputError, Refused
from .definitions import Definitions, left_out

_HERE = "NOT internal AND database_name = current_database()"
_NAMESPACES = f"SELECT schema_name FROM duckdb_schemas() WHERE {_HERE} AND schema_name <> 'main' ORDER BY oid"
_ENUMS = (
    f"SELECT schema_name, type_name, labels FROM duckdb_types() WHERE {_HERE} AND labels IS NOT NULL ORDER BY type_oid"
)
_TABLES = f"SELECT sql FROM duckdb_tables() WHERE {_HERE} AND NOT temporary ORDER BY table_oid"
_INDEXES = "SELECT sql FROM duckdb_indexes() WHERE is_unique AND sql <> '' AND database_name = current_database()"
_COMMENTS = (
    f"SELECT 'TABLE', schema_name, table_name, NULL, comment FROM duckdb_tables() WHERE {_HERE} AND comment IS NOT NULL"
    " UNION ALL SELECT 'COLUMN', c.schema_name, c.table_name, c.column_name, c.comment FROM duckdb_columns() c"
    " JOIN duckdb_tables() t USING (table_oid, database_name)"
    " WHERE NOT c.internal AND c.database_name = current_database() AND c.comment IS NOT NULL"
)
_VIEWS = f"SELECT view_name FROM duckdb_views() WHERE {_HERE} AND NOT temporary ORDER BY 1"


def definitions(where: Target) -> Definitions:
    engine = DuckDB(Path(where.path), read_only=True)
    try:
        return Definitions(
            "duckdb",
            before=(
                *(f"CREATE SCHEMA {_name(space)}" for (space,) in engine.query(_NAMESPACES)),
                *map(_enum, engine.query(_ENUMS)),
            ),
            tables=tuple(sql for (sql,) in engine.query(_TABLES)),
            after=(*(sql for (sql,) in engine.query(_INDEXES)), *map(_comment, engine.query(_COMMENTS))),
            left_out=left_out(("view", name) for (name,) in engine.query(_VIEWS)),
        )
    except Refused as error:
        raise InputError(f"can't read {where.shown()}: {error.message}") from None
    finally:
        engine.close()


def _enum(row: tuple[str, str, list[str]]) -> str:
    space, name, labels = row
    listed = ", ".join(map(DIALECTS["duckdb"].literal, labels))
    return f"CREATE TYPE {_name(space)}.{_name(name)} AS ENUM ({listed})"


def _comment(row: tuple[str, str, str, str | None, str]) -> str:
    kind, *path, said = row
    target = ".".join(_name(part) for part in path if part is not None)
    return f"COMMENT ON {kind} {target} IS {DIALECTS['duckdb'].literal(said)}"


def _name(name: str) -> str:
    return written(name, DIALECTS["duckdb"])
