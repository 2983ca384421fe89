"""A model at work, for whoever waits: what it does, how many tokens it has written, at which pace. Text for streams;
knows no model and no notebook."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol, TextIO

from msgspec import Struct

from .pages import duration, plural

if TYPE_CHECKING:
    from .llm.trial import Loading

PER_SECOND = 5  # a screen is drawn at most this often
_TOKENS = 80  # of a statement or two
_EVERY = 5.0  # seconds between two lines of a log


class Work(Struct, frozen=True):
    """One piece of a model's work so far."""

    doing: str
    tokens: int
    seconds: float

    def words(self) -> str:
        """'reading the instructions · 312 tokens · 24/s · 13 s'; no more than the first before there is a token."""
        if not self.tokens:
            return self.doing
        pace = self.tokens / self.seconds if self.seconds >= 1 else 0.0
        rate = f"{pace:,.0f}/s" if pace >= 10 else f"{pace:.1f}/s" if pace else ""
        return " · ".join(w for w in (self.doing, plural(self.tokens, "token"), rate, duration(self.seconds)) if w)


def expected(pace: Loading | None) -> str:
    """', about 3 s': how long a statement or two take to be written; empty where nothing is known of that."""
    return f", about {duration(_TOKENS / pace.speed)}" if pace is not None and pace.speed else ""


class Meter(Protocol):
    """`begin` names a new piece of work, `tick` is told of tokens as they come, `close` leaves the screen tidy."""

    def begin(self, doing: str) -> None: ...
    def tick(self, tokens: int) -> None: ...
    def close(self) -> None: ...


class Drawn:
    """A meter whose `draw` shows the work: at once when a piece begins, then at most `per_second` times. Never drawn
    from a thread: whoever ticks draws."""

    def __init__(
        self,
        draw: Callable[[Work], None],
        per_second: float = PER_SECOND,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._draw, self._every, self._clock = draw, 1 / per_second, clock
        self.work, self._since, self._drawn = Work("", 0, 0.0), 0.0, 0.0

    def begin(self, doing: str) -> None:
        self._since = self._drawn = self._clock()
        self.work = Work(doing, 0, 0.0)
        self._draw(self.work)

    def tick(self, tokens: int) -> None:
        now = self._clock()
        self.work = Work(self.work.doing, self.work.tokens + tokens, now - self._since)
        if now - self._drawn >= self._every:
            self._drawn = now
            self._draw(self.work)

    def close(self) -> None:
        """What was drawn last stays."""


class Unseen(Drawn):
    """For whoever waits without looking: `--quiet`."""

    def __init__(self) -> None:
        super().__init__(lambda work: None)


class OnTerminal(Drawn):
    """One line at the foot of a terminal, drawn over itself and gone at the end."""

    def __init__(self, stream: TextIO, width: int) -> None:
        self._stream = stream
        super().__init__(lambda work: self._write("model: " + work.words()[: width - 9]))

    def _write(self, text: str) -> None:
        self._stream.write("\r\x1b[2K" + text)
        self._stream.flush()

    def close(self) -> None:
        self._write("")


class InLog(Drawn):
    """A line now and then."""

    def __init__(self, stream: TextIO) -> None:
        super().__init__(
            lambda work: print(f"synthgen: model: {work.words()}", file=stream, flush=True), per_second=1 / _EVERY
        )
