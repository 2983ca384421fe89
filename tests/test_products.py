"""Products: name, brand, category, price, cost and description of a row belong together, and to its category's row."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import synthgen_nb as sg
from synthgen_nb.generation import Engine
from synthgen_nb.rows import Rows, permute
from synthgen_nb.specs import Product
from synthgen_nb.specs.pools import fields

from .worlds import drawn

ROWS = 100_000
CATEGORIES = "CREATE TABLE categories (id integer PRIMARY KEY, name varchar(40) NOT NULL); "
PRODUCTS = (
    "CREATE TABLE products (id integer PRIMARY KEY, category_id integer NOT NULL REFERENCES categories (id),"
    " name varchar(120) NOT NULL, brand varchar(40) NOT NULL, category varchar(40) NOT NULL,"
    " price numeric(10,2) NOT NULL,"
    " cost numeric(10,2) NOT NULL, description text NOT NULL)"
)


def rows_of(ddl: str, rows: int, table: str = "products") -> list[dict[str, Any]]:
    plan = sg.draft_plan(sg.parse_ddl(ddl, dialect="postgres"), rows=rows)
    assert sg.check(plan).broken == ()
    found: list[dict[str, Any]] = drawn(plan, [(0, rows)], table).to_pylist()
    return found


def catalog() -> dict[str, tuple[str, int, int]]:
    """Category and prices in cents, by the name of a kind of product."""
    names, categories, low, high = (part.values.to_pylist() for part in fields("product_name"))
    return {n: (c, int(a), int(b)) for n, c, a, b in zip(names, categories, low, high, strict=True)}


def test_all_columns_of_a_product_agree() -> None:
    known = catalog()
    for row in rows_of(CATEGORIES + PRODUCTS, 5_000):
        assert row["name"].startswith(f"{row['brand']} ")
        category, low, high = known[row["name"].removeprefix(f"{row['brand']} ")]
        assert row["category"] == category
        assert low <= row["price"] * 100 <= high
        assert 0.3 * float(row["price"]) < row["cost"] < 0.8 * float(row["price"])
        assert row["name"] in row["description"]


def test_a_product_is_of_the_category_that_its_row_points_to() -> None:
    plan = sg.draft_plan(sg.parse_ddl(CATEGORIES + PRODUCTS, dialect="postgres"), rows=2_000)
    parents = drawn(plan, [(0, 2_000)], "categories").to_pylist()
    names = {row["id"]: row["name"].partition(" (")[0] for row in parents}
    assert all(
        row["category"] == names[row["category_id"]] for row in drawn(plan, [(0, 2_000)], "products").to_pylist()
    )


def test_there_are_a_hundred_thousand_names_and_more() -> None:
    spec = Product(field="name")
    assert spec.size >= ROWS
    plan = sg.draft_plan(sg.parse_ddl("CREATE TABLE t (id integer)", dialect="postgres"), rows=1)
    window = Rows(Engine(plan), "t", np.arange(ROWS, dtype=np.uint64))
    names = spec.at(permute(window.index, spec.size, 3), window, "name").data.to_pylist()
    assert len({name.casefold() for name in names}) == ROWS


@pytest.mark.parametrize("rows", [500, 130_000])
def test_names_that_must_differ_do(rows: int) -> None:
    ddl = "CREATE TABLE products (id integer PRIMARY KEY, name varchar(120) NOT NULL UNIQUE, price numeric(10,2))"
    found = rows_of(ddl, rows)
    assert len({row["name"] for row in found}) == rows


def test_a_price_in_cents_and_one_in_whole_units_are_of_the_same_size() -> None:
    cents = rows_of("CREATE TABLE products (id integer, name varchar(90), price_cents integer NOT NULL)", 1_000)
    whole = rows_of("CREATE TABLE products (id integer, name varchar(90), price integer NOT NULL)", 1_000)
    assert 5_000 < float(np.median([row["price_cents"] for row in cents])) < 40_000
    assert 50 < float(np.median([row["price"] for row in whole])) < 400


def test_a_price_that_a_check_bounds_stays_within_it() -> None:
    ddl = "CREATE TABLE products (id integer, name varchar(90), price numeric(10,2) NOT NULL CHECK (price < 20))"
    assert all(row["price"] < 20 for row in rows_of(ddl, 500))


def test_a_name_too_short_for_brand_and_kind_is_no_cut_one() -> None:
    known = set(catalog())
    found = rows_of("CREATE TABLE products (id integer, name varchar(30) NOT NULL)", 500)
    assert all(row["name"] in known for row in found)
