"""Numbers by what they mean: magnitudes, ends of prices, units of durations, two numbers that belong together, how
often a flag is set and a value is missing. Over 20,000 rows each."""

from __future__ import annotations

from functools import cache

import polars as pl
import pytest

import synthgen_nb as sg
from synthgen_nb.drafting.magnitudes import table_of_magnitudes
from synthgen_nb.specs import Shaped
from synthgen_nb.wishes import Between

from .engines import made

DDL = """
CREATE TABLE films (
  id int PRIMARY KEY, title text, rental_duration smallint NOT NULL, rental_rate numeric(4, 2) NOT NULL,
  length smallint NOT NULL, replacement_cost numeric(5, 2) NOT NULL, release_year int NOT NULL);
CREATE TABLE employees (
  id int PRIMARY KEY, first_name text, age int NOT NULL, annual_salary numeric(10, 2) NOT NULL,
  monthly_salary numeric(10, 2) NOT NULL, hourly_rate numeric(6, 2) NOT NULL, bonus numeric(10, 2) NOT NULL);
CREATE TABLE tolls (
  id int PRIMARY KEY, price numeric(10, 2) NOT NULL, cost numeric(10, 2) NOT NULL,
  price_cents int NOT NULL, weight_kg numeric(8, 3) NOT NULL, stock_quantity int NOT NULL, min_quantity int NOT NULL,
  max_quantity int NOT NULL, tax_rate numeric(5, 2) NOT NULL, vat_rate numeric(4, 3) NOT NULL,
  rating numeric(2, 1) NOT NULL,  list_price real NOT NULL, sale_price real NOT NULL);
CREATE TABLE patients (
  id int PRIMARY KEY, body_temperature numeric(4, 1) NOT NULL, systolic int NOT NULL, diastolic int NOT NULL,
  heart_rate int NOT NULL, height_cm int NOT NULL, weight_kg numeric(5, 1) NOT NULL, age int NOT NULL);
CREATE TABLE jobs (
  id int PRIMARY KEY, duration_ms int NOT NULL, timeout_seconds int NOT NULL,
  exam_score int CHECK (exam_score BETWEEN 0 AND 100),
  used_bytes bigint NOT NULL, total_bytes bigint NOT NULL, tight_price numeric(8, 2) NOT NULL
    CHECK (tight_price BETWEEN 500 AND 900));
CREATE TABLE quotes (
  id int PRIMARY KEY, open numeric(10, 2) NOT NULL, high numeric(10, 2) NOT NULL, low numeric(10, 2) NOT NULL,
  close numeric(10, 2) NOT NULL);
CREATE TABLE users (
  id int PRIMARY KEY, is_active boolean NOT NULL, is_admin boolean NOT NULL, is_deleted boolean NOT NULL,
  newsletter boolean NOT NULL DEFAULT false, enabled char(1) NOT NULL CHECK (enabled IN ('Y', 'N')), hidden smallint
    CHECK (hidden IN (0, 1)), middle_name text, address2 text, notes text, first_name text, city text, phone text);
"""
ROWS = 20_000


@cache
def frames() -> dict[str, pl.DataFrame]:
    plan = sg.draft_plan(sg.parse_ddl(DDL, dialect="postgres"), ROWS)
    assert sg.check(plan).clean
    return {key: pl.DataFrame(pl.from_arrow(table)) for key, table in made(plan).items()}


def numbers(place: str) -> pl.Series:
    table, _, column = place.partition(".")
    return frames()[table][column].drop_nulls().cast(pl.Float64)


@pytest.mark.parametrize(
    "place, low, least_middle, most_middle, high",
    [
        ("films.rental_duration", 3, 4, 6, 7), ("films.rental_rate", 0.99, 2, 5, 9.99),
        ("films.length", 45, 90, 120, 200),
        ("films.replacement_cost", 9.99, 15, 25, 40), ("films.release_year", 1900, 1995, 2020, 2026),
        ("employees.age", 18, 30, 50, 67), ("employees.annual_salary", 20_000, 40_000, 80_000, 260_000),
        ("employees.monthly_salary", 1_500, 2_500, 5_000, 16_000), ("employees.hourly_rate", 10, 15, 40, 130),
        ("tolls.price", 1, 10, 60, 2_000), ("tolls.price_cents", 100, 1_000, 6_000, 200_000),
        ("tolls.weight_kg", 0.05, 1, 5, 60), ("tolls.tax_rate", 0, 5, 20, 25),
        ("tolls.vat_rate", 0, 0.05, 0.2, 0.25),
        ("tolls.rating", 1, 2, 4.5, 5), ("patients.body_temperature", 35, 36.5, 37.5, 41),
        ("patients.systolic", 80, 110, 135, 200), ("patients.diastolic", 50, 70, 90, 120),
        ("patients.heart_rate", 40, 65, 85, 180), ("patients.height_cm", 140, 160, 180, 210),
        ("patients.weight_kg", 40, 60, 85, 160), ("patients.age", 0, 30, 60, 100),
        ("jobs.duration_ms", 1, 50, 400, 60_000),
        ("jobs.timeout_seconds", 1, 60, 600, 20_000), ("jobs.exam_score", 0, 40, 80, 100),
        ("jobs.tight_price", 500, 600, 780, 900),
    ],
)  # fmt: skip
def test_numbers_have_the_magnitude_of_such_things(
    place: str, low: float, least_middle: float, most_middle: float, high: float
) -> None:
    values = numbers(place)
    assert low <= values.min() <= values.max() <= high  # type: ignore[operator]
    assert least_middle <= values.median() <= most_middle  # type: ignore[operator]


def test_prices_end_as_prices_do_and_pay_is_round() -> None:
    cents = (numbers("tolls.price") * 100).round().cast(pl.Int64) % 100
    assert cents.is_in([99, 95, 50, 0]).mean() > 0.99  # type: ignore[operator]
    assert (cents == 99).mean() > 0.35  # type: ignore[operator]
    assert (numbers("employees.annual_salary") % 500 == 0).all()


@pytest.mark.parametrize(
    "smaller, larger",
    [("cost", "price"), ("min_quantity", "max_quantity"), ("sale_price", "list_price")],
)
def test_of_two_numbers_that_belong_together_the_smaller_is_never_larger(smaller: str, larger: str) -> None:
    tolls = frames()["tolls"]
    assert (tolls[smaller] <= tolls[larger]).all()
    assert (tolls[smaller] < tolls[larger]).mean() > 0.5  # type: ignore[operator]
    assert (frames()["jobs"]["used_bytes"] <= frames()["jobs"]["total_bytes"]).all()


@pytest.mark.parametrize(
    "column, yes, low, high",
    [
        ("is_active", True, 0.85, 0.95), ("is_admin", True, 0.01, 0.06), ("is_deleted", True, 0.01, 0.05),
        ("newsletter", True, 0.1, 0.2), ("enabled", "Y", 0.85, 0.95), ("hidden", 1, 0.05, 0.12),
    ],
)  # fmt: skip
def test_a_flag_is_set_as_often_as_its_name_and_its_default_say(
    column: str, yes: object, low: float, high: float
) -> None:
    assert low < (frames()["users"][column].drop_nulls() == yes).mean() < high  # type: ignore[operator]


def test_what_people_seldom_have_is_mostly_missing_and_the_rest_is_there() -> None:
    users = frames()["users"]
    missing = {name: users[name].null_count() / ROWS for name in users.columns}
    assert all(missing[name] > 0.5 for name in ("middle_name", "address2", "notes"))
    assert all(missing[name] < 0.12 for name in ("first_name", "city", "phone"))


def test_a_wish_for_bounds_or_a_middle_still_counts() -> None:
    wishes = [Between(table="tolls", column="price", low="5", high="50"),
              Between(table="employees", column="annual_salary", typical="90000")]  # fmt: skip
    plan = sg.draft_plan(sg.parse_ddl(DDL, dialect="postgres"), ROWS, wishes=wishes)
    assert plan.not_done == ()
    rows = made(plan)
    prices = pl.Series(rows["tolls"]["price"].to_pylist()).cast(pl.Float64)
    assert 5 <= prices.min() < 8 < 35 < prices.max() <= 50  # type: ignore[operator]
    pay = pl.Series(rows["employees"]["annual_salary"].to_pylist()).cast(pl.Float64)
    assert pay.median() == pytest.approx(90_000, rel=0.05)


def test_the_plan_holds_every_number_of_a_distribution() -> None:
    plan = sg.draft_plan(sg.parse_ddl(DDL, dialect="postgres"), 10)
    spec = plan.tables["tolls"].columns["price"].spec
    assert isinstance(spec, Shaped)
    assert (len(spec.points), spec.whole, spec.ends) == (65, 100, (99, 99, 99, 95, 50, 0))


def test_every_line_of_the_table_of_magnitudes_is_in_order() -> None:
    for line in table_of_magnitudes():
        assert line.low <= line.middle <= line.high
        assert line.low < line.high
        assert 0 <= line.spread < 3


def test_the_first_and_the_last_price_of_a_period_lie_between_its_lowest_and_its_highest() -> None:
    quotes = frames()["quotes"]
    least, most = pl.min_horizontal("open", "close"), pl.max_horizontal("open", "close")
    assert quotes.filter((pl.col("low") > least) | (pl.col("high") < most)).is_empty()
    assert quotes.filter(pl.col("low") < pl.col("high")).height > 0.99 * ROWS
