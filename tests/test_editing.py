"""Cells changed: a new version with that one difference, or a refusal that says why and leaves nothing behind."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from synthgen_nb import draft_plan, generate, parse_ddl
from synthgen_nb.editing import Change, rows_of, set_cells, spelled_rows
from synthgen_nb.errors import RefusedEdit, StoreError
from synthgen_nb.store import Dataset, Store
from synthgen_nb.validation import validate

from .datasets import saved

DDL = """
CREATE TYPE status AS ENUM ('new', 'paid', 'sent');
CREATE TABLE customers (
  id integer PRIMARY KEY, email varchar(40) NOT NULL UNIQUE, vip boolean, born date, phone varchar(20));
CREATE TABLE orders (
  id integer PRIMARY KEY, customer_id integer REFERENCES customers (id), status status NOT NULL,
  quantity integer NOT NULL CHECK (quantity BETWEEN 1 AND 20), price numeric(8, 2) NOT NULL,
  total numeric(12, 2) GENERATED ALWAYS AS (quantity * price) STORED, doubled numeric(14, 2), placed timestamp,
  sent timestamp, tags text[], CHECK (sent >= placed));
CREATE TABLE visits (customer_id integer NOT NULL REFERENCES customers (id), day date NOT NULL, note text,
  UNIQUE (customer_id, day));
"""
SCHEMA = parse_ddl(DDL, dialect="postgres")


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "store")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    store = Store(tmp_path_factory.mktemp("made"))
    generate(draft_plan(SCHEMA, rows=60, seed=3), store, "shop")
    return store.path


@pytest.fixture
def shop(made: Path, store: Store) -> Dataset:
    shutil.copytree(made, store.path)
    return store.open("shop")


def text_of(dataset: Dataset, table: str, row: int, column: str) -> str | None:
    return spelled_rows(dataset, table, [row])[0][dataset.schema.tables[table].column_names.index(column)]


def change(dataset: Dataset, table: str, row: int, column: str, new: str | None) -> Change:
    return Change(table=table, row=row, column=column, old=text_of(dataset, table, row, column), new=new)


def edit(store: Store, dataset: Dataset, table: str, row: int, column: str, new: str | None) -> Dataset:
    return set_cells(store, dataset, [change(dataset, table, row, column, new)])


def differences(one: Dataset, other: Dataset) -> set[tuple[str, int, str]]:
    """The cells in which two versions differ; their types are equal."""
    found = set()
    for table in one:
        mine, yours = one[table], other[table]
        assert mine.schema == yours.schema
        for column in mine.columns:
            unequal = ~mine[column].eq_missing(yours[column])
            found |= {(table, int(row), column) for row in unequal.arg_true()}
    return found


def test_an_edit_is_a_new_version_with_that_one_difference(store: Store, shop: Dataset) -> None:
    edited = edit(
        store, shop, "orders", 7, "status", "paid" if text_of(shop, "orders", 7, "status") != "paid" else "new"
    )
    assert (edited.version, edited.parent, edited.seed) == (2, 1, shop.seed)
    assert differences(shop, edited) == {("orders", 7, "status")}
    assert store.open("shop") == edited
    assert "orders.status of row 8" in edited.description
    edited.verify()
    shop.verify()


def test_only_the_touched_part_is_written_and_all_others_are_the_parents_bytes(store: Store) -> None:
    items = pa.table({"id": pa.array(range(90), pa.int32()), "n": pa.array([1] * 90, pa.int32())})
    ddl = (
        "CREATE TABLE item (id integer PRIMARY KEY, n integer); CREATE TABLE other (id integer PRIMARY KEY, n integer)"
    )
    before = saved(store, parse_ddl(ddl, dialect="postgres"), {"item": items, "other": items}, rows_per_part=30)
    after = edit(store, before, "item", 31, "n", "5")
    same = [one.samefile(two) for one, two in zip(before.parts("item"), after.parts("item"), strict=True)]
    assert same == [True, False, True]
    assert all(o.samefile(t) for o, t in zip(before.parts("other"), after.parts("other"), strict=True))


@pytest.mark.parametrize("links", [True, False], ids=["links", "no links on this drive"])
def test_a_version_stays_whole_when_the_one_it_was_made_from_is_removed(
    store: Store, shop: Dataset, monkeypatch: pytest.MonkeyPatch, links: bool
) -> None:
    if not links:
        monkeypatch.setattr(os, "link", _no_links)
    wanted = {table: shop[table] for table in shop}
    edited = edit(store, shop, "customers", 0, "phone", "1")
    shutil.rmtree(shop.path)
    again = store.open("shop")
    again.verify()
    assert again["visits"].equals(wanted["visits"])
    assert again == edited
    with pytest.raises(StoreError, match="no version 1"):
        store.undo("shop")


def _no_links(*_: object) -> None:
    raise PermissionError(1, "Operation not permitted")


def test_types_row_groups_and_encodings_stay_as_they_were(store: Store, shop: Dataset) -> None:
    edited = edit(
        store, shop, "orders", 3, "quantity", "20" if text_of(shop, "orders", 3, "quantity") != "20" else "19"
    )
    with pq.ParquetFile(shop.parts("orders")[0]) as old, pq.ParquetFile(edited.parts("orders")[0]) as new:
        assert new.schema_arrow.equals(old.schema_arrow, check_metadata=True)
        assert [_layout(new, group) for group in range(new.num_row_groups)] == [
            _layout(old, group) for group in range(old.num_row_groups)
        ]


def _layout(file: pq.ParquetFile, group: int) -> tuple[int, list[tuple[str, ...]]]:
    found = file.metadata.row_group(group)
    return found.num_rows, [tuple(sorted(found.column(at).encodings)) for at in range(found.num_columns)]


@pytest.mark.parametrize(
    "table, column, new",
    [
        ("orders", "placed", "2026-01-01 00:00:00"),
        ("orders", "sent", None),
        ("orders", "price", "7.5"),
        ("orders", "tags", '["a", "it\'s", null]'),
        ("orders", "customer_id", None),
        ("customers", "vip", "yes"),
        ("customers", "vip", "NULL"),
        ("customers", "phone", "NULL"),
        ("customers", "phone", ""),
        ("customers", "email", "<img src=x onerror=alert(1)>"),
        ("customers", "born", "1999-12-31"),
        ("visits", "note", "two\nlines"),
    ],
)
def test_what_is_typed_stands_in_the_cell(
    store: Store, shop: Dataset, table: str, column: str, new: str | None
) -> None:
    if column == "placed":
        shop = edit(store, shop, "orders", 5, "sent", None)
    edited = edit(store, shop, table, 5, column, new)
    column_type = shop.schema.tables[table].column(column).type
    wanted = {"7.5": "7.50", "yes": "true"}.get(new or "", new)
    if new == "NULL" and column == "vip":
        wanted = None
    assert text_of(edited, table, 5, column) == wanted, column_type
    assert edited.report is not None
    assert not edited.report.broken


def test_computed_columns_of_the_row_follow(store: Store, shop: Dataset) -> None:
    edited = set_cells(
        store, shop, [change(shop, "orders", 2, "quantity", "4"), change(shop, "orders", 2, "price", "2.50")]
    )
    assert text_of(edited, "orders", 2, "total") == "10.00"
    assert differences(shop, edited) <= {("orders", 2, c) for c in ("quantity", "price", "total")}


@pytest.mark.parametrize(
    "table, column, new, why",
    [
        ("orders", "status", "lost", "orders.status: 'lost' is none of new, paid, sent"),
        ("orders", "placed", "2026-13-01", "orders.placed: '2026-13-01' is no moment (2026-12-31 23:59:59)"),
        ("orders", "quantity", "21", "orders.quantity: CHECK (quantity BETWEEN 1 AND 20) would not hold"),
        ("orders", "quantity", None, "orders.quantity: quantity is NOT NULL"),
        ("orders", "total", "1", "orders.total: it is computed: quantity * price"),
        ("orders", "customer_id", "999", "orders.customer_id: no row of customers has '999' "
         "(FOREIGN KEY (customer_id) REFERENCES customers (id))"),
        ("orders", "id", "1", "orders.id: another row has this id already (PRIMARY KEY (id))"),
        ("customers", "email", None, "customers.email: email is NOT NULL"),
        ("customers", "email", "x" * 41, f"customers.email: '{'x' * 41}' is too long (email varchar(40))"),
        ("customers", "born", "yesterday", "customers.born: 'yesterday' is no date (2026-12-31)"),
    ],
)  # fmt: skip
def test_a_refusal_names_the_cell_and_says_why(
    store: Store, shop: Dataset, table: str, column: str, new: str | None, why: str
) -> None:
    with pytest.raises(RefusedEdit) as refused:
        edit(store, shop, table, 9, column, new)
    assert str(refused.value) == why
    assert refused.value.details["column"] == column
    assert store.versions("shop") == (1,)
    assert sorted(path.name for path in shop.path.parent.iterdir()) == ["v1"]


def test_a_refusal_shows_the_failing_rows(store: Store, shop: Dataset) -> None:
    with pytest.raises(RefusedEdit) as refused:
        edit(store, shop, "orders", 9, "quantity", "21")
    (finding,) = refused.value.details["findings"]
    assert (finding["failing"], finding["sample"][0]["id"], finding["sample"][0]["quantity"]) == (1, 10, 21)


def test_a_key_that_others_point_to_can_not_be_taken_away(store: Store, shop: Dataset) -> None:
    used = shop["visits"]["customer_id"][0]
    row = shop["customers"]["id"].to_list().index(used)
    with pytest.raises(RefusedEdit, match=r"of (orders|visits) would point to nothing \(FOREIGN KEY"):
        edit(store, shop, "customers", row, "id", "999")


def test_a_row_is_named_by_its_number_or_by_its_key(store: Store, shop: Dataset) -> None:
    old = text_of(shop, "customers", 4, "phone")
    edited = set_cells(store, shop, [Change(table="customers", row={"id": "5"}, column="phone", old=old, new="0")])
    assert text_of(edited, "customers", 4, "phone") == "0"
    for key, why in (({"id": "99"}, "no row has id = 99"), ({"nope": "1"}, "there is no column nope")):
        with pytest.raises(RefusedEdit, match=why):
            set_cells(store, edited, [Change(table="customers", row=key, column="phone", old="0", new="1")])


def test_a_cell_that_holds_something_else_by_now_is_not_written_over(store: Store, shop: Dataset) -> None:
    with pytest.raises(RefusedEdit, match=r"the cell holds '.*', not 'old'"):
        set_cells(store, shop, [Change(table="customers", row=0, column="email", old="old", new="new")])
    edit(store, shop, "customers", 0, "phone", "1")
    with pytest.raises(RefusedEdit, match=r"shop is at v2 by now, this is v1 \(open the current version"):
        edit(store, shop, "customers", 1, "phone", "1")


def test_of_several_changes_all_are_made_or_none(store: Store, shop: Dataset) -> None:
    good, bad = change(shop, "customers", 0, "phone", "1"), change(shop, "customers", 1, "email", None)
    with pytest.raises(RefusedEdit, match=r"customers\.email"):
        set_cells(store, shop, [good, bad])
    assert store.versions("shop") == (1,)


def test_a_change_to_what_is_there_already_makes_no_version(store: Store, shop: Dataset) -> None:
    assert edit(store, shop, "customers", 0, "email", text_of(shop, "customers", 0, "email")) is shop


def test_undo_and_redo_go_between_versions_and_lose_none(store: Store, shop: Dataset) -> None:
    second = edit(store, shop, "customers", 0, "phone", "1")
    third = edit(store, second, "customers", 0, "phone", "2")
    assert store.undo("shop") == store.open("shop") == second
    assert store.undo("shop") == store.open("shop") == shop
    with pytest.raises(StoreError, match="v1 was not made by an edit: there is nothing to undo"):
        store.undo("shop")
    assert store.redo("shop") == second
    assert store.redo("shop") == third
    with pytest.raises(StoreError, match="no undo to take back"):
        store.redo("shop")
    assert store.versions("shop") == (1, 2, 3)
    assert differences(shop, store.open("shop", 1)) == set()


def test_an_edit_after_an_undo_goes_on_from_there(store: Store, shop: Dataset) -> None:
    second = edit(store, shop, "customers", 0, "phone", "1")
    store.undo("shop")
    third = edit(store, shop, "customers", 1, "phone", "2")
    assert (third.version, third.parent, store.open("shop")) == (3, 1, third)
    with pytest.raises(StoreError, match="no undo"):
        store.redo("shop")
    assert store.undo("shop") == shop
    assert differences(shop, second) == {("customers", 0, "phone")}


@pytest.mark.parametrize("torn", [b"", b"{", b'{"at":9,"newest":2}', b'{"at":1,"newest":1}', b"\xff"])
def test_a_pointer_that_can_not_be_read_points_to_the_newest(store: Store, shop: Dataset, torn: bytes) -> None:
    second = edit(store, shop, "customers", 0, "phone", "1")
    store.undo("shop")
    (shop.path.parent / "current.json").write_bytes(torn)
    assert store.open("shop") == second


def test_broken_data_can_be_mended_one_cell_at_a_time_but_not_made_worse(store: Store) -> None:
    schema = parse_ddl("CREATE TABLE t (id integer PRIMARY KEY, n integer CHECK (n > 0))", dialect="postgres")
    table = pa.table({"id": pa.array([1, 2, 3], pa.int32()), "n": pa.array([-1, -2, 3], pa.int32())})
    broken = saved(store, schema, {"t": table})
    better = edit(store, broken, "t", 0, "n", "1")
    assert [f.failing for f in validate(better).broken] == [1]
    with pytest.raises(RefusedEdit, match="would not hold"):
        edit(store, better, "t", 2, "n", "0")


ODD = """
CREATE TABLE parent (a integer, b integer, label varchar(5) NOT NULL, code char(2) NOT NULL, PRIMARY KEY (a, b),
  UNIQUE (lower(label)), UNIQUE (code, a), CHECK (a + b < 99));
CREATE TABLE child (id integer PRIMARY KEY, a integer, b integer, up integer REFERENCES child (id), k smallint,
  twice integer GENERATED ALWAYS AS (k * 2) STORED, FOREIGN KEY (a, b) REFERENCES parent (a, b),
  CHECK (up <> id), UNIQUE (k, up));
"""
VALUES = [None, "1", "2", "3", "7", "40", "-1", "ab", "AB", "abcdef", "A", "2026-01-01", "true", ""]


def _odd() -> dict[str, pa.Table]:
    def whole(*values: int | None) -> pa.Array:
        return pa.array(values, pa.int32())

    parent = {
        "a": whole(1, 1, 2, 3),
        "b": whole(1, 2, 1, 1),
        "label": ["a", "b", "c", "D"],
        "code": ["aa", "ab", "ac", "ad"],
    }
    child = {"id": whole(1, 2, 3, 4), "a": whole(1, 1, None, 3), "b": whole(1, 2, 1, 1), "up": whole(None, 1, 1, 2)}
    child |= {"k": pa.array([1, 2, 3, None], pa.int16()), "twice": whole(2, 4, 6, None)}
    return {"parent": pa.table(parent), "child": pa.table(child)}


def test_what_is_checked_again_after_an_edit_gives_the_report_of_a_full_validation(store: Store) -> None:
    """Random edits: an accepted version's kept report is what validating it whole finds; of a refused one, the data
    with that value laid there by hand breaks a rule that held before."""
    schema = parse_ddl(ODD, dialect="postgres")
    current, by_hand, dice = saved(store, schema, _odd()), Store(store.path / "by hand"), random.Random(4)
    current.keep_report(validate(current))
    accepted = refused = 0
    for _ in range(70):
        table = dice.choice(["parent", "child"])
        column, row, new = dice.choice(current[table].columns), dice.randrange(4), dice.choice(VALUES)
        try:
            current, named = edit(store, current, table, row, column, new), set()
        except RefusedEdit as error:
            named = {finding["text"] for finding in error.details["findings"]}
            if not named:
                continue  # no value of the column
        if named:
            refused += 1
            broken = validate(saved(by_hand, schema, _laid(current, table, row, column, new))).broken
            assert named == {finding.text for finding in broken}
        else:
            accepted += 1
            assert current.report is not None
            assert current.report.findings == validate(current).findings
            assert not current.report.broken
    assert accepted > 15
    assert refused > 10


def _laid(dataset: Dataset, table: str, row: int, column: str, new: str | None) -> dict[str, pa.Table]:
    """The tables with one cell written over in plain Python, the computed column too."""
    tables = {key: rows_of(dataset, key, range(4)) for key in dataset}
    columns = tables[table].to_pydict()
    kind = tables[table].schema.field(column).type
    columns[column][row] = pa.scalar(new).cast(kind).as_py() if new is not None else None
    if table == "child":
        columns["twice"] = [None if k is None else 2 * k for k in columns["k"]]
    nullable = pa.schema([field.with_nullable(True) for field in tables[table].schema])
    return tables | {table: pa.table(columns, schema=nullable)}


@pytest.mark.parametrize("step", ["rewrite_part", "revalidate", "publish", "keep_report"])
def test_a_process_that_dies_in_the_middle_leaves_no_version_and_the_next_edit_goes_through(
    store: Store, shop: Dataset, step: str
) -> None:
    script = f"""
        import os, signal
        from synthgen_nb.editing import state, typed
        from synthgen_nb.dataset import Dataset
        from synthgen_nb.drafts import Draft
        from synthgen_nb.store import Store
        home = {{"publish": Draft, "keep_report": Dataset, "rewrite_part": state}}.get({step!r}, typed)
        setattr(home, {step!r}, lambda *a, **k: os.kill(os.getpid(), signal.SIGKILL))
        store = Store({str(store.path)!r})
        old = {text_of(shop, "customers", 0, "phone")!r}
        change = typed.Change(table="customers", row=0, column="phone", old=old, new="1")
        typed.set_cells(store, store.open("shop"), [change])
    """
    died = subprocess.run([sys.executable, "-c", textwrap.dedent(script)], timeout=60, check=False)
    assert died.returncode == -9
    assert store.versions("shop") == (1,)
    assert store.open("shop") == shop
    edited = edit(store, shop, "customers", 0, "phone", "1")
    assert edited.parent == 1
    assert differences(shop, edited) == {("customers", 0, "phone")}
    assert sorted(path.name for path in shop.path.parent.glob("v*")) == ["v1", f"v{edited.version}"]


def test_rows_are_read_across_parts_and_row_groups(store: Store) -> None:
    schema = parse_ddl("CREATE TABLE item (id integer PRIMARY KEY)", dialect="postgres")
    items = pa.table({"id": pa.array(range(130_000), pa.int32())})
    dataset = saved(store, schema, {"item": items}, rows_per_part=60_000)
    for numbers in ([], [0], [49_999, 50_000], [59_999, 60_000, 119_999, 129_999], [3, 130_000]):
        assert spelled_rows(dataset, "item", numbers) == [[str(n)] for n in numbers if n < 130_000]


def test_an_edit_of_the_last_of_many_rows_differs_there_alone(store: Store) -> None:
    schema = parse_ddl("CREATE TABLE item (id integer PRIMARY KEY, word text)", dialect="postgres")
    items = pa.table({"id": pa.array(range(130_000), pa.int32()), "word": ["w"] * 130_000})
    dataset = saved(store, schema, {"item": items}, rows_per_part=60_000)
    edited = edit(store, dataset, "item", 129_999, "word", "last")
    assert differences(dataset, edited) == {("item", 129_999, "word")}
    assert edited["item"].filter(pl.col("word") == "last")["id"].to_list() == [129_999]
