"""A Parquet file of two hands: numbers and codes are packed here, everything else is left to Arrow, and one footer
tells of both. Knows nothing of paths."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from .columnchunks import column_chunk, packs
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
    STATISTICS,
    footer,
    measure,
    path,
    read_footer,
    shift,
    structs,
)
from .thrift import I16, STRUCT, Fields, Typed, i64, listed, struct

if TYPE_CHECKING:
    import pyarrow as pa
    from _typeshed import ReadableBuffer

    Write = Callable[[ReadableBuffer], object]
    Options = Callable[[pa.Schema], dict[str, Any]]

_ORDINAL = 7  # of a row group
_NULLS = 3  # of statistics
_BUFFER = 1 << 20  # bytes that are handed on at once


def weave(
    write: Write,
    schema: pa.Schema,
    batches: Iterable[pa.RecordBatch],
    about: Mapping[str, str],
    options: Options,
) -> None:
    """One row group per batch that has rows. `about` are words of the footer, `options` are Arrow's for a file of some
    columns."""
    whole = _empty(schema, about, options(schema))
    elements = _elements(structs(whole, SCHEMA))
    ours = [field.name for field in schema if packs(field.type)]
    arrow = _Arrow(write, schema, [name for name in schema.names if name not in ours], options)
    groups: list[Fields] = []
    starts: list[int] = []
    write(MAGIC)
    at = len(MAGIC)
    for batch in batches:
        if not batch.num_rows:
            continue
        starts.append(at)
        at += arrow.write(batch)
        chunks = []
        for name in ours:
            pages, chunk = column_chunk(batch.column(name), elements[name], name, at)
            write(pages)
            chunks.append(chunk)
            at += len(pages)
        groups.append({COLUMNS: listed(STRUCT, chunks), SIZE: i64(0), GROUP_ROWS: i64(batch.num_rows)})
    for number, (group, others) in enumerate(zip(groups, arrow.close(starts), strict=True)):
        known = {name.encode(): place for place, name in enumerate(schema.names)}
        chunks = sorted([*structs(group, COLUMNS), *others], key=lambda chunk: known[path(chunk)[0]])
        group[COLUMNS] = listed(STRUCT, chunks)
        group |= {START: i64(0), COMPRESSED: i64(0), _ORDINAL: Typed(I16, number)}
        measure(group, starts[number])
    whole[ROWS] = i64(sum(group[GROUP_ROWS].value for group in groups))
    whole[ROW_GROUPS] = listed(STRUCT, groups)
    write(footer(whole))


class _Relay(io.RawIOBase):
    """Hands what is written on while it is `open`, and else keeps it."""

    def __init__(self, write: Write) -> None:
        self._write = write
        self.open = False
        self.kept = b""
        self.size = 0

    def writable(self) -> bool:
        return True

    def tell(self) -> int:
        return self.size

    def write(self, data: ReadableBuffer) -> int:
        if self.open:
            self._write(data)
        else:
            self.kept += bytes(data)
        size = memoryview(data).nbytes
        self.size += size
        return size


class _Arrow:
    """The columns that Arrow writes: into a file of its own, as it believes, of which the pages are handed on."""

    def __init__(self, write: Write, schema: pa.Schema, names: list[str], options: Options) -> None:
        import pyarrow as pa
        import pyarrow.parquet as pq

        self._names = names
        self._begins: list[int] = []  # of the row groups, in that file
        self._nulls: list[dict[str, int]] = []  # of their columns
        self._relay = _Relay(write)
        if not names:
            return
        stored = pa.schema([schema.field(name) for name in names])
        self._buffer = pa.BufferedOutputStream(pa.PythonFile(self._relay, mode="w"), _BUFFER)
        self._writer = pq.ParquetWriter(self._buffer, stored, **options(stored))
        self._buffer.flush()
        self._relay.open = True

    def write(self, batch: pa.RecordBatch) -> int:
        """Bytes that were written."""
        import pyarrow as pa

        begin = self._relay.size
        self._begins.append(begin)
        if self._names:
            rows = pa.Table.from_batches([batch.select(self._names)])
            self._nulls.append({name: rows.column(name).null_count for name in self._names})
            self._writer.write_table(rows, row_group_size=batch.num_rows)
            self._buffer.flush()
        return self._relay.size - begin

    def close(self, starts: list[int]) -> Iterator[list[Fields]]:
        """The columns of each row group, where those begin at these bytes."""
        if not self._names:
            yield from ([] for _ in starts)
            return
        self._relay.open = False
        self._writer.close()
        self._buffer.flush()
        told = read_footer(io.BytesIO(self._relay.kept))
        groups = structs(told, ROW_GROUPS)
        for group, begin, start, nulls in zip(groups, self._begins, starts, self._nulls, strict=True):
            for chunk in structs(group, COLUMNS):
                meta = chunk[META].value
                shift(meta, start - begin)
                if STATISTICS not in meta:
                    meta[STATISTICS] = struct({_NULLS: i64(nulls[path(chunk)[0].decode()])})
                    chunk[META] = struct(dict(sorted(meta.items())))
            yield structs(group, COLUMNS)


def _empty(schema: pa.Schema, about: Mapping[str, str], options: dict[str, Any]) -> Fields:
    """The footer of a file without rows."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    sink = pa.BufferOutputStream()
    with pq.ParquetWriter(sink, schema, **options) as writer:
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
