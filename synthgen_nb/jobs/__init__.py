"""Jobs: runs in threads of their own, a few at once, that can be paused, resumed and cancelled from anywhere. The one
room that makes such threads; whoever reads the events draws them, in the thread where displays are safe.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Generator
from typing import Any

from msgspec.structs import replace

from ..errors import InputError, StoreError
from ..events import Event, Progress
from ..feasibility import require
from ..generation import Engine
from ..instructed import Instructed
from ..leases import Held, Lease, acquire
from ..ledger import Ledger, Record, Status
from ..llm.base import Model
from ..maps import Map
from ..plan import Plan
from ..store import Dataset, Store
from ..textsets.orders import TextOrder, checked
from .running import cancel, run_job
from .working import Stop

MAX_JOBS = 2
_TICK = 0.1  # seconds: how long a waiting main thread may sleep before it can see an interrupt on every system


def run(
    plan: Plan,
    store: Store,
    name: str,
    *,
    map: Map | None = None,
    description: str = "",
    strict: bool = False,
    timeout: float | None = None,
    validate: bool = True,
) -> Generator[Event]:
    """A new job in the caller's own hands: generates, saves and validates, or leaves that to whoever wants a report.
    Closing the iterator, or any error, lists
    nothing in the store and leaves a job that `Jobs.resume` finishes. `strict` makes a table that gets fewer rows than
    asked an error. Raises InfeasibleError before there is a job."""
    engine = require(plan, strict=strict)
    record = Ledger(store).add(plan, name, description)
    yield from run_job(record, engine=engine, map=map, timeout=timeout, validate=validate)


def generate(
    plan: Plan,
    store: Store | None = None,
    name: str = "dataset",
    *,
    map: Map | None = None,
    description: str = "",
    validate: bool = True,
) -> Dataset:
    """`run` to its end, without the events. The report, where there is one, is kept with the dataset."""
    store = store or Store()
    version = None
    for event in run(plan, store, name, map=map, description=description, validate=validate):
        version = getattr(event, "version", version)
    return store.open(name, version)


def write_texts(order: TextOrder, model: Model, store: Store | None = None, name: str = "texts") -> Dataset:
    """The records of an order, written by the model; a job like any other. Its quality is kept with the version."""
    store = store or Store()
    version = None
    for event in run_job(Ledger(store).add(by(order, model), name), model=model):
        version = getattr(event, "version", version)
    return store.open(name, version)


def by(order: TextOrder, model: Model) -> TextOrder:
    """The order as this very model is to write it."""
    return replace(checked(order), model=model.name, commit=model.commit)


class Job:
    """A thread around the runs of one job. Made by `Jobs`."""

    def __init__(
        self,
        record: Record,
        jobs: Jobs,
        *,
        engine: Engine | None = None,
        map: Map | None = None,
        model: Model | None = None,
        timeout: float | None,
    ) -> None:
        self.record = record
        self._engine = engine  # for the first run, which is the last to want it
        self._jobs, self._map, self._model, self._timeout = jobs, map, model, timeout
        self._events: list[Event] = []
        self._changed = threading.Condition()
        self._error: BaseException | None = None
        self._stop = Stop()
        self._progress = Progress(dataset=record.name)
        self._state: Status = "queued"
        self._busy = False
        self._lease: Lease | None = None
        self._then: list[Callable[[Dataset], object]] = []

    @property
    def number(self) -> int:
        return self.record.number

    @property
    def name(self) -> str:
        return self.record.name

    @property
    def status(self) -> Status:
        """Of this job as this process knows it; a job that another process took over says what its folder says."""
        return self._state if self._busy else self.record.state.status

    @property
    def busy(self) -> bool:
        """Whether it is queued or at work, here or in another process."""
        return self._busy or self.record.holder is not None

    @property
    def progress(self) -> Progress:
        return self._progress

    @property
    def events(self) -> Generator[Event]:
        """Every event since this process took the job, each reader from the first on; of a job in other hands those of
        its file. Ends where the job rests. Waits so that an interrupt reaches a main thread."""
        if not self._busy and not self._events:
            yield from self.record.tail()
            return
        at = 0
        while True:
            with self._changed:
                while at >= len(self._events) and self._busy:
                    self._changed.wait(_TICK)
                fresh, busy = self._events[at:], self._busy
            yield from fresh
            at += len(fresh)
            if not fresh and not busy:
                return

    def pause(self, reason: str = "asked") -> None:
        """Asks for a rest: work ends at the next chunk, and a process that runs the job elsewhere within a second."""
        self._ask(reason, "pause")

    def cancel(self, *, keep: bool = False) -> None:
        """Drops what was made, or keeps it as a version marked partial. A job that is at work is asked to."""
        if self.busy:
            self._ask("keep" if keep else "cancel", "keep" if keep else "cancel")
        elif (status := self.record.state.status) in ("done", "cancelled"):
            raise InputError(f"job {self.number} is {status}", hint="only unfinished jobs can be cancelled")
        else:
            cancel(self.record, keep=keep)

    def resume(self) -> None:
        """Goes on with what is missing; the rows are those of an uninterrupted run. Raises Held while another process
        runs the job, InputError for a job that is finished or cancelled, ModelError for texts without their model."""
        status = self.status
        if status in ("done", "cancelled"):
            raise InputError(f"job {self.number} is {status}", hint="there is nothing to resume")
        if self._busy:
            return
        if self.record.texts is not None and self.record.saved() is None:
            from .textmaking import require_model

            require_model(self.record, self._model)
        self._begin()

    def wait(self, timeout: float | None = None) -> Status:
        """Until the job rests (done, paused, failed or cancelled), here or in another process, or for `timeout`
        seconds."""
        until = None if timeout is None else time.monotonic() + timeout
        while self.busy and (until is None or time.monotonic() < until):
            with self._changed:
                self._changed.wait(_TICK)
        return self.status

    def result(self) -> Dataset:
        """Waits, and opens what was made. Raises the error that ended the job, or InputError if it rests unfinished."""
        status = self.wait()
        if self._error is not None:
            raise self._error
        saved = self.record.saved()
        if saved is None:
            raise InputError(
                f"job {self.number} is {status} at {self._progress.percent}", hint=f"resume {self.number} finishes it"
            )
        waiting, self._then = self._then, []
        for do in waiting:
            do(saved)
        return saved

    def then(self, do: Callable[[Dataset], object]) -> None:
        """`do` gets the result once, in the thread that asks for it next, before that thread goes on."""
        self._then.append(do)

    def __await__(self) -> Generator[Any, None, Dataset]:
        """`await job` is its result; the event loop stays free until then."""
        import asyncio  # who awaits has it; a run in a terminal need not wait for it

        while self.busy:
            yield from asyncio.sleep(_TICK).__await__()
        return self.result()

    def __repr__(self) -> str:
        return f"<Job {self.number}: {self.name}, {self.status}, {self._progress.percent}>"

    def _ask(self, reason: str, wish: Any) -> None:
        if self._busy:
            self._stop.ask(reason)
            self._jobs.withdraw(self)
        elif self.record.holder is not None:
            self.record.wish(wish)
        else:
            raise InputError(f"job {self.number} is {self.status}", hint="only a job at work can be paused")

    def _begin(self) -> None:
        """Takes the lease, so that everyone can see that the job is in living hands, and a place in the queue."""
        try:
            self._lease = acquire(self.record.path)
        except Held as held:
            raise InputError(
                f"job {self.number} is run by {held.holder}", hint=f"pause it there, or `pause {self.number}`"
            ) from None
        try:
            self.record.note(status="queued", reason="")
        except StoreError:
            self._lease.release()
            raise
        self._stop, self._error = Stop(), None
        self._busy, self._state = True, "queued"
        self._jobs.enqueue(self)

    def start_thread(self) -> None:
        """For `Jobs`, when it is this job's turn."""
        threading.Thread(target=self._work, name=f"synthgen-job-{self.number}", daemon=True).start()

    def _work(self) -> None:
        self._state = "running"
        engine, self._engine = self._engine, None
        try:
            events = run_job(
                self.record,
                lease=self._lease,
                engine=engine,
                map=self._map,
                model=self._model,
                stop=self._stop,
                timeout=self._timeout,
            )
            for event in events:
                with self._changed:
                    self._events.append(event)
                    self._progress = self._progress.after(event)
                    self._changed.notify_all()
        except BaseException as error:  # raised again in the thread that asks for the result
            self._error = error
        finally:
            with self._changed:
                self._busy = False
                self._changed.notify_all()
            self._jobs.leave(self)


class Jobs:
    """The jobs that this process runs: `max_jobs` at once, the rest in the order they came."""

    def __init__(self, store: Store, max_jobs: int = MAX_JOBS) -> None:
        self.store, self.max_jobs = store, max_jobs
        self._ledger = Ledger(store)
        self._known: dict[int, Job] = {}
        self._lock = threading.Lock()
        self._waiting: deque[Job] = deque()
        self._running: set[int] = set()

    def start(
        self,
        plan: Plan,
        name: str,
        *,
        map: Map | None = None,
        description: str = "",
        instructed: Instructed | None = None,
        strict: bool = False,
        timeout: float | None = None,
    ) -> Job:
        """A new job, at work or queued. Raises InfeasibleError for a plan that can't be satisfied and StoreError while
        another job makes the same dataset."""
        engine = require(plan, strict=strict)
        record = self._ledger.add(plan, name, description, instructed)
        return self._begun(Job(record, self, engine=engine, map=map, timeout=timeout))

    def start_texts(self, order: TextOrder, model: Model, name: str, *, timeout: float | None = None) -> Job:
        """A new job that makes texts. Raises InputError for what can't be asked and StoreError as `start`."""
        return self._begun(Job(self._ledger.add(by(order, model), name), self, model=model, timeout=timeout))

    def _begun(self, job: Job) -> Job:
        self._known[job.number] = job
        job._begin()
        return job

    def job(self, number: int) -> Job:
        """This process's job, or one that the store knows from another. Raises StoreError."""
        if number not in self._known:
            self._known[number] = Job(self._ledger.open(number), self, timeout=None)
        return self._known[number]

    def resume(
        self, number: int, *, map: Map | None = None, model: Model | None = None, timeout: float | None = None
    ) -> Job:
        """`model` is needed where the job makes texts and was begun by another process."""
        job = self.job(number)
        job._timeout, job._map, job._model = timeout, map or job._map, model or job._model
        job.resume()
        return job

    def records(self) -> list[Record]:
        """Every job of the store, oldest first."""
        return self._ledger.records()

    def enqueue(self, job: Job) -> None:
        with self._lock:
            self._waiting.append(job)
        self._fill()

    def withdraw(self, job: Job) -> None:
        """A queued job that is asked to stop gets its turn at once: all it does is say so."""
        with self._lock:
            if job not in self._waiting:
                return
            self._waiting.remove(job)
        job.start_thread()

    def leave(self, job: Job) -> None:
        with self._lock:
            self._running.discard(job.number)
        self._fill()

    def _fill(self) -> None:
        with self._lock:
            while self._waiting and len(self._running) < self.max_jobs:
                job = self._waiting.popleft()
                self._running.add(job.number)
                job.start_thread()
