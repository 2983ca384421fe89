"""Text: banks of values, codes by pattern, prose. Values are Arrow string arrays; unique where an index names them."""

from __future__ import annotations

from functools import cache, lru_cache
from math import prod
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from ..errors import PlanError
from ..rows import U64, Rows, Values, below, bits
from .base import Spec
from .pools import pool
from .shares import Shares, running, shares

_ALPHABETS = {
    "#": b"0123456789",
    "@": b"ABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "?": b"abcdefghijklmnopqrstuvwxyz",
    "*": b"0123456789ABCDEFGHJKMNPQRSTVWXYZ",  # Crockford's base 32: no I, L, O, U to misread
    "%": b"0123456789abcdef",
}
_UNRANKED = 1 << 62

I32 = npt.NDArray[np.int32]


class Bank(Spec, frozen=True, tag="bank"):
    """Values of a word pool, no longer than `longest` characters (0: any), the `field` of those that hold several.
    Drawn at random by the pool's weights; at an index each comes once, then again with a number (`copies` in all)."""

    pool: str
    longest: int = 0
    field: int = -1
    copies: int = 1
    ascii: bool = False  # leave out what a single-byte character set may not hold

    @property
    def size(self) -> int:
        return len(self._values()[0]) * self.copies

    @property
    def coded(self) -> int:
        return len(self._values()[0])

    def _values(self) -> tuple[pa.StringArray, Shares]:
        room = self.longest - len(f" {self.copies}") if self.copies > 1 and self.longest else self.longest
        return bank(self.pool, self.field, room, self.copies > 1, self.ascii)

    def at(self, index: U64, rows: Rows, name: str) -> Values:
        return numbered(self._values()[0], index, self.copies > 1, " ", "")

    def draw(self, rows: Rows, name: str) -> Values:
        values, held = self._values()
        pick = held.draw(rows.bits(name))
        return Values(pa.DictionaryArray.from_arrays(pick.astype(np.int32), values))


class Given(Spec, frozen=True, tag="given"):
    """Texts that the plan itself carries, in its order. Drawn at random all alike, or with `turns` row by row; at an
    index each comes once, then again with " (2)" behind and so on, `count` texts in all (0: as many as there are)."""

    values: tuple[str, ...]
    count: int = 0
    turns: bool = False

    @property
    def size(self) -> int:
        return self.count or len(self.values)

    def at(self, index: U64, rows: Rows, name: str) -> Values:
        return numbered(texts(self.values), index, self.size > len(self.values), " (", ")")

    def draw(self, rows: Rows, name: str) -> Values:
        if self.turns:
            return self.at(rows.index % np.uint64(self.size), rows, name)
        pick = below(rows.bits(name), len(self.values))
        return Values(pa.DictionaryArray.from_arrays(pick.astype(np.int32), texts(self.values)))


@lru_cache(maxsize=64)
def texts(values: tuple[str, ...]) -> pa.StringArray:
    """As an Arrow array, kept from one window to the next: a bank may hold thousands."""
    return pa.array(values, pa.string())


def numbered(values: pa.StringArray, index: U64, again: bool, before: str, after: str) -> Values:
    """Each of the values once, then all of them `again` with a number between two texts behind: 2, 3 and so on."""
    count = np.uint64(len(values))
    word = pa.DictionaryArray.from_arrays((index % count).astype(np.int32), values)
    if not again:
        return Values(word)
    copy = index // count
    number = pc.binary_join_element_wise(before, pc.cast(pa.array(copy + np.uint64(1)), pa.string()), after, "")
    number = pc.if_else(pa.array(copy == 0), "", number)
    return Values(pc.binary_join_element_wise(pc.cast(word, pa.string()), number, ""))


@cache
def bank(name: str, field: int, longest: int, numbered: bool, plain: bool = False) -> tuple[pa.StringArray, Shares]:
    """The values of a pool that fit, each once (whatever its case), and their shares. Where numbers are
    to be added, values that end in a digit are left out. PlanError if nothing fits."""
    source = pool(name)
    kept: dict[str, list[Any]] = {}
    for value, weight in zip(source.values.to_pylist(), source.weights.tolist(), strict=True):
        text = value.split("|")[field] if field >= 0 else value
        if plain and not text.isascii():
            continue
        if (not longest or len(text.encode()) <= longest) and not (numbered and text[-1:].isdigit()):
            kept.setdefault(text.casefold(), [text, 0])[1] += weight
    if not kept:
        raise PlanError(f"no value of the pool '{name}' fits into {longest} characters")
    return (
        pa.array([text for text, _ in kept.values()], pa.string()),
        shares(running([weight for _, weight in kept.values()])),
    )


class Pattern(Spec, frozen=True, tag="pattern"):
    """Codes of one length: # digit, @ capital, ? small letter, * capital or digit, % hexadecimal, [xyz] one of these;
    anything else, and what a backslash stands before, is itself. `start` is the first code at an index: no number
    begins with zeros. `count` keeps only so many codes (0: all)."""

    template: str
    start: int = 0
    count: int = 0

    @property
    def size(self) -> int:
        there = min(prod(map(len, places(self.template))), _UNRANKED) - self.start
        return min(self.count, there) if self.count else there

    def at(self, index: U64, rows: Rows, name: str) -> Values:
        return Values(self._spell(index + np.uint64(self.start), bits(rows.key(name), index)))

    def draw(self, rows: Rows, name: str) -> Values:
        random = rows.bits(name)
        return Values(
            self._spell(below(random, self.size) + np.uint64(self.start), bits(rows.key(name + "/rest"), random))
        )

    def _spell(self, code: U64, rest: U64) -> pa.StringArray:
        """Places from the right by the code's digits; those beyond what 62 bits can name, by random bits."""
        alphabets = places(self.template)
        text = np.empty((len(code), len(alphabets)), np.uint8)
        used = 1
        for place, alphabet in reversed(list(enumerate(alphabets))):
            if len(alphabet) == 1:
                text[:, place] = alphabet[0]
                continue
            if used > _UNRANKED:
                code, used = rest, 1
                rest = bits(place, rest)
            used *= len(alphabet)
            radix = np.uint64(len(alphabet))
            code, digit = np.divmod(code, radix)
            text[:, place] = np.frombuffer(alphabet, np.uint8)[digit]
        return fixed_width(text)


def spells(template: str, text: str) -> bool:
    """Whether the text is one of the template's codes, but for capitals."""
    alphabets, letters = places(template), text.lower().encode()
    return len(letters) == len(alphabets) and all(c in a.lower() for c, a in zip(letters, alphabets, strict=True))


@cache
def places(template: str) -> tuple[bytes, ...]:
    """The bytes that each place of a template may be."""
    found: list[bytes] = []
    letters = iter(template)
    for letter in letters:
        if letter in _ALPHABETS:
            found.append(_ALPHABETS[letter])
        elif letter == "[":
            inside = [next(letters) if c == "\\" else c for c in iter(letters.__next__, "]")]
            found.append("".join(inside).encode())
        else:
            literal = next(letters, letter) if letter == "\\" else letter
            found += [bytes([byte]) for byte in literal.encode()]
    return tuple(found)


def fixed_width(text: np.ndarray[tuple[int, int], np.dtype[np.uint8]]) -> pa.StringArray:
    """A string array from one row of ASCII bytes per value (u8[n, width])."""
    n, width = text.shape
    offsets = np.arange(0, (n + 1) * width, width, dtype=np.int32) if width else np.zeros(n + 1, np.int32)
    return pa.StringArray.from_buffers(n, pa.py_buffer(offsets), pa.py_buffer(np.ascontiguousarray(text)))


class Prose(Spec, frozen=True, tag="prose"):
    """One to `sentences` sentences, no longer than `longest` bytes (0: any): slices of one long text."""

    sentences: int = 3
    longest: int = 0

    def draw(self, rows: Rows, name: str) -> Values:
        text, starts, ends, fitting = prose(self.longest)
        random = rows.bits(name)
        first = fitting[below(random, len(fitting))]
        wanted = first + ((random & np.uint64(0xFFFF)) * np.uint64(self.sentences) >> np.uint64(16)).astype(np.int32)
        wanted = np.minimum(wanted, np.int32(len(starts) - 1))
        offset = starts[first]
        if self.longest:
            bytes_at_most = np.int32(min(self.longest, len(text)))  # a LONGTEXT holds more than an i32 says
            fits = np.searchsorted(ends, offset + bytes_at_most, side="right") - 1
            wanted = np.minimum(wanted, fits.astype(np.int32))
        return Values(pc.cast(_slices(text, offset, ends[wanted] - offset), pa.string()))


_PROSE_SENTENCES = 1 << 15


@cache
def prose(longest: int) -> tuple[bytes, I32, I32, I32]:
    """(text, first byte of each sentence i32, byte after each, the sentences that fit alone)."""
    sentences, held = bank("sentence", -1, 0, False)
    counter = np.arange(_PROSE_SENTENCES, dtype=np.uint64)
    order = held.draw(bits(0x70726F7365, counter))
    chosen = sentences.take(pa.array(order))
    lengths = pc.binary_length(chosen).to_numpy().astype(np.int32)
    last = np.cumsum(lengths + 1, dtype=np.int32) - 1
    first = last - lengths
    text = " ".join(chosen.to_pylist()).encode() + b" " * 16  # room for a view's prefix behind the last sentence
    fitting = np.flatnonzero(lengths <= longest) if longest else np.arange(len(first))
    if not len(fitting):
        raise PlanError(f"no sentence fits into {longest} characters")
    return text, first.astype(np.int32), last.astype(np.int32), fitting.astype(np.int32)


def _slices(text: bytes, offset: I32, length: I32) -> pa.Array:
    """A string_view array of slices of one text: (length, prefix, buffer 0, offset), short values inline."""
    n = len(offset)
    view = np.empty((n, 4), np.int32)
    prefix = np.ndarray((len(text) - 3,), "<i4", text, 0, (1,))
    view[:, 0], view[:, 1], view[:, 2], view[:, 3] = length, prefix[offset], 0, offset
    short = np.flatnonzero(length <= 12)
    if len(short):
        raw = np.ndarray((len(text) - 11, 12), np.uint8, text, 0, (1, 1))[offset[short]]
        raw[np.arange(12)[None, :] >= length[short][:, None]] = 0
        view[short, 1:] = raw.view(np.int32)
    return pa.Array.from_buffers(pa.string_view(), n, [None, pa.py_buffer(view), pa.py_buffer(text)])
