"""A table as one Parquet file: its parts joined, row group by row group, values and types as they are."""

from __future__ import annotations

import shutil
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from ..dataset import Dataset


def write(dataset: Dataset, table: str, sink: IO[bytes]) -> None:
    parts = dataset.parts(table)
    if len(parts) == 1:
        with parts[0].open("rb") as source:
            shutil.copyfileobj(source, sink)
        return
    import pyarrow as pa
    import pyarrow.parquet as pq

    with pq.ParquetWriter(pa.PythonFile(sink, mode="w"), pq.read_schema(parts[0]), compression="snappy") as writer:
        for part in parts:
            file = pq.ParquetFile(part)
            for group in range(file.num_row_groups):
                writer.write_table(file.read_row_group(group))
