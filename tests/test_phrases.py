"""Texts by grammars: different, whole, as long as the column allows, and in the context of their row."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

import numpy as np
import pytest

import synthgen_nb as sg
from synthgen_nb.drafting.domains import Domain
from synthgen_nb.drafting.words.phrases import GRAMMARS, SHORTEST, phrase_of
from synthgen_nb.errors import PlanError
from synthgen_nb.rows import permute
from synthgen_nb.schema import Kind
from synthgen_nb.specs import Phrase
from synthgen_nb.specs.phrases import grammar

from .worlds import drawn

ROWS = 100_000
USED = sorted({one for many in GRAMMARS.values() for one in many})
MOODS = [f"review_{part}{mood}" for part in ("", "title_") for mood in ("low", "middle", "high")]


def texts(name: str, count: int, longest: int = 0) -> list[str]:
    """As many texts of a grammar, spread over all that it has."""
    made = grammar(name, longest)
    index = permute(np.arange(min(count, made.size), dtype=np.uint64), made.size, 7)
    return [str(text) for text in made.text(index).to_pylist()]


def rows_of(ddl: str, rows: int) -> dict[str, list[Any]]:
    """The columns of the last table."""
    plan = sg.draft_plan(sg.parse_ddl(ddl, dialect="postgres"), rows=rows)
    table = list(plan.tables)[-1]
    return {name: column.to_pylist() for name, column in _columns(plan, table).items()}


def _columns(plan: sg.Plan, table: str) -> dict[str, Any]:
    found = drawn(plan, [(0, plan.tables[table].rows)], table)
    return {name: found.column(name) for name in found.column_names}


@pytest.mark.parametrize("name", [*USED, *MOODS])
def test_no_two_indices_of_a_grammar_give_one_text(name: str) -> None:
    found = texts(name, 20_000)
    assert len({text.casefold() for text in found}) == len(found)
    assert min(map(len, found)) >= SHORTEST
    assert max(map(len, found)) <= grammar(name).longest


def test_a_window_of_many_rows_has_the_texts_that_few_rows_have() -> None:
    made = grammar("comment_line", 79)
    index = permute(np.arange(3 * made.size, dtype=np.uint64), 3 * made.size, 7) % np.uint64(made.size)
    few = [made.text(part) for part in np.array_split(index, 40)]
    assert made.text(index).to_pylist() == [text for texts in few for text in texts.to_pylist()]


@pytest.mark.parametrize("name", [*USED, *MOODS])
def test_a_text_is_whole_and_says_no_word_twice_in_a_row(name: str) -> None:
    for text in texts(name, 2_000):
        assert not re.search(r"[{}]|  |\b(\w+) \1\b", text), text
        assert text == text.strip()


@pytest.mark.parametrize("longest", [20, 40, 60, 100, 160])
def test_a_text_that_fits_is_whole_too(longest: int) -> None:
    for name in ("review_high_first", "product_description", "article_text"):
        try:
            found = texts(name, 1_000, longest)
        except PlanError:
            assert longest < 200  # no text of three sentences is so short
            continue
        assert max(map(len, found)) <= longest
        assert all(text.endswith((".", "!", "?")) for text in found)


MANY = ("review_high", "product_description", "film_text", "ticket_text", "log_text", "comment_text", "note_text")


@pytest.mark.parametrize("name", [*MANY, "post_text", "general_text", "message_text", "article_text"])
def test_a_hundred_thousand_texts_are_nearly_all_different(name: str) -> None:
    assert len(set(texts(name, ROWS))) >= 0.99 * ROWS


def test_a_table_of_reviews_repeats_few_texts_and_they_agree_with_their_rating() -> None:
    rating = "rating smallint NOT NULL CHECK (rating BETWEEN 1 AND 5)"
    found = rows_of(f"CREATE TABLE reviews (id integer PRIMARY KEY, {rating}, body text NOT NULL)", ROWS)
    assert len(set(found["body"])) >= 0.95 * ROWS
    praise = ("Absolutely", "Highly recommended", "Worth every cent")
    blame = ("I regret", "Save your money", "One star,")
    for stars, body in zip(found["rating"], found["body"], strict=True):
        if stars >= 4:
            assert not any(word in body for word in blame)
        if stars <= 2:
            assert not any(word in body for word in praise)
    assert any(word in body for word in praise for body in found["body"])


@pytest.mark.parametrize(
    "ddl,column",
    [
        ("CREATE TABLE films (id integer PRIMARY KEY, title varchar(100) NOT NULL)", "title"),
        ("CREATE TABLE films (id integer PRIMARY KEY, description text NOT NULL)", "description"),
        ("CREATE TABLE tickets (id integer PRIMARY KEY, subject varchar(200) NOT NULL)", "subject"),
        ("CREATE TABLE warehouses (id integer PRIMARY KEY, name varchar(60) NOT NULL)", "name"),
        ("CREATE TABLE projects (id integer PRIMARY KEY, name varchar(60) NOT NULL UNIQUE)", "name"),
        ("CREATE TABLE reviews (id integer PRIMARY KEY, body text NOT NULL)", "body"),
    ],
)
def test_no_text_is_repeated_in_a_small_table(ddl: str, column: str) -> None:
    found = rows_of(ddl, 200)[column]
    assert len(set(found)) == 200


def test_a_description_names_its_product() -> None:
    ddl = "CREATE TABLE products (id integer PRIMARY KEY, name varchar(80) NOT NULL, description text NOT NULL)"
    found = rows_of(ddl, 1_000)
    assert all(name in text for name, text in zip(found["name"], found["description"], strict=True))


def test_a_review_of_an_employee_tells_of_work_and_not_of_a_parcel() -> None:
    ddl = "CREATE TABLE reviews (id integer, employee_id integer, rating smallint NOT NULL, comments text NOT NULL)"
    found = rows_of(ddl, 500)
    assert not any(re.search("packaging|arrived|refund|texture", text) for text in found["comments"])


def test_a_short_title_beside_a_first_name_is_how_a_person_is_addressed() -> None:
    found = rows_of("CREATE TABLE staff (id integer, first_name varchar(40), title varchar(5) NOT NULL)", 300)
    assert set(found["title"]) <= {"Mr", "Ms", "Mrs", "Dr", "Mx", "Mr.", "Ms.", "Mrs.", "Dr.", "Miss", "Prof"}


def test_a_log_line_begins_with_its_component() -> None:
    ddl = "CREATE TABLE app_logs (id integer PRIMARY KEY, component varchar(20) NOT NULL, message text NOT NULL)"
    found = rows_of(ddl, 1_000)
    assert all(component in text for component, text in zip(found["component"], found["message"], strict=True))


def test_kinds_in_a_table_of_their_own_come_each_once_before_any_gets_a_number() -> None:
    found = rows_of(
        "CREATE TABLE film (id integer); CREATE TABLE category (id integer PRIMARY KEY, name varchar(25) NOT NULL)", 16
    )
    assert len(set(found["name"])) == 16
    assert "Comedy" in found["name"]
    languages = rows_of("CREATE TABLE language (id integer PRIMARY KEY, name char(20) NOT NULL)", 200)["name"]
    assert len(set(languages)) == 200
    assert Counter(re.sub(r" \(\d+\)$", "", name) for name in languages)["English"] == 3


def test_a_column_that_is_too_short_for_a_grammar_has_another_one_or_none() -> None:
    whole, short = (phrase_of("text.ticket", "free_text", Domain(kind=Kind.TEXT, longest=n)) for n in (400, 90))
    assert isinstance(whole, Phrase)
    assert isinstance(short, Phrase)
    assert (whole.grammars, short.grammars) == (("ticket_text",), ("ticket_title",))
    assert phrase_of("text.ticket", "free_text", Domain(kind=Kind.TEXT, longest=5)) is None
