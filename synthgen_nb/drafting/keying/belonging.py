"""Rows placed among their tenants (see tenants.py): which source gives a row's tenant, and the parents drawn within
it. Decides nothing of who belongs to whom."""

from __future__ import annotations

from collections.abc import Sequence

from ...schema import ForeignKey, Table
from ...specs import Above, Digit, Grove, Key, Layout, Ordinal, Within
from ..draft import Draft
from .claims import TableKeys, Unit, unit_size
from .tenants import GROUPS, Tenancy, source_name

_FIRST = "first"


def units_of(table: Table, tenancy: Tenancy) -> list[tuple[Unit, tuple[str, ...]]]:
    """The tenant's unit and those of the keys within it, each with the columns that it alone fills."""
    found = []
    if tenancy.key is not None:
        found.append((_unit(table, tenancy.key, tenancy.columns), tenancy.columns))
    elif tenancy.grouped:
        key = ForeignKey(columns=tenancy.columns, table=table.key, references=tenancy.columns)
        found.append((Unit(GROUPS, tenancy.columns, key), tenancy.columns))
    for key in tenancy.inner:
        own = tuple(c for c in key.columns if c not in tenancy.columns)
        found.append((_unit(table, key, own), own))
    return found


def _unit(table: Table, key: ForeignKey, own: tuple[str, ...]) -> Unit:
    nullable = any(table.column(c).nullable for c in own)
    return Unit(source_name(key), key.columns, key, nullable, key.table == table.key)


def nulls_of(keys: TableKeys, unit: Unit) -> str:
    """The source whose NULLs a foreign key's columns share: all those of one tenant's where it is all or none."""
    full = unit.key is not None and unit.key.match == "full"
    return keys.tenancies.source(keys.table.key) if full and keys.of_tenant(unit) else unit.name


def laid_out(draft: Draft, unit: Unit, parents: int, most: int) -> Layout:
    """The rows laid out over those that a unit points to; over the tenants with one child each at least, where others
    count on it."""
    assert unit.key is not None
    keys, rows = draft.keys, draft.rows
    tenancy, table = keys.tenancy, unit.key.table
    if tenancy is None or unit.name != keys.tenancies.layout(keys.table.key):
        return Layout(table=table, parents=max(parents, 1), total=rows, most=most)
    if unit.columns == tenancy.columns and keys.tenancies.of[table].grouped:
        table = ""
    least = 1 if rows and (tenancy.grouped or keys.table.key in keys.tenancies.required) else 0
    parents = max(1, min(parents, rows) if least else parents)
    even = keys.table.key in keys.tenancies.even
    return Layout(table=table, parents=parents, total=rows, most=most, least=least, even=even)


def place_tenants(draft: Draft) -> None:
    """Sources and columns of everything that a tenancy fills; claims are placed by now."""
    keys, tenancy = draft.keys, draft.keys.tenancy
    if tenancy is None:
        return
    tenancies, name = keys.tenancies, keys.table.key
    layout = tenancies.layout(name)
    if layout != "row" and layout not in draft.sources:
        unit = next(u for u in keys.units if u.name == layout)
        parents = unit_size(keys, unit, draft.parent_rows)
        draft.sources[layout] = laid_out(draft, unit, parents, max(draft.rows, 1))
    if tenancy.grouped:
        for column in tenancy.columns:
            draft.placed[column] = (keys.unique_specs[column], layout)
    if tenancy.anchor is not None:
        there = tenancies.source(tenancy.anchor.table)
        draft.sources[tenancies.source(name)] = Above(of=layout, table=tenancy.anchor.table, there=there)
        _place(draft, tenancy.anchor, tenancy.anchor.columns, layout)
    elif tenancy.key is not None:
        _place(draft, tenancy.key, tenancy.columns, _named_by(draft, tenancy, layout))
    for unit in keys.units:
        if unit.key is not None and unit.key in tenancy.inner and unit.key != tenancy.anchor:
            _place_within(draft, tenancy, unit, layout)


def _named_by(draft: Draft, tenancy: Tenancy, layout: str) -> str:
    """The source of the row that the tenant's columns are read at: in groups, the first of each."""
    assert tenancy.key is not None
    tenancies, table = draft.keys.tenancies, tenancy.key.table
    if not tenancies.of[table].grouped:
        return layout
    draft.sources[_FIRST] = Digit(of="row", modulo=1)
    draft.sources[f"first of {layout}"] = Within(of=layout, through=tenancies.through(table), place=_FIRST)
    return f"first of {layout}"


def _place_within(draft: Draft, tenancy: Tenancy, unit: Unit, layout: str) -> None:
    assert unit.key is not None
    tenancies, own = draft.keys.tenancies, [c for c in unit.key.columns if c not in tenancy.columns]
    if unit.to_self:
        if unit.name in draft.keys.ring and not unit.nullable:
            text = "rows that must point to another one of their tenant's have no construction yet"
            draft.broken(text, unit.columns, "let them be NULL, or point to themselves", "foreign_key")
        draft.sources[unit.name] = Grove(of=layout, roots="null" if unit.nullable else "self")
    else:
        place = ""
        if unit.name in draft.sources:  # a digit of some code
            place = f"{unit.name}, its place"
            draft.sources[place] = draft.sources[unit.name]
        elif unit.name in draft.keys.sparse:
            place = f"place in {layout}"
            draft.sources[place] = Ordinal(of=layout)
        of = tenancies.source(draft.table.key)
        draft.sources[unit.name] = Within(of=of, through=tenancies.through(unit.key.table), place=place)
    _place(draft, unit.key, own, unit.name)


def _place(draft: Draft, key: ForeignKey, columns: Sequence[str], source: str) -> None:
    for column, parent in zip(key.columns, key.references, strict=True):
        if column in columns:
            draft.placed[column] = (Key(table=key.table, column=parent), source)
