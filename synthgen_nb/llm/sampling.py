"""The next token of each row of a batch, drawn from the logits of that row and its own chance alone. Knows no grammar:
what may not be drawn is -inf already."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..errors import ModelError
from .base import Sampling

_SEEDS = 2**63


def chance(seed: int) -> Any:
    """A torch.Generator of one row, on the CPU on every machine: its draws don't depend on a GPU or on batch mates."""
    import torch

    return torch.Generator().manual_seed(seed % _SEEDS)


def drawn(scores: Any, samplings: Sequence[Sampling], chances: Sequence[Any]) -> list[int]:
    """A token for each row of `scores` (f32[rows, vocabulary]). Temperature first, then top-k, then top-p of what is
    left; temperature 0 takes the likeliest, the first of equals."""
    likeliest, first = scores.max(dim=-1)
    if not likeliest.isfinite().all():
        raise ModelError("the model's weights give no numbers", hint="load it again, with quantise=False if need be")
    tokens: list[int] = first.tolist()
    rows = [row for row, sampling in enumerate(samplings) if sampling.temperature > 0]
    if not rows:
        return tokens
    widths = [samplings[row].top_k or scores.shape[-1] for row in rows]
    best, ids = scores[rows].topk(min(max(widths), scores.shape[-1]), dim=-1)
    for i, (row, width) in enumerate(zip(rows, widths, strict=True)):
        tokens[row] = int(ids[i, _place(best[i, :width].cpu(), samplings[row], chances[row])])
    return tokens


def _place(best: Any, sampling: Sampling, own: Any) -> int:
    """A place in logits that descend. In double precision and one after the other, so that no width of a batch and no
    order of summing changes a row."""
    import torch

    weights = ((best.double() - best[0].double()) / sampling.temperature).exp().cumsum(0)
    kept = int((weights < sampling.top_p * weights[-1]).sum()) + 1
    weights = weights[:kept]
    drawn = torch.rand((), generator=own, dtype=torch.float64) * weights[-1]
    return min(int(torch.searchsorted(weights, drawn, right=True)), int((weights < weights[-1]).sum()))
