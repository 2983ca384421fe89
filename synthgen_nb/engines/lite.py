"""Types and conditions in SQLite's words. A condition is told only where SQLite surely means the same by it."""

from __future__ import annotations

from typing import cast

import pyarrow as pa
from sqlglot import exp

from ..ddl.expressions import parse_expression
from ..errors import DDLError, UnsafeSQLError
from ..physical import arrow_type
from ..schema import Kind, Table, Type

_WHOLE_DIGITS = 15  # a decimal of more digits does not survive SQLite's binary fractions and is kept as text
_STRUCTURE = (
    exp.And, exp.Or, exp.Not, exp.Paren, exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.Is, exp.Null, exp.In,
    exp.Between, exp.Column, exp.Identifier, exp.Literal, exp.Boolean, exp.Neg,
)  # fmt: skip
_ARITHMETIC = (exp.Add, exp.Sub, exp.Mul)
_TEXT_LITERALS = (exp.DType.TEXT, exp.DType.VARCHAR, exp.DType.CHAR)
_NUMBERS = (Kind.INTEGER, Kind.FLOAT, Kind.DECIMAL, Kind.YEAR, Kind.MONEY)


def lite_type(column: Type, dialect: str) -> str:
    """A declared type whose affinity keeps the values as a dataset of that dialect holds them."""
    if column.kind == Kind.BOOLEAN:
        return "BOOLEAN"
    if column.kind in (Kind.INTEGER, Kind.YEAR) or pa.types.is_integer(arrow_type(column, dialect)):
        return "INTEGER"
    if column.kind == Kind.FLOAT:
        return "REAL"
    if column.kind in (Kind.DECIMAL, Kind.MONEY) and _short(column):
        return f"DECIMAL({column.precision or 15}, {column.scale or 2})" if column.kind == Kind.DECIMAL else "DECIMAL"
    if pa.types.is_binary(arrow_type(column, dialect)):
        return "BLOB"
    return "TEXT COLLATE NOCASE" if column.case_insensitive else "TEXT"


def lite_condition(sql: str, table: Table, dialect: str) -> str:
    """Raises UnsafeSQLError for a condition that SQLite might read in another way."""
    try:
        tree = parse_expression(sql, dialect)
    except DDLError as error:
        raise UnsafeSQLError(f"can't be read: {error.message}") from error
    tree = tree.transform(_plain_literal)
    columns = {node.name: _type_of(table, node.name) for node in tree.find_all(exp.Column)}
    for node in tree.walk():
        if isinstance(node, _ARITHMETIC) and all(type_.kind == Kind.INTEGER for type_ in columns.values()):
            continue
        if isinstance(node, exp.Length) and dialect not in ("mysql", "mariadb", "tsql"):
            continue  # elsewhere LENGTH counts bytes, or not the blanks at the end
        if not isinstance(node, _STRUCTURE):
            raise UnsafeSQLError(f"{type(node).__name__} may mean something else in SQLite")
    for name, type_ in columns.items():
        if not _comparable(type_):
            raise UnsafeSQLError(f"{name} is kept as text in SQLite")
    return tree.sql(dialect="sqlite")


def _plain_literal(node: exp.Expression) -> exp.Expression:
    """'x'::text is 'x'; DATE '2020-01-01' is the text that SQLite keeps."""
    if not isinstance(node, exp.Cast):
        return node
    text = node.to.this in _TEXT_LITERALS
    literal = isinstance(node.this, exp.Literal) and node.this.is_string
    if (text and isinstance(node.this, exp.Column)) or (literal and (text or node.to.this == exp.DType.DATE)):
        return cast(exp.Expression, node.this)
    return node


def _type_of(table: Table, name: str) -> Type:
    for column in table.columns:
        if column.name.casefold() == name.casefold():
            return column.type
    raise UnsafeSQLError(f"there is no column {name}")


def _comparable(column: Type) -> bool:
    if column.kind in (Kind.DECIMAL, Kind.MONEY):
        return _short(column)
    return column.kind in (*_NUMBERS, Kind.TEXT, Kind.ENUM, Kind.DATE, Kind.BOOLEAN)


def _short(column: Type) -> bool:
    return (column.precision or _WHOLE_DIGITS) <= _WHOLE_DIGITS
