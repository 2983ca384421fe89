"""User names from the names of people, in several patterns, different for different people. Knows how names are spelled
and numbered, and nothing of addresses' hosts.

Why no two agree, over all patterns: a dot, a "_", a "-" or the lack of them tells the shape. Within a shape the digits
modulo 4 tell the pattern (no digits count as 0), and the rest of them the person's number; where only an initial is
left of a name, also which of the names with that initial it is. Two names without anything between them stand only
where the first one is no beginning of another first name and begins with none.
"""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from msgspec import Struct

from ..rows import I64, U64, Mask, below, bits
from .joining import Parts, Places, parts

# how often each is drawn, by coming twice; "first.last" also stands in where "firstlast" could be misread
PATTERNS = (
    "first.last", "first.last", "first.last", "first.last", "firstlast", "firstlast", "first_last", "first_last",
    "first-last", "flast", "flast", "f.last", "firstl", "last.first", "lastf", "last_first",
)  # fmt: skip
SAMPLES = {
    "first.last": "al.li", "last.first": "li.al81", "f.last": "a.li2", "first_last": "al_li", "last_first": "li_al81",
    "first-last": "al-li", "firstlast": "alli", "flast": "ali5", "firstl": "all6", "lastf": "lia7",
}  # fmt: skip
_CLASSES = np.uint64(4)
_KEY = 0x6C6F67696E
_SPREAD = np.uint64(24)  # numbers that stand for one person, so that not all have the same
_FIRST, _LAST, _F, _L = range(4)  # a name, or its first letter
_LETTERS = "abcdefghijklmnopqrstuvwxyz"


class _Pattern(NamedTuple):
    """What stands in front, between and behind, and what the digits are modulo 4."""

    head: int
    between: str
    tail: int
    digits: int


_PATTERNS = {
    "first.last": _Pattern(_FIRST, ".", _LAST, 0),
    "firstlast": _Pattern(_FIRST, "", _LAST, 0),
    "first_last": _Pattern(_FIRST, "_", _LAST, 0),
    "first-last": _Pattern(_FIRST, "-", _LAST, 0),
    "flast": _Pattern(_F, "", _LAST, 1),
    "f.last": _Pattern(_F, ".", _LAST, 2),
    "firstl": _Pattern(_FIRST, "", _L, 2),
    "last.first": _Pattern(_LAST, ".", _FIRST, 1),
    "lastf": _Pattern(_LAST, "", _F, 3),
    "last_first": _Pattern(_LAST, "_", _FIRST, 1),
}
_ORDER = tuple(_PATTERNS)
_HEADS = tuple(dict.fromkeys((p.head, p.between) for p in _PATTERNS.values()))


class Initialled(Struct, frozen=True):
    """Names by their first letter: the number of each one's `letter`, its `rank` among those that share it, and how
    many they are."""

    letter: I64
    rank: U64
    count: U64


class Spellings(Struct, frozen=True):
    """All first and last names as they stand in addresses. `clear` first names are no beginning of another one and
    begin with none. `parts` hold them as they begin and end a user name, then the hosts behind an "@"."""

    first: pa.StringArray
    last: pa.StringArray
    by_first: Initialled
    by_last: Initialled
    clear: Mask
    parts: Parts


def spellings(first: pa.StringArray, last: pa.StringArray, hosts: tuple[str, ...]) -> Spellings:
    given, family = first.to_pylist(), last.to_pylist()
    letters = pa.array(list(_LETTERS), pa.string())
    texts = {_FIRST: first, _LAST: last, _F: letters, _L: letters}
    heads = [pc.binary_join_element_wise(texts[head], between, "") for head, between in _HEADS]
    tails = [texts[tail] for tail in (_FIRST, _LAST, _F, _L)]
    held = parts(*heads, *tails, pa.array([f"@{host}" for host in hosts], pa.string()), numbered=True)
    return Spellings(first, last, _initialled(given), _initialled(family), _clear(given), held)


def logins(
    patterns: tuple[str, ...], index: U64, names: Spellings, first: I64, last: I64, number: U64
) -> tuple[Places, ...]:
    """The parts of a user name for each person, who has the names `first` and `last`; `number` tells namesakes apart.
    The index chooses the pattern."""
    chance = bits(_KEY, index)
    way = np.array([_ORDER.index(pattern) for pattern in patterns])[below(chance, len(patterns)).astype(np.int64)]
    misread = (way == _ORDER.index("firstlast")) & ~names.clear[first]
    way = np.where(misread, _ORDER.index("first.last"), way)
    kinds = list(_PATTERNS.values())
    starts = names.parts.starts
    head, tail = np.array([kind.head for kind in kinds])[way], np.array([kind.tail for kind in kinds])[way]
    initial, final = names.by_first.letter[first], names.by_last.letter[last]
    begins = np.where(head == _FIRST, first, np.where(head == _LAST, last, initial))
    begins += np.array([starts[_HEADS.index((kind.head, kind.between))] for kind in kinds])[way]
    ends = np.where(tail == _LAST, last, np.where(tail == _FIRST, first, np.where(tail == _F, initial, final)))
    ends += np.array(starts[len(_HEADS) :])[tail]
    code = number.copy()
    at = np.flatnonzero(head == _LAST)
    code[at] = number[at] * _SPREAD + chance[at] % _SPREAD
    at = np.flatnonzero(tail == _L)
    code[at] = names.by_last.rank[last[at]] + names.by_last.count[last[at]] * number[at]
    at = np.flatnonzero((head == _F) | (tail == _F))
    code[at] = names.by_first.rank[first[at]] + names.by_first.count[first[at]] * number[at]
    value = code * _CLASSES + np.array([kind.digits for kind in kinds], np.uint64)[way]
    return (begins, ends, *names.parts.number(value))


def host_at(names: Spellings, number: U64) -> Places:
    """The part that is a host, behind those of a user name."""
    return number + np.uint64(names.parts.starts[-1])


class Extent(Struct, frozen=True):
    """Letters of the longest of some names, and how many of them begin alike at most."""

    longest: int
    alike: int


def extent(names: list[str]) -> Extent:
    return Extent(max(map(len, names)), max(Counter(name[0] for name in set(names)).values()))


def fitting(first: Extent, last: Extent, numbers: int, room: int) -> tuple[str, ...]:
    """The patterns whose user names all have at most `room` bytes (0: any), where the numbers of persons lie below
    `numbers`; none unless there are several."""
    if not room:
        return PATTERNS
    found = tuple(pattern for pattern in PATTERNS if _width(_PATTERNS[pattern], first, last, numbers) <= room)
    if "first.last" not in found:
        found = tuple(pattern for pattern in found if pattern != "firstlast")
    return found if len(set(found)) > 2 else ()


def _width(pattern: _Pattern, first: Extent, last: Extent, numbers: int) -> int:
    """Bytes of the longest user name."""
    if pattern.head != _F and pattern.tail not in (_F, _L):
        return first.longest + last.longest + 1 + len(str(4 * int(_SPREAD) * (numbers + 1)))
    spelled, short = (first, last) if pattern.tail == _L else (last, first)
    return spelled.longest + 2 + len(str(4 * short.alike * (numbers + 1)))


def _initialled(names: list[str]) -> Initialled:
    rank: dict[str, int] = {}
    count: dict[str, int] = {}
    for name in sorted(set(names)):
        rank[name] = count.get(name[0], 0)
        count[name[0]] = rank[name] + 1
    return Initialled(
        letter=np.array([_LETTERS.index(name[0]) for name in names]),
        rank=np.array([rank[name] for name in names], np.uint64),
        count=np.array([count[name[0]] for name in names], np.uint64),
    )


def _clear(names: list[str]) -> Mask:
    distinct = set(names)
    longer = {name[:end] for name in distinct for end in range(1, len(name))}
    known = (not any(name[:end] in distinct for end in range(1, len(name))) and name not in longer for name in names)
    return np.fromiter(known, bool, len(names))
