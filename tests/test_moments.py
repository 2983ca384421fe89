"""Dates and states that make sense together, as laws over 100,000 rows: the order of a row's moments, a status and the
dates of its stages, children after their parents, the rhythm of the week."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import numpy as np
import polars as pl
import pytest

import synthgen_nb as sg
from synthgen_nb.generation import Chunk, Engine, generate_chunk
from synthgen_nb.specs import Since, Stage, Standing

SHOP = (Path(sg.__file__).parent / "templates" / "shop.sql").read_text()
OFFICE = """
CREATE TABLE departments (id int PRIMARY KEY, name text NOT NULL, created_at timestamp NOT NULL);
CREATE TABLE employees (
  id int PRIMARY KEY, department_id int NOT NULL REFERENCES departments (id), first_name text, birth_date date NOT NULL,
  hire_date date NOT NULL, termination_date date, is_active boolean NOT NULL, verified boolean, verified_at timestamp,
  created_at timestamp NOT NULL, updated_at timestamp, last_login_at timestamp, deleted_at timestamp,
  is_deleted boolean NOT NULL);
CREATE TABLE tickets (
  id int PRIMARY KEY, employee_id int REFERENCES employees (id),
  status varchar(20) NOT NULL DEFAULT 'open'
    CHECK (status IN ('open', 'in_progress', 'resolved', 'closed', 'cancelled')),
  opened_at timestamp NOT NULL, started_at timestamp, resolved_at timestamp, closed_at timestamp,
  cancelled_at timestamp, due_date date, last_update timestamp, CHECK (resolved_at >= opened_at));
CREATE TABLE comments (
  id int PRIMARY KEY, ticket_id int NOT NULL REFERENCES tickets (id), body text, posted_on date NOT NULL);
CREATE TABLE stays (
  id int PRIMARY KEY, stay_start_date date NOT NULL, stay_start_datetime timestamp, stay_end_date date NOT NULL,
  stay_end_datetime timestamp);
CREATE TABLE parcels (
  id int PRIMARY KEY, status text NOT NULL, registered_at timestamp NOT NULL, shipped_at timestamp,
  delivered_at timestamp, returned_at timestamp);
CREATE TABLE passes (id int PRIMARY KEY, "ValidFrom" date NOT NULL, "ValidTo" timestamp, valid_from date,
  valid_until date);
CREATE TABLE loans (id int PRIMARY KEY, loaned_at timestamp NOT NULL, returned_at timestamp);
"""
ROWS = 100_000
NOW = dt.datetime(2026, 1, 1)


def frames(ddl: str, rows: Mapping[str, int]) -> dict[str, pl.DataFrame]:
    plan = sg.draft_plan(sg.parse_ddl(ddl, dialect="postgres"), rows)
    assert sg.check(plan).broken == ()
    engine = Engine(plan)
    made = {key: generate_chunk(engine, Chunk(key, 0, table.rows)) for key, table in plan.tables.items()}
    return {key: pl.DataFrame(pl.from_arrow(batch)) for key, batch in made.items()}


@cache
def shop() -> dict[str, pl.DataFrame]:
    return frames(SHOP, {"customers": 20_000, "orders": ROWS, "*": 100})


@cache
def office() -> dict[str, pl.DataFrame]:
    return frames(OFFICE, {"*": ROWS, "departments": 50, "employees": 20_000})


def never_before(frame: pl.DataFrame, first: str, second: str) -> bool:
    both = frame.select(first, second).drop_nulls()
    assert both.height > 20
    return bool((both[second] >= both[first]).all())


def test_a_shop_s_orders_come_after_their_customers_and_ship_when_their_status_says_so() -> None:
    orders = shop()["orders"].join(shop()["customers"], left_on="customer_id", right_on="id")
    assert never_before(orders, "joined_on", "ordered_at")
    assert never_before(orders, "ordered_at", "shipped_at")
    shipped = orders["status"].cast(pl.String).is_in(["shipped", "delivered"])
    assert (shipped == orders["shipped_at"].is_not_null()).all()
    assert orders.select(pl.max_horizontal("ordered_at", "shipped_at").max()).item() <= NOW


def test_ends_of_a_life_are_common_in_old_rows_and_beginnings_in_young_ones() -> None:
    orders = shop()["orders"].with_columns(pl.col("status").cast(pl.String))
    young = orders.filter(pl.col("ordered_at") >= NOW - dt.timedelta(days=2))["status"]
    old = orders.filter(pl.col("ordered_at") < NOW - dt.timedelta(days=60))["status"]
    assert (young == "new").mean() > 0.5 > 0.1 > (old == "new").mean() > 0.01  # type: ignore[operator]
    assert (old == "delivered").mean() > 0.6 > 0.1 > (young == "delivered").mean()  # type: ignore[operator]


@pytest.mark.parametrize(
    "first, second",
    [
        ("birth_date", "hire_date"), ("hire_date", "termination_date"), ("created_at", "updated_at"),
        ("updated_at", "deleted_at"), ("created_at", "deleted_at"), ("created_at", "last_login_at"),
        ("created_at", "verified_at"),
    ],
)  # fmt: skip
def test_the_moments_of_a_person_are_in_order(first: str, second: str) -> None:
    assert never_before(office()["employees"], first, second)


def test_people_are_hired_grown_up() -> None:
    people = office()["employees"]
    days = (people["hire_date"] - people["birth_date"]).dt.total_days()
    assert days.min() >= 16 * 365  # type: ignore[operator]
    ages = (pl.Series([NOW.date()]) - people["birth_date"]).dt.total_days() / 365.25
    assert 17.5 < ages.min() < 20  # type: ignore[operator]
    assert 60 < ages.max() < 68  # type: ignore[operator]


def test_flags_and_their_dates_agree() -> None:
    people = office()["employees"]
    assert (people["is_deleted"] == people["deleted_at"].is_not_null()).all()
    assert (people["is_active"] == people["termination_date"].is_null()).all()
    assert (people["verified"].fill_null(value=False) == people["verified_at"].is_not_null()).all()


REACHED = {
    "started_at": {"in_progress", "resolved", "closed"},
    "resolved_at": {"resolved", "closed"},
    "closed_at": {"closed"},
    "cancelled_at": {"cancelled"},
}


@pytest.mark.parametrize("column", REACHED)
def test_the_date_of_a_stage_is_there_exactly_when_the_status_has_reached_it(column: str) -> None:
    tickets = office()["tickets"]
    assert (tickets["status"].is_in(list(REACHED[column])) == tickets[column].is_not_null()).all()
    assert never_before(tickets, "opened_at", column)


def test_stages_follow_each_other_and_the_last_update_follows_them_all() -> None:
    tickets = office()["tickets"]
    for first, second in (("started_at", "resolved_at"), ("resolved_at", "closed_at"), ("opened_at", "due_date")):
        assert never_before(tickets, first, second)
    for column in ("opened_at", "started_at", "resolved_at", "closed_at", "cancelled_at"):
        assert never_before(tickets, column, "last_update")


def test_a_status_of_any_text_has_the_words_of_its_table_and_agrees_with_its_dates() -> None:
    """Its words were those of the dates beside it; then a date more changed the status."""
    parcels = office()["parcels"]
    under_way = {"shipped", "in_transit", "out_for_delivery", "lost"}
    assert set(parcels["status"]) == {"pending", "delivered", "returned"} | under_way
    for column, states in (("shipped_at", under_way | {"delivered", "returned"}), ("returned_at", {"returned"})):
        assert (parcels["status"].is_in(list(states)) == parcels[column].is_not_null()).all()


def test_children_are_never_earlier_than_their_parents() -> None:
    made = office()
    people = made["employees"].join(made["departments"], left_on="department_id", right_on="id", suffix="_parent")
    tickets = made["tickets"].join(made["employees"], left_on="employee_id", right_on="id")
    comments = made["comments"].join(made["tickets"], left_on="ticket_id", right_on="id")
    assert never_before(people, "created_at_parent", "created_at")
    assert never_before(tickets, "created_at", "opened_at")
    assert never_before(comments, "opened_at", "posted_on")
    assert (comments["posted_on"] - comments["opened_at"].dt.date()).dt.total_days().max() <= 10  # type: ignore[operator]


def test_a_date_and_a_timestamp_of_one_name_are_one_moment() -> None:
    stays = office()["stays"]
    for moment in ("start", "end"):
        both = stays.select(f"stay_{moment}_date", f"stay_{moment}_datetime").drop_nulls()
        assert both.height > 50_000
        assert (both[f"stay_{moment}_date"] == both[f"stay_{moment}_datetime"].dt.date()).all()
    assert never_before(stays, "stay_start_datetime", "stay_end_datetime")
    assert never_before(stays, "stay_start_date", "stay_end_date")


def test_what_is_valid_from_a_day_is_so_until_a_later_one() -> None:
    assert never_before(office()["passes"], "ValidFrom", "ValidTo")
    assert never_before(office()["passes"], "valid_from", "valid_until")


def test_what_has_no_status_has_happened_unless_it_would_be_in_the_future() -> None:
    loans = office()["loans"]
    assert never_before(loans, "loaned_at", "returned_at")
    back = loans["returned_at"].is_null()
    recent = loans["loaned_at"] > NOW - dt.timedelta(days=31)
    assert not (back & ~recent).any()
    assert 0.1 < (back & recent).sum() / recent.sum() < 0.9


def test_nothing_has_happened_after_today_and_nothing_long_ago() -> None:
    for frame in office().values():
        for name, kind in frame.schema.items():
            if kind.is_temporal() and not name.lower().startswith(("birth", "due", "valid")):
                moments = frame[name].cast(pl.Datetime).drop_nulls()
                assert moments.max() <= NOW  # type: ignore[operator]
                assert moments.min() > dt.datetime(2010, 1, 1)  # type: ignore[operator]


def test_moments_rise_over_the_years_and_follow_the_week_and_the_day() -> None:
    at = shop()["orders"]["ordered_at"]
    assert (
        at.is_between(NOW - dt.timedelta(365), NOW).sum()
        > 1.3 * at.is_between(NOW - dt.timedelta(730), NOW - dt.timedelta(365)).sum()
    )
    night, day = ((at.dt.hour() == hour).sum() for hour in (3, 19))
    assert day > 5 * night
    opened = office()["tickets"]["opened_at"]
    assert (opened.dt.weekday() >= 6).mean() < 0.08  # type: ignore[operator]
    assert opened.dt.hour().is_between(7, 18).mean() > 0.85  # type: ignore[operator]


def test_gaps_are_those_of_such_things() -> None:
    orders = shop()["orders"].drop_nulls("shipped_at")
    days = (orders["shipped_at"] - orders["ordered_at"]).dt.total_hours() / 24
    assert days.max() < 4  # type: ignore[operator]
    assert len(np.unique(days.to_numpy())) > 20


def test_the_plan_says_what_follows_what() -> None:
    plan = sg.draft_plan(sg.parse_ddl(SHOP, dialect="postgres"), 100)
    columns = plan.tables["orders"].columns
    ordered, shipped, status = (columns[name].spec for name in ("ordered_at", "shipped_at", "status"))
    assert isinstance(ordered, Since)
    assert [(floor.table, floor.column) for floor in ordered.floors] == [("customers", "joined_on")]
    assert isinstance(shipped, Since)
    assert (shipped.when, set(shipped.among)) == ("status", {"shipped", "delivered"})
    assert isinstance(shipped.on, Stage)
    assert isinstance(status, Standing)
    assert columns["shipped_at"].nulls == 0


def test_keys_in_a_ring_leave_the_order_to_those_that_close_none() -> None:
    ddl = """CREATE TABLE a (id int PRIMARY KEY, b_id int, created_at timestamp NOT NULL);
             CREATE TABLE b (id int PRIMARY KEY, a_id int NOT NULL REFERENCES a (id), created_at timestamp NOT NULL);
             ALTER TABLE a ADD FOREIGN KEY (b_id) REFERENCES b (id)"""
    made = frames(ddl, {"*": 2_000})
    assert never_before(made["b"].join(made["a"], left_on="a_id", right_on="id"), "created_at_right", "created_at")


def test_parents_are_early_enough_for_children_whose_years_a_check_bounds() -> None:
    ddl = """CREATE TABLE a (id int PRIMARY KEY, created_at timestamp NOT NULL);
             CREATE TABLE b (id int PRIMARY KEY, a_id int NOT NULL REFERENCES a (id), paid_at timestamp NOT NULL
               CHECK (paid_at >= '2019-01-01' AND paid_at < '2020-01-01'))"""
    made = frames(ddl, {"*": 5_000})
    assert never_before(made["b"].join(made["a"], left_on="a_id", right_on="id"), "created_at", "paid_at")
    assert made["b"]["paid_at"].dt.year().unique().to_list() == [2019]


def test_a_row_of_a_system_versioned_table_goes_after_it_came() -> None:
    ddl = """CREATE TABLE cities (id int PRIMARY KEY, name nvarchar(50) NOT NULL,
             ValidFrom datetime2 GENERATED ALWAYS AS ROW START NOT NULL,
             ValidTo datetime2 GENERATED ALWAYS AS ROW END NOT NULL, PERIOD FOR SYSTEM_TIME (ValidFrom, ValidTo))"""
    plan = sg.draft_plan(sg.parse_ddl(ddl, dialect="tsql"), 2_000)
    made = pl.DataFrame(pl.from_arrow(generate_chunk(Engine(plan), Chunk("cities", 0, 2_000))))
    assert never_before(made, "ValidFrom", "ValidTo")


def test_what_is_there_before_all_others_is_so_for_rows_of_long_ago_too() -> None:
    ddl = """CREATE TABLE categories (id int PRIMARY KEY, created_at timestamp NOT NULL);
             CREATE TABLE articles (id int PRIMARY KEY, category_id int NOT NULL REFERENCES categories (id),
               created_at timestamp NOT NULL CHECK (created_at >= '2005-01-01' AND created_at < '2009-01-01'))"""
    made = frames(ddl, {"*": 5_000})
    both = made["articles"].join(made["categories"], left_on="category_id", right_on="id", suffix="_parent")
    assert never_before(both, "created_at_parent", "created_at")
    assert made["articles"]["created_at"].n_unique() > 4_900


BANK = """
CREATE TABLE loans (id int PRIMARY KEY, start_date date NOT NULL);
CREATE TABLE loan_payments (loan_id int REFERENCES loans (id), payment_no smallint, paid_on date NOT NULL,
  PRIMARY KEY (loan_id, payment_no));
CREATE TABLE orders (id int PRIMARY KEY, ordered_at timestamp NOT NULL);
CREATE TABLE order_events (order_id int REFERENCES orders (id), seq int, occurred_at timestamp NOT NULL,
  PRIMARY KEY (order_id, seq));
CREATE TABLE order_lines (order_id int REFERENCES orders (id), line_no int, shipped_on date NOT NULL,
  PRIMARY KEY (order_id, line_no));
"""


def test_what_is_counted_among_the_rows_of_a_parent_comes_in_that_order() -> None:
    found = frames(BANK, {"loans": 2_000, "orders": 2_000, "*": 10_000})
    payments = (
        found["loan_payments"].join(found["loans"], left_on="loan_id", right_on="id").sort("loan_id", "payment_no")
    )
    gap = payments["paid_on"].diff().dt.total_days().filter(payments["payment_no"] > 1)
    assert (gap >= 0).all()
    assert (gap <= 40).all()
    assert gap.median() == pytest.approx(30, abs=5)  # type: ignore[arg-type]
    assert (payments["paid_on"] > payments["start_date"]).all()
    events = found["order_events"].join(found["orders"], left_on="order_id", right_on="id").sort("order_id", "seq")
    assert (events["occurred_at"].diff().filter(events["seq"] > 1) >= dt.timedelta(0)).all()
    after = events["occurred_at"] - events["ordered_at"]
    assert after.is_between(dt.timedelta(0), dt.timedelta(days=16)).all()
    lines = found["order_lines"].sort("order_id", "line_no")  # of one order, none of which is later than the others
    assert (lines["shipped_on"].diff().filter(lines["line_no"] > 1) < dt.timedelta(0)).mean() > 0.2  # type: ignore[operator]


CLINIC = """
CREATE TABLE doctors (id int PRIMARY KEY, hired_on date NOT NULL);
CREATE TABLE appointments (id int PRIMARY KEY, doctor_id int NOT NULL REFERENCES doctors (id),
  starts_at timestamp NOT NULL, UNIQUE (doctor_id, starts_at));
CREATE TABLE lessons (id int PRIMARY KEY, starts_at timestamp NOT NULL, ends_at timestamp NOT NULL,
  created_at timestamp NOT NULL, CHECK (ends_at > starts_at));
CREATE TABLE slots (id int PRIMARY KEY, start_time time NOT NULL, end_time time NOT NULL,
  CHECK (end_time > start_time AND end_time <= '18:10:00'), logged_time time NOT NULL);
CREATE TABLE devices (id int PRIMARY KEY, installed_at timestamp NOT NULL);
CREATE TABLE readings (device_id int REFERENCES devices (id), measured_at timestamp, value real NOT NULL,
  PRIMARY KEY (device_id, measured_at));
CREATE TABLE rush (device_id int REFERENCES devices (id), measured_at timestamp, PRIMARY KEY (device_id, measured_at),
  CHECK (measured_at BETWEEN '2025-12-31 00:00:00' AND '2025-12-31 12:00:00'));
"""


@cache
def clinic() -> dict[str, pl.DataFrame]:
    return frames(CLINIC, {"doctors": 200, "devices": 100, "*": 30_000})


def test_what_people_agree_on_beforehand_starts_at_full_quarters_in_their_hours() -> None:
    starts = clinic()["appointments"]["starts_at"]
    assert (starts.dt.minute() % 15 == 0).all()
    assert (starts.dt.second() == 0).all()
    assert starts.dt.hour().is_between(8, 17).all()
    assert (starts.dt.weekday() <= 5).all()
    lessons = clinic()["lessons"]
    for column in ("starts_at", "ends_at"):
        assert (lessons[column].dt.epoch("s") % 900 == 0).all()
    assert (lessons["created_at"] <= lessons["starts_at"]).all()
    assert (lessons["starts_at"] < lessons["ends_at"]).all()
    assert lessons["created_at"].dt.second().n_unique() == 60
    slots = clinic()["slots"]
    assert (slots["start_time"] < slots["end_time"]).all()
    assert (slots["end_time"] <= dt.time(18, 10)).all()
    assert (slots["start_time"].dt.minute() % 15 == 0).all()
    assert slots["logged_time"].dt.minute().n_unique() == 60


def test_what_a_key_dates_among_the_rows_of_a_parent_is_later_than_that_and_in_order() -> None:
    for table, parent, moment, since in (
        ("readings", "devices", "measured_at", "installed_at"), ("appointments", "doctors", "starts_at", "hired_on"),
    ):  # fmt: skip
        key = f"{parent[:-1]}_id"
        frame = clinic()[table].join(clinic()[parent], left_on=key, right_on="id", maintain_order="left")
        assert frame.select(key, moment).is_unique().all()
        assert (frame[moment] > frame[since]).mean() > 0.99  # but for those with no time left for all of theirs
        assert (frame[moment].diff().filter(frame[key].diff() == 0) > dt.timedelta(0)).all()


def test_a_key_of_moments_holds_what_its_check_asks_for_above_all() -> None:
    assert clinic()["rush"].is_unique().all()
    assert (clinic()["rush"]["measured_at"].dt.date() == dt.date(2025, 12, 31)).all()


def test_travellers_leave_before_they_arrive_and_guests_after() -> None:
    found = frames(
        """CREATE TABLE flights (id int, departure_time timestamp NOT NULL, arrival_time timestamp NOT NULL);
        CREATE TABLE guests (id int, room int, arrival_date date NOT NULL, departure_date date NOT NULL);""",
        {"*": 5_000},
    )
    took = found["flights"]["arrival_time"] - found["flights"]["departure_time"]
    assert took.is_between(dt.timedelta(0), dt.timedelta(hours=24)).all()
    assert took.n_unique() > 1_000
    stayed = found["guests"]["departure_date"] - found["guests"]["arrival_date"]
    assert (stayed >= dt.timedelta(0)).all()
    assert stayed.n_unique() > 3
