"""Shapes in the words of the grammar engine, and an automaton that walks one. Knows no library of models."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from ..errors import MissingExtra, ModelError
from .base import JsonSchema, Lark, Regex, Shape

if TYPE_CHECKING:
    from llguidance import LLMatcher, LLTokenizer

END = 256  # the token after the 256 bytes: the text is over


def source(shape: Shape) -> str:
    """The engine's grammar of a shape that `shapes.held` has passed. No blanks between JSON's tokens: a model that
    may write blanks may write nothing else."""
    matcher = _engine()
    match shape:
        case JsonSchema(schema):
            told = matcher.grammar_from_json_schema(schema, overrides={"whitespace_flexible": False})
        case Regex(pattern):
            told = matcher.grammar_from_regex(pattern)
        case Lark(grammar):
            told = matcher.grammar_from_lark(grammar)
    return str(told)


def begun(tokens: LLTokenizer, grammar: str) -> LLMatcher:
    """An automaton at the beginning of a text; copy it for each text. Raises ModelError with the engine's reason: its
    errors are states, not exceptions."""
    return sound(_engine()(tokens, grammar, log_level=0))


def sound(automaton: LLMatcher) -> LLMatcher:
    if automaton.is_error():
        reason = " ".join(automaton.get_error().split())
        raise ModelError(f"the grammar engine refuses: {reason[:200]}", hint="give the shape in simpler words")
    return automaton


@cache
def byte_tokens() -> LLTokenizer:
    """A vocabulary of the 256 bytes and END: for whoever reads or draws texts without a model."""
    try:
        from llguidance import LLTokenizer, TokenizerWrapper
    except ImportError as error:
        raise MissingExtra("llm") from error
    return LLTokenizer(TokenizerWrapper(_Bytes()))


class _Bytes:
    """What the engine asks of a tokenizer."""

    eos_token_id = END
    bos_token_id = None
    tokens = (*(bytes([byte]) for byte in range(256)), b"<end>")
    special_token_ids = (END,)

    def __call__(self, text: bytes) -> list[int]:
        return list(text)


def _engine() -> Any:
    try:
        from llguidance import LLMatcher
    except ImportError as error:
        raise MissingExtra("llm") from error
    return LLMatcher
