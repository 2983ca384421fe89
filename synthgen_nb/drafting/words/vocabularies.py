"""The words that columns of a meaning hold: statuses, priorities, genres, units. Knows data/vocabularies.tsv, and how a
column's DEFAULT, length and CHECKs shape its words; draws nothing."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

from ...schema import Column
from ...specs import AnySpec, Choice, Given
from ..domains import Domain
from ..meaning import Meaning
from ..meaning.names import lines_of
from .written import distinct_written

Words = Mapping[str, int]  # with their weights

_SHORT = 3  # characters: shorter columns hold the words' first letters
_NEUTRAL = ("A", "B", "C", "D", "E")


def words_of_meaning(meaning: Meaning) -> Words:
    """The words of the meaning, or of its group; none where none are known."""
    known = _vocabularies()
    return known.get(meaning.name) or known.get(meaning.group) or {}


def chosen_words(column: Column, meaning: Meaning, domain: Domain) -> Choice | None:
    """A choice of the words that the column can hold, spelled as its DEFAULT is, which is the commonest of them. None
    where no word is known, or fewer than two fit."""
    known = words_of_meaning(meaning)
    default = _text_of(column.default)
    if not known or (default and not re.match(r"[^\W\d_]", default)):  # a DEFAULT '0' tells of codes, not of words
        return None
    spelled = {_spelled(word, default, domain): weight for word, weight in known.items()}
    if 0 < domain.longest <= _SHORT:
        spelled = _initials(spelled, domain.longest)
    weights = {word: weight for word, weight in spelled.items() if domain.allows(word)}
    if len(weights) < 2:
        return None
    if default and domain.allows(default):
        same = next((word for word in weights if word.casefold() == default.casefold()), default)
        weights = {default: max(1, sum(weights.values()))} | {w: n for w, n in weights.items() if w != same}
    return Choice(values=tuple(weights), weights=tuple(weights.values()))


def distinct_words(column: Column, meaning: Meaning, domain: Domain, wanted: int) -> AnySpec | None:
    """The words one after the other, commonest first; numbered when they have all been used, where numbers have room.
    None where no word is known, or where they are codes of a few letters and too few."""
    known = chosen_words(column, meaning, domain)
    if known is None:
        return None
    words = tuple(str(word) for word in known.values)
    if len(words) >= wanted:
        return Given(values=words)
    if domain.shortest > 2 or domain.case or 0 < domain.longest <= _SHORT:
        return None
    return distinct_written(words, domain, wanted, Given(values=words))


def neutral_codes(domain: Domain) -> Choice | None:
    """A few codes that say nothing, for a kind of which nothing is known; None where the column can't hold them."""
    codes = tuple(code.lower() if domain.case == "lower" else code for code in _NEUTRAL)
    if not all(map(domain.allows, codes)):
        return None
    return Choice(values=codes, weights=tuple(_falling(len(codes))))


def _text_of(default: str | None) -> str:
    """The text between the quotes of a DEFAULT, casts left out; "" where it is none."""
    found = re.match(r"\s*[Nn]?'([^']*)'", default or "")
    return found.group(1).strip() if found else ""


def _spelled(word: str, default: str, domain: Domain) -> str:
    """The word in the case of the column's CHECK or DEFAULT, with an underscore for a space as the DEFAULT has it."""
    if default.isupper() and len(default) > 1:
        word = word.upper()
    elif default.islower():
        word = word.lower().replace(" ", "_")
    elif default[:1].isupper() and default[1:].islower() and word.islower():
        word = word.replace("_", " ").capitalize()
    if default.isupper() and "_" in default:
        word = word.replace(" ", "_")
    return str(getattr(word, domain.case)()) if domain.case else word


def _initials(words: Words, length: int) -> dict[str, int]:
    """The first letters of each word; of two words that begin alike, the commoner one's."""
    found: dict[str, int] = {}
    for word, weight in words.items():
        short = word if len(word) <= length else word[:length].upper()
        found.setdefault(short, weight)
    return found


def _falling(count: int) -> list[int]:
    return [max(1, 100 // (place + 2)) for place in range(count)]


@cache
def _vocabularies() -> Mapping[str, Words]:
    found: dict[str, Words] = {}
    for meaning, line in lines_of("vocabularies.tsv")[1:]:
        words = line.removeprefix("=").split(", ")
        parts = [word.rpartition(":") for word in words]
        if all(colon and weight.isdigit() for _, colon, weight in parts):
            found[meaning] = {word: int(weight) for word, _, weight in parts}
        else:
            weights = [1] * len(words) if line.startswith("=") else _falling(len(words))
            found[meaning] = dict(zip(words, weights, strict=True))
    return found
