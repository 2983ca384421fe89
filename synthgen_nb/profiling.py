"""What the columns of a version hold, counted over its parts: NULLs, distinct values, ends, the mean, and how the
values are spread. Streams; knows no screen.

Two passes over a table: one for all counts, one for each column's spread. Distinct values are exact up to 100,000 rows,
wherever there are few of them and where a key was checked; else they are DuckDB's HyperLogLog, a few percent off.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal

from msgspec import Struct
from msgspec.structs import replace

from .sandbox import connect, quoted, relation_names
from .schema import Column, Kind

if TYPE_CHECKING:
    import duckdb

    from .dataset import Dataset

BINS = 24
TOP = 8
_EXACT_ROWS = 100_000
_FEW = 1_000  # values that are counted one by one
_WIDE = 6  # times the mean: from there on the bins of a histogram grow with the values
_NUMBERS = {Kind.INTEGER, Kind.DECIMAL, Kind.FLOAT, Kind.MONEY, Kind.YEAR}
_WHOLE = {Kind.INTEGER, Kind.YEAR}
_MOMENTS = {Kind.DATE, Kind.TIMESTAMP, Kind.TIMESTAMPTZ}
_TEXTS = {Kind.TEXT, Kind.ENUM, Kind.UUID, Kind.BOOLEAN, Kind.SET, Kind.INET, Kind.MACADDR}


class Bar(Struct, frozen=True):
    """So many rows hold `label`: a value, or where a bin begins."""

    label: str
    rows: int


class Profile(Struct, frozen=True):
    """One column. `least`, `mean` and `most` are spelled, "" where there are none; where the bars are lengths they
    are so too. `spread` says what the bars are: the commonest values, or bins of alike width ("bins"), of widths that
    grow by one factor ("growing bins"), of the lengths of texts ("lengths")."""

    column: str
    type: str
    meaning: str
    rows: int
    nulls: int
    distinct: int
    exact: bool
    least: str = ""
    mean: str = ""
    most: str = ""
    spread: Literal["values", "bins", "growing bins", "lengths", ""] = ""
    bars: tuple[Bar, ...] = ()


def profiles(dataset: Dataset, table: str) -> tuple[Profile, ...]:
    """One for each column, in their order."""
    owner = dataset.schema.tables[table]
    rows = dataset.rows[table]
    names = relation_names(owner.column_names)
    meanings = _meanings(dataset, table)
    plain = (u.columns for u in owner.uniques if not (u.where or u.expressions or u.prefixes))
    unique = {owner.primary_key, *plain} if dataset.report and not dataset.report.broken else set()
    with connect({table: dataset.parts(table)}) as connection:
        relation = quoted(relation_names([table])[table])
        asked = [part for column in owner.columns for part in _counts(column, _read(column, names[column.name]), rows)]
        counted = connection.execute(f"SELECT {', '.join(asked)} FROM {relation}").fetchone()
        assert counted is not None  # one row, whatever the table holds
        found = []
        for place, column in enumerate(owner.columns):
            there, distinct, least, most, mean = counted[place * 5 : place * 5 + 5]
            alone = (column.name,) in unique
            profile = Profile(
                column=column.name,
                type=column.type.sql,
                meaning=meanings.get(column.name, ""),
                rows=rows,
                nulls=rows - there,
                distinct=there if alone else min(distinct, there),
                exact=alone or rows <= _EXACT_ROWS,
                least=_spelled(least),
                mean=_mean(column, mean),
                most=_spelled(most),
            )
            if there:
                sql = _read(column, names[column.name])
                profile = _spread(connection, relation, column, sql, profile, (least, most, mean))
            found.append(profile)
    return tuple(found)


def _read(column: Column, name: str) -> str:
    """The column as it is asked for: moments of a zone as they are in UTC, for DuckDB gives Python others only where it
    has pytz."""
    sql = quoted(name)
    return f"make_timestamp(epoch_us({sql}))" if column.type.kind == Kind.TIMESTAMPTZ else sql


def _meanings(dataset: Dataset, table: str) -> dict[str, str]:
    """By column; none where this release can't read the plan."""
    plan = dataset.readable_plan
    known = plan.tables.get(table) if plan is not None else None
    return {name: column.meaning for name, column in known.columns.items()} if known is not None else {}


def _counts(column: Column, sql: str, rows: int) -> tuple[str, ...]:
    """How many there are and how many of them differ, the ends, the mean."""
    kind = column.type.kind
    comparable = sql if kind in _NUMBERS | _MOMENTS | _TEXTS | {Kind.TIME} else f"CAST({sql} AS VARCHAR)"
    distinct = f"count(DISTINCT {comparable})" if rows <= _EXACT_ROWS else f"approx_count_distinct({comparable})"
    ends, mean = ("NULL", "NULL"), "NULL"
    if kind in _NUMBERS:
        ends, mean = (f"min({sql})", f"max({sql})"), f"avg(CAST({sql} AS DOUBLE))"
    elif kind in _MOMENTS | {Kind.TIME}:
        ends, mean = (f"min({sql})", f"max({sql})"), f"avg(epoch({sql}))"
    elif kind == Kind.TEXT:
        ends = (f"min(length({sql}))", f"max(length({sql}))")
    return (f"count({sql})", distinct, *ends, mean)


def _spread(
    connection: duckdb.DuckDBPyConnection,
    relation: str,
    column: Column,
    sql: str,
    profile: Profile,
    ends: Sequence[Any],
) -> Profile:
    """The profile with its bars."""
    kind = column.type.kind
    least, most, mean = ends
    counted = kind in _NUMBERS | _MOMENTS | {Kind.TIME}
    if profile.distinct <= (TOP if counted else _FEW) and kind in _NUMBERS | _MOMENTS | _TEXTS | {Kind.TIME}:
        query = f"SELECT {sql}, count(*), count(*) OVER () FROM {relation} WHERE {sql} IS NOT NULL GROUP BY 1"
        top = connection.execute(f"{query} ORDER BY 2 DESC, 1 LIMIT {TOP}").fetchall()
        if top and (kind != Kind.TEXT or top[0][1] > 1):
            bars = tuple(Bar(_spelled(value), count) for value, count, _ in top)
            profile = replace(profile, distinct=top[0][2], exact=True, spread="values", bars=bars)
            return profile if counted else replace(profile, least="", most="")
    if kind == Kind.TEXT:
        if most == least:
            return replace(profile, spread="lengths", bars=(Bar(str(least), profile.rows - profile.nulls),))
        found = _bins(connection, relation, f"length({sql})", least, most, whole=True)
        return replace(profile, spread="lengths", bars=tuple(Bar(f"{low:.0f}", count) for low, count in found))
    if not counted or least == most:
        return profile
    if kind in _NUMBERS:
        low, high = float(least), float(most)
        growing = low > 0 and high - low > _WIDE * (mean - low)
        found = _bins(connection, relation, f"CAST({sql} AS DOUBLE)", low, high, growing=growing, whole=kind in _WHOLE)
        bars = tuple(Bar(f"{start:.4g}", count) for start, count in found)
        return replace(profile, spread="growing bins" if growing else "bins", bars=bars)
    row = connection.execute(f"SELECT min(epoch({sql})), max(epoch({sql})) FROM {relation}").fetchone()
    assert row is not None  # an aggregate has one
    found = _bins(connection, relation, f"epoch({sql})", row[0], row[1])
    return replace(profile, spread="bins", bars=tuple(Bar(_moment(kind, start), count) for start, count in found))


def _bins(
    connection: duckdb.DuckDBPyConnection,
    relation: str,
    sql: str,
    low: float,
    high: float,
    *,
    growing: bool = False,
    whole: bool = False,
) -> list[tuple[float, int]]:
    """(where a bin begins, rows), of every bin between the ends."""
    whole = whole and high - low < BINS  # a bin for each number
    growing = growing and not whole
    bins = int(high - low) + 1 if whole else BINS
    value, first, last = (f"ln({sql})", f"ln({low!r})", f"ln({high!r})") if growing else (sql, repr(low), repr(high))
    span = f"({last} - {first})" if not whole else f"{bins}"
    place = f"least({bins - 1}, CAST(floor(({value} - {first}) / {span} * {bins}) AS INTEGER))"
    counts = dict(
        connection.execute(f"SELECT {place}, count(*) FROM {relation} WHERE {sql} IS NOT NULL GROUP BY 1").fetchall()
    )
    starts = [low * (high / low) ** (k / bins) if growing else low + k * (high - low) / bins for k in range(bins)]
    return [(low + k if whole else starts[k], counts.get(k, 0)) for k in range(bins)]


def _spelled(value: object) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case float():
            return f"{value:.6g}"
        case dt.datetime():
            return value.replace(microsecond=0, tzinfo=None).isoformat(" ")
    return str(value)


def _mean(column: Column, mean: float | None) -> str:
    if mean is None:
        return ""
    return f"{mean:.6g}" if column.type.kind in _NUMBERS else _moment(column.type.kind, mean)


def _moment(kind: Kind, seconds: float) -> str:
    """A number of seconds since 1970, or since midnight, as the column would have it."""
    if kind == Kind.TIME:
        return f"{int(seconds) // 3600:02}:{int(seconds) // 60 % 60:02}"
    moment = dt.datetime(1970, 1, 1) + dt.timedelta(seconds=seconds)
    return moment.date().isoformat() if kind == Kind.DATE else moment.isoformat(" ", "minutes")
