"""Where a column's index comes from: parents' rows, ordinals, permutations, digits, levels of a tree."""

from __future__ import annotations

from typing import Literal

import numpy as np

from ..rows import I64, U64, Indices, Rows, World, below, bits, high_product, permute
from .base import Source
from .combinations import Among, Latin, Listed, Pair, Ranked
from .fanout import Fanout, laid_out
from .lives import Life, Progress
from .places import Inside, Nations, Town
from .shares import weighed
from .slots import Paced
from .within import Above, Grove, Within

_WITHIN = 0x5EED  # a constant key: the bits inside of a band come from those that chose it
_TABULATED = 1 << 22  # parents or children that an array may list (32 or 16 MB); beyond, they are searched for
_AT_ONCE = 64  # parents a row for which that array is made: a look at the first rows of a large table needs few


class Pick(Source, frozen=True, tag="pick"):
    """A row of `table`, drawn at random among its first `among` rows, some of which may be popular; which ones is a
    permutation. By `weights` those of rank 0, of ranks 1 and 2, of ranks 3 to 6 and so on are picked so often, all of
    one such band alike. Without them `skew` 0 is uniform; at 1 and 2 the density falls with the square and the cube
    root of the rank."""

    table: str
    among: int
    skew: int = 0
    weights: tuple[int, ...] = ()

    def draw(self, rows: Rows, name: str) -> Indices:
        return Indices(self.place(rows.bits(name), self.among, rows.key(f"{name}/popular")))

    def place(self, random: U64, among: int, popular: int) -> U64:
        """Which of `among` rows each of the random numbers picks: also of more or fewer than the plan has."""
        if self.weights:
            return permute(self._ranked(random, among), among, popular)
        spread = random
        for _ in range(self.skew):
            spread = high_product(spread, random)
        rank = below(spread, among)
        return permute(rank, among, popular) if self.skew else rank

    def _ranked(self, random: U64, among: int) -> U64:
        bands = weighed(self.weights[: max(among, 1).bit_length()])
        first = (np.uint64(1) << np.arange(len(bands.ends), dtype=np.uint64)) - np.uint64(1)
        size = np.diff(first, append=np.uint64(among))  # the last band holds all the others
        band = bands.draw(random)
        return np.take(first, band) + below(bits(_WITHIN, random), np.take(size, band))


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
        return Indices(parent.view(np.uint64), None, ordinal.view(np.uint64))

    def _place(self, rows: Rows, name: str) -> tuple[I64, I64]:
        fanout = self._fanout(rows.world, rows.table, name)
        index = rows.source(self.of).values
        if self.of == "row" and rows.start is not None and len(rows):
            if self.parents > min(_TABULATED, _AT_ONCE * len(rows)):
                return fanout.window(rows.start, rows.start + len(rows))
            starts = rows.world.kept(rows.table, name, fanout.table)
            return laid_out(starts, rows.start, rows.start + len(rows))
        return _located(fanout, index, rows, name)

    def first(self, world: World, table: str, name: str, parent: U64) -> U64:
        """The first child of each parent in `table`, where this layout is named `name`; behind the last, the end."""
        fanout = self._fanout(world, table, name)
        wanted = np.minimum(parent, np.uint64(self.parents)).astype(np.int64)
        if self.parents > _TABULATED:
            return fanout.first(wanted).astype(np.uint64)
        starts = world.kept(table, name, fanout.table)
        return starts[wanted].astype(np.uint64)

    def _fanout(self, world: World, table: str, name: str) -> Fanout:
        return Fanout(self.parents, self.total, self.least, self.most, self.even, world.key(table, name))


def _located(fanout: Fanout, index: U64, rows: Rows, name: str) -> tuple[I64, I64]:
    """Parent and ordinal of children anywhere."""
    if fanout.parents > _TABULATED:
        return fanout.locate(index)
    world, row = rows.world, index.view(np.int64)
    starts = world.kept(rows.table, name, fanout.table)
    if fanout.total > _TABULATED:
        parent: I64 = np.searchsorted(starts, row.astype(starts.dtype), side="right") - 1
        return parent, row - starts[parent]
    held = world.kept(
        rows.table, f"{name}/parents", lambda: np.repeat(np.arange(fanout.parents, dtype=np.int32), np.diff(starts))
    )
    parent = held[row].astype(np.int64)
    return parent, row - starts[parent]


class Ordinal(Source, frozen=True, tag="ordinal"):
    """The place of a row among its siblings, from 0, in the Layout or Tree named `of`."""

    of: str

    def draw(self, rows: Rows, name: str) -> Indices:
        siblings = rows.source(self.of)
        assert siblings.ordinal is not None, f"{self.of} lays out no children"
        return Indices(siblings.ordinal)


class Latest(Source, frozen=True, tag="latest"):
    """The place of a row among its siblings in the Layout named `of`, so that the last one's is `size` - 1."""

    of: str
    size: int

    def draw(self, rows: Rows, name: str) -> Indices:
        above = rows.source(self.of).values
        _, end = rows.world.span(rows.table, self.of, above, above + np.uint64(1))
        return Indices(rows.index + np.uint64(self.size) - end)


class Tree(Source, frozen=True, tag="tree"):
    """The parent's row in the same table: levels of planned sizes, each row's parent in the level above. The rows of
    the first level point to nothing (NULL), to themselves, or each to the next. Siblings are consecutive, so a place
    among them is known without a look-up. `most` children at most of one row, many with few and few with many; 0: as
    many each as the levels allow."""

    levels: tuple[int, ...]
    roots: Literal["null", "self", "next"] = "null"
    most: int = 0

    def draw(self, rows: Rows, name: str) -> Indices:
        sizes = np.array(self.levels, np.uint64)
        ends = np.cumsum(sizes)
        starts = ends - sizes
        level = np.searchsorted(ends, rows.index, side="right")
        here = rows.index - starts[level]
        parent, place = self._spread(rows, name, level, here) if self.most else self._even(sizes, level, here)
        root = level == 0
        top = (rows.index + np.uint64(1)) % sizes[0] if self.roots == "next" else rows.index
        return Indices(
            np.where(root, top, starts[np.maximum(level - 1, 0)] + parent),
            ~root if self.roots == "null" else None,
            np.where(root, here, place),
        )

    def _even(self, sizes: U64, level: I64, here: U64) -> tuple[U64, U64]:
        above = np.maximum(level - 1, 0)
        parent = here * sizes[above] // sizes[level]
        first = (parent * sizes[level] + sizes[above] - np.uint64(1)) // sizes[above]
        return parent, here - first

    def _spread(self, rows: Rows, name: str, level: I64, here: U64) -> tuple[U64, U64]:
        parent, place = np.zeros(len(here), np.uint64), np.zeros(len(here), np.uint64)
        for number in range(1, len(self.levels)):
            at = np.flatnonzero(level == number)
            if len(at):
                own = f"{name}/level {number}"
                above, size = self.levels[number - 1], self.levels[number]
                fanout = Fanout(above, size, 0, self.most, False, rows.world.key(rows.table, own))
                found = _located(fanout, here[at], rows, own)
                parent[at], place[at] = (part.astype(np.uint64) for part in found)
        return parent, place


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
    | Ranked | Within | Above | Grove | Town | Nations | Inside | Life | Progress | Paced | Latest
)  # fmt: skip
