"""Values made of values: formatted text, lists, sets of labels. Holds the union of all specs, for it nests them."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import cache
from math import prod

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ..rows import I64, U64, Mask, Rows, Values, below, split
from .accounts import Article, Iban
from .base import Spec
from .binary import BitText, Bytes, Point, Uuid
from .branches import Branched
from .derived import After, Expression, Key, Null
from .moments import Elapsed, Part, Since
from .numbers import Choice, Range, Shaped
from .people import Person
from .periods import Slice, Stretch
from .phrases import Phrase
from .places import Place
from .products import Product
from .rhythms import Rhythmic
from .shares import weighed
from .slots import Slots
from .slugs import Slug
from .stamps import Stamp
from .states import Flag, Standing
from .tallies import Amount, Portion, Priced, Tally
from .texts import Bank, Given, Pattern, Prose


class Format(Spec, frozen=True, tag="format"):
    """`template` with {0}, {1} ... replaced by the values of `parts`, each drawn on its own; at an index, by those that
    its mixed-radix digits name (the first part runs fastest)."""

    template: str
    parts: tuple[AnySpec, ...]

    @property
    def size(self) -> int:
        return min(prod(part.size for part in self.parts), 1 << 62)

    def at(self, index: U64, rows: Rows, name: str) -> Values:
        values = []
        for place, part in enumerate(self.parts):
            index, digit = split(index, part.size)
            values.append(part.at(digit, rows, f"{name}/{place}"))
        return self._filled(values)

    def draw(self, rows: Rows, name: str) -> Values:
        return self._filled([part.draw(rows, f"{name}/{place}") for place, part in enumerate(self.parts)])

    def _filled(self, values: list[Values]) -> Values:
        pieces: list[pa.Array | str] = []
        for number, piece in enumerate(re.split(r"\{(\d+)\}", self.template)):
            pieces.append(pc.cast(_flat(values[int(piece)]), pa.string()) if number % 2 else piece)
        return Values(pc.binary_join_element_wise(*pieces, ""))


class ListOf(Spec, frozen=True, tag="list"):
    """Lists of `shortest`..`longest` elements (at an index: always `longest`, whose places are its digits). `apart`:
    the elements of one list differ; the element must have at least as many values as the longest list."""

    element: AnySpec
    shortest: int = 1
    longest: int = 4
    apart: bool = False

    @property
    def size(self) -> int:
        return int(min(self.element.size**self.longest, 1 << 62))

    def at(self, index: U64, rows: Rows, name: str) -> Values:
        digits = np.empty((len(index), self.longest), np.uint64)
        for place in range(self.longest):
            index, digits[:, place] = split(index, self.element.size)
        flat = digits.ravel()
        window = rows.of(rows.table, flat)
        offsets = pa.array(np.arange(len(digits) + 1, dtype=np.int32) * np.int32(self.longest))
        return Values(pa.ListArray.from_arrays(offsets, _flat(self.element.at(flat, window, f"{name}/element"))))

    def draw(self, rows: Rows, name: str) -> Values:
        lengths = self.shortest + below(rows.bits(name), self.longest - self.shortest + 1).astype(np.int64)
        offsets = np.zeros(len(rows) + 1, np.int32)
        np.cumsum(lengths, out=offsets[1:])
        row = np.repeat(np.arange(len(rows)), lengths)
        place = (np.arange(offsets[-1]) - offsets[row]).astype(np.uint64)
        window = rows.of(rows.table, rows.index[row] * np.uint64(max(self.longest, 1)) + place)
        if self.apart:
            first = below(rows.bits(f"{name}/first"), self.element.size)[row]
            stride = (
                1 + below(rows.bits(f"{name}/stride"), max((self.element.size - 1) // max(self.longest, 1), 1))[row]
            )
            which = (first + place * stride) % np.uint64(
                self.element.size
            )  # stays below one round, so none comes twice
            flat = _flat(self.element.at(which, window, f"{name}/element"))
        else:
            flat = _flat(self.element.draw(window, f"{name}/element"))
        return Values(pa.ListArray.from_arrays(pa.array(offsets), flat))


class Fields(Spec, frozen=True, tag="fields"):
    """Structs: each field a spec of its own."""

    parts: dict[str, AnySpec]

    def draw(self, rows: Rows, name: str) -> Values:
        drawn = [_flat(part.draw(rows, f"{name}/{key}")) for key, part in self.parts.items()]
        return Values(pa.StructArray.from_arrays(drawn, names=list(self.parts)))


class Entries(Spec, frozen=True, tag="entries"):
    """Maps of one entry: more could repeat a key."""

    key: AnySpec
    value: AnySpec

    def draw(self, rows: Rows, name: str) -> Values:
        keys, values = _flat(self.key.draw(rows, f"{name}/key")), _flat(self.value.draw(rows, f"{name}/value"))
        return Values(pa.MapArray.from_arrays(pa.array(np.arange(len(rows) + 1), pa.int32()), keys, values))


def _flat(values: Values) -> pa.Array:
    data = pa.array(values.data) if isinstance(values.data, np.ndarray) else values.data
    return pc.cast(data, pa.string()) if isinstance(data, pa.DictionaryArray) else data


class Joined(Spec, frozen=True, tag="joined"):
    """The values of several specs that have none in common: all of the first, then those of the next. At random, each
    of them is as likely as the others, or by integer `weights`."""

    parts: tuple[AnySpec, ...]
    weights: tuple[int, ...] = ()

    @property
    def size(self) -> int:
        sizes = [part.size for part in self.parts]
        return sum(sizes) if all(sizes) else 0

    @property
    def span(self) -> tuple[int, int] | None:
        return _together(self.parts)

    def at(self, index: U64, rows: Rows, name: str) -> Values:
        ends = np.cumsum(np.array([part.size for part in self.parts], np.uint64))
        which = np.searchsorted(ends, index, side="right")
        starts = ends - np.array([part.size for part in self.parts], np.uint64)

        def value(number: int, places: I64) -> Values:
            return self.parts[number].at(index[places] - starts[number], rows.some(places), name)

        return _spliced(which, value)

    def draw(self, rows: Rows, name: str) -> Values:
        if self.weights:  # bits of their own: a part may be such a choice too
            which = weighed(self.weights).draw(rows.bits(f"{name}/share"))
        else:
            which = below(rows.bits(f"{name}/part"), len(self.parts)).astype(np.int64)
        return _spliced(which, lambda number, places: self.parts[number].draw(rows.some(places), name))


class Parted(Spec, frozen=True, tag="parted"):
    """A value of the spec that the index names: columns that read one source agree on the part of the table that a row
    lies in."""

    parts: tuple[AnySpec, ...]

    def at(self, index: U64, rows: Rows, name: str) -> Values:
        return _spliced(index.astype(np.int64), lambda number, places: self.parts[number].draw(rows.some(places), name))


def _together(specs: Sequence[Spec]) -> tuple[int, int] | None:
    spans = [spec.span for spec in specs]
    known = [span for span in spans if span is not None]
    whole = bool(known) and len(known) == len(spans)
    return (min(low for low, _ in known), max(high for _, high in known)) if whole else None


def _spliced(which: I64, value: Callable[[int, I64], Values]) -> Values:
    """`value(number, places)` for the places where `which` is that number, put together."""
    numbers = np.unique(which)
    if not len(numbers):
        return value(0, np.zeros(0, np.int64))
    first = int(numbers[0])
    if len(numbers) == 1:
        return value(first, np.arange(len(which)))
    places = [np.flatnonzero(which == number) for number in numbers]
    values = [value(int(number), at) for number, at in zip(numbers, places, strict=True)]
    order = np.argsort(np.concatenate(places))
    valid = None
    if any(part.valid is not None for part in values):
        valid = np.concatenate([np.ones(len(v), bool) if v.valid is None else v.valid for v in values])[order]
    if all(isinstance(part.data, np.ndarray) for part in values):
        return Values(np.concatenate([part.data for part in values])[order], valid)
    arrays = [pa.array(part.data) if isinstance(part.data, np.ndarray) else part.data for part in values]
    plain = [a.dictionary_decode() if isinstance(a, pa.DictionaryArray) else a for a in arrays]
    return Values(pa.concat_arrays(plain).take(pa.array(order)), valid)


_SET_LABELS = 10  # of a longer SET, the first ten are used: every subset of them is one entry of a small dictionary


class Subset(Spec, frozen=True, tag="subset"):
    """MySQL's SET: some of the labels, in their order, joined by commas."""

    values: tuple[str, ...]

    @property
    def size(self) -> int:
        return 1 << min(len(self.values), _SET_LABELS)

    def at(self, index: U64, rows: Rows, name: str) -> Values:
        return Values(pa.DictionaryArray.from_arrays(index.astype(np.int32), _subsets(self.values[:_SET_LABELS])))

    def draw(self, rows: Rows, name: str) -> Values:
        return self.at(below(rows.bits(name), self.size), rows, name)


@cache
def _subsets(labels: tuple[str, ...]) -> pa.StringArray:
    return pa.array(
        [",".join(v for place, v in enumerate(labels) if code >> place & 1) for code in range(1 << len(labels))],
        pa.string(),
    )


class Either(Spec, frozen=True, tag="either"):
    """`first` where the index is 0, `second` where it is 1: each row's value is drawn from one of them."""

    first: AnySpec
    second: AnySpec

    @property
    def needs(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys((*self.first.needs, *self.second.needs)))

    @property
    def beyond(self) -> tuple[tuple[str, str], ...]:
        return tuple(dict.fromkeys((*self.first.beyond, *self.second.beyond)))

    @property
    def span(self) -> tuple[int, int] | None:
        return _together([spec for spec in (self.first, self.second) if not isinstance(spec, Null)])

    def at(self, index: U64, rows: Rows, name: str) -> Values:
        is_second = index > np.uint64(0)
        if isinstance(self.first, Null):
            return _kept(self.second.draw(rows, name), is_second)
        if isinstance(self.second, Null):
            return _kept(self.first.draw(rows, name), ~is_second)
        at = np.flatnonzero(is_second)
        return self.first.draw(rows, name).replaced(at, self.second.draw(rows, name).take(at))


EDGE_SCALE = 1 << 16


class Edged(Spec, frozen=True, tag="edged"):
    """`inner`, but in `share` of 65,536 rows one of `edges`. The rows are the same ones for all columns of a table: a
    row with an edge case has it in every column that can hold one."""

    inner: AnySpec
    edges: Choice
    share: int

    @property
    def needs(self) -> tuple[str, ...]:
        return self.inner.needs

    @property
    def beyond(self) -> tuple[tuple[str, str], ...]:
        return self.inner.beyond

    def at(self, index: U64, rows: Rows, name: str) -> Values:
        return self._edged(self.inner.at(index, rows, name), rows, name)

    def draw(self, rows: Rows, name: str) -> Values:
        return self._edged(self.inner.draw(rows, name), rows, name)

    def _edged(self, values: Values, rows: Rows, name: str) -> Values:
        at = np.flatnonzero((rows.bits("edges") >> np.uint64(48)) < np.uint64(self.share))
        which = below(rows.bits(f"{name}/edge")[at], len(self.edges.values))
        return values.replaced(at, self.edges.value(which)) if len(at) else values


def _kept(values: Values, where: Mask) -> Values:
    return Values(values.data, where if values.valid is None else where & values.valid)


AnySpec = (
    Range
    | Shaped
    | Choice
    | Bank
    | Given
    | Pattern
    | Prose
    | Stamp
    | Iban
    | Article
    | Person
    | Uuid
    | Bytes
    | BitText
    | Branched
    | Point
    | Key
    | After
    | Expression
    | Null
    | Either
    | Edged
    | Format
    | ListOf
    | Fields
    | Entries
    | Subset
    | Joined
    | Parted
    | Slice
    | Stretch
    | Place
    | Rhythmic
    | Slots
    | Phrase
    | Product
    | Slug
    | Amount
    | Portion
    | Priced
    | Tally
    | Since
    | Part
    | Elapsed
    | Standing
    | Flag
)
