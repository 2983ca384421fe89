"""How good a set of texts is: what was dropped and why, how varied the rest is, how long, and how the topics share it.
Counts only; judges nothing.
"""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

REASONS: dict[str, str] = {
    "cut": "ended at the bound of its length",
    "misshapen": "not of the shape that was asked",
    "empty": "a text without a word",
    "refusal": "the model spoke of itself or refused",
    "echo": "repeats its prompt",
    "language": "in another language",
    "repetitive": "goes round in a circle",
    "exact": "a duplicate",
    "near": "a near duplicate",
}


class TopicQuality(Struct, frozen=True, kw_only=True):
    """`wanted` and kept `records` of a topic, and the prompts that were `asked` for them. `why` says why there are
    fewer than wanted."""

    topic: str
    wanted: int
    records: int
    asked: int
    why: str = ""


class Lengths(Struct, frozen=True, kw_only=True):
    """Characters of a record's texts together."""

    least: int = 0
    tenth: int = 0
    median: int = 0
    ninetieth: int = 0
    most: int = 0


class Quality(Struct, frozen=True, kw_only=True):
    """`dropped` maps a reason to records; `reserved` counts the contact data that reserved ones stand for now;
    `distinct_1` and `distinct_2` are the shares of different words and pairs of words among all. `tokens` were written
    in `seconds` of the model's time, kept or not, at `temperatures`."""

    records: int
    asked: int
    topics: tuple[TopicQuality, ...]
    dropped: dict[str, int]
    reserved: int
    distinct_1: float
    distinct_2: float
    lengths: Lengths
    tokens: int
    seconds: float
    temperatures: tuple[float, ...]


def lengths(sizes: Iterable[int]) -> Lengths:
    ordered = sorted(sizes)
    if not ordered:
        return Lengths()
    last = len(ordered) - 1
    least, tenth, median, ninetieth, most = (ordered[last * part // 10] for part in (0, 1, 5, 9, 10))
    return Lengths(least=least, tenth=tenth, median=median, ninetieth=ninetieth, most=most)
