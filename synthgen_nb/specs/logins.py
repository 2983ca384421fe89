"""User names from the names of people, in several patterns, different for different people. Knows how names are spelled
and numbered, and nothing of addresses' hosts.

Why no two agree, over all patterns: a dot, a "_", a "-" or the lack of them tells the shape. Within a shape the digits
modulo 4 tell the pattern (no digits count as 0), and the rest of them the person's number; where only an initial is
left of a name, also which of the names with that initial it is. Two names without anything between them stand only
where the first one is no beginning of another first name and begins with none.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ..rows import I64, U64, Mask, below, bits

# how often each is drawn, by coming twice; "first.last" also stands in where "firstlast" could be misread
PATTERNS = (
    "first.last", "first.last", "first.last", "first.last", "firstlast", "firstlast", "first_last", "first_last",
    "first-last", "flast", "flast", "f.last", "firstl", "last.first", "lastf", "last_first",
)  # fmt: skip
_CLASS = {
    "first.last": 0, "last.first": 1, "f.last": 2, "first_last": 0, "last_first": 1, "first-last": 0,
    "firstlast": 0, "flast": 1, "firstl": 2, "lastf": 3,
}  # fmt: skip
SAMPLES = {
    "first.last": "al.li", "last.first": "li.al81", "f.last": "a.li2", "first_last": "al_li", "last_first": "li_al81",
    "first-last": "al-li", "firstlast": "alli", "flast": "ali5", "firstl": "all6", "lastf": "lia7",
}  # fmt: skip
_SHORT = ("f.last", "flast", "firstl", "lastf")  # with an initial in the place of a name
_CLASSES = np.uint64(4)
_KEY = 0x6C6F67696E
_SPREAD = np.uint64(24)  # numbers that stand for one person, so that not all have the same


@dataclass(frozen=True, slots=True)
class Initialled:
    """Names by their first letter: `letter` of each, its `rank` among those that share it, and how many they are."""

    letter: pa.StringArray
    rank: U64
    count: U64


@dataclass(frozen=True, slots=True)
class Spellings:
    """All first and last names as they stand in addresses. `clear` first names are no beginning of another one and
    begin with none."""

    first: pa.StringArray
    last: pa.StringArray
    by_first: Initialled
    by_last: Initialled
    clear: Mask


def spellings(first: pa.StringArray, last: pa.StringArray) -> Spellings:
    given, family = first.to_pylist(), last.to_pylist()
    return Spellings(first, last, _initialled(given), _initialled(family), _clear(given))


def logins(patterns: tuple[str, ...], index: U64, names: Spellings, first: I64, last: I64, number: U64) -> pa.Array:
    """A user name for each person, who has the names `first` and `last`; `number` tells namesakes apart. The index
    chooses the pattern."""
    chance = bits(_KEY, index)
    way = np.array([_ORDER.index(pattern) for pattern in patterns])[below(chance, len(patterns))]
    misread = (way == _ORDER.index("firstlast")) & ~names.clear[first]
    way = np.where(misread, _ORDER.index("first.last"), way)
    parts, places = [], []
    for which in np.unique(way).tolist():
        at = np.flatnonzero(way == which)
        parts.append(_spelled(_ORDER[which], names, first[at], last[at], number[at], chance[at]))
        places.append(at)
    if not parts:
        return pa.array([], pa.string())
    return pa.concat_arrays(parts).take(pa.array(np.argsort(np.concatenate(places))))


def fitting(names: Spellings, numbers: int, room: int) -> tuple[str, ...]:
    """The patterns whose user names all have at most `room` bytes (0: any), where the numbers of persons lie below
    `numbers`; none unless there are several."""
    if not room:
        return PATTERNS
    wide = _widths(names, numbers)
    found = tuple(pattern for pattern in PATTERNS if wide[pattern] <= room)
    if "first.last" not in found:
        found = tuple(pattern for pattern in found if pattern != "firstlast")
    return found if len(set(found)) > 2 else ()


_ORDER = tuple(dict.fromkeys(PATTERNS))


def _widths(names: Spellings, numbers: int) -> dict[str, int]:
    """The longest user name of each pattern, in bytes."""
    first, last = (pc.max(pc.binary_length(some)).as_py() for some in (names.first, names.last))
    found = {}
    for pattern in _ORDER:
        if pattern in _SHORT:
            many, rest = (names.by_last, first) if pattern == "firstl" else (names.by_first, last)
            found[pattern] = rest + 2 + len(str(4 * int(many.count.max()) * (numbers + 1)))
        else:
            found[pattern] = first + last + 1 + len(str(4 * int(_SPREAD) * (numbers + 1)))
    return found


def _spelled(pattern: str, names: Spellings, first: I64, last: I64, number: U64, chance: U64) -> pa.Array:
    code = number
    if pattern in ("first.last", "first_last", "first-last", "firstlast"):
        parts, between = (names.first.take(pa.array(first)), names.last.take(pa.array(last))), pattern[5:-4]
    elif pattern in ("last.first", "last_first"):
        parts, between = (names.last.take(pa.array(last)), names.first.take(pa.array(first))), pattern[4]
        code = number * _SPREAD + chance % _SPREAD
    elif pattern == "firstl":
        parts, between = (names.first.take(pa.array(first)), names.by_last.letter.take(pa.array(last))), ""
        code = names.by_last.rank[last] + names.by_last.count[last] * number
    else:
        family, letter = names.last.take(pa.array(last)), names.by_first.letter.take(pa.array(first))
        parts, between = (
            (family, letter) if pattern == "lastf" else (letter, family),
            "." if pattern == "f.last" else "",
        )
        code = names.by_first.rank[first] + names.by_first.count[first] * number
    value = code * _CLASSES + np.uint64(_CLASS[pattern])
    if not value.any():
        return pc.binary_join_element_wise(*parts, between)
    digits = pc.cast(pa.array(value), pa.string())
    if _CLASS[pattern] == 0:
        digits = pc.if_else(pa.array(value == 0), "", digits)
    return pc.binary_join_element_wise(parts[0], between, parts[1], digits, "")


def _initialled(names: list[str]) -> Initialled:
    rank: dict[str, int] = {}
    count: dict[str, int] = {}
    for name in sorted(set(names)):
        rank[name] = count.get(name[0], 0)
        count[name[0]] = rank[name] + 1
    return Initialled(
        letter=pa.array([name[0] for name in names], pa.string()),
        rank=np.array([rank[name] for name in names], np.uint64),
        count=np.array([count[name[0]] for name in names], np.uint64),
    )


def _clear(names: list[str]) -> Mask:
    distinct = set(names)
    longer = {name[:end] for name in distinct for end in range(1, len(name))}
    known = (not any(name[:end] in distinct for end in range(1, len(name))) and name not in longer for name in names)
    return np.fromiter(known, bool, len(names))
