"""The rows of a plan's job: parts made by threads, each noted when it is whole, then a version. Knows nothing of
queues, nor of how a run ends early.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Generator, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from ..drafts import Draft
from ..estimates import estimate
from ..events import Event, Filled, Prepared, Saved
from ..generation import CHUNK_ROWS, PART_ROWS, Chunk, Engine, arrow_schema, chunks, encodings, generate_chunk
from ..ledger import Made, Record
from ..maps import Map, threads
from ..parquet import Part, write_part
from ..plan import Plan
from ..store import Dataset, ensure_space
from .working import Begun, Meter, Ready, Stop, cores, validated


@dataclass(frozen=True, slots=True)
class Task:
    """One part to be made: rows start..stop-1 of a table, into a file."""

    table: str
    index: int
    start: int
    stop: int
    path: Path


def ready(record: Record, map: Map | None, stop: Stop) -> Ready:
    """Tries what the plan will cost. Raises StoreError where the disk can't hold it."""
    plan, totals = record.plan, record.totals
    engine = Engine(plan)
    cost = estimate(engine, cores())
    ensure_space(record.store.path, int(cost.bytes * (1 - record.state.rows / max(1, sum(totals.values())))))
    told = Prepared(dataset=record.name, tables=totals, seed=plan.seed, as_of=plan.as_of, estimate=cost)
    return Ready(told, partial(_begun, record, engine, map, stop))


def _begun(record: Record, engine: Engine, map: Map | None, stop: Stop) -> Begun:
    draft, kept = record.draft()
    done = dict.fromkeys(record.totals, 0)
    for made in kept:
        done[made.table] += made.part.rows
    meter = Meter(dict(done))
    return Begun(done, meter, _made_and_saved(record, engine, draft, kept, map, stop, meter))


def _made_and_saved(
    record: Record, engine: Engine, draft: Draft, kept: list[Made], map: Map | None, stop: Stop, meter: Meter
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
    yield from validated(record)


def made_again(plan: Plan, draft: Draft, rows: Mapping[str, Mapping[int, int]]) -> dict[str, list[Part]]:
    """In `draft`, those parts of each table whose numbers are given, each with so many rows; of a cancelled job's
    version one that has none is empty."""
    engine = Engine(plan)
    tasks = [
        replace(task, stop=task.start + rows[task.table][task.index])
        for task in _tasks(plan, draft)
        if task.index in rows.get(task.table, ())
    ]
    made: dict[str, list[Part]] = {key: [] for key in plan.tables}
    for task, part, _ in threads(cores())(partial(_make_part, engine, None), tasks):
        made[task.table].append(part)
    return made


def keep(record: Record) -> Dataset:
    """The version, marked partial, of the parts that are whole. A table that has none gets an empty one."""
    draft, made = record.draft()
    plan = record.plan
    parts: dict[str, list[Part]] = {key: [] for key in plan.tables}
    for each in sorted(made, key=lambda m: m.index):
        parts[each.table].append(each.part)
    for key in (key for key, of in parts.items() if not of):
        parts[key].append(write_part(draft.part_path(key, 0), arrow_schema(plan, key), ()))
    seconds = {key: sum(m.seconds for m in made if m.table == key) for key in parts}
    order = record.order
    return draft.commit(
        plan, parts, seconds=seconds, description=order.description, instructed=order.instructed, partial=True
    )


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
    meter: Meter


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
