"""People: names, e-mail addresses and user names that belong together. One index is one person."""

from __future__ import annotations

from functools import cache
from typing import Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ..errors import PlanError
from ..rows import I64, U64, Mask, Rows, Values, below, bits
from .base import Spec
from .folk import Folk, crowd, grouped, size, widest
from .joining import Parts, parts
from .latin import fold, letters, plain
from .logins import SAMPLES, Extent, Spellings, extent, fitting, host_at, logins, spellings
from .texts import I32, bank

HOSTS = ("example.com", "example.org", "example.net")  # reserved for documentation: RFC 2606
MAIL_HOSTS = ("gmail.com", "outlook.com", "yahoo.com", "icloud.com", "hotmail.com")
_COMPANY = 24  # letters of a company's name in a host
_WHOLE_WORDS = rf"^(.{{1,{_COMPANY}}})-.*$"  # as many as there is room for
_SUFFIX = ".example"  # reserved: RFC 2606

PersonField = Literal[
    "first_name", "last_name", "full_name", "email", "username", "gender", "title", "middle_name", "initials",
    "nickname", "relation",
]  # fmt: skip
_MANY = ("first_name", "last_name", "gender", "title", "middle_name", "initials", "nickname", "relation")  # have it


class Person(Spec, frozen=True, tag="person"):
    """One field of a person. An index is (first name, last name, number): the number tells namesakes apart, as a middle
    initial in full names and as digits in addresses. `copies` numbers per pair of names; `longest` in bytes (0:
    any). `folk` are the groups that people come from, the package's own mixture where there are none. `patterns` are
    those of user names, all alike "first.last" where there are none. `labels` are what a woman and a man have in
    `gender` and `title`; in `relation` the first half of them are hers, the others his. An e-mail's host is `host`, or
    made of the row's column `company`; where there is neither one reserved for examples, unless it is to be
    `reachable`. `bare` full names of namesakes are alike: first and last."""

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
    bare: bool = False

    @property
    def size(self) -> int:
        return 0 if self.field in _MANY or self.bare else namesakes(self.copies, self.folk)

    @property
    def needs(self) -> tuple[str, ...]:
        return (self.company,) if self.company else ()

    def draw(self, rows: Rows, name: str) -> Values:
        return self.at(below(rows.bits(name), namesakes(self.copies, self.folk)), rows, name)

    def at(self, index: U64, rows: Rows, name: str) -> Values:
        first_names, last_names, female = plain_names(self.folk) if self.ascii else names(self.folk)
        first, last, number = rows.once(("person", self.folk), index, lambda: self._person(index, rows))
        match self.field:
            case "gender" | "title":
                labels = pa.array(self.labels or ("F", "M"), pa.string())
                return Values(pa.DictionaryArray.from_arrays((~female[first]).astype(np.int32), labels))
            case "relation":
                labels = self.labels or ("mother", "father")
                half = len(labels) // 2
                which = below(bits(rows.key(name), index), half).astype(np.int64) + half * ~female[first]
                words = tuple(dict.fromkeys(labels))
                code = np.array([words.index(label) for label in labels], np.int32)[which]
                return Values(pa.DictionaryArray.from_arrays(code, pa.array(words, pa.string())))
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
                told = self._told
                held = _whole_names(self.folk, self.ascii, int(number.max(initial=0)).bit_length() if told else 0)
                middle = number + np.uint64(held.starts[1]) if told else held.starts[1]
                return Values(held.joined(first + held.starts[0], middle, last + held.starts[2]))
        if not self.patterns:
            cut = ("login", self.folk, self.room, self.copies, self.field)
            login = rows.once(cut, index, lambda: self._cut(first, last, number))
            return Values(login if self.field == "username" else self._addressed(login, index, rows))
        alike = ("login", self.folk, self.patterns)
        spelled = _spellings(self.folk, (self.host,) if self.host else (*HOSTS, *MAIL_HOSTS))
        made = rows.once(alike, index, lambda: logins(self.patterns, index, spelled, first, last, number))
        if self.field == "username":
            return Values(spelled.parts.joined(*made))
        if self.company:
            return Values(self._addressed(spelled.parts.joined(*made), index, rows))
        before = len(HOSTS) if self.reachable and not self.host else 0
        return Values(spelled.parts.joined(*made, host_at(spelled, self._host(index) + np.uint64(before))))

    def _cut(self, first: I64, last: I64, number: U64) -> pa.StringArray:
        """first.last, with as much of each name as there is room for."""
        held = _cut_names(self.folk, self.room)
        return held.joined(first + held.starts[0], last + held.starts[1], *held.number(number + (number > 0)))

    @property
    def hosts(self) -> tuple[str, ...]:
        return (self.host,) if self.host else MAIL_HOSTS if self.reachable else HOSTS

    def _host(self, index: U64) -> U64:
        return index % np.uint64(len(self.hosts))

    def _addressed(self, login: pa.StringArray, index: U64, rows: Rows) -> pa.Array:
        host = pa.array(self.hosts).take(pa.array(self._host(index)))
        if not self.company:
            return pc.binary_join_element_wise(login, host, "@")
        company = rows.column(self.company)
        words = pc.utf8_lower(pc.cast(company.data, pa.string()))
        slug = pc.utf8_trim(pc.replace_substring_regex(words, "[^a-z0-9]+", "-"), "-")
        long = pc.greater(pc.binary_length(slug), _COMPANY)
        slug = pc.if_else(long, pc.replace_substring_regex(slug, _WHOLE_WORDS, r"\1"), slug)
        slug = pc.utf8_rtrim(pc.utf8_slice_codeunits(slug, 0, _COMPANY), "-")  # a single word may be as long
        made = pc.binary_join_element_wise(slug, ".com" if self.reachable else _SUFFIX, "")
        there = pc.fill_null(pc.greater(pc.binary_length(slug), 0), False)
        if company.valid is not None:
            there = pc.and_(there, pa.array(company.valid))
        return pc.binary_join_element_wise(login, pc.if_else(there, made, host), "@")

    def _person(self, index: U64, rows: Rows) -> tuple[I64, I64, U64]:
        if self.folk:
            return crowd(self.folk).person(*grouped(self.folk, index, rows))
        first_names, last_names, _ = names()
        firsts, lasts = np.uint64(len(first_names)), np.uint64(len(last_names))
        first, last = index % firsts, index // firsts % lasts
        return first.astype(np.int64), last.astype(np.int64), index // (firsts * lasts)

    def check_room(self) -> None:
        """PlanError where the names of these groups are too long for the column."""
        if self.patterns and set(self.patterns) - set(self.fitting_patterns()):
            raise PlanError("the user names of some need more characters")
        if self.field in ("email", "username") and not self.patterns:
            folded(True, self.room, self.folk), folded(False, self.room, self.folk)
        if self.field == "full_name" and self.longest:
            between, names_alone = len(" "), widest(self.folk) if self.folk else _widest()
            if self._told and names_alone < self.longest:
                between = len(f" {letters(self._numbers)}. ")
            if self.longest < names_alone + between:
                raise PlanError(f"the names of some need {names_alone + between} characters or more")

    def fitting_patterns(self) -> tuple[str, ...]:
        """The patterns of user names that the column has room for; () where only names that are cut fit."""
        room = self.longest
        if room and self.field == "email":
            room -= 1 + max(len(self.host), _COMPANY + len(_SUFFIX) if self.company else 0, *map(len, MAIL_HOSTS))
        return fitting(*_extents(self.folk), self._numbers, room) if room >= 0 else ()

    @property
    def _told(self) -> bool:
        """Whether full names tell namesakes apart."""
        return (self.copies > 1 or bool(self.folk)) and not self.bare

    @property
    def _numbers(self) -> int:
        """How many numbers tell people of one name apart."""
        return self.copies * (int(crowd(self.folk).sharing.max()) if self.folk else 1)

    def samples(self) -> tuple[str, ...]:
        """An address in each of its patterns, and the shortest there is."""
        texts = [SAMPLES[pattern] for pattern in self.patterns or ("first.last",)]
        if self.field != "email":
            return tuple(texts)
        if self.host:
            return tuple(f"{text}@{self.host}" for text in texts)
        hosts = (*self.hosts, f"acme{_SUFFIX}") if self.company and not self.reachable else self.hosts
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
        return size(folk, copies)
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


def _widest() -> int:
    first, last, _ = names()
    most: int = pc.max(pc.binary_length(first)).as_py() + pc.max(pc.binary_length(last)).as_py()
    return most


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
def _spellings(folk: tuple[Folk, ...], hosts: tuple[str, ...]) -> Spellings:
    return spellings(folded(True, 0, folk), folded(False, 0, folk), hosts)


@cache
def _extents(folk: tuple[Folk, ...]) -> tuple[Extent, Extent]:
    return extent(folded(True, 0, folk).to_pylist()), extent(folded(False, 0, folk).to_pylist())


@cache
def _cut_names(folk: tuple[Folk, ...], room: int) -> Parts:
    first, last = folded(True, room, folk), folded(False, room, folk)
    return parts(pc.binary_join_element_wise(first, "", "."), last, numbered=True)


@cache
def _whole_names(folk: tuple[Folk, ...], ascii: bool, width: int) -> Parts:
    """First names, what stands between: " " for 0, " A. " for 1 ... " Z. ", " AA. " ... up to `width` bits; last
    names."""
    first, last, _ = plain_names(folk) if ascii else names(folk)
    middles = [" ", *(f" {letters(number).upper()}. " for number in range((1 << width) - 1))]
    return parts(first, pa.array(middles, pa.string()), last)


@cache
def folded(first: bool, room: int, folk: tuple[Folk, ...] = ()) -> pa.StringArray:
    """The names as they stand in addresses: lower-case ASCII letters, cut to `room` bytes and told apart by letters."""
    if not folk:
        first_names, last_names, _ = names()
        return pa.array(_logins([fold(name) for name in (first_names if first else last_names).to_pylist()], room))
    given = (crowd(folk).first_folded if first else crowd(folk).last_folded).to_pylist()
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
