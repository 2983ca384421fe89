"""Cells that a person typed: the new version has them all or, where one is refused, none. Knows
what such an edit may do and why it is refused; not who asks for it, nor how a value is typed or a rule evaluated.

Only the parts with a changed row are written; all others are shared with the parent.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa
from msgspec import Struct, field

from ..cells import spelled, typed, untypable
from ..computing import recomputed
from ..ddl.expressions import row_time
from ..diffing import diff
from ..errors import InputError, RefusedEdit
from ..parquet import Cells, take_rows
from ..physical import arrow_type, to_arrow
from ..report import Finding
from ..rows import Values
from ..schema import Column, Kind, Table, Type
from ..store import Dataset, Store
from ..validation import revalidate, validate
from .explaining import shortened, why, worse
from .following import follow
from .state import Changes, State

_NAMED = 3  # changes named in a version's description


class Change(Struct, frozen=True, kw_only=True):
    """One cell: `row` is its number, counted from 0, or the texts of the columns of the table's key. `old` is what the
    cell held when it was looked at, spelled in full (`cells.spelled`), `new` what was typed; None is NULL."""

    table: str
    row: int | dict[str, str]
    column: str
    old: str | None
    new: str | None


class _Rewriting(Struct):
    """What becomes of one table: the new cells, {column: {row: array of one value}}."""

    schema: Table
    cells: dict[str, dict[int, pa.Array]] = field(default_factory=dict)

    def put(self, column: str, row: int, value: pa.Array) -> None:
        self.cells.setdefault(column, {})[row] = value


def set_cells(store: Store, dataset: Dataset, changes: Sequence[Change]) -> Dataset:
    """The next version, with all the changes or, where one of them is refused, none. Computed columns of the rows
    follow. The new version's report is kept with it: what the edit can have changed is checked anew. Where nothing
    changes, `dataset` itself. Raises RefusedEdit for a value that is not of the column's type, a cell that holds
    something else by now and a rule that would fail in more rows than before; StoreError where `dataset` is not the
    current version."""
    store.require_current(dataset)
    tables: dict[str, _Rewriting] = {}
    for change in changes:
        with _refusing(change):
            _place(dataset, tables, change)
    if not any(rewriting.cells for rewriting in tables.values()):
        return dataset
    before = dataset.report or validate(dataset)
    with store.begin(dataset.name, parent=dataset.version) as draft:
        state = State(dataset, draft)
        for key, rewriting in tables.items():
            state.change(key, [Changes({name: _column(cells) for name, cells in rewriting.cells.items()})])
        follow(state)
        edited, touched = state.successor(None, _description(changes)), state.columns
        report = revalidate(edited, before, touched, {key: state.marked_rows(key) for key in touched})
        if broken := worse(before, report):
            raise _explained(broken, changes)
        edited.keep_report(report)
        edited.keep_diff(diff(dataset, edited, columns=touched).told)
        with store.succeeding(dataset):  # another kernel may have been quicker
            return draft.publish(edited)


def rows_of(dataset: Dataset, table: str, numbers: Sequence[int]) -> pa.Table:
    """The rows of these numbers (ascending, counted from 0) in the types in which they are stored."""
    parts = dataset.manifest.tables[table].parts
    return take_rows([(dataset.path / part.file, part.rows) for part in parts], numbers)


def spelled_rows(dataset: Dataset, table: str, numbers: Sequence[int]) -> list[list[str | None]]:
    """The same as texts, whole."""
    rows, columns = rows_of(dataset, table, numbers), dataset.schema.tables[table].columns
    texts = [[spelled(value, c.type) for value in rows.column(c.name).to_pylist()] for c in columns]
    return [list(row) for row in zip(*texts, strict=True)]


def fixed(table: Table, column: Column, dialect: str) -> str:
    """Why a cell of this column can't be set at all; "" where it can."""
    if row_time(column):
        return "the engine fills it with the time of the row"
    if column.generated is not None:
        return f"it is computed: {column.generated}"
    return untypable(column.type, dialect)


class _refusing:  # reads as a word of the language: `with _refusing(change)`
    """Turns plain refusals of one change into a RefusedEdit that names its cell."""

    def __init__(self, change: Change) -> None:
        self._change = change

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, InputError) and not isinstance(error, RefusedEdit):
            raise _refused(self._change, error.message, hint=error.hint) from error


def _place(dataset: Dataset, tables: dict[str, _Rewriting], change: Change) -> None:
    schema = dataset.schema
    if change.table not in dataset:
        raise InputError(f"there is no table {change.table}")
    table = schema.tables[change.table]
    if change.column not in table.column_names:
        raise InputError(f"there is no column {change.column}")
    column = table.column(change.column)
    row = change.row if isinstance(change.row, int) else _numbered(dataset, table, change.row)
    rewriting = tables.setdefault(change.table, _Rewriting(table))
    if not 0 <= row < dataset.rows[change.table]:
        raise InputError(f"there is no row {row:,}")
    there = rows_of(dataset, change.table, [row])
    for name, cells in rewriting.cells.items():  # an earlier change of this edit
        if row in cells:
            at = there.schema.get_field_index(name)
            there = there.set_column(at, there.schema.field(at), cells[row])
    held = spelled(there.column(change.column)[0].as_py(), column.type)
    if held != change.old:
        raise InputError(f"the cell holds {shortened(held)}, not {shortened(change.old)}")
    if change.new is not None and (why := fixed(table, column, schema.dialect)):
        raise InputError(why)
    if column.generated is not None:
        raise InputError(fixed(table, column, schema.dialect))
    value = None if change.new is None else typed(change.new, column.type, schema.dialect)
    if spelled(value, column.type) == held:
        return
    if value is None and not column.nullable:
        raise InputError(f"{column.name} is NOT NULL")
    array = _array(value, column.type, schema.dialect)
    rewriting.put(column.name, row, array)
    given = {name: there.column(name).combine_chunks() for name in there.column_names} | {column.name: array}
    given = {name: a.combine_chunks() if isinstance(a, pa.ChunkedArray) else a for name, a in given.items()}
    for name, made in recomputed(schema, table, dataset.as_of, given, {column.name}).items():
        rewriting.put(name, row, made)


def _numbered(dataset: Dataset, table: Table, key: Mapping[str, str]) -> int:
    """The row with this key."""
    import polars as pl

    if unknown := [name for name in key if name not in table.column_names]:
        raise InputError(f"there is no column {unknown[0]}")
    if not key:
        raise InputError("a row is named by the values of its key")
    dialect = dataset.schema.dialect
    wanted = [pl.col(n) == pl.lit(typed(text, table.column(n).type, dialect)) for n, text in key.items()]
    rows = dataset.scan(table.key).with_row_index("row number ").filter(*wanted).select("row number ").head(2).collect()
    said = ", ".join(f"{name} = {text}" for name, text in key.items())
    if rows.height != 1:
        raise InputError(f"{'more than one row has' if rows.height else 'no row has'} {said}")
    return int(rows.item())


def _array(value: object, column: Type, dialect: str) -> pa.Array:
    kind = arrow_type(column, dialect)
    if column.kind == Kind.ENUM:
        return to_arrow(Values(pa.array([value], pa.string())), kind, column.values)
    return pa.array([value], kind)


def _column(cells: Mapping[int, pa.Array]) -> Cells:
    rows = sorted(cells)
    return Cells(np.array(rows, np.int64), pa.concat_arrays([cells[row] for row in rows]))


def _explained(worse: Sequence[Finding], changes: Sequence[Change]) -> RefusedEdit:
    finding = worse[0]
    change = next((c for c in changes if c.table == finding.table and c.column in finding.columns), changes[0])
    return _refused(change, why(finding, (change.table, change.column), change.new), findings=worse)


def _refused(change: Change, why: str, *, hint: str = "", findings: Sequence[Finding] = ()) -> RefusedEdit:
    place = {"table": change.table, "row": change.row, "column": change.column}
    listed: list[dict[str, Any]] = [msgspec.to_builtins(finding) for finding in findings]
    return RefusedEdit(f"{change.table}.{change.column}: {why}", hint=hint, details={**place, "findings": listed})


def _description(changes: Sequence[Change]) -> str:
    return "; ".join(_named(changes))


def _named(changes: Sequence[Change]) -> Iterator[str]:
    for change in changes[:_NAMED]:
        row = f"row {change.row + 1:,}" if isinstance(change.row, int) else ", ".join(change.row.values())
        yield f"{change.table}.{change.column} of {row}: {shortened(change.old)} → {shortened(change.new)}"
    if len(changes) > _NAMED:
        yield f"{len(changes) - _NAMED:,} more"
