"""Columns that are sums: amounts over other columns of the row, shares of them, and what the rows of another table that
point to this one come to. Integers throughout (rows.Values), so that a total is the sum of its lines to the last digit.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from mmap import mmap
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
from msgspec import Struct, field

from ..rows import I64, U64, Indices, Mask, Rows, Values, World
from .base import Spec
from .shares import weighed

_WINDOW = 1 << 16  # rows of the other table looked at in one go
_NOTED = 1 << 21  # rows whose totals are noted as their children are made: 20 MB for each such column
_LEAST, _MOST = np.iinfo(np.int64).max, np.iinfo(np.int64).min  # of no rows at all

Read = Callable[[str], Values]


class Term(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """The product of `columns`, times `times` and over `over` (from their units into the amount's); less the share that
    the column `off` names, of which `whole` are all; taken away where `negative`."""

    columns: tuple[str, ...]
    times: int = 1
    over: int = 1
    off: str = ""
    whole: int = 1
    negative: bool = False

    @property
    def reads(self) -> tuple[str, ...]:
        return (*self.columns, self.off) if self.off else self.columns


class Amount(Spec, frozen=True, tag="amount"):
    """The sum of `terms`, each rounded half away from zero, or down where `cut`. NULL where a column of the first term
    is; in further ones NULL counts as nothing. `units` are those of FLOAT columns, `scale` of this one where it is."""

    terms: tuple[Term, ...]
    units: dict[str, int] = field(default_factory=dict)
    scale: int = 0
    cut: bool = False

    @property
    def needs(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(name for term in self.terms for name in term.reads))

    def draw(self, rows: Rows, name: str) -> Values:
        return self.value(rows.column)

    def value(self, read: Read) -> Values:
        """The amounts over columns that `read` gives: also where there is no window."""
        data, valid = self.whole(read)
        return Values(data / self.scale if self.scale else data, valid)

    def whole(self, read: Read) -> tuple[I64, Mask | None]:
        """The same in integers, and which of them are not NULL (None: all)."""
        first, *others = (self._term(term, read) for term in self.terms)
        total, valid = first
        for data, there in others:
            total = total + (data if there is None else np.where(there, data, 0))
        return total, valid

    def _term(self, term: Term, read: Read) -> tuple[I64, Mask | None]:
        product: I64 = np.array(-term.times if term.negative else term.times, np.int64)
        valid: Mask | None = None
        for name in term.reads:
            values = read(name)
            data = values.data
            assert isinstance(data, np.ndarray)
            units = np.rint(data * self.units[name]) if name in self.units else data
            whole = units.astype(np.int64, copy=False)
            product = product * (term.whole - whole if name == term.off else whole)
            if values.valid is not None:
                valid = values.valid if valid is None else valid & values.valid
        return _divided(product, term.over * (term.whole if term.off else 1), cut=self.cut), valid


def _divided(value: I64, by: int, *, cut: bool) -> I64:
    if by == 1:
        return value
    return value // by if cut else _rounded(value, np.array(by))


def _rounded(value: I64, by: I64) -> I64:
    """value / by, half away from zero."""
    negative = bool((value < 0).any())
    up: I64 = (np.abs(value) if negative else value) * 2
    up += by
    up //= 2 * by
    return np.where(value < 0, -up, up) if negative else up


class Priced(Spec, frozen=True, tag="priced"):
    """`column` of the row times `price` of the row of `table` that the source `by` names, over `over` and rounded: what
    so much of a thing comes to. NULL where one of them is, or the row points to none."""

    column: str
    table: str
    price: str
    by: str
    over: int = 1

    @property
    def needs(self) -> tuple[str, ...]:
        return (self.column,)

    @property
    def beyond(self) -> tuple[tuple[str, str], ...]:
        return ((self.table, self.price),)

    def draw(self, rows: Rows, name: str) -> Values:
        index = rows.source(self.by)
        own, price = rows.column(self.column), rows.of(self.table, index.values).column(self.price)
        assert isinstance(own.data, np.ndarray)
        assert isinstance(price.data, np.ndarray)
        whole = own.data.astype(np.int64, copy=False) * price.data.astype(np.int64, copy=False)
        amount = _divided(whole, self.over, cut=False)
        masks = [mask for mask in (own.valid, price.valid, index.valid) if mask is not None]
        return Values(amount, np.logical_and.reduce(masks) if masks else None)


class Portion(Spec, frozen=True, tag="portion"):
    """A share of an amount of the row, rounded down: one of `rates` out of `whole`, with integer `weights` (all alike
    where empty)."""

    of: Amount
    rates: tuple[int, ...]
    weights: tuple[int, ...] = ()
    whole: int = 1000

    @property
    def needs(self) -> tuple[str, ...]:
        return self.of.needs

    def draw(self, rows: Rows, name: str) -> Values:
        amount, valid = self.of.whole(rows.column)
        place = weighed(self.weights or (1,) * len(self.rates)).draw(rows.bits(name))
        share: I64 = amount * np.array(self.rates, np.int64)[place] // self.whole
        return Values(share / self.of.scale if self.of.scale else share, valid)


def _shared(count: int, kind: npt.DTypeLike) -> npt.NDArray[Any]:
    """Zeros in memory that this process shares with its copies."""
    dtype = np.dtype(kind)
    return np.frombuffer(mmap(-1, max(count * dtype.itemsize, 1)), dtype, count)


class Noted(Struct, frozen=True):
    """A total of all rows of a table, as far as it is known (`there`), and which are not NULL."""

    data: npt.NDArray[np.generic]
    valid: Mask
    there: Mask

    def put(self, first: int, values: Values) -> None:
        """The totals of rows that follow one another: the same ones whoever puts them there, and however often."""
        place = slice(first, first + len(values))
        self.data[place] = values.data
        self.valid[place] = True if values.valid is None else values.valid
        self.there[place] = True  # last: another thread may be reading


class Tally(Spec, frozen=True, tag="tally"):
    """What the rows of `table` come to that point to this row, as their source `by` has it: how many they are, or the
    sum, the least, the most or the mean of `of`, an amount over their columns, divided by `over` and rounded at the
    end. Rows with a NULL in one of `keys` point to none. `empty` is the value without any rows; None is NULL."""

    table: str
    by: str
    how: Literal["count", "sum", "least", "most", "mean"]
    of: Amount | None = None
    over: int = 1
    keys: tuple[str, ...] = ()
    empty: int | None = None

    @property
    def beyond(self) -> tuple[tuple[str, str], ...]:
        return tuple((self.table, name) for name in (*self.keys, *(self.of.needs if self.of is not None else ())))

    def draw(self, rows: Rows, name: str) -> Values:
        if rows.world.consecutive(self.table, self.by):
            return self._known(rows, name)
        found = rows.world.kept(rows.table, f"{name}/tally", lambda: self._streamed(rows))
        return self.value(found[:, rows.index.astype(np.int64)])

    def note(self, rows: Rows, table: str, name: str) -> None:
        """What a window of rows that follow one another comes to, while it is at hand, for those rows of `table` that
        have all theirs in it: `draw`, as its column `name`, has them from here instead of drawing the window again."""
        noted = self._noted(rows.world, table, name)
        if noted is None or rows.start is None or not len(rows):
            return
        parents = rows.source(self.by).values
        low, high = int(parents[0]), int(parents[-1]) + 1
        every = np.arange(low, high + 1, dtype=np.uint64)
        starts, _ = rows.world.span(self.table, self.by, every, every[:0])  # each one's end is where the next begins
        inside = np.clip(starts.view(np.int64) - rows.start, 0, len(rows))
        found = self.start(high - low)
        self.add_runs(found, inside, rows.column)
        whole = slice(int(starts[0] < rows.start), high - low - int(starts[-1] > rows.start + len(rows)))
        noted.put(low + whole.start, self.value(found[:, whole]))

    def _known(self, rows: Rows, name: str) -> Values:
        noted = self._noted(rows.world, rows.table, name)
        index = rows.index.view(np.int64)
        if noted is None or not len(index) or int(index.max()) >= len(noted.there):
            return self.value(self._gathered(rows))
        missing = np.flatnonzero(~np.take(noted.there, index))
        if 2 * len(missing) > len(index):  # looked at all together, those that follow one another take less
            return self.value(self._gathered(rows))
        values = Values(np.take(noted.data, index), None if self.empty is not None else np.take(noted.valid, index))
        return values.replaced(missing, self.value(self._gathered(rows.some(missing)))) if len(missing) else values

    def _noted(self, world: World, table: str, name: str) -> Noted | None:
        count = world.row_count(table)
        if count > _NOTED or not world.consecutive(self.table, self.by):
            return None
        kind = np.float64 if self.of is not None and self.of.scale else np.int64
        return world.kept(
            table, f"{name}/noted", lambda: Noted(_shared(count, kind), _shared(count, bool), _shared(count, bool))
        )

    def ready(self, world: World, table: str, name: str) -> None:
        """Makes the place where totals are noted: copies of this process then share it."""
        self._noted(world, table, name)

    def value(self, found: I64) -> Values:
        """What was counted (`start`) as the column's values."""
        data, count = found[0], found[1]
        if self.how == "mean":
            data = _rounded(data, np.maximum(count, 1) * self.over)
        elif self.over > 1:
            data = _rounded(data, np.array(self.over))
        some = count > 0
        data = np.where(some, data, self.empty or 0)
        there = some if self.empty is None else None
        scale = self.of.scale if self.of is not None else 0
        return Values(data / scale if scale else data, there)

    def start(self, parents: int) -> I64:
        """Of no rows yet: the values and the counts, i64[2, parents]."""
        found = np.zeros((2, parents), np.int64)
        found[0] = {"least": _LEAST, "most": _MOST}.get(self.how, 0)
        return found

    def add(self, found: I64, parents: I64, read: Read, there: Mask | None) -> None:
        """Rows that point to these parents, but for those that are not `there`."""
        for key in self.keys:
            valid = read(key).valid
            if valid is not None:
                there = valid if there is None else there & valid
        amounts: I64 = np.ones(len(parents), np.int64)
        if self.of is not None:
            amounts, valid = self.of.whole(read)
            if valid is not None:
                there = valid if there is None else there & valid
        if there is not None:
            parents, amounts = parents[there], amounts[there]
        combined = {"least": np.minimum, "most": np.maximum}.get(self.how, np.add)
        if len(parents) and bool((parents[1:] >= parents[:-1]).all()):
            first = np.flatnonzero(np.diff(parents, prepend=-1))  # of each parent's
            at, counts = parents[first], np.diff(first, append=len(parents))
            found[0, at] = combined(found[0, at], combined.reduceat(np.broadcast_to(amounts, len(parents)), first))
            found[1, at] += counts
            return
        combined.at(found[0], parents, amounts)
        np.add.at(found[1], parents, 1)

    def add_runs(self, found: I64, starts: I64, read: Read) -> None:
        """Rows of which starts[k]..starts[k + 1] - 1 point to parent k."""
        reads = (*self.keys, *(self.of.needs if self.of is not None else ()))
        if self.how in ("least", "most") or any(read(name).valid is not None for name in reads):
            self.add(found, np.repeat(np.arange(len(starts) - 1), np.diff(starts)), read, None)
            return
        counts = np.diff(starts)
        found[1] += counts
        if self.of is None:
            found[0] += counts
            return
        before = np.zeros(int(starts[-1]) + 1, np.int64)  # differences of running sums: reduceat takes twice as long
        np.cumsum(self.of.whole(read)[0], out=before[1:])
        found[0] += np.diff(np.take(before, starts))

    def _gathered(self, rows: Rows) -> I64:
        """Of children that lie together: only those of the window's rows are looked at."""
        found = self.start(len(rows))
        first, end = rows.world.span(self.table, self.by, rows.index, rows.index + np.uint64(1))
        if rows.start is not None and len(rows):
            self._beside(rows, found, first.view(np.int64), int(end[-1]))
            return found
        ends = np.cumsum((end - first).astype(np.int64))
        for place in _windows(int(ends[-1]) if len(ends) else 0):
            low, high = np.searchsorted(ends, (place[0], place[-1]), side="right").tolist()
            inside = np.clip(ends[low : high + 1], 0, place[-1] + 1)
            parent = np.repeat(np.arange(low, high + 1), np.diff(inside, prepend=place[0]))
            child = (end.view(np.int64) - ends)[parent].view(np.uint64) + place.view(np.uint64)
            together = int(child[-1] - child[0]) == len(child) - 1 and bool((child[1:] > child[:-1]).all())
            window = Rows(rows.world, self.table, child, int(child[0]) if together else None)
            self.add(found, parent, window.column, None)
        return found

    def _beside(self, rows: Rows, found: I64, first: I64, end: int) -> None:
        """Of rows that follow one another: their children do so too."""
        starts = np.append(first, end)
        for place in _windows(end - int(first[0])):
            child = place + first[0]
            low, high = np.searchsorted(starts, (child[0], child[-1]), side="right").tolist()
            inside = np.clip(starts[low - 1 : high + 1], child[0], child[-1] + 1) - child[0]
            window = Rows(rows.world, self.table, child.view(np.uint64), int(child[0]))
            self.add_runs(found[:, low - 1 : high], inside, window.column)

    def _streamed(self, rows: Rows) -> I64:
        """Over all rows of the table, once."""
        found = self.start(rows.world.row_count(rows.table))
        for place in _windows(rows.world.row_count(self.table)):
            window = Rows(rows.world, self.table, place.astype(np.uint64), int(place[0]))
            parents: Indices = window.source(self.by)
            self.add(found, _whole(parents.values), window.column, parents.valid)
        return found


def _windows(count: int) -> Iterator[I64]:
    for start in range(0, count, _WINDOW):
        yield np.arange(start, min(start + _WINDOW, count))


def _whole(values: U64) -> I64:
    return values.astype(np.int64)
