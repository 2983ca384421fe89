"""A Parquet file with some of its columns taken from another one of the same rows: the pages of all columns are copied
as they are, and only the footer is written anew."""

from __future__ import annotations

from collections.abc import Callable
from typing import BinaryIO

from .footing import (
    COLUMNS,
    MAGIC,
    META,
    PACKED,
    ROW_GROUPS,
    first_byte,
    footer,
    measure,
    path,
    read_footer,
    shift,
    structs,
)
from .thrift import STRUCT, listed


def graft(base: BinaryIO, other: BinaryIO, write: Callable[[bytes], object]) -> None:
    """Writes the file `base` with the columns that `other` holds taken from there. Both have equal row groups; neither
    has indexes of pages or Bloom filters. ValueError where that is not so."""
    old, fresh = read_footer(base), read_footer(other)
    groups, others = structs(old, ROW_GROUPS), structs(fresh, ROW_GROUPS)
    if len(groups) != len(others):
        raise ValueError(f"{len(groups)} row groups and {len(others)}")
    write(MAGIC)
    at = len(MAGIC)
    for group, graft_ in zip(groups, others, strict=True):
        replaced = {path(chunk): chunk for chunk in structs(graft_, COLUMNS)}
        chunks, first = [], at
        for chunk in structs(group, COLUMNS):
            name = path(chunk)
            source = other if name in replaced else base
            chunk = replaced.pop(name, chunk)
            meta = chunk[META].value
            start, size = first_byte(meta), meta[PACKED].value
            source.seek(start)
            write(source.read(size))
            shift(meta, at - start)
            at += size
            chunks.append(chunk)
        if replaced:
            raise ValueError(f"no column {', '.join('.'.join(map(bytes.decode, name)) for name in replaced)}")
        group[COLUMNS] = listed(STRUCT, chunks)
        measure(group, first)
    write(footer(old))
