"""The footer of a Parquet file as a struct of numbered fields (parquet-format's parquet.thrift), read and written.
Knows nothing of what pages hold."""

from __future__ import annotations

from collections.abc import Mapping
from typing import BinaryIO

from .thrift import Fields, Typed, read_struct, write_struct

MAGIC = b"PAR1"
SCHEMA, ROWS, ROW_GROUPS = 2, 3, 4  # of a file's metadata
TYPE, REPETITION, NAME, CHILDREN = 1, 3, 4, 5  # of an element of the schema
COLUMNS, SIZE, GROUP_ROWS, START, COMPRESSED = 1, 2, 3, 5, 6  # of a row group
OFFSET, META = 2, 3  # of a column's chunk
PATH, UNCOMPRESSED, PACKED, DATA, DICTIONARY, STATISTICS = 3, 6, 7, 9, 11, 12  # of the metadata of one


def read_footer(file: BinaryIO) -> Fields:
    """ValueError where it is not a Parquet file's."""
    end = file.seek(0, 2)
    file.seek(max(end - 8, 0))
    tail = file.read(8)
    if tail[4:] != MAGIC:
        raise ValueError("not a Parquet file")
    size = int.from_bytes(tail[:4], "little")
    file.seek(end - 8 - size)
    return read_struct(file.read(size))


def footer(fields: Mapping[int, Typed]) -> bytes:
    """The end of a file, its last four bytes included."""
    written = write_struct(fields)
    return written + len(written).to_bytes(4, "little") + MAGIC


def structs(struct: Mapping[int, Typed], field: int) -> list[Fields]:
    """The items of a list of structs."""
    found: list[Fields] = struct[field].value[1]
    return found


def path(chunk: Mapping[int, Typed]) -> tuple[bytes, ...]:
    """The names that lead to a column. ValueError where its chunk has an index of pages."""
    if unknown := set(chunk) - {OFFSET, META}:
        raise ValueError(f"a column with an index (fields {sorted(unknown)})")
    return tuple(chunk[META].value[PATH].value[1])


def first_byte(meta: Mapping[int, Typed]) -> int:
    """Where a column's chunk begins."""
    start: int = (meta[DICTIONARY] if DICTIONARY in meta else meta[DATA]).value
    return start


def shift(meta: Mapping[int, Typed], by: int) -> None:
    """A column's chunk stands `by` bytes further on."""
    for offset in (DATA, DICTIONARY):
        if offset in meta:
            meta[offset].value += by


def measure(group: Fields, first: int) -> None:
    """A row group's sizes, from those of its columns; it begins at byte `first`."""
    metas = [chunk[META].value for chunk in structs(group, COLUMNS)]
    group[SIZE].value = sum(meta[UNCOMPRESSED].value for meta in metas)
    if COMPRESSED in group:
        group[COMPRESSED].value = sum(meta[PACKED].value for meta in metas)
    if START in group:
        group[START].value = first
