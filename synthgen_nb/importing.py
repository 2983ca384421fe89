"""A dataset out of a file that may come from anybody: every name, size and sum is held against the file's own list
before a byte is used, nothing is written outside the store, nothing in it is run, and the dataset is there whole or
not at all.
"""

from __future__ import annotations

import hashlib
import re
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import msgspec

from .archives import CONTENTS, FORMAT, Contents, part_entry
from .dataset import Dataset, Manifest, write_whole
from .diffs import Differences
from .errors import InputError, StoreError
from .exports.folder import ExportedFile
from .filenames import escape
from .ledger import Ledger
from .report import Report
from .scratch import scratch
from .store import Store, ensure_space, read_manifest

_NAME = re.compile(r"v[1-9]\d{0,8}/(dataset|report|diff)\.json|parts/[0-9a-f]{64}\.parquet")
_PART = re.compile(r"part-\d{5,9}\.parquet")
_MOST_ENTRIES = 1_000_000
_MOST_DOCUMENT = 256_000_000  # bytes of one JSON file: a plan may carry banks of texts
_BLOCK = 1 << 20
_PARTS = ".parts"  # in the scratch store: each once
_UNREADABLE = (  # what zipfile raises for a file whose bytes were changed: a place before its begin is an OSError
    zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, struct.error, EOFError, OSError, RuntimeError, ValueError,
)  # fmt: skip


def import_archive(store: Store, path: str | Path, name: str = "") -> Dataset:
    """The dataset of NAME.synthgen.zip, as `name` or under its own. Raises InputError for a file that is no archive of
    ours or not as its list says, StoreError where the name is taken or the disk has no room."""
    with _opened(Path(path)) as packed:
        contents = _contents(packed)
        name = name or contents.dataset
        Ledger(store).require_idle(name)
        if store.versions(name):
            raise StoreError(f"there is a dataset {name!r} already", hint="--name gives this one another")
        ensure_space(store.path, sum(file.bytes for file in contents.files.values()))
        with scratch(store) as beside:
            (beside.path / _PARTS).mkdir()
            for version in contents.versions:
                _unpacked(packed, contents, version, beside)
            beside.point(contents.dataset, contents.at)
            store.copy(contents.dataset, name, source=beside)
    return store.open(name)


def _opened(path: Path) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(path)
    except FileNotFoundError:
        raise InputError(f"no file {path}") from None
    except _UNREADABLE as error:
        raise InputError(f"{path} is no archive of a dataset: {error}") from None


def _contents(packed: zipfile.ZipFile) -> Contents:
    """The list, which names all that is there and nothing else."""
    infos = packed.infolist()
    if len(infos) > _MOST_ENTRIES:
        raise _strange(f"{len(infos):,} files")
    names = [info.filename for info in infos]
    if len(set(names)) != len(names):
        raise _strange("two files of one name")
    for info in infos:
        if info.filename != CONTENTS and not _NAME.fullmatch(info.filename):
            raise _strange(f"a file {info.filename[:80]!r}")
        kind = stat.S_IFMT(info.external_attr >> 16)
        if kind not in (0, stat.S_IFREG) or info.is_dir() or info.flag_bits & 1:
            raise _strange(f"{info.filename}, which is no plain file")
        if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise _strange(f"{info.filename}, packed in a way of its own")
    if CONTENTS not in names:
        raise InputError("this is no archive of a dataset", hint="`synthgen export NAME --to archive` makes one")
    try:
        contents = msgspec.json.decode(_read(packed, CONTENTS, None), type=Contents)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise _strange(f"{CONTENTS} that can't be read: {error}") from None
    if contents.format > FORMAT:
        raise InputError("this archive is of a newer release", hint="pip install --upgrade synthgen-nb")
    if set(names) != {CONTENTS, *contents.files}:
        odd = sorted(set(names) ^ {CONTENTS, *contents.files})[0]
        raise _strange(f"{odd[:80]!r} in one of its list and its files")
    if not contents.versions or sorted(set(contents.versions)) != list(contents.versions) or contents.versions[0] < 1:
        raise _strange("no proper versions")
    if any(info.filename != CONTENTS and info.file_size != contents.files[info.filename].bytes for info in infos):
        raise _strange("a file that is larger or smaller than its list says")
    return contents


def _unpacked(packed: zipfile.ZipFile, contents: Contents, version: int, beside: Store) -> None:
    """The version in the other store; parts that an earlier one has are shared with that."""
    manifest = _manifest(packed, contents, version)
    columns = {key: table.column_names for key, table in Dataset(Path(), manifest).schema.tables.items()}
    draft = beside.draft(contents.dataset, version)
    with draft:
        for table, files in manifest.tables.items():
            for part in files.parts:
                file = contents.files.get(part_entry(part.sha256))
                if file is None or file.bytes != part.bytes:
                    raise _strange(f"no part {part.file} of v{version}")
                kept = beside.path / _PARTS / part.sha256
                if not kept.exists():
                    _extracted(packed, part_entry(part.sha256), file, kept)
                _require_rows(kept, part.rows, columns[table])
                draft.share(part, table, kept, name=Path(part.file).name)
        for beside_it, kind in (("report.json", Report), ("diff.json", Differences)):
            if (entry := f"v{version}/{beside_it}") in contents.files:
                data = _read(packed, entry, contents.files[entry])
                _decoded(data, kind, entry)
                write_whole(draft.path / beside_it, data)
        draft.publish(Dataset(draft.path, manifest))


def _manifest(packed: zipfile.ZipFile, contents: Contents, version: int) -> Manifest:
    """The version's dataset.json, whose names can mean nothing but parts in its own folder."""
    entry = f"v{version}/dataset.json"
    if entry not in contents.files:
        raise _strange(f"no {entry}")
    manifest = read_manifest(_read(packed, entry, contents.files[entry]), f"{contents.dataset} v{version}")
    if (manifest.name, manifest.version) != (contents.dataset, version) or (manifest.parent or 0) >= version:
        raise _strange(f"another version than v{version} in {entry}")
    try:
        schema = Dataset(Path(), manifest).schema
    except (msgspec.MsgspecError, RecursionError) as error:
        raise _strange(f"a plan that can't be read in {entry}: {error}") from None
    for table, files in manifest.tables.items():
        if table not in schema.tables or files.folder != escape(table) or not files.parts:
            raise _strange(f"a table {table[:80]!r} in {entry}")
        names = [part.file.removeprefix(f"{files.folder}/") for part in files.parts]
        if len(set(names)) != len(names) or not all(_PART.fullmatch(name) for name in names):
            raise _strange(f"parts of {table[:80]!r} in {entry}")
        if files.rows != sum(part.rows for part in files.parts):
            raise _strange(f"rows of {table[:80]!r} in {entry}")
    return manifest


def _read(packed: zipfile.ZipFile, entry: str, listed: ExportedFile | None) -> bytes:
    """A JSON file, no larger and no other than it is listed."""
    most = _MOST_DOCUMENT if listed is None else listed.bytes
    if most > _MOST_DOCUMENT:
        raise _strange(f"{entry} of {most:,} bytes")
    with _reading(packed, entry) as file:
        data = file.read(most + 1)
    if len(data) > most or (listed and hashlib.sha256(data).hexdigest() != listed.sha256):
        raise _strange(f"{entry}, which is not as it was written")
    return data


def _extracted(packed: zipfile.ZipFile, entry: str, listed: ExportedFile, path: Path) -> None:
    digest, left = hashlib.sha256(), listed.bytes
    with path.open("xb") as kept:
        for block in _blocks(packed, entry):
            left -= len(block)
            if left < 0:
                break
            digest.update(block)
            kept.write(block)
    if left or entry != part_entry(digest.hexdigest()):
        raise _strange(f"{entry}, which is not as it was written")


def _blocks(packed: zipfile.ZipFile, entry: str) -> Iterator[bytes]:
    with _reading(packed, entry) as file:
        while block := file.read(_BLOCK):
            yield block


@contextmanager
def _reading(packed: zipfile.ZipFile, entry: str) -> Iterator[IO[bytes]]:
    try:
        with packed.open(entry) as file:
            yield file
    except _UNREADABLE as error:
        raise _strange(f"{entry}, which can't be read: {error}") from None


def _require_rows(path: Path, rows: int, columns: Sequence[str]) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(path) as file:
            found, named = file.metadata.num_rows, file.schema_arrow.names
    except (OSError, pa.ArrowException) as error:
        raise _strange(f"a part that can't be read: {str(error).splitlines()[0]}") from None
    if named != list(columns):
        raise _strange("a part with other columns than its table")
    if found != rows:
        raise _strange(f"a part of {found:,} rows where {rows:,} are listed")


def _decoded(data: bytes, kind: type, entry: str) -> None:
    try:
        msgspec.json.decode(data, type=kind)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise _strange(f"{entry} that can't be read: {error}") from None


def _strange(what: str) -> InputError:
    return InputError(f"this archive holds {what}", hint="it was changed since it was made: nothing was imported")
