"""Values that a statement assigns, as its dialect would store them in a column: texts become dates and labels, numbers
truth values, and back. Knows terms and types; not where they stand."""

from __future__ import annotations

import re
from typing import NoReturn

from msgspec.structs import replace

from ..cells import typed
from ..errors import InputError, UnsafeSQLError
from ..schema import Kind, Type
from ..sqlsemantics.casts import array_from, array_of
from ..sqlsemantics.relations import one_line
from ..sqlsemantics.terms import (
    MOMENTS,
    NUMERIC,
    TEXTUAL,
    Scope,
    Term,
    as_number,
    as_text,
    literal,
    refuse,
    string,
    truth,
    whole,
)

_MOMENT_NAMES = {
    Kind.DATE: "DATE",
    Kind.TIMESTAMP: "TIMESTAMP",
    Kind.TIMESTAMPTZ: "TIMESTAMPTZ",
    Kind.TIME: "TIME",
}
_NUMBER = re.compile(r"\s*[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?\s*", re.IGNORECASE)
_YES, _NO = frozenset(("on", "y")), frozenset(("off", "n"))  # beside what cells.py reads


def assigned(term: Term, column: Type, scope: Scope, dialect: str) -> Term:
    """The term as the column takes it; a cast to the type in which it is stored may follow. Raises UnsafeSQLError
    where the dialect would not take it, or its way is not known here; InputError for a text that is no such value."""
    if term.kind is None and term.text is None:
        return term
    if term.text is not None and term.kind in (None, Kind.TEXT, Kind.BIT):
        return _written(term, column, scope, dialect)
    kind = column.kind
    if kind in NUMERIC:
        return _number(term, column, scope)
    if kind == Kind.BOOLEAN:
        return _boolean(term, scope)
    if kind == Kind.TEXT:
        return as_text(term, scope)
    if kind in (Kind.ENUM, Kind.SET, Kind.UUID, Kind.JSON, Kind.XML, Kind.INET, Kind.MACADDR, Kind.OTHER):
        if term.kind in TEXTUAL or term.kind == kind:
            return replace(term, sql=f"lower({term.sql})") if kind == Kind.UUID else term
        _unlike(term, column)
    if kind in _MOMENT_NAMES:
        return _moment(term, column, scope)
    if kind == Kind.ARRAY and term.items is not None and column.element is not None:
        return array_of([assigned(item, column.element, scope, dialect) for item in term.items])
    if kind == Kind.BIT and scope.family == "mysql" and term.kind in NUMERIC:
        return term
    if term.kind != kind or kind == Kind.INTERVAL:
        _unlike(term, column)
    return term


def _unlike(term: Term, column: Type) -> NoReturn:
    refuse(f"{term.kind or 'text'} in a column of {column.sql or column.kind}")


def _written(term: Term, column: Type, scope: Scope, dialect: str) -> Term:
    """A string literal, which takes the type of the column."""
    text, kind = term.text or "", column.kind
    if kind in (Kind.TEXT, Kind.OTHER):
        return string(text)
    if kind in NUMERIC:
        if _NUMBER.fullmatch(text) is None:
            raise InputError(f"{one_line(text, 60)!r} is no number")
        return _number(as_number(term, scope), column, scope)
    if kind in _MOMENT_NAMES:
        if scope.family in ("mysql", "tsql") and len(text) == 8 and text.isdigit():
            text = f"{text[:4]}-{text[4:6]}-{text[6:]}"
        if kind == Kind.DATE and len(text.strip()) > 10:
            return Term(f"CAST(CAST({literal(text)} AS TIMESTAMP) AS DATE)", Kind.DATE)
        return Term(f"CAST({literal(text)} AS {_MOMENT_NAMES[kind]})", kind)
    if kind == Kind.BOOLEAN and text.strip().lower() in _YES | _NO:
        return truth("TRUE" if text.strip().lower() in _YES else "FALSE")
    if kind == Kind.BINARY:
        data = typed(text, column, dialect) if text.startswith("\\x") and scope.family == "postgres" else text.encode()
        assert isinstance(data, bytes)
        return Term(f"from_hex({literal(data.hex())})", Kind.BINARY)
    if kind == Kind.ENUM and dialect in ("mysql", "mariadb") and text not in column.values:
        text = next((label for label in column.values if label.lower() == text.lower()), text)
    if kind == Kind.ARRAY and column.element is not None:
        items = array_from(string(text)).items or ()
        return array_of([assigned(item, column.element, scope, dialect) for item in items])
    value = typed(text, column, dialect)
    if isinstance(value, bool):
        return truth("TRUE" if value else "FALSE")
    if isinstance(value, int):
        return whole(str(value))
    if value is None:
        return Term("NULL")
    if not isinstance(value, str):
        _unlike(term, column)
    return Term(literal(str(value)), kind)


def _number(term: Term, column: Type, scope: Scope) -> Term:
    if term.kind in TEXTUAL and scope.family != "postgres":
        return term  # the cast to the column's type reads it
    number = as_number(term, scope)
    if column.kind not in (Kind.INTEGER, Kind.YEAR) or number.kind in (Kind.INTEGER, Kind.YEAR, None):
        return number
    if scope.family == "tsql":  # cuts where the others round
        return whole(f"trunc({number.sql})")
    if scope.family == "sqlite":
        kept = f"error('SQLite would keep the fraction of ' || {number.sql})"
        return whole(f"CASE WHEN {number.sql} <> trunc({number.sql}) THEN {kept} ELSE {number.sql} END")
    if number.kind == Kind.FLOAT:  # to the next even number in PostgreSQL and MySQL
        return whole(f"round_even({number.sql}, 0)")
    return whole(f"round({number.sql}, 0)")


def _boolean(term: Term, scope: Scope) -> Term:
    if term.kind == Kind.BOOLEAN:
        return term
    if scope.family == "postgres" or term.kind not in NUMERIC:
        raise UnsafeSQLError(
            f"{term.kind or 'text'} is not put into a column of truth values", hint="write TRUE or FALSE"
        )
    if scope.family == "tsql":  # BIT: all but 0 is 1
        return truth(f"({term.sql} <> 0)")
    other = f"error('only 0 and 1 are kept here, not ' || {term.sql})"
    kept = f"CASE {term.sql} WHEN 0 THEN FALSE WHEN 1 THEN TRUE ELSE {other} END"
    return truth(f"CASE WHEN {term.sql} IS NULL THEN NULL ELSE {kept} END")


def _moment(term: Term, column: Type, scope: Scope) -> Term:
    name = _MOMENT_NAMES[column.kind]
    known = {Kind.TIME, Kind.TIMESTAMP} if column.kind == Kind.TIME else MOMENTS
    if term.kind in known or (term.kind == Kind.TEXT and scope.family != "postgres"):
        return Term(f"CAST({term.sql} AS {name})", column.kind)
    raise UnsafeSQLError(f"{term.kind or 'text'} is not put into a column of {column.sql}", hint="write a CAST")
