"""Values as the text that an engine reads: SQL literals by dialect, and the lines of PostgreSQL's COPY. Works on whole
columns; knows nothing of tables, statements or connections.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import polars as pl
from msgspec import Struct

from ..schema import Column, Kind

if TYPE_CHECKING:
    from collections.abc import Iterator

_MYSQL = ("mysql", "mariadb")
_NATIONAL = {Kind.TEXT, Kind.JSON, Kind.XML, Kind.ENUM, Kind.OTHER}  # in T-SQL a string without N is of one code page


class _Said(Struct, frozen=True):
    """A column as text without quotes, and whether a literal of it needs quotes. `prefix` stands before the quote."""

    text: pl.Expr
    quoted: bool
    prefix: str = ""
    suffix: str = ""


def literals(columns: Sequence[Column], types: pl.Schema, dialect: str) -> list[pl.Expr]:
    """One text expression a column: its values as SQL literals of the dialect, NULL as the word."""
    return [_literal(_said(pl.col(c.name), types[c.name], c, dialect), dialect).fill_null("NULL") for c in columns]


def copy_lines(columns: Sequence[Column], types: pl.Schema) -> pl.Expr:
    """The rows as lines of PostgreSQL's COPY in text format, without the line's end."""
    return pl.concat_str(list(_copied(columns, types)), separator="\t")


def _copied(columns: Sequence[Column], types: pl.Schema) -> Iterator[pl.Expr]:
    for column in columns:
        text = _said(pl.col(column.name), types[column.name], column, "postgres").text
        for raw, escaped in (("\\", "\\\\"), ("\n", "\\n"), ("\r", "\\r"), ("\t", "\\t")):
            text = text.str.replace_all(raw, escaped, literal=True)
        yield text.fill_null("\\N")


def _literal(said: _Said, dialect: str) -> pl.Expr:
    if not said.quoted:
        return said.text
    text = said.text
    if dialect in _MYSQL:
        text = text.str.replace_all("\\", "\\\\", literal=True).str.replace_all("\0", "\\0", literal=True)
    text = text.str.replace_all("'", "''", literal=True)
    return pl.concat_str([pl.lit(said.prefix + "'"), text, pl.lit("'" + said.suffix)])


def _said(value: pl.Expr, type_: pl.DataType, column: Column, dialect: str) -> _Said:
    if isinstance(type_, pl.List):
        return _list(value, type_, column, dialect)
    if type_ == pl.Binary:
        return _bytes(value, dialect)
    if type_ == pl.Boolean:
        yes, no = ("TRUE", "FALSE") if dialect in ("postgres", "duckdb") else ("1", "0")
        return _Said(pl.when(value).then(pl.lit(yes)).when(value.not_()).then(pl.lit(no)), quoted=False)
    if isinstance(type_, (pl.Date, pl.Time, pl.Datetime)):
        return _moment(value, type_, dialect)
    if type_.is_float():
        return _float(value, dialect)
    if type_.is_numeric():  # SQLite would read a bare 0.10 as a binary fraction even where the column keeps text
        return _Said(value.cast(pl.String), quoted=dialect == "sqlite" and not type_.is_integer())
    return _Said(value.cast(pl.String), True, "N" if dialect == "tsql" and column.type.kind in _NATIONAL else "")


def _bytes(value: pl.Expr, dialect: str) -> _Said:
    digits = value.bin.encode("hex")
    if dialect == "postgres":
        return _Said(pl.concat_str([pl.lit("\\x"), digits]), True)
    if dialect == "duckdb":
        return _Said(digits, True, "unhex(", ")")
    if dialect == "tsql":
        return _Said(pl.concat_str([pl.lit("0x"), digits]), False)
    return _Said(digits, True, "HEXTORAW(" if dialect == "oracle" else "x", ")" if dialect == "oracle" else "")


def _moment(value: pl.Expr, type_: pl.DataType, dialect: str) -> _Said:
    if isinstance(type_, pl.Date):
        return _Said(value.dt.to_string("%Y-%m-%d"), True, "DATE " if dialect == "oracle" else "")
    if isinstance(type_, pl.Time):
        return _Said(value.dt.to_string("%H:%M:%S%.f"), True)
    between = "T" if dialect == "tsql" else " "  # with a blank, T-SQL reads day and month by the session's language
    text = value
    zone = ""
    if isinstance(type_, pl.Datetime) and type_.time_zone:
        text = value.dt.convert_time_zone("UTC")
        zone = "" if dialect in _MYSQL else "+00:00"  # MySQL: the session's zone is set to UTC
    text = text.dt.to_string(f"%Y-%m-%d{between}%H:%M:%S%.f{' ' if zone and dialect == 'oracle' else ''}{zone}")
    return _Said(text, True, "TIMESTAMP " if dialect == "oracle" else "")


def _float(value: pl.Expr, dialect: str) -> _Said:
    """Shortest text that reads back as the same number."""
    text = value.cast(pl.String)
    if dialect in ("postgres", "duckdb"):  # a quoted literal is read as a float and may say NaN
        return _Said(text, True)
    return _Said(text, False)


def _list(value: pl.Expr, type_: pl.List, column: Column, dialect: str) -> _Said:
    """DuckDB has literals of lists, PostgreSQL a text form; for SQLite they are JSON."""
    inner = type_.inner
    assert isinstance(inner, pl.DataType)
    element = _said(pl.element(), inner, column, dialect)
    if dialect == "duckdb":
        items = value.list.eval(_literal(element, dialect).fill_null("NULL")).list.join(", ")
        return _Said(pl.concat_str([pl.lit("["), items, pl.lit("]")]), False)
    if dialect == "sqlite":
        holder = pl.struct(value.alias("v")).struct.json_encode().str.slice(5)  # {"v":...}
        return _Said(pl.when(value.is_not_null()).then(holder.str.head(-1)), True)
    text = element.text
    if element.quoted and not isinstance(inner, pl.List):
        text = text.str.replace_all("\\", "\\\\", literal=True).str.replace_all('"', '\\"', literal=True)
        text = pl.concat_str([pl.lit('"'), text, pl.lit('"')])
    box = column.type.element is not None and column.type.element.sql.lower() == "box"  # the one type with its own mark
    items = value.list.eval(text.fill_null("NULL")).list.join(";" if box else ",")
    return _Said(pl.concat_str([pl.lit("{"), items, pl.lit("}")]), True)
