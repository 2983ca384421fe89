"""Products: a name, its brand and category, and prices in the category's range. One index is one product."""

from __future__ import annotations

import re
from functools import cache
from typing import Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ..errors import PlanError
from ..rows import I64, U64, Rows, Values, below, bits, split
from .base import Spec
from .joining import Parts, parts
from .pools import fields, pool

ProductField = Literal["name", "brand", "category", "price", "cost"]
_ENDINGS = np.array([99, 99, 95, 49, 0, 99, 50, 95], np.int64)  # cents of a price


class Product(Spec, frozen=True, tag="product"):
    """One field of a product. An index is (kind of product, brand, number): the number tells apart those that are alike
    in both, `copies` of each. Prices are in physical units, `units` to one of the currency, or that many cents with
    `cents`; a cost is a part of the price. `category` is a foreign key's (source, table, column) with the names of
    categories, of which the product is one where it is known."""

    field: ProductField
    copies: int = 1
    units: int = 100
    scale: int = 0
    category: tuple[str, str, str] | None = None

    @property
    def size(self) -> int:
        return different(self.copies) if self.field == "name" else 0

    @property
    def beyond(self) -> tuple[tuple[str, str], ...]:
        return () if self.category is None else (self.category[1:],)

    @property
    def span(self) -> tuple[int, int] | None:
        if self.field not in ("price", "cost"):
            return None
        low, high = _prices()
        return (1 if self.field == "cost" else int(low.min()) * self.units // 100, int(high.max()) * self.units // 100)

    def draw(self, rows: Rows, name: str) -> Values:
        return self.at(below(rows.bits(name), different(self.copies)), rows, name)

    def at(self, index: U64, rows: Rows, name: str) -> Values:
        rest, kind = split(index, kinds())
        if self.category is not None:
            kind = self._of_category(kind, rows)
        brands = pool("brand").values
        number, brand = split(rest, len(brands))
        if self.field == "category":
            return Values(fields("product_name")[1].values.take(pa.array(kind)))
        if self.field == "brand":
            return Values(brands.take(pa.array(brand)))
        if self.field in ("price", "cost"):
            return self._price(kind, index, rows)
        held = _names(self.copies)
        marks = (number + np.uint64(held.starts[2]),) if self.copies > 1 else ()
        return Values(held.joined(brand + np.uint64(held.starts[0]), kind + np.uint64(held.starts[1]), *marks))

    def longest(self) -> int:
        """Characters of the longest text that can come."""
        found: list[str] = pool("brand").values.to_pylist()
        name = max(map(len, fields("product_name")[0].values.to_pylist()))
        if self.field == "category":
            return max(map(len, fields("product_name")[1].values.to_pylist()))
        brand = max(map(len, found))
        mark = len(f" Mk {self.copies}") if self.copies > 1 else 0
        return brand if self.field == "brand" else brand + 1 + name + mark

    def _price(self, kind: U64, index: U64, rows: Rows) -> Values:
        low, high = _prices()
        random = bits(rows.key("product/price"), index)
        span = (high - low)[kind].astype(np.uint64)
        cents = low[kind] + np.minimum(below(random, span), below(np.bitwise_not(random), span)).astype(np.int64)
        cents = cents // 100 * 100 + _ENDINGS[(random & np.uint64(7)).astype(np.int64)]
        cents = np.clip(cents, low[kind], high[kind])
        if self.field == "cost":
            share = 40 + (random >> np.uint64(8) & np.uint64(31)).astype(np.int64)  # of a hundred
            cents = cents * share // 100
        value = np.maximum(cents * self.units // 100, 1)
        return Values(value.astype(np.float64) / self.scale if self.scale else value)

    def _of_category(self, kind: U64, rows: Rows) -> U64:
        """The kind of product, moved into the category of the row's parent; as it was where that is none we know."""
        assert self.category is not None
        source, table, column = self.category
        parents = rows.source(source)
        known, starts, counts = _categories()
        valid = np.ones(len(rows), bool) if parents.valid is None else parents.valid
        numbers, where = np.unique(parents.values[valid], return_inverse=True)
        held = rows.of(table, numbers).column(column).data
        texts = pc.cast(pa.array(held) if isinstance(held, np.ndarray) else held, pa.string())
        longest_first = "|".join(map(re.escape, sorted(known.to_pylist(), key=len, reverse=True)))
        plain = pc.extract_regex(texts, f"^(?P<name>{longest_first})(?: .*)?$")  # "Kitchen (2)", "Kitchen Sets"
        named = pc.struct_field(plain, "name")
        found = pc.fill_null(pc.index_in(named, value_set=known), -1).to_numpy(zero_copy_only=False).astype(np.int64)
        category = np.full(len(rows), -1, np.int64)
        category[valid] = found[where]
        there = np.flatnonzero(category >= 0)
        moved = kind.copy()
        its = category[there]
        moved[there] = (starts[its] + (kind[there] % counts[its].astype(np.uint64)).astype(np.int64)).astype(np.uint64)
        return moved


def different(copies: int) -> int:
    """How many products `copies` numbers of each kind and brand can tell apart."""
    return kinds() * len(pool("brand")) * copies


def kinds() -> int:
    """How many kinds of products there are."""
    return len(pool("product_name"))


@cache
def _names(copies: int) -> Parts:
    """Brands, kinds of products, and what tells apart those that are alike in both."""
    brands = pc.binary_join_element_wise(pool("brand").values, "", " ")
    marks = ["", *(f" Mk {number}" for number in range(2, copies + 1))]
    return parts(brands, fields("product_name")[0].values, pa.array(marks, pa.string()))


@cache
def _prices() -> tuple[I64, I64]:
    """The lowest and the highest price of each kind, in cents."""
    _, _, low, high = fields("product_name")
    return np.array(list(map(int, low.values.to_pylist()))), np.array(list(map(int, high.values.to_pylist())))


@cache
def _categories() -> tuple[pa.StringArray, I64, I64]:
    """Categories, the first kind of each, and how many kinds it has. Raises PlanError where kinds of one are apart."""
    names = fields("product_name")[1].values.to_pylist()
    first = [place for place, name in enumerate(names) if not place or names[place - 1] != name]
    if len({names[place] for place in first}) != len(first):
        raise PlanError("the kinds of a category lie apart in the pool 'product_name'")
    counts = np.diff([*first, len(names)])
    return pa.array([names[place] for place in first]), np.array(first), counts
