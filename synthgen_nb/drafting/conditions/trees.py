"""The pieces of a condition's syntax tree: its columns, its literals, its parts. Knows nothing of domains."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from sqlglot import exp

from ...schema import Column, Kind

_FOLDS: dict[type[exp.Expr], Callable[[str], str]] = {exp.Upper: str.upper, exp.Lower: str.lower, exp.Trim: str.strip}


def sqlglot_name(dialect: str) -> str:
    return "mysql" if dialect == "mariadb" else dialect


_OPPOSITE: dict[type[exp.Expr], type[exp.Binary]] = {
    exp.EQ: exp.NEQ,
    exp.NEQ: exp.EQ,
    exp.LT: exp.GTE,
    exp.GTE: exp.LT,
    exp.GT: exp.LTE,
    exp.LTE: exp.GT,
    exp.And: exp.Or,
    exp.Or: exp.And,
}


def positive(tree: exp.Expr) -> exp.Expr:
    """NOT written out (sqlglot keeps it inside of IS, LIKE, IN and BETWEEN) and pushed down to what it can't turn."""

    def written(node: exp.Expr) -> exp.Expr:
        if not node.args.get("negate"):
            return node
        plain = node.copy()
        plain.set("negate", None)
        return exp.Not(this=plain)

    def turned(node: exp.Expr) -> exp.Expr:
        return exp.Paren(this=_negated(node.this)) if isinstance(node, exp.Not) else node

    return tree.transform(written).transform(turned)


def _negated(tree: exp.Expr) -> exp.Expr:
    tree = tree.unnest()
    if isinstance(tree, exp.Not):
        return positive(tree.this)
    opposite = _OPPOSITE.get(type(tree))
    if opposite is None:
        return exp.Not(this=tree.copy())
    if isinstance(tree, exp.And | exp.Or):
        sides = (exp.Paren(this=_negated(tree.left)), exp.Paren(this=_negated(tree.right)))
        return opposite(this=sides[0], expression=sides[1])
    return opposite(this=tree.this.copy(), expression=tree.expression.copy())


def conjuncts(tree: exp.Expr) -> Iterator[exp.Expr]:
    tree = tree.unnest()
    if isinstance(tree, exp.And):
        yield from conjuncts(tree.left)
        yield from conjuncts(tree.right)
    elif isinstance(tree, exp.Between) and not isinstance(tree.parent, exp.Not):
        yield exp.GTE(this=tree.this.copy(), expression=tree.args["low"].copy())
        yield exp.LTE(this=tree.this.copy(), expression=tree.args["high"].copy())
    else:
        yield tree


def column_in(tree: exp.Expr, columns: Mapping[str, Column]) -> Column | None:
    tree = bare(tree)
    return columns.get(tree.name.lower()) if isinstance(tree, exp.Column) else None


def measured_in(tree: exp.Expr, columns: Mapping[str, Column]) -> Column | None:
    """The column whose length this is; of bytes too, where a character can't be several."""
    tree = bare(tree)
    if isinstance(tree, exp.Anonymous) and tree.name.lower() == "octet_length" and len(tree.expressions) == 1:
        column = column_in(tree.expressions[0], columns)
        return column if column is not None and column.type.kind == Kind.BINARY else None
    return column_in(tree.this, columns) if isinstance(tree, exp.Length) else None


def folded_in(tree: exp.Expr, columns: Mapping[str, Column]) -> tuple[Column, Callable[[str], str]] | None:
    """The text column that is read through UPPER, LOWER or TRIM, and what they make of a text."""
    tree = bare(tree)
    fold = _FOLDS.get(type(tree))
    column = column_in(tree.this, columns) if fold and not tree.args.get("expression") else None
    return (column, fold) if fold and column is not None and column.type.kind == Kind.TEXT else None


def bare(tree: exp.Expr) -> exp.Expr:
    while isinstance(tree, exp.Cast | exp.Paren) and not isinstance(tree, exp.TryCast):
        tree = tree.this
    return tree


def literal_in(tree: exp.Expr) -> str | int | float | bool | None:
    tree = bare(tree)
    if isinstance(tree, exp.Literal):
        if tree.is_string:
            return str(tree.this)
        return int(tree.this) if tree.is_int else float(tree.this)
    if isinstance(tree, exp.Neg):
        value = literal_in(tree.this)
        return -value if isinstance(value, int | float) else None
    if isinstance(tree, exp.Boolean):
        return bool(tree.this)
    if isinstance(tree, exp.National):
        return str(tree.this)
    return None
