"""A version made anew from its plan, and from the SQL of the edits after it, and held against the one that is there,
part by part. A part that was damaged is put back where the new one is the very same.
"""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path

from msgspec import Struct, field

from .dataset import Damage, Dataset, Manifest
from .drafts import libraries
from .editing import apply
from .errors import InputError, StoreError
from .jobs.rowmaking import made_again
from .parquet import Part
from .scratch import scratch
from .store import Store, ensure_space
from .textsets.orders import texts_of


class Regenerated(Struct, frozen=True):
    """`reached` is the version up to which it could be made again, `why` says what stands between that and the one that
    was asked for. Of the `parts` of `reached`, `differing` came out with other bytes; then `changed` are the libraries
    whose versions are others than they were: {name: (then, now)}. `restored` are the files of the version asked for
    that were damaged and are there again."""

    dataset: str
    version: int
    reached: int
    parts: int
    differing: tuple[Damage, ...] = ()
    restored: tuple[str, ...] = ()
    why: str = ""
    changed: Mapping[str, tuple[str, str]] = field(default_factory=dict)

    @property
    def equal(self) -> bool:
        return not self.differing


def regenerate(store: Store, name: str, version: int | None = None) -> Regenerated:
    """Takes as much of the disk, for as long as it works, as the version has. Raises StoreError, InputError for texts
    that a model wrote and whatever making its rows raises."""
    asked = store.look(name, version)
    line = _line(store, asked)
    first = line[0]
    if texts_of(bytes(first.manifest.plan)) is not None:
        raise InputError(f"the texts of {name} were written by a model", hint="`synthgen text` asks it again")
    ensure_space(store.path, sum(first.bytes.values()))
    with scratch(store) as beside:
        made = [_generated(beside, first)]
        why = ""
        for before, each in pairwise(line):
            if _differing(before.manifest, made[-1].manifest):
                break
            try:
                made.append(_edited(made[-1], each))
            except InputError as error:
                why = error.message
                break
        reached = line[len(made) - 1]
        differing = _differing(reached.manifest, made[-1].manifest)
        restored = _restored(asked, made)
    now = libraries()
    then = {library: first.libraries.get(library, "none") for library in now}
    return Regenerated(
        dataset=name,
        version=asked.version,
        reached=reached.version,
        parts=sum(len(files.parts) for files in reached.manifest.tables.values()),
        differing=differing,
        restored=restored,
        why=why,
        changed={n: (was, now[n]) for n, was in then.items() if was != now[n]} if differing else {},
    )


def _line(store: Store, dataset: Dataset) -> list[Dataset]:
    """The version that was generated, and those that edits made of it up to this one."""
    line = [dataset]
    while (parent := line[0].parent) is not None:
        if parent not in store.versions(dataset.name):
            raise StoreError(
                f"{dataset.name} v{line[0].version} was made from v{parent}, which is gone",
                hint="only a version whose forebears are there can be made again",
            )
        line.insert(0, store.look(dataset.name, parent))
    return line


def _generated(beside: Store, first: Dataset) -> Dataset:
    """A version of the same parts in the other store."""
    plan = first.plan
    rows = {key: {_number(part): part.rows for part in files.parts} for key, files in first.manifest.tables.items()}
    with beside.begin(first.name) as draft:
        parts = made_again(plan, draft, rows)
        made = draft.commit(plan, parts, seconds={}, partial=first.partial)
    if first.report is not None:
        made.keep_report(first.report)
    return made


def _edited(before: Dataset, version: Dataset) -> Dataset:
    """What the SQL that made the version makes of the one before. Raises InputError where that can't be repeated."""
    if version.edit is None:
        raise InputError(f"cells of v{version.version} were typed by hand, which can't be repeated")
    try:
        made, _, _ = apply(before, version.edit)
    except InputError as error:
        raise InputError(f"the edit of v{version.version} can't be repeated: {error.message}") from error
    return made


def _number(part: Part) -> int:
    """Of part-00007.parquet."""
    return int(Path(part.file).stem.rpartition("-")[2])


def _differing(there: Manifest, made: Manifest) -> tuple[Damage, ...]:
    found = []
    for table, files in there.tables.items():
        again = made.tables[table].parts
        for at, part in enumerate(files.parts):
            if at >= len(again) or again[at].sha256 != part.sha256:
                found.append(Damage(table, part.file, "came out with other bytes"))
        found += [Damage(table, part.file, "was not there before") for part in again[len(files.parts) :]]
    return tuple(found)


def _restored(asked: Dataset, made: list[Dataset]) -> tuple[str, ...]:
    """Puts back what is damaged of the version, from parts that have the very bytes that were written."""
    found = {part.sha256: d.path / part.file for d in made for f in d.manifest.tables.values() for part in f.parts}
    sums = {part.file: part.sha256 for files in asked.manifest.tables.values() for part in files.parts}
    restored = []
    for damage in asked.damage():
        if (source := found.get(sums[damage.file])) is None:
            continue
        there = asked.path / damage.file
        draft = there.with_name(f".{there.name}.{secrets.token_hex(4)}")
        try:
            there.parent.mkdir(exist_ok=True)
            shutil.copyfile(source, draft)
            os.replace(draft, there)
        except OSError as error:
            draft.unlink(missing_ok=True)
            raise StoreError(f"can't put {there} back: {error.strerror}") from error
        if asked.remote is not None:
            asked.remote.push([there])
        restored.append(damage.file)
    return tuple(restored)
