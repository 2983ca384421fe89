"""Untrusted SQL through every door: nothing is read but the tables, nothing written, nothing hangs, and what was
planted nearby is never in an answer. The attempts are data, in escapes.py."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import psutil
import pytest

import synthgen_nb as sg
from synthgen_nb.asking import ask_edit, ask_query
from synthgen_nb.dataset import Dataset
from synthgen_nb.editing import propose
from synthgen_nb.errors import InputError
from synthgen_nb.llm import ScriptedModel
from synthgen_nb.plan import plan_from_json
from synthgen_nb.sandbox import guard_expression
from synthgen_nb.selecting import Limits
from synthgen_nb.terminal import cli

from .escapes import EDITS, EXPRESSIONS, HEAVY, QUERIES
from .shells import Cells

PASSWORD = "hunter2-correct-horse"
VARIABLE = "SYNTHGEN_TEST_PASSWORD"
SMALL = Limits(seconds=1, memory=300_000_000)
PATIENCE = 15.0  # seconds that any refusal may take on a machine that is busy
MEMORY = 1_500_000_000  # bytes that it may take of this process
DDL = "CREATE TABLE t (id integer PRIMARY KEY, a varchar(40) NOT NULL)"
found_by_name = pl.DataFrame({"password": [PASSWORD]})  # what DuckDB would find in a caller's frame


class World:
    """A dataset in a store, a password beside it, and what nobody may change."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "nearby"
        self.folder.mkdir()
        self.secret = self.folder / "secret.txt"
        self.secret.write_text(f"password\n{PASSWORD}\n")
        self.store = sg.Store(folder / "store")
        plan = sg.draft_plan(sg.parse_ddl(DDL, dialect="postgres"), 12)
        self.dataset: Dataset = sg.generate(plan, self.store, "shop")
        (self.part,) = self.dataset.parts("t")
        self.before = self.lying()

    def filled(self, text: str) -> str:
        names = {"secret": self.secret, "folder": self.folder, "part": self.part, "env": VARIABLE}
        for name, value in names.items():
            text = text.replace(f"{{{name}}}", str(value))
        return text.replace("{{", "{").replace("}}", "}")

    def lying(self) -> dict[str, bytes]:
        return {
            str(path): path.read_bytes() if path.suffix in (".txt", ".parquet") else b""
            for path in (*self.folder.rglob("*"), *self.dataset.path.rglob("*"))
            if path.is_file()
        }


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return World(tmp_path_factory.mktemp("world"))


@pytest.fixture(autouse=True)
def unharmed(world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Around every attempt: files, parts, time and memory."""
    monkeypatch.setenv(VARIABLE, PASSWORD)
    monkeypatch.chdir(world.folder)
    before = world.lying()
    memory, began = psutil.Process().memory_info().rss, time.monotonic()
    yield
    assert time.monotonic() - began < PATIENCE
    assert psutil.Process().memory_info().rss - memory < MEMORY
    assert world.lying() == before
    world.dataset.verify()
    assert world.store.names() == ("shop",)
    assert found_by_name.height == 1


def refused(attempt: Callable[[], object]) -> None:
    """An error of ours in one line that tells no secret."""
    with pytest.raises(InputError) as error:
        attempt()
    told = json.dumps(error.value.to_json())
    assert PASSWORD not in told
    assert "\n" not in error.value.message


@pytest.mark.parametrize("query", QUERIES)
def test_a_query_reads_the_tables_and_nothing_else(world: World, query: str) -> None:
    refused(lambda: world.dataset.select(world.filled(query), SMALL))


def some(attempts: list[str], step: int) -> list[Any]:
    """Every so many in the default run, the others with -m slow."""
    return [pytest.param(text, marks=() if at % step == 0 else pytest.mark.slow) for at, text in enumerate(attempts)]


@pytest.mark.parametrize("query", some(HEAVY, 5))
def test_a_query_ends_within_its_limits(world: World, query: str) -> None:
    refused(lambda: world.dataset.select(world.filled(query), SMALL))


@pytest.mark.parametrize("query", QUERIES[::7])
def test_the_terminal_is_no_other_door(world: World, query: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["sql", "shop", world.filled(query), "--store", str(world.store.path)]) == 2
    said = "".join(capsys.readouterr())
    assert PASSWORD not in said


def test_the_notebook_is_no_other_door(world: World, cells: Cells) -> None:
    cells.shell.user_ns["found_by_name"] = found_by_name
    for query in QUERIES[3::7]:
        text = world.filled(query)
        if '"' in text or "'" not in text or "\n" in text or len(text) > 1000:
            continue
        assert not cells(f'%synthgen sql shop "{text}" --store {world.store.path}').success
        assert PASSWORD not in cells.said


@pytest.mark.parametrize("sql", EXPRESSIONS)
def test_an_expression_is_refused_by_the_guard(world: World, sql: str) -> None:
    refused(lambda: guard_expression(world.filled(sql)))


# {e} is the expression, in each dialect that has such a place
DOORS = {
    "check": "CREATE TABLE x (id integer PRIMARY KEY, a varchar(40), CHECK ({e} <> a))",
    "generated": "CREATE TABLE x (id integer PRIMARY KEY, a varchar(40), b text GENERATED ALWAYS AS ({e}) STORED)",
    "default": "CREATE TABLE x (id integer PRIMARY KEY, a varchar(40) DEFAULT ({e}))",
    "domain": "CREATE DOMAIN d AS varchar(40) CHECK ({e} <> VALUE);"
    " CREATE TABLE x (id integer PRIMARY KEY, a varchar(40), b d)",
    "partial index": "CREATE TABLE x (id integer PRIMARY KEY, a varchar(40));"
    " CREATE UNIQUE INDEX i ON x (a) WHERE {e} = a",
    "index": "CREATE TABLE x (id integer PRIMARY KEY, a varchar(40)); CREATE UNIQUE INDEX i ON x (({e}))",
    "exclude": "CREATE TABLE x (id integer PRIMARY KEY, a varchar(40), during tsrange, EXCLUDE USING gist"
    " (({e}) WITH =, during WITH &&))",
}
ATTEMPTS = [
    (door, dialect, sql)
    for at, sql in enumerate(EXPRESSIONS)
    for door, dialect in (
        (list(DOORS)[at % len(DOORS)], "postgres"),
        (("check", "generated", "default")[at % 3], ("duckdb", "sqlite", "mysql")[(at // 3) % 3]),
    )
]


@pytest.mark.parametrize("door, dialect, sql", ATTEMPTS)
def test_a_schema_computes_nothing_that_it_may_not(
    world: World, tmp_path: Path, door: str, dialect: str, sql: str
) -> None:
    """It is refused where it stands, or the table is made and the rule called unverified: never run."""
    told = made_or_refused(DOORS[door].replace("{e}", world.filled(sql)), dialect, sg.Store(tmp_path / "made"))
    assert PASSWORD not in told


def made_or_refused(ddl: str, dialect: str, store: sg.Store) -> str:
    """All that is told of it: the error of ours, or rows and report."""
    try:
        dataset = sg.generate(sg.draft_plan(sg.parse_ddl(ddl, dialect=dialect), 5), store, "x")
    except InputError as error:
        return json.dumps(error.to_json())
    return repr(dataset.report) + json.dumps([frame.write_json() for frame in dataset.values()])


@pytest.mark.parametrize("sql", EXPRESSIONS)
def test_a_plan_computes_nothing_that_it_may_not(world: World, tmp_path: Path, sql: str) -> None:
    ddl = (
        "CREATE TABLE x (id integer PRIMARY KEY, a varchar(40) NOT NULL, b text GENERATED ALWAYS AS (upper(a)) STORED,"
        " c integer NOT NULL, d integer NOT NULL, CHECK (c * d % 7 = 3))"
    )
    plan = sg.draft_plan(sg.parse_ddl(ddl, dialect="duckdb"), 5).to_json()
    for place in ("generated", "redraw"):
        told = json.loads(plan)
        table = told["tables"]["x"]
        spec = table["columns"]["b"]["spec"] if place == "generated" else table["redraws"][0]
        spec["sql"] = world.filled(sql) if place == "generated" else f"({world.filled(sql)}) <> ''"
        hostile, store = json.dumps(told), sg.Store(tmp_path / place)
        refused(partial(generated, hostile, store))
        assert store.names() == ()


def generated(plan: str, store: sg.Store) -> Dataset:
    return sg.generate(plan_from_json(plan), store, "x")


@pytest.mark.parametrize("pool", ["../../secret", "{secret}", "/etc/passwd", "..", "category/../../secret"])
def test_a_plan_names_no_files(world: World, tmp_path: Path, pool: str) -> None:
    told = json.loads(sg.draft_plan(sg.parse_ddl(DDL, dialect="duckdb"), 5).to_json())
    told["tables"]["t"]["columns"]["a"]["spec"] = {"kind": "bank", "pool": world.filled(pool), "longest": 40}
    refused(lambda: generated(json.dumps(told), sg.Store(tmp_path / "made")))


@pytest.mark.parametrize("statement", EDITS)
def test_an_edit_changes_its_tables_and_nothing_else(world: World, statement: str) -> None:
    refused(lambda: propose(world.dataset, world.filled(statement), limits=SMALL))


@pytest.mark.parametrize("at", range(len(EXPRESSIONS)))
def test_an_edits_expressions_are_held_too(world: World, at: int) -> None:
    places = ("UPDATE t SET a = {e}", "DELETE FROM t WHERE a = {e}", "INSERT INTO t (id, a) SELECT 99, {e}")
    statement = places[at % 3].replace("{e}", world.filled(EXPRESSIONS[at]))
    refused(lambda: propose(world.dataset, statement, limits=SMALL))


def test_the_commands_of_edits_are_no_other_doors(
    world: World, cells: Cells, capsys: pytest.CaptureFixture[str]
) -> None:
    for statement in EDITS[::6]:
        text = world.filled(statement)
        assert cli.main(["edit", "shop", text, "--yes", "--store", str(world.store.path)]) == 2
        assert PASSWORD not in "".join(capsys.readouterr())
        if '"' not in text:
            assert not cells(f'%synthgen edit shop "{text}" --yes --store {world.store.path}').success
            assert PASSWORD not in cells.said


@pytest.mark.parametrize("answer", [*QUERIES[::6], *HEAVY[4:9:4]])
def test_what_a_model_answers_is_untrusted_too(world: World, answer: str) -> None:
    model = ScriptedModel(lambda ask: world.filled(answer), context=32_000)
    refused(lambda: world.dataset.select(ask_query(world.dataset, "top names", model), SMALL))


@pytest.mark.parametrize("answer", EDITS[::3])
def test_nor_is_an_edit_that_a_model_writes(world: World, answer: str) -> None:
    model = ScriptedModel(lambda ask: world.filled(answer), context=32_000)
    refused(lambda: propose(world.dataset, ask_edit(world.dataset, "change a", model), limits=SMALL))


def test_there_are_two_hundred_attempts_and_more() -> None:
    assert len({*QUERIES, *HEAVY, *EXPRESSIONS, *EDITS}) >= 200


def test_the_password_is_where_an_open_door_would_find_it(world: World) -> None:
    """Else nothing above would prove anything."""
    with duckdb.connect() as connection:
        found: Any = connection.execute(f"SELECT content FROM read_text('{world.secret}')").fetchall()
        assert PASSWORD in found[0][0]
        assert connection.execute("SELECT * FROM found_by_name").fetchall() == [(PASSWORD,)]
