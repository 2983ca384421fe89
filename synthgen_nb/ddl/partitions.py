"""Partition bounds as conditions. A partition holds rows of its parent, so it has none of its own."""

from __future__ import annotations

import re

from ..schema import Schema, Table

_BY = re.compile(r"PARTITION\s+BY\s+(RANGE|LIST|HASH)\s*\(\s*(\w+|\"[^\"]+\")\s*\)", re.IGNORECASE)
_FROM = re.compile(r"FOR\s+VALUES\s+FROM\s*\((.+)\)\s+TO\s*\((.+)\)\s*", re.IGNORECASE | re.DOTALL)
_IN = re.compile(r"FOR\s+VALUES\s+IN\s*\((.+)\)\s*", re.IGNORECASE | re.DOTALL)
_MODULUS = re.compile(r"MODULUS\s+(\d+)", re.IGNORECASE)


def bound_of(schema: Schema, table: Table) -> tuple[str, str] | None:
    """(column, condition) that a partition's rows meet; None for what is read neither as RANGE nor as LIST over one
    column."""
    parent = schema.tables.get(table.partition_of or "")
    by = _BY.search(parent.options) if parent else None
    if by is None or not table.partition_bound:
        return None
    column, bound = by[2], table.partition_bound.strip()
    if by[1].upper() == "RANGE" and (found := _FROM.fullmatch(bound)):
        return column.strip('"'), " AND ".join([f"{column} IS NOT NULL", *_limits(column, *_ends(found))])
    if by[1].upper() == "LIST" and (found := _IN.fullmatch(bound)) and "NULL" not in found[1].upper():
        return column.strip('"'), f"{column} IS NOT NULL AND {column} IN ({found[1]})"
    return None


def routed(schema: Schema, parent: Table) -> tuple[str, str] | None:
    """(column, condition) under which some partition takes a row of `parent`: the longest run of ranges without a gap,
    or all listed values. None where every row finds one (HASH, DEFAULT), or where the bounds can't be read."""
    by = _BY.search(parent.options)
    children = [t for t in schema.tables.values() if t.partition_of == parent.key]
    bounds = [t.partition_bound.strip() for t in children if t.partition_bound]
    if by is None or not bounds or any(b.upper() == "DEFAULT" for b in bounds):
        return None
    column = by[2]
    if by[1].upper() == "LIST":
        listed = [found[1] for b in bounds if (found := _IN.fullmatch(b))]
        return (column.strip('"'), f"{column} IN ({', '.join(listed)})") if len(listed) == len(bounds) else None
    ranges = [_ends(found) for b in bounds if (found := _FROM.fullmatch(b))]
    if by[1].upper() != "RANGE" or not ranges:
        return None
    following = dict(ranges)
    runs = [_run(low, following) for low, _ in ranges if low not in following.values()]
    low, high = max(runs, key=lambda run: run[2])[:2]
    limits = _limits(column, low, high)
    return column.strip('"'), " AND ".join([f"{column} IS NOT NULL", *limits])


def takes_every_row(schema: Schema, parent: Table) -> bool:
    """Whether any row of `parent` finds a partition: there is a DEFAULT, or one for each remainder of HASH."""
    bounds = [(t.partition_bound or "").strip() for t in schema.tables.values() if t.partition_of == parent.key]
    moduli = {found[1] for bound in bounds if (found := _MODULUS.search(bound))}
    hashed = len(moduli) == 1 and len(bounds) == int(moduli.pop())
    return hashed or any(bound.upper() == "DEFAULT" for bound in bounds)


def _run(low: str, following: dict[str, str]) -> tuple[str, str, int]:
    """The ranges from `low` on that begin where another ends: (low, high, how many)."""
    high, count = following[low], 1
    while high in following and count <= len(following):
        high, count = following[high], count + 1
    return low, high, count


def _ends(found: re.Match[str]) -> tuple[str, str]:
    return found[1].strip(), found[2].strip()


def _limits(column: str, low: str, high: str) -> list[str]:
    limits = [] if low.upper() == "MINVALUE" else [f"{column} >= {low}"]
    return limits if high.upper() == "MAXVALUE" else [*limits, f"{column} < {high}"]
