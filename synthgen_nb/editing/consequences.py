"""What follows from an edit that breaks rules: children go with their parent or follow its key (cascade), offending
cells are drawn again (mend). Knows what the schema says of children; not how an edit came about.

Data that was broken before the edit is left as it was.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

import numpy as np
import pyarrow as pa

from ..ddl.fragments import columns_read
from ..dml import Call
from ..draws.drawing import Draws, put
from ..draws.parents import as_child, columns_of
from ..errors import InputError
from ..parquet import Cells
from ..report import Finding
from ..rows import I64
from ..schema import ForeignKey, Table
from ..specs import Tally
from ..storing import nothing, one, stored
from .links import Lost, child_keys, dangling, lost, parent_keys
from .settling import computed_of, drawn_again
from .state import Changes, State

_KEYS = ("primary_key", "unique", "exclude")
_OF_ROWS = ("check", "length", "range", "enum", "set", "form", "not_null", "partition")


def cascade(state: State, problems: Sequence[Finding], draws: Draws) -> bool:
    """Children whose parent is gone go too, or have NULL where ON DELETE SET NULL says so; children of a changed key
    follow it, also where another row has the old one by now. So do theirs, until nothing changes. Whether anything
    did."""
    changed, keys = False, [found for problem in problems if (found := _foreign_key(state, problem)) is not None]
    for table, set_ in state.columns.items():
        keys += [found for found in _pointing(state, table, set_) if found not in keys]
    while keys:
        child, key = keys.pop(0)
        removed, columns = _cascaded(state, child, key, draws)
        changed = changed or removed or bool(columns)
        reached: Collection[str] = state.schema.tables[child].column_names if removed else columns
        keys += [found for found in _pointing(state, child, reached) if found not in keys]
    return changed


def mend(state: State, problems: Sequence[Finding], draws: Draws) -> bool:
    """The cells of changed rows that break a rule are drawn again as their plan draws them, and keys that dangle are
    given a parent that is there. Whether anything changed."""
    changed = False
    for problem in problems:
        found = _foreign_key(state, problem)
        if found is not None:
            changed |= _repointed(state, *found, draws)
        elif problem.rule in (*_KEYS, *_OF_ROWS) and problem.table in state.columns:
            changed |= _redrawn(state, problem, draws)
    return changed


# --- cascade


def _pointing(state: State, parent: str, columns: Collection[str]) -> Iterator[tuple[str, ForeignKey]]:
    """The foreign keys, each with its table, that point to one of these columns."""
    for table in state.schema.tables.values():
        for key in table.foreign_keys if table.key in state.dataset else ():
            if key.table == parent and key.enforced and not set(key.references).isdisjoint(columns):
                yield table.key, key


def _foreign_key(state: State, problem: Finding) -> tuple[str, ForeignKey] | None:
    """The key that a finding is about."""
    if problem.rule != "foreign_key":
        return None
    for key in state.schema.tables[problem.table].foreign_keys:
        told = f"REFERENCES {key.table} ({', '.join(key.references)})"
        if key.columns == problem.columns and told in problem.text:
            return problem.table, key
    return None


def _cascaded(state: State, child: str, key: ForeignKey, draws: Draws) -> tuple[bool, frozenset[str]]:
    """(whether rows went, columns with changed cells)."""
    found = lost(state, child, key)
    gone = found.rows[found.parents < 0]
    following = Lost(found.rows[found.parents >= 0], found.parents[found.parents >= 0])
    table = state.schema.tables[child]
    emptied = [name for name in key.columns if table.column(name).nullable and name not in table.primary_key]
    empties = key.on_delete.upper().startswith("SET") and bool(emptied)
    if child == key.table and not empties:
        gone = _below(state, child, key, gone)
    given: dict[str, tuple[I64, pa.Array]] = {}
    if len(following.rows):
        given |= _new_keys(state, child, key, following)
    if empties and len(gone):
        for name in emptied:
            fresh = nothing(len(gone), table.column(name), state.schema.dialect)
            rows, values = given.get(name, (gone[:0], fresh[:0]))
            given[name] = (np.concatenate([rows, gone]), pa.concat_arrays([values, fresh]))
    cells = with_computed(state, child, given, draws.plan.as_of)
    removed = gone[:0] if empties else gone
    if cells or len(removed):
        state.change(child, [Changes(cells, removed)])
    return bool(len(removed)), frozenset(cells)


def _below(state: State, table: str, key: ForeignKey, gone: I64) -> I64:
    """The rows that go, with all that point to them in the same table, and so on."""
    paths = state.paths(table)
    own, above = child_keys(state.schema, table, key, paths), parent_keys(state.schema, table, key, paths)
    going = np.zeros(len(own.hashes), bool)
    fresh = gone
    while len(fresh):
        going[fresh] = True
        fresh = np.flatnonzero(own.whole & ~going & np.isin(own.hashes, above.hashes[fresh]))
    return np.flatnonzero(going)


def _new_keys(state: State, child: str, key: ForeignKey, following: Lost) -> dict[str, tuple[I64, pa.Array]]:
    """For each column of the key: the rows that follow their parent, and what it has there by now."""
    table, parent = state.schema.tables[child], state.schema.tables[key.table]
    now = columns_of(state.paths(key.table), key.references)
    values = {}
    for mine, theirs in zip(key.columns, key.references, strict=True):
        there = one(now.column(theirs)).take(pa.array(following.parents))
        values[mine] = as_child(there, parent.column(theirs), table.column(mine), state.schema.dialect)
    fits = np.ones(len(following.rows), bool)
    for name, array in values.items():
        if not table.column(name).nullable:
            fits &= array.is_valid().to_numpy(zero_copy_only=False)
    return {name: (following.rows[fits], array.filter(pa.array(fits))) for name, array in values.items()}


def with_computed(state: State, child: str, given: Mapping[str, tuple[I64, pa.Array]], as_of: str) -> dict[str, Cells]:
    """The new cells by column, and those that are computed from them."""
    if not given:
        return {}
    table, dialect = state.schema.tables[child], state.schema.dialect
    numbers = np.unique(np.concatenate([rows for rows, _ in given.values()]))
    if not len(numbers):
        return {}
    taken = state.take(child, numbers)
    before = {c.name: stored(taken.column(c.name), c, dialect) for c in table.columns}
    after = before | {
        name: put(before[name], np.searchsorted(numbers, rows), values) for name, (rows, values) in given.items()
    }
    after |= computed_of(state.schema, table, as_of, after, set(given))
    return {name: Cells(numbers, after[name]) for name in after if not after[name].equals(before[name])}


# --- mend


def _redrawn(state: State, problem: Finding, draws: Draws) -> bool:
    """One rule of rows or keys: the rows of which the edit changed what it reads, in the columns that it set."""
    table = state.schema.tables[problem.table]
    read = _read_by(state, table, problem)
    calls = {name: Call(name, column=name) for name in _mendable(state, table, read, draws)}
    try:
        draws.check(table.key, list(calls.values()))
    except InputError:
        return False  # a column that no draw can fill: it stays refused, with the rows
    return drawn_again(state, draws, table.key, calls, state.changed_in(table.key, read))[0]


def _read_by(state: State, table: Table, problem: Finding) -> tuple[str, ...]:
    """The columns that a rule reads; for computed ones those that they are computed from."""
    names, dialect = table.column_names, state.schema.dialect
    read = problem.columns or columns_read(problem.text, names, dialect)  # a UNIQUE of nothing but expressions
    made = [columns_read(table.column(n).generated or "", names, dialect) for n in read if table.column(n).generated]
    return tuple(dict.fromkeys([*read, *(name for inputs in made for name in inputs)]))


def _mendable(state: State, table: Table, read: Sequence[str], draws: Draws) -> list[str]:
    """Those columns that the edit set and a draw may change: rather such as point nowhere."""
    planned = draws.plan.tables[table.key].columns
    pointing = {name for key in table.foreign_keys for name in key.columns}
    names = [n for n in read if n in state.columns[table.key] and table.column(n).generated is None]
    names = [n for n in names if n not in planned or not isinstance(planned[n].spec, Tally)]  # children decide on it
    return [name for name in names if name not in pointing] or names


def _repointed(state: State, child: str, key: ForeignKey, draws: Draws) -> bool:
    """Keys that dangle since the edit, and did not before, get a parent that is there."""
    table = state.schema.tables[child]
    rows = dangling(state.schema, child, key, state.paths(child), state.paths(key.table))
    before = dangling(state.schema, child, key, state.dataset.parts(child), state.dataset.parts(key.table))
    origins = state.origins(child)[rows]
    rows = rows[(origins < 0) | ~np.isin(origins, before)]
    shared = {name for other in table.foreign_keys if other != key for name in other.columns}
    names = [name for name in key.columns if name not in shared] or list(key.columns)
    try:
        calls = {name: Call(name, column=name) for name in names}
        return drawn_again(state, draws, child, calls, rows, anew=True)[0]
    except InputError:
        return False  # there is no parent at all: it stays refused
