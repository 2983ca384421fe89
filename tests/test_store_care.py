"""A store looked after: datasets found in it, damaged parts named, and what nobody needs removed and nothing else."""

from __future__ import annotations

import datetime as dt
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import synthgen_nb as sg
from synthgen_nb.errors import InputError, StoreError
from synthgen_nb.housekeeping import copy
from synthgen_nb.leases import PATIENCE, acquire
from synthgen_nb.ledger import Ledger
from synthgen_nb.listing import Listing, Wanted, listed
from synthgen_nb.storeoptions import parse_moment
from synthgen_nb.sweeping import found, sweep
from synthgen_nb.terminal import cli

from .shells import Cells

SCHEMA = sg.parse_ddl("CREATE TABLE t (id integer PRIMARY KEY, a text)", dialect="duckdb")
PLAN = sg.draft_plan(SCHEMA, 20)
Json = Callable[..., Any]


@pytest.fixture
def store(tmp_path: Path) -> sg.Store:
    """big (2,000 rows), bad (damaged), shop in two versions, Zoo (not checked)."""
    made = sg.Store(tmp_path / "store")
    sg.generate(sg.draft_plan(SCHEMA, 2000), made, "big")
    for name in ("bad", "shop", "shop", "Zoo"):
        sg.generate(PLAN, made, name)
    (made.path / "bad/v1/t/part-00000.parquet").write_bytes(b"cut")
    (made.open("Zoo").path / "report.json").unlink()
    return made


@pytest.fixture
def run(store: sg.Store, capsys: pytest.CaptureFixture[str]) -> Json:
    """A command's exit code and its JSON."""

    def run(*words: str) -> tuple[int, Any]:
        code = cli.main([*words, "--json", "--store", str(store.path)])
        return code, json.loads(capsys.readouterr().out)

    return run


def names(listing: Listing) -> list[str]:
    return [entry.name for entry in listing.entries]


def old(*paths: Path) -> None:
    for path in paths:
        os.utime(path, (time.time() - 2 * PATIENCE,) * 2)


@pytest.mark.parametrize(
    "wanted, shown",
    [
        (Wanted(), ["Zoo", "bad", "big", "shop"]),
        (Wanted(name="O"), ["Zoo", "shop"]),
        (Wanted(name="b*"), ["bad", "big"]),
        (Wanted(name="b??"), ["bad", "big"]),
        (Wanted(name="[b]"), []),
        (Wanted(larger=10_000), ["big"]),
        (Wanted(smaller=10_000, state="clean"), ["shop"]),
        (Wanted(state="damaged"), ["bad"]),
        (Wanted(state="unchecked"), ["Zoo"]),
        (Wanted(order="rows"), ["big", "Zoo", "bad", "shop"]),
        (Wanted(order="newest", limit=2), ["Zoo", "shop"]),
        (Wanted(limit=2, offset=1), ["bad", "big"]),
        (Wanted(offset=9), []),
        (Wanted(newer=time.time() + 1e6), []),
        (Wanted(older=time.time() + 1e6), ["Zoo", "bad", "big", "shop"]),
    ],
)
def test_a_listing_has_the_datasets_that_are_wanted_in_their_order(
    store: sg.Store, wanted: Wanted, shown: list[str]
) -> None:
    assert names(listed(store, wanted)) == shown


def test_a_window_says_how_many_there_are(run: Json, store: sg.Store, capsys: pytest.CaptureFixture[str]) -> None:
    code, listing = run("list", "--limit", "1", "--offset", "2")
    assert (code, listing["total"], [d["dataset"] for d in listing["datasets"]]) == (0, 4, ["big"])
    assert cli.main(["list", "--limit", "2", "--store", str(store.path)]) == 0
    assert "1 to 2 of 4 datasets" in capsys.readouterr().out
    assert cli.main(["list", "--limit", "0", "--store", str(store.path)]) == 2
    capsys.readouterr()
    assert cli.main(["list", "nothing", "--newer", "7d", "--store", str(store.path)]) == 0
    assert "none of 4 datasets is like that" in capsys.readouterr().out


def test_a_damaged_dataset_hides_no_other(run: Json, store: sg.Store) -> None:
    (store.path / "shop/v2/dataset.json").write_text("{\n}\n")
    code, listing = run("list")
    states = {d["dataset"]: d["state"] for d in listing["datasets"]}
    assert (code, states) == (0, {"Zoo": "unchecked", "bad": "damaged", "big": "clean", "shop": "damaged"})
    assert "has 3 bytes" in listing["datasets"][1]["damage"]


def test_a_moment_is_a_day_or_an_age() -> None:
    now = dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC)
    assert parse_moment("2026-03-01", now) == dt.datetime(2026, 3, 1, tzinfo=dt.UTC).timestamp()
    assert parse_moment("2d", now) == now.timestamp() - 2 * 86_400
    with pytest.raises(InputError, match="neither a day nor an age"):
        parse_moment("yesterday", now)


def test_each_damaged_part_is_named(run: Json, store: sg.Store) -> None:
    assert run("validate", "shop", "--verify")[1]["damaged"] == []
    code, told = run("validate", "bad", "--verify")
    assert (code, told["report"]) == (1, None)
    (damage,) = told["damaged"]
    assert (damage["table"], damage["file"]) == ("t", "t/part-00000.parquet")
    part = store.path / "big/v1/t/part-00000.parquet"
    data = bytearray(part.read_bytes())
    data[len(data) // 2] ^= 1
    part.write_bytes(data)
    assert run("validate", "big", "--verify")[1]["damaged"][0]["found"] == "is not as it was written"
    part.unlink()
    assert run("validate", "big", "--verify")[1]["damaged"][0]["found"] == "is missing"
    with pytest.raises(StoreError, match="is missing"):
        store.open("big")


def test_a_copy_needs_its_original_no_more(run: Json, store: sg.Store) -> None:
    code, listing = run("copy", "shop", "again")
    assert (code, "again" in [d["dataset"] for d in listing["datasets"]]) == (0, True)
    before = store.open("shop", 1)["t"]
    assert run("drop", "shop", "--yes")[0] == 0
    dataset = store.open("again", 1)
    dataset.verify()
    assert dataset["t"].equals(before)
    assert dataset.report is not None
    assert not list(store.path.glob("again/*/lease-*"))
    with pytest.raises(StoreError, match="there is a dataset 'big' already"):
        copy(store, "again", "big")


def litter(store: sg.Store, keep: int | None = None) -> list[tuple[str, str]]:
    return [(each.kind, each.path.relative_to(store.path).as_posix()) for each in found(store, keep).litter]


def test_a_tidy_store_has_no_litter(store: sg.Store) -> None:
    assert litter(store) == []


def test_what_dead_processes_left_is_found_once_it_has_been_quiet(store: sg.Store) -> None:
    script = (
        "import os, sys; import synthgen_nb as sg; d = sg.Store(sys.argv[1]).begin('shop');"
        "d.part_path('t', 0).write_bytes(b'x' * 1000); os._exit(1)"
    )
    subprocess.run([sys.executable, "-c", script, str(store.path)], check=False)
    draft = store.path / "shop/v3"
    home = store.path / "shop"
    strays = [home / "v2/t/part-00007.parquet", home / "v2/report.json.0a1b2c3d", home / ".current.json.0a1b2c3d"]
    kept = [home / "v2/notes.txt", home / "v2/t/notes.txt"]
    for path in (*strays, *kept):
        path.write_bytes(b"y")
    assert litter(store) == []
    old(draft, draft / "t", *strays, *kept)
    assert dict(litter(store)).keys() == {"draft", "stray file"}
    what = found(store)
    assert what.bytes >= 1003
    sweep(store, what)
    assert not draft.exists()
    assert not any(path.exists() for path in strays)
    assert all(path.exists() for path in kept)
    assert store.versions("shop") == (1, 2)
    store.open("shop").verify()


def test_what_the_living_are_at_stays(store: sg.Store) -> None:
    with store.begin("shop") as draft:
        draft.part_path("t", 0)
        old(draft.path, draft.path / "t")
        assert litter(store) == []
        what = found(store, keep=1)
        assert (what.litter, what.busy) == ((), ("shop",))


def test_a_draft_that_a_job_can_resume_stays_until_the_job_is_over(store: sg.Store) -> None:
    record = Ledger(store).add(PLAN, "new")
    draft, _ = record.draft()
    draft.part_path("t", 0)
    record.note(status="paused")
    old(draft.path, draft.path / "t")
    assert litter(store) == []
    record.note(status="cancelled")
    assert litter(store) == [("draft", "new/v1")]
    sweep(store, found(store))
    assert not (store.path / "new").exists()


def test_old_versions_go_where_asked_but_the_current_and_what_redo_needs_stay(store: sg.Store) -> None:
    first = store.open("shop", 2)
    for old_text, new_text in ((first["t"]["a"][0], "x"), ("x", "y")):
        latest = store.open("shop")
        sg.set_cells(store, latest, [sg.Change(table="t", row=0, column="a", old=old_text, new=new_text)])
    store.undo("shop")
    assert store.versions("shop") == (1, 2, 3, 4)
    old(*(store.path / "shop").glob("lease-*"))
    assert litter(store) == []
    what = found(store, keep=1)
    assert [each.version for each in what.litter] == [1, 2]
    assert what.bytes < sum(sum(store.open("shop", v).bytes.values()) for v in (1, 2)) + 10_000
    sweep(store, what)
    assert store.versions("shop") == (3, 4)
    assert store.redo("shop")["t"]["a"][0] == "y"
    with pytest.raises(StoreError, match="at least one"):
        found(store, keep=0)


def test_parts_that_another_version_shares_free_nothing(store: sg.Store) -> None:
    copy(store, "big", "twin")
    part = sum(store.open("big").bytes.values())
    for _ in range(2):
        store.begin("big").__exit__()
    sg.generate(PLAN, store, "big")
    assert [each.dataset for each in found(store, keep=1).litter] == ["big", "shop"]
    assert found(store, keep=1).bytes < part


def test_gc_says_what_it_would_do_and_asks_before_versions_go(
    run: Json, store: sg.Store, capsys: pytest.CaptureFixture[str]
) -> None:
    code, told = run("gc", "--keep", "1", "--dry-run")
    assert (code, told["removed"], len(told["litter"])) == (0, False, 1)
    assert cli.main(["gc", "--keep", "1", "--store", str(store.path)]) == 2
    assert "--yes removes old versions without asking" in capsys.readouterr().err
    assert store.versions("shop") == (1, 2)
    code, told = run("gc", "--keep", "1", "--yes")
    assert (code, told["removed"], told["litter"][0]["path"]) == (0, True, "shop/v1")
    assert store.versions("shop") == (2,)


def test_a_job_at_work_keeps_the_old_versions(store: sg.Store) -> None:
    record = Ledger(store).add(PLAN, "shop")
    with acquire(record.path):
        assert found(store, keep=1).busy == ("shop",)


def test_a_notebook_does_the_same(cells: Cells, store: sg.Store) -> None:
    at = f"--store {store.path}"
    assert cells(f"%synthgen list sh* --limit 5 {at}").success
    assert "shop" in cells.said
    assert "big" not in cells.said
    assert cells(f"%synthgen copy shop twin {at}").success
    assert not cells(f"%synthgen validate bad --verify {at}").success
    assert "t: t/part-00000.parquet has 3 bytes" in cells.said
    assert cells(f"%synthgen validate shop --verify {at}").success
    assert "1 sum checked" in cells.said
    assert not cells(f"%synthgen gc --keep 1 {at}").success
    assert cells(f"%synthgen gc --keep 1 --yes {at}").success
    assert "2 old versions" in cells.said
    assert store.versions("shop") == store.versions("twin") == (2,)
