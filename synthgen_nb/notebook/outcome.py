"""The dataset that a panel shows: its checks, first rows, the grid of its cells, its files. Knows messages and values;
the widget that it speaks through stands before it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from ..errors import InputError
from ..notebook import panelstate
from ..pages import Page, dataset_page, size
from .downloads import Download, packed
from .sheets import Sheets

if TYPE_CHECKING:
    from ..dataset import Dataset
    from .errands import Act
    from .place import Place


class Screen(Protocol):
    """The widget: what it holds in traits is shown, again after a reload; messages are shown once."""

    result: dict[str, Any]
    sheets: dict[str, Any]
    edits: dict[str, Any]
    finished: Callable[[Page], None]

    def say(self, kind: str, text: str) -> None: ...
    def send_out(self, errand: Callable[[], Callable[[], None]]) -> None: ...
    def send(self, content: object, buffers: list[bytes] | None = None) -> None: ...


class Outcome:
    """`folder` takes files that are too big for a browser's socket. Whoever else shows something of the dataset sets
    `on_show`."""

    def __init__(self, screen: Screen, place: Place, folder: Path) -> None:
        self._screen, self._place, self._folder = screen, place, folder
        self.on_show: Callable[[Dataset], None] = lambda dataset: None
        self.shown: Dataset | None = None
        self._sheets: Sheets | None = None

    def acts(self) -> dict[str, Act]:
        return {
            "open": self._open,
            "rows": self._rows,
            "edit": self._edit,
            "grid": self._grid,
            "download": self._download,
        }

    @property
    def dataset(self) -> Dataset:
        """Raises InputError where none is shown."""
        if self.shown is None:
            raise InputError("no dataset is shown")
        return self.shown

    def show(self, dataset: Dataset, page: Page) -> None:
        if self._sheets is not None and self._sheets.dataset != dataset:
            self._sheets, self._screen.sheets = None, {}
        self.shown = dataset
        self._screen.result = panelstate.result_state(dataset, page)
        self.on_show(dataset)

    def follow(self, dataset: Dataset) -> None:
        """Another version of what is shown is current by now."""
        if self.shown is None or self.shown == dataset or self.shown.path.parent != dataset.path.parent:
            return
        if self._sheets is not None:
            self._sheets.follow(dataset)
            self._screen.sheets = self._sheets.state()
        self.show(dataset, dataset_page(dataset, first_rows=0))

    def moved(self, dataset: Dataset) -> str:
        """An edit of this panel's, or its undoing, made another version current. It stays in the notebook, and bound
        names and open grids follow it; the line says which."""
        if dataset == self.shown:
            return ""
        self.follow(dataset)
        self._screen.finished(dataset_page(dataset))
        return self._place.session.follow(dataset)

    def _open(self, message: Mapping[str, Any], buffers: list[memoryview]) -> None:
        dataset = self._place.store.open(str(message.get("name")))
        self.show(dataset, dataset_page(dataset, first_rows=0))

    def _rows(self, message: Mapping[str, Any], buffers: list[memoryview]) -> None:
        dataset, table = self._asked(message)
        grid = panelstate.first_rows(dataset, table)
        self._screen.send({"type": "rows", "of": [dataset.name, dataset.version, table], "grid": grid})

    def _edit(self, message: Mapping[str, Any], buffers: list[memoryview]) -> None:
        """The grid in the place of the first rows: each edit of a cell is a checked version of its own."""
        dataset, table = self._asked(message)
        self._sheets = Sheets(dataset, self._place.store, table=table, on_version=self.moved)
        self._screen.sheets = self._sheets.state()

    def _asked(self, message: Mapping[str, Any]) -> tuple[Dataset, str]:
        dataset, table = self.dataset, str(message.get("table"))
        if table not in dataset:
            raise InputError(f"there is no table {table!r}")
        return dataset, table

    def _grid(self, message: Mapping[str, Any], buffers: list[memoryview]) -> None:
        if self._sheets is None:
            return
        said = message.get("message")
        answers, changed = self._sheets.answer(said if isinstance(said, Mapping) else {})
        for answer in answers:
            self._screen.send({"type": "grid", "message": answer})
        if changed:
            self._screen.sheets = self._sheets.state()

    def _download(self, message: Mapping[str, Any], buffers: list[memoryview]) -> None:
        dataset = self.dataset
        to, table = str(message.get("to")), message.get("table")

        def errand() -> Callable[[], None]:
            made = packed(dataset, to, None if table is None else str(table), self._folder)
            return lambda: self._hand_over(made)

        self._screen.send_out(errand)

    def _hand_over(self, made: Download) -> None:
        if made.path is not None:
            self._screen.say("note", f"{size(made.size)} is too much for the browser; written to {made.path}")
            return
        self._screen.send({"type": "file", "file": made.file}, buffers=[made.data])
        self._screen.say("note", f"{made.file}: {size(made.size)}")
