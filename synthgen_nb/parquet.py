"""One Parquet part: written in one pass, hashed as it is written, on the disk when it returns. Knows nothing of
datasets."""

from __future__ import annotations

import hashlib
import io
import os
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from .errors import StoreError

if TYPE_CHECKING:
    import pyarrow as pa
    from _typeshed import ReadableBuffer


class Part(Struct, frozen=True):
    """`file` is relative to the version's folder, with forward slashes; `sha256` is of the file's bytes."""

    file: str
    rows: int
    bytes: int
    sha256: str


class _Hashed(io.RawIOBase):
    """A file that is only appended to and knows the hash of its bytes, so that no part is read a second time."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("xb", buffering=0)
        self.hash = hashlib.sha256()
        self.size = 0

    def writable(self) -> bool:
        return True

    def tell(self) -> int:
        return self.size

    def write(self, data: ReadableBuffer) -> int:
        view = memoryview(data).cast("B")
        self.hash.update(view)
        written = 0
        while written < len(view):  # an unbuffered write may take less than it was given
            written += self._file.write(view[written:]) or 0
        self.size += written
        return written

    def close(self) -> None:
        if not self.closed:
            super().close()
            with self._file:
                os.fsync(self._file.fileno())


def enum_field(name: str, labels: Collection[str], *, nullable: bool = True) -> pa.Field[Any]:
    """An Arrow field of dictionary<string> that Polars reads back as `pl.Enum(labels)`: it takes the order of the
    labels from the field's metadata (length in bytes, semicolon, label, ...) and gives a Categorical without it."""
    import pyarrow as pa

    marks = b"".join(b"%d;%b" % (len(label.encode()), label.encode()) for label in labels)
    index = pa.uint8() if len(labels) <= 255 else pa.uint16() if len(labels) <= 65535 else pa.uint32()
    kind = pa.dictionary(index, pa.string(), ordered=True)
    return pa.field(name, kind, nullable=nullable, metadata={b"_PL_ENUM_VALUES2": marks})


def write_part(
    path: Path,
    schema: pa.Schema,
    batches: Iterable[pa.RecordBatch],
    *,
    dictionary: Collection[str] = (),
    delta: Collection[str] = (),
) -> Part:
    """One row group per batch that has rows. `dictionary` and `delta` name the columns with those encodings (columns
    of Arrow's dictionary type count as `dictionary`), all others are PLAIN: the library's own choice, a hash table
    per column, costs up to four times the CPU on random keys. Snappy; statistics; decimals up to 18 digits as
    integers. `Part.file` is the file's bare name. Raises StoreError if the file exists or can't be written; then no
    file is left."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    encoded = set(dictionary) | {f.name for f in schema if pa.types.is_dictionary(f.type)}
    rows = 0
    try:
        sink = _Hashed(path)
    except OSError as error:
        raise StoreError(f"can't write {path}: {error.strerror}") from error
    try:
        with (
            sink,
            pq.ParquetWriter(
                pa.PythonFile(sink, mode="w"),
                schema,
                compression="snappy",
                use_dictionary=sorted(encoded) or False,
                column_encoding=dict.fromkeys(sorted(set(delta) - encoded), "DELTA_BINARY_PACKED") or None,
                store_decimal_as_integer=True,
                write_statistics=True,
            ) as writer,
        ):
            for batch in batches:
                rows += batch.num_rows
                if batch.num_rows:
                    writer.write_batch(batch, row_group_size=batch.num_rows)
    except OSError as error:
        path.unlink(missing_ok=True)
        raise StoreError(f"can't write {path}: {error.strerror or error}", hint="is the disk full?") from error
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return Part(path.name, rows, sink.size, sink.hash.hexdigest())


def take_rows(parts: Sequence[tuple[Path, int]], numbers: Sequence[int]) -> pa.Table:
    """The rows of these numbers, ascending, of parts that follow one another, each with its number of rows. Only the
    row groups that hold them are read. Raises StoreError."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    found: list[pa.Table] = []
    first = 0
    for path, rows in parts:
        inside = [number - first for number in numbers if first <= number < first + rows]
        first += rows
        if inside or not found:
            try:
                with pq.ParquetFile(path) as file:
                    found += _taken(file, inside) or [file.schema_arrow.empty_table()]
            except (OSError, pa.ArrowInvalid) as error:
                raise StoreError(f"a part can't be read: {error}") from error
    return pa.concat_tables([table for table in found if table.num_rows] or found[:1])


def _taken(file: Any, numbers: Sequence[int]) -> list[pa.Table]:
    found, first = [], 0
    for group in range(file.metadata.num_row_groups):
        rows = file.metadata.row_group(group).num_rows
        inside = [number - first for number in numbers if first <= number < first + rows]
        if inside:
            found.append(file.read_row_group(group).take(inside))
        first += rows
    return found


def rewrite_part(source: Path, path: Path, cells: Mapping[str, Mapping[int, pa.Array]]) -> Part:
    """The part anew with other values in some cells: `cells` maps a column to {row of the part: array of one value}.
    Row groups, types and encodings stay as they are. Raises StoreError."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(source) as file:
            metadata, schema = file.metadata, file.schema_arrow
            dictionary, delta = set(), set()
            for group in range(min(metadata.num_row_groups, 1)):
                for at in range(metadata.num_columns):
                    chunk = metadata.row_group(group).column(at)
                    name = chunk.path_in_schema
                    if "RLE_DICTIONARY" in chunk.encodings and name in schema.names:
                        dictionary.add(name)
                    if "DELTA_BINARY_PACKED" in chunk.encodings and name in schema.names:
                        delta.add(name)
            return write_part(path, schema, _changed(file, cells), dictionary=dictionary, delta=delta)
    except pa.ArrowInvalid as error:
        raise StoreError(f"a part can't be read: {error}") from error


def _changed(file: Any, cells: Mapping[str, Mapping[int, pa.Array]]) -> Iterator[pa.RecordBatch]:
    first = 0
    for group in range(file.metadata.num_row_groups):
        table = file.read_row_group(group)
        for name, values in cells.items():
            inside = {row - first: value for row, value in values.items() if first <= row < first + table.num_rows}
            if inside:
                at = table.schema.get_field_index(name)
                array = _with(table.column(at).combine_chunks(), inside)
                table = table.set_column(at, table.schema.field(at), array)
        first += table.num_rows
        yield from table.combine_chunks().to_batches()


def _with(array: pa.Array, values: Mapping[int, pa.Array]) -> pa.Array:
    import pyarrow as pa
    import pyarrow.compute as pc

    array = array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array
    kind = array.type
    if pa.types.is_dictionary(kind):  # all its labels stay in their order
        known = next(iter(values.values())).dictionary
        codes = pc.index_in(array.cast(pa.string()), known).cast(kind.index_type)
        fresh = {row: pc.cast(value.indices, kind.index_type) for row, value in values.items()}
        return pa.DictionaryArray.from_arrays(_with(codes, fresh), known, ordered=kind.ordered)
    pieces, last = [], 0
    for row in sorted(values):
        pieces += [array.slice(last, row - last), values[row]]
        last = row + 1
    return pa.concat_arrays([*pieces, array.slice(last)])
