"""The terminal's commands about jobs: watching one, and `synthgen jobs, log, resume, pause, cancel, wait`."""

from __future__ import annotations

import signal
import sys
import threading
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import UTC, datetime
from types import FrameType
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from ..errors import InputError, Interrupted
from ..events import Event, line
from ..options import add_executor_option, add_loading_options, add_store_option
from ..pages import dataset_page
from ..pages.documents import dataset_document
from ..pages.jobs import WHY, job_page, jobs_document, jobs_page
from ..progress import Announced, follow
from ..summaries import summary
from ..typed import parse_seconds
from .console import answer, confirmed, map_of, model_of, model_options_of, reader, store_of

if TYPE_CHECKING:
    from ..dataset import Dataset
    from ..jobs import Job, Jobs
    from ..ledger import Record
    from ..llm import Model

_PATIENCE = 10.0  # seconds for a job elsewhere to do what it is asked


def add_job_commands(commands: Any) -> None:
    """`commands` is the action of `add_subparsers`."""
    listing = commands.add_parser("jobs", help="the jobs of a store", description=_jobs.__doc__)
    listing.set_defaults(run=_jobs)
    many = {"log": _log, "resume": _resume, "pause": _pause, "cancel": _cancel, "wait": _wait}
    for name, run in many.items():
        helped = str(run.__doc__).splitlines()[0].rstrip(".").lower()
        command = commands.add_parser(name, help=helped, description=run.__doc__)
        command.add_argument("job", type=int, metavar="JOB", help="its number in `synthgen jobs`")
        command.set_defaults(run=run)
        if name in ("resume", "wait"):
            add_watching_options(command)
        if name == "resume":
            add_loading_options(command)
            add_executor_option(command)
        if name == "cancel":
            command.add_argument("--keep", action="store_true", help="keep its rows as a version marked partial")
            command.add_argument("--yes", action="store_true", help="do not ask")
    for name in ("jobs", *many):
        add_store_option(commands.choices[name])
        commands.choices[name].add_argument("--json", action="store_true", help="one JSON object on stdout")


def add_watching_options(parser: ArgumentParser) -> None:
    parser.add_argument("-q", "--quiet", action="store_true", help="no progress, no summary")
    parser.add_argument("--events", action="store_true", help="every event as a JSON line on stdout, and nothing else")
    if parser.prog.split()[-1] != "wait":
        parser.add_argument(
            "--timeout", type=parse_seconds, metavar="TIME", help="pause it after 90, 90s, 15m or 2h of work"
        )


def watched(job: Job, args: Namespace) -> Dataset:
    """Follows a job of this process to its end. SIGINT and SIGTERM pause it: the error says how to go on."""
    shown = _Lines(job.number) if args.events else Announced(reader(args.quiet or args.json), sys.stderr)
    try:
        with _terminated_as_interrupted():
            follow(job.events, shown)
            dataset = job.result()
    except KeyboardInterrupt:
        job.pause("interrupt")
        job.wait()
        for event in list(job.events)[shown.count :]:
            shown.show(event)
        raise Interrupted(
            f"paused at {job.progress.percent} as job {job.number}", hint=f"synthgen resume {job.number} goes on"
        ) from None
    except InputError:
        if job.status not in ("paused", "cancelled"):
            raise
        said = f"{job.status} at {job.progress.percent}: {WHY.get(job.record.state.reason) or 'its rows are dropped'}"
        hint = f"synthgen resume {job.number} goes on" if job.status == "paused" else ""
        raise Interrupted(said, hint=hint) from None
    finally:
        shown.close()
    return dataset


def _jobs(args: Namespace) -> int:
    """Lists the jobs of the store, newest first: what runs, what rests, and how to go on."""
    records = _all(args).records()
    answer(args, jobs_document(records), jobs_page(records, resume="synthgen resume"))
    return 0


def _log(args: Namespace) -> int:
    """What a job did.

    Its seed, durations, rows, NULL shares and last events; with --json also the distinct values of each column."""
    record = _job(args).record
    answer(args, summary(record), job_page(record, resume="synthgen resume"))
    return 0


def _resume(args: Namespace) -> int:
    """Finishes a job that was paused, interrupted or failed.

    It goes on from what is whole; the rows are those of an uninterrupted run. Texts need the model that began them."""
    jobs = _all(args)
    with _writing(jobs.job(args.job).record, args) as model:
        dataset = watched(jobs.resume(args.job, map=map_of(args), model=model, timeout=args.timeout), args)
    return _shown(args, dataset)


def _writing(record: Record, args: Namespace) -> AbstractContextManager[Model | None]:
    """The model that a job of texts is written by: the one named, or the one of that id on the hub."""
    if record.texts is None or record.saved() is not None:
        return nullcontext()
    options = model_options_of(args)
    known = record.texts.model if "/" in record.texts.model else ""  # a folder's or a file's name says not where it is
    if not (options.name or known):
        return nullcontext()  # refused by the job itself, which says what it needs
    return model_of(options if options.name else replace(options, name=known))


def _pause(args: Namespace) -> int:
    """Pauses a job that runs in another process."""
    job = _job(args)
    job.pause()
    return _told(args, job, "paused")


def _cancel(args: Namespace) -> int:
    """Ends a job and drops what it made.

    With --keep its rows stay as a version that is marked partial. Asks first; --yes where nobody can be asked."""
    job = _job(args)
    what = "its rows are kept as a partial version" if args.keep else "its rows are dropped"
    if not args.yes and not confirmed(f"cancel job {job.number} ({job.name}, {job.status})? {what}"):
        raise InputError(f"job {job.number} was left as it is", hint="--yes cancels without asking")
    job.cancel(keep=args.keep)
    return _told(args, job, "cancelled")


def _wait(args: Namespace) -> int:
    """Follows a job that runs in another process to its end."""
    job = _job(args)
    shown = _Lines(job.number) if args.events else Announced(reader(args.quiet or args.json), sys.stderr)
    try:
        follow(job.events, shown)
    finally:
        shown.close()
    return _shown(args, job.result())


def _told(args: Namespace, job: Job, status: str) -> int:
    """The job's state once it is what was asked for, or InputError where it is not in time."""
    if job.wait(_PATIENCE) != status:
        raise InputError(f"job {job.number} is still {job.status}", hint="its process may be busy; ask again")
    answer(args, summary(job.record), job_page(job.record, resume="synthgen resume"))
    return 0


def _shown(args: Namespace, dataset: Dataset) -> int:
    if not args.events and (args.json or not args.quiet):
        answer(args, dataset_document(dataset), dataset_page(dataset, first_rows=0))
    return 1 if dataset.report and dataset.report.broken else 0


def _all(args: Namespace) -> Jobs:
    from ..jobs import Jobs

    return Jobs(store_of(args))


def _job(args: Namespace) -> Job:
    return _all(args).job(args.job)


class _Lines:
    """Events as JSON lines on stdout, for programs."""

    def __init__(self, job: int) -> None:
        self._job, self.count = job, 0

    def show(self, event: Event) -> None:
        self.count += 1
        sys.stdout.write(line(event, self._job, datetime.now(UTC)).decode())
        sys.stdout.flush()

    def close(self) -> None:
        """Every line is out already."""


@contextmanager
def _terminated_as_interrupted() -> Iterator[None]:
    """SIGTERM asks for the same as SIGINT. Signals belong to the main thread; elsewhere nothing changes."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def interrupt(number: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
