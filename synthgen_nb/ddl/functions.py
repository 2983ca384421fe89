"""A schema's own functions, where one is a single expression: a call of it is that expression with the arguments in it,
which can be read, met and checked like any other. Knows PostgreSQL's CREATE FUNCTION and sqlglot's trees.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from msgspec import Struct
from sqlglot import exp

from ..errors import DDLError
from ..schema import Kind, Type
from .cursor import Cursor
from .dialects import Dialect
from .expressions import parse_expression
from .typenames import RawType, read_type, type_of

_BODIES = {
    "SQL": re.compile(r"\s*SELECT\s+([^;]+?)\s*;?\s*", re.I),
    "PLPGSQL": re.compile(r"\s*BEGIN\s+RETURN\s+([^;]+?)\s*;\s*END\s*;?\s*", re.I),
}
# types, not names, where a word follows
_TWO_WORDS = ("DOUBLE", "CHARACTER", "BIT", "TIME", "TIMESTAMP", "NATIONAL", "INTERVAL")
_DEEPEST = 8  # functions that call functions
_LONGEST = 500  # characters of a body, nodes of what it is put into: two functions could call each other for ever
# what is NULL as soon as one part is
_NULL_THROUGH = (
    exp.Column, exp.Identifier, exp.Literal, exp.Neg, exp.Paren, exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE,
    exp.Add, exp.Sub, exp.Mul, exp.Mod, exp.Like, exp.RegexpLike, exp.Length, exp.Lower, exp.Upper, exp.Trim, exp.Abs,
    exp.In, exp.Between, exp.Cast, exp.DataType,
)  # fmt: skip


class Function(Struct, frozen=True):
    """`body` reads nothing but the parameters; None for what is more than one expression. `strict`: NULL for a NULL
    argument, whatever the body says."""

    parameters: tuple[tuple[str, RawType], ...]
    body: exp.Expression | None
    strict: bool


Find = Callable[[tuple[str, ...], int], Function | None]


def read_function(c: Cursor) -> Function:
    """What follows the name in CREATE FUNCTION."""
    parameters = []
    for item in c.group().items():
        if not item.done and not item.at("OUT"):
            item.take_any("IN", "INOUT", "VARIADIC")
            named = item.is_name(1) and not item.at_any(*_TWO_WORDS)
            parameters.append((item.name() if named else "", read_type(item)))
    language, text, strict = "SQL", "", False
    while not c.done:
        if c.take("LANGUAGE"):
            language = c.next().text.strip("'\"").upper()
        elif c.take("STRICT") or c.take("RETURNS", "NULL", "ON", "NULL", "INPUT"):
            strict = True
        elif c.at("AS") and c.peek(1).kind == "string":
            c.skip()
            text = c.string()
        elif c.take("RETURN"):
            text = f"SELECT {c.rest()}"
        else:
            c.skip()
    text = text.strip()
    found = _BODIES[language].fullmatch(text) if language in _BODIES and len(text) <= _LONGEST else None
    body = _expression(found[1], c.dialect.name) if found else None
    names = {name for name, _ in parameters}
    if body is not None and any(column.table or column.name not in names for column in body.find_all(exp.Column)):
        body = None
    return Function(tuple(parameters), body, strict)


def inlined(sql: str, find: Find, types: Mapping[str, Type], dialect: Dialect) -> str:
    """The expression with what `find` knows (by name and number of arguments) in the place of its calls. `types` are
    those of the columns: an argument of another type than the parameter's is cast, as the server does."""
    tree: exp.Expr | None = _expression(sql, dialect.name)
    if tree is None or tree.find(exp.Anonymous) is None:
        return sql
    for step in range(_DEEPEST):
        if sum(1 for _ in tree.walk()) > _LONGEST:
            break
        after = tree.transform(lambda node: _replaced(node, find, types, dialect))
        if after == tree:
            return tree.sql(dialect=dialect.sqlglot, comments=False) if step else sql
        tree = after
    return sql


def _expression(sql: str, dialect: str) -> exp.Expression | None:
    """None where it is none or asks tables."""
    try:
        tree = parse_expression(sql, dialect)
    except DDLError:  # whoever needs its meaning will say so, with its place
        return None
    return None if tree.find(exp.Query, exp.Exists) else tree


def _replaced(node: exp.Expression, find: Find, types: Mapping[str, Type], dialect: Dialect) -> exp.Expr:
    call = node.expression if isinstance(node, exp.Dot) else node
    if not isinstance(call, exp.Anonymous) or (node is call and isinstance(node.parent, exp.Dot)):
        return node
    space = (node.this.name,) if isinstance(node, exp.Dot) else ()
    function = find((*space, call.name), len(call.expressions))
    if function is None or function.body is None:
        return node
    given = [
        _argument(value, raw, types, dialect)
        for value, (_, raw) in zip(call.expressions, function.parameters, strict=True)
    ]
    names = {name: value for (name, _), value in zip(function.parameters, given, strict=True) if name}

    def filled(part: exp.Expression) -> exp.Expr:
        if isinstance(part, exp.Column):
            return names[part.name].copy()
        if isinstance(part, exp.Parameter) and part.name.isdigit() and 0 < int(part.name) <= len(given):
            return given[int(part.name) - 1].copy()
        return part

    body = exp.paren(function.body.transform(filled), copy=False)
    unknown = [value for value in given if not isinstance(value, exp.Literal)]
    if not function.strict or not unknown or (len(unknown) == 1 and _null_through(body)):
        return body
    present = exp.and_(*(exp.not_(exp.Is(this=value.copy(), expression=exp.Null())) for value in unknown))
    return exp.paren(exp.Case().when(present, body))


def _null_through(body: exp.Expression) -> bool:
    """Whether a condition on one column is NULL where that is, by itself: so is each side of its ANDs and ORs."""
    if isinstance(body, exp.Paren | exp.Not):
        return _null_through(body.this)
    if isinstance(body, exp.Connector):
        return _null_through(body.this) and _null_through(body.expression)
    return body.find(exp.Column) is not None and all(isinstance(node, _NULL_THROUGH) for node in body.walk())


def _argument(value: exp.Expression, raw: RawType, types: Mapping[str, Type], dialect: Dialect) -> exp.Expr:
    to = exp.DataType.build(raw.sql, dialect.sqlglot, udt=True)
    wanted = type_of(raw, dialect.name, lambda asked: None)
    plain = value.unnest()
    while isinstance(plain, exp.Cast) and plain.to == to:  # a catalog writes the casts that a call needs
        plain = plain.this.unnest()
    has = types.get(plain.name) if isinstance(plain, exp.Column) else None
    if wanted is not None and isinstance(plain, exp.Literal) and not wanted.fixed:
        fits = wanted.kind is Kind.TEXT if plain.is_string else wanted.kind is Kind.INTEGER and plain.is_int
    else:
        fits = wanted is not None and has is not None and _same(has, wanted)
    return plain.copy() if fits else exp.Cast(this=plain.copy(), to=to)


def _same(column: Type, wanted: Type) -> bool:
    """Whether a cast changes nothing: a function's parameter has no length, and any width of a whole number will do."""
    plain = column.kind is not Kind.TEXT or not (column.fixed or wanted.fixed or column.case_insensitive)
    return column.kind is wanted.kind and plain and (column.kind is not Kind.FLOAT or column.bits == wanted.bits)
