"""Which version of a dataset is the current one: the newest, unless an undo went back from it. Knows one small file,
HOME/current.json; a file that is torn, gone or older than the newest version points to the newest, so that nothing
depends on it but what is shown first.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from pathlib import Path

import msgspec
from msgspec import Struct

FILE = "current.json"


class Pointer(Struct, frozen=True):
    """`undone` are the versions that redo goes through, the next one last. It counts while `newest` is the newest."""

    at: int
    newest: int
    undone: tuple[int, ...] = ()


def pointer(home: Path, versions: Sequence[int]) -> Pointer:
    """Of a dataset with these versions (ascending, at least one)."""
    newest = Pointer(versions[-1], versions[-1])
    try:
        found = msgspec.json.decode((home / FILE).read_bytes(), type=Pointer)
    except (FileNotFoundError, msgspec.DecodeError, UnicodeDecodeError):
        return newest
    return found if found.newest == versions[-1] and {found.at, *found.undone} <= set(versions) else newest


def point(home: Path, to: Pointer) -> None:
    beside = home / f".{FILE}.{secrets.token_hex(4)}"
    try:
        beside.write_bytes(msgspec.json.encode(to))
        beside.replace(home / FILE)
    finally:
        beside.unlink(missing_ok=True)
