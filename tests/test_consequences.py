"""What an edit that breaks rules may do about it: children go or follow (cascade), offending cells are drawn again
(mend). What was broken before stays as it was."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa
import pytest

from synthgen_nb import RefusedEdit, draft_plan, generate, parse_ddl, propose
from synthgen_nb.draws import Draws
from synthgen_nb.editing.consequences import cascade, mend
from synthgen_nb.editing.explaining import worse
from synthgen_nb.editing.state import Changes, State
from synthgen_nb.edits import Edit
from synthgen_nb.parquet import Cells
from synthgen_nb.report import Finding
from synthgen_nb.store import Dataset, Store
from synthgen_nb.validation import validate

SHOP = """
CREATE TABLE customers (id integer PRIMARY KEY, email varchar(60) NOT NULL UNIQUE, age integer CHECK (age > 17),
  name varchar(40) NOT NULL, since date, until date, CHECK (until >= since));
CREATE TABLE orders (id integer PRIMARY KEY, customer_id integer NOT NULL REFERENCES customers (id) ON DELETE CASCADE,
  referrer integer REFERENCES customers (id) ON DELETE SET NULL, quantity integer NOT NULL,
  doubled integer GENERATED ALWAYS AS (quantity * 2) STORED CHECK (doubled < 10000));
CREATE TABLE items (order_id integer NOT NULL REFERENCES orders (id), line_no integer NOT NULL, note text,
  PRIMARY KEY (order_id, line_no));
CREATE TABLE remarks (order_id integer NOT NULL, line_no integer NOT NULL, body text,
  FOREIGN KEY (order_id, line_no) REFERENCES items (order_id, line_no));
CREATE TABLE staff (id integer PRIMARY KEY, boss integer REFERENCES staff (id));
CREATE TABLE tags (name varchar(20) PRIMARY KEY);
CREATE TABLE tagged (tag varchar(20) NOT NULL REFERENCES tags (name) ON UPDATE CASCADE, n integer);
CREATE TABLE a (id integer PRIMARY KEY, b_id integer);
CREATE TABLE b (id integer PRIMARY KEY, a_id integer NOT NULL REFERENCES a (id));
ALTER TABLE a ADD FOREIGN KEY (b_id) REFERENCES b (id);
"""
ROWS = {"*": 80, "items": 200, "remarks": 300, "tags": 12}
Rows = Mapping[str, pl.DataFrame]


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> tuple[Store, Dataset]:
    return made(SHOP, "postgres", ROWS, tmp_path_factory.mktemp("made"))


def made(ddl: str, dialect: str, rows: dict[str, int], folder: Path) -> tuple[Store, Dataset]:
    store = Store(folder)
    return store, generate(draft_plan(parse_ddl(ddl, dialect=dialect), rows=rows, seed=3), store, "shop")


def after(
    shop: tuple[Store, Dataset], way: Callable[[State, list[Finding], Draws], bool], *edits: tuple[str, Changes]
) -> tuple[list[Finding], Rows]:
    """(rules that are worse, all tables) after the changes and what follows from them."""
    store, dataset = shop
    before = validate(dataset)
    with store.begin(dataset.name, parent=1) as draft:
        state = State(dataset, draft)
        for table, changes in edits:
            state.change(table, [changes])
        with Draws(dataset, state.paths) as draws:
            problems = worse(before, validate(state.successor(Edit(sql=""), "")))
            while way(state, problems, draws):
                problems = worse(before, validate(state.successor(Edit(sql=""), "")))
        return problems, {table: pl.read_parquet(state.paths(table)) for table in dataset}


def gone(*rows: int) -> Changes:
    return Changes(removed=np.array(rows))


def cells(dataset: Dataset, table: str, column: str, values: Mapping[int, Any]) -> Changes:
    kind = dataset[table].to_arrow().schema.field(column).type
    kind = pa.string() if kind == pa.large_string() else kind
    return Changes({column: Cells(np.array(sorted(values)), pa.array([values[row] for row in sorted(values)], kind))})


# --- cascade


def test_children_of_a_deleted_row_go_with_it_or_lose_their_link(shop: tuple[Store, Dataset]) -> None:
    dataset = shop[1]
    customers = dataset["customers"]["id"][:10].to_list()
    problems, tables = after(shop, cascade, ("customers", gone(*range(10))))
    assert problems == []
    orders = dataset["orders"].filter(~pl.col("customer_id").is_in(customers))
    free = pl.when(pl.col("referrer").is_in(customers)).then(None).otherwise(pl.col("referrer")).alias("referrer")
    assert tables["orders"].equals(orders.with_columns(free))
    items = dataset["items"].filter(pl.col("order_id").is_in(orders["id"].to_list()))
    assert tables["items"].equals(items)
    assert tables["remarks"].equals(dataset["remarks"].join(items, on=["order_id", "line_no"], how="semi"))


def test_children_follow_a_changed_key_through_all_tables(shop: tuple[Store, Dataset]) -> None:
    dataset = shop[1]
    new = {row: 100_000 + row for row in range(5)}
    problems, tables = after(shop, cascade, ("orders", cells(dataset, "orders", "id", new)))
    assert problems == []
    told = {dataset["orders"]["id"][row]: key for row, key in new.items()}
    for table in ("items", "remarks"):
        wanted = dataset[table].with_columns(pl.col("order_id").replace(told))
        assert tables[table].equals(wanted)


def test_keys_that_all_move_on_by_one_take_their_children_along(shop: tuple[Store, Dataset]) -> None:
    dataset = shop[1]
    new = {row: key + 1 for row, key in enumerate(dataset["orders"]["id"])}
    problems, tables = after(shop, cascade, ("orders", cells(dataset, "orders", "id", new)))
    assert problems == []
    for table in ("items", "remarks"):
        assert tables[table].equals(dataset[table].with_columns(pl.col("order_id") + 1))


def test_keys_that_change_places_are_followed_too(shop: tuple[Store, Dataset]) -> None:
    """No rule would be broken without."""
    dataset = shop[1]
    one, two = dataset["orders"]["id"][0], dataset["orders"]["id"][1]
    problems, tables = after(shop, cascade, ("orders", cells(dataset, "orders", "id", {0: two, 1: one})))
    assert problems == []
    assert tables["items"].equals(dataset["items"].with_columns(pl.col("order_id").replace({one: two, two: one})))


def test_texts_follow_as_numbers_do(shop: tuple[Store, Dataset]) -> None:
    dataset = shop[1]
    problems, tables = after(shop, cascade, ("tags", cells(dataset, "tags", "name", {3: "a new name"})))
    assert problems == []
    renamed = pl.col("tag").replace({dataset["tags"]["name"][3]: "a new name"})
    assert tables["tagged"].equals(dataset["tagged"].with_columns(renamed))


def test_a_tree_goes_with_its_root(shop: tuple[Store, Dataset]) -> None:
    dataset = shop[1]
    staff = dict(dataset["staff"].iter_rows())
    roots = [row for row, (_, boss) in enumerate(staff.items()) if boss is None]
    problems, tables = after(shop, cascade, ("staff", gone(roots[0])))
    assert problems == []
    top = list(staff)[roots[0]]

    def under(person: int | None) -> bool:
        return person is not None and (person == top or under(staff[person]))

    assert tables["staff"]["id"].to_list() == [person for person in staff if not under(person)]


def test_rings_of_tables_come_to_an_end(shop: tuple[Store, Dataset]) -> None:
    problems, tables = after(shop, cascade, ("a", gone(0, 1, 2)))
    assert problems == []
    assert tables["a"].height < 78


def test_what_no_cascade_can_mend_stays_refused(shop: tuple[Store, Dataset]) -> None:
    dataset = shop[1]
    for table, column, value in (("orders", "customer_id", 999_999), ("customers", "age", 3)):
        problems, tables = after(shop, cascade, (table, cells(dataset, table, column, {0: value})))
        assert [column in problem.columns for problem in problems] == [True]
        assert tables[table][column][0] == value


# --- mend


def test_of_rows_with_one_key_one_keeps_it_and_the_others_get_new_ones(shop: tuple[Store, Dataset]) -> None:
    dataset = shop[1]
    same = dict.fromkeys(range(6), "same@example.com") | {7: dataset["customers"]["email"][20]}
    problems, tables = after(shop, mend, ("customers", cells(dataset, "customers", "email", same)))
    assert problems == []
    emails = tables["customers"]["email"].to_list()
    assert emails[:6].count("same@example.com") == 1
    assert emails[20] == dataset["customers"]["email"][20]
    assert tables["customers"].drop("email").equals(dataset["customers"].drop("email"))


def test_values_that_a_check_refuses_are_drawn_again_and_no_others(shop: tuple[Store, Dataset]) -> None:
    dataset = shop[1]
    problems, tables = after(shop, mend, ("customers", cells(dataset, "customers", "age", {0: 3, 1: 40, 2: 17})))
    assert problems == []
    ages = tables["customers"]["age"].to_list()
    assert ages[1] == 40
    assert ages[3:] == dataset["customers"]["age"].to_list()[3:]


def test_lengths_and_missing_values_are_mended(shop: tuple[Store, Dataset]) -> None:
    dataset = shop[1]
    problems, tables = after(shop, mend, ("customers", cells(dataset, "customers", "name", {0: "x" * 41, 1: "short"})))
    assert problems == []
    assert len(tables["customers"]["name"][0]) <= 40
    assert tables["customers"]["name"][1] == "short"


def test_what_a_computed_column_follows_is_drawn_again(shop: tuple[Store, Dataset]) -> None:
    dataset = shop[1]
    changes = cells(dataset, "orders", "quantity", {0: 9000})
    doubled = cells(dataset, "orders", "doubled", {0: 18000})
    problems, tables = after(shop, mend, ("orders", Changes({**changes.cells, **doubled.cells})))
    assert problems == []
    assert tables["orders"]["doubled"][0] == 2 * tables["orders"]["quantity"][0]


def test_keys_that_dangle_get_a_parent_that_is_there(shop: tuple[Store, Dataset]) -> None:
    dataset = shop[1]
    problems, tables = after(shop, mend, ("customers", gone(*range(10))))
    assert problems == []
    left = set(tables["customers"]["id"])
    assert set(tables["orders"]["customer_id"]) <= left
    kept = dataset["orders"]["customer_id"].is_in(list(left)).to_numpy()
    assert tables["orders"].filter(kept)["customer_id"].equals(dataset["orders"].filter(kept)["customer_id"])
    problems, tables = after(shop, mend, ("orders", cells(dataset, "orders", "customer_id", {0: 999_999})))
    assert problems == []


def test_a_composite_key_is_mended_as_a_whole(shop: tuple[Store, Dataset]) -> None:
    problems, tables = after(shop, mend, ("items", gone(*range(50))))
    assert problems == []
    remarks, items = tables["remarks"], tables["items"]
    assert remarks.join(items, on=["order_id", "line_no"], how="semi").height == remarks.height


def test_what_is_mended_is_the_same_each_time(shop: tuple[Store, Dataset]) -> None:
    first, again = (after(shop, mend, ("customers", gone(1, 2, 3)))[1] for _ in range(2))
    assert all(first[table].equals(again[table]) for table in first)


def test_a_table_without_any_parent_left_stays_refused(shop: tuple[Store, Dataset]) -> None:
    problems, _ = after(shop, mend, ("tags", gone(*range(12))))
    assert [problem.rule for problem in problems] == ["foreign_key"]


def test_what_was_broken_before_the_edit_is_left_as_it_was(tmp_path: Path) -> None:
    from .datasets import saved

    schema = parse_ddl(SHOP, dialect="postgres")
    store, dataset = made(SHOP, "postgres", ROWS, tmp_path)
    ages = dataset["customers"].with_columns(age=pl.lit(5, pl.Int32)).to_arrow().cast(
        pa.schema([pa.field(f.name, pa.string() if pa.types.is_large_string(f.type) else f.type)
                   for f in dataset["customers"].to_arrow().schema])
    )  # fmt: skip
    tables = {table: pa.concat_tables([pa.parquet.read_table(p) for p in dataset.parts(table)]) for table in dataset}
    other = Store(tmp_path / "other")
    broken = saved(other, schema, tables | {"customers": ages})
    assert any(f.failing == 80 for f in validate(broken).broken)
    with other.begin("shop", parent=1) as draft:
        state = State(broken, draft)
        state.change("customers", [cells(broken, "customers", "name", {0: "Ann"})])
        with Draws(dataset, state.paths) as draws:
            assert not mend(state, validate(broken).broken, draws)
    del store


@pytest.mark.parametrize("dialect", ["mysql", "sqlite"])
def test_keys_are_compared_as_the_engine_compares_them(dialect: str, tmp_path: Path) -> None:
    ddl = """CREATE TABLE tags (name varchar(20) PRIMARY KEY COLLATE NOCASE);
             CREATE TABLE tagged (tag varchar(20) COLLATE NOCASE NOT NULL REFERENCES tags (name), n integer);"""
    if dialect == "mysql":
        ddl = """CREATE TABLE tags (name varchar(20) PRIMARY KEY);
                 CREATE TABLE tagged (tag varchar(20) NOT NULL, n integer, FOREIGN KEY (tag) REFERENCES tags (name));"""
    shop = made(ddl, dialect, {"*": 20}, tmp_path)
    dataset = shop[1]
    spelled = {row: name.upper() for row, name in enumerate(dataset["tagged"]["tag"])}
    problems, tables = after(
        shop, cascade, ("tagged", cells(dataset, "tagged", "tag", spelled)), ("tags", gone(0)),
    )  # fmt: skip
    assert problems == []
    lost = dataset["tags"]["name"][0].upper()
    assert tables["tagged"]["tag"].to_list() == [tag for tag in spelled.values() if tag != lost]


def test_an_edit_says_which_way_it_goes(shop: tuple[Store, Dataset]) -> None:
    """A DELETE of parents: refused, with the children that it would leave, or with them, or without."""
    dataset = shop[1]
    with propose(dataset, "DELETE FROM customers WHERE id <= 5") as refused:
        assert {problem.table for problem in refused.problems} == {"orders"}
        with pytest.raises(RefusedEdit):
            refused.apply()
    for breaking, fewer in (("cascade", True), ("mend", False)):
        with propose(dataset, Edit(sql="DELETE FROM customers WHERE id <= 5", breaking=breaking)) as proposal:
            assert proposal.problems == ()
            assert (proposal.dataset.rows["orders"] < 80) == fewer
            assert proposal.report.findings == validate(proposal.dataset).findings


def test_an_edit_that_breaks_nothing_is_the_same_either_way(shop: tuple[Store, Dataset]) -> None:
    sql = "UPDATE customers SET name = upper(name) WHERE id < 9"
    proposals = [propose(shop[1], Edit(sql=sql, breaking=way)) for way in ("refuse", "cascade", "mend")]
    frames = [proposal.dataset["customers"] for proposal in proposals]
    assert frames[0].equals(frames[1])
    assert frames[0].equals(frames[2])
    for proposal in proposals:
        proposal.discard()
