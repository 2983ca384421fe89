"""A reading position over tokens. Knows how to look, take and complain with a place; knows no statement."""

from __future__ import annotations

from typing import NoReturn

from ..errors import DDLError
from ..schema import Place
from .dialects import Dialect
from .tokens import Token, Tokens, name_value, string_value

_END = Token("end", "", "", 0, 0)


class NotUnderstood(DDLError):
    """The grammar did not expect this. Where a table does not hang on it, the reader keeps a note and goes on."""


class Cursor:
    """Reads `tokens.items[start:stop]`; `i` is the index of the next token."""

    def __init__(self, tokens: Tokens, start: int = 0, stop: int | None = None) -> None:
        self.tokens = tokens
        self.i = start
        self.stop = len(tokens.items) if stop is None else stop

    @property
    def dialect(self) -> Dialect:
        return self.tokens.dialect

    @property
    def done(self) -> bool:
        return self.i >= self.stop

    def peek(self, ahead: int = 0) -> Token:
        """The token there, or one of kind "end"."""
        index = self.i + ahead
        return self.tokens.items[index] if index < self.stop else _END

    def at(self, *keys: str) -> bool:
        """Whether the next tokens are these keywords or operators, in this order."""
        items, i = self.tokens.items, self.i
        if i + len(keys) > self.stop:
            return False
        return all(items[i + k].key == key for k, key in enumerate(keys))

    def at_any(self, *keys: str) -> bool:
        return not self.done and self.peek().key in keys

    def take(self, *keys: str) -> bool:
        """Steps over these keywords if they come next."""
        if self.at(*keys):
            self.i += len(keys)
            return True
        return False

    def take_any(self, *keys: str) -> str:
        """Steps over one of these keywords and tells which; "" if none comes next."""
        if self.at_any(*keys):
            return self.next().key
        return ""

    def next(self) -> Token:
        """Steps over one token. Raises DDLError at the end."""
        token = self.peek()
        if token is _END:
            self.fail("the statement ends too early")
        self.i += 1
        return token

    def expect(self, *keys: str) -> None:
        if not self.take(*keys):
            self.fail(f"expected {' '.join(keys)}")

    def is_name(self, ahead: int = 0) -> bool:
        token = self.peek(ahead)
        if token.kind == "string":
            return token.text[0] == '"' or (self.dialect.name == "sqlite" and token.text[0] == "'")
        return token.kind in ("word", "name")

    def name(self, what: str = "a name") -> str:
        if not self.is_name():
            self.fail(f"expected {what}")
        return name_value(self.next(), self.dialect)

    def label(self, what: str) -> str:
        """A name that may be written as a text too, as MySQL's character sets and collations may."""
        return self.string() if not self.done and self.peek().kind == "string" else self.name(what)

    def qualified(self, what: str = "a name") -> tuple[str, ...]:
        """`a.b.c` as its parts. Leading dots (an empty substitution, `db..table`) count for nothing."""
        parts = []
        while self.take("."):
            pass
        parts.append(self.name(what))
        while self.at("."):
            while self.take("."):
                pass
            parts.append(self.name(what))
        return tuple(parts)

    def string(self) -> str:
        token = self.next()
        if token.kind != "string":
            self.i -= 1
            self.fail("expected a text in quotes")
        return string_value(token.text, self.dialect)

    def group(self) -> Cursor:
        """The inside of the parentheses that come next; this cursor steps over them."""
        if not self.at("("):
            self.fail("expected (")
        close = self.tokens.partners[self.i]
        inside = Cursor(self.tokens, self.i + 1, close)
        self.i = close + 1
        return inside

    def items(self) -> list[Cursor]:
        """What is left, cut at its commas outside parentheses and brackets; this cursor is then done."""
        found, start, brackets = [], self.i, 0
        while not self.done:
            key = self.peek().key
            if key == "(":
                self.i = self.tokens.partners[self.i]
            elif key == "[":
                brackets += 1
            elif key == "]":
                brackets -= 1
            elif key == "," and brackets <= 0:
                found.append(Cursor(self.tokens, start, self.i))
                start = self.i + 1
            self.i += 1
        found.append(Cursor(self.tokens, start, self.stop))
        return found

    def skip(self) -> None:
        """Over one token, or one whole parenthesised group."""
        if self.at("("):
            self.i = self.tokens.partners[self.i]
        self.i += 1

    def text(self, start: int, stop: int | None = None) -> str:
        """The source between two token indexes, as it was written."""
        stop = self.stop if stop is None else stop
        if stop <= start:
            return ""
        items = self.tokens.items
        return self.tokens.statement.text[items[start].start : items[stop - 1].end]

    def rest(self) -> str:
        """The source of what is left, as it was written; this cursor is then done."""
        text = self.text(self.i)
        self.i = self.stop
        return text

    def place(self, index: int | None = None) -> Place:
        """Where the next token (or the one at an index) stands in the source."""
        index = self.i if index is None else index
        items = self.tokens.items
        offset = items[index].start if index < len(items) else (items[-1].end if items else 0)
        return Place(*self.tokens.place(offset))

    def fail(self, message: str, *, index: int | None = None, hint: str = "") -> NoReturn:
        place = self.place(index)
        seen = self.peek().text
        tail = "" if index is not None else f", not '{seen[:40]}'" if seen else " before the end"
        raise NotUnderstood(
            message + tail if message.startswith("expected") else message, place.line, place.column, hint=hint
        )
