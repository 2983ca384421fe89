"""Columns computed from others: a parent's key, a value after another, an SQL expression over the row."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from ..rows import U64, Rows, Values, below
from .base import Spec


class Key(Spec, frozen=True, tag="key"):
    """A foreign key's column: the parent's `column` at the parent's row number (the index), computed, not looked up."""

    table: str
    column: str

    def at(self, index: U64, rows: Rows, name: str) -> Values:
        return rows.of(self.table, index).column(self.column)


class After(Spec, frozen=True, tag="after"):
    """`column` plus a gap of low..high (physical units, skewed towards low), within floor..limit. Where the limit
    leaves no room for the gap, the limit itself: the planner keeps `column` at or below it."""

    column: str
    low: int
    high: int
    limit: int
    floor: int | None = None
    step: int = 1
    scale: int = 0

    @property
    def needs(self) -> tuple[str, ...]:
        return (self.column,)

    def draw(self, rows: Rows, name: str) -> Values:
        first = rows.column(self.column)
        assert isinstance(first.data, np.ndarray)
        base = np.rint(first.data * self.scale).astype(np.int64) if self.scale else first.data.astype(np.int64)
        room = np.maximum(np.minimum(self.limit - base, self.high) - self.low, 0) // self.step
        random = rows.bits(name)
        bound = (room + 1).astype(np.uint64)
        gap = np.minimum(below(random, bound), below(np.bitwise_not(random), bound)).astype(np.int64)
        value = np.minimum(base + self.low + gap * self.step, self.limit)
        if self.floor is not None:
            value = np.maximum(value, self.floor)
        return Values(value.astype(np.float64) / self.scale if self.scale else value)


class Expression(Spec, frozen=True, tag="expression"):
    """A GENERATED column: `sql` (in the schema's dialect) over other columns of the row."""

    sql: str
    columns: tuple[str, ...]

    @property
    def needs(self) -> tuple[str, ...]:
        return self.columns

    def draw(self, rows: Rows, name: str) -> Values:
        return rows.world.compute(rows, self.sql, self.columns, name)


class Null(Spec, frozen=True, tag="null"):
    """Nothing but NULL: for columns whose rules leave no other value."""

    def draw(self, rows: Rows, name: str) -> Values:
        return Values(pa.nulls(len(rows)), np.zeros(len(rows), bool))
