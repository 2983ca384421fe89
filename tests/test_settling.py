"""Drawn cells and further rows among those that are there: all keys, UNIQUEs, CHECKs and foreign keys hold, or it is
said that there is no room."""

from __future__ import annotations

import os
import random
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from synthgen_nb import draft_plan, generate, parse_ddl
from synthgen_nb.dml import Call
from synthgen_nb.draws import Draws
from synthgen_nb.draws.rowkeys import row_keys
from synthgen_nb.editing.explaining import worse
from synthgen_nb.editing.newrows import new_rows
from synthgen_nb.editing.settling import settle
from synthgen_nb.editing.state import Changes, State
from synthgen_nb.edits import Edit
from synthgen_nb.errors import RefusedEdit
from synthgen_nb.parquet import Cells
from synthgen_nb.schema import Schema
from synthgen_nb.store import Dataset, Store
from synthgen_nb.validation import validate

from .random_schemas import kinds_of, random_schema
from .sketches import ENGINES

SHOP = {
    "postgres": """
CREATE TYPE status AS ENUM ('new', 'paid', 'sent');
CREATE TABLE customers (id integer PRIMARY KEY, name varchar(60), email varchar(60) NOT NULL UNIQUE,
  code text UNIQUE CHECK (code ~ '^[A-Z][0-9]{3}$'), boss integer REFERENCES customers (id));
CREATE TABLE passports (customer_id integer PRIMARY KEY REFERENCES customers (id), number text UNIQUE NOT NULL,
  since date, until date, CHECK (since < until));
CREATE TABLE products (id uuid PRIMARY KEY, name text NOT NULL);
CREATE TABLE orders (id bigserial PRIMARY KEY, customer_id integer NOT NULL REFERENCES customers (id),
  status status NOT NULL, placed timestamp NOT NULL, sent timestamp, tags text[], CHECK (sent >= placed));
CREATE TABLE items (order_id bigint NOT NULL REFERENCES orders (id), line_no integer NOT NULL,
  product_id uuid REFERENCES products (id), quantity integer NOT NULL CHECK (quantity BETWEEN 1 AND 20),
  price numeric(8, 2) NOT NULL, total numeric(12, 2) GENERATED ALWAYS AS (quantity * price) STORED,
  CHECK (price * quantity < 5000), PRIMARY KEY (order_id, line_no));
CREATE TABLE likes (customer_id integer NOT NULL REFERENCES customers (id),
  product_id uuid NOT NULL REFERENCES products (id), PRIMARY KEY (customer_id, product_id));
CREATE TABLE flags (id serial PRIMARY KEY, customer_id integer NOT NULL REFERENCES customers (id),
  is_default boolean NOT NULL);
CREATE UNIQUE INDEX one_default ON flags (customer_id) WHERE is_default;
CREATE TABLE notes (body text, written date);
""",
    "mysql": """
CREATE TABLE customers (id int AUTO_INCREMENT PRIMARY KEY, name varchar(60), email varchar(60) NOT NULL UNIQUE,
  kind enum('a', 'b') NOT NULL, size set('s', 'm'), boss int, FOREIGN KEY (boss) REFERENCES customers (id));
CREATE TABLE orders (id bigint unsigned AUTO_INCREMENT PRIMARY KEY, customer_id int NOT NULL, placed datetime NOT NULL,
  year_ year, FOREIGN KEY (customer_id) REFERENCES customers (id));
CREATE TABLE likes (customer_id int NOT NULL, order_id bigint unsigned NOT NULL, UNIQUE KEY (customer_id, order_id),
  FOREIGN KEY (customer_id) REFERENCES customers (id), FOREIGN KEY (order_id) REFERENCES orders (id));
""",
    "sqlite": """
CREATE TABLE customers (id INTEGER PRIMARY KEY, email TEXT NOT NULL UNIQUE COLLATE NOCASE, age INTEGER
  CHECK (age > 17));
CREATE TABLE orders (id INTEGER PRIMARY KEY, customer_id INTEGER NOT NULL REFERENCES customers (id),
  slot TEXT NOT NULL, UNIQUE (customer_id, slot));
""",
    "duckdb": """
CREATE TABLE customers (id INTEGER PRIMARY KEY, email VARCHAR UNIQUE, tags VARCHAR[],
  place STRUCT(x INTEGER, y DOUBLE));
CREATE TABLE orders (id UUID PRIMARY KEY, customer_id INTEGER REFERENCES customers (id), at TIMESTAMP, till TIMESTAMP,
  CHECK (till > at));
""",
}
ROWS = {"*": 120, "passports": 100, "likes": 150, "products": 30, "items": 300}


@pytest.fixture(scope="module", params=SHOP)
def shop(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Store, Dataset]:
    schema = parse_ddl(SHOP[request.param], dialect=request.param)
    store = Store(tmp_path_factory.mktemp("made"))
    rows = {name: count for name, count in ROWS.items() if name == "*" or name in schema.tables}
    return store, generate(draft_plan(schema, rows=rows, seed=3), store, "shop")


@pytest.fixture(scope="module")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> tuple[Store, Dataset]:
    store = Store(tmp_path_factory.mktemp("made"))
    schema = parse_ddl(SHOP["postgres"], dialect="postgres")
    return store, generate(draft_plan(schema, rows=ROWS, seed=3), store, "shop")


def redrawn(store: Store, dataset: Dataset, columns: dict[str, list[str]]) -> tuple[list[str], dict[str, pa.Table]]:
    """(broken rules, the tables) after these columns of each table were drawn anew in all rows."""
    with store.begin(dataset.name, parent=dataset.version) as draft:
        state = State(dataset, draft)
        with Draws(dataset, state.paths) as draws:
            for table, names in columns.items():
                calls = {name: Call(name, column=name) for name in names}
                rows = pa.concat_tables([pq.read_table(path) for path in dataset.parts(table)])
                keys, numbers = row_keys(rows, dataset.schema.tables[table], 0), np.arange(rows.num_rows)
                values = draws.fill(table, list(calls.values()), rows, keys)
                state.change(table, [Changes({name: Cells(numbers, values[name]) for name in calls})])
                assert not len(settle(state, draws, table, calls, numbers))
        after = {t: pa.concat_tables([pq.read_table(path) for path in state.paths(t)]) for t in columns}
        return [f.text for f in validate(state.successor(Edit(sql=""), "")).broken], after


def added(store: Store, dataset: Dataset, table: str, count: int) -> tuple[list[str], pa.Table]:
    """(broken rules, the new rows) with so many rows more."""
    with store.begin(dataset.name, parent=dataset.version) as draft:
        state = State(dataset, draft)
        with Draws(dataset, state.paths) as draws:
            rows = new_rows(draws, table, count)
        state.append(table, rows)
        return [f.text for f in validate(state.successor(Edit(sql=""), "")).broken], rows


def _columns(schema: Schema, table: str) -> list[str]:
    referenced = {
        name for t in schema.tables.values() for k in t.foreign_keys if k.table == table for name in k.references
    }
    read = {"quantity", "price"}  # by a computed column
    columns = schema.tables[table].columns
    return [c.name for c in columns if c.generated is None and c.name not in referenced | read]


def test_drawn_cells_hold_every_rule_each_for_itself_and_all_together(shop: tuple[Store, Dataset]) -> None:
    store, dataset = shop
    free = {table: _columns(dataset.schema, table) for table in dataset}
    turns = [{t: names[at : at + 1] for t, names in free.items()} for at in range(max(map(len, free.values())))]
    for turn in [*turns, free]:
        drawn = {table: names for table, names in turn.items() if names}
        assert redrawn(store, dataset, drawn)[0] == [], drawn


def test_further_rows_hold_every_rule(shop: tuple[Store, Dataset]) -> None:
    store, dataset = shop
    with store.begin(dataset.name, parent=dataset.version) as draft:
        state = State(dataset, draft)
        with Draws(dataset, state.paths) as draws:
            for table in dataset:
                state.append(table, new_rows(draws, table, 20 if table == "passports" else 200))
        assert validate(state.successor(Edit(sql=""), "")).broken == ()


def test_they_are_the_same_each_time(postgres: tuple[Store, Dataset]) -> None:
    columns = {t: _columns(postgres[1].schema, t) for t in ("customers", "items", "notes")}
    assert redrawn(*postgres, columns)[1] == redrawn(*postgres, columns)[1]
    assert added(*postgres, "items", 50)[1].equals(added(*postgres, "items", 50)[1])


def test_serial_keys_and_line_numbers_count_on(postgres: tuple[Store, Dataset]) -> None:
    _, customers = added(*postgres, "customers", 5)
    assert customers["id"].to_pylist() == [121, 122, 123, 124, 125]
    _, items = added(*postgres, "items", 200)
    lines = postgres[1]["items"]
    last = dict(lines.group_by("order_id").agg(top=lines["line_no"].max() * 0).iter_rows())
    for order, line in lines.select("order_id", "line_no").iter_rows():
        last[order] = max(last[order], line)
    for order, line in sorted(zip(items["order_id"].to_pylist(), items["line_no"].to_pylist(), strict=True)):
        assert line == last.get(order, 0) + 1
        last[order] = line


def test_the_last_free_combinations_are_found(postgres: tuple[Store, Dataset]) -> None:
    room = 120 * 30 - 150
    assert added(*postgres, "likes", room)[0] == []
    with pytest.raises(RefusedEdit, match=r"likes can't have 3,601 rows: PRIMARY KEY \(customer_id, product_id\)"):
        added(*postgres, "likes", room + 1)
    with pytest.raises(RefusedEdit, match="passports can't have 121 rows"):
        added(*postgres, "passports", 21)


def test_of_two_rows_with_one_new_value_one_keeps_it(postgres: tuple[Store, Dataset]) -> None:
    store, dataset = postgres
    with store.begin(dataset.name, parent=1) as draft:
        state, numbers = State(dataset, draft), np.array([3, 4, 5])
        state.change("customers", [Changes({"code": Cells(numbers, pa.array(["A001"] * 3))})])
        with Draws(dataset, state.paths) as draws:
            settle(state, draws, "customers", {"code": Call("code", column="code")}, numbers)
        codes = state.take("customers", numbers)["code"].to_pylist()
        assert codes.count("A001") == 1
        assert len(set(codes)) == 3


def test_parents_are_those_that_are_there_now(postgres: tuple[Store, Dataset], tmp_path: Path) -> None:
    store, dataset = postgres
    with store.begin(dataset.name, parent=1) as draft:
        state = State(dataset, draft)
        state.change("customers", [Changes(removed=np.arange(5, 120))])
        with Draws(dataset, state.paths) as draws:
            orders = new_rows(draws, "orders", 40)
        assert set(orders["customer_id"].to_pylist()) <= set(state.take("customers", np.arange(5))["id"].to_pylist())


def test_tables_whose_keys_agree_for_the_sake_of_a_third_grow_too(tmp_path: Path) -> None:
    ddl = """
    CREATE TABLE a (id char(6) PRIMARY KEY);
    CREATE TABLE b (id char(6) PRIMARY KEY);
    CREATE TABLE c (id integer PRIMARY KEY, of_both char(6) NOT NULL REFERENCES a (id) REFERENCES b (id));
    """
    store = Store(tmp_path)
    schema = parse_ddl(ddl, dialect="postgres")
    dataset = generate(draft_plan(schema, rows={"a": 40, "b": 7, "c": 20}, seed=3), store, "shop")
    for table in ("b", "c"):
        broken, rows = added(store, dataset, table, 9)
        assert (broken, rows.num_rows) == ([], 9)
    assert set(rows["of_both"].to_pylist()) <= set(dataset["a"]["id"]) & set(dataset["b"]["id"])


@pytest.mark.parametrize("seed", range(int(os.environ.get("SYNTHGEN_NEW_ROWS", "4"))))
def test_further_rows_of_any_schema_hold_its_rules_or_are_refused(seed: int, tmp_path: Path) -> None:
    engine = ENGINES[seed % len(ENGINES)]
    known = kinds_of(engine)
    ddl = random_schema(engine, random.Random(seed).sample(known, 5), seed).ddl
    store = Store(tmp_path)
    dataset = generate(draft_plan(parse_ddl(ddl, dialect=engine), rows=60, seed=1), store, "shop")
    before = validate(dataset)
    for table in dataset:
        with store.begin("shop", parent=1) as draft:
            state = State(dataset, draft)
            with Draws(dataset, state.paths) as draws:
                try:
                    state.append(table, new_rows(draws, table, 7))
                except RefusedEdit:
                    continue
            assert worse(before, validate(state.successor(Edit(sql=""), ""))) == [], (ddl, table)
