"""The rows of an INSERT made whole: what it gives, what is drawn, defaults, the next number of a counter, computed
columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pyarrow as pa

from ..computing import recomputed
from ..ddl.expressions import row_time
from ..dml import Call, Insert
from ..draws import Draws, row_keys
from ..errors import InputError, UnsafeSQLError
from ..physical import arrow_type
from ..rows import I64
from ..sandbox import connect, quoted, relation_names
from ..schema import Column, Kind, Table
from ..selecting import Limits
from ..specs import Amount, AnySpec, Tally
from ..sqlsemantics import translate
from ..storing import computed, nothing, plain, require_values, stored
from .bounded import bounded
from .newrows import new_rows
from .settling import settle
from .state import ROW, State


def insert(state: State, statement: Insert, draws: Draws, limits: Limits) -> None:
    """Raises InputError where a column that needs a value has none."""
    table, dialect = state.schema.tables[statement.table], state.schema.dialect
    first = state.rows(table.key)
    if statement.rows:
        state.append(table.key, new_rows(draws, table.key, statement.rows))
        return
    # one thread: rows in no order are in the same one every time then
    with bounded(state.sources(), limits, threads=1) as tables:
        found = tables.rows(statement.query)
    given = {name: stored(found.column(at), table.column(name), dialect) for at, name in enumerate(statement.columns)}
    state.append(table.key, _completed(state, statement, draws, given, found.num_rows))
    require_settled(state, draws, table.key, statement.drawn, np.arange(first, first + found.num_rows))


def require_settled(state: State, draws: Draws, table: str, calls: Mapping[str, Call], numbers: I64) -> None:
    """What was drawn for these rows is drawn again where rules or other rows do not take it. Raises InputError where
    nothing that they take is found."""
    if len(left := settle(state, draws, table, calls, numbers)):
        raise InputError(
            f"{table}: nothing is found for {', '.join(calls)} of {len(left):,} rows that every rule takes",
            hint="draw fewer rows, or another meaning",
        )


def default(state: State, column: Column) -> str:
    """What DEFAULT stands for, in DuckDB's words. Raises UnsafeSQLError for what only the engine knows."""
    if row_time(column):
        raise UnsafeSQLError("the time of the row is the engine's own")
    return translate(column.default or "NULL", state.schema.dialect, {}, as_of=state.dataset.as_of)


def _completed(state: State, statement: Insert, draws: Draws, given: Mapping[str, pa.Array], rows: int) -> pa.Table:
    table, dialect, first = state.schema.tables[statement.table], state.schema.dialect, state.rows(statement.table)
    columns, drawn = dict(given), dict(statement.drawn)
    for column in table.columns:
        if column.name in columns or column.name in drawn or (column.generated is not None and not row_time(column)):
            continue
        if _counted(table, column, dialect):
            numbers = pa.array(np.arange(rows) + _next(state, table, column))
            columns[column.name] = numbers.cast(arrow_type(column.type, dialect))
        elif column.default is not None or row_time(column):
            values = _defaults(state, column, rows)
            if values is None:
                drawn[column.name] = Call(name=f"default of {column.name} ", column=column.name)
            else:
                columns[column.name] = values
        elif column.nullable:
            columns[column.name] = nothing(rows, column, dialect)
        elif isinstance(_spec(draws, table, column), Amount | Tally):  # it follows; here is what it is without the rest
            drawn[column.name] = Call(name=f"following {column.name} ", column=column.name)
        else:
            raise InputError(
                f"{table.key}.{column.name} is NOT NULL and has no default", hint="give it a value, or synth() for one"
            )
    if drawn:
        columns |= _drawn(draws, table, list(drawn.values()), columns, first, rows)
    if any(column.generated is not None for column in table.columns):
        columns |= recomputed(state.schema, table, state.dataset.as_of, columns, table.column_names)  # all of them
    require_values(table, columns)
    return pa.table({column.name: columns[column.name] for column in table.columns})


def _drawn(
    draws: Draws, table: Table, calls: Sequence[Call], given: Mapping[str, pa.Array], first: int, rows: int
) -> dict[str, pa.Array]:
    """New rows have no key yet that names them: they are drawn by their number."""
    called = relation_names(table.column_names)
    window = pa.table({ROW: np.arange(first, first + rows), **{called[n]: plain(a) for n, a in given.items()}})
    keys = row_keys(window, Table(name=table.name, columns=()), first)
    draws.check(table.key, calls)
    found = draws.fill(table.key, calls, window, keys)
    return {call.column: found[call.name] for call in calls}


def _spec(draws: Draws, table: Table, column: Column) -> AnySpec | None:
    planned = draws.plan.tables[table.key].columns.get(column.name)
    return planned.spec if planned is not None else None


def _counted(table: Table, column: Column, dialect: str) -> bool:
    rowid = dialect == "sqlite" and table.primary_key == (column.name,) and column.type.kind == Kind.INTEGER
    return column.identity is not None or rowid


def _next(state: State, table: Table, column: Column) -> int:
    name = quoted(relation_names(table.column_names)[column.name])
    with connect({table.key: state.paths(table.key)}, threads=1) as connection:
        relation = quoted(relation_names([table.key])[table.key])
        found = connection.execute(f"SELECT coalesce(max({name}), 0) + 1 FROM {relation}").fetchall()
    return int(found[0][0])


def _defaults(state: State, column: Column, rows: int) -> pa.Array | None:
    """None for a default that only the engine knows: a random UUID, its own counter or clock."""
    try:
        sql = default(state, column)
    except UnsafeSQLError:
        return None
    with connect(threads=1) as connection:
        found = connection.sql(f"SELECT {computed(sql, column, state.schema.dialect)} AS value").to_arrow_table()
    return stored(found.column(0).take(pa.array(np.zeros(rows, np.int64))), column, state.schema.dialect)
