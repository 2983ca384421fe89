"""A shop of four tables, held against its rules by plain SQL written apart from our validation."""

from __future__ import annotations

import resource
import time
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest

import synthgen_nb as sg
from synthgen_nb.generation import Engine
from synthgen_nb.maps import serial, threads

from .worlds import drawn, frame_hash

DDL = """
CREATE TABLE customers (
    id bigint PRIMARY KEY,
    email varchar(80) NOT NULL UNIQUE,
    full_name varchar(80) NOT NULL,
    referred_by bigint REFERENCES customers (id),
    tier varchar(10) NOT NULL CHECK (tier IN ('bronze', 'silver', 'gold'))
);
CREATE TABLE products (
    id integer PRIMARY KEY,
    name varchar(60) NOT NULL,
    price decimal(10, 2) NOT NULL CHECK (price > 0)
);
CREATE TABLE orders (
    id bigint PRIMARY KEY,
    customer_id bigint NOT NULL REFERENCES customers (id),
    ordered_on date NOT NULL,
    shipped_on date,
    CHECK (shipped_on >= ordered_on)
);
CREATE TABLE order_items (
    order_id bigint NOT NULL REFERENCES orders (id),
    product_id integer NOT NULL REFERENCES products (id),
    quantity integer NOT NULL CHECK (quantity BETWEEN 1 AND 50),
    PRIMARY KEY (order_id, product_id)
);
"""

# rows that break a rule; each query must find none
RULES = {
    "customers have keys": "SELECT id FROM customers GROUP BY id HAVING count(*) > 1 OR id IS NULL",
    "e-mails are unique": "SELECT email FROM customers GROUP BY email HAVING count(*) > 1",
    "nothing required is missing": "SELECT 1 FROM customers WHERE email IS NULL OR full_name IS NULL OR tier IS NULL",
    "referrers exist": "SELECT 1 FROM customers c ANTI JOIN customers p ON c.referred_by = p.id WHERE referred_by > 0",
    "tiers are known": "SELECT 1 FROM customers WHERE tier NOT IN ('bronze', 'silver', 'gold')",
    "products have keys": "SELECT id FROM products GROUP BY id HAVING count(*) > 1 OR id IS NULL",
    "prices are positive": "SELECT 1 FROM products WHERE price IS NULL OR price <= 0",
    "orders have keys": "SELECT id FROM orders GROUP BY id HAVING count(*) > 1 OR id IS NULL",
    "orders have customers": "SELECT 1 FROM orders o ANTI JOIN customers c ON o.customer_id = c.id",
    "goods are shipped after the order": "SELECT 1 FROM orders WHERE shipped_on < ordered_on OR ordered_on IS NULL",
    "items have keys": "SELECT 1 FROM order_items GROUP BY order_id, product_id HAVING count(*) > 1",
    "items have orders": "SELECT 1 FROM order_items i ANTI JOIN orders o ON i.order_id = o.id",
    "items have products": "SELECT 1 FROM order_items i ANTI JOIN products p ON i.product_id = p.id",
    "quantities are in range": "SELECT 1 FROM order_items WHERE quantity IS NULL OR quantity NOT BETWEEN 1 AND 50",
    "texts fit": "SELECT 1 FROM customers WHERE length(email) > 80 OR length(full_name) > 80",
}


def plan(large: int) -> sg.Plan:
    rows = {"customers": large, "products": large // 20, "orders": large, "order_items": large}
    return sg.draft_plan(sg.parse_ddl(DDL, dialect="duckdb"), rows, seed=7)


def cpu() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


@pytest.mark.parametrize("large", [20_000, pytest.param(1_000_000, marks=pytest.mark.slow)])
def test_a_shop_breaks_no_rule(large: int, tmp_path: Path) -> None:
    shop = plan(large)
    began, used = time.perf_counter(), cpu()
    dataset = sg.generate(shop, sg.Store(tmp_path), "shop")
    rows, spent = sum(dataset.rows.values()), cpu() - used
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(
        f"\n{rows:,} rows made, saved and validated in {time.perf_counter() - began:.2f} s, {spent:.2f} CPU s: "
        f"{rows / spent:,.0f} rows per CPU second, peak {peak / 1000:,.0f} MB"
    )
    assert dataset.report is not None
    assert dataset.report.clean, dataset.report.line()
    assert dataset.rows == {"customers": large, "products": large // 20, "orders": large, "order_items": large}
    with duckdb.connect() as connection:
        for table in dataset:
            parts = ", ".join(f"'{part}'" for part in dataset.parts(table))
            connection.execute(f"CREATE VIEW {table} AS SELECT * FROM read_parquet([{parts}])")
        for rule, query in RULES.items():
            assert connection.execute(f"SELECT count(*) FROM ({query})").fetchone() == (0,), rule


@pytest.mark.parametrize("size", [1_000, 100_000])
@pytest.mark.parametrize("count", [1, 2])
def test_frames_are_equal_for_any_chunk_and_any_number_of_threads(size: int, count: int) -> None:
    shop = plan(4_000)
    engine = Engine(shop)
    mapping = threads(count) if count > 1 else serial
    for table, expected in hashes().items():
        rows = shop.tables[table].rows
        cuts = [(start, min(start + size, rows)) for start in range(0, rows, size)]
        pieces = mapping(lambda cut, table=table: drawn(shop, [cut], table, engine), cuts)
        whole = pa.concat_tables(list(pieces))
        assert frame_hash(whole) == expected, table


def hashes() -> dict[str, str]:
    """The hash of each of the shop's tables, made in one piece."""
    shop = plan(4_000)
    return {key: frame_hash(drawn(shop, [(0, table.rows)], key)) for key, table in shop.tables.items()}
