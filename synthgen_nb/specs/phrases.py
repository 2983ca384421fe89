"""Texts by grammars: titles, reviews, messages, log lines. A grammar is a pool of templates whose {slots} are texts of
other pools, in turn templates or plain words. Knows nothing of columns' meanings."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from functools import cache, cached_property
from math import prod

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from msgspec import field

from ..errors import PlanError
from ..rows import U64, Rows, Values, key_of, permute, split
from .base import Spec
from .pools import pool

_SLOT = re.compile(r"\{(\^|a )?(\w+)\}")
_DIGITS = 62  # bits of an index
_SPREAD = 8
_ENOUGH = 400_000
_CAPS = (0, 16, 12, 9, 7)  # characters that words may have, from any length to short ones only


class Phrase(Spec, frozen=True, tag="phrase"):
    """A text of a grammar, no longer than `longest` characters (0: any): the first `size` rows of a table have
    different ones. `about` fills slots with columns of the row, cut nowhere: `room` characters are kept for each. With
    `by`, the grammar is that of the column's value: `grammars[k]` from `cuts[k - 1]` on (physical integers; a float64
    counts in units of 1/`scale`)."""

    grammars: tuple[str, ...]
    longest: int = 0
    about: dict[str, str] = field(default_factory=dict)
    room: int = 0
    by: str = ""
    cuts: tuple[int, ...] = ()
    scale: int = 0

    @property
    def size(self) -> int:
        return 0 if self.by or self.about else self._grammar(0).size

    @property
    def needs(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys((*self.about.values(), *((self.by,) if self.by else ()))))

    def at(self, index: U64, rows: Rows, name: str) -> Values:
        return Values(self._grammar(0).text(index, {}))

    def draw(self, rows: Rows, name: str) -> Values:
        told = {slot: _texts(rows.column(column)) for slot, column in self.about.items()}
        which = self._mood(rows)
        pieces, order = [], []
        for number in np.unique(which).tolist():
            places = np.flatnonzero(which == number)
            grammar = self._grammar(number)
            index = permute(rows.index[places] % np.uint64(grammar.size), grammar.size, rows.key(name))
            at = pa.array(places)
            pieces.append(grammar.text(index, {slot: texts.take(at) for slot, texts in told.items()}))
            order.append(places)
        if not pieces:
            return Values(pa.array([], pa.string()))
        return Values(pa.concat_arrays(pieces).take(pa.array(np.argsort(np.concatenate(order)))))

    def check_room(self) -> None:
        """PlanError where a grammar has no text that fits."""
        for number in range(len(self.grammars)):
            self._grammar(number)

    def _grammar(self, number: int) -> Grammar:
        return grammar(self.grammars[number], self.longest, frozenset(self.about), self.room)

    def _mood(self, rows: Rows) -> U64:
        if not self.by:
            return np.zeros(len(rows), np.uint64)
        values = rows.column(self.by)
        assert isinstance(values.data, np.ndarray)
        units = np.rint(values.data * self.scale) if self.scale else values.data
        mood = np.searchsorted(np.array(self.cuts, np.int64), units.astype(np.int64), side="right").astype(np.uint64)
        if values.valid is not None:
            mood[~values.valid] = len(self.cuts) // 2
        return mood


def _texts(values: Values) -> pa.Array:
    """A column's texts; NULL where it has none."""
    data = pa.array(values.data) if isinstance(values.data, np.ndarray) else values.data
    texts = pc.cast(data, pa.string())
    return texts if values.valid is None else pc.if_else(pa.array(values.valid), texts, pa.scalar(None, pa.string()))


@dataclass(frozen=True)
class Grammar:
    """The texts of one pool. An index below `size` is one text. Templates that say more are used more often, but the
    largest no more than `_SPREAD` times as often as the smallest, unless there would be few texts in all."""

    name: str
    templates: tuple[Template, ...]
    longest: int  # characters of the longest text

    @cached_property
    def _ends(self) -> U64:
        sizes = [min(template.size, 1 << 56) for template in self.templates]
        most = _SPREAD * min(sizes)
        while sum(min(size, most) for size in sizes) < _ENOUGH and most < max(sizes):
            most *= 2
        return np.cumsum(np.array([min(size, most) for size in sizes], np.uint64))

    @property
    def size(self) -> int:
        return int(self._ends[-1])

    def text(self, index: U64, told: dict[str, pa.Array]) -> pa.Array:
        which = np.searchsorted(self._ends, index, side="right")
        inner = index - np.concatenate([np.zeros(1, np.uint64), self._ends])[which]
        pieces, order = [], []
        for number in np.unique(which).tolist():
            places = np.flatnonzero(which == number)
            at = pa.array(places)
            some = {slot: texts.take(at) for slot, texts in told.items()}
            pieces.append(self.templates[number].text(inner[places], some, f"{self.name}/{number}"))
            order.append(places)
        if not pieces:
            return pa.array([], pa.string())
        return pa.concat_arrays(pieces).take(pa.array(np.argsort(np.concatenate(order))))


@dataclass(frozen=True)
class Words:
    """Plain words, with a capital or an article where the slot asks for one."""

    values: pa.StringArray
    longest: int

    @property
    def size(self) -> int:
        return len(self.values)

    def text(self, index: U64, told: dict[str, pa.Array]) -> pa.Array:
        return self.values.take(pa.array(index))


@dataclass(frozen=True)
class Template:
    """Literals with a slot between each two of them. Plain words come no second time in one text."""

    literals: tuple[str, ...]
    slots: tuple[tuple[str, Words | Grammar], ...]

    @cached_property
    def _twins(self) -> tuple[tuple[int, ...], ...]:
        """For each slot, the ones before it that hold words of the same pool."""
        plain = [name if isinstance(slot, Words) else "" for name, slot in self.slots]
        return tuple(tuple(k for k in range(place) if name and plain[k] == name) for place, name in enumerate(plain))

    @cached_property
    def _room(self) -> tuple[int, ...]:
        """How many texts of each slot an index can name: none takes the bits of those behind it."""
        each = 1 << (_DIGITS // max(1, len(self.slots)))
        taken = map(len, self._twins)
        return tuple(min(slot.size - used, each) for (_, slot), used in zip(self.slots, taken, strict=True))

    @cached_property
    def size(self) -> int:
        return prod(self._room)

    @property
    def longest(self) -> int:
        return sum(map(len, self.literals)) + sum(slot.longest for _, slot in self.slots)

    def text(self, index: U64, told: dict[str, pa.Array], key: str) -> pa.Array:
        if not self.slots:
            return pa.array([self.literals[0]], pa.string()).take(pa.array(np.zeros(len(index), np.int64)))
        index = permute(index, self.size, key_of(0, key))  # else only the first slots would vary in small indices
        pieces: list[pa.Array | str] = [self.literals[0]]
        digits: list[U64] = []
        for place, (name, slot) in enumerate(self.slots):
            index, digit = split(index, self._room[place])
            digits.append(_beside(digit, [digits[k] for k in self._twins[place]]))
            drawn = slot.text(digits[-1], told)
            pieces += [pc.coalesce(told[name], drawn) if name in told else drawn, self.literals[place + 1]]
        return pc.binary_join_element_wise(*pieces, "")


def _beside(digit: U64, taken: list[U64]) -> U64:
    """The digit-th of the numbers that are not taken."""
    if not taken:
        return digit
    for lower in np.sort(np.stack(taken), axis=0):
        digit = digit + (digit >= lower)
    return digit


@cache
def grammar(name: str, longest: int = 0, about: frozenset[str] = frozenset(), room: int = 0) -> Grammar:
    """The templates of a pool that fit into `longest` characters (0: any), with short words only where none fits
    otherwise. PlanError where none fits."""
    for cap in _CAPS:
        whole = _grammar(name, cap, about, room)
        if whole is None:
            continue
        fitting = tuple(t for t in whole.templates if not longest or t.longest <= longest)
        if fitting and (cap == _CAPS[-1] or 2 * len(fitting) >= len(whole.templates)):
            return Grammar(name, fitting, max(t.longest for t in fitting))
    raise PlanError(f"no text of the pool '{name}' fits into {longest} characters")


@cache
def _grammar(name: str, cap: int, about: frozenset[str], room: int) -> Grammar | None:
    templates = []
    for text in pool(name).values.to_pylist():
        parts = _SLOT.split(text)
        slots = []
        for form, slot in zip(parts[1::3], parts[2::3], strict=True):
            filled = Words(_plain(slot, "", cap), room) if slot in about else _slot(slot, form or "", cap, about, room)
            slots.append((slot, filled))
        used = Counter(slot for slot, _ in slots)
        if all(filled is not None and filled.size >= used[slot] for slot, filled in slots):
            templates.append(Template(tuple(parts[0::3]), tuple(slots)))  # type: ignore[arg-type]
    return Grammar(name, tuple(templates), max(t.longest for t in templates)) if templates else None


@cache
def is_grammar(name: str) -> bool:
    """Whether the pool's texts have slots."""
    return any("{" in text for text in pool(name).values.to_pylist())


def _slot(name: str, form: str, cap: int, about: frozenset[str], room: int) -> Words | Grammar | None:
    if is_grammar(name):
        return _grammar(name, cap, about, room)
    values = _plain(name, form, cap)
    return Words(values, max(map(len, values.to_pylist()), default=0))


@cache
def _plain(name: str, form: str, cap: int) -> pa.StringArray:
    """The words of a pool, no longer than `cap` (0: any), as the slot's form has them."""
    words = [word for word in pool(name).values.to_pylist() if not cap or len(word) <= cap]
    if form == "^":
        words = [word[:1].upper() + word[1:] for word in words]
    elif form == "a ":
        words = [f"{'an' if word[:1].lower() in 'aeiou' else 'a'} {word}" for word in words]
    return pa.array(words, pa.string())
