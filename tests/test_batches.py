"""How many rows a batch has: by arithmetic over what is free, which needs no library of models."""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace

import pytest

from synthgen_nb.llm.batches import WIDEST, bytes_per_token, halving, planned

MISTRAL = SimpleNamespace(
    num_hidden_layers=32, num_key_value_heads=8, num_attention_heads=32, head_dim=128, hidden_size=4096
)
GIB = 2**30


def test_a_token_of_mistral_takes_128_kib() -> None:
    assert bytes_per_token(MISTRAL, 2) == 128 * 1024


def test_a_model_without_groups_of_heads_keeps_them_all() -> None:
    plain = SimpleNamespace(num_hidden_layers=2, num_attention_heads=4, hidden_size=64)
    assert bytes_per_token(plain, 4) == 2 * 2 * 64 * 4


@pytest.mark.parametrize(
    "free, longest, rows",
    [(10 * GIB, 1024, WIDEST), (10 * GIB, 4096, 13), (2 * GIB, 1024, 11), (GIB // 10, 1024, 1), (0, 8192, 1)],
)
def test_a_batch_fits_into_what_is_free_and_has_a_row_at_least(free: int, longest: int, rows: int) -> None:
    found = planned(free, bytes_per_token(MISTRAL, 2), 32768, longest, WIDEST)
    assert found == rows
    assert found == 1 or found * longest * 128 * 1024 < free


@pytest.mark.llm
@pytest.mark.parametrize(
    "words", ["CUBLAS_STATUS_ALLOC_FAILED when calling cublasCreate", "DefaultCPUAllocator: not enough memory"]
)
def test_memory_that_ran_out_is_known_by_its_words_and_every_row_is_done_once(words: str) -> None:
    done: list[list[int]] = []

    def work(rows: Sequence[int]) -> list[int]:
        if len(rows) > 2:
            raise RuntimeError(words)
        done.append(list(rows))
        return [10 * row for row in rows]

    assert halving(work, range(7), 7) == ([0, 10, 20, 30, 40, 50, 60], 1)
    assert done == [[0], [1], [2], [3], [4], [5], [6]]
    assert halving(work, range(4), 4) == ([0, 10, 20, 30], 2)
