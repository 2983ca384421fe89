"""Parquet encodings: CPU nanoseconds and bytes a row of what a part gets, beside the library's defaults."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from synthgen_nb.generation import CHUNK_ROWS
from synthgen_nb.parquet import write_part

from .measure import Figures, Result, cpu, interleaved

KINDS = ("sequence", "random key", "date", "few texts", "unique text", "money")


def measured(rounds: int, *, tiny: bool) -> list[Result]:
    rows = 1000 if tiny else 1_000_000
    runs: dict[str, Callable[[], Figures]] = {}
    for kind in KINDS:
        column = _column(kind, rows)
        runs[f"{kind}, chosen"] = lambda kind=kind, column=column: _written(kind, column, chosen=True)
        runs[f"{kind}, default"] = lambda kind=kind, column=column: _written(kind, column, chosen=False)
    found = interleaved(runs, rounds)
    lines = {
        kind: {
            "CPU x": found[f"{kind}, chosen"]["ns"] / found[f"{kind}, default"]["ns"],
            "size x": found[f"{kind}, chosen"]["bytes"] / found[f"{kind}, default"]["bytes"],
            "ns a row": found[f"{kind}, chosen"]["ns"],
            "bytes a row": found[f"{kind}, chosen"]["bytes"],
            "default ns": found[f"{kind}, default"]["ns"],
            "default bytes": found[f"{kind}, default"]["bytes"],
        }
        for kind in KINDS
    }
    return [Result(f"One column of {rows:,} rows to Parquet (snappy), medians of {rounds} interleaved rounds", lines)]


def _column(kind: str, rows: int) -> pa.Array:
    random = np.random.default_rng(0)
    match kind:
        case "sequence":
            return pa.array(np.arange(rows))
        case "random key":
            return pa.array(random.integers(0, 200_000, rows))
        case "date":
            return pa.array(random.integers(8000, 10_500, rows).astype("int32")).cast(pa.date32())
        case "few texts":
            labels = pa.array([f"status {number}" for number in range(20)])
            return pa.DictionaryArray.from_arrays(pa.array(random.integers(0, 20, rows), pa.int8()), labels)
        case "unique text":
            return pa.array([f"customer {number:09d} of {number % 7919}" for number in random.permutation(rows)])
        case _:
            return _money(pa.array(random.integers(100, 20_000_000, rows)).cast(pa.decimal128(19, 0)))


def _money(cents: pa.Array) -> pa.Array:
    return pc.multiply(cents, pa.scalar(Decimal("0.01"))).cast(pa.decimal64(15, 2))


def _written(kind: str, column: pa.Array, *, chosen: bool) -> Figures:
    table = pa.table({"a": column})
    with tempfile.TemporaryDirectory(prefix="synthgen-bench-") as folder:
        path = Path(folder) / "part.parquet"
        if chosen:
            batches = table.to_batches(max_chunksize=CHUNK_ROWS)
            spent, _ = cpu(lambda: write_part(path, table.schema, batches))
        else:
            spent, _ = cpu(lambda: pq.write_table(table, path, row_group_size=CHUNK_ROWS))
        return {"ns": spent / len(column) * 1e9, "bytes": path.stat().st_size / len(column)}
