"""Names of things that stand in a tree: what lies below a thing is called after it."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ..rows import U64, Rows, Values
from .base import Spec
from .texts import numbered, texts


class Branched(Spec, frozen=True, tag="branched"):
    """At the top of the tree that the source `tree` draws, `tops` in turns; below, the name of the row above with one
    of `endings` behind it that it does not hold yet, another for each of its siblings. With a number behind (2, 3 ...)
    once all have had a turn, so that no two are the same."""

    tree: str
    tops: tuple[str, ...]
    endings: tuple[str, ...]

    def draw(self, rows: Rows, name: str) -> Values:
        above = rows.source(self.tree)
        assert above.ordinal is not None  # a Tree gives the place among the siblings
        top = above.values == rows.index if above.valid is None else ~above.valid
        found = _turns(self.tops, above.ordinal[top])
        parents, where = np.unique(above.values[~top], return_inverse=True)
        if len(parents):
            names = pc.cast(rows.of(rows.table, parents).column(name).data, pa.string()).take(pa.array(where))
            turns = _turns(self.endings, self._others(names, above.ordinal[~top]))
            below = pc.binary_join_element_wise(names, turns, " ")
            found = pa.concat_arrays([found, below])
        order = np.argsort(np.concatenate([np.flatnonzero(top), np.flatnonzero(~top)]))
        return Values(found.take(pa.array(order)))

    def _others(self, names: pa.StringArray, place: U64) -> U64:
        """The turn that comes at each place if the endings in the names are left out."""
        held = np.column_stack([pc.match_substring(names, ending).to_numpy(False) for ending in self.endings])
        order = np.argsort(held, axis=1, kind="stable").astype(np.uint64)
        count = np.maximum(len(self.endings) - held.sum(1), 1).astype(np.uint64)
        turn: U64 = np.take_along_axis(order, (place % count).astype(np.int64)[:, None], 1)[:, 0]
        turn += place // count * np.uint64(len(self.endings))
        return turn

    def longest(self, levels: int, rows: int) -> int:
        """Characters of the longest name in a tree of so many levels and rows."""
        few = len(self.tops), max(len(self.endings) - levels, 1)
        words = zip((self.tops, self.endings), few, strict=True)
        sizes = (max(map(len, texts)) + len(f" {rows // turns + 1}") for texts, turns in words)
        top, ending = sizes
        return top + (levels - 1) * (1 + ending)


def _turns(words: tuple[str, ...], place: U64) -> pa.StringArray:
    again = bool(len(place)) and int(place.max()) >= len(words)
    return pc.cast(numbered(texts(words), place, again, " ", "").data, pa.string())
