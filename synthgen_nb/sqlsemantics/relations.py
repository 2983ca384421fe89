"""What names mean at one place of a query: its tables with their columns, those of the queries around it, and where
in the text a mistake stands. Knows names, not clauses."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from typing import NoReturn

from msgspec import Struct, field
from sqlglot import exp

from ..ddl.dialects import Dialect
from ..ddl.fragments import written
from ..errors import InputError, UnsafeSQLError
from .terms import Term

_MOST_NAMES = 8  # listed in a message


class Relation(Struct, frozen=True):
    """What stands in FROM under a name. `columns` are what it gives, in order; `ties` what tells its rows apart.
    `namespace` is that of a table. `target` is the table that a statement changes."""

    name: str
    columns: Mapping[str, Term]
    ties: tuple[Term, ...]
    namespace: str = ""
    target: bool = False


class Query(Struct, frozen=True):
    """A query in DuckDB's words. It gives columns "c1", "c2" ...; `names` are what they are called in the source,
    `terms` what they hold."""

    sql: str
    names: tuple[str, ...]
    terms: tuple[Term, ...]


class Sight(Struct, frozen=True):
    """What can be named at one place. `merged` are the columns of USING, which belong to both sides. After GROUP BY,
    `grouped` says what becomes of a column that may still be read, by its text, and `formed` of an expression that was
    grouped by; None: every row by itself. `named` are the queries of WITH. `counting`: aggregates may stand here,
    `numbering`: window functions may."""

    relations: tuple[Relation, ...] = ()
    outer: Sight | None = None
    merged: Mapping[str, Term] = field(default_factory=dict)
    grouped: Mapping[str, Term] | None = None
    formed: Mapping[exp.Expression, Term] = field(default_factory=dict)
    named: Mapping[str, Query] = field(default_factory=dict)
    counting: bool = False
    numbering: bool = False


class Found(Struct, frozen=True):
    """A column: the place at whose level it was found, and whose it is (None for a column of USING)."""

    sight: Sight
    relation: Relation | None
    name: str
    term: Term


def column_named(node: exp.Column, sight: Sight, dialect: Dialect) -> Found | None:
    """The column that is meant, looked for from the inside out; None where there is none and the name is unqualified.
    Raises InputError for a name that several could mean, and for a qualified one that is none."""
    level: Sight | None = sight
    while level is not None:
        found = _hits(node, level, dialect)
        if len(found) > 1:
            owners = " and in ".join(hit.relation.name for hit in found if hit.relation)
            wrong(node, f"{node.name} is in {owners}", hint=f"say which: {_first(found)}")
        if found:
            return found[0]
        level = level.outer
    if node.args.get("table"):
        wrong(node, f"there is no table {node.table} here", hint=near(node.table, _names(sight)))
    return None


def unknown_column(node: exp.Column, sight: Sight, dialect: Dialect) -> NoReturn:
    """There is no such column anywhere."""
    missing(node, node.this, [name for relation in _relations(sight) for name in relation.columns], dialect)


def missing(
    node: exp.Expression, identifier: exp.Expression, known: Iterable[str], dialect: Dialect, where: str = ""
) -> NoReturn:
    """No such column among the known ones: with the one that was probably meant."""
    names, name = list(dict.fromkeys(known)), identifier.name
    same = [one for one in names if one.lower() == name.lower()]
    hint = f"write {written(same[0], dialect)}" if same else near(name, names)
    wrong(node, f"there is no column {name}{' in ' + where if where else ''}", hint=hint)


def near(name: str, known: Iterable[str]) -> str:
    """'did you mean ...?', or what there is."""
    names = list(dict.fromkeys(known))
    by_letters = {one.lower(): one for one in names}
    if close := difflib.get_close_matches(name.lower(), list(by_letters), n=3):
        return f"did you mean {', '.join(by_letters[one] for one in close)}?"
    return f"there is {', '.join(names[:_MOST_NAMES])}{' ...' if len(names) > _MOST_NAMES else ''}" if names else ""


def name_in(identifier: exp.Expression, known: Iterable[str], dialect: Dialect) -> str | None:
    """The known name that an identifier stands for, as the server would find it."""
    name = dialect.cut(identifier.name) if identifier.args.get("quoted") else dialect.folded(identifier.name)
    alike = [one for one in known if dialect.same(one) == dialect.same(name)]
    return name if name in alike else alike[0] if alike else None


def wrong(node: exp.Expr, message: str, *, hint: str = "") -> NoReturn:
    """Raises InputError with the place of the node."""
    raise InputError(one_line(message), hint=one_line(hint), details=_place(node))


def forbidden(node: exp.Expr, message: str, *, hint: str = "") -> NoReturn:
    """Raises UnsafeSQLError with the place of the node."""
    raise UnsafeSQLError(one_line(message), hint=one_line(hint), details=_place(node))


def located(error: InputError, node: exp.Expr) -> InputError:
    """The error with the place of the node, if it has none yet."""
    if "offset" not in error.details:
        error.details.update(_place(node))
    return error


def one_line(text: str, longest: int = 200) -> str:
    """Names may have lines, and be long."""
    text = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return text if len(text) <= longest else text[: longest - 1] + "…"


def _place(node: exp.Expr) -> dict[str, int]:
    at: exp.Expr | None = node
    while at is not None:
        starts = [inner.meta["start"] for inner in at.walk() if "start" in inner.meta]
        if starts:
            return {"offset": min(starts)}
        at = at.parent
    return {}


def _hits(node: exp.Column, level: Sight, dialect: Dialect) -> list[Found]:
    qualifier, namespace = node.args.get("table"), node.args.get("db")
    if qualifier is None:
        merged = name_in(node.this, level.merged, dialect)
        if merged is not None:
            return [Found(level, None, merged, level.merged[merged])]
        relations = list(level.relations)
    else:
        relations = [one for one in level.relations if name_in(qualifier, [one.name], dialect)]
        if namespace is not None:
            known = [one for one in relations if dialect.same(one.namespace) == dialect.same(namespace.name)]
            at_home = dialect.home in ("", dialect.same(namespace.name))
            relations = known or [one for one in relations if at_home and not one.namespace]
    found = []
    for relation in relations:
        name = name_in(node.this, relation.columns, dialect)
        if name is not None:
            found.append(Found(level, relation, name, relation.columns[name]))
        elif qualifier is not None:
            missing(node, node.this, relation.columns, dialect, relation.name)
    return found


def _first(found: list[Found]) -> str:
    return next(f"{hit.relation.name}.{hit.name}" for hit in found if hit.relation)


def _relations(sight: Sight | None) -> Iterable[Relation]:
    while sight is not None:
        yield from sight.relations
        sight = sight.outer


def _names(sight: Sight) -> list[str]:
    return [relation.name for relation in _relations(sight)]
