"""Some of a schema's tables: those that are asked for with all that their keys need, without those left out. The others
are drafted without rows, so that what may point to them is NULL, and leave the plan then. Knows foreign keys only."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

import msgspec
from msgspec import structs

from ..dataset import near
from ..errors import InputError
from ..plan import Plan, TablePlan
from ..schema import ForeignKey, Schema, Table
from ..specs import Inside, Town
from ..specs.folk import FOLK


def chosen(schema: Schema, tables: Sequence[str], exclude: Sequence[str]) -> frozenset[str]:
    """The tables that are made: all, or `tables` and those whose rows they need; without `exclude`. Raises InputError
    for a name that is no table's, and where one that is left out is needed."""
    wanted = [_key(schema, name) for name in tables] or list(schema.tables)
    out = {_key(schema, name) for name in exclude}
    if both := [name for name in tables if _key(schema, name) in out]:
        raise InputError(f"'{both[0]}' is asked for and left out")
    found: dict[str, None] = {}
    todo = [key for key in wanted if key not in out]
    while todo:
        table = schema.tables[todo.pop(0)]
        if table.key in found:
            continue
        found[table.key] = None
        todo += [key for key, other in schema.tables.items() if other.partition_of == table.key]
        if table.partition_of in schema.tables:
            todo.append(table.partition_of)
        for key in table.foreign_keys:
            needed = _needed(table, key)
            if needed and key.table in out:
                raise InputError(
                    f"{table.key}.{', '.join(key.columns)} must point to {key.table}, which is left out",
                    hint=f"leave {table.key} out too, or make {key.table}",
                )
            if key.table in schema.tables and key.table not in out and (needed or tables):
                todo.append(key.table)
    if not found:
        raise InputError("every table is left out", hint="name fewer in --exclude")
    return frozenset(found)


def without_others(plan: Plan, kept: frozenset[str]) -> Plan:
    """The plan of the kept tables alone; foreign keys to others are gone, with nothing in their columns. Raises
    InputError where rows are laid out by a table that is left out."""
    schema = plan.schema
    plan = structs.replace(plan, tables={key: _anywhere(table, kept) for key, table in plan.tables.items()})
    for key in kept & plan.tables.keys():
        sources = plan.tables[key].sources.items()
        told = msgspec.to_builtins({name: source for name, source in sources if not isinstance(source, Town)})
        if held := next((each for each in _texts(told) if each in schema.tables and each not in kept), ""):
            raise InputError(f"{key} is laid out by the rows of {held}, which is left out", hint=f"make {held} too")
    tables = {key: _alone(table, kept) for key, table in schema.tables.items() if key in kept}
    return structs.replace(
        plan,
        schema=structs.replace(schema, tables=tables),
        tables={key: table for key, table in plan.tables.items() if key in kept},
        findings=tuple(finding for finding in plan.findings if finding.table in kept),
        wishes=tuple(wish for wish in plan.wishes if wish.table in kept),
    )


def _anywhere(table: TablePlan, kept: Collection[str]) -> TablePlan:
    """The table with places from anywhere, where they lay in those of a table that is left out."""
    lost = {
        name: Town(folk=FOLK, limits=source.limits)
        for name, source in table.sources.items()
        if isinstance(source, Inside) and source.table not in kept
    }
    return structs.replace(table, sources=table.sources | lost) if lost else table


def _texts(value: object) -> Iterator[str]:
    match value:
        case str():
            yield value
        case dict():
            yield from (text for each in value.values() for text in _texts(each))
        case list() | tuple():
            yield from (text for each in value for text in _texts(each))


def _alone(table: Table, kept: Collection[str]) -> Table:
    constraints = tuple(c for c in table.constraints if not isinstance(c, ForeignKey) or c.table in kept)
    return structs.replace(table, constraints=constraints)


def _needed(table: Table, key: ForeignKey) -> bool:
    """Whether a row can't be without a parent."""
    return key.table != table.key and not any(table.column(name).nullable for name in key.columns)


def _key(schema: Schema, name: str) -> str:
    lower = {key.lower(): key for key in schema.tables}
    last = [key for key in schema.tables if key.rpartition(".")[2].lower() == name.lower()]
    if name.lower() in lower:
        return lower[name.lower()]
    if len(last) != 1:
        raise InputError(f"there is no table '{name}'{near(name, list(schema.tables))}")
    return last[0]
