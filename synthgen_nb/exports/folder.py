"""The folder of an export: whose it is, the names of its files, its manifest. Files appear in it whole or not at all.
Knows nothing of formats.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from ..errors import InputError
from ..filenames import escape

if TYPE_CHECKING:
    from ..dataset import Dataset

MANIFEST = "synthgen.json"
_STAGE = ".synthgen-partial"  # files are written here and then renamed: a killed run leaves nothing that looks whole
_UNSAFE = frozenset('<>:"/\\|?*%~')  # what some file system refuses, and what an escaped name may hold
_DEVICE = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)


class ExportedFile(Struct, frozen=True, kw_only=True):
    file: str
    rows: int
    bytes: int
    sha256: str


class Exported(Struct, frozen=True, kw_only=True):
    """The manifest: which dataset lies here, and the file of each table under the table's own name; in a format that
    holds the whole dataset it is one file for all. `left_out` says what the format can't hold, a line each."""

    dataset: str
    version: int
    seed: int
    as_of: str
    format: str
    tables: dict[str, ExportedFile]
    left_out: tuple[str, ...] = ()


def manifest(
    dataset: Dataset, to: str, names: Mapping[str, str], files: Mapping[str, ExportedFile], left_out: tuple[str, ...]
) -> Exported:
    """`names` are the files by table, `files` what is known of each."""
    return Exported(
        dataset=dataset.name,
        version=dataset.version,
        seed=dataset.seed,
        as_of=dataset.as_of,
        format=to,
        tables={table: replace(files[name], rows=dataset.rows[table]) for table, name in names.items()},
        left_out=left_out,
    )


def encoded(exported: Exported) -> bytes:
    return msgspec.json.format(msgspec.json.encode(exported), indent=1)


def check_folder(folder: Path) -> Exported | None:
    """The manifest of the export that lies there, None for a new or empty folder; InputError where it is someone
    else's."""
    if not folder.exists():
        return None
    if not folder.is_dir():
        raise InputError(f"{folder} is a file", hint="--out names a folder")
    if (folder / MANIFEST).is_file():
        try:
            return msgspec.json.decode((folder / MANIFEST).read_bytes(), type=Exported)
        except msgspec.MsgspecError as error:
            raise InputError(
                f"{folder / MANIFEST} is not our manifest: {error}", hint="choose another folder"
            ) from None
    if any(path.name != _STAGE for path in folder.iterdir()):
        raise InputError(f"{folder} holds files that are not ours", hint="choose an empty folder for --out")
    return None


def fill_folder(
    dataset: Dataset, folder: Path, to: str, names: Mapping[str, str], write: Callable[[Path], tuple[str, ...]]
) -> Exported:
    """`names` are the files by table; `write` makes them all in the folder that it is given and returns what the format
    can't hold."""
    before = check_folder(folder)
    known = {f.file for f in before.tables.values()} if before else set()
    files = tuple(dict.fromkeys(names.values()))
    for name in files:
        if name not in known and (folder / name).exists():
            raise InputError(f"{folder / name} is not ours", hint="choose an empty folder for --out")
    fresh = not folder.exists()
    stage = folder / _STAGE
    try:
        stage.mkdir(parents=True, exist_ok=True)
        left_out = write(stage)
        described = {name: _described(stage / name) for name in files}
        exported = manifest(dataset, to, names, described, left_out)
        (stage / MANIFEST).write_bytes(encoded(exported))
        for name in (*files, MANIFEST):  # the manifest last: it speaks of files that are there
            os.replace(stage / name, folder / name)
        for name in known - set(files):
            if Path(name).name == name:  # a manifest that someone edited must not reach outside its folder
                (folder / name).unlink(missing_ok=True)
    except OSError as error:
        raise InputError(f"can't write to {folder}: {error.strerror or error}", hint="choose another --out") from error
    finally:
        shutil.rmtree(stage, ignore_errors=True)
        if fresh and folder.is_dir() and not any(folder.iterdir()):
            folder.rmdir()
    return exported


def _described(path: Path) -> ExportedFile:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return ExportedFile(file=path.name, rows=0, bytes=path.stat().st_size, sha256=digest)


def file_names(tables: Iterable[str], extension: str) -> dict[str, str]:
    """A file name for each table: TABLE.ext as it stands, or escaped (see filenames.py) where some disk would refuse
    it or take it for the file of another table."""
    names: dict[str, str] = {}
    taken: set[str] = set()
    for table in tables:
        stem = table if _plain(table) and table.casefold() not in taken else escape(table)
        taken.add(stem.casefold())
        names[table] = f"{stem}.{extension}"
    return names


def _plain(table: str) -> bool:
    return (
        table.isprintable()
        and _UNSAFE.isdisjoint(table)
        and not table.startswith((".", " "))
        and not table.endswith((".", " "))
        and not _DEVICE.fullmatch(table)
        and 0 < len(table.encode()) <= 120
    )
