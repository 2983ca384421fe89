"""A table as one Parquet file: its parts joined, row group by row group, values and types as they are."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..dataset import Dataset


def write(dataset: Dataset, table: str, path: Path) -> None:
    parts = dataset.parts(table)
    if len(parts) == 1:
        shutil.copyfile(parts[0], path)
        return
    import pyarrow.parquet as pq

    with pq.ParquetWriter(path, pq.read_schema(parts[0]), compression="snappy") as writer:
        for part in parts:
            source = pq.ParquetFile(part)
            for group in range(source.num_row_groups):
                writer.write_table(source.read_row_group(group))
