"""Whether words hold a rule's regular expression. Compiles of an expression only what the words might hold.

There are over a thousand, of which the names of a schema come to most and hold few: to compile all of them takes longer
than all else that is read of names.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache, lru_cache

from msgspec import Struct

_PLAIN, _LIST = re.compile(r"[a-z0-9 ]+"), re.compile(r"[a-z0-9 |]+")
# letters of an expression that words hold all or none of; passed over are escapes, classes and a letter that may lack
_TOGETHER = re.compile(r"\\.|\[[^]]*\]|([a-z0-9 ]+(?=[a-z0-9 ][?*])|[a-z0-9 ]+(?![a-z0-9 ?*]))")
_GROUP = re.compile(r"((?:\\b|\^|\(\?<!\w+ \))*)\((?:\?:|(?!\?))")  # that a part begins with
_MARK = re.compile(r"\\.|\[[^]]*\]|[()|]")
_LONGEST = 4  # letters by which expressions and words are compared


@cache
def holding(expression: str) -> Callable[[str], object]:
    """Tells whether words hold the expression; "-" is held by any. Lists of plain words need no compiler."""
    if expression == "-":
        return lambda words: True
    if _LIST.fullmatch(expression):
        listed = tuple(expression.split("|"))
        return lambda words: any(one in words for one in listed)
    starts = starts_in(expression)
    return lambda words: (
        not _mute(starts, words)
        and any(
            one.spelled in words and not _mute(one.starts, words) and _search_of(one.expression)(words)
            for one in branches_of(expression)
        )
    )


def starts_in(expression: str) -> frozenset[str]:
    """The first letters of all that the expression spells out: words that hold it, and are not empty, have one of them.
    None where it spells out nothing, or only what words must not hold."""
    if expression.startswith("^(?!"):
        return frozenset()
    return frozenset(letters[:_LONGEST] for letters in _TOGETHER.findall(expression) if letters)


class Branch(Struct, frozen=True, gc=False):
    """`spelled` is in all words that hold the expression; of `starts`, if there are any, one is in those that are not
    empty."""

    expression: str
    spelled: str
    starts: frozenset[str]


@cache
def branches_of(expression: str) -> tuple[Branch, ...]:
    """Words hold the expression if they hold one of these: each part between its bars; of a part that begins with a
    group, each part of the group."""
    found: list[Branch] = []
    for part in _between_bars(expression, 0)[0]:
        group = _GROUP.match(part)
        inner, end = _between_bars(part, group.end()) if group else ([], 0)
        if group is None or part[end : end + 1] in ("?", "*", "+", "{"):
            inner, head, tail = [part], "", ""
        else:
            head, tail = group[1], part[end:]
        for one in inner:
            whole = f"{head}{one}{tail}"
            if _PLAIN.fullmatch(one):
                found.append(Branch(whole, one, frozenset()))
            elif whole == expression:
                found.append(Branch(whole, "", starts_in(whole)))
            else:
                found += branches_of(whole)
    return tuple(found)


def _between_bars(expression: str, at: int) -> tuple[list[str], int]:
    """What stands between the bars from there on, to the end of the expression or of the group; and where that is."""
    parts, start, depth = [], at, 0
    for mark in _MARK.finditer(expression, at):
        if mark[0] == "|" and not depth:
            parts.append(expression[start : mark.start()])
            start = mark.end()
        elif mark[0] == ")" and not depth:
            return [*parts, expression[start : mark.start()]], mark.end()
        depth += (mark[0] == "(") - (mark[0] == ")")
    return [*parts, expression[start:]], len(expression)


def _mute(starts: frozenset[str], words: str) -> bool:
    """Whether none of them is in the words, though one would have to be."""
    return bool(starts and words) and starts.isdisjoint(_pieces(words))


@cache
def _search_of(expression: str) -> Callable[[str], object]:
    return re.compile(expression).search


@lru_cache(maxsize=20_000)
def _pieces(words: str) -> frozenset[str]:
    """All that up to _LONGEST letters of the words spell."""
    return frozenset(words[at : at + many] for many in range(1, _LONGEST + 1) for at in range(len(words)))
