"""One SELECT over Parquet parts, within limits of time, memory and rows. Knows the sandbox, which decides what SQL may
say; nothing of datasets. A query whose values may grow beyond any limit of memory runs in a process of its own."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from ..sandbox import guard_query, relation_names, unbounded
from .apart import run_apart
from .here import USUAL, Limits, run

if TYPE_CHECKING:
    import polars as pl

__all__ = ["USUAL", "Answer", "Limits", "select"]


class Answer(Struct, frozen=True):
    """`cut` tells that there are more rows than the limit let through; `seconds` is what it took."""

    sql: str
    frame: pl.DataFrame
    cut: bool
    seconds: float


def select(query: str, tables: Mapping[str, Sequence[Path]], limits: Limits) -> Answer:
    """The result of one guarded SELECT over these tables. Raises UnsafeSQLError, and InputError with DuckDB's own words
    or for a limit that was met."""
    began = time.monotonic()
    guarded = guard_query(query, relation_names(tables).values())
    frame, cut = (run_apart if unbounded(guarded) else run)(guarded, tables, limits)
    return Answer(guarded, frame, cut, time.monotonic() - began)
