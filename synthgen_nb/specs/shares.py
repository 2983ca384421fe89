"""Which of several things a number names, by integer weights: a look-up that is almost free. Knows nothing of what they
are."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from msgspec import Struct

from ..rows import I64, U64, below

_CELLS = 12  # bits: a guide of 4,096 cells stays in the L1 cache
_WALK = 3  # steps that all rows take together where many cells belong to several things
_SHARED = 8  # one cell of so many is many; else only the rows take steps that are not there yet


class Shares(Struct, frozen=True, eq=False):
    """`ends` are running sums of weights (u64[n]). Each cell of the guide tells where those numbers begin to look that
    share their upper bits: most cells belong to one thing (Chen & Asau 1974), so a binary search, 60 ns a row over
    2,000 days, becomes a look-up of 3 ns."""

    ends: U64
    guide: I64
    shift: np.uint64
    walk: int
    steps: int

    @property
    def total(self) -> int:
        return int(self.ends[-1]) if len(self.ends) else 0

    def draw(self, random: U64) -> I64:
        """One of the things for each of the random numbers (u64[n]), by the weights."""
        return self.place(below(random, self.total))

    def place(self, number: U64) -> I64:
        """The thing in whose share each number below `total` lies."""
        at: I64 = np.take(self.guide, (number >> self.shift if self.shift else number).view(np.int64))
        for _ in range(self.walk):
            at += np.take(self.ends, at) <= number
        if self.steps > self.walk:
            left = np.flatnonzero(np.take(self.ends, at) <= number)
            at[left] = np.searchsorted(self.ends, number[left], side="right")
        return at


def shares(ends: U64) -> Shares:
    """`ends` made ready to be looked up. Nothing is drawn where there is no weight at all."""
    total = int(ends[-1]) if len(ends) else 0
    bits = max(_CELLS, min(16, len(ends).bit_length() + 1))
    shift = max(0, max(total - 1, 0).bit_length() - bits)
    first = np.arange(((max(total, 1) - 1) >> shift) + 1, dtype=np.uint64) << np.uint64(shift)
    last = np.minimum(first + np.uint64((1 << shift) - 1), np.uint64(max(total, 1) - 1))
    guide = np.searchsorted(ends, first, side="right")
    steps = np.searchsorted(ends, last, side="right") - guide
    most = int(steps.max())
    crowded = int(np.count_nonzero(steps)) * _SHARED > len(steps)
    return Shares(ends, guide, np.uint64(shift), min(most, _WALK) if crowded else 0, most)


@lru_cache(maxsize=512)
def weighed(weights: tuple[int, ...]) -> Shares:
    return shares(running(weights))


def running(weights: Sequence[int]) -> U64:
    return np.cumsum(np.array(weights, np.uint64))
