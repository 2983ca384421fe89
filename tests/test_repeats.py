"""Columns that say once more what the dates of their row say: how many days something took, in which year it was."""

from __future__ import annotations

from functools import cache

import polars as pl
import pytest

import synthgen_nb as sg
from synthgen_nb.generation import Chunk, Engine, generate_chunk
from synthgen_nb.specs import Elapsed, Part

ROWS = 20_000
DDL = """
CREATE TABLE leave_requests (id int PRIMARY KEY, first_day date NOT NULL, last_day date NOT NULL,
  days numeric(4, 1) NOT NULL CHECK (days BETWEEN 0.5 AND 60), CHECK (last_day >= first_day));
CREATE TABLE absences (id int PRIMARY KEY, start_date date NOT NULL, end_date date NOT NULL, total_days int NOT NULL);
CREATE TABLE sprints (id int PRIMARY KEY, first_day date NOT NULL, last_day date NOT NULL, no_of_days smallint);
CREATE TABLE bookings (id int PRIMARY KEY, check_in date NOT NULL, check_out date NOT NULL,
  nights smallint NOT NULL CHECK (nights > 0), notice_days smallint NOT NULL, CHECK (check_out > check_in));
CREATE TABLE reservations (id int PRIMARY KEY, checked_in_at timestamp NOT NULL, checked_out_at timestamp,
  number_of_nights int);
CREATE TABLE rentals (id int PRIMARY KEY, pickup_date date NOT NULL, return_date date NOT NULL, rental_days int);
CREATE TABLE visits (id int PRIMARY KEY, start_date date NOT NULL, end_date date NOT NULL,
  days smallint NOT NULL CHECK (days BETWEEN 2 AND 3));
CREATE TABLE reviews (id int PRIMARY KEY, year smallint NOT NULL CHECK (year BETWEEN 2015 AND 2030),
  "reviewYear" int NOT NULL, rating int, reviewed_on date);
CREATE TABLE invoices (id int PRIMARY KEY, invoice_date date NOT NULL, year int NOT NULL, month int NOT NULL,
  due_year int CHECK (due_year <= 2025));
CREATE TABLE calendar (id int PRIMARY KEY, date date NOT NULL UNIQUE, year int NOT NULL, quarter int NOT NULL);
CREATE TABLE cars (id int PRIMARY KEY, year int NOT NULL, model_year int NOT NULL, registration_year int NOT NULL,
  registered_on date NOT NULL);
CREATE TABLE films (id int PRIMARY KEY, release_year int, last_update timestamp NOT NULL);
CREATE TABLE loans (id int PRIMARY KEY, loaned_on date NOT NULL, returned_on date, days_overdue bigint);
"""


@cache
def plan() -> sg.Plan:
    plan = sg.draft_plan(sg.parse_ddl(DDL, dialect="postgres"), ROWS)
    assert sg.check(plan).broken == ()
    return plan


@cache
def rows(table: str) -> pl.DataFrame:
    return pl.DataFrame(pl.from_arrow(generate_chunk(Engine(plan()), Chunk(table, 0, ROWS))))


@pytest.mark.parametrize(
    "table, column, first, last, more",
    [
        ("leave_requests", "days", "first_day", "last_day", 1),
        ("absences", "total_days", "start_date", "end_date", 1),
        ("sprints", "no_of_days", "first_day", "last_day", 1),
        ("bookings", "nights", "check_in", "check_out", 0),
        ("reservations", "number_of_nights", "checked_in_at", "checked_out_at", 0),
        ("rentals", "rental_days", "pickup_date", "return_date", 0),
    ],
)
def test_days_are_those_from_the_first_to_the_last(table: str, column: str, first: str, last: str, more: int) -> None:
    frame = rows(table)
    days = frame[last].cast(pl.Date) - frame[first].cast(pl.Date)
    expected = (days.dt.total_days() + more).cast(frame[column].dtype)
    assert frame[column].eq_missing(expected).all()
    assert frame[column].n_unique() > 5


def test_days_of_something_else_are_free_and_so_are_those_that_a_check_binds_more_closely() -> None:
    for table, column in (("bookings", "notice_days"), ("visits", "days")):
        assert not isinstance(plan().tables[table].columns[column].spec, Elapsed)
    assert rows("visits")["days"].is_between(2, 3).all()


def test_days_overdue_are_a_few_and_no_moment() -> None:
    assert rows("loans")["days_overdue"].drop_nulls().is_between(0, 400).all()


@pytest.mark.parametrize(
    "table, date, parts",
    [
        ("reviews", "reviewed_on", {"year": "year", "reviewYear": "year"}),
        ("invoices", "invoice_date", {"year": "year", "month": "month"}),
        ("calendar", "date", {"year": "year", "quarter": "quarter"}),
        ("cars", "registered_on", {"registration_year": "year"}),
    ],
)
def test_a_year_is_that_of_the_date_that_tells_of_the_same(table: str, date: str, parts: dict[str, str]) -> None:
    frame = rows(table).filter(pl.col(date).is_not_null())
    for column, part in parts.items():
        assert (frame[column] == getattr(frame[date].dt, part)()).all()


def test_the_years_of_things_are_their_own() -> None:
    for name in ("cars.year", "cars.model_year", "films.release_year"):
        table, column = name.split(".")
        assert not isinstance(plan().tables[table].columns[column].spec, Part)


STAFF = """
CREATE TABLE employees (id int PRIMARY KEY, hire_date date NOT NULL);
CREATE TABLE ratings (employee_id int REFERENCES employees (id), year smallint CHECK (year BETWEEN 2018 AND 2025),
  rated_on date NOT NULL, PRIMARY KEY (employee_id, year));
"""


def test_years_in_a_key_are_the_last_ones_and_those_of_their_dates_where_there_was_a_parent_by_then() -> None:
    plan = sg.draft_plan(sg.parse_ddl(STAFF, dialect="postgres"), ROWS)
    assert sg.check(plan).broken == ()
    engine = Engine(plan)
    made = {t: pl.DataFrame(pl.from_arrow(generate_chunk(engine, Chunk(t, 0, ROWS)))) for t in plan.tables}
    frame = made["ratings"].join(made["employees"], left_on="employee_id", right_on="id")
    assert frame.select("employee_id", "year").is_unique().all()
    assert (frame.group_by("employee_id").agg(pl.col("year").max())["year"] == 2025).all()
    assert (frame["rated_on"] > frame["hire_date"]).all()
    there = frame.filter(pl.col("hire_date").dt.year() < pl.col("year"))
    assert there.height > ROWS // 3
    assert (there["rated_on"].dt.year() == there["year"]).all()
