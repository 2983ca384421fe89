"""What the footers of Parquet parts say of their columns: NULLs, least and greatest value, how texts are stored. The
writer counted them from the data, so they prove a range or the absence of NULL without reading a row. Knows nothing of
rules."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec import Struct

if TYPE_CHECKING:
    import pyarrow.parquet as pq

Exact = int | Decimal | date  # a timestamp is a date, too


class Footer(Struct, frozen=True, gc=False):
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

    return told_by(pq.read_metadata(path) for path in paths)


def told_by(parts: Iterable[pq.FileMetaData]) -> dict[str, Footer]:
    """The same of footers that are read already."""
    found: dict[str, list[Footer]] = {}
    for metadata in parts:
        columns = [metadata.schema.column(at) for at in range(metadata.num_columns)]
        flat = [(at, column.name) for at, column in enumerate(columns) if column.max_repetition_level == 0]
        for number in range(metadata.num_row_groups):
            group = metadata.row_group(number)
            for at, name in flat:
                found.setdefault(name, []).append(_footer(group.column(at)))
    return {name: _merged(of) for name, of in found.items()}


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
