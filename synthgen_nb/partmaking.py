"""Parts of a plan's rows as files, made beside an engine that is there, or by a process that is handed no more than the
place of the plan. Knows nothing of jobs, nor of what becomes of a part.
"""

from __future__ import annotations

import hashlib
import secrets
import socket
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext
from functools import lru_cache
from importlib import import_module
from pathlib import Path

import msgspec
import pyarrow as pa
from msgspec import Struct
from msgspec.structs import replace

from .drafts import libraries
from .errors import Interrupted, StoreError
from .generation import Chunk, Engine, chunks, packed_chunk
from .parquet import Part, write_part
from .plan import plan_from_json

_LEAST = 1 << 14  # rows that a part counts for at least: making a file takes its time too

Watching = Callable[[Iterator[Chunk]], Iterator[Chunk]]


class Task(Struct, frozen=True):
    """One part to be made: rows start..stop-1 of a table, into a file."""

    table: str
    index: int
    start: int
    stop: int
    path: Path


def make_part(
    engine: Engine,
    task: Task,
    size: int,
    watching: Watching = iter,
    turn: AbstractContextManager[object] | None = None,
) -> tuple[Task, Part, float]:
    """With the seconds it took, in chunks of `size` rows, each of which `watching` lets through, drawn and laid out in
    `turn`. Raises StoreError where the file is there already."""
    began = time.perf_counter()

    def drawn() -> Iterator[pa.RecordBatch]:
        for chunk in watching(chunks(engine.plan, task.table, task.start, task.stop, size)):
            with turn or nullcontext():
                batch = packed_chunk(engine, chunk)
            yield batch

    stored = engine.stored(task.table)
    part = write_part(task.path, stored.declared, drawn(), dictionary=stored.few, turn=turn)
    pa.default_memory_pool().release_unused()  # 4 us; what a thread's pages leave behind is the next one's too
    return task, part, time.perf_counter() - began


def ready_for_copies(engine: Engine) -> None:
    """Before this process is copied. What makes parts is loaded: a module that another thread was loading just then
    would never be whole in a copy, which would wait for it. And what one notes all can read."""
    import_module("pyarrow.parquet")
    import_module(".packing.weaving", __package__)
    engine.ready_notes()


class Maker(Struct, frozen=True):
    """A function from tasks to parts that any process can be handed which sees the same storage: it is small, and the
    plan is read once by each. `digest` is that of the plan's file, `libraries` are those that the driver has; work ends
    between two chunks once there is a file at `stop`."""

    plan: Path
    digest: str
    stop: Path
    size: int
    libraries: Mapping[str, str]

    def __call__(self, tasks: tuple[Task, ...]) -> tuple[tuple[Task, Part, float], ...]:
        """Names, counts and hashes. Raises StoreError where the plan can't be read or another library would write
        other bytes, and Interrupted."""
        with _READING:  # two threads of one worker share what they find out of a plan
            engine = _engine(self.plan, self.digest)
        self._require_same()
        return tuple(self._made(engine, task) for task in tasks)

    def _made(self, engine: Engine, task: Task) -> tuple[Task, Part, float]:
        """Under a name of its own until it is whole: a task that was believed to be lost may run twice at once, and
        either writes the same bytes."""
        beside = task.path.with_name(f".{task.path.stem}-{secrets.token_hex(4)}")
        _, part, seconds = make_part(engine, replace(task, path=beside), self.size, self._watching)
        try:
            beside.replace(task.path)
        except OSError as error:
            raise StoreError(f"can't write {task.path}: {error.strerror}") from error
        return task, msgspec.structs.replace(part, file=task.path.name), seconds

    def _watching(self, pieces: Iterator[Chunk]) -> Iterator[Chunk]:
        for chunk in pieces:
            if self.stop.exists():
                raise Interrupted("stopped by the process that asked for it")
            yield chunk

    def _require_same(self) -> None:
        here = _libraries()
        if differ := [f"{n} {here[n]} (not {v})" for n, v in self.libraries.items() if here[n] != v]:
            raise StoreError(
                f"a worker on {socket.gethostname()} has {', '.join(differ)}: its rows could differ",
                hint="workers need the same versions as the process that drives them",
            )


def maker(plan: Path, stop: Path, size: int) -> Maker:
    """For the plan in that file."""
    digest = hashlib.sha256(plan.read_bytes()).hexdigest()
    return Maker(plan.absolute(), digest, stop.absolute(), size, _libraries())


def bundled(tasks: Iterable[Task], most: int) -> Iterator[tuple[Task, ...]]:
    """As many together as come to `most` rows, for handing work over takes milliseconds; none with a relative path."""
    bundle: list[Task] = []
    rows = 0
    for task in tasks:
        worth = max(task.stop - task.start, _LEAST)
        if bundle and rows + worth > most:
            yield tuple(bundle)
            bundle, rows = [], 0
        bundle.append(replace(task, path=task.path.absolute()))
        rows += worth
    if bundle:
        yield tuple(bundle)


_READING = threading.Lock()


@lru_cache(maxsize=2)
def _engine(plan: Path, digest: str) -> Engine:
    try:
        text = plan.read_bytes()
    except OSError as error:
        raise StoreError(
            f"a worker on {socket.gethostname()} can't read {plan}: {error.strerror}",
            hint="the store has to be on storage that every worker sees",
        ) from error
    if hashlib.sha256(text).hexdigest() != digest:
        raise StoreError(f"a worker on {socket.gethostname()} sees another {plan}", hint="is its storage the same?")
    return Engine(plan_from_json(text.decode()))


@lru_cache(maxsize=1)
def _libraries() -> dict[str, str]:
    return libraries()
