"""A Parquet file of two hands: numbers, codes and texts are packed here, everything else is left to Arrow, and one
footer tells of both. Knows nothing of paths."""

from __future__ import annotations

import io
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Any

from .columnchunks import Labels, Laid, is_whole, labels_of, laid, packs
from .footing import (
    CHILDREN,
    COLUMNS,
    COMPRESSED,
    GROUP_ROWS,
    MAGIC,
    META,
    NAME,
    ROW_GROUPS,
    ROWS,
    SCHEMA,
    SIZE,
    START,
    footer,
    measure,
    path,
    read_footer,
    shift,
    structs,
)
from .thrift import I16, STRUCT, Fields, Typed, i64, listed

if TYPE_CHECKING:
    import pyarrow as pa
    from _typeshed import ReadableBuffer

    Write = Callable[[ReadableBuffer], object]

_ORDINAL = 7  # of a row group
_BUFFER = 1 << 20  # bytes of Arrow's that are taken at once
_LARGE = 1 << 17  # bytes that are not worth a copy
_BATCH = 8192  # values that Arrow encodes at once


def weave(
    write: Write,
    schema: pa.Schema,
    batches: Iterable[pa.RecordBatch],
    about: Mapping[str, str],
    dictionary: Collection[str],
    turn: AbstractContextManager[object] | None = None,
) -> None:
    """One row group per batch that has rows. `about` are words of the footer; columns named in `dictionary` are codes
    there, as those of Arrow's dictionary type are. All but compressing and writing is done in `turn`."""
    import pyarrow as pa

    named = {field.name for field in schema if field.name in dictionary and not pa.types.is_dictionary(field.type)}
    ours = [field.name for field in schema if packs(field.type) and field.name not in named]
    others = [field for field in schema if field.name not in ours]
    whole = _empty(schema, about)
    elements = _elements(structs(whole, SCHEMA))
    arrow = _Arrow(pa.schema(others), dictionary) if others else None
    groups: list[Fields] = []
    starts: list[int] = []
    labels: dict[str, Labels] = {}  # of the columns' dictionaries
    write(MAGIC)
    at = len(MAGIC)
    for batch in batches:
        if not batch.num_rows:
            continue
        starts.append(at)
        chunks: list[Fields] = []
        columns: list[Laid] = []
        with turn or nullcontext():
            for name in ours:
                column = batch.column(name)
                if pa.types.is_dictionary(column.type):
                    labels[name] = labels_of(column.dictionary, labels.get(name))
                columns.append(laid(column, elements[name], name, labels.get(name)))
        pieces: list[bytes | pa.Buffer] = [arrow.pages(batch)] if arrow else []
        at += sum(map(len, pieces))
        for each in columns:
            pages, chunk = each.chunk(at)
            pieces += pages
            chunks.append(chunk)
            at += sum(map(len, pages))
        for piece in _joined(pieces):
            write(piece)
        groups.append({COLUMNS: listed(STRUCT, chunks), SIZE: i64(0), GROUP_ROWS: i64(batch.num_rows)})
    known = {name.encode(): place for place, name in enumerate(schema.names)}
    rest = arrow.close(starts) if arrow else ([] for _ in starts)
    for number, (group, left) in enumerate(zip(groups, rest, strict=True)):
        chunks = sorted([*structs(group, COLUMNS), *left], key=lambda chunk: known[path(chunk)[0]])
        group[COLUMNS] = listed(STRUCT, chunks)
        group |= {START: i64(0), COMPRESSED: i64(0), _ORDINAL: Typed(I16, number)}
        measure(group, starts[number])
    whole[ROWS] = i64(sum(group[GROUP_ROWS].value for group in groups))
    whole[ROW_GROUPS] = listed(STRUCT, groups)
    write(footer(whole))


def arrow_options(schema: pa.Schema, dictionary: Collection[str]) -> dict[str, Any]:
    """What Arrow's writer is told of these columns: whole numbers are differences, those without a dictionary PLAIN.
    The library's own choice, a hash table per column, costs up to four times the CPU on random keys."""
    import pyarrow as pa

    coded = {f.name for f in schema if f.name in dictionary or pa.types.is_dictionary(f.type)}
    numbers = [f.name for f in schema if is_whole(f.type) and f.name not in coded]
    return {
        "compression": "snappy",
        "use_dictionary": sorted(coded) or False,
        "column_encoding": dict.fromkeys(numbers, "DELTA_BINARY_PACKED") or None,
        "store_decimal_as_integer": True,
        "store_schema": False,  # that would tell readers the types of the batches
        "write_batch_size": _BATCH,
    }


def _joined(pieces: Iterable[bytes | pa.Buffer]) -> Iterator[bytes | pa.Buffer]:
    """The same bytes in fewer pieces."""
    small: list[bytes | pa.Buffer] = []
    for piece in pieces:
        if len(piece) < _LARGE:
            small.append(piece)
        else:
            yield b"".join(small)
            yield piece
            small = []
    yield b"".join(small)


class _Taken(io.RawIOBase):
    """A file that keeps nothing: what is written is taken from it."""

    def __init__(self) -> None:
        self.size = 0
        self._pieces: list[bytes] = []

    def writable(self) -> bool:
        return True

    def tell(self) -> int:
        return self.size

    def write(self, data: ReadableBuffer) -> int:
        piece = bytes(data)
        self._pieces.append(piece)
        self.size += len(piece)
        return len(piece)

    def take(self) -> bytes:
        taken = b"".join(self._pieces)
        self._pieces = []
        return taken


class _Arrow:
    """The columns that Arrow writes: into a file of their own, as it believes, of which the pages are taken."""

    def __init__(self, schema: pa.Schema, dictionary: Collection[str]) -> None:
        import pyarrow as pa
        import pyarrow.parquet as pq

        self._names = schema.names
        self._begins: list[int] = []  # of the row groups, in that file
        self._file = _Taken()
        self._buffer = pa.BufferedOutputStream(pa.PythonFile(self._file, mode="w"), _BUFFER)
        self._writer = pq.ParquetWriter(self._buffer, schema, **arrow_options(schema, dictionary))
        self._taken()

    def pages(self, batch: pa.RecordBatch) -> bytes:
        import pyarrow as pa

        self._begins.append(self._file.size)
        rows = pa.Table.from_batches([batch.select(self._names)])
        self._writer.write_table(rows, row_group_size=batch.num_rows)
        return self._taken()

    def _taken(self) -> bytes:
        self._buffer.flush()
        return self._file.take()

    def close(self, starts: list[int]) -> Iterator[list[Fields]]:
        """The columns of each row group, where those begin at these bytes."""
        self._writer.close()
        told = read_footer(io.BytesIO(self._taken()))
        for group, begin, start in zip(structs(told, ROW_GROUPS), self._begins, starts, strict=True):
            for chunk in structs(group, COLUMNS):
                shift(chunk[META].value, start - begin)
            yield structs(group, COLUMNS)


def _empty(schema: pa.Schema, about: Mapping[str, str]) -> Fields:
    """The footer of a file without rows."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    sink = pa.BufferOutputStream()
    with pq.ParquetWriter(sink, schema, **arrow_options(schema, ())) as writer:
        writer.add_key_value_metadata(dict(about))
    return read_footer(io.BytesIO(sink.getvalue()))


def _elements(schema: list[Fields]) -> dict[str, Fields]:
    """The columns that stand in no other one, by name."""
    found: dict[str, Fields] = {}
    inside = 0  # elements that belong to the one before
    for element in schema[1:]:
        children = element[CHILDREN].value if CHILDREN in element else 0
        if not inside:
            found[element[NAME].value.decode()] = element
        inside = max(inside - 1, 0) + children
    return found
