"""Numbers, dates and intervals under + - * / % and the bit operators, as each dialect counts. Knows terms and their
syntax nodes; comparisons are in operators.py."""

from __future__ import annotations

from collections.abc import Callable

from msgspec.structs import replace
from sqlglot import exp

from ..schema import Kind
from .terms import MOMENTS, TEXTUAL, Scope, Term, as_moment, as_number, divided, refuse, same_kind, whole

Read = Callable[[exp.Expression], Term]

_UNIT_NAMES = """
    MICROSECOND MILLISECOND SECOND MINUTE HOUR DAY WEEK MONTH QUARTER YEAR DECADE CENTURY
"""
_UNITS = frozenset(_UNIT_NAMES.split())
ARITHMETIC: dict[type[exp.Expression], str] = {exp.Add: "+", exp.Sub: "-", exp.Mul: "*", exp.Mod: "%"}
BITS: dict[type[exp.Expression], str] = {
    exp.BitwiseAnd: "&",
    exp.BitwiseOr: "|",
    exp.BitwiseXor: "xor",
    exp.BitwiseLeftShift: "<<",
    exp.BitwiseRightShift: ">>",
}


def negative(node: exp.Expression, read: Read, scope: Scope) -> Term:
    term = as_number(read(node.this), scope)
    return replace(term, sql=f"(-{term.sql})", text=None)


def arithmetic(node: exp.Expression, read: Read, scope: Scope) -> Term:
    left, right, sign = read(node.this), read(node.expression), ARITHMETIC[type(node)]
    if isinstance(node, exp.Add) and scope.family == "tsql" and {left.kind, right.kind} <= TEXTUAL | {None}:
        return Term(f"({left.sql} || {right.sql})", Kind.TEXT)
    if {left.kind, right.kind} & (MOMENTS | {Kind.INTERVAL, Kind.TIME}):
        return _moved(node, left, right, sign, scope)
    left, right = as_number(left, scope), as_number(right, scope)
    if scope.family in ("mysql", "sqlite") and {left.kind, right.kind} <= {Kind.INTEGER, Kind.YEAR}:
        # 64-bit there whatever the columns' widths, and an unsigned difference may not wrap here
        left = replace(left, sql=f"CAST({left.sql} AS HUGEINT)")
    if isinstance(node, exp.Mod) and scope.family in ("mysql", "sqlite"):
        right = replace(right, sql=f"nullif({right.sql}, 0)")
        if scope.family == "sqlite" and not {left.kind, right.kind} <= {Kind.INTEGER, Kind.YEAR}:
            refuse("% of other numbers than integers")
    kind, scale = _result(left, right, isinstance(node, exp.Mul))
    return Term(f"({left.sql} {sign} {right.sql})", kind, scale=scale)


def _result(left: Term, right: Term, product: bool) -> tuple[Kind | None, int | None]:
    kinds = {left.kind, right.kind}
    if Kind.FLOAT in kinds or None in kinds:
        return (Kind.FLOAT if Kind.FLOAT in kinds else None), None
    kind = Kind.INTEGER if kinds <= {Kind.INTEGER, Kind.YEAR} else Kind.DECIMAL
    if left.scale is None or right.scale is None:
        return kind, None
    return kind, left.scale + right.scale if product else max(left.scale, right.scale)


def _moved(node: exp.Expression, left: Term, right: Term, sign: str, scope: Scope) -> Term:
    """Dates and intervals: date + interval, date + days, date - date, n * interval."""
    if isinstance(node, exp.Mul) and {left.kind, right.kind} == {Kind.INTEGER, Kind.INTERVAL}:
        return Term(f"({left.sql} * {right.sql})", Kind.INTERVAL)
    if isinstance(node, exp.Add) and left.kind in (Kind.INTERVAL, Kind.INTEGER) and right.kind in MOMENTS:
        left, right = right, left
    if right.kind == Kind.INTERVAL and isinstance(node, (exp.Add, exp.Sub)):
        if left.kind == Kind.INTERVAL:
            return Term(f"({left.sql} {sign} {right.sql})", Kind.INTERVAL)
        left = as_moment(left, scope)
        kind = Kind.TIMESTAMPTZ if left.kind == Kind.TIMESTAMPTZ else Kind.TIMESTAMP
        return Term(f"({left.sql} {sign} {right.sql})", kind)
    days = left.kind == Kind.DATE and right.kind == Kind.INTEGER and isinstance(node, (exp.Add, exp.Sub))
    if days and scope.family in ("postgres", "duckdb"):
        return Term(f"({left.sql} {sign} CAST({right.sql} AS INTEGER))", Kind.DATE)
    if left.kind in MOMENTS and isinstance(node, exp.Sub) and scope.family in ("postgres", "duckdb"):
        _, right = same_kind(left, right, scope)
        if left.kind == right.kind == Kind.DATE:
            return whole(f"({left.sql} - {right.sql})")
        return Term(f"({left.sql} - {right.sql})", Kind.INTERVAL)
    refuse(f"{left.kind or 'text'} {sign} {right.kind or 'text'}")


def division(node: exp.Expression, read: Read, scope: Scope) -> Term:
    return divided(read(node.this), read(node.expression), scope, whole_numbers=bool(node.args.get("typed")))


def whole_division(node: exp.Expression, read: Read, scope: Scope) -> Term:
    """MySQL's DIV."""
    left, right = as_number(read(node.this), scope), as_number(read(node.expression), scope)
    if not {left.kind, right.kind} <= {Kind.INTEGER, Kind.YEAR}:
        refuse("DIV of other numbers than integers")
    return whole(f"({left.sql} // nullif({right.sql}, 0))")


def bitwise(node: exp.Expression, read: Read, scope: Scope) -> Term:
    left, right = (_bits(read(part), scope) for part in (node.this, node.expression))
    if isinstance(node, exp.BitwiseXor):
        return whole(f"xor({left}, {right})")
    return whole(f"({left} {BITS[type(node)]} {right})")


def _bits(term: Term, scope: Scope) -> str:
    if (term := as_number(term, scope)).kind not in (Kind.INTEGER, None):
        refuse("bits of anything but an integer")
    return f"CAST({term.sql} AS BIGINT)"


def interval(node: exp.Expression, read: Read, scope: Scope) -> Term:
    unit = node.args.get("unit")
    value = read(node.this)
    if unit is None:
        if value.text is None:
            refuse("this interval")
        return Term(f"CAST({value.sql} AS INTERVAL)", Kind.INTERVAL)
    return spanned(value, unit.name, scope)


def spanned(value: Term, unit: str, scope: Scope) -> Term:
    """`value` times a unit of time."""
    name = unit.upper().removesuffix("S") if unit.upper() != "CENTURIES" else "CENTURY"
    if name not in _UNITS:
        refuse(f"an interval of {unit}")
    amount = as_number(value, scope)
    if amount.kind not in (Kind.INTEGER, None):
        refuse("an interval of a fraction")
    return Term(f"({amount.sql} * INTERVAL '1 {name}')", Kind.INTERVAL)
