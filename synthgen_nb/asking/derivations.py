"""Grammars put together from values: a Part is written in the grammar engine's words and knows the longest text that
can come of it. Parts refer to no part that comes later, so nothing is endless. Knows no SQL."""

from __future__ import annotations

import json
from collections.abc import Sequence

from msgspec import Struct, field

from ..llm.base import Lark


class Part(Struct, frozen=True):
    """`size` counts the bytes of its longest text."""

    lark: str
    size: int


def word(text: str) -> Part:
    """Exactly this text, whatever it holds: as a JSON string it can't be anything but a text to the engine."""
    return Part(json.dumps(text), len(text.encode()))


def pattern(regex: str, size: int) -> Part:
    """`regex` has no slash and is bounded: no text of it is longer than `size` bytes."""
    return Part(f"/{regex}/", size)


def seq(*parts: Part | str) -> Part:
    """One after the other; a str stands for itself."""
    told = [word(part) if isinstance(part, str) else part for part in parts]
    return Part(" ".join(part.lark for part in told), sum(part.size for part in told))


def either(parts: Sequence[Part]) -> Part:
    """One of them. There is at least one."""
    return Part(f"({' | '.join(part.lark for part in parts)})", max(part.size for part in parts))


def words(texts: Sequence[str]) -> Part:
    return either([word(text) for text in texts])


def maybe(part: Part) -> Part:
    return Part(f"({part.lark})?", part.size)


def several(part: Part, between: str, most: int) -> Part:
    """One to `most` of them."""
    if most == 1:
        return part
    more = seq(between, part)
    return Part(f"{part.lark} ({more.lark}){{0,{most - 1}}}", part.size + (most - 1) * more.size)


class Rules(Struct, frozen=True):
    """Parts under names of our own making, each written once however often it is used."""

    _lines: list[str] = field(default_factory=list)

    def named(self, part: Part) -> Part:
        name = f"r{len(self._lines)}"
        self._lines.append(f"{name}: {part.lark}")
        return Part(name, part.size)

    def grammar(self, start: Part) -> Lark:
        return Lark("\n".join([f"start: {start.lark}", *self._lines, ""]))
