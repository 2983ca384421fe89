"""`--to sql`, sqlite and duckdb: each file loads with every constraint on, reads back equal, and counts on."""

from __future__ import annotations

import datetime as dt
import decimal
import json
import sqlite3
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pytest

import synthgen_nb as sg
from synthgen_nb.dataset import Dataset
from synthgen_nb.engines.ordering import parents_first, ring_keys
from synthgen_nb.engines.urls import target

from .databases import scratch, server, talking
from .datasets import saved

LITE = """
CREATE TABLE team (id INTEGER PRIMARY KEY AUTOINCREMENT, name VARCHAR(40) NOT NULL UNIQUE, lead_id INTEGER NOT NULL
  REFERENCES person (id), budget DECIMAL(10, 2) CHECK (budget > 0), founded DATE, active BOOLEAN);
CREATE TABLE person (id INTEGER PRIMARY KEY, boss_id INTEGER REFERENCES person (id), team_id INTEGER NOT NULL
  REFERENCES team (id), photo BLOB, seen DATETIME, weight REAL, double_weight REAL GENERATED ALWAYS AS (weight * 2));
"""
DUCK = """
CREATE SEQUENCE person_id;
CREATE TABLE person (id INTEGER PRIMARY KEY DEFAULT nextval('person_id'), boss_id INTEGER REFERENCES person (id),
  tags VARCHAR[], price DECIMAL(12, 3) CHECK (price > 0), photo BLOB, seen TIMESTAMPTZ, key UUID UNIQUE,
  mood ENUM ('good', 'it''s bad'), doc JSON, born DATE, at TIME, weight DOUBLE);
CREATE TABLE pet (id INTEGER PRIMARY KEY, owner INTEGER NOT NULL REFERENCES person (id), name VARCHAR NOT NULL);
"""
POSTGRES = """
CREATE TYPE mood AS ENUM ('good', 'it''s bad');
CREATE DOMAIN cents AS numeric(12, 2) CHECK (VALUE >= 0);
CREATE SEQUENCE ticket_seq;
CREATE TABLE team (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name varchar(40) NOT NULL UNIQUE,
  lead_id bigint NOT NULL, budget cents, "odd ""name" text);
CREATE TABLE person (id bigserial PRIMARY KEY, boss_id bigint REFERENCES person (id), team_id int NOT NULL
  REFERENCES team (id), feeling mood,
  tags text[], matrix int[], photo bytea, doc jsonb, flags bit(5), seen timestamptz, local timestamp,
  born date, at time, weight double precision, small real, active boolean, key uuid UNIQUE, span interval, price money,
  addr inet, doubled double precision GENERATED ALWAYS AS (weight * 2) STORED);
CREATE TABLE ticket (no int NOT NULL DEFAULT nextval('ticket_seq') UNIQUE, holder bigint NOT NULL
  REFERENCES person (id));
ALTER TABLE team ADD FOREIGN KEY (lead_id) REFERENCES person (id);
"""
MARIADB = """
CREATE TABLE team (id INT UNSIGNED AUTO_INCREMENT PRIMARY KEY, name VARCHAR(40) NOT NULL UNIQUE,
  lead_id BIGINT NOT NULL,
  budget DECIMAL(12, 2), mood ENUM ('good', 'it''s bad'), labels SET ('a', 'b', 'c')) ENGINE=InnoDB;
CREATE TABLE person (id BIGINT AUTO_INCREMENT PRIMARY KEY, boss_id BIGINT, team_id INT UNSIGNED NOT NULL, photo BLOB,
  doc JSON, flags BIT(5), seen TIMESTAMP NULL, local DATETIME, born DATE, at TIME, weight DOUBLE, active BOOLEAN,
  y YEAR, doubled DOUBLE GENERATED ALWAYS AS (weight * 2) STORED, FOREIGN KEY (boss_id) REFERENCES person (id),
  FOREIGN KEY (team_id) REFERENCES team (id)) ENGINE=InnoDB;
ALTER TABLE team ADD FOREIGN KEY (lead_id) REFERENCES person (id);
"""
HARD = [
    "",
    "it's",
    'say "x"',
    "back\\slash \\n \\' ",
    "line\nand\ttab\r",
    "-- no; comment /* */",
    "Größe 😀",
    None,
    "NULL",
    "\\N",
    "\\.",
]


@pytest.fixture
def store(tmp_path: Path) -> sg.Store:
    return sg.Store(tmp_path / "store")


def made(store: sg.Store, ddl: str, dialect: str, rows: int = 60) -> Dataset:
    return sg.generate(sg.draft_plan(sg.parse_ddl(ddl, dialect), rows), store, "company")


def hard_texts(store: sg.Store, dialect: str) -> Dataset:
    """One table whose texts and bytes are what escaping gets wrong."""
    kind = {"postgres": ("text", "bytea"), "mariadb": ("text", "blob")}.get(dialect, ("VARCHAR", "BLOB"))
    schema = sg.parse_ddl(f"CREATE TABLE t (n int PRIMARY KEY, said {kind[0]}, raw {kind[1]})", dialect)
    raw = [None if text is None else text.encode() + b"\x00\xff'" for text in HARD]
    rows = pa.table({"n": pa.array(range(len(HARD)), pa.int32()), "said": HARD, "raw": raw})
    return saved(store, schema, {"t": rows}, "company")


def exported(dataset: Dataset, folder: Path, to: str) -> Path:
    sg.export(dataset, folder, to)
    return folder / f"company.{to}"


def plain(value: Any) -> Any:
    """A cell in the form that engines agree on."""
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, decimal.Decimal):
        return float(value)
    if isinstance(value, float):
        return float(f"{value:.6g}")
    if isinstance(value, dt.datetime):
        moment = value.astimezone(dt.UTC).replace(tzinfo=None) if value.tzinfo else value
        return moment.isoformat(" ")
    if isinstance(value, dt.timedelta):
        return (dt.datetime.min + value).time().isoformat()
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    return str(value) if isinstance(value, uuid.UUID) else value


def as_json(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) else value


def assert_reads_back(
    dataset: Dataset, run: Callable[[str], list[tuple[Any, ...]]], quote: str = '"', **read: Any
) -> None:
    """Every cell of every table; `read` maps a column to how both sides are made comparable."""
    for key, table in dataset.schema.tables.items():
        names = [c.name for c in table.columns]
        order = names[0]
        columns = ", ".join(quote + n.replace(quote, quote * 2) + quote for n in names)
        there = run(f"SELECT {columns} FROM {quote}{key}{quote} ORDER BY {quote}{order}{quote}")
        ours = sorted(dataset[key].iter_rows(), key=lambda row: row[0])
        ways = [read.get(name, plain) for name in names]
        for mine, theirs in zip(ours, there, strict=True):
            assert [w(v) for w, v in zip(ways, mine, strict=True)] == [w(v) for w, v in zip(ways, theirs, strict=True)]


def test_parents_come_first_and_rings_stand_together() -> None:
    schema = sg.parse_ddl(LITE + "CREATE TABLE badge (of_person INTEGER REFERENCES person (id));", "sqlite")
    groups = parents_first(schema)
    assert [set(group) for group in groups] == [{"team", "person"}, {"badge"}]
    assert {(key, fk.columns) for key, fk in ring_keys(schema)} == {
        ("team", ("lead_id",)), ("person", ("boss_id",)), ("person", ("team_id",)),
    }  # fmt: skip


def test_a_sqlite_script_loads_with_its_ring_of_not_null_references_and_reads_back(
    store: sg.Store, tmp_path: Path
) -> None:
    dataset = made(store, LITE, "sqlite")
    lite = sqlite3.connect(":memory:")
    lite.executescript(exported(dataset, tmp_path / "out", "sql").read_text())
    assert lite.execute("PRAGMA foreign_keys").fetchone() == (1,)
    assert lite.execute("PRAGMA foreign_key_check").fetchall() == []
    assert_reads_back(dataset, lambda sql: lite.execute(sql).fetchall())
    lite.execute("INSERT INTO team (name, lead_id, budget) VALUES ('new', 1, 1)")
    assert lite.execute("SELECT max(id) FROM team").fetchone()[0] == dataset["team"]["id"].max() + 1  # type: ignore[operator]
    lite.close()


def test_a_duckdb_script_loads_and_its_sequence_goes_on(store: sg.Store, tmp_path: Path) -> None:
    dataset = made(store, DUCK, "duckdb")
    with duckdb.connect() as duck:
        duck.execute(exported(dataset, tmp_path / "out", "sql").read_text())
        assert_reads_back(dataset, lambda sql: duck.sql(sql).pl().rows(), doc=as_json)
        duck.execute("INSERT INTO person (price) VALUES (1)")


@pytest.mark.parametrize("dialect", ["sqlite", "duckdb"])
def test_no_text_breaks_out_of_its_literal(store: sg.Store, tmp_path: Path, dialect: str) -> None:
    dataset = hard_texts(store, dialect)
    script = exported(dataset, tmp_path / "out", "sql").read_bytes().decode()
    if dialect == "duckdb":
        with duckdb.connect() as duck:
            duck.execute(script)
            found = duck.execute("SELECT said, raw FROM t ORDER BY n").fetchall()
    else:
        lite = sqlite3.connect(":memory:")
        lite.executescript(script)
        found = lite.execute("SELECT said, raw FROM t ORDER BY n").fetchall()
        lite.close()
    assert found == dataset["t"].select("said", "raw").rows()


@pytest.mark.parametrize(
    "ddl, dialect", [(LITE, "sqlite"), (POSTGRES, "postgres"), (MARIADB, "mariadb"), (DUCK, "duckdb")]
)
def test_a_sqlite_file_reads_back_equal_whatever_dialect_the_schema_is_in(
    store: sg.Store, tmp_path: Path, ddl: str, dialect: str
) -> None:
    dataset = made(store, ddl, dialect)
    lite = sqlite3.connect(exported(dataset, tmp_path / "out", "sqlite"))
    nested = dict.fromkeys(("doc", "tags", "matrix"), as_json)
    assert_reads_back(dataset, lambda sql: lite.execute(sql).fetchall(), seen=as_moment, price=money, **nested)
    assert lite.execute("PRAGMA foreign_key_check").fetchall() == []
    with pytest.raises(sqlite3.IntegrityError):
        lite.execute("INSERT INTO person (id) SELECT min(id) FROM person")
    lite.close()


@pytest.mark.parametrize(
    "ddl, dialect", [(LITE, "sqlite"), (POSTGRES, "postgres"), (MARIADB, "mariadb"), (DUCK, "duckdb")]
)
def test_a_duckdb_file_reads_back_equal_and_says_what_it_can_not_hold(
    store: sg.Store, tmp_path: Path, ddl: str, dialect: str
) -> None:
    dataset = made(store, ddl, dialect)
    file = exported(dataset, tmp_path / "out", "duckdb")
    with duckdb.connect(str(file)) as duck:
        assert_reads_back(dataset, lambda sql: duck.sql(sql).pl().rows(), doc=as_json)
        with pytest.raises(duckdb.ConstraintException):
            duck.execute("INSERT INTO person (id) SELECT min(id) FROM person")
    manifest = json.loads((tmp_path / "out/synthgen.json").read_text())
    rings = [line for line in manifest["left_out"] if "REFERENCES" in line]
    assert bool(rings) == (dialect != "duckdb")
    assert {f["file"] for f in manifest["tables"].values()} == {"company.duckdb"}


def test_a_check_that_sqlite_may_read_otherwise_is_listed_and_the_others_are_kept(
    store: sg.Store, tmp_path: Path
) -> None:
    ddl = """CREATE TABLE t (id int PRIMARY KEY, a int CHECK (a BETWEEN 1 AND 9), b text CHECK (b ~ '^x'),
    kind varchar(5) CHECK (kind IN ('p', 'q')), c numeric(8, 2) CHECK (c >= 0.5))"""
    dataset = made(store, ddl, "postgres")
    done = sg.export(dataset, tmp_path / "out", "sqlite")
    assert [line for line in done.left_out if "CHECK" in line] == [
        "t: CHECK (b ~ '^x'): RegexpLike may mean something else in SQLite"
    ]
    lite = sqlite3.connect(tmp_path / "out/company.sqlite")
    for wrong in ("a = 10", "kind = 'r'", "c = 0.4", "kind = 'longer'"):
        with pytest.raises(sqlite3.IntegrityError):
            lite.execute(f"UPDATE t SET {wrong}")
    lite.close()


def test_data_that_breaks_a_rule_makes_no_database_file(store: sg.Store, tmp_path: Path) -> None:
    schema = sg.parse_ddl("CREATE TABLE t (id INTEGER PRIMARY KEY)", "sqlite")
    dataset = saved(store, schema, {"t": pa.table({"id": [1, 1]})}, "company")
    with pytest.raises(sg.InputError, match="UNIQUE constraint failed"):
        sg.export(dataset, tmp_path / "out", "sqlite")
    assert not (tmp_path / "out").exists()


def test_a_million_rows_go_through_a_batch_at_a_time(store: sg.Store, tmp_path: Path) -> None:
    """The statements of a script, and the rows between them, are never all in memory."""
    from synthgen_nb.engines.reading import inserts

    schema = sg.parse_ddl("CREATE TABLE t (id INTEGER PRIMARY KEY, said TEXT)", "sqlite")
    rows = pa.table({"id": pa.array(range(100_000)), "said": ["x" * 100] * 100_000})
    dataset = saved(store, schema, {"t": rows}, "company")
    sizes = [len(statement) for statement in inserts(dataset, "t", schema.tables["t"], "sqlite")]
    assert len(sizes) >= 100
    assert max(sizes) < 1_200_000


def test_sql_server_and_oracle_scripts_open_their_identities_and_close_them_again(
    store: sg.Store, tmp_path: Path
) -> None:
    tsql = made(store, "CREATE TABLE t (id int IDENTITY(1,1) PRIMARY KEY, said nvarchar(10) NOT NULL)\nGO\n", "tsql", 3)
    lines = exported(tsql, tmp_path / "tsql", "sql").read_text().split("\nGO\n")
    assert "SET IDENTITY_INSERT t ON" in lines
    assert "SET IDENTITY_INSERT t OFF" in lines
    assert lines[-2] == "DBCC CHECKIDENT ('t', RESEED, 3)"
    oracle = made(store, "CREATE TABLE t (id NUMBER(9) GENERATED ALWAYS AS IDENTITY PRIMARY KEY, d DATE)", "oracle", 3)
    after = max(oracle["t"]["id"]) + 1
    script = exported(oracle, tmp_path / "oracle", "sql").read_text()
    assert script.count("INSERT INTO") == 3
    assert "SET DEFINE OFF" in script
    assert f"GENERATED ALWAYS AS IDENTITY (START WITH {after})" in script


@pytest.mark.engines
def test_a_postgres_script_loads_in_postgres_and_its_counters_go_on(store: sg.Store, tmp_path: Path) -> None:
    at = server("postgres")
    dataset = made(store, POSTGRES, "postgres")
    script = exported(dataset, tmp_path / "out", "sql").read_bytes().decode()
    with scratch(at) as name, talking(target(at), name) as run:
        run(script)
        own = dict.fromkeys(("tags", "matrix"), as_it_is)
        assert_reads_back(
            dataset, run, doc=as_json, price=money, span=as_interval, small=single, addr=str, **own,
        )  # fmt: skip
        assert run("INSERT INTO team (name, lead_id) SELECT 'new', min(id) FROM person RETURNING id")
        assert run("INSERT INTO person (team_id) SELECT min(id) FROM team RETURNING id")
        assert run("INSERT INTO ticket (holder) SELECT min(id) FROM person RETURNING no")
        with pytest.raises(Exception, match="foreign key"):
            run("INSERT INTO team (name, lead_id) VALUES ('orphan', -1)")


@pytest.mark.engines
def test_a_mariadb_script_loads_in_mariadb_and_its_counters_go_on(store: sg.Store, tmp_path: Path) -> None:
    at = server("mysql")
    dataset = made(store, MARIADB, "mariadb")
    script = exported(dataset, tmp_path / "out", "sql").read_bytes().decode()
    with scratch(at) as name, talking(target(at), name) as run:
        run(script)
        assert_reads_back(dataset, run, "`", doc=as_json, flags=bits)
        run("INSERT INTO team (name, lead_id) SELECT 'new', min(id) FROM person")
        run("INSERT INTO person (team_id) SELECT min(id) FROM team")
        with pytest.raises(Exception, match="foreign key"):
            run("INSERT INTO team (name, lead_id) VALUES ('orphan', -1)")


@pytest.mark.engines
@pytest.mark.parametrize("engine", ["postgres", "mysql"])
def test_no_text_breaks_out_of_its_literal_on_a_server(store: sg.Store, tmp_path: Path, engine: str) -> None:
    at = server(engine)
    dataset = hard_texts(store, {"mysql": "mariadb"}.get(engine, engine))
    script = exported(dataset, tmp_path / "out", "sql").read_bytes().decode()
    with scratch(at) as name, talking(target(at), name) as run:
        run(script)
        assert run("SELECT said, raw FROM t ORDER BY n") == dataset["t"].select("said", "raw").rows()


def as_it_is(value: Any) -> Any:
    return value


def as_moment(value: Any) -> Any:
    return plain(dt.datetime.fromisoformat(value) if isinstance(value, str) else value)


def money(value: Any) -> Any:
    return None if value is None else float(str(value).replace("$", "").replace(",", ""))


def single(value: Any) -> Any:
    return None if value is None else float(f"{value:.5g}")


def as_interval(value: Any) -> Any:
    return None if value is None else ""


def bits(value: Any) -> Any:
    return int.from_bytes(value) if isinstance(value, bytes) else value
