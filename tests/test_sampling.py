"""How the next token is drawn: temperature, top-k, top-p, one chance a row."""

from __future__ import annotations

from collections import Counter

import pytest

from synthgen_nb.llm import Sampling
from synthgen_nb.llm.sampling import chance, drawn

pytestmark = pytest.mark.llm

LOGITS = [1.0, 3.0, 2.0, 3.0, float("-inf"), 0.0]


def draws(sampling: Sampling, many: int = 4000) -> Counter[int]:
    import torch

    own, scores = chance(7), torch.tensor([LOGITS])
    return Counter(drawn(scores, [sampling], [own])[0] for _ in range(many))


def test_temperature_nought_takes_the_first_of_the_likeliest() -> None:
    assert set(draws(Sampling(temperature=0.0), 5)) == {1}


def test_shares_are_those_of_the_softmax() -> None:
    import torch

    for temperature in (0.5, 1.0, 2.0):
        found = draws(Sampling(temperature=temperature, top_p=1.0, top_k=0))
        wanted = (torch.tensor(LOGITS, dtype=torch.float64) / temperature).softmax(0)
        assert found[4] == 0
        for token, share in enumerate(wanted.tolist()):
            assert found[token] / 4000 == pytest.approx(share, abs=0.03)


def test_top_k_and_top_p_cut_what_is_drawn_from() -> None:
    assert set(draws(Sampling(temperature=2.0, top_p=1.0, top_k=3))) == {1, 2, 3}
    assert set(draws(Sampling(temperature=1.0, top_p=0.5, top_k=0))) == {1, 3}
    assert len(draws(Sampling(temperature=1.0, top_p=0.0, top_k=0))) == 1


def test_a_row_is_drawn_alike_in_any_company() -> None:
    import torch

    torch.manual_seed(0)
    scores = torch.randn(8, 1000)
    samplings = [Sampling(temperature=0.3 * row, top_p=0.9, top_k=row * 7) for row in range(8)]
    together = drawn(scores, samplings, [chance(row) for row in range(8)])
    alone = [drawn(scores[row : row + 1], [samplings[row]], [chance(row)])[0] for row in range(8)]
    assert together == alone
