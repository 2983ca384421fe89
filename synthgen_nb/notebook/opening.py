"""The panel in the output of its cell, followed by the result that stays when the panel is gone. Knows nothing of forms
and jobs.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from IPython.display import DisplayHandle, display

from ..pages import Mark, Page
from .answering import Answering
from .beat import Beat
from .views import bundle

if TYPE_CHECKING:
    from .panel import Panel

_EMPTY = {"text/html": "", "text/plain": ""}
_NO_KERNEL = Page("synthgen panel", marks=(Mark("note", "it lives while its kernel does: run this cell again"),))


class Opening:
    """Two outputs of the running cell: the panel, and under it its latest result, which shows wherever the panel does
    not: in the saved notebook, after the kernel's end, in an export."""

    def __init__(self, panel: Panel, loop: asyncio.AbstractEventLoop) -> None:
        self._panel = panel
        Answering(panel, bundle(_NO_KERNEL), loop, name="synthgen panel", until="%%synthgen does all that it does")
        self._twin: DisplayHandle = display(dict(_EMPTY), raw=True, display_id=True)
        panel.finished = self.keep
        panel.wake = Beat(loop, panel.beat).start

    def keep(self, page: Page) -> None:
        """The result as an output that stays. In the main thread."""
        twin = bundle(page)
        html = f'<div class="synthgen-twin-{self._panel.twin}">{twin["text/html"]}</div>'
        self._twin.update({**twin, "text/html": html}, raw=True)
