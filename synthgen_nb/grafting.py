"""A Parquet file with some of its columns taken from another one of the same rows: the pages of all columns are copied
as they are, and only the footer is written anew. Knows Thrift's compact protocol as far as footers need it
(github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md, parquet-format's parquet.thrift).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, BinaryIO

_MAGIC = b"PAR1"
_TRUE, _FALSE, _BYTE, _I16, _I32, _I64, _DOUBLE, _BINARY, _LIST, _SET, _MAP, _STRUCT = range(1, 13)
_WHOLE = (_I16, _I32, _I64)
_ROW_GROUPS = 4  # of a file's metadata
_COLUMNS, _SIZE, _START, _COMPRESSED = 1, 2, 5, 6  # of a row group
_OFFSET, _META = 2, 3  # of a column's chunk
_PATH, _UNCOMPRESSED, _PACKED, _DATA, _DICTIONARY = 3, 6, 7, 9, 11  # of the metadata of one


@dataclass(slots=True)
class _Typed:
    """A value with its type in the protocol. A struct is {field: _Typed}, a list (type of its items, items)."""

    kind: int
    value: Any


def graft(base: BinaryIO, other: BinaryIO, write: Callable[[bytes], object]) -> None:
    """Writes the file `base` with the columns that `other` holds taken from there. Both have equal row groups; neither
    has indexes of pages or Bloom filters. ValueError where that is not so."""
    footer, fresh = _footer(base), _footer(other)
    groups, others = _items(footer, _ROW_GROUPS), _items(fresh, _ROW_GROUPS)
    if len(groups) != len(others):
        raise ValueError(f"{len(groups)} row groups and {len(others)}")
    write(_MAGIC)
    at = len(_MAGIC)
    for group, graft_ in zip(groups, others, strict=True):
        replaced = {_path(chunk): chunk for chunk in _items(graft_, _COLUMNS)}
        chunks, first = [], at
        for chunk in _items(group, _COLUMNS):
            path = _path(chunk)
            source = other if path in replaced else base
            chunk = replaced.pop(path, chunk)
            meta = chunk[_META].value
            start = meta[_DICTIONARY].value if _DICTIONARY in meta else meta[_DATA].value
            size = meta[_PACKED].value
            source.seek(start)
            write(source.read(size))
            for offset in (_DATA, _DICTIONARY):
                if offset in meta:
                    meta[offset].value += at - start
            at += size
            chunks.append(chunk)
        if replaced:
            raise ValueError(f"no column {', '.join('.'.join(map(bytes.decode, path)) for path in replaced)}")
        group[_COLUMNS].value = (_STRUCT, chunks)
        group[_SIZE].value = sum(chunk[_META].value[_UNCOMPRESSED].value for chunk in chunks)
        if _COMPRESSED in group:
            group[_COMPRESSED].value = sum(chunk[_META].value[_PACKED].value for chunk in chunks)
        if _START in group:
            group[_START].value = first
    written = bytearray()
    _put_struct(written, footer)
    write(bytes(written) + len(written).to_bytes(4, "little") + _MAGIC)


def _footer(file: BinaryIO) -> dict[int, _Typed]:
    end = file.seek(0, 2)
    file.seek(end - 8)
    tail = file.read(8)
    if tail[4:] != _MAGIC:
        raise ValueError("not a Parquet file")
    size = int.from_bytes(tail[:4], "little")
    file.seek(end - 8 - size)
    return _Reader(file.read(size)).struct()


def _items(struct: Mapping[int, _Typed], field: int) -> list[dict[int, _Typed]]:
    found: list[dict[int, _Typed]] = struct[field].value[1]
    return found


def _path(chunk: Mapping[int, _Typed]) -> tuple[bytes, ...]:
    if unknown := set(chunk) - {_OFFSET, _META}:
        raise ValueError(f"a column with an index (fields {sorted(unknown)})")
    return tuple(chunk[_META].value[_PATH].value[1])


class _Reader:
    """One struct of the compact protocol."""

    def __init__(self, data: bytes) -> None:
        self._data, self._at = data, 0

    def struct(self) -> dict[int, _Typed]:
        fields: dict[int, _Typed] = {}
        field = 0
        while head := self._byte():
            kind, step = head & 15, head >> 4
            field = field + step if step else self._whole()
            fields[field] = _Typed(kind, None if kind in (_TRUE, _FALSE) else self._value(kind))
        return fields

    def _value(self, kind: int) -> Any:
        if kind in _WHOLE:
            return self._whole()
        if kind in (_TRUE, _FALSE, _BYTE):  # inside of a list, a truth is a byte
            return self._byte()
        if kind == _DOUBLE:
            return self._bytes(8)
        if kind == _BINARY:
            return self._bytes(self._number())
        if kind == _LIST:
            head = self._byte()
            count, inner = head >> 4, head & 15
            count = self._number() if count == 15 else count
            return inner, [self._value(inner) for _ in range(count)]
        if kind == _STRUCT:
            return self.struct()
        raise ValueError(f"a value of type {kind}")

    def _byte(self) -> int:
        return self._bytes(1)[0]

    def _bytes(self, size: int) -> bytes:
        self._at += size
        if self._at > len(self._data):
            raise ValueError("a footer that is cut")
        return self._data[self._at - size : self._at]

    def _number(self) -> int:
        shift = found = 0
        while True:
            byte = self._byte()
            found |= (byte & 127) << shift
            if byte < 128:
                return found
            shift += 7

    def _whole(self) -> int:
        number = self._number()
        return (number >> 1) ^ -(number & 1)


def _put_struct(out: bytearray, fields: Mapping[int, _Typed]) -> None:
    last = 0
    for field, typed in fields.items():
        if 0 < field - last <= 15:
            out.append((field - last) << 4 | typed.kind)
        else:
            out.append(typed.kind)
            _put_number(out, field << 1 ^ field >> 63)
        last = field
        if typed.kind not in (_TRUE, _FALSE):
            _put(out, typed.kind, typed.value)
    out.append(0)


def _put(out: bytearray, kind: int, value: Any) -> None:
    if kind in _WHOLE:
        _put_number(out, value << 1 ^ value >> 63)
    elif kind in (_TRUE, _FALSE, _BYTE):
        out.append(value)
    elif kind == _DOUBLE:
        out += value
    elif kind == _BINARY:
        _put_number(out, len(value))
        out += value
    elif kind == _LIST:
        inner, items = value
        out.append(min(len(items), 15) << 4 | inner)
        if len(items) >= 15:
            _put_number(out, len(items))
        for item in items:
            _put(out, inner, item)
    else:
        _put_struct(out, value)


def _put_number(out: bytearray, number: int) -> None:
    while number > 127:
        out.append(number & 127 | 128)
        number >>= 7
    out.append(number)
