"""Edge cases for testers: bounds, longest and empty texts, Unicode, leap days, in a share of the rows of a plan. Only
in columns that nothing else reads, and only values that their type and every CHECK allow.

A column is left as it is where a key, a UNIQUE, a formula or another column has to do with it, where a person or a
model said what fills it, and where it is not known what a CHECK of it says.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import msgspec
from msgspec import structs

from ...computing import Calculator
from ...ddl.expressions import row_checks
from ...plan import ColumnPlan, Plan, TablePlan
from ...schema import Column, Kind, Schema, Table
from ...specs import Choice, Edged, Expression, Null, Tally, Uuid
from ...specs.nested import EDGE_SCALE
from ...wishes import Count, Wish
from ..domains import Domain, Facts, Scalar, domain_of, units_of
from ..keying.grounds import read_table
from ..words.written import choice_of
from .fitting import Ground, holding
from .freedom import MOMENTS, NUMBERS
from .quantities import MOST

_LONGEST = 1_000  # characters where nothing says how many there may be
_PLAIN = ("", "a", "O'Brien", 'say "hi"', "100% -- a;b,c", "Robert'); DROP TABLE x;--", "back\\slash", "two\nlines")
_FOREIGN = ("Zoe\u0308 A\u030angstro\u0308m", "Łódź", "日本語", "שלום עולם", "مرحبا", "ﬁﬂ İı ß")
_BEYOND = ("🎉", "👩\u200d💻 ok")  # outside of the plane that MySQL's three bytes hold
_DAYS = ("2024-02-29", "2000-02-29", "1999-12-31", "1970-01-01", "2038-01-19", "1900-01-01", "2100-12-31")
_EPOCH = dt.date(1970, 1, 1)
_DAY = 86_400_000_000
_OWN_WORDS = {"kind", "field", "pool", "template"}  # parts of specs that name no column
_KINDS = NUMBERS | MOMENTS | {Kind.TIME, Kind.TEXT}


def with_edges(plan: Plan, share: float) -> Plan:
    """The plan with edge cases in `share` (0..1) of the rows of each table."""
    facts = Facts(plan.schema.dialect, dt.date.fromisoformat(plan.as_of))
    read = _read_elsewhere(plan)
    tables = {key: _edged(plan, key, table, facts, read, share) for key, table in plan.tables.items()}
    return structs.replace(plan, tables=tables, edges=share)


def _edged(plan: Plan, key: str, table: TablePlan, facts: Facts, read: set[tuple[str, str]], share: float) -> TablePlan:
    schema, owner = plan.schema, plan.schema.tables[key]
    said = {name for wish in plan.wishes if wish.table == key for name in _named(wish)}
    domains = read_table(schema, owner).domains
    checks = row_checks(schema, owner)
    calculator = Calculator(facts.dialect, owner, plan.as_of)
    columns = dict(table.columns)
    for name, filled in table.columns.items():
        column = owner.column(name)
        own = [check for check in checks if name in check.columns]
        untold = any(len(check.columns) > 1 or calculator.refusal(check.sql) for check in own)
        if name in said or (key, name) in read or untold or not _is_free(schema, owner, column, filled):
            continue
        ground = Ground(owner, domains, tuple(own), (), facts)
        values = _holding(ground, name, [*_values(column, domains[name], facts)])
        if values:
            edges = choice_of(column, values)
            spec = Edged(inner=filled.spec, edges=edges, share=round(share * EDGE_SCALE))
            columns[name] = structs.replace(filled, spec=spec)
    return structs.replace(table, columns=columns)


def _named(wish: Wish) -> tuple[str, ...]:
    return () if isinstance(wish, Count) else getattr(wish, "columns", (getattr(wish, "column", ""),))


def _is_free(schema: Schema, table: Table, column: Column, filled: ColumnPlan) -> bool:
    """Whether it is drawn by itself, for itself."""
    spec, name = filled.spec, column.name
    if column.type.kind not in _KINDS or filled.at.partition(" ")[0] not in ("", "person") or spec.needs or spec.beyond:
        return False
    if (
        isinstance(spec, Null | Expression | Uuid | Tally)
        or column.generated is not None
        or column.identity is not None
    ):
        return False
    keys = [table.primary_key, *(key.columns for key in table.foreign_keys)]
    unique = any(name in one.columns or one.expressions or one.where for one in table.uniques)
    pointed = any(k.table == table.key and name in k.references for t in schema.tables.values() for k in t.foreign_keys)
    parted = any(other.partition_of == table.key for other in schema.tables.values())
    return not (unique or pointed or parted or any(name in key for key in keys))


def _read_elsewhere(plan: Plan) -> set[tuple[str, str]]:
    """Columns that other columns, sources and conditions speak of, in any table: by their names, so rather too many."""
    found: set[tuple[str, str]] = set()
    for key, table in plan.tables.items():
        found |= {(key, name) for redraw in table.redraws for name in (*redraw.columns, *redraw.reads)}
        for name, column in table.columns.items():
            told = [*_texts(msgspec.to_builtins(column.spec))] if not isinstance(column.spec, Choice) else []
            found |= {(owner, text) for text in told if text != name for owner in (key, *told)}
        for source in table.sources.values():
            texts = [*_texts(msgspec.to_builtins(source))]
            found |= {(owner, text) for text in texts for owner in (key, *texts)}
    return found


def _texts(value: object) -> Iterator[str]:
    match value:
        case str():
            yield value
        case dict():
            for part, each in value.items():
                yield from _texts(each) if part not in _OWN_WORDS else ()
        case list() | tuple():
            for each in value:
                yield from _texts(each)


def _holding(ground: Ground, name: str, values: list[Scalar]) -> list[Scalar]:
    """Those of the values that the domain and the CHECKs allow, each once."""
    inside = [value for value in dict.fromkeys(values) if ground.domains[name].allows(value)]
    return [row[0] for row in holding(ground, (name,), dict(enumerate((value,) for value in inside))).values()]


def _values(column: Column, domain: Domain, facts: Facts) -> Iterator[Scalar]:
    """What might be tried."""
    if domain.values is not None or domain.parts or domain.form is not None or domain.json:
        return
    kind, own = column.type.kind, domain_of(column, facts.dialect)
    bounds = [end for end in (domain.low, domain.high) if end is not None]
    if kind == Kind.TEXT:
        yield from _spelled(column, domain, facts)
    elif kind in NUMBERS:
        one = units_of(column.type)
        yield from (number for number in (*bounds, 0, 1, -1, one, -one) if -MOST <= number < MOST)
    elif kind == Kind.TIME:
        yield from (0, _DAY - 1_000_000, *bounds)
    else:
        size = 1 if kind == Kind.DATE else _DAY
        yield from ((dt.date.fromisoformat(day) - _EPOCH).days * size for day in _DAYS)
        yield from (end for end in bounds if end not in (own.low, own.high))
        if kind != Kind.DATE:
            yield (dt.date(2024, 2, 29) - _EPOCH).days * _DAY + _DAY - 1_000_000


def _spelled(column: Column, domain: Domain, facts: Facts) -> Iterator[str]:
    longest = min(domain.longest or _LONGEST, 10 * _LONGEST)
    texts = ["x" * longest, *_PLAIN]
    if not domain.ascii:
        texts += [*_FOREIGN, ("ßé漢" * longest)[: longest // 3]]
        texts += _BEYOND if facts.dialect not in ("mysql", "mariadb", "tsql") else ()
    for text in texts:
        cased = getattr(text, domain.case)() if domain.case else text
        padded = column.type.fixed and cased != cased.rstrip()
        empty = not cased and (facts.dialect == "oracle" or column.type.fixed)  # there it is NULL, or blanks
        if len(cased.encode()) <= longest and not padded and not empty:
            yield cased
