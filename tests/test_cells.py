"""One cell as text: what is typed back as it is spelled is the same value, and what is no value is refused in words."""

from __future__ import annotations

import pyarrow as pa
import pytest

from synthgen_nb import draft_plan, parse_ddl
from synthgen_nb.cells import spelled, typed, untypable
from synthgen_nb.errors import InputError
from synthgen_nb.generation import Chunk, Engine, generate_chunk
from synthgen_nb.physical import arrow_type
from synthgen_nb.schema import Kind, Type

TYPES = {
    "postgres": """smallint, bigint, numeric(8,2), numeric, real, double precision, money, boolean, text, char(3),
        varchar(9), bytea, bit(4), bit varying(6), date, time, time(0), timestamp, timestamp(3), timestamptz, interval,
        uuid, json, jsonb, xml, inet, cidr, macaddr, macaddr8, integer[], text[], numeric(6,2)[], date[], int4range,
        point, tsvector, pg_lsn, mood""",
    "mysql": """tinyint, int unsigned, bigint unsigned, decimal(5,5), year, set('a','b','c d'), enum('x','y z'), bit(8),
        datetime, datetime(6), geometry, tinyint(1), varbinary(9)""",
    "duckdb": """hugeint, integer[], STRUCT(a integer, b varchar), MAP(varchar, integer), float[3], integer[][],
        STRUCT(a date, b decimal(6,2)[]), timestamptz, MAP(integer, STRUCT(a timestamptz))""",
}
MOOD = "CREATE TYPE mood AS ENUM ('low', 'it''s');"


def _split(types: str) -> list[str]:
    found, depth = [""], 0
    for c in types:
        depth += (c == "(") - (c == ")")
        if c == "," and not depth:
            found.append("")
        else:
            found[-1] += c
    return [" ".join(t.split()) for t in found]


def _columns() -> list[tuple[str, str]]:
    return [(dialect, type_) for dialect, types in TYPES.items() for type_ in _split(types)]


def _drawn(dialect: str, type_: str) -> tuple[Type, pa.Array]:
    ddl = f"{MOOD if dialect == 'postgres' else ''} CREATE TABLE t (id integer PRIMARY KEY, c {type_})"
    schema = parse_ddl(ddl, dialect=dialect)
    plan = draft_plan(schema, rows=40)
    return schema.tables["t"].column("c").type, generate_chunk(Engine(plan), Chunk("t", 0, 40)).column("c")


@pytest.mark.parametrize("dialect, type_", _columns())
def test_a_value_typed_as_it_is_spelled_is_the_same_value(dialect: str, type_: str) -> None:
    column, drawn = _drawn(dialect, type_)
    if why := untypable(column, dialect):
        assert "only the engine knows its form" in why
        with pytest.raises(InputError, match="can't be typed here"):
            typed("x", column, dialect)
        return
    kind = pa.string() if column.kind == Kind.ENUM else arrow_type(column, dialect)
    for value in drawn.to_pylist():
        text = spelled(value, column)
        assert (text is None) == (value is None)
        if text is not None:
            assert pa.array([typed(text, column, dialect)], kind).to_pylist() == [value]


def test_every_kind_of_type_is_tried_above() -> None:
    kinds = {parse_ddl(f"{MOOD if d == 'postgres' else ''} CREATE TABLE t (c {t})", dialect=d).tables["t"]
             .column("c").type.kind for d, t in _columns()}  # fmt: skip
    assert kinds == set(Kind)


@pytest.mark.parametrize(
    "type_, text, why",
    [
        ("date", "2026-13-01", "'2026-13-01' is no date (2026-12-31)"),
        ("date", "01.02.2026", "'01.02.2026' is no date (2026-12-31)"),
        ("date", "", "'' is no date (2026-12-31)"),
        ("time", "24:00:00", "'24:00:00' is no time of day (23:59:59)"),
        ("time(0)", "10:00:00.5", "10:00:00.5 is finer than time(0): 0 digits of a second"),
        ("timestamp", "2026-02-30 10:00", "'2026-02-30 10:00' is no moment (2026-12-31 23:59:59)"),
        ("timestamp", "2026-02-03 10:00+01:00", "timestamp holds no time zone: leave out +01:00"),
        ("smallint", "32768", "32768 is beyond smallint: -32768 to 32767"),
        ("smallint", "1.5", "'1.5' is no whole number"),
        ("numeric(5, 2)", "1.005", "'1.005' has more than 2 digits after the point"),
        ("numeric(5, 2)", "1000", "'1000' has more than 3 digits before the point"),
        ("numeric(5, 2)", "abc", "'abc' is no number"),
        ("real", "1e39", "'1e39' is beyond real"),
        ("double precision", "NaN", "'NaN' is no number"),
        ("boolean", "maybe", "'maybe' is neither true nor false"),
        ("mood", "LOW", "'LOW' is none of low, it's"),
        ("uuid", "42", "'42' is no UUID"),
        ("json", "{a: 1}", "'{a: 1}' is no JSON"),
        ("json", "NaN", "'NaN' is no JSON"),
        ("inet", "1.2.3", "'1.2.3' is no address (192.168.0.1)"),
        ("macaddr", "1", "'1' is no hardware address (08:00:2b:01:02:03)"),
        ("bytea", "CAFE", "'CAFE' is no sequence of bytes (\\xCAFE)"),
        ("bit(4)", "012", "'012' is no sequence of bits (0101)"),
        ("integer[]", '["a"]', "'a' is no whole number"),
        ("integer[]", "1", "'1' is no list ([\"a\", \"b\"])"),
        ("text", "a\0b", "a text can't hold a zero character"),
        ("text", "\ud800", "this text holds half a character"),
    ],
)  # fmt: skip
def test_what_is_no_value_of_the_type_is_refused_in_plain_words(type_: str, text: str, why: str) -> None:
    column = parse_ddl(f"{MOOD} CREATE TABLE t (c {type_})", dialect="postgres").tables["t"].column("c").type
    with pytest.raises(InputError) as refused:
        typed(text, column, "postgres")
    assert str(refused.value) == why


@pytest.mark.parametrize(
    "type_, text, spelling",
    [
        ("numeric(5, 2)", "1", "1.00"),
        ("numeric(5, 2)", "1.5000", "1.50"),
        ("numeric(5, 2)", "-1e1", "-10.00"),
        ("numeric(5, 2)", "0e9", "0.00"),
        ("boolean", "YES", "true"),
        ("timestamp", "2026-02-03", "2026-02-03 00:00:00"),
        ("timestamptz", "2026-02-03T10:00+01:00", "2026-02-03 09:00:00+00:00"),
        ("integer", " 7 ", "7"),
        ("text", " 7 ", " 7 "),
        ("date", "null", None),
        ("text", "NULL", "NULL"),
    ],
)
def test_a_person_may_write_a_value_in_more_ways_than_one(type_: str, text: str, spelling: str | None) -> None:
    column = parse_ddl(f"CREATE TABLE t (c {type_})", dialect="postgres").tables["t"].column("c").type
    assert spelled(typed(text, column, "postgres"), column) == spelling
