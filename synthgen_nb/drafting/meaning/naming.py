"""Meanings and locales by the names that people give them. Knows no column."""

from __future__ import annotations

from ...dataset import near
from ...errors import InputError
from ...specs.locales import locales
from . import Meaning, vocabulary

_SHORT = {"person.name": "person.full_name"}


def meaning_named(name: str, rule: str, hint: str) -> Meaning:
    """`rule` says who named it. Raises InputError with the nearest names, and `hint`, for one that is not known."""
    known = vocabulary()
    wanted = name.strip().lower()
    wanted = _SHORT.get(wanted, wanted)
    if wanted not in known:
        told = f"nothing is known of the meaning {name!r}{near(wanted, [*known, *_SHORT])}"
        raise InputError(told, hint=hint)
    return Meaning(wanted, known[wanted], rule, 1.0)


def locale_named(name: str) -> str:
    """A locale, or the first one of a language. Raises InputError."""
    wanted = name.strip().replace("-", "_").lower()
    found = [locale for locale in locales() if wanted in (locale.lower(), locale.partition("_")[0])]
    if not found:
        raise InputError(f"there is no locale {name!r}{near(name, locales())}", hint=f"there is {', '.join(locales())}")
    return found[0]
