"""What lies in a store that nobody lists or needs: drafts of processes that are gone, files that no version names,
files kept to export again, and, where asked, old versions. Found first, then removed; a living job's draft, one that
can be resumed, and every part that a version names stay.
"""

from __future__ import annotations

import os
import re
import shutil
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Literal

from msgspec import Struct

from . import leases
from .dataset import BESIDE
from .errors import StoreError
from .exports.cache import FOLDER
from .filenames import escape
from .ledger import Ledger
from .scratch import PREFIX
from .store import Store, read_manifest

Kind = Literal["draft", "stray file", "export kept", "old version"]
_VERSION = re.compile(r"v[1-9]\d{0,8}")
_OURS = re.compile(r"\.?(dataset|report|diff|current)\.json\.[0-9a-f]{8}|\.(lease|clock)-[0-9a-f]{8}|lease-\d+\.json")
_RESTING = ("queued", "running", "paused", "interrupted", "failed")  # a job that is at work, or may be resumed


class Litter(Struct, frozen=True):
    """A file or a folder in the store; `version` of an old version alone, which is removed as a version is."""

    kind: Kind
    path: Path
    dataset: str = ""
    version: int | None = None


class Sweep(Struct, frozen=True):
    """`bytes` is what its removal frees: parts that a version which stays shares are not among them. `busy` are
    datasets whose old versions stay, because somebody is at work there."""

    litter: tuple[Litter, ...]
    bytes: int
    busy: tuple[str, ...] = ()


def found(store: Store, keep: int | None = None) -> Sweep:
    """What `sweep` would remove; with `keep` also the versions before the latest `keep` of each dataset, but for the
    current one and those that redo leads to. Changes nothing. Raises StoreError."""
    if keep is not None and keep < 1:
        raise StoreError(f"--keep {keep}: at least one version of each dataset stays")
    resumable = {(r.name, r.state.version) for r in Ledger(store).records() if r.state.status in _RESTING}
    litter: list[Litter] = []
    busy = []
    homes = sorted(home for home in _entries(store.path) if home.is_dir() and not home.name.startswith("."))
    for home in homes:
        drafts = [path for path in _entries(home) if _VERSION.fullmatch(path.name) and not _listed(path)]
        needed = {store.path / escape(name) / f"v{version}" for name, version in resumable if version}
        litter += [Litter("draft", path) for path in drafts if path not in needed and _abandoned(path)]
        litter += [Litter("stray file", path) for path in _strays(home)]
    for name in store.names():
        old = _old(store, name, keep) if keep else []
        if old and _at_work(store, name):
            busy.append(name)
        else:
            litter += [Litter("old version", store.path / escape(name) / f"v{v}", name, v) for v in old]
    scratches = sorted(path for path in _entries(store.path) if path.name.startswith(PREFIX))
    litter += [Litter("draft", path) for path in scratches if _abandoned(path)]
    litter += [Litter("export kept", path) for path in sorted(_entries(store.path / FOLDER))]
    return Sweep(tuple(litter), _freed(litter), tuple(busy))


def sweep(store: Store, what: Sweep) -> None:
    """Removes it; what is gone already, or is somebody's by now, is left out. Raises StoreError."""
    for each in what.litter:
        try:
            if each.version is not None:
                if each.version in store.versions(each.dataset) and not _at_work(store, each.dataset):
                    store.remove(each.dataset, each.version)
            elif each.kind != "draft" or (not _listed(each.path) and _abandoned(each.path)):
                _removed(each.path)
        except OSError as error:
            raise StoreError(f"can't remove {each.path}: {error.strerror}") from error
    for home in {each.path.parent for each in what.litter if each.kind == "draft"} - {store.path}:
        if not any(_VERSION.fullmatch(path.name) for path in _entries(home)):
            shutil.rmtree(home, ignore_errors=True)


def _removed(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _entries(folder: Path) -> list[Path]:
    try:
        return list(folder.iterdir())
    except (FileNotFoundError, NotADirectoryError):
        return []


def _listed(path: Path) -> bool:
    """Whether the folder has a dataset.json: whole or not, then it is not for us to remove."""
    return (path / "dataset.json").exists()


def _abandoned(draft: Path) -> bool:
    """A draft in nobody's hands, in which nothing has been written for a while."""
    if leases.holder(draft) is not None:
        return False
    folders = [draft, *(path for path in _entries(draft) if path.is_dir())]
    return _quiet(*folders)


def _quiet(*paths: Path) -> bool:
    try:
        return time.time() - max(path.stat().st_mtime for path in paths) > leases.PATIENCE
    except FileNotFoundError:
        return False


def _strays(home: Path) -> Iterator[Path]:
    """Files under names of ours that no version speaks of: what a death left of a file that was to take another's
    place, and parts that no manifest names."""
    for path in sorted(_entries(home)):
        turn = path.name.startswith("lease-")  # editors take turns by it: its numbers only grow
        if path.is_file() and not turn and _OURS.fullmatch(path.name) and _quiet(path):
            yield path
        elif _VERSION.fullmatch(path.name) and _listed(path):
            yield from _strays_of(path)


def _strays_of(version: Path) -> Iterator[Path]:
    try:
        manifest = read_manifest((version / "dataset.json").read_bytes(), version.name)
    except (OSError, StoreError):  # what can't be read may need anything
        return
    named = {part.file for files in manifest.tables.values() for part in files.parts}
    for path in sorted(_entries(version)):
        if path.name in (*BESIDE, "dataset.json", ".job"):
            continue
        if path.is_file() and _OURS.fullmatch(path.name) and _quiet(path):
            yield path
        elif path.is_dir() and not path.is_symlink():
            parts = [part for part in _entries(path) if part.suffix == ".parquet"]
            yield from sorted(p for p in parts if f"{path.name}/{p.name}" not in named and _quiet(p))


def _old(store: Store, name: str, keep: int) -> list[int]:
    versions = store.versions(name)
    try:
        at = store.pointer(name)
    except StoreError:  # its current version can't be read: which one is old is not for us to say
        return []
    needed = {at.at, *at.undone, *versions[-keep:]}
    return [version for version in versions if version not in needed]


def _at_work(store: Store, name: str) -> bool:
    """Whether a job makes the dataset, or somebody a version of it: an edit reads the parts of another version."""
    if any(r.name == name and r.state.status in ("queued", "running") for r in Ledger(store).records()):
        return True
    home = store.path / escape(name)
    return any(leases.holder(path) is not None for path in _entries(home) if _VERSION.fullmatch(path.name))


def _freed(litter: Sequence[Litter]) -> int:
    """Bytes on the disk: of a file with several names, only where all of them go."""
    names: Counter[tuple[int, int]] = Counter()
    links: dict[tuple[int, int], tuple[int, int]] = {}
    for each in litter:
        for path in _files(each.path):
            try:
                stat = path.lstat()
            except FileNotFoundError:
                continue
            names[stat.st_dev, stat.st_ino] += 1
            links[stat.st_dev, stat.st_ino] = stat.st_nlink, stat.st_size
    return sum(size for file, (count, size) in links.items() if names[file] >= count)


def _files(path: Path) -> Iterator[Path]:
    if path.is_dir() and not path.is_symlink():
        for folder, _, files in os.walk(path):
            yield from (Path(folder) / name for name in files)
    else:
        yield path
