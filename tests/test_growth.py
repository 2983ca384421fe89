"""What an expression may make is told from its text: ordinary ones pass, those that explode are named."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from synthgen_nb.computing import Calculator
from synthgen_nb.errors import InputError, PlanError, UnsafeSQLError
from synthgen_nb.sandbox import guard_expression, guard_query, unbounded
from synthgen_nb.schema import Column, Kind, Table, Type
from synthgen_nb.selecting import Limits, select

ORDINARY = [
    "length(a) BETWEEN 1 AND 5",
    "repeat('*', 5) = a",
    "repeat('*', length(a) - 1)",
    "repeat('x', b % 10)",
    "lpad(a::varchar, 8, '0')",
    "replace(replace(lower(trim(a)), ' ', ''), '-', '')",
    "upper(a) || ' ' || upper(b) || c",
    "regexp_replace(a, '[^0-9]', '', 'g')",
    "list_transform(string_split(a, ','), x -> trim(x))",
    "list_sum(list_transform(range(1, 12), i -> substring(a, i, 1)::int * (12 - i))) % 97 = 1",
    "list_reduce([1, 2], (x, y) -> x + y)",
    "printf('%05d', a)",
    "format('{:05d}-{}', a, b)",
    "levenshtein(a, b) < 3",
    "CASE WHEN a > 1 THEN b || 'x' ELSE c END",
    "concat_ws(', ', a, b, c, d, e)",
    "array_to_string([a, b, c], ', ')",
    "to_json({'a': a})",
]
EXPLODING = [
    "repeat('x', 3000000000)",
    "repeat('x', '3000000000'::bigint)",
    "repeat('x', a)",
    "repeat('x', -(-1000000000))",
    "repeat('x', greatest(1, 1000000000))",
    "repeat('x', power(10, 10)::int)",
    "repeat(repeat(repeat('x', 9000), 9000), 9000)",
    "repeat('x', length(repeat('y', 90000)) * 90000)",
    "1 = length(repeat('x', 1e9))",
    "CASE WHEN a THEN repeat('x', 1e9) END",
    "lpad(a, b, 'y')",
    "range(1000000000)",
    "generate_series(timestamp '2000-01-01', timestamp '3000-01-01', interval 1 second)",
    "levenshtein(repeat('a', 90000), repeat('b', 90000))",
    "printf('%*d', 1000000000, 1)",
    "format('{:{}}', 1, 1000000000)",
    "format(a, 1)",
    "replace(repeat('a', 9000), 'a', repeat('b', 9000))",
    "list_transform(range(900), x -> list_transform(range(900), y -> x))",
    "list_reduce(['a', 'b', 'c'], (x, y) -> x || x || y)",
    "hex(" * 20 + "a" + ")" * 20,
    "json_quote(" * 20 + "a" + ")" * 20,
    " || ".join(["a"] * 290),
    " + ".join(["a"] * 290),
]
QUERIES = {
    "SELECT a, string_agg(a, ',') FROM t GROUP BY 1": False,
    "WITH x AS (SELECT lower(a) AS a FROM t) SELECT upper(a) || 'x' FROM x": False,
    "SELECT list_avg(list_sort(list(id))) FROM (SELECT list(id) AS l, id FROM t GROUP BY id)": False,
    "SELECT * FROM range(1000000000)": False,
    "SELECT unnest(range(1000000000))": True,
    "SELECT repeat(a, id) FROM t": True,
    "SELECT 1 FROM t ORDER BY repeat('x', 1e9)": True,
    "SELECT repeat(x, 100) FROM (SELECT string_agg(a, ',') AS x FROM t)": True,
    "WITH RECURSIVE r AS (SELECT 'a' AS s UNION ALL SELECT s || s FROM r) SELECT * FROM r": True,
    "SELECT a || a AS a FROM (" * 10 + "SELECT a FROM t" + ")" * 10: True,
}


@pytest.fixture
def part(tmp_path: Path) -> Path:
    pq.write_table(pa.table({"id": [1, 2, 3], "a": ["x", "y", None]}), tmp_path / "part.parquet")
    return tmp_path / "part.parquet"


@pytest.mark.parametrize("sql", ORDINARY)
def test_ordinary_expressions_pass(sql: str) -> None:
    assert guard_expression(sql)


@pytest.mark.parametrize("sql", EXPLODING)
def test_what_may_explode_is_refused_with_its_name(sql: str) -> None:
    with pytest.raises(UnsafeSQLError, match="is not computed here"):
        guard_expression(sql)


@pytest.mark.parametrize("query, may_explode", QUERIES.items())
def test_a_query_is_told_too(query: str, may_explode: bool) -> None:
    assert bool(unbounded(query)) == may_explode
    if may_explode:
        with pytest.raises(UnsafeSQLError):
            guard_query(query, ["t"], repeatable=True)


def test_a_query_that_may_explode_has_its_answer_all_the_same(part: Path) -> None:
    found = select("SELECT repeat(a, id) AS r FROM t ORDER BY id", {"t": [part]}, Limits(rows=2))
    assert (found.frame["r"].to_list(), found.cut) == (["x", "yy"], True)
    with pytest.raises(InputError, match="did you mean"):
        select("SELECT repeat(a, idd) FROM t", {"t": [part]}, Limits())


def test_computed_values_that_no_memory_holds_are_refused() -> None:
    table = Table(name="t", columns=(Column(name="a", type=Type(kind=Kind.TEXT, sql="text")),))
    calculator = Calculator("duckdb", table, "2026-01-01")
    short, long = (pa.array([text] * 1000) for text in ("x" * 100, "x" * 100_000))
    assert len(calculator.evaluate("repeat(a, 100)", {"a": short}, 1000)) == 1000
    with pytest.raises(PlanError, match=r"1,000 values of it may take \d+ GB"):
        calculator.evaluate("repeat(a, 100)", {"a": long}, 1000)
