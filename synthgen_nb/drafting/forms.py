"""Patterns in conditions: LIKE, GLOB and regular expressions become forms, and what else a condition names, hints."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from math import prod

from sqlglot import exp

from ..schema import Column, Kind
from ..specs.texts import places
from .domains import Scalar
from .patterns import from_like, from_regex
from .reading import Reading, scalar_of
from .trees import column_in, literal_in

REGEX = exp.RegexpLike | exp.RegexpILike | exp.RegexpFullMatch
PATTERNS = exp.Like | exp.ILike | exp.Glob | REGEX


def read_forms(parts: list[exp.Expr], columns: Mapping[str, Column], reading: Reading) -> bool:
    """Patterns and values of one column, of which one must fit: unique values take the widest pattern, others vary."""
    found = [column_in(p.this, columns) for p in parts]
    column = found[0]
    if column is None or any(c != column for c in found):
        return False
    before = reading.domains[column.name]
    forms = []
    for part in parts:
        reading.domains[column.name] = before
        if read_form(part, columns, reading):
            forms.append(reading.domains[column.name].form)
        elif not isinstance(part, exp.EQ | exp.In):
            reading.domains[column.name] = before
            return False
    reading.domains[column.name] = before
    for part in parts:
        note_hints(part, columns, reading)
    widest = max((f for f in forms if f), key=lambda f: prod(map(len, places(f.template))), default=None)
    reading.domains[column.name] = replace(reading.domains[column.name], form=widest)
    return widest is not None


def read_form(tree: exp.Expr, columns: Mapping[str, Column], reading: Reading) -> bool:
    """LIKE, GLOB or a regular expression over one text column: its values are spelled by a template."""
    if not isinstance(tree, PATTERNS):
        return False
    column, pattern = column_in(tree.this, columns), literal_in(tree.expression)
    if column is None or not isinstance(pattern, str) or reading.domains[column.name].form:
        return False
    domain = reading.domains[column.name]
    if isinstance(tree, exp.RegexpFullMatch):
        pattern = f"^{pattern}$"
    if isinstance(tree, REGEX):
        form = from_regex(pattern) if not tree.args.get("flag") else None
    elif isinstance(tree, exp.Glob):
        form = from_like(pattern, classes=True, many="*", one="?")
    else:
        form = from_like(pattern, classes=reading.dialect == "tsql")
    if (
        form is None
        or domain.kind not in (Kind.TEXT, Kind.OTHER)
        or (domain.longest and len(places(form.template)) > domain.longest)
    ):
        return False
    reading.domains[column.name] = replace(domain, form=form)
    return True


def note_hints(tree: exp.Expr, columns: Mapping[str, Column], reading: Reading) -> None:
    """The values and patterns that a condition names: by chance alone, text would never meet it."""
    for part in tree.find_all(exp.EQ, exp.In, exp.Like, exp.ILike):
        column = column_in(part.this, columns)
        if column is None or isinstance(part.parent, exp.Not):
            continue
        domain = reading.domains[column.name]
        if isinstance(part, exp.Like | exp.ILike):
            pattern = literal_in(part.expression)
            found: list[Scalar | None] = []
            if isinstance(pattern, str) and "[" not in pattern:
                found.append(pattern.replace("%", "").replace("_", "a"))
        else:
            given = part.expressions if isinstance(part, exp.In) else [part.expression]
            found = [scalar_of(column, literal_in(e)) for e in given]
        hints = dict.fromkeys((*domain.hints, *(v for v in found if v is not None)))
        reading.domains[column.name] = replace(domain, hints=tuple(hints))
