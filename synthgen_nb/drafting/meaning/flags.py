"""Columns that say yes or no: by which two values, and how often it is yes, by their names and their DEFAULT."""

from __future__ import annotations

import re

from ...schema import Column, Kind
from ...specs import Choice
from ..domains import Domain, Scalar
from .names import words_of

_YES, _NO = ("true", "1", "y", "yes", "t", "on"), ("false", "0", "n", "no", "f", "off")
_USUAL = 35
# percent of the rows in which it is yes; the first that fits
_SHARES = (
    (r"\b(deleted|removed|trashed|purged|banned|blocked|spam|fraud\w*|void(ed)?|corrupt\w*|deceased|dead)\b", 3),
    (r"\b(admin\w*|superuser|root|moderator|system|internal|test|debug|impersonat\w*)\b", 4),
    (r"\b(archived|locked|suspended|disabled|inactive|hidden|flagged|cancell?ed|refunded|failed|error|expired|draft"
     r"|discontinued|obsolete|deprecated|overdue|late|closed|staff|sold out|fragile|holiday)\b", 8),
    (r"\b(featured|promoted|pinned|vip|premium|sticky|exclusive|urgent|bestseller|gift|wheelchair)\b", 12),
    (r"\b(active\w*|enabled?|available|valid|current|live|visible|alive|success\w*|working|open|operational)\b", 90),
    (r"\b(verif\w*|confirmed|approved|published|paid|complet\w*|shipped|delivered|processed|in stock|accepted)\b", 80),
    (r"\b(public|read|seen|opened|taxable|shippable|returnable|allow\w*|notif\w*|subscribed|newsletter)\b", 62),
    (r"\b(default|primary|main|preferred)\b", 30),
)  # fmt: skip
_COMMON = 85


def pair_of(domain: Domain) -> tuple[Scalar, Scalar] | None:
    """(yes, no) of a column that has nothing else."""
    if domain.values is None:
        ones = domain.kind is Kind.INTEGER and domain.allows(0) and domain.allows(1)
        return (1, 0) if ones else ("Y", "N") if domain.kind is Kind.TEXT and domain.form is None else None
    lower = {str(value).lower(): value for value in domain.values}
    yes = next((lower[word] for word in _YES if word in lower), None)
    no = next((lower[word] for word in _NO if word in lower), None)
    return (yes, no) if yes is not None and no is not None and len(lower) == 2 else None


def flag(column: Column, domain: Domain) -> Choice | None:
    """Yes as often as such things are; what the DEFAULT says is the commonest. None where it is not yes or no."""
    pair = pair_of(domain)
    if pair is None or not all(domain.allows(value) for value in pair):
        return None
    words = " ".join(words_of(column.name))
    percent = next((share for names, share in _SHARES if re.search(names, words)), _USUAL)
    default = (column.default or "").split("::")[0].strip().strip("'b()").lower()
    if default in _YES:
        percent = max(percent, _COMMON)
    elif default in _NO:
        percent = min(percent, 100 - _COMMON)
    return Choice(values=pair, weights=(percent, 100 - percent))
