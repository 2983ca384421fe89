"""Periods against the rows: which ends belong to them, what a NULL and an empty one reach, and what can't be read."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pyarrow as pa
import pytest

import synthgen_nb as sg

from .datasets import saved

OF_RANGE = "CREATE TABLE t (a integer, p {}, EXCLUDE USING gist (a WITH =, p WITH &&))"
OF_DAYS = "CREATE TABLE t (a integer, s date, e date, EXCLUDE USING gist (a WITH =, daterange(s, e{}) WITH &&))"


def verdict(ddl: str, rows: pa.Table, path: Path, dialect: str = "postgres") -> tuple[str, int]:
    schema = sg.parse_ddl(ddl, dialect=dialect)
    report = sg.validate(saved(sg.Store(path), schema, {"t": rows}))
    (found,) = (finding for finding in report.findings if finding.rule == "exclude")
    return found.verdict, found.failing


@pytest.mark.parametrize(
    "kind, periods, overlapping",
    [
        ("daterange", ["[2020-01-01,2020-02-01)", "[2020-02-01,2020-03-01)", "empty", "empty", None], 0),
        ("daterange", ["[2020-01-01,2020-02-01]", "[2020-02-01,2020-03-01)"], 1),
        ("daterange", ["[2020-01-01,2020-02-01]", "(2020-02-01,2020-03-01)"], 0),
        ("daterange", ["[2020-01-01,)", "[2029-02-01,2030-03-01)"], 1),
        ("daterange", ["[2020-01-01,infinity)", "[1990-02-01,2019-03-01)", "(,1990-02-01)"], 0),
        ("daterange", ["[2020-01-01,2019-02-01)", "no range"], 2),
        ("int4range", ["[1,2]", "[3,4)", "(4,5)", "[4,4]"], 0),
        ("numrange", ["[1.5,2.5]", "[2.5,3)"], 1),
        ("numrange", ["[1.5,2.5)", "[2.5,3)"], 0),
        ("numrange", ["(2.5,3)", "[1.5,2.5]", "(2.5,2.6)"], 1),
        ("tstzrange", ['["2020-01-01 00:00:00+00","2020-01-01 01:00:00+00")', '["2020-01-01 01:00:00+01",)'], 1),
        ("tsrange", ["[2020-01-01,2020-12-01)", "[2020-02-01,2020-03-01)", "[2020-11-01,2021-01-01)"], 2),
    ],
)
def test_ranges_overlap_as_their_ends_say(
    kind: str, periods: list[str | None], overlapping: int, tmp_path: Path
) -> None:
    rows = pa.table({"a": pa.array([1] * len(periods), pa.int32()), "p": pa.array(periods, pa.string())})
    assert verdict(OF_RANGE.format(kind), rows, tmp_path) == ("broken" if overlapping else "holds", overlapping)


@pytest.mark.parametrize(
    "bounds, groups, days, overlapping",
    [
        ("", [1, 1], [(1, 5), (5, 9)], 0),
        (", '[]'", [1, 1], [(1, 5), (5, 9)], 1),
        (", '[]'", [1, 2], [(1, 5), (5, 9)], 0),
        (", '(]'", [1, 1], [(1, 5), (5, 9)], 0),
        (", '()'", [1, 1], [(1, 2), (1, 2)], 0),
        ("", [1, 1], [(1, None), (5, 9)], 1),
        ("", [None, None], [(1, 5), (1, 5)], 0),
        ("", [1, 1], [(5, 1), (7, 8)], 1),
    ],
)
def test_two_columns_are_read_as_the_range_they_make(
    bounds: str, groups: list[int | None], days: list[tuple[int, int | None]], overlapping: int, tmp_path: Path
) -> None:
    both = [[day and dt.date(2020, 1, day) for day in pair] for pair in days]
    rows = pa.table({
        "a": pa.array(groups, pa.int32()),
        "s": pa.array([low for low, _ in both], pa.date32()),
        "e": pa.array([high for _, high in both], pa.date32()),
    })  # fmt: skip
    assert verdict(OF_DAYS.format(bounds), rows, tmp_path) == ("broken" if overlapping else "holds", overlapping)


def test_a_condition_and_equals_alone_are_looked_at_too(tmp_path: Path) -> None:
    rows = pa.table({"a": pa.array([1, 1, 2], pa.int32()), "p": pa.array(["x", "x", "x"])})
    ddl = "CREATE TABLE t (a integer, p text, EXCLUDE USING btree (p WITH =) WHERE (a = {}))"
    assert verdict(ddl.format(1), rows, tmp_path / "1") == ("broken", 1)
    assert verdict(ddl.format(2), rows, tmp_path / "2") == ("holds", 0)


@pytest.mark.parametrize(
    "elements, words",
    [
        ("a WITH =, p WITH <>", "EXCLUDE with <>"),
        ("p WITH -|-", "EXCLUDE with -|-"),
        ("c WITH &&", "only ranges"),
        ("p WITH &&, p WITH &&", "several periods"),
        ("int4range(a, a + b) WITH &&", "only plain columns"),
    ],
)
def test_what_has_no_construction_is_refused(elements: str, words: str) -> None:
    ddl = f"CREATE TABLE t (a integer, b integer, p int4range, c circle, EXCLUDE USING gist ({elements}))"
    broken = sg.check(sg.draft_plan(sg.parse_ddl(ddl, dialect="postgres"), 20)).broken
    assert [finding for finding in broken if words in finding.text]


def test_a_period_reads_its_table_by_its_parents() -> None:
    ddl = (
        "CREATE TABLE a (id integer PRIMARY KEY); CREATE TABLE t (a integer NOT NULL REFERENCES a (id), p daterange,"
        " EXCLUDE USING gist (a WITH =, p WITH &&))"
    )
    plan = sg.draft_plan(sg.parse_ddl(ddl, dialect="postgres"), {"a": 10, "t": 100}).tables["t"]
    assert plan.columns["p"].at == "place in a -> a"
