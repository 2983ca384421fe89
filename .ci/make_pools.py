"""Builds synthgen_nb/data/pools.parquet from the lists beside this script and from Faker's names and jobs.

Needs Faker (a development dependency, MIT); the package itself never imports it. The same sources and versions of
Faker and pyarrow give the same bytes. Run it, then put the hash it prints into POOLS_SHA256 of
synthgen_nb/specs/pools.py: old plans then refuse the new pools, so this is a change for the changelog.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice, product
from math import isqrt
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from faker.providers.job import Provider as Jobs
from faker.providers.person.en_US import Provider as UnitedStates

SOURCES = Path(__file__).parent / "pool_sources"
TARGET = Path(__file__).parents[1] / "synthgen_nb" / "data" / "pools.parquet"
Weighted = dict[str, int]


def lines(name: str) -> list[str]:
    text = (SOURCES / name).read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line.strip() and not line.startswith("#")]


def fields(line: str, mark: str) -> list[str]:
    return [part.strip() for part in line.split(mark)]


def equal(values: Iterable[str]) -> Weighted:
    """Every value once, all with the weight 1."""
    return dict.fromkeys(values, 1)


def sections() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    name = ""
    for line in lines("lists.txt"):
        if line.startswith("["):
            name = line.strip("[]")
        else:
            found[name] = fields(line, ",")
    return found


def keyed(name: str) -> dict[str, list[str]]:
    """Lines `key: value, value` as a mapping."""
    pairs = (line.split(":", 1) for line in lines(name))
    return {key.strip(): fields(values, ",") for key, values in pairs}


# --- people


def people() -> Iterator[tuple[str, Weighted]]:
    """Faker's United States names by their frequency; the lists of other languages share a quarter of the whole."""
    lists: dict[str, list[str]] = {"female": [], "male": [], "last": []}
    kind = ""
    for line in lines("people.txt"):
        if line.startswith("="):
            kind = fields(line[1:], "|")[1]
        else:
            lists[kind] += fields(line, ",")
    frequent: dict[str, Mapping[str, float]] = {
        "female": UnitedStates.first_names_female,
        "male": UnitedStates.first_names_male,
        "last": UnitedStates.last_names,
    }
    pools = {"female": "first_name_female", "male": "first_name_male", "last": "last_name"}
    for kind, pool in pools.items():
        total = sum(frequent[kind].values())
        names = {name: max(1, round(750_000 * share / total)) for name, share in frequent[kind].items()}
        for name in lists[kind]:
            names[name] = names.get(name, 0) + 250_000 // len(lists[kind])
        yield pool, names


def jobs() -> Weighted:
    """Job titles in plain words: no commas, brackets or slashes, each word with a capital."""
    small = {"and", "of", "for", "in", "the", "to"}
    plain = (job for job in Jobs.jobs if re.fullmatch(r"[A-Za-z' -]+", job) and len(job) <= 40)
    return equal(" ".join(w if w in small else w[0].upper() + w[1:] for w in job.split()) for job in plain)


# --- places


def places() -> dict[str, Weighted]:
    """`place` holds whole cities, `city` and `region` their names; a weight is the square root of the population."""
    found: dict[str, Weighted] = {"place": {}, "city": {}, "region": {}}
    zones: Weighted = {}
    country = zone = region = ""
    for line in lines("places.txt"):
        if line.startswith("="):
            country, zone, region = fields(line[1:], "|")
            continue
        city, population, postal, latitude, longitude = fields(line, "|")
        weight = isqrt(int(population))
        found["place"]["|".join((city, region, country, postal, latitude, longitude, zone))] = weight
        for pool, value in (("city", city), ("region", region)):
            found[pool][value] = found[pool].get(value, 0) + weight
        zones[zone] = zones.get(zone, 0) + weight
    return {**found, "time_zone": {**equal(sections()["time_zone"]), **zones}}


def countries() -> Iterator[tuple[str, Weighted]]:
    rows = [fields(line, "|") for line in lines("countries.txt")]
    yield "country", {"|".join(row[:4]): isqrt(int(row[4])) for row in rows}
    yield "country_code", {row[1]: isqrt(int(row[4])) for row in rows}
    used: Weighted = {"EUR": 60, "USD": 60, "GBP": 20, "JPY": 15, "CHF": 5}
    for row in rows:
        used[row[2]] = used.get(row[2], 0) + 1
    yield "currency_code", used


def streets(lists: dict[str, list[str]]) -> Weighted:
    """Trees and views with every kind of street, the commonest kinds of both four times as often."""
    names = {f"{name} {kind}": 1 for name, kind in product(lists["tree"] + lists["view"], lists["street_kind"])}
    return {name: 4 if name.endswith((" Street", " Avenue", " Road")) else 1 for name in names}


# --- things


def companies(lists: dict[str, list[str]]) -> Weighted:
    """A made-up name, a trade and a legal form; each name meets some of the trades, in a fixed order."""
    kinds, suffixes = lists["kind"], lists["suffix"]
    made = (
        f"{first} {kinds[(7 * i + 3 * j) % len(kinds)]} {suffixes[(5 * i + j) % len(suffixes)]}"
        for i, first in enumerate(lists["first"])
        for j in range(12)
    )
    return equal(made)


def products() -> Weighted:
    found: Weighted = {}
    head: list[str] = []
    for line in lines("products.txt"):
        if line.startswith("="):
            head = fields(line[1:], "|")
        else:
            category, low, high, adjectives = head
            kinds = fields(adjectives, ",")
            found |= equal(f"{kind} {line.strip()}|{category}|{low}|{high}" for kind in kinds)
    return found


def titles() -> Weighted:
    lists = keyed("titles.txt")
    adjective, noun = lists["adjective"], lists["noun"]
    made = [f"The {a} {n}" for i, a in enumerate(adjective) for n in noun[i % 3 :: 3]]
    made += [f"The {n} of {x}" for i, n in enumerate(noun) for x in lists["of"][i % 2 :: 2]]
    made += [f"{s} {p}" for s, p in product(lists["start"], lists["place"])]
    return equal(made)


def sentences(most: int = 40, longest: int = 14) -> Weighted:
    """At most `most` sentences of each pattern, evenly spread over all ways of filling it; none of more words than
    `longest`."""
    fillers: dict[str, list[str]] = {}
    patterns: list[str] = []
    for line in lines("sentences.txt"):
        key, mark, values = line.partition(": ")
        if mark and key.isidentifier():
            fillers[key] = fields(values, ",")
        else:
            patterns.append(line)
    found: Weighted = {}
    for pattern in patterns:
        slots = re.findall(r"{(\w+)}", pattern)
        ways = list(product(*(fillers[slot] for slot in slots)))
        step = max(1, len(ways) // most) | 1  # odd, so that the last slot's fillers all get their turn
        for way in islice(ways[::step], most):
            found[re.sub(r"{\w+}", "{}", pattern).format(*way)] = 1
    return {sentence: 1 for sentence in found if len(sentence.split()) <= longest}


def words(lists: dict[str, list[str]]) -> Weighted:
    kinds = ("noun", "verb", "adjective", "adverb", "preposition", "more_words", "common_words")
    return equal(word for kind in kinds for word in lists[kind])


def grammars() -> Iterator[tuple[str, Weighted]]:
    """Texts with {slots} for other pools' texts, and numbers of one to three digits for them, none of them 1."""
    for digits, first in ((1, 2), (2, 10), (3, 100)):
        yield f"n{digits}", equal(map(str, range(first, 10**digits)))
    found: dict[str, list[str]] = {}
    name = ""
    for line in lines("grammars.txt"):
        if line.startswith("["):
            name = line.strip("[]")
        else:
            found.setdefault(name, []).append(line.strip())
    yield from ((name, equal(texts)) for name, texts in found.items())


def user_agents() -> Weighted:
    systems = {
        "Windows NT 10.0; Win64; x64": 6,
        "Macintosh; Intel Mac OS X 10_15_7": 3,
        "X11; Linux x86_64": 1,
        "Linux; Android 10; K": 5,
    }
    found: Weighted = {}
    for (system, share), version in product(systems.items(), (120, 122, 124, 126, 128, 130)):
        kit = f"Mozilla/5.0 ({system}) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{version}.0.0.0"
        found[f"{kit}{' Mobile' if 'Android' in system else ''} Safari/537.36"] = share * 4
        if "Windows" in system:
            found[f"{kit} Safari/537.36 Edg/{version}.0.0.0"] = share
        if "Android" not in system:
            found[f"Mozilla/5.0 ({system}; rv:{version}.0) Gecko/20100101 Firefox/{version}.0"] = share
    for version in ("16.6", "17.2", "17.5", "18.1"):
        phone = f"iPhone; CPU iPhone OS {version.replace('.', '_')} like Mac OS X"
        kit = f"Mozilla/5.0 ({phone}) AppleWebKit/605.1.15 (KHTML, like Gecko)"
        found[f"{kit} Version/{version} Mobile/15E148 Safari/604.1"] = 15
    return found


def pools() -> dict[str, Weighted]:
    lists, made = sections(), keyed("companies.txt")
    languages = {line: max(1, 1200 // (place + 2) ** 2) for place, line in enumerate(lists["language"])}
    plain = (
        "adjective",
        "category",
        "color",
        "company_suffix",
        "department",
        "domain",
        "file_ext",
        "mime_type",
        "noun",
        "verb",
    )
    return {
        **dict(people()),
        **places(),
        **dict(countries()),
        **{name: equal(lists[name]) for name in plain},
        "street_name": streets(lists),
        "company": companies(made),
        "brand": equal(made["brand"]),
        "job_title": jobs(),
        "product_name": products(),
        "language": languages,
        "title": titles(),
        "sentence": sentences(),
        "word": words(lists),
        "user_agent": user_agents(),
        **dict(grammars()),
    }


def main() -> None:
    rows = [(pool, value, weight) for pool, values in sorted(pools().items()) for value, weight in values.items()]
    for pool, value, weight in rows:
        if value != value.strip() or not value or weight < 1:
            raise SystemExit(f"{pool}: bad value {value!r} with weight {weight}")
    names, values, weights = zip(*rows, strict=True)
    schema = pa.schema({"pool": pa.string(), "value": pa.string(), "weight": pa.uint32()})
    table = pa.table([names, values, weights], schema=schema)
    pq.write_table(table, TARGET, compression="zstd", compression_level=19, use_dictionary=["pool"])
    print(f"{len(rows):,} values in {len(set(names))} pools, {TARGET.stat().st_size:,} bytes")
    print(f'POOLS_SHA256 = "{hashlib.sha256(TARGET.read_bytes()).hexdigest()}"')


if __name__ == "__main__":
    main()
