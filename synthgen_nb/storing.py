"""Values that DuckDB computed, as a column stores them."""

from __future__ import annotations

from collections.abc import Mapping

import pyarrow as pa
import pyarrow.compute as pc

from .errors import InputError
from .physical import arrow_type, to_arrow
from .rows import Mask, Values
from .sandbox import quoted
from .schema import Column, Kind, Table

_NAMES = {
    pa.int8(): "TINYINT",
    pa.int16(): "SMALLINT",
    pa.int32(): "INTEGER",
    pa.int64(): "BIGINT",
    pa.uint8(): "UTINYINT",
    pa.uint16(): "USMALLINT",
    pa.uint32(): "UINTEGER",
    pa.uint64(): "UBIGINT",
    pa.float32(): "FLOAT",
    pa.float64(): "DOUBLE",
    pa.bool_(): "BOOLEAN",
    pa.date32(): "DATE",
    pa.time64("us"): "TIME",
    pa.timestamp("us"): "TIMESTAMP",
    pa.timestamp("us", "UTC"): "TIMESTAMPTZ",
    pa.string(): "VARCHAR",
    pa.binary(): "BLOB",
}


def duckdb_type(arrow: pa.DataType) -> str:
    """What DuckDB calls the type in which a column is stored; a label of an ENUM is text."""
    if pa.types.is_dictionary(arrow):
        return "VARCHAR"
    if pa.types.is_decimal(arrow):
        return f"DECIMAL({arrow.precision}, {arrow.scale})"
    if pa.types.is_list(arrow):
        return f"{duckdb_type(arrow.value_type)}[]"
    if pa.types.is_map(arrow):
        return f"MAP({duckdb_type(arrow.key_type)}, {duckdb_type(arrow.item_type)})"
    if pa.types.is_struct(arrow):
        return f"STRUCT({', '.join(f'{quoted(field.name)} {duckdb_type(field.type)}' for field in arrow)})"
    return _NAMES[arrow]


def computed(sql: str, column: Column, dialect: str) -> str:
    """An expression in DuckDB's words, in the type in which the column is stored."""
    return f"CAST({sql} AS {duckdb_type(arrow_type(column.type, dialect))})"


def stored(values: pa.ChunkedArray | pa.Array, column: Column, dialect: str) -> pa.Array:
    """What `computed` gave, as the column's parts hold it. Raises InputError for a text that is no label of an ENUM."""
    array, kind = one(values), arrow_type(column.type, dialect)
    if column.type.kind != Kind.ENUM:
        return array if array.type == kind else array.cast(kind)
    texts = array.cast(pa.string())
    known = pc.or_kleene(pc.is_in(texts, pa.array(column.type.values, pa.string())), pc.is_null(texts))
    if (wrong := texts.filter(pc.invert(known))) and len(wrong):
        raise InputError(f"{wrong[0].as_py()!r} is not one of {', '.join(column.type.values)}")
    return to_arrow(Values(texts), kind, column.type.values)


def require_values(table: Table, columns: Mapping[str, pa.Array]) -> None:
    """Raises InputError where a column that is NOT NULL would hold NULL."""
    for name, values in columns.items():
        if values.null_count and not table.column(name).nullable:
            rows = f"{values.null_count:,} row{'' if values.null_count == 1 else 's'}"
            raise InputError(
                f"{table.key}.{name} is NOT NULL and would be NULL in {rows}",
                hint="give it a value, or synth() for one",
            )


def nothing(rows: int, column: Column, dialect: str) -> pa.Array:
    """NULLs."""
    kind = arrow_type(column.type, dialect)
    return stored(pa.nulls(rows, pa.string() if pa.types.is_dictionary(kind) else kind), column, dialect)


def plain(values: pa.Array) -> pa.Array:
    """Stored values as DuckDB is given them: the labels of an ENUM as texts."""
    return values.cast(pa.string()) if pa.types.is_dictionary(values.type) else values


def one(values: pa.ChunkedArray | pa.Array) -> pa.Array:
    """All chunks as one array."""
    while isinstance(values, pa.ChunkedArray):
        values = values.combine_chunks() if values.num_chunks != 1 else values.chunk(0)
    return values


def differing(old: pa.Array, new: pa.Array) -> Mask:
    """Where two arrays of the same stored type hold different values: NULL equals NULL, NaN equals NaN, -0.0 equals
    0.0, inside of lists and structs too."""
    old, new = plain(old), plain(new)
    if pa.types.is_nested(old.type):
        import polars as pl

        inside: Mask = pl.Series(old).ne_missing(pl.Series(new)).to_numpy()  # Arrow compares no lists and structs
        return inside
    unlike = pc.fill_null(pc.not_equal(old, new), False)
    if pa.types.is_floating(old.type):
        both = pc.and_(pc.is_nan(old), pc.is_nan(new))
        unlike = pc.and_not(unlike, pc.fill_null(both, False))
    unlike = pc.or_(unlike, pc.xor(pc.is_null(old), pc.is_null(new)))
    mask: Mask = unlike.to_numpy(zero_copy_only=False)
    return mask
