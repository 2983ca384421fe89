"""Random banks for a schema: rows for one column or several, of values that fit and of others. One number decides
them."""

from __future__ import annotations

import random

from synthgen_nb.schema import Column, Kind, Schema, Table
from synthgen_nb.wishes import Value, Written

WORDS = ("red", "Red", "réd", "oak", "Elm tree", "ash (2)", "A", "AB-12", "abc", "Größe", "x" * 300, "", "\x00", "42")
NUMBERS = {Kind.INTEGER, Kind.DECIMAL, Kind.FLOAT, Kind.MONEY, Kind.YEAR}


def banks_for(schema: Schema, seed: int) -> tuple[Written, ...]:
    """For about half of the tables."""
    rng = random.Random(seed)
    return tuple(_bank(rng, key, table) for key, table in schema.tables.items() if rng.random() < 0.6)


def _bank(rng: random.Random, key: str, table: Table) -> Written:
    keys = {name for fk in table.foreign_keys for name in fk.columns}
    free = [c for c in table.columns if c.type.kind == Kind.TEXT or (c.name not in keys and c.name != "id")]
    among = free if free and rng.random() < 0.9 else list(table.columns)
    columns = rng.sample(among, rng.randint(1, min(4, len(among))))
    named = [word for check in table.checks for word in check.sql.split("'")[1::2]]
    rows = [tuple(_value(rng, column, named) for column in columns) for _ in range(rng.choice((1, 4, 30, 150)))]
    return Written(table=key, columns=tuple(c.name for c in columns), prompt="any", values=tuple(rows))


def _value(rng: random.Random, column: Column, named: list[str]) -> Value | None:
    if rng.random() < 0.02:
        return None
    match column.type.kind:
        case Kind.BOOLEAN:
            return rng.random() < 0.5
        case kind if kind in NUMBERS:
            return rng.choice((rng.randint(0, 9), rng.randint(1, 5000), rng.randint(0, 4000) / 4, 2020))
        case Kind.DATE | Kind.TIMESTAMP | Kind.TIMESTAMPTZ:
            day = f"{rng.randint(1995, 2030)}-{rng.randint(1, 12):02}-{rng.randint(1, 28):02}"
            return day if column.type.kind == Kind.DATE else f"{day} {rng.randint(0, 23):02}:30:00"
        case Kind.TIME:
            return f"{rng.randint(0, 23):02}:{rng.randint(0, 59):02}:00"
        case Kind.ENUM:
            return rng.choice(column.type.values)
    word = "".join(rng.choice("abcdefghij") for _ in range(rng.randint(1, 9)))
    some = rng.sample(named, min(2, len(named)))
    return rng.choice((rng.choice(WORDS), word, word.upper(), f"{word}@example.com", *some))
