"""The next token of each row of a batch, drawn from the logits of that row and its own chance alone. Knows no grammar:
what may not be drawn is -inf already."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from ..errors import ModelError
from .base import Sampling

F32 = npt.NDArray[np.float32]

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
    widths = [min(samplings[row].top_k or scores.shape[-1], scores.shape[-1]) for row in rows]
    best, ids = (scores if len(rows) == len(tokens) else scores[rows]).topk(max(widths), dim=-1)
    best, ids = best.cpu().numpy(), ids.cpu().numpy()
    for i, (row, width) in enumerate(zip(rows, widths, strict=True)):
        tokens[row] = int(ids[i, _place(best[i, :width], samplings[row], chances[row])])
    return tokens


def _place(best: F32, sampling: Sampling, own: Any) -> int:
    """A place in logits that descend. In double precision and one after the other, so that no width of a batch and no
    order of summing changes a row."""
    import torch

    logits = best.astype(np.float64)
    weights = np.exp((logits - logits[0]) / sampling.temperature).cumsum()
    kept = int(np.searchsorted(weights, sampling.top_p * weights[-1])) + 1
    weights = weights[:kept]
    point = float(torch.rand((), generator=own, dtype=torch.float64)) * weights[-1]
    last = int(np.searchsorted(weights, weights[-1]))  # what follows has no weight
    return min(int(np.searchsorted(weights, point, side="right")), last)
