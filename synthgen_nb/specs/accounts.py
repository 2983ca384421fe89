"""Numbers of accounts, cards and articles that nobody has, with the check digits that programs test. One index is one
number."""

from __future__ import annotations

from typing import Literal, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ..rows import U64, Rows, Values, below, split
from .base import Spec

# published by payment services for tests: no such card exists
TEST_CARDS = {
    "Visa": ("4111111111111111", "4012888888881881", "4242424242424242"),
    "Mastercard": ("5555555555554444", "5105105105105100", "2223003122003222"),
    "American Express": ("378282246310005", "371449635398431"),
    "Discover": ("6011111111111117", "6011000990139424"),
    "JCB": ("3530111333300000", "3566002020360505"),
    "Diners Club": ("30569309025904", "38520000023237"),
}
_ACCOUNTS = 10  # digits of an index
Country = Literal["AT", "BE", "CH", "DE", "DK", "FI", "FR", "GB", "IE", "NL", "PL", "PT", "SE"]


class _Form(NamedTuple):
    """What stands behind the check digits: a bank that there is not, the digits of the account and, in some countries,
    two digits more: tail[0] - account * tail[1] % 97."""

    bank: str
    digits: int
    tail: tuple[int, int] | None = None


_FORMS = {
    "AT": _Form("00000", 11), "BE": _Form("000", 7, (97, 96)), "CH": _Form("00000", 12), "DE": _Form("00000000", 10),
    "DK": _Form("0000", 10), "FI": _Form("0000", 10), "FR": _Form("0000000000", 11, (97, 3)),
    "GB": _Form("ZZZZ000000", 8), "IE": _Form("ZZZZ000000", 8), "NL": _Form("ZZZZ", 10),
    "PL": _Form("00000000", 16), "PT": _Form("00000000", 11, (98, 3)), "SE": _Form("000", 17),
}  # fmt: skip
COUNTRIES = tuple(_FORMS)


class Iban(Spec, frozen=True, tag="iban"):
    """Account numbers of a country with right check digits, of a bank whose code is all zeros or Z: there is none."""

    country: Country = "DE"

    @property
    def size(self) -> int:
        return int(10 ** min(_ACCOUNTS, _FORMS[self.country].digits))

    @property
    def width(self) -> int:
        form = _FORMS[self.country]
        return 4 + len(form.bank) + form.digits + (2 if form.tail else 0)

    def draw(self, rows: Rows, name: str) -> Values:
        return self.at(below(rows.bits(name), self.size), rows, name)

    def at(self, index: U64, rows: Rows, name: str) -> Values:
        form = _FORMS[self.country]
        held = _as_number(form.bank) * 10**form.digits % 97
        rest = _mod(index) + np.uint64(held)
        parts: list[str | pa.Array] = [form.bank, pc.utf8_lpad(pc.cast(pa.array(index), pa.string()), form.digits, "0")]
        if form.tail is not None:
            tail = np.uint64(form.tail[0]) - _mod(_mod(index) * np.uint64(form.tail[1]))
            rest = _mod(rest) * np.uint64(100) + tail
            parts.append(_two(tail))
        rest = _mod(_mod(rest) * np.uint64(10**6 % 97) + np.uint64(_as_number(self.country) * 100 % 97))
        return Values(pc.binary_join_element_wise(self.country, _two(np.uint64(98) - rest), *parts, ""))


class Article(Spec, frozen=True, tag="article"):
    """Numbers of articles, EAN, UPC, GTIN or ISBN: so many `digits`, of which the last one checks the others. Those
    that begin with 2 are what shops give to goods of their own."""

    prefix: str = "2"
    digits: int = 13

    @property
    def size(self) -> int:
        return int(10**self._free)

    @property
    def _free(self) -> int:
        return self.digits - 1 - len(self.prefix)

    def draw(self, rows: Rows, name: str) -> Values:
        return self.at(below(rows.bits(name), self.size), rows, name)

    def at(self, index: U64, rows: Rows, name: str) -> Values:
        first = int(self.prefix or "0") * self.size
        left, weighed = index + np.uint64(first), np.zeros(len(index), np.uint64)
        for place in range(self.digits - 1):
            left, digit = split(left, 10)
            weighed += digit * np.uint64(1 if place % 2 else 3)
        check = split(np.uint64(10) - split(weighed, 10)[1], 10)[1]
        number = pc.utf8_lpad(pc.cast(pa.array(index), pa.string()), self._free, "0")
        return Values(pc.binary_join_element_wise(self.prefix, number, pc.cast(pa.array(check), pa.string()), ""))


def _mod(value: U64) -> U64:
    return split(value, 97)[1]


def _as_number(text: str) -> int:
    """A is 10, Z is 35."""
    return int("".join(str(int(letter, 36)) for letter in text))


def _two(value: U64) -> pa.Array:
    return pc.utf8_lpad(pc.cast(pa.array(value), pa.string()), 2, "0")
