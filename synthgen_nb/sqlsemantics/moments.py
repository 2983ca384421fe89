"""Functions of dates, times and intervals."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from sqlglot import exp

from ..schema import Kind
from .arithmetic import spanned
from .calls import arguments, called
from .operators import Read, Shim
from .terms import Scope, Term, as_moment, as_number, literal, refuse, today, whole

_PART_NAMES = """
    YEAR MONTH DAY HOUR MINUTE QUARTER WEEK DOW ISODOW DOY EPOCH
"""
_PARTS = frozenset(_PART_NAMES.split())
_CLOCK = frozenset(("%Y", "%m", "%d", "%H", "%M", "%S", "%y", "%j", "%g", "%w"))


def now(kind: Kind) -> Shim:
    def shim(node: exp.Expression, read: Read, scope: Scope) -> Term:
        return today(scope, kind)

    return shim


def extract(node: exp.Expression, read: Read, scope: Scope) -> Term:
    part = node.this.name.upper()
    if part not in _PARTS or (part in ("DOW", "WEEK") and scope.family != "postgres"):
        refuse(f"EXTRACT({part})")
    value = read(node.expression)
    if value.kind != Kind.INTERVAL and not (value.kind == Kind.TIME and part in ("HOUR", "MINUTE")):
        value = as_moment(value, scope)
    made = f"date_part('{part.lower()}', {value.sql})"
    return Term(made, Kind.FLOAT) if part == "EPOCH" else whole(made)


def part_of(part: str, more: int = 0) -> Shim:
    """DuckDB's part of a moment, or so many more."""
    made = f"({part}({{}}) + {more})" if more else f"{part}({{}})"
    return called(lambda terms, scope: whole(made.format(as_moment(terms[0], scope).sql)), 1, 2)


def moment(kind: Kind) -> Shim:
    """DATE(x) and the casts to a moment that sqlglot puts around arguments."""

    def shim(node: exp.Expression, read: Read, scope: Scope) -> Term:
        if node.expressions or node.args.get("zone"):
            refuse("modifiers of a date")
        value = as_moment(read(node.this), scope)
        return Term(f"CAST({value.sql} AS {kind.name})", kind)

    return shim


def written_moment(node: exp.Expression, read: Read, scope: Scope) -> Term:
    """Oracle's DATE '...' and TIMESTAMP '...', and TO_DATE of a text and a format that are written out."""
    text, form = read(node.this).text, node.args.get("format")
    codes = form.name if form is not None else "%Y-%m-%d"
    for tried in (codes, codes.removesuffix(".%f")):
        try:
            found = dt.datetime.strptime(text or "", tried)
        except ValueError:
            continue
        kind = Kind.DATE if found.time() == dt.time() else Kind.TIMESTAMP
        written = found.date() if kind == Kind.DATE else found
        return Term(f"CAST({literal(written.isoformat())} AS {kind.name})", kind)
    refuse(f"{text or 'this'} as a date of the form {codes}")


def made_date(terms: Sequence[Term], scope: Scope) -> Term:
    parts = ", ".join(as_number(term, scope).sql for term in terms)
    return Term(f"make_date({parts})", Kind.DATE)


def last_day(node: exp.Expression, read: Read, scope: Scope) -> Term:
    return Term(f"last_day({as_moment(read(node.this), scope).sql})", Kind.DATE)


def lite_moment(kind: Kind) -> Shim:
    """SQLite's date, datetime, time, julianday and unixepoch, with modifiers."""

    def shim(node: exp.Expression, read: Read, scope: Scope) -> Term:
        given = [read(part) for part in arguments(node)]
        if not given:
            return today(scope, kind if kind == Kind.DATE else Kind.TIMESTAMP)
        moved_to = f"CAST({as_moment(given[0], scope).sql} AS TIMESTAMP)"
        for modifier in given[1:]:
            moved_to = _modified(moved_to, modifier.text)
        if kind == Kind.FLOAT:  # milliseconds since noon of day 0, as SQLite counts them
            return Term(f"((epoch_ms({moved_to}) + 210866760000000) / CAST(86400000 AS DOUBLE))", Kind.FLOAT)
        if kind == Kind.INTEGER:
            return whole(f"CAST(epoch({moved_to}) AS BIGINT)")
        if kind == Kind.TIME:
            return Term(f"strftime({moved_to}, '%H:%M:%S')", Kind.TEXT)
        return Term(f"CAST({moved_to} AS {kind.name})", kind)

    return shim


def _modified(moment: str, modifier: str | None) -> str:
    """A timestamp after one of SQLite's modifiers. Days that a month lacks run over into the next one there."""
    words = (modifier or "").lower().split()
    if words[:2] == ["start", "of"] and words[2:] in (["day"], ["month"], ["year"]):
        return f"CAST(date_trunc('{words[2]}', {moment}) AS TIMESTAMP)"
    if len(words) != 2 or not words[0].lstrip("+-").isdigit():
        refuse(f"the modifier {modifier}")
    count, unit = int(words[0]), words[1].removesuffix("s")
    if unit in ("second", "minute", "hour", "day"):
        return f"({moment} + INTERVAL ({count}) {unit.upper()})"
    if unit not in ("month", "year"):
        refuse(f"the modifier {modifier}")
    first = f"CAST(date_trunc('month', {moment}) AS TIMESTAMP)"
    return f"({first} + INTERVAL ({count}) {unit.upper()} + ({moment} - {first}))"


def formatted(node: exp.Expression, read: Read, scope: Scope) -> Term:
    """strftime, to_char and DATE_FORMAT of a moment; sqlglot has made all their codes strftime's."""
    codes = node.args["format"].name
    if scope.family == "sqlite":
        codes = codes.replace("%f", "%S.%g")  # seconds with their thousandths
    plain = codes
    for code in _CLOCK:
        plain = plain.replace(code, "")
    if "%" in plain:
        refuse(f"the date format {codes}")
    return Term(f"strftime({as_moment(read(node.this), scope).sql}, {literal(codes)})", Kind.TEXT)


def truncated(node: exp.Expression, read: Read, scope: Scope) -> Term:
    unit = node.args["unit"].name.lower()
    if unit not in ("second", "minute", "hour", "day", "week", "month", "quarter", "year"):
        refuse(f"DATE_TRUNC to {unit}")
    value = as_moment(read(node.this), scope)
    kind = Kind.TIMESTAMPTZ if value.kind == Kind.TIMESTAMPTZ else Kind.TIMESTAMP
    return Term(f"CAST(date_trunc('{unit}', {value.sql}) AS {kind.name})", kind)


def moved(sign: str) -> Shim:
    """DATE_ADD and DATE_SUB."""

    def shim(node: exp.Expression, read: Read, scope: Scope) -> Term:
        value, amount, unit = as_moment(read(node.this), scope), read(node.expression), node.args.get("unit")
        span = amount if amount.kind == Kind.INTERVAL else spanned(amount, unit.name if unit else "DAY", scope)
        return Term(f"({value.sql} {sign} {span.sql})", Kind.TIMESTAMP)

    return shim


def days_between(node: exp.Expression, read: Read, scope: Scope) -> Term:
    """DATEDIFF: days in MySQL, boundaries of the unit in T-SQL."""
    later, earlier = (as_moment(read(part), scope).sql for part in (node.this, node.expression))
    unit = node.args["unit"].name.lower() if node.args.get("unit") else "day"
    if f"{unit.upper()}" not in _PARTS - {"DOW", "ISODOW", "DOY", "EPOCH", "WEEK"}:
        refuse(f"DATEDIFF in {unit}")
    return whole(f"date_diff('{unit}', CAST({earlier} AS TIMESTAMP), CAST({later} AS TIMESTAMP))")


def units_between(node: exp.Expression, read: Read, scope: Scope) -> Term:
    """TIMESTAMPDIFF: complete units."""
    later, earlier = (as_moment(read(part), scope).sql for part in (node.this, node.expression))
    unit = node.args["unit"].name.lower()
    if unit not in ("second", "minute", "hour", "day", "week", "month", "quarter", "year"):
        refuse(f"TIMESTAMPDIFF in {unit}")
    return whole(f"date_sub('{unit}', CAST({earlier} AS TIMESTAMP), CAST({later} AS TIMESTAMP))")


def age(terms: Sequence[Term], scope: Scope) -> Term:
    later = terms[0] if len(terms) == 2 else today(scope, Kind.TIMESTAMP)
    made = ", ".join(f"CAST({as_moment(term, scope).sql} AS TIMESTAMP)" for term in (later, terms[-1]))
    return Term(f"age({made})", Kind.INTERVAL)


def zoned(node: exp.Expression, read: Read, scope: Scope) -> Term:
    value, zone = as_moment(read(node.this), scope), read(node.args["zone"])
    if zone.text is None or value.kind not in (Kind.TIMESTAMP, Kind.TIMESTAMPTZ):
        refuse("this AT TIME ZONE")
    kind = Kind.TIMESTAMP if value.kind == Kind.TIMESTAMPTZ else Kind.TIMESTAMPTZ
    return Term(f"timezone({literal(zone.text)}, {value.sql})", kind)
