"""LIKE, GLOB, SIMILAR TO and regular expressions read into trees of what may stand where. Knows nothing of columns.

What is not understood (look-around, back references) gives None, and the condition is met by drawing again instead.
"""

from __future__ import annotations

import re
import string
from typing import NamedTuple

from msgspec import Struct

PRINTABLE = "".join(map(chr, range(32, 127)))
_POSIX = {
    "alnum": string.ascii_letters + string.digits,
    "alpha": string.ascii_letters,
    "blank": " ",
    "digit": string.digits,
    "lower": string.ascii_lowercase,
    "punct": string.punctuation,
    "space": " ",
    "upper": string.ascii_uppercase,
    "word": string.ascii_letters + string.digits + "_",
    "xdigit": string.hexdigits,
}
_CLASSES = {"d": _POSIX["digit"], "w": _POSIX["word"], "s": " "}


class Chars(Struct, frozen=True):
    """One of these characters."""

    alphabet: str


class Repeat(Struct, frozen=True):
    """`most` None: as often as one likes."""

    of: Node
    least: int
    most: int | None


class Sequence(Struct, frozen=True):
    parts: tuple[Node, ...]


class Either(Struct, frozen=True):
    ways: tuple[Node, ...]


class Anchor(Struct, frozen=True):
    start: bool


Node = Chars | Repeat | Sequence | Either | Anchor
_ANYTHING = Repeat(Chars(PRINTABLE), 0, None)


class Form(NamedTuple):
    """`regex` is found in the values that match (Python's syntax); `tree` spells some of them, all if `whole`."""

    regex: str
    tree: Node
    whole: bool


class _Unreadable(Exception):
    """This is not understood: the caller goes without."""


def from_like(pattern: str, *, classes: bool = False, many: str = "%", one: str = "_") -> Form | None:
    """A LIKE pattern (T-SQL's with `classes` such as [0-9]), or GLOB with many="*", one="?" and classes."""
    regex, rest = "", pattern
    while rest:
        char, rest = rest[0], rest[1:]
        if char == many:
            regex += "" if regex.endswith(".*") else ".*"
        elif char == one:
            regex += "."
        elif char == "[" and classes and "]" in rest:
            inside, _, rest = rest.partition("]")
            regex += f"[{inside}]"
        elif char == "\\" and rest and not classes:
            regex, rest = regex + re.escape(rest[0]), rest[1:]
        else:
            regex += re.escape(char)
    return from_regex(f"^{regex}$") if regex else None


def from_similar(pattern: str) -> Form | None:
    """SIMILAR TO: a regular expression of the whole value, with LIKE's wildcards."""
    piece = re.compile(r"\\.|\[[^\]]*\]|[%_.^$]")
    wild = {"%": ".*", "_": "."}
    body = piece.sub(lambda m: wild.get(m[0], m[0] if len(m[0]) > 1 else re.escape(m[0])), pattern)
    return from_regex(f"^({body})$")


def from_regex(pattern: str) -> Form | None:
    try:
        tree = _Reader(pattern.removeprefix("(?i)")).whole()
        middle, starts, ends = _without_anchors(tree)
    except _Unreadable:
        return None
    readable = re.sub(r"\[:(\w+):\]", lambda m: re.escape(_POSIX[m[1]]), pattern)
    try:
        re.compile(readable)
    except re.error:
        return None
    return Form(readable, middle, starts and ends) if pattern else None


class _Reader:
    """Recursive descent over the text of a regular expression."""

    def __init__(self, text: str) -> None:
        self.text, self.at = text, 0

    def whole(self) -> Node:
        found = self._either()
        if self.at < len(self.text):
            raise _Unreadable
        return found

    def _next(self) -> str:
        if self.at >= len(self.text):
            raise _Unreadable
        self.at += 1
        return self.text[self.at - 1]

    def _take(self, word: str) -> bool:
        found = self.text.startswith(word, self.at)
        self.at += len(word) if found else 0
        return found

    def _either(self) -> Node:
        ways = [self._sequence()]
        while self._take("|"):
            ways.append(self._sequence())
        return ways[0] if len(ways) == 1 else Either(tuple(ways))

    def _sequence(self) -> Node:
        parts: list[Node] = []
        while self.at < len(self.text) and self.text[self.at] not in "|)":
            parts.append(self._counted(self._atom()))
        return Sequence(tuple(parts))

    def _counted(self, atom: Node) -> Node:
        match = re.compile(r"([*+?]|\{(\d+)(,(\d*))?\})[?+]?").match(self.text, self.at)
        if match is None:
            return atom
        self.at = match.end()
        if match[2] is None:
            least, most = {"*": (0, None), "+": (1, None), "?": (0, 1)}[match[1]]
        else:
            least, most = int(match[2]), int(match[2]) if not match[3] else int(match[4]) if match[4] else None
        if isinstance(atom, Anchor) or least > 1_000 or (most is not None and most < least):
            raise _Unreadable
        return Repeat(atom, least, most)

    def _atom(self) -> Node:
        char = self._next()
        if char == "(":
            if not self._take("?:") and self.text.startswith("?", self.at):
                raise _Unreadable
            found = self._either()
            if self._next() != ")":
                raise _Unreadable
            return found
        if char == "[":
            return Chars(self._class())
        if char == "\\":
            return self._escaped()
        if char in "^$":
            return Anchor(char == "^")
        if char in "*+?{":
            raise _Unreadable
        return Chars(PRINTABLE if char == "." else char)

    def _escaped(self) -> Node:
        char = self._next()
        if char in "AZz":
            return Anchor(char == "A")
        known = _CLASSES.get(char.lower())
        if known is not None:
            return Chars(known if char.islower() else _all_but(known))
        if char.isalnum():
            raise _Unreadable
        return Chars(char)

    def _class(self) -> str:
        """The characters of a class, from behind its bracket to behind its end."""
        negated, found = self._take("^"), ""
        first = True
        while first or not self._take("]"):
            first = False
            if self._take("[:"):
                name = self.text[self.at :].partition(":]")[0]
                if name not in _POSIX:
                    raise _Unreadable
                self.at += len(name) + 2
                found += _POSIX[name]
                continue
            low = self._member()
            if len(low) == 1 and self.text.startswith("-", self.at) and not self.text.startswith("-]", self.at):
                self.at += 1
                high = self._member()
                if len(high) != 1 or high < low:
                    raise _Unreadable
                found += "".join(map(chr, range(ord(low), min(ord(high), 0x7E) + 1)))
            else:
                found += low
        kept = _all_but(found) if negated else "".join(dict.fromkeys(found))
        if not kept.isascii() or not kept:
            raise _Unreadable
        return kept

    def _member(self) -> str:
        char = self._next()
        if char != "\\":
            return char
        char = self._next()
        known = _CLASSES.get(char)
        if known is None and char.isalnum():
            raise _Unreadable
        return known or char


def _all_but(chars: str) -> str:
    return "".join(c for c in PRINTABLE if c not in chars)


def _without_anchors(tree: Node) -> tuple[Node, bool, bool]:
    """(the tree without ^ at its start and $ at its end, whether it had them in all its ways)."""
    if isinstance(tree, Anchor):
        return Sequence(()), tree.start, not tree.start
    if isinstance(tree, Either):
        found = [_without_anchors(way) for way in tree.ways]
        return Either(tuple(f[0] for f in found)), all(f[1] for f in found), all(f[2] for f in found)
    if not isinstance(tree, Sequence) or not tree.parts:
        _refuse_anchors(tree)
        return tree, False, False
    parts, starts, ends = list(tree.parts), False, False
    if not isinstance(parts[0], Chars | Repeat):
        first, starts, both = _without_anchors(parts[0])
        parts[0], ends = first, both and len(parts) == 1
    if len(parts) > 1 and not isinstance(parts[-1], Chars | Repeat):
        parts[-1], inner, ends = _without_anchors(parts[-1])
        if inner:
            raise _Unreadable
    for part in parts:
        _refuse_anchors(part)
    return Sequence(tuple(parts)), starts, ends


def _refuse_anchors(tree: Node) -> None:
    """Raises _Unreadable for an anchor in the middle of things."""
    if isinstance(tree, Anchor):
        raise _Unreadable
    inner: tuple[Node, ...] = ()
    if isinstance(tree, Repeat):
        inner = (tree.of,)
    elif isinstance(tree, Sequence | Either):
        inner = tree.parts if isinstance(tree, Sequence) else tree.ways
    for node in inner:
        _refuse_anchors(node)
