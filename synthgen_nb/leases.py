"""Who may work in a folder: one living process at a time, on any file system, without locks.

The holder is the newest `lease-N.json`. A file is taken by creating it, which one process alone can do; a dead holder
is followed by N + 1, never replaced. Knows nothing of what the folder holds.
"""

from __future__ import annotations

import os
import secrets
import socket
import time
from pathlib import Path
from typing import Self

import msgspec
import psutil
from msgspec import Struct

from .errors import StoreError

BEAT = 5.0  # seconds between signs of life
PATIENCE = 60.0  # seconds without one after which a holder on another machine counts as dead
_SKEW = 2.0  # seconds by which two readings of one process's start may differ


class Holder(Struct, frozen=True, kw_only=True):
    """`started` is the process's start in seconds of the epoch: with it a reused pid is another process."""

    host: str
    pid: int
    started: float
    beats: int = 0
    released: bool = False

    def __str__(self) -> str:
        place = "this machine" if self.host == socket.gethostname() else self.host
        return f"process {self.pid} on {place}"


class Held(StoreError):
    """A living process works there."""

    def __init__(self, holder: Holder) -> None:
        super().__init__(f"{holder} is at work there", details=msgspec.to_builtins(holder))
        self.holder = holder


class Lease:
    """The right to work in a folder, until `release` or the end of this process."""

    def __init__(self, folder: Path, number: int, holder: Holder) -> None:
        self._folder, self._number, self._holder = folder, number, holder
        self._beaten = time.monotonic()

    def beat(self) -> bool:
        """A sign of life, if it is time for one. Raises Held if another took over, because this process slept too
        long."""
        if time.monotonic() - self._beaten < BEAT:
            return False
        newest = max(_numbers(self._folder), default=self._number)
        if newest != self._number:
            raise Held(_read(self._folder, newest) or self._holder)
        self._beaten = time.monotonic()
        self._write(msgspec.structs.replace(self._holder, beats=self._holder.beats + 1))
        return True

    def release(self) -> None:
        """The file stays, so that numbers only grow; on a disk that takes no word it goes, which says the same. A
        folder that is gone needs none."""
        if not self._folder.exists():
            return
        try:
            self._write(msgspec.structs.replace(self._holder, released=True))
        except StoreError:
            (self._folder / _name(self._number)).unlink(missing_ok=True)

    def _write(self, holder: Holder) -> None:
        self._holder = holder
        draft = self._folder / f".lease-{secrets.token_hex(4)}"
        try:
            draft.write_bytes(msgspec.json.encode(holder))
            draft.replace(self._folder / _name(self._number))
        except OSError as error:
            draft.unlink(missing_ok=True)
            raise _unwritable(self._folder, error) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.release()


def acquire(folder: Path) -> Lease:
    """Raises Held where a living process has it, and StoreError where nothing can be written."""
    me = Holder(host=socket.gethostname(), pid=os.getpid(), started=psutil.Process().create_time())
    last = max(_numbers(folder), default=0)
    if last and (there := _living(folder, last)) is not None:
        raise Held(there)
    try:
        created = _create(folder / _name(last + 1), msgspec.json.encode(me))
    except OSError as error:
        raise _unwritable(folder, error) from error
    if not created:
        raise Held(_read(folder, last + 1) or me)
    if (newest := max(_numbers(folder))) != last + 1:  # others came and went while we looked, and swept this number
        (folder / _name(last + 1)).unlink(missing_ok=True)
        raise Held(_read(folder, newest) or me)
    for number in _numbers(folder):
        if number <= last:
            (folder / _name(number)).unlink(missing_ok=True)
    return Lease(folder, last + 1, me)


def holder(folder: Path) -> Holder | None:
    """The living process that works there, if any."""
    last = max(_numbers(folder), default=0)
    return _living(folder, last) if last else None


def _living(folder: Path, number: int) -> Holder | None:
    found = _read(folder, number)
    if found is None:  # being written just now, or torn by a death in that very moment
        nobody = Holder(host="?", pid=0, started=0.0)
        return nobody if _age(folder / _name(number)) < PATIENCE else None
    if found.released:
        return None
    if found.host != socket.gethostname():
        return found if _age(folder / _name(number)) < PATIENCE else None
    try:
        process = psutil.Process(found.pid)
        alive = abs(process.create_time() - found.started) < _SKEW and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return None
    return found if alive else None


def _age(path: Path) -> float:
    """Seconds since the file was written, by the clock of its own file system. Infinite for one that is gone."""
    probe = path.with_name(f".clock-{secrets.token_hex(4)}")
    try:
        probe.touch()
        return probe.stat().st_mtime - path.stat().st_mtime
    except FileNotFoundError:
        return float("inf")
    finally:
        probe.unlink(missing_ok=True)


def _read(folder: Path, number: int) -> Holder | None:
    try:
        return msgspec.json.decode((folder / _name(number)).read_bytes(), type=Holder)
    except (FileNotFoundError, msgspec.DecodeError):
        return None


def _create(path: Path, data: bytes) -> bool:
    """False if the file exists. With its content in one step where the file system has links."""
    draft = path.with_name(f".lease-{secrets.token_hex(4)}")
    try:
        draft.write_bytes(data)
        return _linked(draft, path) or _written(path, data)
    except FileExistsError:
        return False
    finally:
        draft.unlink(missing_ok=True)


def _linked(draft: Path, path: Path) -> bool:
    """False where there are no links (a mounted Drive, FAT)."""
    try:
        os.link(draft, path)
    except FileExistsError:
        raise
    except OSError:
        return False
    return True


def _written(path: Path, data: bytes) -> bool:
    file = path.open("xb")
    try:
        with file:
            file.write(data)
    except OSError:  # a lease without a word in it would look like one that is being written
        path.unlink()
        raise
    return True


def _unwritable(folder: Path, error: OSError) -> StoreError:
    return StoreError(f"can't write in {folder}: {error.strerror}", hint="is the disk full?")


def _name(number: int) -> str:
    return f"lease-{number:05d}.json"


def _numbers(folder: Path) -> list[int]:
    return [int(path.stem.rpartition("-")[2]) for path in folder.glob("lease-*.json")]
