"""A version made again: equal part by part, damaged parts put back, and what can't be repeated said."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import synthgen_nb as sg
from synthgen_nb.jobs import rowmaking
from synthgen_nb.jobs.running import cancel, run_job
from synthgen_nb.ledger import Ledger
from synthgen_nb.regenerating import regenerate
from synthgen_nb.terminal import cli
from synthgen_nb.terminal.demo import shop_ddl

from .shells import Cells
from .test_jobs import slowly

PLAN = sg.draft_plan(sg.parse_ddl(shop_ddl(), dialect="postgres"), {"*": 300, "orders": 2500}, seed=5)


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> sg.Store:
    monkeypatch.setattr(rowmaking, "PART_ROWS", 1000)
    made = sg.Store(tmp_path / "store")
    sg.generate(PLAN, made, "shop")
    return made


def test_every_part_comes_out_as_it_was_and_nothing_is_left(store: sg.Store) -> None:
    before = sorted(path for path in store.path.rglob("*"))
    made = regenerate(store, "shop")
    assert (made.equal, made.parts, made.restored, made.why) == (True, 6, (), "")
    assert sorted(path for path in store.path.rglob("*")) == before


def test_damaged_parts_are_put_back(store: sg.Store) -> None:
    cut, gone = (store.path / f"shop/v1/orders/part-0000{n}.parquet" for n in (0, 2))
    cut.write_bytes(b"cut")
    gone.unlink()
    assert regenerate(store, "shop").restored == ("orders/part-00000.parquet", "orders/part-00002.parquet")
    store.open("shop").verify()


def test_a_part_that_comes_out_otherwise_is_named_with_the_libraries_that_changed(
    store: sg.Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    manifest = store.path / "shop/v1/dataset.json"
    told = json.loads(manifest.read_text())
    told["tables"]["orders"]["parts"][1]["sha256"] = "0" * 64
    told["libraries"]["numpy"] = "1.0"
    manifest.write_text(json.dumps(told, indent=1) + "\n")
    made = regenerate(store, "shop")
    assert [(d.table, d.file) for d in made.differing] == [("orders", "orders/part-00001.parquet")]
    assert made.changed["numpy"][0] == "1.0"
    assert made.restored == ()


def test_a_cancelled_jobs_rows_are_made_again_too(store: sg.Store, monkeypatch: pytest.MonkeyPatch) -> None:
    slowly(monkeypatch, 0.01)
    record = Ledger(store).add(PLAN, "half")
    events = run_job(record)
    while not (record.path / "parts.jsonl").exists():
        next(events)
    events.close()
    cancel(record, keep=True)
    assert store.open("half").partial
    assert regenerate(store, "half").equal


def test_typed_cells_cant_be_repeated_and_are_said_so(store: sg.Store) -> None:
    shop = store.open("shop")
    email = shop["customers"]["city"][0]
    sg.set_cells(store, shop, [sg.Change(table="customers", row=0, column="city", old=email, new="Ulm")])
    part = store.path / "shop/v2/orders/part-00000.parquet"
    part.unlink()
    made = regenerate(store, "shop")
    assert (made.version, made.reached, made.equal) == (2, 1, True)
    assert made.why == "cells of v2 were typed by hand, which can't be repeated"
    assert made.restored == ("orders/part-00000.parquet",)
    store.open("shop").verify()
    store.remove("shop", 1)
    with pytest.raises(sg.StoreError, match="made from v1, which is gone"):
        regenerate(store, "shop")


def test_the_sql_of_edits_is_applied_again(store: sg.Store) -> None:
    for sql in (
        "UPDATE customers SET city = 'Ulm' WHERE id <= 5; DELETE FROM order_lines WHERE order_id = 7",
        "UPDATE customers SET email = synth() WHERE synth_percent(30)",
    ):
        dataset, _, _ = sg.apply(store.open("shop"), sql)
    edited = {p.file for f in dataset.manifest.tables.values() for p in f.parts}
    (dataset.path / sorted(edited)[0]).unlink()
    made = regenerate(store, "shop")
    assert (made.reached, made.equal, made.why) == (3, True, "")
    assert made.restored == (sorted(edited)[0],)
    city = store.open("shop")["customers"]["city"][9]
    sg.set_cells(store, store.open("shop"), [sg.Change(table="customers", row=9, column="city", old=city, new="Bern")])
    made = regenerate(store, "shop")
    assert (made.version, made.reached) == (4, 3)
    assert made.why == "cells of v4 were typed by hand, which can't be repeated"
    assert store.versions("shop") == (1, 2, 3, 4)


def test_from_the_terminal_and_a_notebook(store: sg.Store, cells: Cells, capsys: pytest.CaptureFixture[str]) -> None:
    at = ["--store", str(store.path)]
    assert cli.main(["regenerate", "shop", *at]) == 0
    assert "6 parts made again: every sum is equal" in capsys.readouterr().out
    assert cli.main(["regenerate", "shop", "--json", *at]) == 0
    assert json.loads(capsys.readouterr().out)["equal"] is True
    assert cells(f"%synthgen regenerate shop --store {store.path}").success
    assert "every sum is equal" in cells.said
