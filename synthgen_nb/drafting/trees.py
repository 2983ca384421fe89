"""The pieces of a condition's syntax tree: its columns, its literals, its parts. Knows nothing of domains."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sqlglot import exp

from ..schema import Column


def sqlglot_name(dialect: str) -> str:
    return "mysql" if dialect == "mariadb" else dialect


def positive(tree: exp.Expr) -> exp.Expr:
    """NOT written out: sqlglot keeps it inside of IS, LIKE, IN and BETWEEN."""

    def written(node: exp.Expr) -> exp.Expr:
        if not node.args.get("negate"):
            return node
        plain = node.copy()
        plain.set("negate", None)
        return exp.Not(this=plain)

    return tree.transform(written)


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
    """The column whose length this is."""
    tree = bare(tree)
    return column_in(tree.this, columns) if isinstance(tree, exp.Length) else None


def bare(tree: exp.Expr) -> exp.Expr:
    while isinstance(tree, exp.Cast | exp.Paren):
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
