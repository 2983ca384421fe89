"""A version on its way: its parts are written in place, in a folder that nobody lists before its dataset.json, which is
written last, is whole. Knows how a version lies on disk; nothing of the other versions of a store."""

from __future__ import annotations

import os
import secrets
import shutil
import sys
from collections.abc import Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from importlib.metadata import version as library_version
from pathlib import Path
from typing import Protocol, Self

import msgspec

from .dataset import Dataset, Files, Manifest, write_whole
from .edits import Edit
from .errors import StoreError
from .filenames import escape
from .instructed import Instructed
from .parquet import SMALL, Part
from .remote import Remote

STORE_VERSION = 2
_LIBRARIES = ("synthgen-nb", "numpy", "polars", "pyarrow", "duckdb")
_SYNCS = 16  # files that the disk is asked for at once
_END = b"\n}\n"  # of a dataset.json, whose inner lines are indented: one that is cut is no version


class Origin(Protocol):
    """What a version was made from: a Plan, or the Texts that were asked of a model. Its JSON has a `schema`."""

    @property
    def seed(self) -> int: ...
    @property
    def as_of(self) -> str: ...
    def to_json(self) -> str: ...


class Draft:
    """A version being written, in its own place, where nobody lists it before `commit`."""

    def __init__(
        self, home: Path, name: str, version: int, parent: int | None = None, remote: Remote | None = None
    ) -> None:
        """`home` is the dataset's folder, which mirrors that of `remote` where there is one."""
        self.name, self.version = name, version
        self.path = home / f"v{version}"
        self._parent, self._remote = parent, remote
        self._shared: dict[tuple[Path, str], Path] = {}  # by file and hash: it may be written anew yet

    def part_path(self, table: str, index: int) -> Path:
        """Where part number `index` of the table goes; its folder exists on return."""
        path = self.path / escape(table) / f"part-{index:05d}.parquet"
        path.parent.mkdir(exist_ok=True)
        return path

    def file(self, table: str, part: Part) -> str:
        """The part's name within the version's folder."""
        return f"{escape(table)}/{part.file}"

    def share(self, part: Part, table: str, path: Path, *, name: str = "") -> Part:
        """Another version's part, at `path`, as this one's own too, under its own `name` or another one: a second name
        of the same bytes, so that either version can be dropped or moved without the other. A copy where the file
        system has no links."""
        there = self.path / escape(table) / (name or path.name)
        there.parent.mkdir(exist_ok=True)
        try:
            os.link(path, there)
        except OSError:  # FAT, a mounted Drive
            try:
                shutil.copyfile(path, there)
                _sync(there)
            except OSError as error:
                raise StoreError(f"can't save {self.name} v{self.version}: {error.strerror}") from error
        self._shared[there, part.sha256] = path
        return msgspec.structs.replace(part, file=there.name)

    def keep_only(self, parts: Collection[str]) -> None:
        """Removes every part but those, named as `Part.file` is in a version: what a killed process left torn."""
        for path in self.path.glob("*/*"):
            if f"{path.parent.name}/{path.name}" not in parts:
                path.unlink(missing_ok=True)  # a worker elsewhere may just be sweeping up too

    def commit(
        self,
        origin: Origin,
        parts: Mapping[str, Sequence[Part]],
        *,
        seconds: Mapping[str, float],
        description: str = "",
        instructed: Instructed | None = None,
        partial: bool = False,
    ) -> Dataset:
        """Makes the draft a version, whole. Every table has at least one part, for its column types. Raises StoreError
        where that fails; then it is still a draft."""
        manifest = Manifest(
            store_version=STORE_VERSION,
            name=self.name,
            version=self.version,
            parent=self._parent,
            seed=origin.seed,
            as_of=origin.as_of,
            description=description,
            libraries=libraries(),
            tables=self._tables(parts, seconds),
            partial=partial,
            instructed=instructed,
            plan=msgspec.Raw(origin.to_json().encode()),
        )
        return self.publish(Dataset(self.path, manifest))

    def successor(
        self, parent: Dataset, parts: Mapping[str, Sequence[Part]], description: str, edit: Edit | None = None
    ) -> Dataset:
        """The version that `publish` would make of an edit of `parent`: to be looked at first, listed nowhere yet."""
        own = {"version": self.version, "parent": parent.version, "description": description, "edit": edit}
        own["tables"] = self._tables(parts, parent.seconds)
        return Dataset(self.path, msgspec.structs.replace(parent.manifest, **own))

    def publish(self, dataset: Dataset) -> Dataset:
        """Writes its dataset.json, which makes it a version. Elsewhere first, where it is to be kept there."""
        tables = dataset.manifest.tables
        document = msgspec.json.format(msgspec.json.encode(dataset.manifest), indent=1).removesuffix(b"}").rstrip()
        document += _END
        beside = self.path / f"dataset.json.{secrets.token_hex(4)}"
        try:
            written = [self.path / part.file for files in tables.values() for part in files.parts if part.bytes < SMALL]
            written += {self.path / files.folder for files in tables.values()}
            with ThreadPoolExecutor(_SYNCS) as pool:  # the disk writes down what many wait for in one go
                list(pool.map(_sync_all, [written[at::_SYNCS] for at in range(min(_SYNCS, len(written)))]))
            write_whole(beside, document)
            if self._remote is not None:
                self._send(self._remote, dataset, document)
            beside.replace(self.path / "dataset.json")
            _sync(self.path)
            _sync(self.path.parent)
        except OSError as error:
            raise StoreError(f"can't save {self.name} v{self.version}: {error.strerror}") from error
        return Dataset(self.path, dataset.manifest, self._remote)

    def _send(self, remote: Remote, dataset: Dataset, document: bytes) -> None:
        """The parts, and what is kept beside them; last of all, in one step, the dataset.json. A part that a version
        over there has is copied over there."""
        there: set[Path] = set()
        for home in {source.parent.parent.parent for source in self._shared.values()}:
            there |= remote.sizes(home).keys() if home.parent == remote.path else set()
        own = list(dataset.kept())
        for part in (part for table in dataset.manifest.tables.values() for part in table.parts):
            path = self.path / part.file
            if (source := self._shared.get((path, part.sha256))) in there and source is not None:
                remote.repeat(source, path)
            else:
                own.append(path)
        remote.push(own)
        if not remote.create(self.path / "dataset.json", document):
            raise StoreError(f"{self.name} v{self.version} is there already", hint="somebody else made it meanwhile")

    def repeat(self, source: Dataset) -> Dataset:
        """Publishes a version that shares all its parts with `source`, and has what was kept beside them. Raises
        StoreError."""
        try:
            for beside in source.kept():
                shutil.copyfile(beside, self.path / beside.name)
        except OSError as error:
            raise StoreError(f"can't save {self.name} v{self.version}: {error.strerror}") from error
        for table, files in source.manifest.tables.items():
            for part in files.parts:
                self.share(part, table, source.path / part.file)
        return self.publish(Dataset(self.path, msgspec.structs.replace(source.manifest, name=self.name)))

    def _tables(self, parts: Mapping[str, Sequence[Part]], seconds: Mapping[str, float]) -> dict[str, Files]:
        tables = {}
        for key, made in parts.items():
            folder = escape(key)
            if not made:
                raise StoreError(f"{self.name}: table {key} has no part")
            tables[key] = Files(
                folder=folder,
                rows=sum(part.rows for part in made),
                bytes=sum(part.bytes for part in made),
                seconds=round(seconds.get(key, 0.0), 6),
                parts=tuple(msgspec.structs.replace(part, file=f"{folder}/{part.file}") for part in made),
            )
        return tables

    def drop(self) -> None:
        """Removes it, unless it is a version by now."""
        if not whole(self.path):
            if self._remote is not None:
                self._remote.remove(self.path)
            shutil.rmtree(self.path, ignore_errors=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def close(self) -> None:
        """Out of this process's hands: gone, unless it is a version by now."""
        for path in self.path.glob("lease-*.json"):
            path.unlink()
        self.drop()


def whole(path: Path) -> bool:
    """Whether the folder's dataset.json is there to its end: a drive that copies to rename shows it before."""
    try:
        with (path / "dataset.json").open("rb") as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(max(0, size - len(_END)))
            return file.read() == _END
    except (FileNotFoundError, NotADirectoryError):
        return False


def libraries() -> dict[str, str]:
    """The versions of this package and of the libraries that values and files depend on."""
    return {library: _version(library) for library in _LIBRARIES}


@cache
def _version(library: str) -> str:
    """What is installed does not change while this process has it loaded, and looking takes a read of all of it."""
    return library_version(library)


def _sync_all(paths: Sequence[Path]) -> None:
    for path in paths:
        _sync(path)


def _sync(path: Path) -> None:
    """A file's bytes or a folder's entries on the disk, where the system can be asked for that."""
    windows = sys.platform == "win32"
    if windows and path.is_dir():
        return
    handle = os.open(path, os.O_RDWR if windows else os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
