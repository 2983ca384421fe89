"""Validation beside generation: CPU seconds of every constraint held against the data on disk, for TPC-H and a shop."""

from __future__ import annotations

import argparse
import json

import synthgen_nb as sg

from . import make_tpch
from .measure import Result, commands, cpu, own, peak

SHOP = """
CREATE TABLE customers (
  id integer PRIMARY KEY, email varchar(120) NOT NULL UNIQUE, name varchar(80) NOT NULL, country char(2),
  created_at timestamp NOT NULL);
CREATE TABLE products (
  id integer PRIMARY KEY, sku varchar(20) NOT NULL UNIQUE, name varchar(80) NOT NULL,
  price numeric(10,2) NOT NULL CHECK (price > 0));
CREATE TABLE orders (
  id integer PRIMARY KEY, customer_id integer NOT NULL REFERENCES customers (id), placed_at timestamp NOT NULL,
  shipped_at timestamp, status varchar(12) NOT NULL CHECK (status IN ('new', 'paid', 'shipped', 'returned')),
  CHECK (shipped_at >= placed_at));
CREATE TABLE order_items (
  order_id integer NOT NULL REFERENCES orders (id), line_no smallint NOT NULL,
  product_id integer NOT NULL REFERENCES products (id), quantity smallint NOT NULL CHECK (quantity BETWEEN 1 AND 20),
  unit_price numeric(10,2) NOT NULL CHECK (unit_price >= 0), PRIMARY KEY (order_id, line_no));
"""


def shop(rows: int) -> sg.Plan:
    """A plan of so many rows in all."""
    counts = {
        "customers": rows // 10,
        "products": rows // 100,
        "orders": rows * 3 // 10,
        "order_items": rows * 59 // 100,
    }
    return sg.draft_plan(sg.parse_ddl(SHOP, dialect="postgres"), counts)


def measured(rounds: int, *, tiny: bool) -> list[Result]:
    sizes = {"TPC-H 0.001": ("tpch", 0.001)} if tiny else {"TPC-H 0.1": ("tpch", 0.1), "TPC-H 1": ("tpch", 1)}
    sizes["shop"] = ("shop", 5000 if tiny else 3_000_000)
    words = {name: own("validation", kind, size, "{out}") for name, (kind, size) in sizes.items()}
    found = commands(words, rounds)
    lines = {
        name: {
            "CPU x": one["validate"] / one["generate"],
            "generate CPU s": one["generate"],
            "validate CPU s": one["validate"],
            "peak MB": one["generated MB"],
            "peak MB after": one["peak MB"],
            "rules": one["rules"],
        }
        for name, one in found.items()
    }
    title = f"Validation beside generation (imports left out), medians of {rounds} interleaved rounds"
    return [Result(title, lines)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("kind", choices=("tpch", "shop"))
    parser.add_argument("size", type=float)
    parser.add_argument("out")
    asked = parser.parse_args()
    store = sg.Store(asked.out)
    sg.validate(sg.generate(shop(500), store, "small", validate=False))  # imports, and lists that are read once
    plan = make_tpch.plan(asked.size) if asked.kind == "tpch" else shop(int(asked.size))
    generated, _ = cpu(lambda: sg.generate(plan, store, "big", validate=False))
    before = peak()
    dataset = store.open("big")
    validated, _ = cpu(lambda: sg.validate(dataset))
    rules = len(sg.validate(dataset).findings)
    print(json.dumps({"generate": generated, "validate": validated, "generated MB": before, "rules": rules}))


if __name__ == "__main__":
    main()
