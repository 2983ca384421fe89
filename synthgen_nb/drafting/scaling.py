"""How many rows where, if a person asks for a size and not for a number: facts are many, what they are about fewer,
look-up tables few whatever the size. By names, keys and widths; what keys and CHECKs allow is settled later."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from ..schema import Schema, Table
from .meaning.names import singular, subject, words_of
from .succession import succession

_ENTITIES, _PLACES, _RECORDS = 1_000, 50, 10_000  # rows at scale 1
_MOST = 10**9
_NARROW = 5  # columns of a look-up table, but for those that say when and by whom
_MIGRATIONS = re.compile(
    r"^(schema|ar|db|database|knex|goose|flyway|doctrine|phinx|sequelize|drizzle|ef)?( schema)?( internal)? ?"
    r"(migrations?|migration versions?|change ?log)( lock| history)?$"
    r"|^(schema|flyway schema) history$|^alembic version$|^db version$"
)
_SETTINGS = re.compile(r"(^| )(setting|config|configuration|option|preference|parameter|variable|feature flag)$")
_LOOKUPS = {
    "country": 40, "continent": 6, "language": 20, "currency": 20, "region": 20, "state": 30, "province": 30,
    "city": 200, "status": 6, "type": 8, "kind": 8, "category": 20, "genre": 16, "role": 6, "permission": 30,
    "priority": 4, "unit": 12, "tag": 40, "color": 12, "size": 8, "level": 6, "method": 6, "reason": 10, "gender": 3,
    "title": 8, "timezone": 30, "brand": 40, "skill": 40, "rating": 5, "plan": 4, "job": 30, "position": 30,
    "carrier": 6, "shipper": 5,
}  # fmt: skip
_SMALL = re.compile(
    r"(^| )(department|store|branch|warehouse|office|team|company|organization|tenant|school|clinic|hospital|ward|room"
    r"|location|site|campus|faculty|supplier|vendor|manufacturer|publisher|shop|agency|account manager|course"
    r"|vehicle|station|gateway|product line|territory|bank|project|workspace|channel)$"
)
_THINGS = re.compile(
    r"(^| )(customer|client|user|person|member|employee|staff|student|patient|author|contact|product|item|article|book"
    r"|film|movie|track|song|album|account|profile|subscriber|actor|teacher|doctor|candidate|asset|part|address"
    r"|device|sensor|meter|entity|principal|identity|group|domain|vocabulary|concept)$"
)
_LINES = re.compile(r"(^| )(line|item|detail|entry|position)$")
_RECORDED = re.compile(
    r"(^| )(log|event|reading|measurement|metric|transaction|message|audit|view|click|visit|page view|session|history"
    r"|notification|activity|request|observation|sample|movement|scan|ping|trace|span|record|heartbeat|statistic)$"
)
_FACTS = re.compile(
    r"(^| )(order|invoice|sale|purchase|booking|rental|reservation|appointment|payment|shipment|ticket|claim|loan"
    r"|enrollment|review|comment|post|delivery|return|refund|subscription|contract|prescription|encounter|issue|task)$"
)
_KEPT = re.compile(r"(^| )(created|updated|deleted|modified|last update|changed)( |$)")


class Sized(NamedTuple):
    """The rows of a table, and why so many."""

    rows: int
    why: str


def scaled(schema: Schema, scale: float, named: Mapping[str, int]) -> dict[str, Sized]:
    """Of every table that holds rows of its own; `named` are the rows of tables that somebody asked for."""
    tables = {key: table for key, table in schema.tables.items() if table.partition_of not in schema.tables}
    found: dict[str, Sized] = {}
    parents = {key: [one.table for one in table.foreign_keys if one.table in tables] for key, table in tables.items()}
    for key in succession(parents):
        asked = Sized(named[key], "asked for") if key in named else None
        found[key] = asked or _sized(schema, tables[key], scale, found)
    return found


def _sized(schema: Schema, table: Table, scale: float, above: Mapping[str, Sized]) -> Sized:
    entity, _ = subject(schema, table, "")
    last = singular(entity.split()[-1]) if entity else ""
    parents = _parents(schema, table, above)
    if table.rows:
        return Sized(len(table.rows), "the rows that the DDL itself inserts")
    if _MIGRATIONS.match(" ".join(words_of(table.name))):
        return Sized(1 if "alembic" in table.name.lower() else 12, "a table of migrations")
    if _SETTINGS.search(entity) and not parents:
        return Sized(20, "settings")
    if _is_lookup(schema, table, last):
        return Sized(_LOOKUPS.get(last, 12), "a look-up table")
    if parents:
        return _of_parents(table, entity, parents, scale)
    if _RECORDED.search(entity) or _FACTS.search(entity):
        return Sized(_times(_RECORDS, scale), "records of what happened")
    if _SMALL.search(entity):
        return Sized(_times(_PLACES, scale), "what others belong to")
    return Sized(_times(_ENTITIES, scale), "what others are about")


def _parents(schema: Schema, table: Table, above: Mapping[str, Sized]) -> dict[str, tuple[int, bool]]:
    """{parent: (its rows, whether every row needs one)}, look-up tables left out: how often they are named says
    nothing."""
    found: dict[str, tuple[int, bool]] = {}
    for key in table.foreign_keys:
        parent = schema.tables.get(key.table)
        if key.table == table.key or parent is None or key.table not in above:
            continue
        if above[key.table].why in ("a look-up table", "the rows that the DDL itself inserts"):
            continue
        needed = not any(table.column(name).nullable for name in key.columns)
        known = found.get(key.table, (0, False))
        found[key.table] = above[key.table].rows, known[1] or needed
    return found


def _is_lookup(schema: Schema, table: Table, last: str) -> bool:
    """Few columns, named by others, naming nobody: or called so."""
    named = any(
        key.table == table.key and other.key != table.key
        for other in schema.tables.values()
        for key in other.foreign_keys
    )
    others = {key.table for key in table.foreign_keys} - {table.key}
    own = [name for name in table.column_names if not _KEPT.search(" ".join(words_of(name)))]
    called = last in _LOOKUPS
    entity, _ = subject(schema, table, "")
    busy = any(pattern.search(entity) for pattern in (_THINGS, _SMALL, _FACTS, _RECORDED))
    if not named or (others and not called) or (busy and not called):
        return False
    if others and not all(singular(words_of(other.rpartition(".")[2])[-1]) in _LOOKUPS for other in others):
        return False
    return len(own) <= (_NARROW + 3 if called else 3)


def _of_parents(table: Table, entity: str, parents: Mapping[str, tuple[int, bool]], scale: float) -> Sized:
    needed = {key: rows for key, (rows, must) in parents.items() if must} or {key: r for key, (r, _) in parents.items()}
    parent, rows = max(needed.items(), key=lambda item: item[1])
    pointing = {name for key in table.foreign_keys for name in key.columns}
    alone = [key for key in table.foreign_keys if _one_each(table, key.columns)]
    beside = [key.table for key in alone if key.table in parents and key.table == parent]
    if beside:
        return Sized(rows, f"one for each of {rows:,} {parent}")
    rest = [name for name in table.column_names if name not in pointing and not _KEPT.search(" ".join(words_of(name)))]
    joined = len([key for key in table.foreign_keys if set(key.columns) <= set(table.primary_key)]) >= 2
    plain = not any(pattern.search(entity) for pattern in (_THINGS, _SMALL, _FACTS, _RECORDED))
    if len(rest) <= 2 and (joined or (plain and len(parents) >= 2)):
        return _fan(rows, 3, parent)
    if _LINES.search(entity):
        return _fan(rows, 3, parent)
    if _RECORDED.search(entity) and 10 * rows < _times(_RECORDS, scale):
        return Sized(_times(_RECORDS, scale), "records of what happened")
    if _RECORDED.search(entity):
        return _fan(rows, 10, parent)
    if _FACTS.search(entity) and 5 * rows < _times(_ENTITIES, scale):
        return Sized(_times(_ENTITIES, scale), "records of what happened")
    if _FACTS.search(entity):
        return _fan(
            rows, 1 if any(_FACTS.search(" ".join(map(singular, words_of(key)))) for key in parents) else 5, parent
        )
    if _THINGS.search(entity):
        return Sized(_times(_ENTITIES, scale), "what others are about")
    if _SMALL.search(entity):
        return (
            _fan(rows, 2, parent)
            if rows <= _times(_PLACES, scale)
            else Sized(_times(_PLACES, scale), "what others belong to")
        )
    return _fan(rows, 10 if rows <= _times(_PLACES, scale) else 2, parent)


def _one_each(table: Table, columns: tuple[str, ...]) -> bool:
    uniques = [table.primary_key, *(unique.columns for unique in table.uniques if not unique.where)]
    return any(unique and set(unique) <= set(columns) for unique in uniques)


def _fan(rows: int, each: int, parent: str) -> Sized:
    return Sized(min(rows * each, _MOST), f"{each} for each of {rows:,} {parent}")


def _times(rows: int, scale: float) -> int:
    return min(max(1, round(rows * scale)), _MOST)
