"""LIKE, GLOB and plain regular expressions turned into templates of text that fits them. Knows nothing of columns.

A form is (regular expression in Python's syntax, template of specs.Pattern). What is not understood gives None, and the
condition is met by drawing again instead.
"""

from __future__ import annotations

import re
from typing import NamedTuple

_FILLER = 3  # characters for a wildcard that takes any number
_SPECIAL = "#@?*%\\"


class Form(NamedTuple):
    """`regex` matches whole values; `template` spells values that match."""

    regex: str
    template: str


def from_like(pattern: str, *, classes: bool = False, many: str = "%", one: str = "_") -> Form | None:
    """A LIKE pattern (T-SQL's with `classes` such as [0-9]), or GLOB with many="*", one="?" and classes."""
    regex, template, rest = "", "", pattern
    while rest:
        char, rest = rest[0], rest[1:]
        if char == many:
            regex, template = regex + ".*", template + "?" * (_FILLER if not template.endswith("?") else 0)
        elif char == one:
            regex, template = regex + ".", template + "?"
        elif char == "[" and classes and "]" in rest:
            inside, _, rest = rest.partition("]")
            letter = _alphabet(inside)
            if letter is None:
                return None
            regex, template = regex + f"[{inside}]", template + letter
        elif char == "\\" and rest and not classes:
            regex, template, rest = regex + re.escape(rest[0]), template + _literal(rest[0]), rest[1:]
        else:
            regex, template = regex + re.escape(char), template + _literal(char)
    return Form(regex, template) if template else None


_TOKEN = re.compile(r"(\[\^?[^\]]+\]|\\.|[^\\\[\](){}|*+?.^$]|\.)(\{(\d+)(?:,(\d*))?\}|[*+?])?")


def from_regex(pattern: str) -> Form | None:
    """A regular expression of literals, classes and counts, without groups or alternatives."""
    body = pattern.removeprefix("^").removesuffix("$")
    template, position = "", 0
    while position < len(body):
        match = _TOKEN.match(body, position)
        if match is None:
            return None
        letter = _atom(match[1])
        if letter is None:
            return None
        least = {"*": 0, "+": 1, "?": 0, None: 1}.get(match[2], int(match[3] or 0))
        most = {"*": None, "+": None, "?": 1, None: 1}.get(match[2], int(match[4]) if match[4] else least)
        if match[2] and match[2].startswith("{") and match[4] == "":
            most = None
        count = least if most == least else max(least, min(_FILLER + 1, most if most is not None else _FILLER + 1))
        template += letter * count
        position = match.end()
    if not template:
        return None
    before, after = "" if pattern.startswith("^") else ".*", "" if pattern.endswith("$") else ".*"
    return Form(before + body + after, template)


def _atom(text: str) -> str | None:
    if text == ".":
        return "?"
    if text.startswith("["):
        return None if text[1] == "^" else _alphabet(text[1:-1])
    if text.startswith("\\"):
        known = {"d": "#", "w": "?", "s": _literal(" ")}
        return known.get(text[1], None if text[1].isalnum() else _literal(text[1]))
    return _literal(text)


def _alphabet(inside: str) -> str | None:
    """The template's letter for a class: digits before capitals before small letters before its first character."""
    if inside.startswith("^"):
        return None
    found = re.fullmatch(f"[{inside}]", "5"), re.fullmatch(f"[{inside}]", "K"), re.fullmatch(f"[{inside}]", "k")
    whole = {"#": "0-9" in inside or "\\d" in inside, "@": "A-Z" in inside, "?": "a-z" in inside or "\\w" in inside}
    if whole["@"] and whole["#"]:
        return "*"
    for letter, match in zip("#@?", found, strict=True):
        if match and whole[letter]:
            return letter
    first = inside[1] if inside.startswith("\\") else inside[0]
    return _literal(first)


def _literal(char: str) -> str:
    return "\\" + char if char in _SPECIAL else char
