"""Which tables of a schema some instructions are about, the likeliest first. Knows words and foreign keys, no model."""

from __future__ import annotations

import re
from collections.abc import Iterable

from ..drafting.meaning.names import words_of
from ..schema import Schema, Table

_NAMED, _COLUMN, _VALUE, _COMMENT = 10.0, 4.0, 3.0, 1.0
_NEIGHBOUR = 0.3  # of what a table has itself, over one foreign key
_STEM = 4  # letters that two forms of a word begin with at least
_IDLE_WORDS = """
    a all an and are as at be between by each every for from get had has have in into is it its least less made make
    many more most much no not of on one only or other percent rows should some than that the their them there these
    they this to with
"""
_IDLE = frozenset(_IDLE_WORDS.split())


def relevant(schema: Schema, keys: Iterable[str], instructions: str) -> list[str]:
    """All the tables, those that the instructions name or mean before the others."""
    keys = list(keys)
    asked = {word for word in _words(instructions) if word not in _IDLE}
    own = {key: _score(schema.tables[key], asked) for key in keys}
    total = dict(own)
    for key in keys:
        for foreign in schema.tables[key].foreign_keys:
            if foreign.table in own:
                total[foreign.table] += _NEIGHBOUR * own[key]
                total[key] += _NEIGHBOUR * own[foreign.table]
    return sorted(keys, key=lambda key: (-total[key], keys.index(key)))


def _score(table: Table, asked: set[str]) -> float:
    score = _NAMED * _met(words_of(table.name), asked) + _COMMENT * bool(_met(_words(table.comment), asked))
    for column in table.columns:
        score += _COLUMN * bool(_met(words_of(column.name), asked))
        score += _VALUE * bool(_met((word for value in column.type.values for word in _words(value)), asked))
        score += _COMMENT * bool(_met(_words(column.comment), asked))
    named = (word for check in table.checks for word in _words(" ".join(re.findall(r"'([^']*)'", check.sql))))
    return score + _VALUE * bool(_met(named, asked))


def _met(words: Iterable[str], asked: set[str]) -> int:
    """How many of the words are asked for, in any of their forms."""
    return sum(any(_alike(word, other) for other in asked) for word in set(words))


def _alike(one: str, other: str) -> bool:
    """customer, customers; city, cities; order, ordered."""
    short, long = sorted((one, other), key=len)
    if one == other or (long in (f"{short}s", f"{short}es", f"{short}d", f"{short}ed")):
        return True
    stem = short[:-1] if short.endswith("y") else short
    return len(stem) >= _STEM and long in (f"{stem}ies", f"{stem}ing", f"{stem}er", f"{stem}ers")


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.lower() for word in re.findall(r"[^\W_]+", text))
