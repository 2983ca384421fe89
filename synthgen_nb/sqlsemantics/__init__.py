"""What an expression of a source dialect means, in DuckDB's words. `translate` and `condition` are the doors.

Every difference between dialects is a row of operators.py or functions.py. What is in neither is refused
(UnsafeSQLError says what), so that a rule is evaluated with the engine's own meaning or not at all.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from sqlglot import exp

from ..ddl.expressions import parse_expression
from ..errors import DDLError, UnsafeSQLError
from ..sandbox import guard_expression
from ..schema import Kind, Type
from .reading import shimmed
from .terms import Scope, Term, as_truth, family_of

__all__ = ["condition", "result_of", "translate"]


def translate(
    sql: str,
    dialect: str,
    columns: Mapping[str, Type] | None = None,
    *,
    as_of: str = "",
    names: Mapping[str, str] | None = None,
) -> str:
    """The expression as DuckDB SQL with the meaning that `dialect` gives it, guarded. `columns` are the table's types:
    without them what depends on types (`/`) is refused. `as_of` (ISO date) stands for the current date and time.
    `names` maps columns to their names in DuckDB where those differ.
    Raises UnsafeSQLError for what can't be evaluated exactly, and for what is not an expression."""
    if dialect == "duckdb":
        return guard_expression(sql)
    return guard_expression(_read(sql, Scope(family_of(dialect), columns, names or {}, as_of)).sql)


def condition(
    sql: str,
    dialect: str,
    columns: Mapping[str, Type] | None = None,
    *,
    as_of: str = "",
    names: Mapping[str, str] | None = None,
) -> str:
    """The same for a condition: a number counts as its truth where the dialect has it so. A row violates it if it IS
    FALSE; NULL passes."""
    if dialect == "duckdb":
        return guard_expression(sql)
    scope = Scope(family_of(dialect), columns, names or {}, as_of)
    return guard_expression(as_truth(_read(sql, scope), scope).sql)


def result_of(
    sql: str, dialect: str, columns: Mapping[str, Type] | None = None, *, as_of: str = ""
) -> tuple[Kind | None, int | None]:
    """What kind of value the expression gives in `dialect`, and the digits after its point where they are known. Raises
    UnsafeSQLError for what can't be evaluated exactly."""
    if dialect == "duckdb":
        guard_expression(sql)
        return None, None
    term = _read(sql, Scope(family_of(dialect), columns, {}, as_of))
    guard_expression(term.sql)
    return term.kind, term.scale


@lru_cache(maxsize=1024)  # tables ask alike, and every edit of a table asks for its CHECKs again
def _tree(sql: str, family: str) -> exp.Expression:
    """The one tree for all who read it; nobody changes it."""
    return parse_expression(sql, family)


def _read(sql: str, scope: Scope) -> Term:
    def read(node: exp.Expression) -> Term:
        return shimmed(node, read, scope)

    try:
        return read(_tree(sql, scope.family))
    except DDLError as error:
        raise UnsafeSQLError(f"this expression can't be read: {error.message}") from error
    except RecursionError as error:
        raise UnsafeSQLError("this expression is nested too deeply") from error
