"""Stores where folders are not what they should be: a mounted drive that is slow, copies to rename and has no links; a
disk that is really full."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

import synthgen_nb as sg
from synthgen_nb.folders import tried
from synthgen_nb.jobs import Jobs, generate, rowmaking
from synthgen_nb.jobs.running import run_job
from synthgen_nb.ledger import Ledger

from .test_jobs import same, slowly

DDL = """
CREATE TABLE customers (id integer PRIMARY KEY, email varchar(60) NOT NULL UNIQUE);
CREATE TABLE orders (id integer PRIMARY KEY, customer integer NOT NULL REFERENCES customers (id), placed date NOT NULL);
"""
LATENCY = 0.2  # seconds that a mounted drive takes for each file that is opened, made or moved
FULL = 3_000_000  # bytes of a disk that fills


def plan(rows: int) -> sg.Plan:
    return sg.draft_plan(sg.parse_ddl(DDL, dialect="duckdb"), {"*": rows}, seed=3)


@pytest.fixture
def drive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder like a mounted cloud drive: what is opened, made, moved or removed there takes its time; a rename is a
    copy that readers can see half of, and there are no links."""
    folder = tmp_path / "drive"
    folder.mkdir()

    def late(function: Callable[..., Any]) -> Callable[..., Any]:
        def called(path: Any, *arguments: Any, **options: Any) -> Any:
            if str(path).startswith(str(folder)):
                time.sleep(LATENCY)
            return function(path, *arguments, **options)

        return called

    def copied(function: Callable[..., Any]) -> Callable[..., Any]:
        def called(source: Any, target: Any, **options: Any) -> Any:
            if not str(target).startswith(str(folder)):
                return function(source, target, **options)
            data = Path(source).read_bytes()
            with open(target, "wb") as file:
                file.write(data[: len(data) // 2])
                file.flush()
                time.sleep(LATENCY)
                file.write(data[len(data) // 2 :])
            os.unlink(source)
            return Path(target)

        return called

    def unlinked(function: Callable[..., Any]) -> Callable[..., Any]:
        def called(source: Any, target: Any, **options: Any) -> Any:
            if str(target).startswith(str(folder)):
                raise OSError(95, "Operation not supported")
            return function(source, target, **options)

        return called

    for name in ("open", "mkdir"):
        monkeypatch.setattr(Path, name, late(getattr(Path, name)))
    for name in ("replace", "rename"):
        monkeypatch.setattr(Path, name, copied(getattr(Path, name)))
        monkeypatch.setattr(os, name, copied(getattr(os, name)))
    monkeypatch.setattr(os, "link", unlinked(os.link))
    return folder


@pytest.mark.slow
def test_a_job_resumed_from_a_copy_on_a_mounted_drive_makes_the_same_rows(
    drive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rowmaking, "PART_ROWS", 1000)
    monkeypatch.setattr(rowmaking, "CHUNK_ROWS", 500)
    here = sg.Store(tmp_path / "here")
    whole = generate(plan(3000), here, "whole")
    job = Ledger(here).add(plan(3000), "shop")
    with monkeypatch.context() as patched:
        slowly(patched, 0.02)
        events = run_job(job)
        journal = job.path / "parts.jsonl"
        while not (journal.exists() and journal.read_bytes().count(b"\n") >= 2):
            next(events)
        events.close()
    shutil.copytree(here.path, drive / "store")
    there = sg.Store(drive / "store")
    found = tried(there.path)
    assert (found.replaces_at_once, found.links) == (False, False)
    assert found.milliseconds is not None
    assert found.milliseconds > 1000 * LATENCY
    assert there.names() == ("whole",)
    dataset = Jobs(there).resume(job.number).result()
    assert same(dataset, whole)
    dataset.verify()
    hashes = {table: [part.sha256 for part in of.parts] for table, of in whole._manifest.tables.items()}
    assert hashes == {table: [part.sha256 for part in of.parts] for table, of in dataset._manifest.tables.items()}
    assert there.names() == ("shop", "whole")


@pytest.fixture
def little(tmp_path: Path) -> Iterator[Path]:
    """A disk of three megabytes."""
    folder = tmp_path / "little"
    folder.mkdir()
    if sys.platform != "linux" or os.geteuid() != 0:
        pytest.skip("only root can mount a small disk")
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={FULL}", "tmpfs", str(folder)], capture_output=True, text=True
    )
    if mounted.returncode:
        pytest.skip(f"no small disk can be mounted here: {mounted.stderr.strip()}")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def test_a_disk_too_small_is_refused_before_the_first_row(little: Path) -> None:
    store = sg.Store(little / "store")
    job = Jobs(store).start(plan(1_000_000), "shop")
    with pytest.raises(sg.StoreError, match=r"GB are needed.*are free at .*ask for fewer rows or choose another store"):
        job.result()
    assert store.names() == ()
    assert list(little.rglob("*.parquet")) == []


@pytest.fixture
def someone_else(little: Path) -> Iterator[Callable[[], None]]:
    """Called, somebody takes every byte of the little disk, and each that becomes free; called again, all are given
    back."""
    wanted, over = threading.Event(), threading.Event()
    file = little / "someone-else"

    def greedy() -> None:
        while not over.wait(0.001):
            with suppress(OSError), file.open("ab", buffering=0) as growing:
                while wanted.is_set():
                    growing.write(bytes(4096))

    def turn() -> None:
        if not wanted.is_set():
            wanted.set()
            return
        wanted.clear()
        time.sleep(0.05)
        os.truncate(file, 0)

    thread = threading.Thread(target=greedy, daemon=True)
    thread.start()
    yield turn
    wanted.clear()
    over.set()
    thread.join()


def test_a_disk_that_fills_on_the_way_says_so_and_the_job_goes_on_when_there_is_room(
    little: Path, someone_else: Callable[[], None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rowmaking, "PART_ROWS", 20_000)
    monkeypatch.setattr(rowmaking, "CHUNK_ROWS", 5_000)
    slowly(monkeypatch, 0.02)
    store = sg.Store(little / "store")
    jobs = Jobs(store)
    job = jobs.start(plan(60_000), "shop")
    for _ in job.events:
        if list(little.rglob("*.parquet")):
            break
    someone_else()
    with pytest.raises(sg.StoreError, match="No space left on device"):
        job.result()
    assert store.names() == ()
    assert jobs.records()[0].state.status in ("failed", "interrupted")

    def again() -> None:
        job.resume()  # the torn part left some room: until the other takes that too, a job may still be noted as begun
        job.result()

    with pytest.raises(sg.StoreError, match="No space left on device"):
        again()
    someone_else()
    job.resume()
    assert same(job.result(), generate(plan(60_000), sg.Store(tmp_path / "store"), "whole"))
    job.result().verify()
    assert store.names() == ("shop",)
