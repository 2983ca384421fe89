"""Where a column's index comes from: parents' rows, ordinals, permutations, digits, levels of a tree."""

from __future__ import annotations

from typing import Literal

import numpy as np

from ..rows import I64, U64, Indices, Rows, World, below, bits, high_product, permute
from .base import Source
from .combinations import Among, Latin, Listed, Pair, Ranked
from .fanout import Fanout
from .places import Inside, Nations, Town
from .within import Above, Grove, Within

_TABULATED = 1 << 22  # parents whose first children fit in one array (32 MB); beyond, the tree is walked per row


class Pick(Source, frozen=True, tag="pick"):
    """A row of `table`, drawn at random among its first `among` rows. `skew` 0 is uniform; at 1 and 2 the density falls
    with the square and the cube root of the rank, so that some parents are popular. Which ones is a permutation."""

    table: str
    among: int
    skew: int = 0

    def draw(self, rows: Rows, name: str) -> Indices:
        random = rows.bits(name)
        spread = random
        for _ in range(self.skew):
            spread = high_product(spread, random)
        rank = below(spread, self.among)
        return Indices(permute(rank, self.among, rows.key(f"{name}/popular")) if self.skew else rank)


class Drawn(Source, frozen=True, tag="drawn"):
    """0..among-1 at random: which row of a bank the columns that read it take their values from."""

    among: int

    def draw(self, rows: Rows, name: str) -> Indices:
        return Indices(below(rows.bits(name), self.among))


class Permuted(Source, frozen=True, tag="permuted"):
    """A permutation of 0..size-1 read at another source; `by` names a source that gives each of its values a
    permutation of its own (the ordinals of one parent's children, say). `present` keeps only its first integers: the
    others are NULL."""

    size: int
    of: str = "row"
    by: str = ""
    present: int | None = None

    def draw(self, rows: Rows, name: str) -> Indices:
        index = rows.source(self.of)
        key: int | U64 = rows.key(name)
        if self.by:
            key = bits(key, rows.source(self.by).values)
        values = permute(index.values, self.size, key)
        if self.present is None:
            return Indices(values, index.valid)
        there = values < np.uint64(self.present)
        return Indices(np.where(there, values, np.uint64(0)), there if index.valid is None else there & index.valid)


class Digit(Source, frozen=True, tag="digit"):
    """One digit of a mixed-radix number: of // divide % modulo (modulo 0: the rest)."""

    of: str
    divide: int = 1
    modulo: int = 0

    def draw(self, rows: Rows, name: str) -> Indices:
        index = rows.source(self.of)
        value = index.values
        if self.divide > 1:
            value = value // np.uint64(self.divide)
        if self.modulo:
            value = value % np.uint64(self.modulo)
        return Indices(value, index.valid)


class Skip(Source, frozen=True, tag="skip"):
    """The integers of `of`, counted around those of `around`: never equal to them. `of` is drawn among one fewer."""

    of: str
    around: str

    def draw(self, rows: Rows, name: str) -> Indices:
        index, other = rows.source(self.of), rows.source(self.around)
        return Indices(index.values + (index.values >= other.values), index.valid)


class Turn(Source, frozen=True, tag="turn"):
    """The rows that stand in the places `kept` of every `period` rows, counted by `of`: those of some kinds, where a
    table's kinds take turns."""

    of: str
    period: int
    kept: tuple[int, ...]

    def draw(self, rows: Rows, name: str) -> Indices:
        index = rows.source(self.of)
        each = np.uint64(len(self.kept))
        row = index.values // each * np.uint64(self.period) + np.array(self.kept, np.uint64)[index.values % each]
        return Indices(row, index.valid, index.ordinal)


class Layout(Source, frozen=True, tag="layout"):
    """The layout parent: rows of this table are the children of `table`'s rows, in their order, `total` in all, with
    least..most children each. Gives the parent's row number; `Ordinal` gives the place among the siblings. Without a
    `table` the parents are groups that are rows nowhere. Rows are counted by `of`: by a permutation, siblings lie
    anywhere."""

    table: str
    parents: int
    total: int
    most: int
    least: int = 0
    even: bool = False
    of: str = "row"

    def draw(self, rows: Rows, name: str) -> Indices:
        parent, ordinal = self._place(rows, name)
        return Indices(parent.astype(np.uint64), None, ordinal.astype(np.uint64))

    def _place(self, rows: Rows, name: str) -> tuple[I64, I64]:
        fanout = self._fanout(rows.world, rows.table, name)
        index = rows.source(self.of).values
        if self.of == "row" and rows.start is not None and len(rows):
            return fanout.window(rows.start, rows.start + len(rows))
        if self.parents > _TABULATED:
            return fanout.locate(index)
        starts = rows.world.kept(rows.table, name, lambda: fanout.starts(0, self.parents))
        row = index.astype(np.int64)
        parent: I64 = np.searchsorted(starts, row, side="right") - 1
        return parent, row - starts[parent]

    def first(self, world: World, table: str, name: str, parent: U64) -> U64:
        """The first child of each parent in `table`, where this layout is named `name`; behind the last, the end."""
        fanout = self._fanout(world, table, name)
        wanted = np.minimum(parent, np.uint64(self.parents)).astype(np.int64)
        if self.parents > _TABULATED:
            return fanout.first(wanted).astype(np.uint64)
        starts = world.kept(table, name, lambda: fanout.starts(0, self.parents))
        return starts[wanted].astype(np.uint64)

    def _fanout(self, world: World, table: str, name: str) -> Fanout:
        return Fanout(self.parents, self.total, self.least, self.most, self.even, world.key(table, name))


class Ordinal(Source, frozen=True, tag="ordinal"):
    """The place of a row among its siblings, from 0, in the Layout or Tree named `of`."""

    of: str

    def draw(self, rows: Rows, name: str) -> Indices:
        siblings = rows.source(self.of)
        assert siblings.ordinal is not None, f"{self.of} lays out no children"
        return Indices(siblings.ordinal)


class Tree(Source, frozen=True, tag="tree"):
    """The parent's row in the same table: levels of planned sizes, each row's parent in the level above. The rows of
    the first level point to nothing (NULL), to themselves, or each to the next. Siblings are consecutive, so a place
    among them is known without a look-up."""

    levels: tuple[int, ...]
    roots: Literal["null", "self", "next"] = "null"

    def draw(self, rows: Rows, name: str) -> Indices:
        sizes = np.array(self.levels, np.uint64)
        ends = np.cumsum(sizes)
        starts = ends - sizes
        level = np.searchsorted(ends, rows.index, side="right")
        above = np.maximum(level - 1, 0)
        here = rows.index - starts[level]
        parent = here * sizes[above] // sizes[level]
        first = (parent * sizes[level] + sizes[above] - np.uint64(1)) // sizes[above]
        root = level == 0
        top = (rows.index + np.uint64(1)) % sizes[0] if self.roots == "next" else rows.index
        return Indices(
            np.where(root, top, starts[above] + parent),
            ~root if self.roots == "null" else None,
            np.where(root, here, here - first),
        )


class Path(Source, frozen=True, tag="path"):
    """The row before, for a key to the same table that no two rows may share. The first row has none (NULL), or the
    last where `ring`."""

    ring: bool = False

    def draw(self, rows: Rows, name: str) -> Indices:
        first = rows.index == np.uint64(0)
        last = np.uint64(max(rows.world.row_count(rows.table), 1) - 1)
        return Indices(np.where(first, last, rows.index - np.uint64(1)), None if self.ring else ~first)


AnySource = (
    Pick | Drawn | Permuted | Digit | Skip | Layout | Ordinal | Tree | Turn | Path | Among | Pair | Latin | Listed
    | Ranked | Within | Above | Grove | Town | Nations | Inside
)  # fmt: skip
