"""The grid as a widget: a dataset's tables in a browser, a page of rows at a time, with cells that can be edited. A
thin face of `Sheets`. Needs the extra `lab`: whoever imports this room says so where that is missing.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import anywidget
from traitlets import Dict

from .assets import assets
from .sheets import Sheets

if TYPE_CHECKING:
    from ..dataset import Dataset
    from ..store import Store


class Grid(anywidget.AnyWidget):
    """`Grid(dataset, store)` shows the tables of `dataset`; edits make new versions in `store`, and `on_version` is
    called, in the kernel's main thread, with each version that becomes current here (the line it returns is shown).
    `follow(dataset)` shows another version. To embed the grid in another widget, hand its messages to a `Sheets` and
    give `new Grid(model, el)` of static/grid.js a model with `get("state")`, `on` and `send`."""

    _esm = assets("elements.js", "grid.js", "gridwidget.js")
    _css = assets("theme.css", "grid.css")

    state = Dict().tag(sync=True)

    def __init__(
        self,
        dataset: Dataset,
        store: Store,
        *,
        table: str | None = None,
        on_version: Callable[[Dataset], str | None] | None = None,
    ) -> None:
        self._sheets = Sheets(dataset, store, table=table, on_version=on_version)
        # messages come in the main thread, but in some releases of ipykernel in a thread beside it
        self._lock = threading.RLock()
        super().__init__(state=self._sheets.state())
        self.on_msg(self._received)

    @property
    def dataset(self) -> Dataset:
        """The version that is shown."""
        return self._sheets.dataset

    def follow(self, dataset: Dataset) -> None:
        with self._lock:
            self._sheets.follow(dataset)
            self.state = self._sheets.state()

    def follow_edit(self, dataset: Dataset) -> None:
        """The same where it is another version of the dataset that is shown."""
        shown = self.dataset
        if dataset != shown and dataset.path.parent == shown.path.parent:
            self.follow(dataset)

    def _received(self, widget: object, message: Mapping[str, Any], buffers: list[memoryview]) -> None:
        with self._lock:
            answers, changed = self._sheets.answer(message)
            for answer in answers:
                self.send(answer)
            if changed:
                self.state = self._sheets.state()
