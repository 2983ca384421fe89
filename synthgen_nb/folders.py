"""What a folder can do, tried in it with files of our own that are gone afterwards: a local disk, a mounted drive and a
read-only place differ. Knows nothing of what is kept there."""

from __future__ import annotations

import os
import shutil
import tempfile
import threading
import time
from pathlib import Path

from msgspec import Struct

_FILE = b"synthgen" * 32_768  # 256 kB: a rename that is a copy takes long enough to be seen
_TRIES = 20
_PATIENCE = 1.0  # seconds for all tries; on a slow drive there are fewer


class Folder(Struct, frozen=True, kw_only=True):
    """`there` is the folder, or the nearest one above it that exists. `refused` holds the system's words where nothing
    can be written; then the rest is unknown. `milliseconds` are those of one small file, written and renamed."""

    path: str
    there: str
    free: int
    refused: str = ""
    milliseconds: float | None = None
    replaces_at_once: bool | None = None
    links: bool | None = None
    creates_once: bool | None = None


def tried(path: Path) -> Folder:
    """Takes a second at most on a disk, and a few on a slow drive."""
    path = path.absolute()
    there = next(p for p in (path, *path.parents) if p.is_dir())
    known = Folder(path=str(path), there=str(there), free=shutil.disk_usage(there).free)
    try:
        with tempfile.TemporaryDirectory(prefix=".synthgen-doctor-", dir=there) as own:
            return _tried_in(Path(own), known)
    except OSError as error:
        return Folder(path=known.path, there=known.there, free=known.free, refused=error.strerror or str(error))


def _tried_in(own: Path, known: Folder) -> Folder:
    began = time.perf_counter()
    (own / "a").write_bytes(b"a")
    (own / "a").replace(own / "b")
    spent = 1000 * (time.perf_counter() - began)
    return Folder(
        path=known.path,
        there=known.there,
        free=known.free,
        milliseconds=round(spent, 2),
        replaces_at_once=_replaces_at_once(own),
        links=_links(own),
        creates_once=_creates_once(own),
    )


def _replaces_at_once(own: Path) -> bool:
    """Whether a file that takes another's name is the same file still, and no reader ever saw less than a whole one."""
    target, torn, over = own / "whole", threading.Event(), threading.Event()
    target.write_bytes(_FILE)

    def watch() -> None:
        while not over.is_set():
            try:
                whole = target.read_bytes() == _FILE
            except FileNotFoundError:
                whole = False
            except PermissionError:  # Windows: a file that is open can't be read by others
                continue
            if not whole:
                torn.set()

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    moved, until = True, time.monotonic() + _PATIENCE
    try:
        for _ in range(_TRIES):
            (own / "next").write_bytes(_FILE)
            before = (own / "next").stat().st_ino
            os.replace(own / "next", target)
            moved = moved and target.stat().st_ino == before
            if time.monotonic() > until:
                break
    finally:
        over.set()
        watcher.join()
    return moved and not torn.is_set()


def _links(own: Path) -> bool:
    (own / "one").write_bytes(b"1")
    try:
        os.link(own / "one", own / "two")
    except OSError:
        return False
    return True


def _creates_once(own: Path) -> bool:
    """Whether a second process that creates the same file is told."""
    (own / "once").open("xb").close()
    try:
        (own / "once").open("xb").close()
    except FileExistsError:
        return True
    return False
