"""The events of a run, read for people: readers for text streams. Knows nothing of notebooks' displays, threads or how
rows are made.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Generator
from contextlib import closing
from typing import Protocol, TextIO

from .events import Advanced, Event, Finished, Prepared, Progress
from .pages import cut, duration, plural
from .pages.jobs import estimate_words
from .pages.screen import Style, width

LONG = 5.0  # seconds from which a job is told beforehand what it will cost
PER_SECOND = 10  # a screen is drawn at most this often, whatever the events do


class Reader(Protocol):
    """Whoever wants to watch a run. `close` is called once, also after an error, and leaves the screen tidy."""

    def show(self, event: Event) -> None: ...
    def close(self) -> None: ...


class Silent:
    def show(self, event: Event) -> None:
        """Nothing: `--quiet`."""

    def close(self) -> None:
        """Nothing was drawn."""


class Bar:
    """One line at the foot of a terminal, drawn over itself and gone at the end."""

    def __init__(self, stream: TextIO, style: Style, clock: Callable[[], float] = time.monotonic) -> None:
        self._stream, self._style, self._clock = stream, style, clock
        self._progress, self._drawn = Progress(), -1.0

    def show(self, event: Event) -> None:
        self._progress = self._progress.after(event)
        if (now := self._clock()) - self._drawn >= 1 / PER_SECOND:
            self._drawn = now
            self._stream.write("\r\x1b[2K" + bar_line(self._progress, self._style))
            self._stream.flush()

    def close(self) -> None:
        if self._drawn >= 0:
            self._stream.write("\r\x1b[2K")
            self._stream.flush()


def bar_line(progress: Progress, style: Style) -> str:
    """`orders  ━━━━━━────────  41 %  2,050 of 5,000 rows  310,000/s  9 s left`, cut to the screen."""
    full, empty = ("━", "─") if style.unicode else ("#", "-")
    event = progress.advanced.get(progress.now)
    share = event.current / event.total if event and event.total else progress.share
    filled = int(24 * share)
    bar = style.paint(full * filled, "36") + style.paint(empty * (24 - filled), "2")
    words = [cut(progress.now or progress.doing, 28).ljust(20), bar, f"{int(100 * share):>3} %"]
    if event:
        words += [f"{event.current:,} of {plural(event.total, 'row')}", *pace(event)]
        if len(progress.tables) > 1:
            words.append(f"table {len(progress.advanced)} of {len(progress.tables)}")
    room = style.width - 1 + len(bar) - 24
    while len(words) > 2 and width("  ".join(words)) > room:
        words.pop()
    return "  ".join(words)


def pace(event: Advanced) -> list[str]:
    """['310,000/s', '9 s left']; nothing before the first rows and after the last."""
    if not event.rate or event.current >= event.total:
        return []
    left = f"{max(1, round(event.eta))} s" if event.eta < 100 else duration(event.eta)
    return [f"{event.rate:,.0f}/s", f"{left} left"]


class Lines:
    """Plain lines for a log: nothing for a quick run, else one every `every` seconds."""

    def __init__(self, stream: TextIO, every: float = 2.0, clock: Callable[[], float] = time.monotonic) -> None:
        self._stream, self._every, self._clock = stream, every, clock
        self._progress, self._written = Progress(), clock()

    def show(self, event: Event) -> None:
        self._progress = self._progress.after(event)
        if (now := self._clock()) - self._written >= self._every:
            self._written = now
            print(plain_line(self._progress), file=self._stream, flush=True)

    def close(self) -> None:
        """Lines stay where they are."""


def plain_line(progress: Progress) -> str:
    event = progress.advanced.get(progress.now)
    if not event:
        return f"{progress.dataset}: {progress.doing}, {progress.percent} of the rows are made"
    words = "".join(f", {word}" for word in pace(event))
    return f"{event.table}: {event.current:,} of {plural(event.total, 'row')}{words} ({progress.percent} of all)"


class Announced:
    """A reader that first says on `stream` what a long job will cost; `count` events were shown."""

    def __init__(self, shown: Reader, stream: TextIO) -> None:
        self._shown, self._stream, self.count = shown, stream, 0

    def show(self, event: Event) -> None:
        self.count += 1
        if isinstance(event, Prepared) and event.estimate.seconds >= LONG:
            print(f"synthgen: {event.dataset}: {estimate_words(event.estimate)}", file=self._stream)
        self._shown.show(event)

    def close(self) -> None:
        self._shown.close()


def follow(events: Generator[Event], reader: Reader) -> int:
    """Reads a run to its end and returns the version it made, 0 for none. Closes the run whatever stops the reading."""
    version = 0
    with closing(events):
        for event in events:
            reader.show(event)
            if isinstance(event, Finished):
                version = event.version
    return version
