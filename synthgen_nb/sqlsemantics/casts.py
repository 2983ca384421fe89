"""CAST, arrays and literals written as text: from one type of the source dialect to another. Knows no syntax but
types."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace
from sqlglot import exp

from ..schema import Kind
from .terms import (
    EXACT,
    MOMENTS,
    NUMERIC,
    TEXTUAL,
    Scope,
    Term,
    as_moment,
    as_number,
    as_text,
    refuse,
    string,
    truth,
    whole,
)


def converted(term: Term, to: exp.DataType, scope: Scope) -> Term:
    """CAST. A literal stays a literal where text becomes text, so that patterns stay readable."""
    kind = to.this
    sizes = [int(size.name) for size in to.expressions if isinstance(size, exp.DataTypeParam) and size.name.isdigit()]
    if kind in exp.DataType.TEXT_TYPES or kind in (exp.DType.NAME, exp.DType.USERDEFINED):
        if kind == exp.DType.USERDEFINED and term.text is None and term.kind not in TEXTUAL:
            refuse(f"a cast to {to.sql()}")
        text = as_text(term, scope)
        collation = "ci" if to.sql().lower().rpartition(".")[2] == "citext" else text.collation
        if sizes:
            return Term(f"left({text.sql}, {sizes[0]})", Kind.TEXT, collation=collation)
        return replace(text, collation=collation, kind=text.kind or (None if text.text is not None else Kind.TEXT))
    if kind == exp.DType.BINARY and scope.family == "mysql":
        return replace(as_text(term, scope), collation="bin")
    if kind == exp.DType.ARRAY:
        return array_from(term)
    if kind in (exp.DType.JSON, exp.DType.JSONB):
        return replace(term, kind=Kind.JSON)
    if kind == exp.DType.INTERVAL and term.text is not None:
        return Term(f"CAST({term.sql} AS INTERVAL)", Kind.INTERVAL)
    if kind == exp.DType.UUID:
        return Term(f"lower({as_text(term, scope).sql})", Kind.UUID)
    if kind in exp.DataType.INTEGER_TYPES and kind not in (exp.DType.BIT,):
        return _to_integer(term, to, scope)
    if kind == exp.DType.BOOLEAN:
        if term.kind in NUMERIC:
            return truth(f"({term.sql} <> 0)")
        return truth(f"CAST({term.sql} AS BOOLEAN)")
    if kind == exp.DType.DECIMAL:
        if not sizes and scope.family == "postgres" and term.kind in EXACT:
            return replace(term, kind=Kind.DECIMAL)
        precision, scale = (*sizes, 0)[:2] if sizes else ((38, 10) if scope.family == "postgres" else (10, 0))
        return Term(f"CAST({term.sql} AS DECIMAL({precision},{scale}))", Kind.DECIMAL, scale=scale)
    if kind in exp.DataType.REAL_TYPES:
        return Term(f"CAST({as_number(term, scope).sql if term.kind != Kind.JSON else term.sql} AS DOUBLE)", Kind.FLOAT)
    plain = {
        exp.DType.DATE: Kind.DATE,
        exp.DType.TIMESTAMP: Kind.TIMESTAMP,
        exp.DType.DATETIME: Kind.TIMESTAMP,
        exp.DType.TIMESTAMPNTZ: Kind.TIMESTAMP,
        exp.DType.TIMESTAMPTZ: Kind.TIMESTAMPTZ,
        exp.DType.TIME: Kind.TIME,
    }.get(kind)
    if plain is None:
        refuse(f"a cast to {to.sql()}")
    if plain in MOMENTS:
        term = as_moment(term, scope)
    return Term(f"CAST({term.sql} AS {plain.name})", plain)


def _to_integer(term: Term, to: exp.DataType, scope: Scope) -> Term:
    """PostgreSQL and MySQL round (a half away from zero, in a double to even), SQLite and T-SQL cut."""
    name = "UBIGINT" if to.this == exp.DType.UBIGINT else "BIGINT"
    if term.kind == Kind.JSON and scope.family == "postgres":
        return whole(f"CAST({term.sql} AS {name})")
    if term.kind == Kind.BOOLEAN:
        return whole(f"CAST({term.sql} AS {name})")
    if term.kind == Kind.TEXT and scope.family == "postgres":  # fractions and what is too large are errors there
        width = {exp.DType.SMALLINT: "SMALLINT", exp.DType.INT: "INTEGER"}.get(to.this, "BIGINT")
        digits = f"regexp_full_match({term.sql}, '\\s*[+-]?[0-9]+\\s*')"
        read = f"CASE WHEN {digits} THEN {term.sql} ELSE {term.sql} || ' is no integer' END"
        return whole(f"CAST(CAST({read} AS {width}) AS BIGINT)")
    if term.kind == Kind.TEXT and scope.family == "sqlite":  # the digits that it begins with
        found = f"TRY_CAST(regexp_extract({term.sql}, '^\\s*[+-]?[0-9]+') AS BIGINT)"
        return whole(f"if({term.sql} IS NULL, NULL, coalesce({found}, 0))")
    value = as_number(term, scope).sql
    return whole(f"CAST({f'trunc({value})' if scope.family in ('sqlite', 'tsql') else value} AS {name})")


def array_from(term: Term) -> Term:
    """ARRAY[...]::type[] and '{a,b}'::type[]."""
    if term.text is None:
        return term
    text = term.text.strip()
    if not (text.startswith("{") and text.endswith("}")) or any(c in text for c in '"\\') or "{" in text[1:]:
        refuse("this array literal")
    parts = [part.strip() for part in text[1:-1].split(",")] if text != "{}" else []
    return array_of([Term("NULL") if part.upper() == "NULL" else string(part) for part in parts])


def array_of(items: Sequence[Term]) -> Term:
    return Term(f"[{', '.join(item.sql for item in items)}]", Kind.ARRAY, items=tuple(items))
