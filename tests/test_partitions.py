"""Partitions: which conditions a row must meet to find one, and which values are drawn so that it does."""

# ruff: noqa: E501  (a DDL of a table and its partitions reads as one line)

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest

import synthgen_nb as sg
from synthgen_nb.ddl.partitions import division_of, membership, reach

from .datasets import saved
from .engines import made

IN_TWO = "CREATE TABLE t (n integer, m integer) PARTITION BY RANGE (n); CREATE TABLE a PARTITION OF t {} FOR VALUES FROM (1) TO (5); CREATE TABLE b PARTITION OF t FOR VALUES FROM (5) TO (9)"


def reached(ddl: str, dialect: str = "postgres") -> str:
    schema = sg.parse_ddl(ddl, dialect=dialect)
    division = division_of(schema, schema.tables["t"])
    return reach(division) if division else ""


@pytest.mark.parametrize(
    "how, bounds, condition",
    [
        ("RANGE (n)", ["FROM (1) TO (5)", "FROM (5) TO (9)"], "(n IS NOT NULL AND (n >= 1) AND (n < 9))"),
        ("RANGE (n)", ["FROM (MINVALUE) TO (5)", "FROM (5) TO (MAXVALUE)"], "(n IS NOT NULL)"),
        ("RANGE (n, m)", ["FROM (1, 2) TO (1, MAXVALUE)"],
         "(n IS NOT NULL AND m IS NOT NULL AND (n > 1 OR (n = 1 AND (m >= 2))) AND (n <= 1))"),
        ("LIST (n)", ["IN (1, 2)", "IN (3, NULL)"], "((n IS NOT NULL AND n IN (1, 2, 3)) OR (n IS NULL))"),
        ("HASH (n)", ["WITH (MODULUS 2, REMAINDER 0)", "WITH (MODULUS 2, REMAINDER 1)"], ""),
        ("LIST (n)", ["IN (1) PARTITION BY RANGE (m)"], "(((n IS NOT NULL AND n IN (1))) AND (FALSE))"),
    ],
)  # fmt: skip
def test_the_way_to_a_partition_is_a_condition(how: str, bounds: list[str], condition: str) -> None:
    parts = [f"CREATE TABLE p{n} PARTITION OF t FOR VALUES {bound}" for n, bound in enumerate(bounds)]
    assert reached(f"CREATE TABLE t (n integer, m integer) PARTITION BY {how}; {'; '.join(parts)}") == condition


@pytest.mark.parametrize(
    "how, condition",
    [
        ("RANGE (n) (PARTITION a VALUES LESS THAN (5), PARTITION b VALUES LESS THAN (9))", "(((n < 9)) OR n IS NULL)"),
        ("RANGE (n) (PARTITION a VALUES LESS THAN (5), PARTITION b VALUES LESS THAN MAXVALUE)", ""),
        ("RANGE (n % 7) SUBPARTITION BY HASH (m) SUBPARTITIONS 2 (PARTITION a VALUES LESS THAN (5))", "((((n % 7) < 5)) OR (n % 7) IS NULL)"),
        ("LIST (n) (PARTITION a VALUES IN (5, NULL), PARTITION b DEFAULT)", ""),
        ("LIST COLUMNS (n, m) (PARTITION a VALUES IN ((1, 2)))", "((n = 1 AND m = 2))"),
        ("LINEAR HASH (n) PARTITIONS 4", ""),
        ("KEY () PARTITIONS 4", ""),
        ("RANGE (unix_timestamp(at)) (PARTITION a VALUES LESS THAN (1293840000))", "(((at < '2011-01-01 00:00:00')) OR at IS NULL)"),
    ],
)  # fmt: skip
def test_bounds_in_options_are_read(how: str, condition: str) -> None:
    assert (
        reached(f"CREATE TABLE t (n int, m int, at timestamp) ENGINE=InnoDB PARTITION BY {how}", "mariadb") == condition
    )


def test_a_partition_is_reached_through_those_above() -> None:
    ddl = (
        "CREATE TABLE t (k text, n integer) PARTITION BY LIST (k); CREATE TABLE a PARTITION OF t FOR VALUES IN ('x');"
        "CREATE TABLE b PARTITION OF t DEFAULT PARTITION BY RANGE (n); CREATE TABLE c PARTITION OF b FOR VALUES FROM (1) TO (3)"
    )
    schema = sg.parse_ddl(ddl, dialect="postgres")
    within = "(n IS NOT NULL AND (n >= 1) AND (n < 3))"
    assert membership(schema, schema.tables["c"]) == f"(((k IS NOT NULL AND k IN ('x'))) IS NOT TRUE) AND {within}"


@pytest.mark.parametrize(
    "own, rule, failing",
    [("(CHECK (m > 10))", "check", 1), ("(m NOT NULL)", "not_null", 1), ("(UNIQUE (n))", "unique", 2)],
)
def test_what_a_partition_asks_is_asked_of_its_rows_only(own: str, rule: str, failing: int, tmp_path: Path) -> None:
    schema = sg.parse_ddl(IN_TWO.format(own), dialect="postgres")
    rows = pa.table({
        "n": pa.array([1, 1, 1, 7, 7], pa.int32()), "m": pa.array([11, 3, None, 3, None], pa.int32()),
    })  # fmt: skip
    report = sg.validate(saved(sg.Store(tmp_path), schema, {"t": rows}))
    (found,) = (finding for finding in report.broken if finding.rule == rule)
    assert (found.text.split(":")[0], found.failing) == ("in a", failing)


def test_rows_beyond_the_bounds_break_them(tmp_path: Path) -> None:
    schema = sg.parse_ddl(IN_TWO.format(""), dialect="postgres")
    rows = pa.table({"n": pa.array([1, 9, None], pa.int32()), "m": pa.array([1, 1, 1], pa.int32())})
    (found,) = sg.validate(saved(sg.Store(tmp_path), schema, {"t": rows})).broken
    assert (found.rule, found.columns, found.failing) == ("partition", ("n",), 2)


def test_rows_spread_over_all_partitions() -> None:
    parts = "; ".join(
        f"CREATE TABLE y{y} PARTITION OF t FOR VALUES FROM ('{y}-01-01') TO ('{y + 1}-01-01')"
        for y in range(2001, 2011)
    )
    ddl = f"CREATE TABLE t (id integer PRIMARY KEY, day date NOT NULL) PARTITION BY RANGE (day); {parts}"
    days = made(sg.draft_plan(sg.parse_ddl(ddl.replace(" PRIMARY KEY", ""), dialect="postgres"), 500))["t"].column(
        "day"
    )
    assert {day.year for day in days.to_pylist()} == set(range(2001, 2011))


def test_a_way_that_other_rules_close_is_refused() -> None:
    ddl = (
        "CREATE TABLE t (n integer, m integer GENERATED ALWAYS AS (n * 2) STORED, CHECK (n > 100)) PARTITION BY RANGE (m);"
        "CREATE TABLE a PARTITION OF t FOR VALUES FROM (1) TO (50)"
    )
    assert sg.check(sg.draft_plan(sg.parse_ddl(ddl, dialect="postgres"), 20)).broken
