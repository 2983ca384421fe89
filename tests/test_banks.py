"""Banks in plans: what was written for columns comes out of the engine, each constraint holding, and no model near."""

from __future__ import annotations

import random
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence

import pytest
from msgspec.structs import replace

import synthgen_nb as sg
from synthgen_nb.generation import Chunk, Engine, generate_chunk
from synthgen_nb.plan import plan_from_json
from synthgen_nb.wishes import Nulls, Value, Wish, Written

from .datasets import saved
from .engines import load, made
from .random_banks import banks_for
from .random_schemas import kinds_of, random_schema
from .sketches import Name

SHOP = """
CREATE TABLE maker (id integer PRIMARY KEY, code char(3) NOT NULL UNIQUE CHECK (code ~ '^[A-Z]{3}$'));
CREATE TABLE product (
    id integer PRIMARY KEY,
    maker integer NOT NULL REFERENCES maker,
    name varchar(24) NOT NULL,
    category text NOT NULL,
    price numeric(8, 2) CHECK (price > 0),
    cost numeric(8, 2),
    note text,
    born date,
    died date,
    CHECK (cost <= price),
    CHECK (born < died)
);
CREATE TABLE plate (id integer PRIMARY KEY, label varchar(20) NOT NULL UNIQUE, colour text NOT NULL);
CREATE TABLE part (product integer REFERENCES product, name varchar(30) NOT NULL, PRIMARY KEY (product, name));
"""
BIKES: tuple[tuple[Value | None, ...], ...] = tuple(
    (f"{kind} {number:02}", kind, 100 + number, 90.5 + number) for number in range(20) for kind in ("city", "trail")
)
BANK = Written(table="product", columns=("name", "category", "price", "cost"), prompt="", values=BIKES)


@pytest.fixture(scope="module")
def shop() -> sg.Schema:
    return sg.parse_ddl(SHOP, dialect="postgres")


def rows_of(plan: sg.Plan, table: str, columns: Sequence[str]) -> list[tuple[object, ...]]:
    batch = generate_chunk(Engine(plan), Chunk(table, 0, plan.tables[table].rows))
    return list(zip(*(batch.column(name).to_pylist() for name in columns), strict=True))


def texts(table: str, column: str, *values: Value) -> Written:
    return Written(table=table, columns=(column,), prompt="", values=tuple((value,) for value in values))


def untold(plan: sg.Plan) -> list[str]:
    return [finding.text for finding in plan.not_done]


def test_rows_of_a_bank_stay_together(shop: sg.Schema) -> None:
    plan = sg.draft_plan(shop, 1000, wishes=(BANK,))
    found = rows_of(plan, "product", ("name", "category", "price", "cost"))
    known = {(name, kind): (price, cost) for name, kind, price, cost in BIKES}
    for name, kind, price, cost in found:
        assert (price, cost) in {(p, c) for p in (None, known[name, kind][0]) for c in (None, known[name, kind][1])}
    assert set(Counter(name for name, *_ in found)) == {name for name, *_ in BIKES}
    assert untold(plan) == []


@pytest.mark.parametrize("rows", [40, 25, 1])
def test_a_bank_of_as_many_rows_as_the_table_is_the_table(shop: sg.Schema, rows: int) -> None:
    plan = sg.draft_plan(shop, rows, wishes=(BANK,))
    found = rows_of(plan, "product", ("name", "category", "price", "cost"))
    assert len(set(found)) == rows
    assert {(*row[:2], *map(float, row[2:])) for row in found} <= set(BIKES)
    if rows == len(BIKES):
        assert [row[0] for row in found] != [row[0] for row in BIKES]


def test_one_column_of_as_many_values_as_rows_has_each_once(shop: sg.Schema) -> None:
    plan = sg.draft_plan(shop, 30, wishes=(texts("product", "note", *(f"note {n}" for n in range(30))),))
    assert sorted(rows_of(plan, "product", ("note",))) == sorted((f"note {n}",) for n in range(30))


def test_a_wish_for_nulls_counts_beside_a_bank(shop: sg.Schema) -> None:
    wishes: tuple[Wish, ...] = (texts("product", "note", "a", "b"), Nulls(table="product", column="note", percent=50))
    found = Counter(rows_of(sg.draft_plan(shop, 2000, wishes=wishes), "product", ("note",)))
    assert set(found) == {("a",), ("b",), (None,)}
    assert 900 < found[None,] < 1100


def test_a_unique_column_has_the_bank_first_then_numbered_copies_and_the_others_follow_it(shop: sg.Schema) -> None:
    rows = (("oak", "brown"), ("elm", "green"), ("ash", "grey"), ("Oak", "red"), ("fir (2)", "blue"))
    bank = Written(table="plate", columns=("label", "colour"), prompt="", values=rows)
    found = rows_of(sg.draft_plan(shop, 9, wishes=(bank,)), "plate", ("label", "colour"))
    assert sorted(found) == sorted((name + copy, colour) for name, colour in rows[:3] for copy in ("", " (2)", " (3)"))
    plan = sg.draft_plan(shop, 4, wishes=(bank,))
    assert sorted(rows_of(plan, "plate", ("label", "colour"))) == sorted((*rows[:3], rows[4]))
    assert untold(plan) == ["1 of the 5 rows written are left out, mostly for one reason: a value of a UNIQUE twice"]


def test_two_banks_for_one_column_do_not_mix(shop: sg.Schema) -> None:
    first = Written(table="plate", columns=("label", "colour"), prompt="", values=(("oak", "brown"), ("elm", "green")))
    second = Written(table="plate", columns=("colour", "label"), prompt="", values=(("red", "fir"), ("blue", "yew")))
    found = set(rows_of(sg.draft_plan(shop, 2, wishes=(first, second)), "plate", ("label", "colour")))
    assert found == {("oak", "brown"), ("elm", "green")}


def test_where_no_number_fits_codes_follow_the_bank(shop: sg.Schema) -> None:
    schema = sg.parse_ddl("CREATE TABLE t (id integer PRIMARY KEY, x varchar(6) NOT NULL UNIQUE)", dialect="postgres")
    found = rows_of(sg.draft_plan(schema, 500, wishes=(texts("t", "x", "maple", "linden", "yew (2)"),)), "t", ("x",))
    assert len(set(found)) == 500
    assert {("maple",), ("linden",)} <= set(found)


def test_a_form_that_a_unique_fills_anyway_keeps_its_codes(shop: sg.Schema) -> None:
    plan = sg.draft_plan(shop, 100, wishes=(texts("maker", "code", "ABC", "abd", "XYZ"),))
    assert len(set(rows_of(plan, "maker", ("code",)))) == 100
    few = sg.draft_plan(shop, {"maker": 2, "*": 5}, wishes=(texts("maker", "code", "ABC", "abd", "XYZ"),))
    assert set(rows_of(few, "maker", ("code",))) == {("ABC",), ("XYZ",)}


def test_a_bank_is_unique_among_the_children_of_each_parent(shop: sg.Schema) -> None:
    plan = sg.draft_plan(shop, {"part": 3000, "*": 200}, wishes=(texts("part", "name", *"abcdefghijklmnopqrst"),))
    found = rows_of(plan, "part", ("product", "name"))
    assert len(set(found)) == 3000
    assert {str(name)[0] for _, name in found} == set("abcdefghijklmnopqrst")


@pytest.mark.parametrize(
    "wish, why",
    [
        (texts("product", "price", "cheap"), "1 of the 1 rows|not of the type of price"),
        (texts("product", "name", "x" * 25, "ok"), "1 of the 2 rows|outside of what name may hold"),
        (texts("product", "name", "a\x00b", "ok"), "1 of the 2 rows|not of the type of name"),
        (texts("product", "name", "a\u200bb", "ok"), "1 of the 2 rows|a hidden character in name"),
        (replace(BANK, values=(*BIKES, ("x", "y", 5, 6))), "1 of the 41 rows|breaks a CHECK"),
        (replace(BANK, values=(*BIKES, ("x", None, 6, 5))), "1 of the 41 rows|no value for category"),
        (texts("product", "maker", 1), "maker points to another table"),
        (replace(BANK, values=()), "no values are written yet"),
        (replace(BANK, columns=("name", "shade")), "product has no column shade"),
        (replace(BANK, columns=("note", "born"), values=(("a", "2020-01-01"),)), "note, born: drawn apart from"),
        (texts("product", "id", 7, 8, 9), "what was written for id has no place"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_left_out_and_told(shop: sg.Schema, wish: Wish, why: str) -> None:
    plan = sg.draft_plan(shop, 100, wishes=(wish,))
    (told,) = untold(plan)
    assert all(part in told for part in why.split("|"))
    assert sg.check(plan).broken == ()


def test_a_check_over_other_columns_holds_whatever_was_written(tmp_path_factory: pytest.TempPathFactory) -> None:
    ddl = (
        "CREATE TABLE t (id integer PRIMARY KEY, kind text, size integer, CHECK (length(kind) * 2 <= size OR size = 3))"
    )
    schema = sg.parse_ddl(ddl, dialect="duckdb")
    plan = sg.draft_plan(schema, 500, wishes=(texts("t", "kind", "w" * 60_000, "small"),))
    assert load(ddl, plan, "duckdb")["t"].num_rows == 500


def test_no_bank_changes_the_values_of_another_column(shop: sg.Schema) -> None:
    plain, written = sg.draft_plan(shop, 200), sg.draft_plan(shop, 200, wishes=(texts("product", "note", "a", "b"),))
    others = ("id", "maker", "name", "category", "price", "cost", "born", "died")
    assert rows_of(plain, "product", others) == rows_of(written, "product", others)


def test_a_plan_carries_its_banks_into_any_process(shop: sg.Schema) -> None:
    plan = sg.draft_plan(shop, 60, wishes=(BANK, texts("plate", "label", "oak", "elm")))
    again = plan_from_json(plan.to_json())
    assert again == plan
    code = (
        "import sys; from synthgen_nb.plan import plan_from_json; from tests.test_banks import rows_of\n"
        "plan = plan_from_json(sys.stdin.read()); print(rows_of(plan, 'product', ('name', 'price')))\n"
        "assert 'torch' not in sys.modules"
    )
    told = subprocess.run(
        [sys.executable, "-c", code], input=plan.to_json(), capture_output=True, text=True, check=True
    )
    assert told.stdout.strip() == str(rows_of(plan, "product", ("name", "price")))


def test_rows_do_not_depend_on_how_they_are_cut(shop: sg.Schema) -> None:
    engine = Engine(sg.draft_plan(shop, 1000, wishes=(BANK,)))
    whole = generate_chunk(engine, Chunk("product", 0, 1000)).to_pylist()
    assert [row for at in range(0, 1000, 130) for row in
            generate_chunk(engine, Chunk("product", at, min(1000, at + 130))).to_pylist()] == whole  # fmt: skip


@pytest.mark.parametrize("engine", ["duckdb", "sqlite", "postgres", "mariadb"])
def test_no_bank_breaks_a_constraint_of_a_random_schema(engine: Name, tmp_path_factory: pytest.TempPathFactory) -> None:
    written = 0
    for seed in range(15):
        schema = random_schema(engine, random.Random(seed).sample(kinds_of(engine), 1 + seed % 6), seed)
        parsed = sg.parse_ddl(schema.ddl, dialect=engine)
        before = sg.draft_plan(parsed, 60)
        if sg.check(before).broken:
            continue
        banks = banks_for(parsed, seed)
        plan = sg.draft_plan(parsed, 60, wishes=banks)
        assert sg.check(plan).broken == (), (schema, banks)
        assert all(plan.tables[key].rows >= table.rows for key, table in before.tables.items())
        tables = load(schema.ddl, plan, engine) if engine in ("duckdb", "sqlite") else made(plan)
        store = sg.Store(tmp_path_factory.mktemp("random"))
        assert sg.validate(saved(store, parsed, tables)).broken == (), (schema, banks)
        written += sum(plan.tables[key].columns != table.columns for key, table in before.tables.items())
    assert written > 3
