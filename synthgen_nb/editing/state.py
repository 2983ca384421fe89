"""The tables of a version in the midst of an edit: parts that stand as they stood, and parts written anew in a draft.
Knows which rows have changed since; not why.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import count
from pathlib import Path

import msgspec
import numpy as np
import pyarrow as pa
from msgspec import Struct, field
from msgspec.structs import replace

from ..dataset import Dataset
from ..drafts import Draft
from ..edits import Edit
from ..errors import StoreError
from ..parquet import Cells, Part, append_part, rewrite_part, take_rows
from ..rows import I64, Mask
from ..sandbox import relation_names
from ..storing import differing, one

WINDOW_ROWS = 1 << 21  # rows looked at in one go: whole parts
PART_ROWS = 1 << 20
GROUP_ROWS = 1 << 16
ROW = "synthgen row "  # a column of windows: the number of the row in its table
_NONE: I64 = np.zeros(0, np.int64)


class Changes(Struct, frozen=True):
    """What becomes of some rows of a table, by their numbers in it (ascending): new values of columns, rows that go."""

    cells: Mapping[str, Cells] = field(default_factory=dict)
    removed: I64 = field(default_factory=lambda: _NONE)

    def within(self, first: int, end: int) -> Changes:
        """Those of rows first..end-1, numbered from `first`."""
        cells = {name: cut for name, given in self.cells.items() if len((cut := given.within(first, end)).rows)}
        low, high = self.removed.searchsorted((first, end))
        return Changes(cells, self.removed[low:high] - first)

    def __bool__(self) -> bool:
        return bool(self.cells) or bool(len(self.removed))


class Standing(Struct, frozen=True):
    """A part as it stands. `own` parts lie in the draft, others in the version it comes from; `marked` are the rows
    that are new or have a new cell; None: none of them. `origin` are the rows' numbers in that version, -1 of new
    ones."""

    path: Path
    part: Part
    origin: range | I64
    own: bool = False
    marked: Mask | None = None


class Window(Struct, frozen=True):
    """Consecutive rows of a table from number `first` on. `rows` holds their number in a column ROW, and the columns
    that were asked for, called as DuckDB calls them."""

    first: int
    rows: pa.Table


class State:
    """Nothing is listed before `successor` is published; what an edit leaves behind goes with its draft."""

    def __init__(self, dataset: Dataset, draft: Draft) -> None:
        self.dataset, self.schema, self._draft = dataset, dataset.schema, draft
        self._tables = {key: _as_saved(dataset, key) for key in dataset}
        self.columns: dict[str, set[str]] = {}
        """Of each table: the columns in which some cell is another; all of them where rows are new."""
        self.shrunk: set[str] = set()
        """Tables that lost rows."""
        self.grown: set[str] = set()
        """Tables with new rows."""

    def paths(self, table: str) -> list[Path]:
        return [standing.path for standing in self._tables[table]]

    def sources(self) -> dict[str, Sequence[Path]]:
        """All tables, as `sandbox.connect` takes them."""
        return {key: self.paths(key) for key in self._tables}

    def rows(self, table: str) -> int:
        return sum(standing.part.rows for standing in self._tables[table])

    def windows(self, table: str, columns: Iterable[str]) -> Iterator[Window]:
        """All rows of the table, in their order."""
        names = [c.name for c in self.schema.tables[table].columns]
        called, wanted = relation_names(names), set(columns)
        asked = [name for name in names if name in wanted]
        first = 0
        for group in _grouped(self._tables[table]):
            end = first + sum(standing.part.rows for standing in group)
            number = pa.array(np.arange(first, end))
            if asked:
                rows = pa.concat_tables([_read(standing.path, asked) for standing in group])
                rows = rows.rename_columns([called[name] for name in rows.column_names]).append_column(ROW, number)
            else:
                rows = pa.table({ROW: number})
            yield Window(first, rows)
            first = end

    def change(self, table: str, changes: Iterable[Changes]) -> None:
        """One for each window, in their order, or fewer: the last one given speaks of all the rows that follow. What
        reads the table meanwhile reads it as it stood."""
        given, now, first = iter(changes), Changes(), 0
        fresh: list[Standing] = []
        for group in _grouped(self._tables[table]):
            now = next(given, now)
            for standing in group:
                end = first + standing.part.rows
                fresh.append(self._rewritten(table, standing, now.within(first, end), len(fresh)))
                first = end
        self._put(table, fresh)

    def append(self, table: str, rows: pa.Table) -> None:
        """Further rows, complete and in the types in which they are stored."""
        standings = self._tables[table]
        taken = {path.name for path in self.paths(table)}
        free = (path for at in count(len(taken)) if (path := self._draft.part_path(table, at)).name not in taken)
        for first in range(0, rows.num_rows, PART_ROWS):
            path = next(free)
            part = append_part(standings[0].path, path, rows.slice(first, PART_ROWS), GROUP_ROWS)
            origin, marked = np.full(part.rows, -1), np.ones(part.rows, bool)
            standings.append(Standing(path, part, origin, own=True, marked=marked))
            self.columns.setdefault(table, set()).update(self.schema.tables[table].column_names)
            self.grown.add(table)

    def take(self, table: str, numbers: I64) -> pa.Table:
        """The rows of these numbers (ascending), whole."""
        return take_rows([(standing.path, standing.part.rows) for standing in self._tables[table]], numbers)

    def origins(self, table: str) -> I64:
        """The number of each row in the version that the edit began from; -1 of new ones."""
        return np.concatenate([_numbers(standing.origin) for standing in self._tables[table]])

    def marked_numbers(self, table: str) -> I64:
        """The rows that have a new cell or are new, by number."""
        masks = [
            np.zeros(standing.part.rows, bool) if standing.marked is None else standing.marked
            for standing in self._tables[table]
        ]
        return np.flatnonzero(np.concatenate(masks))

    def changed_in(self, table: str, columns: Iterable[str]) -> I64:
        """The rows that are new, or hold something else in one of the columns than when the edit began, by number."""
        numbers = self.marked_numbers(table)
        origins = self.origins(table)[numbers]
        old = np.flatnonzero(origins >= 0)
        parts = self.dataset.manifest.tables[table].parts
        before = take_rows([(self.dataset.path / part.file, part.rows) for part in parts], origins[old])
        now = self.take(table, numbers[old])
        other = np.ones(len(numbers), bool)
        other[old] = False
        for name in columns:
            other[old] |= differing(one(before.column(name)), one(now.column(name)))
        return numbers[other]

    def marked(self, table: str) -> int:
        """How many rows have a new cell or are new."""
        return sum(int(standing.marked.sum()) for standing in self._tables[table] if standing.marked is not None)

    def marked_rows(self, table: str) -> pa.Table:
        """Those rows, whole, as they are now."""
        found = [
            _read(standing.path, None).filter(pa.array(standing.marked))
            for standing in self._tables[table]
            if standing.marked is not None
        ]
        return pa.concat_tables(found or [_read(self._tables[table][0].path, None).slice(0, 0)])

    def successor(self, edit: Edit | None, description: str) -> Dataset:
        """The version that would come of it: to be looked at, listed nowhere yet. What stands untouched is shared with
        the version it comes from."""
        self._tables = {key: [self._shared(key, each) for each in standing] for key, standing in self._tables.items()}
        parts = {key: [each.part for each in standing] for key, standing in self._tables.items()}
        return self._draft.successor(self.dataset, parts, description, edit)

    def _shared(self, table: str, standing: Standing) -> Standing:
        if standing.own:
            return standing
        part = self._draft.share(standing.part, table, standing.path)
        return replace(standing, path=self._draft.path / self._draft.file(table, part), part=part, own=True)

    def _rewritten(self, table: str, standing: Standing, changes: Changes, at: int) -> Standing:
        """Beside what stands, for that may still be read."""
        if not changes:
            return standing
        rows = standing.part.rows
        marked = np.zeros(rows, bool) if standing.marked is None else standing.marked.copy()
        for cells in changes.cells.values():
            marked[cells.rows] = True
        self.columns.setdefault(table, set()).update(changes.cells)
        if len(changes.removed):
            self.shrunk.add(table)
            marked = np.delete(marked, changes.removed)
        origin = standing.origin
        if len(changes.removed):
            origin = np.delete(_numbers(origin), changes.removed)
        beside = self._draft.part_path(table, at).with_name(f"next-{at:05d}.parquet")
        part = rewrite_part(standing.path, beside, changes.cells, changes.removed)
        return Standing(beside, part, origin, own=True, marked=marked)

    def _put(self, table: str, fresh: Sequence[Standing]) -> None:
        """The parts of the table from now on, each under the name of the one whose place it takes. Parts that lost all
        their rows go, but for one of a table that has none left."""
        left = any(standing.part.rows for standing in fresh)
        placed = []
        for before, now in zip(self._tables[table], fresh, strict=True):
            path = self._draft.part_path(table, 0).with_name(before.path.name)
            try:
                if now is before:
                    placed.append(now)
                elif now.part.rows or (not left and not placed):
                    now.path.replace(path)
                    placed.append(replace(now, path=path, part=msgspec.structs.replace(now.part, file=path.name)))
                else:
                    now.path.unlink()
                    if before.own:
                        before.path.unlink()
            except OSError as error:
                raise StoreError(f"can't save {self.dataset.name}: {error.strerror}") from error
        self._tables[table] = placed


def _as_saved(dataset: Dataset, table: str) -> list[Standing]:
    found, first = [], 0
    for part in dataset.manifest.tables[table].parts:
        found.append(Standing(dataset.path / part.file, part, range(first, first + part.rows)))
        first += part.rows
    return found


def _numbers(origin: range | I64) -> I64:
    return np.arange(origin.start, origin.stop) if isinstance(origin, range) else origin


def _grouped(standings: Sequence[Standing]) -> Iterator[list[Standing]]:
    group: list[Standing] = []
    for standing in standings:
        if group and sum(each.part.rows for each in group) + standing.part.rows > WINDOW_ROWS:
            yield group
            group = []
        group.append(standing)
    if group:
        yield group


def _read(path: Path, columns: Sequence[str] | None) -> pa.Table:
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(path) as file:
            return file.read(columns=None if columns is None else list(columns))
    except (OSError, pa.ArrowInvalid) as error:
        raise StoreError(f"a part can't be read: {error}") from error
