"""What people and programs are shown of jobs: the list of a store, and one job whole. Holds the words; knows neither
rendering nor how jobs run.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ..pages import Grid, Mark, Page, Part, duration, model_words, plural, size
from ..summaries import summary

if TYPE_CHECKING:
    from ..events import Estimate
    from ..ledger import Record

MOST = 20  # jobs of one list; the oldest are left out
RESUMABLE = ("paused", "interrupted", "failed")
WHY = {  # why a job rests
    "asked": "paused by you",
    "interrupt": "interrupted by you",
    "timeout": "its time was over",
    "abandoned": "its program went on without it",
    "cancel": "",
    "keep": "its rows are kept as a partial version",
}


def jobs_page(records: Sequence[Record], *, resume: str) -> Page:
    """Newest first. `resume` is the command that goes on with a job, such as "synthgen resume"."""
    rows = []
    for record in reversed(records[-MOST:]):
        order, state = record.order, record.state
        share = f"{100 * state.rows // max(1, order.rows)} %"
        who = str(record.holder or "") if state.status in ("queued", "running") else ""
        why = state.error["message"] if state.error else WHY.get(state.reason, state.reason)
        rows.append((str(order.job), order.name, state.status, share, f"{order.rows:,}", order.created, who or why))
    waiting = [r for r in records if r.state.status in RESUMABLE]
    left = len(records) - len(rows)
    grid = Grid(
        ("job", "dataset", "status", "done", "rows", "begun (UTC)", "note"),
        tuple(rows),
        frozenset({0, 3, 4}),
        more=f"{plural(left, 'older job')}" if left > 0 else "",
    )
    commands = tuple((f"go on with {r.name}", f"{resume} {r.number}") for r in waiting[-3:])
    return Page("jobs", (plural(len(records), "job"),), parts=(Part("jobs", grid),), commands=commands)


def jobs_document(records: Sequence[Record]) -> dict[str, Any]:
    """{"jobs": [{"job", "dataset", "status", "reason", "rows", "asked", "version", "created", "seconds", "holder",
    "error"}]}, oldest first."""
    found = []
    for record in records:
        order, state = record.order, record.state
        found.append(
            {
                "job": order.job,
                "dataset": order.name,
                "status": state.status,
                "reason": state.reason,
                "rows": state.rows,
                "asked": order.rows,
                "version": state.version,
                "created": order.created,
                "seconds": state.seconds,
                "holder": str(record.holder) if record.holder else None,
                "error": state.error,
            }
        )
    return {"jobs": found}


def job_page(record: Record, *, resume: str) -> Page:
    """One job: what was asked, what came of it, and its last events."""
    known = summary(record)
    facts = [known["dataset"], known["status"], f"seed {known['seed']}", plural(known["asked"], "row")]
    if known["seconds"]:
        facts.append(duration(known["seconds"]))
    if record.order.instructed:
        facts.append(model_words(record.order.instructed))
    marks = []
    if known["error"]:
        marks.append(Mark("broken", known["error"]["message"]))
    if why := WHY.get(known["reason"]):
        marks.append(Mark("note", why))
    parts = []
    if "tables" in known:
        tables = tuple(
            (t, f"{of['rows']:,}", duration(of["seconds"]), size(of["bytes"]), _nulls(of["columns"]))
            for t, of in known["tables"].items()
        )
        parts.append(Part("tables", Grid(("table", "rows", "time", "size", "NULLs"), tables, frozenset({1, 2, 3}))))
    events = [e for e in record.events() if e["type"] != "progress"][-30:]
    lines = tuple((e["timestamp"][11:23], e["type"], _told(e["data"])) for e in events)
    parts.append(Part("events", Grid(("time (UTC)", "event", "what"), lines)))
    resumable = known["status"] in RESUMABLE
    commands = (("go on", f"{resume} {record.number}"),) if resumable else ()
    return Page(f"job {record.number}", tuple(facts), tuple(marks), tuple(parts), commands)


def estimate_words(estimate: Estimate) -> str:
    """'9,150,000 rows, about 210 MB, 8 s, 380 MB of memory'."""
    tokens = f"{plural(estimate.tokens, 'token')}, " if estimate.tokens else ""
    return (
        f"{plural(estimate.rows, 'row')}, about {tokens}{size(estimate.bytes)}, {duration(estimate.seconds)}, "
        f"{size(estimate.memory)} of memory"
    )


def _nulls(columns: dict[str, Any]) -> str:
    """The columns with NULLs and their share."""
    shares = [f"{c} {100 * of['null_share']:.0f} %" for c, of in columns.items() if of["null_share"]]
    return ", ".join(shares[:4]) + (f" and {len(shares) - 4} more" if len(shares) > 4 else "")


def _told(data: dict[str, Any]) -> str:
    """The plain facts of an event, on one line."""
    return ", ".join(f"{k} {v:,}" if isinstance(v, int) else f"{k} {v}" for k, v in data.items() if _plain(v))


def _plain(value: object) -> bool:
    return isinstance(value, str | int | float) and value != ""
