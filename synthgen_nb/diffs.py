"""What differs between two versions of a dataset, as numbers and a sample: what is kept with a version that an edit
made, and shown. Knows no files."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

Cells = dict[str, tuple[str | None, str | None]]
"""{column: (old, new)}, spelled in full (`cells.spelled`); None is NULL."""


class RowDiff(Struct, frozen=True, kw_only=True):
    """One row. `key` are its values in the columns that name it, or its number, counted from 0, where none do. `cells`
    are those that differ; of a row that was added or removed, all of them, with None on the other side."""

    kind: Literal["added", "removed", "changed"]
    key: tuple[str | None, ...]
    cells: Cells


class TableDiff(Struct, frozen=True, kw_only=True):
    """One table that differs. `key` are the columns that name its rows; without any, rows are compared by number where
    both versions have as many, otherwise as a bag. `columns` counts the cells of changed rows that differ, `cells` is
    their sum; `sample` are the first few of each kind."""

    table: str
    key: tuple[str, ...]
    before: int
    after: int
    added: int
    removed: int
    changed: int
    columns: dict[str, int] = {}
    sample: tuple[RowDiff, ...] = ()

    @property
    def cells(self) -> int:
        return sum(self.columns.values())


class Differences(Struct, frozen=True, kw_only=True):
    """Of two versions, as they are kept with the later one. `tables` are those that differ. `notes` tell of tables and
    columns that only one of the versions has: rows of such tables are counted, such columns are not compared."""

    before: int
    after: int
    tables: tuple[TableDiff, ...]
    notes: tuple[str, ...] = ()
