"""Aggregates of the source dialects, alone or OVER a window, as terms of DuckDB SQL. Knows their arguments; not what is
grouped, nor how a window is cut.

Sums of doubles depend on the order of the rows, in every engine: here they are added in ascending order, so that the
same rows have the same sum."""

from __future__ import annotations

from collections.abc import Callable

from msgspec.structs import replace
from sqlglot import exp

from ..schema import Kind
from .operators import Read
from .terms import MOMENTS, NUMERIC, TEXTUAL, Scope, Term, as_number, as_truth, divided, fold, refuse, truth, whole


def aggregate(node: exp.Expression, read: Read, scope: Scope, *, only: str = "", over: str = "") -> Term:
    """`only` is the condition of FILTER, `over` the clause OVER (...), both in DuckDB's words."""
    return AGGREGATES[type(node)](_Call(node, read, scope, only, over))


class _Call:
    """One aggregate: its argument as a term, and the same applied to DuckDB's functions."""

    def __init__(self, node: exp.Expression, read: Read, scope: Scope, only: str, over: str) -> None:
        self.scope, self.over = scope, over
        if extra := [name for name, value in node.args.items() if value and name not in ("this", "big_int")]:
            refuse(f"{node.sql()[:60]} with {extra[0]}")
        inner = node.this
        self.distinct = isinstance(inner, exp.Distinct)
        if isinstance(inner, exp.Distinct):
            if len(inner.expressions) != 1 or inner.args.get("on"):
                refuse("DISTINCT over several values")
            if over:
                refuse("DISTINCT in a window")
            inner = inner.expressions[0]
        self.all = inner is None or isinstance(inner, exp.Star)
        if self.all and not isinstance(node, exp.Count):
            refuse(f"{node.sql()[:60]} over nothing")
        self.term = Term("1", Kind.INTEGER) if self.all else read(inner)
        self._only = only

    def over_rows(self, function: str, sql: str) -> str:
        sql = f"CASE WHEN {self._only} THEN {sql} END" if self._only else sql
        return f"{function}({'DISTINCT ' if self.distinct else ''}{sql}){self.over}"


def _count(call: _Call) -> Term:
    term = call.term
    ignored = term.kind in TEXTUAL and term.collation == "ci" and call.distinct
    return whole(call.over_rows("count", fold(term.sql, call.scope.family) if ignored else term.sql))


def _sum(call: _Call) -> Term:
    number = as_number(call.term, call.scope)
    if number.kind is None:
        refuse("a sum of an unknown type")
    if _inexact(number, call.scope):
        return Term(_in_order("sum", number, call), Kind.FLOAT)
    kind = Kind.INTEGER if number.kind == Kind.YEAR else number.kind
    return Term(call.over_rows("sum", number.sql), kind, scale=number.scale)


def _average(call: _Call) -> Term:
    number, family = as_number(call.term, call.scope), call.scope.family
    if number.kind is None:
        refuse("an average of an unknown type")
    if _inexact(number, call.scope):
        return Term(_in_order("avg", number, call), Kind.FLOAT)
    total, rows = call.over_rows("sum", number.sql), call.over_rows("count", number.sql)
    if family == "sqlite":
        return Term(f"(CAST({total} AS DOUBLE) / nullif({rows}, 0))", Kind.FLOAT)
    kind = Kind.INTEGER if number.kind == Kind.YEAR else number.kind
    if kind != Kind.INTEGER and number.scale is not None:  # DuckDB's sums have no room for further digits
        total = f"CAST({total} AS DECIMAL({18 + number.scale}, {number.scale}))"
    summed = Term(total, kind, scale=number.scale)
    return divided(summed, whole(f"nullif({rows}, 0)"), call.scope, whole_numbers=family == "tsql")


def _extreme(name: str) -> Callable[[_Call], Term]:
    def made(call: _Call) -> Term:
        term = call.term
        if term.kind == Kind.BOOLEAN:
            term = as_number(term, call.scope)
        if not (term.kind in NUMERIC | MOMENTS | {Kind.TIME} or orderable(term, call.scope)) or term.collation == "ci":
            refuse(f"the {name}imum of {term.kind or 'text'}")
        return replace(term, sql=call.over_rows(name, term.sql), text=None)

    return made


def _every(name: str) -> Callable[[_Call], Term]:
    return lambda call: truth(call.over_rows(name, as_truth(call.term, call.scope).sql))


def orderable(term: Term, scope: Scope) -> bool:
    """Whether DuckDB orders values as the source does."""
    if term.kind in NUMERIC | MOMENTS | {Kind.TIME, Kind.BOOLEAN, Kind.INTERVAL}:
        return True
    if term.kind == Kind.UUID:
        return scope.family != "tsql"
    local = scope.family in ("postgres", "tsql", "oracle") and term.collation != "bin"
    return term.kind == Kind.TEXT and not local


def _inexact(number: Term, scope: Scope) -> bool:
    return number.kind == Kind.FLOAT or (scope.family == "sqlite" and number.kind in (Kind.DECIMAL, Kind.MONEY))


def _in_order(name: str, number: Term, call: _Call) -> str:
    if call.over:
        refuse("a running sum of doubles")
    return f"list_{name}(list_sort({call.over_rows('list', number.sql)}))"


AGGREGATES: dict[type[exp.Expression], Callable[[_Call], Term]] = {
    exp.Count: _count,
    exp.Sum: _sum,
    exp.Avg: _average,
    exp.Min: _extreme("min"),
    exp.Max: _extreme("max"),
    exp.LogicalAnd: _every("bool_and"),
    exp.LogicalOr: _every("bool_or"),
}
