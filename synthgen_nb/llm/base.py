"""What a language model is here: prompts with a shape go in, texts of that shape come out. Knows no library of models.

Whatever a model writes is untrusted. Its text is bound by a grammar while it is written, and read again by whoever
asked (`shapes.read`); nothing else of it is ever used.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Protocol

from msgspec import Struct


class JsonSchema(Struct, frozen=True, tag="json_schema"):
    """A JSON document. Every string and array in `schema` has a bound."""

    schema: dict[str, Any]


class Regex(Struct, frozen=True, tag="regex"):
    """Text that `pattern` matches from its beginning to its end. No look-around; bounded."""

    pattern: str


class Lark(Struct, frozen=True, tag="lark"):
    """Text that a Lark grammar derives from `start`."""

    grammar: str


Shape = JsonSchema | Regex | Lark


class Sampling(Struct, frozen=True, kw_only=True):
    """`temperature` 0 takes the likeliest token; the other two cut what is drawn from (top_k 0: no cut)."""

    temperature: float = 0.8
    top_p: float = 0.95
    top_k: int = 50


GREEDY = Sampling(temperature=0.0)


class Prompt(Struct, frozen=True, kw_only=True):
    """One turn of a chat. `shared` is the beginning of the user's message that many prompts have in common (a model may
    compute it once), `own` the rest. Texts from a DDL or from data are quoted in them, never instructions."""

    system: str
    shared: str
    own: str = ""


class Ask(Struct, frozen=True, kw_only=True):
    """`seed` decides the draws, whatever else is in the batch. `most` tokens at most."""

    prompt: Prompt
    shape: Shape
    seed: int
    sampling: Sampling = GREEDY
    most: int = 512


class Reply(Struct, frozen=True, kw_only=True):
    """`cut` tells that the text ended at `most` and not where its shape ends: not to be used."""

    text: str
    tokens: int
    cut: bool = False


Tick = Callable[[int], None]
"""Called after every step with the tokens written since the last call; an Interrupted raised in it ends the work."""


def silent(tokens: int) -> None:
    """The Tick of whoever waits without looking."""


class Model(Protocol):
    """A loaded model. One piece of work at a time: `complete` waits for the one before."""

    @property
    def name(self) -> str:
        """What the user called it, or its id on the hub."""

    @property
    def commit(self) -> str:
        """The resolved revision of its weights; a hash of its file or folder where there is none."""

    @property
    def context(self) -> int:
        """Tokens of prompt and answer together."""

    def count(self, text: str) -> int:
        """Tokens of a text."""

    def complete(self, asks: Sequence[Ask], tick: Tick = silent) -> Iterator[Reply]:
        """One reply for each ask, in their order, in batches of its own choice. Raises ModelError for what can't
        be asked (a prompt beyond the context, a grammar that can't be) and Interrupted out of `tick`."""

    def unload(self) -> None:
        """Gives its memory back; nothing may be asked of it afterwards."""
