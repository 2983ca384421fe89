"""Edge cases: in as many rows as asked, in columns that nothing else reads, and every constraint holds with them."""

from __future__ import annotations

import random
from typing import get_args

import polars as pl
import pytest

import synthgen_nb as sg
from synthgen_nb.plan import plan_from_json
from synthgen_nb.specs import Edged

from .engines import load, made
from .random_schemas import kinds_of, random_schema
from .sketches import Name

SHOP = """
CREATE TABLE customers (
    id serial PRIMARY KEY, name varchar(60) NOT NULL, code char(4) NOT NULL, mail varchar(80) NOT NULL UNIQUE,
    born date, shout varchar(20) NOT NULL CHECK (shout = upper(shout)), nick text NOT NULL CHECK (nick <> '')
);
CREATE TABLE orders (
    id int PRIMARY KEY, customer_id int NOT NULL REFERENCES customers (id),
    items_seen smallint NOT NULL, total numeric(10, 2) NOT NULL CHECK (total > 0), weight numeric(6, 2) NOT NULL,
    gross numeric(12, 2) GENERATED ALWAYS AS (total * 1.2) STORED, at timestamp NOT NULL, release_date date
);
"""
ROWS = 20_000


@pytest.fixture(scope="module")
def frames() -> dict[str, pl.DataFrame]:
    plan = sg.draft_plan(sg.parse_ddl(SHOP, dialect="postgres"), ROWS, edges=0.05)
    assert sg.check(plan).broken == ()
    return {key: frame for key, table in made(plan).items() if isinstance(frame := pl.from_arrow(table), pl.DataFrame)}


def test_a_share_of_the_rows_takes_edge_cases_of_every_kind(frames: dict[str, pl.DataFrame]) -> None:
    names = frames["customers"]["name"]
    assert {"", "a", "O'Brien", "x" * 60, "שלום עולם", "🎉", "Zoe\u0308 A\u030angstro\u0308m"} <= set(names)
    assert 0.03 < (~names.str.contains(r"^\w+ (\w+\. )?[\w' -]+$")).mean() < 0.06  # type: ignore[operator]
    seen = frames["orders"]["items_seen"]
    assert {-32768, 32767, 0, -1} <= set(seen)
    assert 0.04 < seen.is_in([-32768, 32767, 0, -1, 1]).mean() < 0.2  # type: ignore[operator]
    assert "2024-02-29" in set(frames["orders"]["release_date"].drop_nulls().cast(pl.String))


def test_only_what_every_constraint_allows(frames: dict[str, pl.DataFrame]) -> None:
    customers, orders = frames["customers"], frames["orders"]
    assert (customers["shout"] == customers["shout"].str.to_uppercase()).all()
    assert (customers["nick"] != "").all()
    assert customers["name"].str.len_chars().max() == 60
    assert customers["mail"].n_unique() == ROWS
    assert (orders["total"] > 0).all()
    assert orders["weight"].max() is not None
    assert float(orders["weight"].max()) == 9999.99  # type: ignore[arg-type]


def test_keys_and_what_others_are_computed_from_stay_as_they_are(frames: dict[str, pl.DataFrame]) -> None:
    schema = sg.parse_ddl(SHOP, dialect="postgres")
    plain = made(sg.draft_plan(schema, ROWS))
    for table, column in (("orders", "total"), ("orders", "gross"), ("customers", "mail"), ("orders", "customer_id")):
        assert pl.Series(plain[table][column]).to_list() == frames[table][column].to_list()


def test_the_rows_without_edges_are_those_of_the_plan_without(frames: dict[str, pl.DataFrame]) -> None:
    plain = pl.Series(made(sg.draft_plan(sg.parse_ddl(SHOP, dialect="postgres"), ROWS))["orders"]["items_seen"])
    same = frames["orders"]["items_seen"] == plain
    assert 0.94 < same.mean() < 1  # type: ignore[operator]


def test_a_person_has_the_last_word_on_a_column() -> None:
    schema = sg.parse_ddl(SHOP, dialect="postgres")
    plan = sg.draft_plan(schema, 100, edges=0.5, specs={"customers.name": "Choice(a=1)"})
    assert set(made(plan)["customers"]["name"].to_pylist()) == {"a"}
    assert plan.edges == 0.5
    assert plan_from_json(plan.to_json()) == plan


def test_a_share_is_from_0_to_1() -> None:
    with pytest.raises(sg.InputError, match="can't take edge cases"):
        sg.draft_plan(sg.parse_ddl(SHOP, dialect="postgres"), 100, edges=5)


@pytest.mark.parametrize("seed", range(16))
def test_any_schema_loads_with_edge_cases(seed: int) -> None:
    engine: Name = "duckdb" if seed % 2 else "sqlite"
    assert engine in get_args(Name)
    ddl = random_schema(engine, random.Random(seed).sample(kinds_of(engine), 4), seed).ddl
    plan = sg.draft_plan(sg.parse_ddl(ddl, dialect=engine), 60, edges=0.5)
    if not plan.findings and sg.check(plan).broken == ():
        load(ddl, plan, engine)


def test_what_an_integer_of_ours_does_not_hold_is_no_edge() -> None:
    plan = sg.draft_plan(sg.parse_ddl("CREATE TABLE t (a hugeint NOT NULL)", dialect="duckdb"), 50, edges=0.9)
    assert 0 in made(plan)["t"]["a"].to_pylist()
    assert sg.check(plan).broken == ()


def test_the_spec_is_in_the_plan() -> None:
    plan = sg.draft_plan(sg.parse_ddl("CREATE TABLE t (a int NOT NULL, b text)", dialect="duckdb"), 10, edges=0.1)
    assert all(isinstance(column.spec, Edged) for column in plan.tables["t"].columns.values())
