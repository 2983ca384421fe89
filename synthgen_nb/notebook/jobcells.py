"""The commands of `%synthgen` about jobs: `jobs, log, resume, pause, cancel, wait`."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from msgspec.structs import replace

from ..errors import InputError
from ..pages import Mark
from ..pages.jobs import job_page, jobs_page
from .texting import writer_of
from .watching import leave, watch

if TYPE_CHECKING:
    from argparse import Namespace

    from ..jobs import Job
    from .place import Place
    from .session import Wanted

_RESUME = "%synthgen resume"
_PATIENCE = 10.0  # seconds for a job to do what it is asked


def _jobs(place: Place, args: Namespace) -> None:
    place.show(jobs_page(place.session.jobs(place.store).records(), resume=_RESUME))


def _log(place: Place, args: Namespace) -> None:
    place.show(job_page(_job(place, args).record, resume=_RESUME))


def _resume(place: Place, args: Namespace) -> object:
    jobs = place.session.jobs(place.store)
    model = writer_of(place, jobs.job(args.job).record, args)
    job = jobs.resume(args.job, map=place.map, model=model, timeout=args.timeout)
    if args.bg:
        return leave(place, job, _otherwise(place, job))
    return watch(place, job, _otherwise(place, job), named=False)


def _wait(place: Place, args: Namespace) -> object:
    job = _job(place, args)
    return watch(place, job, _otherwise(place, job), named=False, pausing=False)


def _pause(place: Place, args: Namespace) -> None:
    job = _job(place, args)
    job.pause()
    _told(place, job, "paused")


def _cancel(place: Place, args: Namespace) -> None:
    job = _job(place, args)
    what = "its rows are kept as a partial version" if args.keep else "its rows are dropped"
    if not args.yes and not place.confirmed(f"cancel job {job.number} ({job.name}, {job.status})? {what}"):
        raise InputError(f"job {job.number} was left as it is", hint="--yes cancels without asking")
    job.cancel(keep=args.keep)
    _told(place, job, "cancelled")


def _told(place: Place, job: Job, status: str) -> None:
    if job.wait(_PATIENCE) != status:
        raise InputError(f"job {job.number} is still {job.status}", hint="its process may be busy; ask again")
    place.show(job_page(job.record, resume=_RESUME))


def _job(place: Place, args: Namespace) -> Job:
    return place.session.jobs(place.store).job(args.job)


def _otherwise(place: Place, job: Job) -> Wanted:
    """For a job that no cell of this kernel began: the names that its own cell chose are not known here."""
    said = Mark("note", f"begun by another kernel or a terminal: {job.name} is bound as this one's defaults say")
    return replace(place.wanted(), notes=(said,))


JOB_COMMANDS: dict[str, Callable[[Place, Namespace], object]] = {
    "jobs": _jobs,
    "log": _log,
    "resume": _resume,
    "pause": _pause,
    "cancel": _cancel,
    "wait": _wait,
}
