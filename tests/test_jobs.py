"""Jobs: whatever ends a run, what the store lists is whole, and the job that goes on makes the very same rows."""

from __future__ import annotations

import json
import multiprocessing
import os
import random
import shutil
import signal
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec
import pytest

import synthgen_nb as sg
from synthgen_nb import ledger, maps, parquet, partmaking
from synthgen_nb.errors import InputError, StoreError
from synthgen_nb.events import (
    Advanced,
    Cancelled,
    Event,
    Failed,
    Filled,
    Paused,
    Prepared,
    Resumed,
    Saved,
    Shutdown,
    Started,
)
from synthgen_nb.feasibility import require
from synthgen_nb.generation import Chunk, Engine, generate_chunk
from synthgen_nb.jobs import Jobs, generate, rowmaking, run
from synthgen_nb.jobs.running import run_job
from synthgen_nb.ledger import Ledger, Record
from synthgen_nb.readymade import template
from synthgen_nb.rows import Rows, Values

MANY = int(os.environ.get("SYNTHGEN_KILLS", 30))  # killed runs of the slow test
DDL = """
CREATE TABLE customers (id integer PRIMARY KEY, email varchar(60) NOT NULL UNIQUE, name varchar(60));
CREATE TABLE orders (id integer PRIMARY KEY, customer integer NOT NULL REFERENCES customers (id), placed date NOT NULL);
CREATE TABLE empty (id integer PRIMARY KEY);
"""


def plan(rows: int = 3000) -> sg.Plan:
    return sg.draft_plan(sg.parse_ddl(DDL, dialect="duckdb"), {"*": rows, "empty": 0}, seed=3)


@pytest.fixture
def store(tmp_path: Path) -> sg.Store:
    return sg.Store(tmp_path / "store")


@pytest.fixture
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Seven parts a table, of a few chunks each."""
    monkeypatch.setattr(rowmaking, "PART_ROWS", 450)
    monkeypatch.setattr(rowmaking, "CHUNK_ROWS", 150)


def same(one: sg.Dataset, other: sg.Dataset) -> bool:
    return list(one) == list(other) and all(one[table].equals(other[table]) for table in one)


def names(record: Record) -> list[str]:
    return [event["type"] for event in record.events()]


def stopped_at(record: Record, parts: int) -> None:
    """Runs the job until that many parts are noted, then drops the run."""
    events = run_job(record)
    for _ in events:
        if (
            len(
                (record.path / "parts.jsonl").read_bytes().splitlines()
                if (record.path / "parts.jsonl").exists()
                else ()
            )
            >= parts
        ):
            break
    events.close()


def slowly(monkeypatch: pytest.MonkeyPatch, seconds: float = 0.01) -> None:
    made = partmaking.packed_chunk

    def slow(*arguments: Any) -> Any:
        time.sleep(seconds)
        return made(*arguments)

    monkeypatch.setattr(partmaking, "packed_chunk", slow)


def test_the_events_of_a_run_are_kept_as_json_lines(store: sg.Store) -> None:
    generate(plan(), store, "shop")
    record = Ledger(store).open(1)
    kinds = names(record)
    assert [k for k in kinds if k not in ("progress", "table")] == [
        "init", "start", "saved", "validation", "complete", "shutdown"
    ]  # fmt: skip
    lines = [json.loads(line) for line in (record.path / "events.jsonl").read_text().splitlines()]
    assert all(set(line) == {"type", "timestamp", "job", "data"} and line["job"] == 1 for line in lines)
    last = {line["data"]["table"]: line["data"] for line in lines if line["type"] == "progress"}
    assert set(last["orders"]) == {"table", "current", "total", "rate", "percentage", "eta"}
    assert {t: (d["current"], d["total"], d["percentage"]) for t, d in last.items()} == {
        "customers": (3000, 3000, 100.0), "orders": (3000, 3000, 100.0)
    }  # fmt: skip
    assert [line["data"]["table"] for line in lines if line["type"] == "table"] == ["customers", "orders", "empty"]
    estimate = lines[0]["data"]["estimate"]
    assert estimate["rows"] == 6000
    assert 0 < estimate["bytes"] < 10**7
    assert 0 < estimate["seconds"] < 60
    assert 10**7 < estimate["memory"] < 10**11
    assert record.state.status == "done"


@pytest.mark.usefixtures("small_parts")
@pytest.mark.parametrize("parts", [0, 1, 6])
def test_a_run_that_was_dropped_goes_on_where_it_was(
    store: sg.Store, parts: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = generate(plan(), store, "whole")
    record = Ledger(store).add(plan(), "shop")
    with monkeypatch.context() as patched:
        slowly(patched, 0.05)  # so that the run is stopped before it is over
        stopped_at(record, parts)
    assert store.names() == ("whole",)
    assert record.state.status == "paused"
    job = Jobs(store).resume(record.number)
    dataset = job.result()
    assert same(dataset, whole)
    assert dataset.report is not None
    assert dataset.report.clean
    started = [e for e in job.events if isinstance(e, Started)]
    assert sum(started[0].done.values()) >= 450 * min(parts, 1)
    assert any(isinstance(e, Resumed) for e in job.events) == (parts > 0)
    assert names(record)[-1] == "shutdown"


@pytest.mark.usefixtures("small_parts")
def test_a_part_that_is_torn_or_changed_or_unknown_is_made_again(
    store: sg.Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = generate(plan(), store, "whole")
    record = Ledger(store).add(plan(), "shop")
    with monkeypatch.context() as patched:
        slowly(patched, 0.02)
        stopped_at(record, 5)
    files = sorted((store.path / "shop" / "v1" / "customers").glob("*.parquet"))
    data = files[0].read_bytes()
    files[0].write_bytes(data[:-9] + b"x" * 9)
    files[1].write_bytes(files[1].read_bytes()[:-1])
    files[2].unlink()
    (files[0].parent / "part-00006.parquet").write_bytes(b"torn")
    with (record.path / "parts.jsonl").open("ab") as file:
        file.write(b'{"table": "cust')
    assert same(Jobs(store).resume(record.number).result(), whole)
    store.open("shop").verify()


@pytest.mark.usefixtures("small_parts")
def test_a_draft_that_is_lost_is_made_again(store: sg.Store, monkeypatch: pytest.MonkeyPatch) -> None:
    record = Ledger(store).add(plan(), "shop")
    with monkeypatch.context() as patched:
        slowly(patched, 0.02)
        stopped_at(record, 5)
    shutil.rmtree(store.path / "shop")
    assert same(Jobs(store).resume(record.number).result(), generate(plan(), store, "whole"))


@pytest.mark.usefixtures("small_parts")
def test_pause_resume_and_cancel(store: sg.Store, monkeypatch: pytest.MonkeyPatch) -> None:
    slowly(monkeypatch, 0.05)
    jobs = Jobs(store)
    job = jobs.start(plan(), "shop")
    next(e for e in job.events if isinstance(e, Advanced))
    job.pause()
    assert job.wait() == "paused"
    assert job.record.holder is None
    made = list((store.path / "shop").rglob("*.parquet"))
    time.sleep(0.2)
    assert list((store.path / "shop").rglob("*.parquet")) == made, "paused means that nothing works"
    with pytest.raises(InputError, match=r"is paused at \d+ %"):
        job.result()
    job.resume()
    job.wait(0.3)
    job.cancel()
    assert job.wait() == "cancelled"
    assert not (store.path / "shop" / "v1").exists()
    assert store.names() == ()
    assert [k for k in names(job.record) if k not in ("progress", "table")] == [
        "init", "start", "paused", "shutdown", "init", "resumed", "start", "cancelled", "shutdown"
    ]  # fmt: skip
    with pytest.raises(InputError, match="cancelled"):
        job.resume()
    with pytest.raises(InputError, match="cancelled"):
        job.cancel()


@pytest.mark.usefixtures("small_parts")
def test_a_cancelled_job_may_keep_what_it_made_marked_partial(store: sg.Store, monkeypatch: pytest.MonkeyPatch) -> None:
    record = Ledger(store).add(plan(), "shop")
    with monkeypatch.context() as patched:
        slowly(patched, 0.02)
        stopped_at(record, 4)
    Jobs(store).job(record.number).cancel(keep=True)
    dataset = store.open("shop")
    assert dataset.partial
    assert 450 <= dataset.rows["customers"] <= 3000
    assert list(dataset) == ["customers", "orders", "empty"]
    assert dataset.report is not None
    whole = generate(plan(), store, "whole")
    assert not whole.partial
    assert dataset["customers"].equals(whole["customers"].head(dataset.rows["customers"]))
    assert record.state.status == "cancelled"


@pytest.mark.usefixtures("small_parts")
def test_a_timeout_ends_a_run_that_can_be_resumed(store: sg.Store, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patched:
        slowly(patched, 0.05)
        job = Jobs(store).start(plan(), "shop", timeout=0.3)
        assert job.wait() == "paused"
    assert [e.reason for e in job.events if isinstance(e, Paused)] == ["timeout"]
    resumed = Jobs(store).resume(job.number)
    assert same(resumed.result(), generate(plan(), store, "whole"))


@pytest.mark.usefixtures("small_parts")
def test_two_jobs_run_at_once_and_the_third_waits(store: sg.Store, monkeypatch: pytest.MonkeyPatch) -> None:
    slowly(monkeypatch, 0.08)
    jobs = Jobs(store, max_jobs=2)
    made = [jobs.start(plan(), name) for name in ("a", "b", "c", "d")]
    next(e for e in made[0].events if isinstance(e, Started))
    next(e for e in made[1].events if isinstance(e, Started))
    assert [job.status for job in made[2:]] == ["queued", "queued"]
    made[2].cancel()
    assert made[2].wait() == "cancelled"
    assert made[3].result().rows["orders"] == 3000
    assert [job.wait() for job in made] == ["done", "done", "cancelled", "done"]
    assert store.names() == ("a", "b", "d")
    at_work = [thread for thread in threading.enumerate() if thread.name.startswith("synthgen-")]
    assert len(at_work) <= 1  # the last one may still be leaving


@pytest.mark.usefixtures("small_parts")
def test_one_name_has_one_job_at_work(store: sg.Store, monkeypatch: pytest.MonkeyPatch) -> None:
    slowly(monkeypatch, 0.05)
    jobs = Jobs(store)
    job = jobs.start(plan(), "shop")
    with pytest.raises(StoreError, match=r"job 1 is making shop \(wait for it"):
        Jobs(store).start(plan(), "shop")
    job.pause()
    job.wait()
    other = Jobs(store).start(plan(10), "shop")
    assert other.result().version == 2
    assert jobs.resume(1).result().version == 1


def test_a_job_of_other_versions_is_refused_with_the_pin(store: sg.Store) -> None:
    record = Ledger(store).add(plan(), "shop")
    order = msgspec.structs.replace(record.order, libraries={**record.order.libraries, "numpy": "1.0.0"})
    (record.path / "job.json").write_bytes(msgspec.json.encode(order))
    job = Jobs(store).resume(record.number)
    with pytest.raises(StoreError, match=r"pip install 'numpy==1\.0\.0'"):
        job.result()
    assert job.status == "failed"
    assert [e.error["code"] for e in job.events if isinstance(e, Failed)] == ["store"]


def test_a_job_of_a_newer_release_is_refused(store: sg.Store) -> None:
    record = Ledger(store).add(plan(), "shop")
    order = msgspec.structs.replace(record.order, store_version=99)
    (record.path / "job.json").write_bytes(msgspec.json.encode(order))
    with pytest.raises(StoreError, match="newer release"):
        Jobs(store).resume(record.number)
    with pytest.raises(StoreError, match="no job 7"):
        Jobs(store).job(7)


@pytest.mark.usefixtures("small_parts")
def test_a_store_deleted_under_a_job_is_one_clear_error(store: sg.Store, monkeypatch: pytest.MonkeyPatch) -> None:
    slowly(monkeypatch, 0.05)
    job = Jobs(store).start(plan(), "shop")
    next(e for e in job.events if isinstance(e, Advanced))
    while store.path.exists():  # the job may be making a file in the folder that is being emptied
        shutil.rmtree(store.path, ignore_errors=True)
    with pytest.raises(StoreError, match="can't"):
        job.result()
    assert store.names() == ()


@pytest.mark.usefixtures("small_parts")
def test_a_disk_that_fills_leaves_a_job_that_goes_on(store: sg.Store, monkeypatch: pytest.MonkeyPatch) -> None:
    written = parquet.Hashed.write
    left = [3]

    def full(self: Any, data: Any) -> int:
        if b"part-00003" in os.readlink(f"/proc/self/fd/{self._file.fileno()}").encode() and left[0] > 0:
            left[0] -= 1
            raise OSError(28, "No space left on device")
        return written(self, data)

    monkeypatch.setattr(parquet.Hashed, "write", full)
    job = Jobs(store).start(plan(), "shop")
    with pytest.raises(StoreError, match="No space left on device"):
        job.result()
    assert job.status == "failed"
    assert store.names() == ()
    left[0] = 0
    job.resume()
    assert same(job.result(), generate(plan(), store, "whole"))


def test_a_small_table_is_drawn_once_for_its_check_and_its_file(
    store: sg.Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: Counter[tuple[str, str]] = Counter()
    draw = Engine.draw_column

    def counting(self: Engine, rows: Rows, name: str) -> Values:
        if len(rows) and not rows.reader:  # who reads from another table looks the values up
            drawn[rows.table, name] += 1
        return draw(self, rows, name)

    monkeypatch.setattr(Engine, "draw_column", counting)
    few = generate(plan(rows=300), store, "few")
    assert drawn == Counter((table, column) for table in ("customers", "orders") for column in few[table].columns)
    again = generate(plan(rows=300), store, "again", map=maps.serial)  # whose worker has an engine of its own
    assert same(few, again)


@pytest.mark.parametrize("name", ["hr", "saas"])
def test_what_the_check_drew_is_what_anybody_draws(name: str) -> None:
    drafted = sg.draft_plan(sg.parse_ddl(template(Path("nowhere"), name).ddl, "postgres"), 200)
    looked = require(drafted)
    for table, of in drafted.tables.items():
        whole = Chunk(table, 0, of.rows)
        assert generate_chunk(looked, whole).equals(generate_chunk(Engine(drafted), whole))


def test_an_estimate_of_the_disk_is_of_the_right_size(store: sg.Store) -> None:
    told = [event for event in run(plan(rows=20_000), store, "shop") if isinstance(event, Prepared | Saved)]
    prepared, saved = told
    assert isinstance(prepared, Prepared)
    assert isinstance(saved, Saved)
    assert prepared.estimate.rows == saved.rows
    assert saved.bytes / 3 < prepared.estimate.bytes < saved.bytes * 3


def test_an_infeasible_plan_makes_no_job(store: sg.Store) -> None:
    wrong = sg.draft_plan(
        sg.parse_ddl("CREATE TABLE t (id integer NOT NULL CHECK (id > 5), CHECK (id < 3))", dialect="duckdb"), 5
    )
    with pytest.raises(sg.InfeasibleError):
        Jobs(store).start(wrong, "t")
    with pytest.raises(sg.InfeasibleError):
        next(run(wrong, store, "t"))
    assert Jobs(store).records() == []


def test_a_fault_of_ours_is_told_and_raised(store: sg.Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*arguments: Any, **options: Any) -> Any:
        raise ZeroDivisionError("a bug")

    monkeypatch.setattr(partmaking, "write_part", broken)
    job = Jobs(store).start(plan(), "shop")
    with pytest.raises(ZeroDivisionError):
        job.result()
    assert job.status == "failed"
    assert [e.error["message"] for e in job.events if isinstance(e, Failed)] == ["ZeroDivisionError: a bug"]


@pytest.mark.usefixtures("small_parts")
def test_a_wish_reaches_a_job_from_outside(store: sg.Store, monkeypatch: pytest.MonkeyPatch) -> None:
    slowly(monkeypatch, 0.1)
    job = Jobs(store).start(plan(), "shop")
    other = Jobs(store).job(job.number)  # as another process has it
    assert other.status == "running" or other.status == "queued"
    with pytest.raises(InputError, match="is run by process"):
        other.resume()
    other.pause()
    assert job.wait(10) == "paused"
    job.resume()
    other.cancel()
    assert job.wait(10) == "cancelled"
    assert [type(e) for e in job.events][-2:] == [Cancelled, Shutdown]


def test_a_map_of_ones_own_makes_the_parts(store: sg.Store) -> None:
    asked: list[Any] = []

    def mine(function: Callable[[Any], Any], items: Any) -> Iterator[Any]:
        for item in items:
            asked.extend(task.table for task in item)
            yield function(item)

    dataset = generate(plan(), store, "shop", map=mine)
    assert asked == ["customers", "orders", "empty"]
    assert same(dataset, generate(plan(), store, "whole"))
    assert "progress" in names(Ledger(store).open(1))


def test_the_oldest_finished_jobs_are_forgotten(store: sg.Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ledger, "_REMEMBERED", 3)
    paused = Ledger(store).add(plan(10), "paused")
    stopped_at(paused, 0)
    for _ in range(6):
        generate(plan(5), store, "shop")
    assert [r.number for r in Ledger(store).records()] == [1, 5, 6, 7]


def test_events_tell_of_every_table(store: sg.Store) -> None:
    seen: list[Event] = list(run(plan(), store, "shop"))
    filled = {e.table: (e.rows, e.bytes) for e in seen if isinstance(e, Filled)}
    assert filled == {t: (store.open("shop").rows[t], store.open("shop").bytes[t]) for t in plan().tables}


def _run_small(folder: str, number: int) -> None:
    rowmaking.PART_ROWS, rowmaking.CHUNK_ROWS = 5_000, 1_000
    for _ in run_job(Ledger(sg.Store(folder)).open(number)):
        pass


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL is POSIX")
@pytest.mark.parametrize("runs", [4, pytest.param(MANY, marks=pytest.mark.slow)])
def test_killed_at_any_instant_and_resumed(store: sg.Store, runs: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each run's process is killed at a moment between its start and the time that a whole run takes."""
    monkeypatch.setattr(rowmaking, "PART_ROWS", 5_000)
    monkeypatch.setattr(rowmaking, "CHUNK_ROWS", 1_000)
    shop = plan(40_000)
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.test_jobs", "synthgen_nb.validation.keys", "pyarrow.parquet", "polars"])

    def begun(name: str) -> tuple[Record, multiprocessing.process.BaseProcess]:
        record = Ledger(store).add(shop, name)
        process = context.Process(target=_run_small, args=(str(store.path), record.number))
        process.start()
        return record, process

    whole = generate(shop, store, "whole")
    for name in ("cold", "warm"):  # the first process waits for the server that makes the others
        began = time.monotonic()
        begun(name)[1].join()
        lasts = time.monotonic() - began
    chance, equal, found = random.Random(4), 0, {"draft": 0, "saved": 0, "done": 0}
    for _ in range(runs):
        record, process = begun("shop")
        time.sleep(chance.uniform(0, lasts))
        assert process.pid is not None
        with suppress(ProcessLookupError):  # done already
            os.kill(process.pid, signal.SIGKILL)
        process.join()
        for name in store.names():
            for version in store.versions(name):
                store.open(name, version)
        dataset = record.saved()
        found["done" if record.state.status == "done" else "saved" if dataset else "draft"] += 1
        if record.state.status != "done":
            assert record.state.status == "interrupted"
            dataset = Jobs(store).resume(record.number).result()
        assert dataset is not None
        dataset.verify()
        assert dataset.report is not None
        assert dataset.report.clean
        equal += same(dataset, whole)
        shutil.rmtree(dataset.path)
    print(f"\n{equal} of {runs} equal after SIGKILL: {found}")
    assert equal == runs
