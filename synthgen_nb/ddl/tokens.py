"""One statement into tokens, with the partner of each parenthesis. Knows letters, not grammar."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from ..errors import DDLError
from .dialects import DIALECTS, Dialect
from .splitter import Statement

MAX_DEPTH = 200  # parentheses within parentheses; SQL parsers that recurse break at about 500


class Token(NamedTuple):
    """`kind`: word, name (quoted), string, number, op, end. `key` is what keywords are compared with: the upper-case
    word or the operator; empty for what can be no keyword. `start` and `end` are offsets in the statement's text."""

    kind: str
    text: str
    key: str
    start: int
    end: int


class Tokens(NamedTuple):
    """`partners[i]` is the index of the parenthesis that belongs to the one at i (0 where there is none).
    `comments` are the `--` comments as (offset, text)."""

    statement: Statement
    dialect: Dialect
    items: tuple[Token, ...]
    partners: tuple[int, ...]
    comments: tuple[tuple[int, str], ...]
    line_starts: tuple[int, ...]

    def place(self, offset: int) -> tuple[int, int]:
        """Line and column in the source of an offset in the statement's text."""
        row = bisect_right(self.line_starts, offset) - 1
        if row == 0:
            return self.statement.line, self.statement.column + offset
        return self.statement.line + row, offset - self.line_starts[row] + 1


@cache
def _pattern(dialect: Dialect) -> re.Pattern[str]:
    d = dialect
    quoted = r"[^{q}]*+(?:{q}{q}[^{q}]*+)*+{q}"
    escaped = r"[^{q}\\]*+(?:(?:{q}{q}|\\.)[^{q}\\]*+)*+{q}"
    dashes = r"--(?=\s|$)[^\n]*|\#[^\n]*" if d.backslashes else r"--[^\n]*"
    parts = [r"(?P<blank>\s+)", rf"(?P<comment>{dashes})", r"(?P<block>/\*)"]
    if d.e_strings:
        parts.append(rf"(?P<e>[eE]'{escaped.format(q=chr(39))})")
    if d.dollar_quotes:
        parts.append(r"(?P<dollar>\$(?:[^\W\d]\w*)?\$)")
    if d.q_strings:
        parts.append(r"(?P<q>[nN]?[qQ]'(?P<q_open>.))")
    body = escaped if d.backslashes else quoted
    prefix = r"(?:[nNbBxX]|[uU]&|_\w+\s*)?"
    strings = "|".join(rf"{prefix}{q}{body.format(q=q)}" for q in d.string_quotes)
    parts.append(rf"(?P<string>{strings})")
    names = "|".join(
        (r"\[[^\]]*\]" if q == "[" else f"{q}{quoted.format(q=q)}") for q in d.name_quotes if q not in d.string_quotes
    )
    parts.append(rf"(?P<name>{names})")
    if d.substitutions:
        parts.append(r"(?P<substitution>&&?\w+\.)")
    if d.backslashes:
        parts.append(r"(?P<word>\d+(?![eE][+-]?\d|[xX][0-9a-fA-F])[^\W\d][\w$]*|[^\W\d][\w$]*|@@?[\w.$]+)")
        parts.append(r"(?P<number>0[xX][0-9a-fA-F]+|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)")
    else:
        parts.append(r"(?P<number>0[xX][0-9a-fA-F]+|(?:\d+(?:\.(?!\.)\d*)?|\.\d+)(?:[eE][+-]?\d+)?)")
        parts.append(rf"(?P<word>{'[@#&]*' if d.batches or d.substitutions else ''}[^\W\d][\w$#]*)")
    parts.append(r"(?P<op>::|:=|->>|->|<=|>=|<>|!=|\|\||&&|@>|<@|.)")
    return re.compile("|".join(parts), re.S)


def _block_end(text: str, start: int, nested: bool) -> int:
    depth, position = 0, start
    for mark in re.compile(r"/\*|\*/").finditer(text, start):
        position = mark.end()
        if mark.group() == "*/":
            depth -= 1
        elif nested or depth == 0:
            depth += 1
        if depth == 0:
            return position
    return len(text)


def lex(text: str, dialect: Dialect, comments: list[tuple[int, str]] | None = None) -> Iterator[Token]:
    """The tokens of a text one by one; its `--` comments are added to `comments`."""
    match = _pattern(dialect).match
    position, end = 0, len(text)
    while position < end:
        found = match(text, position)
        assert found is not None  # the last alternative takes any character
        kind = found.lastgroup or ""
        start, position = position, found.end()
        if kind == "blank" or kind == "substitution":
            continue
        if kind == "comment":
            if comments is not None:
                comments.append((start, " ".join(found.group().lstrip("-# \t").split())))
            continue
        if kind == "block":
            position = _block_end(text, start, dialect.nested_comments)
            continue
        if kind == "dollar":
            closing = text.find(found.group(), position)
            position = end if closing < 0 else closing + len(found.group())
            kind = "string"
        elif kind == "q":
            closing = text.find(
                {"[": "]", "{": "}", "(": ")", "<": ">"}.get(found["q_open"], found["q_open"]) + "'", position
            )
            position = end if closing < 0 else closing + 2
            kind = "string"
        elif kind == "e":
            kind = "string"
        content = text[start:position]
        key = content.upper() if kind == "word" else content if kind == "op" else ""
        yield Token(kind, content, key, start, position)


def tokenize(statement: Statement, dialect_name: str) -> Tokens:
    """Raises DDLError at a parenthesis that has no partner and where they nest deeper than MAX_DEPTH."""
    dialect = DIALECTS[dialect_name]
    comments: list[tuple[int, str]] = []
    starts = (0, *(m.end() for m in re.finditer("\n", statement.text)))
    tokens = Tokens(statement, dialect, (), (), (), starts)
    items: list[Token] = []
    partners: list[int] = []
    open_: list[int] = []
    for index, token in enumerate(lex(statement.text, dialect, comments)):
        items.append(token)
        partners.append(0)
        if token.key == "(":
            open_.append(index)
            if len(open_) > MAX_DEPTH:
                raise DDLError(f"parentheses nest deeper than {MAX_DEPTH}", *tokens.place(token.start))
        elif token.key == ")":
            if not open_:
                raise DDLError("this ) closes nothing", *tokens.place(token.start))
            partners[index] = open_.pop()
            partners[partners[index]] = index
    if open_:
        raise DDLError("this ( is never closed", *tokens.place(items[open_[-1]].start))
    return tokens._replace(items=tuple(items), partners=tuple(partners), comments=tuple(comments))


_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "0": "\0", "b": "\b", "Z": "\x1a", "f": "\f"}
_E_CODE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|x([0-9a-fA-F]{1,2})|([0-7]{3})|(.))", re.S)


def _unescaped(match: re.Match[str]) -> str:
    code = match[1] or match[2] or match[3]
    if code:
        number = int(code, 16)
    elif match[4]:
        number = int(match[4], 8)
    else:
        return _ESCAPES.get(match[5], match[5])
    return chr(number) if number < 0x110000 else "\ufffd"


def string_value(text: str, dialect: Dialect) -> str:
    """What a string token says."""
    if text[0] == "$":
        tag = text[: text.index("$", 1) + 1]
        return text[len(tag) : -len(tag)]
    quote_at = min(i for i in (text.find(q) for q in "'\"") if i >= 0)
    prefix, quote, body = text[:quote_at].upper(), text[quote_at], text[quote_at + 1 : -1]
    if prefix in ("Q", "NQ") and dialect.q_strings:
        return body[1:-1]
    body = body.replace(quote * 2, quote)
    if prefix == "E" and dialect.e_strings:
        return _E_CODE.sub(_unescaped, body)
    if dialect.backslashes:  # \% and \_ keep their backslash: they mean something to LIKE
        return re.sub(r"\\(.)", lambda m: _ESCAPES.get(m[1], m[0] if m[1] in "%_" else m[1]), body, flags=re.S)
    return body


def name_value(token: Token, dialect: Dialect) -> str:
    """The name that a word, a quoted name or (SQLite, MySQL) a string stands for."""
    if token.kind == "word":
        return dialect.folded(token.text)
    if token.kind == "string":
        return string_value(token.text, dialect)
    quote = token.text[-1]
    body = token.text[1:-1]
    return dialect.cut(body if quote == "]" and dialect.name == "sqlite" else body.replace(quote * 2, quote))
