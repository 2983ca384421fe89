"""The word pools: frozen by hash, whole, believable where a query can tell."""

from __future__ import annotations

import hashlib
import re
from importlib.resources import files
from pathlib import Path
from zoneinfo import available_timezones

import numpy as np
import pytest

from synthgen_nb.errors import PlanError
from synthgen_nb.specs.pools import POOLS_SHA256, fields, names, pool

# name of the pool, least number of values, parts joined by "|"
CATALOG = {
    "adjective": (150, 1),
    "brand": (100, 1),
    "category": (60, 1),
    "city": (300, 1),
    "color": (40, 1),
    "company": (400, 1),
    "company_suffix": (15, 1),
    "country": (150, 4),
    "country_code": (150, 1),
    "currency_code": (100, 1),
    "department": (25, 1),
    "domain": (30, 1),
    "file_ext": (30, 1),
    "first_name_female": (400, 1),
    "first_name_male": (400, 1),
    "job_title": (200, 1),
    "language": (60, 2),
    "last_name": (1000, 1),
    "mime_type": (30, 1),
    "noun": (300, 1),
    "place": (300, 7),
    "product_name": (300, 4),
    "region": (200, 1),
    "sentence": (600, 1),
    "street_name": (500, 1),
    "time_zone": (100, 1),
    "title": (400, 1),
    "user_agent": (30, 1),
    "verb": (200, 1),
    "word": (1500, 1),
}

SOURCES = Path(__file__).parents[1] / ".ci" / "pool_sources"
GRAMMAR_POOLS = {
    *re.findall(r"^\[(\w+)\]$", (SOURCES / "grammars.txt").read_text(encoding="utf-8"), re.MULTILINE),
    *("n1", "n2", "n3"),
}


def test_the_file_is_the_one_whose_hash_plans_carry() -> None:
    data = files("synthgen_nb").joinpath("data", "pools.parquet").read_bytes()
    assert hashlib.sha256(data).hexdigest() == POOLS_SHA256
    assert len(data) < 800_000


def test_all_pools_are_there_and_no_other() -> None:
    assert set(names()) == {*CATALOG, *GRAMMAR_POOLS}


@pytest.mark.parametrize("name", sorted(GRAMMAR_POOLS))
def test_every_slot_of_a_grammar_is_a_pool(name: str) -> None:
    found = pool(name).values.to_pylist()
    assert len(found) == len(set(found))
    assert all(value == value.strip() and value.isascii() for value in found)
    slots = {slot for value in found for slot in re.findall(r"\{(?:\^|a )?(\w+)\}", value)}
    assert slots <= set(names())
    assert all(re.fullmatch(r"[^{}]*", re.sub(r"\{(?:\^|a )?\w+\}", "", value)) for value in found)


@pytest.mark.parametrize("name", CATALOG)
def test_values_are_distinct_trimmed_and_weighted(name: str) -> None:
    least, parts = CATALOG[name]
    found = pool(name)
    values = found.values.to_pylist()
    assert len(found) == len(values) >= least
    assert len(set(values)) == len(values)
    assert all(value and value == value.strip() and value.isprintable() for value in values)
    assert found.weights.dtype == np.uint32
    assert found.weights.min() >= 1
    assert np.array_equal(found.cumulative, np.cumsum(found.weights, dtype=np.uint64))
    assert all(value.count("|") == parts - 1 for value in values)


def test_a_pool_is_frozen_and_loaded_once() -> None:
    assert pool("word") is pool("word")
    with pytest.raises(ValueError, match="read-only"):
        pool("word").weights[0] = 7


def test_an_unknown_pool_is_refused_with_the_nearest_names() -> None:
    with pytest.raises(PlanError, match=r"no word pool 'first_name_femal' \(there is first_name_female"):
        pool("first_name_femal")


def test_the_parts_of_a_pool_stand_row_by_row() -> None:
    city, region, country, postal, latitude, longitude, zone = (part.values.to_pylist() for part in fields("place"))
    k = city.index("Boston")
    row = (region[k], country[k], postal[k], latitude[k], longitude[k], zone[k])
    assert row == ("Massachusetts", "US", "021##", "42.36", "-71.06", "America/New_York")
    assert np.array_equal(fields("place")[0].cumulative, pool("place").cumulative)


def test_a_pool_without_parts_gives_itself() -> None:
    assert fields("word") == (pool("word"),)


def test_places_lie_on_earth_in_known_countries_and_time_zones() -> None:
    _, _, country, postal, latitude, longitude, zone = (part.values.to_pylist() for part in fields("place"))
    assert set(country) <= set(fields("country")[1].values.to_pylist())
    assert set(zone) <= available_timezones()
    assert all(-56 < float(x) < 72 for x in latitude)
    assert all(-180 < float(x) <= 180 for x in longitude)
    assert all(re.fullmatch(r"[0-9A-Z #@-]+", x) for x in postal)
    assert set(zone) <= set(pool("time_zone").values.to_pylist())


def test_prices_of_products_are_ranges_in_cents() -> None:
    _, _, low, high = (part.values.to_pylist() for part in fields("product_name"))
    assert all(0 < int(a) < int(b) for a, b in zip(low, high, strict=True))


def test_hosts_are_reserved_names_only() -> None:
    assert all(re.search(r"(^|\.)example(\.com|\.org|\.net)?$", host) for host in pool("domain").values.to_pylist())


def test_sentences_are_whole_and_short() -> None:
    for sentence in pool("sentence").values.to_pylist():
        assert re.fullmatch(r"[A-Z].*[.?!]", sentence)
        assert 4 <= len(sentence.split()) <= 14, sentence
        assert "{" not in sentence
