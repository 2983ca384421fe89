"""One run of one job: rows made, saved and validated, as events. A run may end at any instant, by a pause, an error or
the death of its process: the parts that are whole stay, and the next run of the job goes on from there. Knows nothing
of queues, nor of how anything is shown.
"""

from __future__ import annotations

import os
import queue
import threading
import time
from collections import Counter
from collections.abc import Generator, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Generic, TypeVar

from .errors import Interrupted, StoreError, SynthgenError
from .estimates import estimate
from .events import (
    Advanced,
    Cancelled,
    Event,
    Failed,
    Filled,
    Finished,
    Paused,
    Prepared,
    Resumed,
    Saved,
    Shutdown,
    Started,
    Validated,
    advanced,
)
from .generation import CHUNK_ROWS, PART_ROWS, Chunk, Engine, arrow_schema, chunks, encodings, generate_chunk
from .leases import Lease, acquire
from .ledger import Made, Record
from .maps import Map, threads
from .parquet import Part, write_part
from .plan import Plan
from .store import Draft, ensure_space
from .validation import validate

_TICK = 0.1  # seconds between two looks at progress and wishes
_LOOK = 0.5  # seconds between two looks at the wishes of other processes
_AHEAD = 8  # results that wait for whoever reads the events; then the work waits too

T = TypeVar("T")


class Stop:
    """A request to end a run early, with its reason: "asked", "interrupt", "timeout", "abandoned", "cancel" or
    "keep". Shared between the thread that asks and those that work."""

    def __init__(self) -> None:
        self.reason = ""

    def ask(self, reason: str) -> None:
        self.reason = self.reason or reason

    def check(self) -> None:
        """Raises Interrupted once the run is to end."""
        if self.reason:
            raise Interrupted(f"stopped: {self.reason}")


@dataclass(frozen=True, slots=True)
class Task:
    """One part to be made: rows start..stop-1 of a table, into a file."""

    table: str
    index: int
    start: int
    stop: int
    path: Path


@dataclass(slots=True)
class _Meter:
    """Rows made of each table, counted chunk by chunk by the threads that make them."""

    rows: dict[str, int]
    here: dict[str, int] = field(default_factory=dict)  # of them, by this run
    since: dict[str, float] = field(default_factory=dict)
    shown: dict[str, int] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def begin(self, table: str) -> None:
        with self.lock:
            self.since.setdefault(table, time.perf_counter())

    def add(self, table: str, rows: int) -> None:
        with self.lock:
            self.rows[table] += rows
            self.here[table] = self.here.get(table, 0) + rows

    def event(self, table: str, total: int) -> Advanced:
        seconds = time.perf_counter() - self.since.get(table, time.perf_counter())
        return advanced(table, self.rows[table], total, made=self.here.get(table, 0), seconds=seconds)

    def changed(self, totals: dict[str, int]) -> Iterator[Advanced]:
        for table in list(self.here):
            if self.shown.get(table) != self.rows[table]:
                self.shown[table] = self.rows[table]
                yield self.event(table, totals[table])


def run_job(
    record: Record,
    *,
    lease: Lease | None = None,
    map: Map | None = None,
    stop: Stop | None = None,
    timeout: float | None = None,
) -> Generator[Event]:
    """A first run or the next one; every event is in the job's events.jsonl before it is yielded. `map` makes the
    parts (threads by default; then a stop is seen between chunks, else between parts). Ends with a Shutdown event in
    every case; an error is raised after its Failed event, and leaves the job to be resumed. `timeout` in seconds.
    Raises Held while another process runs the job."""
    stop = stop or Stop()
    with lease or acquire(record.path) as held:
        try:
            for event in _run(record, held, map, stop, timeout):
                record.append(event)
                yield event
        except (GeneratorExit, KeyboardInterrupt):
            for event in _halted(record, stop.reason or "abandoned"):
                record.append(event)
            raise
        except Interrupted:
            for event in _halted(record, stop.reason):
                record.append(event)
                yield event
        except Exception as error:
            told = error if isinstance(error, SynthgenError) else SynthgenError(f"{type(error).__name__}: {error}")
            failure = told.to_json()["error"]
            # the disk that took no rows may take no note either: then the lease tells that the job was interrupted
            with suppress(StoreError):
                record.note(status="failed", error=failure)
            for event in (Failed(error=failure), Shutdown(status="failed")):
                with suppress(StoreError):
                    record.append(event)
                yield event
            raise


def cancel(record: Record, *, keep: bool = False) -> None:
    """Ends a job that nobody runs: drops its parts, or keeps them as a version marked partial. Raises Held."""
    with acquire(record.path):
        for event in _halted(record, "keep" if keep else "cancel"):
            record.append(event)


def cores() -> int:
    """Processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _run(record: Record, lease: Lease, map: Map | None, stop: Stop, timeout: float | None) -> Generator[Event]:
    began = time.perf_counter()
    record.require_same_values()
    plan, name = record.plan, record.name
    totals = {key: table.rows for key, table in plan.tables.items()}
    again = record.state.version is not None
    if record.saved() is None:
        engine = Engine(plan)
        cost = estimate(engine, cores())
        ensure_space(record.store.path, int(cost.bytes * (1 - record.state.rows / max(1, sum(totals.values())))))
        yield Prepared(dataset=name, tables=totals, seed=plan.seed, as_of=plan.as_of, estimate=cost)
        draft, kept = record.draft()
        done = dict.fromkeys(totals, 0)
        for made in kept:
            done[made.table] += made.part.rows
        meter = _Meter(dict(done))
        work = _made_and_saved(record, engine, draft, kept, map, stop, meter)
    else:
        done, meter = dict(totals), _Meter(dict(totals))
        work = _validated(record)
    if again:
        yield Resumed(current=sum(done.values()), total=sum(totals.values()))
    before = record.state.seconds
    record.note(status="running", reason="", error=None, rows=sum(done.values()))
    yield Started(dataset=name, tables=totals, seed=plan.seed, as_of=plan.as_of, done=done)
    looked = began
    try:
        with _Pump(work, stop) as pump:
            for event in pump:
                now = time.perf_counter()
                yield from meter.changed(totals)
                if event is not None:
                    yield event
                if now - looked >= _LOOK:
                    looked = now
                    if wish := record.wished():
                        stop.ask({"pause": "asked"}.get(wish, wish))
                    if lease.beat():
                        record.note(rows=sum(meter.rows.values()), seconds=round(before + now - began, 3))
                if timeout is not None and now - began >= timeout:
                    stop.ask("timeout")
                stop.check()
    except Interrupted:
        record.note(rows=sum(meter.rows.values()), seconds=round(before + time.perf_counter() - began, 3))
        raise
    seconds = before + time.perf_counter() - began
    dataset = record.saved()
    assert dataset is not None
    record.note(status="done", rows=sum(totals.values()), seconds=round(seconds, 3))
    yield Finished(dataset=name, version=dataset.version, seconds=seconds)
    yield Shutdown(status="done")


def _made_and_saved(
    record: Record, engine: Engine, draft: Draft, kept: list[Made], map: Map | None, stop: Stop, meter: _Meter
) -> Generator[Event]:
    """Makes what is missing, table by table; then the version; then its report."""
    plan = engine.plan
    parts: dict[str, dict[int, Made]] = {key: {} for key in plan.tables}
    for made in kept:
        parts[made.table][made.index] = made
    tasks = list(_tasks(plan, draft))
    wanted = Counter(task.table for task in tasks)
    missing = [task for task in tasks if task.index not in parts[task.table]]
    watched = _Watched(stop, meter) if map is None else None
    for task, part, spent in (map or threads(cores()))(partial(_make_part, engine, watched), missing):
        if watched is None:
            meter.begin(task.table)
            meter.add(task.table, part.rows)
        made = Made(table=task.table, index=task.index, part=part, seconds=spent)
        record.journal(made)
        parts[task.table][task.index] = made
        if len(parts[task.table]) == wanted[task.table]:
            yield _filled(task.table, parts[task.table])
    dataset = draft.commit(
        plan,
        {key: [made.part for _, made in sorted(of.items())] for key, of in parts.items()},
        seconds={key: sum(made.seconds for made in of.values()) for key, of in parts.items()},
        description=record.order.description,
        instructed=record.order.instructed,
    )
    yield Saved(
        dataset=dataset.name,
        version=dataset.version,
        rows=sum(dataset.rows.values()),
        bytes=sum(dataset.bytes.values()),
    )
    yield from _validated(record)


def _validated(record: Record) -> Generator[Event]:
    dataset = record.saved()
    assert dataset is not None
    report = validate(dataset)
    dataset.keep_report(report)
    yield Validated(report=report)


def _halted(record: Record, reason: str) -> Iterator[Event]:
    """What a stopped run leaves: a job to be resumed, or nothing of it, or what it had made as a partial version."""
    state = record.state
    if reason not in ("cancel", "keep"):
        record.note(status="paused", reason=reason)
        yield Paused(reason=reason, current=state.rows, total=record.order.rows)
        yield Shutdown(status="paused")
        return
    version = _kept(record) if reason == "keep" else None
    if version is None and state.version is not None:
        draft = record.store.reclaim(record.name, state.version, record.number)
        if draft is not None:
            draft.drop()
    record.note(status="cancelled", reason=reason)
    yield Cancelled(kept=version)
    yield Shutdown(status="cancelled")


def _kept(record: Record) -> int:
    """The version, marked partial, of the parts that are whole. A table that has none gets an empty one."""
    if (saved := record.saved()) is not None:
        return saved.version
    draft, made = record.draft()
    plan = record.plan
    parts: dict[str, list[Part]] = {key: [] for key in plan.tables}
    for each in sorted(made, key=lambda m: m.index):
        parts[each.table].append(each.part)
    for key in (key for key, of in parts.items() if not of):
        parts[key].append(write_part(draft.part_path(key, 0), arrow_schema(plan, key), ()))
    seconds = {key: sum(m.seconds for m in made if m.table == key) for key in parts}
    order = record.order
    dataset = draft.commit(
        plan, parts, seconds=seconds, description=order.description, instructed=order.instructed, partial=True
    )
    dataset.keep_report(validate(dataset))
    return dataset.version


def _filled(table: str, made: dict[int, Made]) -> Filled:
    return Filled(
        table=table,
        rows=sum(m.part.rows for m in made.values()),
        bytes=sum(m.part.bytes for m in made.values()),
        seconds=round(sum(m.seconds for m in made.values()), 6),
    )


def _tasks(plan: Plan, draft: Draft) -> Iterator[Task]:
    """Parts of PART_ROWS rows; a table without rows has one empty part, for its column types."""
    for key, table in plan.tables.items():
        rows = table.rows
        for index, start in enumerate(range(0, max(rows, 1), PART_ROWS)):
            yield Task(key, index, start, min(start + PART_ROWS, rows), draft.part_path(key, index))


@dataclass(frozen=True, slots=True)
class _Watched:
    """What the threads of this process look at between two chunks."""

    stop: Stop
    meter: _Meter


def _make_part(engine: Engine, watched: _Watched | None, task: Task) -> tuple[Task, Part, float]:
    began = time.perf_counter()
    dictionary, delta = encodings(engine.plan, task.table)
    if watched is not None:
        watched.meter.begin(task.table)
    pieces = chunks(engine.plan, task.table, task.start, task.stop, CHUNK_ROWS)
    batches = (generate_chunk(engine, chunk) for chunk in (pieces if watched is None else _watching(watched, pieces)))
    part = write_part(task.path, arrow_schema(engine.plan, task.table), batches, dictionary=dictionary, delta=delta)
    return task, part, time.perf_counter() - began


def _watching(watched: _Watched, pieces: Iterator[Chunk]) -> Iterator[Chunk]:
    """Each chunk is counted once the next is asked for: then it is made and written."""
    for chunk in pieces:
        watched.stop.check()
        yield chunk
        watched.meter.add(chunk.table, chunk.stop - chunk.start)


class _Pump(Generic[T]):
    """The items of a generator that works in a thread of its own; None whenever nothing came for a while. On leaving
    the `with` block the work is stopped and waited for."""

    def __init__(self, items: Generator[T], stop: Stop) -> None:
        self._items, self._stop = items, stop
        self._queue: queue.Queue[tuple[T | None, BaseException | None]] = queue.Queue(_AHEAD)
        self._left = threading.Event()
        self._thread = threading.Thread(target=self._work, name="synthgen-work", daemon=True)

    def _work(self) -> None:
        try:
            for item in self._items:
                if not self._put(item, None):
                    break
            else:
                self._put(None, StopIteration())
        except BaseException as error:  # handed over whole: it is raised where the items are read
            self._put(None, error)
        finally:
            self._items.close()

    def _put(self, item: T | None, error: BaseException | None) -> bool:
        while not self._left.is_set():
            with suppress(queue.Full):
                self._queue.put((item, error), timeout=_TICK)
                return True
        return False

    def __enter__(self) -> Iterator[T | None]:
        self._thread.start()
        return self._read()

    def __exit__(self, *exception: object) -> None:
        self._left.set()
        if exception[0] is not None:
            self._stop.ask("interrupt" if exception[0] is KeyboardInterrupt else "abandoned")
        self._thread.join()

    def _read(self) -> Iterator[T | None]:
        while True:
            try:
                item, error = self._queue.get(timeout=_TICK)
            except queue.Empty:
                yield None
                continue
            if isinstance(error, StopIteration):
                return
            if error is not None:
                raise error
            yield item
