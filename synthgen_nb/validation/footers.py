"""What the footers of Parquet parts say of their columns: NULLs, least and greatest value, how texts are stored. The
writer counted them from the data, so they prove a range or the absence of NULL without reading a row. Knows nothing of
rules."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

Exact = int | Decimal | date  # a timestamp is a date, too


@dataclass(frozen=True, slots=True)
class Footer:
    """One column over all its parts. `nulls` is None where not every row group counted them; `low` and `high` are
    given for integers, decimals, dates and timestamps alone, and None where a row group has none. `coded`: its texts
    are codes into dictionaries."""

    nulls: int | None
    low: Exact | None
    high: Exact | None
    coded: bool = False

    @property
    def numbers(self) -> tuple[int | Decimal, int | Decimal] | None:
        """The ends of a column of numbers."""
        low, high = self.low, self.high
        return (low, high) if isinstance(low, (int, Decimal)) and isinstance(high, (int, Decimal)) else None


def read_footers(paths: Sequence[Path]) -> dict[str, Footer]:
    """Flat columns only: the leaves of a list count their elements."""
    import pyarrow.parquet as pq

    found: dict[str, list[Footer]] = {}
    for path in paths:
        with pq.ParquetFile(path) as file:
            metadata = file.metadata
            for group in range(metadata.num_row_groups):
                for at in range(metadata.num_columns):
                    if metadata.schema.column(at).max_repetition_level == 0:
                        chunk = metadata.row_group(group).column(at)
                        found.setdefault(metadata.schema.column(at).name, []).append(_footer(chunk))
    return {name: _merged(parts) for name, parts in found.items()}


def _footer(chunk: Any) -> Footer:
    statistics = chunk.statistics
    nulls = statistics.null_count if getattr(statistics, "has_null_count", False) else None
    low = high = None
    if getattr(statistics, "has_min_max", False):
        low, high = statistics.min, statistics.max
    if isinstance(low, bool) or not isinstance(low, (int, Decimal, date)):
        low = high = None
    coded = chunk.physical_type == "BYTE_ARRAY" and "RLE_DICTIONARY" in chunk.encodings
    return Footer(nulls, low, high, coded)


def _merged(parts: Sequence[Footer]) -> Footer:
    counts = [part.nulls for part in parts if part.nulls is not None]
    lows = [part.low for part in parts if part.low is not None]
    highs = [part.high for part in parts if part.high is not None]
    return Footer(
        sum(counts) if len(counts) == len(parts) else None,
        min(lows) if lows and len(lows) == len(parts) else None,
        max(highs) if highs and len(highs) == len(parts) else None,
        all(part.coded for part in parts),
    )
