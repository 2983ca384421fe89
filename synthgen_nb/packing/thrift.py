"""Structs of Thrift's compact protocol, as far as the headers and footers of Parquet need it
(github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md). Knows nothing of what the fields mean.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct

TRUE, FALSE, BYTE, I16, I32, I64, DOUBLE, BINARY, LIST, SET, MAP, STRUCT = range(1, 13)
_WHOLE = (I16, I32, I64)


class Typed(Struct):
    """A value with its type in the protocol. A struct is {field: Typed}, a list (type of its items, items)."""

    kind: int
    value: Any


Fields = dict[int, Typed]


def i32(value: int) -> Typed:
    return Typed(I32, value)


def i64(value: int) -> Typed:
    return Typed(I64, value)


def binary(value: bytes) -> Typed:
    return Typed(BINARY, value)


def struct(fields: Fields) -> Typed:
    return Typed(STRUCT, fields)


def listed(kind: int, items: Sequence[Any]) -> Typed:
    return Typed(LIST, (kind, list(items)))


def read_struct(data: bytes) -> Fields:
    """ValueError where the bytes are cut, or hold what Parquet has not."""
    return _Reader(data).struct()


def write_struct(fields: Mapping[int, Typed]) -> bytes:
    out = bytearray()
    _put_struct(out, fields)
    return bytes(out)


def varint(number: int) -> bytes:
    """Of a number that is not negative: seven bits a byte, the least first."""
    out = bytearray()
    _put_number(out, number)
    return bytes(out)


def zigzag(number: int) -> int:
    """A number of 64 bits with its sign in the last bit."""
    return number << 1 ^ number >> 63


class _Reader:
    """One struct of the compact protocol."""

    def __init__(self, data: bytes) -> None:
        self._data, self._at = data, 0

    def struct(self) -> Fields:
        fields: Fields = {}
        field = 0
        while head := self._byte():
            kind, step = head & 15, head >> 4
            field = field + step if step else self._whole()
            fields[field] = Typed(kind, None if kind in (TRUE, FALSE) else self._value(kind))
        return fields

    def _value(self, kind: int) -> Any:
        if kind in _WHOLE:
            return self._whole()
        if kind in (TRUE, FALSE, BYTE):  # inside of a list, a truth is a byte
            return self._byte()
        if kind == DOUBLE:
            return self._bytes(8)
        if kind == BINARY:
            return self._bytes(self._number())
        if kind == LIST:
            head = self._byte()
            count, inner = head >> 4, head & 15
            count = self._number() if count == 15 else count
            return inner, [self._value(inner) for _ in range(count)]
        if kind == STRUCT:
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


def _put_struct(out: bytearray, fields: Mapping[int, Typed]) -> None:
    last = 0
    for field, typed in fields.items():
        if 0 < field - last <= 15:
            out.append((field - last) << 4 | typed.kind)
        else:
            out.append(typed.kind)
            _put_number(out, zigzag(field))
        last = field
        if typed.kind not in (TRUE, FALSE):
            _put(out, typed.kind, typed.value)
    out.append(0)


def _put(out: bytearray, kind: int, value: Any) -> None:
    if kind in _WHOLE:
        _put_number(out, zigzag(value))
    elif kind in (TRUE, FALSE, BYTE):
        out.append(value)
    elif kind == DOUBLE:
        out += value
    elif kind == BINARY:
        _put_number(out, len(value))
        out += value
    elif kind == LIST:
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
