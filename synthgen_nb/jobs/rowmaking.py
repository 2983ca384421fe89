"""The rows of a plan's job: parts made by copies of the process, by threads, or by whoever a Map hands them to, each
noted when it is whole, then a version. Knows nothing of queues, nor of how a run ends early.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import suppress
from functools import partial
from threading import Semaphore
from typing import TypeVar

from msgspec.structs import replace

from ..copies import orphaned, possible, shared
from ..drafts import Draft
from ..estimates import estimate
from ..events import Event, Filled, Prepared, Saved
from ..feasibility import require
from ..generation import CHUNK_ROWS, PART_ROWS, Chunk, Engine
from ..ledger import Made, Record
from ..maps import Map, threads
from ..parquet import Part, write_part
from ..partmaking import Task, bundled, make_part, maker, ready_for_copies
from ..plan import Plan
from ..specs import Tally
from ..store import Dataset, ensure_space
from ..storedtypes import arrow_schema
from .working import Begun, Meter, Ready, Stop, cores

T = TypeVar("T")

_PARTS, _LEAST_ROWS = 4, 1 << 17  # parts of a table that is not large; rows of one that is worth a file


def ready(record: Record, engine: Engine | None, map: Map | None, stop: Stop) -> Ready:
    """Tries what the plan will cost. Raises StoreError where the disk can't hold it."""
    plan, totals = record.plan, record.totals
    engine = engine or require(plan)
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
    """Makes what is missing, table by table; then the version."""
    plan = engine.plan
    parts: dict[str, dict[int, Made]] = {key: {} for key in plan.tables}
    for made in kept:
        parts[made.table][made.index] = made
    tasks = list(_tasks(plan, draft))
    wanted = Counter(task.table for task in tasks)
    missing = [task for task in tasks if task.index not in parts[task.table]]
    fresh = _made_here(engine, stop, meter, missing) if map is None else _made_by(map, record, stop, meter, missing)
    for task, part, spent in fresh:
        made = Made(table=task.table, index=task.index, part=part, seconds=spent)
        record.journal(made)
        parts[task.table][task.index] = made
        if len(parts[task.table]) == wanted[task.table]:
            yield _filled(task.table, parts[task.table])
    if map is not None:  # a worker that was cut may have left something
        draft.keep_only({draft.file(key, made.part) for key, of in parts.items() for made in of.values()})
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
    for task, part, _ in _by_threads(lambda task, turn: make_part(engine, task, CHUNK_ROWS, turn=turn), tasks):
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
    """Parts of PART_ROWS rows, or of fewer where a table has few: then there are some for each thread all the same. A
    table without rows has one empty part, for its column types."""
    for key in _in_turn(plan):
        rows = plan.tables[key].rows
        each = min(PART_ROWS, max(_LEAST_ROWS, -(-rows // _PARTS)))
        for index, start in enumerate(range(0, max(rows, 1), each)):
            yield Task(key, index, start, min(start + each, rows), draft.part_path(key, index))


def _in_turn(plan: Plan) -> Iterator[str]:
    """The tables as the plan has them, but those that are totalled before those that hold the totals: these are noted
    on the way (`Engine.note`), where each row would have to draw its children's rows again."""
    begun: set[str] = set()

    def told(key: str) -> Iterator[str]:
        if key not in begun:
            begun.add(key)
            for column in plan.tables[key].columns.values():
                if isinstance(column.spec, Tally):
                    yield from told(column.spec.table)
            yield key

    for key in plan.tables:
        yield from told(key)


def _made_here(engine: Engine, stop: Stop, meter: Meter, tasks: list[Task]) -> Iterator[tuple[Task, Part, float]]:
    """By this process and copies of it, or by threads of its own; few rows by one. Each looks at `stop` between two
    chunks, and here they are counted."""
    here = os.getpid()

    def watching(pieces: Iterator[Chunk]) -> Iterator[Chunk]:
        for chunk in pieces:
            stop.check()
            if orphaned(here):
                os._exit(1)  # without a word, and without removing what another run may have made meanwhile
            yield chunk  # the next is asked for once this one is made and written
            meter.add(chunk.table, chunk.stop - chunk.start)

    def make(task: Task, turn: Semaphore | None = None) -> tuple[Task, Part, float]:
        meter.begin(task.table)
        return make_part(engine, task, CHUNK_ROWS, watching, turn)

    def told(task: Task) -> tuple[int, tuple[Task, Part, float]]:
        return os.getpid(), make(task)

    if _workers(tasks) == 1 or not possible():
        yield from _by_threads(make, tasks)
        return
    ready_for_copies(engine)
    for process, (task, part, spent) in shared(_workers(tasks), told, tasks, stop.check):
        if process != here:
            meter.begin(task.table)
            meter.add(task.table, part.rows)
        yield task, part, spent


def _workers(tasks: list[Task]) -> int:
    return cores() if sum(task.stop - task.start for task in tasks) > CHUNK_ROWS else 1


def _by_threads(make: Callable[[Task, Semaphore], T], tasks: list[Task]) -> Iterator[T]:
    """They take turns at the interpreter: over parts that are made in a millisecond each they only wait for it, and two
    that draw at once hand it over at every step of NumPy's, at an eighth of the CPU."""
    count = _workers(tasks)
    turn = Semaphore(max(1, count // 2))
    return threads(count)(lambda task: make(task, turn), tasks)


def _made_by(
    map: Map, record: Record, stop: Stop, meter: Meter, tasks: list[Task]
) -> Iterator[tuple[Task, Part, float]]:
    """By whoever `map` hands them to: what crosses is small, what comes back is counted part by part."""
    halt = record.halt()

    def end() -> None:
        with suppress(FileNotFoundError):  # a store that is gone needs no word
            halt.touch()

    stop.then(end)

    def bundles() -> Iterator[tuple[Task, ...]]:
        for bundle in bundled(tasks, PART_ROWS):
            for task in bundle:
                meter.begin(task.table)
            yield bundle

    for bundle in map(maker(record.path / "plan.json", halt, CHUNK_ROWS), bundles()):
        stop.check()  # a run that was given up meanwhile may write no more
        for task, part, seconds in bundle:
            meter.add(task.table, part.rows)
            yield task, part, seconds
