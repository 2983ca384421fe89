"""A table as CSV (RFC 4180, UTF-8): NULL is an empty field, the empty text is "". Times in ISO 8601 with a blank
between day and hour, which every database takes; lists and structs as JSON.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from .plain_values import readable

if TYPE_CHECKING:
    from ..dataset import Dataset


def write(dataset: Dataset, table: str, path: Path) -> None:
    import polars as pl
    import polars.selectors as cs

    frame = readable(dataset.scan(table), nested_as_text=True)
    zoned = [name for name, t in frame.collect_schema().items() if isinstance(t, pl.Datetime) and t.time_zone]
    utc = cs.by_name(zoned).dt.convert_time_zone("UTC").dt.to_string("%Y-%m-%d %H:%M:%S%.f+00:00")
    frame.with_columns(utc).sink_csv(
        path, null_value="", quote_style="necessary", datetime_format="%Y-%m-%d %H:%M:%S%.f", time_format="%H:%M:%S%.f"
    )
