"""Random wishes for a schema: such as fit its columns, and such as do not. One number decides them."""

from __future__ import annotations

import random

from synthgen_nb.schema import Column, Kind, Schema, Table
from synthgen_nb.wishes import Between, Children, Count, Locales, Nulls, Rhythm, Share, Shares, Wish

NUMBERS = {Kind.INTEGER, Kind.DECIMAL, Kind.FLOAT, Kind.MONEY, Kind.YEAR}
MOMENTS = {Kind.DATE, Kind.TIMESTAMP, Kind.TIMESTAMPTZ}
WORDS = ("new", "paid", "P", "a", "2024-01-01", "Größe", "x" * 300, "", "\x00", "42")
LOCALES = (
    (Share("de_DE", 80),),
    (Share("fr_FR", 50), Share("ja_JP", 30), Share("en_GB", 20)),
    (Share("xx_XX", 10),),
)


def wishes_for(schema: Schema, seed: int, each: float = 0.4) -> tuple[Wish, ...]:
    """For about that part of the columns and tables."""
    rng = random.Random(seed)
    found: list[Wish] = []
    for key, table in schema.tables.items():
        found += [wish for column in table.columns if rng.random() < each for wish in _of(rng, key, table, column)]
        for parent in dict.fromkeys(foreign.table for foreign in table.foreign_keys):
            if rng.random() < each:
                found.append(_children(rng, key, parent))
        if rng.random() < each / 2:
            found.append(Locales(table=key, shares=rng.choice(LOCALES)))
        if rng.random() < each / 4:
            found.append(Count(table=key, rows=rng.choice((0, 1, 30, 90))))
    rng.shuffle(found)
    return tuple(found)


def _of(rng: random.Random, key: str, table: Table, column: Column) -> list[Wish]:
    name = column.name
    wishes: list[Wish] = []
    if rng.random() < 0.3:
        wishes.append(Nulls(table=key, column=name, percent=rng.choice((0, 3, 50, 100, 120))))
    if column.type.kind in NUMBERS | MOMENTS | {Kind.TIME} and rng.random() < 0.6:
        ends = [_literal(rng, column) for _ in range(3)]
        low, middle, high = sorted(ends, key=_size) if rng.random() < 0.9 else ends
        typical = middle if rng.random() < 0.4 else ""
        bounds = (low if rng.random() < 0.8 else "", high if rng.random() < 0.8 else "")
        wishes.append(Between(table=key, column=name, low=bounds[0], high=bounds[1], typical=typical))
    if column.type.kind in MOMENTS | {Kind.TIME} and rng.random() < 0.5:
        months = {12: 3.0, rng.randint(1, 12): 0.0} if rng.random() < 0.6 else {}
        weekdays = {rng.randint(1, 7): 0.5, rng.randint(1, 8): 2.0} if rng.random() < 0.6 else {}
        hours = {rng.randint(0, 23): 5.0} if rng.random() < 0.6 else {}
        wishes.append(Rhythm(table=key, column=name, months=months, weekdays=weekdays, hours=hours))
    if rng.random() < 0.5:
        values = rng.sample([*column.type.values, *_values(rng, table, column)], 2)
        percents = rng.choice(((60.0, 40.0), (10.0, 5.0), (99.9, 0.1), (70.0, 50.0)))
        wishes.append(Shares(table=key, column=name, shares=tuple(map(Share, values, percents))))
    return wishes


def _children(rng: random.Random, key: str, parent: str) -> Children:
    least, most = rng.choice(((1, 3), (0, 1), (2, 2), (None, 4), (1, None), (None, None), (5, 2)))
    return Children(table=key, parent=parent, least=least, most=most, skew=rng.choice((None, 0, 1, 2)))


def _values(rng: random.Random, table: Table, column: Column) -> list[str | int | float | bool]:
    """Values that CHECKs of its table name, and others."""
    named = [word for check in table.checks for word in check.sql.split("'")[1::2]]
    if column.type.kind == Kind.BOOLEAN:
        return [True, False]
    if column.type.kind in NUMBERS:
        return [rng.randint(0, 9), rng.randint(-5, 5000), rng.randint(0, 400) / 4]
    if column.type.kind in MOMENTS | {Kind.TIME}:
        return [_literal(rng, column), _literal(rng, column)]
    return [*rng.sample(WORDS, 2), *named]


def _literal(rng: random.Random, column: Column) -> str:
    day = f"{rng.randint(1995, 2030)}-{rng.randint(1, 12):02}-{rng.randint(1, 28):02}"
    clock = f"{rng.randint(0, 23):02}:{rng.randint(0, 59):02}:00"
    match column.type.kind:
        case Kind.DATE:
            return day
        case Kind.TIMESTAMP | Kind.TIMESTAMPTZ:
            return f"{day} {clock}" if rng.random() < 0.5 else day
        case Kind.TIME:
            return clock
        case Kind.YEAR:
            return str(rng.randint(1950, 2030))
    return rng.choice((str(rng.randint(-20, 50)), str(rng.randint(1, 10_000)), f"{rng.randint(0, 999) / 10}", "1e999"))


def _size(text: str) -> tuple[float, str]:
    try:
        return float(text), ""
    except ValueError:
        return 0, text
