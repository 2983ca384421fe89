"""What a statement of an edit asks of the tables, within limits of time and memory."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Event

import duckdb
import pyarrow as pa
from msgspec import Struct

from ..errors import InputError
from ..sandbox import connect, limited
from ..selecting.here import Limits, large, stopped

EDIT = Limits(seconds=900, memory=8_000_000_000)  # of each statement; its rows may take as much again
_BATCH = 100_000  # rows


class Bounded(Struct, frozen=True):
    """A connection that ends what takes too long; `late` is set then."""

    connection: duckdb.DuckDBPyConnection
    limits: Limits
    late: Event

    def rows(self, query: str) -> pa.Table:
        """Raises InputError for a limit that was met, or with DuckDB's own words."""
        batches, used = [], 0
        try:
            reader = self.connection.sql(query).to_arrow_reader(_BATCH)
            for batch in reader:
                batches.append(batch)
                used += batch.nbytes
                if used > self.limits.memory:
                    raise large(self.limits)
        except (duckdb.Error, OSError, pa.ArrowException) as error:  # the last two while rows come in
            if self.late.is_set():
                raise stopped(self.limits) from error
            if "Out of Memory Error" in str(error):
                raise large(self.limits) from error
            raise InputError(str(error).partition("\n")[0]) from error
        return pa.Table.from_batches(batches, reader.schema)


@contextmanager
def bounded(
    tables: Mapping[str, Sequence[Path]] | None, limits: Limits, *, threads: int | None = None
) -> Iterator[Bounded]:
    held = connect(tables, memory=f"{limits.memory}B", threads=threads)
    with held as connection, limited(connection, limits.seconds) as late:
        yield Bounded(connection, limits, late)
