"""Which records are fit to be kept, whatever wrote them: no empty text, no word of the model about itself, no echo of
the prompt, no circle, the language that was asked. Duplicates are another room's.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from functools import cache
from importlib.resources import files
from itertools import pairwise
from typing import Literal

import msgspec
from msgspec import Struct

from .kinds import Row, texts_in
from .nearness import U64, WIDTH, containment, normal, shingles

_ECHO = 0.8  # of a text's runs of characters that its prompt has too
_ECHOED = 40  # characters from which an echo can be told from a topic that is named
_CIRCLE = 24  # words from which a text must not be few words again and again
_VARIED = 0.25  # different words and pairs of words among all
_HEARD = 4  # function words of another language from which a text counts as written in it
_ABOUT_ITSELF = re.compile(
    r"\bas an? (?:ai|artificial intelligence|(?:large )?language model|virtual assistant)\b"
    r"|\bi(?:'m| am) (?:just |only )?an? (?:ai|artificial intelligence|(?:large )?language model)\b"
    r"|\bi(?:'m| am) (?:sorry|afraid),? (?:but )?i (?:can(?:'t|not)|won't|am unable to|am not able to) "
    r"(?:help|assist|provide|fulfil|answer|comply|generate|create|discuss|engage|do that)"
    r"|^\W*i (?:can(?:'t|not)|am unable to|am not able to|won't) (?:help|assist|provide|fulfil|answer|comply|do that)"
    r"|\bals ki\b|\bals (?:ein )?sprachmodell\b|\ben tant qu'(?:ia|intelligence artificielle)\b"
    r"|\bcomo (?:modelo de lenguaje|una ia)\b",
    re.IGNORECASE | re.MULTILINE,
)

Unfit = Literal["", "empty", "refusal", "echo", "repetitive", "language"]


class _Language(Struct, frozen=True):
    """The script it is written in, by the first word of its letters' Unicode names, and its commonest words."""

    script: str
    words: str = ""


def unfit(row: Row, prompt: U64, language: str) -> Unfit:
    """Why the row can't be kept; "" if it can. `prompt` are the shingles of what was asked."""
    texts = texts_in(row)
    words = [normal(text) for text in texts]
    if not texts or not all(words):
        return "empty"
    if any(_ABOUT_ITSELF.search(text.replace("’", "'")) for text in texts):
        return "refusal"
    if any(len(plain) >= max(_ECHOED, WIDTH) and containment(shingles(plain), prompt) >= _ECHO for plain in words):
        return "echo"
    if any(_circles(plain.split(" ")) for plain in words):
        return "repetitive"
    return "language" if _foreign(" ".join(texts), language) else ""


def _circles(words: list[str]) -> bool:
    """A run of one sign counts too: a word of a hundred letters is none."""
    if any(len(word) > 100 and len(set(word)) < 5 for word in words):
        return True
    if len(words) < _CIRCLE:
        return False
    pairs = set(pairwise(words))
    return len(pairs) < _VARIED * (len(words) - 1)


def _foreign(text: str, language: str) -> bool:
    """Whether the text is surely of another language than asked. Knows a dozen languages; any other is let pass."""
    asked = _languages().get(language.casefold())
    if asked is None:
        return False
    letters = {c: count for c, count in Counter(text).items() if c.isalpha()}
    scripts = tuple(asked.script.split())
    own = sum(count for c, count in letters.items() if unicodedata.name(c, "").startswith(scripts))
    if own * 2 < sum(letters.values()):
        return True
    heard = Counter(normal(text).split(" "))
    counts = {
        name: sum(heard[word] for word in known.words.split()) for name, known in _languages().items() if known.words
    }
    mine = counts.pop(language.casefold(), None)
    return mine is not None and max(counts.values(), default=0) >= max(_HEARD, 3 * mine)


@cache
def _languages() -> dict[str, _Language]:
    text = (files("synthgen_nb") / "prompts" / "text_languages.json").read_bytes()
    return msgspec.json.decode(text, type=dict[str, _Language])
