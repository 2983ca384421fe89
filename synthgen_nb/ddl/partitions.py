"""How a table is cut into partitions, and which rows find one. A partition holds rows of its parent, so it has none of
its own. Knows bounds as they are written, in PostgreSQL's tables and in MySQL's options; draws nothing."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Sequence

from msgspec import Struct, structs

from ..errors import DDLError
from ..schema import Check, Constraint, PrimaryKey, Schema, Table, Unique
from .cursor import Cursor
from .dialects import dialect_named
from .fragments import columns_read, without_parentheses
from .splitter import Statement
from .tokens import tokenize

_ENDS = ("MINVALUE", "MAXVALUE")


class Span(Struct, frozen=True):
    """Keys from `low` up to, not including, `high`, compared one after the other. Each is an SQL value, MINVALUE or
    MAXVALUE. `nulls`: a NULL counts as the least of all."""

    low: tuple[str, ...]
    high: tuple[str, ...]
    nulls: bool = False


class Listed(Struct, frozen=True):
    """Keys that are one of `values` (SQL, a value for each key). `null`: or NULL."""

    values: tuple[tuple[str, ...], ...]
    null: bool = False


class Hashed(Struct, frozen=True):
    modulus: int
    remainder: int


class Rest(Struct, frozen=True):
    """What no other partition takes."""


Bound = Span | Listed | Hashed | Rest


class Part(Struct, frozen=True):
    """`table` is the key of the partition's own table, where it has one; `below` is how it is cut again."""

    name: str
    bound: Bound
    table: str = ""
    below: Division | None = None


class Division(Struct, frozen=True):
    """`keys` are SQL expressions over a row. `reason` says why the bounds can't be read."""

    keys: tuple[str, ...]
    parts: tuple[Part, ...] = ()
    reason: str = ""


def division_of(schema: Schema, table: Table) -> Division | None:
    """How the table is cut; None where it is not, or where every row finds a place by its nature (hashes)."""
    dialect = dialect_named(schema.dialect)
    try:
        c = Cursor(tokenize(Statement(table.options, 1, 1), dialect.name))
        while not c.done and not c.at("PARTITION", "BY"):
            c.skip()
        if c.done:
            return None
        c.i += 2
        if dialect.backslashes:
            return _in_options(c)
        return _in_tables(c, schema, table) if dialect.name == "postgres" else None
    except (DDLError, ValueError):
        return Division((), reason="these partition bounds can't be read here")


def partitions_of(schema: Schema, key: str) -> Iterator[Table]:
    """The tables that are partitions of this one, directly or through others."""
    for table in schema.tables.values():
        if table.partition_of == key:
            yield table
            yield from partitions_of(schema, table.key)


def own_keys(schema: Schema, table: Table) -> list[tuple[Table, Constraint]]:
    """Keys, UNIQUEs, references and EXCLUDEs that only some partitions have, each with one that has it."""
    found: list[tuple[Table, Constraint]] = []
    known = [_bare(constraint) for constraint in table.constraints]
    for partition in partitions_of(schema, table.key):
        for constraint in partition.constraints:
            if isinstance(constraint, PrimaryKey):
                constraint = Unique(columns=constraint.columns, name=constraint.name, place=constraint.place)
                if set(constraint.columns) == set(table.primary_key):
                    continue
            if not isinstance(constraint, Check) and _bare(constraint) not in known:
                found.append((partition, constraint))
                known.append(_bare(constraint))
    return found


def own_checks(table: Table, partition: Table) -> tuple[Check, ...]:
    """The conditions that a partition has and the whole table has not."""
    known = {check.sql for check in table.checks}
    return tuple(check for check in partition.checks if check.enforced and check.sql not in known)


def own_not_null(table: Table, partition: Table) -> tuple[str, ...]:
    """The columns that may be NULL in the table, but not in this partition."""
    optional = {c.name for c in table.columns if c.nullable}
    return tuple(c.name for c in partition.columns if not c.nullable and c.name in optional)


def _bare(constraint: Constraint) -> Constraint:
    return structs.replace(constraint, name="", place=None)


# --- reading


def _in_tables(c: Cursor, schema: Schema, table: Table) -> Division | None:
    """PostgreSQL: each partition is a table that says its bounds."""
    how = c.next().key
    keys = tuple(_key(item) for item in c.group().items())
    children = [t for t in schema.tables.values() if t.partition_of == table.key]
    if not children:
        return Division(keys, reason="it has no partitions yet")
    parts = tuple(
        Part(t.key, _bound(t.partition_bound or "", schema.dialect), t.key, division_of(schema, t)) for t in children
    )
    hashed = [part.bound for part in parts if isinstance(part.bound, Hashed)]
    if how != "HASH":
        return Division(keys, parts)
    most = max((bound.modulus for bound in hashed), default=1)
    if sum(most / bound.modulus for bound in hashed) < most:
        return Division(keys, reason="not every remainder of its hashes has a partition")
    below = [part for part in parts if part.below is not None]
    return Division(keys, parts) if below else None


def _key(item: Cursor) -> str:
    """A key without its collation and its class of operators."""
    start = item.i
    item.skip()
    if item.at("("):
        item.skip()
    return without_parentheses(item.text(start, item.i), item.dialect)


def _bound(text: str, dialect: str) -> Bound:
    c = Cursor(tokenize(Statement(text, 1, 1), dialect))
    if c.take("DEFAULT"):
        return Rest()
    c.expect("FOR", "VALUES")
    if c.take("IN"):
        return _listed(c.group())
    if c.take("FROM"):
        low = tuple(_value(item) for item in c.group().items())
        c.expect("TO")
        return Span(low, tuple(_value(item) for item in c.group().items()))
    c.expect("WITH")
    found = re.fullmatch(r"\s*MODULUS\s+(\d+)\s*,\s*REMAINDER\s+(\d+)\s*", c.group().rest(), re.IGNORECASE)
    if found is None:
        c.fail("expected MODULUS and REMAINDER")
    return Hashed(int(found[1]), int(found[2]))


def _listed(c: Cursor) -> Listed:
    values, null = [], False
    for item in c.items():
        if item.at("("):
            values.append(tuple(inner.rest() for inner in item.group().items()))
        elif item.at("NULL"):
            null = True
        else:
            values.append((item.rest(),))
    return Listed(tuple(values), null)


def _value(item: Cursor) -> str:
    return item.next().key if item.at_any(*_ENDS) else item.rest()


def _in_options(c: Cursor) -> Division | None:
    """MySQL: the options of the table say it all. Subpartitions are hashes, which take every row."""
    how = c.next().key
    if how not in ("RANGE", "LIST"):
        return None
    keys = (c.group().rest(),) if not c.take("COLUMNS") else tuple(item.rest() for item in c.group().items())
    while not c.done and not c.at("("):
        c.next()
        if c.at("(") and not c.at("(", "PARTITION"):
            c.skip()  # of SUBPARTITION BY
    parts: list[Part] = []
    low: tuple[str, ...] = ("MINVALUE",) * len(keys)
    for item in c.group().items():
        item.expect("PARTITION")
        name = item.name("a partition")
        if item.take("DEFAULT") or item.take("VALUES", "IN", "(", "DEFAULT", ")"):
            parts.append(Part(name, Rest()))
        elif item.take("VALUES", "IN"):
            parts.append(Part(name, _listed(item.group())))
        else:
            item.expect("VALUES", "LESS", "THAN")
            values = item.group().items() if item.at("(") else [item]
            high = tuple(_value(value) for value in values)
            parts.append(Part(name, Span(low, high, nulls=True)))
            low = high
    return _in_moments(Division(keys, tuple(parts)))


_SECONDS = re.compile(r"unix_timestamp\s*\((.+)\)", re.IGNORECASE | re.DOTALL)


def _in_moments(division: Division) -> Division:
    """unix_timestamp(ts) compared as ts itself: the engine's time zone is the same on both sides."""
    key = _SECONDS.fullmatch(division.keys[0])
    if key is None:
        return division

    def moment(end: str) -> str:
        found = _SECONDS.fullmatch(end)
        if found is not None or end in _ENDS:
            return found[1] if found else end
        return f"'{dt.datetime.fromtimestamp(int(end), dt.UTC):%Y-%m-%d %H:%M:%S}'"

    parts = [
        structs.replace(
            part,
            bound=structs.replace(part.bound, low=(moment(part.bound.low[0]),), high=(moment(part.bound.high[0]),)),
        )
        if isinstance(part.bound, Span)
        else part
        for part in division.parts
    ]
    return structs.replace(division, keys=(key[1],), parts=tuple(parts))


# --- conditions


def reach(division: Division) -> str:
    """The condition (SQL) under which a row finds a partition, down to where rows lie; "" where every row does."""
    if not division.parts:
        return "FALSE"
    rests = [part for part in division.parts if isinstance(part.bound, Rest)]
    others = [part for part in division.parts if not isinstance(part.bound, Rest)]
    if any(isinstance(part.bound, Hashed) for part in others):
        below = [reach(part.below) for part in others if part.below is not None]
        return " AND ".join(f"({sql})" for sql in below if sql)  # more than is needed: nobody knows the hash
    ends = [(part.bound, reach(part.below) if part.below is not None else "") for part in others]
    if rests and not any(sql for _, sql in ends) and rests[0].below is None:
        return ""
    found = [_both(within(division.keys, bound), sql) for bound, sql in _joined(ends)]
    if rests:
        outside = f"({' OR '.join(within(division.keys, part.bound) for part in others) or 'FALSE'}) IS NOT TRUE"
        found.append(_both(outside, reach(rests[0].below) if rests[0].below is not None else ""))
    return "" if "TRUE" in found else " OR ".join(f"({sql})" for sql in found)


def unreadable(division: Division) -> str:
    """Why nobody can tell where rows lie, here or below; "" where it can be told."""
    if division.reason and division.keys and not division.parts:
        return division.reason
    below = [part.below for part in division.parts if part.below is not None]
    hashed = any(isinstance(part.bound, Hashed) for part in division.parts)
    found = [
        division.reason,
        "what lies below a hash depends on it" if hashed and below else "",
        *map(unreadable, below),
    ]
    return next(filter(None, found), "")


def membership(schema: Schema, partition: Table) -> str | None:
    """The condition under which a row of the whole lies in this partition; None where nobody can tell (hashes)."""
    conditions: list[str] = []
    while partition.partition_of in schema.tables:
        parent = schema.tables[partition.partition_of]
        division = division_of(schema, parent)
        part = next((p for p in division.parts if p.table == partition.key), None) if division else None
        if division is None or part is None or isinstance(part.bound, Hashed):
            return None
        siblings = [within(division.keys, p.bound) for p in division.parts if not isinstance(p.bound, Rest)]
        outside = f"({' OR '.join(siblings) or 'FALSE'}) IS NOT TRUE"
        conditions.append(outside if isinstance(part.bound, Rest) else within(division.keys, part.bound))
        partition = parent
    return " AND ".join(f"({sql})" for sql in reversed(conditions))


def key_columns(division: Division, table: Table, dialect: str) -> tuple[str, ...]:
    """The columns that decide where a row lies, here and below."""
    found = [name for key in division.keys for name in columns_read(key, table.column_names, dialect)]
    for part in division.parts:
        found += key_columns(part.below, table, dialect) if part.below is not None else ()
    return tuple(dict.fromkeys(found))


def _both(first: str, second: str) -> str:
    return f"({first}) AND ({second})" if second else first


def _joined(ends: Sequence[tuple[Bound, str]]) -> list[tuple[Bound, str]]:
    """Ranges without a gap as one, lists as one, where they go on alike."""
    spans = {(bound.low, sql): bound for bound, sql in ends if isinstance(bound, Span)}
    highs = {(bound.high, sql) for bound, sql in ends if isinstance(bound, Span)}
    found: list[tuple[Bound, str]] = []
    for (low, sql), span in spans.items():
        if (low, sql) in highs:
            continue
        high = span.high
        while (high, sql) in spans:  # a ring of ranges has no first one
            high = spans[high, sql].high
        found.append((Span(low, high, span.nulls), sql))
    for sql in dict.fromkeys(sql for bound, sql in ends if isinstance(bound, Listed)):
        lists = [bound for bound, other in ends if isinstance(bound, Listed) and other == sql]
        values = tuple(dict.fromkeys(v for bound in lists for v in bound.values))
        found.append((Listed(values, any(bound.null for bound in lists)), sql))
    return found


def within(keys: tuple[str, ...], bound: Bound) -> str:
    """The condition under which the keys lie within a bound."""
    wrapped = [key if re.fullmatch(r"\w+|\"[^\"]*\"|`[^`]*`", key) else f"({key})" for key in keys]
    if isinstance(bound, Listed):
        found = []
        if bound.values and len(keys) == 1:
            listed = ", ".join(value for (value,) in bound.values)
            found.append(f"{wrapped[0]} IS NOT NULL AND {wrapped[0]} IN ({listed})")
        for row in bound.values if len(keys) > 1 else ():
            pairs = zip(wrapped, row, strict=True)
            found.append(" AND ".join(f"{k} IS NULL" if v.upper() == "NULL" else f"{k} = {v}" for k, v in pairs))
        if bound.null:
            found.append(f"{wrapped[0]} IS NULL")
        return " OR ".join(f"({sql})" for sql in found) or "FALSE"
    assert isinstance(bound, Span)
    above, below = _compared(wrapped, bound.low, low=True), _compared(wrapped, bound.high, low=False)
    held = " AND ".join(f"({sql})" for sql in (above, below) if sql != "TRUE")
    if bound.nulls:
        return f"({held}) OR {wrapped[0]} IS NULL" if held and "MINVALUE" in bound.low[:1] else held or "TRUE"
    return " AND ".join([*(f"{key} IS NOT NULL" for key in wrapped), *([held] if held else [])])


def _compared(keys: Sequence[str], ends: Sequence[str], *, low: bool) -> str:
    """keys >= ends (low), or keys < ends: the first key decides, then the second ..."""
    key, end, last = keys[0], ends[0], len(keys) == 1
    if end in _ENDS:
        return "TRUE" if (end == "MINVALUE") == low else "FALSE"
    sign = ">" if low else "<"
    if last:
        return f"{key} {'>=' if low else '<'} {end}"
    rest = _compared(keys[1:], ends[1:], low=low)
    if rest == "FALSE":
        return f"{key} {sign} {end}"
    if rest == "TRUE":
        return f"{key} {sign}= {end}"
    return f"{key} {sign} {end} OR ({key} = {end} AND ({rest}))"
