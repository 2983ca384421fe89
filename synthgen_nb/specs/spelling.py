"""Codes of many templates at once: each row spells one of them. Knows how templates are written (texts.places), and no
rows of tables."""

from __future__ import annotations

from functools import lru_cache
from math import prod

import numpy as np
import pyarrow as pa
from msgspec import Struct

from ..rows import I64, U64, bits
from .joining import Parts, Places, parts
from .texts import fixed_width, places

_CODES = 10_000  # of one piece of a template
_BITS = 21  # of a random integer decide one piece


class _Cut(Struct, frozen=True):
    """Templates in pieces: piece p of template t is one of `counts[p][t]` parts from `starts[p][t]` on."""

    held: Parts
    starts: tuple[I64, ...]
    counts: tuple[U64, ...]


def spelled(templates: tuple[str, ...], which: I64, random: U64) -> pa.StringArray:
    """Row k is a code of templates[which[k]], drawn by random[k]."""
    cut = _cut(templates)
    columns: list[Places] = []
    chance, drawn = random, 0
    for starts, counts in zip(cut.starts, cut.counts, strict=True):
        column = starts[which]
        if counts.max() > 1:
            turn = drawn % (64 // _BITS)
            if not turn:
                chance = bits(drawn, random)
            some = chance >> np.uint64(_BITS * turn) & np.uint64((1 << _BITS) - 1)
            column += (some * counts[which] >> np.uint64(_BITS)).astype(np.int64)
            drawn += 1
        columns.append(column)
    return cut.held.joined(*columns)


def sample(template: str) -> str:
    """One of its codes."""
    return bytes(alphabet[len(alphabet) // 2] for alphabet in places(template)).decode()


@lru_cache(maxsize=16)
def _cut(templates: tuple[str, ...]) -> _Cut:
    found = [_pieces(places(template)) for template in templates]
    most = max(map(len, found))
    nothing: tuple[bytes, ...] = ()
    lists = {piece: _codes(piece) for piece in dict.fromkeys(p for pieces in (*found, (nothing,)) for p in pieces)}
    held = parts(*lists.values())
    start = dict(zip(lists, held.starts, strict=True))
    whole = [(*pieces, *[nothing] * (most - len(pieces))) for pieces in found]
    return _Cut(
        held,
        tuple(np.array([start[pieces[place]] for pieces in whole]) for place in range(most)),
        tuple(np.array([len(lists[pieces[place]]) for pieces in whole], np.uint64) for place in range(most)),
    )


def _pieces(template: tuple[bytes, ...]) -> tuple[tuple[bytes, ...], ...]:
    """Cut where the codes would be too many, and behind what stands in front of all that is drawn: many templates have
    the rest in common."""
    found: list[list[bytes]] = [[]]
    for alphabet in template:
        codes = prod(map(len, found[-1]))
        if len(alphabet) > 1 and found[-1] and (codes == 1 or codes * len(alphabet) > _CODES):
            found.append([])
        found[-1].append(alphabet)
    return tuple(tuple(piece) for piece in found)


def _codes(piece: tuple[bytes, ...]) -> pa.StringArray:
    """All of them, in the order of their places."""
    code = np.arange(prod(map(len, piece)))
    text = np.empty((len(code), len(piece)), np.uint8)
    for place, alphabet in reversed(list(enumerate(piece))):
        text[:, place] = np.frombuffer(alphabet, np.uint8)[code % len(alphabet)]
        code //= len(alphabet)
    return fixed_width(text)
