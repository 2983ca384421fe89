"""Columns of one UNIQUE that a condition ties together: pairs in order or apart, or a list of the combinations that
hold. A block counts as one digit of the UNIQUE's code. Knows conditions and sizes, not where rows come from."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import prod

from msgspec import Struct, structs

from ...schema import ForeignKey, Kind, Table
from ...specs import AnySpec, Choice, Pattern, Range
from ...specs.combinations import PairForm, pairs_among
from ..conditions.reading import Order, Reading, apart_sql, order_sql

MOST_LISTED = 10**7
_IN_ORDER = {
    Kind.INTEGER, Kind.DECIMAL, Kind.FLOAT, Kind.MONEY, Kind.YEAR, Kind.DATE, Kind.TIME, Kind.TIMESTAMP,
    Kind.TIMESTAMPTZ,
}  # fmt: skip
Held = Callable[[Mapping[str, Range | Choice], str], int]  # how many combinations of some values hold a condition


class Pairs(Struct, frozen=True):
    """Two columns of the same values: columns or foreign keys to the same rows."""

    names: tuple[str, str]
    how: PairForm

    def count(self, sizes: Sequence[int]) -> int:
        return pairs_among(min(*sizes, 1 << 31), self.how)


class Combined(Struct, frozen=True):
    """The combinations of the columns' values that hold `sql`."""

    names: tuple[str, ...]
    sql: str
    held: int

    def count(self, sizes: Sequence[int]) -> int:
        return self.held


Block = Pairs | Combined


def paired(columns: Sequence[str], reading: Reading, either: bool) -> Pairs | None:
    """Two columns of a UNIQUE that hold the same values and are in order, or (`either`) may stand in either order."""
    for order in _orders(reading, columns):
        return Pairs((order.before, order.after), "below" if order.strict else "upto")
    first, second = columns
    if not either:
        return None
    differ = any({first, second} == set(pair) for pair in reading.apart)
    return Pairs((first, second), "either" if differ else "any")


def in_order(parents: Table, key: ForeignKey) -> bool:
    """Whether all engines agree on the order of a key's values. Of text they do not."""
    return parents.column(key.references[0]).type.kind in _IN_ORDER


def ascending(parents: Table, key: ForeignKey) -> bool:
    """Whether later rows of the parents surely have greater keys: serial ones, all of our own making."""
    (column,) = key.references
    counted = parents.primary_key == key.references and parents.column(column).type.kind == Kind.INTEGER
    return counted and not parents.rows and not any(column in k.columns for k in parents.foreign_keys)


def one_set(first: AnySpec | None, second: AnySpec | None) -> tuple[AnySpec, AnySpec] | None:
    """Specs that give two columns the same values; None where they can't hold the same."""
    if isinstance(first, Range) and isinstance(second, Range):
        return _same_range(first, second)
    if isinstance(first, Pattern) and isinstance(second, Pattern) and len(first.template) == len(second.template):
        return first, first
    return (first, first) if first is not None and first == second else None


def combined(columns: Sequence[str], specs: dict[str, AnySpec], reading: Reading, held: Held) -> Block | None:
    """The block of the columns among these that conditions tie; None where there are none, or too many to list.
    `specs` is changed where two columns need one set of values."""
    orders = _orders(reading, columns)
    apart = [pair for pair in reading.apart if set(pair) <= set(columns)]
    checks = [check for check in reading.left if check.columns and set(check.columns) <= set(columns)]
    tied = {c for o in orders for c in (o.before, o.after)}.union(*apart, *(check.columns for check in checks))
    names = tuple(c for c in columns if c in tied)
    if not names:
        return None
    pair = _pair(orders, apart) if not checks else None
    if pair is not None and specs[pair.names[0]] == specs[pair.names[1]]:
        return pair
    counted = {n: spec for n in names if isinstance(spec := specs[n], Range | Choice)}
    if len(counted) == len(names) and prod(spec.size for spec in counted.values()) <= MOST_LISTED:
        written = [order_sql(o, reading.dialect) for o in orders] + [apart_sql(p, reading.dialect) for p in apart]
        sql = " AND ".join(f"({text})" for text in (*written, *(check.sql for check in checks)))
        return Combined(names, sql, held(counted, sql))
    return _pair_of_ranges(pair, specs) if pair is not None else None


def _orders(reading: Reading, columns: Sequence[str]) -> list[Order]:
    return [o for o in reading.orders if not o.soft and {o.before, o.after} <= set(columns)]


def _pair(orders: Sequence[Order], apart: Sequence[tuple[str, str]]) -> Pairs | None:
    if len(orders) == 1 and not apart:
        return Pairs((orders[0].before, orders[0].after), "below" if orders[0].strict else "upto")
    return Pairs(apart[0], "apart") if len(apart) == 1 and not orders else None


def _pair_of_ranges(pair: Pairs, specs: dict[str, AnySpec]) -> Pairs | None:
    """A pair within what both columns can hold."""
    first, second = (specs[name] for name in pair.names)
    both = _same_range(first, second) if isinstance(first, Range) and isinstance(second, Range) else None
    if both is None:
        return None
    specs.update(zip(pair.names, both, strict=True))
    return pair


def _same_range(a: Range, b: Range) -> tuple[Range, Range] | None:
    if (a.step, a.scale) != (b.step, b.scale) or (a.low - b.low) % a.step:
        return None
    both = structs.replace(a, low=max(a.low, b.low), high=min(a.high, b.high))
    return both, both
