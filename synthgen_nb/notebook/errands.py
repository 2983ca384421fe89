"""A widget that answers clicks: one at a time, long work in a thread, what came of it in words. Knows no click of its
own.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import anywidget
from traitlets import Dict

from ..errors import InputError, SynthgenError

Act = Callable[[Mapping[str, Any], list[memoryview]], None]


class Attentive(anywidget.AnyWidget):
    """Its JavaScript sends {"type", "id", ...} and gets an answer to the id when the act is over. Whoever shows it sets
    `wake`, which begins the beats."""

    said = Dict().tag(sync=True)  # the last answer to a person: {"kind", "text", "number"}

    def __init__(self, **traits: object) -> None:
        self.wake: Callable[[], None] = lambda: None
        self._errand: Future[Callable[[], None]] | None = None
        self._errands = ThreadPoolExecutor(1, thread_name_prefix="synthgen-panel")
        # messages come in the main thread, but in some releases of ipykernel in a thread beside it
        self._lock = threading.RLock()
        super().__init__(**traits)
        self.on_msg(self._received)

    def acts(self) -> dict[str, Act]:
        """What is done at a message, by its type."""
        raise NotImplementedError

    def _received(self, widget: object, message: Mapping[str, Any], buffers: list[memoryview]) -> None:
        """A click. Errors of ours are told in the panel; any other is a fault, told too and raised."""
        with self._lock:
            try:
                if (act := self.acts().get(str(message.get("type")))) is not None:
                    act(message, buffers)
            except SynthgenError as error:
                self.say("error", str(error))
            except Exception as error:
                self.say("error", f"a fault of ours: {type(error).__name__}: {error}")
                raise
            finally:
                self.send({"type": "answer", "to": message.get("id")})
        self.wake()

    def send_out(self, errand: Callable[[], Callable[[], None]]) -> None:
        """Work that takes time, in a thread; what it returns is done by the main thread."""
        if self._errand is not None:
            raise InputError("one thing after another", hint="the last click is still at work")
        self._errand = self._errands.submit(errand)

    def _came_back(self) -> bool:
        """In the main thread, again and again: does what an errand that is over wants done. True if one was over."""
        if self._errand is None or not self._errand.done():
            return False
        errand, self._errand = self._errand, None
        try:
            errand.result()()
        except SynthgenError as error:
            self.say("error", str(error))
        return True

    def say(self, kind: str, text: str) -> None:
        self.said = {"kind": kind, "text": text, "number": self.said.get("number", 0) + 1}
