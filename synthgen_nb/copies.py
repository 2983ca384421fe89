"""A Map over this process and copies of it, where it may be copied: they have read everything already, and none waits
for another's interpreter. Knows nothing of what is made.
"""

from __future__ import annotations

import gc
import os
import pickle
import select
import signal
import sys
import threading
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import count
from tempfile import TemporaryFile
from typing import Any, TypeVar

from msgspec import Struct

from .errors import SynthgenError
from .maps import DIED, Map

T = TypeVar("T")
R = TypeVar("R")

_OWN = "synthgen"  # what our threads' names begin with: they hold nothing that a copy needs
_THREADED = frozenset(("duckdb", "torch", "distributed", "ray", "pyspark", "tensorflow", "jax"))
_UNTOUCHED = (
    "polars"  # has threads too, but makes no part: a copy that reaches for it all the same fails, and never waits
)
_HEAD = 8  # bytes that say how long a message is


def possible() -> bool:
    """Whether a copy of this process lacks nothing: on Linux, where no thread but ours runs, and no library is at hand
    that would wait for threads of its own. So in scripts and commands, not in notebooks."""
    main = threading.main_thread()
    alone = all(thread is main or thread.name.startswith(_OWN) for thread in threading.enumerate())
    return sys.platform == "linux" and alone and not _THREADED & sys.modules.keys()


def copies(workers: int) -> Map:
    """A Map over this process and `workers` - 1 copies of it, which are made when the first result is asked for and end
    with the iteration. Items are all read before. The function may be any; results are pickled. Raises what the
    function raised, and SynthgenError where a copy dies."""

    def run(function: Callable[[T], R], items: Iterable[T], /) -> Iterator[R]:
        work = list(items)
        with TemporaryFile(buffering=0) as counter:
            begun: list[_Copy] = []
            try:
                for _ in range(min(workers, len(work)) - 1):
                    begun.append(_begin(function, work, counter.fileno()))
                ready: dict[int, R] = {}
                given = 0
                for number in _taken(counter.fileno(), len(work)):
                    ready[number] = function(work[number])
                    for copy in begun:
                        ready |= copy.results(wait=False)
                    while given in ready:
                        yield ready.pop(given)
                        given += 1
                for copy in begun:
                    ready |= copy.results(wait=True)
                for number in range(given, len(work)):
                    if number not in ready:
                        raise SynthgenError("a worker process died", hint=DIED)
                    yield ready.pop(number)
            finally:
                for copy in begun:
                    copy.end()

    return run


class _Copy(Struct):
    """A copy at work, and the pipe by which its results come."""

    pid: int
    pipe: int
    over: bool = False

    def results(self, *, wait: bool) -> dict[int, Any]:
        """Those that have come, with `wait` all until its end. Raises what the copy raised."""
        found: dict[int, Any] = {}
        while not self.over and (wait or select.select([self.pipe], [], [], 0)[0]):
            head = _read(self.pipe, _HEAD)
            body = _read(self.pipe, int.from_bytes(head, "little")) if head else b""
            if not body:
                self.over = True
                break
            number, result, error = pickle.loads(body)
            if error is not None:
                raise error
            found[number] = result
        return found

    def end(self) -> None:
        """At once: what it has not told by now nobody waits for."""
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        os.close(self.pipe)


def _begin(function: Callable[[T], R], work: Sequence[T], counter: int) -> _Copy:
    here, there = os.pipe()
    parent = os.getpid()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # Python 3.12's, of the threads that `possible` knows
        pid = os.fork()
    if pid:
        os.close(there)
        return _Copy(pid, here)
    try:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # of a terminal, which asks the whole group: the parent answers
        gc.freeze()  # so that looking for garbage copies no page
        sys.modules[_UNTOUCHED] = None  # type: ignore[assignment]
        _work(function, work, counter, there, parent)
    finally:
        os._exit(0)  # nothing that the parent has begun is ended twice


def _work(function: Callable[[T], R], work: Sequence[T], counter: int, pipe: int, parent: int) -> None:
    for number in _taken(counter, len(work)):
        if orphaned(parent):
            return
        told: tuple[int, R | None, BaseException | None]
        try:
            told = number, function(work[number]), None
        except BaseException as error:  # raised where the results are read
            told = number, None, error
        body = pickle.dumps(told)
        with os.fdopen(os.dup(pipe), "wb") as out:
            out.write(len(body).to_bytes(_HEAD, "little") + body)
        if told[2] is not None:
            return


def orphaned(parent: int) -> bool:
    """Whether the process that this one was copied from is gone."""
    return os.getpid() != parent != os.getppid()


def _taken(counter: int, most: int) -> Iterator[int]:
    """The numbers below `most` that nobody else has taken. The lock is the process's, and ends with it."""
    import fcntl  # not everywhere, as copies are not

    for _ in count():
        fcntl.lockf(counter, fcntl.LOCK_EX)
        try:
            number = int.from_bytes(os.pread(counter, _HEAD, 0), "little")
            os.pwrite(counter, (number + 1).to_bytes(_HEAD, "little"), 0)
        finally:
            fcntl.lockf(counter, fcntl.LOCK_UN)
        if number >= most:
            return
        yield number


def _read(pipe: int, size: int) -> bytes:
    """So many bytes; none at the end of the pipe."""
    found = b""
    while len(found) < size:
        piece = os.read(pipe, size - len(found))
        if not piece:
            return b""
        found += piece
    return found
