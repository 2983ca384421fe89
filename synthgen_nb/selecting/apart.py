"""A query in a process of its own, which ends when it takes too long or too much memory: one call of a scalar function
hears no interrupt, and DuckDB's limit of memory does not hold the texts and lists that it makes.
"""

from __future__ import annotations

import io
import os
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import psutil
from msgspec import Struct

from ..errors import InputError
from .here import Limits, large, run, stopped

if TYPE_CHECKING:
    import polars as pl

_LOOK = 0.05  # seconds between two looks at its memory
_GRACE = 5.0  # seconds for its start and for what it says in the end
_SLACK = 1_000_000_000  # bytes of addresses beside those that a query's memory takes
_MAIN = "from synthgen_nb.selecting.apart import main; main()"


class _Task(Struct, frozen=True):
    query: str
    tables: dict[str, list[str]]
    seconds: float
    memory: int
    rows: int | None


class _Told(Struct, frozen=True):
    """The first line that comes back; rows follow where there is no `error`."""

    cut: bool = False
    error: str = ""
    hint: str = ""


def run_apart(guarded: str, tables: Mapping[str, Sequence[Path]], limits: Limits) -> tuple[pl.DataFrame, bool]:
    """As `here.run`. Raises InputError for a limit that was met."""
    import polars as pl

    paths = {key: [str(path.absolute()) for path in parts] for key, parts in tables.items()}
    task = msgspec.json.encode(_Task(guarded, paths, limits.seconds, limits.memory, limits.rows))
    child = subprocess.Popen(
        [sys.executable, "-c", _MAIN],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
    )
    with child:
        answers: list[bytes] = []
        reader = threading.Thread(target=lambda: answers.append(child.communicate(task)[0]), daemon=True)
        reader.start()
        try:
            _watched(child, reader, limits)
        finally:
            child.kill()
            reader.join()
    head, _, rows = answers[0].partition(b"\n")
    if not head:
        raise InputError("the query's own process ended without an answer", hint="it may need more memory")
    told = msgspec.json.decode(head, type=_Told)
    if told.error:
        raise InputError(told.error, hint=told.hint)
    return pl.read_ipc_stream(io.BytesIO(rows)), told.cut


def _watched(child: subprocess.Popen[bytes], reader: threading.Thread, limits: Limits) -> None:
    """Until it has said all that it says. Raises InputError for a limit that it met."""
    until = time.monotonic() + limits.seconds + _GRACE
    process = psutil.Process(child.pid)
    started = process.memory_info().rss
    while reader.is_alive():
        reader.join(_LOOK)
        try:
            used = process.memory_info().rss - started
        except psutil.NoSuchProcess:
            continue
        if used > 2 * limits.memory + _SLACK:  # again as much for its result, and the libraries
            raise large(limits)
        if time.monotonic() > until:
            raise stopped(limits)


def main() -> None:
    """The process: a task comes in, an answer goes out."""
    task = msgspec.json.decode(sys.stdin.buffer.read(), type=_Task)
    limits = Limits(task.seconds, task.memory, task.rows)
    tables = {key: [Path(path) for path in paths] for key, paths in task.tables.items()}
    _narrow(limits)
    rows = io.BytesIO()
    try:
        frame, cut = run(task.query, tables, limits)
        frame.write_ipc_stream(rows)
        told = _Told(cut=cut)
    except InputError as error:
        told = _Told(error=error.message, hint=error.hint)
    except MemoryError:
        told = _Told(error=large(limits).message, hint=large(limits).hint)
    sys.stdout.buffer.write(msgspec.json.encode(told) + b"\n")
    sys.stdout.buffer.write(rows.getbuffer())
    sys.stdout.buffer.flush()
    os._exit(0)  # a thread that DuckDB has at work would be waited for


def _narrow(limits: Limits) -> None:
    """No more addresses than the limit, where the system has such a limit; the watcher looks anywhere."""
    import duckdb  # noqa: F401  # libraries first: their addresses are not the query's
    import polars  # noqa: F401
    import pyarrow  # noqa: F401

    if sys.platform == "linux":
        import resource

        most = psutil.Process().memory_info().vms + 2 * limits.memory + _SLACK
        resource.setrlimit(resource.RLIMIT_AS, (most, most))
