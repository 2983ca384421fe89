"""What a cell shows while a job goes on, and the result that takes its place in the same output. All drawing happens in
the thread that calls it. Knows nothing of options, datasets or names.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Mapping
from html import escape
from typing import TYPE_CHECKING, Protocol

from IPython.display import DisplayHandle, display
from msgspec.structs import replace

from ..events import Advanced, Event, Progress
from ..pages import Part, plural
from ..pages.jobs import estimate_words
from ..pages.screen import style_for
from ..progress import LONG, PER_SECOND, Announced, Bar, Lines, Reader, Silent, pace
from .preview import Preview
from .views import STYLE, part_html

if TYPE_CHECKING:
    from ..jobs import Job
    from .frontend import FrontEnd

_BAR_STYLE = """<style>
.synthgen .sg-runs{max-height:22em;overflow-y:auto;margin-top:.3em}
.synthgen .sg-run{display:grid;gap:.8em;align-items:center;
  grid-template-columns:minmax(5em,12em) minmax(5em,10em) 3.2em minmax(20em,1fr)}
.synthgen .sg-run>*{white-space:nowrap;overflow:hidden;text-overflow:ellipsis}
.synthgen .sg-bar{height:8px;border-radius:4px;background:var(--jp-layout-color3,#ddd)}
.synthgen .sg-bar span{display:block;height:100%;border-radius:4px;background:var(--jp-brand-color1,#0072b2)}
.synthgen .sg-percent{text-align:right;font-variant-numeric:tabular-nums}
.synthgen .sg-name{margin-top:.4em;color:var(--jp-ui-font-color2,#666)}
</style>"""


class Display(Protocol):
    """A reader of events whose place the result takes."""

    def show(self, event: Event) -> None: ...
    def close(self) -> None: ...
    def result(self, bundle: Mapping[str, str]) -> None: ...


def display_for(front_end: FrontEnd, job: Job, environ: Mapping[str, str], width: int, *, quiet: bool) -> Display:
    """For a cell that waits for the job."""
    if quiet or front_end == "none":
        return Hidden()
    if front_end == "html":
        live = Live(job, "■ (interrupt) pauses it; no row that is made is lost")
        live.draw(job.progress)
        return live
    style = style_for(sys.stderr, environ, width)
    has_bar = front_end == "text" and sys.stderr.isatty()
    return Printed(Announced(Bar(sys.stderr, style) if has_bar else Lines(sys.stderr), sys.stderr))


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
    front end but what every one has, and the saved notebook keeps what it shows last. `way_out` says how to stop."""

    def __init__(self, job: Job, way_out: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._job, self._way_out = job, way_out
        self._clock, self._drawn = clock, -1.0
        self._preview = Preview(job.record.plan) if job.record.texts is None else None
        self._totals = job.record.totals
        self._progress = Progress()
        self._handle: DisplayHandle | None = None
        self._replaced = False

    def show(self, event: Event) -> None:
        self._progress = self._progress.after(event)
        self.draw(self._progress)

    def draw(self, progress: Progress) -> None:
        self._progress = progress
        if (now := self._clock()) - self._drawn >= 1 / PER_SECOND:
            self._drawn = now
            self._update(progress_bundle(self._whole(), self._way_out, self._preview.parts() if self._preview else ()))

    def close(self) -> None:
        """The last state, unless a result has replaced it: a job that rests says so where it was seen."""
        if not self._replaced:
            goes_on = f"`%synthgen resume {self._job.number}` goes on" if self._job.status != "cancelled" else ""
            self._update(progress_bundle(self._whole(), goes_on))

    def ended(self, progress: Progress, why: str) -> None:
        """For a job whose cell has ended: there is no other place to say why it has no result."""
        self._progress = progress
        self._update(progress_bundle(self._whole(), why))

    def result(self, bundle: Mapping[str, str]) -> None:
        self._replaced = True
        self._update(bundle)

    def _whole(self) -> Progress:
        """With the tables' names before the job has told them: it first tries what the plan will cost."""
        return self._progress if self._progress.tables else replace(self._progress, tables=self._totals)

    def _update(self, bundle: Mapping[str, str]) -> None:
        if self._handle is None:
            self._handle = display(dict(bundle), raw=True, display_id=True)
        else:
            self._handle.update(dict(bundle), raw=True)


def progress_bundle(progress: Progress, foot: str, first_rows: tuple[Part, ...] = ()) -> dict[str, str]:
    """An overall line, a bar per table and the first rows, HTML; the line alone as text."""
    state = f"{progress.doing}; v{progress.saved.version} is saved" if progress.saved else progress.doing
    facts = f"{progress.percent} · {progress.done:,} of {plural(progress.total, 'row')}" if progress.total else ""
    rows = "".join(_table_row(table, total, progress) for table, total in progress.tables.items())
    head = f'<strong class="sg-title">{escape(progress.dataset)}</strong> {escape(state)}'
    cost = progress.estimate
    if cost is not None and cost.seconds >= LONG:
        foot = f"in all {estimate_words(cost)}{f' · {foot}' if foot else ''}"
    foot = f'<div class="sg-more">{escape(foot)}</div>' if foot else ""
    grids = "".join(f'<div class="sg-name">{escape(p.title)}</div>{part_html(p)}' for p in first_rows)
    page = (
        f'{STYLE}{_BAR_STYLE}<div class="synthgen"><div role="status">{head} <span class="sg-fact">{facts}</span></div>'
        f'<div class="sg-runs">{rows}</div>{foot}{grids}</div>'
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
