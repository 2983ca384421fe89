"""Processes that edit one dataset: killed at any instant they leave whole versions and nothing else, and two at once
lose none of each other's."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pyarrow as pa
import pytest

from synthgen_nb import parse_ddl
from synthgen_nb.store import Dataset, Store

from .datasets import saved

KILLS = int(os.environ.get("SYNTHGEN_KILLS", "3"))
SCHEMA = parse_ddl("CREATE TABLE item (id integer PRIMARY KEY, a integer NOT NULL, b integer NOT NULL)", "postgres")
EDITOR = """
    import sys
    from synthgen_nb import RefusedEdit, Store, apply
    store, column, left = Store({store!r}), {column!r}, {count}
    store.open("d").verify()
    print("ready", flush=True)
    while left:
        try:
            apply(store.open("d"), f"UPDATE item SET {{column}} = {{column}} + 1")
            left -= 1
        except RefusedEdit as error:
            assert "by now" in str(error), error
"""


@pytest.fixture
def store(tmp_path: Path) -> Store:
    store, ids = Store(tmp_path / "store"), list(range(200))
    none = [0] * len(ids)
    columns = {"id": ids, "a": none, "b": none}
    saved(store, SCHEMA, {"item": pa.table(columns).cast(pa.schema([(n, pa.int32()) for n in columns]))}, "d", 70)
    return store


def editor(store: Store, column: str, count: int) -> subprocess.Popen[str]:
    code = textwrap.dedent(EDITOR.format(store=str(store.path), column=column, count=count))
    return subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)


def ready(process: subprocess.Popen[str]) -> None:
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"


def counted(dataset: Dataset, column: str) -> int:
    """How many edits of the column it holds: all its rows say the same."""
    (value,) = dataset["item"][column].unique().to_list()
    return int(value)


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL is POSIX")
def test_a_process_killed_while_it_edits_leaves_whole_versions_and_no_draft(store: Store) -> None:
    chance, seen = random.Random(7), 1
    with editor(store, "a", 1) as process:
        ready(process)
        began = time.perf_counter()
        assert process.wait(120) == 0
        one = time.perf_counter() - began
    for _ in range(KILLS):
        with editor(store, "a", 1_000_000) as process:
            ready(process)
            time.sleep(chance.uniform(0, 3 * one))
            os.kill(process.pid, signal.SIGKILL)
        versions = store.versions("d")
        for version in versions[seen:]:
            dataset = store.open("d", version)
            dataset.verify()
            assert dataset.parent is not None
            assert counted(dataset, "a") == counted(store.open("d", dataset.parent), "a") + 1
        seen = len(versions)
        current = store.open("d")
        assert current.version == versions[-1]
        with store.begin("d") as draft:
            folders = (store.path / "d").glob("v*")
            left = {path.name for path in folders if any(not entry.name.startswith(".") for entry in path.iterdir())}
            assert left == {f"v{version}" for version in versions} | {draft.path.name}
    print(f"\n{KILLS} killed, {seen - 1} versions, all whole")


def test_two_processes_that_edit_one_dataset_lose_nothing_of_each_other(store: Store) -> None:
    count = 6
    with editor(store, "a", count) as one, editor(store, "b", count) as other:
        ready(one)
        ready(other)
        assert one.wait(120) == other.wait(120) == 0
    current = store.open("d")
    assert (counted(current, "a"), counted(current, "b")) == (count, count)
    assert len(store.versions("d")) == 1 + 2 * count
    for version in store.versions("d"):
        store.open("d", version).verify()
