"""Numbers that name pairs, Latin squares and combinations: each is named once, and nothing else is."""

from __future__ import annotations

import itertools
import math
import random

import numpy as np
import pytest

from synthgen_nb.drafting.keying.webs import connected, woven
from synthgen_nb.plan import ColumnPlan, Plan, TablePlan
from synthgen_nb.rows import U64
from synthgen_nb.schema import Column, Schema, Table
from synthgen_nb.specs import AnySource, Digit, Latin, Pair, Range
from synthgen_nb.specs.combinations import PairForm, _triangle, pairs_among

from .worlds import INTEGER, drawn


def columns(sources: dict[str, AnySource], names: tuple[str, str], rows: int) -> list[tuple[int, int]]:
    """Two columns that show two sources, row by row."""
    plans = {name: ColumnPlan(spec=Range(low=0, high=10**6), at=name) for name in names}
    table = Table(name="t", columns=tuple(Column(name=name, type=INTEGER) for name in names))
    t = TablePlan(rows=rows, asked=rows, columns=plans, sources=sources)
    schema = Schema(dialect="postgres", tables={"t": table})
    found = drawn(Plan(schema=schema, seed=3, as_of="2026-01-01", tables={"t": t}), [(0, rows)])
    return list(zip(*(found.column(name).to_pylist() for name in names), strict=True))


FORMS: dict[PairForm, set[tuple[int, int]]] = {
    "below": {(a, b) for a in range(9) for b in range(9) if a < b},
    "upto": {(a, b) for a in range(9) for b in range(9) if a <= b},
    "apart": {(a, b) for a in range(9) for b in range(9) if a != b},
}


@pytest.mark.parametrize("how", FORMS)
def test_each_pair_is_named_once(how: PairForm) -> None:
    sides = {name: Pair(of="row", size=9, how=how, side=side) for side, name in ((0, "x"), (1, "y"))}
    pairs = columns(sides, ("x", "y"), pairs_among(9, how))
    assert len(pairs) == len(set(pairs))
    assert set(pairs) == FORMS[how]


@pytest.mark.parametrize("how, ordered", [("either", "below"), ("any", "upto")])
def test_a_pair_in_either_order_is_named_once_and_both_orders_occur(how: PairForm, ordered: PairForm) -> None:
    sides = {name: Pair(of="row", size=9, how=how, side=side) for side, name in ((0, "x"), (1, "y"))}
    pairs = columns(sides, ("x", "y"), pairs_among(9, how))
    assert sorted(tuple(sorted(pair)) for pair in pairs) == sorted(FORMS[ordered])
    assert {a > b for a, b in pairs if a != b} == {True, False}


def test_pairs_are_exact_where_a_square_root_is_not() -> None:
    edges: U64 = np.array([n * (n - 1) // 2 + d for n in (2**20, 2**30 - 3, 2**31) for d in (-1, 0, 1)], np.uint64)
    low, high = _triangle(edges)
    assert all(int(h) * (int(h) - 1) // 2 + int(a) == int(e) for a, h, e in zip(low, high, edges, strict=True))
    assert np.all(low < high)


@pytest.mark.parametrize("size, factor", [(7, 1), (8, 1), (9, 2), (35, 3)])
def test_any_two_of_a_latin_squares_three_name_the_third(size: int, factor: int) -> None:
    square: dict[str, AnySource] = {
        "x": Digit(of="row", modulo=size), "y": Digit(of="row", divide=size),
        "z": Latin(first="x", second="y", size=size, factor=factor),
    }  # fmt: skip
    for two in itertools.combinations("xyz", 2):
        assert len(set(columns(square, (two[0], two[1]), size * size))) == size * size


@pytest.mark.parametrize("seed", range(60))
def test_rows_of_a_web_differ_in_each_of_its_uniques(seed: int) -> None:
    """Any UNIQUEs over up to five columns of any sizes: as many rows as the web says, each in its place."""
    rng = random.Random(seed)
    names = "abcde"[: rng.randint(3, 5)]
    sizes = {name: rng.randint(1, 14) for name in names}
    groups = [frozenset("ab"), frozenset("bc")]
    groups += [frozenset(rng.sample(names, rng.choice((2, 2, 2, 3)))) for _ in range(rng.randint(0, 4))]
    groups = [g for g in dict.fromkeys(groups) if not any(other < g for other in groups)]
    groups = next(web for web in connected(groups) if len(web) > 1)
    web = woven(groups, sizes.__getitem__, [], 10**6)
    assert web is not None
    wide = [math.prod(sizes[name] for name in bundle) for bundle in web.bundles]
    first, second, modulus = web.axes(wide)
    rows = [
        [a * i + b * j if a * b == 0 else (i + b * j) % modulus for a, b in web.colours]
        for i in range(first) for j in range(second)
    ]  # fmt: skip
    assert rows
    assert all(value < size for row in rows for value, size in zip(row, wide, strict=True))
    for unique in web.uniques:
        assert len({tuple(row[place] for place in unique) for row in rows}) == len(rows)


def test_a_ring_of_three_takes_all_that_its_smaller_two_allow() -> None:
    ring = [frozenset(pair) for pair in ("rs", "st", "rt")]
    web = woven(ring, {"r": 6, "s": 7, "t": 8}.__getitem__, [], 100)
    assert web is not None
    assert web.axes([{"r": 6, "s": 7, "t": 8}[bundle[0]] for bundle in web.bundles]) == (6, 7, 8)
