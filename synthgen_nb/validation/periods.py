"""EXCLUDE with && against the data: periods sorted by where they begin, none before the end of all that came earlier.
Knows how PostgreSQL writes ranges and which of their ends belong to them."""

from __future__ import annotations

from ..ddl.periods import DISCRETE, Apart, equal_columns
from ..errors import InputError
from ..schema import Exclude, Kind
from .keys import comparable
from .rules import Ground

_TYPES = {
    Kind.INTEGER: "HUGEINT",
    Kind.YEAR: "HUGEINT",
    Kind.DECIMAL: "DECIMAL(38, 10)",
    Kind.FLOAT: "DOUBLE",
    Kind.DATE: "DATE",
    Kind.TIMESTAMP: "TIMESTAMP",
    Kind.TIMESTAMPTZ: "TIMESTAMPTZ",
}
_RANGE = r'\s*([\[(])\s*"?([^",]*)"?\s*,\s*"?([^",\])]*)"?\s*([\])])\s*'


def overlapping(ground: Ground, relation: str, exclude: Exclude, apart: Apart) -> str:
    """SQL for the rows that overlap with an earlier one, and those whose period is none at all (it ends before it
    begins). Raises InputError for what can't be evaluated."""
    if apart.kind not in _TYPES:
        raise InputError(f"ranges of {apart.kind} are not read here")
    low, high, wrong = _of_column(ground, apart) if apart.column else _of_ends(ground, apart)
    plain = equal_columns(apart, ground.table, ground.schema.dialect)
    kinds = {column.name: column.type for column in ground.table.columns}
    equal = [comparable(ground.column(n), kinds[n], ground.schema.dialect) for n in sorted(plain)]
    if len(plain) < len(apart.equal):
        equal += [ground.translated(sql) for sql in apart.equal]
    given = [f"{part} IS NOT NULL" for part in equal]
    given += [f"{ground.column(apart.column)} IS NOT NULL"] if apart.column else []
    given += [f"({ground.condition(exclude.where)})"] if exclude.where else []
    groups = f"PARTITION BY {', '.join(equal)} " if equal else ""
    held = f"SELECT *, {low} AS period_low, {high} AS period_high, {wrong} AS period_wrong FROM {relation}"
    held = f"FROM ({held} WHERE {' AND '.join(given) or 'TRUE'}) WHERE period_wrong OR period_low < period_high"
    earlier = "ORDER BY period_low ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING"
    reached = f"SELECT *, max(period_high) OVER ({groups}{earlier}) AS reached {held}"
    found = f"FROM ({reached}) WHERE period_wrong OR reached > period_low"
    return f"SELECT * EXCLUDE (period_low, period_high, period_wrong, reached) {found}"


def _of_column(ground: Ground, apart: Apart) -> tuple[str, str, str]:
    """A range as text: `[2020-01-01,2020-02-01)`, empty, or without an end."""
    text, kind = ground.column(apart.column), _TYPES[apart.kind]

    def part(number: int) -> str:
        return f"regexp_extract({text}, '{_RANGE}', {number})"

    low, high = (f"CAST(nullif({part(n)}, '') AS {kind})" for n in (2, 3))
    empty = f"lower(trim({text})) = 'empty'"
    low_point = _point(apart, low, f"{part(1)} = '('", 0)
    high_point = _point(apart, high, f"{part(4)} = ']'", 2)
    high_point = f"CASE WHEN {empty} THEN {low_point} ELSE {high_point} END"
    in_form = f"regexp_full_match({text}, '{_RANGE}') AND coalesce({low} <= {high}, TRUE)"
    wrong = f"NOT ({empty}) AND NOT ({in_form})"
    return low_point, high_point, wrong


def _of_ends(ground: Ground, apart: Apart) -> tuple[str, str, str]:
    kind = _TYPES[apart.kind]
    low, high = (f"CAST({ground.translated(sql)} AS {kind})" for sql in (apart.low, apart.high))
    excluded, included = str(apart.bounds[0] == "(").upper(), str(apart.bounds[1] == "]").upper()
    return _point(apart, low, excluded, 0), _point(apart, high, included, 2), f"coalesce({low} > {high}, FALSE)"


def _point(apart: Apart, value: str, beyond: str, endless: int) -> str:
    """A place on the line that can be compared: before everything or after it (`endless` 0 or 2), else a value, or just
    `beyond` it. Where values have a next one, beyond one is at the next."""
    step, after = ("0", f"CAST({beyond} AS INTEGER)")
    if apart.kind in DISCRETE:
        step, after = after, "0"
    moved = f"{value} + {step}" if apart.kind in DISCRETE else value
    kind = _TYPES[apart.kind]
    place = f"CASE WHEN {value} IS NULL THEN {endless} ELSE 1 END"
    return f"{{'endless': {place}, 'value': CAST({moved} AS {kind}), 'after': {after}}}"
