"""A statement's query run over no rows: what DuckDB can't do is said before anything is changed. Knows the schema's
tables as they are stored."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import pyarrow as pa

from ..errors import InputError
from ..physical import arrow_type
from ..sandbox import connect, guard_query, quoted, relation_names
from ..schema import Schema, Table, Type
from ..sqlsemantics.relations import one_line

if TYPE_CHECKING:
    from types import TracebackType

WINDOW = "window "  # what the rows of a statement's own table are called in its query: no table is


class Trial:
    """Empty tables in DuckDB. Close it (`with Trial(schema) as trial`)."""

    def __init__(self, schema: Schema) -> None:
        self._schema = schema
        self._called = relation_names(schema.tables)
        self._connection = connect(threads=1)
        for key, name in self._called.items():
            self._connection.register(name, self._empty(schema.tables[key], {}))

    def __enter__(self) -> Trial:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._connection.close()

    def columns(self, query: str, table: Table | None = None, calls: Mapping[str, Type] | None = None) -> int:
        """How many columns the query gives. It may name WINDOW, rows of `table` with the columns of `calls` beside
        them. Raises UnsafeSQLError for what is not allowed, InputError with DuckDB's own words."""
        import duckdb

        guard_query(query, [*self._called.values(), WINDOW], repeatable=True)
        if table is not None:
            self._connection.register(WINDOW, self._empty(table, calls or {}))
        try:
            cursor = self._connection.execute(f"FROM ({query}\n) LIMIT 1")
            cursor.fetchall()  # to the end: a result left open blocks the connection
            return len(cursor.description or ())
        except duckdb.Error as error:
            raise InputError(f"this can't be evaluated here: {_said(error)}") from error

    def constant(self, sql: str) -> object:
        """The value of an expression that reads no column."""
        import duckdb

        query = guard_query(f"SELECT {sql}", (), repeatable=True)
        try:
            rows = self._connection.execute(f"FROM ({query}\n) LIMIT 1").fetchall()
        except duckdb.Error as error:
            raise InputError(f"this is no value for it: {_said(error)}") from error
        return rows[0][0] if rows else None

    def _empty(self, table: Table, calls: Mapping[str, Type]) -> pa.Table:
        called = relation_names(table.column_names)
        kinds = {called[c.name]: c.type for c in table.columns} | dict(calls)
        return pa.table({name: pa.nulls(0, self._stored(kind)) for name, kind in kinds.items()})

    def _stored(self, kind: Type) -> pa.DataType:
        arrow = arrow_type(kind, self._schema.dialect)
        return pa.string() if pa.types.is_dictionary(arrow) else arrow


def _said(error: Exception) -> str:
    """DuckDB's first line without its kind."""
    line = str(error).partition("\n")[0]
    return one_line(line.partition("Error: ")[2] or line)


def window_query(alias: str, values: Sequence[str], source: str, where: str) -> str:
    """What a statement asks of the rows of its own table."""
    beside = f", {source}" if source else ""
    return f"SELECT {', '.join(values) or '1'} FROM {quoted(WINDOW)} AS {alias}{beside} WHERE {where}"
