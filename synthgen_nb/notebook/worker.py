"""A run in a thread of its own, read like any other run. The thread queues events and never touches a screen: whoever
iterates draws, in the thread where displays are safe, and can be interrupted while it waits.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Generator
from typing import Self

from ..jobs import Event

_TICK = 0.1  # seconds: how long a waiting main thread may sleep before it can see an interrupt on every system
_PATIENCE = 30.0  # seconds for the chunk in work to end; the thread is a daemon and saves nothing once told to stop


class Worker:
    """`close` stops the run at its next event and waits for its files to be swept away."""

    def __init__(self, events: Generator[Event, None, None]) -> None:
        self._queue: queue.SimpleQueue[Event | BaseException | None] = queue.SimpleQueue()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._work, args=(events,), name="synthgen", daemon=True)
        self._thread.start()

    def _work(self, events: Generator[Event, None, None]) -> None:
        try:
            for event in events:
                self._queue.put(event)
                if self._stop.is_set():
                    events.close()
                    break
        except BaseException as error:  # handed over whole: it is raised again where the events are read
            self._queue.put(error)
        else:
            self._queue.put(None)

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> Event:
        while True:
            try:
                found = self._queue.get(timeout=_TICK)
            except queue.Empty:
                continue
            if found is None:
                raise StopIteration
            if isinstance(found, BaseException):
                raise found
            return found

    def close(self) -> None:
        self._stop.set()
        self._thread.join(_PATIENCE)
