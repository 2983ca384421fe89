"""A model that says what it is told to say: for tests, and for those who build on the protocol."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence

from .base import Ask, Reply, Tick, silent


class ScriptedModel:
    """`answer` maps an Ask to a text, or to a Reply where it matters that it is cut. A word counts as a token. `asked`
    keeps every Ask."""

    def __init__(self, answer: Callable[[Ask], str | Reply], name: str = "scripted", context: int = 8192) -> None:
        self.name, self.context = name, context
        self.commit = hashlib.sha256(name.encode()).hexdigest()[:12]
        self.asked: list[Ask] = []
        self._answer = answer

    def count(self, text: str) -> int:
        return len(text.split())

    def complete(self, asks: Sequence[Ask], tick: Tick = silent) -> Iterator[Reply]:
        for ask in asks:
            self.asked.append(ask)
            said = self._answer(ask)
            reply = said if isinstance(said, Reply) else Reply(text=said, tokens=self.count(said))
            tick(reply.tokens)
            yield reply

    def unload(self) -> None:
        """There is nothing to give back."""
