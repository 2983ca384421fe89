"""A dataset as a DuckDB file, with the constraints that DuckDB has."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ..engines.adapting import adapted
from ..engines.filling import fill
from .database import lines

if TYPE_CHECKING:
    from ..dataset import Dataset


def write(dataset: Dataset, path: Path) -> tuple[str, ...]:
    """Returns what DuckDB can't hold, a line each. Raises InputError where it refuses a row."""
    from ..engines.duckdb import DuckDB

    engine = DuckDB(path)
    try:
        return lines(fill(engine, dataset, adapted(dataset.schema, "duckdb", dataset.rows)))
    finally:
        engine.close()
