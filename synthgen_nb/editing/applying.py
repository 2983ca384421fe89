"""One statement of an edit made true of the tables: which rows it means and what their cells become. DuckDB computes,
window by window; knows neither rules nor versions.
"""

from __future__ import annotations

from collections.abc import Iterable

import duckdb
import numpy as np
import pyarrow as pa
from msgspec import Struct, field

from ..computing import recomputed
from ..ddl.expressions import row_time
from ..ddl.fragments import columns_read
from ..dml import Delete, Insert, Statement, Update
from ..draws import Draws, row_keys
from ..errors import InputError, RefusedEdit
from ..parquet import Cells
from ..rows import I64
from ..sandbox import quoted, relation_names
from ..schema import Table
from ..selecting import Limits
from ..specs import Tally
from ..storing import computed, differing, one, plain, require_values, stored
from .bounded import EDIT, Bounded, bounded
from .inserting import default, insert, require_settled
from .state import ROW, Changes, State, Window

_WINDOW = "synthgen window "


def perform(state: State, statement: Statement, draws: Draws, limits: Limits = EDIT) -> None:
    """Makes the statement true of `state`. Raises RefusedEdit with its place, also for a limit that was met; `state` is
    of no use then."""
    try:
        if isinstance(statement, Insert):
            insert(state, statement, draws, limits)
            return
        draws.check(statement.table, statement.calls)
        _require_free(statement, draws)
        asks = bool(statement.source) or any("SELECT" in sql.upper() for sql in _texts(statement))
        # where tables are asked for, one thread: sums of floats, and rows in no order, are the same every time then
        with bounded(state.sources() if asks else None, limits, threads=1 if asks else None) as tables:
            scene = _Scene(state, statement, state.schema.tables[statement.table], draws, tables)
            state.change(statement.table, map(scene.changes, state.windows(statement.table, scene.reads())))
        drawn = {call.column: call for call in statement.calls if call.percent is None}
        if drawn and scene.meant:
            require_settled(state, draws, statement.table, drawn, np.concatenate(scene.meant))
    except RefusedEdit:
        raise
    except InputError as error:
        raise _refused(statement, error.message, error.hint) from error
    except (duckdb.Error, pa.ArrowInvalid) as error:
        raise _refused(statement, str(error).partition("\n")[0]) from error


def _require_free(statement: Update | Delete, draws: Draws) -> None:
    """Raises InputError where a call is to draw what the rows of another table come to."""
    for call in statement.calls:
        if call.percent is not None or call.meaning:
            continue
        column = draws.plan.tables[statement.table].columns.get(call.column)
        if column is not None and isinstance(column.spec, Tally):
            told = f"{statement.table}.{call.column} follows from the rows of {column.spec.table}: it can't be drawn"
            raise InputError(told, hint="change those rows, or give it a value")


def _texts(statement: Update | Delete) -> Iterable[str]:
    yield statement.where
    if isinstance(statement, Update):
        yield from (sql for sql in statement.sets.values() if sql)


def _refused(statement: Statement, why: str, hint: str = "") -> RefusedEdit:
    place = statement.place
    return RefusedEdit(f"line {place.line}: {why}", hint=hint, details={"table": statement.table, "line": place.line})


class _Scene(Struct, frozen=True):
    """An UPDATE or a DELETE, before each window of its table."""

    state: State
    statement: Update | Delete
    table: Table
    draws: Draws
    tables: Bounded
    meant: list[I64] = field(default_factory=list)
    """The numbers of the rows that values were drawn for, window by window."""

    def reads(self) -> set[str]:
        """The columns to be looked at."""
        found = set(self.statement.reads)
        if self.statement.calls:
            found |= self.draws.needs(self.table.key, self.statement.calls)
        if isinstance(self.statement, Update):
            found |= set(self.statement.sets)
            for column in self.table.columns:
                if column.generated is not None and not row_time(column):
                    read = columns_read(column.generated, self.table.column_names, self.state.schema.dialect)
                    found |= {column.name, *read}
        return found

    def changes(self, window: Window) -> Changes:
        rows, keys = window.rows, np.zeros(0, np.uint64)
        shares = [call for call in self.statement.calls if call.percent is not None]
        drawn = [call for call in self.statement.calls if call.percent is None]
        if self.statement.calls:
            keys = row_keys(rows, self.table, window.first)
        for name, values in self.draws.fill(self.table.key, shares, rows, keys).items():
            rows = rows.append_column(name, values)
        if isinstance(self.statement, Delete):
            return Changes(removed=np.unique(self._meant(rows)))
        if drawn:  # only rows that are meant have values drawn
            self.meant.append(np.unique(self._meant(rows)))
            at = self.meant[-1] - window.first
            rows = rows.take(pa.array(at))
            for name, values in self.draws.fill(self.table.key, drawn, rows, keys[at]).items():
                rows = rows.append_column(name, plain(values))
        return self._updated(window, rows)

    def _updated(self, window: Window, rows: pa.Table) -> Changes:
        assert isinstance(self.statement, Update)
        schema, table = self.state.schema, self.table
        columns = [table.column(name) for name in self.statement.sets]
        given = [sql or default(self.state, c) for sql, c in zip(self.statement.sets.values(), columns, strict=True)]
        values = [
            f"{computed(sql, c, schema.dialect)} AS {quoted(f'set {at} ')}"
            for at, (sql, c) in enumerate(zip(given, columns, strict=True))
        ]
        found = self._select(rows, values)
        numbers: I64 = found.column(ROW).to_numpy()
        if (numbers[1:] == numbers[:-1]).any():
            raise InputError(f"a row of {table.key} meets several rows of FROM", hint="take one value by a subquery")
        fresh = {c.name: stored(found.column(f"set {at} "), c, schema.dialect) for at, c in enumerate(columns)}
        before = window.rows.take(pa.array(numbers - window.first))
        called = relation_names(table.column_names)
        old = {name: one(before.column(alias)) for name, alias in called.items() if alias in before.column_names}
        fresh |= recomputed(schema, table, self.state.dataset.as_of, {**old, **fresh}, set(fresh))
        require_values(table, fresh)
        cells = {}
        for name, made in fresh.items():
            if len(at := np.flatnonzero(differing(old[name], made))):
                cells[name] = Cells(numbers[at], made.take(pa.array(at)))
        return Changes(cells)

    def _meant(self, rows: pa.Table) -> I64:
        """The numbers of the rows that the statement means, ascending; one that meets several others, several times."""
        numbers: I64 = self._select(rows, []).column(ROW).to_numpy()
        return numbers

    def _select(self, rows: pa.Table, values: list[str]) -> pa.Table:
        statement = self.statement
        number = f"{statement.alias}.{quoted(ROW)}"
        sources = ", ".join(filter(None, (f"{quoted(_WINDOW)} AS {statement.alias}", statement.source)))
        where = f" WHERE {statement.where}" if statement.where else ""
        self.tables.connection.register(_WINDOW, rows)
        selected = ", ".join((f"{number} AS {quoted(ROW)}", *values))
        return self.tables.rows(f"SELECT {selected} FROM {sources}{where} ORDER BY {number}")
