"""A dataset as one .sql file in its schema's own dialect: the DDL, the rows, the counters set past them. It loads into
an empty database of that engine with every constraint on. Knows nothing of connections.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace

from ..ddl import render, render_constraint
from ..ddl.dialects import DIALECTS
from ..ddl.splitter import split
from ..engines.counters import counters, setting
from ..engines.duckdb import own_references, rows_in_steps
from ..engines.extensions import extensions
from ..engines.ordering import parents_first, ring_keys
from ..engines.reading import given_columns, inserts, name_of
from ..engines.safety import unknown_calls
from ..schema import Schema, Table

if TYPE_CHECKING:
    from ..dataset import Dataset

_MYSQL_OPENING = (
    "SET NAMES utf8mb4",
    "SET time_zone = '+00:00'",
    # a 0 in a key is a 0; a value that does not fit is an error; a backslash escapes
    "SET sql_mode = 'STRICT_ALL_TABLES,NO_AUTO_VALUE_ON_ZERO,NO_ENGINE_SUBSTITUTION,ERROR_FOR_DIVISION_BY_ZERO'",
)
_OPENING = {
    "postgres": ("BEGIN", "SET LOCAL client_encoding = 'UTF8'", "SET LOCAL standard_conforming_strings = on"),
    "mysql": _MYSQL_OPENING,
    "mariadb": _MYSQL_OPENING,
    # deferred: a row may refer to one that comes later, all are checked by COMMIT
    "sqlite": ("PRAGMA foreign_keys = ON", "BEGIN", "PRAGMA defer_foreign_keys = ON"),
    "duckdb": ("BEGIN",),
    "tsql": ("SET QUOTED_IDENTIFIER ON",),  # filtered indexes and computed columns ask for it
}
_AT_ONCE = ("sqlite", "duckdb")  # there a foreign key can't be added to a table
_TRANSACTIONAL = ("postgres", "sqlite", "duckdb")  # there the tables, too, are gone if the load fails
_DATA_ALONE = {"mysql": "START TRANSACTION", "mariadb": "START TRANSACTION", "tsql": "BEGIN TRANSACTION"}


def write(dataset: Dataset, path: Path) -> tuple[str, ...]:
    """Returns what has to be there before the file is loaded: the functions of a schema are no part of it."""
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for line in _lines(dataset):
            file.write(line)
    return tuple(_needed(dataset.schema))


def _needed(schema: Schema) -> Iterator[str]:
    for key, table in schema.tables.items():
        texts = [sql for c in table.columns for sql in (c.default, c.generated) if sql is not None]
        texts += [check.sql for check in table.checks]
        texts += [sql for c in table.uniques for sql in (*c.expressions, c.where) if sql is not None]
        for name in dict.fromkeys(name for sql in texts for name in unknown_calls(sql, schema.dialect)):
            yield f"{key}: calls {name}(), which the file does not create"


def _lines(dataset: Dataset) -> Iterator[str]:
    schema = dataset.schema
    dialect = schema.dialect
    end = "\nGO\n" if DIALECTS[dialect].batches else ";\n"
    rows = sum(dataset.rows.values())
    yield f"-- {len(dataset.rows)} tables, {rows} rows for an empty {dialect} database; made by synthgen\n"
    if dialect == "oracle":
        yield "SET DEFINE OFF\n"  # else SQL*Plus asks for the value of every & in a text
    for opening in _OPENING.get(dialect, ()):
        yield opening + end
    for statement in extensions(schema):
        yield statement + end
    late = ring_keys(schema) if dialect not in _AT_ONCE else ()
    for part in split(io.StringIO(render(without_rows(schema, late))), dialect):
        if not part.text.upper().startswith("USE "):  # the file is for the database in use
            yield part.text + end
    if dialect in _DATA_ALONE:
        yield _DATA_ALONE[dialect] + end
    for group in parents_first(schema):
        for key in group:
            yield from _rows(dataset, schema.tables[key], end)
    if dialect in _DATA_ALONE or dialect == "oracle":
        yield "COMMIT" + end
    for key, reference in late:
        yield render_constraint(schema.tables[key], reference, dialect) + end
    for counter in counters(dataset, schema, [(key, key) for key in dataset.rows]):
        if past := setting(counter, dialect):
            yield past + end
    if dialect in _TRANSACTIONAL:
        yield "COMMIT" + end


def without_rows(schema: Schema, late: tuple[tuple[str, object], ...] = ()) -> Schema:
    """The schema less the reference rows, which are among the dataset's, and less the constraints that come late."""
    return replace(
        schema,
        tables={
            key: replace(table, rows=(), constraints=tuple(c for c in table.constraints if not _is_late(key, c, late)))
            for key, table in schema.tables.items()
        },
    )


def _is_late(key: str, constraint: object, late: tuple[tuple[str, object], ...]) -> bool:
    return any(table == key and constraint is other for table, other in late)


def _rows(dataset: Dataset, table: Table, end: str) -> Iterator[str]:
    if not dataset.rows.get(table.key) or not given_columns(table):  # a partition's rows may be its parent's
        return
    dialect = dataset.schema.dialect
    name = name_of(table, dialect)
    always = any(c.identity for c in table.columns)
    if dialect == "tsql" and always:
        yield f"SET IDENTITY_INSERT {name} ON{end}"
    opened = [c for c in table.columns if dialect == "oracle" and c.identity == "always"]
    for column in opened:  # the counters close it again
        yield f'ALTER TABLE {name} MODIFY ("{column.name}" GENERATED BY DEFAULT AS IDENTITY){end}'
    cuts = rows_in_steps(dataset, table.key, own_references(table)) if dialect == "duckdb" else None
    for statement in inserts(dataset, table.key, table, dialect, cuts=cuts or ()):
        yield statement + end
    if dialect == "tsql" and always:
        yield f"SET IDENTITY_INSERT {name} OFF{end}"
