"""Bits, bounds and permutations."""

from __future__ import annotations

import hashlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from synthgen_nb.rows import below, bits, high_product, key_of, permute


def counter(n: int) -> np.ndarray:
    return np.arange(n, dtype=np.uint64)


def test_bits_are_splitmix64() -> None:
    """The first outputs of splitmix64 from seed 1234567, as published with the generator."""
    golden = np.uint64(0x9E3779B97F4A7C15)
    with np.errstate(over="ignore"):
        found = bits(int(np.uint64(1234567) + golden), counter(5))
    expected = [
        6457827717110365317,
        3203168211198807973,
        9817491932198370423,
        4593380528125082431,
        16408922859458223821,
    ]
    assert found.tolist() == expected


@given(st.integers(1, 3000), st.integers(0, 2**64 - 1))
def test_permute_is_a_permutation_of_any_size(size: int, key: int) -> None:
    assert np.array_equal(np.sort(permute(counter(size), size, key)), counter(size))


@given(st.integers(1, 40), st.integers(0, 2**63))
def test_every_row_may_have_a_permutation_of_its_own(size: int, key: int) -> None:
    keys = np.repeat(bits(key, counter(20)), size)
    found = permute(np.tile(counter(size), 20), size, keys).reshape(20, size)
    assert (np.sort(found, axis=1) == counter(size)).all()
    if size > 8:
        assert len({tuple(row) for row in found.tolist()}) > 15


@pytest.mark.parametrize("n", [1, 2, 7, 1000, 1 << 20, (1 << 20) + 1, (1 << 32) - 1, 1 << 40, (1 << 62) + 5])
def test_below_stays_below_and_reaches_both_ends(n: int) -> None:
    random = np.concatenate([bits(n, counter(2000)), np.array([0, 2**64 - 1], np.uint64)])
    found = below(random, n)
    assert found.min() == 0
    assert int(found.max()) == n - 1
    if n > 1000:
        assert abs(found.astype(float).mean() / n - 0.5) < 0.03


@given(st.lists(st.integers(0, 2**64 - 1), min_size=1, max_size=20), st.integers(0, 2**64 - 1))
def test_high_product_is_the_upper_half(values: list[int], factor: int) -> None:
    found = high_product(np.array(values, np.uint64), np.uint64(factor))
    assert found.tolist() == [v * factor >> 64 for v in values]


def test_keys_depend_on_every_part_of_the_path() -> None:
    paths = [(0, "a", "b"), (1, "a", "b"), (0, "a", "c"), (0, "ab", ""), (0, "a", "", "b"), (0, "a\x1fb")]
    assert len({key_of(seed, *path) for seed, *path in paths}) == 5  # the separator itself is no part of a name


def test_keys_are_the_same_in_every_release() -> None:
    digest = hashlib.blake2b(b"0\x1forders\x1fid", digest_size=8).digest()
    assert key_of(0, "orders", "id") == int.from_bytes(digest, "little")
