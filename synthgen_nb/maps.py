"""Anything shaped like the builtin `map`: in this thread, in a few, in processes, on a Dask cluster. Knows nothing of
what is mapped."""

from __future__ import annotations

import signal
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Protocol, TypeVar

from .errors import InputError, MissingExtra, SynthgenError

if TYPE_CHECKING:
    from distributed import Client

T = TypeVar("T")
R = TypeVar("R")
R_co = TypeVar("R_co", covariant=True)
EXECUTORS = "threads, processes or dask://HOST:PORT"
DIED = "perhaps of memory; what was whole stays, and resuming goes on"
_DASK = "dask://"
_ANSWER = 10  # seconds for a scheduler to answer


class Map(Protocol):
    """Gives the results in the order of the items, and looks ahead only a bounded number of them."""

    def __call__(self, function: Callable[[T], R], items: Iterable[T], /) -> Iterator[R]: ...


class Pending(Protocol[R_co]):
    """A result that is on its way."""

    def result(self) -> R_co: ...
    def cancel(self) -> object: ...


class Executor(Protocol):
    """What `through` needs of an executor; those of `concurrent.futures` have it."""

    def submit(self, function: Callable[[T], R], item: T, /) -> Pending[R]: ...


def serial(function: Callable[[T], R], items: Iterable[T], /) -> Iterator[R]:
    """One item after the other, in the caller's thread."""
    return map(function, items)


def through(executor: Executor, ahead: int) -> Map:
    """A Map over an executor: at most `ahead` items wait beside the one that is asked for, so a consumer that stops
    stops the work."""

    def run(function: Callable[[T], R], items: Iterable[T], /) -> Iterator[R]:
        waiting: deque[Pending[R]] = deque()
        source = iter(items)
        try:
            for item in source:
                waiting.append(executor.submit(function, item))
                if len(waiting) > ahead:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()

    return run


def threads(count: int) -> Map:
    """A Map over `count` threads of its own, which end with the iteration."""

    def run(function: Callable[[T], R], items: Iterable[T], /) -> Iterator[R]:
        with ThreadPoolExecutor(count, thread_name_prefix="synthgen") as pool:
            yield from through(pool, ahead=2 * count)(function, items)

    return serial if count <= 1 else run


def processes(count: int) -> Map:
    """A Map over `count` processes of its own, which end with the iteration. Each is begun from nothing: a copy of this
    one would lack the threads that its libraries wait for. Raises SynthgenError where one dies."""

    def run(function: Callable[[T], R], items: Iterable[T], /) -> Iterator[R]:
        from concurrent.futures import ProcessPoolExecutor
        from concurrent.futures.process import BrokenProcessPool
        from multiprocessing import get_context

        spawn = get_context("spawn")
        with ProcessPoolExecutor(count, mp_context=spawn, initializer=_leave_interrupts) as pool:
            try:
                yield from through(pool, ahead=count)(function, items)
            except BrokenProcessPool as error:
                raise SynthgenError("a worker process died", hint=DIED) from error

    return run


def _leave_interrupts() -> None:
    """A terminal interrupts every process of its group; what that stops is for the first of them to say."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def dask(client: Client) -> Map:
    """A Map over the workers of a Dask cluster, which stays as it is. Tasks of a worker that is lost run again on
    another. Raises MissingExtra."""
    _require_dask()

    def run(function: Callable[[T], R], items: Iterable[T], /) -> Iterator[R]:
        from distributed.scheduler import KilledWorker

        if not (ahead := 2 * sum(client.nthreads().values())):
            raise InputError("the Dask cluster has no workers", hint="begin some: dask worker HOST:PORT")
        try:
            yield from through(client.get_executor(pure=False), ahead)(function, items)
        except KilledWorker as error:
            raise SynthgenError(
                "Dask's workers die of one task, again and again", hint="perhaps of memory; see what they logged"
            ) from error

    return run


def _dask_at(address: str) -> Map:
    """A Map over the cluster whose scheduler listens there; connected for each iteration. Raises MissingExtra."""
    _require_dask()

    def run(function: Callable[[T], R], items: Iterable[T], /) -> Iterator[R]:
        from distributed import Client

        try:
            client = Client(f"tcp://{address}", timeout=_ANSWER, set_as_default=False)
        except OSError as error:
            raise InputError(
                f"no Dask scheduler answers at {address}", hint="begin one: dask scheduler --port 8786"
            ) from error
        with client:
            yield from dask(client)(function, items)

    return run


def named(text: str, count: int) -> Map | None:
    """What an option says: `threads` (None: those that a job has of its own), `processes`, of which there are `count`,
    or `dask://HOST:PORT`. Raises InputError, and MissingExtra."""
    require_executor(text)
    if text.startswith(_DASK):
        return _dask_at(text.removeprefix(_DASK))
    return processes(count) if text == "processes" else None


def require_executor(text: str) -> None:
    """Raises InputError for what names no executor."""
    host, colon, port = text.removeprefix(_DASK).rpartition(":")
    if text.startswith(_DASK) and host and colon and port.isdecimal():
        return
    if text not in ("threads", "processes"):
        raise InputError(f"{text!r} is no executor", hint=EXECUTORS)


def _require_dask() -> None:
    try:
        import distributed  # noqa: F401
    except ImportError as error:
        raise MissingExtra("dask") from error
