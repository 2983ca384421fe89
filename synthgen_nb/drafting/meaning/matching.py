"""Whether words hold a rule's regular expression. Compiles an expression only for words that might.

There are over a thousand, of which the names of a schema come to most and hold few: to compile all of them takes longer
than all else that is read of names.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache, lru_cache

_PLAIN = re.compile(r"[a-z0-9 |]+")
# letters of an expression that words hold all or none of; passed over are escapes, classes and a letter that may lack
_TOGETHER = re.compile(r"\\.|\[[^]]*\]|([a-z0-9]+(?=[a-z0-9][?*])|[a-z0-9]+(?![a-z0-9?*]))")
_LONGEST = 4  # letters by which expressions and words are compared


@cache
def holding(expression: str) -> Callable[[str], object]:
    """Tells whether words hold the expression; "-" is held by any. Lists of plain words need no compiler."""
    if expression == "-":
        return lambda words: True
    if _PLAIN.fullmatch(expression):
        listed = tuple(expression.split("|"))
        return lambda words: any(one in words for one in listed)
    starts = starts_in(expression)
    if not starts:
        return _search_of(expression)
    return lambda words: not (words and starts.isdisjoint(_pieces(words))) and _search_of(expression)(words)


def starts_in(expression: str) -> frozenset[str]:
    """The first letters of all that the expression spells out: words that hold it, and are not empty, have one of them.
    None where it spells out nothing, or only what words must not hold."""
    if expression.startswith("^(?!"):
        return frozenset()
    return frozenset(letters[:_LONGEST] for letters in _TOGETHER.findall(expression) if letters)


@cache
def _search_of(expression: str) -> Callable[[str], object]:
    return re.compile(expression).search


@lru_cache(maxsize=20_000)
def _pieces(words: str) -> frozenset[str]:
    """All that up to _LONGEST letters of the words spell."""
    return frozenset(words[at : at + many] for many in range(1, _LONGEST + 1) for at in range(len(words)))
