"""What may be wished of a schema: for each column that is free, the kinds of wishes that can be fulfilled and the
values that fit. For whoever offers wishes, a grammar or a form; a wish beyond it is only told, never an error."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from msgspec import Struct

from ...plan import TablePlan
from ...schema import Column, Kind, Schema
from ...specs import Person
from ...wishes import Between, Children, Locales, Nulls, Rhythm, Share, Value
from .. import DEFAULT_AS_OF
from ..counting import DEFAULT_ROWS
from ..domains import Domain, units_of
from ..draft import Draft
from ..preparing import prepared
from ..tables import build_table
from .families import grant_children
from .fitting import unwritable
from .freedom import MOMENTS, NUMBERS, follows, spelled
from .limits import narrowed
from .localities import grant_locales
from .rhythmic import grant_rhythm
from .shares import grant_nulls, unshared

_TEXTS = {Kind.TEXT, Kind.ENUM}
_LONGEST = 10_000  # characters, where a text has no limit
_NUMERALS = 10**15  # the largest number that everyone reads alike, in JSON too


class ColumnRoom(Struct, frozen=True):
    """`values` are the only ones there are (empty: any that fit). `text` is the longest text that fits (0: it is no
    text); `digits` counts the decimals of numbers between `low` and `high`. `written` texts may be asked of a model,
    and so may what is `beside` them in a row."""

    column: Column
    shares: bool
    bounds: bool
    typical: bool
    days: bool
    hours: bool
    nulls: bool
    written: bool
    beside: bool
    values: tuple[Value, ...] = ()
    text: int = 0
    low: Decimal | None = None
    high: Decimal | None = None
    digits: int = 0

    @property
    def any(self) -> bool:
        return any((self.shares, self.bounds, self.days, self.hours, self.nulls, self.written))


class TableRoom(Struct, frozen=True):
    """`parents` are the tables whose rows may have so many of this table's each; `locales` tells of people or
    places."""

    columns: Mapping[str, ColumnRoom]
    parents: tuple[str, ...]
    locales: bool


def possible(
    schema: Schema, rows: int | Mapping[str, int] = DEFAULT_ROWS, as_of: str = DEFAULT_AS_OF
) -> dict[str, TableRoom]:
    """The tables that have rows of their own, in the schema's order."""
    found = {}
    for key, (draft, asked, most, why) in prepared(schema, rows, as_of).drafts.items():
        plan, _ = build_table(draft, asked, most, why)
        columns = {column.name: _column(draft, plan, column) for column in draft.table.columns}
        localised, _ = grant_locales(draft, plan, Locales(table=key, shares=(Share("en_US", 100),)))
        parents = dict.fromkeys(unit.key.table for unit in draft.keys.units if unit.key is not None)
        counted = tuple(parent for parent in parents if _counted(draft, plan, key, parent))
        found[key] = TableRoom(columns=columns, parents=counted, locales=localised != plan)
    return found


def _counted(draft: Draft, plan: TablePlan, key: str, parent: str) -> bool:
    return not grant_children(draft, plan, Children(table=key, parent=parent, skew=1), ())[1]


def _column(draft: Draft, plan: TablePlan, column: Column) -> ColumnRoom:
    name, kind, spec = column.name, column.type.kind, plan.columns[column.name].spec
    domain = draft.chained[name]
    table = draft.table.key
    days = grant_rhythm(draft, plan, Rhythm(table=table, column=name, months={12: 2}, weekdays={1: 2}))[0]
    hours = grant_rhythm(draft, plan, Rhythm(table=table, column=name, hours={9: 2}))[0]
    some, _ = grant_nulls(draft, plan, Nulls(table=table, column=name, percent=50))
    key = draft.keys.owner[name].key is not None
    writable = not key and not domain.json and not unwritable(column, draft.table, draft.facts.dialect)
    gender = isinstance(spec, Person) and spec.field == "gender"
    nameable = kind in NUMBERS | MOMENTS | _TEXTS | {Kind.BOOLEAN, Kind.TIME} and not domain.json and not domain.path
    numbers = kind in NUMBERS and domain.values is None
    bounded = not narrowed(draft, plan, Between(table=table, column=name, low=_some(column, domain)))[1]
    return ColumnRoom(
        column=column,
        shares=nameable and (gender or not unshared(draft, plan, name)),
        bounds=bounded,
        typical=bounded and numbers and not follows(plan, name) and not domain.parts,
        days=days != plan,
        hours=hours != plan,
        nulls=some != plan,
        written=writable and kind == Kind.TEXT and domain.values is None and name not in draft.table.primary_key,
        beside=writable and nameable,
        values=("F", "M")
        if gender and domain.values is None
        else tuple(spelled(column, v) for v in domain.values or ()),
        text=min(domain.longest or _LONGEST, _LONGEST) if kind in _TEXTS and domain.values is None else 0,
        low=_number(column, domain.low, -_NUMERALS) if numbers else None,
        high=_number(column, domain.high, _NUMERALS) if numbers else None,
        digits=len(str(units_of(column.type))) - 1 if numbers else 0,
    )


def _some(column: Column, domain: Domain) -> str:
    """A lower bound that leaves the domain as it is, as far as it can be spelled."""
    if not domain.ordered:
        return "0"
    return str(spelled(column, domain.low if domain.low is not None else 0))


def _number(column: Column, value: int | None, otherwise: int) -> Decimal:
    if value is None:
        return Decimal(otherwise)
    return max(Decimal(-_NUMERALS), min(Decimal(_NUMERALS), Decimal(value) / units_of(column.type)))
