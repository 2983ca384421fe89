"""Numbers, dates and times as integers: ranges, shaped distributions, choices. Physical form: int64 (scaled decimals in
units of their last digit, dates in days, timestamps and times in microseconds), or float64 for FLOAT columns."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from ..rows import I64, U64, Rows, Values, below
from .base import Spec
from .shares import weighed

Label = str | int | float | bool


class Range(Spec, frozen=True, tag="range"):
    """low, low + step, ... up to high (physical integers), uniform; also every serial key (low=1 at the row number).
    `scale` divides into a float64, for FLOAT columns: value = integer / scale."""

    low: int
    high: int
    step: int = 1
    scale: int = 0

    @property
    def size(self) -> int:
        return max(0, (self.high - self.low) // self.step + 1)

    @property
    def span(self) -> tuple[int, int] | None:
        return self.low, self.high

    def at(self, index: U64, rows: Rows, name: str) -> Values:
        return self.value(index)

    def value(self, index: U64) -> Values:
        """`at`, for those who have no window."""
        steps = index if self.step == 1 else index * np.uint64(self.step)
        value = steps + np.uint64(self.low & 0xFFFFFFFFFFFFFFFF)
        return _physical(value.view(np.int64), self.scale)

    def draw(self, rows: Rows, name: str) -> Values:
        return self.at(below(rows.bits(name), self.size), rows, name)


class Shaped(Spec, frozen=True, tag="shaped"):
    """A distribution given as the integers at its equal-probability quantiles (2**k + 1 of them, made when the plan is
    drafted): the row path only looks up and interpolates integers. Values are multiples of `step`, plus `offset`. With
    `ends`, each of which is as likely, they are multiples of `whole` and such an end, as prices are."""

    points: tuple[int, ...]
    step: int = 1
    offset: int = 0
    scale: int = 0
    whole: int = 1
    ends: tuple[int, ...] = ()

    @property
    def span(self) -> tuple[int, int] | None:
        low, high = (point // self.step * self.step for point in (min(self.points), max(self.points)))
        return low + self.offset, high + self.offset

    def draw(self, rows: Rows, name: str) -> Values:
        low, width = _quantiles(self.points)
        random = rows.bits(name)
        slot = below(random, len(width)).view(np.int64)
        value = np.take(width, slot)
        value *= (random & np.uint64(0xFFFF)).view(np.int64)
        value >>= 16
        value += np.take(low, slot)
        if self.step > 1:
            value //= self.step
            value *= self.step
        if self.ends:
            end = ((random >> np.uint64(16)) & np.uint64(0xFFFF)) * np.uint64(len(self.ends)) >> np.uint64(16)
            value = value // self.whole * self.whole + np.array(self.ends, np.int64)[end]
            value = np.clip(value, self.points[0], self.points[-1])
        if self.offset:
            value += self.offset
        return _physical(value, self.scale)


class Choice(Spec, frozen=True, tag="choice"):
    """One of a few values, with integer `weights` (all alike where empty). Text becomes an Arrow dictionary."""

    values: tuple[Label, ...]
    weights: tuple[int, ...] = ()

    @property
    def size(self) -> int:
        return len(self.values)

    @property
    def coded(self) -> int:
        return len(self.values) if isinstance(self.values[0], str) and len(set(self.values)) == len(self.values) else 0

    @property
    def span(self) -> tuple[int, int] | None:
        whole = [value for value in self.values if isinstance(value, int)]
        return (min(whole), max(whole)) if len(whole) == len(self.values) else None

    def at(self, index: U64, rows: Rows, name: str) -> Values:
        return self.value(index)

    def value(self, index: U64) -> Values:
        """`at`, for those who have no window."""
        if isinstance(self.values[0], str):
            inside = int(index.max(initial=0)) < len(self.values)  # sooner than Arrow's look at each
            codes = index.astype(np.int32)
            return Values(pa.DictionaryArray.from_arrays(codes, _labels(self.values), safe=not inside))
        return Values(np.array(self.values)[index])

    def draw(self, rows: Rows, name: str) -> Values:
        if not self.weights:
            return self.at(below(rows.bits(name), len(self.values)), rows, name)
        return self.value(weighed(self.weights).draw(rows.bits(name)).view(np.uint64))


@lru_cache(maxsize=64)
def _labels(values: tuple[Label, ...]) -> pa.StringArray:
    """As an Arrow array, kept from one window to the next: a bank may hold thousands."""
    return pa.array(values, pa.string())


@lru_cache(maxsize=256)
def _quantiles(points: tuple[int, ...]) -> tuple[I64, I64]:
    """Where each slot between two points begins, and how wide it is."""
    edges = np.array(points, np.int64)
    return edges[:-1], np.diff(edges)


def _physical(value: npt.NDArray[np.int64], scale: int) -> Values:
    return Values(value.astype(np.float64) / scale if scale else value)
