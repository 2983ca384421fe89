"""Running a plan: events out, files in the store. Knows nothing of how anything is shown."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from msgspec import Struct

from .errors import Interrupted, SynthgenError
from .feasibility import require
from .generation import CHUNK_ROWS, PART_ROWS, Chunk, Engine, arrow_schema, chunks, encodings, generate_chunk
from .maps import Map, threads
from .parquet import Part, write_part
from .plan import Plan
from .report import Report
from .store import Dataset, Draft, Store, ensure_space
from .validation import validate

_SAMPLED = 1024  # rows of each table behind an estimate of the bytes
_PACKED = 0.6  # bytes in Parquet of one in Arrow, of a mixed table


class Started(Struct, frozen=True, kw_only=True, tag="start"):
    """`tables` maps each table to the rows it will get."""

    dataset: str
    tables: dict[str, int]
    seed: int
    as_of: str


class Advanced(Struct, frozen=True, kw_only=True, tag="progress"):
    """`current` of `total` rows of `table` are written; `seconds` since this table began."""

    table: str
    current: int
    total: int
    seconds: float

    @property
    def rate(self) -> float:
        """Rows per second so far; 0.0 before the first rows."""
        return self.current / self.seconds if self.seconds > 0 else 0.0

    @property
    def eta(self) -> float:
        """Seconds left at this rate."""
        return (self.total - self.current) / self.rate if self.rate else 0.0


class Saved(Struct, frozen=True, kw_only=True, tag="saved"):
    dataset: str
    version: int
    rows: int
    bytes: int


class Validated(Struct, frozen=True, kw_only=True, tag="validation"):
    report: Report


class Finished(Struct, frozen=True, kw_only=True, tag="complete"):
    dataset: str
    version: int
    seconds: float


class Failed(Struct, frozen=True, kw_only=True, tag="error"):
    """The error contract of errors.py; nothing was saved."""

    error: dict[str, object]


Event = Started | Advanced | Saved | Validated | Finished | Failed


@dataclass(frozen=True, slots=True)
class Task:
    """One part to be made: rows start..stop-1 of a table, into a file."""

    table: str
    start: int
    stop: int
    path: Path


def run(
    plan: Plan, store: Store, name: str, *, map: Map | None = None, description: str = "", strict: bool = False
) -> Generator[Event]:
    """Generates, saves and validates; `map` makes the parts (threads by default). Closing the iterator before
    `Saved`, or any error, leaves the store as it was: an error comes as a `Failed` event and is then raised.
    `strict` makes a table that gets fewer rows than asked an error."""
    try:
        yield from _run(plan, store, name, map or threads(cores()), description, strict)
    except SynthgenError as error:
        yield Failed(error=error.to_json()["error"])
        raise


def generate(
    plan: Plan, store: Store | None = None, name: str = "dataset", *, map: Map | None = None, description: str = ""
) -> Dataset:
    """`run` to its end, without the events. The report is kept with the dataset."""
    store = store or Store()
    for _ in run(plan, store, name, map=map, description=description):
        pass
    return store.open(name)


def cores() -> int:
    """Processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def estimate(engine: Engine) -> int:
    """Bytes on disk, from a few rows of each table."""
    total = 0.0
    for key, plan in engine.plan.tables.items():
        if plan.rows:
            sample = generate_chunk(engine, Chunk(key, 0, min(plan.rows, _SAMPLED)))
            total += sample.nbytes / sample.num_rows * plan.rows * _PACKED
    return int(total)


def _run(plan: Plan, store: Store, name: str, map: Map, description: str, strict: bool) -> Generator[Event]:
    began = time.perf_counter()
    require(plan, strict=strict)
    engine = Engine(plan)
    ensure_space(store.path, estimate(engine))
    counts = {key: table.rows for key, table in plan.tables.items()}
    parts: dict[str, list[Part]] = {key: [] for key in counts}
    seconds = dict.fromkeys(counts, 0.0)
    with store.begin(name) as draft:
        yield Started(dataset=name, tables=counts, seed=plan.seed, as_of=plan.as_of)
        table, since = "", began
        stop = threading.Event()
        try:
            for task, part, spent in map(partial(_make_part, engine, stop), _tasks(plan, draft)):
                if task.table != table:
                    table, since = task.table, time.perf_counter() - spent
                parts[table].append(part)
                seconds[table] += spent
                now = time.perf_counter()
                yield Advanced(table=table, current=task.stop, total=counts[table], seconds=now - since)
        finally:
            stop.set()  # parts under way end at their next chunk
        dataset = draft.commit(plan, parts, seconds=seconds, description=description)
    yield Saved(
        dataset=name, version=dataset.version, rows=sum(dataset.rows.values()), bytes=sum(dataset.bytes.values())
    )
    report = validate(dataset)
    dataset.keep_report(report)
    yield Validated(report=report)
    yield Finished(dataset=name, version=dataset.version, seconds=time.perf_counter() - began)


def _tasks(plan: Plan, draft: Draft) -> Iterator[Task]:
    """Parts of PART_ROWS rows; a table without rows has one empty part, for its column types."""
    for key, table in plan.tables.items():
        rows = table.rows
        for index, start in enumerate(range(0, max(rows, 1), PART_ROWS)):
            yield Task(key, start, min(start + PART_ROWS, rows), draft.part_path(key, index))


def _make_part(engine: Engine, stop: threading.Event, task: Task) -> tuple[Task, Part, float]:
    began = time.perf_counter()
    dictionary, delta = encodings(engine.plan, task.table)
    pieces = chunks(engine.plan, task.table, task.start, task.stop, CHUNK_ROWS)
    batches = (generate_chunk(engine, chunk) for chunk in pieces if not _stopped(stop))
    part = write_part(task.path, arrow_schema(engine.plan, task.table), batches, dictionary=dictionary, delta=delta)
    return task, part, time.perf_counter() - began


def _stopped(stop: threading.Event) -> bool:
    """False while the run goes on; raises Interrupted once nobody waits for its parts."""
    if stop.is_set():
        raise Interrupted("stopped")
    return False
