"""Periods that never overlap: the index of a row names its slice of a time line, and nothing leaves its slice."""

from __future__ import annotations

from typing import Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ..rows import U64, Rows, Values, below
from .base import Spec


class Slice(Spec, frozen=True, tag="slice"):
    """start + index * width (physical units), moved on by 0..lead steps: one end of the period in slice `index` of
    `count`. `scale` divides into a float64, for FLOAT columns."""

    start: int
    width: int
    count: int
    lead: int = 0
    step: int = 1
    scale: int = 0

    @property
    def size(self) -> int:
        return self.count

    def at(self, index: U64, rows: Rows, name: str) -> Values:
        value = self.start + index.astype(np.int64) * self.width
        if self.lead:
            value = value + below(rows.bits(name), self.lead + 1).astype(np.int64) * self.step
        return Values(value.astype(np.float64) / self.scale if self.scale else value)

    def draw(self, rows: Rows, name: str) -> Values:
        return self.at(below(rows.bits(f"{name}/slice"), self.count), rows, name)


class Stretch(Spec, frozen=True, tag="stretch"):
    """A range as PostgreSQL writes it, [low,high): both ends in the slice `index`."""

    low: Slice
    high: Slice
    form: Literal["number", "date", "timestamp", "timestamptz"]

    @property
    def size(self) -> int:
        return self.low.size

    def at(self, index: U64, rows: Rows, name: str) -> Values:
        low = self._text(self.low.at(index, rows, f"{name}/low"))
        high = self._text(self.high.at(index, rows, f"{name}/high"))
        return Values(pc.binary_join_element_wise("[", low, ",", high, ")", ""))

    def draw(self, rows: Rows, name: str) -> Values:
        return self.at(below(rows.bits(f"{name}/slice"), self.size), rows, name)

    def _text(self, end: Values) -> pa.Array:
        assert isinstance(end.data, np.ndarray)
        if self.form == "number":
            return pc.cast(pa.array(end.data), pa.string())
        if self.form == "date":
            return pc.cast(pa.array(end.data.astype(np.int32)).view(pa.date32()), pa.string())
        moments = pa.array(end.data // 1_000_000).view(pa.timestamp("s"))
        texts = pc.cast(moments, pa.string())
        if self.form == "timestamptz":
            texts = pc.binary_join_element_wise(texts, "+00", "")
        return pc.binary_join_element_wise('"', texts, '"', "")
