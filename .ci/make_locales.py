"""Builds synthgen_nb/data/locales.parquet: names, streets, addresses and phones by locale, from Faker and
pool_sources/locales.txt.

Needs Faker (a development dependency, MIT); the package itself never imports it. The same sources and versions of
Faker and pyarrow give the same bytes. Run it, then put the hash it prints into LOCALES_SHA256 of
synthgen_nb/specs/locales.py: plans with wishes for locales then refuse the new file, so this is a change for the
changelog.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from importlib import import_module
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from faker import Faker

SOURCE = Path(__file__).parent / "pool_sources" / "locales.txt"
TARGET = Path(__file__).parents[1] / "synthgen_nb" / "data" / "locales.parquet"
MOST_FIRST, MOST_LAST, STREETS = 400, 1000, 120


def plain(names: Iterable[str], most: int) -> list[str]:
    """At most that many of the names that are one word of Latin letters, each once: the commonest where it is known how
    common they are, else from all over the list, which may be in alphabetical order."""
    if isinstance(names, Mapping):
        names = sorted(names, key=names.__getitem__, reverse=True)
        most_common = most
    else:
        names, most_common = list(names), 1 << 30
    words = (name for name in names if name.replace("-", "").replace("'", "").isalpha() and ord(max(name)) < 0x250)
    kept = list(dict.fromkeys(name for name in words if name[0].isupper() and len(name) > 1))[:most_common]
    return [kept[place * len(kept) // most] for place in range(most)] if len(kept) > most else kept


def people(locale: str) -> Iterator[tuple[str, list[str]]]:
    provider = import_module(f"faker.providers.person.{locale}").Provider
    if locale == "ja_JP":  # as they are spelled in Latin letters
        women = [pair[2] for pair in provider.first_name_female_pairs]
        men = [pair[2] for pair in provider.first_name_male_pairs]
        last = [pair[2] for pair in provider.last_name_pairs]
    else:
        women, men = provider.first_names_female, provider.first_names_male
        last = getattr(provider, "unisex_last_names", None) or provider.last_names
    yield "female", plain(women, MOST_FIRST)
    yield "male", [name for name in plain(men, MOST_FIRST) if name not in set(women)]
    yield "last", plain(last, MOST_LAST)


def streets(source: str) -> list[str]:
    if source.startswith("="):
        return [street.strip() for street in source[1:].split(",")]
    faker = Faker(source)
    faker.seed_instance(0)
    drawn = (faker.street_name() for _ in range(20 * STREETS))
    kept = (street for street in drawn if len(street) <= 28 and not any(c.isdigit() or c in ".," for c in street))
    return list(dict.fromkeys(kept))[:STREETS]


def rows() -> Iterator[tuple[str, str, str]]:
    """(locale, kind, value)"""
    for line in SOURCE.read_text(encoding="utf-8").splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        locale, country, names, street, address, phone = (part.strip() for part in line.split("|"))
        for kind, values in people(names):
            yield from ((locale, kind, value) for value in values)
        yield from ((locale, "street", value) for value in streets(street))
        yield from (
            (locale, kind, value) for kind, value in (("country", country), ("address", address), ("phone", phone))
        )


def main() -> None:
    found = list(rows())
    columns = zip(*found, strict=True)
    table = pa.table(dict(zip(("locale", "kind", "value"), map(pa.array, columns), strict=True)))
    pq.write_table(table, TARGET, compression="zstd", compression_level=19, use_dictionary=["locale", "kind"])
    print(f"{len(found):,} values, {TARGET.stat().st_size:,} bytes")
    for locale in dict.fromkeys(row[0] for row in found):
        kinds = [row[1] for row in found if row[0] == locale]
        print(locale, {kind: kinds.count(kind) for kind in dict.fromkeys(kinds)})
    print(f'LOCALES_SHA256 = "{hashlib.sha256(TARGET.read_bytes()).hexdigest()}"')


if __name__ == "__main__":
    main()
