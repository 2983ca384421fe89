"""Why an edit is refused, in words that a person would use, with the rows that stand against it."""

from __future__ import annotations

import pytest

from synthgen_nb import draft_plan, generate, parse_ddl, propose
from synthgen_nb.errors import RefusedEdit
from synthgen_nb.store import Dataset, Store

DDL = """
CREATE TABLE customers (id integer PRIMARY KEY, email varchar(30) NOT NULL UNIQUE, age integer CHECK (age > 17),
  "Email" varchar(60));
CREATE UNIQUE INDEX ON customers (lower("Email"));
CREATE TABLE orders (id integer PRIMARY KEY, customer_id integer NOT NULL REFERENCES customers (id));
"""


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    store = Store(tmp_path_factory.mktemp("made"))
    return generate(draft_plan(parse_ddl(DDL, dialect="postgres"), rows=40, seed=3), store, "shop")


def test_a_check_shows_its_rows_with_their_keys(shop: Dataset) -> None:
    with propose(shop, "UPDATE customers SET age = id - 100 WHERE id IN (3, 4)") as proposal:
        (problem,) = proposal.explained
    assert problem.words == "CHECK (age > 17) would not hold in 2 rows"
    assert problem.columns == ("id", "age")
    assert problem.rows == (("3", "-97"), ("4", "-96"))


def test_of_rows_with_one_key_all_are_shown(shop: Dataset) -> None:
    with propose(shop, "UPDATE customers SET email = 'a@b.c' WHERE id < 4") as proposal:
        (problem,) = proposal.explained
    assert problem.words == "email of 2 rows would be another row's too (UNIQUE (email))"
    assert problem.rows == (("1", "a@b.c"), ("2", "a@b.c"), ("3", "a@b.c"))


def test_children_without_a_parent_are_shown(shop: Dataset) -> None:
    with propose(shop, "DELETE FROM customers WHERE id IN (SELECT customer_id FROM orders WHERE id = 7)") as proposal:
        (problem,) = proposal.explained
        with pytest.raises(RefusedEdit, match=r"orders: 1 rows? of orders would point to nothing") as refused:
            proposal.apply()
    assert "--cascade" in refused.value.hint
    assert problem.columns == ("id", "customer_id")
    assert "7" in {row[0] for row in problem.rows}


def test_lengths_and_expressions_are_told_too(shop: Dataset) -> None:
    with propose(shop, f"UPDATE customers SET email = '{'x' * 40}' || id WHERE id < 3") as proposal:
        (problem,) = proposal.explained
        assert problem.words == "email of 2 rows is too long (email varchar(30))"
        assert [row[0] for row in problem.rows] == ["1", "2"]
    with propose(shop, """UPDATE customers SET "Email" = 'Ab' || id % 2 WHERE id < 4""") as proposal:
        (problem,) = proposal.explained
        assert problem.words.startswith("the key of 1 row would be another row's too (UNIQUE (lower(")
        assert problem.rows == ()
