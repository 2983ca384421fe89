"""Numbers of accounts and cards that nobody has, with the check digits that programs test. One index is one number."""

from __future__ import annotations

from typing import Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ..rows import U64, Rows, Values, below
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
# digits behind the check digits, of countries where they are digits alone
_WIDTHS = {"AT": 16, "DE": 18, "FI": 14, "PL": 24, "SE": 20}
_ACCOUNTS = 10**10


class Iban(Spec, frozen=True, tag="iban"):
    """Account numbers of a country with right check digits, of a bank whose code is all zeros: there is none."""

    country: Literal["AT", "DE", "FI", "PL", "SE"] = "DE"

    @property
    def size(self) -> int:
        return _ACCOUNTS

    @property
    def width(self) -> int:
        return 4 + _WIDTHS[self.country]

    def draw(self, rows: Rows, name: str) -> Values:
        return self.at(below(rows.bits(name), _ACCOUNTS), rows, name)

    def at(self, index: U64, rows: Rows, name: str) -> Values:
        letters = int("".join(str(ord(letter) - 55) for letter in self.country))  # A is 10, Z is 35
        rest = (index % np.uint64(97) * np.uint64(10**6 % 97) + np.uint64(letters * 100 % 97)) % np.uint64(97)
        check = pc.utf8_lpad(pc.cast(pa.array(np.uint64(98) - rest), pa.string()), 2, "0")
        account = pc.utf8_lpad(pc.cast(pa.array(index), pa.string()), _WIDTHS[self.country], "0")
        return Values(pc.binary_join_element_wise(self.country, check, account, ""))
