"""A dataset into the empty tables of a database of the user's, which keeps it. Knows which table is which there, and
that a load is whole or did not happen; statements that define, drop or empty a table are not in here.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec import Struct
from msgspec.structs import replace

from .engines.counters import counters, setting
from .engines.ordering import parents_first
from .engines.reading import given_columns, name_of
from .engines.urls import Target, existing
from .errors import InputError, Refused
from .schema import Column, ForeignKey, Schema, Table

if TYPE_CHECKING:
    from .dataset import Dataset
    from .engines.duckdb import DuckDB
    from .engines.mysql import MySQL
    from .engines.postgres import Postgres
    from .engines.sqlite import SQLite

Ask = Callable[[str], str]
Catalog = Mapping[tuple[str, str], Mapping[str, bool]]  # (namespace, table) -> column -> is it computed there?


class Loaded(Struct, frozen=True, kw_only=True):
    """`tables` are the rows that each table holds now, under the dataset's names. `note` says what a failure would have
    left behind, where that is not nothing."""

    dataset: str
    version: int
    where: str
    engine: str
    tables: dict[str, int]
    note: str = ""
    seconds: float = 0.0


class _Load(Struct, frozen=True):
    """`schema` has the dataset's tables as the database calls them; `names` maps the dataset's keys to its keys."""

    dataset: Dataset
    schema: Schema
    names: dict[str, str]

    def groups(self) -> list[list[tuple[str, Table]]]:
        """(the dataset's key, the table there), parents first, rings together."""
        back = {new: old for old, new in self.names.items()}
        groups = ([(back[new], self.schema.tables[new]) for new in group] for group in parents_first(self.schema))
        # a partition's rows may be its parent's, which knows where they belong
        return [held for group in groups if (held := [pair for pair in group if pair[0] in self.dataset])]

    def counting(self, dialect: str) -> list[str]:
        found = counters(self.dataset, self.schema, [pair for pair in self.names.items() if pair[0] in self.dataset])
        return [statement for counter in found if (statement := setting(counter, dialect))]


def load(dataset: Dataset, into: str, *, ask: Ask | None = None) -> Loaded:
    """Fills the tables of the database that the URL names. Raises InputError, before a row is written, where a table or
    a column is missing there or a table has rows; Refused where the database takes no row of ours: then it is as it
    was, but for MySQL's tables of engines without transactions."""
    began = time.perf_counter()
    where = existing(into)
    loaders = {"postgres": _postgres, "mysql": _mysql, "sqlite": _sqlite, "duckdb": _duckdb}
    engine, note = loaders[where.engine](dataset, where, ask)
    return Loaded(
        dataset=dataset.name,
        version=dataset.version,
        where=where.shown(),
        engine=engine,
        tables=dataset.rows,
        note=note,
        seconds=round(time.perf_counter() - began, 3),
    )


def _postgres(dataset: Dataset, where: Target, ask: Ask | None) -> tuple[str, str]:
    from .engines.postgres import Postgres, connect

    with connect(where, ask=ask) as connection:
        engine = Postgres(connection, where)
        found: dict[tuple[str, str], dict[str, bool]] = {}
        for space, table, column, computed in engine.query(
            "SELECT n.nspname, c.relname, a.attname, a.attgenerated <> '' FROM pg_class c"
            " JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_attribute a ON a.attrelid = c.oid"
            " WHERE c.relkind IN ('r', 'p') AND a.attnum > 0 AND NOT a.attisdropped AND n.nspname !~ '^pg_'"
        ):
            found.setdefault((space, table), {})[column] = computed
        home = str(engine.query("SELECT coalesce(current_schema(), 'public')")[0][0])
        with connection.transaction():
            planned = _matched(dataset, found, home, where)
            for key, table in _each(planned):
                only = "" if key in {t.partition_of for t in dataset.schema.tables.values()} else "ONLY "
                if engine.query(f"SELECT 1 FROM {only}{name_of(table, 'postgres')} LIMIT 1"):
                    raise _not_empty(key, where)
            for group in planned.groups():
                _fill_postgres(engine, dataset, group)
            for statement in planned.counting("postgres"):
                engine.query(statement)
        return engine.version(), ""


def _fill_postgres(engine: Postgres, dataset: Dataset, group: list[tuple[str, Table]]) -> None:
    """PostgreSQL checks references at the end of a statement: the tables of a ring are copied aside first and then
    filled by one statement, so that no constraint of the user's has to be touched."""
    if len(group) == 1:
        engine.fill(dataset, *group[0])
        return
    inserts = []
    for number, (key, table) in enumerate(group):
        aside = replace(table, name=f"synthgen_{number}", namespace="pg_temp")
        columns = ", ".join(f'"{c.name.replace(chr(34), chr(34) * 2)}"' for c in given_columns(table))
        engine.query(
            f"CREATE TEMPORARY TABLE synthgen_{number} ON COMMIT DROP AS"
            f" SELECT {columns} FROM {name_of(table, 'postgres')} WITH NO DATA"
        )
        engine.fill(dataset, key, aside)
        inserts.append(
            f"i{number} AS (INSERT INTO {name_of(table, 'postgres')} ({columns}) OVERRIDING SYSTEM VALUE"
            f" SELECT {columns} FROM pg_temp.synthgen_{number})"
        )
    engine.query(f"WITH {', '.join(inserts)} SELECT 1")


def _mysql(dataset: Dataset, where: Target, ask: Ask | None) -> tuple[str, str]:
    from .engines.mysql import MySQL, connect

    connection = connect(where, ask, into=where.database)
    try:
        engine = MySQL(connection, where, "mysql")
        found: dict[tuple[str, str], dict[str, bool]] = {}
        for space, table, column, extra in engine.query(
            "SELECT table_schema, table_name, column_name, extra FROM information_schema.columns"
            " WHERE table_schema NOT IN ('mysql', 'sys', 'information_schema', 'performance_schema')"
        ):
            found.setdefault((space, table), {})[column] = "GENERATED" in extra and "DEFAULT_GENERATED" not in extra
        planned = _matched(dataset, found, where.database, where)
        plain = [
            f"{space}.{table}"
            for space, table in engine.query(
                "SELECT table_schema, table_name FROM information_schema.tables WHERE engine <> 'InnoDB'"
            )
        ]
        kept = sorted(new for new in planned.names.values() if new in plain)
        with engine.transaction():
            for key, table in _each(planned):
                if engine.query(f"SELECT 1 FROM {name_of(table, 'mysql')} LIMIT 1"):
                    raise _not_empty(key, where)
            for group in planned.groups():
                _fill_mysql(engine, dataset, group)
        note = f"without transactions, a failure would have left rows in: {', '.join(kept)}" if kept else ""
        return engine.version(), note
    finally:
        connection.close()


def _fill_mysql(engine: MySQL, dataset: Dataset, group: list[tuple[str, Table]]) -> None:
    """MySQL checks references row by row: within a ring they are checked by a query when all rows are in."""
    keys = {table.key for _, table in group}
    inside = [(table, fk) for _, table in group for fk in table.foreign_keys if fk.table in keys]
    there = {table.key: table for _, table in group}
    if inside:
        engine.query("SET foreign_key_checks = 0")
    try:
        for key, table in group:
            engine.pour(dataset, key, table)
    finally:
        if inside:
            engine.query("SET foreign_key_checks = 1")
    # switched off, the references out of the ring were not looked at either
    for _, table in group if inside else ():
        for fk in table.foreign_keys:
            parent = there.get(fk.table)
            if lost := engine.query(_orphans(table, fk, name_of(parent, "mysql") if parent else _quoted_key(fk.table))):
                raise Refused(f"{table.name}: {lost[0][0]} rows of ({', '.join(fk.columns)}) refer to no {fk.table}")


def _orphans(table: Table, fk: ForeignKey, parent: str) -> str:
    def named(alias: str, column: str) -> str:
        return f"{alias}.`{column.replace('`', '``')}`"

    equal = " AND ".join(f"{named('c', a)} = {named('p', b)}" for a, b in zip(fk.columns, fk.references, strict=True))
    given = " AND ".join(f"{named('c', a)} IS NOT NULL" for a in fk.columns)
    return (
        f"SELECT count(*) FROM {name_of(table, 'mysql')} c"
        f" WHERE {given} AND NOT EXISTS (SELECT 1 FROM {parent} p WHERE {equal}) HAVING count(*) > 0"
    )


def _quoted_key(key: str) -> str:
    return ".".join(f"`{part.replace('`', '``')}`" for part in key.split(".", 1))


def _sqlite(dataset: Dataset, where: Target, ask: Ask | None) -> tuple[str, str]:
    from .engines.sqlite import SQLite

    engine = SQLite(Path(where.path), existing=True)
    try:
        found: dict[tuple[str, str], dict[str, bool]] = {}
        for table, column, hidden in engine.query(
            "SELECT t.name, c.name, c.hidden FROM pragma_table_list t, pragma_table_xinfo(t.name) c"
            " WHERE t.schema = 'main' AND t.type = 'table' AND t.name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
        ):
            found.setdefault(("", str(table)), {})[str(column)] = hidden in (2, 3)
        planned = _matched(dataset, found, "", where)
        _fill_file(engine, planned, where)
        if broken := engine.settle():
            raise Refused("; ".join(f"{table}: {words}" for table, words in broken.items()))
        return engine.version(), ""
    finally:
        engine.close()


def _duckdb(dataset: Dataset, where: Target, ask: Ask | None) -> tuple[str, str]:
    from .engines.duckdb import DuckDB

    engine = DuckDB(Path(where.path))
    try:
        computed = {(k, c.name) for k, t in dataset.schema.tables.items() for c in t.columns if c.generated is not None}
        found: dict[tuple[str, str], dict[str, bool]] = {}
        for space, table, column in engine.query(
            "SELECT schema_name, table_name, column_name FROM duckdb_columns() WHERE NOT internal"
        ):
            found.setdefault((space, table), {})[column] = (table, column) in computed
        planned = _matched(dataset, found, "main", where)
        engine.query("BEGIN")
        _fill_file(engine, planned, where)
        for statement in planned.counting("duckdb"):
            engine.query(statement)
        engine.query("COMMIT")
        return engine.version(), ""
    finally:
        engine.close()  # what was not committed is gone


def _fill_file(engine: SQLite | DuckDB, planned: _Load, where: Target) -> None:
    for key, table in _each(planned):
        if engine.count(table):
            raise _not_empty(key, where)
    for key, table in _each(planned):
        engine.fill(planned.dataset, key, table)


def _each(planned: _Load) -> list[tuple[str, Table]]:
    return [pair for group in planned.groups() for pair in group]


def _not_empty(key: str, where: Target) -> InputError:
    return InputError(f"{key} in {where.shown()} has rows", hint="load fills empty tables only, and empties none")


def _matched(dataset: Dataset, found: Catalog, home: str, where: Target) -> _Load:
    """The dataset's tables under the names that the database has for them: as they are written, else the only ones
    that differ by case alone. Raises InputError naming what is missing."""
    schema = dataset.schema
    places = {key: _one(found, (table.namespace or home, table.name)) for key, table in schema.tables.items()}
    if missing := [key for key, place in places.items() if place is None]:
        raise InputError(
            f"{where.shown()} has no table {', '.join(missing[:5])}" + (" ..." if len(missing) > 5 else ""),
            hint="create the tables first: synthgen generate FILE --to sql shows how",
        )
    names = {key: f"{place[0]}.{place[1]}" if place[0] else place[1] for key, place in places.items() if place}
    tables = {}
    for key, table in schema.tables.items():
        place = places[key]
        assert place is not None
        columns = tuple(_column(key, column, found[place], where) for column in table.columns)
        constraints = tuple(
            replace(c, table=names[c.table]) if isinstance(c, ForeignKey) else c for c in table.constraints
        )
        tables[names[key]] = replace(
            table, namespace=place[0], name=place[1], columns=columns, constraints=constraints, rows=()
        )
    return _Load(dataset, replace(schema, tables=tables), names)


def _column(key: str, column: Column, there: Mapping[str, bool], where: Target) -> Column:
    name = _one(there, column.name)
    if name is None:
        raise InputError(f"{key} in {where.shown()} has no column {column.name}")
    if name != column.name:
        raise InputError(f"{key} in {where.shown()} calls {column.name} {name}", hint="the names must be the same")
    return replace(column, generated=(column.generated or "there") if there[name] else None)


def _one(names: Any, wanted: Any) -> Any:
    """`wanted` itself, or the only name that differs from it by case alone, or None."""
    if wanted in names:
        return wanted
    near = [name for name in names if _folded(name) == _folded(wanted)]
    return near[0] if len(near) == 1 else None


def _folded(name: str | tuple[str, ...]) -> str | tuple[str, ...]:
    return name.casefold() if isinstance(name, str) else tuple(part.casefold() for part in name)
