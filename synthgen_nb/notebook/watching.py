"""Drawing a job from the main thread: a cell that waits for it, or the kernel's own event loop between cells. Where a
shell has no loop, the next cell looks.
"""

from __future__ import annotations

import asyncio
import os
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from ..errors import InputError, Interrupted, SynthgenError
from ..pages.jobs import WHY
from .beat import Beat
from .frontend import on_colab
from .live import Live, display_for
from .place import screen_width
from .views import bundle

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..dataset import Dataset
    from ..events import Progress
    from ..jobs import Job
    from .place import Place
    from .session import Wanted


def watch(place: Place, job: Job, otherwise: Wanted, *, named: bool, pausing: bool = True) -> Dataset | None:
    """Follows a job to its end and shows its result in the place of its bars. The dataset is returned for the cell's
    value, unless it is `named` or the cell is to be quiet. An interrupt pauses the job (with `pausing`) and is one line
    in any case."""
    screen = display_for(place.front_end, job, os.environ, screen_width(), quiet=place.quiet)
    shown = 0
    try:
        for event in job.events:
            screen.show(event)
            shown += 1
        dataset, page = place.session.result(job, otherwise)
        return place.result(dataset, page, named=named, show=screen.result)
    except KeyboardInterrupt:
        if not pausing:
            raise Interrupted(f"job {job.number} goes on; `%synthgen pause {job.number}` pauses it") from None
        if job.status not in ("done", "cancelled"):
            job.pause("interrupt")
        status = job.wait()
        for event in list(job.events)[shown:]:
            screen.show(event)
        if status == "done":
            raise Interrupted(f"interrupted when all was made: `%synthgen wait {job.number}` binds it") from None
        raise Interrupted(f"paused at {_share(job)}: `%synthgen resume {job.number}` goes on") from None
    except InputError as error:
        if job.status not in ("paused", "cancelled"):
            raise
        raise Interrupted(_end(job, error)) from None
    finally:
        screen.close()


def _end(job: Job, error: SynthgenError) -> str:
    """Why there is no result, and how the job goes on, on one line."""
    if job.status not in ("paused", "cancelled"):
        return str(error)
    why = WHY.get(job.record.state.reason) or "its rows are dropped"
    goes_on = f": `%synthgen resume {job.number}` goes on" if job.status == "paused" else ""
    return f"{job.status} at {_share(job)}, {why}{goes_on}"


def _share(job: Job) -> str:
    """As `%synthgen jobs` says it: with the rows that were made and not yet told when the job came to rest."""
    return f"{100 * job.record.state.rows // max(1, job.record.order.rows)} %"


def leave(place: Place, job: Job, otherwise: Wanted) -> Job:
    """Lets a job work in the background: its bars move in this cell's output while no other cell runs, and its names
    are bound once it is done. The job is the cell's value."""
    live = None
    if place.front_end == "html" and not place.quiet:
        live = Live(job, f"`%synthgen pause {job.number}` pauses it; its names are bound when it is done")
        live.draw(job.progress)
    if not place.quiet and (live is None or on_colab(sys.modules)):
        shows = "shows live progress" if live else "shows it"
        print(
            f"job {job.number} makes {job.name} in the background; its names are bound when it is done"
            f" (`%synthgen wait {job.number}` {shows})"
        )
    try:
        loop = asyncio.get_running_loop()
    except RuntimeError:  # a terminal has no loop between its cells: the next cell looks
        _Looker(place, job, otherwise)
    else:
        _Watcher(place, job, otherwise, live, loop)
    place.drawn.remember(job)
    return job


class _Watcher:
    """Looks at a job from the event loop of the kernel's main thread, until it rests."""

    def __init__(
        self, place: Place, job: Job, otherwise: Wanted, live: Live | None, loop: asyncio.AbstractEventLoop
    ) -> None:
        self._place, self._job, self._otherwise, self._live = place, job, otherwise, live
        self._parent = parent_of(place.session.shell)
        self._drawn: Progress | None = None
        Beat(loop, self._look).start()

    def _look(self) -> bool:
        with said_for(self._place.session.shell, self._parent):
            if not self._job.busy:
                self._rest()
                return False
            if self._live is not None and self._job.progress is not self._drawn:
                self._drawn = self._job.progress
                self._live.draw(self._drawn)
            return True

    def _rest(self) -> None:
        try:
            _, page = self._place.session.result(self._job, self._otherwise)
        except SynthgenError as error:
            if self._live is not None:
                self._live.ended(self._job.progress, _end(self._job, error))
            return
        if self._live is not None:
            self._live.result(bundle(page))


class _Looker:
    """Looks at a job before each cell, and binds its names when it is done."""

    def __init__(self, place: Place, job: Job, otherwise: Wanted) -> None:
        self._place, self._job, self._otherwise = place, job, otherwise
        place.session.shell.events.register("pre_run_cell", self._look)

    def _look(self, info: object) -> None:
        if self._job.busy:
            return
        self._place.session.shell.events.unregister("pre_run_cell", self._look)
        try:
            self._place.session.result(self._job, self._otherwise)
            said = f"job {self._job.number} is done: {self._job.name} is bound"
        except SynthgenError as error:
            said = f"job {self._job.number}: {_end(self._job, error)}"
        if not self._place.quiet:
            print(said)


def parent_of(shell: Any) -> Any:
    """The message that the output of this moment belongs to; None in a terminal."""
    return shell.get_parent() if hasattr(shell, "get_parent") else None


@contextmanager
def said_for(shell: Any, parent: Any) -> Iterator[None]:
    """Output belongs to that message. ipykernel 7 keeps this in a context that a callback inherits from the cell that
    planned it; before, it was one value for the whole kernel."""
    before = parent_of(shell)
    if parent is None or before == parent:
        yield
        return
    shell.set_parent(parent)
    try:
        yield
    finally:
        shell.set_parent(before)
