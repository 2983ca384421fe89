"""Datasets given away, renamed and removed, from the terminal and from a notebook."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import synthgen_nb as sg
from synthgen_nb.errors import StoreError
from synthgen_nb.housekeeping import drop, rename
from synthgen_nb.leases import acquire
from synthgen_nb.ledger import Ledger
from synthgen_nb.terminal import cli
from synthgen_nb.terminal.demo import shop_ddl

from .shells import Cells

PLAN = sg.draft_plan(sg.parse_ddl("CREATE TABLE t (id integer PRIMARY KEY, a text)", dialect="duckdb"), 20)


@pytest.fixture
def store(tmp_path: Path) -> sg.Store:
    """Two versions of `a`."""
    made = sg.Store(tmp_path / "store")
    for _ in range(2):
        sg.generate(PLAN, made, "a")
    return made


def test_a_version_or_a_whole_dataset_is_dropped(store: sg.Store) -> None:
    assert drop(store, "a", 1) == (1,)
    assert store.versions("a") == (2,)
    assert drop(store, "a") == (2,)
    assert store.names() == ()
    assert not (store.path / "a").exists()
    with pytest.raises(StoreError, match="no dataset 'a'"):
        drop(store, "a")


def test_what_is_not_there_is_not_dropped(store: sg.Store) -> None:
    with pytest.raises(StoreError, match="versions 1 to 2"):
        drop(store, "a", 7)
    assert store.versions("a") == (1, 2)


def test_a_renamed_dataset_keeps_its_versions_rows_and_reports(store: sg.Store) -> None:
    before = store.open("a", 1)["t"]
    rename(store, "a", "b c")
    assert store.names() == ("b c",)
    assert store.versions("b c") == (1, 2)
    moved = store.open("b c", 1)
    assert moved.name == "b c"
    assert moved["t"].equals(before)
    assert moved.report is not None
    moved.verify()
    sg.generate(PLAN, store, "a")
    with pytest.raises(StoreError, match="there is a dataset 'a' already"):
        rename(store, "b c", "a")


def test_nothing_is_touched_where_a_job_is_at_work(store: sg.Store) -> None:
    record = Ledger(store).add(PLAN, "a")
    with acquire(record.path):
        for change in (lambda: drop(store, "a"), lambda: rename(store, "a", "b"), lambda: rename(store, "b", "a")):
            with pytest.raises(StoreError, match="job 3 is making a"):
                change()
    assert store.versions("a") == (1, 2)


def test_the_terminal_asks_before_it_drops(store: sg.Store, capsys: pytest.CaptureFixture[str]) -> None:
    folder = ["--store", str(store.path)]
    assert cli.main(["drop", "a", *folder]) == 2
    assert "--yes drops without asking" in capsys.readouterr().err
    assert cli.main(["rename", "a", "b", "--json", *folder]) == 0
    assert "b" in json.dumps(json.loads(capsys.readouterr().out))
    out = store.path.parent / "files"
    assert cli.main(["export", "b", "--out", str(out), *folder]) == 0
    assert f"1 file · in {out}" in capsys.readouterr().out
    assert (out / "t.csv").read_text().startswith("id,a\n")
    assert cli.main(["drop", "b", "--yes", *folder]) == 0
    assert store.names() == ()
    assert cli.main(["templates"]) == 0
    assert "shop" in capsys.readouterr().out.split()
    assert cli.main(["templates", "shop"]) == 0
    assert "CREATE TABLE customers" in capsys.readouterr().out


def test_a_notebook_does_the_same(cells: Cells, tmp_path: Path) -> None:
    cells(f"%%synthgen shop << -n 5\n{shop_ddl()}")
    assert cells("%synthgen export shop --to jsonl --out files").success
    assert "jsonl · 4 files · in files" in cells.said
    assert cells("%synthgen rename shop store1").success
    assert not cells("%synthgen drop store1").success
    assert "left as it is" in cells.said
    assert cells("%synthgen drop store1 --yes").success
    assert sg.Store(tmp_path / "synthgen_store").names() == ()
    cells("%synthgen templates shop")
    assert "CREATE TABLE customers" in cells.said
    assert not cells("%synthgen templates nothing").success
