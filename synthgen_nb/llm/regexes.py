"""The regular expressions that a grammar engine and Python mean alike, and how long their texts can be. Knows no model.

Literals, classes, groups, `|` and counts are taken. What the two read differently is narrowed (`\\d` to `[0-9]`), and
what one of them has not (look-around, back references, flags) is refused by name.
"""

from __future__ import annotations

from math import inf

from msgspec import Struct

from ..errors import ModelError

ESCAPED = 6  # bytes of the longest spelling of a character in a JSON string: \u000a
_META = frozenset("\\.+*?()|[]{}^$#&-~")
_NAMED = {"n": "\n", "t": "\t", "r": "\r", "f": "\f", "v": "\v"}
# Narrower than what either engine takes for them, so that a text of ours is one for both.
_SETS = {"d": "0-9", "w": "A-Za-z0-9_", "s": r" \t\n\r"}


class Measured(Struct, frozen=True, kw_only=True):
    """`pattern` in the words of both engines, without anchors at its ends. Lengths are in characters (`least`, `most`),
    in bytes (`size`) and in bytes within a JSON string (`quoted`); inf where there is no bound."""

    pattern: str
    least: float
    most: float
    size: float
    quoted: float
    begins: bool = False
    ends: bool = False


def measured(pattern: str) -> Measured:
    """Raises ModelError for what can't be held; `begins` and `ends` tell of the anchors that were at the ends."""
    reader = _Reader(pattern)
    begins = reader.taken("^")
    ends = pattern.endswith("$") and not _escaped(pattern, len(pattern) - 1)
    reader.end -= ends
    whole, choices = reader.choice()
    if reader.at < reader.end:
        raise reader.refused("an unmatched )")
    if (begins or ends) and choices > 1:
        raise ModelError(f"{_shown(pattern)}: ^ and $ bind tighter than |", hint="write ^(?:a|b)$")
    return Measured(
        pattern=whole.pattern,
        least=whole.least,
        most=whole.most,
        size=whole.size,
        quoted=whole.quoted,
        begins=begins,
        ends=ends,
    )


def _escaped(text: str, at: int) -> bool:
    """Whether an odd number of backslashes stands before a place."""
    before = text[:at]
    return (len(before) - len(before.rstrip("\\"))) % 2 == 1


def _shown(pattern: str) -> str:
    return "pattern " + (pattern if len(pattern) <= 80 else pattern[:79] + "…")


def _spelled(char: str) -> str:
    if char in _META:
        return "\\" + char
    named = next((name for name, one in _NAMED.items() if one == char), "")
    if named:
        return "\\" + named
    return char if char.isprintable() or ord(char) > 0x7F else f"\\x{ord(char):02x}"


def _braces(low: int, high: float) -> str:
    if low == high:
        return f"{{{low}}}"
    return f"{{{low},{int(high)}}}" if high < inf else f"{{{low},}}"


def _quoted(low: str, high: str) -> int:
    """Bytes that a character of a range may take in a JSON string."""
    if low < " " or any(low <= odd <= high for odd in '"\\\x7f'):
        return ESCAPED
    return len(high.encode("utf-8", "surrogatepass"))


class _Reader:
    """Reads one pattern from left to right."""

    def __init__(self, text: str) -> None:
        self.text, self.at, self.end = text, 0, len(text)

    def refused(self, what: str) -> ModelError:
        return ModelError(
            f"{_shown(self.text)}: {what} at character {self.at + 1} can't be held by a grammar",
            hint="literals, classes, groups, | and bounded counts can",
        )

    def peek(self) -> str:
        return self.text[self.at] if self.at < self.end else ""

    def taken(self, wanted: str) -> bool:
        if self.text.startswith(wanted, self.at, self.end):
            self.at += len(wanted)
            return True
        return False

    def choice(self) -> tuple[Measured, int]:
        parts = [self.sequence()]
        while self.taken("|"):
            parts.append(self.sequence())
        if len(parts) == 1:
            return parts[0], 1
        return Measured(
            pattern="|".join(part.pattern for part in parts),
            least=min(part.least for part in parts),
            most=max(part.most for part in parts),
            size=max(part.size for part in parts),
            quoted=max(part.quoted for part in parts),
        ), len(parts)

    def sequence(self) -> Measured:
        parts = []
        while self.at < self.end and self.peek() not in "|)":
            parts.append(self.counted(self.atom()))
        return Measured(
            pattern="".join(part.pattern for part in parts),
            least=sum(part.least for part in parts),
            most=sum(part.most for part in parts),
            size=sum(part.size for part in parts),
            quoted=sum(part.quoted for part in parts),
        )

    def counted(self, one: Measured) -> Measured:
        sign = self.peek()
        if not sign or sign not in "?*+{":
            return one
        self.at += 1
        low, high = {"?": (0, 1.0), "*": (0, inf), "+": (1, inf)}.get(sign) or self.count()
        if self.peek() and self.peek() in "?*+{":
            raise self.refused("a second count")
        braces = sign if sign != "{" else _braces(low, high)
        return Measured(
            pattern=one.pattern + braces,
            least=low * one.least,
            most=high * one.most if one.most and high else 0,
            size=high * one.size if one.size and high else 0,
            quoted=high * one.quoted if one.quoted and high else 0,
        )

    def count(self) -> tuple[int, float]:
        closing = self.text.find("}", self.at, self.end)
        low, comma, high = self.text[self.at : closing].partition(",")
        if closing < 0 or not low.isdecimal() or not (high.isdecimal() or not high):
            raise self.refused("a count that is none")
        self.at = closing + 1
        most = (int(high) if high else inf) if comma else int(low)
        if most < int(low):
            raise self.refused("a count that ends before it begins")
        return int(low), most

    def atom(self) -> Measured:
        char = self.peek()
        if char == "(":
            return self.group()
        if char == "[":
            return self.set()
        if char == ".":
            self.at += 1
            return Measured(pattern=".", least=1, most=1, size=4, quoted=ESCAPED)
        if char and char in "^$":
            raise self.refused(f"{char} inside")
        if char and char in "?*+{":
            raise self.refused("a count of nothing")
        if char == "\\" and self.text[self.at + 1 : self.at + 2] in _SETS:
            items = _SETS[self.text[self.at + 1]]
            self.at += 2
            wide = ESCAPED if "\\" in items else 1
            return Measured(pattern=f"[{items}]", least=1, most=1, size=1, quoted=wide)
        char = self.char()
        width = len(char.encode("utf-8", "surrogatepass"))
        return Measured(pattern=_spelled(char), least=1, most=1, size=width, quoted=_quoted(char, char))

    def group(self) -> Measured:
        self.at += 1
        if self.peek() == "?" and not self.taken("?:"):
            raise self.refused("a group with ? (look-around, a name, flags)")
        whole, _ = self.choice()
        if not self.taken(")"):
            raise self.refused("a group without its )")
        return Measured(
            pattern=f"(?:{whole.pattern})", least=whole.least, most=whole.most, size=whole.size, quoted=whole.quoted
        )

    def set(self) -> Measured:
        self.at += 1
        negated = self.taken("^")
        items: list[str] = []
        size, quoted = 1, 1
        while not items or self.peek() != "]":
            if not self.peek():
                raise self.refused("a class without its ]")
            if self.peek() == "\\" and (named := _SETS.get(self.text[self.at + 1 : self.at + 2])):
                self.at += 2
                items.append(named)
                quoted = max(quoted, ESCAPED if "\\" in named else 1)
                continue
            low = high = self.char()
            if self.peek() == "-" and self.text[self.at + 1 : self.at + 2] not in ("]", ""):
                self.at += 1
                high = self.char()
                if high < low:
                    raise self.refused("a range that ends before it begins")
            items.append(_spelled(low) if low == high else f"{_spelled(low)}-{_spelled(high)}")
            size = max(size, len(high.encode("utf-8", "surrogatepass")))
            quoted = max(quoted, _quoted(low, high))
        self.at += 1
        return Measured(
            pattern=f"[{'^' if negated else ''}{''.join(items)}]",
            least=1,
            most=1,
            size=4 if negated else size,
            quoted=ESCAPED if negated else quoted,
        )

    def char(self) -> str:
        """One character, spelled as itself or escaped."""
        char = self.peek()
        self.at += 1
        if char != "\\":
            return char
        char = self.peek()
        self.at += 1
        if char in _NAMED and char:
            return _NAMED[char]
        if char in ("x", "u"):
            digits = self.text[self.at : min(self.end, self.at + {"x": 2, "u": 4}[char])]
            try:
                found = chr(int(digits, 16))
            except ValueError:
                raise self.refused(f"\\{char} without its digits") from None
            self.at += len(digits)
            return found
        if not char or char.isalnum():
            raise self.refused(f"\\{char}")
        return char
