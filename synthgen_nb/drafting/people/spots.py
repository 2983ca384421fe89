"""What a column says of a place: which field it is, and which cities it has room for. Knows no other column."""

from __future__ import annotations

import re

import numpy as np

from ...schema import Column, Kind
from ...specs import Place
from ...specs.cities import Limit, cities, within
from ...specs.places import PlaceField
from ..domains import Domain, units_of
from ..meaning import Meaning
from ..meaning.names import words_of

Held = tuple[Place, Limit | None]

PLACES: dict[str, PlaceField] = {
    "city": "city", "region": "region", "county": "county", "country": "country", "country_code": "country_code",
    "currency_code": "currency_code", "postal_code": "postal_code", "time_zone": "time_zone", "latitude": "latitude",
    "longitude": "longitude", "street_address": "street_address", "phone": "phone",
}  # fmt: skip
# of cities with long ones some may be left out
_LIMITED = ("city", "region", "region_code", "county", "country", "time_zone", "continent")
_ENOUGH = 0.2  # of all cities, by weight: where fewer fit, the column goes its own way
_CODES = {"country": ("country_code", "country_code3"), "region": ("region_code", "region_code")}
_SECOND = re.compile(r"(?:2|3|two|three|second|line_?[2-9])$", re.I)
WITHIN_HOUSE = ("Apt. {0}", "Suite {0}", "Floor {0}", "Unit {0}")


def place_spec(
    column: Column, meaning: Meaning, domain: Domain, of_countries: bool
) -> tuple[Place, Limit | None] | None:
    """A place's field for a column, with the limit to the cities that it sets; None where it can't hold it."""
    field = _field(column, meaning, domain, of_countries)
    if field is None or domain.values is not None or domain.parts or domain.form is not None or domain.hints:
        return None
    if field in ("latitude", "longitude") and domain.kind != Kind.TEXT:
        return _coordinate(field, column, domain)
    codes = field in ("country_code", "country_code3", "region_code", "currency_code")
    if domain.kind != Kind.TEXT or (domain.case and not (codes and domain.case == "upper")) or domain.json:
        return None
    spec = Place(field=field, ascii=domain.ascii)
    lengths = [len(text.encode()) for text in spec.samples()]
    if domain.shortest > min(lengths) or domain.forbidden:
        return None
    if not domain.longest or max(lengths) <= domain.longest:
        return spec, None
    limit = Limit(field, domain.longest)
    return (spec, limit) if field in _LIMITED and enough((limit,)) else None


def second_line(column: Column) -> bool:
    """Whether an address goes on in this column, where in the house it is."""
    return _SECOND.search(column.name) is not None


def enough(limits: tuple[Limit, ...]) -> bool:
    known = cities()
    left, weight = within(limits), known.weight
    return int(weight[left].sum()) >= _ENOUGH * int(weight.sum()) and len(np.unique(known.country[left])) > 1


def _field(column: Column, meaning: Meaning, domain: Domain, of_countries: bool) -> PlaceField | None:
    field = PLACES.get(meaning.name) or PLACES.get(meaning.group)
    words = words_of(column.name)
    if field in ("phone", "country_code") and {"calling", "dial", "dialing", "dialling"} & set(words):
        return "calling_code"
    if field == "phone" and words[-1:] in (("code",), ("prefix",)):
        return "calling_code"
    if field == "street_address" and second_line(column):
        return None  # a flat, a floor
    if field == "region" and of_countries:
        return "continent"
    if field == "country_code" and re.search(r"3", column.name):
        return "country_code3"
    if field == "country_code" and domain.longest == 3 and column.type.fixed:
        return "country_code3"
    if field in _CODES and 0 < domain.longest <= 3:
        two, three = _CODES[field]
        return two if domain.longest == 2 or not column.type.fixed else three  # type: ignore[return-value]
    if field == "region" and words[-1:] in (("code",), ("abbreviation",), ("iso",)):
        return "region_code"
    return field


def _coordinate(field: PlaceField, column: Column, domain: Domain) -> Held | None:
    """Within the digits that the column keeps, and the degrees that it has room for."""
    if domain.kind not in (Kind.DECIMAL, Kind.FLOAT) or domain.step > 1 or domain.forbidden:
        return None
    one, widest = units_of(column.type), 90 if field == "latitude" else 180
    room = min(widest, *(abs(end) // one for end in (domain.low, domain.high) if end is not None), widest)
    if (domain.low is not None and domain.low > 0) or (domain.high is not None and domain.high < 0):
        return None
    limit = Limit(field, room) if room < widest else None
    if limit is not None and not enough((limit,)):
        return None
    if domain.kind == Kind.FLOAT:
        return Place(field=field, form="float"), limit
    return Place(field=field, form="units", digits=len(str(one)) - 1), limit
