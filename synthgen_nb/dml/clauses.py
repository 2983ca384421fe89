"""The clauses of UPDATE, DELETE and INSERT as syntax trees: what is read of them, and what is refused, with its place.
Knows no schema."""

from __future__ import annotations

from sqlglot import exp

from ..ddl.dialects import Dialect
from ..sqlsemantics.relations import forbidden, name_in, wrong

Joined = tuple[exp.Expression, exp.Expression | None]
_FLEETING = (exp.Rand, exp.Randn, exp.Uuid)
_FLEETING_NAMES = frozenset(("random", "rand", "newid", "newsequentialid", "sys_guid", "uuid_generate_v4", "setseed"))
_IN_A_QUERY = "choose the rows in a query: WHERE id IN (SELECT id ... LIMIT n)"
_CLAUSES = {
    "returning": "an edit gives no rows back: leave RETURNING out",
    "order": _IN_A_QUERY,
    "limit": _IN_A_QUERY,
    "conflict": "write UPDATE for the rows that are there, INSERT for new ones",
    "ignore": "choose the rows in a query: WHERE NOT EXISTS (...)",
    "alternative": "write UPDATE for the rows that are there, INSERT for new ones",
}


def refuse_chance(tree: exp.Expression) -> None:
    """An edit is the same each time."""
    for node in tree.walk():
        if isinstance(node, _FLEETING) or (isinstance(node, exp.Anonymous) and node.name.lower() in _FLEETING_NAMES):
            forbidden(
                node,
                "what is drawn by chance is another edit each time",
                hint="synth_percent(10) is true for 10 % of the rows, synth() draws values",
            )


def listed(node: exp.Expression) -> list[Joined]:
    """A table and those that are joined to it, each with its JOIN."""
    return [(node, None), *((join.this, join) for join in node.args.get("joins") or ())]


def is_called(node: exp.Expression, name: exp.Expression, dialect: Dialect) -> bool:
    """Whether a table in FROM goes by this name."""
    alias = node.args.get("alias")
    called = alias.name if alias is not None else node.name
    return isinstance(node, exp.Table) and name_in(name, [called], dialect) is not None


def is_default(node: exp.Expression) -> bool:
    named = isinstance(node, exp.Var) or (isinstance(node, exp.Column) and not node.args.get("table"))
    return (
        named and node.name.upper() == "DEFAULT" and not (isinstance(node, exp.Column) and node.this.args.get("quoted"))
    )


def spread(node: exp.Expression, columns: int) -> list[exp.Expression]:
    """(a, b) = (1, 2) and (a, b) = (SELECT x, y ...): a value for each column."""
    if isinstance(node, exp.Tuple):
        found = list(node.expressions)
    elif isinstance(node, (exp.Subquery, exp.Query)):
        query = node.this if isinstance(node, exp.Subquery) else node
        names = [exp.to_identifier(f"c{at}", quoted=True) for at in range(1, columns + 1)]
        found = []
        for name in names:
            alias = exp.TableAlias(this=exp.to_identifier("row ", quoted=True), columns=[n.copy() for n in names])
            one = exp.From(this=exp.Subquery(this=query.copy(), alias=alias))
            found.append(exp.Subquery(this=exp.Select(expressions=[exp.Column(this=name.copy())], from_=one)))
    else:
        forbidden(node, "a row of values is wanted here", hint="(a, b) = (1, 2)")
    if len(found) != columns:
        wrong(node, f"{len(found)} values are given for {columns} columns")
    return found


def identifier_of(node: exp.Expression) -> exp.Expression:
    return node.this if isinstance(node, exp.Column) else node


def only(node: exp.Expression, allowed: set[str]) -> None:
    for key, value in node.args.items():
        if value and key not in allowed:
            shown = value if isinstance(value, exp.Expression) else node
            forbidden(shown, f"{key.strip('_').upper().replace('_', ' ')} is not read here", hint=_CLAUSES.get(key, ""))
