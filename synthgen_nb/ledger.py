"""The jobs of a store as they lie on disk: STORE/.jobs/N/{job.json, state.json, events.jsonl} and what was asked and
done, {plan.json, parts.jsonl} of rows or {texts.json, batches.jsonl} of texts.

Whoever reads them learns the truth after any restart: a job that says "running" without a living holder of its lease
was interrupted. Knows nothing of how rows are made.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import shutil
import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import msgspec
from msgspec import Struct

from . import leases
from .dataset import Format
from .drafts import STORE_VERSION, Draft, libraries
from .errors import StoreError
from .events import Estimate, Event, line
from .instructed import Instructed
from .parquet import Part
from .plan import Plan, plan_from_json
from .store import Dataset, Store
from .textsets.orders import TABLE, TextOrder

if TYPE_CHECKING:
    from .textsets.collecting import Batch

Status = Literal["queued", "running", "paused", "interrupted", "failed", "cancelled", "done"]
Wish = Literal["pause", "cancel", "keep"]
_MAKING_VALUES = ("synthgen-nb", "numpy", "duckdb")  # whose versions may change a value
_FOLDER = ".jobs"
_LOOK = 0.2  # seconds between two looks at a job elsewhere
_REMEMBERED = 100  # jobs


class Order(Struct, frozen=True, kw_only=True):
    """job.json: what was asked, once and for all. The plan, or the order of texts, lies beside it."""

    store_version: int
    job: int
    name: str
    makes: Literal["rows", "texts"] = "rows"
    rows: int
    seed: int
    as_of: str = ""
    created: str
    libraries: dict[str, str]
    description: str = ""
    instructed: Instructed | None = None


class State(Struct, frozen=True, kw_only=True):
    """state.json: where the job stands. `version` is the draft's, and the dataset's once it is done. `estimate` is of
    texts: it costs the model's time, so it is made once."""

    status: Status = "queued"
    reason: str = ""
    rows: int = 0
    version: int | None = None
    seconds: float = 0.0
    updated: str = ""
    error: dict[str, Any] | None = None
    estimate: Estimate | None = None


class Made(Struct, frozen=True, kw_only=True):
    """A line of parts.jsonl: one part is whole."""

    table: str
    index: int
    part: Part
    seconds: float


class Record:
    """One job's folder. Only the holder of its lease writes there, but for wishes."""

    def __init__(self, store: Store, path: Path, order: Order, plan: Plan | None = None) -> None:
        """`plan` where it is at hand; else it is read."""
        self.store, self.path, self.order = store, path, order
        self._plan = plan

    @property
    def number(self) -> int:
        return self.order.job

    @property
    def name(self) -> str:
        return self.order.name

    @property
    def plan(self) -> Plan:
        """Of a job that makes rows."""
        if self._plan is None:
            self._plan = plan_from_json((self.path / "plan.json").read_text(encoding="utf-8"))
        return self._plan

    @cached_property
    def texts(self) -> TextOrder | None:
        """What is asked of a job that makes texts; None of any other. Raises StoreError."""
        if self.order.makes != "texts":
            return None
        try:
            return msgspec.json.decode((self.path / "texts.json").read_bytes(), type=TextOrder)
        except (OSError, msgspec.MsgspecError) as error:
            raise StoreError(f"job {self.number}: texts.json can't be read: {error}") from error

    @property
    def totals(self) -> dict[str, int]:
        """Rows that each table is to get."""
        if self.texts is not None:
            return {TABLE: self.texts.records}
        return {key: table.rows for key, table in self.plan.tables.items()}

    @property
    def state(self) -> State:
        """With "interrupted" for a job that was left queued or running by a process that is gone."""
        try:
            state = msgspec.json.decode((self.path / "state.json").read_bytes(), type=State)
        except FileNotFoundError:
            state = State()
        except (OSError, msgspec.DecodeError) as error:
            raise StoreError(f"job {self.number}: state.json can't be read: {error}") from error
        if state.status in ("queued", "running") and leases.holder(self.path) is None:
            return msgspec.structs.replace(state, status="interrupted")
        return state

    @property
    def holder(self) -> leases.Holder | None:
        return leases.holder(self.path)

    def note(self, **changes: Any) -> State:
        """Changes the state on disk, whole or not at all."""
        now = datetime.now(UTC).isoformat(timespec="seconds")
        try:
            before = msgspec.json.decode((self.path / "state.json").read_bytes(), type=State)
        except FileNotFoundError:
            before = State()
        state = msgspec.structs.replace(before, updated=now, **changes)
        draft = self.path / f"state.json.{secrets.token_hex(4)}"
        with self._noting():
            draft.write_bytes(msgspec.json.encode(state))
            draft.replace(self.path / "state.json")
        return state

    def append(self, event: Event) -> bytes:
        """The event as a line, kept in events.jsonl."""
        written = line(event, self.number, datetime.now(UTC))
        with self._noting(), (self.path / "events.jsonl").open("ab") as file:
            file.write(written)
        return written

    def events(self) -> Iterator[dict[str, Any]]:
        """What happened so far, oldest first; a line torn by a death is left out."""
        try:
            text = (self.path / "events.jsonl").read_bytes()
        except FileNotFoundError:
            return
        for each in text.splitlines(keepends=True):
            if each.endswith(b"\n"):
                yield msgspec.json.decode(each)

    def tail(self) -> Generator[Event]:
        """The events of the run that is at work, or of the last one, from its beginning; waits for more until the job
        rests. Reports are not among them: the dataset keeps them."""
        at = 0
        while True:
            resting = self.holder is None
            known = list(self.events())
            starts = [number for number, each in enumerate(known) if each["type"] == "init"]
            for each in known[max(at, starts[-1] if starts else 0) :]:
                if each["type"] != "validation":
                    yield msgspec.convert({"type": each["type"], **each["data"]}, Event)
            at = len(known)
            if resting:
                return
            time.sleep(_LOOK)

    def halt(self) -> Path:
        """A file that is not there: once it is, work on this run elsewhere ends. Those of earlier runs go."""
        for old in self.path.glob("halt-*"):
            old.unlink(missing_ok=True)
        return self.path / f"halt-{secrets.token_hex(4)}"

    def journal(self, made: Made) -> None:
        with self._noting(), (self.path / "parts.jsonl").open("ab") as file:
            file.write(msgspec.json.encode(made) + b"\n")

    def journal_batch(self, batch: Batch) -> None:
        """On the disk when it returns: the model's time is worth more than a disk's."""
        with self._noting(), (self.path / "batches.jsonl").open("ab") as file:
            file.write(msgspec.json.encode(batch) + b"\n")
            file.flush()
            os.fsync(file.fileno())

    def batches(self) -> Iterator[Batch]:
        """The batches of texts that are whole. For the holder of the lease: a line torn by a death is cut off."""
        from .textsets.collecting import Batch

        for each in _whole_lines(self.path / "batches.jsonl"):
            yield msgspec.json.decode(each, type=Batch)

    def draft(self) -> tuple[Draft, list[Made]]:
        """The draft of this job with the parts that are whole, every byte of them; anything else in it is removed."""
        state = self.state
        draft = self.store.reclaim(self.name, state.version, self.number) if state.version else None
        if draft is None:
            draft = self.store.claim(self.name, self.number)
            self.note(version=draft.version)
            (self.path / "parts.jsonl").unlink(missing_ok=True)
            return draft, []
        whole = {(made.table, made.index): made for made in self._journal() if _as_written(draft, made)}
        draft.keep_only({draft.file(made.table, made.part) for made in whole.values()})
        return draft, list(whole.values())

    def saved(self) -> Dataset | None:
        """The version that this job has made."""
        version = self.state.version
        if version is None or not self.store.made_by(self.name, version, self.number):
            return None
        return self.store.open(self.name, version)

    def wish(self, wish: Wish) -> None:
        """For the process that runs the job, wherever that is; it looks about once a second."""
        (self.path / "wish").write_text(wish)

    def wished(self) -> Wish | None:
        """Taken once."""
        try:
            found = (self.path / "wish").read_text()
            (self.path / "wish").unlink()
        except FileNotFoundError:
            return None
        return next((w for w in ("pause", "cancel", "keep") if w == found), None)

    def require_same_values(self) -> None:
        """Raises StoreError where other versions of what makes the values began this job."""
        now = libraries()
        differ = [n for n in _MAKING_VALUES if self.order.libraries.get(n) != now[n]]
        if differ:
            pins = " ".join(f"'{n}=={self.order.libraries.get(n)}'" for n in differ)
            said = ", ".join(f"{n} {self.order.libraries.get(n)} (here {now[n]})" for n in differ)
            raise StoreError(
                f"job {self.number} was begun under {said}: its rows could differ",
                hint=f"pip install {pins}, or start anew",
            )

    @contextmanager
    def _noting(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise StoreError(f"job {self.number}: can't be noted in {self.path}: {error.strerror}") from error

    def _journal(self) -> Iterator[Made]:
        for each in _whole_lines(self.path / "parts.jsonl"):
            yield msgspec.json.decode(each, type=Made)


class Ledger:
    """All jobs of a store."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self._path = store.path / _FOLDER

    def add(
        self, work: Plan | TextOrder, name: str, description: str = "", instructed: Instructed | None = None
    ) -> Record:
        """A new job, queued. Raises StoreError if a living job is making the same dataset, and as `Store.claim`."""
        self.require_idle(name)
        try:
            self._path.mkdir(parents=True, exist_ok=True)
            number = max(self._numbers(), default=0) + 1
            while True:
                path = self._path / str(number)
                try:
                    path.mkdir()
                    break
                except FileExistsError:
                    number += 1
            order = Order(
                store_version=STORE_VERSION,
                job=number,
                name=name,
                makes="texts" if isinstance(work, TextOrder) else "rows",
                rows=_rows(work),
                seed=work.seed,
                as_of=work.as_of,
                created=datetime.now(UTC).isoformat(timespec="seconds"),
                libraries=libraries(),
                description=description,
                instructed=instructed,
            )
            beside = "texts.json" if isinstance(work, TextOrder) else "plan.json"
            (path / beside).write_text(work.to_json(), encoding="utf-8")
            draft = path / f"job.json.{secrets.token_hex(4)}"
            draft.write_bytes(msgspec.json.encode(order))
            draft.replace(path / "job.json")
        except OSError as error:
            raise StoreError(
                f"can't write the store {self.store.path}: {error.strerror}",
                hint="choose another with --store or Store(path)",
            ) from error
        self._forget()
        return Record(self.store, path, order, work if isinstance(work, Plan) else None)

    def require_idle(self, name: str) -> None:
        """Raises StoreError where a living job is making that dataset, and for a name that no dataset can have."""
        self.store.versions(name)
        for record in self.records():
            if record.name == name and record.state.status in ("queued", "running"):
                raise StoreError(
                    f"job {record.number} is making {name}",
                    hint=f"wait for it, cancel it ({record.number}), or choose another name",
                )

    def records(self) -> list[Record]:
        """Oldest first. A folder whose job.json was never written is no job."""
        return [self.open(number) for number in self._numbers() if (self._path / str(number) / "job.json").exists()]

    def open(self, number: int) -> Record:
        """Raises StoreError."""
        path = self._path / str(number)
        try:
            text = (path / "job.json").read_bytes()
            if msgspec.json.decode(text, type=Format).store_version > STORE_VERSION:
                raise StoreError(f"job {number} is of a newer release", hint="pip install --upgrade synthgen-nb")
            return Record(self.store, path, msgspec.json.decode(text, type=Order))
        except FileNotFoundError:
            known = ", ".join(map(str, self._numbers()[-5:])) or "none"
            raise StoreError(f"no job {number} in {self.store.place}", hint=f"the latest jobs: {known}") from None
        except (OSError, msgspec.DecodeError) as error:
            raise StoreError(f"job {number}: job.json can't be read: {error}") from error

    def _forget(self) -> None:
        """The oldest jobs that left nothing to resume, beyond the latest hundred."""
        for number in self._numbers()[:-_REMEMBERED]:
            record = self.open(number)
            if record.state.status in ("done", "cancelled"):
                shutil.rmtree(record.path, ignore_errors=True)

    def _numbers(self) -> list[int]:
        try:
            return sorted(int(name) for name in os.listdir(self._path) if name.isdecimal())
        except FileNotFoundError:
            return []


def _as_written(draft: Draft, made: Made) -> bool:
    path = draft.path / draft.file(made.table, made.part)
    try:
        if path.stat().st_size != made.part.bytes:
            return False
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest() == made.part.sha256
    except FileNotFoundError:
        return False


def _whole_lines(path: Path) -> list[bytes]:
    """The lines of a journal, each with its break; what a death tore after the last one goes, so that the next line
    begins on its own."""
    try:
        text = path.read_bytes()
    except FileNotFoundError:
        return []
    whole = text[: text.rfind(b"\n") + 1]
    if len(whole) < len(text):
        os.truncate(path, len(whole))
    return whole.splitlines(keepends=True)


def _rows(work: Plan | TextOrder) -> int:
    if isinstance(work, TextOrder):
        return work.records
    return sum(table.rows for table in work.tables.values())
