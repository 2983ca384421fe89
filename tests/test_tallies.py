"""Columns that are functions of the rows that point to theirs: exact, whatever the seed, the cut and the thread."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pytest
from msgspec import structs

from synthgen_nb import Store, draft_plan, parse_ddl, run
from synthgen_nb.drafting.sums.reach import leads_to, reach
from synthgen_nb.events import Filled
from synthgen_nb.feasibility import check
from synthgen_nb.generation import Chunk, Engine, generate_chunk
from synthgen_nb.maps import threads
from synthgen_nb.plan import Plan, plan_from_json
from synthgen_nb.rows import Rows, Values
from synthgen_nb.specs import Amount, Key, Layout, Tally, Term
from synthgen_nb.wishes import Between, Children

SHOP = """
CREATE TABLE customers (id serial PRIMARY KEY, name varchar(80) NOT NULL, order_count integer NOT NULL DEFAULT 0,
  total_spent decimal(12,2), last_order_at timestamp, first_order_date date);
CREATE TABLE products (id serial PRIMARY KEY, name varchar(80), average_rating decimal(3,2), num_reviews smallint);
CREATE TABLE orders (id serial PRIMARY KEY, customer_id int REFERENCES customers(id), ordered_at timestamp NOT NULL,
  subtotal decimal(10,2) NOT NULL, discount_amount decimal(8,2), tax decimal(10,2) NOT NULL, shipping_cost decimal(6,2),
  total decimal(12,2) NOT NULL CHECK (total >= 0), item_count int);
CREATE TABLE order_lines (id serial PRIMARY KEY, order_id int NOT NULL REFERENCES orders(id),
  product_id int NOT NULL REFERENCES products(id), quantity int NOT NULL CHECK (quantity > 0),
  unit_price decimal(8,2) NOT NULL, discount_percent int, line_total decimal(10,2));
CREATE TABLE reviews (id serial PRIMARY KEY, product_id int REFERENCES products(id), rating smallint NOT NULL
  CHECK (rating BETWEEN 1 AND 5));
CREATE TABLE comments (id serial PRIMARY KEY, review_id int NOT NULL REFERENCES reviews(id),
  parent_id int REFERENCES comments(id), reply_count int NOT NULL);
CREATE TABLE invoices (id serial PRIMARY KEY, total decimal(8,2) NOT NULL);
CREATE TABLE invoice_items (invoice_id int NOT NULL REFERENCES invoices(id), line_no int NOT NULL,
  unit_price decimal(10,2) NOT NULL, quantity int NOT NULL, PRIMARY KEY (invoice_id, line_no));
"""
ROWS = {"*": 20_000, "customers": 3_000, "order_lines": 100_000, "reviews": 50_000, "invoice_items": 50_000}


def made(plan: Plan) -> dict[str, pa.Table]:
    engine = Engine(plan)
    return {
        key: pa.Table.from_batches([generate_chunk(engine, Chunk(key, 0, table.rows))])
        for key, table in plan.tables.items()
    }


def asked(tables: Mapping[str, pa.Table], sql: str) -> list[Any]:
    with duckdb.connect() as connection:
        for name, table in tables.items():
            connection.register(name, table)
        return connection.execute(sql).fetchall()


@pytest.fixture(scope="module", params=[0, 11])
def shop(request: pytest.FixtureRequest) -> dict[str, pa.Table]:
    return made(structs.replace(draft_plan(parse_ddl(SHOP, "postgres"), ROWS), seed=request.param))


COUNTED = """SELECT count(*) FROM {parent} AS p LEFT JOIN (SELECT {key} AS key, {values} FROM {child} GROUP BY 1) AS c
ON p.id = c.key WHERE NOT ({held})"""


@pytest.mark.parametrize(
    "parent, child, key, values, held",
    [
        ("orders", "order_lines", "order_id", "sum(line_total) s, count(*) n", "subtotal = s AND item_count = n"),
        ("customers", "orders", "customer_id", "sum(total) s, count(*) n", "total_spent = coalesce(s, 0)"),
        ("customers", "orders", "customer_id", "count(*) n", "order_count = coalesce(n, 0)"),
        ("customers", "orders", "customer_id", "max(ordered_at) t", "last_order_at IS NOT DISTINCT FROM t"),
        ("customers", "orders", "customer_id", "min(ordered_at) t", "first_order_date IS NOT DISTINCT FROM t::date"),
        ("products", "reviews", "product_id", "count(*) n", "num_reviews = coalesce(n, 0)"),
        ("products", "reviews", "product_id", "avg(rating) a",
         "average_rating IS NOT DISTINCT FROM round(a, 2)::decimal(3,2)"),
        ("comments", "comments", "parent_id", "count(*) n", "reply_count = coalesce(n, 0)"),
        ("invoices", "invoice_items", "invoice_id", "sum(unit_price * quantity) s", "total = coalesce(s, 0)"),
    ],
)  # fmt: skip
def test_a_parents_column_is_what_its_children_come_to(
    shop: dict[str, pa.Table], parent: str, child: str, key: str, values: str, held: str
) -> None:
    assert asked(shop, COUNTED.format(parent=parent, child=child, key=key, values=values, held=held)) == [(0,)]


def test_a_total_is_what_its_row_adds_up_to(shop: dict[str, pa.Table]) -> None:
    sum_ = "subtotal + tax + shipping_cost - discount_amount"
    assert asked(shop, f"SELECT count(*) FROM orders WHERE total IS DISTINCT FROM {sum_} OR tax > subtotal") == [(0,)]
    lines = shop["order_lines"].select(["quantity", "unit_price", "discount_percent", "line_total"]).to_pylist()
    for line in lines[:20_000]:
        exact = line["quantity"] * line["unit_price"] * (100 - line["discount_percent"]) / Decimal(100)
        assert line["line_total"] == exact.quantize(Decimal("0.01"), ROUND_HALF_UP)


OFFERED = """
CREATE TABLE product (id int PRIMARY KEY, price decimal(10, 2) NOT NULL CHECK (price > 0));
CREATE TABLE offer (product_id int NOT NULL REFERENCES product, shop int NOT NULL, PRIMARY KEY (product_id, shop));
CREATE TABLE orders (id int PRIMARY KEY, total decimal(12, 2) NOT NULL CHECK (total > 0));
CREATE TABLE order_line (
    order_id int NOT NULL REFERENCES orders, line int NOT NULL, product_id int NOT NULL REFERENCES product,
    shop int NOT NULL, quantity int NOT NULL CHECK (quantity BETWEEN 1 AND 9),
    line_total decimal(12, 2) NOT NULL CHECK (line_total > 0), PRIMARY KEY (order_id, line),
    FOREIGN KEY (product_id, shop) REFERENCES offer);"""


def test_a_line_without_a_price_has_that_of_the_product_behind_its_offer() -> None:
    plan = draft_plan(parse_ddl(OFFERED, "postgres"), {"product": 80, "offer": 300, "orders": 500, "order_line": 2000})
    tables = made(plan)
    wrong = """SELECT count(*) FROM order_line l JOIN product p ON l.product_id = p.id
        WHERE l.line_total <> l.quantity * p.price"""
    assert asked(tables, wrong) == [(0,)]
    sums = "SELECT o.id, o.total, sum(l.line_total) FROM orders o JOIN order_line l ON l.order_id = o.id GROUP BY ALL"
    rows = asked(tables, sums)
    assert len(rows) == 500
    assert all(total == lines for _, total, lines in rows)
    assert "quantity * the price of its product" in rule_of(plan, "order_line", "line_total")


def test_lines_stand_together_and_every_order_has_one(shop: dict[str, pa.Table]) -> None:
    keys = shop["order_lines"].column("order_id").to_pylist()
    assert keys == sorted(keys)
    assert len(set(keys)) == len(shop["orders"])


def test_parents_without_children_have_none_of_it(shop: dict[str, pa.Table]) -> None:
    alone = "order_count = 0 AND total_spent = 0 AND last_order_at IS NULL AND first_order_date IS NULL"
    (alone_count, without), *_ = asked(
        shop,
        f"SELECT count(*) FILTER ({alone}), (SELECT count(*) FROM customers WHERE id NOT IN "
        "(SELECT customer_id FROM orders WHERE customer_id IS NOT NULL)) FROM customers",
    )
    assert alone_count == without > 0


def test_a_tally_does_not_depend_on_how_rows_are_cut_or_who_draws_them() -> None:
    plan = draft_plan(parse_ddl(SHOP, "postgres"), {"*": 5_000, "customers": 900})
    engine = Engine(plan)
    for table in ("customers", "orders", "products", "comments", "invoices"):
        rows = plan.tables[table].rows
        whole = pa.Table.from_batches([generate_chunk(Engine(plan), Chunk(table, 0, rows))])
        cuts = [Chunk(table, start, min(start + 370, rows)) for start in range(0, rows, 370)]
        pieces = threads(2)(lambda chunk: generate_chunk(engine, chunk), reversed(cuts))
        assert pa.Table.from_batches(reversed(list(pieces))).combine_chunks().equals(whole.combine_chunks())


def test_what_lines_that_are_made_come_to_is_noted_and_they_are_not_drawn_again() -> None:
    drawn = 0

    class Counting(Engine):
        def draw_column(self, rows: Rows, name: str) -> Values:
            nonlocal drawn
            drawn += len(rows) if rows.table == "order_lines" else 0
            return super().draw_column(rows, name)

    plan = draft_plan(parse_ddl(SHOP, "postgres"), {"*": 3_000, "order_lines": 12_000})
    lines, every = plan.tables["order_lines"].rows, Chunk("orders", 0, plan.tables["orders"].rows)
    engine = Counting(plan)
    for start in range(0, lines, 4_000):
        generate_chunk(engine, Chunk("order_lines", start, min(start + 4_000, lines)))
    drawn = 0
    orders = generate_chunk(engine, every)
    assert 0 < drawn < 400, "only the lines of orders that lie across two chunks"
    assert orders.equals(generate_chunk(Engine(plan), every))


def test_tables_are_made_before_those_that_hold_their_totals(tmp_path: Path) -> None:
    plan = draft_plan(parse_ddl(SHOP, "postgres"), 20)
    made = [event.table for event in run(plan, Store(tmp_path), "shop") if isinstance(event, Filled)]
    assert sorted(made) == sorted(plan.tables)
    assert made.index("order_lines") < made.index("orders") < made.index("customers")


def test_the_plan_says_what_is_tallied_and_takes_it_back() -> None:
    plan = draft_plan(parse_ddl(SHOP, "postgres"), 100)
    column = plan.tables["orders"].columns["subtotal"]
    assert isinstance(column.spec, Tally)
    assert (column.spec.table, column.spec.how) == ("order_lines", "sum")
    assert column.rule == "the sum of its order_lines (line_total), named so"
    assert plan_from_json(plan.to_json()) == plan
    broken = structs.replace(column, spec=structs.replace(column.spec, by="nothing"))
    columns = plan.tables["orders"].columns | {"subtotal": broken}
    other = structs.replace(
        plan, tables=plan.tables | {"orders": structs.replace(plan.tables["orders"], columns=columns)}
    )
    assert "subtotal counts rows of order_lines by nothing" in [finding.text for finding in check(other).findings]


TIGHT = """CREATE TABLE orders (id int PRIMARY KEY, total decimal(8,2) NOT NULL CHECK (total <= 500));
CREATE TABLE order_items (id int PRIMARY KEY, order_id int NOT NULL REFERENCES orders(id),
  amount decimal(8,2) NOT NULL);"""


@pytest.mark.parametrize("seed", range(5))
def test_amounts_and_children_are_narrowed_until_no_sum_can_leave_its_bounds(seed: int) -> None:
    plan = structs.replace(draft_plan(parse_ddl(TIGHT, "postgres"), {"orders": 300, "order_items": 1200}), seed=seed)
    span = reach(plan.tables, "orders", "total")
    assert span is not None
    assert 0 <= span[0] < span[1] <= 50_000
    tables = made(plan)
    (most,), *_ = asked(tables, "SELECT max(total) FROM orders")
    assert Decimal(20) < most <= 500
    held = "SELECT count(*) FROM orders o WHERE total <> (SELECT sum(amount) FROM order_items WHERE order_id = o.id)"
    assert asked(tables, held) == [(0,)]


def rule_of(plan: Plan, table: str, column: str) -> str:
    assert not isinstance(plan.tables[table].columns[column].spec, Tally | Amount)
    return plan.tables[table].columns[column].rule


def test_what_leaves_no_room_stays_as_it_was_and_says_why() -> None:
    few = TIGHT.replace("amount decimal(8,2) NOT NULL", "amount decimal(8,2) NOT NULL CHECK (amount >= 400)")
    plan = draft_plan(parse_ddl(few, "postgres"), {"orders": 100, "order_items": 400})
    assert "it could leave the bounds of the type or a CHECK" in rule_of(plan, "orders", "total")
    never = TIGHT.replace("CHECK (total <= 500)", "CHECK (total IN (5, 10))")
    assert "only some values" in rule_of(draft_plan(parse_ddl(never, "postgres"), 100), "orders", "total")
    inserted = TIGHT + "INSERT INTO orders VALUES (1, 20);"
    assert "the DDL inserts rows" in rule_of(draft_plan(parse_ddl(inserted, "postgres"), 100), "orders", "total")


def test_a_wish_comes_before_a_tally() -> None:
    schema = parse_ddl(TIGHT, "postgres")
    wish = Between(table="orders", column="total", low="50", high="90")
    plan = draft_plan(schema, 200, wishes=[wish])
    assert not plan.not_done
    assert "what was wished of it comes first" in rule_of(plan, "orders", "total")
    plan = draft_plan(schema, 200, wishes=[Children(table="order_items", parent="orders", least=1, most=3)])
    layout = plan.tables["order_items"].sources["order_id -> orders"]
    assert isinstance(layout, Layout)
    assert (layout.least, layout.most) == (1, 3)


def test_what_follows_from_itself_over_other_tables_is_seen() -> None:
    plan = draft_plan(parse_ddl(TIGHT, "postgres"), 100)
    assert leads_to(plan.tables, ("orders", "total"), ("order_items", "amount"))
    assert not leads_to(plan.tables, ("order_items", "amount"), ("orders", "total"))


def test_a_latest_time_that_must_be_there_is_not_made_up() -> None:
    schema = parse_ddl(
        """CREATE TABLE users (id int PRIMARY KEY, last_login_at timestamp NOT NULL);
        CREATE TABLE logins (id int PRIMARY KEY, user_id int REFERENCES users(id), created_at timestamp NOT NULL);"""
    )
    assert "rows without any would have no value" in rule_of(draft_plan(schema, 100), "users", "last_login_at")


@pytest.mark.parametrize("type_", ["decimal(10,2)", "real", "double precision", "integer", "numeric"])
def test_totals_of_any_type_of_number_are_exact(type_: str) -> None:
    ddl = f"""CREATE TABLE carts (id int PRIMARY KEY, total {type_} NOT NULL);
        CREATE TABLE cart_items (id int PRIMARY KEY, cart_id int NOT NULL REFERENCES carts(id), quantity int NOT NULL,
          price {type_} NOT NULL);"""
    plan = draft_plan(parse_ddl(ddl, "postgres"), {"carts": 400, "cart_items": 1500})
    assert isinstance(plan.tables["carts"].columns["total"].spec, Tally)
    held = "SELECT max(abs(total - (SELECT sum(price * quantity) FROM cart_items WHERE cart_id = c.id))) FROM carts c"
    ((off,),) = asked(made(plan), held)
    assert off <= (Decimal(0) if type_ not in ("real", "double precision") else 0.02)


def test_a_mean_is_rounded_half_away_from_zero() -> None:
    tally = Tally(table="t", by="row", how="mean", of=Amount(terms=(Term(columns=("x",)),)), empty=0)
    found = tally.start(3)
    found[0], found[1] = [5, -5, 0], [2, 2, 0]
    assert tally.value(found).data.tolist() == [3, -3, 0]


def test_a_date_of_moments_is_their_day() -> None:
    plan = draft_plan(parse_ddl(SHOP, "postgres"), 500)
    tables = made(plan)
    first = tables["customers"].column("first_order_date").drop_null()[0].as_py()
    earliest = min(tables["orders"].column("ordered_at").to_pylist())
    assert earliest - timedelta(days=1) <= datetime(first.year, first.month, first.day)


def test_edge_cases_leave_totals_and_what_they_are_the_sum_of_alone() -> None:
    plan = draft_plan(parse_ddl(SHOP, "postgres"), 300, edges=0.2)
    tables = made(plan)
    held = COUNTED.format(
        parent="orders", child="order_lines", key="order_id", values="sum(line_total) s", held="subtotal = s"
    )
    assert asked(tables, held) == [(0,)]


PRICED = """CREATE TABLE products (id serial PRIMARY KEY, name varchar(80) NOT NULL, price decimal(8,2) NOT NULL);
CREATE TABLE sales (id serial PRIMARY KEY, total decimal(10,2) NOT NULL);
CREATE TABLE sale_items (id serial PRIMARY KEY, sale_id int NOT NULL REFERENCES sales(id),
  product_id int NOT NULL REFERENCES products(id), quantity int NOT NULL, unit_price decimal(8,2) NOT NULL);"""


def test_a_line_has_the_price_of_its_product_and_the_total_follows() -> None:
    tables = made(draft_plan(parse_ddl(PRICED, "postgres"), {"products": 300, "sales": 2_000, "sale_items": 9_000}))
    other = "SELECT count(*) FROM sale_items i JOIN products p ON p.id = i.product_id WHERE unit_price <> price"
    assert asked(tables, other) == [(0,)]
    held = COUNTED.format(
        parent="sales", child="sale_items", key="sale_id", values="sum(unit_price * quantity) s", held="total = s"
    )
    assert asked(tables, held) == [(0,)]


def test_a_product_that_may_be_missing_gives_no_price_that_must_be_there() -> None:
    plan = draft_plan(parse_ddl(PRICED.replace("product_id int NOT NULL", "product_id int"), "postgres"), 100)
    assert not isinstance(plan.tables["sale_items"].columns["unit_price"].spec, Key)
    tables = made(plan)
    assert tables["sale_items"].column("unit_price").null_count == 0
