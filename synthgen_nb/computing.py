"""SQL expressions over columns in memory: GENERATED columns and CHECKs that are met by drawing again. DuckDB
computes, with the meaning that the source dialect gives them; nothing but the given columns can be read."""

from __future__ import annotations

from collections.abc import Mapping

import pyarrow as pa

from .errors import PlanError
from .sandbox import connect, quoted
from .schema import Table
from .sqlsemantics import condition, translate

_ORDER = "synthgen row"  # DuckDB promises no order without it


class Calculator:
    """The expressions of one table, each read once. Threads may share it: each call has a cursor of its own."""

    def __init__(self, dialect: str, table: Table, as_of: str) -> None:
        self._dialect, self._as_of = dialect, as_of
        self._types = {c.name: c.type for c in table.columns}
        self._read: dict[tuple[str, bool], str] = {}
        self._connection = connect(threads=1)

    def evaluate(
        self, sql: str, columns: Mapping[str, pa.Array], rows: int, *, truth: bool = False, cast: str = ""
    ) -> pa.Array:
        """The expression (a condition, if `truth`) for each row of `columns` (`rows` values each), in DuckDB's type
        `cast` if one is given. UnsafeSQLError where its meaning can't be had here, PlanError where DuckDB can't compute
        it."""
        import duckdb

        with self._connection.cursor() as cursor:
            if (sql, truth) not in self._read:
                reader = condition if truth else translate
                self._read[sql, truth] = reader(sql, self._dialect, self._types, as_of=self._as_of, parser=cursor)
            cursor.register("window", pa.table({**columns, _ORDER: pa.array(range(rows), pa.int64())}))
            text = f"CAST({self._read[sql, truth]} AS {cast})" if cast else self._read[sql, truth]
            query = f'SELECT {text} AS value FROM "window" ORDER BY {quoted(_ORDER)}'
            try:
                result = cursor.sql(query).to_arrow_table().column("value").combine_chunks()
            except duckdb.Error as error:
                raise PlanError(f"can't compute {sql}: {str(error).splitlines()[0]}") from error
        return result.combine_chunks() if isinstance(result, pa.ChunkedArray) else result
