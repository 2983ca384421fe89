"""What a plan will cost, told before row 1 from a trial of the plan itself: a few rows of each table that has more."""

from __future__ import annotations

import time

import psutil

from .events import Estimate
from .generation import CHUNK_ROWS, Chunk, Engine, packed_chunk

_SMALL, _LARGE = 1024, 16_384  # rows behind an estimate; a table of fewer is not made twice for it
_SHARE = 64  # of a table's rows, one: of few rows most of the time goes to what any window takes
_OF_TABLE = 0.004  # seconds that a small one takes
_OF_COLUMN, _OF_CELL = 320, 6  # bytes that it takes on disk
_PACKED = 0.45  # bytes in Parquet of one in Arrow, of a mixed table (0.24 to 0.62)
_WRITING = 0.35  # seconds of encoding and writing for one of making
_COPIES = 5.0  # of a chunk at once: values, their masks, the batch, its pages, the file's buffers


def estimate(engine: Engine, threads: int) -> Estimate:
    """`engine` has looked at every table, as `feasibility.require` gives it: the first rows that one draws cost more
    than the later ones (pools are read, queries prepared)."""
    rows, size, seconds, largest = 0, 0.0, 0.0, 0.0
    for key, plan in engine.plan.tables.items():
        if not plan.rows:
            continue
        rows += plan.rows
        if plan.rows <= _SMALL:
            size += len(plan.columns) * (_OF_COLUMN + plan.rows * _OF_CELL)
            seconds += _OF_TABLE
            continue
        began = time.perf_counter()
        batch = packed_chunk(engine, Chunk(key, 0, max(_SMALL, min(plan.rows // _SHARE, _LARGE))))
        spent = time.perf_counter() - began
        times = plan.rows / batch.num_rows
        size += batch.nbytes * times * _PACKED
        seconds += spent * times
        largest = max(largest, batch.nbytes / batch.num_rows * min(plan.rows, CHUNK_ROWS))
    memory = psutil.Process().memory_info().rss + largest * _COPIES * threads
    return Estimate(
        rows=rows,
        bytes=int(size),
        seconds=round(seconds * (1 + _WRITING) / max(threads, 1), 3),
        memory=int(memory),
    )
