"""One version of a dataset as it lies on disk, and reading it. Knows the folder it is given; not where versions come
from (store.py), nor whether the data is right."""

from __future__ import annotations

import difflib
import hashlib
import os
import secrets
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import msgspec
from msgspec import Struct
from msgspec.structs import asdict

from .diffs import Differences
from .edits import Edit
from .errors import PlanError, StoreError
from .instructed import Instructed
from .parquet import Part
from .plan import Plan, plan_from_json
from .remote import Remote
from .report import Report
from .schema import Schema
from .selecting import USUAL, Answer, Limits, select

if TYPE_CHECKING:
    import polars as pl

_REPORT, _DIFF = "report.json", "diff.json"
BESIDE = (_REPORT, _DIFF)  # what is kept with a version, next to its dataset.json
_Kept = TypeVar("_Kept", bound=Struct)


class Files(Struct, frozen=True, kw_only=True):
    """One table of a version. `folder` is its escaped name; `seconds` is the time its parts took."""

    folder: str
    rows: int
    bytes: int
    seconds: float
    parts: tuple[Part, ...]


class Manifest(Struct, frozen=True, kw_only=True):
    """dataset.json. `parent` is the version this one was made from by an edit, `edit` the SQL of it (an edit of single
    cells has none); `instructed` is there where a model had a hand in its plan."""

    store_version: int
    name: str
    version: int
    parent: int | None
    seed: int
    as_of: str
    description: str
    libraries: dict[str, str]
    tables: dict[str, Files]
    partial: bool = False  # a cancelled job's rows: fewer than planned, and rules between tables may not hold
    instructed: Instructed | None = None
    edit: Edit | None = None
    plan: msgspec.Raw


class Format(Struct):
    store_version: int = 0


class _Planned(Struct):
    schema: Schema


class Damage(Struct, frozen=True):
    """A part that is not as it was written; `file` within the version's folder, `found` says what it is."""

    table: str
    file: str
    found: str

    def __str__(self) -> str:
        return f"{self.file} {self.found}"


class Dataset(Mapping[str, "pl.DataFrame"]):
    """One immutable version: a mapping from table to frame, read when asked for."""

    def __init__(self, path: Path, manifest: Manifest, remote: Remote | None = None) -> None:
        """`remote` is where the version is kept, if not here: then the folder at `path` mirrors it."""
        self.path, self.remote = path, remote
        self._manifest = manifest

    @property
    def manifest(self) -> Manifest:
        """What its dataset.json says."""
        return self._manifest

    @property
    def name(self) -> str:
        return self._manifest.name

    @property
    def version(self) -> int:
        return self._manifest.version

    @property
    def parent(self) -> int | None:
        return self._manifest.parent

    @property
    def seed(self) -> int:
        return self._manifest.seed

    @property
    def as_of(self) -> str:
        return self._manifest.as_of

    @property
    def description(self) -> str:
        return self._manifest.description

    @property
    def instructed(self) -> Instructed | None:
        return self._manifest.instructed

    @property
    def edit(self) -> Edit | None:
        return self._manifest.edit

    @property
    def partial(self) -> bool:
        """Whether it holds what a cancelled job had made so far."""
        return self._manifest.partial

    @property
    def libraries(self) -> dict[str, str]:
        return dict(self._manifest.libraries)

    @property
    def rows(self) -> dict[str, int]:
        return {key: files.rows for key, files in self._manifest.tables.items()}

    @property
    def bytes(self) -> dict[str, int]:
        return {key: files.bytes for key, files in self._manifest.tables.items()}

    @property
    def seconds(self) -> dict[str, float]:
        return {key: files.seconds for key, files in self._manifest.tables.items()}

    @property
    def plan(self) -> Plan:
        """Raises PlanError where no plan made it, as with a set of texts, or one that this release can't read."""
        return plan_from_json(bytes(self._manifest.plan).decode())

    @property
    def readable_plan(self) -> Plan | None:
        """None instead: the data stays readable all the same."""
        try:
            return self.plan
        except PlanError:
            return None

    @property
    def schema(self) -> Schema:
        """Read without the rest of the plan, whose kinds of spec another release may have changed."""
        return msgspec.json.decode(self._manifest.plan, type=_Planned).schema

    def parts(self, table: str) -> tuple[Path, ...]:
        """Raises KeyError for a table that is not there."""
        return tuple(self.path / part.file for part in self._files(table).parts)

    def scan(self, table: str) -> pl.LazyFrame:
        import polars as pl

        # glob and hive off: a store's path may hold [, * or =
        return pl.scan_parquet(list(self.parts(table)), glob=False, hive_partitioning=False)

    def sql(
        self, query: str, *, timeout: float = USUAL.seconds, memory: int = USUAL.memory, rows: int | None = None
    ) -> pl.DataFrame:
        """One SELECT in DuckDB's dialect over this version's tables; nothing else can be read and nothing written.
        Seconds and bytes of memory beyond which it is stopped; at most so many `rows` of its result. Raises
        UnsafeSQLError for what is outside the allow-list, InputError for what DuckDB refuses and for a limit."""
        return self.select(query, Limits(timeout, memory, rows)).frame

    def select(self, query: str, limits: Limits) -> Answer:
        """As `sql`, and whether the result was cut."""
        return select(query, {key: self.parts(key) for key in self}, limits)

    @property
    def report(self) -> Report | None:
        """The report kept with this version; None before any was."""
        return self._kept(_REPORT, Report)

    def keep_report(self, report: Report) -> None:
        """Lays the report beside the version's data, instead of the one that was there."""
        self._keep(_REPORT, report)

    @property
    def diff(self) -> Differences | None:
        """What the edit that made this version changed, as it is kept with it; None where nothing is."""
        return self._kept(_DIFF, Differences)

    def keep_diff(self, told: Differences) -> None:
        self._keep(_DIFF, told)

    def _kept(self, name: str, kind: type[_Kept]) -> _Kept | None:
        try:
            return msgspec.json.decode((self.path / name).read_bytes(), type=kind)
        except FileNotFoundError:
            return None
        except (OSError, msgspec.DecodeError, UnicodeDecodeError) as error:
            raise StoreError(f"{self.name} v{self.version}: {name} can't be read: {error}") from error

    def _keep(self, name: str, value: Struct) -> None:
        beside = self.path / f"{name}.{secrets.token_hex(4)}"
        try:
            write_whole(beside, msgspec.json.encode(value))
            beside.replace(self.path / name)
        except OSError as error:
            beside.unlink(missing_ok=True)
            raise StoreError(f"{self.name} v{self.version}: can't keep {name}: {error.strerror}") from error
        if self.remote is not None:
            self.remote.push([self.path / name])

    def kept(self) -> tuple[Path, ...]:
        """The files that are there of those kept with the version: its report, what its edit changed."""
        return tuple(path for name in BESIDE if (path := self.path / name).is_file())

    def damage(self, *, read: bool = True) -> Iterator[Damage]:
        """The parts that are gone, have another size or, where they are `read`, hold other bytes than were written. Of
        a version that is kept elsewhere the copies here are read."""
        if self.remote is not None and not read:
            sizes = self.remote.sizes(self.path)
            for table, files in self._manifest.tables.items():
                for part in files.parts:
                    if found := _another_size(part, sizes.get(self.path / part.file)):
                        yield Damage(table, part.file, found)
            return
        self.fetch()
        for table, files in self._manifest.tables.items():
            for part in files.parts:
                if found := _damaged(self.path / part.file, part, read):
                    yield Damage(table, part.file, found)

    def fetch(self) -> None:
        """Copies of the parts that are kept elsewhere and not here yet."""
        if self.remote is not None:
            tables = self._manifest.tables.values()
            self.remote.fetch((self.path / part.file, part.bytes) for files in tables for part in files.parts)

    def verify(self) -> None:
        """Reads every part again. Raises StoreError that names those whose bytes are not the bytes that were written;
        its `details` hold all of them."""
        if damage := list(self.damage()):
            more = f" and {len(damage) - 1} more" if len(damage) > 1 else ""
            raise StoreError(
                f"{self.name} v{self.version}: {damage[0]}{more}",
                details={"damaged": [asdict(each) for each in damage]},
            )

    def __getitem__(self, table: str) -> pl.DataFrame:
        import polars as pl

        frame = self.scan(table)
        try:
            return frame.collect()
        except (OSError, pl.exceptions.PolarsError) as error:
            raise StoreError(f"{self.name} v{self.version}: {table} can't be read: {error}") from error

    def __contains__(self, table: object) -> bool:
        return table in self._manifest.tables

    def __iter__(self) -> Iterator[str]:
        return iter(self._manifest.tables)

    def __len__(self) -> int:
        return len(self._manifest.tables)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Dataset) and other.path == self.path  # Mapping's own would read every table

    def __hash__(self) -> int:
        return hash(self.path)

    def __repr__(self) -> str:
        tables = ", ".join(f"{key} {rows:,}" for key, rows in self.rows.items())
        return f"<Dataset {self.name} v{self.version}: {tables}>"

    def _files(self, table: str) -> Files:
        if table not in self._manifest.tables:
            raise KeyError(f"{table!r} is not a table of {self.name}{near(table, self)}")
        return self._manifest.tables[table]


def _damaged(path: Path, part: Part, read: bool) -> str:
    """How the file differs from what was written; "" where it does not."""
    try:
        if (found := _another_size(part, path.stat().st_size)) or not read:
            return found
        with path.open("rb") as file:
            same = hashlib.file_digest(file, "sha256").hexdigest() == part.sha256
    except FileNotFoundError:
        return "is missing"
    except OSError as error:
        return f"can't be read: {error.strerror}"
    return "" if same else "is not as it was written"


def _another_size(part: Part, size: int | None) -> str:
    if size is None:
        return "is missing"
    return "" if size == part.bytes else f"has {size:,} bytes, {part.bytes:,} were written"


def write_whole(path: Path, data: bytes) -> None:
    """On the disk when it returns."""
    with path.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def near(name: str, known: Iterable[str]) -> str:
    """' (did you mean ...?)', or nothing."""
    close = difflib.get_close_matches(name, list(known), n=3)
    return f" (did you mean {', '.join(close)}?)" if close else ""
