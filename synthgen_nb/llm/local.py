"""A model in this process: weights, tokenizer and one lock. Knows how to ask them, not where they came from."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

import msgspec

from ..errors import ModelError
from ..llm import batches, grammars, shapes
from .base import Ask, Reply, Shape, Tick, silent
from .decoding import Prefix, Row, decode, prefilled
from .prompting import Tokens, tokens_of


class LocalModel:
    """A causal language model of transformers with its fast tokenizer. `widest` bounds a batch; it shrinks when memory
    has run out once. `vocabulary` is the grammar engine's view of its tokens. `unload` gives the memory back, and then
    nothing can be asked."""

    def __init__(self, weights: Any, tokenizer: Any, *, name: str, commit: str, widest: int = batches.WIDEST) -> None:
        from llguidance.hf import from_tokenizer

        self.name, self.commit, self.widest = name, commit, widest
        self._weights, self._tokenizer = weights, tokenizer
        # As wide as the logits, which may be wider than the tokenizer
        self.vocabulary = from_tokenizer(
            tokenizer, n_vocab=_text(weights).vocab_size, eos_token=_ends(weights, tokenizer)
        )
        self._prefix: Prefix | None = None
        self._lock = threading.Lock()  # one batch at a time
        self._words = threading.Lock()  # a tokenizer has state too, and is asked while a batch is under way
        self.context = int(getattr(_text(weights), "max_position_embeddings", 0) or tokenizer.model_max_length)

    @property
    def loaded(self) -> bool:
        return self._weights is not None

    @property
    def device(self) -> str:
        """As torch spells it: cpu, cuda:0."""
        return str(self._whole().device)

    @property
    def memory(self) -> int:
        """Bytes of the weights where they lie."""
        return int(self._whole().get_memory_footprint())

    @property
    def quantised(self) -> bool:
        # is_quantized would be true of a GGUF too, which transformers spells out in 16 bits
        return bool(getattr(self._whole(), "is_loaded_in_4bit", False))

    def count(self, text: str) -> int:
        with self._words:
            return len(self._tokenizer(text, add_special_tokens=False, split_special_tokens=True).input_ids)

    def complete(self, asks: Sequence[Ask], tick: Tick = silent) -> Iterator[Reply]:
        """Asks beside each other that begin alike share what is computed of their beginning."""
        with self._words:
            prompts = [tokens_of(self._tokenizer, ask.prompt) for ask in asks]
        fresh: dict[bytes, Any] = {}
        for ask, prompt in zip(asks, prompts, strict=True):
            self._check_room(ask, prompt)
            key = msgspec.json.encode(ask.shape)
            fresh[key] = fresh.get(key) or self._automaton(ask.shape)
        rows = [
            (
                prompt.prefix,
                Row(
                    tail=prompt.tail,
                    grammar=fresh[msgspec.json.encode(ask.shape)],
                    seed=ask.seed,
                    sampling=ask.sampling,
                    most=ask.most,
                ),
            )
            for ask, prompt in zip(asks, prompts, strict=True)
        ]
        for prefix, group in groupby(rows, key=lambda row: row[0]):
            together = [row for _, row in group]
            while together:
                width = self._width(prefix, together)
                yield from self._batch(prefix, together[:width], tick)
                together = together[width:]

    def unload(self) -> None:
        """Waits for the work under way. Other references to the weights keep their memory."""
        with self._lock:
            self._weights = self._prefix = None
        batches.give_back()

    def _whole(self) -> Any:
        if self._weights is None:
            raise ModelError(f"the model {self.name} was unloaded", hint="load it again")
        return self._weights

    def _check_room(self, ask: Ask, prompt: Tokens) -> None:
        needed = len(prompt) + ask.most
        if needed > self.context:
            raise ModelError(
                f"{self.name} holds {self.context} tokens; the prompt has {len(prompt)}, its answer up to {ask.most}",
                hint="shorten the prompt or the answer, or take a model with more context",
                details={"tokens": needed, "limit": self.context},
            )

    def _automaton(self, shape: Shape) -> Any:
        return grammars.begun(self.vocabulary, grammars.source(shapes.held(shape)))

    def _width(self, prefix: tuple[int, ...], rows: Sequence[Row]) -> int:
        weights = self._whole()
        longest = len(prefix) + max(len(row.tail) + row.most for row in rows)
        token = batches.bytes_per_token(_text(weights), weights.dtype.itemsize)
        return batches.planned(
            batches.free_on(weights.device), token, _text(weights).vocab_size, longest, min(self.widest, len(rows))
        )

    def _batch(self, prefix: tuple[int, ...], rows: Sequence[Row], tick: Tick) -> list[Reply]:
        def work(part: Sequence[Row]) -> list[Reply]:
            if self._prefix is None or self._prefix.tokens != prefix:
                self._prefix = None  # before the next is made: there may be no room for two
                self._prefix = prefilled(self._whole(), prefix)
            return decode(self._whole(), self.vocabulary, self._prefix, part, tick)

        with self._lock:
            replies, width = batches.halving(work, rows, len(rows))
            if width < len(rows):
                self.widest = width
            return replies


def _text(weights: Any) -> Any:
    """The configuration of what reads and writes text, where a model can do more than that."""
    return weights.config.get_text_config()


def _ends(weights: Any, tokenizer: Any) -> list[int]:
    """The tokens that end a text: the tokenizer's, and what the model was made to write."""
    told = getattr(weights.generation_config, "eos_token_id", None)
    more = told if isinstance(told, list) else [] if told is None else [told]
    own = [] if tokenizer.eos_token_id is None else [tokenizer.eos_token_id]
    return list(dict.fromkeys([*own, *more]))
