"""Names in plain Latin letters, as they stand in addresses. Knows no list of names."""

from __future__ import annotations

import unicodedata

# letters that no decomposition takes apart
_PLAIN = str.maketrans(
    {"ł": "l", "Ł": "L", "ø": "o", "Ø": "O", "đ": "d", "ð": "d", "þ": "th", "ß": "ss", "æ": "ae", "œ": "oe", "ı": "i"}
)


def plain(name: str) -> str:
    """Without accents, in ASCII."""
    return unicodedata.normalize("NFKD", name.translate(_PLAIN)).encode("ascii", "ignore").decode()


def fold(name: str) -> str:
    """Nothing but small letters."""
    if name.isascii() and name.isalpha():  # most names: the rest takes ten times as long
        return name.lower()
    return "".join(c for c in plain(name).lower() if c.isalpha())


def letters(number: int) -> str:
    """0 is a, 25 is z, 26 is ba."""
    text = ""
    while True:
        number, digit = divmod(number, 26)
        text = chr(97 + digit) + text
        if not number:
            return text
