"""Columns as they lie in the parts, read by Arrow one row group at a time: whether the integers of a key ascend from
row to row, and the different values of columns that are stored by a dictionary. Small tables are read whole, once.
Knows nothing of rules, nor of SQL."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import StoreError
from .footers import Footer, told_by

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import pyarrow as pa

SMALL = 4096  # rows of a table that is read whole
_FEW = 1024  # different values of a column that are worth looking at one by one


def read_whole(paths: Sequence[Path]) -> tuple[pa.Table, dict[str, Footer]]:
    """The rows, and what the footers say of them. Raises StoreError for a part that can't be read."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        tables, footers = [], []
        for path in paths:
            with pq.ParquetFile(path) as file:
                tables.append(file.read(use_threads=False))
                footers.append(file.metadata)
        return pa.concat_tables(tables), told_by(footers)
    except (OSError, pa.ArrowInvalid) as error:
        raise StoreError(f"a part can't be read: {error}") from error


def ascends(paths: Sequence[Path], names: Sequence[str], least: Sequence[int], widths: Sequence[int]) -> bool:
    """Whether these integer columns, which are never NULL, are read as the digits of one number (the first the highest;
    `least` and `widths` are the least value and the number of values of each) greater in each row than in the row
    before. Ends at the first that is not."""
    import numpy as np

    last = -1
    for group in _groups(paths, names):
        code: npt.NDArray[np.int64] | None = None
        for name, low, width in zip(names, least, widths, strict=True):
            digit = group.column(name).combine_chunks().to_numpy(zero_copy_only=False).astype(np.int64, copy=False)
            digit = digit - low if low else digit
            code = digit if code is None else code * width + digit
        if code is None or not len(code):
            continue
        if code[0] <= last or not bool((code[1:] > code[:-1]).all()):
            return False
        last = int(code[-1])
    return True


def different(table: pa.Table, names: Sequence[str]) -> bool:
    """Whether no two rows have the same values in these columns; NULLs count as distinct."""
    import pyarrow.compute as pc

    if len(names) == 1:
        column = table.column(names[0])
        return bool(pc.count_distinct(column, mode="only_valid").as_py() == len(column) - column.null_count)
    given = table.select(list(names)).drop_null()
    return len(given.group_by(list(names)).aggregate([])) == len(given)


def longest(column: pa.ChunkedArray) -> int:
    """Bytes of the longest value of a column of texts."""
    import pyarrow.compute as pc

    return int(pc.max(pc.binary_length(column)).as_py() or 0)


def contained(child: pa.ChunkedArray, parent: pa.ChunkedArray) -> bool:
    """Whether every value of `child` that is not NULL is stored in `parent` just so."""
    import pyarrow.compute as pc

    return child.type == parent.type and bool(
        pc.all(pc.is_in(child.drop_null(), value_set=parent.combine_chunks()), min_count=0).as_py()
    )


def few_values(paths: Sequence[Path], names: Collection[str]) -> dict[str, pa.Array]:
    """The different values of those of the columns (of texts) that have few; NULL is not among them. Cheap where they
    are stored as codes into dictionaries. Values that no row has any more may be among them."""
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    found: dict[str, pa.Array] = {name: pa.array([], pa.string()) for name in names}
    for path in paths:
        with pq.ParquetFile(path, read_dictionary=list(found)) as file:
            for number in range(file.metadata.num_row_groups if found else 0):
                group = file.read_row_group(number, columns=list(found), use_threads=False)
                for name, known in list(found.items()):
                    labels = group.column(name).combine_chunks().dictionary.cast(pa.string())
                    if not labels.equals(known):
                        found[name] = pc.unique(pa.concat_arrays([known, labels]))
                found = {name: known for name, known in found.items() if len(known) <= _FEW}
    return found


def _groups(paths: Sequence[Path], names: Sequence[str]) -> Iterator[pa.Table]:
    """These columns of one row group after another."""
    import pyarrow.parquet as pq

    for path in paths:
        with pq.ParquetFile(path) as file:
            for number in range(file.metadata.num_row_groups):
                yield file.read_row_group(number, columns=list(names), use_threads=False)
