"""How often a column that may be NULL is, by what it means."""

from __future__ import annotations

import re

from . import Meaning
from .matching import holding
from .names import words_of

_USUAL = 0.05
# the first that fits the column's words or its meaning
_SHARES = (
    (r"\b(middle|second) (name|initial)\b|middle_name", 0.55),
    (r"\b(address|street|addr)( line)? (2|two|3|three)\b|\b(apartment|apt|suite|unit number|floor)\b", 0.75),
    (r"\b(suffix|maiden|nick ?name|alias|fax|pager|prefix|salutation)\b", 0.8),
    (r"\b(error|failure|reject\w*|cancel\w*|exception|decline\w*|return) (message|reason|details?)\b", 0.92),
    (r"\b(coupon|promo\w*|voucher|referr\w*|reset|activation|delet\w*)\b", 0.88),
    (r"\b(notes?|remarks?|comments?|memo|bio|biography|about|internal)\b", 0.6),
    (r"\b(description|summary|metadata|extra|attributes|avatar|photo|picture|image|website|homepage)\b", 0.35),
    (r"\b(mobile|secondary|alternat\w*|emergency|work phone|home phone|extension|region|state|province)\b", 0.25),
    (r"\b(external|legacy|original|previous|parent)\b", 0.3),
    (r"^((unit|list|sale|sales|selling|retail|current|base) )?price$", 0.0),  # lines may have it, which need it
    (r"^(name|title|status|state|type|email|price|amount|total|quantity|(first|last) name|created.*)$", 0.01),
)  # fmt: skip
_GROUPS = {"deleted_timestamp": 0.9, "end_date": 0.3, "end_timestamp": 0.3, "note": 0.6, "comment": 0.5,
           "currency_amount": 0.03, "quantity": 0.02, "status_code": 0.01}  # fmt: skip


def share_of_nulls(name: str, meaning: Meaning) -> float:
    """Of the rows; for columns that may be NULL and of which nothing else says how often."""
    words = " ".join(re.findall(r"[a-z]+|\d+", name.lower().replace("_", " ")))
    plain = " ".join(words_of(name))
    told = (share for expression, share in _SHARES if holding(expression)(words) or holding(expression)(plain))
    named = next(told, None)
    if named is None and meaning.name.rpartition(".")[2] in ("middle_name", "nickname", "suffix", "maiden_name"):
        named = 0.6
    return _GROUPS.get(meaning.group, _USUAL) if named is None else named
