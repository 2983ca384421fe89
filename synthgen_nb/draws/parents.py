"""Rows that a foreign key may point to, as they stand in the parts. Knows keys and their types; not who points."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ..errors import StoreError
from ..physical import arrow_type, converted, from_arrow, to_arrow
from ..rows import I64, U64, below
from ..schema import Column, ForeignKey, Schema, Table
from ..storing import one
from .rowkeys import hashed


class Parents:
    """The keys of one table's parents, read once for each key as long as the parts stay what they are."""

    def __init__(self, schema: Schema, table: Table, paths: Callable[[str], Sequence[Path]]) -> None:
        self._schema, self._table, self._paths = schema, table, paths
        self._read: dict[ForeignKey, tuple[tuple[object, ...], pa.Table]] = {}

    def keys(self, key: ForeignKey) -> pa.Table:
        """Each key once, without NULLs, in the order of the parent's rows; columns and types are the child's. Where
        other foreign keys hold one of its columns alone, only what they hold too."""
        stamp = tuple(_stamp(path) for path in self._paths(key.table))
        if key not in self._read or self._read[key][0] != stamp:
            self._read[key] = (stamp, self._all(key))
        return self._read[key][1]

    def pick(
        self, key: ForeignKey, fixed: Mapping[str, pa.Array], random: U64, rank: Callable[[U64, int], U64]
    ) -> tuple[pa.Table, I64]:
        """All keys, and for each row the place of one among them that agrees with the `fixed` columns of the row, by
        its random bits; -1 where there is none. `rank` turns bits into a place among so many that are all free."""
        found = self.keys(key)
        if not found.num_rows:
            return found, np.full(len(random), -1)
        if not fixed:
            return found, rank(random, found.num_rows).astype(np.int64)
        theirs, mine = hashed([found.column(c) for c in fixed]), hashed(list(fixed.values()))
        order = np.argsort(theirs, kind="stable")
        low, high = (np.searchsorted(theirs[order], mine, side=side) for side in ("left", "right"))
        place = low + below(random, (high - low).astype(np.uint64)).astype(np.int64)
        return found, np.where(high > low, order[np.minimum(place, len(order) - 1)], -1)

    def places(self, key: ForeignKey, given: Mapping[str, pa.Array]) -> I64:
        """For each row the place of its parent among all rows of the parent's table; -1 where it has none."""
        parent, dialect = self._schema.tables[key.table], self._schema.dialect
        pairs = list(zip(key.columns, key.references, strict=True))
        read = columns_of(self._paths(key.table), key.references)
        mine = hashed([given[m] for m, _ in pairs])
        if not read.num_rows:
            return np.full(len(mine), -1)
        own = {m: self._table.column(m) for m in key.columns}
        theirs = hashed([as_child(one(read.column(t)), parent.column(t), own[m], dialect) for m, t in pairs])
        order = np.argsort(theirs, kind="stable")
        found = order[np.minimum(np.searchsorted(theirs[order], mine), len(order) - 1)]
        whole = np.logical_and.reduce([given[m].is_valid().to_numpy(zero_copy_only=False) for m, _ in pairs])
        return np.where(whole & (theirs[found] == mine), found, -1)

    def _all(self, key: ForeignKey) -> pa.Table:
        parent, dialect = self._schema.tables[key.table], self._schema.dialect
        read = columns_of(self._paths(key.table), key.references)
        arrays = {
            mine: as_child(one(read.column(theirs)), parent.column(theirs), self._table.column(mine), dialect)
            for mine, theirs in zip(key.columns, key.references, strict=True)
        }
        found = pa.table(arrays).drop_null()
        for other in self._beside(key):
            held = self.keys(other).column(other.columns[0])
            found = found.filter(pc.is_in(found.column(other.columns[0]), held))
        return found

    def _beside(self, key: ForeignKey) -> list[ForeignKey]:
        """Other keys of one column that this one has too: only the first of two alike asks the second."""
        others = [k for k in self._table.foreign_keys if len(k.columns) == 1 and k.columns[0] in key.columns]
        if len(key.columns) == 1:
            others = [k for k in others if others.index(k) > others.index(key)]
        return others


def as_child(values: pa.Array, parent: Column, child: Column, dialect: str) -> pa.Array:
    """Values of a parent's column as the child's column stores them."""
    found = converted(from_arrow(values, parent.type, dialect), parent.type, child.type)
    return to_arrow(found, arrow_type(child.type, dialect), child.type.values)


def widest_first(table: Table, columns: Collection[str]) -> list[tuple[ForeignKey, tuple[str, ...]]]:
    """The foreign keys that fill the columns, each with the columns that no one before it fills."""
    left, found = set(columns), []
    for key in sorted(table.foreign_keys, key=lambda key: -len(key.columns)):
        if own := tuple(name for name in key.columns if name in left):
            found.append((key, own))
            left.difference_update(own)
    return found


def _stamp(path: Path) -> tuple[object, ...]:
    status = path.stat()
    return path, status.st_ino, status.st_mtime_ns, status.st_size


def columns_of(paths: Sequence[Path], columns: Sequence[str]) -> pa.Table:
    """Some columns of parts. Raises StoreError."""
    import pyarrow.parquet as pq

    try:
        return pa.concat_tables([pq.read_table(path, columns=list(columns), partitioning=None) for path in paths])
    except (OSError, pa.ArrowInvalid) as error:
        raise StoreError(f"a part can't be read: {error}") from error
