"""The panel in the output of its cell: shown, replaced by words where the front end has no widgets, and followed by the
result that stays when the panel is gone. Knows nothing of forms and jobs.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import TYPE_CHECKING

from IPython.display import DisplayHandle, display

from ..pages import Mark, Page
from .beat import Beat
from .views import bundle

if TYPE_CHECKING:
    from .panel import Panel

PATIENCE = 3.0  # seconds in which a browser that has our widget's library answers
_GRACE = 1.0  # and more, for an answer that waits behind a cell
_EMPTY = {"text/html": "", "text/plain": ""}
_NO_KERNEL = Page("synthgen panel", marks=(Mark("note", "it lives while its kernel does: run this cell again"),))
_NO_WIDGETS = Page(
    "synthgen panel",
    marks=(
        Mark("broken", "this front end does not know anywidget: its library is missing where Jupyter itself runs"),
        Mark("note", "then reload this page; until then, %%synthgen does all that the panel does"),
    ),
    commands=(("in the server's environment", "pip install 'synthgen-nb[lab]'"),),
)


class Opening:
    """Two outputs of the running cell: the panel, and under it its latest result, which shows wherever the panel does
    not: in the saved notebook, after the kernel's end, in an export."""

    def __init__(self, panel: Panel, loop: asyncio.AbstractEventLoop) -> None:
        self._panel, self._loop = panel, loop
        self._handle = _shown(self._widget())
        self._twin = _shown(_EMPTY)
        self._replaced = False
        panel.finished = self.keep
        panel.wake = Beat(loop, panel.beat).start
        panel.observe(self._answered, "answered")
        loop.call_later(PATIENCE, self._ask_again)

    def keep(self, page: Page) -> None:
        """The result as an output that stays. In the main thread."""
        twin = bundle(page)
        html = f'<div class="synthgen-twin-{self._panel.twin}">{twin["text/html"]}</div>'
        self._twin.update({**twin, "text/html": html}, raw=True)

    def _widget(self) -> dict[str, object]:
        model = {"version_major": 2, "version_minor": 0, "model_id": self._panel.model_id}
        return {**bundle(_NO_KERNEL), "application/vnd.jupyter.widget-view+json": model}

    def _ask_again(self) -> None:
        if not self._panel.answered:
            self._loop.call_later(_GRACE, self._give_up)

    def _give_up(self) -> None:
        if not self._panel.answered:
            self._replaced = True
            self._handle.update(bundle(_NO_WIDGETS), raw=True)

    def _answered(self, change: Mapping[str, object]) -> None:
        """An answer that came late, behind a long cell or from a slow disk, brings the panel back."""
        if self._replaced:
            self._replaced = False
            self._handle.update(self._widget(), raw=True)


def _shown(data: Mapping[str, object]) -> DisplayHandle:
    handle: DisplayHandle = display(dict(data), raw=True, display_id=True)
    return handle
