"""Wishes: what constraints leave is narrowed and weighed as asked, the rest is told, and no constraint ever breaks."""

from __future__ import annotations

import random
from collections import Counter

import polars as pl
import pytest

import synthgen_nb as sg
from synthgen_nb.plan import Plan, plan_from_json
from synthgen_nb.specs.locales import listed
from synthgen_nb.wishes import Between, Children, Count, Locales, Nulls, Rhythm, Share, Shares, Wish, Written

from .datasets import saved
from .engines import made
from .random_banks import banks_for
from .random_schemas import kinds_of, random_schema
from .random_wishes import wishes_for
from .sketches import Name

SHOP = """
CREATE TABLE customers (
    id serial PRIMARY KEY, name text NOT NULL, email text NOT NULL UNIQUE, country varchar(40), born date,
    vip boolean NOT NULL
);
CREATE TABLE orders (
    id serial PRIMARY KEY,
    customer_id int NOT NULL REFERENCES customers (id),
    status text NOT NULL CHECK (status IN ('new', 'paid', 'failed')),
    quantity int NOT NULL CHECK (quantity > 0),
    total numeric(10, 2) NOT NULL CHECK (total > 0),
    ordered_at timestamp NOT NULL,
    shipped_at timestamp,
    note text,
    city text,
    postal_code text,
    country_code char(2),
    phone text,
    recipient_name text NOT NULL,
    recipient_email text NOT NULL UNIQUE,
    gender char(1) NOT NULL,
    total_with_tax numeric(12, 2) GENERATED ALWAYS AS (total * 1.2) STORED,
    CHECK (shipped_at >= ordered_at)
);
"""
ROWS = 20_000


@pytest.fixture(scope="module")
def shop() -> sg.Schema:
    return sg.parse_ddl(SHOP, dialect="postgres")


def orders(schema: sg.Schema, *wishes: Wish) -> tuple[Plan, pl.DataFrame]:
    plan = sg.draft_plan(schema, {"*": 200, "orders": ROWS}, wishes=wishes)
    assert sg.check(plan).broken == ()
    frame = pl.from_arrow(made(plan)["orders"])
    assert isinstance(frame, pl.DataFrame)
    return plan, frame


def shares(column: str, table: str = "orders", /, **percents: float) -> Shares:
    return Shares(table=table, column=column, shares=tuple(Share(value, p) for value, p in percents.items()))


def percent(series: pl.Series) -> float:
    return 100 * int(series.sum()) / ROWS


def test_a_plan_without_wishes_is_the_plan_it_was(shop: sg.Schema) -> None:
    assert sg.draft_plan(shop, wishes=()) == sg.draft_plan(shop)
    assert "wishes" not in sg.draft_plan(shop).to_json()


def test_values_come_as_often_as_wished_and_what_is_left_keeps_its_weights(shop: sg.Schema) -> None:
    plan, frame = orders(shop, shares("status", failed=80), shares("city", Berlin=60, Utrecht=5))
    assert plan.not_done == ()
    assert percent(frame["status"] == "failed") == pytest.approx(80, abs=1)
    assert percent(frame["status"] == "paid") > 15 > 2 > percent(frame["status"] == "new") > 0  # most are paid by now
    assert percent(frame["city"] == "Berlin") == pytest.approx(60, abs=1)  # of all rows: a tenth have no city
    assert percent(frame["city"] == "Utrecht") == pytest.approx(5, abs=0.5)
    assert frame["city"].n_unique() > 100


def test_shares_of_numbers_leave_them_out_of_the_rest(shop: sg.Schema) -> None:
    wish = Shares(table="orders", column="quantity", shares=(Share(1, 30), Share(12, 10)))
    _, frame = orders(shop, wish)
    assert percent(frame["quantity"] == 1) == pytest.approx(30, abs=1)
    assert percent(frame["quantity"] == 12) == pytest.approx(10, abs=1)
    assert frame["quantity"].n_unique() > 10


def test_shares_that_fill_all_rows_leave_no_nulls(shop: sg.Schema) -> None:
    _, frame = orders(shop, shares("city", Lyon=50, Nantes=50))
    assert frame["city"].null_count() == 0
    assert set(frame["city"]) == {"Lyon", "Nantes"}


def test_nulls_that_are_wished_stay_beside_shares(shop: sg.Schema) -> None:
    nulls = Nulls(table="orders", column="city", percent=40)
    plan, frame = orders(shop, shares("city", Lyon=50, Nantes=50), nulls)
    assert 100 * frame["city"].null_count() / ROWS == pytest.approx(40, abs=1)
    assert percent(frame["city"] == "Lyon") == pytest.approx(30, abs=1)
    assert [f.text for f in plan.not_done] == ["40 percent of city are NULL: the shares are of the others"]


def test_bounds_hold_in_every_row_and_are_reached(shop: sg.Schema) -> None:
    _, frame = orders(
        shop,
        Between(table="orders", column="total", low="10", high="250"),
        Between(table="orders", column="ordered_at", low="2010-01-01", high="2019-12-31"),
    )
    assert 10 <= float(frame["total"].min()) < 20  # type: ignore[arg-type]
    assert 200 < float(frame["total"].max()) <= 250  # type: ignore[arg-type]
    years = frame["ordered_at"].dt.year()
    assert years.min() == 2010
    assert years.max() == 2019
    assert (frame["shipped_at"].drop_nulls() >= frame.filter(pl.col("shipped_at").is_not_null())["ordered_at"]).all()


def test_half_of_the_values_lie_below_a_typical_one(shop: sg.Schema) -> None:
    _, frame = orders(
        shop,
        Between(table="orders", column="total", typical="80"),
        Between(table="orders", column="quantity", low="1", high="9", typical="3"),
    )
    assert percent(frame["total"] < 80) == pytest.approx(50, abs=1.5)
    assert frame["quantity"].median() == pytest.approx(3, abs=1)
    assert frame["quantity"].max() in (8, 9)


def test_months_days_and_hours_come_as_often_as_wished(shop: sg.Schema) -> None:
    wish = Rhythm(
        table="orders", column="ordered_at", months={12: 3, 2: 0}, weekdays={6: 0.5, 7: 0.5}, hours={9: 4, 3: 0}
    )
    plan, frame = orders(shop, wish)
    assert plan.not_done == ()
    at = frame["ordered_at"]
    months, days, hours = (Counter(part.to_list()) for part in (at.dt.month(), at.dt.weekday(), at.dt.hour()))
    assert months[2] == hours[3] == 0
    assert months[12] / (ROWS - months[12]) == pytest.approx(3 * 31 / (365 - 28 - 31), rel=0.05)
    assert (days[6] + days[7]) / (ROWS - days[6] - days[7]) == pytest.approx(1 / 5, rel=0.06)
    assert hours[9] / (ROWS - hours[9]) == pytest.approx(4 / 22, rel=0.06)


def test_every_parent_has_as_many_children_as_wished_and_the_table_as_many_rows(shop: sg.Schema) -> None:
    wishes = [Children(table="orders", parent="customers", least=2, most=6), Count(table="customers", rows=500)]
    plan = sg.draft_plan(shop, wishes=wishes)
    assert (plan.not_done, plan.tables["orders"].rows) == ((), 2_000)
    counts = Counter(made(plan)["orders"]["customer_id"].to_pylist())
    assert len(counts) == 500
    assert (min(counts.values()), max(counts.values())) == (2, 6)
    assert sg.check(plan).clean


def test_children_of_two_parents_hold_for_both() -> None:
    ddl = """CREATE TABLE a (id int PRIMARY KEY); CREATE TABLE b (id int PRIMARY KEY);
             CREATE TABLE c (a_id int NOT NULL REFERENCES a (id), b_id int NOT NULL REFERENCES b (id))"""
    wishes = [
        Children(table="c", parent="a", skew=1),
        Children(table="c", parent="b", least=1, most=3),
        Count(table="a", rows=300),
        Count(table="b", rows=100),
    ]
    plan = sg.draft_plan(sg.parse_ddl(ddl, dialect="duckdb"), wishes=wishes)
    assert (plan.not_done, plan.tables["c"].rows) == ((), 200)
    counts = Counter(made(plan)["c"]["b_id"].to_pylist())
    assert (len(counts), min(counts.values()), max(counts.values())) == (100, 1, 3)


def test_people_and_places_of_a_row_are_of_one_locale_and_addresses_stay_unique(shop: sg.Schema) -> None:
    shares = (Share("de_DE", 60), Share("fr_FR", 40))
    plan, frame = orders(shop, Locales(table="orders", shares=shares))
    assert plan.not_done == ()
    assert percent(frame["country_code"] == "DE") == pytest.approx(57, abs=1)  # one in twenty has no country
    assert set(frame["country_code"].drop_nulls()) == {"DE", "FR"}
    codes = frame.drop_nulls(["country_code", "phone"])
    assert (codes["phone"].str.starts_with("+49") == (codes["country_code"] == "DE")).all()
    german, french = (set(listed(locale, "last")) for locale in ("de_DE", "fr_FR"))
    families = frame.with_columns(family=pl.col("recipient_name").str.split(" ").list.last())
    assert set(families.filter(pl.col("country_code") == "DE")["family"]) <= german
    assert set(families.filter(pl.col("country_code") == "FR")["family"]) <= french
    assert frame["recipient_email"].n_unique() == ROWS
    berlin = frame.filter(pl.col("city") == "Berlin")["postal_code"].drop_nulls()
    assert len(berlin) > 100
    assert berlin.str.starts_with("1").all()
    assert plan_from_json(plan.to_json()) == plan


def test_so_many_people_are_women_and_their_names_say_so(shop: sg.Schema) -> None:
    locales = Locales(table="orders", shares=(Share("it_IT", 100),))
    plan, frame = orders(shop, shares("gender", F=80, M=20), locales)
    assert plan.not_done == ()
    assert percent(frame["gender"] == "F") == pytest.approx(80, abs=1)
    first = frame.with_columns(first=pl.col("recipient_name").str.split(" ").list.first())
    assert set(first.filter(pl.col("gender") == "F")["first"]) <= set(listed("it_IT", "female"))


def test_a_wish_for_rows_counts_unless_the_table_was_asked_for_by_name(shop: sg.Schema) -> None:
    wishes = (Count(table="customers", rows=7), Count(table="orders", rows=9))
    plan = sg.draft_plan(shop, {"*": 50, "orders": 30}, wishes=wishes)
    assert (plan.tables["customers"].rows, plan.tables["orders"].rows) == (7, 30)
    assert [f.text for f in plan.not_done] == ["30 rows of orders were asked for by name"]


@pytest.mark.parametrize(
    "wish, why",
    [
        (shares("status", gone=5), "'gone' is none of the values of status ('new', 'paid', 'failed')"),
        (shares("statu", gone=5), "orders has no column statu"),
        (shares("status", "order", gone=5), "there is no table order"),
        (shares("status", paid=60, new=60), "the shares add up to 120 percent"),
        (shares("id", x=5), "id is in a key or a UNIQUE, which decides its values"),
        (shares("customer_id", x=5), "customer_id points to rows of customers"),
        (shares("total_with_tax", x=5), "total_with_tax is computed from other columns"),
        (shares("quantity", many=5), "'many' is no value of quantity (int)"),
        (Between(table="orders", column="quantity", low="-9", high="0"), "-9 and 0: the type and the CHECKs"),
        (Between(table="orders", column="total", low="1e999999999"), "'1e999999999' is no value of total"),
        (Between(table="orders", column="note", low="a"), "note (text) has no lower and higher values"),
        (Nulls(table="orders", column="status", percent=5), "status is NOT NULL"),
        (Rhythm(table="orders", column="total", months={12: 2}), "total (numeric(10, 2)) is no date and no time"),
        (Rhythm(table="orders", column="ordered_at", months={13: 2}), "13 is no month: 1 to 12"),
        (Rhythm(table="orders", column="shipped_at", months={12: 2}), "shipped_at is drawn from ordered_at on"),
        (Children(table="customers", parent="orders", most=2), "customers has no foreign key to orders"),
        (Children(table="orders", parent="customers", least=3, most=2), "3 to 2 children can't be"),
        (Locales(table="orders", shares=(Share("xx_XX", 5),)), "the locale xx_XX is not known"),
        (Locales(table="orders", shares=(Share("de_DE", float("nan")),)), "the shares add up to nan percent"),
        (shares("status", paid=float("nan")), "a share is more than 0 percent"),
        (Nulls(table="orders", column="note", percent=float("inf")), "inf percent is not within 0 and 100"),
        (Nulls(table="orders", column="note", percent=500), "500 percent is not within 0 and 100"),
    ],
)
def test_what_can_not_be_is_told_with_the_reason(shop: sg.Schema, wish: Wish, why: str) -> None:
    plan = sg.draft_plan(shop, 30, wishes=[wish])
    assert [f.verdict for f in plan.not_done] == ["holds"]
    assert plan.not_done[0].text.startswith(why)
    assert plan.tables == sg.draft_plan(shop, 30).tables
    assert sg.check(plan).clean


def test_bounds_that_would_break_an_order_between_columns_are_told() -> None:
    ddl = "CREATE TABLE t (a date NOT NULL, b date NOT NULL, CHECK (a < b))"
    wishes = [Between(table="t", column="a", low="2030-01-01"), Between(table="t", column="b", high="2010-01-01")]
    plan = sg.draft_plan(sg.parse_ddl(ddl, dialect="duckdb"), 50, wishes=wishes)
    assert [(f.columns, f.text) for f in plan.not_done] == [
        (("b",), "other rules of t leave no room between these bounds")
    ]
    assert sg.check(plan).broken == ()


def test_a_typical_value_beside_a_forbidden_one_is_told() -> None:
    schema = sg.parse_ddl("CREATE TABLE t (a int NOT NULL CHECK (a > 0 AND a <> 80))", dialect="duckdb")
    plan = sg.draft_plan(schema, 5_000, wishes=[Between(table="t", column="a", low="60", high="99", typical="80")])
    assert [f.text for f in plan.not_done] == ["there is no typical value of a (int)"]
    values = set(made(plan)["t"]["a"].to_pylist())
    assert min(values) >= 60
    assert max(values) <= 99
    assert 80 not in values


def test_a_check_that_is_left_to_chance_still_holds_where_a_wish_takes_its_values_away() -> None:
    ddl = "CREATE TABLE t (kind text CHECK (kind IN ('a', 'b')), size int, CHECK (kind = 'a' OR size % 7 = 3))"
    wish = Shares(table="t", column="kind", shares=(Share("b", 100),))
    other = Shares(table="t", column="size", shares=(Share(7, 100),))
    plan = sg.draft_plan(sg.parse_ddl(ddl, dialect="duckdb"), 500, wishes=[wish, other])
    assert sg.check(plan).broken == ()
    frame = pl.from_arrow(made(plan)["t"])
    assert isinstance(frame, pl.DataFrame)
    assert frame.filter((pl.col("kind") == "b") & (pl.col("size") % 7 != 3)).is_empty()
    assert all("decides on" in f.text for f in plan.not_done)


def test_bounds_of_a_column_that_somebody_wrote_are_told(shop: sg.Schema) -> None:
    written = Written(table="orders", columns=("quantity",), prompt="few", values=((2,), (700,)))
    plan, frame = orders(shop, written, Between(table="orders", column="quantity", low="1", high="9"))
    assert [f.text for f in plan.not_done] == ["quantity has values of its own"]
    assert set(frame["quantity"]) == {2, 700}


def test_a_plan_carries_its_wishes_through_json(shop: sg.Schema) -> None:
    plan, _ = orders(shop, shares("status", paid=90), shares("status", "customers", paid=90))
    again = plan_from_json(plan.to_json())
    assert again == plan
    assert again.wishes == plan.wishes
    assert len(again.not_done) == 1


@pytest.mark.parametrize("engine", ["duckdb", "sqlite", "postgres", "mariadb"])
def test_no_wish_breaks_a_constraint_of_a_random_schema(engine: Name, tmp_path_factory: pytest.TempPathFactory) -> None:
    fulfilled = 0
    for seed in range(15):
        schema = random_schema(engine, random.Random(seed).sample(kinds_of(engine), 1 + seed % 6), seed)
        parsed = sg.parse_ddl(schema.ddl, dialect=engine)
        if sg.check(sg.draft_plan(parsed, 60)).broken:
            continue
        wishes = (*wishes_for(parsed, seed), *banks_for(parsed, seed))
        plan = sg.draft_plan(parsed, 60, wishes=wishes)
        assert sg.check(plan).broken == (), (schema, wishes)
        store = sg.Store(tmp_path_factory.mktemp("random"))
        assert sg.validate(saved(store, parsed, made(plan))).broken == (), (schema, wishes)
        fulfilled += len(wishes) - len(plan.not_done)
    assert fulfilled > 0
