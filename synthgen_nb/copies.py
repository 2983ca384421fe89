"""Work shared by this process and copies of it, where it may be copied: they have read everything already, and none
waits for another's interpreter. Knows nothing of what is made.
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
from contextlib import contextmanager, suppress
from itertools import count
from tempfile import TemporaryFile
from typing import Any, TypeVar

from msgspec import Struct

from .errors import SynthgenError
from .maps import DIED

T = TypeVar("T")
R = TypeVar("R")

_OWN = "synthgen"  # what our threads' names begin with: they hold nothing that a copy needs
_THREADED = frozenset(("duckdb", "torch", "distributed", "ray", "pyspark", "tensorflow", "jax"))
# Polars has threads, too, but makes no part: a copy that came to load it all the same would fail instead of waiting
_UNTOUCHED = "polars"
_HEAD = 8  # bytes that say how long a message is; one of none is the last
_TICK = 100  # milliseconds between two looks around while copies work on
_forking = threading.Lock()  # else a copy of another run would have this one's pipe, and keep it open


def possible() -> bool:
    """Whether a copy of this process lacks nothing: on Linux, where no thread of Python's but ours runs, and no library
    is at hand that would wait for threads of its own. So in scripts and commands, not in notebooks."""
    main = threading.main_thread()
    alone = all(thread is main or thread.name.startswith(_OWN) for thread in threading.enumerate())
    return sys.platform == "linux" and alone and not _THREADED & sys.modules.keys()


def shared(
    workers: int, function: Callable[[T], R], items: Iterable[T], look: Callable[[], object] = lambda: None
) -> Iterator[R]:
    """The function's results as they come, of this process and of `workers` - 1 copies of it, which end with the
    iteration; of fewer where the system gives no more. The function may be any; results are pickled. `look` is called
    again and again while copies are waited for. Raises what the function raised, and SynthgenError where a copy
    dies."""
    work = list(items)
    with TemporaryFile(buffering=0) as counter, _frozen():
        begun: list[_Copy] = []
        try:
            while len(begun) + 1 < min(workers, len(work)):
                with _forking:
                    made = _begin(function, work, counter.fileno())
                if made is None:
                    break
                begun.append(made)
            for number in _taken(counter.fileno(), len(work)):
                yield function(work[number])
                for copy in begun:
                    yield from copy.results()
            for copy in begun:
                while not copy.over:
                    yield from copy.results(_TICK)
                    look()
        finally:
            for copy in begun:
                copy.end()


@contextmanager
def _frozen() -> Iterator[None]:
    """Nobody looks for garbage among what is there by now: looking writes to it, and a page that is written to is no
    longer shared."""
    own = gc.get_freeze_count() == 0  # else somebody has a reason for theirs
    if own:
        gc.freeze()
    try:
        yield
    finally:
        if own:
            gc.unfreeze()


class _Copy(Struct):
    """A copy at work, and the pipe by which its results come."""

    pid: int
    pipe: int
    over: bool = False

    def results(self, patience: int = 0) -> Iterator[Any]:
        """Those that have come, and the first that does within so many milliseconds. Raises what the copy raised."""
        poll = select.poll()
        poll.register(self.pipe, select.POLLIN)
        while not self.over and poll.poll(patience):
            size = int.from_bytes(_read(self.pipe, _HEAD), "little")
            self.over = not size
            if size:
                result, error = pickle.loads(_read(self.pipe, size))
                if error is not None:
                    raise error
                yield result
            patience = 0

    def end(self) -> None:
        """At once: what it has not told by now nobody waits for. Somebody else may have reaped it."""
        try:
            with suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)
            with suppress(ChildProcessError):
                os.waitpid(self.pid, 0)
        finally:
            os.close(self.pipe)


def _begin(function: Callable[[T], R], work: Sequence[T], counter: int) -> _Copy | None:
    """A copy at work; None where the system makes none."""
    here, there = os.pipe()
    parent = os.getpid()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # Python 3.12's, of the threads that `possible` knows
            pid = os.fork()
    except OSError:  # no more processes, or no memory for their tables
        os.close(here)
        os.close(there)
        return None
    if pid:
        os.close(there)
        return _Copy(pid, here)
    try:
        # a terminal interrupts the whole group, and the parent answers; nothing of its handlers is for a copy
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        signal.set_wakeup_fd(-1)
        sys.modules[_UNTOUCHED] = None  # type: ignore[assignment]
        _work(function, work, counter, there, parent)
    finally:
        os._exit(0)  # nothing that the parent has begun is ended twice


def _work(function: Callable[[T], R], work: Sequence[T], counter: int, pipe: int, parent: int) -> None:
    with os.fdopen(pipe, "wb") as out:
        for number in _taken(counter, len(work)):
            if orphaned(parent):
                return
            try:
                body = pickle.dumps((function(work[number]), None))
            except BaseException as error:  # raised where the results are read
                body = _told(error)
            out.write(len(body).to_bytes(_HEAD, "little") + body)
            out.flush()
        out.write(bytes(_HEAD))


def _told(error: BaseException) -> bytes:
    """An error as it can be told; one that can't be pickled by its name and words."""
    try:
        body = pickle.dumps((None, error))
        pickle.loads(body)
    except Exception:  # whatever its class does when it is pickled
        return pickle.dumps((None, SynthgenError(f"{type(error).__name__}: {error}")))
    return body


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
    """So many bytes. Raises SynthgenError where the copy ended without a word."""
    found = b""
    while len(found) < size:
        piece = os.read(pipe, size - len(found))
        if not piece:
            raise SynthgenError("a worker process died", hint=DIED)
        found += piece
    return found
