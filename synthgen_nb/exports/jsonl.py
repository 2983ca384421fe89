"""A table as JSON Lines: one object per row, NULL as null, decimals as text so that no digit is lost."""

from __future__ import annotations

from typing import IO, TYPE_CHECKING

from .plain_values import readable

if TYPE_CHECKING:
    from ..dataset import Dataset


def write(dataset: Dataset, table: str, sink: IO[bytes]) -> None:
    readable(dataset.scan(table), nested_as_text=False).sink_ndjson(sink)
