"""What generator calls give: pure functions of seed, table, column, call and row key, in values that columns take."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from synthgen_nb import draft_plan, generate, parse_ddl
from synthgen_nb.dml import Call
from synthgen_nb.draws import Draws
from synthgen_nb.draws.rowkeys import row_keys
from synthgen_nb.errors import InputError
from synthgen_nb.specs.latin import fold
from synthgen_nb.specs.locales import listed
from synthgen_nb.store import Dataset, Store

DDL = """
CREATE TYPE status AS ENUM ('new', 'paid', 'sent');
CREATE TABLE customers (
  id integer PRIMARY KEY, first_name varchar(30), last_name varchar(30), email varchar(60) NOT NULL UNIQUE,
  city varchar(40), vip boolean, age integer, born date, phone varchar(20), short varchar(4),
  country varchar(2) CHECK (country IN ('DE', 'FR')), code text UNIQUE CHECK (code ~ '^[A-Z]{3}-[0-9]{4}$'));
CREATE TABLE products (id uuid PRIMARY KEY, region integer NOT NULL, number integer NOT NULL, UNIQUE (region, number));
CREATE TABLE orders (
  id integer PRIMARY KEY, customer_id integer REFERENCES customers (id), status status NOT NULL,
  region integer NOT NULL, number integer NOT NULL, FOREIGN KEY (region, number) REFERENCES products (region, number),
  quantity integer NOT NULL CHECK (quantity BETWEEN 1 AND 20), price numeric(8, 2) NOT NULL,
  total numeric(12, 2) GENERATED ALWAYS AS (quantity * price) STORED, placed timestamp, sent timestamp, tags text[],
  CHECK (sent >= placed), CHECK (price * quantity < 5000));
"""
SCHEMA = parse_ddl(DDL, dialect="postgres")


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    return generate(draft_plan(SCHEMA, rows=400, seed=3), Store(tmp_path_factory.mktemp("made")), "shop")


@pytest.fixture
def draws(shop: Dataset) -> Iterator[Draws]:
    with Draws(shop, shop.parts) as draws:
        yield draws


def window(shop: Dataset, table: str) -> pa.Table:
    return pa.concat_tables([pq.read_table(path) for path in shop.parts(table)])


def drawn(draws: Draws, shop: Dataset, table: str, *calls: Call) -> list[pa.Array]:
    rows = window(shop, table)
    draws.check(table, calls)
    found = draws.fill(table, calls, rows, row_keys(rows, SCHEMA.tables[table], 0))
    return [found[call.name] for call in calls]


def _pairs(*columns: Any) -> list[tuple[Any, ...]]:
    return list(zip(*columns, strict=True))


def call(column: str, meaning: str = "", locale: str = "", seed: int = 0) -> Call:
    return Call(f"{column} {meaning} ", column=column, meaning=meaning, locale=locale, seed=seed)


PLANNED = [(table.key, c.name) for table in SCHEMA.tables.values() for c in table.columns if c.generated is None]


@pytest.mark.parametrize("table, column", PLANNED)
def test_a_draw_does_not_depend_on_how_rows_are_cut(draws: Draws, shop: Dataset, table: str, column: str) -> None:
    rows = window(shop, table)
    keys = row_keys(rows, SCHEMA.tables[table], 0)
    (whole,) = drawn(draws, shop, table, call(column))
    assert whole.type == pa.array([], whole.type).type
    order = np.random.default_rng(1).permutation(len(keys))
    for part in np.array_split(order, 3):
        some = draws.fill(table, [call(column)], rows.take(pa.array(part)), keys[part])[call(column).name]
        assert some.equals(whole.take(pa.array(part)))


@pytest.mark.parametrize("table, column", PLANNED)
def test_values_are_as_the_column_stores_them(draws: Draws, shop: Dataset, table: str, column: str) -> None:
    (values,) = drawn(draws, shop, table, call(column))
    stored = window(shop, table).schema.field(column).type
    if pa.types.is_dictionary(stored):
        assert values.dictionary.to_pylist() == list(SCHEMA.tables[table].column(column).type.values)
    else:
        assert values.type == stored


def test_calls_share_no_bits(draws: Draws, shop: Dataset) -> None:
    calls = [call("quantity"), call("quantity", seed=1), call("price"), call("price", seed=1)]
    values = [drawn(draws, shop, "orders", one)[0].cast(pa.float64()).to_pylist() for one in calls]
    found = [np.array(column) for column in values]
    for at, one in enumerate(found):
        for other in found[:at]:
            assert abs(np.corrcoef(one, other)[0, 1]) < 0.2


def test_the_columns_of_one_row_are_one_person(draws: Draws, shop: Dataset) -> None:
    names = [call("first_name"), call("last_name"), call("email")]
    locale = [call(one.column, "email" if one.column == "email" else f"person.{one.column}", "de_DE") for one in names]
    for calls in (names, locale):
        first, last, email = (values.to_pylist() for values in drawn(draws, shop, "customers", *calls))
        agree = [fold(f) in e or fold(n) in e for f, n, e in _pairs(first, last, email) if f and n]
        assert len(agree) > 100
        assert all(agree)
    assert set(first) <= {*listed("de_DE", "female"), *listed("de_DE", "male")}


def test_calls_of_one_statement_and_those_of_several_agree(draws: Draws, shop: Dataset) -> None:
    together = drawn(draws, shop, "customers", call("first_name"), call("email"))
    apart = [drawn(draws, shop, "customers", call(name))[0] for name in ("first_name", "email")]
    assert together == apart


def test_unique_values_are_those_that_no_row_of_the_plan_has(draws: Draws, shop: Dataset) -> None:
    for column in ("email", "code", "id"):
        (fresh,) = drawn(draws, shop, "customers", call(column))
        assert not set(fresh.drop_null().to_pylist()) & set(window(shop, "customers").column(column).to_pylist())


def test_foreign_keys_are_drawn_from_the_rows_that_are_there(shop: Dataset, tmp_path: Path) -> None:
    """And not from what the plan would have made: law 7."""
    few = {}
    for table, count in (("customers", 5), ("products", 7)):
        pq.write_table(window(shop, table).slice(11, count), tmp_path / f"{table}.parquet")
        few[table] = pq.read_table(tmp_path / f"{table}.parquet")
    with Draws(shop, lambda table: [tmp_path / f"{table}.parquet"]) as draws:
        customer, region, number = drawn(draws, shop, "orders", call("customer_id"), call("region"), call("number"))
        assert set(customer.drop_null().to_pylist()) == set(few["customers"]["id"].to_pylist())
        pairs = set(_pairs(few["products"]["region"].to_pylist(), few["products"]["number"].to_pylist()))
        assert set(_pairs(region.to_pylist(), number.to_pylist())) == pairs


def test_one_column_of_a_key_agrees_with_the_others_of_its_row(draws: Draws, shop: Dataset) -> None:
    (number,) = drawn(draws, shop, "orders", call("number"))
    products = window(shop, "products")
    pairs = set(_pairs(products["region"].to_pylist(), products["number"].to_pylist()))
    assert set(_pairs(window(shop, "orders")["region"].to_pylist(), number.to_pylist())) <= pairs


def test_checks_hold_with_the_rest_of_the_row(draws: Draws, shop: Dataset) -> None:
    price, sent = drawn(draws, shop, "orders", call("price"), call("sent"))
    rows = window(shop, "orders")
    assert all(p * q < 5000 for p, q in _pairs(price.to_pylist(), rows["quantity"].to_pylist()))
    placed = rows["placed"].to_pylist()
    assert all(s >= p for s, p in _pairs(sent.to_pylist(), placed) if s and p)
    assert min(s.year for s in sent.to_pylist() if s) > 2000  # where placed is NULL too


def test_a_meaning_fits_the_type_and_the_length(draws: Draws, shop: Dataset) -> None:
    age, city, first = drawn(
        draws, shop, "customers", call("age", "person.age"), call("city", "city"), call("last_name", "company")
    )
    assert 18 <= min(age.to_pylist()) <= max(age.to_pylist()) <= 90
    assert max(len(text) for text in city.to_pylist()) <= 40
    assert max(len(text) for text in first.to_pylist()) <= 30
    assert not city.null_count


def test_places_and_phones_are_those_of_the_locale(draws: Draws, shop: Dataset) -> None:
    city, phone = drawn(draws, shop, "customers", call("city", "city", "ja"), call("phone", "phone", "ja-jp"))
    assert "Tokyo" in city.to_pylist()
    assert all(text.startswith("+81") for text in phone.to_pylist())


REFUSED = {
    "customers.short (varchar(4)): its length or its CHECKs leave no room for 'email'": call("short", "email"),
    "nothing is known of the meaning 'emial' (did you mean email": call("short", "emial"),
    "customers.age is integer: it can't be drawn by 'email'": call("age", "email"),
    "customers.country holds only 'DE', 'FR': it can't be drawn by 'city'": call("country", "city"),
    "its CHECKs leave no room for 'city'": call("code", "city"),
    "there is no locale 'xx_YY'": call("first_name", "email", "xx_YY"),
    "'slug' is the same in every locale": call("first_name", "slug", "de_DE"),
    "synth() alone draws as the plan does, in no locale": call("first_name", "", "de_DE"),
}


@pytest.mark.parametrize("told", REFUSED)
def test_what_can_not_be_drawn_is_said_before_any_row(draws: Draws, told: str) -> None:
    with pytest.raises(InputError) as refused:
        draws.check("customers", [REFUSED[told]])
    assert told in refused.value.message
    assert refused.value.hint or "meaning" in told


def test_computed_columns_and_foreign_keys_are_drawn_by_no_meaning(draws: Draws) -> None:
    with pytest.raises(InputError, match=r"orders.total is computed"):
        draws.check("orders", [call("total")])
    with pytest.raises(InputError, match=r"orders.customer_id points to rows of customers"):
        draws.check("orders", [call("customer_id", "city")])


def test_a_share_of_the_rows_is_nested_and_the_same_for_every_cut(draws: Draws, shop: Dataset) -> None:
    shares = [Call(f"{p}", percent=Decimal(p)) for p in ("0", "10", "50", "100")]
    none, tenth, half, whole = (np.array(v.to_pylist()) for v in drawn(draws, shop, "orders", *shares))
    assert (none.sum(), whole.sum()) == (0, 400)
    assert 25 < tenth.sum() < 60
    assert 160 < half.sum() < 240
    assert not (tenth & ~half).any()
    (other,) = drawn(draws, shop, "orders", Call("p", percent=Decimal(50), seed=1))
    assert 60 < (np.array(other.to_pylist()) & half).sum() < 140
    with pytest.raises(InputError, match="between 0 and 100"):
        draws.check("orders", [Call("p", percent=Decimal(101))])
