"""A widget in the output of its cell, and words in its place where no browser answers for it: a server without our
widgets' library would leave that place empty for ever. Knows nothing of what the widget is.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Protocol

from IPython.display import DisplayHandle, display

from ..pages import Mark, Page
from .views import bundle

PATIENCE = 3.0  # seconds in which a browser that has the library answers
GRACE = 1.0  # and more, for an answer that waits behind a cell


class Widget(Protocol):
    """What is asked of a widget; its JavaScript sends a message of any kind as soon as it is drawn."""

    @property
    def model_id(self) -> str | None: ...

    def on_msg(self, callback: Callable[..., None]) -> None: ...


class Answering:
    """`otherwise` is for front ends without widgets and for the saved notebook. Made in the kernel's main thread, with
    its loop; `name` is what a person calls the widget, `until` what works without it."""

    def __init__(
        self, widget: Widget, otherwise: Mapping[str, str], loop: asyncio.AbstractEventLoop, *, name: str, until: str
    ) -> None:
        self._widget, self._otherwise, self._loop = widget, otherwise, loop
        self._words = _no_widgets(name, until)
        self._answered = self._replaced = False
        widget.on_msg(self._heard)
        self._handle: DisplayHandle = display(self._drawn(), raw=True, display_id=True)
        loop.call_later(PATIENCE, self._ask_again)

    def _drawn(self) -> dict[str, object]:
        model = {"version_major": 2, "version_minor": 0, "model_id": self._widget.model_id}
        return {**self._otherwise, "application/vnd.jupyter.widget-view+json": model}

    def _ask_again(self) -> None:
        if not self._answered:
            self._loop.call_later(GRACE, self._give_up)

    def _give_up(self) -> None:
        if not self._answered:
            self._replaced = True
            self._handle.update(bundle(self._words), raw=True)

    def _heard(self, *message: object) -> None:
        # in some releases of ipykernel a message comes in a thread beside the main one, which alone may draw
        self._loop.call_soon_threadsafe(self._came)

    def _came(self) -> None:
        """An answer that comes late, behind a long cell or from a slow disk, brings the widget back."""
        self._answered = True
        if self._replaced:
            self._replaced = False
            self._handle.update(self._drawn(), raw=True)


def _no_widgets(name: str, until: str) -> Page:
    missing = "this front end does not know anywidget: its library is missing where Jupyter itself runs"
    return Page(
        name,
        marks=(Mark("broken", missing), Mark("note", f"then reload this page; until then, {until}")),
        commands=(("in the server's environment", "pip install 'synthgen-nb[lab]'"),),
    )
