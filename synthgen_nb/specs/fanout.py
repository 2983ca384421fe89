"""How many children each parent has: exact totals without a pass over the rows. Knows nothing of what the children
hold.

`total` children are split over `parents` by a binary tree over the parents: each node splits its children between its
halves by a counter-based draw, so any node can be reached alone. The spread of a split is that of a Polya urn (a
geometric fan-out: many parents with few children, few with many), or binomial, or none, kept within `least..most`.
Integer arithmetic, and of floating point only + * / and square roots, which IEEE 754 fixes to the last bit.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
from msgspec import Struct

from ..rows import I64, U64, below, bits

Starts = npt.NDArray[np.signedinteger[Any]]

_HALL_SD = 37_837  # standard deviation of a sum of four uniform 16-bit numbers: 65536 / sqrt(3)
_HALL_MEAN = 131_070
_EVEN16 = np.uint64(0x0000FFFF0000FFFF)
_LOW32 = np.uint64(0xFFFFFFFF)
_BLOCK = 1 << 16  # parents: a power of two


class Fanout(Struct, frozen=True):
    """`total` children over `parents` parents with `least <= children <= most` each; `even` takes the spread away.
    Needs least * parents <= total <= most * parents."""

    parents: int
    total: int
    least: int
    most: int
    even: bool
    key: int

    def _left_share(self, start: I64, left: I64 | np.int64, right: I64 | np.int64, total: I64) -> I64:
        """Children of the left half, for nodes that begin at parent `start` with left + right parents."""
        size = left + right
        if self.even:
            return _share(total, left, size).astype(np.int64)
        low = np.maximum(self.least * left, total - self._most(right))
        high = np.minimum(self._most(left), total - self.least * right)
        random = bits(self.key, start.view(np.uint64) * np.uint64(64) + _log2(size))
        # the last split decides what a reader sees: uniform between the bounds, as the urn has it
        uniform: I64 | None = None
        if np.any(size == 2):
            uniform = low + below(random, (high - low + 1).view(np.uint64)).view(np.int64)
            if np.all(size == 2):
                return uniform
        exact = _share(total, left, size)
        mean = exact.astype(np.int64)
        halves = (random & _EVEN16) + ((random >> np.uint64(16)) & _EVEN16)  # four 16-bit numbers, two by two
        hall = ((halves + (halves >> np.uint64(32))) & _LOW32).view(np.int64) - _HALL_MEAN
        variance = exact * right / size * (size + total) / (size + 1)
        # a spread wider than the bounds would pile children up at the bounds
        deviation = np.minimum(np.sqrt(variance).astype(np.int64), (high - low) // 4)
        share = mean + deviation * hall // _HALL_SD
        split: I64 = np.clip(share if uniform is None else np.where(size == 2, uniform, share), low, high)
        return split

    def _most(self, parents: I64 | np.int64) -> I64 | np.int64:
        """The most children of so many parents, cut at (about) all there are: the plain product may leave 64 bits."""
        most = max(1, min(self.most, self.total)) if self.most else 0
        return np.minimum(parents, self.total // max(most, 1) + 1) * most

    def starts(self, low: int, high: int) -> I64:
        """First child of each parent in low..high-1, and the end: i64[high - low + 1]."""
        start = np.zeros(1, np.int64)
        size = np.full(1, self.parents, np.int64)
        first = np.zeros(1, np.int64)
        total = np.full(1, self.total, np.int64)
        while size.max(initial=0) > 1:
            left, share = size.copy(), total.copy()
            for run in _runs(size):  # nearly all nodes of a level are of one size: the tree fills from the left
                if (whole := size[run.start]) > 1:
                    half = left[run] = _half(whole)
                    share[run] = self._left_share(start[run], half, whole - half, total[run])
            start, first = _pairs(start, start + left), _pairs(first, first + share)
            size, total = _pairs(left, size - left), _pairs(share, total - share)
            keep = (size > 0) & (start < high) & (start + size > low)
            if not keep.all():
                start, first, size, total = start[keep], first[keep], size[keep], total[keep]
        return np.append(first, first[-1] + total[-1]) if len(first) else np.zeros(1, np.int64)

    def table(self) -> Starts:
        """The same of all parents, of 32 bits where they suffice, made block by block: that stays in cache, and takes
        no memory but its own."""
        found: Starts = np.zeros(self.parents + 1, np.int32 if self.total < 1 << 31 else np.int64)
        whole = self.parents // _BLOCK
        before = self.first(np.arange(whole + 1) * _BLOCK) if whole else np.zeros(1, np.int64)
        for number, (first, end) in enumerate(pairwise(before)):
            low = number * _BLOCK
            found[low + 1 : low + _BLOCK + 1] = first + np.cumsum(self._counts(low, end - first))
        if whole * _BLOCK < self.parents:
            found[whole * _BLOCK :] = self.starts(whole * _BLOCK, self.parents)
        return found

    def _counts(self, low: int, total: np.int64) -> I64:
        """The children of each parent of a block, which is a node of the tree as the tree fills from the left: all
        nodes of a level below it are of one size."""
        start, count, size = np.full(1, low, np.int64), np.full(1, total, np.int64), np.int64(_BLOCK)
        while size > 1:
            half = size // 2
            share = self._left_share(start, half, half, count)
            start, count, size = _pairs(start, start + half), _pairs(share, count - share), half
        return count

    def locate(self, rows: U64) -> tuple[I64, I64]:
        """Parent and ordinal of each child row (any rows, any order), by walking down the tree."""
        row = rows.astype(np.int64)
        start = np.zeros(len(row), np.int64)
        size = np.full(len(row), self.parents, np.int64)
        total = np.full(len(row), self.total, np.int64)
        while True:
            open_ = np.flatnonzero(size > 1)
            if not len(open_):
                return start, row
            s, n, t, r = start[open_], size[open_], total[open_], row[open_]
            left = _half(n)
            share = self._left_share(s, left, n - left, t)
            go_right = r >= share
            start[open_] = np.where(go_right, s + left, s)
            size[open_] = np.where(go_right, n - left, left)
            total[open_] = np.where(go_right, t - share, share)
            row[open_] = np.where(go_right, r - share, r)

    def first(self, parents: I64) -> I64:
        """First child of each parent in 0..parents (the last is the end), by walking down the tree."""
        start = np.zeros(len(parents), np.int64)
        size = np.full(len(parents), self.parents, np.int64)
        total = np.full(len(parents), self.total, np.int64)
        before = np.where(parents >= self.parents, np.int64(self.total), np.int64(0))
        while True:
            open_ = np.flatnonzero((size > 1) & (parents < self.parents))
            if not len(open_):
                return before
            s, n, t = start[open_], size[open_], total[open_]
            left = _half(n)
            share = self._left_share(s, left, n - left, t)
            go_right = parents[open_] >= s + left
            start[open_] = np.where(go_right, s + left, s)
            size[open_] = np.where(go_right, n - left, left)
            total[open_] = np.where(go_right, t - share, share)
            before[open_] += np.where(go_right, share, 0)

    def window(self, start: int, stop: int) -> tuple[I64, I64]:
        """Parent and ordinal of the consecutive child rows start..stop-1: one descent for the block."""
        ends, _ = self.locate(np.array([start, stop - 1], np.uint64))
        low, high = int(ends[0]), int(ends[1]) + 1
        return _between(self.starts(low, high), low, start, stop)


def laid_out(starts: Starts, start: int, stop: int) -> tuple[I64, I64]:
    """Parent and ordinal of the children start..stop-1, by the first children of all parents."""
    outer = np.array((start, stop - 1), starts.dtype)  # of another type, all `starts` would be converted to that first
    low, high = np.searchsorted(starts, outer, side="right").tolist()
    return _between(starts[low - 1 : high + 1].astype(np.int64), low - 1, start, stop)


def _between(first: I64, low: int, start: int, stop: int) -> tuple[I64, I64]:
    """The same by the first children of the parents from `low` on, that have those children."""
    begin = np.maximum(first[:-1], start)
    some = np.flatnonzero(begin < np.minimum(first[1:], stop))
    number = np.zeros(stop - start, np.int64)
    number[begin[some] - start] = np.diff(some, prepend=0)
    np.cumsum(number, out=number)  # in half the time of np.repeat
    ordinal = np.arange(start, stop, dtype=np.int64)
    ordinal -= np.take(first, number)
    number += low
    return number, ordinal


def _runs(values: I64) -> list[slice]:
    """Where one value comes several times in a row."""
    ends = [*(np.flatnonzero(np.diff(values)) + 1).tolist(), len(values)]
    return [slice(first, end) for first, end in zip([0, *ends], ends, strict=False)]


def _pairs(left: I64, right: I64) -> I64:
    """left[0], right[0], left[1], right[1] ..."""
    both = np.empty(2 * len(left), np.int64)
    both[::2], both[1::2] = left, right
    return both


def _share(total: I64, left: I64 | np.int64, size: I64 | np.int64) -> npt.NDArray[np.float64]:
    """As many of `total` as `left` is of `size`; not as integers, for products of two counts may leave 64 bits."""
    return total.astype(np.float64) * left / size


def _half(size: I64) -> I64:
    """The largest power of two below `size`: the left half's parents."""
    return np.int64(1) << (_log2(np.maximum(size, 2) - 1).astype(np.int64))


def _log2(size: I64 | np.int64) -> U64:
    """Floor of log2, exact up to 2**53 (frexp reads the exponent, it computes nothing)."""
    return (np.frexp(size.astype(np.float64))[1] - 1).astype(np.uint64)
