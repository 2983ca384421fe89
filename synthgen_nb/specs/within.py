"""Rows that belong together across tables: those of one tenant, one's own children, those above in the same group. The
layouts of the tables on the way say where they lie, so nothing is looked up."""

from __future__ import annotations

from typing import Literal

import numpy as np

from ..rows import U64, Indices, Rows, below
from .base import Source

_BRANCHES = 3  # children of each row in a Grove: as many times more as each level of a Tree


class Within(Source, frozen=True, tag="within"):
    """A row of the last table of `through`, drawn among those that belong to the row that `of` names. Each step is a
    table and the Layout there that lays its rows out over those of the step before ("row": they stand side by side).
    With `place`, the row in that place instead of a random one. NULL where there is none."""

    of: str
    through: tuple[tuple[str, str], ...]
    place: str = ""

    def draw(self, rows: Rows, name: str) -> Indices:
        index = rows.source(self.of)
        first, end = index.values, index.values + np.uint64(1)
        for table, layout in self.through:
            first, end = rows.world.span(table, layout, first, end)
        count = end - first
        place = rows.source(self.place) if self.place else Indices(below(rows.bits(name), count))
        there = place.values < count
        for other in (index.valid, place.valid):
            there = there if other is None else there & other
        return Indices(np.where(there, first + place.values, np.uint64(0)), there)


class Above(Source, frozen=True, tag="above"):
    """What the source `there` of `table` gives for the row that `of` names: the tenant of one's parent."""

    of: str
    table: str
    there: str

    def draw(self, rows: Rows, name: str) -> Indices:
        index = rows.source(self.of)
        above = rows.of(self.table, index.values).source(self.there)
        return Indices(above.values, index.valid if above.valid is None else above.valid)


class Grove(Source, frozen=True, tag="grove"):
    """The parent's row in the same table, among the siblings of the Layout named `of`: one tree for each of its groups.
    The first row of a group points to nothing (NULL), or to itself."""

    of: str
    roots: Literal["null", "self"] = "null"

    def draw(self, rows: Rows, name: str) -> Indices:
        place = rows.source(self.of).ordinal
        assert place is not None, f"{self.of} lays out no children"
        root = place == 0
        behind: U64 = np.where(root, place, place - np.uint64(1))
        parent = rows.index - place + behind // np.uint64(_BRANCHES)
        return Indices(parent, ~root if self.roots == "null" else None, behind % np.uint64(_BRANCHES))
