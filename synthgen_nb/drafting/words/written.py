"""Values that somebody wrote for a column, as specs: to draw from, or all different where a UNIQUE asks for it. Knows
texts that collations take for one value; nothing of rows or tables."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from ...schema import Column, Kind
from ...specs import AnySpec, Choice, Given, Joined, Pattern
from ...specs.texts import spells
from ..domains import Domain, Scalar, units_of

_BASIC_PLANE = 0xFFFF  # beyond it some collations tell nothing apart
# letters that engines compare as these, though no decomposition takes them apart
_PLAIN = str.maketrans("łøđðħıŧ", "loddhit", "") | str.maketrans({"æ": "ae", "œ": "oe", "þ": "th"})


def plain(text: str) -> str:
    """Equal for texts that differ only in case, accents and spaces: what collations may take for one value."""
    apart = unicodedata.normalize("NFKD", text.casefold().translate(_PLAIN))
    kept = "".join("\ufffd" if ord(c) > _BASIC_PLANE else c for c in apart if not unicodedata.combining(c))
    return " ".join(kept.casefold().split())


def choice_of(column: Column, values: Sequence[Scalar]) -> Choice:
    """The values as a spec, in their order."""
    if column.type.kind == Kind.FLOAT:
        return Choice(values=tuple(value / units_of(column.type) for value in values))  # type: ignore[operator]
    return Choice(values=tuple(values))


def distinct_written(values: Sequence[Scalar], domain: Domain, wanted: int, other: AnySpec | None) -> AnySpec | None:
    """A spec of at least `wanted` different texts that begins with the written ones: alone where they suffice, else
    numbered again and again, else before codes. `other` is what the column has without them, and keeps where they can't
    be had: a form, an expression or a prefix that decides what is different."""
    bound = domain.values is not None or domain.coded or domain.path or domain.json or domain.gaps
    texts = {plain(v): v for v in reversed(values) if isinstance(v, str) and domain.allows(v)}
    kept = tuple(reversed(texts.values()))
    if domain.kind != Kind.TEXT or bound or other is None or not kept:
        return other
    if len(kept) >= wanted:
        return Given(values=kept)
    if domain.form is None and (spec := _numbered(kept, domain.longest, wanted)) is not None:
        return spec
    if not isinstance(other, Pattern) or other.count:
        return other
    apart = tuple(v for v in kept if not spells(other.template, plain(v)))
    more = Pattern(template=other.template, start=other.start, count=max(1, wanted - len(apart)))
    return Joined(parts=(Given(values=apart), more)) if apart else other


def _numbered(values: tuple[str, ...], longest: int, wanted: int) -> Given | None:
    """Enough copies of those that have room for a number; None where none have. Texts that end like a number of ours
    are left out."""
    copies = 1
    while True:
        room = longest - len(f" ({copies})") if longest else 0
        fits = tuple(v for v in values if not v.endswith(")") and (not longest or len(v) <= room))
        if not fits:
            return None
        if len(fits) * copies >= wanted:
            return Given(values=fits, count=max(wanted, len(fits)))
        copies = -(-wanted // len(fits))
