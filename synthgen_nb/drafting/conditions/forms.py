"""Patterns in conditions: LIKE, GLOB and regular expressions become forms, and what else a condition names, hints."""

from __future__ import annotations

import re
from collections.abc import Mapping

from msgspec.structs import replace
from sqlglot import exp

from ...schema import Column, Kind
from ..domains import Scalar
from .patterns import Form, from_like, from_regex, from_similar
from .reading import Reading, allow, scalar_of
from .templates import listed, template_of, widest
from .trees import column_in, literal_in

REGEX = exp.RegexpLike | exp.RegexpILike | exp.RegexpFullMatch
_SINGLE = re.compile(r"\[(\^)?((?:\[:\w+:\]|[^\[\]\\])+)\]|([^\[\]\\.*+?(){}|^$])")
PATTERNS = exp.Like | exp.ILike | exp.Glob | exp.SimilarTo | REGEX


def read_forms(parts: list[exp.Expr], columns: Mapping[str, Column], reading: Reading) -> bool:
    """Patterns and values of one column, of which one must fit: unique values take the widest pattern, others vary."""
    found = [column_in(p.this, columns) for p in parts]
    column = found[0]
    if column is None or any(c != column for c in found):
        return False
    before = reading.domains[column.name]
    forms: list[Form] = []
    for part in parts:
        reading.domains[column.name] = before
        if read_form(part, columns, reading):
            form = reading.domains[column.name].form
            forms += [form] if form else []
        elif not isinstance(part, exp.EQ | exp.In):
            reading.domains[column.name] = before
            return False
    reading.domains[column.name] = before
    for part in parts:
        note_hints(part, columns, reading)
    form = widest(forms)
    reading.domains[column.name] = replace(reading.domains[column.name], form=form)
    return form is not None


def read_form(tree: exp.Expr, columns: Mapping[str, Column], reading: Reading) -> bool:
    """A pattern over one text column: its values are spelled by a template, or listed where there are few."""
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
    elif isinstance(tree, exp.SimilarTo):
        form = from_similar(pattern)
    else:
        form = from_like(pattern, classes=reading.dialect == "tsql")
    if form is None or domain.kind not in (Kind.TEXT, Kind.OTHER):
        return False
    if isinstance(tree, exp.ILike | exp.RegexpILike):
        form = form._replace(regex=f"(?i){form.regex}")
    few = listed(form)
    if few is not None and domain.kind == Kind.TEXT:
        return allow(column, list(few), reading)
    if template_of(form, longest=domain.longest) is None:
        return False
    reading.domains[column.name] = replace(domain, form=form)
    return True


def read_no_form(tree: exp.Expr, columns: Mapping[str, Column], reading: Reading) -> bool:
    """The contrary, of a pattern that looks for one character: text without it."""
    column, pattern = column_in(tree.this, columns), literal_in(tree.expression)
    if column is None or not isinstance(pattern, str) or tree.args.get("flag"):
        return False
    domain = reading.domains[column.name]
    if domain.kind not in (Kind.TEXT, Kind.OTHER) or domain.form or domain.case:
        return False
    if isinstance(tree, exp.Glob | exp.Like | exp.ILike):
        many = "*" if isinstance(tree, exp.Glob) else "%"
        if len(pattern) < 3 or pattern[0] != many or pattern[-1] != many:
            return False  # of the whole text: nearly every text is none of these
        pattern = pattern[1:-1]
        if pattern in "_%*?":
            return False
    elif not isinstance(tree, REGEX):
        return False
    single = _SINGLE.fullmatch(pattern)
    if single is None:
        return False
    inside = single[2] or re.escape(single[3])
    form = from_regex(f"^[{'' if single[1] else '^'}{inside}]+$")
    if form is None or template_of(form, longest=domain.longest) is None:
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
