"""UUIDs, bytes, bits and points. Unique where an index names them."""

from __future__ import annotations

from typing import Literal

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from ..rows import U64, Rows, Values, below, bits, permute
from .base import Spec
from .texts import fixed_width

_UUID_BITS = 60  # of the first half, what the version digit leaves
Shape = Literal["point", "linestring", "polygon", "multipoint", "multilinestring", "multipolygon", "collection"]
_CODES = {"multipoint": 4, "multilinestring": 5, "multipolygon": 6, "collection": 7}
_PARTS: dict[Shape, Shape] = {
    "multipoint": "point",
    "multilinestring": "linestring",
    "multipolygon": "polygon",
    "collection": "point",
}
F64 = npt.NDArray[np.float64]
_HEX = np.frombuffer("".join(f"{i:02x}" for i in range(256)).encode(), "<u2")


class Uuid(Spec, frozen=True, tag="uuid"):
    """Random UUIDs (version 4) as text; different rows never share one (a permutation of 2**60 in the first half)."""

    @property
    def size(self) -> int:
        return 1 << _UUID_BITS

    def draw(self, rows: Rows, name: str) -> Values:
        return self.at(rows.index & np.uint64(self.size - 1), rows, name)  # an edit's rows are numbered by 64 bits

    def at(self, index: U64, rows: Rows, name: str) -> Values:
        key = rows.key(name)
        code = permute(index, self.size, key)
        high = ((code >> np.uint64(12)) << np.uint64(16)) | np.uint64(0x4000) | (code & np.uint64(0xFFF))
        low = (bits(key ^ 1, code) & np.uint64(0x3FFFFFFFFFFFFFFF)) | np.uint64(0x8000000000000000)
        octets = np.column_stack((high, low)).astype(">u8").view(np.uint8).reshape(len(index), 16)
        text = np.full((len(index), 36), ord("-"), np.uint8)
        at = [0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34]
        pairs = _HEX[octets].view(np.uint8).reshape(len(index), 16, 2)
        for place, pair in zip(at, range(16), strict=True):
            text[:, place : place + 2] = pairs[:, pair]
        return Values(fixed_width(text))


class Bytes(Spec, frozen=True, tag="bytes"):
    """shortest..longest random bytes (at an index: always `longest`, different for different indices)."""

    shortest: int
    longest: int

    @property
    def size(self) -> int:
        return 1 << min(8 * self.longest, 62)

    def draw(self, rows: Rows, name: str) -> Values:
        random = rows.bits(name)
        lengths = self.shortest + below(random, self.longest - self.shortest + 1).astype(np.int64)
        return Values(_cut(self._fill(random, bits(rows.key(name + "/rest"), random)), lengths))

    def at(self, index: U64, rows: Rows, name: str) -> Values:
        code = permute(index, self.size, rows.key(name))
        return Values(_cut(self._fill(code, bits(rows.key(name + "/rest"), code)), np.full(len(index), self.longest)))

    def _fill(self, code: U64, rest: U64) -> np.ndarray[tuple[int, int], np.dtype[np.uint8]]:
        words = -(-self.longest // 8)
        out = np.empty((len(code), max(words, 1)), "<u8")
        out[:, 0] = code
        for word in range(1, words):
            out[:, word] = bits(word, rest)
        return out.view(np.uint8)


def _cut(octets: np.ndarray[tuple[int, int], np.dtype[np.uint8]], lengths: np.ndarray) -> pa.Array:
    """A binary array of the first `lengths` bytes of each row of octets."""
    keep = np.arange(octets.shape[1])[None, :] < lengths[:, None]
    offsets = np.zeros(len(lengths) + 1, np.int32)
    np.cumsum(lengths, out=offsets[1:])
    return pa.Array.from_buffers(
        pa.binary(), len(lengths), [None, pa.py_buffer(offsets), pa.py_buffer(np.ascontiguousarray(octets[keep]))]
    )


class BitText(Spec, frozen=True, tag="bit_text"):
    """BIT(n) as PostgreSQL reads it: `length` characters 0 and 1."""

    length: int

    @property
    def size(self) -> int:
        return 1 << min(self.length, 62)

    def draw(self, rows: Rows, name: str) -> Values:
        return self.at(below(rows.bits(name), self.size), rows, name)

    def at(self, index: U64, rows: Rows, name: str) -> Values:
        places = np.arange(self.length - 1, -1, -1)
        shift = np.minimum(places, 63).astype(np.uint64)
        digits = ((index[:, None] >> shift[None, :]) & np.uint64(1)).astype(np.uint8)
        digits[:, places > 63] = 0
        return Values(fixed_width(digits + np.uint8(ord("0"))))


class Point(Spec, frozen=True, tag="point"):
    """A point on land-ish latitudes (-55..70): "(x,y)" for PostgreSQL's point, WKT for PostGIS, or SRID and WKB in
    bytes for MySQL's geometry types, of which the point may be the corner of another `shape`."""

    form: Literal["pair", "wkt", "wkb"]
    shape: Shape = "point"

    def draw(self, rows: Rows, name: str) -> Values:
        x = below(rows.bits(name + "/x"), 3_600_000).astype(np.int64) / 10_000 - 180
        y = below(rows.bits(name + "/y"), 1_250_000).astype(np.int64) / 10_000 - 55
        if self.form == "wkb":
            octets = np.hstack([np.zeros((len(rows), 4), np.uint8), _wkb(self.shape, x, y)])  # SRID 0
            return Values(_cut(octets, np.full(len(rows), octets.shape[1])))
        template = "({:.4f},{:.4f})" if self.form == "pair" else "POINT({:.4f} {:.4f})"
        # a loop over rows: geometry columns are rare, and formatting floats has no vector form
        return Values(pa.array([template.format(a, b) for a, b in zip(x, y, strict=True)], pa.string()))


def _wkb(shape: Shape, x: F64, y: F64) -> npt.NDArray[np.uint8]:
    """Well-known binary, one row of bytes a value: a line or a square of half a degree from (x, y) on."""
    if shape in _PARTS:
        return np.hstack([_head(len(x), _CODES[shape], 1), _wkb(_PARTS[shape], x, y)])
    if shape == "point":
        return np.hstack([_head(len(x), 1), _pairs((x, y))])
    if shape == "linestring":
        return np.hstack([_head(len(x), 2, 2), _pairs((x, y), (x + 0.5, y + 0.5))])
    corners = [(x, y), (x + 0.5, y), (x + 0.5, y + 0.5), (x, y + 0.5), (x, y)]
    return np.hstack([_head(len(x), 3, 1, len(corners)), _pairs(*corners)])


def _head(rows: int, *numbers: int) -> npt.NDArray[np.uint8]:
    """The mark of little endian, the type's code, and counts."""
    octets = np.frombuffer(b"\x01" + np.array(numbers, "<u4").tobytes(), np.uint8)
    return np.tile(octets, (rows, 1))


def _pairs(*points: tuple[F64, F64]) -> npt.NDArray[np.uint8]:
    flat = np.column_stack([part for point in points for part in point]).astype("<f8")
    return flat.view(np.uint8).reshape(len(flat), 16 * len(points))
