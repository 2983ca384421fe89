"""The cities of the package: region, county, country, coordinates, time zone, form of postal codes, calling code. Reads
data/places.parquet, once; draws nothing. A city is known by its number, its row in the file.

The file is frozen like the word pools: its hash stands here, and in every plan with places. .ci/make_places.py builds
it from data of GeoNames; docs/pools.md tells what it holds.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Literal

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from msgspec import Struct

from ..errors import PlanError
from ..rows import I64, U64, Mask

PLACES_SHA256 = "1a656384cdd572eb31847fe07a9197ee622ae66d7ceb1b3276497ef9eed7a804"
DEGREE = 100_000  # units of coordinates
_HALF = np.uint64(32)
I32 = npt.NDArray[np.int32]

Level = Literal["country", "region", "city"]


class Limit(Struct, frozen=True):
    """Cities whose value of `field` is longer than `most` bytes, or farther from 0 in degrees, are left out."""

    field: str
    most: int


class Cities(Struct, frozen=True):
    """Every column by the city's number. The first `countries` cities lie in as many countries, the first `names` have
    as many names. `country` and `region` number those of a city; `latitude` and `longitude` are in 1/100,000 of a
    degree."""

    texts: Mapping[str, pa.DictionaryArray]
    latitude: I64
    longitude: I64
    weight: U64
    country: I64
    region: I64
    countries: int
    names: int

    def __len__(self) -> int:
        return len(self.weight)


class Order(Struct, frozen=True):
    """Cities by their country or region, each as often in a row as its weight says, for draws inside of one: those of
    group g lie at `starts[g]` and are `totals[g]` together; those of all stand for a last group."""

    cities: I32
    starts: U64
    totals: U64

    def pick(self, group: I64, random: U64) -> I64:
        """A city of each group (-1: of all), by its weight; of all where a group has none."""
        group = np.where((group < 0) | (self.totals[group] == 0), len(self.totals) - 1, group)
        place = self.starts[group] + ((random >> _HALF) * self.totals[group] >> _HALF)
        return self.cities[place].astype(np.int64)


@cache
def cities() -> Cities:
    import pyarrow.parquet as pq

    data = files("synthgen_nb").joinpath("data", "places.parquet").read_bytes()
    if hashlib.sha256(data).hexdigest() != PLACES_SHA256:
        raise PlanError("data/places.parquet is not this version's file", hint="install the package again")
    # read_table loads pyarrow.dataset first: 35 ms
    table = pq.ParquetFile(io.BytesIO(data)).read().combine_chunks()
    numbers = {name: table[name].to_numpy() for name in ("latitude", "longitude", "weight")}
    texts = {
        name: table[name].combine_chunks().dictionary_encode() for name in table.column_names if name not in numbers
    }
    country = texts["country"].indices.to_numpy().astype(np.int64)
    both = country << 32 | texts["region"].indices.to_numpy().astype(np.int64)
    return Cities(
        texts=texts,
        latitude=_frozen(numbers["latitude"].astype(np.int64)),
        longitude=_frozen(numbers["longitude"].astype(np.int64)),
        weight=numbers["weight"].astype(np.uint64),
        country=_frozen(country),
        region=_frozen(np.unique(both, return_inverse=True)[1].astype(np.int64)),
        countries=len(texts["country"].dictionary),
        names=len(texts["city"].dictionary),
    )


@cache
def ordered(level: Level, limits: tuple[Limit, ...] = ()) -> Order:
    """Only cities within the limits are drawn."""
    known = cities()
    group = known.country if level == "country" else known.region
    weight = known.weight * within(limits)
    order = np.argsort(group, kind="stable")
    totals = np.bincount(group, weight.astype(np.float64)).astype(np.uint64)  # whole numbers below 2**53: exact
    starts = np.cumsum(totals) - totals
    whole = np.repeat(order.astype(np.int32), weight[order].astype(np.int64))
    return Order(whole, np.append(starts, np.uint64(0)), np.append(totals, np.uint64(len(whole))))


@cache
def within(limits: tuple[Limit, ...]) -> Mask:
    """Which cities' values are no longer than the limits say, in bytes; or no farther from 0, in degrees."""
    found = np.ones(len(cities()), bool)
    for limit in limits:
        found &= _extent(limit.field) <= limit.most
    return found


@cache
def _extent(field: str) -> I64:
    known = cities()
    if field in ("latitude", "longitude"):
        return np.abs(known.latitude if field == "latitude" else known.longitude) // DEGREE + 1
    texts = known.texts[field]
    lengths = pc.binary_length(texts.dictionary).to_numpy(zero_copy_only=False).astype(np.int64)
    found: I64 = lengths[texts.indices.to_numpy()]
    return found


@cache
def country_of(code: str) -> int:
    """The number of a country by its code of two letters; -1 if it has no city here."""
    codes = cities().texts["country_code"].dictionary.to_pylist()
    return codes.index(code) if code in codes else -1


def _frozen(array: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    array.flags.writeable = False
    return array
