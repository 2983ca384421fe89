"""A database that exists is read back as the schema that made it: from its catalog alone, without a right to any row,
in a session that can't write."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

import synthgen_nb as sg
from synthgen_nb.engines.duckdb import DuckDB
from synthgen_nb.engines.urls import target
from synthgen_nb.errors import Refused
from synthgen_nb.introspection import mysql, postgres, sqlite
from synthgen_nb.schema import Check, Column, Constraint, Exclude, ForeignKey, PrimaryKey, Schema, Table, Type, Unique
from synthgen_nb.terminal.cli import main

from .databases import scratch, server, talking, url_of
from .live_schemas import DUCKDB, MARIADB, POSTGRES, SQLITE


def build_sqlite(path: Path, ddl: str = SQLITE) -> str:
    with sqlite3.connect(path) as connection:
        connection.executescript(ddl)
    connection.close()
    return f"sqlite:///{path}"


def build_duckdb(path: Path, ddl: str = DUCKDB) -> str:
    with duckdb.connect(str(path)) as connection:
        connection.execute(ddl)
    return f"duckdb:///{path}"


BUILDERS = {"sqlite": build_sqlite, "duckdb": build_duckdb}
KINDS = {"postgres": POSTGRES, "mysql": MARIADB, "sqlite": SQLITE, "duckdb": DUCKDB}


@pytest.mark.parametrize("engine", BUILDERS)
def test_a_file_is_read_back_as_the_schema_that_made_it(engine: str, tmp_path: Path) -> None:
    url = BUILDERS[engine](tmp_path / "live")
    assert outline(sg.read_database(url)) == outline(sg.parse_ddl(KINDS[engine], engine))


@pytest.mark.engines
@pytest.mark.parametrize("engine", ["postgres", "mysql"])
def test_a_database_of_a_server_is_read_back_as_the_schema_that_made_it(engine: str) -> None:
    at = server(engine)
    with scratch(at) as name, talking(target(at), name) as run:
        run(KINDS[engine])
        live = sg.read_database(url_of(target(at), name))
    dialect = "mariadb" if engine == "mysql" else engine
    assert live.dialect == dialect
    assert outline(live) == outline(sg.parse_ddl(KINDS[engine], dialect))
    assert not [note for note in live.notes if note.code != "ignored"]


@pytest.mark.parametrize("engine", BUILDERS)
def test_reading_a_file_changes_no_byte_of_it_and_can_not(engine: str, tmp_path: Path) -> None:
    path = tmp_path / "live"
    url = BUILDERS[engine](path)
    before = path.read_bytes()
    sg.read_database(url)
    with pytest.raises((sqlite3.Error, Refused), match=r"read-?only"):
        write_to_file(engine, path)
    assert path.read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == ["live"]


def write_to_file(engine: str, path: Path) -> None:
    if engine == "sqlite":
        with sqlite.reading(path) as connection:
            connection.execute("PRAGMA query_only = OFF")
            connection.execute("CREATE TABLE written (a int)")
    else:
        DuckDB(path, read_only=True).query("CREATE TABLE written (a int)")


@pytest.mark.engines
@pytest.mark.parametrize("engine", ["postgres", "mysql"])
@pytest.mark.parametrize(
    "statement", ["INSERT INTO rows_of_mine VALUES (1)", "CREATE TABLE written (a int)", "DROP TABLE rows_of_mine"]
)
def test_the_session_that_reads_a_server_can_not_write(engine: str, statement: str) -> None:
    at = server(engine)
    room = postgres if engine == "postgres" else mysql
    with scratch(at) as name, talking(target(at), name) as run:
        run("CREATE TABLE rows_of_mine (a int)")
        mine = f"{'public' if engine == 'postgres' else name}.rows_of_mine"
        with room.reading(target(url_of(target(at), name))) as session, pytest.raises(Refused, match=r"(?i)read.only"):
            session.query(statement.replace("rows_of_mine", mine))
        assert run("SELECT count(*) FROM rows_of_mine") == [(0,)]


@pytest.mark.engines
def test_who_may_read_no_row_of_postgresql_reads_the_schema() -> None:
    at = server("postgres")
    with scratch(at) as name, talking(target(at), name) as run:
        run("CREATE SCHEMA sales; CREATE TABLE sales.t (id int PRIMARY KEY); INSERT INTO sales.t VALUES (1)")
        role = f"{name}_role"
        run(f"CREATE ROLE {role} LOGIN PASSWORD 'pl4nted'")
        try:
            url = url_of(target(url_of(target(at), name).replace(f"{target(at).user}@", f"{role}@")), name, "pl4nted")
            with postgres.reading(target(url)) as session, pytest.raises(Refused, match="permission denied"):
                session.query("SELECT * FROM sales.t")
            assert list(sg.read_database(url).tables) == ["sales.t"]
        finally:
            run(f"DROP ROLE {role}")


@pytest.mark.engines
def test_who_may_read_no_row_of_mariadb_reads_the_schema() -> None:
    at = server("mysql")
    with scratch(at) as name, talking(target(at), name) as run:
        run("CREATE TABLE t (id int PRIMARY KEY); INSERT INTO t VALUES (1)")
        run(f"CREATE USER {name}@localhost IDENTIFIED BY 'pl4nted'; GRANT INSERT ON {name}.* TO {name}@localhost")
        try:
            url = url_of(target(url_of(target(at), name).replace(f"{target(at).user}@", f"{name}@")), name, "pl4nted")
            with mysql.reading(target(url)) as session, pytest.raises(Refused, match="denied"):
                session.query("SELECT * FROM t")
            assert list(sg.read_database(url).tables) == ["t"]
        finally:
            run(f"DROP USER {name}@localhost")


def test_what_is_no_table_is_named_in_a_note(tmp_path: Path) -> None:
    url = build_sqlite(tmp_path / "live", SQLITE + "CREATE VIRTUAL TABLE words USING fts5(word);")
    (views, virtual, shadows) = [note.text for note in sg.read_database(url).notes]
    assert views == "view, left out: grown_ups"
    assert virtual == "virtual table, left out: words"
    assert "words_data" in shadows


@pytest.mark.parametrize("engine", BUILDERS)
def test_what_is_no_database_is_refused_in_one_line(
    engine: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    no_database = tmp_path / "text"
    no_database.write_text("this is a text of some length, and no database at all\n" * 100)
    empty = BUILDERS[engine](tmp_path / "empty", "CREATE TABLE t (a int); DROP TABLE t;")
    told = {
        f"{engine}:///{tmp_path}/nowhere": "there is no file",
        f"{engine}:///{no_database}": "not a",
        empty: "has no tables",
        engine: "there is no file",
    }
    for url, words in told.items():
        assert main(["schema", "--from", url]) == 2
        said = capsys.readouterr().err
        assert words in said
        assert said.count("\n") == 1


@pytest.mark.parametrize("words", [["--from", "sqlite:///x", "--dialect", "mysql"], ["x.sql", "--from", "sqlite:///x"]])
def test_a_schema_has_one_source(words: list[str]) -> None:
    assert main(["schema", *words]) == 2


def test_generate_fills_the_tables_of_a_database_and_load_takes_them_back(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    live = build_sqlite(tmp_path / "live.db")
    at = ["--store", str(tmp_path / "store")]
    assert main(["generate", "--from", live, "-n", "20", *at]) == 0
    assert "live v1" in capsys.readouterr().out
    assert main(["load", "live", "--into", build_sqlite(tmp_path / "copy.db"), *at]) == 0
    with sqlite3.connect(tmp_path / "copy.db") as connection:
        assert connection.execute("SELECT count(*) FROM people").fetchall() == [(20,)]
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []


def test_a_password_in_the_url_is_found_nowhere(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for url in ("postgresql://me:pl4nted@127.0.0.1:1/x", "mysql://me:pl4nted@127.0.0.1:1/x"):
        pytest.importorskip("psycopg" if url.startswith("p") else "pymysql", reason="the extra 'prove' is missing")
        for command in ("generate", "schema", "plan"):
            assert main([command, "--from", url, "--json"]) == 2
    said = capsys.readouterr()
    assert "pl4nted" not in said.out + said.err
    assert "me:***@127.0.0.1" in said.err


def outline(schema: Schema) -> dict[str, object]:
    """A schema less how an engine spells it: texts of expressions and names of constraints."""
    tables = {key: table_outline(table) for key, table in schema.tables.items()}
    domains = {key: (type_outline(d.type), d.nullable, len(d.checks)) for key, d in schema.domains.items()}
    return {"tables": tables, "enums": schema.enums, "domains": domains}


def table_outline(table: Table) -> object:
    order: Callable[[object], str] = repr
    return (
        tuple(column_outline(column) for column in table.columns),
        sorted((constraint_outline(constraint) for constraint in table.constraints), key=order),
        (table.partition_of, table.partition_bound, table.inherits, table.comment),
        "PARTITION BY" in table.options.upper(),
    )


def column_outline(column: Column) -> object:
    given = column.default is not None and column.identity is None  # serial: the engine names its sequence
    return (
        column.name, type_outline(column.type), column.nullable, given, column.generated is not None,
        column.identity, column.comment,
    )  # fmt: skip


def type_outline(type_: Type) -> object:
    element = type_outline(type_.element) if type_.element else None
    return (
        type_.kind, type_.bits, type_.unsigned, type_.precision, type_.scale, type_.length, type_.fixed, type_.values,
        type_.domain, type_.case_insensitive, element,
    )  # fmt: skip


def constraint_outline(constraint: Constraint) -> object:
    match constraint:
        case PrimaryKey():
            return "key", constraint.columns
        case Unique():
            special = (constraint.where is not None, len(constraint.expressions), constraint.prefixes)
            return "unique", constraint.columns, *special, constraint.nulls_distinct
        case ForeignKey():
            what = (constraint.columns, constraint.table, constraint.references, constraint.match)
            return "reference", *what, constraint.deferrable, constraint.on_delete, constraint.on_update
        case Check():
            return "check", sorted(constraint.columns)
        case Exclude():
            return "exclude", [operator for _, operator in constraint.elements], constraint.where is not None
