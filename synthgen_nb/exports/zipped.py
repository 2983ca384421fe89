"""Files into a ZIP as they are made: in memory there is never more than a block of one, none is too large, and equal
contents give equal bytes. Knows nothing of what the files are.
"""

from __future__ import annotations

import shutil
import zipfile
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import IO, cast

from msgspec import Struct

from ..parquet import Hashed
from .folder import ExportedFile

_EPOCH = (1980, 1, 1, 0, 0, 0)  # the first moment that a ZIP can tell: when it was made is not a part of it


class Entry(Struct, frozen=True):
    """A file of this name, written by `write`. What is packed already is only `stored`."""

    name: str
    write: Callable[[IO[bytes]], object]
    stored: bool = False

    @classmethod
    def of_bytes(cls, name: str, data: bytes) -> Entry:
        return cls(name, lambda sink: sink.write(data))

    @classmethod
    def of_file(cls, name: str, path: Path, *, stored: bool = False) -> Entry:
        def write(sink: IO[bytes]) -> None:
            with path.open("rb") as source:
                shutil.copyfileobj(source, sink, 1 << 20)

        return cls(name, write, stored)


def pack(path: Path, entries: Iterable[Entry], last: Callable[[Mapping[str, ExportedFile]], Entry]) -> None:
    """The entries, then the one that `last` makes of their sizes and sums. Raises OSError."""
    described = {}
    with zipfile.ZipFile(path, "w", allowZip64=True) as packed:
        for entry in entries:
            described[entry.name] = _added(packed, entry)
        _added(packed, last(described))


def _added(packed: zipfile.ZipFile, entry: Entry) -> ExportedFile:
    info = zipfile.ZipInfo(entry.name, _EPOCH)
    info.create_system = 3  # also where it is made on Windows
    info.external_attr = 0o644 << 16
    info.compress_type = zipfile.ZIP_STORED if entry.stored else zipfile.ZIP_DEFLATED
    with packed.open(info, "w", force_zip64=True) as file:
        sink = Hashed(file)
        entry.write(cast("IO[bytes]", sink))
        return ExportedFile(file=entry.name, rows=0, bytes=sink.size, sha256=sink.hash.hexdigest())
