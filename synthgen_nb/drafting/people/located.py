"""Places of a schema: which columns of a table speak of one place, whose row's place they lie in, and what they read.
Cities are the package's own (specs.cities)."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct, field, structs

from ...schema import ForeignKey, Schema, Table
from ...specs import AnySource, Digit, Inside, Nations, Permuted, Person, Place, Town
from ...specs.cities import Level, Limit
from ...specs.people import namesakes
from ..domains import Domain
from ..draft import Draft
from ..meaning import Meaning
from ..meaning.names import words_of
from ..meaning.roles import Role, roles
from .persons import copies_for
from .spots import PLACES, enough, place_spec

OWN = frozenset((
    "city", "town", "municipality", "locality", "village", "suburb", "region", "state", "province", "county",
    "district", "country", "nation", "code", "iso", "name", "postal", "postcode", "post", "zip", "zipcode", "plus",
    "four", "latitude", "lat", "longitude", "lon", "lng", "geo", "time", "zone", "timezone", "tz", "street",
    "address", "addr", "line", "house", "number", "phone", "telephone", "tel", "mobile", "cell", "fax", "currency",
    "alpha", "abbreviation", "abbr", "title", "e", "mail", "contact", "location", "place", "short", "long", "full",
    "official", "english", "id", "area", "or", "full", "text",
))  # fmt: skip
_HOMES = frozenset((
    "country", "nation", "state", "province", "region", "county", "district", "city", "town", "municipality",
    "location", "address", "place", "zip", "postcode", "territory",
))  # fmt: skip
_HOME_DEPTH = {
    "country": 0, "nation": 0, "state": 1, "province": 1, "region": 1, "county": 1, "district": 1, "city": 2,
    "town": 2, "municipality": 2,
}  # fmt: skip
_DEPTH = {
    "country": 0, "country_code": 0, "country_code3": 0, "calling_code": 0, "continent": 0, "region": 1,
    "region_code": 1, "county": 1, "city": 2, "latitude": 2, "longitude": 2, "postal_code": 3, "street_address": 3,
}  # fmt: skip
_LEVELS: tuple[Level, ...] = ("country", "region", "city", "city")


class Spot(Struct, frozen=True):
    """A place that columns of a table speak of, each with its spec. `depth` tells how exactly: 0 a country, 1 a region,
    2 a city, 3 a house in it. `home` marks what the rows themselves are, so that other tables' places lie in them; its
    own lies inside of the row that the key `inside` points to."""

    role: Role
    specs: Mapping[str, Place] = field(default_factory=dict)
    limits: tuple[Limit, ...] = ()
    depth: int = 0
    home: bool = False
    inside: ForeignKey | None = None
    around: Level = "country"  # what the other row is


def spots_of(
    schema: Schema, meanings: Mapping[str, Mapping[str, Meaning]], domains: Mapping[str, Mapping[str, Domain]]
) -> dict[str, tuple[Spot, ...]]:
    """The places of every table. What columns leave no room for counts for the rows around them too."""
    found = {key: _spots(table, meanings[key], domains[key]) for key, table in schema.tables.items()}
    homes = {key: next((spot for spot in spots if spot.home), None) for key, spots in found.items()}
    for key, table in schema.tables.items():
        found[key] = tuple(_around(spot, table, homes) for spot in found[key])
    for key in sorted(found, key=lambda key: -max((spot.depth for spot in found[key]), default=0)):
        for spot in found[key]:
            if spot.inside is not None:
                parent = spot.inside.table
                found[parent] = tuple(_narrowed(other, spot.limits) if other.home else other for other in found[parent])
    return found


def _spots(table: Table, meanings: Mapping[str, Meaning], domains: Mapping[str, Domain]) -> tuple[Spot, ...]:
    named = {word for name in words_of(table.name)[-1:] for word in (name, name.removesuffix("s"), name[:-3] + "y")}
    home = not _HOMES.isdisjoint(named)
    level = min((depth for word, depth in _HOME_DEPTH.items() if word in named), default=-1)
    countries = level == 0
    made = []
    for role in roles(table, meanings, PLACES, OWN):
        specs: dict[str, Place] = {}
        limits: tuple[Limit, ...] = ()
        for name in role.columns:
            column = table.column(name)
            spec = place_spec(column, meanings[name], domains[name], countries)
            if spec is None or any(name in key.columns for key in table.foreign_keys):
                continue
            more = (*limits, spec[1]) if spec[1] is not None else limits
            if more == limits or enough(more):
                specs[name], limits = spec[0], more
        depth = max((_DEPTH.get(spec.field, 0) for spec in specs.values()), default=-1) if level < 0 else level
        pair = role.name and {spec.field for spec in specs.values()} == {"currency_code"}  # from one to another
        if specs and not pair:
            made.append(Spot(role, specs, limits, depth, home and not role.name))
    return tuple(made)


def _around(spot: Spot, table: Table, homes: Mapping[str, Spot | None]) -> Spot:
    """Inside of the narrowest place that a key of the same role points to; what is a place itself lies in wider ones
    only."""
    best = spot
    depth = spot.depth if spot.home else len(_LEVELS)
    for key in table.foreign_keys:
        home = homes.get(key.table)
        words = {word for column in key.columns for word in words_of(column)}
        told = " ".join(word for word in words if word not in OWN)
        wider = home is not None and home.depth < depth and key.table != table.key
        if wider and told in (spot.role.name, ""):
            assert home is not None
            if best.inside is None or home.depth > _LEVELS.index(best.around):
                best = structs.replace(best, inside=key, around=_LEVELS[home.depth])
    return best


def _narrowed(spot: Spot, limits: tuple[Limit, ...]) -> Spot:
    more = tuple(dict.fromkeys((*spot.limits, *limits)))
    return structs.replace(spot, limits=more) if enough(more) else spot


def place_source(draft: Draft, column: str) -> str:
    """What the columns of the same place read."""
    found = (spot.role.source("place") for spot in draft.spots if column in spot.specs)
    return next(found, "place")


def place_places(draft: Draft) -> None:
    """Cities, regions and all that belongs to them are one place's: the columns of a role read one source."""
    for spot in draft.spots:
        source = next((at for name in spot.specs if (at := _claimed(draft, name))), "")
        if not source:
            source = spot.role.source("place")
            draft.sources[source] = _source(draft, spot)
        elif spot.home and source != "place":
            draft.sources["place"] = Digit(of=source)  # by that name other tables ask for it
        limited = isinstance(draft.sources.get(source), Town | Inside | Nations)
        left = set() if limited else {limit.field for limit in spot.limits}
        for name, spec in spot.specs.items():
            if draft.open(name) and spec.field not in left:
                spec = structs.replace(spec, reachable=draft.facts.reachable and spec.field == "phone")
                draft.placed[name] = (spec, source)


def _claimed(draft: Draft, column: str) -> str:
    """The source by which a key or a UNIQUE reads the column's place."""
    spec, at = draft.placed.get(column, (None, ""))
    return at if isinstance(spec, Place) else ""


def _source(draft: Draft, spot: Spot) -> AnySource:
    facts = draft.facts
    if spot.inside is not None:
        unit = next((u for u in draft.keys.units if u.key == spot.inside), None)
        if unit is not None and unit.name in draft.sources:
            return Inside(of=unit.name, table=spot.inside.table, source="place", level=spot.around, limits=spot.limits)
    if spot.home and spot.depth == 0 and not facts.asked:
        return Nations(limits=spot.limits)
    people = {at for spec, at in draft.placed.values() if isinstance(spec, Person)}
    person = spot.role.source("person")
    if person not in people:
        person = next(iter(people)) if len(people) == 1 else "person"
    if person not in draft.sources:  # nobody is told of, but were there a name, it would go with the place
        draft.sources[person] = Permuted(size=namesakes(copies_for(facts.folk, draft.rows), facts.folk))
    return Town(folk=facts.folk, of=person, limits=spot.limits)
