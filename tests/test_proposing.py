"""An edit is worked out, looked at, and then applied or discarded: versions, their parts and what is checked again."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from synthgen_nb import (
    Dataset,
    Edit,
    InputError,
    RefusedEdit,
    Store,
    apply,
    draft_plan,
    generate,
    parse_ddl,
    propose,
    validate,
)
from synthgen_nb.report import Report

DDL = """
CREATE TYPE order_status AS ENUM ('new', 'paid', 'cancelled');
CREATE TABLE customers (
  id integer PRIMARY KEY, email varchar(120) NOT NULL UNIQUE, name varchar(80) NOT NULL, country char(2) NOT NULL,
  balance numeric(10,2) NOT NULL DEFAULT 0 CHECK (balance >= 0), phone varchar(30));
CREATE TABLE orders (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, customer_id integer NOT NULL REFERENCES customers (id),
  status order_status NOT NULL DEFAULT 'new', net numeric(8,2) NOT NULL, tax numeric(8,2) NOT NULL,
  gross numeric(9,2) GENERATED ALWAYS AS (net + tax) STORED, ordered_on date NOT NULL);
CREATE TABLE notes (text varchar(200), stars smallint CHECK (stars BETWEEN 1 AND 5));
"""


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "store")


@pytest.fixture
def shop(store: Store) -> Dataset:
    rows = {"customers": 60, "orders": 200, "notes": 30}
    return generate(draft_plan(parse_ddl(DDL, dialect="postgres"), rows=rows, seed=7), store, name="shop")


def same(one: Report, other: Report) -> bool:
    return one.findings == other.findings


def hashes(dataset: Dataset) -> dict[str, list[str]]:
    return {key: [part.sha256 for part in files.parts] for key, files in dataset.manifest.tables.items()}


def test_an_update_changes_the_cells_it_means_and_no_others(shop: Dataset) -> None:
    new, diff, report = apply(shop, "UPDATE customers SET phone = NULL, country = 'DE' WHERE id <= 10")
    meant = pl.col("id") <= 10
    expected = shop["customers"].with_columns(
        country=pl.when(meant).then(pl.lit("DE")).otherwise("country"), phone=pl.when(~meant).then("phone")
    )
    assert new["customers"].equals(expected)
    assert new.version == 2
    assert new.parent == 1
    assert new.edit == Edit(sql="UPDATE customers SET phone = NULL, country = 'DE' WHERE id <= 10")
    assert set(diff.tables) == {"customers"}
    assert same(report, validate(new))


def test_only_parts_of_tables_that_change_are_written(shop: Dataset) -> None:
    new, _, _ = apply(shop, "DELETE FROM notes WHERE stars = 3")
    old, fresh = hashes(shop), hashes(new)
    assert [key for key in old if old[key] != fresh[key]] == ["notes"]
    assert new["notes"].equals(shop["notes"].filter(pl.col("stars").ne_missing(3)))


def test_statements_see_what_those_before_them_did(shop: Dataset) -> None:
    sql = "UPDATE orders SET status = 'paid' WHERE id = 1; DELETE FROM orders WHERE status = 'paid'"
    new, diff, _ = apply(shop, sql)
    paid = shop["orders"].filter((pl.col("status") == "paid") | (pl.col("id") == 1)).height
    assert new.rows["orders"] == 200 - paid
    assert diff.tables["orders"].removed == paid


def test_computed_columns_follow(shop: Dataset) -> None:
    new, diff, _ = apply(shop, "UPDATE orders SET net = 10.00, tax = 1.90 WHERE id BETWEEN 5 AND 8")
    assert new["orders"].filter(pl.col("id").is_between(5, 8))["gross"].cast(pl.Float64).to_list() == [11.9] * 4
    assert diff.tables["orders"].columns["gross"] == 4


def test_an_insert_takes_defaults_counters_and_labels(shop: Dataset) -> None:
    values = "(1, 2.50, 0.50, '2025-01-31'), (2, 1, 0, DATE '2024-02-29')"
    sql = f"INSERT INTO orders (customer_id, net, tax, ordered_on) VALUES {values}"
    new, diff, report = apply(shop, sql)
    added = new["orders"].tail(2).to_dicts()
    assert [row["id"] for row in added] == [201, 202]
    assert [row["status"] for row in added] == ["new", "new"]
    assert [float(row["gross"]) for row in added] == [3.0, 1.0]
    assert diff.tables["orders"].added == 2
    assert same(report, validate(new))


def test_new_rows_are_drawn_and_hold_every_rule(shop: Dataset) -> None:
    new, _, report = apply(
        shop, "INSERT INTO customers SELECT synth_rows(40); INSERT INTO orders SELECT synth_rows(100)"
    )
    assert new.rows == {"customers": 100, "orders": 300, "notes": 30}
    assert not report.broken
    assert new["customers"].head(60).equals(shop["customers"])
    assert same(report, validate(new))


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE customers SET name = synth('person.full_name', locale => 'ja_JP') WHERE synth_percent(30)",
        "INSERT INTO customers SELECT synth_rows(7)",
        "UPDATE orders SET net = net + (SELECT avg(balance) FROM customers) WHERE status = 'paid'",
        "INSERT INTO notes SELECT name, 5 FROM customers WHERE country <> 'US'",
    ],
)
def test_the_same_edit_of_the_same_version_gives_equal_bytes(shop: Dataset, sql: str) -> None:
    with propose(shop, sql) as one:
        first = hashes(one.dataset)
    with propose(shop, sql) as other:
        assert hashes(other.dataset) == first
    assert first != hashes(shop)


def test_a_proposal_is_listed_nowhere_until_it_is_applied(store: Store, shop: Dataset) -> None:
    with propose(shop, "DELETE FROM notes WHERE stars > 2") as proposal:
        assert store.versions("shop") == (1,)
        assert proposal.dataset.version == 2
        assert proposal.diff["notes"].height
    assert store.versions("shop") == (1,)
    assert not (shop.path.parent / "v2").exists()
    proposal = propose(shop, "DELETE FROM notes WHERE stars > 2")
    assert proposal.apply() == store.open("shop")
    assert store.versions("shop") == (1, 2)
    store.open("shop").verify()


def test_what_changes_nothing_makes_no_version(store: Store, shop: Dataset) -> None:
    new, diff, _ = apply(shop, "UPDATE customers SET country = country WHERE id > 3; DELETE FROM notes WHERE FALSE")
    assert new == shop
    assert not diff
    assert store.versions("shop") == (1,)


def test_a_rule_that_would_break_refuses_the_edit_and_shows_the_rows(store: Store, shop: Dataset) -> None:
    with propose(shop, "UPDATE customers SET email = 'x@example.org' WHERE id IN (3, 4)") as proposal:
        (problem,) = proposal.problems
        assert (problem.rule, problem.columns, problem.failing) == ("unique", ("email",), 1)
        with pytest.raises(RefusedEdit, match=r"UNIQUE \(email\)"):
            proposal.apply()
    with pytest.raises(RefusedEdit, match="FOREIGN KEY"):
        apply(shop, "DELETE FROM customers WHERE id = 1")
    assert store.versions("shop") == (1,)


def test_a_statement_that_speaks_of_all_rows_is_confirmed(shop: Dataset) -> None:
    with propose(shop, "UPDATE orders SET tax = 0") as proposal:
        assert proposal.whole == ("UPDATE orders SET tax = 0",)
        with pytest.raises(RefusedEdit, match="all rows"):
            proposal.apply()
        assert proposal.apply(confirmed=True).version == 2


def test_an_edit_of_a_version_that_is_not_the_current_one_is_refused(store: Store, shop: Dataset) -> None:
    waiting = propose(shop, "DELETE FROM notes WHERE stars = 1")
    apply(shop, "DELETE FROM notes WHERE stars = 2")
    with pytest.raises(RefusedEdit, match="is at v3 by now, this is v1"):
        waiting.apply()
    waiting.discard()
    with pytest.raises(RefusedEdit, match="by now"):
        apply(shop, "DELETE FROM notes WHERE stars = 1")
    assert store.versions("shop") == (1, 3)


def test_undo_and_redo_of_an_edit_are_steps_between_versions(store: Store, shop: Dataset) -> None:
    new, _, _ = apply(shop, "DELETE FROM notes WHERE stars = 1")
    assert store.undo("shop") == shop
    assert store.redo("shop") == new


def test_a_table_that_loses_all_its_rows_keeps_its_types_and_takes_new_ones(shop: Dataset) -> None:
    empty, _, _ = apply(shop, "DELETE FROM notes")
    assert empty.rows["notes"] == 0
    assert empty["notes"].schema == shop["notes"].schema
    full, _, _ = apply(empty, "INSERT INTO notes VALUES ('again', 4)")
    assert full["notes"].to_dicts() == [{"text": "again", "stars": 4}]


def test_a_big_table_is_changed_part_by_part(store: Store) -> None:
    ddl = "CREATE TABLE t (id integer PRIMARY KEY, a integer NOT NULL, b varchar(20) NOT NULL)"
    plan = draft_plan(parse_ddl(ddl, dialect="postgres"), rows=2_300_000, seed=1)
    big = generate(plan, store, name="big")
    assert len(big.parts("t")) == 4
    new, diff, report = apply(big, "UPDATE t SET a = a + 1 WHERE id = 1 OR id = 2299999; DELETE FROM t WHERE id = 2")
    old, fresh = hashes(big)["t"], hashes(new)["t"]
    assert [a == b for a, b in zip(old, fresh, strict=True)] == [False, True, True, False]
    table = diff.tables["t"]
    assert (table.changed, table.removed, table.columns) == (2, 1, {"a": 2})
    assert new.rows["t"] == 2_299_999
    assert same(report, validate(new))


@pytest.mark.parametrize(
    "sql, said",
    [
        ("UPDATE customers SET nme = 'x' WHERE id = 1", r"line 1, col 22: there is no column nme .*did you mean name"),
        ("INSERT INTO orders (net) VALUES (1)", "customer_id is NOT NULL and has no default"),
        ("UPDATE customers SET name = phone", r"customers\.name is NOT NULL and would be NULL in \d+ rows"),
        (
            "INSERT INTO notes SELECT * FROM notes; INSERT INTO orders (customer_id, net, tax, ordered_on) "
            "SELECT id, NULL, 1, '2024-01-01' FROM customers",
            r"orders\.net is NOT NULL and would be NULL in 60 rows",
        ),
        ("UPDATE orders SET gross = 1 WHERE id = 1", "computed"),
        ("UPDATE orders SET net = net * 1000000 WHERE id = 1", "line 1"),
        ("DROP TABLE orders", "only UPDATE, DELETE and INSERT"),
    ],
)
def test_what_can_not_be_done_is_one_line_with_its_place(shop: Dataset, sql: str, said: str) -> None:
    with pytest.raises(InputError, match=said) as refused:
        apply(shop, sql)
    assert "\n" not in str(refused.value)
    assert not list(shop.path.parent.glob("v2*"))


@pytest.fixture
def broken(store: Store, shop: Dataset, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    def at(step: str) -> None:
        def fail(*args: object, **options: object) -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(f"synthgen_nb.editing.proposing.{step}", fail)

    return at


@pytest.mark.parametrize("step", ["perform", "diff", "revalidate"])
def test_an_edit_that_fails_leaves_nothing_behind(
    store: Store, shop: Dataset, broken: Callable[[str], None], step: str
) -> None:
    broken(step)
    with pytest.raises(OSError, match="No space"):
        apply(shop, "DELETE FROM notes WHERE stars = 1")
    assert [path.name for path in shop.path.parent.glob("v*")] == ["v1"]


def test_where_a_key_changes_rows_of_one_name_differ_in_all_their_columns(shop: Dataset) -> None:
    new, found, _ = apply(shop, "DELETE FROM orders; UPDATE customers SET id = id + 1")
    old = shop["customers"]
    assert new["customers"]["id"].to_list() == [number + 1 for number in old["id"]]
    table = found.tables["customers"]
    assert (table.added, table.removed, table.changed) == (1, 1, old.height - 1)
    assert table.columns["email"] == old.height - 1


def test_a_computed_column_that_reads_no_other_is_computed_for_new_rows_too(store: Store) -> None:
    ddl = "CREATE TABLE t (id integer PRIMARY KEY, one integer GENERATED ALWAYS AS (1 + 0) STORED)"
    dataset = generate(draft_plan(parse_ddl(ddl, dialect="postgres"), rows={"t": 3}), store, name="t")
    new, _, _ = apply(dataset, "INSERT INTO t (id) VALUES (70)")
    assert new["t"]["one"].to_list() == [1, 1, 1, 1]
