"""Texts by grammars: titles, reviews, messages, log lines. A grammar is a pool of templates whose {slots} are texts of
other pools, in turn templates or plain words. Knows nothing of columns' meanings."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from functools import cache, cached_property
from math import prod

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from msgspec import Struct, field

from ..errors import PlanError
from ..rows import I64, U64, Rows, Values, key_of, permute, split
from .base import Spec
from .joining import Parts
from .pools import pool
from .shares import Shares, running, shares

_SLOT = re.compile(r"\{(\^|a )?(\w+)\}")
_DIGITS = 62  # bits of an index
_SPREAD = 8
_ENOUGH = 400_000
_LISTED = 1 << 15  # texts of a grammar that a slot may hold: more would leave the caches
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
    def coded(self) -> int:
        texts = 0 if self.about else sum(self._grammar(number).size for number in range(len(self.grammars)))
        return texts if texts <= _LISTED else 0

    @property
    def needs(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys((*self.about.values(), *((self.by,) if self.by else ()))))

    def at(self, index: U64, rows: Rows, name: str) -> Values:
        spread = permute(index, self.size, key_of(0, self.grammars[0]))  # else only first slots would vary at the start
        return Values(self._grammar(0).text(spread))

    def draw(self, rows: Rows, name: str) -> Values:
        told = {slot: _texts(rows.column(column)) for slot, column in self.about.items()}
        which, bound, key = self._mood(rows), self._bound(), rows.key(name)
        index = np.empty(len(rows), np.uint64)
        for number, one in enumerate(bound.grammars):
            at = np.flatnonzero(which == number) if len(bound.grammars) > 1 else slice(None)
            row = rows.index[at]
            around = row % np.uint64(one.size) if int(row.max(initial=0)) >= one.size else row
            index[at] = permute(around, one.size, key)
        return Values(bound.codes(which, index) if bound.lists(len(rows), told) else bound.text(which, index, told))

    def check_room(self) -> None:
        """PlanError where a grammar has no text that fits."""
        for number in range(len(self.grammars)):
            self._grammar(number)

    def _grammar(self, number: int) -> Grammar:
        return grammar(self.grammars[number], self.longest, frozenset(self.about), self.room)

    def _bound(self) -> Bound:
        return bound(self.grammars, self.longest, frozenset(self.about), self.room)

    def _mood(self, rows: Rows) -> I64:
        if not self.by:
            return np.zeros(len(rows), np.int64)
        values = rows.column(self.by)
        assert isinstance(values.data, np.ndarray)
        units = np.rint(values.data * self.scale) if self.scale else values.data
        mood: I64 = np.searchsorted(np.array(self.cuts, np.int64), units.astype(np.int64), side="right")
        if values.valid is not None:
            mood[~values.valid] = len(self.cuts) // 2
        return mood


def _texts(values: Values) -> pa.Array:
    """A column's texts; NULL where it has none."""
    data = pa.array(values.data) if isinstance(values.data, np.ndarray) else values.data
    texts = pc.cast(data, pa.string())
    return texts if values.valid is None else pc.if_else(pa.array(values.valid), texts, pa.scalar(None, pa.string()))


class Grammar(Struct, frozen=True, eq=False, dict=True):
    """The texts of one pool. An index below `size` is one text. Templates that say more are used more often, but the
    largest no more than `_SPREAD` times as often as the smallest, unless there would be few texts in all."""

    name: str
    templates: tuple[Template, ...]
    longest: int  # characters of the longest text

    @cached_property
    def ends(self) -> Shares:
        sizes = [min(template.size, 1 << 56) for template in self.templates]
        most = _SPREAD * min(sizes)
        while sum(min(size, most) for size in sizes) < _ENOUGH and most < max(sizes):
            most *= 2
        return shares(running([min(size, most) for size in sizes]))

    @property
    def size(self) -> int:
        return self.ends.total

    @property
    def listed(self) -> int:
        """How many of its texts a slot may hold."""
        return min(self.size, _LISTED)

    @cached_property
    def values(self) -> pa.StringArray:
        """Those that a slot holds."""
        return self.text(permute(np.arange(self.listed, dtype=np.uint64), self.size, key_of(0, self.name)))

    def text(self, index: U64) -> pa.StringArray:
        return self._alone.text(np.zeros(len(index), np.int64), index, {})

    @cached_property
    def _alone(self) -> Bound:
        return _bound_of((self,), frozenset())


class Words(Struct, frozen=True, eq=False):
    """Plain words, with a capital or an article where the slot asks for one."""

    values: pa.StringArray
    longest: int

    @property
    def listed(self) -> int:
        return len(self.values)


class Template(Struct, frozen=True, eq=False, dict=True):
    """Literals with a slot between each two of them. What one slot says is said by no other slot of its name."""

    literals: tuple[str, ...]
    slots: tuple[tuple[str, Words | Grammar], ...]

    @cached_property
    def _twins(self) -> tuple[tuple[int, ...], ...]:
        """For each slot, the ones before it that hold texts of the same pool."""
        names = [name for name, _ in self.slots]
        return tuple(tuple(k for k in range(place) if names[k] == name) for place, name in enumerate(names))

    @cached_property
    def _room(self) -> tuple[int, ...]:
        """How many texts of each slot an index can name: none takes the bits of those behind it."""
        each = 1 << (_DIGITS // max(1, len(self.slots)))
        taken = map(len, self._twins)
        return tuple(min(slot.listed - used, each) for (_, slot), used in zip(self.slots, taken, strict=True))

    @cached_property
    def size(self) -> int:
        return prod(self._room)

    @property
    def longest(self) -> int:
        return sum(map(len, self.literals)) + sum(slot.longest for _, slot in self.slots)

    def digits(self, index: U64) -> list[U64]:
        """Which of its texts each slot says, by an index below `size`."""
        found: list[U64] = []
        for place, (room, twins) in enumerate(zip(self._room, self._twins, strict=True)):
            index, digit = split(index, room) if place + 1 < len(self._room) else (index, index)
            found.append(_beside(digit, [found[k] for k in twins]))
        return found


class Piece(Struct, frozen=True):
    """One part of a text: the only one at `start`, or that which the digit of `slot` names from there on, but for what
    the row itself has to say (`told`)."""

    start: int
    slot: int = -1
    told: str = ""


class Bound(Struct, frozen=True, eq=False, dict=True):
    """Grammars with the texts of all their slots in one list, the literals behind them already: a text is as many
    parts of it as its template has slots. `pieces` are those of every template, one grammar after the other."""

    grammars: tuple[Grammar, ...]
    pieces: tuple[tuple[Piece, ...], ...]
    parts: Parts
    empty: int

    def text(self, which: I64, index: U64, told: dict[str, pa.Array]) -> pa.Array:
        """The texts of these indices, each of the grammar that `which` names."""
        return (
            self.codes(which, index).dictionary_decode()
            if self.lists(len(index), told)
            else self._put_together(which, index, told)
        )

    def lists(self, rows: int, told: dict[str, pa.Array]) -> bool:
        """Whether there are few texts for so many rows: then each is put together once."""
        return not told and self._starts[-1] <= min(rows // 2, _LISTED)

    def codes(self, which: I64, index: U64) -> pa.DictionaryArray:
        """The same texts as codes into a list of all of them."""
        code = index + self._starts[which] if len(self.grammars) > 1 else index
        return pa.DictionaryArray.from_arrays(code.astype(np.int32), self._whole)

    @cached_property
    def _starts(self) -> U64:
        """Where the texts of each grammar begin in a list of all of them; then the end."""
        return np.cumsum([0, *(grammar.size for grammar in self.grammars)], dtype=np.uint64)

    @cached_property
    def _whole(self) -> pa.StringArray:
        """All texts, of grammars that have few."""
        which = np.repeat(np.arange(len(self.grammars)), [grammar.size for grammar in self.grammars])
        index = np.arange(self._starts[-1], dtype=np.uint64) - self._starts[which]
        return self._put_together(which, index, {})

    def _put_together(self, which: I64, index: U64, told: dict[str, pa.Array]) -> pa.StringArray:
        template, inner = self._templates(which, index)
        texts, own = self.parts.texts, {}
        for slot, said in told.items():
            own[slot] = len(texts) + np.arange(len(index))
            own[slot][said.is_null().to_numpy(zero_copy_only=False)] = -1
            texts = pa.concat_arrays([texts, pc.fill_null(said, "")])
        places = np.full((len(index), max(map(len, self.pieces))), self.empty, np.int32)
        number = 0
        for grammar in self.grammars:
            for place, shape in enumerate(grammar.templates):
                at = np.flatnonzero(template == number) if len(self.pieces) > 1 else slice(None)
                code = inner[at]
                if shape.size > int(grammar.ends.ends[place]) - (int(grammar.ends.ends[place - 1]) if place else 0):
                    code = permute(code, shape.size, key_of(0, f"{grammar.name}/{place}"))
                digits = shape.digits(code)
                for column, piece in zip(places.T, self.pieces[number], strict=False):
                    column[at] = piece.start if piece.slot < 0 else digits[piece.slot].view(np.int64) + piece.start
                    if piece.told:
                        mine = own[piece.told][at]
                        column[at] = np.where(mine < 0, column[at], mine)
                number += 1
        return Parts(texts, (0,), 0).laid(places)

    def _templates(self, which: I64, index: U64) -> tuple[I64, U64]:
        """The template of each row, among those of all grammars, and the index within it."""
        if len(self.pieces) == 1:
            return which, index
        template, inner, first = np.empty(len(index), np.int64), np.empty(len(index), np.uint64), 0
        for number, grammar in enumerate(self.grammars):
            at = np.flatnonzero(which == number) if len(self.grammars) > 1 else slice(None)
            place = grammar.ends.place(index[at])
            before = np.concatenate([np.zeros(1, np.uint64), grammar.ends.ends])
            template[at], inner[at] = place + first, index[at] - np.take(before, place)
            first += len(grammar.templates)
        return template, inner


@cache
def bound(names: tuple[str, ...], longest: int, about: frozenset[str], room: int) -> Bound:
    return _bound_of(tuple(grammar(name, longest, about, room) for name in names), about)


def _bound_of(grammars: tuple[Grammar, ...], about: frozenset[str]) -> Bound:
    lists: list[pa.StringArray] = [pa.array([""], pa.string())]
    held = 1

    def listed(texts: pa.StringArray) -> int:
        nonlocal held
        lists.append(texts)
        held += len(texts)
        return held - len(texts)

    def of(template: Template) -> Iterator[Piece]:
        before, *behind = template.literals
        for place, ((name, slot), literal) in enumerate(zip(template.slots, behind, strict=True)):
            if name in about:
                if before:
                    yield Piece(listed(pa.array([before])))
                yield Piece(listed(slot.values), place, name)
                before = literal
            else:
                yield Piece(listed(pc.binary_join_element_wise(before, slot.values, literal, "")), place)
                before = ""
        if before or not template.slots:
            yield Piece(listed(pa.array([before])))

    pieces = tuple(tuple(of(template)) for grammar in grammars for template in grammar.templates)
    return Bound(grammars, pieces, Parts(pa.concat_arrays(lists), (0,), 0), 0)


def _beside(digit: U64, taken: list[U64]) -> U64:
    """The digit-th of the numbers that are not taken."""
    if not taken:
        return digit
    for lower in taken if len(taken) == 1 else np.sort(np.stack(taken), axis=0):
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
        if all(filled is not None and filled.listed >= used[slot] for slot, filled in slots):
            templates.append(Template(tuple(parts[0::3]), tuple(slots)))  # type: ignore[arg-type]
    return Grammar(name, tuple(templates), max(t.longest for t in templates)) if templates else None


@cache
def is_grammar(name: str) -> bool:
    """Whether the pool's texts have slots."""
    return any("{" in text for text in pool(name).values.to_pylist())


def _slot(name: str, form: str, cap: int, about: frozenset[str], room: int) -> Words | Grammar | None:
    if is_grammar(name):
        whole = _grammar(name, cap, about, room)
        return (
            whole
            if whole is None or not form
            else Words(_formed(whole.values.to_pylist(), form), whole.longest + 3 * (form == "a "))
        )
    values = _plain(name, form, cap)
    return Words(values, max(map(len, values.to_pylist()), default=0))


@cache
def _plain(name: str, form: str, cap: int) -> pa.StringArray:
    """The words of a pool, no longer than `cap` (0: any), as the slot's form has them."""
    return _formed([word for word in pool(name).values.to_pylist() if not cap or len(word) <= cap], form)


def _formed(words: list[str], form: str) -> pa.StringArray:
    if form == "^":
        words = [word[:1].upper() + word[1:] for word in words]
    elif form == "a ":
        words = [f"{'an' if word[:1].lower() in 'aeiou' else 'a'} {word}" for word in words]
    return pa.array(words, pa.string())
