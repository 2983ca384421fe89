"""A few rows in the columns of a schema, and statements carried out over them by hand: what DuckDB answers, put into
plain lists."""

from __future__ import annotations

from functools import cache
from typing import Any

import pyarrow as pa

from synthgen_nb.ddl import parse_ddl
from synthgen_nb.dml import Delete, Insert, Statement, Update
from synthgen_nb.dml.trying import WINDOW, window_query
from synthgen_nb.physical import arrow_type
from synthgen_nb.sandbox import connect, quoted, relation_names
from synthgen_nb.schema import Schema
from synthgen_nb.storing import computed, plain

Rows = dict[str, list[tuple[Any, ...]]]


@cache
def schema_of(ddl: str, dialect: str) -> Schema:
    return parse_ddl(ddl, dialect=dialect)


def stored(schema: Schema, key: str, rows: list[tuple[Any, ...]]) -> pa.Table:
    table = schema.tables[key]
    columns = [list(values) for values in zip(*rows, strict=True)] or [[] for _ in table.columns]
    names = relation_names(table.column_names)
    found = {}
    for column, values in zip(table.columns, columns, strict=True):
        kind = arrow_type(column.type, schema.dialect)
        array = pa.array(values, pa.string() if pa.types.is_dictionary(kind) else None)
        found[names[column.name]] = plain(array.cast(pa.string() if pa.types.is_dictionary(kind) else kind))
    return pa.table(found)


def changed(statement: Statement, schema: Schema, rows: Rows) -> Rows:
    """The rows after the statement; the first column of every table is its key."""
    table = schema.tables[statement.table]
    names = list(table.column_names)
    with connect(threads=1) as connection:
        for key, name in relation_names(schema.tables).items():
            connection.register(name, stored(schema, key, rows[key]))
        if isinstance(statement, Insert):
            answer = connection.execute(statement.query).fetchall()
            given = [dict(zip(statement.columns, row, strict=True)) for row in answer]
            return rows | {table.key: [*rows[table.key], *(tuple(map(row.get, names)) for row in given)]}
        connection.register(WINDOW, stored(schema, table.key, rows[table.key]))
        sets = statement.sets if isinstance(statement, Update) else {}
        values = [computed(sql or "NULL", table.column(name), schema.dialect) for name, sql in sets.items()]
        asked = [f"{statement.alias}.{quoted(names[0])}", *values]
        found = connection.execute(window_query(statement.alias, asked, statement.source, statement.where)).fetchall()
    if isinstance(statement, Delete):
        gone = {row[0] for row in found}
        return rows | {table.key: [row for row in rows[table.key] if row[0] not in gone]}
    new = {row[0]: dict(zip(sets, row[1:], strict=True)) for row in found}
    after = [tuple(new.get(row[0], {}).get(n, v) for n, v in zip(names, row, strict=True)) for row in rows[table.key]]
    return rows | {table.key: after}
