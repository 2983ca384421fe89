"""Patterns of the source dialects (GLOB, SIMILAR TO, LIKE with classes, POSIX and PCRE) as regular expressions of
RE2, which DuckDB speaks. Knows text only. Raises UnsafeSQLError for what RE2 has no equal for."""

from __future__ import annotations

import re

from .terms import refuse

_SPECIAL = frozenset(r".^$*+?()[]{}|\\")
_NOT_RE2 = re.compile(r"\(\?[=!<]|\\[1-9mMYZA]|\[\[[:.=][<>.=]|\(\?>|[*+?}]\+|^\*\*\*")


def glob(pattern: str) -> str:
    """SQLite's GLOB: `*`, `?` and classes; no escape but a class."""
    return _classes(pattern, many="*", one="?", negation="^")


def like_with_classes(pattern: str) -> str:
    """T-SQL's LIKE: `%`, `_` and classes."""
    return _classes(pattern, many="%", one="_", negation="^")


def similar(pattern: str) -> str:
    """SQL's SIMILAR TO: `%` and `_` beside | * + ? {} () [], backslash escapes; the whole text has to match."""
    out, at, inside = [], 0, False
    while at < len(pattern):
        c = pattern[at]
        if c == "\\" and at + 1 < len(pattern):
            at += 1
            out.append(re.escape(pattern[at]))
        elif inside:
            inside = c != "]" or pattern[at - 1] == "["
            out.append(f"\\{c}" if c == "\\" else c)
        else:
            inside = c == "["
            out.append({"%": ".*", "_": ".", ".": r"\.", "^": r"\^", "$": r"\$"}.get(c, c))
        at += 1
    return "".join(out)


def posix(pattern: str) -> str:
    """PostgreSQL's ~, MySQL's REGEXP: nearly RE2 already."""
    if found := _NOT_RE2.search(pattern):
        refuse(f"{found[0]!r} in a regular expression")
    return pattern.replace(r"\y", r"\b")


def _classes(pattern: str, *, many: str, one: str, negation: str) -> str:
    out, at = [], 0
    while at < len(pattern):
        c = pattern[at]
        end = pattern.find("]", at + 2 + (pattern[at + 1 : at + 2] == negation)) if c == "[" else -1
        if end > 0:
            inner = pattern[at + 1 : end]
            negated = inner.startswith(negation)
            body = inner[negated:].replace("\\", r"\\").replace("[", r"\[").replace("]", r"\]")
            out.append(f"[{'^' if negated else ''}{body}]")
            at = end
        elif c == "[":
            refuse("an open class in a pattern")
        elif c == many:
            out.append(".*")
        elif c == one:
            out.append(".")
        else:
            out.append(f"\\{c}" if c in _SPECIAL else c)
        at += 1
    return "".join(out)
