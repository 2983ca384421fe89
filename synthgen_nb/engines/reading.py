"""The rows of a dataset's table as an engine takes them: INSERT statements and COPY lines, a batch at a time. Knows no
connections; memory holds one batch, whatever the table.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from ..ddl.dialects import DIALECTS
from ..ddl.fragments import written, written_key
from ..schema import Column, Table

if TYPE_CHECKING:
    import polars as pl
    import pyarrow as pa

    from ..dataset import Dataset

BATCH = 1 << 15  # rows
_ROWS = 1_000  # of one INSERT; T-SQL allows no more
_BYTES = 1 << 20  # of one INSERT, below every server's smallest limit on a statement
_COPIED_LINES = 1 << 13


def given_columns(table: Table) -> tuple[Column, ...]:
    """The columns that are written: all but those that the engine computes."""
    return tuple(c for c in table.columns if c.generated is None)


def name_of(table: Table, dialect: str) -> str:
    return written_key(table.namespace, table.name, DIALECTS[dialect])


def arrow_batches(dataset: Dataset, key: str, columns: Sequence[str] | None = None) -> Iterator[pa.RecordBatch]:
    """The rows in their order."""
    import pyarrow.parquet as pq

    for part in dataset.parts(key):
        with pq.ParquetFile(part) as file:
            yield from file.iter_batches(BATCH, columns=list(columns) if columns is not None else None)


def inserts(dataset: Dataset, key: str, table: Table, dialect: str, *, cuts: Collection[int] = ()) -> Iterator[str]:
    """INSERT statements, without their end, of at most 1,000 rows each; `table` is the table as the engine has it, and
    may have another name or fewer columns than the dataset's. At the rows in `cuts` a new statement begins."""
    import polars as pl

    from .literals import literals

    known = DIALECTS[dialect]
    columns = given_columns(table)
    overriding = dialect == "postgres" and any(c.identity == "always" for c in columns)
    head = f"INSERT INTO {name_of(table, dialect)} ({', '.join(written(c.name, known) for c in columns)})"
    head += f"{' OVERRIDING SYSTEM VALUE' if overriding else ''} VALUES\n("
    most = 1 if dialect == "oracle" else _ROWS  # before version 23 it knows no lists of rows
    done = 0
    for frame in _frames(dataset, key, columns):
        lines = frame.select(pl.concat_str(literals(columns, frame.schema, dialect), separator=", ")).to_series()
        longest = lines.str.len_bytes().max()
        assert isinstance(longest, int)
        step = max(1, min(most, _BYTES // max(longest, 1)))
        own = {cut - done for cut in cuts if done < cut < done + len(lines)}
        for start, stop in pairwise(sorted({*range(0, len(lines), step), *own, len(lines)})):
            yield head + "),\n(".join(lines.slice(start, stop - start)) + ")"
        done += len(lines)


def copies(dataset: Dataset, key: str, table: Table) -> Iterator[bytes]:
    """The rows for PostgreSQL's COPY FROM STDIN in text format."""
    from .literals import copy_lines

    columns = given_columns(table)
    for frame in _frames(dataset, key, columns):
        lines = frame.select(copy_lines(columns, frame.schema)).to_series()
        for start in range(0, len(lines), _COPIED_LINES):
            yield ("\n".join(lines.slice(start, _COPIED_LINES)) + "\n").encode()


def _frames(dataset: Dataset, key: str, columns: Sequence[Column]) -> Iterator[pl.DataFrame]:
    import polars as pl

    for batch in arrow_batches(dataset, key, [c.name for c in columns]):
        if batch.num_rows and columns:
            frame = pl.from_arrow(batch)
            assert isinstance(frame, pl.DataFrame)
            yield frame
