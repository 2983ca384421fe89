"""Files of a dataset for whoever sits at the browser: one table, or all of them in a ZIP. A small one is handed over as
bytes, a big one is left in a folder. Knows nothing of widgets.
"""

from __future__ import annotations

import itertools
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from ..errors import InputError
from ..exports import FORMATS, write_zip
from ..exports.folder import file_names
from ..filenames import escape

if TYPE_CHECKING:
    from ..dataset import Dataset

LARGEST = 32_000_000  # bytes that go through the browser's socket in one message


class Download(Struct, frozen=True):
    """`data` is empty for a file that was left at `path`."""

    file: str
    size: int
    data: bytes = b""
    path: Path | None = None


def packed(dataset: Dataset, to: str, table: str | None, folder: Path, largest: int = LARGEST) -> Download:
    """`to` is a format of single tables, of which `table` is made; without a table all of them go into a ZIP. A file
    above `largest` bytes stays in `folder`, under a name that nothing has there. Raises InputError."""
    if to not in FORMATS:
        raise InputError(f"unknown format {to!r}", hint=f"one of {', '.join(FORMATS)}")
    if table is not None and table not in dataset:
        raise InputError(f"there is no table {table!r}")
    size = sum(dataset.bytes.values()) if table is None else dataset.bytes[table]
    try:
        # a big one is made where it will stay: the system's own place for such things may be small
        with tempfile.TemporaryDirectory(prefix=".synthgen-", dir=folder if size > largest else None) as stage:
            made = _zipped(dataset, to, Path(stage)) if table is None else _single(dataset, to, table, Path(stage))
            length = made.stat().st_size
            if length <= largest:
                return Download(made.name, length, data=made.read_bytes())
            path = _free(folder, made.name)
            shutil.move(made, path)
    except OSError as error:
        raise InputError(f"can't write the file: {error.strerror}") from error
    return Download(path.name, length, path=path)


def _single(dataset: Dataset, to: str, table: str, stage: Path) -> Path:
    path = stage / file_names([table], to)[table]
    with path.open("wb") as sink:
        FORMATS[to](dataset, table, sink)
    return path


def _zipped(dataset: Dataset, to: str, stage: Path) -> Path:
    path = stage / f"{escape(dataset.name)}-v{dataset.version}.zip"
    write_zip(dataset, path, to)
    return path


def _free(folder: Path, name: str) -> Path:
    """Never the place of a file that is there."""
    stem, dot, end = name.rpartition(".")
    return next(
        path
        for number in itertools.count(1)
        if not (path := folder / (name if number == 1 else f"{stem}-{number}{dot}{end}")).exists()
    )
