"""Models for tests: one without a mind that takes any way a grammar leaves open."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from functools import cache

import msgspec

from synthgen_nb.llm import Ask, Reply, Tick, grammars, shapes, silent


class UniformModel:
    """Draws each byte uniformly from those the grammar allows; a byte counts as a token. An Ask's seed decides all."""

    name, commit = "uniform", "0" * 12

    def __init__(self, context: int = 65_536) -> None:
        self.context = context

    def count(self, text: str) -> int:
        return len(text.encode())

    def complete(self, asks: Sequence[Ask], tick: Tick = silent) -> Iterator[Reply]:
        fresh = {}
        for ask in asks:
            key = msgspec.json.encode(ask.shape)
            if key not in fresh:
                fresh[key] = grammars.begun(grammars.byte_tokens(), grammars.source(shapes.held(ask.shape)))
            reply = _drawn(fresh[key].deep_copy(), random.Random(ask.seed), ask.most)
            tick(reply.tokens)
            yield reply


def _drawn(automaton: grammars.LLMatcher, chance: random.Random, most: int) -> Reply:
    written = bytearray()
    while not automaton.is_stopped() and len(written) < most:
        token = chance.choice(_allowed(automaton.compute_bitmask()))
        assert automaton.consume_token(token), automaton.get_error()
        if token == grammars.END:
            break
        written.append(token)
        forced = automaton.compute_ff_bytes()
        if forced:
            assert automaton.consume_tokens(list(forced)), automaton.get_error()
            written += forced
    assert not automaton.is_error(), automaton.get_error()
    return Reply(text=bytes(written).decode(errors="replace"), tokens=len(written), cut=not automaton.is_stopped())


@cache
def _allowed(mask: bytes) -> tuple[int, ...]:
    """Tokens of a bit mask; there are few different ones."""
    return tuple(i for i in range(8 * len(mask)) if mask[i // 8] >> i % 8 & 1)
