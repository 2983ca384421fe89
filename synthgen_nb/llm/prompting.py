"""A Prompt as tokens: the model's own chat template around the texts, which can't speak for the template. Knows
tokenizers, not weights."""

from __future__ import annotations

import re
from typing import Any

from msgspec import Struct

from .base import Prompt

# Stand for the texts while the template is rendered; templates trim and join what they are given, never these.
_SYSTEM, _SHARED, _OWN = "\ue000system\ue000", "\ue000shared\ue000", "\ue000own\ue000"
_MARKS = re.compile(f"({_SYSTEM}|{_SHARED}|{_OWN})")


class Tokens(Struct, frozen=True):
    """`prefix` is equal for all prompts with the same system and shared texts; `tail` has a token at least."""

    prefix: tuple[int, ...]
    tail: tuple[int, ...]

    def __len__(self) -> int:
        return len(self.prefix) + len(self.tail)


def tokens_of(tokenizer: Any, prompt: Prompt) -> Tokens:
    """The two parts are tokenised apart: across a cut the merges would differ from prompt to prompt."""
    texts = {_SYSTEM: prompt.system, _SHARED: prompt.shared, _OWN: prompt.own}
    before, own, after = _rendered(tokenizer, bool(prompt.system)).partition(_OWN)
    prefix, tail = _encoded(tokenizer, before, texts), _encoded(tokenizer, own + after, texts)
    return Tokens(prefix, tail) if tail else Tokens(prefix[:-1], prefix[-1:])


def _rendered(tokenizer: Any, system: bool) -> str:
    """The template's text with marks in place of the texts."""
    user = _SHARED + _OWN
    if not tokenizer.chat_template:
        begins = tokenizer.bos_token if tokenizer("").input_ids[:1] == [tokenizer.bos_token_id] else ""
        return f"{begins}{_SYSTEM}\n\n{user}\n" if system else f"{begins}{user}\n"
    if system:
        told = [{"role": "system", "content": _SYSTEM}, {"role": "user", "content": user}]
        text = _template(tokenizer, told)
        if text is not None and text.find(_SYSTEM) < text.find(_SHARED + _OWN) and _SYSTEM in text:
            return text
        user = f"{_SYSTEM}\n\n{user}"
    text = _template(tokenizer, [{"role": "user", "content": user}])
    return text if text is not None else user


def _template(tokenizer: Any, messages: list[dict[str, str]]) -> str | None:
    """None where the template refuses, as some do for a system message."""
    from jinja2 import TemplateError

    try:
        return str(tokenizer.apply_chat_template(messages, tokenize=False, add_generation_prompt=True))
    except TemplateError:
        return None


def _encoded(tokenizer: Any, template: str, texts: dict[str, str]) -> tuple[int, ...]:
    """Control tokens are those of the template: one that is spelled in a text is plain letters. A text is tokenised
    together with the template's plain words around it."""
    controls = _controls(tokenizer)
    spelled = re.compile("|".join(re.escape(one) for one in sorted(controls, key=len, reverse=True)) or "(?!)")
    runs: list[int | str] = [""]
    for part in _MARKS.split(template):
        if part in texts:
            runs[-1] = str(runs[-1]) + texts[part]
            continue
        start = 0
        for found in spelled.finditer(part):
            runs[-1] = str(runs[-1]) + part[start : found.start()]
            runs += [controls[found.group()], ""]
            start = found.end()
        runs[-1] = str(runs[-1]) + part[start:]
    tokens: list[int] = []
    for run in runs:
        tokens += [run] if isinstance(run, int) else _plain(tokenizer, run)
    return tuple(tokens)


def _controls(tokenizer: Any) -> dict[str, int]:
    """Tokens that stand for themselves. Mistral's [INST] is one, though it is in no list of special tokens."""
    return {str(added): token for token, added in tokenizer.added_tokens_decoder.items()}


def _plain(tokenizer: Any, text: str) -> list[int]:
    if not text:
        return []
    return list(tokenizer(text, add_special_tokens=False, split_special_tokens=True).input_ids)
