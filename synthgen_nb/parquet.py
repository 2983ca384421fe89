"""One Parquet part: written in one pass, hashed as it is written, on the disk when it returns, unless it is small.
Knows nothing of datasets."""

from __future__ import annotations

import hashlib
import io
import os
from base64 import b64encode
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from itertools import chain
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from msgspec import Struct

from .errors import StoreError
from .packing.grafting import graft

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import pyarrow as pa
    from _typeshed import ReadableBuffer

    I64 = npt.NDArray[np.int64]


_MANY = 4096  # rows of a row group from which packing ourselves is worth its fixed costs
SMALL = 1 << 20  # bytes: what is less is on the disk once its version is, for many at once get there sooner


class Part(Struct, frozen=True):
    """`file` is relative to the version's folder, with forward slashes; `sha256` is of the file's bytes."""

    file: str
    rows: int
    bytes: int
    sha256: str


class Hashed(io.RawIOBase):
    """A file that is only appended to and knows the size and the hash of its bytes, so that it is read no second
    time. Whoever opened the file closes it."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
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
    turn: AbstractContextManager[object] | None = None,
) -> Part:
    """One row group per batch that has rows. The file's columns have the types of `schema`; batches may hold them in
    others that Parquet stores alike (codes of texts, decimals of 64 bits). `dictionary` names columns of few texts
    (those of Arrow's dictionary type are such anyhow). Decimals up to 18 digits are integers. Pages are laid out in
    `turn`. `Part.file` is the file's bare name. Raises StoreError if the file exists or can't be written; then no file
    is left."""
    rows = 0

    def counted() -> Iterator[pa.RecordBatch]:
        nonlocal rows
        for batch in batches:
            rows += batch.num_rows
            yield batch

    with _sink(path) as sink:
        _write(sink, schema, counted(), dictionary, turn)
    return Part(path.name, rows, sink.size, sink.hash.hexdigest())


def _write(
    sink: Any,
    schema: pa.Schema,
    batches: Iterable[pa.RecordBatch],
    dictionary: Collection[str],
    turn: AbstractContextManager[object] | None = None,
) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    from .packing.weaving import arrow_options, weave

    batches = iter(batches)
    filled = next((batch for batch in batches if batch.num_rows), None)
    stored = schema if filled is None else filled.schema
    every = chain([] if filled is None else [filled], batches)
    about = {"ARROW:schema": b64encode(schema.serialize()).decode()}  # the batches' own would tell readers other types
    if filled is not None and filled.num_rows >= _MANY:
        weave(sink.write, stored, every, about, dictionary, turn)
        return
    file = pa.BufferOutputStream()
    with pq.ParquetWriter(file, stored, **arrow_options(stored, dictionary)) as writer:
        writer.add_key_value_metadata(about)
        for batch in every:
            if batch.num_rows:
                writer.write_batch(batch, row_group_size=batch.num_rows)
    sink.write(file.getvalue())


@contextmanager
def _sink(path: Path) -> Iterator[Hashed]:
    """A new file, on the disk afterwards unless it is small; or none where that fails. Raises StoreError."""
    try:
        file = path.open("xb", buffering=0)
    except OSError as error:
        raise StoreError(f"can't write {path}: {error.strerror}") from error
    try:
        with file:
            sink = Hashed(file)
            yield sink
            if sink.size >= SMALL:
                os.fsync(file.fileno())
    except OSError as error:
        path.unlink(missing_ok=True)
        raise StoreError(f"can't write {path}: {error.strerror or error}", hint="is the disk full?") from error
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def take_rows(parts: Sequence[tuple[Path, int]], numbers: Sequence[int] | I64) -> pa.Table:
    """The rows of these numbers, ascending, of parts that follow one another, each with its number of rows. Only the
    row groups that hold them are read. Raises StoreError."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.parquet as pq

    wanted = np.asarray(numbers, np.int64)
    found: list[pa.Table] = []
    first = 0
    for path, rows in parts:
        inside = _between(wanted, first, first + rows)
        first += rows
        if len(inside) or not found:
            try:
                with pq.ParquetFile(path) as file:
                    found += _taken(file, inside) or [file.schema_arrow.empty_table()]
            except (OSError, pa.ArrowInvalid) as error:
                raise StoreError(f"a part can't be read: {error}") from error
    return pa.concat_tables([table for table in found if table.num_rows] or found[:1])


def _taken(file: Any, numbers: I64) -> list[pa.Table]:
    found, first = [], 0
    for group in range(file.metadata.num_row_groups):
        rows = file.metadata.row_group(group).num_rows
        inside = _between(numbers, first, first + rows)
        if len(inside):
            found.append(file.read_row_group(group).take(inside))
        first += rows
    return found


def _between(numbers: I64, first: int, end: int) -> I64:
    """Those of first..end-1, counted from `first`."""
    low, high = numbers.searchsorted((first, end))
    return numbers[low:high] - first


class Cells(Struct, frozen=True):
    """New values of one column: `rows` are the numbers of the rows (i64, ascending), `values` one value for each, in
    the type in which the column is stored (an ENUM's with all its labels)."""

    rows: I64
    values: pa.Array

    def within(self, first: int, end: int) -> Cells:
        """Those of rows first..end-1, numbered from `first`."""
        low, high = self.rows.searchsorted((first, end))
        return Cells(self.rows[low:high] - first, self.values.slice(low, high - low))


def rewrite_part(source: Path, path: Path, cells: Mapping[str, Cells], removed: I64) -> Part:
    """The part anew, with other values in some cells and without the rows `removed` (numbers within the part,
    ascending). Row groups, types and encodings stay as they are; where no row goes, the pages of other columns are
    copied. Raises StoreError."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(source) as file:
            dictionary = _coded(file)
            if len(removed):
                batches = _changed(file, file.schema_arrow.names, cells, removed)
                return write_part(path, file.schema_arrow, batches, dictionary=dictionary)
            names = [name for name in file.schema_arrow.names if name in cells]
            schema = pa.schema([file.schema_arrow.field(name) for name in names])
            columns, rows = io.BytesIO(), file.metadata.num_rows
            _write(columns, schema, _changed(file, names, cells, removed), dictionary)
        with source.open("rb") as base, _sink(path) as sink:
            graft(base, columns, sink.write)
        return Part(path.name, rows, sink.size, sink.hash.hexdigest())
    except pa.ArrowInvalid as error:
        raise StoreError(f"a part can't be read: {error}") from error


def append_part(like: Path, path: Path, rows: pa.Table, group: int) -> Part:
    """A part of further rows of the same table, with the types and encodings of the part `like`, in row groups of
    `group` rows. Raises StoreError."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(like) as file:
            dictionary = _coded(file)
            schema = file.schema_arrow
    except pa.ArrowInvalid as error:
        raise StoreError(f"a part can't be read: {error}") from error
    columns = [_typed(rows.column(field.name), field.type) for field in schema]
    batches = pa.Table.from_arrays(columns, schema=schema).to_batches(max_chunksize=group)
    return write_part(path, schema, batches, dictionary=dictionary)


def _typed(column: pa.ChunkedArray, kind: pa.DataType) -> pa.Array:
    """The codes of an ENUM's labels in a part are as small as they can be."""
    import pyarrow as pa

    array = column.combine_chunks()
    array = array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array
    if not pa.types.is_dictionary(kind):
        return array
    return pa.DictionaryArray.from_arrays(array.indices.cast(kind.index_type), array.dictionary, ordered=kind.ordered)


def _coded(file: Any) -> set[str]:
    """The columns of texts that a part holds as codes."""
    names, found = set(file.schema_arrow.names), set()
    for group in range(min(file.metadata.num_row_groups, 1)):
        for at in range(file.metadata.num_columns):
            chunk = file.metadata.row_group(group).column(at)
            if chunk.physical_type == "BYTE_ARRAY" and "RLE_DICTIONARY" in chunk.encodings:
                found.add(chunk.path_in_schema)
    return found & names


def _changed(file: Any, columns: Sequence[str], cells: Mapping[str, Cells], removed: I64) -> Iterator[pa.RecordBatch]:
    """Its row groups as they are to be, of these columns."""
    import numpy as np
    import pyarrow as pa

    first = 0
    for group in range(file.metadata.num_row_groups):
        table = file.read_row_group(group, columns=columns)
        end = first + table.num_rows
        for name, fresh in cells.items():
            if len((inside := fresh.within(first, end)).rows):
                at = table.schema.get_field_index(name)
                array = _with(table.column(at).combine_chunks(), inside)
                table = table.set_column(at, table.schema.field(at), array)
        low, high = removed.searchsorted((first, end))
        if low < high:
            stays = np.ones(table.num_rows, bool)
            stays[removed[low:high] - first] = False
            table = table.filter(pa.array(stays))
        first = end
        yield from table.combine_chunks().to_batches()


def _with(array: pa.Array, fresh: Cells) -> pa.Array:
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    array = array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array
    kind = array.type
    if pa.types.is_dictionary(kind):  # all its labels stay in their order
        known = fresh.values.dictionary
        codes = pc.index_in(array.cast(pa.string()), known).cast(kind.index_type)
        fresh_codes = Cells(fresh.rows, pc.cast(fresh.values.indices, kind.index_type))
        return pa.DictionaryArray.from_arrays(_with(codes, fresh_codes), known, ordered=kind.ordered)
    places = np.arange(len(array))
    places[fresh.rows] = len(array) + np.arange(len(fresh.rows))
    return pa.concat_arrays([array, fresh.values]).take(pa.array(places))
