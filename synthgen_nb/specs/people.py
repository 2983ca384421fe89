"""People: names, e-mail addresses and user names that belong together. One index is one person."""

from __future__ import annotations

import unicodedata
from functools import cache
from typing import Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ..errors import PlanError
from ..rows import U64, Rows, Values, below
from .base import Spec
from .texts import bank

HOSTS = ("example.com", "example.org", "example.net")  # reserved for documentation: RFC 2606


class Person(Spec, frozen=True, tag="person"):
    """One field of a person. An index is (first name, last name, number): the number tells namesakes apart, as a middle
    initial in full names and as digits in addresses. `copies` numbers per pair of names; `longest` in bytes (0:
    any)."""

    field: Literal["first_name", "last_name", "full_name", "email", "username", "gender"]
    copies: int = 1
    longest: int = 0
    ascii: bool = False  # names without their accents

    @property
    def size(self) -> int:
        if self.field in ("first_name", "last_name", "gender"):
            return 0
        return namesakes(self.copies)

    def draw(self, rows: Rows, name: str) -> Values:
        return self.at(below(rows.bits(name), namesakes(self.copies)), rows, name)

    def at(self, index: U64, rows: Rows, name: str) -> Values:
        first_names, last_names, female = plain_names() if self.ascii else names()
        firsts, lasts = np.uint64(len(first_names)), np.uint64(len(last_names))
        first, last = (index % firsts).astype(np.int32), (index // firsts % lasts).astype(np.int32)
        number = index // (firsts * lasts)
        if self.field == "gender":
            return Values(pa.DictionaryArray.from_arrays((first >= female).astype(np.int32), pa.array(["F", "M"])))
        if self.field == "first_name":
            return self._fit(Values(pa.DictionaryArray.from_arrays(first, first_names)))
        if self.field == "last_name":
            return self._fit(Values(pa.DictionaryArray.from_arrays(last, last_names)))
        if self.field == "full_name":
            middle = _initials(number) if self.copies > 1 else " "
            return Values(pc.binary_join_element_wise(first_names.take(first), last_names.take(last), middle))
        digits = pc.if_else(pa.array(number == 0), "", pc.cast(pa.array(number + np.uint64(1)), pa.string()))
        login = pc.binary_join_element_wise(
            folded(True, self._room()).take(first), folded(False, self._room()).take(last), "."
        )
        if self.field == "username":
            return Values(pc.binary_join_element_wise(login, digits, ""))
        host = pa.DictionaryArray.from_arrays((index % np.uint64(len(HOSTS))).astype(np.int32), pa.array(HOSTS))
        return Values(
            pc.binary_join_element_wise(pc.binary_join_element_wise(login, digits, ""), pc.cast(host, pa.string()), "@")
        )

    def _room(self) -> int:
        """Bytes for each of the two names in an address; 0: any."""
        if not self.longest:
            return 0
        rest = len(str(self.copies)) + 1 + (12 if self.field == "email" else 0)
        return max(1, (self.longest - rest) // 2)

    def _fit(self, values: Values) -> Values:
        if not self.longest or not isinstance(values.data, pa.DictionaryArray):
            return values
        cut = pc.utf8_slice_codeunits(values.data.dictionary, 0, self.longest)
        return Values(pa.DictionaryArray.from_arrays(values.data.indices, cut))


def namesakes(copies: int) -> int:
    """How many persons `copies` numbers per pair of names can tell apart."""
    first, last, _ = names()
    return len(first) * len(last) * copies


@cache
def names() -> tuple[pa.StringArray, pa.StringArray, int]:
    """(first names, last names, how many of the first are women's). Each name once, also without its accents."""
    women, men = bank("first_name_female", -1, 0, False)[0], bank("first_name_male", -1, 0, False)[0]
    first = list(dict.fromkeys(women.to_pylist()))
    female = len(first)
    seen = {_fold(n) for n in first}
    for name in men.to_pylist():
        if _fold(name) not in seen:
            seen.add(_fold(name))
            first.append(name)
    last: dict[str, str] = {}
    for name in bank("last_name", -1, 0, False)[0].to_pylist():
        last.setdefault(_fold(name), name)
    return pa.array(first), pa.array(list(last.values())), female


@cache
def plain_names() -> tuple[pa.StringArray, pa.StringArray, int]:
    """The same names, spelled in ASCII."""
    first, last, female = names()
    return pa.array([_plain(n) for n in first.to_pylist()]), pa.array([_plain(n) for n in last.to_pylist()]), female


@cache
def folded(first: bool, room: int) -> pa.StringArray:
    """The names as they stand in addresses: lower-case ASCII letters, cut to `room` bytes and told apart by letters."""
    first_names, last_names, _ = names()
    given = (first_names if first else last_names).to_pylist()
    out: list[str] = []
    seen: set[str] = set()
    for number, name in enumerate(given):
        text = _fold(name)
        if room:
            text = text[:room]
        if text in seen:  # cut names collide: spell the name's number in letters instead
            code = _letters(number)
            text = (text[: max(0, room - len(code))] if room else text) + code
        if text in seen or not text:
            text = "".join(_letters(number)).rjust(room or 1, "z")
        if text in seen:
            raise PlanError(f"addresses of {room} characters a name are too short to be unique")
        seen.add(text)
        out.append(text)
    return pa.array(out)


# letters that no decomposition takes apart
_PLAIN = str.maketrans(
    {"ł": "l", "Ł": "L", "ø": "o", "Ø": "O", "đ": "d", "ð": "d", "þ": "th", "ß": "ss", "æ": "ae", "œ": "oe", "ı": "i"}
)


def _plain(name: str) -> str:
    """Without accents, in ASCII."""
    return unicodedata.normalize("NFKD", name.translate(_PLAIN)).encode("ascii", "ignore").decode()


def _fold(name: str) -> str:
    return "".join(c for c in _plain(name).lower() if c.isalpha())


def _letters(number: int) -> str:
    text = ""
    while True:
        number, digit = divmod(number, 26)
        text = chr(97 + digit) + text
        if not number:
            return text


def _initials(number: U64) -> pa.Array:
    """' ' for 0, ' A. ' for 1 ... ' Z. ', ' AA. ' ...: what stands between the two names (one text per row)."""
    distinct, where = np.unique(number, return_inverse=True)
    texts = [" " if not n else f" {_letters(int(n) - 1).upper()}. " for n in distinct]
    return pa.array(texts).take(pa.array(where))
