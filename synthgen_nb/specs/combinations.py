"""Places in a space that is smaller than a product: pairs in order or apart, Latin squares, combinations that hold a
condition, rows in the order of a key. Knows how a number names such a place, not who needs it."""

from __future__ import annotations

from typing import Literal

import numpy as np

from ..rows import U64, Indices, Rows, bits, split
from .base import Source

PairForm = Literal["below", "upto", "apart", "either", "any"]


def pairs_among(size: int, how: PairForm) -> int:
    """How many pairs of 0..size-1 there are."""
    if how == "apart":
        return size * max(size - 1, 0)
    return size * (size + 1) // 2 if how in ("upto", "any") else size * max(size - 1, 0) // 2


class Pair(Source, frozen=True, tag="pair"):
    """One side (0 or 1) of the pair of 0..size-1 that `of` counts: first "below" second, "upto" it, "apart" from it;
    "either" is each two once and "any" each one or two once, in a random order. Size at most 2**31."""

    of: str
    size: int
    how: PairForm
    side: Literal[0, 1]

    def draw(self, rows: Rows, name: str) -> Indices:
        code = rows.source(self.of)
        if self.how == "apart":
            first, second = split(code.values, max(self.size - 1, 1))
            return Indices(second + (second >= first) if self.side else first, code.valid)
        low, high = _triangle(code.values)
        if self.how in ("upto", "any"):
            high = high - np.uint64(1)
        side: bool | np.ndarray = bool(self.side)
        if self.how in ("either", "any"):
            side = (bits(rows.world.key(rows.table, f"{self.of}/order"), code.values) >> np.uint64(63) > 0) ^ side
        return Indices(np.where(side, high, low), code.valid)


def _triangle(code: U64) -> tuple[U64, U64]:
    """The code-th pair low < high: high * (high - 1) / 2 + low = code."""
    high = ((1 + np.sqrt(1 + 8 * code.astype(np.float64))) / 2).astype(np.int64)
    wanted = code.astype(np.int64)
    high = np.maximum(high, 1)
    for _ in range(2):  # a square root of 64 bits may be off by one
        high += high * (high + 1) // 2 <= wanted
        high -= high * (high - 1) // 2 > wanted
    return (wanted - high * (high - 1) // 2).astype(np.uint64), high.astype(np.uint64)


class Latin(Source, frozen=True, tag="latin"):
    """first + factor * second modulo `size`: any two of three such integers name the third."""

    first: str
    second: str
    size: int
    factor: int = 1

    def draw(self, rows: Rows, name: str) -> Indices:
        first, second = rows.source(self.first), rows.source(self.second)
        sum_ = first.values + np.uint64(self.factor) * second.values
        return Indices(sum_ % np.uint64(self.size), first.valid)


class Among(Source, frozen=True, tag="among"):
    """0 where `of` is below `size`, 1 elsewhere."""

    of: str
    size: int

    def draw(self, rows: Rows, name: str) -> Indices:
        place = rows.source(self.of)
        return Indices((place.values >= np.uint64(self.size)).astype(np.uint64), place.valid)


class Listed(Source, frozen=True, tag="listed"):
    """The `of`-th combination of some columns' values that holds a condition, as a mixed-radix number with a digit for
    each column, the first one running fastest. All combinations are tried once, when the first is asked for."""

    of: str
    columns: tuple[str, ...]
    sql: str

    def draw(self, rows: Rows, name: str) -> Indices:
        place = rows.source(self.of)
        held = rows.world.kept(rows.table, name, lambda: rows.world.holding(rows.table, self.columns, self.sql))
        return Indices(held[place.values].astype(np.uint64), place.valid)


class Ranked(Source, frozen=True, tag="ranked"):
    """The row of `table` whose `column` is the `of`-th smallest among its first `among` rows."""

    of: str
    table: str
    column: str
    among: int

    def draw(self, rows: Rows, name: str) -> Indices:
        rank = rows.source(self.of)
        order = rows.world.kept(rows.table, name, lambda: np.argsort(self._keys(rows), kind="stable"))
        return Indices(order[rank.values].astype(np.uint64), rank.valid)

    def _keys(self, rows: Rows) -> np.ndarray:
        keys = rows.of(self.table, np.arange(self.among, dtype=np.uint64)).column(self.column).data
        assert isinstance(keys, np.ndarray), "text has no order that all engines share"
        return keys
