"""Places: cities, regions, postal codes, streets and phones of the country that a row's people come from. One index is
one place for every column that reads it, and one person for those of people."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from typing import Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ..rows import I64, U64, Rows, Values, below, bits
from .base import Spec
from .folk import Folk, divided, ends_of
from .locales import listed
from .pools import fields
from .texts import Pattern

PlaceField = Literal[
    "city", "region", "country", "country_code", "currency_code", "postal_code", "time_zone", "street_address", "phone"
]
_PARTS = {"city": 0, "region": 1, "country_code": 2, "postal_code": 3, "time_zone": 6}
_COUNTRY = {"country": 0, "currency_code": 2}
_HOUSES = 180


class Place(Spec, frozen=True, tag="place"):
    """One field of a place in the country of the row's `folk`, or in any where those have no locale. Cities are as
    frequent as in the pool `place`."""

    field: PlaceField
    folk: tuple[Folk, ...]

    def draw(self, rows: Rows, name: str) -> Values:
        return self.at(rows.bits(name) >> np.uint64(2), rows, name)

    def at(self, index: U64, rows: Rows, name: str) -> Values:
        group, _ = divided(ends_of(self.folk), index)
        random = bits(rows.key("place"), index)  # the same for every field: a postal code is its city's
        if self.field in ("phone", "street_address"):
            own = bits(rows.key(f"place/{self.field}"), index)
            spell = self._phones if self.field == "phone" else self._streets
            return Values(_joined(group, lambda number, places: spell(number, own[places], rows, name)))
        city = np.zeros(len(index), np.int64)
        start, texts = 0, []
        for number, one in enumerate(self.folk):
            ends, values = _cities(one.locale, self.field)
            places = np.flatnonzero(group == number)
            city[places] = start + np.searchsorted(ends, below(random[places], int(ends[-1])), side="right")
            start += len(values)
            texts += values
        if self.field != "postal_code":
            return Values(pa.DictionaryArray.from_arrays(city.astype(np.int32), pa.array(texts, pa.string())))
        own = bits(rows.key("place/postal_code"), index)
        return Values(_joined(city, lambda number, places: _spelled(texts[number], own[places], rows, name)))

    def _phones(self, number: int, random: U64, rows: Rows, name: str) -> pa.Array:
        return _spelled(listed(_local(self.folk[number]), "phone")[0], random, rows, name)

    def _streets(self, number: int, random: U64, rows: Rows, name: str) -> pa.Array:
        locale = _local(self.folk[number])
        names = listed(locale, "street")
        street = pa.array(names).take(pa.array(below(random, len(names))))
        house = pc.cast(pa.array(below(bits(rows.key("place/house"), random), _HOUSES) + np.uint64(1)), pa.string())
        form = listed(locale, "address")[0]
        before, between, after = re.split(r"\{[01]\}", form)
        first, second = (street, house) if form.index("{0}") < form.index("{1}") else (house, street)
        return pc.binary_join_element_wise(before, first, between, second, after, "")

    def samples(self) -> tuple[str, ...]:
        """Every text that can come, or one of each length where the rest is digits."""
        found: list[str] = []
        for one in self.folk:
            if self.field == "phone":
                found.append(listed(_local(one), "phone")[0].replace("#", "0"))
            elif self.field == "street_address":
                longest = max(listed(_local(one), "street"), key=len)
                found.append(listed(_local(one), "address")[0].format(longest, _HOUSES))
            else:
                found += (text.replace("#", "0").replace("@", "A") for text in _cities(one.locale, self.field)[1])
        return tuple(dict.fromkeys(found))


def _local(one: Folk) -> str:
    """Where phones and streets of people without a locale are from."""
    return one.locale or "en_US"


@cache
def _cities(locale: str, field: str) -> tuple[U64, list[str]]:
    """Cumulative weights of the cities of a locale's country (u64[n]; of all where there is none), and the field for
    each."""
    parts = fields("place")
    codes = parts[_PARTS["country_code"]].values.to_pylist()
    there = [place for place, code in enumerate(codes) if not locale or code == listed(locale, "country")[0]]
    ends = np.cumsum(parts[0].weights[there], dtype=np.uint64)
    if field in _COUNTRY:
        countries = fields("country")
        told = dict(zip(countries[1].values.to_pylist(), countries[_COUNTRY[field]].values.to_pylist(), strict=True))
        return ends, [told[codes[place]] for place in there]
    return ends, parts[_PARTS[field]].values.take(pa.array(there)).to_pylist()


def _spelled(template: str, random: U64, rows: Rows, name: str) -> pa.Array:
    pattern = Pattern(template=template)
    return pattern.at(below(random, pattern.size), rows, name).data


def _joined(which: I64, texts: Callable[[int, I64], pa.Array]) -> pa.Array:
    """texts(number, places) for the places where `which` is that number, put together."""
    numbers = np.unique(which).tolist()
    if not numbers:
        return pa.array([], pa.string())
    places = [np.flatnonzero(which == number) for number in numbers]
    arrays = [texts(number, at) for number, at in zip(numbers, places, strict=True)]
    return pa.concat_arrays(arrays).take(pa.array(np.argsort(np.concatenate(places))))
