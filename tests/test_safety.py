"""A schema is someone's text: what of it reaches an engine, and that a password that is typed stays where it is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import synthgen_nb as sg
from synthgen_nb.dataset import Dataset
from synthgen_nb.engines.safety import check_fragment, check_statement, check_type, safe_options
from synthgen_nb.engines.urls import masked, target
from synthgen_nb.loading import load
from synthgen_nb.proving import prove
from synthgen_nb.terminal.cli import main

from .databases import databases, scratch, server, talking, url_of
from .hostile import HOSTILE, SAFE, STATEMENTS, UNSAFE

DIALECTS = {"postgres": "postgres", "mysql": "mariadb"}
TABLE = "CREATE TABLE t (id int PRIMARY KEY, a int NOT NULL);\n"


@pytest.fixture
def store(tmp_path: Path) -> sg.Store:
    return sg.Store(tmp_path / "store")


@pytest.mark.parametrize("sql", SAFE)
def test_a_condition_that_only_computes_passes(sql: str) -> None:
    check_fragment(sql, "postgres")


@pytest.mark.parametrize("sql", UNSAFE)
@pytest.mark.parametrize("dialect", ["postgres", "mariadb", "sqlite", "duckdb"])
def test_a_condition_that_might_do_more_does_not(sql: str, dialect: str) -> None:
    with pytest.raises(sg.UnsafeSQLError):
        check_fragment(sql, dialect)


@pytest.mark.parametrize(
    "sql", ["int DEFAULT f()", "int) AS SELECT (1", "int; DROP TABLE x", "int CHECK (f())", "int -- x"]
)
def test_a_type_is_nothing_but_a_type(sql: str) -> None:
    check_type("numeric(10, 2)", "postgres")
    with pytest.raises(sg.UnsafeSQLError):
        check_type(sql, "postgres")


def test_of_a_table_s_options_only_harmless_ones_are_kept() -> None:
    options = "ENGINE=InnoDB DATA DIRECTORY='/tmp' DEFAULT CHARSET=utf8mb4 CONNECTION='mysql://u:p@h/x'"
    assert safe_options(options, "mariadb") == "ENGINE=InnoDB DEFAULT CHARSET=utf8mb4"
    assert safe_options("ENGINE=FEDERATED UNION=(mysql.user)", "mysql") == ""
    assert safe_options("PARTITION BY RANGE (day)", "postgres") == "PARTITION BY RANGE (day)"
    assert safe_options("PARTITION BY RANGE (day) AS TABLE secrets", "postgres") == ""
    assert safe_options("TABLESPACE elsewhere", "postgres") == ""
    assert safe_options("WITHOUT ROWID, STRICT", "sqlite") == "WITHOUT ROWID, STRICT"


@pytest.mark.parametrize("sql", STATEMENTS)
def test_no_statement_but_those_that_build_is_executed(sql: str) -> None:
    for dialect in ("postgres", "mariadb", "sqlite", "duckdb"):
        with pytest.raises(sg.UnsafeSQLError):
            check_statement(sql, dialect)


def test_a_password_is_never_shown_again() -> None:
    where = target("postgresql://me:s%40crt:x@host:5433/db")
    assert where.password == "s@crt:x"
    assert "crt" not in where.shown() + repr(where) + masked("connect postgresql://me:s@crt:x@host:5433/db failed")
    assert where.hidden("FATAL s@crt:x") == "FATAL ***"
    assert target("mysql://h/db", {"MYSQL_PWD": "w", "MYSQL_USER": "u"}).password == "w"


def test_a_planted_password_is_found_nowhere(
    store: sg.Store, tmp_path: Path, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    sg.generate(sg.draft_plan(sg.parse_ddl("CREATE TABLE t (id serial PRIMARY KEY)", "postgres"), 5), store, "shop")
    secret = "pl4nted-s3cret"
    url = f"postgresql://me:{secret}@127.0.0.1:1/x"
    at = ["--store", str(store.path)]
    wrong = [["prove", "shop", "--engine", url], ["load", "shop", "--into", url], ["prove", "shop", url],
             ["prove", "shop", "--engine", url.replace("postgresql", "db2")], ["load", url, "--into", url]]  # fmt: skip
    caplog.set_level("DEBUG")
    for words in wrong:
        for options in ([], ["--json"]):
            assert main([*words, *at, *options]) == 2
    said = capsys.readouterr()
    assert secret not in said.out + said.err + caplog.text
    assert "postgresql://me:***@127.0.0.1:1/x" in said.err
    assert not [p for p in tmp_path.rglob("*") if p.is_file() and secret.encode() in p.read_bytes()]


@pytest.mark.engines
@pytest.mark.parametrize("engine", ["postgres", "mysql"])
def test_a_sentinel_survives_hostile_definitions_through_prove_and_load(
    store: sg.Store, tmp_path: Path, engine: str, capsys: pytest.CaptureFixture[str]
) -> None:
    at = server(engine)
    dialect = DIALECTS[engine]
    file = tmp_path / "touched"
    judged = loaded = 0
    with scratch(at) as other, talking(target(at), other) as run:
        run("CREATE TABLE sentinel (id int PRIMARY KEY); INSERT INTO sentinel VALUES (1), (2), (3)")
        into = url_of(target(at), other)
        before = databases(engine, run)
        for number, line in enumerate(HOSTILE[engine]):
            text = line.replace("{other}", other).replace("{file}", str(file))
            for ddl in (TABLE + text, text + TABLE):
                try:
                    schema = sg.parse_ddl(ddl, dialect)
                    dataset = sg.generate(sg.draft_plan(schema, 5), store, f"d{number}")
                except sg.InputError:
                    continue
                judged += bool(prove_or_refuse(dataset, into))
                run("DROP TABLE IF EXISTS t; CREATE TABLE t (id int PRIMARY KEY, a int NOT NULL)")
                loaded += bool(load_or_refuse(dataset, into))
                run("DROP TABLE t")
                assert tables(engine, run, other) == ["sentinel"], text
                assert run("SELECT count(*) FROM sentinel") == [(3,)], text
                assert databases(engine, run) == before, text
                assert not file.exists(), text
    with capsys.disabled():
        print(f"\n{engine}: {len(HOSTILE[engine])} hostile definitions twice, {judged} proved, {loaded} loaded")
    assert judged > 20
    assert loaded > 20


def prove_or_refuse(dataset: Dataset, url: str) -> object:
    try:
        return prove(dataset, url)
    except sg.InputError:
        return None


def load_or_refuse(dataset: Dataset, url: str) -> object:
    try:
        return load(dataset, url)
    except sg.InputError:
        return None


def tables(engine: str, run: Any, database: str) -> list[str]:
    space = "public" if engine == "postgres" else database
    sql = f"SELECT table_name FROM information_schema.tables WHERE table_schema = '{space}' ORDER BY 1"
    return [name for (name,) in run(sql)]
