"""One table of a version as it lies in its parts: any range of its rows, any rows by their numbers, and the bytes of a
column. Knows no dataset, no key and no edit."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from ..errors import StoreError
from ..parquet import Part
from ..rows import I64
from ..storing import plain


class Rows(NamedTuple):
    """Rows first..stop-1 of a table."""

    first: int
    stop: int

    @property
    def height(self) -> int:
        return self.stop - self.first


class _Group(NamedTuple):
    """A row group: where it begins in the table, and where it lies."""

    rows: Rows
    number: int


class _Open(NamedTuple):
    """A part at hand. `leaves` are the columns of Parquet that hold each column."""

    part: int
    file: Any
    schema: pa.Schema
    groups: tuple[_Group, ...]
    leaves: dict[str, range]


class Chunk(NamedTuple):
    """The bytes of a column in one row group, and what they have to be read with."""

    path: Path
    start: int
    size: int
    read_with: str

    def bytes(self) -> bytes:
        with self.path.open("rb") as file:
            file.seek(self.start)
            return file.read(self.size)


class Stored:
    """`parts` follow one another, each with the path where it lies. Keeps one part open: `close` it."""

    def __init__(self, parts: Sequence[tuple[Path, Part]]) -> None:
        self.parts = tuple(part for _, part in parts)
        self._paths = tuple(path for path, _ in parts)
        stops = list(accumulate(part.rows for part in self.parts))
        self.spans = tuple(Rows(stop - part.rows, stop) for part, stop in zip(self.parts, stops, strict=True))
        self.rows = stops[-1] if stops else 0
        self._open: _Open | None = None

    def close(self) -> None:
        if self._open is not None:
            self._open.file.close()
            self._open = None

    def types(self) -> dict[str, pa.DataType]:
        """The columns and what their values are, whatever way they are encoded."""
        return {field.name: _plain(field.type) for field in self._part(0).schema}

    def groups(self, part: int) -> tuple[Rows, ...]:
        """The row groups of a part, by the numbers of their rows in the table."""
        return tuple(group.rows for group in self._part(part).groups)

    def read(self, rows: Rows, columns: Sequence[str]) -> pa.Table:
        """These columns of a range of rows."""
        pieces = [self._piece(part, group, columns, rows) for part, group in self._over(rows)]
        return pa.concat_tables(pieces) if pieces else self._none(columns)

    def take(self, numbers: I64, columns: Sequence[str]) -> pa.Table:
        """These columns of the rows with these numbers, in their order. Each row group is read once."""
        order = np.argsort(numbers, kind="stable")
        ascending = numbers[order]
        pieces = []
        for part, group in self._over(Rows(int(ascending[0]), int(ascending[-1]) + 1)) if len(numbers) else ():
            low, high = ascending.searchsorted((group.rows.first, group.rows.stop))
            if low < high:
                whole = self._piece(part, group, columns, group.rows)
                pieces.append(whole.take(pa.array(ascending[low:high] - group.rows.first)))
        if not pieces:
            return self._none(columns)
        places = np.empty(len(numbers), np.int64)
        places[order] = np.arange(len(numbers))
        return pa.concat_tables(pieces).take(pa.array(places))

    def chunks(self, rows: Rows, column: str) -> tuple[Chunk, ...]:
        """Where a column of these rows lies; nothing where they are not one whole row group."""
        over = list(self._over(rows))
        if len(over) != 1 or over[0][1].rows != rows:
            return ()
        number, group = over[0]
        part = self._part(number)
        metadata, found = part.file.metadata.row_group(group.number), []
        for at in part.leaves[column]:
            chunk = metadata.column(at)
            start = min(o for o in (chunk.data_page_offset, chunk.dictionary_page_offset or 0) if o)
            told = f"{part.file.schema.column(at)} {chunk.compression} {chunk.num_values}"
            found.append(Chunk(self._paths[number], start, chunk.total_compressed_size, told))
        return tuple(found)

    def _none(self, columns: Sequence[str]) -> pa.Table:
        types = self.types()
        return pa.schema([(name, types[name]) for name in columns]).empty_table()

    def _over(self, rows: Rows) -> Iterator[tuple[int, _Group]]:
        first = bisect_right(self.spans, rows.first, key=lambda span: span.stop)
        last = bisect_left(self.spans, rows.stop, key=lambda span: span.first)
        for part in range(first, last):
            for group in self._part(part).groups:
                if group.rows.first < rows.stop and rows.first < group.rows.stop:
                    yield part, group

    def _piece(self, part: int, group: _Group, columns: Sequence[str], rows: Rows) -> pa.Table:
        """What the row group has of the rows."""
        try:
            table = self._part(part).file.read_row_group(group.number, columns=list(columns))
        except (OSError, pa.ArrowInvalid) as error:
            raise StoreError(f"a part can't be read: {error}") from error
        first = max(rows.first, group.rows.first)
        table = table.slice(first - group.rows.first, min(rows.stop, group.rows.stop) - first)
        return pa.table({name: plain(table.column(name)) for name in columns})

    def _part(self, part: int) -> _Open:
        if self._open is None or self._open.part != part:
            self.close()
            try:
                file = pq.ParquetFile(self._paths[part])
            except (OSError, pa.ArrowInvalid) as error:
                raise StoreError(f"a part can't be read: {error}") from error
            groups, stop = [], self.spans[part].first
            for number in range(file.metadata.num_row_groups):
                first, stop = stop, stop + file.metadata.row_group(number).num_rows
                groups.append(_Group(Rows(first, stop), number))
            schema, leaves, end = file.schema_arrow, {}, 0
            for field in schema:
                begin, end = end, end + _leaves(field.type)
                leaves[field.name] = range(begin, end)
            self._open = _Open(part, file, schema, tuple(groups), leaves)
        return self._open


def same_bytes(ones: Sequence[Chunk], others: Sequence[Chunk]) -> bool:
    """Whether two columns are surely equal, told without reading their values."""
    told = [[(chunk.size, chunk.read_with) for chunk in chunks] for chunks in (ones, others)]
    if not ones or told[0] != told[1]:
        return False
    return all(one.bytes() == other.bytes() for one, other in zip(ones, others, strict=True))


def _plain(kind: pa.DataType) -> pa.DataType:
    """An ENUM's labels are texts, whatever their numbers are."""
    return kind.value_type if pa.types.is_dictionary(kind) else kind


def _leaves(kind: pa.DataType) -> int:
    """How many columns of Parquet hold one of this type."""
    if pa.types.is_map(kind):
        return _leaves(kind.key_type) + _leaves(kind.item_type)
    if pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_fixed_size_list(kind):
        return _leaves(kind.value_type)
    if pa.types.is_struct(kind):
        return sum(_leaves(field.type) for field in kind)
    return 1
