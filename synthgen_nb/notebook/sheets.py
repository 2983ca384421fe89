"""The kernel's end of the grid: a dataset's tables as pages of text, and what a person does to their cells. Plain JSON
values in and out; knows no widget, so that whoever shows a grid can stand between.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ..editing import Change, fixed, set_cells, spelled_rows
from ..errors import InputError, RefusedEdit, SynthgenError
from ..schema import Column, Kind, Table

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from ..dataset import Dataset
    from ..store import Store

PAGE = 100  # rows
LONGEST = 300  # characters of a cell that travel with its page; the rest is asked for when the cell is edited
MOST_ARRANGED = 20_000_000  # rows that may be sorted or filtered: four bytes each are kept, a column is read
_RIGHT = {Kind.INTEGER, Kind.DECIMAL, Kind.FLOAT, Kind.MONEY, Kind.YEAR}
_UNORDERED = {Kind.ARRAY, Kind.STRUCT, Kind.MAP, Kind.BINARY}
_OPTIONS = 200  # labels offered while a cell is edited

Message = dict[str, Any]


class Sheets:
    """The tables of one version after the other. `on_version` is called with each version that an edit, undo or redo
    makes current; the line it returns is shown."""

    def __init__(
        self,
        dataset: Dataset,
        store: Store,
        *,
        table: str | None = None,
        on_version: Callable[[Dataset], str | None] | None = None,
    ) -> None:
        self.dataset, self._store = dataset, store
        self._on_version = on_version or (lambda dataset: None)
        self._table = table or next(iter(dataset))
        self._said: dict[str, Any] = {"kind": "", "text": "", "number": 0}
        self._arranged: tuple[object, npt.NDArray[np.uint32]] | None = None

    def state(self) -> Message:
        """All that the grid shows at first, the first page included: an open cell can't keep it waiting."""
        at = self._store.pointer(self.dataset.name)
        newest = at.at == self.dataset.version
        return {
            "name": self.dataset.name,
            "version": self.dataset.version,
            "tables": [[table, rows] for table, rows in self.dataset.rows.items()],
            "sheet": self._sheet(self._table),
            "undo": self.dataset.description if newest and self.dataset.parent is not None else "",
            "redo": newest and bool(at.undone),
            "said": dict(self._said),
        }

    def answer(self, message: Mapping[str, Any]) -> tuple[list[Message], bool]:
        """What to send back, and whether `state` is another one now. Never raises our own errors: they are told."""
        acts: dict[str, Callable[[Mapping[str, Any]], list[Message]]] = {
            "sheet": lambda m: [{"type": "sheet", "sheet": self._sheet(self._known(m))}],
            "page": self._page,
            "whole": self._whole,
        }
        moves: dict[str, Callable[[Mapping[str, Any]], Dataset]] = {
            "edit": self._edit,
            "undo": lambda m: self._store.undo(self.dataset.name),
            "redo": lambda m: self._store.redo(self.dataset.name),
        }
        kind = str(message.get("type"))
        try:
            if kind in acts:
                return acts[kind](message), False
            if kind in moves:
                self._move(moves[kind](message), kind)
                return [], True
        except RefusedEdit as error:
            return [{"type": "refused", "to": dict(message), "text": str(error), "rows": _failing(error)}], False
        except SynthgenError as error:
            self._say("error", str(error))
            return [{"type": "failed", "to": dict(message), "text": str(error)}], True
        return [], False

    def follow(self, dataset: Dataset) -> None:
        """Another version, or another dataset, is shown."""
        self.dataset = dataset
        if self._table not in dataset:
            self._table = next(iter(dataset))

    def _move(self, to: Dataset, kind: str) -> None:
        if to == self.dataset:
            self._say("note", "the cell holds that already")
            return
        before, self.dataset = self.dataset, to
        done = {"edit": to.description, "undo": f"undone: {before.description}", "redo": f"again: {to.description}"}[
            kind
        ]
        line = self._on_version(to)
        self._say("ok", " · ".join(part for part in (done, line) if part))

    def _edit(self, message: Mapping[str, Any]) -> Dataset:
        self._table = self._known(message)
        change = Change(
            table=self._table,
            row=int(message["row"]),
            column=str(message["column"]),
            old=_text(message.get("old")),
            new=_text(message.get("new")),
        )
        return set_cells(self._store, self.dataset, [change])

    def _known(self, message: Mapping[str, Any]) -> str:
        table = str(message.get("table"))
        if table not in self.dataset:
            raise InputError(f"there is no table {table!r}")
        return table

    def _sheet(self, table: str) -> Message:
        """A table's columns and its first page. It is the one that `state` shows from now on."""
        self._table = table
        schema = self.dataset.schema
        columns = [_column(schema.tables[table], column, schema.dialect) for column in schema.tables[table].columns]
        rows = self.dataset.rows[table]
        return {"table": table, "rows": rows, "columns": columns, "page": self._cells(table, range(min(PAGE, rows)))}

    def _page(self, message: Mapping[str, Any]) -> list[Message]:
        table, start, view = self._known(message), max(0, int(message.get("start", 0))), message.get("view")
        told = {"type": "page", "table": table, "version": self.dataset.version, "start": start, "view": view}
        if not view:
            rows = self.dataset.rows[table]
            return [{**told, "count": rows, "page": self._cells(table, range(start, min(start + PAGE, rows)))}]
        order = self._order(table, view)
        numbers = order[start : start + PAGE].tolist()
        ascending = sorted(numbers)
        cells = dict(zip(ascending, self._cells(table, ascending), strict=True))
        return [{**told, "count": len(order), "page": [cells[n] for n in numbers], "numbers": numbers}]

    def _cells(self, table: str, numbers: Sequence[int]) -> list[list[Any]]:
        """Text, None for NULL, [text] for one that is cut."""
        return [
            [[cell[:LONGEST]] if cell is not None and len(cell) > LONGEST else cell for cell in row]
            for row in spelled_rows(self.dataset, table, numbers)
        ]

    def _whole(self, message: Mapping[str, Any]) -> list[Message]:
        table, row, column = self._known(message), int(message["row"]), str(message["column"])
        names = self.dataset.schema.tables[table].column_names
        if column not in names or not 0 <= row < self.dataset.rows[table]:
            raise InputError(f"there is no such cell in {table}")
        text = spelled_rows(self.dataset, table, [row])[0][names.index(column)]
        return [{"type": "whole", "to": dict(message), "text": text}]

    def _order(self, table: str, view: Mapping[str, Any]) -> npt.NDArray[np.uint32]:
        """The numbers of the rows that a filter leaves, as a sort has them. Kept for the next page."""
        wanted = (self.dataset, table, repr(sorted(view.items())))
        if self._arranged is None or self._arranged[0] != wanted:
            self._arranged = (wanted, _arrange(self.dataset, table, view))
        return self._arranged[1]

    def _say(self, kind: str, text: str) -> None:
        self._said = {"kind": kind, "text": text, "number": self._said["number"] + 1}


def _arrange(dataset: Dataset, table: str, view: Mapping[str, Any]) -> npt.NDArray[np.uint32]:
    """`view` is {"sort": column, "down": bool, "filter": column, "text": text}, each of the two may be missing."""
    import polars as pl

    if dataset.rows[table] > MOST_ARRANGED:
        raise InputError(f"more than {MOST_ARRANGED:,} rows are neither sorted nor filtered here", hint="use ds.sql")
    columns = {column.name: column for column in dataset.schema.tables[table].columns}
    number = "row number "
    frame = dataset.scan(table)
    used = [str(name) for name in (view.get("sort"), view.get("filter")) if name]
    for name in used:
        if name not in columns or columns[name].type.kind in _UNORDERED:
            raise InputError(f"rows are neither sorted nor filtered by {name}")
    frame = frame.select(list(dict.fromkeys(used))).with_row_index(number)
    if view.get("filter"):
        column, text = pl.col(str(view["filter"])), str(view.get("text", ""))
        found = column.cast(pl.String).str.to_lowercase().str.contains(text.lower(), literal=True)
        frame = frame.filter(column.is_null() if text == "NULL" else found)
    if view.get("sort"):
        frame = frame.sort(str(view["sort"]), number, descending=[bool(view.get("down")), False], nulls_last=True)
    return frame.select(number).collect(engine="streaming").to_series().to_numpy()


def _column(table: Table, column: Column, dialect: str) -> Message:
    """`fixed` says why its cells can't be typed; `options` are the only values there are."""
    options = ("true", "false") if column.type.kind == Kind.BOOLEAN else column.type.values
    return {
        "name": column.name,
        "type": column.type.sql or str(column.type.kind),
        "right": column.type.kind in _RIGHT,
        "nullable": column.nullable and column.name not in table.primary_key,
        "fixed": fixed(table, column, dialect),
        "computed": column.generated is not None,
        "options": list(options[:_OPTIONS]) if column.type.kind != Kind.SET else [],
        "ordered": column.type.kind not in _UNORDERED,
    }


def _failing(error: RefusedEdit) -> list[Message]:
    """The first row that each broken rule would fail in."""
    return [
        {name: None if value is None else str(value) for name, value in finding["sample"][0].items()}
        for finding in error.details.get("findings", ())
        if finding.get("sample")
    ][:3]


def _text(value: object) -> str | None:
    return None if value is None else str(value)
