"""What the plan ties to changed cells follows in the same edit: line totals, orders' totals, customers' sums."""

from __future__ import annotations

import shutil
from pathlib import Path

import polars as pl
import pytest

from synthgen_nb import Dataset, Store, draft_plan, generate, parse_ddl
from synthgen_nb.editing import Change, apply, propose, set_cells
from synthgen_nb.errors import RefusedEdit
from synthgen_nb.specs import Amount, Tally

DDL = """
CREATE TABLE customers (id serial PRIMARY KEY, name text NOT NULL, order_count int NOT NULL, total_spent decimal(12,2),
  last_order_at timestamp, twice decimal(14,2) GENERATED ALWAYS AS (total_spent * 2) STORED);
CREATE TABLE orders (id serial PRIMARY KEY, customer_id int REFERENCES customers(id) ON DELETE CASCADE,
  ordered_at timestamp NOT NULL, subtotal decimal(10,2) NOT NULL, shipping_cost decimal(6,2),
  total decimal(10,2) NOT NULL);
CREATE TABLE order_lines (id serial PRIMARY KEY, order_id int NOT NULL REFERENCES orders(id) ON DELETE CASCADE,
  quantity int NOT NULL, unit_price decimal(8,2) NOT NULL, line_total decimal(9,2) NOT NULL);
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    store = Store(tmp_path_factory.mktemp("made"))
    rows = {"customers": 30, "orders": 100, "order_lines": 300}
    generate(draft_plan(parse_ddl(DDL, "postgres"), rows, seed=3), store, "shop")
    return store.path


@pytest.fixture
def shop(made: Path, tmp_path: Path) -> Dataset:
    shutil.copytree(made, tmp_path / "store")
    return Store(tmp_path / "store").open("shop")


def agrees(dataset: Dataset) -> bool:
    """Whether every total is what its rows come to."""
    lines, orders, customers = dataset["order_lines"], dataset["orders"], dataset["customers"]
    amounts = lines["quantity"].cast(pl.Decimal(12, 2)) * lines["unit_price"]
    sums = lines.group_by("order_id").agg(pl.col("line_total").sum().alias("s"))
    with_sums = orders.join(sums, left_on="id", right_on="order_id", how="left").fill_null(0)
    totals = orders["subtotal"] + orders["shipping_cost"].fill_null(0)
    spent = orders.group_by("customer_id").agg(
        pl.col("total").sum().alias("s"), pl.len().alias("n"), pl.col("ordered_at").max().alias("t")
    )
    bought = customers.join(spent, left_on="id", right_on="customer_id", how="left")
    return bool(
        (lines["line_total"] == amounts).all()
        and (with_sums["subtotal"] == with_sums["s"]).all()
        and (orders["total"] == totals).all()
        and (bought["total_spent"] == bought["s"].fill_null(0)).all()
        and (bought["order_count"] == bought["n"].fill_null(0)).all()
        and bought["last_order_at"].eq_missing(bought["t"]).all()
        and (bought["twice"] == bought["total_spent"] * 2).all()
    )


def test_the_plan_ties_them(shop: Dataset) -> None:
    kinds = {n: type(c.spec) for t in shop.plan.tables.values() for n, c in t.columns.items()}
    assert [kinds[n] for n in ("line_total", "total", "subtotal", "total_spent")] == [Amount, Amount, Tally, Tally]
    assert agrees(shop)


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE order_lines SET quantity = 5 WHERE id % 7 = 0",
        "UPDATE order_lines SET quantity = synth() WHERE synth_percent(20)",
        "DELETE FROM order_lines WHERE id % 3 = 0",
        "UPDATE order_lines SET order_id = 7 WHERE order_id = 9",
        "UPDATE orders SET shipping_cost = 4.99 WHERE id < 20",
        "UPDATE orders SET shipping_cost = NULL WHERE id < 20",
        "UPDATE orders SET customer_id = NULL, ordered_at = '2030-01-01' WHERE id % 9 = 0",
        "INSERT INTO order_lines (order_id, quantity, unit_price) VALUES (3, 2, 10), (4, 1, 1.50)",
        "INSERT INTO orders (customer_id, ordered_at, shipping_cost) VALUES (2, '2031-05-06 07:08:09', 3)",
        "INSERT INTO order_lines SELECT synth_rows(40)",
        "DELETE FROM orders WHERE id = 5; DELETE FROM order_lines WHERE order_id = 5",
    ],
)
def test_whatever_changes_the_rows_below_changes_what_they_come_to(shop: Dataset, sql: str) -> None:
    after, diff, report = apply(shop, sql)
    assert not report.broken
    assert agrees(after)
    assert diff


def test_the_diff_tells_of_the_totals_that_followed(shop: Dataset) -> None:
    with propose(shop, "UPDATE order_lines SET quantity = 19 WHERE id = 1") as proposal:
        assert {told.table for told in proposal.diff.told.tables} == {"order_lines", "orders", "customers"}


def test_rows_below_that_go_with_their_parent_leave_the_sums_above(shop: Dataset) -> None:
    from synthgen_nb.edits import Edit

    after, _, _ = apply(shop, Edit(sql="DELETE FROM orders WHERE id % 4 = 0", breaking="cascade"))
    assert agrees(after)
    moved, _, _ = apply(after, Edit(sql="UPDATE orders SET id = id + 1000 WHERE id = 9", breaking="cascade"))
    assert agrees(moved)


def test_a_total_set_by_hand_stays_until_its_lines_change(shop: Dataset) -> None:
    by_hand, _, _ = apply(shop, "UPDATE orders SET subtotal = 1 WHERE id IN (3, 4)")
    assert by_hand["orders"].filter(pl.col("id") == 3)["subtotal"].to_list() == [1]
    elsewhere, _, _ = apply(by_hand, "UPDATE order_lines SET quantity = 3 WHERE order_id = 4")
    after = {row["id"]: row["subtotal"] for row in elsewhere["orders"].to_dicts()}
    lines = elsewhere["order_lines"].filter(pl.col("order_id") == 4)
    assert after[3] == 1
    assert after[4] == lines["line_total"].sum()


def test_a_typed_cell_is_followed_too(shop: Dataset) -> None:
    old = str(shop["order_lines"]["quantity"][0])
    change = Change(table="order_lines", row=0, column="quantity", old=old, new="17")
    assert agrees(set_cells(Store(shop.path.parent.parent), shop, [change]))


def test_what_leaves_its_type_is_refused_before_it_counts(shop: Dataset) -> None:
    with pytest.raises(RefusedEdit, match=r"line_total follows from what changed, and leaves decimal"):
        apply(shop, "UPDATE order_lines SET quantity = 2000000, unit_price = 999999")
    with pytest.raises(RefusedEdit, match=r"orders.subtotal follows from the rows of order_lines"):
        apply(shop, "UPDATE orders SET subtotal = synth()")


def test_further_lines_have_prices_too(tmp_path: Path) -> None:
    ddl = """CREATE TABLE categories (id int PRIMARY KEY, name varchar(40) NOT NULL);
    CREATE TABLE products (id int PRIMARY KEY, name varchar(80) NOT NULL, price decimal(8,2) NOT NULL,
      category_id int NOT NULL REFERENCES categories (id));
    CREATE TABLE sales (id int PRIMARY KEY, total decimal(10,2) NOT NULL);
    CREATE TABLE sale_items (sale_id int NOT NULL REFERENCES sales (id), line_no int NOT NULL, quantity int NOT NULL,
      product_id int NOT NULL REFERENCES products (id), unit_price decimal(8,2) NOT NULL,
      PRIMARY KEY (sale_id, line_no));"""
    dataset = generate(draft_plan(parse_ddl(ddl, "postgres"), 50), Store(tmp_path), "sales")
    after, _, report = apply(dataset, "INSERT INTO sale_items SELECT synth_rows(20)")
    assert not report.broken
    sums = after["sale_items"].group_by("sale_id").agg((pl.col("unit_price") * pl.col("quantity")).sum().alias("s"))
    held = after["sales"].join(sums, left_on="id", right_on="sale_id", how="left")
    assert (held["total"] == held["s"].fill_null(0)).all()
