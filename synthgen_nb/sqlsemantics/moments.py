"""Functions of dates, times and intervals."""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from ..schema import Kind
from .arithmetic import spanned
from .calls import called
from .operators import Read, Shim
from .terms import Scope, Term, as_moment, literal, refuse, today, whole

_PART_NAMES = """
    YEAR MONTH DAY HOUR MINUTE QUARTER WEEK DOW ISODOW DOY EPOCH
"""
_PARTS = frozenset(_PART_NAMES.split())
_CLOCK = frozenset(("%Y", "%m", "%d", "%H", "%M", "%S", "%y", "%j", "%g"))


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


def part_of(part: str) -> Shim:
    return called(lambda terms, scope: whole(f"{part}({as_moment(terms[0], scope).sql})"), 1, 2)


def moment(kind: Kind) -> Shim:
    """DATE(x) and the casts to a moment that sqlglot puts around arguments."""

    def shim(node: exp.Expression, read: Read, scope: Scope) -> Term:
        if node.expressions or node.args.get("zone"):
            refuse("modifiers of a date")
        value = as_moment(read(node.this), scope)
        return Term(f"CAST({value.sql} AS {kind.name})", kind)

    return shim


def datetime(terms: Sequence[Term], scope: Scope) -> Term:
    return Term(f"CAST({as_moment(terms[0], scope).sql} AS TIMESTAMP)", Kind.TIMESTAMP)


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
