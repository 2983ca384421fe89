"""Domains travel over foreign keys, in both directions, until nothing changes: a key holds what its children can
hold."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec.structs import replace

from ...schema import Kind, Schema
from ..domains import Domain
from .subtypes import Subtypes

Domains = dict[str, dict[str, Domain]]
_TEXTS = {Kind.TEXT, Kind.UUID, Kind.ENUM, Kind.BINARY}


def travelled(schema: Schema, domains: Mapping[str, Mapping[str, Domain]], subtypes: Subtypes) -> Domains:
    """New domains per table and column; columns that are referenced are never NULL. Where children take some kinds of
    a parent's rows only, the parent keeps them all."""
    result: Domains = {table: dict(columns) for table, columns in domains.items()}
    links = [
        (table.key, child, key.table, parent, (table.key, key, child) in subtypes.links)
        for table in schema.tables.values()
        for key in table.foreign_keys
        for child, parent in zip(key.columns, key.references, strict=True)
    ]
    for _, _, table, column, _ in links:
        result[table][column] = replace(result[table][column], nullable=False)
    for (table, column), kinds in subtypes.kinds.items():
        result[table][column] = replace(result[table][column], values=kinds)
    changed = True
    while changed:  # domains only shrink, so this ends
        changed = False
        for child_table, child, parent_table, parent, some in links:
            below, above = result[child_table][child], result[parent_table][parent]
            if not _comparable(schema, child_table, child, parent_table, parent):
                continue
            met_below, met_above = below.meet(_as(above, below)), above if some else above.meet(_as(below, above))
            if (met_below, met_above) != (below, above):
                result[child_table][child], result[parent_table][parent] = met_below, met_above
                changed = True
    return result


def _comparable(schema: Schema, child_table: str, child: str, parent_table: str, parent: str) -> bool:
    """Bounds and values mean the same on both sides."""
    a, b = schema.tables[child_table].column(child).type, schema.tables[parent_table].column(parent).type
    if a.kind in _TEXTS and b.kind in _TEXTS:
        return True
    return a.scale == b.scale and (a.kind == b.kind or {a.kind, b.kind} <= {Kind.INTEGER, Kind.DECIMAL, Kind.YEAR})


def _as(other: Domain, mine: Domain) -> Domain:
    """The part of `other` that can be asked of `mine`."""
    return replace(other, kind=mine.kind)
