"""Texts without anything that could be somebody's: e-mail addresses, hosts, numbers of phones, cards and accounts are
replaced by such as are reserved for examples, digit for digit where they have digits. Knows no model and no column.
"""

from __future__ import annotations

import re
from collections.abc import Callable

_TOP = r"(?:com|org|net|edu|gov|info|biz|io|co|app|dev|shop|de|fr|uk|at|ch|it|es|nl|pl|se|jp|cn|br|eu|us|ca|au)"
_HOST = rf"(?:[a-z0-9](?:[a-z0-9-]{{0,61}}[a-z0-9])?\.){{1,4}}{_TOP}"
_EXAMPLE = re.compile(r"(?:.*\.)?example\.(?:com|org|net|edu)", re.IGNORECASE)
_YEAR = r"(?:19|20)\d\d"
_MOMENT = re.compile(rf"{_YEAR}[-./ ](?:\d\d(?:[-./ ]|$)|{_YEAR}$)|\d\d[-./]\d\d[-./]{_YEAR}")
_APART = r"(?<![\w.+-])"  # nothing before it that it could be a part of: a code, a date, a version
_END = r"(?![\w-]|\.\d)"


def reserved(text: str) -> tuple[str, int]:
    """The text with what was replaced, and how many times; equal texts are replaced by equal ones."""
    replaced = 0

    def counting(change: Callable[[re.Match[str]], str]) -> Callable[[re.Match[str]], str]:
        def changed(match: re.Match[str]) -> str:
            nonlocal replaced
            fresh = change(match)
            replaced += fresh != match[0]
            return fresh

        return changed

    for pattern, change in _RULES:
        text = pattern.sub(counting(change), text)
    return text, replaced


def _email(match: re.Match[str]) -> str:
    return match[0] if _EXAMPLE.fullmatch(match["host"]) else f"{match['who']}@example.com"


def _address(match: re.Match[str]) -> str:
    """A URL, or a host that stands alone."""
    if _EXAMPLE.fullmatch(match["host"]):
        return match[0]
    return f"{match['scheme'] or ''}{'www.' if match['host'].lower().startswith('www.') else ''}example.com"


def _digits(match: re.Match[str], fresh: str) -> str:
    """The digits of `fresh` in the places of the match's digits, from the right; those before them stay."""
    places = [i for i, c in enumerate(match[0]) if c.isdigit()]
    letters = list(match[0])
    for place, digit in zip(places[-len(fresh) :], fresh[-len(places) :], strict=True):
        letters[place] = digit
    return "".join(letters)


def _sum(text: str) -> int:
    """Two digits of its own for a text: those that it has, added up."""
    return sum((i + 1) * int(c) for i, c in enumerate(c for c in text if c.isdigit())) % 100


def _phone(match: re.Match[str]) -> str:
    if re.fullmatch(r"\d{3}-\d{2}-\d{4}", match[0]):
        return "000-00-0000"  # no social security number has these groups
    digits = [c for c in match[0] if c.isdigit()]
    if not 7 <= len(digits) <= 15 or _is_moment(match[0]) or "".join(digits)[-7:-2] == "55501":
        return match[0]
    return _digits(match, f"55501{_sum(match[0]):02d}")


def _is_moment(text: str) -> bool:
    """Years, dates and times are no phone numbers."""
    return _MOMENT.match(text) is not None


def _account(match: re.Match[str]) -> str:
    """Check digits 00 belong to no IBAN; the number of a card is the one that all tests use."""
    if match["iban"]:
        return match[0][:2] + re.sub(r"[0-9A-Z]", "0", match[0][2:])
    return _digits(match, "4" + "1" * (sum(c.isdigit() for c in match[0]) - 1))


def _ip(match: re.Match[str]) -> str:
    numbers = match[0].split(".")
    kept = numbers[:3] in (["192", "0", "2"], ["198", "51", "100"], ["203", "0", "113"]) or numbers[0] in ("0", "127")
    return match[0] if kept else f"192.0.2.{sum(map(int, numbers)) % 254 + 1}"


def _ip6(match: re.Match[str]) -> str:
    return "2001:db8::1"


_OCTET = r"(?:25[0-5]|2[0-4]\d|1?\d?\d)"
_IBAN = r"(?P<iban>\b[A-Z]{2}\d{2}(?: ?[0-9A-Z]{4}){2,7}(?: ?[0-9A-Z]{1,4})?\b)"
_GROUPS = r"(?:\+\d{1,3}|\(\d{2,5}\)|\d{2,5})(?:[ ./-]{1,2}\(?\d{2,8}\)?){1,5}"
_RULES: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], str]], ...] = (
    (re.compile(r"(?<!:)(?<![\w.+-])(?P<who>[\w.+-]+)@(?P<host>[\w-]+(?:\.[\w-]+)+)"), _email),
    (
        re.compile(r"(?P<scheme>\b(?:https?|ftp)://)(?:[^\s/@]+@)?(?P<host>[\w-]+(?:\.[\w-]+)+)(?::\d+)?", re.I),
        _address,
    ),
    (re.compile(rf"(?<![\w.@/-])(?P<scheme>)(?P<host>{_HOST})(?![\w-]|\.\w)", re.I), _address),
    (re.compile(rf"{_APART}(?:{_OCTET}\.){{3}}{_OCTET}{_END}"), _ip),
    (re.compile(rf"(?<![\w.:+-])(?!2001:0?db8:)(?:[0-9a-f]{{1,4}}:){{5,7}}[0-9a-f]{{1,4}}{_END}", re.I), _ip6),
    (re.compile(rf"{_IBAN}|{_APART}\d(?:[ -]?\d){{12,18}}{_END}"), _account),
    (re.compile(rf"{_APART}{_GROUPS}{_END}"), _phone),
    (re.compile(rf"(?<![\w.-])\+\d{{7,15}}{_END}"), _phone),
    (re.compile(rf"{_APART}\d{{10,12}}{_END}"), _phone),
)
