"""Groups of people, by locale and gender: which group an index belongs to, and which names its person has. An index is
one person for every column that reads it, so a row's names, addresses and places belong together."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from msgspec import Struct, structs

from ..errors import PlanError
from ..rows import I64, U64, Mask, Rows, split
from .latin import fold
from .locales import listed
from .texts import I32, bank


class Folk(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A group that `weight` of the sum of all weights belong to. `locale` "" is the package's own mixture of names,
    `gender` "" is both, F or M. Nobody has a first or last name of more than `longest` bytes (0: any)."""

    weight: int
    locale: str = ""
    gender: str = ""
    longest: int = 0


def shortened(folk: tuple[Folk, ...], longest: int) -> tuple[Folk, ...]:
    """The same groups, of people whose names are no longer than that (0: any)."""
    return tuple(structs.replace(group, longest=longest) for group in folk) if longest else folk


def limit_of(*crowds: tuple[Folk, ...]) -> int:
    """How long names may be that all of these have; 0: any."""
    return min((group.longest for folk in crowds for group in folk if group.longest), default=0)


def _mixture(**weights: int) -> tuple[Folk, ...]:
    return tuple(Folk(weight=weight, locale=locale) for locale, weight in weights.items())


_TABULATED = 1 << 16  # weights whose groups are read from a table

# where people come from, and places lie, when nobody says
FOLK = _mixture(
    en_US=50, en_GB=8, de_DE=7, fr_FR=6, en_CA=6, es_ES=4, it_IT=4, en_AU=4, es_MX=3, pt_BR=3, nl_NL=3, sv_SE=2,
)  # fmt: skip


class Crowd(Struct, frozen=True):
    """The names of all groups in one list each, also folded, women's marked in `female`. A group's names lie in
    firsts[k]..firsts[k + 1] and lasts[k]..lasts[k + 1]. Where locales share a last name, `sharing` of them do and each
    has a rank."""

    first: pa.StringArray
    last: pa.StringArray
    first_folded: pa.StringArray
    last_folded: pa.StringArray
    female: Mask
    ends: U64  # of the weights
    firsts: I64
    lasts: I64
    sharing: U64
    rank: U64

    def person(self, group: I64, inside: U64) -> tuple[I64, I64, U64]:
        """(first name, last name, number) of a place among those of its group (`divided`): the number tells namesakes
        apart, over all locales."""
        firsts, lasts = np.diff(self.firsts).astype(np.uint64)[group], np.diff(self.lasts).astype(np.uint64)[group]
        pair = inside // firsts
        number = pair // lasts
        first = self.firsts[group] + (inside - pair * firsts).astype(np.int64)
        last = self.lasts[group] + (pair - number * lasts).astype(np.int64)
        return first, last, number * self.sharing[last] + self.rank[last]


def grouped(folk: tuple[Folk, ...], person: U64, rows: Rows) -> tuple[I64, U64]:
    """`divided`, once for all that a window says of its persons."""
    return rows.once(("groups", folk), person, lambda: divided(ends_of(folk), person))


def divided(ends: U64, index: U64) -> tuple[I64, U64]:
    """The group of each index by cumulative weights, and its place among those of its group: a bijection."""
    turn, slot = split(index, int(ends[-1]))
    group = group_of(ends, slot)
    starts = np.concatenate(([np.uint64(0)], ends[:-1]))
    return group, turn * (ends - starts)[group] + (slot - starts[group])


def group_of(ends: U64, slot: U64) -> I64:
    """The group that a slot below the sum of all weights belongs to."""
    if ends[-1] > _TABULATED:
        return np.searchsorted(ends, slot, side="right")
    known = np.repeat(np.arange(len(ends)), np.diff(ends, prepend=np.uint64(0)).astype(np.int64))
    found: I64 = known[slot.astype(np.int64)]
    return found


def ends_of(folk: tuple[Folk, ...]) -> U64:
    return np.cumsum(np.array([group.weight for group in folk], np.uint64))


def size(folk: tuple[Folk, ...], copies: int) -> int:
    """How many persons `copies` numbers per pair of names tell apart, while the groups keep their weights. PlanError as
    for their `crowd`."""
    pairs = [len(first) * len(last) for first, last in map(_lengths, folk)]
    return sum(group.weight for group in folk) * min(p * copies // g.weight for p, g in zip(pairs, folk, strict=True))


def widest(folk: tuple[Folk, ...]) -> int:
    """The bytes of the longest first and the longest last name together."""
    firsts, lasts = zip(*map(_lengths, folk), strict=True)
    return max(int(first.max()) for first in firsts) + max(int(last.max()) for last in lasts)


@cache
def _lengths(group: Folk) -> tuple[I64, I64]:
    """The bytes of the first and the last names of a group."""
    kinds = {"F": ("female",), "M": ("male",)}.get(group.gender, ("female", "male"))
    firsts = [_known(group.locale, kind).length[_short(group, kind)] for kind in kinds]
    return np.concatenate(firsts), _known(group.locale, "last").length[_short(group, "last")]


@cache
def crowd(folk: tuple[Folk, ...]) -> Crowd:
    """PlanError for a locale that is not there, or has no name so short."""
    women = [_names(group, "female") if group.gender != "M" else _NOBODY for group in folk]
    men = [_names(group, "male") if group.gender != "F" else _NOBODY for group in folk]
    lasts = [_names(group, "last") for group in folk]
    firsts = [names for both in zip(women, men, strict=True) for names in both]
    last_folded = pa.concat_arrays([names.folded for names in lasts])
    ends = np.cumsum([0, *(len(names.length) for names in lasts)])
    sharing, rank = _shared(tuple(group.locale for group in folk), last_folded, ends)
    return Crowd(
        first=pa.concat_arrays([names.spelled for names in firsts]),
        last=pa.concat_arrays([names.spelled for names in lasts]),
        first_folded=pa.concat_arrays([names.folded for names in firsts]),
        last_folded=last_folded,
        female=np.repeat(np.tile([True, False], len(folk)), [len(names.length) for names in firsts]),
        ends=ends_of(folk),
        firsts=np.cumsum([0, *(len(w.length) + len(m.length) for w, m in zip(women, men, strict=True))]),
        lasts=ends,
        sharing=sharing,
        rank=rank,
    )


def _shared(locales: tuple[str, ...], names: pa.StringArray, ends: I64) -> tuple[U64, U64]:
    """Of each name: how many locales have it, and how many of those come before its own. Those of the k-th locale lie
    in ends[k]..ends[k + 1]; one locale may come twice."""
    codes: I32 = names.dictionary_encode().indices.to_numpy()
    sharing = np.zeros(len(codes), np.uint64)  # by code
    ranks = {locale: np.full(len(codes), _NONE) for locale in locales}
    held = np.split(codes, ends[1:-1])
    for locale, own in zip(locales, held, strict=True):
        new = own[ranks[locale][own] == _NONE]
        ranks[locale][new] = sharing[new]
        sharing[new] += np.uint64(1)
    return sharing[codes], np.concatenate([ranks[locale][own] for locale, own in zip(locales, held, strict=True)])


_NONE = np.uint64(0xFFFFFFFFFFFFFFFF)


class _Names(NamedTuple):
    """As they are spelled, as they are folded, and how many bytes they have (i64)."""

    spelled: pa.StringArray
    folded: pa.StringArray
    length: I64


_NOBODY = _Names(pa.array([], pa.string()), pa.array([], pa.string()), np.zeros(0, np.int64))


def _short(group: Folk, kind: str) -> Mask:
    """Which of the names of its locale are not too long for the group."""
    length = _known(group.locale, kind).length
    short: Mask = length <= group.longest if group.longest else np.ones(len(length), bool)
    if not short.any():
        raise PlanError(f"no {kind} name of '{group.locale}' has {group.longest} letters or fewer")
    return short


def _names(group: Folk, kind: str) -> _Names:
    names, short = _known(group.locale, kind), _short(group, kind)
    if short.all():
        return names
    return _Names(names.spelled.filter(pa.array(short)), names.folded.filter(pa.array(short)), names.length[short])


@cache
def _known(locale: str, kind: str) -> _Names:
    """Each once, also without its accents; men's only such as no woman has."""
    if locale:
        names = listed(locale, kind)
    else:
        names = tuple(bank("last_name" if kind == "last" else f"first_name_{kind}", -1, 0, False)[0].to_pylist())
    women = frozenset(_known(locale, "female").folded.to_pylist() if kind == "male" else ())
    kept: dict[str, str] = {}
    for name in names:
        if (folded := fold(name)) not in women:
            kept.setdefault(folded, name)
    spelled = pa.array(kept.values(), pa.string())
    length = pc.binary_length(spelled).to_numpy().astype(np.int64)
    return _Names(spelled, pa.array(kept, pa.string()), length)
