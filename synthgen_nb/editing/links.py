"""Which rows of a child lost their parent in an edit, and what became of it: by row numbers, now and in the version
that the edit began from. Reads both sides of a foreign key; changes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
from msgspec import Struct

from ..draws.parents import as_child, columns_of
from ..draws.rowkeys import hashed
from ..rows import I64, U64, Mask
from ..sandbox import connect
from ..schema import ForeignKey, Schema, Type
from ..storing import one, plain
from ..validation.keys import comparable
from .state import State


class Keys(Struct, frozen=True):
    """64 bits for each row's key, alike where the engine may call two keys equal; `whole` marks the rows that have all
    of it."""

    hashes: U64
    whole: Mask

    def held(self) -> U64:
        return self.hashes[self.whole]


class Lost(Struct, frozen=True):
    """Rows of the child (ascending) whose parent's key is another by now, or no row's any more: `parents` are the
    numbers that those parents have now, -1 where they are gone."""

    rows: I64
    parents: I64


def lost(state: State, child: str, key: ForeignKey) -> Lost:
    """What the edit did to the parents that the rows of the child had when it began. Rows whose own key the edit set
    are only among them where it points to nothing."""
    schema, own = state.schema, state.origins(child)
    mine = child_keys(schema, child, key, state.paths(child))
    now = parent_keys(schema, child, key, state.paths(key.table))
    was = parent_keys(schema, child, key, state.dataset.parts(key.table))
    before = _place(was.hashes, np.flatnonzero(was.whole), mine.hashes)
    origins = state.origins(key.table)
    parents = np.where(before >= 0, _place(origins, np.flatnonzero(origins >= 0), before), -1)
    nowhere = ~np.isin(mine.hashes, now.held())
    mine_was = child_keys(schema, child, key, state.dataset.parts(child)).hashes
    moved = parents >= 0
    moved[moved] = now.hashes[parents[moved]] != mine.hashes[moved]
    kept = own >= 0
    kept[kept] = mine_was[own[kept]] == mine.hashes[kept]
    rows = np.flatnonzero(mine.whole & (before >= 0) & (nowhere | (moved & kept)))
    return Lost(rows, parents[rows])


def dangling(schema: Schema, child: str, key: ForeignKey, paths: Sequence[Path], parents: Sequence[Path]) -> I64:
    """The rows of the child in these parts, by number, that point to no row of the parent in those."""
    mine, theirs = child_keys(schema, child, key, paths), parent_keys(schema, child, key, parents)
    return np.flatnonzero(mine.whole & ~np.isin(mine.hashes, theirs.held()))


def child_keys(schema: Schema, child: str, key: ForeignKey, paths: Sequence[Path]) -> Keys:
    read = columns_of(paths, key.columns)
    return _keys([one(read.column(name)) for name in key.columns], _kinds(schema, child, key), schema)


def parent_keys(schema: Schema, child: str, key: ForeignKey, paths: Sequence[Path]) -> Keys:
    parent, table = schema.tables[key.table], schema.tables[child]
    read = columns_of(paths, key.references)
    arrays = [
        as_child(one(read.column(theirs)), parent.column(theirs), table.column(mine), schema.dialect)
        for mine, theirs in zip(key.columns, key.references, strict=True)
    ]
    return _keys(arrays, _kinds(schema, child, key), schema)


def _kinds(schema: Schema, child: str, key: ForeignKey) -> list[Type]:
    """What decides when two keys are equal: the types that the engine compares by."""
    parent, table = schema.tables[key.table], schema.tables[child]
    pairs = zip(key.columns, key.references, strict=True)
    both = [(table.column(mine).type, parent.column(theirs).type) for mine, theirs in pairs]
    return [mine if mine.case_insensitive or mine.fixed else theirs for mine, theirs in both]


def _keys(arrays: Sequence[pa.Array], kinds: Sequence[Type], schema: Schema) -> Keys:
    whole = np.ones(len(arrays[0]), bool)
    for array in arrays:
        whole &= array.is_valid().to_numpy(zero_copy_only=False)
    return Keys(hashed([_folded(a, kind, schema.dialect) for a, kind in zip(arrays, kinds, strict=True)]), whole)


def _folded(values: pa.Array, kind: Type, dialect: str) -> pa.Array:
    sql = comparable("v", kind, dialect)
    if sql == "v":
        return values
    with connect(threads=1) as connection:
        connection.register("keys", pa.table({"v": plain(values), "n": np.arange(len(values))}))
        return one(connection.sql(f"SELECT {sql} AS v FROM keys ORDER BY n").to_arrow_table().column("v"))


def _place(known: U64 | I64, numbers: I64, wanted: U64 | I64) -> I64:
    """For each of the wanted: of the `numbers`, places in `known`, one where it stands; -1 where there is none."""
    if not len(numbers):
        return np.full(len(wanted), -1)
    values = known[numbers]
    order = np.argsort(values, kind="stable")
    at = np.minimum(np.searchsorted(values[order], wanted), len(order) - 1)
    found: I64 = np.where(values[order][at] == wanted, numbers[order][at], -1)
    return found
