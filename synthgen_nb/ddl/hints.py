"""Hints in comments: `-- @synth email domain=example.org` behind a column, in `/* */`, or in the text of a COMMENT.
Knows where they stand and to which column they belong; what they say is for others to read."""

from __future__ import annotations

import re

from ..schema import Hint, Place
from .cursor import Cursor

_HINT = re.compile(r"@synth(?!\w)[ \t]*(.*?)[ \t]*(?=\*/|\n|\Z)")


def hint_at(item: Cursor, start: int) -> Hint | None:
    """The hint in the comments of an element of a table that begins with token `start`: inside of it, or behind it on
    the line that it ends in, behind its comma too."""
    tokens = item.tokens
    text, items = tokens.statement.text, tokens.items
    if "@synth" not in text:
        return None
    for index in range(start, item.stop):
        begin = items[index].end
        after = items[index + 1] if index + 1 < len(items) else None
        end = after.start if after else len(text)
        if index == item.stop - 1:
            if after is not None and after.key == ",":
                end = items[index + 2].start if index + 2 < len(items) else len(text)
            newline = text.find("\n", begin)
            end = end if newline < 0 else min(end, newline)
        if found := _HINT.search(text, begin, end):
            return Hint(found[1], Place(*tokens.place(found.start(1))))
    return None


def hint_in(comment: str, place: Place) -> Hint | None:
    """The hint in the text of a comment, which begins at `place`."""
    found = _HINT.search(comment)
    if found is None:
        return None
    above = comment.count("\n", 0, found.start(1))
    behind = found.start(1) - (comment.rfind("\n", 0, found.start(1)) + 1)
    return Hint(found[1], Place(place.line + above, behind + 1 if above else place.column + 1 + behind))
