"""How varied texts are, as shares and bits. Knows texts only, and means nothing by them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import combinations, pairwise
from math import log2
from typing import Any

from msgspec import Struct

_COUNTED = 20_000  # first texts whose words are counted
_COMPARED = 100  # first texts that are compared with each other


class Diversity(Struct, frozen=True, kw_only=True):
    """`repeated` is the share of texts that were there before, in any case and with any blanks; `distinct_1` and
    `distinct_2` the shares of different words and pairs of words among all; `alike` the mean share of runs of three
    characters that two texts have in common; `first_bits` the entropy of their first words."""

    texts: int
    repeated: float
    distinct_1: float
    distinct_2: float
    alike: float
    first_bits: float


def diversity(texts: Sequence[str]) -> Diversity:
    normal = [" ".join(text.casefold().split()) for text in texts]
    words = [text.split() for text in normal]
    ones, twos = distinct(words)
    runs = [{text[i : i + 3] for i in range(max(1, len(text) - 2))} for text in normal[:_COMPARED]]
    alike = [len(one & two) / len(one | two) for one, two in combinations(runs, 2)]
    return Diversity(
        texts=len(texts),
        repeated=round(1 - len(set(normal)) / len(normal), 4) if normal else 0.0,
        distinct_1=ones,
        distinct_2=twos,
        alike=round(sum(alike) / len(alike), 4) if alike else 0.0,
        first_bits=round(_entropy(Counter(text[0] for text in words if text)), 4),
    )


def distinct(texts: Iterable[Sequence[str]]) -> tuple[float, float]:
    """distinct-1 and distinct-2 of texts as words, to four digits."""
    ones: Counter[str] = Counter()
    twos: Counter[tuple[str, str]] = Counter()
    for place, words in enumerate(texts):
        if place == _COUNTED:
            break
        ones.update(words)
        twos.update(pairwise(words))
    return _share(ones), _share(twos)


def _share(counts: Counter[Any]) -> float:
    total = sum(counts.values())
    return round(len(counts) / total, 4) if total else 0.0


def _entropy(counts: Counter[str]) -> float:
    total = sum(counts.values())
    return -sum(count / total * log2(count / total) for count in counts.values()) + 0.0
