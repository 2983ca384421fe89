"""One batch of rows from prompts to texts, each under its own grammar and by its own chance. Knows weights and
automata; plans nothing."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from ..errors import ModelError
from ..llm import grammars
from .base import Reply, Sampling, Tick
from .sampling import chance, drawn

if TYPE_CHECKING:
    import numpy as np
    from llguidance import LLMatcher, LLTokenizer
    from numpy.typing import NDArray


_WORKERS = 2  # threads that fill masks: more wait for each other longer than they work


class Row(Struct, frozen=True, kw_only=True):
    """`grammar` is fresh and is copied; `most` counts the end too."""

    tail: tuple[int, ...]
    grammar: Any
    seed: int
    sampling: Sampling
    most: int


class Prefix(Struct, frozen=True):
    """What the weights have computed of the tokens that many prompts begin with, for one row."""

    tokens: tuple[int, ...]
    cache: Any


def prefilled(weights: Any, tokens: tuple[int, ...]) -> Prefix:
    import torch
    from transformers import DynamicCache

    cache = DynamicCache(config=weights.config)
    if tokens:
        with torch.inference_mode():
            ids = torch.tensor([tokens], device=weights.device)
            weights(input_ids=ids, past_key_values=cache, use_cache=True, logits_to_keep=1)
    return Prefix(tokens, cache)


def decode(weights: Any, vocabulary: LLTokenizer, prefix: Prefix, rows: Sequence[Row], tick: Tick) -> list[Reply]:
    """The replies of all rows. `tick` is called after every step; what it raises ends the work there."""
    import torch

    masks = Masks(vocabulary, rows)
    chances = [chance(row.seed) for row in rows]
    samplings = [row.sampling for row in rows]
    with torch.inference_mode():
        step = _Steps(weights, prefix, [row.tail for row in rows])
        while masks.open:
            scores = masks.applied(step.scores)
            tokens = drawn(scores, samplings, chances)
            tick(masks.consumed(tokens))
            if masks.open:
                step.next(tokens)
    return masks.replies()


class _Steps:
    """The weights over a growing text; `scores` are those of the next token (f32[rows, vocabulary])."""

    def __init__(self, weights: Any, prefix: Prefix, tails: Sequence[tuple[int, ...]]) -> None:
        import torch

        self.weights = weights
        self.cache = copy.deepcopy(prefix.cache)
        if prefix.tokens and len(tails) > 1:
            self.cache.batch_repeat_interleave(len(tails))
        longest = max(map(len, tails))
        # Padded between prefix and tail; what is padded is masked, and its id means nothing
        padded = [(0,) * (longest - len(tail)) + tail for tail in tails]
        seen = [[1] * len(prefix.tokens) + [0] * (longest - len(tail)) + [1] * len(tail) for tail in tails]
        self.seen = torch.tensor(seen, device=weights.device)
        self._forward(torch.tensor(padded, device=weights.device))

    def next(self, tokens: list[int]) -> None:
        import torch

        ids = torch.tensor(tokens, device=self.weights.device).unsqueeze(1)
        self.seen = torch.cat([self.seen, torch.ones_like(ids)], dim=1)
        self._forward(ids)

    def _forward(self, ids: Any) -> None:
        places = (self.seen.cumsum(dim=1) - 1).clamp(min=0)[:, -ids.shape[1] :]
        found = self.weights(
            input_ids=ids,
            attention_mask=self.seen,
            position_ids=places,
            past_key_values=self.cache,
            use_cache=True,
            logits_to_keep=1,
        )
        self.scores = found.logits[:, -1].float()


class Masks:
    """The automata of a batch: which tokens each row may take next, and which it took."""

    def __init__(self, vocabulary: LLTokenizer, rows: Sequence[Row]) -> None:
        import numpy as np
        from llguidance import LLExecutor

        self.vocabulary, self.rows = vocabulary, rows
        self.automata: list[LLMatcher] = [row.grammar.deep_copy() for row in rows]
        self.written: list[list[int]] = [[] for _ in rows]
        self.ends = frozenset(vocabulary.eos_tokens)
        self.open = list(range(len(rows)))
        self.bits: NDArray[np.int32] = np.zeros((len(rows), (vocabulary.vocab_size + 31) // 32), dtype=np.int32)
        self.workers = LLExecutor(min(_WORKERS, len(rows)))

    def applied(self, scores: Any) -> Any:
        """-inf in `scores` itself for what a row may not take; a row that is over may take an end only."""
        import numpy as np
        import torch
        from llguidance.numpy import fill_next_token_bitmask_par

        self.bits[:] = 0
        end = self.vocabulary.eos_token
        self.bits[:, end // 32] = 1 << end % 32 if end % 32 < 31 else -(2**31)
        fill_next_token_bitmask_par(self.workers, [(self.automata[row], row) for row in self.open], self.bits)
        forbidden = np.unpackbits((~self.bits).view(np.uint8), axis=1, count=scores.shape[1], bitorder="little")
        return scores.masked_fill_(torch.from_numpy(forbidden).view(torch.bool).to(scores.device), float("-inf"))

    def consumed(self, tokens: list[int]) -> int:
        """How many tokens the open rows took; rows that end here are closed."""
        taken = 0
        for row in tuple(self.open):
            automaton, token = self.automata[row], tokens[row]
            if not automaton.consume_token(token):
                grammars.sound(automaton)
                raise ModelError("the grammar engine refuses its own token", hint="this is a bug: please report it")
            if token in self.ends:
                self.open.remove(row)
                continue
            taken += 1
            self.written[row].append(token)
            if grammars.sound(automaton).is_stopped() or len(self.written[row]) >= self.rows[row].most:
                self.open.remove(row)
        return taken

    def replies(self) -> list[Reply]:
        return [
            Reply(
                # The bytes that the automaton saw: a tokenizer's own decoder drops the first space of some
                text=self.vocabulary.decode_bytes(written).decode(errors="ignore"),
                tokens=len(written),
                cut=not automaton.is_stopped(),
            )
            for automaton, written in zip(self.automata, self.written, strict=True)
        ]
