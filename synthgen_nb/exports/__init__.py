"""Datasets as files for other programs: `export(dataset, folder, "csv")`, one file per table, or one for all of them
where the format is a database, and a manifest. Knows nothing of how data is made or checked.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import InputError
from ..textsets.formats import LINE_FORMATS
from . import csv, duckdb, jsonl, parquet, sql, sqlite
from .folder import Exported, check_folder, file_names, fill_folder
from .trainers import writer

if TYPE_CHECKING:
    from ..dataset import Dataset

__all__ = ["DATABASES", "FORMATS", "Exported", "check_folder", "export"]

FORMATS: dict[str, Callable[[Dataset, str, Path], None]] = {
    "csv": csv.write,
    "jsonl": jsonl.write,
    "parquet": parquet.write,
} | {form: writer(form) for form in LINE_FORMATS}
DATABASES: dict[str, Callable[[Dataset, Path], tuple[str, ...]]] = {
    "sql": sql.write,
    "sqlite": sqlite.write,
    "duckdb": duckdb.write,
}


def export(dataset: Dataset, folder: str | Path, to: str = "csv") -> Exported:
    """Writes TABLE.csv (SCHEMA.TABLE.csv outside the default namespace) for every table of `dataset`; with "sql",
    "sqlite" or "duckdb" one NAME.sql, NAME.sqlite or NAME.duckdb; with "alpaca", "sharegpt" or "openai" the TABLE.jsonl
    of a dataset of texts.

    `folder` must be new, empty or one of ours (it holds our manifest, synthgen.json): then the files of the last export
    are replaced. Raises InputError otherwise, before anything is written; an interrupted export leaves no partial
    file."""
    if to in DATABASES:
        name = file_names([dataset.name], to)[dataset.name]
        return fill_folder(
            dataset,
            Path(folder),
            to,
            dict.fromkeys(dataset.rows, name),
            lambda stage: DATABASES[to](dataset, stage / name),
        )
    if to not in FORMATS:
        raise InputError(f"unknown format {to!r}", hint=f"one of {', '.join((*FORMATS, *DATABASES))}")
    names = file_names(dataset.rows, "jsonl" if to in LINE_FORMATS else to)

    def write(stage: Path) -> tuple[str, ...]:
        for table, file in names.items():
            FORMATS[to](dataset, table, stage / file)
        return ()

    return fill_folder(dataset, Path(folder), to, names, write)
