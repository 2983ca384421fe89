"""Limits of a query: what takes too long, too much memory or has too many rows is stopped or cut, and said to be."""

from __future__ import annotations

import time
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from synthgen_nb.errors import InputError
from synthgen_nb.selecting import USUAL, Answer, Limits, select

QUICK = Limits(seconds=0.5, memory=200_000_000)
ENDLESS = [
    "WITH RECURSIVE r AS (SELECT 1 n UNION ALL SELECT n + 1 FROM r) SELECT count(*) FROM r",
    "WITH RECURSIVE r AS (SELECT 1 n UNION SELECT n + 1 FROM r) SELECT * FROM r",
    "SELECT count(*) FROM range(100000) a, range(100000) b, range(100000) c WHERE a.range + b.range = c.range",
]
HUGE = [
    "SELECT * FROM range(100000) a, range(100000) b ORDER BY a.range + b.range",
    "SELECT list(x) FROM range(1000000000) t(x)",
    "SELECT repeat(repeat('x', 10000), x::int) FROM range(10000, 20000) t(x)",
    "SELECT a.range, b.range, repeat('x', 1000) FROM range(100000) a, range(100000) b",
]


@pytest.fixture(scope="module")
def orders(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("parts") / "orders.parquet"
    pq.write_table(pa.table({"id": [1, 2, 3], "total": [1.5, 2.5, None]}), path)
    return path


def asked(orders: Path, query: str, limits: Limits = USUAL) -> Answer:
    return select(query, {"orders": [orders]}, limits)


def test_an_answer_is_a_frame_with_its_sql(orders: Path) -> None:
    found = asked(orders, "SELECT id, total FROM orders ORDER BY id DESC;")
    assert found.frame.equals(pl.DataFrame({"id": [3, 2, 1], "total": [None, 2.5, 1.5]}))
    assert (found.sql, found.cut) == ("SELECT id, total FROM orders ORDER BY id DESC", False)


def test_a_result_without_rows_keeps_its_columns(orders: Path) -> None:
    found = asked(orders, "SELECT id, total FROM orders WHERE false", Limits(rows=0))
    assert (found.frame.schema, found.cut) == (pl.Schema({"id": pl.Int64, "total": pl.Float64}), False)


@pytest.mark.parametrize("rows, kept, cut", [(0, 0, True), (2, 2, True), (3, 3, False), (9, 3, False)])
def test_more_rows_than_the_limit_are_cut_and_said_to_be(orders: Path, rows: int, kept: int, cut: bool) -> None:
    found = asked(orders, "FROM orders", Limits(rows=rows))
    assert (found.frame.height, found.cut) == (kept, cut)


def test_of_a_result_that_is_cut_no_more_is_computed_than_is_kept(orders: Path) -> None:
    found = asked(orders, "SELECT x FROM range(1000000000000) t(x)", Limits(seconds=5, rows=10))
    assert (found.frame["x"].to_list(), found.cut) == (list(range(10)), True)


@pytest.mark.parametrize("query", ENDLESS)
def test_what_does_not_end_is_stopped_in_time(orders: Path, query: str) -> None:
    began = time.monotonic()
    with pytest.raises(InputError, match=r"stopped after 0\.5 s \(narrow it, or give it a longer timeout"):
        asked(orders, query, QUICK)
    assert time.monotonic() - began < 10


@pytest.mark.parametrize("query", HUGE)
def test_what_needs_more_memory_than_allowed_is_stopped(orders: Path, query: str) -> None:
    with pytest.raises(InputError, match=r"needs more than 0\.2 GB of memory"):
        asked(orders, query, Limits(seconds=30, memory=200_000_000))


def test_a_limit_that_has_passed_before_the_query_begins_stops_it_too(orders: Path) -> None:
    with pytest.raises(InputError, match="stopped after"):
        asked(orders, ENDLESS[0], Limits(seconds=1e-6))


@pytest.mark.parametrize("limits", [{"seconds": 0}, {"seconds": float("nan")}, {"memory": 0}, {"rows": -1}])
def test_a_limit_that_is_none_is_refused(limits: dict[str, float]) -> None:
    with pytest.raises(InputError, match="limits are above 0"):
        Limits(**limits)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "query, told",
    [
        ("SELECT totl FROM orders", 'column "totl" not found in FROM clause! (did you mean "total"'),
        ("SELECT o.totl FROM orders o", 'does not have a column named "totl" (did you mean "total"'),
        ("SELECT x.id FROM orders o", 'Referenced table "x" not found! (did you mean "o"?)'),
        ("SELECT 'a'::int", "Could not convert string 'a' to INT32"),
    ],
)
def test_an_error_is_one_line_that_names_what_was_meant(orders: Path, query: str, told: str) -> None:
    with pytest.raises(InputError) as seen:
        asked(orders, query)
    assert told in str(seen.value)
    assert "\n" not in str(seen.value)


def test_every_column_of_a_frame_has_a_name_of_its_own(orders: Path) -> None:
    found = asked(orders, "SELECT 1 AS a, 2 AS a_2, 3 AS a, 4 AS a")
    assert found.frame.rows(named=True) == [{"a": 1, "a_2": 2, "a_3": 3, "a_4": 4}]


def test_what_polars_lacks_is_text(orders: Path) -> None:
    query = "SELECT a.id, b.id, INTERVAL 1 month AS i, 12::BIGNUM AS n FROM orders a, orders b ORDER BY 1 DESC, 2"
    assert asked(orders, query, Limits(rows=2)).frame.rows() == [(3, 1, "1 month", "12"), (3, 2, "1 month", "12")]


@pytest.mark.parametrize("value", ["'infinity'::date", "'-infinity'::timestamp", "'290309-12-22 (BC)'::date"])
def test_a_date_that_python_does_not_know_is_refused_with_the_way_out(orders: Path, value: str) -> None:
    with pytest.raises(InputError, match=r"d has a date that no frame holds \(take it as text: column::varchar\)"):
        asked(orders, f"SELECT {value} AS d")
    assert asked(orders, f"SELECT ({value})::varchar AS d").frame.height == 1


@pytest.mark.parametrize(
    "value", ["date '9999-12-31'", "timestamp '0001-01-01'", "NULL::date", "timestamp_ns '2020-01-01'"]
)
def test_other_dates_are_held(orders: Path, value: str) -> None:
    assert asked(orders, f"SELECT {value} AS d").frame.rows()
