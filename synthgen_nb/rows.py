"""Row windows and counter-based randomness. Knows nothing of tables' contents or of files.

Random bits are a pure function of (key, row number): splitmix64 of `key + row * golden ratio`, in wrapping 64-bit
integers (Steele, Lea, Flood 2014): the same on every CPU, in every process and for every cut of the rows. A key is a
hash of the seed and a path of names, so no two columns share bits.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterator, Mapping
from math import isqrt
from typing import Any, Protocol, TypeVar, cast

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from msgspec import Struct

U64 = npt.NDArray[np.uint64]
I64 = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]
Numbers = npt.NDArray[np.unsignedinteger[Any]]
T = TypeVar("T")
Kept = TypeVar("Kept")


def _constants(kind: type[np.uint32] | type[np.uint64], *values: int) -> tuple[Numbers, ...]:
    """Arrays without an axis: with one of them, and `out` by its place, a ufunc takes half as long to call as with a
    scalar; that is what a window of a hundred rows costs."""
    made: list[Numbers] = [np.array(value, kind) for value in values]
    for constant in made:
        constant.flags.writeable = False
    return tuple(made)


_GOLDEN, _M1, _M2 = _constants(np.uint64, 0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB)
_S27, _S30, _S31, _S32, _LOW32 = _constants(np.uint64, 27, 30, 31, 32, 0xFFFFFFFF)
_BLOCK = 32_768  # values per pass: what they go through stays in the L2 cache (fewer: NumPy's calls cost as much)
_ROUNDS = 4


def key_of(seed: int, *path: str) -> int:
    """A 64-bit key for a path of names. blake2b and not hash(): Python salts hash() per process."""
    text = "\x1f".join((str(seed), *path)).encode()
    return int.from_bytes(hashlib.blake2b(text, digest_size=8).digest(), "little")


def _blocks(n: int) -> Iterator[slice]:
    for start in range(0, n, _BLOCK):
        yield slice(start, min(n, start + _BLOCK))


def _mix_in_place(z: U64, scratch: U64) -> None:
    np.right_shift(z, _S30, scratch)
    np.bitwise_xor(z, scratch, z)
    np.multiply(z, _M1, z)
    np.right_shift(z, _S27, scratch)
    np.bitwise_xor(z, scratch, z)
    np.multiply(z, _M2, z)
    np.right_shift(z, _S31, scratch)
    np.bitwise_xor(z, scratch, z)


def bits(key: int | U64, index: U64) -> U64:
    """64 random bits per row (u64[n]); a bijection of `index` for a fixed key. `key` may differ per row."""
    out = np.empty(len(index), np.uint64)
    scratch = np.empty(min(len(index), _BLOCK), np.uint64)
    keys = np.asarray(key, np.uint64)
    for part in _blocks(len(index)):
        z = out[part]
        np.multiply(index[part], _GOLDEN, z)
        np.add(z, keys[part] if keys.ndim else keys, z)
        _mix_in_place(z, scratch[: len(z)])
    return out


def high_product(a: U64, b: U64 | np.uint64) -> U64:
    """The upper 64 bits of the 128-bit products a * b."""
    b = np.uint64(b) if not isinstance(b, np.ndarray) else b
    a_low, a_high, b_low, b_high = a & _LOW32, a >> _S32, b & _LOW32, b >> _S32
    middle = ((a_low * b_low) >> _S32) + a_high * b_low
    carry = (middle & _LOW32) + a_low * b_high
    result: U64 = a_high * b_high + (middle >> _S32) + (carry >> _S32)
    return result


def below(random: U64, n: int | U64) -> U64:
    """Uniform integers in 0..n-1 from 64 random bits, by multiply-shift (bias below 2**-12 for any n)."""
    if isinstance(n, np.ndarray):
        if int(n.max(initial=0)) >> 32:
            return high_product(random, n)
        scaled: U64 = (random >> _S32) * n  # the same, for such n
        scaled += ((random & _LOW32) * n) >> _S32
        scaled >>= _S32
        return scaled
    if n > 1 and n & (n - 1) == 0:
        upper: U64 = random >> np.uint64(65 - n.bit_length())
        return upper
    out = np.empty(len(random), np.uint64)
    bound = np.array(n, np.uint64)
    for part in _blocks(len(random)):
        z, block = out[part], random[part]
        if n >> 32:
            z[:] = high_product(block, bound)
            continue
        np.right_shift(block, _S32, z)
        np.multiply(z, bound, z)
        if n >> 20:  # near 2**32 the upper half alone is too coarse: carry the lower half's product
            np.add(z, ((block & _LOW32) * bound) >> _S32, z)
        np.right_shift(z, _S32, z)
    return out


def split(value: U64, radix: int) -> tuple[U64, U64]:
    """(value // radix, value % radix); np.divmod takes five times as long."""
    quotient = value // np.uint64(radix)
    return quotient, value - quotient * np.uint64(radix)


def permute(index: U64, size: int, key: int | U64) -> U64:
    """A permutation of 0..size-1, applied to `index` (values below `size`). `key` may differ per row: one
    permutation each.

    An alternating Feistel network over two digits whose radices are the square root of `size`, rounded up, so that
    hardly a value falls outside and has to walk on. Black & Rogaway 2002, "Ciphers with arbitrary finite domains";
    Bellare et al. 2009, "Format-preserving encryption". ValueError for an index beyond."""
    if len(index) and int(index.max()) >= max(size, 1):
        raise ValueError(f"index {int(index.max())} is outside a permutation of {size}")
    if size <= 1:
        return np.zeros(len(index), np.uint64)
    high = isqrt(size - 1) + 1
    how = _NARROW if high <= 1 << 16 else _WIDE
    radices = _constants(how.kind, high, -(-size // high))
    out = np.empty(len(index), np.uint64)
    scratch = np.empty((4, min(len(index), _BLOCK)), how.kind)
    for part in _blocks(len(index)):
        salts = _salts(key[part] if isinstance(key, np.ndarray) else np.array([key], np.uint64), how)
        block = out[part]
        _feistel(index[part], radices, salts, how, scratch, block)
        while len(outside := np.flatnonzero(block >= np.uint64(size))):
            moved = block[outside]
            _feistel(moved, radices, salts[:, outside] if salts.shape[1] > 1 else salts, how, scratch, moved)
            block[outside] = moved
    return out


class _Arithmetic(Struct, frozen=True):
    """Integers of so many bits, and how a hash of them is mixed: two odd factors, a shift between them, half the bits.
    Those of 32 bits are MurmurHash3's, and take a third of the time."""

    kind: type[np.uint32] | type[np.uint64]
    first: Numbers
    second: Numbers
    mixed: Numbers
    half: Numbers


_NARROW = _Arithmetic(np.uint32, *_constants(np.uint32, 0x85EBCA6B, 0xC2B2AE35, 15, 16))
_WIDE = _Arithmetic(np.uint64, _M1, _M2, _S32, _S32)


def _salts(keys: U64, how: _Arithmetic) -> Numbers:
    """What makes each round of each key another one ([rounds, keys]). Keys are hashes already."""
    salts: Numbers = np.empty((_ROUNDS, len(keys)), how.kind)
    np.right_shift(keys, _S32, out=salts[0], casting="unsafe")
    np.copyto(salts[1], keys, casting="unsafe")
    np.bitwise_xor(salts[:2], how.second, out=salts[2:])
    return salts


def _feistel(
    value: U64,
    radices: tuple[Numbers, ...],
    salts: Numbers,
    how: _Arithmetic,
    scratch: Numbers,
    out: U64,
) -> None:
    """Nothing is allocated here: at this size the allocator would give it back to the system each time."""
    digits, (hashed, other) = scratch[:2, : len(value)], scratch[2:, : len(value)]
    high, low = digits
    np.copyto(low, value, casting="unsafe")  # the product of both radices has room in `how.kind`
    np.floor_divide(low, radices[1], high)
    np.multiply(high, radices[1], other)
    np.subtract(low, other, low)
    for salt in salts:
        np.add(low, salt, hashed)
        np.multiply(hashed, how.first, hashed)
        np.right_shift(hashed, how.mixed, other)
        np.bitwise_xor(hashed, other, hashed)
        np.multiply(hashed, how.second, hashed)
        np.right_shift(hashed, how.half, hashed)
        np.multiply(hashed, radices[0], hashed)
        np.right_shift(hashed, how.half, hashed)
        np.add(high, hashed, high)
        np.subtract(high, radices[0], other)
        np.minimum(high, other, out=high)  # modulo the radix: what is below it wraps around to a large number
        high, low, radices = low, high, radices[::-1]
    np.multiply(high, radices[1], other)
    np.add(other, low, other)
    np.copyto(out, other)


class Indices(Struct, frozen=True):
    """Integers drawn for a window: `values` u64[n]; `valid` is None or marks the rows that have one (the rest are
    NULL); `ordinal`, for parents that lay out their children, is each row's place among its siblings, from 0."""

    values: U64
    valid: Mask | None = None
    ordinal: U64 | None = None

    def take(self, at: I64) -> Indices:
        """Those in these places."""
        valid = None if self.valid is None else self.valid[at]
        return Indices(self.values[at], valid, None if self.ordinal is None else self.ordinal[at])


class Values(Struct, frozen=True):
    """A column's values in a window, in their physical form: int64 for integers, scaled decimals, days, microseconds;
    float64; bool; an Arrow array for text, bytes and lists. `valid` is None or marks the values that are not NULL."""

    data: npt.NDArray[np.generic] | pa.Array
    valid: Mask | None = None

    def __len__(self) -> int:
        return len(self.data)

    def take(self, at: I64) -> Values:
        """The values at these places."""
        data = self.data[at] if isinstance(self.data, np.ndarray) else self.data.take(pa.array(at))
        return Values(data, None if self.valid is None else self.valid[at])

    def replaced(self, at: I64, other: Values) -> Values:
        """These values with `other`'s in the places `at`."""
        if len(other) and isinstance(self.data, pa.Array) and pa.types.is_null(self.data.type):
            whole = other.take(np.zeros(len(self), np.int64))  # nothing but NULLs, of the type of what comes in
            return Values(whole.data, np.zeros(len(self), bool)).replaced(at, other)
        valid = None
        if self.valid is not None or other.valid is not None:
            valid = np.ones(len(self), bool) if self.valid is None else self.valid.copy()
            valid[at] = True if other.valid is None else other.valid
        if isinstance(self.data, np.ndarray) and isinstance(other.data, np.ndarray):
            data = self.data.astype(np.result_type(self.data, other.data))
            data[at] = other.data
            return Values(data, valid)
        texts = [pa.array(d) if isinstance(d, np.ndarray) else d for d in (self.data, other.data)]
        both = pa.concat_arrays([t.cast(t.type.value_type) if pa.types.is_dictionary(t.type) else t for t in texts])
        place = np.arange(len(self))
        place[at] = len(self) + np.arange(len(at))
        return Values(both.take(pa.array(place)), valid)


class World(Protocol):
    """What a window needs to look further: keys, row counts, and the columns of any table."""

    def key(self, table: str, name: str) -> int: ...
    def row_count(self, table: str) -> int: ...
    def draw_source(self, rows: Rows, name: str) -> Indices: ...
    def draw_column(self, rows: Rows, name: str) -> Values: ...
    def compute(self, rows: Rows, sql: str, columns: tuple[str, ...], name: str) -> Values: ...
    def kept(self, table: str, name: str, make: Callable[[], Kept]) -> Kept: ...
    def holding(self, table: str, columns: tuple[str, ...], sql: str) -> I64: ...
    def span(self, table: str, name: str, first: U64, end: U64) -> tuple[U64, U64]: ...
    def consecutive(self, table: str, name: str) -> bool: ...


class Rows:
    """The window a spec looks through: some rows of one table, their bits, and what else is known of the same rows.

    `index` holds the row numbers (u64[n]); `start` is the first of them where they are consecutive, else None.
    `reader` is the table whose rows look at these, wherever they lie. `attempt` counts the times the columns `redrawn`
    are drawn again for these rows; all bits depend on it. What is drawn once in a window is kept for its life, so two
    columns that read one source pay for it once."""

    __slots__ = (
        "_columns", "_distinct", "_far", "_made", "_sources", "attempt", "index", "reader", "redrawn", "start", "table",
        "world",
    )  # fmt: skip

    def __init__(
        self,
        world: World,
        table: str,
        index: U64,
        start: int | None = None,
        attempt: int = 0,
        redrawn: frozenset[str] = frozenset(),
        distinct: tuple[Rows, I64] | None = None,
        reader: str = "",
    ) -> None:
        self.world, self.table, self.index, self.start = world, table, index, start
        self.attempt, self.redrawn = attempt, redrawn
        self._sources: dict[str, Indices] = {}
        self._columns: dict[str, Values] = {}
        self._made: dict[object, tuple[U64 | I64, object]] = {}
        self._far: dict[tuple[str, int], tuple[U64, Rows]] = {}
        self._distinct, self.reader = distinct, reader

    def __len__(self) -> int:
        return len(self.index)

    def key(self, name: str) -> int:
        return self.world.key(self.table, f"{name}/again {self.attempt}" if self.attempt else name)

    def bits(self, name: str) -> U64:
        """64 bits per row, independent for every `name`."""
        return bits(self.key(name), self.index)

    def source(self, name: str) -> Indices:
        if name == "row":
            return Indices(self.index)
        if name not in self._sources:
            if self._distinct is None:
                self._sources[name] = self.world.draw_source(self, name)
            else:
                window, at = self._distinct
                self._sources[name] = window.source(name).take(at)
        return self._sources[name]

    def column(self, name: str) -> Values:
        if name not in self._columns:
            if self._distinct is None:
                self._columns[name] = self.world.draw_column(self, name)
            else:
                window, at = self._distinct
                self._columns[name] = window.column(name).take(at)
        return self._columns[name]

    def once(self, what: object, index: U64 | I64, make: Callable[[], T]) -> T:
        """What several columns that are read at one index have in common, made by the first of them."""
        found = self._made.get(what)
        if found is None or found[0] is not index:
            found = self._made[what] = (index, make())
        return cast(T, found[1])

    def settle(self, columns: Mapping[str, Values], stale: Collection[str] = ()) -> None:
        """Columns that were decided together, from now on what `column` gives; `stale` ones are computed anew."""
        self._columns.update(columns)
        for name in stale:
            self._columns.pop(name, None)

    def again(self) -> Rows:
        """The same rows, with what is drawn of them so far, for another thread."""
        rows = Rows(self.world, self.table, self.index, self.start)
        rows._sources.update(self._sources)
        rows._columns.update(self._columns)
        return rows

    def some(self, places: I64) -> Rows:
        """The window on the rows in these places, in the same attempt; sources that are drawn here are there, too."""
        found = Rows(self.world, self.table, self.index[places], attempt=self.attempt, redrawn=self.redrawn)
        found._sources.update((name, drawn.take(places)) for name, drawn in self._sources.items())
        return found

    def each(self, make: Callable[[Rows], I64]) -> I64:
        """What `make` gives of the rows, one by one: of those that come several times each it is asked once."""
        if self._distinct is None:
            return make(self)
        window, at = self._distinct
        return np.take(make(window), at)

    def of(self, table: str, index: U64) -> Rows:
        """A window on other rows, of any table: the same one for all columns that look at the same rows. Where they
        are siblings' parents, one after the other, each of them is looked at once."""
        place = (table, id(index))  # the index is kept with the window, so its id is no other's meanwhile
        if place not in self._far:
            reader = self.table if table != self.table else ""
            distinct = _distinct(self.world, table, index)
            self._far[place] = index, Rows(self.world, table, index, distinct=distinct, reader=reader)
        return self._far[place][1]


def _distinct(world: World, table: str, index: U64) -> tuple[Rows, I64] | None:
    """Rows that come several times each, in their order: a window on the stretch they lie in, and their places there.
    None where they lie further apart, or are out of order."""
    if len(index) < 2 or not index[0] <= index[-1] < index[0] + np.uint64(len(index) - 1):
        return None
    if not bool((index[1:] >= index[:-1]).all()):
        return None
    first = int(index[0])
    stretch = np.arange(first, int(index[-1]) + 1, dtype=np.uint64)
    return Rows(world, table, stretch, first), (index - index[0]).view(np.int64)
