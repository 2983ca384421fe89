"""What every run of a job works with, whatever it makes: a request to stop, a count of rows, a thread of its own. Knows
neither plans nor models.
"""

from __future__ import annotations

import os
import queue
import threading
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import suppress
from typing import Generic, TypeVar

from msgspec import Struct, field

from ..errors import Interrupted
from ..events import Advanced, Event, Prepared, Validated, advanced
from ..ledger import Record

_TICK = 0.1  # seconds between two looks at progress and wishes
_AHEAD = 8  # results that wait for whoever reads the events; then the work waits too

T = TypeVar("T")


class Stop:
    """A request to end a run early, with its reason: "asked", "interrupt", "timeout", "abandoned", "cancel" or
    "keep". Shared between the thread that asks and those that work."""

    def __init__(self) -> None:
        self.reason = ""
        self._then: list[Callable[[], object]] = []

    def ask(self, reason: str) -> None:
        self.reason = self.reason or reason
        while self._then:
            self._then.pop()()

    def then(self, do: Callable[[], object]) -> None:
        """`do` is called when the run is asked to end, in the thread that asks: for work that can't look here."""
        self._then.append(do)
        if self.reason:
            self.ask(self.reason)

    def check(self) -> None:
        """Raises Interrupted once the run is to end."""
        if self.reason:
            raise Interrupted(f"stopped: {self.reason}")


class Meter(Struct):
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


class Begun(Struct, frozen=True):
    """Work that has begun: `done` maps each table to the rows that an earlier run left whole, `events` do the rest."""

    done: dict[str, int]
    meter: Meter
    events: Generator[Event]


class Ready(Struct, frozen=True):
    """Work whose cost is known and of which nothing lies in the store yet."""

    told: Prepared
    begin: Callable[[], Begun]


def validated(record: Record) -> Generator[Event]:
    from ..validation import validate  # not for a run that leaves it to others

    dataset = record.saved()
    assert dataset is not None
    report = validate(dataset)
    dataset.keep_report(report)
    yield Validated(report=report)


def cores() -> int:
    """Processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class Pump(Generic[T]):
    """The items of a generator that works in a thread of its own; None whenever nothing came for a while. On leaving
    the `with` block the work is stopped and waited for, at most `patience` seconds where that is given: whoever works
    elsewhere may never answer."""

    def __init__(self, items: Generator[T], stop: Stop, patience: float | None = None) -> None:
        self._items, self._stop, self._patience = items, stop, patience
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
        self._thread.join(self._patience)

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
