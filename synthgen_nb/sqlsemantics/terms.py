"""Terms: a piece of DuckDB SQL with what the source dialect knows of its value, and the coercions that dialect makes
between kinds. Knows nothing of syntax trees. What has no exact equal in DuckDB is refused, never approximated in
silence."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NoReturn

from msgspec import Struct, field
from msgspec.structs import replace

from ..errors import UnsafeSQLError
from ..schema import Kind, Type

NUMERIC = frozenset((Kind.INTEGER, Kind.DECIMAL, Kind.FLOAT, Kind.MONEY, Kind.YEAR))
EXACT = frozenset((Kind.INTEGER, Kind.DECIMAL, Kind.MONEY, Kind.YEAR))
MOMENTS = frozenset((Kind.DATE, Kind.TIMESTAMP, Kind.TIMESTAMPTZ))
TEXTUAL = frozenset((Kind.TEXT, Kind.ENUM, Kind.SET, Kind.UUID))
_STRICT = frozenset(("postgres", "duckdb"))  # no numbers as booleans, no booleans as numbers
_NUMBER = re.compile(r"\s*[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?\s*", re.IGNORECASE)
_QUOTIENT = {"postgres": 10, "oracle": 10, "mysql": 9}  # digits kept after the point of an exact quotient


def family_of(dialect: str) -> str:
    """Dialects that mean the same by the same expression are one family."""
    return "mysql" if dialect == "mariadb" else dialect


class Scope(Struct, frozen=True):
    """What an expression is read against. `family` is a dialect (mariadb counts as mysql). `columns` are the table's
    types, None where nothing is known of them; `names` are their names in DuckDB where those differ. `as_of` is the
    ISO date that counts as today, "" if there is none."""

    family: str
    columns: Mapping[str, Type] | None
    names: Mapping[str, str]
    as_of: str


class Term(Struct, frozen=True):
    """`kind` None is NULL or not known. `text` is the value of a string literal, which takes the type of what it meets.
    `scale` counts the digits after the point of an exact number. `collation` is "ci" where equality ignores case, "bin"
    where it was asked for to the letter, else "". `items` are the elements of an array or a tuple written out."""

    sql: str
    kind: Kind | None = None
    text: str | None = None
    scale: int | None = None
    collation: str = ""
    items: tuple[Term, ...] | None = field(default=None)


_LONGEST = 200  # characters of a message that repeats what the DDL says


def refuse(what: str) -> NoReturn:
    what = " ".join(what.split())  # names may have lines
    raise UnsafeSQLError(f"{what if len(what) <= _LONGEST else what[:_LONGEST] + '…'} can't be evaluated here")


def literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def string(text: str) -> Term:
    return Term(literal(text), text=text)


def whole(sql: str) -> Term:
    return Term(sql, Kind.INTEGER, scale=0)


def truth(sql: str) -> Term:
    return Term(sql, Kind.BOOLEAN)


def as_text(term: Term, scope: Scope) -> Term:
    """The term as the text that the source dialect would make of it."""
    if term.kind in TEXTUAL or term.kind in (Kind.JSON, Kind.OTHER, None):
        return term
    if term.kind == Kind.BOOLEAN and scope.family not in _STRICT:
        return replace(term, sql=f"CAST(CAST({term.sql} AS INTEGER) AS VARCHAR)", kind=Kind.TEXT)
    exact = term.kind in EXACT and term.kind != Kind.MONEY and scope.family != "sqlite"
    if exact or term.kind in (Kind.BOOLEAN, Kind.INTEGER, Kind.DATE, Kind.TIMESTAMP, Kind.TIME):
        return replace(term, sql=f"CAST({term.sql} AS VARCHAR)", kind=Kind.TEXT, scale=None)
    refuse(f"{term.kind} as text")


def as_number(term: Term, scope: Scope) -> Term:
    if term.kind in NUMERIC or (term.kind is None and term.text is None):
        return term
    if term.text is not None and _NUMBER.fullmatch(term.text):
        return number(term.text.strip(), scope)
    if term.kind == Kind.BOOLEAN and scope.family not in _STRICT:
        return whole(f"CAST({term.sql} AS INTEGER)")
    refuse(f"{term.kind or 'text'} as a number")


def number(digits: str, scope: Scope) -> Term:
    """A numeric literal. `1e3` is a double in DuckDB, as in every dialect but PostgreSQL, where no comparison tells;
    SQLite has no decimals at all."""
    if "e" in digits.lower() or (scope.family == "sqlite" and "." in digits):
        return Term(f"CAST({digits} AS DOUBLE)", Kind.FLOAT)
    scale = len(digits.partition(".")[2])
    return Term(digits, Kind.DECIMAL if "." in digits else Kind.INTEGER, scale=scale)


def as_truth(term: Term, scope: Scope) -> Term:
    """The term as a condition."""
    if term.kind == Kind.BOOLEAN or (term.kind is None and term.text is None):
        return term
    if term.kind in NUMERIC and scope.family not in _STRICT:
        return truth(f"({term.sql} <> 0)")
    if term.text is not None and scope.family == "postgres":
        return truth(f"CAST({term.sql} AS BOOLEAN)")
    refuse(f"{term.kind or 'text'} as a condition")


def as_moment(term: Term, scope: Scope) -> Term:
    """The term as a date or a timestamp."""
    if term.kind in MOMENTS or (term.kind is None and term.text is None):
        return term
    if term.text == "now" and scope.family in ("sqlite", "postgres"):
        return today(scope, Kind.TIMESTAMP)
    if term.text is not None and scope.family != "sqlite":
        return Term(f"CAST({term.sql} AS {'DATE' if len(term.text) <= 10 else 'TIMESTAMP'})", Kind.TIMESTAMP)
    if (term.text is not None or term.kind == Kind.TEXT) and scope.family == "sqlite":
        form = r"\d{4}-\d\d-\d\d([ T]\d\d:\d\d(:\d\d(\.\d+)?)?Z?)?"  # what is no moment is NULL there
        day = f"if(regexp_full_match({term.sql}, '{form}'), TRY_CAST({term.sql} AS TIMESTAMP), NULL)"
        clock = rf"regexp_full_match({term.sql}, '\d\d:\d\d(:\d\d(\.\d+)?)?')"
        hour = f"if({clock}, TRY_CAST('2000-01-01 ' || {term.sql} AS TIMESTAMP), NULL)"
        return Term(f"coalesce({day}, {hour})", Kind.TIMESTAMP)
    refuse(f"{term.kind or 'text'} as a date")


def today(scope: Scope, kind: Kind) -> Term:
    """The dataset's own today in place of the clock's: one run must say what the next one says."""
    if not scope.as_of:
        refuse("the current time")
    name = {Kind.DATE: "DATE", Kind.TIMESTAMPTZ: "TIMESTAMPTZ"}.get(kind, "TIMESTAMP")
    return Term(f"CAST({literal(scope.as_of)} AS {name})", kind)


def divided(left: Term, right: Term, scope: Scope, *, whole_numbers: bool) -> Term:
    """left / right as the dialect has it: integers are cut towards zero where `whole_numbers`, exact numbers stay
    exact (a double would round a half cent the wrong way), and division by zero is NULL or an error."""
    left, right = as_number(left, scope), as_number(right, scope)
    kinds = {left.kind, right.kind}
    if None in kinds:
        refuse("a division of unknown types")
    over = right.sql if scope.family in ("postgres", "duckdb", "tsql", "oracle") else f"nullif({right.sql}, 0)"
    integers = kinds <= {Kind.INTEGER, Kind.YEAR}
    if integers and whole_numbers:
        return whole(f"({left.sql} // {over})")
    if Kind.FLOAT in kinds:
        quotient = f"(CAST({left.sql} AS DOUBLE) / {over})"
        if over == right.sql:
            quotient = f"CASE WHEN {right.sql} = 0 THEN error('division by zero') ELSE {quotient} END"
        return Term(quotient, Kind.FLOAT)
    digits = _QUOTIENT.get(scope.family)
    if digits is None or left.scale is None or right.scale is None:
        refuse("a division of decimals")
    shift = digits + right.scale - left.scale
    above = f"CAST({left.sql} * {10**left.scale} AS HUGEINT) * {10 ** max(shift, 0)}"
    below = f"CAST({over} * {10**right.scale} AS HUGEINT) * {10 ** max(-shift, 0)}"
    if scope.family == "mysql":
        units = f"({above}) // ({below})"  # digits beyond the last are cut
    else:
        units = f"(2 * ({above}) + sign({left.sql}) * abs({below})) // (2 * ({below}))"
    unit = f"CAST({format(10.0**-digits, f'.{digits}f')} AS DECIMAL({digits + 1},{digits}))"
    return Term(f"(CAST({units} AS DECIMAL(26,0)) * {unit})", Kind.DECIMAL, scale=digits)


def same_kind(left: Term, right: Term, scope: Scope, *, ordered: bool = False) -> tuple[Term, Term]:
    """Both sides of a comparison as DuckDB has to be given them. `ordered` is for <, <=, >, >=."""
    if (left.kind is None and left.text is None) or (right.kind is None and right.text is None):
        return left, right
    if left.text is not None and right.text is None:
        right, left = same_kind(right, left, scope, ordered=ordered)
        return left, right
    if right.text is not None and left.kind is not None:
        if scope.family == "sqlite" and left.kind == Kind.INTEGER and not ordered and not _NUMBER.fullmatch(right.text):
            return replace(
                left, sql=f"CAST({left.sql} AS VARCHAR)", kind=Kind.TEXT
            ), right  # no affinity makes it equal
        right = _met(right, left, scope)
        if scope.family == "sqlite" and left.kind in MOMENTS:
            return as_text(left, scope), right
    kinds = {term.kind or Kind.TEXT for term in (left, right)}  # a literal that met no other type is text
    if kinds == {Kind.BOOLEAN}:
        return left, right
    if kinds <= NUMERIC | {Kind.BOOLEAN}:
        return as_number(left, scope), as_number(right, scope)
    if scope.family == "sqlite" and (len(kinds) > 1 and kinds & MOMENTS and kinds <= MOMENTS | {Kind.TEXT}):
        return as_text(left, scope), as_text(right, scope)  # moments are texts there
    if kinds <= MOMENTS or kinds in ({Kind.TIME}, {Kind.INTERVAL}, {Kind.BINARY}, {Kind.ARRAY}):
        return left, right
    if kinds <= TEXTUAL:
        if ordered and Kind.ENUM in kinds:
            refuse("the order of an enum's labels")
        if (
            ordered
            and scope.family in ("postgres", "tsql", "oracle")
            and "bin" not in (left.collation, right.collation)
        ):
            refuse("the order of text in the database's own collation")
        return folded(left, right, scope)
    refuse(f"comparing {left.kind or 'text'} with {right.kind or 'text'}")


def _met(text: Term, other: Term, scope: Scope) -> Term:
    """A string literal as the type it meets."""
    value = text.text or ""
    if other.kind in NUMERIC:
        return as_number(text, scope)
    if other.kind == Kind.BOOLEAN:
        return as_truth(text, scope) if scope.family == "postgres" else as_number(text, scope)
    if other.kind in MOMENTS and scope.family != "sqlite":
        name = {Kind.DATE: "DATE", Kind.TIMESTAMPTZ: "TIMESTAMPTZ"}.get(other.kind, "TIMESTAMP")
        if other.kind == Kind.DATE and len(value.strip()) > 10 and scope.family != "postgres":
            name = "TIMESTAMP"
        return Term(f"CAST({text.sql} AS {name})", other.kind)
    if other.kind in (Kind.TIME, Kind.INTERVAL):
        return Term(f"CAST({text.sql} AS {other.kind.name})", other.kind)
    return text


def folded(left: Term, right: Term, scope: Scope) -> tuple[Term, Term]:
    """Both texts in the form in which the collation that applies to them compares bytes."""
    collations = {left.collation, right.collation}
    written = scope.family == "mysql" and left.text is not None and right.text is not None  # the connection's collation
    if ("ci" not in collations and not written) or "bin" in collations:
        return left, right
    return replace(left, sql=fold(left.sql, scope.family)), replace(right, sql=fold(right.sql, scope.family))


def fold(sql: str, family: str) -> str:
    """Text with everything dropped that a case-insensitive collation of this family may ignore: texts that differ after
    it differ in every such collation."""
    if family == "sqlite":  # NOCASE knows the 26 letters alone
        return f"translate({sql}, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ', 'abcdefghijklmnopqrstuvwxyz')"
    if family in ("mysql", "tsql"):
        return f"rtrim(lower(strip_accents({sql})), ' ')"
    return f"lower({sql})"
