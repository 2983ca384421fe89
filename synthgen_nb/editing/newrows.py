"""Further rows of a table, drawn as its plan draws them: keys that no row has yet, foreign keys to rows that are there.
Knows plans and draws; adds nothing to a table."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from msgspec import Struct, structs

from ..dml import Call
from ..drafting import draft_plan
from ..draws import Draws
from ..draws.parents import columns_of
from ..draws.rowkeys import hashed
from ..draws.rules import Rules
from ..errors import RefusedEdit
from ..physical import arrow_type, from_arrow, to_arrow
from ..plan import Plan
from ..rows import I64, U64, Values
from ..schema import Column, Kind, Table
from ..specs import Ordinal, Range
from ..storing import nothing, one
from ..wishes import Children, Count
from .settling import Columns, computed_of, until_held

_COUNTED = {Kind.INTEGER, Kind.DECIMAL, Kind.DATE}
_SPARE = 2  # times as many different values as rows: with fewer, a wider plan is drafted


def new_rows(draws: Draws, table: str, count: int) -> pa.Table:
    """Complete rows in the types in which the table's columns are stored, in its order. Raises RefusedEdit where its
    rules leave no room for so many."""
    known, schema = draws.schema.tables[table], draws.schema
    there = _count(draws, table)
    keys = hashed([pa.array(np.arange(there, there + count)), pa.array(["further row"] * count)])
    with draws.by(_roomy(draws, table, there + count)) as wider:
        counters = _counters(wider, known)
        serial, lines = ([c for c in counters if bool(c.by) == siblings] for siblings in (False, True))
        counted = {counter.column.name for counter in counters}
        calls = {c.name: Call(c.name, column=c.name) for c in known.columns if c.generated is None}
        pointing = {n: call for n, call in calls.items() if wider.points(table, call) and n not in counted}
        rest = {n: call for n, call in calls.items() if n not in pointing and n not in counted}

        def redraw(given: Columns, places: I64, attempt: int) -> Columns:
            found = {c.column.name: c.next(given, places, {}, schema.dialect) for c in serial}
            found |= wider.draw(table, pointing, found, keys[places], attempt)
            found |= {c.column.name: c.next(given, places, found, schema.dialect) for c in lines}
            return found | wider.draw(table, rest, found, keys[places], attempt)

        columns = {c.name: nothing(count, c, schema.dialect) for c in known.columns}
        columns |= redraw(columns, np.arange(count), 0)
        columns |= computed_of(schema, known, wider.plan.as_of, columns, known.column_names)
        with Rules(schema, known, wider.plan.as_of, draws.paths(table)) as rules:
            settled = until_held(rules, wider, table, calls, columns, keys, redraw)
    if len(settled.open):
        told = f"{table}: no values were found for {len(settled.open):,} of {count:,} new rows that all its rules take"
        raise RefusedEdit(told, hint="ask for fewer rows", details={"table": table})
    return pa.table({c.name: settled.columns[c.name] for c in known.columns})


def _count(draws: Draws, table: str) -> int:
    return sum(pq.read_metadata(path).num_rows for path in draws.paths(table))


# --- room for more


def _roomy(draws: Draws, table: str, wanted: int) -> Plan:
    """The plan, with the table drafted for more rows where it has not enough different values. Raises RefusedEdit for
    more rows than its keys and parents allow."""
    plan, now = draws.plan, draws.plan.tables[table]
    unique = {name for u in draws.schema.tables[table].uniques for name in u.columns}
    unique |= {*draws.schema.tables[table].primary_key}
    sizes = [draws.size(table, Call(name, column=name)) for name in unique if name in now.columns]
    limited = now.capacity is not None and now.capacity < wanted
    if limited or any(0 < size < _SPARE * wanted for size in sizes):
        counts = {key: _count(draws, key) for key in plan.tables if key in draws.dataset}
        wishes = [wish for wish in plan.wishes if not isinstance(wish, Count | Children)]
        rows = {**dict.fromkeys(plan.tables, 0), **counts, table: wanted}
        drafted = draft_plan(
            plan.schema, rows, seed=plan.seed, as_of=plan.as_of, wishes=wishes, edges=plan.edges, locale=plan.locale,
            realistic_contacts=plan.reachable,
        )  # fmt: skip
        wider = drafted.tables[table]
        if wider.rows < wanted:
            raise RefusedEdit(f"{table} can't have {wanted:,} rows: {wider.why}", hint="ask for fewer rows")
        now = wider
    return structs.replace(plan, tables=plan.tables | {table: structs.replace(now, rows=max(wanted, now.rows))})


# --- columns that count on


class _Counter(Struct, frozen=True):
    """A column whose next value comes behind the greatest that there is: of all rows, or of those that agree in `by`.
    `groups` (ascending) and `tops` are the hashes of those values, and the greatest value with each."""

    column: Column
    spec: Range
    by: tuple[str, ...]
    groups: U64
    tops: I64

    def next(self, given: Columns, places: I64, fresh: Columns, dialect: str) -> pa.Array:
        """Values for the rows in these places, of which `fresh` has the other columns; all others are `given`."""
        held = given[self.column.name].is_valid().to_numpy(zero_copy_only=False)
        held[places] = False
        kept = pa.array(np.flatnonzero(held))
        others = _grouped([given[name].take(kept) for name in self.by], len(kept))
        values = _units(given[self.column.name].take(kept), self.column, dialect)
        groups, tops = _tops(np.concatenate([self.groups, others]), np.concatenate([self.tops, values]))
        mine = _grouped([fresh[name] for name in self.by], len(places))
        last = np.full(len(places), self.spec.low - self.spec.step)
        at = np.searchsorted(groups, mine)
        known = np.flatnonzero(at < len(groups))
        known = known[groups[at[known]] == mine[known]]
        last[known] = np.maximum(last[known], tops[at[known]])
        order = np.argsort(mine, kind="stable")
        first = np.searchsorted(mine[order], mine[order], side="left")
        rank = np.empty(len(mine), np.int64)
        rank[order] = np.arange(len(mine)) - first
        kind = arrow_type(self.column.type, dialect)
        return to_arrow(Values(last + self.spec.step * (rank + 1)), kind, self.column.type.values)


def _counters(draws: Draws, table: Table) -> list[_Counter]:
    found = []
    plan = draws.plan.tables[table.key]
    for column in table.columns:
        told = plan.columns.get(column.name)
        if told is None or not isinstance(told.spec, Range) or told.spec.scale or column.type.kind not in _COUNTED:
            continue
        by = _siblings(table, column.name) if isinstance(plan.sources.get(told.at), Ordinal) else ()
        if told.at == "row" or by:
            found.append(_counter(draws, table, column, told.spec, by))
    return found


def _siblings(table: Table, column: str) -> tuple[str, ...]:
    """What the rows agree in among which the column counts."""
    uniques = [table.primary_key, *(u.columns for u in table.uniques)]
    return next((tuple(n for n in u if n != column) for u in uniques if column in u and len(u) > 1), ())


def _counter(draws: Draws, table: Table, column: Column, spec: Range, by: tuple[str, ...]) -> _Counter:
    present = columns_of(draws.paths(table.key), [*by, column.name])
    present = present.filter(one(present.column(column.name)).is_valid())
    values = _units(one(present.column(column.name)), column, draws.schema.dialect)
    groups, tops = _tops(_grouped([one(present.column(name)) for name in by], len(values)), values)
    return _Counter(column, spec, by, groups, tops)


def _units(values: pa.Array, column: Column, dialect: str) -> I64:
    data = from_arrow(values, column.type, dialect).data
    whole: I64 = np.asarray(data).astype(np.int64)
    return whole


def _grouped(columns: Sequence[pa.Array], rows: int) -> U64:
    return hashed(columns) if columns else np.zeros(rows, np.uint64)


def _tops(groups: U64, values: I64) -> tuple[U64, I64]:
    """Each group once, ascending, and its greatest value."""
    found, place = np.unique(groups, return_inverse=True)
    tops = np.full(len(found), np.iinfo(np.int64).min)
    np.maximum.at(tops, place, values)
    return found, tops
