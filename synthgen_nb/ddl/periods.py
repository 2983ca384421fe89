"""What an EXCLUDE with && asks: which rows are held against each other, and from where to where each one reaches.
Knows ranges and their bounds, not how rows are made or counted."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct
from sqlglot import exp

from ..errors import DDLError
from ..schema import Column, Exclude, Kind, Period, Table
from .dialects import dialect_named
from .expressions import columns_of, parse_expression

_SUBTYPES = {
    "int4range": Kind.INTEGER,
    "int8range": Kind.INTEGER,
    "numrange": Kind.DECIMAL,
    "daterange": Kind.DATE,
    "tsrange": Kind.TIMESTAMP,
    "tstzrange": Kind.TIMESTAMPTZ,
}
DISCRETE = frozenset((Kind.INTEGER, Kind.DATE))  # whose ranges have a canonical form, [ )


class Apart(Struct, frozen=True):
    """Rows whose `equal` parts (SQL) are equal never overlap. `column` is a column of a range type; where it is empty
    `low` and `high` are the ends (SQL) and `bounds` says which of them belong to the period. `kind` is what the ends
    are."""

    equal: tuple[str, ...]
    kind: Kind
    column: str = ""
    low: str = ""
    high: str = ""
    bounds: str = "[)"


def apart_of(exclude: Exclude, table: Table, dialect: str) -> Apart | str:
    """What must not overlap; a text says why it can't be read as periods."""
    others = [operator for _, operator in exclude.elements if operator not in ("=", "&&")]
    if others:
        return f"EXCLUDE with {others[0]}: only = and && of ranges are read"
    spans = [sql for sql, operator in exclude.elements if operator == "&&"]
    if len(spans) != 1:
        return "EXCLUDE with && of several periods"
    equal = tuple(sql for sql, operator in exclude.elements if operator == "=")
    period = next((c for c in table.constraints if isinstance(c, Period) and c.name == spans[0].strip("`")), None)
    if period is not None:
        low, high = (dialect_named(dialect).quoted(name) for name in period.columns)
        return Apart(equal, table.column(period.columns[0]).type.kind, low=low, high=high)
    tree = _tree(spans[0], dialect)
    if isinstance(tree, exp.Column):
        column = named(tree, table)
        if column is not None and column.type.kind == Kind.RANGE and column.type.element is not None:
            return Apart(equal, column.type.element.kind, column=column.name)
    if isinstance(tree, exp.Dot):
        tree = tree.expression
    if isinstance(tree, exp.Anonymous) and tree.name.lower() in _SUBTYPES and len(tree.expressions) in (2, 3):
        bounds = "[)"
        if len(tree.expressions) == 3:
            given = tree.expressions[2]
            given = given.this if isinstance(given, exp.Cast) else given
            bounds = str(given.this) if isinstance(given, exp.Literal) else ""
        if bounds in ("[)", "[]", "(]", "()"):
            low, high = (end.sql(dialect=dialect_named(dialect).sqlglot) for end in tree.expressions[:2])
            return Apart(equal, _SUBTYPES[tree.name.lower()], low=low, high=high, bounds=bounds)
    return f"EXCLUDE with && of {spans[0]}: only ranges and their constructors are read"


def end_column(sql: str, table: Table, dialect: str) -> Column | None:
    """The column that an end of a period is, whatever stands for its NULL; None where it is computed from several."""
    tree = _tree(sql, dialect)
    while isinstance(tree, exp.Cast | exp.Paren | exp.Coalesce):
        tree = tree.this
    return named(tree, table) if isinstance(tree, exp.Column) else None


def equal_columns(apart: Apart, table: Table, dialect: str) -> frozenset[str]:
    """The columns that are compared as they are (expressions of columns left out)."""
    return frozenset(equals(apart.equal, table, dialect)[0])


def equals(parts: Sequence[str], table: Table, dialect: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What is compared with =, as (columns, other expressions)."""
    trees = {sql: _tree(sql, dialect) for sql in parts}
    found = {sql: named(tree, table) for sql, tree in trees.items() if isinstance(tree, exp.Column)}
    columns = tuple(column.name for column in found.values() if column is not None)
    return columns, tuple(sql for sql in trees if found.get(sql) is None)


def named(tree: exp.Expression, table: Table) -> Column | None:
    return next((c for c in table.columns if c.name.lower() == tree.name.lower()), None)


def period_columns(apart: Apart, table: Table, dialect: str) -> tuple[str, ...]:
    """The columns that the period is made of."""
    if apart.column:
        return (apart.column,)
    names = {n.lower() for sql in (apart.low, apart.high) for n in columns_of(parse_expression(sql, dialect))}
    return tuple(c.name for c in table.columns if c.name.lower() in names)


def _tree(sql: str, dialect: str) -> exp.Expression | None:
    """None for what is no expression, though an operator class may follow one."""
    for text in (sql, sql.rpartition(" ")[0]):
        try:
            return parse_expression(text, dialect)
        except DDLError:
            continue
    return None
