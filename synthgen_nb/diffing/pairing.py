"""Which rows of two versions of a table are the same row, and in which columns those differ. Knows parts and the
columns that name a row; nothing of datasets, nor what is told of a difference.

NULL equals NULL, NaN equals NaN, -0.0 equals 0.0, inside of lists and structs too. What is held is the rows of one
pair of row groups or parts, one column at a time, and the numbers of the rows that have no partner there.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from itertools import pairwise, zip_longest
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
from msgspec import Struct, field

from ..rows import I64, Mask
from ..storing import differing, one
from .stored import Rows, Stored, same_bytes

if TYPE_CHECKING:
    import polars as pl

_AT_ONCE = 1 << 20  # rows without a partner in their place that are read together
_PASS = 1 << 22  # keys of such rows that are held at once; more take more passes, not more memory
_COPY = "copy "  # how many equal rows stood before: what tells the rows of a bag apart


class Changed(Struct, frozen=True):
    """Rows `old` of the one version are rows `new` of the other; each differs in some of `columns`."""

    old: I64
    new: I64
    columns: dict[str, Mask]


class Lone(Struct, frozen=True):
    """Rows that only the one version or only the other has."""

    old: I64
    new: I64


class Pairing(Struct, frozen=True):
    """The two versions of a table. `key` names its rows; without any, a row is named by all its `columns`. `compared`
    are the columns that can differ in rows of the same name."""

    old: Stored
    new: Stored
    key: tuple[str, ...]
    columns: tuple[str, ...]
    compared: tuple[str, ...]

    @property
    def names(self) -> tuple[str, ...]:
        return self.key or self.columns


def by_number(pairing: Pairing) -> Iterator[Changed]:
    """Rows are the same where they have the same number; both versions have as many."""
    for rows in _same_places(pairing.old, pairing.new):
        yield from _compared(pairing, rows, rows, None)


def by_name(pairing: Pairing) -> Iterator[Changed | Lone]:
    """Rows are the same where their key is, which is unique in both versions; without a key rows are a bag."""
    left = _Left()
    for old, new in _same_parts(pairing.old, pairing.new):
        yield from _matched(pairing, old, new, left)
    yield from _rest(pairing, np.concatenate([*left.old, _NONE]), np.concatenate([*left.new, _NONE]))


_NONE = np.empty(0, np.int64)


class _Left(Struct, frozen=True):
    """Rows that have no partner where it was looked for first."""

    old: list[I64] = field(default_factory=list)
    new: list[I64] = field(default_factory=list)


def _same_places(old: Stored, new: Stored) -> Iterator[Rows]:
    """Ranges of rows that lie in one row group of either version, without the parts that are equal in bytes."""
    sums = {(span, part.sha256) for span, part in zip(old.spans, old.parts, strict=True)}
    equal = {span for span, part in zip(new.spans, new.parts, strict=True) if (span, part.sha256) in sums}
    cuts = sorted({span.first for span in (*old.spans, *new.spans)} | {old.rows})
    for first, stop in pairwise(cuts):
        if any(span.first <= first and stop <= span.stop for span in equal):
            continue
        inner = {first, stop}
        for stored in (old, new):
            part = next(p for p, span in enumerate(stored.spans) if span.first <= first < span.stop)
            inner |= {rows.first for rows in stored.groups(part) if first < rows.first < stop}
        ends = sorted(inner)
        yield from (Rows(*pair) for pair in pairwise(ends))


def _same_parts(old: Stored, new: Stored) -> Iterator[tuple[Rows, Rows]]:
    """Ranges in which the same rows are likely to be, without the parts that are equal in bytes: row groups of the same
    number in parts of the same place."""
    sums, others = ([part.sha256 for part in stored.parts] for stored in (old, new))
    empty = Rows(0, 0)
    for same, o1, o2, n1, n2 in difflib.SequenceMatcher(None, sums, others, autojunk=False).get_opcodes():
        if same == "equal":
            continue
        for o, n in zip_longest(range(o1, o2), range(n1, n2)):
            olds = old.groups(o) if o is not None else ()
            news = new.groups(n) if n is not None else ()
            if len(olds) == len(news):
                yield from zip(olds, news, strict=True)
            else:
                yield old.spans[o] if o is not None else empty, new.spans[n] if n is not None else empty


def _matched(pairing: Pairing, old: Rows, new: Rows, left: _Left) -> Iterator[Changed]:
    """Rows of two ranges: those in the same place first, what is left by their names. What has no partner goes to
    `left`."""
    apart = np.ones(old.height, bool)
    if old.height == new.height:
        apart = np.zeros(old.height, bool)
        for name in pairing.names:
            if (unlike := _unlike(pairing, old, new, None, name)) is not None:
                apart |= unlike
        if not apart.any():
            yield from _compared(pairing, old, new, None)
            return
    olds = np.flatnonzero(apart)
    news = olds if old.height == new.height else np.arange(new.height)
    here, there = _joined(_named(pairing, pairing.old, old, olds), _named(pairing, pairing.new, new, news))
    yield from _compared(pairing, old, new, (olds[here], news[there]))
    if old.height == new.height and not apart.all():
        inside = np.flatnonzero(~apart)
        yield from _compared(pairing, old, new, (inside, inside))
    left.old.append(np.delete(olds, here) + old.first)
    left.new.append(np.delete(news, there) + new.first)


def _rest(pairing: Pairing, old: I64, new: I64) -> Iterator[Changed | Lone]:
    """Rows that have no partner in their place may have one elsewhere."""
    passes = 1 + min(len(old), len(new)) // _PASS
    alone: tuple[list[I64], list[I64]] = ([], [])
    for number in range(passes):
        olds, names = _share(pairing, pairing.old, old, number, passes)
        news, others = _share(pairing, pairing.new, new, number, passes)
        left, right = _joined(names, others)
        for at in range(0, len(left), _AT_ONCE):
            yield from _compared_far(pairing, olds[left[at : at + _AT_ONCE]], news[right[at : at + _AT_ONCE]])
        alone[0].append(np.delete(olds, left))
        alone[1].append(np.delete(news, right))
    lone = Lone(*(np.sort(np.concatenate(numbers)) for numbers in alone))
    if len(lone.old) or len(lone.new):
        yield lone


def _share(pairing: Pairing, stored: Stored, numbers: I64, number: int, passes: int) -> tuple[I64, pl.DataFrame]:
    """Those of the rows whose turn it is in this pass, with their names: equal names have the same turn."""
    import polars as pl

    kept, frames = [_NONE], [_frame(stored.take(_NONE, pairing.names))]
    for at in range(0, len(numbers), _AT_ONCE):
        some = numbers[at : at + _AT_ONCE]
        frame = _frame(stored.take(some, pairing.names))
        turn = (frame.hash_rows(seed=0) % passes == number).to_numpy()
        kept.append(some[turn])
        frames.append(frame.filter(turn))
    return np.concatenate(kept), _counted(pairing, pl.concat(frames))


def _named(pairing: Pairing, stored: Stored, rows: Rows, places: I64) -> pl.DataFrame:
    """The names of some rows of a range."""
    frame = _frame(stored.read(rows, pairing.names))
    return _counted(pairing, frame if len(places) == rows.height else frame[places])


def _counted(pairing: Pairing, names: pl.DataFrame) -> pl.DataFrame:
    import polars as pl

    if pairing.key:
        return names
    return names.with_columns(pl.int_range(pl.len()).over(names.columns).alias(_COPY))


def _joined(old: pl.DataFrame, new: pl.DataFrame) -> tuple[I64, I64]:
    """The places of rows of the same name."""
    if not old.height or not new.height:
        return _NONE, _NONE
    names = old.columns
    pairs = old.with_row_index("old ").join(new.with_row_index("new "), on=names, how="inner", nulls_equal=True)
    pairs = pairs.select("old ", "new ").sort("old ")
    return pairs["old "].to_numpy().astype(np.int64), pairs["new "].to_numpy().astype(np.int64)


def _compared(pairing: Pairing, old: Rows, new: Rows, pairs: tuple[I64, I64] | None) -> Iterator[Changed]:
    """Pairs of rows by their places in the two ranges; None: all of them, in the same places."""
    found = {
        name: unlike for name in pairing.compared if (unlike := _unlike(pairing, old, new, pairs, name)) is not None
    }
    if found:
        here, there = pairs or (np.arange(old.height), np.arange(new.height))
        yield _changed(here + old.first, there + new.first, found)


def _compared_far(pairing: Pairing, old: I64, new: I64) -> Iterator[Changed]:
    """Pairs of rows by their numbers."""
    found = {}
    for name in pairing.compared:
        unlike = differing(_column(pairing.old.take(old, [name])), _column(pairing.new.take(new, [name])))
        if unlike.any():
            found[name] = unlike
    if found:
        yield _changed(old, new, found)


def _changed(old: I64, new: I64, found: dict[str, Mask]) -> Changed:
    some = np.logical_or.reduce(list(found.values()))
    return Changed(old[some], new[some], {name: unlike[some] for name, unlike in found.items()})


def _unlike(pairing: Pairing, old: Rows, new: Rows, pairs: tuple[I64, I64] | None, name: str) -> Mask | None:
    """Which pairs of rows differ in a column; None where none does."""
    if pairs is None and same_bytes(pairing.old.chunks(old, name), pairing.new.chunks(new, name)):
        return None
    if pairs is not None and not len(pairs[0]):
        return None
    before, after = _column(pairing.old.read(old, [name])), _column(pairing.new.read(new, [name]))
    if pairs is not None:
        before, after = before.take(pa.array(pairs[0])), after.take(pa.array(pairs[1]))
    unlike = differing(before, after)
    return unlike if unlike.any() else None


def _column(table: pa.Table) -> pa.Array:
    return one(table.column(0))


def _frame(table: pa.Table) -> pl.DataFrame:
    import polars as pl

    return pl.DataFrame({name: pl.Series(name, table.column(name)) for name in table.column_names})
