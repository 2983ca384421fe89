"""A folder of datasets with immutable versions: STORE/NAME/vN/{dataset.json, TABLE/part-00000.parquet}. A version is
there once its dataset.json is, which is written last: no folder is ever moved, so this holds on a mounted drive too.
Knows how data lies on disk; not how it is made, nor whether it is right."""

from __future__ import annotations

import os
import re
import shutil
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from . import leases
from .dataset import BESIDE, Dataset, Format, Manifest, near
from .drafts import STORE_VERSION, Draft, whole
from .errors import RefusedEdit, StoreError
from .filenames import escape, unescape
from .pointers import FILE, Pointer, point, pointer
from .remote import Remote

__all__ = ["Dataset", "Store", "ensure_space"]

_VERSION = re.compile(r"v([1-9]\d{0,8})")
_TURNS, _TURN = 200, 0.05  # times, seconds: how long an edit waits for another process to publish its own
_CLAIM = "claim"  # over there: of a version that somebody began; what mkdir is here
_OWNER = ".job"  # in a version's folder: the number of the job that made it; no table has a hidden name


class Store:
    """A folder of datasets; made by the first `begin` or `claim`. Or one at an object store's URL: then `path` is the
    folder here that mirrors it. Versions are those over there; jobs, templates and who is at work stay here."""

    def __init__(self, path: str | Path = "synthgen_store", *, mirror: str | Path | None = None) -> None:
        """`mirror` instead of a folder in the user's cache. Raises StoreError for a URL of another kind, and
        MissingExtra."""
        self.remote = Remote(path, mirror) if isinstance(path, str) and "://" in path else None
        self.path = Path(path) if self.remote is None else self.remote.path

    @property
    def place(self) -> str:
        """The folder or the URL, as one types it."""
        return str(self.path) if self.remote is None else self.remote.url

    def names(self) -> tuple[str, ...]:
        """Datasets with at least one version, sorted."""
        try:
            if self.remote is not None:
                manifests = [path for path in self.remote.sizes(self.path) if path.name == "dataset.json"]
                found = {path.parent.parent.name for path in manifests if path.parent.parent.parent == self.path}
                return tuple(sorted(name for home in found if (name := unescape(home)) is not None))
            homes = [home for home in self.path.iterdir() if home.name[0] != "." and _versions(home)]
        except FileNotFoundError:
            return ()
        except OSError as error:
            raise StoreError(f"can't read the store {self.path}: {error.strerror}") from error
        return tuple(sorted(name for home in homes if (name := unescape(home.name)) is not None))

    def versions(self, name: str) -> tuple[int, ...]:
        """Ascending; empty for a dataset that is not there."""
        home = self.path / escape(_checked(name))
        if self.remote is not None:
            return tuple(sorted(_numbers_of(self.remote, home, "dataset.json")))
        return _versions(home)

    def open(self, name: str, version: int | None = None) -> Dataset:
        """The current version (the latest, unless an undo went back), or the one asked for, with every part in its
        place and of its size (`verify` reads them). Raises StoreError."""
        dataset = self.look(name, version)
        for damage in dataset.damage(read=False):
            raise StoreError(f"{name} v{dataset.version}: {damage}", hint="`regenerate` makes a part anew")
        dataset.fetch()
        return dataset

    def look(self, name: str, version: int | None = None) -> Dataset:
        """The same whatever became of its parts. Raises StoreError."""
        versions = self.versions(name)
        if not versions:
            raise StoreError(f"no dataset {name!r} in {self.place}{near(name, self.names())}")
        if version is not None and version not in versions:
            raise StoreError(f"{name} has no version {version}", hint=f"versions {versions[0]} to {versions[-1]}")
        version = version or self._pointer(name, versions).at
        path = self.path / escape(name) / f"v{version}"
        try:
            if self.remote is not None:
                _mirrored(self.remote, path)
            manifest = read_manifest((path / "dataset.json").read_bytes(), f"{name} v{version}")
            return Dataset(path, manifest, self.remote)
        except OSError as error:
            raise StoreError(f"{name} v{version}: dataset.json can't be read: {error}") from error

    def pointer(self, name: str) -> Pointer:
        """Where undo and redo stand. Raises StoreError for a dataset that is not there."""
        self.look(name)
        return self._pointer(name, self.versions(name))

    def _pointer(self, name: str, versions: tuple[int, ...]) -> Pointer:
        home = self.path / escape(name)
        if self.remote is not None:
            self.remote.pull(home / FILE)
        return pointer(home, versions)

    def require_current(self, dataset: Dataset) -> None:
        """Raises RefusedEdit where another version is the current one by now."""
        at = self.pointer(dataset.name).at
        if at != dataset.version:
            raise RefusedEdit(
                f"{dataset.name} is at v{at} by now, this is v{dataset.version}",
                hint="open the current version and edit that",
            )

    @contextmanager
    def succeeding(self, dataset: Dataset) -> Iterator[None]:
        """The moment in which an edit of the current version becomes the next one, for one process at a time. Raises
        RefusedEdit where another version is the current one by now."""
        home = self.path / escape(dataset.name)
        for attempt in range(_TURNS):
            try:
                lease = leases.acquire(home)
                break
            except leases.Held:
                if attempt == _TURNS - 1:
                    raise
                time.sleep(_TURN)
        with lease:
            self.require_current(dataset)
            yield

    def undo(self, name: str) -> Dataset:
        """Makes the version current from which the current one was made; nothing is lost. Raises StoreError where that
        was no edit."""
        current = self.open(name)
        if current.parent is None:
            raise StoreError(f"{name} v{current.version} was not made by an edit: there is nothing to undo")
        before, at = self.open(name, current.parent), self.pointer(name)
        self.point(name, Pointer(before.version, at.newest, (*at.undone, current.version)))
        return before

    def redo(self, name: str) -> Dataset:
        """Makes the version current from which `undo` went back last, unless a newer one was made since."""
        at = self.pointer(name)
        if not at.undone:
            raise StoreError(f"{name}: no undo to take back")
        after = self.open(name, at.undone[-1])
        self.point(name, Pointer(after.version, at.newest, at.undone[:-1]))
        return after

    def point(self, name: str, to: Pointer) -> None:
        """Says which version is current, and where redo leads. Raises StoreError."""
        try:
            point(self.path / escape(name), to)
        except OSError as error:
            raise StoreError(f"can't write the store {self.path}: {error.strerror}") from error
        if self.remote is not None:
            self.remote.push([self.path / escape(name) / FILE])

    def begin(self, name: str, *, parent: int | None = None) -> Draft:
        """A draft of the next version of `name` in the hands of this process, made from version `parent` if by an
        edit; a context manager that leaves nothing behind unless committed. What killed processes left of the name is
        swept away first. Raises StoreError for a name no dataset can have and a store that can't be written."""
        home = self.path / escape(_checked(name))
        for path in home.glob("v*"):
            left = any(path.glob("lease-*.json")) or _unsigned_for_long(path)
            if left and not whole(path) and leases.holder(path) is None:
                if self.remote is not None:
                    if self.remote.pull(path / "dataset.json"):  # it died just after it was done
                        continue
                    self.remote.remove(path)
                shutil.rmtree(path, ignore_errors=True)
        draft = self._claim(name, parent)
        leases.acquire(draft.path)
        return draft

    def claim(self, name: str, job: int) -> Draft:
        """A draft of the next version of `name` that belongs to a job and outlives its process."""
        draft = self._claim(name, None)
        (draft.path / _OWNER).write_text(str(job))
        return draft

    def reclaim(self, name: str, version: int, job: int) -> Draft | None:
        """The draft that the job claimed earlier, unless it was lost or is a version by now."""
        draft = Draft(self.path / escape(name), name, version, remote=self.remote)
        if self.remote is not None:
            self.remote.pull(draft.path / "dataset.json")
        return draft if _owner(draft.path) == job and not whole(draft.path) else None

    def made_by(self, name: str, version: int, job: int) -> bool:
        """Whether this version is there and the job made it."""
        path = self.path / escape(_checked(name)) / f"v{version}"
        if self.remote is not None:
            self.remote.pull(path / "dataset.json")
        return whole(path) and _owner(path) == job

    def remove(self, name: str, version: int) -> None:
        """The manifest first: what is left of the folder then is no version. Raises StoreError."""
        home = self.path / escape(_checked(name))
        path = home / f"v{version}"
        try:
            if self.remote is not None:
                self.remote.remove(path, first="dataset.json")
                if not _numbers_of(self.remote, home):
                    self.remote.remove(home)
            (path / "dataset.json").unlink(missing_ok=self.remote is not None)
            shutil.rmtree(path, ignore_errors=self.remote is not None)
            if not _numbers(home):
                shutil.rmtree(home, ignore_errors=self.remote is not None)
        except OSError as error:
            raise StoreError(f"can't remove {name} v{version}: {error.strerror}") from error

    def copy(self, old: str, new: str, *, source: Store | None = None) -> None:
        """Every version of `old` and what undo knows, of this store or another one, as `new`; where one can't be had,
        none. Raises StoreError."""
        source, made = source or self, []
        at = source.pointer(old)
        try:
            for version in source.versions(old):
                with self.draft(new, version) as draft:
                    draft.repeat(source.open(old, version))
                made.append(version)
        except BaseException:
            for version in made:
                self.remove(new, version)
            raise
        self.point(new, at)

    def draft(self, name: str, version: int) -> Draft:
        """A draft of this very version in the hands of this process. Raises StoreError where the number is taken."""
        draft = Draft(self.path / escape(_checked(name)), name, version, remote=self.remote)
        try:
            if not self._made(draft.path):
                raise StoreError(f"can't make {name} v{version}: its number is taken")
        except OSError as error:
            raise StoreError(f"can't make {name} v{version}: {error.strerror}") from error
        leases.acquire(draft.path)
        return draft

    def _claim(self, name: str, parent: int | None) -> Draft:
        """The first free number."""
        home = self.path / escape(_checked(name))
        try:
            taken = _numbers(home) if self.remote is None else _numbers_of(self.remote, home)
            number = max(taken, default=0) + 1
            while not self._made(home / f"v{number}"):
                number += 1
        except OSError as error:
            raise StoreError(
                f"can't write the store {self.path}: {error.strerror}",
                hint="choose another with --store or Store(path)",
            ) from error
        return Draft(home, name, number, parent, self.remote)

    def _made(self, path: Path) -> bool:
        """Whether this process made a version's folder: an object that was not there before, or else the folder itself,
        is what one process alone can make."""
        if self.remote is not None:
            if not self.remote.create(path / _CLAIM, _me()):
                return False
            shutil.rmtree(path, ignore_errors=True)  # what is mirrored of one that is gone
        try:
            path.mkdir(parents=True)
        except FileExistsError:
            return False
        return True


def read_manifest(text: bytes, whose: str) -> Manifest:
    """A dataset.json. Raises StoreError."""
    try:
        newest = msgspec.json.decode(text, type=Format).store_version
        if newest > STORE_VERSION:
            raise StoreError(
                f"{whose} is of a newer release (format {newest}, this one reads {STORE_VERSION})",
                hint="pip install --upgrade synthgen-nb",
            )
        return msgspec.json.decode(text, type=Manifest)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise StoreError(f"{whose}: dataset.json can't be read: {error}") from error


def ensure_space(path: str | Path, size: int) -> None:
    """Raises StoreError if the disk that holds (or will hold) `path` has less than `size` bytes free."""
    there = next(p for p in (Path(path).absolute(), *Path(path).absolute().parents) if p.exists())
    free = shutil.disk_usage(there).free
    if free < size:
        raise StoreError(
            f"about {size / 1e9:,.1f} GB are needed, {free / 1e9:,.1f} GB are free at {there}",
            hint="ask for fewer rows or choose another store",
            details={"needed": size, "free": free},
        )


def _checked(name: str) -> str:
    bad = not name.strip() or name != name.strip() or len(name) > 100 or name in (".", "..")
    if bad or not name.isprintable() or any(c in name for c in "/\\") or unescape(escape(name)) is None:
        raise StoreError(
            f"{name!r} can't be the name of a dataset",
            hint="1 to 100 printable characters (fewer beyond ASCII) without / or \\, not . or ..",
        )
    return name


def _numbers(home: Path) -> tuple[int, ...]:
    """Of all folders vN, drafts among them; ascending."""
    try:
        found = [match for entry in os.listdir(home) if (match := _VERSION.fullmatch(entry))]
    except (FileNotFoundError, NotADirectoryError):
        return ()
    return tuple(sorted(int(match[1]) for match in found))


def _versions(home: Path) -> tuple[int, ...]:
    return tuple(number for number in _numbers(home) if whole(home / f"v{number}"))


def _numbers_of(remote: Remote, home: Path, name: str = "") -> set[int]:
    """Of all versions of which there is an object over there, or one of that name."""
    found = set()
    for path in remote.sizes(home):
        folder, *inside = path.relative_to(home).parts
        if (match := _VERSION.fullmatch(folder)) and (not name or inside == [name]):
            found.add(int(match[1]))
    return found


def _mirrored(remote: Remote, path: Path) -> None:
    """What is here of a version, but for its parts, made what it is over there. Another version may have had its
    number."""
    manifest = path / "dataset.json"
    there = remote.read(manifest)
    if there is not None and manifest.exists() and manifest.read_bytes() != there:
        shutil.rmtree(path)
    for each in (manifest, *(path / name for name in BESIDE)):
        remote.pull(each)


def _me() -> bytes:
    """For whoever looks into a version that was never finished."""
    return f"{socket.gethostname()} {os.getpid()}".encode()


def _unsigned_for_long(path: Path) -> bool:
    """What a process leaves that dies between making a folder and signing it: nothing, or a signature under its first
    name, which begins with a dot."""
    try:
        signed = any(not entry.name.startswith(".") for entry in path.iterdir())
        return not signed and time.time() - path.stat().st_mtime > leases.PATIENCE
    except (FileNotFoundError, NotADirectoryError):
        return False


def _owner(path: Path) -> int | None:
    try:
        return int((path / _OWNER).read_text())
    except (FileNotFoundError, ValueError):
        return None
