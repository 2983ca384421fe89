"""A dataset as one file for another machine, NAME.synthgen.zip: its versions with their reports, each part once however
many versions share it. Knows what is in such a file; `importing.py` reads one that somebody else may have made.

    vN/dataset.json, vN/report.json, vN/diff.json    as they lie in a store
    parts/SHA256.parquet                             stored as it is, under the sum of its bytes
    synthgen-archive.json                            what else is there, with sizes and sums
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import msgspec
from msgspec import Struct

from .dataset import Dataset
from .errors import StoreError
from .exports.folder import Exported, ExportedFile, file_names, fill_folder
from .exports.zipped import Entry, pack
from .pointers import Pointer
from .store import Store

CONTENTS = "synthgen-archive.json"
FORMAT = 1
SUFFIX = "synthgen.zip"


class Contents(Struct, frozen=True, kw_only=True):
    """synthgen-archive.json. `files` are all others, by their names; `at` says which version is current."""

    format: int
    dataset: str
    versions: tuple[int, ...]
    at: Pointer
    files: dict[str, ExportedFile]


def part_entry(sha256: str) -> str:
    return f"parts/{sha256}.parquet"


def archive(store: Store, name: str, folder: str | Path, version: int | None = None) -> Exported:
    """Writes NAME.synthgen.zip with every version, or the one given; `folder` as for any export. Raises StoreError
    where a part is not as it was written."""
    current = store.open(name, version)
    versions = store.versions(name) if version is None else (version,)
    datasets = [store.open(name, each) for each in versions]
    at = store.pointer(name) if version is None else Pointer(version, version)
    file = file_names([name], SUFFIX)[name]

    def write(stage: Path) -> tuple[str, ...]:
        def contents(files: Mapping[str, ExportedFile]) -> Entry:
            for entry, found in files.items():
                if entry.startswith("parts/") and entry != part_entry(found.sha256):
                    raise StoreError(f"{name}: a part is not as it was written", hint="`validate --verify` names it")
            told = Contents(format=FORMAT, dataset=name, versions=versions, at=at, files=dict(files))
            return Entry.of_bytes(CONTENTS, msgspec.json.format(msgspec.json.encode(told), indent=1))

        pack(stage / file, _entries(datasets), contents)
        return ()

    return fill_folder(current, Path(folder), "archive", dict.fromkeys(current.rows, file), write)


def _entries(datasets: list[Dataset]) -> Iterator[Entry]:
    written: set[str] = set()
    for dataset in datasets:
        for path in (dataset.path / "dataset.json", *dataset.kept()):
            yield Entry.of_file(f"v{dataset.version}/{path.name}", path)
        for files in dataset.manifest.tables.values():
            for part in files.parts:
                if part.sha256 not in written:
                    written.add(part.sha256)
                    yield Entry.of_file(part_entry(part.sha256), dataset.path / part.file, stored=True)
