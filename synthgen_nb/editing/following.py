"""What an edit changes beside its own cells because the plan ties other columns to them: amounts of their row, what a
row's children come to. Follows the plan and what the edit changed; knows no statement.

A cell follows where what it is tied to is another than before: a total set by hand stays until its lines change.
"""

from __future__ import annotations

from collections.abc import Sequence
from graphlib import TopologicalSorter
from pathlib import Path

import numpy as np
import pyarrow as pa
from msgspec import structs

from ..drafting.domains import bounds_of
from ..draws.parents import columns_of
from ..errors import RefusedEdit
from ..physical import arrow_type, from_arrow, to_arrow
from ..plan import Plan
from ..rows import I64, Mask, Values
from ..schema import Column, ForeignKey, Kind
from ..specs import Amount, Key, Tally
from ..storing import differing, one
from .consequences import with_computed
from .links import child_keys, parent_keys
from .state import Changes, State


def follow(state: State) -> bool:
    """Makes what is tied to the changed cells true again; whether anything changed. Raises RefusedEdit for a value that
    its column can't hold."""
    plan, changed = state.dataset.readable_plan, False
    if plan is None:
        return False
    for table, name in _in_order(plan):
        spec = plan.tables[table].columns[name].spec
        if table not in state.dataset:
            continue
        if isinstance(spec, Amount):
            rows, values = _amounts(state, table, spec)
        elif isinstance(spec, Tally) and (key := _key(plan, table, spec)) is not None:
            rows, values = _tallies(state, table, spec, key)
        else:
            continue
        changed |= _put(state, plan, table, name, rows, values)
    return changed


def _in_order(plan: Plan) -> list[tuple[str, str]]:
    """The columns that follow others, each behind those that it follows."""
    sorter: TopologicalSorter[tuple[str, str]] = TopologicalSorter()
    tied = {
        (table, name): column.spec
        for table, own in plan.tables.items()
        for name, column in own.columns.items()
        if isinstance(column.spec, Amount | Tally)
    }
    for (table, name), spec in tied.items():
        read = (*((table, other) for other in spec.needs), *spec.beyond)
        sorter.add((table, name), *(place for place in read if place in tied))
    return list(sorter.static_order())


def _put(state: State, plan: Plan, table: str, name: str, rows: I64, values: Values) -> bool:
    """The cells of these rows, where they are others, and what is computed from them."""
    if not len(rows):
        return False
    column, dialect = state.schema.tables[table].column(name), state.schema.dialect
    _require_room(table, column, values, dialect)
    fresh = to_arrow(values, arrow_type(column.type, dialect), column.type.values)
    other = np.flatnonzero(differing(one(state.take(table, rows).column(name)), fresh))
    cells = with_computed(state, table, {name: (rows[other], fresh.take(pa.array(other)))}, plan.as_of)
    if cells:
        state.change(table, [Changes(cells)])
    return bool(cells)


def _require_room(table: str, column: Column, values: Values, dialect: str) -> None:
    low, high = bounds_of(column.type, dialect)
    if column.type.kind == Kind.FLOAT or low is None or high is None:
        return
    whole = np.asarray(values.data).astype(np.int64)
    beyond = (whole < low) | (whole > high)
    if values.valid is not None:
        beyond &= values.valid
    if beyond.any():
        rows = f"{int(beyond.sum()):,} row{'' if beyond.sum() == 1 else 's'}"
        raise RefusedEdit(
            f"{table}.{column.name} follows from what changed, and leaves {column.type.sql} in {rows}",
            hint="change less, or give the column a wider type",
            details={"table": table, "column": column.name},
        )


# --- of the row


def _amounts(state: State, table: str, spec: Amount) -> tuple[I64, Values]:
    """The rows in which something changed that the amount reads, and what it is there now."""
    if state.columns.get(table, set()).isdisjoint(spec.needs):
        return np.zeros(0, np.int64), Values(np.zeros(0, np.int64))
    rows = state.changed_in(table, spec.needs)
    return rows, spec.value(_Reader(state, table, state.take(table, rows)))


class _Reader:
    """Columns of a table's rows as physical values."""

    def __init__(self, state: State, table: str, rows: pa.Table) -> None:
        self._table, self._dialect, self._rows = state.schema.tables[table], state.schema.dialect, rows

    def __call__(self, name: str) -> Values:
        return from_arrow(one(self._rows.column(name)), self._table.column(name).type, self._dialect)


# --- of children


def _key(plan: Plan, table: str, spec: Tally) -> ForeignKey | None:
    """The foreign key by which the tallied rows point here."""
    columns = plan.tables[spec.table].columns
    for key in plan.schema.tables[spec.table].foreign_keys:
        first = columns.get(key.columns[0])
        if key.table == table and first is not None and isinstance(first.spec, Key) and first.at == spec.by:
            return key
    return None


def _tallies(state: State, table: str, spec: Tally, key: ForeignKey) -> tuple[I64, Values]:
    """The rows whose children come to something else than before the edit, and what."""
    child = spec.table
    read = {*key.columns, *(name for _, name in spec.beyond)}
    moved = child in state.shrunk or not state.columns.get(child, set()).isdisjoint(read)
    if not moved and table not in state.grown and state.columns.get(table, set()).isdisjoint(key.references):
        return np.zeros(0, np.int64), Values(np.zeros(0, np.int64))
    now = _tallied(state, spec, key, state.paths(child), state.paths(table))
    before = _tallied(state, spec, key, state.dataset.parts(child), state.dataset.parts(table))
    origins = state.origins(table)
    other = origins < 0
    old = np.flatnonzero(~other)
    other[old] = _unlike(now.take(old), before.take(origins[old]))
    rows = np.flatnonzero(other)
    return rows, now.take(rows)


def _tallied(state: State, spec: Tally, key: ForeignKey, children: Sequence[Path], parents: Sequence[Path]) -> Values:
    """What the children in these parts come to, for each row of the parent in those."""
    schema, child = state.schema, spec.table
    known = parent_keys(schema, child, key, parents)
    order = np.argsort(known.hashes, kind="stable")
    found, plain = spec.start(len(order)), structs.replace(spec, keys=())
    for path in children:
        own = child_keys(schema, child, key, [path])
        at = np.minimum(np.searchsorted(known.hashes[order], own.hashes), max(len(order) - 1, 0))
        at = order[at] if len(order) else at
        there = own.whole & (known.hashes[at] == own.hashes) if len(order) else np.zeros(len(at), bool)
        plain.add(found, at, _Reader(state, child, columns_of([path], [name for _, name in plain.beyond])), there)
    return spec.value(found)


def _unlike(one: Values, other: Values) -> Mask:
    assert isinstance(one.data, np.ndarray)
    assert isinstance(other.data, np.ndarray)
    unlike: Mask = one.data != other.data
    if one.valid is None or other.valid is None:
        return unlike
    return np.where(one.valid & other.valid, unlike, one.valid != other.valid)
