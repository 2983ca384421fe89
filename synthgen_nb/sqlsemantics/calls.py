"""How a named function's arguments become terms: what the rows of functions.py are made with."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sqlglot import exp

from ..schema import Kind
from .operators import Read, Shim
from .terms import Scope, Term, as_number, as_text, refuse

Name = type[exp.Expression] | str  # sqlglot's class, or the name of a function it has no class for
Call = Callable[[Sequence[Term], Scope], Term]

# What sqlglot notes beside the arguments and what the shims here take care of, or what makes no difference.
_NOTED_NAMES = """
    safe typed only_json_types ignore_nulls coalesce binary json_subtype is_nvl is_null scalar_only
    date_part_boundary single_replace sysdate position
"""
_NOTED = frozenset(_NOTED_NAMES.split())


def arguments(node: exp.Expression) -> list[exp.Expression]:
    """The arguments in order; refused if the parser noted more than them."""
    found: list[exp.Expression] = []
    for key, value in node.args.items():
        if isinstance(value, exp.Expression):
            found.append(value)
        elif isinstance(value, list):
            found.extend(value)
        elif value and key not in _NOTED and not isinstance(node, exp.Anonymous):
            refuse(f"{key} in {node.sql()}")
    return found


def called(call: Call, least: int, most: int | None = None) -> Shim:
    """A shim over the arguments' terms: `least` to `most` of them (the same number by default)."""

    def shim(node: exp.Expression, read: Read, scope: Scope) -> Term:
        parts = arguments(node)
        if not least <= len(parts) <= (least if most is None else most):
            refuse(f"{node.sql()} with {len(parts)} arguments")
        return call([read(part) for part in parts], scope)

    return shim


def text_to(template: str, kind: Kind, wanted: str = "t") -> Shim:
    """`template` over what is `wanted`: a t for each text, an n for each number; a text result keeps the collation of
    the first."""

    def call(terms: Sequence[Term], scope: Scope) -> Term:
        texts = [(as_text if one == "t" else as_number)(term, scope) for term, one in zip(terms, wanted, strict=True)]
        sql = template.format(*(text.sql for text in texts))
        if kind == Kind.TEXT:
            return Term(sql, kind, collation=texts[0].collation)
        return Term(sql, kind, scale=0 if kind == Kind.INTEGER else None)

    return called(call, len(wanted))


def number_to(template: str, kind: Kind | None = None) -> Shim:
    """`template` over one number; the same kind of number where `kind` is None."""

    def call(terms: Sequence[Term], scope: Scope) -> Term:
        value = as_number(terms[0], scope)
        scale = value.scale if kind is None else 0 if kind == Kind.INTEGER else None
        return Term(template.format(value.sql), kind or value.kind, scale=scale)

    return called(call, 1)
