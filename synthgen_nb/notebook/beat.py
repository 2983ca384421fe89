"""A function called again and again on the kernel's own event loop, in its main thread, where displays are safe. Knows
nothing of what it does.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from ..progress import PER_SECOND


class Beat:
    """Calls `step` ten times a second for as long as it returns True. `start` may be called from any thread, and again
    at any time."""

    def __init__(self, loop: asyncio.AbstractEventLoop, step: Callable[[], bool]) -> None:
        self._loop, self._step = loop, step
        self._waiting: asyncio.TimerHandle | None = None

    def start(self) -> None:
        self._loop.call_soon_threadsafe(self._ensure)

    def _ensure(self) -> None:
        if self._waiting is None:
            self._next()

    def _next(self) -> None:
        self._waiting = None
        if self._step():
            self._waiting = self._loop.call_later(1 / PER_SECOND, self._next)
