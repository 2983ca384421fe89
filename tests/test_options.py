"""Reading options: counts, seeds, dates, SYNTHGEN_* variables, and what is given precedence."""

from __future__ import annotations

import datetime

import pytest

from synthgen_nb.errors import InputError
from synthgen_nb.options import Settings, parse_bytes, parse_count, parse_rows, settings
from synthgen_nb.request import as_text, request, table_key

TODAY = datetime.date(2026, 5, 4)


@pytest.mark.parametrize(
    "text, rows",
    [
        ("1000", 1000),
        ("5k", 5000),
        ("1.5M", 1_500_000),
        ("2G", 2_000_000_000),
        ("1_000", 1000),
        ("1,000", 1000),
        ("0", 0),
    ],
)
def test_a_count_may_have_a_suffix_and_separators(text: str, rows: int) -> None:
    assert parse_count(text) == rows


@pytest.mark.parametrize("text", ["", "many", "1e9", "0.5", "1.2345k", "5 k k", "9" * 5000])
def test_a_count_that_is_no_whole_number_is_refused(text: str) -> None:
    with pytest.raises(InputError):
        parse_count(text)


def test_counts_go_to_all_tables_or_to_one_and_the_last_word_wins() -> None:
    assert parse_rows(["10", "a=5", "20", "odd=name=7"]) == {"*": 20, "a": 5, "odd=name": 7}


def test_an_option_comes_before_the_variable_and_the_variable_before_the_default() -> None:
    given = settings({"SYNTHGEN_ROWS": "7", "SYNTHGEN_SEED": "5", "SYNTHGEN_STRICT": "yes"})
    asked = request(given, TODAY, seed="9", rows=["orders=3"])
    assert (asked.rows, asked.seed, asked.as_of, asked.strict) == ({"*": 7, "orders": 3}, 9, "2026-01-01", True)


def test_today_is_read_from_the_callers_clock() -> None:
    assert request(Settings(), TODAY, as_of="today").as_of == "2026-05-04"


@pytest.mark.parametrize(
    "variable, value",
    [
        ("ROWS", "lots"),
        ("SEED", "-1"),
        ("SEED", "x"),
        ("AS_OF", "soon"),
        ("STRICT", "maybe"),
        ("DISPLAY", "3d"),
        ("BUDGET", "x"),
    ],
)
def test_a_wrong_variable_is_named(variable: str, value: str) -> None:
    with pytest.raises(InputError, match=f"SYNTHGEN_{variable}"):
        settings({f"SYNTHGEN_{variable}": value})


def test_sizes_have_suffixes() -> None:
    assert (parse_bytes("500M"), parse_bytes("2G")) == (500_000_000, 2_000_000_000)


def test_a_table_is_found_without_its_schema_and_whatever_its_case() -> None:
    tables = {"sales.Orders": 1, "users": 2, "a.t": 3, "b.t": 4}
    assert [table_key(tables, name) for name in ("orders", "sales.orders", "USERS")] == ["sales.Orders"] * 2 + ["users"]
    with pytest.raises(InputError, match=r"a\.t or b\.t"):
        table_key(tables, "t")
    with pytest.raises(InputError, match="did you mean users"):
        table_key(tables, "user")


def test_text_is_read_as_editors_and_shells_write_it() -> None:
    sql = "CREATE TABLE größe (id int)"
    for encoding in ("utf-8", "utf-8-sig", "utf-16", "latin-1"):
        assert as_text(sql.encode(encoding), "x.sql") == sql
    with pytest.raises(InputError, match="not text"):
        as_text(b"\x00\x01\xff", "x.sql")
