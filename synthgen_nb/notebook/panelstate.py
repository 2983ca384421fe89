"""What the panel shows of jobs, results and the store, as plain JSON values. Every text goes to the browser as it is
and is shown there as text, never as HTML. Knows neither widgets nor messages.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from msgspec import to_builtins

from ..errors import StoreError
from ..pages import Grid, Page, cut, finding_mark, plural, rows_grid, sample_grid, size
from ..pages.jobs import WHY, estimate_words

if TYPE_CHECKING:
    from ..dataset import Dataset
    from ..events import Progress
    from ..jobs import Job
    from ..ledger import Record
    from ..report import Report
    from ..store import Store

FIRST = 20  # rows of a table that a tab shows
_SHOWN = 40  # rules that do not hold
_LISTED = 200  # datasets
_NOTE = 160  # characters
_REST = {
    "queued": "queued: it begins when another job ends",
    "interrupted": "interrupted: its process is gone",
    "done": "done",
    "cancelled": "cancelled: its rows are dropped",
    "paused": "paused",
    "failed": "failed",
}


def starting(name: str) -> dict[str, Any]:
    """Before there is a job: its plan is being drafted."""
    return {"status": "starting", "name": name, "doing": "drafting the plan", "done": 0, "total": 0}


def job_state(job: Job) -> dict[str, Any]:
    """The job as a whole; its bars are told apart (`bars`)."""
    status, progress = job.status, job.progress
    order = job.record.order
    at_work = status == "running" and progress.total > 0
    done = progress.done if progress.total else job.record.state.rows
    return {
        "number": job.number,
        "name": job.name,
        "status": status,
        "doing": progress.doing if at_work else _resting(job),
        "done": done,
        "total": progress.total or order.rows,
        "estimate": estimate_words(progress.estimate) if at_work and progress.estimate else "",
        "error": (job.record.state.error or {}).get("message", "") if status == "failed" else "",
    }


def _resting(job: Job) -> str:
    status = job.status
    why = WHY.get(job.record.state.reason) if status in ("paused", "failed", "cancelled") else ""
    if why:
        return why if status == "paused" else f"{status}: {why}"
    return _REST.get(status, "starting")


def bars(progress: Progress) -> list[list[float]]:
    """[rows made, rows a second, seconds left] of each table, in the order of `progress.tables`."""
    known = (progress.advanced.get(table) for table in progress.tables)
    return [[event.current, event.rate, event.eta] if event else [0, 0, 0] for event in known]


def result_state(dataset: Dataset, page: Page) -> dict[str, Any]:
    """A dataset and its page without rows: those go to the browser a table at a time (`first_rows`)."""
    return {
        "name": dataset.name,
        "version": dataset.version,
        "partial": dataset.partial,
        "title": page.title,
        "facts": list(page.facts),
        "notes": [cut(mark.text, _NOTE) for mark in page.marks if mark.kind == "note"],
        "tables": [[table, rows] for table, rows in dataset.rows.items()],
        "checks": list(_badges(dataset.report)) if dataset.report else [],
    }


def first_rows(dataset: Dataset, table: str) -> dict[str, Any]:
    return json_grid(rows_grid(dataset.scan(table), dataset.rows[table], FIRST))


def _badges(report: Report) -> Iterator[dict[str, Any]]:
    """One for each kind of rule that holds, one for each rule that does not, with the rows that break it."""
    bad = (*report.broken, *report.unverified)
    for finding in bad[:_SHOWN]:
        mark = finding_mark(finding)
        rows = json_grid(sample_grid(finding)) if finding.sample else None
        yield {"kind": mark.kind, "text": mark.text, "rows": rows, "sql": finding.sql}
    if len(bad) > _SHOWN:
        yield {"kind": bad[_SHOWN].verdict, "text": f"and {len(bad) - _SHOWN} more", "rows": None, "sql": ""}
    for rule, counts in report.summary().items():
        if counts["holds"]:
            yield {"kind": "ok", "text": f"{rule.replace('_', ' ')} {counts['holds']:,}", "rows": None, "sql": ""}


def json_grid(grid: Grid) -> dict[str, Any]:
    return {**to_builtins(grid), "right": sorted(grid.right)}


def datasets(store: Store) -> list[dict[str, Any]]:
    """One entry for each dataset of the store, its latest version; one that can't be read says so."""
    found = []
    for name in store.names()[:_LISTED]:
        try:
            latest = store.open(name)
        except StoreError as error:
            found.append({"name": name, "version": 0, "facts": str(error)})
            continue
        rows, bytes_ = sum(latest.rows.values()), sum(latest.bytes.values())
        facts = [plural(len(latest.rows), "table"), plural(rows, "row"), size(bytes_), f"seed {latest.seed}"]
        found.append(
            {
                "name": name,
                "version": latest.version,
                "facts": " · ".join([*facts, *(["partial"] if latest.partial else [])]),
            }
        )
    return found


def unfinished(records: list[Record]) -> list[dict[str, Any]]:
    """Jobs that can be resumed, the latest first."""
    found = []
    for record in reversed(records):
        state = record.state
        if state.status in ("paused", "interrupted", "failed"):
            share = f"{100 * state.rows // max(1, record.order.rows)} %"
            found.append({"number": record.number, "name": record.name, "facts": f"{state.status} at {share}"})
    return found[:20]
