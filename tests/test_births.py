"""Birth dates are so many years before the row begins, and dates and timestamps that tell the same do."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

import synthgen_nb as sg

ROWS = 3000


def made(ddl: str, folder: Path) -> sg.Dataset:
    """Of three thousand rows in each table, without a broken rule."""
    dataset = sg.generate(sg.draft_plan(sg.parse_ddl(ddl, dialect="postgres"), ROWS), sg.Store(folder))
    assert dataset.report is not None
    assert not dataset.report.broken
    return dataset


@pytest.mark.parametrize(
    "table, begin, youngest",
    [
        ("employees", "hire_date", 18),
        ("members", "joined_on", 18),
        ("patients", "created_at", 0),
        ("pets", "created_on", 0),
    ],
)
def test_who_begins_is_old_enough_and_young_enough(table: str, begin: str, youngest: int, tmp_path: Path) -> None:
    kind = "timestamp" if begin.endswith("at") else "date"
    rows = made(
        f"CREATE TABLE {table} (id int PRIMARY KEY, {begin} {kind} NOT NULL, birth_date date NOT NULL)", tmp_path
    )[table]
    years = (rows[begin].cast(pl.Date) - rows["birth_date"]).dt.total_days() / 365.25
    assert youngest <= years.min() <= youngest + 9  # type: ignore[operator]
    assert years.max() <= (18 if table == "pets" else 96)  # type: ignore[operator]
    assert rows["birth_date"].value_counts()["count"].max() <= ROWS // 100  # type: ignore[operator]


@pytest.mark.parametrize(
    "columns, youngest",
    [
        ("hire_date date NOT NULL CHECK (hire_date < '2000-01-01'), birth_date date NOT NULL", 18),
        ("hire_date date NOT NULL, birth_date date NOT NULL CHECK (birth_date >= '1995-01-01')", 18),
        ("hire_date date NOT NULL, birth_date date NOT NULL CHECK (birth_date < '1980-01-01')", 18),
        (
            "hire_date date NOT NULL, birth_date date NOT NULL, CHECK (hire_date >= birth_date + interval '21 years')",
            21,
        ),
    ],
)
def test_checks_leave_births_their_spread(columns: str, youngest: int, tmp_path: Path) -> None:
    rows = made(f"CREATE TABLE employees (id int PRIMARY KEY, {columns})", tmp_path)["employees"]
    years = (rows["hire_date"] - rows["birth_date"]).dt.total_days() / 365.25
    assert years.min() >= youngest - 0.01  # type: ignore[operator]
    assert rows["birth_date"].value_counts()["count"].max() <= ROWS // 20  # type: ignore[operator]


@pytest.mark.parametrize(
    "columns",
    [
        "paid_on date, paid_at timestamp",
        "paid_at timestamp, paid_on date",
        "paid_on date, paid_at timestamp NOT NULL",
        "paid_on date NOT NULL, paid_at timestamp",
        "paid_on date NOT NULL, paid_at timestamp NOT NULL, confirmed_at timestamp NOT NULL,"
        " CHECK (confirmed_at > paid_at)",
        "paid_on date, paid_at timestamp, created_at timestamp, CHECK (paid_at >= created_at)",
        "paid_on date, paid_at timestamp CHECK (paid_at >= '2025-11-01')",
        "created_at timestamp NOT NULL, paid_on date, paid_at timestamp, updated_on date, updated_at timestamp",
    ],
)
def test_a_date_and_a_timestamp_of_one_thing_lie_on_one_day(columns: str, tmp_path: Path) -> None:
    ddl = (
        "CREATE TABLE orders (id int PRIMARY KEY, ordered_at timestamp NOT NULL);"
        f"CREATE TABLE payments (id int PRIMARY KEY, order_id int NOT NULL REFERENCES orders (id), {columns})"
    )
    rows = made(ddl, tmp_path)["payments"]
    there = rows.filter(pl.col("paid_on").is_not_null() & pl.col("paid_at").is_not_null())
    assert len(there) > ROWS // 2
    assert (there["paid_on"] == there["paid_at"].dt.date()).all()


def test_what_starts_at_the_very_last_instant_ends_behind_it(tmp_path: Path) -> None:
    ddl = (
        "CREATE TABLE patients (id bigint PRIMARY KEY, registered_at timestamptz NOT NULL);"
        "CREATE TABLE appointments (id bigint PRIMARY KEY, patient_id bigint NOT NULL REFERENCES patients (id),"
        " starts_at timestamptz NOT NULL, ends_at timestamptz NOT NULL, CHECK (ends_at > starts_at))"
    )
    plan = sg.draft_plan(sg.parse_ddl(ddl, dialect="postgres"), {"patients": 3_000, "appointments": 400_000}, seed=2)
    dataset = sg.generate(plan, sg.Store(tmp_path))
    assert dataset.report is not None
    assert not dataset.report.broken
    last = dataset["appointments"].sort("starts_at").tail(1)
    assert last["ends_at"].item() > last["starts_at"].item()
