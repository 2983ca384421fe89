"""Places: everything of one city that columns may hold, and which city a row's is. A city is known by its number, and
every column of one place reads the same source, so they agree by construction."""

from __future__ import annotations

import re
from functools import cache
from typing import Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from msgspec import Struct

from ..rows import I64, U64, Indices, Mask, Rows, Values, below, permute
from .base import Source, Spec
from .cities import DEGREE, Level, Limit, cities, country_of, ordered, within
from .folk import Folk, ends_of, group_of, grouped
from .joining import Parts, parts
from .latin import plain
from .locales import listed, locales
from .spelling import sample, spelled

PlaceField = Literal[
    "city", "region", "region_code", "county", "country", "country_code", "country_code3", "continent",
    "currency_code", "calling_code", "postal_code", "time_zone", "latitude", "longitude", "street_address", "phone",
]  # fmt: skip
_HOUSES = 180
_UNGIVEN = " 000 ######"  # behind a calling code: no country has numbers that begin so
_GIVEN = " [23456789]## ### ####"


class Place(Spec, frozen=True, tag="place"):
    """One field of the city whose number is the index. Coordinates come as text, or in units of 10**-digits degrees, or
    as floats. Streets, phones and the open digits of postal codes are the row's own; two phones of a row differ by
    their columns' names. Without an index the city is one of the countries of `folk`, or any."""

    field: PlaceField
    folk: tuple[Folk, ...] = ()
    form: Literal["text", "units", "float"] = "text"
    digits: int = 5  # of coordinates, after the point
    ascii: bool = False
    reachable: bool = False  # phones that may be somebody's

    @property
    def size(self) -> int:
        """Different cities have different names, different countries as well, up to this number."""
        if self.field in ("country", "country_code", "country_code3"):
            return cities().countries
        return cities().names if self.field == "city" else 0

    def draw(self, rows: Rows, name: str) -> Values:
        town = Town(folk=self.folk or (Folk(weight=1),))
        return self.at(town.chosen(None, rows, name), rows, name)

    def at(self, index: U64, rows: Rows, name: str) -> Values:
        city, known = index.astype(np.int64), cities()
        match self.field:
            case "latitude" | "longitude":
                return self._coordinate((known.latitude if self.field == "latitude" else known.longitude)[city])
            case "postal_code":
                return Values(self._coded(city, rows.bits("place/postal code")))
            case "phone":
                forms, of = _phones(self.reachable)
                return Values(spelled(forms, of[known.country[city]], rows.bits(f"place/phone/{name}")))
            case "street_address":
                return Values(self._streets(known.country[city], rows))
        texts = known.texts[self.field]
        words = _plain(self.field) if self.ascii else texts.dictionary
        return Values(pa.DictionaryArray.from_arrays(texts.indices.take(pa.array(city)), words))

    def _coded(self, city: I64, random: U64) -> pa.Array:
        forms = cities().texts["postal_code"]
        which = forms.indices.take(pa.array(city)).to_numpy().astype(np.int64)
        return spelled(tuple(forms.dictionary.to_pylist()), which, random)

    def _coordinate(self, units: I64) -> Values:
        if self.form == "float":
            return Values(units.astype(np.float64) / DEGREE)
        if self.digits >= 5:
            scaled = units * 10 ** (self.digits - 5)
        else:
            coarse = 10 ** (5 - self.digits)
            scaled = (units + coarse // 2) // coarse
        if self.form == "units":
            return Values(scaled)
        sign = pc.if_else(pa.array(scaled < 0), "-", "")
        whole, part = np.divmod(np.abs(scaled), 10**self.digits)
        behind = pc.utf8_lpad(pc.cast(pa.array(part), pa.string()), self.digits, "0")
        number = pc.binary_join_element_wise(pc.cast(pa.array(whole), pa.string()), behind, ".")
        return Values(pc.binary_join_element_wise(sign, number, ""))

    def _streets(self, country: I64, rows: Rows) -> pa.Array:
        known = _addresses(self.ascii)
        locale = _spoken()[country]
        street = below(rows.bits("place/street"), known.streets[locale]).astype(np.int64) + known.first[locale]
        house = below(rows.bits("place/house"), _HOUSES)
        ahead = known.ahead[locale]
        before, behind = np.where(ahead, street, known.before[locale]), np.where(ahead, known.behind[locale], street)
        return known.parts.joined(before, house, behind)

    def samples(self) -> tuple[str, ...]:
        """Every text that can come, or one of each length where the rest is digits or letters."""
        return _samples(self.field, self.digits, self.ascii, self.reachable)


class Town(Source, frozen=True, tag="town"):
    """The number of a city for each row: one of the country of the locale that the row's person has, whom `of` names,
    or else of the locales by their weights; any city of the world for people without a locale."""

    folk: tuple[Folk, ...]
    of: str = ""
    limits: tuple[Limit, ...] = ()

    def draw(self, rows: Rows, name: str) -> Indices:
        return Indices(self.chosen(rows.source(self.of).values if self.of else None, rows, name))

    def chosen(self, person: U64 | None, rows: Rows, name: str) -> U64:
        """The city of each person; of anybody where there is none."""
        if person is None:
            ends = ends_of(self.folk)
            group = group_of(ends, below(rows.bits(f"{name}/country"), int(ends[-1])))
        else:
            group, _ = grouped(self.folk, person, rows)
        country = np.array([country_of(listed(one.locale, "country")[0]) if one.locale else -1 for one in self.folk])
        return ordered("country", self.limits).pick(country[group], rows.bits(f"{name}/city")).astype(np.uint64)


class Nations(Source, frozen=True, tag="nations"):
    """The number of the largest city of a country: each row has another country, in an order of its own, until all have
    come. Only countries with a city within `limits`."""

    limits: tuple[Limit, ...] = ()

    def draw(self, rows: Rows, name: str) -> Indices:
        known = cities()
        there = np.unique(known.country[within(self.limits)])  # the first cities lie in the countries, in their order
        many = max(len(there), 1)
        turn = permute(rows.index % np.uint64(many), many, rows.key(name))
        return Indices(there[turn.astype(np.int64)].astype(np.uint64))


class Inside(Source, frozen=True, tag="inside"):
    """The number of a city that lies inside of the place of another row: of `table`'s row that `of` gives, read there
    at `source`. `level` is what that row is: the city itself, or any of its region or country. Rows that point nowhere
    have any city."""

    of: str
    table: str
    source: str
    level: Level
    limits: tuple[Limit, ...] = ()

    def draw(self, rows: Rows, name: str) -> Indices:
        parent = rows.source(self.of)
        around = rows.of(self.table, parent.values).source(self.source).values.astype(np.int64)
        random = rows.bits(f"{name}/city")
        known = cities()
        if self.level == "city":
            found = around
        else:
            group = known.country[around] if self.level == "country" else known.region[around]
            found = ordered(self.level, self.limits).pick(group, random)
        if parent.valid is not None:
            found = np.where(parent.valid, found, ordered("country", self.limits).pick(np.full(len(found), -1), random))
        return Indices(found.astype(np.uint64))


@cache
def _plain(field: str) -> pa.StringArray:
    return pa.array([plain(text) for text in cities().texts[field].dictionary.to_pylist()], pa.string())


class _Addresses(Struct, frozen=True):
    """How a street and a house number stand in an address of each locale, of parts: the numbers first. `first` and
    `streets` say where a locale's streets lie and how many, with what stands between them and the number; `ahead` where
    they come first; `before` and `behind` are what is on the other side of the number then."""

    parts: Parts
    first: I64
    streets: U64
    ahead: Mask
    before: I64
    behind: I64


@cache
def _addresses(ascii: bool) -> _Addresses:
    lists: list[list[str]] = [[str(number + 1) for number in range(_HOUSES)]]
    ahead = []
    for locale in locales():
        form = listed(locale, "address")[0]
        before, between, behind = re.split(r"\{[01]\}", form)
        ahead.append(form.index("{0}") < form.index("{1}"))
        around = (before, between) if ahead[-1] else (between, behind)
        names = _streets_of(locale, ascii).to_pylist()
        lists += [[f"{around[0]}{name}{around[1]}" for name in names], [before], [behind]]
    held = parts(*(pa.array(texts, pa.string()) for texts in lists))
    starts = np.array(held.starts[1:]).reshape(-1, 3)
    streets = np.array([len(texts) for texts in lists[1::3]], np.uint64)
    return _Addresses(held, starts[:, 0], streets, np.array(ahead), starts[:, 1], starts[:, 2])


@cache
def _streets_of(locale: str, ascii: bool) -> pa.StringArray:
    return pa.array([plain(name) if ascii else name for name in listed(locale, "street")], pa.string())


@cache
def _spoken() -> I64:
    """Of each country the number of a locale whose addresses it has; American ones where none is known."""
    known = list(locales())
    first = {listed(locale, "country")[0]: number for number, locale in reversed(list(enumerate(known)))}
    codes = cities().texts["country_code"].dictionary.to_pylist()
    return np.array([first.get(code, known.index("en_US")) for code in codes])


@cache
def _phones(reachable: bool) -> tuple[tuple[str, ...], I64]:
    """(forms of phones, the number of its form for each country)."""
    kept = {listed(locale, "country")[0]: listed(locale, "phone")[0] for locale in reversed(locales())}
    known = {} if reachable else kept
    behind = _GIVEN if reachable else _UNGIVEN
    table = cities()
    codes = table.texts["country_code"].dictionary.to_pylist()
    calling = table.texts["calling_code"]
    forms = [
        known.get(code) or calling[number].as_py() + behind for number, code in enumerate(codes)
    ]  # the first cities lie in the countries, in their order
    distinct = tuple(dict.fromkeys(forms))
    return distinct, np.array([distinct.index(form) for form in forms])


@cache
def _samples(field: PlaceField, digits: int, ascii: bool, reachable: bool) -> tuple[str, ...]:
    known = cities()
    if field in ("latitude", "longitude"):
        return (f"-179.{'9' * digits}",)
    if field == "phone":
        forms, _ = _phones(reachable)
    elif field == "postal_code":
        forms = tuple(known.texts["postal_code"].dictionary.to_pylist())
    elif field == "street_address":
        found = []
        for locale in locales():
            longest = max(_streets_of(locale, ascii).to_pylist(), key=len)
            found.append(listed(locale, "address")[0].format(longest, _HOUSES))
        return tuple(found)
    else:
        return tuple((_plain(field) if ascii else known.texts[field].dictionary).to_pylist())
    return tuple(sample(form) for form in forms)
