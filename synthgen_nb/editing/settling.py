"""Rows whose drawn values other rows, or rules over the row, do not take: they are drawn again until all hold, and
what chance does not find is looked for among all that is free. Knows rules and draws; not why rows were drawn."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence

import numpy as np
import pyarrow as pa
from msgspec import Struct, structs

from ..computing import recomputed, unheld
from ..ddl.fragments import columns_read
from ..dml import Call
from ..draws.drawing import Draws, put
from ..draws.rowkeys import hashed
from ..draws.rules import Rules
from ..parquet import Cells
from ..rows import I64, U64, Mask, bits, key_of
from ..schema import PrimaryKey, Schema, Table, Unique
from ..storing import differing, nothing, one, stored
from .state import Changes, State

_CHANCES = 12  # draws before all that is free is looked through
_LAST = 48

Columns = Mapping[str, pa.Array]
Redraw = Callable[[Columns, I64, int], Columns]
"""New values for the rows in these places, of all that are given, in this attempt."""


class Settled(Struct, frozen=True):
    """All columns of the rows, and the places of those for which nothing was found that the rules take."""

    columns: Columns
    open: I64


def settle(state: State, draws: Draws, table: str, calls: Mapping[str, Call], numbers: I64) -> I64:
    """The cells of these rows (ascending) that the calls gave, by column, drawn again where they break a rule of the
    row or a key that others have; computed columns follow. Gives the numbers of the rows that no draw could mend."""
    return drawn_again(state, draws, table, calls, numbers)[1]


def drawn_again(
    state: State, draws: Draws, table: str, calls: Mapping[str, Call], numbers: I64, *, anew: bool = False
) -> tuple[bool, I64]:
    """The same, and at first in all the rows if `anew`: (whether a cell is another, the rows that are left)."""
    if not len(numbers) or not calls:
        return False, numbers[:0]
    known, dialect = state.schema.tables[table], state.schema.dialect
    as_they_are = state.take(table, numbers)
    columns = {c.name: stored(as_they_are.column(c.name), c, dialect) for c in known.columns}
    keys = _keys_of(columns, known, numbers)

    def redraw(given: Columns, places: I64, attempt: int) -> Columns:
        some = {name: array.take(pa.array(places)) for name, array in given.items()}
        return draws.draw(table, calls, some, keys[places], attempt)

    with Rules(state.schema, known, draws.plan.as_of, state.paths(table)) as rules:
        settled = until_held(rules, draws, table, calls, columns, keys, redraw, was=as_they_are, anew=anew)
    return _write(state, table, numbers, columns, settled.columns), numbers[settled.open]


def following(schema: Schema, table: Table, columns: Collection[str]) -> set[str]:
    """The columns, and those that are computed from them."""
    made = {c.name: c.generated for c in table.columns if c.generated is not None}
    inputs = {name: columns_read(sql, table.column_names, schema.dialect) for name, sql in made.items()}
    found = set(columns)
    while more := {name for name, read in inputs.items() if name not in found and not found.isdisjoint(read)}:
        found |= more
    return found


def computed_of(schema: Schema, table: Table, as_of: str, row: Columns, changed: Collection[str]) -> Columns:
    """The computed columns that follow the changed ones, as far as their values can be had here."""
    types = {c.name: c.type for c in table.columns}
    had = [c for c in table.columns if not unheld(c, types, schema.dialect, as_of)]
    held = {c.name for c in had}
    plain = tuple(c if c.name in held else structs.replace(c, generated=None) for c in table.columns)
    return recomputed(schema, structs.replace(table, columns=plain), as_of, row, changed)


def _write(state: State, table: str, numbers: I64, before: Columns, after: Columns) -> bool:
    """The cells of these rows that are others by now; whether there are any."""
    cells = {}
    for name, values in after.items():
        other = np.flatnonzero(differing(before[name], values))
        if len(other):
            cells[name] = Cells(numbers[other], values.take(pa.array(other)))
    if cells:
        state.change(table, [Changes(cells)])
    return bool(cells)


def _keys_of(columns: Columns, table: Table, numbers: I64) -> U64:
    """Row keys (rowkeys.row_keys) of rows of a table, by their numbers where nothing else names them."""
    return hashed([columns[name] for name in table.identifying] or [pa.array(numbers)])


def until_held(
    rules: Rules,
    draws: Draws,
    table: str,
    calls: Mapping[str, Call],
    columns: Columns,
    keys: U64,
    redraw: Redraw,
    was: pa.Table | None = None,
    anew: bool = False,
) -> Settled:
    """The rows with no value that a rule of the row refuses and no key that another row has, if draws find such values.
    `was` are the rows of the table in whose place they come; of two rows alike, the one keeps its values that comes
    first by its key."""
    found = dict(columns)
    read = following(draws.schema, draws.schema.tables[table], calls)
    uniques = rules.uniques(read)
    open_ = np.ones(len(keys), bool)
    bad = open_
    if not anew:
        bad = rules.broken(pa.table(found), read) | rules.taken(pa.table(found), open_, keys, uniques, was)
    for attempt in range(1, _LAST):
        places = np.flatnonzero(bad)
        if not len(places):
            break
        open_ = bad
        if attempt == _CHANCES:
            changed = _given(rules, draws, table, calls, pa.table(found), open_, keys, uniques, was)
        else:
            fresh = redraw(found, places, attempt)
            changed = {name: put(found[name], places, array) for name, array in fresh.items()}
        found |= changed
        found |= computed_of(draws.schema, draws.schema.tables[table], draws.plan.as_of, found, set(changed))
        rows = pa.table(found)
        bad = rules.taken(rows, open_, keys, uniques, was)
        bad[places] |= rules.broken(rows.take(pa.array(places)), read)
    return Settled(found, np.flatnonzero(bad))


def _given(
    rules: Rules,
    draws: Draws,
    table: str,
    calls: Mapping[str, Call],
    rows: pa.Table,
    open_: Mask,
    keys: U64,
    uniques: Sequence[PrimaryKey | Unique],
    was: pa.Table | None,
) -> dict[str, pa.Array]:
    """Columns with values that are free, for open rows that share a key: NULL, where it may be, for those that find
    none."""
    found: dict[str, pa.Array] = {}
    for unique in uniques:
        alike = rules.taken(rows, open_, keys, [unique], was)
        space = draws.space(table, calls, unique.columns) if alike.any() else None
        fresh: dict[str, tuple[I64, pa.Array]] = {}
        if space is not None:
            space = space.filter(pa.array(~rules.broken(space, space.column_names)))
            turn = bits(key_of(draws.plan.seed, table, "free", *unique.columns), np.arange(len(space), dtype=np.uint64))
            places, chosen = rules.free(rows, alike, keys, unique, space, turn, was)
            alike[places] = False
            fresh |= {n: (places, one(space.column(n)).take(pa.array(chosen))) for n in space.column_names}
        for name in _may_be_empty(draws.schema.tables[table], unique, calls):
            places, values = fresh.get(name, (np.zeros(0, np.int64), one(rows.column(name)).slice(0, 0)))
            left = np.flatnonzero(alike)
            column = draws.schema.tables[table].column(name)
            nulls = nothing(len(left), column, draws.schema.dialect)
            fresh[name] = (np.concatenate([places, left]), pa.concat_arrays([values, nulls]))
        for name, (places, values) in fresh.items():
            array = put(one(rows.column(name)), places, values)
            rows = rows.set_column(rows.schema.get_field_index(name), name, array)
            found[name] = array
    return found


def _may_be_empty(table: Table, unique: PrimaryKey | Unique, columns: Collection[str]) -> list[str]:
    """The columns that can be NULL, where no two rows with a NULL share the key."""
    if isinstance(unique, PrimaryKey) or not unique.nulls_distinct:
        return []
    return [n for n in unique.columns if n in columns and table.column(n).nullable and n not in table.primary_key]
