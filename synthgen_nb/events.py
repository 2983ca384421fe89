"""What happens in a job, as values: each as one JSON line, and all so far as one Progress. Knows nothing of who makes
or reads them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec
from msgspec import Struct, field
from msgspec.structs import replace

from .report import Report


class Estimate(Struct, frozen=True, kw_only=True):
    """What a job will cost, from a trial of its own work: bytes on disk, seconds, peak bytes of memory; and the tokens
    that a model will write."""

    rows: int
    bytes: int
    seconds: float
    memory: int
    tokens: int = 0


class Prepared(Struct, frozen=True, kw_only=True, tag="init"):
    """Before row 1. `tables` maps each table to the rows it will get."""

    dataset: str
    tables: dict[str, int]
    seed: int
    as_of: str
    estimate: Estimate


class Started(Struct, frozen=True, kw_only=True, tag="start"):
    """`done` maps each table to the rows that an earlier run of the job left whole."""

    dataset: str
    tables: dict[str, int]
    seed: int
    as_of: str
    done: dict[str, int] = {}


class Advanced(Struct, frozen=True, kw_only=True, tag="progress"):
    """`current` of `total` rows of `table` are made; `rate` in rows per second of this run (0.0 before the first),
    `eta` in seconds."""

    table: str
    current: int
    total: int
    rate: float = 0.0
    percentage: float = 0.0
    eta: float = 0.0


def advanced(table: str, current: int, total: int, *, made: int, seconds: float) -> Advanced:
    """`made` of the `current` rows took this run `seconds`."""
    rate = made / seconds if seconds > 0 else 0.0
    return Advanced(
        table=table,
        current=current,
        total=total,
        rate=round(rate, 1),
        percentage=round(100 * current / total, 2) if total else 100.0,
        eta=round((total - current) / rate, 1) if rate else 0.0,
    )


class Filled(Struct, frozen=True, kw_only=True, tag="table"):
    """All parts of a table are written; `seconds` is the time they took, added up over threads."""

    table: str
    rows: int
    bytes: int
    seconds: float


class Short(Struct, frozen=True, kw_only=True, tag="short"):
    """A topic of texts got fewer records than `wanted`; `why` says so in words."""

    topic: str
    records: int
    wanted: int
    why: str


class Saved(Struct, frozen=True, kw_only=True, tag="saved"):
    dataset: str
    version: int
    rows: int
    bytes: int


class Validated(Struct, frozen=True, kw_only=True, tag="validation"):
    report: Report


class Finished(Struct, frozen=True, kw_only=True, tag="complete"):
    dataset: str
    version: int
    seconds: float


class Failed(Struct, frozen=True, kw_only=True, tag="error"):
    """The error contract of errors.py; nothing was listed, and the job can be resumed."""

    error: dict[str, Any]


class Paused(Struct, frozen=True, kw_only=True, tag="paused"):
    """`reason` is "asked", "interrupt", "timeout" or "abandoned"; the parts that are whole are kept."""

    reason: str
    current: int
    total: int


class Resumed(Struct, frozen=True, kw_only=True, tag="resumed"):
    current: int
    total: int


class Cancelled(Struct, frozen=True, kw_only=True, tag="cancelled"):
    """The parts are dropped; or kept, as version `kept` that is marked partial."""

    kept: int | None = None


class Shutdown(Struct, frozen=True, kw_only=True, tag="shutdown"):
    """The last event of every run. `status` is the job's from now on."""

    status: str


Event = (
    Prepared
    | Started
    | Advanced
    | Filled
    | Short
    | Saved
    | Validated
    | Finished
    | Failed
    | Paused
    | Resumed
    | Cancelled
    | Shutdown
)


class Progress(Struct, frozen=True):
    """All events so far in one value. `tables` maps each table to the rows it will get; `advanced` to its last event;
    `now` is the table in work; `doing` says what goes on, in words."""

    dataset: str = ""
    tables: Mapping[str, int] = field(default_factory=dict)
    advanced: Mapping[str, Advanced] = field(default_factory=dict)
    estimate: Estimate | None = None
    now: str = ""
    doing: str = "waiting"
    saved: Saved | None = None

    def after(self, event: Event) -> Progress:
        match event:
            case Prepared():
                return replace(
                    self, dataset=event.dataset, tables=event.tables, estimate=event.estimate, doing="starting"
                )
            case Started():
                there = {t: advanced(t, n, event.tables[t], made=0, seconds=0.0) for t, n in event.done.items() if n}
                return replace(
                    self, dataset=event.dataset, tables=event.tables, advanced=there, now="", doing="generating"
                )
            case Advanced():
                return replace(self, advanced={**self.advanced, event.table: event}, now=event.table)
            case Saved():
                return replace(self, saved=event, now="", doing="checking every rule")
            case Validated() | Finished():
                return replace(self, now="", doing="done")
            case Failed():
                return replace(self, now="", doing="failed")
            case Paused():
                return replace(self, now="", doing=f"paused ({event.reason})")
            case Cancelled():
                return replace(self, now="", doing="cancelled")
            case Filled() | Short() | Resumed() | Shutdown():
                return self

    @property
    def done(self) -> int:
        return sum(event.current for event in self.advanced.values())

    @property
    def total(self) -> int:
        return sum(self.tables.values())

    @property
    def share(self) -> float:
        """0.0 to 1.0 of all rows."""
        return min(1.0, self.done / self.total) if self.total else 0.0

    @property
    def percent(self) -> str:
        return f"{int(100 * self.share)} %"


def line(event: Event, job: int, now: datetime) -> bytes:
    """`{"type", "timestamp", "job", "data"}` and a newline."""
    if isinstance(event, Validated):
        kind, data = "validation", _verdict(event.report)
    else:
        data = msgspec.to_builtins(event)
        kind = data.pop("type")
    stamp = now.astimezone(UTC).isoformat(timespec="milliseconds")
    return msgspec.json.encode({"type": kind, "timestamp": stamp, "job": job, "data": data}) + b"\n"


def _verdict(report: Report) -> dict[str, Any]:
    """Counts and the rules that do not hold, without their rows: an event is no place for data."""
    wrong = [f for f in report.findings if f.verdict != "holds"]
    return {
        "clean": report.clean,
        "summary": report.summary(),
        "findings": [{"verdict": f.verdict, "rule": f.rule, "table": f.table, "text": f.text} for f in wrong],
        "seconds": report.seconds,
    }
