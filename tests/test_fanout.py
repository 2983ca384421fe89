"""Exact totals within bounds, and any row found alone."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from synthgen_nb.specs.fanout import Fanout


@given(
    parents=st.integers(1, 200),
    total=st.integers(0, 1500),
    least=st.integers(0, 2),
    most=st.integers(0, 40),
    even=st.booleans(),
    key=st.integers(0, 2**64 - 1),
)
@settings(max_examples=150, deadline=None)
def test_children_add_up_and_keep_their_bounds(
    parents: int, total: int, least: int, most: int, even: bool, key: int
) -> None:
    assume(least * parents <= total <= most * parents)
    fanout = Fanout(parents, total, least, most, even, key)
    counts = np.diff(fanout.starts(0, parents))
    assert counts.sum() == total
    assert len(counts) == parents
    assert counts.min() >= least
    assert counts.max() <= most
    everyone = np.arange(parents + 1, dtype=np.int64)
    assert np.array_equal(fanout.first(everyone), fanout.starts(0, parents))
    parent, ordinal = fanout.locate(np.arange(total, dtype=np.uint64))
    assert np.array_equal(parent, np.repeat(np.arange(parents), counts))
    assert np.array_equal(ordinal, np.concatenate([np.arange(c) for c in counts]) if total else np.empty(0))


@given(st.integers(1, 3000), st.integers(0, 2999), st.integers(1, 500))
@settings(max_examples=50, deadline=None)
def test_a_window_equals_the_walk(parents: int, start: int, length: int) -> None:
    fanout = Fanout(parents, 3000, 0, 3000, False, 7)
    stop = min(start + length, 3000)
    rows = np.arange(start, stop, dtype=np.uint64)
    for window, walk in zip(fanout.window(start, stop), fanout.locate(rows), strict=True):
        assert np.array_equal(window, walk)


def test_some_parents_have_many_children_and_many_have_few() -> None:
    counts = np.diff(Fanout(10_000, 40_000, 0, 1000, False, 3).starts(0, 10_000))
    assert (counts == 0).mean() > 0.1
    assert counts.max() > 20
    even = np.diff(Fanout(10_000, 40_000, 0, 1000, True, 3).starts(0, 10_000))
    assert set(even.tolist()) == {4}


@pytest.mark.parametrize("parents", [1, 65_536, 65_537, 200_000])
def test_the_table_of_all_parents_is_the_blocks_put_together(parents: int) -> None:
    fanout = Fanout(parents, 3 * parents, 0, 50, False, 7)
    assert np.array_equal(fanout.table(), fanout.starts(0, parents))
