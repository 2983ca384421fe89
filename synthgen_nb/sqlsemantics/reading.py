"""The term of a syntax node: its shim, looked up in the tables of operators and functions."""

from __future__ import annotations

from sqlglot import exp

from .functions import FUNCTIONS
from .operators import OPERATORS, Read
from .terms import Scope, Term, refuse


def shimmed(node: exp.Expression, read: Read, scope: Scope) -> Term:
    """`read` reads its parts. Raises UnsafeSQLError for what is in neither table."""
    name = node.name.lower() if isinstance(node, exp.Anonymous) else type(node)
    shim = OPERATORS.get(type(node)) or FUNCTIONS.get((name, scope.family))
    if shim is None:
        if isinstance(node, (exp.Subquery, exp.Query, exp.Exists)):
            refuse("a query inside an expression")
        refuse(f"{node.name}()" if isinstance(node, exp.Anonymous) else node.sql()[:60])
    return shim(node, read, scope)
