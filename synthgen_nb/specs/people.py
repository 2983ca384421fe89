"""People: names, e-mail addresses and user names that belong together. One index is one person."""

from __future__ import annotations

from functools import cache
from typing import Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ..errors import PlanError
from ..rows import U64, Mask, Rows, Values, below
from .base import Spec
from .folk import Folk, crowd
from .latin import fold, letters, plain
from .texts import I32, bank

HOSTS = ("example.com", "example.org", "example.net")  # reserved for documentation: RFC 2606


class Person(Spec, frozen=True, tag="person"):
    """One field of a person. An index is (first name, last name, number): the number tells namesakes apart, as a middle
    initial in full names and as digits in addresses. `copies` numbers per pair of names; `longest` in bytes (0:
    any). `folk` are the groups that people come from, the package's own mixture where there are none."""

    field: Literal["first_name", "last_name", "full_name", "email", "username", "gender"]
    copies: int = 1
    longest: int = 0
    ascii: bool = False  # names without their accents
    folk: tuple[Folk, ...] = ()

    @property
    def size(self) -> int:
        if self.field in ("first_name", "last_name", "gender"):
            return 0
        return namesakes(self.copies, self.folk)

    def draw(self, rows: Rows, name: str) -> Values:
        return self.at(below(rows.bits(name), namesakes(self.copies, self.folk)), rows, name)

    def at(self, index: U64, rows: Rows, name: str) -> Values:
        first_names, last_names, female = plain_names(self.folk) if self.ascii else names(self.folk)
        first, last, number = self._person(index)
        if self.field == "gender":
            return Values(pa.DictionaryArray.from_arrays((~female[first]).astype(np.int32), pa.array(["F", "M"])))
        if self.field == "first_name":
            return self._fit(Values(pa.DictionaryArray.from_arrays(first, first_names)))
        if self.field == "last_name":
            return self._fit(Values(pa.DictionaryArray.from_arrays(last, last_names)))
        if self.field == "full_name":
            middle = _initials(number) if self.copies > 1 or self.folk else " "
            return Values(pc.binary_join_element_wise(first_names.take(first), last_names.take(last), middle))
        digits = pc.if_else(pa.array(number == 0), "", pc.cast(pa.array(number + np.uint64(1)), pa.string()))
        login = pc.binary_join_element_wise(
            folded(True, self._room(), self.folk).take(first), folded(False, self._room(), self.folk).take(last), "."
        )
        if self.field == "username":
            return Values(pc.binary_join_element_wise(login, digits, ""))
        host = pa.DictionaryArray.from_arrays((index % np.uint64(len(HOSTS))).astype(np.int32), pa.array(HOSTS))
        return Values(
            pc.binary_join_element_wise(pc.binary_join_element_wise(login, digits, ""), pc.cast(host, pa.string()), "@")
        )

    def _person(self, index: U64) -> tuple[I32, I32, U64]:
        if self.folk:
            given, family, number = crowd(self.folk).person(index)
            return given.astype(np.int32), family.astype(np.int32), number
        first_names, last_names, _ = names()
        firsts, lasts = np.uint64(len(first_names)), np.uint64(len(last_names))
        first, last = index % firsts, index // firsts % lasts
        return first.astype(np.int32), last.astype(np.int32), index // (firsts * lasts)

    def check_room(self) -> None:
        """PlanError where the names of these groups are too long for the column."""
        if self.field in ("email", "username"):
            folded(True, self._room(), self.folk), folded(False, self._room(), self.folk)
        first, last, _ = names(self.folk)
        widest = pc.max(pc.binary_length(first)).as_py() + pc.max(pc.binary_length(last)).as_py() + 5
        if self.field == "full_name" and 0 < self.longest < widest:
            raise PlanError(f"the names of some need {widest} characters")

    def _room(self) -> int:
        """Bytes for each of the two names in an address; 0: any."""
        if not self.longest:
            return 0
        digits = len(str(self.copies * max(1, len(self.folk))))  # a name of several locales is numbered in all of them
        rest = digits + 1 + (12 if self.field == "email" else 0)
        return max(1, (self.longest - rest) // 2)

    def _fit(self, values: Values) -> Values:
        if not self.longest or not isinstance(values.data, pa.DictionaryArray):
            return values
        cut = pc.utf8_slice_codeunits(values.data.dictionary, 0, self.longest)
        return Values(pa.DictionaryArray.from_arrays(values.data.indices, cut))


def namesakes(copies: int, folk: tuple[Folk, ...] = ()) -> int:
    """How many persons `copies` numbers per pair of names can tell apart."""
    if folk:
        return crowd(folk).size(copies)
    first, last, _ = names()
    return len(first) * len(last) * copies


@cache
def names(folk: tuple[Folk, ...] = ()) -> tuple[pa.StringArray, pa.StringArray, Mask]:
    """(first names, last names, which of the first are women's). Each name once, also without its accents, in each
    group."""
    if folk:
        return crowd(folk).first, crowd(folk).last, crowd(folk).female
    women, men = bank("first_name_female", -1, 0, False)[0], bank("first_name_male", -1, 0, False)[0]
    first = list(dict.fromkeys(women.to_pylist()))
    female = len(first)
    seen = {fold(n) for n in first}
    for name in men.to_pylist():
        if fold(name) not in seen:
            seen.add(fold(name))
            first.append(name)
    last: dict[str, str] = {}
    for name in bank("last_name", -1, 0, False)[0].to_pylist():
        last.setdefault(fold(name), name)
    return pa.array(first), pa.array(list(last.values())), np.arange(len(first)) < female


@cache
def plain_names(folk: tuple[Folk, ...] = ()) -> tuple[pa.StringArray, pa.StringArray, Mask]:
    """The same names, spelled in ASCII."""
    first, last, female = names(folk)
    return pa.array([plain(n) for n in first.to_pylist()]), pa.array([plain(n) for n in last.to_pylist()]), female


@cache
def folded(first: bool, room: int, folk: tuple[Folk, ...] = ()) -> pa.StringArray:
    """The names as they stand in addresses: lower-case ASCII letters, cut to `room` bytes and told apart by letters."""
    first_names, last_names, _ = names(folk)
    given = [fold(name) for name in (first_names if first else last_names).to_pylist()]
    if not folk:
        return pa.array(_logins(given, room))
    once = list(dict.fromkeys(given))  # a name of several locales is told apart by its number
    logins = dict(zip(once, _logins(once, room), strict=True))
    return pa.array([logins[name] for name in given])


def _logins(names: list[str], room: int) -> list[str]:
    out: list[str] = []
    seen: set[str] = set()
    for number, name in enumerate(names):
        text = name[:room] if room else name
        if text in seen:  # cut names collide: spell the name's number in letters instead
            code = letters(number)
            text = (text[: max(0, room - len(code))] if room else text) + code
        if text in seen or not text:
            text = letters(number).rjust(room or 1, "z")
        if text in seen:
            raise PlanError(f"addresses of {room} characters a name are too short to be unique")
        seen.add(text)
        out.append(text)
    return out


def _initials(number: U64) -> pa.Array:
    """' ' for 0, ' A. ' for 1 ... ' Z. ', ' AA. ' ...: what stands between the two names (one text per row)."""
    distinct, where = np.unique(number, return_inverse=True)
    texts = [" " if not n else f" {letters(int(n) - 1).upper()}. " for n in distinct]
    return pa.array(texts, pa.string()).take(pa.array(where))
