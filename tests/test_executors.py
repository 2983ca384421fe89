"""Whoever makes the rows, they are the same: threads, processes, a Dask cluster, a Map of one's own."""

from __future__ import annotations

import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

import synthgen_nb as sg
from synthgen_nb import maps, partmaking
from synthgen_nb.errors import InputError, MissingExtra, StoreError, SynthgenError
from synthgen_nb.events import Advanced, Paused
from synthgen_nb.jobs import Jobs, generate, rowmaking, running
from synthgen_nb.terminal import cli
from synthgen_nb.testing import check_map

from .test_jobs import plan

SUMS = dict[str, list[str]]


def sums(dataset: sg.Dataset) -> SUMS:
    return {table: [part.sha256 for part in files.parts] for table, files in dataset.manifest.tables.items()}


@pytest.fixture
def store(tmp_path: Path) -> sg.Store:
    return sg.Store(tmp_path / "store")


@pytest.fixture
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Seven parts a table, each handed over by itself."""
    monkeypatch.setattr(rowmaking, "PART_ROWS", 450)
    monkeypatch.setattr(rowmaking, "CHUNK_ROWS", 150)


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    distributed = pytest.importorskip("distributed")
    with (
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, processes=True, dashboard_address=":0", silence_logs=50
        ) as cluster,
        distributed.Client(cluster, set_as_default=False) as client,
    ):
        yield client


DASK = pytest.param("dask", marks=pytest.mark.slow)


@pytest.fixture
def by(name: str, request: pytest.FixtureRequest) -> maps.Map:
    if name == "dask":
        return maps.dask(request.getfixturevalue("cluster"))
    return {"serial": maps.serial, "threads": maps.threads(2), "processes": maps.processes(2)}[name]


@pytest.mark.usefixtures("small_parts")
@pytest.mark.parametrize("name", ["serial", "threads", "processes", DASK])
def test_whoever_makes_them_the_bytes_are_the_same(store: sg.Store, by: maps.Map, name: str) -> None:
    whole = sums(generate(plan(), store, "whole"))
    assert len(whole["orders"]) == 7
    dataset = generate(plan(), store, name, map=by)
    assert sums(dataset) == whole
    assert sorted(p.name for p in (dataset.path / "orders").iterdir()) == [f"part-{n:05d}.parquet" for n in range(7)]


@pytest.mark.slow
def test_the_option_names_who_makes_the_rows(
    store: sg.Store, cluster: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "t.sql").write_text("CREATE TABLE t (id integer PRIMARY KEY, name varchar(20) NOT NULL)")
    address = str(cluster.scheduler.address).replace("tcp://", "dask://")
    found = []
    for executor in ("threads", "processes", address):
        words = ["generate", str(tmp_path / "t.sql"), "-q", "--store", str(store.path), "--executor", executor]
        assert cli.main(words) == 0, capsys.readouterr().err
        found.append(sums(store.open("t")))
    assert found[0] == found[1] == found[2]


@pytest.mark.parametrize("text", ["spark", "dask", "dask://", "dask://here", "dask://:8786", ""])
def test_an_executor_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="threads, processes or dask://HOST:PORT"):
        maps.named(text, 2)


def test_without_dask_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(MissingExtra, match=r"synthgen-nb\[dask\]"):
        maps.named("dask://127.0.0.1:8786", 2)


def test_a_scheduler_that_does_not_answer_is_one_clear_line(store: sg.Store, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("distributed")
    monkeypatch.setattr(maps, "_ANSWER", 0.5)
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{nobody.getsockname()[1]}"
        with pytest.raises(InputError, match=f"no Dask scheduler answers at {address}"):
            generate(plan(10), store, "shop", map=maps.named(f"dask://{address}", 2))


@pytest.mark.slow
@pytest.mark.usefixtures("small_parts")
def test_a_dask_worker_that_is_killed_costs_no_part(store: sg.Store, cluster: Any) -> None:
    whole = sums(generate(plan(60_000), store, "whole"))
    victim = cluster.submit(os.getpid, pure=False).result()
    threading.Timer(0.3, os.kill, (victim, signal.SIGKILL)).start()
    again = generate(plan(60_000), store, "again", map=maps.dask(cluster))
    assert victim not in cluster.run(os.getpid).values()
    assert sums(again) == whole
    again.verify()
    assert sorted(p.name for p in (again.path / "orders").iterdir())[0] == "part-00000.parquet"


@pytest.mark.usefixtures("small_parts")
def test_a_process_that_dies_is_told_and_what_was_whole_stays(store: sg.Store) -> None:
    job = Jobs(store).start(plan(60_000), "shop", map=dying)
    with pytest.raises(SynthgenError, match=r"a worker process died .*resuming goes on"):
        job.result()
    assert job.status == "failed"
    assert store.names() == ()
    job.resume()
    assert sums(job.result()) == sums(generate(plan(60_000), store, "whole"))


def dying(function: Callable[[Any], Any], items: Iterable[Any], /) -> Iterator[Any]:
    """Processes, of which one is killed once there is a part; the next time they live."""
    import psutil

    mark = Path(function.plan).with_name("died")  # type: ignore[attr-defined]
    for result in maps.processes(2)(function, items):
        if not mark.exists():
            mark.touch()
            psutil.Process().children()[-1].kill()
        yield result


@pytest.mark.usefixtures("small_parts")
@pytest.mark.parametrize("name", ["processes", DASK])
def test_a_pause_reaches_workers_elsewhere_and_the_job_goes_on(store: sg.Store, by: maps.Map) -> None:
    jobs = Jobs(store)
    job = jobs.start(plan(60_000), "shop", map=by)
    next(e for e in job.events if isinstance(e, Advanced))
    job.pause()
    assert job.wait(20) == "paused"
    assert [e.reason for e in job.events if isinstance(e, Paused)] == ["asked"]
    time.sleep(0.3)
    made = sorted(store.path.glob("shop/v1/*/*"))
    time.sleep(0.3)
    assert sorted(store.path.glob("shop/v1/*/*")) == made, "paused means that nothing works"
    assert sums(jobs.resume(job.number, map=maps.threads(2)).result()) == sums(generate(plan(60_000), store, "whole"))


@pytest.mark.usefixtures("small_parts")
def test_an_executor_that_answers_no_more_is_left_alone(store: sg.Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "_PATIENCE", 0.2)
    answers = threading.Event()

    def silent(function: Callable[[Any], Any], items: Iterable[Any], /) -> Iterator[Any]:
        for number, item in enumerate(items):
            if number == 2:
                answers.wait(20)
            yield function(item)

    job = Jobs(store).start(plan(), "shop", map=silent)
    while len(list(store.path.glob("shop/v1/*/part-*"))) < 2:
        time.sleep(0.01)
    job.pause()
    assert job.wait(10) == "paused"
    journal = (job.record.path / "parts.jsonl").read_bytes()
    answers.set()
    time.sleep(0.5)
    assert (job.record.path / "parts.jsonl").read_bytes() == journal, "who was given up notes nothing any more"
    assert len(journal.splitlines()) == 2


def test_a_worker_that_sees_another_plan_or_other_libraries_refuses(store: sg.Store) -> None:
    generate(plan(10), store, "shop")
    record = Jobs(store).records()[0]
    maker = partmaking.maker(record.path / "plan.json", record.halt(), 100)
    with pytest.raises(StoreError, match="sees another"):
        replace(maker, digest="0" * 64)(())
    with pytest.raises(StoreError, match=r"numpy .* \(not 1\.0\.0\): its rows could differ"):
        replace(maker, libraries={**maker.libraries, "numpy": "1.0.0"})(())
    with pytest.raises(StoreError, match="has to be on storage that every worker sees"):
        replace(maker, plan=store.path / "elsewhere.json")(())


def test_small_tables_are_handed_over_together() -> None:
    tasks = [partmaking.Task(f"t{n}", 0, 0, rows, Path("p")) for n, rows in enumerate([10, 10, 900_000, 400_000, 0])]
    bundles = list(partmaking.bundled(tasks, 1 << 20))
    assert [[task.table for task in bundle] for bundle in bundles] == [["t0", "t1", "t2"], ["t3", "t4"]]
    assert bundles[0][0].path.is_absolute()


# --- what an outsider runs


@pytest.mark.parametrize("name", ["threads", pytest.param("processes", marks=pytest.mark.slow), DASK])
def test_our_own_maps_pass(tmp_path: Path, by: maps.Map) -> None:
    check_map(by, tmp_path)


def backwards(function: Callable[[Any], Any], items: Iterable[Any], /) -> Iterator[Any]:
    return iter([function(item) for item in items][::-1])


def losing(function: Callable[[Any], Any], items: Iterable[Any], /) -> Iterator[Any]:
    return (function(item) for item in items if item != 5)


def eager(function: Callable[[Any], Any], items: Iterable[Any], /) -> Iterator[Any]:
    return (function(item) for item in list(items))


def early(function: Callable[[Any], Any], items: Iterable[Any], /) -> Iterator[Any]:
    return iter([function(item) for item in items])


def careless(function: Callable[[Any], Any], items: Iterable[Any], /) -> Iterator[Any]:
    """Leaves out what fails."""
    for item in items:
        try:
            yield function(item)
        except InputError:
            continue


def renaming(function: Callable[[Any], Any], items: Iterable[Any], /) -> Iterator[Any]:
    for item in items:
        try:
            yield function(item)
        except InputError as error:
            raise RuntimeError(str(error)) from error


def restless(function: Callable[[Any], Any], items: Iterable[Any], /) -> Iterator[Any]:
    """Takes a few at a time, but never stops."""
    pool, source = ThreadPoolExecutor(1), iter(items)
    futures = [pool.submit(function, item) for item, _ in zip(source, range(200), strict=False)]
    pool.shutdown(wait=False)
    for future in futures:
        yield future.result()
    yield from map(function, source)


@pytest.mark.parametrize(
    "map, said",
    [
        (backwards, "not in the order of the items"),
        (losing, "12 items went in, 11 results came out"),
        (eager, "all 400 items are read before the first result"),
        (early, "the first results are lost by it"),
        (careless, "a worker's error is not raised|results before"),
        (renaming, "comes back as RuntimeError"),
        (restless, "goes on when nobody asks"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_a_map_that_is_wrong_is_told_so_in_one_line(map: maps.Map, said: str, tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match=said) as told:
        check_map(map, tmp_path)
    assert "\n" not in str(told.value)
