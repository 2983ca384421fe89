"""A folder of datasets with immutable versions: STORE/NAME/vN/{dataset.json, TABLE/part-00000.parquet}. An atomic
rename is the only write that counts. Knows how data lies on disk; not how it is made, nor whether it is right."""

from __future__ import annotations

import errno
import os
import re
import secrets
import shutil
import sys
from collections.abc import Mapping, Sequence
from importlib.metadata import version as library_version
from pathlib import Path
from typing import IO, Self

import msgspec

from .dataset import Dataset, Files, Format, Manifest, near, write_whole
from .errors import StoreError
from .filenames import escape, unescape
from .parquet import Part, write_part
from .plan import Plan

__all__ = ["Dataset", "Draft", "Part", "Store", "ensure_space", "write_part"]

STORE_VERSION = 1
_LIBRARIES = ("synthgen-nb", "numpy", "polars", "pyarrow")
_VERSION = re.compile(r"v([1-9]\d{0,8})")
_WORK = ".work"  # drafts and their locks, inside the store so that a rename never crosses file systems


class Draft:
    """A version being written: a folder that nobody lists. Removed on leaving the `with` block unless committed."""

    def __init__(self, store: Store, name: str, parent: int | None, path: Path, lock: IO[bytes]) -> None:
        self.path = path
        self._store, self._name, self._parent, self._lock = store, name, parent, lock

    def part_path(self, table: str, index: int) -> Path:
        """Where part number `index` of the table goes; its folder exists on return."""
        path = self.path / escape(table) / f"part-{index:05d}.parquet"
        path.parent.mkdir(exist_ok=True)
        return path

    def commit(
        self,
        plan: Plan,
        parts: Mapping[str, Sequence[Part]],
        *,
        seconds: Mapping[str, float],
        description: str = "",
    ) -> Dataset:
        """Makes the draft the next version of its dataset, whole, in one rename. Every table has at least one part, for
        its column types. Raises StoreError where that fails; then the store is as it was."""
        tables = {}
        for key, made in parts.items():
            folder = escape(key)
            if not made:
                raise StoreError(f"{self._name}: table {key} has no part")
            tables[key] = Files(
                folder=folder,
                rows=sum(part.rows for part in made),
                bytes=sum(part.bytes for part in made),
                seconds=round(seconds.get(key, 0.0), 6),
                parts=tuple(msgspec.structs.replace(part, file=f"{folder}/{part.file}") for part in made),
            )
        manifest = Manifest(
            store_version=STORE_VERSION,
            name=self._name,
            version=0,
            parent=self._parent,
            seed=plan.seed,
            as_of=plan.as_of,
            description=description,
            libraries={library: library_version(library) for library in _LIBRARIES},
            tables=tables,
            plan=msgspec.Raw(plan.to_json().encode()),
        )
        home = self._store.path / escape(self._name)
        try:
            home.mkdir(exist_ok=True)
            for folder in {files.folder for files in tables.values()}:
                _sync(self.path / folder)
            version = max(_versions(home), default=0) + 1
            while True:
                manifest = msgspec.structs.replace(manifest, version=version)
                write_whole(self.path / "dataset.json", msgspec.json.format(msgspec.json.encode(manifest), indent=1))
                _sync(self.path)
                target = home / f"v{version}"
                try:
                    self.path.rename(target)
                except OSError as error:
                    if error.errno not in (errno.EEXIST, errno.ENOTEMPTY, errno.ENOTDIR) and not target.exists():
                        raise
                    version += 1  # another process took this number between our look and our rename
                    continue
                _sync(home)
                return Dataset(target, manifest)
        except OSError as error:
            raise StoreError(f"can't save {self._name} in {self._store.path}: {error.strerror}") from error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        shutil.rmtree(self.path, ignore_errors=True)  # gone already if committed
        self._lock.close()
        Path(self._lock.name).unlink(missing_ok=True)


class Store:
    """A folder of datasets; made by the first `begin`."""

    def __init__(self, path: str | Path = "synthgen_store") -> None:
        self.path = Path(path)

    def names(self) -> tuple[str, ...]:
        """Datasets with at least one version, sorted."""
        try:
            homes = [home for home in self.path.iterdir() if home.is_dir() and _versions(home)]
        except FileNotFoundError:
            return ()
        except OSError as error:
            raise StoreError(f"can't read the store {self.path}: {error.strerror}") from error
        return tuple(sorted(name for home in homes if (name := unescape(home.name)) is not None))

    def versions(self, name: str) -> tuple[int, ...]:
        """Ascending; empty for a dataset that is not there."""
        return _versions(self.path / escape(_checked(name)))

    def open(self, name: str, version: int | None = None) -> Dataset:
        """The latest version, or the one asked for, with every part in its place and of its size (`verify` reads them).
        Raises StoreError."""
        versions = self.versions(name)
        if not versions:
            raise StoreError(f"no dataset {name!r} in {self.path}{near(name, self.names())}")
        if version is not None and version not in versions:
            raise StoreError(f"{name} has no version {version}", hint=f"versions {versions[0]} to {versions[-1]}")
        version = version or versions[-1]
        path = self.path / escape(name) / f"v{version}"
        try:
            text = (path / "dataset.json").read_bytes()
            newest = msgspec.json.decode(text, type=Format).store_version
            if newest > STORE_VERSION:
                raise StoreError(
                    f"{name} v{version} is of a newer release (format {newest}, this one reads {STORE_VERSION})",
                    hint="pip install --upgrade synthgen-nb",
                )
            manifest = msgspec.json.decode(text, type=Manifest)
        except (OSError, msgspec.DecodeError, UnicodeDecodeError) as error:
            raise StoreError(f"{name} v{version}: dataset.json can't be read: {error}") from error
        for part in (part for files in manifest.tables.values() for part in files.parts):
            try:
                found = (path / part.file).stat().st_size
            except OSError as error:
                raise StoreError(f"{name} v{version}: {part.file} is missing") from error
            if found != part.bytes:
                raise StoreError(f"{name} v{version}: {part.file} has {found:,} bytes, {part.bytes:,} were written")
        return Dataset(path, manifest)

    def begin(self, name: str, *, parent: int | None = None) -> Draft:
        """A draft of the next version of `name`, made from version `parent` if by an edit. What killed processes left
        behind is swept away first. Raises StoreError for a name no dataset can have and a store that can't be
        written."""
        _checked(name)
        work = self.path / _WORK
        try:
            work.mkdir(parents=True, exist_ok=True)
            with (work / "lock").open("ab") as gate:  # a lock between its making and its taking would look left behind
                _lock(gate, wait=True)
                _sweep(work)
                path = work / secrets.token_hex(8)
                lock = path.with_suffix(".lock").open("xb")
                _lock(lock, wait=True)
                path.mkdir()
        except OSError as error:
            raise StoreError(
                f"can't write the store {self.path}: {error.strerror}",
                hint="choose another with --store or Store(path)",
            ) from error
        return Draft(self, name, parent, path, lock)


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


def _versions(home: Path) -> tuple[int, ...]:
    """A folder vN is there only by the rename of a whole version."""
    try:
        found = [match for entry in os.listdir(home) if (match := _VERSION.fullmatch(entry))]
    except (FileNotFoundError, NotADirectoryError):
        return ()
    return tuple(sorted(int(match[1]) for match in found))


def _sweep(work: Path) -> None:
    """Removes the drafts whose process is gone: its lock went with it."""
    for path in work.glob("*.lock"):
        with path.open("ab") as lock:
            dead = _lock(lock, wait=False)
            if dead:
                shutil.rmtree(path.with_suffix(""), ignore_errors=True)
        if dead:
            path.unlink(missing_ok=True)


if sys.platform == "win32":
    import msvcrt

    def _lock(file: IO[bytes], *, wait: bool) -> bool:
        """Held until the file is closed, by us or by the end of the process. False if another process holds it."""
        while True:
            try:
                msvcrt.locking(file.fileno(), msvcrt.LK_LOCK if wait else msvcrt.LK_NBLCK, 1)
            except OSError:
                if not wait:
                    return False
            else:
                return True

else:
    import fcntl

    def _lock(file: IO[bytes], *, wait: bool) -> bool:
        """Held until the file is closed, by us or by the end of the process. False if another process holds it."""
        try:
            fcntl.flock(file, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            return False
        return True


def _sync(folder: Path) -> None:
    """The folder's entries on the disk, where the system can be asked for that."""
    if sys.platform == "win32":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
