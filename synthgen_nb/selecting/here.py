"""One guarded SELECT over Parquet parts, run in this process, within limits of time, memory and rows."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from ..errors import InputError
from ..sandbox import connect, limited, quoted, relation_names

if TYPE_CHECKING:
    import duckdb
    import polars as pl
    import pyarrow as pa

_BATCH = 50_000  # rows
_SPELLED = frozenset({"INTERVAL", "BIGNUM", "BIT"})  # types that Polars lacks
_DAY = {"days": 1, "ms": 86_400_000, "us": 86_400_000_000}
_DAYS = (-719_162, 2_932_896)  # from 1970 to the first and the last that Python knows
_CANDIDATES = ("Candidate bindings:", "Candidate tables:")


class Limits(Struct, frozen=True):
    """What one query may take: seconds; bytes of memory, of which nothing goes to the disk, and again as many for its
    result; rows of the result (None: all)."""

    seconds: float = 60.0
    memory: int = 2_000_000_000
    rows: int | None = None

    def __post_init__(self) -> None:
        if not self.seconds > 0 or self.memory <= 0 or (self.rows is not None and self.rows < 0):
            raise InputError("a query's limits are above 0: its seconds, its memory, its rows")


USUAL = Limits()


def run(guarded: str, tables: Mapping[str, Sequence[Path]], limits: Limits) -> tuple[pl.DataFrame, bool]:
    """The rows, and whether there are more than the limit let through. Raises InputError with DuckDB's own words or for
    a limit that was met."""
    import duckdb
    import pyarrow as pa

    names = relation_names(tables)
    with connect(tables, memory=f"{limits.memory}B") as connection, limited(connection, limits.seconds) as late:
        try:
            relation = connection.sql(guarded)
            if any(_unheld(kind) for kind in relation.types):
                relation = connection.sql(_spelled(guarded, relation))
            return _read(relation.to_arrow_reader(_BATCH), limits)
        except (duckdb.Error, OSError, pa.ArrowException) as error:  # the last two while rows come in
            if late.is_set():
                raise stopped(limits) from error
            if "Out of Memory Error" in str(error):
                raise large(limits) from error
            raise _refused(str(error), _columns(connection, names.values())) from error


def _read(reader: pa.RecordBatchReader, limits: Limits) -> tuple[pl.DataFrame, bool]:
    import polars as pl
    import polars.selectors as kinds
    import pyarrow as pa

    batches: list[pa.RecordBatch] = []
    rows = used = 0
    for batch in reader:
        batches.append(batch)
        rows, used = rows + batch.num_rows, used + batch.nbytes
        if used > limits.memory:
            raise large(limits)
        if limits.rows is not None and rows > limits.rows:
            break
    frame = pl.DataFrame(pa.Table.from_batches(batches, reader.schema).rename_columns(_distinct(reader.schema.names)))
    for column in frame.select(kinds.date() | kinds.datetime(("ms", "us"))):
        unit = column.dtype.time_unit if isinstance(column.dtype, pl.Datetime) else "days"
        if not (column.to_physical() // _DAY[unit]).drop_nulls().is_between(*_DAYS).all():
            raise InputError(f"{column.name} has a date that no frame holds", hint="take it as text: column::varchar")
    kept = frame if limits.rows is None else frame.head(limits.rows)
    return kept, kept.height < frame.height


def _distinct(names: Sequence[str]) -> list[str]:
    """A name that comes again gets a number: a frame's columns have names of their own."""
    found: list[str] = []
    for name in names:
        free, number = name, 1
        while free in found or (number > 1 and free in names):
            number += 1
            free = f"{name}_{number}"
        found.append(free)
    return found


def _unheld(kind: object) -> bool:
    return str(kind) in _SPELLED


def _spelled(query: str, relation: duckdb.DuckDBPyRelation) -> str:
    """The query with text in the place of what a frame can't hold."""
    names = [quoted(name) for name in _distinct(relation.columns)]
    kinds = zip(names, relation.types, strict=True)
    columns = [f"{name}::VARCHAR AS {name}" if _unheld(kind) else name for name, kind in kinds]
    return f"SELECT {', '.join(columns)} FROM ({query}\n) AS answer({', '.join(names)})"


def stopped(limits: Limits) -> InputError:
    return InputError(
        f"the query was stopped after {limits.seconds:g} s", hint="narrow it, or give it a longer timeout"
    )


def large(limits: Limits) -> InputError:
    return InputError(
        f"the query needs more than {limits.memory / 1e9:g} GB of memory", hint="narrow it, or give it more memory"
    )


def _refused(words: str, columns: Collection[str]) -> InputError:
    """DuckDB's first line, with the names that it proposes further down; where it proposes
    none for a column, those of `columns`."""
    first, *rest = (line.strip() for line in words.splitlines())
    proposed = next((line.partition(":")[2].lstrip(": ") for line in rest if line.startswith(_CANDIDATES)), "")
    unknown = re.search(r'does not have a column named "([^"]*)"', first)
    if unknown and not proposed:
        proposed = ", ".join(map(quoted, get_close_matches(unknown[1], columns)))
    return InputError(first, hint=f"did you mean {proposed}?" if proposed else "")


def _columns(connection: duckdb.DuckDBPyConnection, names: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(column for name in names for column in connection.table(quoted(name)).columns))
