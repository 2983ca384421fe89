"""Datasets as files for other programs: `export(dataset, folder, "csv")`, one file per table, or one for all of them
where the format is a database or a ZIP, and a manifest. Knows nothing of how data is made or checked.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import IO, TYPE_CHECKING

from ..errors import InputError
from ..exports import csv, duckdb, jsonl, parquet, sql, sqlite
from ..textsets.formats import LINE_FORMATS
from .cache import Cache
from .csv import PLAIN, CsvForm
from .folder import MANIFEST, Exported, check_folder, encoded, file_names, fill_folder, manifest
from .trainers import writer
from .zipped import Entry, pack

if TYPE_CHECKING:
    from ..dataset import Dataset

__all__ = ["DATABASES", "FORMATS", "CsvForm", "Exported", "check_folder", "export", "write_zip"]

FORMATS: dict[str, Callable[[Dataset, str, IO[bytes]], None]] = {
    "csv": csv.write,
    "jsonl": jsonl.write,
    "parquet": parquet.write,
} | {form: writer(form) for form in LINE_FORMATS}
DATABASES: dict[str, Callable[[Dataset, Path], tuple[str, ...]]] = {
    "sql": sql.write,
    "sqlite": sqlite.write,
    "duckdb": duckdb.write,
}


def export(
    dataset: Dataset, folder: str | Path, to: str = "csv", *, form: CsvForm = PLAIN, of: str = "csv"
) -> Exported:
    """Writes TABLE.csv (SCHEMA.TABLE.csv outside the default namespace) for every table of `dataset`; with "sql",
    "sqlite" or "duckdb" one NAME.sql, NAME.sqlite or NAME.duckdb; with "zip" one NAME.zip of what `of` would make; with
    "alpaca", "sharegpt" or "openai" the TABLE.jsonl of a dataset of texts. `form` says how CSV is written.

    `folder` must be new, empty or one of ours (it holds our manifest, synthgen.json): then the files of the last export
    are replaced. Raises InputError otherwise, before anything is written; an interrupted export leaves no partial
    file. The same export of the same version again is a copy of the first."""
    single = of if to == "zip" else to
    if single not in (*FORMATS, *DATABASES):
        raise InputError(f"unknown format {single!r}", hint=f"one of {', '.join((*FORMATS, *DATABASES, 'zip'))}")
    if csv.checked(form) != PLAIN and single != "csv":
        raise InputError(f"{single} is written in one way only", hint="options of CSV go with --to csv")
    names = _names(dataset, to)

    def write(stage: Path) -> tuple[str, ...]:
        if to == "zip":
            return write_zip(dataset, stage / next(iter(names.values())), of, form=form)
        if to in DATABASES:
            return DATABASES[to](dataset, stage / next(iter(names.values())))
        for table, file in names.items():
            with (stage / file).open("wb") as sink:
                _table_writer(to, form)(dataset, table, sink)
        return ()

    cache = Cache(dataset, to, of if to == "zip" else "", form)

    def taken_or_written(stage: Path) -> tuple[str, ...]:
        kept = cache.take(stage)
        return write(stage) if kept is None else kept

    exported = fill_folder(dataset, Path(folder), to, names, taken_or_written)
    cache.keep(Path(folder), exported)
    return exported


def write_zip(dataset: Dataset, path: Path, of: str = "csv", *, form: CsvForm = PLAIN) -> tuple[str, ...]:
    """A ZIP of the files that an export of this format makes, and of its manifest; equal datasets give equal bytes.
    Returns what the format can't hold."""
    names = _names(dataset, of)
    left_out: tuple[str, ...] = ()

    def table_file(table: str, sink: IO[bytes]) -> None:
        _table_writer(of, form)(dataset, table, sink)

    if of in DATABASES:
        (name,) = set(names.values())
        file = path.with_name(name)
        left_out = DATABASES[of](dataset, file)
        entries = [Entry.of_file(name, file)]
    else:
        entries = [Entry(file, partial(table_file, table)) for table, file in names.items()]
    pack(path, entries, lambda sums: Entry.of_bytes(MANIFEST, encoded(manifest(dataset, of, names, sums, left_out))))
    return left_out


def _names(dataset: Dataset, to: str) -> dict[str, str]:
    """The file of each table."""
    if to in FORMATS:
        return file_names(dataset.rows, "jsonl" if to in LINE_FORMATS else to)
    return dict.fromkeys(dataset.rows, file_names([dataset.name], to)[dataset.name])


def _table_writer(to: str, form: CsvForm) -> Callable[[Dataset, str, IO[bytes]], None]:
    return FORMATS[to] if form == PLAIN else partial(csv.write, form=form)
