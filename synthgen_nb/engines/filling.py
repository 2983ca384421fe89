"""A dataset into an engine: the schema built, every row in, every reference checked. Knows the order of things; what
becomes of the outcome is for others.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from msgspec import Struct, field
from msgspec.structs import replace

from ..engines import Engine
from ..errors import Refused
from ..schema import ForeignKey, Schema, Table
from .adapting import Adapted
from .building import Built, add_late, build, describe, said
from .counters import counters, setting
from .duckdb import MOST_STEPS, rows_in_steps
from .ordering import parents_first
from .vetting import vetted

if TYPE_CHECKING:
    from ..dataset import Dataset


class Filled(Struct):
    """By the dataset's table: the engine's words about what is broken, the rows that it holds now, what could not be
    told in it or was not taken by it, and the table as it was built. The key "" of `left_out` is for what belongs to no
    table."""

    broken: dict[str, str] = field(default_factory=dict)
    rows: dict[str, int] = field(default_factory=dict)
    left_out: dict[str, list[str]] = field(default_factory=dict)
    missing: set[str] = field(default_factory=set)
    tables: dict[str, Table] = field(default_factory=dict)


def fill(engine: Engine, dataset: Dataset, told: Adapted) -> Filled:
    """Builds `told.schema` and fills it from the dataset. What the engine refuses is kept, not raised."""
    done = Filled()
    schema, unsafe = vetted(told.schema)
    if engine.dialect == "duckdb":
        schema = _without_own_rings(dataset, schema, told)
    built = build(engine, schema)
    back = {new: old for old, new in told.names.items()}
    for found in (told.left_out, unsafe, built.refused):
        for new, lines in found.items():
            done.left_out.setdefault(back.get(new, ""), []).extend(lines)
    done.missing = {back[new] for new in built.missing}
    done.tables = {back[new]: table for new, table in built.schema.tables.items() if new not in built.missing}
    _fill_tables(engine, dataset, built, back, done)
    _add_references(engine, built, back, done)
    if not done.broken:
        filled = [(old, new) for old, new in told.names.items() if new in built.schema.tables and old in dataset]
        for counter in counters(dataset, built.schema, filled):
            if statement := setting(counter, engine.dialect):
                engine.run(statement)
    by_name = {table.name: back[new] for new, table in built.schema.tables.items()}
    for name, words in engine.settle().items():
        done.broken.setdefault(by_name[name], words)
    return done


def _fill_tables(engine: Engine, dataset: Dataset, built: Built, back: Mapping[str, str], done: Filled) -> None:
    for group in parents_first(built.schema):
        for new in group:
            old, table = back[new], built.schema.tables[new]
            if old not in dataset:  # a partition, whose rows the engine takes from its parent
                continue
            lame = sorted({back[fk.table] for fk in table.foreign_keys if back[fk.table] in done.broken} - {old})
            try:
                engine.fill(dataset, old, table)
            except Refused as error:
                done.broken[old] = f"not loaded, for {lame[0]} is broken" if lame else said(error)
            done.rows[old] = engine.count(table)
            if done.rows[old] != dataset.rows[old]:
                done.broken.setdefault(old, f"{done.rows[old]} rows arrived of {dataset.rows[old]}")


def _add_references(engine: Engine, built: Built, back: Mapping[str, str], done: Filled) -> None:
    for new, fk in built.late:
        if back[new] in done.broken or back[fk.table] in done.broken:
            continue
        try:
            add_late(engine, built, new, fk)
        except Refused as error:
            done.broken[back[new]] = f"{describe(fk)}: {said(error)}"


def _without_own_rings(dataset: Dataset, schema: Schema, told: Adapted) -> Schema:
    """DuckDB looks for a row's parent among the rows of earlier statements: a reference that needs more is left out."""
    tables = dict(schema.tables)
    back = {new: old for old, new in told.names.items()}
    for key, table in schema.tables.items():
        for fk in table.foreign_keys:
            if fk.table == key and not _in_steps(dataset, back[key], fk):
                told.leave_out(key, f"{describe(fk)}: rows refer to themselves or to later ones")
                kept = tuple(c for c in tables[key].constraints if c is not fk)
                tables[key] = replace(tables[key], constraints=kept)
    return replace(schema, tables=tables)


def _in_steps(dataset: Dataset, key: str, fk: ForeignKey) -> bool:
    steps = rows_in_steps(dataset, key, [fk])
    return steps is not None and len(steps) <= MOST_STEPS
