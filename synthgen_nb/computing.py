"""SQL expressions over columns in memory: GENERATED columns and CHECKs that are met by drawing again. DuckDB
computes, with the meaning that the source dialect gives them; nothing but the given columns can be read."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from math import prod
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from .ddl.expressions import row_time
from .ddl.fragments import columns_read
from .errors import DDLError, InputError, PlanError, UnsafeSQLError
from .growth import size
from .physical import arrow_type, from_arrow, scale_of, to_arrow
from .rows import I64
from .sandbox import connect, expression_tree, quoted, relation_names
from .schema import Column, Kind, Schema, Table, Type
from .specs import Choice, Range
from .sqlsemantics import condition, result_of, translate

if TYPE_CHECKING:
    import duckdb

_WHOLE = {Kind.INTEGER, Kind.BOOLEAN, Kind.YEAR}
_UNHELD = {Kind.INTERVAL, Kind.RANGE, Kind.OTHER, Kind.STRUCT, Kind.MAP, Kind.GEOMETRY, Kind.TSVECTOR, Kind.XML}
_ORDER = "synthgen row"  # DuckDB promises no order without it


_TOLD = 300  # characters of an expression in an error
_BLOCK = 1 << 20  # combinations tried at a time
_ROOM = 4e9  # bytes that the values of one window may take
_WORD = 32  # bytes of a value that is no text


class Calculator:
    """The expressions of one table, each read once. Threads may share it: each call has a cursor of its own. To open a
    DuckDB takes longer than most tables do, so many may share a `connection` too."""

    def __init__(
        self, dialect: str, table: Table, as_of: str, connection: duckdb.DuckDBPyConnection | None = None
    ) -> None:
        self._dialect, self._as_of = dialect, as_of
        self._types = {c.name: c.type for c in table.columns}
        self._names = relation_names(self._types)
        self._read: dict[tuple[str, bool], str] = {}
        self._trees: dict[str, dict[str, Any]] = {}
        self._connection = connection or connect(threads=1)

    def evaluate(
        self, sql: str, columns: Mapping[str, pa.Array], rows: int, *, truth: bool = False, cast: str = ""
    ) -> pa.Array:
        """The expression (a condition, if `truth`) for each row of `columns` (`rows` values each), in DuckDB's type
        `cast` if one is given. UnsafeSQLError where its meaning can't be had here, PlanError where DuckDB can't compute
        it."""
        import duckdb

        with self._connection.cursor() as cursor:
            if (sql, truth) not in self._read:
                reader = condition if truth else translate
                self._read[sql, truth] = reader(sql, self._dialect, self._types, as_of=self._as_of, names=self._names)
            if not truth:
                self._require_room(sql, columns, rows)
            named = {self._names[name]: values for name, values in columns.items()}
            cursor.register("window", pa.table({**named, _ORDER: pa.array(np.arange(rows))}))
            text = f"CAST({self._read[sql, truth]} AS {cast})" if cast else self._read[sql, truth]
            try:
                try:
                    return _computed(cursor, text)
                except (duckdb.ConversionException, duckdb.InvalidInputException, duckdb.OutOfRangeException):
                    if not truth:
                        raise
                    # an error in a CHECK refuses the row, as FALSE does
                    return _computed(cursor, f"coalesce(TRY(({text}) IS DISTINCT FROM FALSE), FALSE)")
            except duckdb.Error as error:
                raise PlanError(f"can't compute {sql[:_TOLD]}: {str(error).splitlines()[0][:_TOLD]}") from error

    def _require_room(self, sql: str, columns: Mapping[str, pa.Array], rows: int) -> None:
        """Raises PlanError where so many values may not fit into memory: DuckDB's own limit does not hold texts."""
        if sql not in self._trees:
            self._trees[sql] = expression_tree(self._read[sql, False])
        texts = [values for values in columns.values() if pa.types.is_string(values.type)]
        longest = max((pc.max(pc.binary_length(values)).as_py() or 0 for values in texts), default=0)
        if (needed := rows * size(self._trees[sql], max(longest, _WORD))) > _ROOM:
            raise PlanError(f"{sql[:_TOLD]}: {rows:,} values of it may take {needed / 1e9:.0f} GB")

    def refusal(self, sql: str) -> str:
        """Why this condition can't be evaluated here; "" where it can."""
        kinds = {name: arrow_type(kind, self._dialect) for name, kind in self._types.items()}
        none = {n: pa.nulls(0, pa.string() if pa.types.is_dictionary(kind) else kind) for n, kind in kinds.items()}
        try:
            self.evaluate(sql, none, 0, truth=True)
        except (UnsafeSQLError, DDLError, PlanError) as error:
            return error.message
        return ""

    def holding(self, specs: Mapping[str, Range | Choice], sql: str) -> I64:
        """Which combinations of the columns' values do not violate the condition: mixed-radix numbers with a digit for
        each column, the first one running fastest, in ascending order."""
        found = [np.zeros(0, np.int64)]
        size = prod(spec.size for spec in specs.values())
        for start in range(0, size, _BLOCK):
            code = np.arange(start, min(start + _BLOCK, size), dtype=np.uint64)
            rest, columns = code, {}
            for name, spec in specs.items():
                rest, digit = np.divmod(rest, np.uint64(max(spec.size, 1)))
                array = to_arrow(spec.value(digit), arrow_type(self._types[name], self._dialect))
                columns[name] = array.cast(pa.string()) if pa.types.is_dictionary(array.type) else array
            held = pc.fill_null(pc.cast(self.evaluate(sql, columns, len(code), truth=True), pa.bool_()), True)
            found.append(code[held.to_numpy(zero_copy_only=False)].astype(np.int64))
        return np.concatenate(found)


def _computed(cursor: duckdb.DuckDBPyConnection, text: str) -> pa.Array:
    query = f'SELECT {text} AS value FROM "window" ORDER BY {quoted(_ORDER)}'
    result = cursor.sql(query).to_arrow_table().column("value").combine_chunks()
    return result.combine_chunks() if isinstance(result, pa.ChunkedArray) else result


def cast_of(kind: Type) -> str:
    """The DuckDB type to cast a computed value to, for it rounds as SQL does where Arrow cuts; "" for the others."""
    if kind.kind == Kind.INTEGER:
        return "HUGEINT" if (kind.bits or 0) > 64 else "UBIGINT" if kind.unsigned and kind.bits == 64 else "BIGINT"
    if kind.kind == Kind.FLOAT:
        return "FLOAT" if kind.bits == 32 else "DOUBLE"
    if kind.kind == Kind.DECIMAL and kind.precision is not None and kind.precision <= 38:
        return f"DECIMAL({max(kind.precision, kind.scale)}, {kind.scale})"
    return ""


def recomputed(
    schema: Schema, table: Table, as_of: str, row: Mapping[str, pa.Array], changed: Collection[str]
) -> dict[str, pa.Array]:
    """The computed columns that read one of the `changed` ones, or one that reads it, anew. `row` holds every column of
    the table, a value per row. Raises InputError where the engine's own value can't be had here."""
    computed = {c.name: c for c in table.columns if c.generated is not None and not row_time(c)}
    reads = {n: set(columns_read(c.generated or "", table.column_names, schema.dialect)) for n, c in computed.items()}
    types = {c.name: c.type for c in table.columns}
    stale, known = set(changed), set(changed) - set(computed)
    while more := {name for name in computed if name not in stale and reads[name] & stale}:
        stale |= more
    left = {name: computed[name] for name in computed if name in stale - known}
    found: dict[str, pa.Array] = {}
    if not left:
        return found
    calculator = Calculator(schema.dialect, table, as_of)
    while left:
        name = next((n for n in left if not reads[n] & (left.keys() - {n})), next(iter(left)))
        column = left.pop(name)
        if why := unheld(column, types, schema.dialect, as_of):
            raise InputError(f"{name} is computed from it, and can't be here: {why}")
        given = {n: a.cast(pa.string()) if pa.types.is_dictionary(a.type) else a for n, a in {**row, **found}.items()}
        rows = len(next(iter(given.values())))
        made = calculator.evaluate(column.generated or "", given, rows, cast=cast_of(column.type))
        values = from_arrow(made, column.type, schema.dialect)
        found[name] = to_arrow(values, arrow_type(column.type, schema.dialect), column.type.values)
    return found


def unheld(column: Column, types: Mapping[str, Type], dialect: str, as_of: str) -> str:
    """Why the engine's own values of this computed column can't be had here; "" where they can."""
    if column.generated is None or row_time(column):
        return ""
    try:
        kind, scale = result_of(column.generated, dialect, types, as_of=as_of)
    except (UnsafeSQLError, DDLError) as error:
        return error.message
    if column.type.kind in _UNHELD:
        return f"computed values of {column.type.sql or 'this type'} are the engine's own"
    if dialect == "duckdb":
        return ""
    if dialect == "sqlite" and column.type.kind == Kind.INTEGER and kind not in _WHOLE:
        return "SQLite keeps fractions in an INTEGER column"
    endless = column.type.kind == Kind.DECIMAL and column.type.precision is None and dialect == "postgres"
    if endless and kind not in _WHOLE and (scale is None or scale > scale_of(column.type)):
        return "a numeric without a scale keeps all digits of the engine's own"
    return ""
