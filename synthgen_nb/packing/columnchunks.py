"""One column of a row group as Parquet stores it: numbers of few values and texts of a dictionary as codes, other whole
numbers as differences, other texts as their lengths and then all their bytes. A library that takes values one by one
needs several times the CPU. Knows nothing of files."""

from __future__ import annotations

from collections.abc import Iterator
from math import gcd
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import numpy.typing as npt
from msgspec import Struct

from .bits import Integers, codes, differences, presence, width_of
from .footing import DATA, DICTIONARY, META, OFFSET, PACKED, PATH, REPETITION, STATISTICS, TYPE, UNCOMPRESSED
from .thrift import BINARY, I32, STRUCT, TRUE, Fields, Typed, binary, i32, i64, listed, struct, write_struct

if TYPE_CHECKING:
    import pyarrow as pa

Bytes: TypeAlias = "bytes | pa.Buffer"
Mask = npt.NDArray[np.bool_]

_INT32, _BYTES = 1, 6  # physical types
_OPTIONAL = 1
_PLAIN, _RLE, _DELTA, _LENGTHS, _CODES = 0, 3, 5, 6, 8  # encodings
_DATA_PAGE, _DICTIONARY_PAGE = 0, 2
_DIGITS = 18  # of a decimal that Parquet holds as an integer
_PAGE = 1 << 17  # rows
_FEW = 256  # numbers that are stored as codes, or labels of which the ends are told
_LOOK = 64  # numbers that tell what all may be multiples of
_LEAST, _MOST = 256, 4 << 20  # rows and bytes of a page of texts
_TRIED = 1 << 14  # bytes of a page that tell whether it shrinks
_WORTH = 0.6  # of its size: names shrink to two thirds, at several times the CPU
_SOME = 5  # texts that tell whether all are in order


class Labels(Struct, frozen=True):
    """The texts of a dictionary: as PLAIN values, and as those that snappy has shrunk."""

    dictionary: pa.Array
    listed: list[bytes]
    plain: bytes
    shrunk: pa.Buffer


def labels_of(dictionary: pa.Array, before: Labels | None) -> Labels:
    """Those of the row group `before`, if they are the same: there may be thousands."""
    import pyarrow as pa

    if before is not None and before.dictionary.equals(dictionary):
        return before
    listed = dictionary.cast(pa.binary()).to_pylist()
    plain = b"".join([len(label).to_bytes(4, "little") + label for label in listed])
    return Labels(dictionary, listed, plain, _snappy(plain))


class _Stored(Struct, frozen=True):
    """The values that are there: numbers, codes of `count` PLAIN values in `labels`, or the lengths of texts that lie
    one after the other in `texts`. `ends` are the least and the greatest value, as the footer has them."""

    values: Integers
    ends: tuple[bytes, bytes] | None
    labels: bytes | None = None
    count: int = 0
    texts: pa.Buffer | None = None
    shrunk: pa.Buffer | None = None  # the labels

    @property
    def encoding(self) -> int:
        return _CODES if self.labels is not None else _DELTA if self.texts is None else _LENGTHS


class _Page(Struct, frozen=True):
    """`count` are rows, or labels."""

    kind: int
    encoding: int
    count: int
    body: tuple[Bytes, ...]
    shrunk: pa.Buffer | None = None

    def written(self, *, snappy: bool) -> tuple[Bytes, ...]:
        body = (self._shrunk(),) if snappy else self.body
        told = {1: i32(self.count), 2: i32(self.encoding)}
        told |= {3: i32(_RLE), 4: i32(_RLE)} if self.kind == _DATA_PAGE else {}
        sizes = {1: i32(self.kind), 2: i32(sum(map(len, self.body))), 3: i32(sum(map(len, body)))}
        return write_struct({**sizes, 5 if self.kind == _DATA_PAGE else 7: struct(told)}), *body

    def _shrunk(self) -> pa.Buffer:
        if self.shrunk is not None:
            return self.shrunk
        return _snappy(self.body[0] if len(self.body) == 1 else b"".join(self.body))


def packs(kind: pa.DataType) -> bool:
    """Whether `laid` takes columns of this type."""
    import pyarrow as pa

    if pa.types.is_dictionary(kind):
        return bool(pa.types.is_string(kind.value_type))
    return bool(pa.types.is_string(kind) or pa.types.is_binary(kind)) or is_whole(kind)


def is_whole(kind: pa.DataType) -> bool:
    """Whether Parquet holds columns of this type as integers."""
    import pyarrow as pa

    if pa.types.is_timestamp(kind) or pa.types.is_time64(kind):
        return bool(kind.unit == "us")
    if pa.types.is_decimal64(kind) or pa.types.is_decimal128(kind):
        return bool(kind.precision <= _DIGITS)
    return bool(pa.types.is_integer(kind) or pa.types.is_date32(kind))


class Laid(Struct, frozen=True):
    """A column of a row group in its pages, not compressed yet."""

    name: str
    physical: int
    rows: int
    nulls: int
    stored: _Stored
    pages: list[_Page]

    def chunk(self, at: int) -> tuple[list[Bytes], Fields]:
        """The pieces of the column, which stand from byte `at` of the file on, and what the file's footer says of
        them."""
        pages, stored = self.pages, self.stored
        snappy = _shrinks(max((page.body[-1] for page in pages[:2]), key=len))
        written = [page.written(snappy=snappy) for page in pages]
        headers = sum(len(pieces[0]) for pieces in written)
        coded = stored.labels is not None
        chunk = {
            TYPE: i32(self.physical),
            2: listed(I32, [_PLAIN, _RLE, _CODES] if coded else [_RLE, stored.encoding]),
            PATH: listed(BINARY, [self.name.encode()]),
            4: i32(int(snappy)),  # the codec
            5: i64(self.rows),
            UNCOMPRESSED: i64(headers + sum(len(piece) for page in pages for piece in page.body)),
            PACKED: i64(sum(len(piece) for pieces in written for piece in pieces)),
            DATA: i64(at + (sum(map(len, written[0])) if coded else 0)),
        }
        if coded:
            chunk[DICTIONARY] = i64(at)
        chunk[STATISTICS] = struct(_statistics(self.nulls, stored.ends))
        counts = {_DICTIONARY_PAGE: int(coded), _DATA_PAGE: len(pages) - coded}
        chunk[13] = listed(
            STRUCT,
            [
                {1: i32(kind), 2: i32(_PLAIN if kind else stored.encoding), 3: i32(count)}
                for kind, count in counts.items()
                if count
            ],
        )
        return [piece for pieces in written for piece in pieces], {OFFSET: i64(0), META: struct(chunk)}


def laid(column: pa.Array, element: Fields, name: str, labels: Labels | None = None) -> Laid:
    """`element` is the column in the file's schema, `labels` are those of its dictionary. pa.ArrowInvalid for a NULL in
    a column that has none."""
    import pyarrow as pa

    optional = element[REPETITION].value == _OPTIONAL
    valid = column.is_valid().to_numpy(zero_copy_only=False) if column.null_count else None
    if valid is not None and not optional:
        raise pa.ArrowInvalid(f"{name}: NULL in a column that is declared to have none")
    physical = element[TYPE].value
    if labels is not None:
        stored = _labelled(column.indices, valid, labels)
    else:
        stored = _texts(column) if physical == _BYTES else _numbers(column, valid, 4 if physical == _INT32 else 8)
    pages = list(_pages(stored, valid, len(column), optional=optional))
    return Laid(name, physical, len(column), column.null_count, stored, pages)


def _statistics(nulls: int, ends: tuple[bytes, bytes] | None) -> Fields:
    if ends is None:
        return {3: i64(nulls)}
    exact = Typed(TRUE, None)
    return {3: i64(nulls), 5: binary(ends[1]), 6: binary(ends[0]), 7: exact, 8: exact}


def _pages(stored: _Stored, valid: Mask | None, rows: int, *, optional: bool) -> Iterator[_Page]:
    if stored.labels is not None:
        yield _Page(_DICTIONARY_PAGE, _PLAIN, stored.count, (stored.labels,), stored.shrunk)
    size = _PAGE
    if stored.texts is not None and stored.texts.size > _MOST:
        size = min(max(_MOST * rows // stored.texts.size, _LEAST), _PAGE)
    done = byte = 0
    for start in range(0, rows, size):
        mask = None if valid is None else valid[start : start + size]
        count = min(size, rows - start)
        there = stored.values[done : done + (count if mask is None else int(np.count_nonzero(mask)))]
        done += len(there)
        levels = presence(mask, count) if optional else b""
        if stored.labels is not None:
            body: tuple[Bytes, ...] = (levels + codes(there, stored.count - 1),)
        else:
            body = (levels + differences(there.view(f"i{there.itemsize}")),)
        if stored.texts is not None:
            end = byte + int(there.sum(dtype=np.int64))
            body += (stored.texts[byte:end],)
            byte = end
        yield _Page(_DATA_PAGE, stored.encoding, count, body)


def _numbers(column: pa.Array, valid: Mask | None, size: int) -> _Stored:
    """In `size` bytes each."""
    import pyarrow as pa

    sign = "u" if pa.types.is_unsigned_integer(column.type) else "i"
    words = max(column.type.bit_width // 64, 1)  # the low one of a decimal's two holds all its digits
    held = np.frombuffer(column.buffers()[1], f"{sign}{min(column.type.bit_width // 8, 8)}")
    numbers = held[words * column.offset : words * (column.offset + len(column)) : words]
    numbers = (numbers if valid is None else numbers[valid]).astype(f"{sign}{size}", copy=False)
    if not len(numbers):
        return _Stored(numbers, None)
    low, high = numbers.min(), numbers.max()
    ends = (low.tobytes(), high.tobytes())
    step = _step(numbers, int(low), int(high))
    if not step:
        return _Stored(numbers, ends)
    steps = (int(high) - int(low)) // step
    found = (numbers - low).astype(np.uint16 if int(high) - int(low) < 1 << 16 else f"u{size}", copy=False)
    if step > 1:
        multiples = found // found.dtype.type(step)
        if not np.array_equal(multiples * found.dtype.type(step), found):
            return _Stored(numbers, ends)
        found = multiples
    labels = np.array([int(low) + step * code for code in range(steps + 1)], numbers.dtype)
    return _Stored(found, ends, labels.tobytes(), len(labels))


def _step(numbers: Integers, low: int, high: int) -> int:
    """Of what the numbers seem to be multiples, counted from the least, where codes of them take fewer bits than
    differences; 0 where they don't."""
    step = 1
    if high - low >= _FEW:
        step = gcd(*(number - low for number in numbers[:_LOOK].tolist()))
    steps = (high - low) // step if step else _FEW
    if steps >= _FEW or len(numbers) < 2 or 4 * steps > len(numbers):
        return 0
    between = numbers[1:] - numbers[:-1]
    apart = int(between.max()) - int(between.min()) if numbers.dtype.kind == "i" else high - low
    return step if width_of(max(steps, 1)) <= width_of(apart) else 0


def _labelled(found: pa.Array, valid: Mask | None, labels: Labels) -> _Stored:
    size = found.type.bit_width // 8
    places = np.frombuffer(found.buffers()[1], f"u{size}", len(found) + found.offset)[found.offset :]
    places = places if valid is None else places[valid]
    few = len(labels.listed) <= _FEW
    places = places.astype(np.uint8 if few else np.uint32, copy=False)
    ends = _ends(places, labels.listed) if few else None
    return _Stored(places, ends, labels.plain, len(labels.listed), shrunk=labels.shrunk)


def _texts(column: pa.Array) -> _Stored:
    """Their ends are told only where rows seem to be in the order of their texts: in any other order, those of each row
    group are about those of the table, and help nobody to find a row."""
    import pyarrow as pa
    import pyarrow.compute as pc

    column = column.drop_null()
    offsets = np.frombuffer(column.buffers()[1] or bytes(4), np.int32)[column.offset :][: len(column) + 1]
    data = column.buffers()[2] or pa.py_buffer(b"")
    texts = data[int(offsets[0]) : int(offsets[-1])]
    lengths = offsets[1:] - offsets[:-1]
    places = np.linspace(0, len(column) - 1, min(_SOME, len(column)), dtype=np.int64)
    some = column.take(pa.array(places)).cast(pa.binary()).to_pylist()
    if not some or some != sorted(some):
        return _Stored(lengths, None, texts=texts)
    ends = pc.min_max(column.cast(pa.binary())).as_py()
    return _Stored(lengths, (ends["min"], ends["max"]), texts=texts)


def _ends(places: Integers, labels: list[bytes]) -> tuple[bytes, bytes] | None:
    """The first and the last of the labels that are used, as bytes are ordered."""
    if not len(places):
        return None
    order = sorted(range(len(labels)), key=labels.__getitem__)
    first = next(place for place in order if (places == place).any())
    last = next(place for place in reversed(order) if (places == place).any())
    return labels[first], labels[last]


def _shrinks(body: Bytes) -> bool:
    """Whether snappy is worth its CPU. Names, for one, shrink to two thirds only."""
    tried = body[:_TRIED]
    return len(_snappy(tried)) < _WORTH * len(tried)


def _snappy(data: Bytes) -> pa.Buffer:
    import pyarrow as pa

    return pa.compress(data, codec="snappy")
