"""Leases: one living process at a time, told by files alone."""

from __future__ import annotations

import multiprocessing
import os
import socket
import subprocess
import sys
import time
from itertools import pairwise
from pathlib import Path

import msgspec
import pytest

from synthgen_nb import leases
from synthgen_nb.leases import Held, Holder, acquire, holder

FOREIGN = Holder(host="elsewhere", pid=1, started=1.0)


def put(folder: Path, number: int, found: Holder, age: float = 0.0) -> None:
    path = folder / f"lease-{number:05d}.json"
    path.write_bytes(msgspec.json.encode(found))
    then = time.time() - age
    os.utime(path, (then, then))


def test_a_folder_is_held_until_it_is_released(tmp_path: Path) -> None:
    assert holder(tmp_path) is None
    with acquire(tmp_path):
        found = holder(tmp_path)
        assert found is not None
        assert (found.host, found.pid) == (socket.gethostname(), os.getpid())
        with pytest.raises(Held, match=f"process {os.getpid()} on this machine"):
            acquire(tmp_path)
    assert holder(tmp_path) is None
    acquire(tmp_path).release()


def test_numbers_only_grow_and_one_file_is_left(tmp_path: Path) -> None:
    for _ in range(3):
        acquire(tmp_path).release()
    assert [path.name for path in tmp_path.iterdir()] == ["lease-00003.json"]


def test_a_dead_process_holds_nothing_and_a_reused_pid_is_another_process(tmp_path: Path) -> None:
    process = subprocess.run([sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True, check=True)
    put(tmp_path, 1, Holder(host=socket.gethostname(), pid=int(process.stdout), started=time.time()))
    assert holder(tmp_path) is None
    put(tmp_path, 1, Holder(host=socket.gethostname(), pid=os.getpid(), started=1.0))
    assert holder(tmp_path) is None
    acquire(tmp_path)


def test_another_machine_is_dead_when_its_heart_has_stopped(tmp_path: Path) -> None:
    put(tmp_path, 4, FOREIGN, age=leases.PATIENCE / 2)
    with pytest.raises(Held, match="process 1 on elsewhere"):
        acquire(tmp_path)
    put(tmp_path, 4, FOREIGN, age=leases.PATIENCE * 2)
    acquire(tmp_path)
    assert holder(tmp_path) is not None


def test_a_heart_that_beats_keeps_the_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lease = acquire(tmp_path)
    assert not lease.beat()
    monkeypatch.setattr(leases, "BEAT", 0.0)
    assert lease.beat()
    found = holder(tmp_path)
    assert found is not None
    assert found.beats == 1


def test_a_process_that_slept_too_long_learns_that_another_took_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lease = acquire(tmp_path)
    put(tmp_path, 2, FOREIGN)
    monkeypatch.setattr(leases, "BEAT", 0.0)
    with pytest.raises(Held, match="elsewhere"):
        lease.beat()


def test_a_lease_that_is_being_written_counts_as_held_and_a_torn_one_does_not_for_ever(tmp_path: Path) -> None:
    path = tmp_path / "lease-00001.json"
    path.write_bytes(b'{"host')
    assert holder(tmp_path) is not None
    os.utime(path, (1.0, 1.0))
    assert holder(tmp_path) is None


def test_without_links_a_lease_is_taken_all_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*names: object) -> None:
        raise PermissionError("no links on this drive")

    monkeypatch.setattr(os, "link", refused)
    lease = acquire(tmp_path)
    with pytest.raises(Held):
        acquire(tmp_path)
    lease.release()
    acquire(tmp_path)


def _race(folder: str) -> tuple[float, float] | None:
    """When this process held the folder; None if it did not get it."""
    try:
        lease = acquire(Path(folder))
    except Held:
        return None
    began = time.monotonic()
    time.sleep(0.002)
    ended = time.monotonic()
    lease.release()
    return began, ended


def test_of_racing_processes_never_two_hold_a_folder(tmp_path: Path) -> None:
    """A hundred races of two: each starts from a lease whose holder is dead."""
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        taken = 0
        for number in range(100):
            folder = tmp_path / str(number)
            folder.mkdir()
            put(folder, 1, Holder(host=socket.gethostname(), pid=os.getpid(), started=1.0))
            held = sorted(each for each in pool.map(_race, [str(folder)] * 2, chunksize=1) if each)
            assert held, "one of the two must get it"
            assert all(one[1] <= other[0] for one, other in pairwise(held)), held
            taken += len(held)
    assert 100 <= taken <= 200
