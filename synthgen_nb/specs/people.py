"""People: names, e-mail addresses and user names that belong together. One index is one person."""

from __future__ import annotations

from functools import cache
from typing import Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ..errors import PlanError
from ..rows import U64, Mask, Rows, Values, below, bits
from .base import Spec
from .folk import Folk, crowd
from .latin import fold, letters, plain
from .logins import SAMPLES, Spellings, fitting, logins, spellings
from .texts import I32, bank

HOSTS = ("example.com", "example.org", "example.net")  # reserved for documentation: RFC 2606
MAIL_HOSTS = ("gmail.com", "outlook.com", "yahoo.com", "icloud.com", "hotmail.com")
_COMPANY = 24  # letters of a company's name in a host
_SUFFIX = ".example"  # reserved: RFC 2606

PersonField = Literal[
    "first_name", "last_name", "full_name", "email", "username", "gender", "title", "middle_name", "initials",
    "nickname",
]  # fmt: skip
_MANY = ("first_name", "last_name", "gender", "title", "middle_name", "initials", "nickname")  # have it


class Person(Spec, frozen=True, tag="person"):
    """One field of a person. An index is (first name, last name, number): the number tells namesakes apart, as a middle
    initial in full names and as digits in addresses. `copies` numbers per pair of names; `longest` in bytes (0:
    any). `folk` are the groups that people come from, the package's own mixture where there are none. `patterns` are
    those of user names, all alike "first.last" where there are none. `labels` are what a woman and a man have in
    `gender` and `title`. An e-mail's host is `host`, or made of the row's column `company`; where there is neither one
    reserved for examples, unless it is to be `reachable`."""

    field: PersonField
    copies: int = 1
    longest: int = 0
    ascii: bool = False  # names without their accents
    folk: tuple[Folk, ...] = ()
    patterns: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    company: str = ""
    host: str = ""
    reachable: bool = False

    @property
    def size(self) -> int:
        return 0 if self.field in _MANY else namesakes(self.copies, self.folk)

    @property
    def needs(self) -> tuple[str, ...]:
        return (self.company,) if self.company else ()

    def draw(self, rows: Rows, name: str) -> Values:
        return self.at(below(rows.bits(name), namesakes(self.copies, self.folk)), rows, name)

    def at(self, index: U64, rows: Rows, name: str) -> Values:
        first_names, last_names, female = plain_names(self.folk) if self.ascii else names(self.folk)
        first, last, number = rows.once(("person", self.folk), index, lambda: self._person(index))
        match self.field:
            case "gender" | "title":
                labels = pa.array(self.labels or ("F", "M"), pa.string())
                return Values(pa.DictionaryArray.from_arrays((~female[first]).astype(np.int32), labels))
            case "first_name" | "nickname":
                return self._fit(Values(pa.DictionaryArray.from_arrays(first, first_names)))
            case "last_name":
                return self._fit(Values(pa.DictionaryArray.from_arrays(last, last_names)))
            case "middle_name":
                another = _another(self.folk)[first, below(bits(_MIDDLE, index), _OTHERS).astype(np.int64)]
                return self._fit(Values(pa.DictionaryArray.from_arrays(another, first_names)))
            case "initials":
                letter = [pc.utf8_slice_codeunits(n, 0, 1) for n in plain_names(self.folk)[:2]]
                pair = (letter[0].take(pa.array(first)), letter[1].take(pa.array(last)))
                return Values(pc.utf8_upper(pair[0] if self.longest == 1 else pc.binary_join_element_wise(*pair, "")))
            case "full_name":
                middle = _initials(number) if self.copies > 1 or self.folk else " "
                return Values(pc.binary_join_element_wise(first_names.take(first), last_names.take(last), middle))
        alike = ("login", self.folk, self.patterns, 0 if self.patterns else (self.room, self.copies, self.field))
        login = rows.once(alike, index, lambda: self._login(index, first, last, number))
        if self.field == "username":
            return Values(login)
        return Values(pc.binary_join_element_wise(login, self._host(index, rows), "@"))

    def _login(self, index: U64, first: I32, last: I32, number: U64) -> pa.Array:
        if self.patterns:
            spelled = _spellings(self.folk)
            return logins(self.patterns, index, spelled, first.astype(np.int64), last.astype(np.int64), number)
        digits = pc.if_else(pa.array(number == 0), "", pc.cast(pa.array(number + np.uint64(1)), pa.string()))
        login = pc.binary_join_element_wise(
            folded(True, self.room, self.folk).take(first), folded(False, self.room, self.folk).take(last), "."
        )
        return pc.binary_join_element_wise(login, digits, "")

    def _host(self, index: U64, rows: Rows) -> pa.Array:
        hosts = (self.host,) if self.host else MAIL_HOSTS if self.reachable else HOSTS
        host = pa.array(hosts).take(pa.array((index % np.uint64(len(hosts))).astype(np.int32)))
        if not self.company:
            return host
        company = rows.column(self.company)
        words = pc.utf8_lower(pc.cast(company.data, pa.string()))
        slug = pc.utf8_trim(pc.replace_substring_regex(words, "[^a-z0-9]+", "-"), "-")
        slug = pc.utf8_rtrim(pc.utf8_slice_codeunits(slug, 0, _COMPANY), "-")
        made = pc.binary_join_element_wise(slug, ".com" if self.reachable else _SUFFIX, "")
        there = pc.fill_null(pc.greater(pc.binary_length(slug), 0), False)
        if company.valid is not None:
            there = pc.and_(there, pa.array(company.valid))
        return pc.if_else(there, made, host)

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
        if self.patterns and set(self.patterns) - set(self.fitting_patterns()):
            raise PlanError("the user names of some need more characters")
        if self.field in ("email", "username") and not self.patterns:
            folded(True, self.room, self.folk), folded(False, self.room, self.folk)
        first, last, _ = names(self.folk)
        widest = pc.max(pc.binary_length(first)).as_py() + pc.max(pc.binary_length(last)).as_py() + 5
        if self.field == "full_name" and 0 < self.longest < widest:
            raise PlanError(f"the names of some need {widest} characters")

    def fitting_patterns(self) -> tuple[str, ...]:
        """The patterns of user names that the column has room for; () where only names that are cut fit."""
        room = self.longest
        if room and self.field == "email":
            room -= 1 + max(len(self.host), _COMPANY + len(_SUFFIX) if self.company else 0, *map(len, MAIL_HOSTS))
        numbers = self.copies * (int(crowd(self.folk).sharing.max()) if self.folk else 1)
        return fitting(_spellings(self.folk), numbers, room) if room >= 0 else ()

    def samples(self) -> tuple[str, ...]:
        """An address in each of its patterns, and the shortest there is."""
        texts = [SAMPLES[pattern] for pattern in self.patterns or ("first.last",)]
        if self.field != "email":
            return tuple(texts)
        if self.host:
            return tuple(f"{text}@{self.host}" for text in texts)
        hosts = MAIL_HOSTS if self.reachable else (*HOSTS, f"acme{_SUFFIX}") if self.company else HOSTS
        return tuple(f"{text}@{host}" for text in texts for host in hosts)

    @property
    def room(self) -> int:
        """Bytes for each of the two names in an address; 0: any."""
        if not self.longest:
            return 0
        digits = len(str(self.copies * max(1, len(self.folk))))  # a name of several locales is numbered in all of them
        rest = digits + 1 + (1 + max(len(self.host), 11) if self.field == "email" else 0)
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


_OTHERS, _MIDDLE = 16, 0x6D6964646C65


@cache
def _another(folk: tuple[Folk, ...]) -> I32:
    """For each first name the numbers of `_OTHERS` names of the same group and gender (i32[names, _OTHERS])."""
    first, _, female = names(folk)
    groups = crowd(folk).firsts if folk else np.array([0, len(first)])
    found = np.empty((len(first), _OTHERS), np.int32)
    for start, end in zip(groups[:-1].tolist(), groups[1:].tolist(), strict=True):
        women = int(female[start:end].sum())
        for low, high in ((start, start + women), (start + women, end)):
            many = max(high - low, 1)
            place = np.arange(high - low)[:, None] + 1 + 7 * np.arange(_OTHERS)[None, :]
            found[low:high] = low + place % many
    return found


@cache
def _spellings(folk: tuple[Folk, ...]) -> Spellings:
    return spellings(folded(True, 0, folk), folded(False, 0, folk))


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
