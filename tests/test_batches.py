"""How many rows a batch has: by arithmetic over what is free, which needs no library of models."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from synthgen_nb.llm.batches import WIDEST, bytes_per_token, planned

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
