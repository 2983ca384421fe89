"""Column values as the text that CSV and JSON Lines can hold, for the types that have no form of their own there.
One notation for both formats: bytes as \\x and hex digits, durations in ISO 8601.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


def readable(frame: pl.LazyFrame, *, nested_as_text: bool) -> pl.LazyFrame:
    """The frame with bytes and durations as text, and lists and structs as JSON where `nested_as_text`."""
    return frame.with_columns(list(_replacements(frame.collect_schema(), nested_as_text)))


def _replacements(schema: pl.Schema, nested_as_text: bool) -> Iterator[pl.Expr]:
    for name, dtype in schema.items():
        column = pl.col(name)
        if nested_as_text and isinstance(dtype, (pl.List, pl.Array, pl.Struct)):
            holder = pl.struct(_plain(dtype, column).alias("v")).struct.json_encode().str.slice(5)  # {"v":...}
            yield pl.when(column.is_not_null()).then(holder.str.head(-1)).alias(name)
        elif (plain := _plain(dtype, column)) is not column:
            yield plain.alias(name)


def _plain(dtype: pl.DataType, column: pl.Expr) -> pl.Expr:
    """`column` itself where its type needs no help."""
    if dtype == pl.Binary:
        return pl.concat_str(pl.lit("\\x"), column.bin.encode("hex"))
    if isinstance(dtype, pl.Duration):
        return column.dt.to_string("iso")
    if isinstance(dtype, pl.List) and (inner := _element(dtype.inner)) is not None:
        return column.list.eval(inner(pl.element()))
    return column


def _element(dtype: object) -> Callable[[pl.Expr], pl.Expr] | None:
    if isinstance(dtype, pl.DataType) and (dtype == pl.Binary or isinstance(dtype, (pl.Duration, pl.List))):
        return lambda element: _plain(dtype, element)
    return None
