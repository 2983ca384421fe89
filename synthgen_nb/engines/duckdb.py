"""DuckDB as a place to fill: a file or memory, without access to any other file. Knows how rows must follow each other
where a table refers to itself; nothing of what else is in a schema.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..ddl.dialects import DIALECTS
from ..ddl.fragments import written
from ..errors import InputError, Refused
from ..schema import ForeignKey, Table
from .reading import arrow_batches, given_columns, name_of

if TYPE_CHECKING:
    import pyarrow as pa

    from ..dataset import Dataset

_ROWS = "synthgen rows"  # no table of a schema is called so: the name is looked up before theirs
MOST_STEPS = 1_000


class DuckDB:
    """An open connection; each statement is a transaction."""

    dialect = "duckdb"
    late_references = False

    def __init__(self, path: Path | None = None, *, read_only: bool = False) -> None:
        import duckdb

        config: dict[str, str | bool | int | float | list[str]] = {
            "python_enable_replacements": "false",
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
        }
        try:
            self.connection = duckdb.connect(str(path) if path else ":memory:", read_only, config)
            self.connection.execute("SET TimeZone = 'UTC'")
            self.connection.execute("SET enable_progress_bar = false")  # in a notebook it would draw one
            self.connection.execute("SET enable_external_access = false")
            self.connection.execute("SET lock_configuration = true")
        except duckdb.Error as error:
            raise InputError(f"can't open {path or 'DuckDB'}: {_first_line(error)}") from None

    def version(self) -> str:
        return f"DuckDB {self.query('SELECT version()')[0][0]}"

    def query(self, statement: str) -> list[tuple[Any, ...]]:
        import duckdb

        try:
            found = self.connection.extract_statements(statement)
            if len(found) != 1:
                raise Refused("more than one statement")
            return list(self.connection.execute(found[0]).fetchall())
        except duckdb.Error as error:
            raise Refused(_first_line(error)) from None

    def run(self, statement: str) -> None:
        self.query(statement)

    @contextmanager
    def trial(self) -> Iterator[None]:
        self.query("BEGIN")
        try:
            yield
        finally:
            self.query("ROLLBACK")

    def fill(self, dataset: Dataset, key: str, table: Table) -> None:
        import pyarrow as pa
        import pyarrow.parquet as pq

        names = [c.name for c in given_columns(table)]
        if not names or not dataset.rows[key]:
            return
        steps = rows_in_steps(dataset, key, own_references(table))
        if steps is not None and len(steps) > 2:
            frame = dataset.scan(key).select(names)
            for start, stop in pairwise(steps):
                self._insert(table, names, frame.slice(start, stop - start).collect().to_arrow())
            return
        schema = pq.read_schema(dataset.parts(key)[0])
        picked = pa.schema([schema.field(name) for name in names])
        self._insert(table, names, pa.RecordBatchReader.from_batches(picked, arrow_batches(dataset, key, names)))

    def _insert(self, table: Table, names: list[str], rows: pa.Table | pa.RecordBatchReader) -> None:
        known = DIALECTS["duckdb"]
        columns = ", ".join(written(name, known) for name in names)
        self.connection.register(_ROWS, rows)
        try:
            self.query(f'INSERT INTO {name_of(table, "duckdb")} ({columns}) SELECT {columns} FROM "{_ROWS}"')
        finally:
            self.connection.unregister(_ROWS)

    def count(self, table: Table) -> int:
        return int(self.query(f"SELECT count(*) FROM {name_of(table, 'duckdb')}")[0][0])

    def settle(self) -> dict[str, str]:
        return {}

    def close(self) -> None:
        self.connection.close()


def own_references(table: Table) -> list[ForeignKey]:
    """A table's references to itself."""
    return [fk for fk in table.foreign_keys if fk.table == table.key]


def rows_in_steps(dataset: Dataset, key: str, references: list[ForeignKey]) -> list[int] | None:
    """Where a table that refers to itself is cut, so that each row's parents stand in an earlier piece (DuckDB does
    not see the rows of the statement itself): [0, ..., row count]. None where some row refers to itself or to a later
    one."""
    import polars as pl

    rows = dataset.rows[key]
    cuts = [0]
    if references:
        latest = pl.Series("parent", [-1] * 0, dtype=pl.Int64)
        for fk in references:
            parent = _parent_rows(dataset, key, fk)
            latest = parent if not len(latest) else pl.select(pl.max_horizontal(latest, parent)).to_series()
        start = 0
        for row, parent_row in enumerate(latest):  # one row at a time: where it may be cut depends on the last cut
            if parent_row >= row:
                return None
            if parent_row >= start:
                cuts.append(row)
                start = row
    return [*cuts, rows]


def _parent_rows(dataset: Dataset, key: str, fk: ForeignKey) -> Any:
    """The row number of each row's parent, -1 where it has none."""
    import polars as pl

    keys = [f"k{i}" for i in range(len(fk.columns))]
    frame = dataset.scan(key)
    parents = frame.select(pl.col(c).alias(k) for c, k in zip(fk.references, keys, strict=True)).with_row_index(
        "parent"
    )
    children = frame.select(pl.col(c).alias(k) for c, k in zip(fk.columns, keys, strict=True)).with_row_index("child")
    joined = children.join(parents, on=keys, how="left").sort("child")
    return joined.select(pl.col("parent").cast(pl.Int64).fill_null(-1)).collect().to_series()


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0]
