"""What real engines say of a dataset, and that asking them touches nothing of the user's."""

from __future__ import annotations

import json
import re
import sqlite3
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from msgspec.structs import replace as changed

import synthgen_nb as sg
from synthgen_nb.dataset import Dataset
from synthgen_nb.engines.urls import target
from synthgen_nb.errors import Refused
from synthgen_nb.loading import load
from synthgen_nb.proving import prove
from synthgen_nb.terminal.cli import main

from .databases import databases, scratch, server, talking, url_of
from .datasets import saved

SHOP = """
CREATE TABLE shop (id INTEGER PRIMARY KEY, owner INTEGER NOT NULL REFERENCES person (id), name VARCHAR(30) UNIQUE);
CREATE TABLE person (id INTEGER PRIMARY KEY, works_at INTEGER REFERENCES shop (id), boss INTEGER REFERENCES person (id),
  age INTEGER CHECK (age BETWEEN 15 AND 99));
"""
POSTGRES = """
CREATE DOMAIN adult AS integer CHECK (VALUE >= 18);
CREATE TABLE shop (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, owner bigint NOT NULL, name varchar(30) UNIQUE);
CREATE TABLE person (id bigserial PRIMARY KEY, works_at int REFERENCES shop (id), boss bigint REFERENCES person (id),
  age adult, tags text[], price numeric(8, 2), twice numeric(10, 2) GENERATED ALWAYS AS (price * 2) STORED);
CREATE UNIQUE INDEX one_boss ON person (works_at) WHERE boss IS NULL AND works_at IS NOT NULL;
ALTER TABLE shop ADD FOREIGN KEY (owner) REFERENCES person (id);
"""
MARIADB = """
CREATE TABLE shop (id INT UNSIGNED AUTO_INCREMENT PRIMARY KEY, owner BIGINT NOT NULL, name VARCHAR(30) UNIQUE);
CREATE TABLE person (id BIGINT AUTO_INCREMENT PRIMARY KEY, works_at INT UNSIGNED, boss BIGINT, age INT CHECK (age > 14),
  FOREIGN KEY (works_at) REFERENCES shop (id), FOREIGN KEY (boss) REFERENCES person (id));
ALTER TABLE shop ADD FOREIGN KEY (owner) REFERENCES person (id);
"""
DIALECTS = {"postgres": ("postgres", POSTGRES), "mysql": ("mariadb", MARIADB)}


@pytest.fixture
def store(tmp_path: Path) -> sg.Store:
    return sg.Store(tmp_path / "store")


def made(store: sg.Store, ddl: str, dialect: str, rows: int = 40) -> Dataset:
    return sg.generate(sg.draft_plan(sg.parse_ddl(ddl, dialect), rows), store, "shop")


def lacking(store: sg.Store, ddl: str, dialect: str, tables: dict[str, dict[str, list[Any]]]) -> Dataset:
    """A dataset of the rows given, whatever rules they break."""
    return saved(store, sg.parse_ddl(ddl, dialect), {key: pa.table(rows) for key, rows in tables.items()})


@pytest.mark.parametrize("engine", ["sqlite", "duckdb"])
def test_what_is_generated_holds_in_an_engine_of_its_own(store: sg.Store, engine: str) -> None:
    proof = prove(made(store, SHOP, "sqlite"), engine)
    assert proof.holds
    assert {t.table: t.rows for t in proof.tables} == {"shop": 40, "person": 40}
    assert proof.engine.startswith(("SQLite 3", "DuckDB v"))


@pytest.mark.parametrize("engine", ["sqlite", "duckdb"])
@pytest.mark.parametrize(
    "columns, words",
    [
        ({"id": [1, 1], "age": [20, 20]}, "unique|Duplicate"),
        ({"id": [1, 2], "age": [20, 14]}, "CHECK"),
        ({"id": [1, 2], "age": [20, None]}, "NOT NULL"),
    ],
)
def test_a_broken_rule_is_told_in_the_engine_s_own_words(
    store: sg.Store, engine: str, columns: dict[str, list[Any]], words: str
) -> None:
    ddl = "CREATE TABLE t (id INTEGER PRIMARY KEY, age INTEGER NOT NULL CHECK (age > 14))"
    proof = prove(lacking(store, ddl, "sqlite", {"t": columns}), engine)
    (broken,) = proof.broken
    assert re.search(words, broken.words, re.IGNORECASE)
    assert not proof.holds


@pytest.mark.parametrize("dialect", ["sqlite", "duckdb"])
def test_a_computed_value_that_is_not_the_engine_s_is_broken_and_shown(store: sg.Store, dialect: str) -> None:
    ddl = "CREATE TABLE t (id INTEGER PRIMARY KEY, a INTEGER, twice INTEGER GENERATED ALWAYS AS (a * 2))"
    rows = {"id": [1, 2, 3], "a": [5, 7, None], "twice": [10, 15, None]}
    (table,) = prove(lacking(store, ddl, dialect, {"t": rows}), dialect).tables
    assert table.verdict == "broken"
    assert table.words == "twice AS (a * 2): 15 here, 14 in the engine, where id 2"


def test_a_computed_value_that_can_not_be_had_here_is_listed(store: sg.Store) -> None:
    ddl = "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, code TEXT GENERATED ALWAYS AS (quote(a)), b INTEGER)"
    (table,) = prove(made(store, ddl, "sqlite"), "sqlite").tables
    assert table.verdict == "holds"
    assert [line for line in table.not_expressible if "the engine's own" in line]


@pytest.mark.parametrize("engine", ["sqlite", "duckdb"])
def test_a_row_without_its_parent_is_broken(store: sg.Store, engine: str) -> None:
    ddl = "CREATE TABLE a (id INTEGER PRIMARY KEY); CREATE TABLE b (a_id INTEGER REFERENCES a (id));"
    proof = prove(lacking(store, ddl, "sqlite", {"a": {"id": [1]}, "b": {"a_id": [1, 2]}}), engine)
    assert [t.table for t in proof.broken] == ["b"]


def test_what_an_engine_can_not_hold_is_listed_by_table(store: sg.Store) -> None:
    dataset = made(store, POSTGRES, "postgres")
    lost = {t.table: " ".join(t.not_expressible) for t in prove(dataset, "duckdb").tables}
    assert "UNIQUE (works_at) WHERE" in lost["person"]
    assert "owner) REFERENCES person" in lost["shop"] + lost["person"] or "works_at) REFERENCES shop" in lost["person"]
    assert not any("CHECK" in line for line in lost.values()), "the domain's condition is a CHECK there"


def test_a_condition_that_calls_a_function_of_the_user_s_is_listed_and_the_rest_is_proved(store: sg.Store) -> None:
    ddl = "CREATE TABLE t (id INTEGER PRIMARY KEY, a INTEGER NOT NULL CHECK (is_fine(a)), b INTEGER CHECK (b > 0))"
    dataset = lacking(store, ddl, "sqlite", {"t": {"id": [1], "a": [2], "b": [3]}})
    (table,) = prove(dataset, "sqlite").tables
    assert table.verdict == "holds"
    assert [line for line in table.not_expressible if "is_fine" in line]
    assert not [line for line in table.not_expressible if "b > 0" in line]


def test_an_engine_judges_only_what_it_can_and_no_file_that_exists(store: sg.Store, tmp_path: Path) -> None:
    dataset = made(store, SHOP, "sqlite")
    with pytest.raises(sg.InputError, match="can't judge a schema written for sqlite"):
        prove(dataset, "postgresql://localhost/x")
    with pytest.raises(sg.InputError, match="names a file"):
        prove(dataset, f"sqlite:///{tmp_path}/mine.db")
    with pytest.raises(sg.InputError, match="is not a database that is known here"):
        prove(dataset, "oracle://u:geheim@h/x")


def test_prove_in_the_terminal_exits_1_for_broken_data(store: sg.Store, capsys: pytest.CaptureFixture[str]) -> None:
    made(store, SHOP, "sqlite")
    at = ["--store", str(store.path)]
    assert main(["prove", "shop", "--engine", "sqlite", *at, "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert (document["holds"], document["where"]) == (True, "sqlite")
    lacking(store, "CREATE TABLE t (id INTEGER PRIMARY KEY)", "sqlite", {"t": {"id": [1, 1]}})
    assert main(["prove", "shop", "--engine", "sqlite", *at]) == 1
    assert "UNIQUE constraint failed: t.id" in capsys.readouterr().out


def lite(path: Path, ddl: str = SHOP) -> Path:
    with sqlite3.connect(path) as connection:
        connection.executescript(ddl)
    connection.close()
    return path


def test_load_fills_empty_tables_and_no_others(store: sg.Store, tmp_path: Path) -> None:
    dataset = made(store, SHOP, "sqlite")
    file = lite(tmp_path / "mine.db", SHOP + "CREATE TABLE mine (a INTEGER); INSERT INTO mine VALUES (1);")
    assert load(dataset, f"sqlite:///{file}").tables == {"shop": 40, "person": 40}
    with pytest.raises(sg.InputError, match="has rows"):
        load(dataset, f"sqlite:///{file}")
    connection = sqlite3.connect(file)
    assert [connection.execute(f"SELECT count(*) FROM {t}").fetchone()[0] for t in ("shop", "person", "mine")] == [
        40,
        40,
        1,
    ]
    connection.close()


def test_load_names_what_is_missing_and_writes_nothing(store: sg.Store, tmp_path: Path) -> None:
    dataset = made(store, SHOP, "sqlite")
    without = lite(tmp_path / "a.db", "CREATE TABLE shop (id INTEGER PRIMARY KEY, owner INTEGER, name TEXT);")
    with pytest.raises(sg.InputError, match="has no table person"):
        load(dataset, f"sqlite:///{without}")
    narrow = lite(tmp_path / "b.db", SHOP.replace(",\n  age INTEGER CHECK (age BETWEEN 15 AND 99)", ""))
    with pytest.raises(sg.InputError, match=r"person in .* has no column age"):
        load(dataset, f"sqlite:///{narrow}")
    with pytest.raises(sg.InputError, match="there is no file"):
        load(dataset, f"sqlite:///{tmp_path}/none.db")
    assert not (tmp_path / "none.db").exists()


def test_a_load_that_the_database_refuses_did_not_happen(store: sg.Store, tmp_path: Path) -> None:
    dataset = made(store, SHOP, "sqlite")
    strict = lite(tmp_path / "strict.db", SHOP.replace("BETWEEN 15 AND 99", "> 1000"))
    with pytest.raises(Refused, match="CHECK"):
        load(dataset, f"sqlite:///{strict}")
    connection = sqlite3.connect(strict)
    assert connection.execute("SELECT (SELECT count(*) FROM shop) + (SELECT count(*) FROM person)").fetchone() == (0,)
    connection.close()


def test_load_fills_a_duckdb_file(store: sg.Store, tmp_path: Path) -> None:
    import duckdb

    ddl = """CREATE SEQUENCE s; CREATE TABLE a (id INTEGER PRIMARY KEY DEFAULT nextval('s'),
      up INTEGER REFERENCES a (id));
    CREATE TABLE b (a_id INTEGER NOT NULL REFERENCES a (id), n INTEGER, twice INTEGER GENERATED ALWAYS AS (n * 2));"""
    file = tmp_path / "mine.duckdb"
    with duckdb.connect(str(file)) as connection:
        connection.execute(ddl)
    load(made(store, ddl, "duckdb"), f"duckdb:///{file}")
    with duckdb.connect(str(file)) as connection:
        assert connection.execute("SELECT count(*), count(twice) - count(n) FROM b").fetchone() == (40, 0)
        connection.execute("INSERT INTO a (up) VALUES (NULL)")


@pytest.mark.engines
@pytest.mark.parametrize("engine", ["postgres", "mysql"])
def test_a_server_proves_rings_domains_and_partial_keys_and_keeps_nothing(store: sg.Store, engine: str) -> None:
    at = server(engine)
    dialect, ddl = DIALECTS[engine]
    with talking(target(at)) as run:
        before = databases(engine, run)
        proof = prove(made(store, ddl, dialect), at)
        assert proof.holds
        assert not any(t.not_expressible for t in proof.tables)
        assert {t.table: t.rows for t in proof.tables} == {"shop": 40, "person": 40}
        assert databases(engine, run) == before


@pytest.mark.engines
@pytest.mark.parametrize("engine", ["postgres", "mysql"])
def test_a_server_s_own_words_tell_what_is_broken_in_a_ring(store: sg.Store, engine: str) -> None:
    dialect, ddl = DIALECTS[engine]
    names = pa.array(["a", "b"])
    shop = pa.table({"id": [1, 2], "owner": [1, 9], "name": names})
    person = {"id": [1], "works_at": [1], "boss": pa.array([None], pa.int64()), "age": [30]}
    if engine == "postgres":
        person |= {"tags": pa.array([["x"]]), "price": pa.array([1.0]), "twice": pa.array([2.0])}
    dataset = saved(store, sg.parse_ddl(ddl, dialect), {"shop": shop, "person": pa.table(person)})
    (broken,) = prove(dataset, server(engine)).broken
    assert broken.table == "shop"
    assert "FOREIGN KEY" in broken.words.upper()


@pytest.mark.engines
@pytest.mark.parametrize("engine", ["postgres", "mysql"])
def test_load_fills_a_ring_on_a_server_whole_or_not_at_all(store: sg.Store, engine: str) -> None:
    at = server(engine)
    dialect, ddl = DIALECTS[engine]
    dataset = made(store, ddl, dialect)
    with scratch(at) as name, talking(target(at), name) as run:
        into = url_of(target(at), name)
        run(sg.render(dataset.schema))
        run("ALTER TABLE shop ADD CONSTRAINT never CHECK (owner < 0)")
        with pytest.raises(Refused):
            load(dataset, into)
        assert run("SELECT count(*) FROM person") == [(0,)]
        run("ALTER TABLE shop DROP CONSTRAINT never")
        assert load(dataset, into).tables == {"shop": 40, "person": 40}
        assert run("SELECT count(*) FROM shop JOIN person ON owner = person.id") == [(40,)]
        run("INSERT INTO shop (owner) SELECT min(id) FROM person")
        run("INSERT INTO person (works_at, boss) SELECT min(id), (SELECT min(p.id) FROM person p) FROM shop")
        with pytest.raises(sg.InputError, match="has rows"):
            load(dataset, into)
        assert run("SELECT count(*) FROM person") == [(41,)]


@pytest.mark.engines
def test_who_may_not_create_a_database_is_refused(store: sg.Store) -> None:
    at = server("postgres")
    with scratch(at) as name, talking(target(at)) as run:
        role = f"{name}_role"
        run(f"CREATE ROLE {role} LOGIN PASSWORD 'pl4nted-s3cret'")
        try:
            where = changed(target(at), user=role)
            with pytest.raises(sg.InputError, match="can't create a database of this run's own") as refused:
                prove(made(store, POSTGRES, "postgres"), url_of(where, name, "pl4nted-s3cret"))
            assert "s3cret" not in str(refused.value)
        finally:
            run(f"DROP ROLE {role}")
