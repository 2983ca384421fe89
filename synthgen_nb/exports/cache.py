"""Exports kept in the store, so that the same export of the same version is not made twice: STORE/.exports/NAME/vN-KEY.
The key is of all that decides the bytes: the version's own manifest, format, options and libraries. Files are second
names of those that were exported, and their sums are checked before they are used: whoever changes an export in place
spoils the kept one too.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import shutil
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from ..drafts import libraries
from .folder import MANIFEST, Exported

if TYPE_CHECKING:
    from ..dataset import Dataset
    from .csv import CsvForm

FOLDER = ".exports"
_BLOCK = 1 << 20


class Cache:
    """The place of one export of one version. A version that is not saved yet has none."""

    def __init__(self, dataset: Dataset, to: str, of: str, form: CsvForm) -> None:
        home = dataset.path.parent
        try:
            version = (dataset.path / "dataset.json").read_bytes()
        except FileNotFoundError:
            self._folder = None
            return
        how = msgspec.json.encode((to, of, form, libraries()))
        key = hashlib.sha256(hashlib.sha256(version).digest() + how).hexdigest()[:32]
        self._folder = home.parent / FOLDER / home.name / f"{dataset.path.name}-{key}"

    def take(self, stage: Path) -> tuple[str, ...] | None:
        """Copies the files into `stage` and returns what the format could not hold; None where there are none, or they
        are not as they were made."""
        if self._folder is None:
            return None
        try:
            kept = msgspec.json.decode((self._folder / MANIFEST).read_bytes(), type=Exported)
            sums = {file.file: file.sha256 for file in kept.tables.values()}
            whole = all(_copied(self._folder / name, stage / name) == sum for name, sum in sums.items())
        except (FileNotFoundError, msgspec.MsgspecError):
            whole = False
        if not whole:
            shutil.rmtree(self._folder, ignore_errors=True)
        return kept.left_out if whole else None

    def keep(self, folder: Path, exported: Exported) -> None:
        """Where the file system gives a file a second name: a copy would take the disk's room twice, unasked."""
        if self._folder is None or self._folder.exists():
            return
        draft = self._folder.parent / f".{self._folder.name}.{secrets.token_hex(4)}"
        try:
            # an export that can't be kept was made all the same
            with suppress(OSError):
                draft.mkdir(parents=True)
                for name in {MANIFEST, *(file.file for file in exported.tables.values())}:
                    os.link(folder / name, draft / name)
                draft.rename(self._folder)
        finally:
            shutil.rmtree(draft, ignore_errors=True)


def forget(home: Path, version: int) -> None:
    """Removes what is kept of a version of the dataset in `home`."""
    for path in (home.parent / FOLDER / home.name).glob(f"v{version}-*"):
        shutil.rmtree(path, ignore_errors=True)


def _copied(source: Path, target: Path) -> str:
    """The sum of what was copied."""
    digest = hashlib.sha256()
    with source.open("rb") as read, target.open("wb") as write:
        while block := read.read(_BLOCK):
            digest.update(block)
            write.write(block)
    return digest.hexdigest()
