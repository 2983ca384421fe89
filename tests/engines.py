"""Generated frames loaded into a real engine with every constraint on: DuckDB, SQLite, and PostgreSQL or MariaDB
through a connection of servers.py."""

from __future__ import annotations

import datetime as dt
import decimal
import sqlite3
import uuid
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import duckdb
import pyarrow as pa

import synthgen_nb as sg
from synthgen_nb.generation import Engine, chunks, generate_chunk
from synthgen_nb.schema import Table
from synthgen_nb.storedtypes import arrow_schema

Rows = list[tuple[Any, ...]]


class DDLRefused(Exception):
    """The engine does not take the definitions themselves: that test's own mistake."""


class RowsRefused(Exception):
    """The engine does not take the rows, or computes other values than those that were generated."""


def made(plan: sg.Plan) -> dict[str, pa.Table]:
    """Every table of a plan, in memory."""
    engine = Engine(plan)
    found = {}
    for key in plan.tables:
        batches = [generate_chunk(engine, chunk) for chunk in chunks(plan, key)]
        found[key] = pa.Table.from_batches(batches, schema=arrow_schema(plan, key))
    return found


def parents_first(schema: sg.Schema) -> list[list[str]]:
    """Tables in groups: those that lie on a cycle of foreign keys together, behind the tables that they point to."""
    above = {key: {k.table for k in t.foreign_keys} - {key} for key, t in schema.tables.items()}
    reached = dict(above)
    for _ in above:
        reached = {key: near.union(*(reached[n] for n in near)) for key, near in reached.items()}
    groups: list[list[str]] = []
    for key in sorted(above, key=lambda k: (len(reached[k] | {k}), k)):
        if not any(key in group for group in groups):
            groups.append([key, *(o for o in above if o != key and o in reached[key] and key in reached[o])])
    return groups


def load(ddl: str, plan: sg.Plan, engine: str, server: Any = None) -> dict[str, pa.Table]:
    """Loads and returns the tables; RowsRefused where the engine refuses a row. `server` comes from servers.py."""
    tables = made(plan)
    database: DuckDB | SQLite | Postgres | MariaDB
    if engine == "duckdb":
        database = DuckDB()
    elif engine == "sqlite":
        database = SQLite()
    else:
        database = Postgres(server) if engine == "postgres" else MariaDB(server)
    with database.opened(ddl):
        for table in plan.schema.tables.values():
            if table.rows:  # the frame holds the rows that the DDL inserts
                database.run(f"DELETE FROM {database.quoted(table)}")
        for group in parents_first(plan.schema):
            with database.together(plan.schema, group):
                for key in (k for k in group if k in tables):
                    _insert(database, plan.schema.tables[key], tables[key])
        with _refusing("the whole"):
            database.finish(plan.schema)
        for key in tables:
            _compare(database, plan.schema.tables[key], tables[key])
    return tables


@contextmanager
def _refusing(what: str) -> Iterator[None]:
    try:
        yield
    except (duckdb.Error, sqlite3.Error, *_server_errors()) as error:
        raise RowsRefused(f"{what}: {error}") from error


def _server_errors() -> tuple[type[Exception], ...]:
    found: list[type[Exception]] = []
    try:
        import psycopg

        found.append(psycopg.Error)
    except ImportError:
        pass
    try:
        import pymysql

        found.append(pymysql.Error)
    except ImportError:
        pass
    return tuple(found)


def _insert(database: DuckDB | SQLite | Postgres | MariaDB, table: Table, data: pa.Table) -> None:
    names = [c.name for c in table.columns if c.generated is None]
    if data.num_rows:
        with _refusing(table.key):
            database.insert(table, names, data.select(names))


def _compare(database: DuckDB | SQLite | Postgres | MariaDB, table: Table, data: pa.Table) -> None:
    """As many rows as were given, and the engine's own computed values."""
    name = database.only(table) + database.quoted(table)
    (count,) = database.rows(f"SELECT count(*) FROM {name}")[0]
    if count != data.num_rows:
        raise RowsRefused(f"{table.key}: {count} rows arrived of {data.num_rows}")
    computed = [c.name for c in table.columns if c.generated is not None and data.num_rows]
    if computed and all(data.column(c).null_count < data.num_rows for c in computed):
        names = [*table.primary_key, *computed]
        theirs = Counter(
            tuple(map(_normal, row))
            for row in database.rows(f"SELECT {', '.join(map(database.mark, names))} FROM {name}")
        )
        ours = Counter(
            tuple(map(_normal, row)) for row in zip(*(data.column(n).to_pylist() for n in names), strict=True)
        )
        if theirs != ours:
            raise RowsRefused(f"{table.key}: computed {sorted(ours - theirs)[:2]}, engine {sorted(theirs - ours)[:2]}")


def _normal(value: object) -> str:
    if isinstance(value, bool | int | float | decimal.Decimal):
        return f"{float(value):.6g}"
    return str(value)


def _plain(value: object) -> object:
    if isinstance(value, decimal.Decimal):
        return float(value)
    return value if value is None or isinstance(value, int | float | str | bytes) else str(value)


class DuckDB:
    """A database in memory."""

    @contextmanager
    def opened(self, ddl: str) -> Iterator[None]:
        with duckdb.connect() as self.connection:
            try:
                self.connection.execute(ddl)
            except duckdb.Error as error:
                raise DDLRefused(str(error)) from error
            yield

    @contextmanager
    def together(self, schema: sg.Schema, group: Sequence[str]) -> Iterator[None]:
        yield

    def insert(self, table: Table, names: Sequence[str], data: pa.Table) -> None:
        into = f"INSERT INTO {self.quoted(table)} ({', '.join(map(self.mark, names))})"
        if any(k.table == table.key for k in table.foreign_keys):
            # DuckDB does not see rows of the statement itself: one statement a row
            marks = ", ".join("?" * data.num_columns)
            self.connection.executemany(f"{into} VALUES ({marks})", [[*r.values()] for r in data.to_pylist()])
            return
        self.connection.register("rows_of_the_test", data)
        self.connection.execute(f"{into} SELECT * FROM rows_of_the_test")

    def finish(self, schema: sg.Schema) -> None:
        pass

    def run(self, statement: str) -> None:
        self.connection.execute(statement)

    def rows(self, query: str) -> Rows:
        return self.connection.execute(query).fetchall()

    def mark(self, name: str) -> str:
        return '"' + name.replace('"', '""') + '"'

    def quoted(self, table: Table) -> str:
        return ".".join(self.mark(part) for part in (table.namespace, table.name) if part)

    def only(self, table: Table) -> str:
        return ""


class SQLite(DuckDB):
    """A database in memory, foreign keys on and deferred."""

    @contextmanager
    def opened(self, ddl: str) -> Iterator[None]:
        self.lite = sqlite3.connect(":memory:", isolation_level=None)
        try:
            self.lite.executescript("PRAGMA foreign_keys = ON;" + ddl)
        except sqlite3.Error as error:
            raise DDLRefused(str(error)) from error
        self.lite.execute("BEGIN")
        self.lite.execute("PRAGMA defer_foreign_keys = ON")
        try:
            yield
        finally:
            self.lite.close()

    def insert(self, table: Table, names: Sequence[str], data: pa.Table) -> None:
        marks = ", ".join("?" * data.num_columns)
        rows = zip(*(map(_plain, column.to_pylist()) for column in data.columns), strict=True)
        self.lite.executemany(
            f"INSERT INTO {self.quoted(table)} ({', '.join(map(self.mark, names))}) VALUES ({marks})", rows
        )

    def finish(self, schema: sg.Schema) -> None:
        orphans = self.lite.execute("PRAGMA foreign_key_check").fetchall()
        if orphans:
            raise RowsRefused(f"{orphans[0][0]}: {len(orphans)} rows point nowhere, the first to {orphans[0][2]}")
        self.lite.execute("COMMIT")

    def run(self, statement: str) -> None:
        self.lite.execute(statement)

    def rows(self, query: str) -> Rows:
        return self.lite.execute(query).fetchall()


class Postgres(DuckDB):
    """One transaction in a database of our own, rolled back at the end."""

    def __init__(self, server: Any) -> None:
        self.server = server

    @contextmanager
    def opened(self, ddl: str) -> Iterator[None]:
        import psycopg

        with self.server.transaction(force_rollback=True):
            try:
                self.server.execute(ddl)
            except psycopg.Error as error:
                raise DDLRefused(str(error)) from error
            yield

    @contextmanager
    def together(self, schema: sg.Schema, group: Sequence[str]) -> Iterator[None]:
        """The keys of a cycle are taken away and given back: that checks every row."""
        keys = []
        if len(group) > 1:
            names = [self.quoted(schema.tables[key]) for key in group]
            keys = self.rows(
                "SELECT conrelid::regclass::text, quote_ident(conname), pg_get_constraintdef(oid) FROM pg_constraint"
                " WHERE contype = 'f' AND conrelid <> confrelid AND conrelid = ANY (ARRAY["
                + ", ".join(f"'{n}'::regclass" for n in names) + "]) AND confrelid = ANY (ARRAY["
                + ", ".join(f"'{n}'::regclass" for n in names) + "])"
            )  # fmt: skip
        for table, name, _ in keys:
            self.server.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
        yield
        with _refusing(f"keys between {', '.join(group)}"):
            self.finish(schema)
            for table, name, definition in keys:
                self.server.execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}")

    def insert(self, table: Table, names: Sequence[str], data: pa.Table) -> None:
        columns = [
            ["" if v is None else '"' + _copied(v, table.column(n).type.sql).replace('"', '""') + '"' for v in values]
            for n, values in data.to_pydict().items()
        ]
        text = "\n".join(map(",".join, zip(*columns, strict=True))) + "\n"
        into = f"{self.quoted(table)} ({', '.join(map(self.mark, names))})"
        with self.server.cursor() as cursor, cursor.copy(f"COPY {into} FROM STDIN (FORMAT csv)") as copy:
            copy.write(text)

    def finish(self, schema: sg.Schema) -> None:
        self.server.execute("SET CONSTRAINTS ALL IMMEDIATE")

    def run(self, statement: str) -> None:
        self.server.execute(statement)

    def rows(self, query: str) -> Rows:
        return list(self.server.execute(query).fetchall())

    def only(self, table: Table) -> str:
        return "" if "PARTITION BY" in table.options.upper() else "ONLY "


def _copied(value: object, of: str = "") -> str:
    if isinstance(value, bool):
        return "t" if value else "f"
    if isinstance(value, bytes):
        return "\\x" + value.hex()
    if isinstance(value, list):
        items = (
            "NULL" if v is None else '"' + _copied(v).replace("\\", "\\\\").replace('"', '\\"') + '"' for v in value
        )
        return "{" + (";" if "box" in of else ",").join(items) + "}"
    return str(value)


class MariaDB(DuckDB):
    """A database of our own per load. Where rows point to rows behind them, keys are checked by queries afterwards."""

    def __init__(self, server: Any) -> None:
        self.server = server

    @contextmanager
    def opened(self, ddl: str) -> Iterator[None]:
        import pymysql

        name = f"synthgen_test_{uuid.uuid4().hex}"
        self.cursor = self.server.cursor()
        self.cursor.execute(f"CREATE DATABASE {name} CHARACTER SET utf8mb4")
        try:
            self.cursor.execute(f"USE {name}")
            try:
                self.cursor.execute(ddl)
                while self.cursor.nextset():
                    pass
            except pymysql.Error as error:
                raise DDLRefused(str(error)) from error
            yield
        finally:
            self.cursor.execute("SET foreign_key_checks = 1")
            self.cursor.execute(f"DROP DATABASE {name}")

    @contextmanager
    def together(self, schema: sg.Schema, group: Sequence[str]) -> Iterator[None]:
        circular = any(k.table in group for key in group for k in schema.tables[key].foreign_keys)
        self.cursor.execute(f"SET foreign_key_checks = {0 if circular else 1}")
        yield
        self.cursor.execute("SET foreign_key_checks = 1")

    def insert(self, table: Table, names: Sequence[str], data: pa.Table) -> None:
        marks = ", ".join(["%s"] * data.num_columns)
        rows = list(zip(*(map(_naive, column.to_pylist()) for column in data.columns), strict=True))
        columns = ", ".join(map(self.mark, names)).replace("%", "%%")
        self.cursor.executemany(f"INSERT INTO {self.quoted(table)} ({columns}) VALUES ({marks})", rows)
        self.server.commit()

    def finish(self, schema: sg.Schema) -> None:
        for table in schema.tables.values():
            for key in table.foreign_keys:
                pairs = [(self.mark(a), self.mark(b)) for a, b in zip(key.columns, key.references, strict=True)]
                ((orphans,),) = self.rows(
                    f"SELECT count(*) FROM {self.quoted(table)} a LEFT JOIN {self.quoted(schema.tables[key.table])} b"
                    f" ON {' AND '.join(f'a.{a} = b.{b}' for a, b in pairs)}"
                    f" WHERE {' AND '.join(f'a.{a} IS NOT NULL' for a, _ in pairs)} AND b.{pairs[0][1]} IS NULL"
                )
                if orphans:
                    raise RowsRefused(f"{table.key}: {orphans} rows of {', '.join(key.columns)} point nowhere")

    def run(self, statement: str) -> None:
        self.cursor.execute(statement)
        self.server.commit()

    def rows(self, query: str) -> Rows:
        self.cursor.execute(query)
        return list(self.cursor.fetchall())

    def mark(self, name: str) -> str:
        return "`" + name.replace("`", "``") + "`"


def _naive(value: object) -> object:
    return value.replace(tzinfo=None) if isinstance(value, dt.datetime) else value
