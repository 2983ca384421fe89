"""What a cell shows while a run goes on, and the result that takes its place in the same output. All drawing happens in
the thread that reads the events. Knows nothing of options, datasets or names.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Mapping
from html import escape
from typing import TYPE_CHECKING, Protocol

from IPython.display import DisplayHandle, display

from ..events import Advanced, Event, Progress
from ..pages import plural
from ..progress import PER_SECOND, Bar, Lines, Reader, Silent, pace
from ..screen import style_for
from .views import STYLE

if TYPE_CHECKING:
    from .frontend import FrontEnd

_BAR_STYLE = """<style>
.synthgen .sg-runs{max-height:22em;overflow-y:auto;margin-top:.3em}
.synthgen .sg-run{display:grid;gap:.8em;align-items:center;
  grid-template-columns:minmax(5em,12em) minmax(5em,10em) 3.2em minmax(20em,1fr)}
.synthgen .sg-run>*{white-space:nowrap;overflow:hidden;text-overflow:ellipsis}
.synthgen .sg-bar{height:8px;border-radius:4px;background:var(--jp-layout-color3,#ddd)}
.synthgen .sg-bar span{display:block;height:100%;border-radius:4px;background:var(--jp-brand-color1,#0072b2)}
.synthgen .sg-percent{text-align:right;font-variant-numeric:tabular-nums}
</style>"""


class Display(Protocol):
    """A reader of events whose place the result takes."""

    def show(self, event: Event) -> None: ...
    def close(self) -> None: ...
    def result(self, bundle: Mapping[str, str]) -> None: ...


def display_for(front_end: FrontEnd, environ: Mapping[str, str], width: int, *, quiet: bool) -> Display:
    if quiet or front_end == "none":
        return Hidden()
    if front_end == "html":
        return Live()
    if front_end == "text":
        style = style_for(sys.stderr, environ, width)
        return Printed(Bar(sys.stderr, style) if sys.stderr.isatty() else Lines(sys.stderr))
    return Printed(Lines(sys.stderr))


class Hidden(Silent):
    def result(self, bundle: Mapping[str, str]) -> None:
        """Nothing: `--quiet` and `--display none`."""


class Printed:
    """Text while it runs; the result is an output of its own."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    def show(self, event: Event) -> None:
        self._reader.show(event)

    def close(self) -> None:
        self._reader.close()

    def result(self, bundle: Mapping[str, str]) -> None:
        display(dict(bundle), raw=True)


class Live:
    """One HTML output, redrawn at most ten times a second. A static display and no widget: it needs nothing of the
    front end but what every one has, and the saved notebook keeps what it shows last."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock, self._drawn = clock, -1.0
        self._progress = Progress()
        self._handle: DisplayHandle | None = None
        self._finished = False

    def show(self, event: Event) -> None:
        self._progress = self._progress.after(event)
        if (now := self._clock()) - self._drawn >= 1 / PER_SECOND:
            self._drawn = now
            self._draw(progress_bundle(self._progress))

    def close(self) -> None:
        """The last state, unless a result has replaced it: a run that was stopped says so where it was seen."""
        if self._handle is not None and self._progress.doing != "done":
            self._draw(progress_bundle(self._progress, stopped=True))

    def result(self, bundle: Mapping[str, str]) -> None:
        self._draw(bundle)

    def _draw(self, bundle: Mapping[str, str]) -> None:
        if self._handle is None:
            self._handle = display(dict(bundle), raw=True, display_id=True)
        else:
            self._handle.update(dict(bundle), raw=True)


def progress_bundle(progress: Progress, *, stopped: bool = False) -> dict[str, str]:
    """Overall line and a bar per table, HTML and text."""
    state = progress.doing
    if stopped:
        state = f"stopped; v{progress.saved.version} is saved" if progress.saved else "stopped, nothing was saved"
    facts = f"{progress.percent} · {progress.done:,} of {plural(progress.total, 'row')}" if progress.total else ""
    rows = "".join(_table_row(table, total, progress) for table, total in progress.tables.items())
    head = f'<strong class="sg-title">{escape(progress.dataset)}</strong> {escape(state)}'
    way_out = '<div class="sg-more">■ (interrupt) stops it; nothing is left half-written</div>'
    page = (
        f'{STYLE}{_BAR_STYLE}<div class="synthgen"><div role="status">{head} <span class="sg-fact">{facts}</span></div>'
        f'<div class="sg-runs">{rows}</div>{"" if stopped else way_out}</div>'
    )
    return {"text/html": page, "text/plain": f"{progress.dataset}: {state} {facts}".rstrip()}


def _table_row(table: str, total: int, progress: Progress) -> str:
    event = progress.advanced.get(table) or Advanced(table=table, current=0, total=total)
    percent = int(100 * event.current / total) if total else 100
    words = " · ".join([f"{event.current:,} of {plural(total, 'row')}", *pace(event)])
    name = escape(table)
    return (
        f'<div class="sg-run"><span>{name}</span><span class="sg-bar" role="progressbar" aria-label="{name}" '
        f'aria-valuemin="0" aria-valuemax="100" aria-valuenow="{percent}"><span style="width:{percent}%"></span></span>'
        f'<span class="sg-percent">{percent} %</span><span class="sg-fact">{words}</span></div>'
    )
