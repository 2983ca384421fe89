"""The words that columns of a known kind hold: fitting their table, their length, their DEFAULT and their CHECKs."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

import synthgen_nb as sg
from synthgen_nb.drafting.meaning import Meaning, vocabulary
from synthgen_nb.drafting.meaning.names import lines_of
from synthgen_nb.drafting.words.vocabularies import words_of_meaning
from synthgen_nb.draws.recipes import meant
from synthgen_nb.plan import Plan
from synthgen_nb.schema import Column, Table
from synthgen_nb.specs.pools import fields

from .worlds import drawn

TEMPLATES = Path(sg.__file__).parent / "templates"
PRODUCTS = ("Fashion", "Watches", "Footwear", "Groceries")


def values(column: str, table: str = "t", rows: int = 2_000) -> Counter[str]:
    """What a column of a table is filled with, and how often; NULLs left out."""
    ddl = f"CREATE TABLE {table} (id integer PRIMARY KEY, {column})"
    plan = sg.draft_plan(sg.parse_ddl(ddl, dialect="postgres"), rows=rows)
    key = next(iter(plan.tables))
    found = drawn(plan, [(0, plan.tables[key].rows)], key)[column.split()[0]].to_pylist()
    return Counter(value for value in found if value is not None)


def test_every_vocabulary_belongs_to_a_meaning_and_names_two_words_or_more() -> None:
    for meaning, _ in lines_of("vocabularies.tsv")[1:]:
        assert meaning in vocabulary()
        words = words_of_meaning(Meaning(meaning, vocabulary()[meaning], "", 1.0))
        assert len(words) >= 2, meaning
        assert len({word.casefold() for word in words}) == len(words)
        assert all(word == word.strip() and word.isascii() and weight > 0 for word, weight in words.items())


@pytest.mark.parametrize(
    "table,column,word",
    [
        ("orders", "status varchar(20)", "shipped"),
        ("tickets", "status varchar(20)", "in_progress"),
        ("payments", "status varchar(20)", "refunded"),
        ("films", "genre varchar(30)", "Comedy"),
        ("app_logs", "level varchar(10)", "INFO"),
        ("rooms", "room_type varchar(20)", "Double"),
        ("patients", "blood_type varchar(3)", "O+"),
        ("orders", "payment_method varchar(30)", "Credit Card"),
    ],
)
def test_a_column_holds_the_words_of_its_table(table: str, column: str, word: str) -> None:
    assert word in values(column, table)


def test_a_default_gives_the_words_their_case_and_is_the_commonest() -> None:
    found = values("priority varchar(20) DEFAULT 'LOW'", "tickets")
    assert found.most_common(1)[0][0] == "LOW"
    assert {"HIGH", "MEDIUM"} <= set(found)


def test_a_default_of_a_status_gives_the_case_alone_for_rows_have_come_further_since() -> None:
    """With an ENUM or a CHECK it always was so; now that any status goes by the life line, it is here too."""
    found = values("status varchar(20) DEFAULT 'NEW'", "orders")
    assert {"NEW", "SHIPPED", "PAID"} <= set(found)
    assert found.most_common(1)[0][0] == "DELIVERED"


def test_a_check_that_names_the_values_is_the_last_word() -> None:
    assert set(values("status varchar(9) CHECK (status IN ('a', 'b'))", "orders")) == {"a", "b"}


def test_words_that_are_too_long_are_left_out_and_none_is_cut() -> None:
    assert set(values("status varchar(6)", "orders")) == {"paid", "new"}


def test_a_column_of_one_letter_holds_the_first_letters() -> None:
    assert set(values("marital_status char(1)", "customers")) <= {"M", "S", "D", "W"}


@pytest.mark.parametrize("column", ["person_source_value varchar(50)", "modifier varchar(20)", "xq7_code varchar(12)"])
def test_what_is_unknown_is_an_opaque_code_and_never_a_word(column: str) -> None:
    found = values(column, "persons")
    assert not set(PRODUCTS) & set(found)
    assert all(re.search(r"\d", value) for value in found)


def test_a_kind_that_nobody_knows_is_one_of_a_few_codes() -> None:
    assert set(values("zork_kind varchar(20)", "zorks")) == {"A", "B", "C", "D", "E"}


@pytest.mark.parametrize(
    "column,form",
    [
        ("md5 char(32)", r"[0-9a-f]{32}"),
        ("commit_sha varchar(40)", r"[0-9a-f]{40}"),
        ("file_hash varchar(64)", r"[0-9a-f]{64}"),
        ("password_hash varchar(100)", r"\$2b\$12\$[0-9A-Za-z]{53}"),
        ("invoice_number varchar(20)", r"INV-\d{8}"),
        ("license_plate varchar(10)", r"[A-Z]{3}-\d{4}"),
    ],
)
def test_a_code_has_the_form_that_its_name_and_its_length_say(column: str, form: str) -> None:
    assert all(re.fullmatch(form, value) for value in values(column, rows=300))


def test_names_that_must_differ_are_the_known_ones_before_any_gets_a_number() -> None:
    found = values("name varchar(40) UNIQUE NOT NULL", "genres", rows=20)
    assert len(found) == 20
    assert {"Drama", "Comedy", "Action"} <= set(found)
    assert not any("(" in name for name in found)


def test_every_meaning_can_be_named_in_an_edit() -> None:
    columns = "a varchar(200), b numeric(12,2), c timestamp, d boolean, e jsonb, f integer, g date, h text, i interval"
    plan = sg.draft_plan(sg.parse_ddl(f"CREATE TABLE t (id integer, {columns})", dialect="postgres"), rows=10)
    table = plan.schema.tables["t"]
    for name in vocabulary():
        assert any(_drawable(plan, table, column, name) for column in table.columns[1:]), name


def _drawable(plan: Plan, table: Table, column: Column, meaning: str) -> bool:
    try:
        meant(plan, table, column, meaning, "", 10)
    except sg.InputError:
        return False
    return True


@pytest.mark.parametrize(
    "table, column, word",
    [
        ("posts", "tags text[]", "travel"),
        ("people", "skills text[]", "SQL"),
        ("patients", "allergies varchar(40)[]", "Pollen"),
        ("films", "special_features text[]", "Trailers"),
        ("users", "roles text[]", "Admin"),
    ],
)
def test_the_elements_of_a_list_are_what_its_name_says_in_the_singular_and_differ(
    table: str, column: str, word: str
) -> None:
    ddl = f"CREATE TABLE {table} (id integer PRIMARY KEY, {column})"
    plan = sg.draft_plan(sg.parse_ddl(ddl, dialect="postgres"), rows=2_000)
    lists = [each for each in drawn(plan, [(0, 2_000)], table)[column.split()[0]].to_pylist() if each is not None]
    assert any(word in each for each in lists)
    assert all(len(set(each)) == len(each) for each in lists)
    assert {len(each) for each in lists} == {1, 2, 3, 4}
    assert len({tuple(each) for each in lists}) > 10


@pytest.mark.parametrize(
    "column, form",
    [
        ("created_at varchar(25)", r"20\d\d-\d\d-\d\d \d\d:\d\d:\d\d"),
        ("order_date varchar(10)", r"20\d\d-\d\d-\d\d"),
        ("valid_from char(8)", r"20\d{6}"),
        ("birth_date text", r"(19|20)\d\d-\d\d-\d\d"),
    ],
)
def test_a_date_that_is_kept_as_text_is_a_date(column: str, form: str) -> None:
    found = values(column)
    assert len(found) > 300
    assert all(re.fullmatch(form, one) for one in found)


@pytest.mark.parametrize("table, word", [("categories", "Kitchen"), ("departments", "Sales")])
def test_what_lies_below_a_row_of_a_tree_is_called_after_it(table: str, word: str) -> None:
    ddl = f"CREATE TABLE {table} (id int PRIMARY KEY, parent_id int REFERENCES {table} (id), name varchar(60) NOT NULL)"
    rows = drawn(sg.draft_plan(sg.parse_ddl(ddl, dialect="postgres"), rows=300), [(0, 128), (128, 300)], table)
    names = dict(zip(rows["id"].to_pylist(), rows["name"].to_pylist(), strict=True))
    above = dict(zip(rows["id"].to_pylist(), rows["parent_id"].to_pylist(), strict=True))
    assert all(name.startswith(f"{names[above[key]]} ") for key, name in names.items() if above[key] is not None)
    assert len(set(names.values())) == 300
    assert word in names.values()


def test_products_below_a_category_are_of_what_stands_at_the_top_of_its_tree() -> None:
    plan = sg.draft_plan(sg.parse_ddl((TEMPLATES / "shop.sql").read_text()), rows=400)
    categories = drawn(plan, [(0, 400)], "categories")
    named = dict(zip(categories["id"].to_pylist(), categories["name"].to_pylist(), strict=True))
    lines = drawn(plan, [(0, 400)], "order_lines")
    beds = [
        product
        for key, product in zip(lines["category_id"].to_pylist(), lines["product"].to_pylist(), strict=True)
        if key is not None and named[key].startswith("Bedding ")
    ]
    assert len(beds) > 10
    kinds, of = (found.values.to_pylist() for found in fields("product_name")[:2])
    bedding = [kind for kind, category in zip(kinds, of, strict=True) if category == "Bedding"]
    assert all(product.endswith(tuple(bedding)) for product in beds)


@pytest.mark.parametrize(
    "columns",
    [
        "code char(2) PRIMARY KEY, name varchar(40) NOT NULL",
        "id int PRIMARY KEY, code varchar(5) NOT NULL UNIQUE, name varchar(60) NOT NULL UNIQUE",
        "id int PRIMARY KEY, language_code varchar(8) NOT NULL, language_name text NOT NULL",
    ],
)
def test_code_and_name_of_a_language_are_one_language_s(columns: str) -> None:
    plan = sg.draft_plan(sg.parse_ddl(f"CREATE TABLE languages ({columns})", dialect="postgres"), rows=60)
    table = drawn(plan, [(0, 60)], "languages")
    code, name = (next(c for c in table.column_names if c.endswith(end)) for end in ("code", "name"))
    pairs = set(zip(table[name].to_pylist(), table[code].to_pylist(), strict=True))
    known = zip(*(field.values.to_pylist() for field in fields("language")), strict=True)
    assert pairs <= set(known)
    assert len(pairs) == 60 or "language" in code
