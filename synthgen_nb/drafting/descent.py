"""How children are spread over the rows that they point to: popular parents, and the levels of trees by what they are
the tree of. Integers that the plan holds; decides no key."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Literal

from ..schema import ForeignKey, Table
from ..specs import Tree
from .meaning.names import words_of

_EXPONENT = 0.7  # a parent of rank k has (k + 1) ** -0.7 as many children as the first: of 1,000 the first has 4 %
_SCALE = 1 << 24
_FEW = 5  # parents: fewer than this are alike
_CHIEF = re.compile(r"(^| )(manager|supervisor|boss|chief|superior|head|lead|leader|reports to|report to)( |$)")
_TALK = re.compile(r"(^| )(comment|message|post|reply|mail|note|review|event|span|task|issue|ticket)s?$")
_TEAM = 6  # people under one chief
_THREADS = (50, 26, 13, 7, 4)  # percent of the rows that begin a thread, answer, answer an answer ...
_BUSY = 6  # times the mean: more children than that has no row of a tree


def popularity(parents: int) -> tuple[int, ...]:
    """Weights of bands of ranks, each twice as wide as the one before (Pick.weights): Zipf's law."""
    if parents < _FEW:
        return ()
    weights, first = [], 1
    while first <= parents:
        last = min(2 * first - 1, parents)
        middle = ((first + last) / 2) ** -_EXPONENT
        weights.append(max(1, round(_SCALE * middle * (last - first + 1))))
        first = 2 * first
    return tuple(weights)


def tree_of(table: Table, key: ForeignKey, rows: int, roots: Literal["null", "self", "next"], *, even: bool) -> Tree:
    """People stand under one chief; talk has a root in every second row; everything else a few roots and three levels.
    `even` where a row's place among its siblings has to fit into something."""
    words, of = " ".join(words_of(key.columns[-1])), " ".join(words_of(table.name))
    levels = _pyramid(rows, roots) if _CHIEF.search(words) else _threads(rows) if _TALK.search(of) else _shelves(rows)
    if even:
        levels = _levels(rows)
    mean = max((-(-below // max(above, 1)) for above, below in pairwise(levels)), default=1)
    return Tree(levels=levels, roots=roots, most=0 if even else max(_BUSY * mean, 4))


def _pyramid(rows: int, roots: str) -> tuple[int, ...]:
    levels = [min(rows, 2 if roots == "next" else 1)]
    while sum(levels) < rows:
        levels.append(min(_TEAM * levels[-1], rows - sum(levels)))
    return tuple(levels)


def _threads(rows: int) -> tuple[int, ...]:
    levels = [rows * share // 100 for share in _THREADS]
    levels[0] += rows - sum(levels)
    return tuple(size for size in levels if size)


def _shelves(rows: int) -> tuple[int, ...]:
    """Each level as many times larger as the first has rows."""
    times = 2
    while times + times**2 + times**3 < rows:
        times += 1
    levels = [min(rows, times)]
    while sum(levels) < rows:
        levels.append(min(times * levels[-1], rows - sum(levels)))
    return tuple(levels)


def _levels(rows: int) -> tuple[int, ...]:
    """A tree of a tenth roots, each level three times the one above."""
    levels = [max(min(rows, 2), rows // 10)]
    while sum(levels) < rows:
        levels.append(min(3 * levels[-1], rows - sum(levels)))
    return tuple(levels)
