"""People: everything that a row says of a person is that person's, and no two persons share an address."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

import numpy as np
import polars as pl
import pyarrow as pa
import pytest

import synthgen_nb as sg
from synthgen_nb.generation import Engine
from synthgen_nb.plan import ColumnPlan
from synthgen_nb.rows import Rows
from synthgen_nb.specs import Person
from synthgen_nb.specs.folk import FOLK, Folk
from synthgen_nb.specs.latin import fold
from synthgen_nb.specs.logins import PATTERNS
from synthgen_nb.specs.people import names, namesakes

from .engines import made

ROWS = 100_000
DDL = """
CREATE TABLE employee (
    id int PRIMARY KEY, salutation varchar(5) NOT NULL, first_name text NOT NULL, middle_name text NOT NULL,
    last_name text NOT NULL, gender varchar(10) NOT NULL CHECK (gender IN ('male', 'female', 'other')),
    email varchar(80) NOT NULL UNIQUE, username text NOT NULL UNIQUE
);
CREATE TABLE contact (
    id int PRIMARY KEY, name text NOT NULL, company varchar(60), email varchar(90) NOT NULL
);
CREATE TABLE parcel (
    id int PRIMARY KEY, sender_name text NOT NULL, sender_email text NOT NULL UNIQUE, recipient_name text NOT NULL,
    recipient_email text NOT NULL
);
CREATE TABLE mailbox (id int PRIMARY KEY, email varchar(20) NOT NULL UNIQUE);
CREATE TABLE narrow (
    id int PRIMARY KEY, contact_name varchar(30) NOT NULL, username varchar(16) NOT NULL UNIQUE,
    email varchar(40) NOT NULL
);
CREATE TABLE member (id int PRIMARY KEY, full_name varchar(12) NOT NULL, email varchar(50) NOT NULL UNIQUE);
CREATE TABLE guest (id int PRIMARY KEY, full_name varchar(20) NOT NULL UNIQUE);
"""


def plan_of(table: str) -> Mapping[str, ColumnPlan]:
    return sg.draft_plan(sg.parse_ddl(DDL, dialect="postgres"), ROWS).tables[table].columns


@cache
def frames() -> dict[str, pl.DataFrame]:
    plan = sg.draft_plan(sg.parse_ddl(DDL, dialect="postgres"), ROWS)
    assert sg.check(plan).broken == ()
    return {name: pl.DataFrame(table) for name, table in made(plan).items()}


def carries(login: str, first: str, last: str) -> bool:
    """Both names, or one of them and the other's first letter."""
    given, family, letters = fold(first), fold(last), re.sub(r"[^a-z]", "", login)
    return letters in (given + family, family + given, given[0] + family, family + given[0], given + family[0])


def test_every_address_is_made_of_its_person_s_name() -> None:
    frame = frames()["employee"]
    assert frame["email"].n_unique() == frame["username"].n_unique() == ROWS
    rows = frame.select("first_name", "last_name", "email", "username").iter_rows()
    assert all(carries(e.split("@")[0], f, n) and carries(u, f, n) for f, n, e, u in rows)


def test_addresses_have_eight_patterns_and_none_is_too_common() -> None:
    frame = frames()["employee"]

    def shape(login: str, first: str, last: str) -> str:
        given, family = fold(first), fold(last)
        bare = re.sub(r"\d+$", "", login)
        return bare.replace(given, "F").replace(family, "L").replace(given[0], "f").replace(family[0], "l")

    rows = frame.select("email", "first_name", "last_name").head(20_000).iter_rows()
    shapes = pl.Series([shape(e.split("@")[0], f, n) for e, f, n in rows]).value_counts(sort=True)
    common = shapes.filter(pl.col("count") > 400)
    assert common.height >= 8
    assert common["count"][0] < 0.4 * 20_000


def test_gender_title_and_middle_name_agree_with_the_first_name() -> None:
    frame = frames()["employee"]
    first, _, female = names(FOLK)
    women = {name for name, hers in zip(first.to_pylist(), female, strict=True) if hers}
    men = {name for name, hers in zip(first.to_pylist(), female, strict=True) if not hers}
    assert set(frame["gender"]) == {"female", "male"}
    for gender, own, title in (("female", women, "Ms."), ("male", men, "Mr.")):
        there = frame.filter(pl.col("gender") == gender)
        assert set(there["first_name"]) <= own
        assert set(there["middle_name"]) <= own
        assert set(there["salutation"]) == {title}
    assert (frame["middle_name"] != frame["first_name"]).all()


def test_a_title_of_courtesy_and_a_middle_initial_are_the_person_s() -> None:
    ddl = """CREATE TABLE employee (
        fname text NOT NULL, minit char(1) NOT NULL, lname text NOT NULL, "TitleOfCourtesy" varchar(25) NOT NULL
    )"""
    frame = pl.DataFrame(made(sg.draft_plan(sg.parse_ddl(ddl, dialect="postgres"), 3_000))["employee"])
    first, _, female = names(FOLK)
    known = {(name, "Ms." if hers else "Mr.") for name, hers in zip(first.to_pylist(), female.tolist(), strict=True)}
    assert set(frame.select("fname", "TitleOfCourtesy").iter_rows()) <= known
    assert frame["minit"].str.contains(r"^\p{Lu}$").all()
    assert (frame["minit"] == frame["fname"].str.slice(0, 1)).mean() < 0.3  # type: ignore[operator]


def test_sender_and_recipient_are_two_persons() -> None:
    frame = frames()["parcel"]
    assert (frame["sender_name"] != frame["recipient_name"]).mean() > 0.99  # type: ignore[operator]
    for role in ("sender", "recipient"):
        rows = frame.select(f"{role}_name", f"{role}_email").head(20_000).iter_rows()
        assert all(carries(e.split("@")[0], n.split(" ")[0], n.split(" ")[-1]) for n, e in rows)


def test_colleagues_have_their_company_s_domain() -> None:
    """As many of its words as there is room for."""
    frame = frames()["contact"]
    host = frame["email"].str.split("@").list.last()
    assert set(host.filter(frame["company"].is_null())) == {"example.com", "example.org", "example.net"}
    there = frame["company"].is_not_null()
    whole = frame["company"].str.to_lowercase().str.replace_all("[^a-z0-9]+", "-").str.strip_chars("-").filter(there)
    kept = host.filter(there).str.strip_suffix(".example")
    assert kept.str.len_chars().max() == 24
    for name, slug in set(zip(whole.to_list(), kept.to_list(), strict=True)):
        assert name == slug or (len(name) > 24 and name.startswith(f"{slug}-"))


def test_an_address_that_is_sent_to_belongs_to_the_only_person_there_is() -> None:
    ddl = "CREATE TABLE letter (first_name text NOT NULL, last_name varchar(25) NOT NULL, to_email text NOT NULL)"
    plan = sg.draft_plan(sg.parse_ddl(ddl, dialect="postgres"), 500)
    rows = pl.DataFrame(made(plan)["letter"]).iter_rows()
    assert all(carries(email.split("@")[0], first, last) for first, last, email in rows)


def test_short_columns_hold_addresses_still() -> None:
    email = frames()["mailbox"]["email"]
    assert email.n_unique() == ROWS
    assert email.str.contains(r"^[a-z0-9.]+@[a-z]+\.[a-z]+$").all()


@pytest.mark.parametrize("table, column, room", [("narrow", "contact_name", 30), ("member", "full_name", 12)])
def test_narrow_columns_have_people_with_short_names(table: str, column: str, room: int) -> None:
    frame = frames()[table]
    named = frame[column].str.contains(r"^\p{L}[\p{L}'. -]* \p{L}[\p{L}'. -]*$")
    assert named.all()
    assert 0.6 * room < frame[column].str.len_bytes().max() <= room  # type: ignore[operator]
    rows = frame.select(column, "email").head(20_000).iter_rows()
    assert all(carries(e.split("@")[0], *n.split(" ")) for n, e in rows if n.count(" ") == 1)


def test_unique_names_of_a_narrow_column_are_names() -> None:
    names_ = frames()["guest"]["full_name"]
    assert names_.n_unique() == ROWS
    assert names_.str.contains(r"^\p{L}[\p{L}'-]* ([A-Z]{1,3}\. )?\p{L}[\p{L}' -]*$").all()


def test_addresses_of_narrow_columns_have_many_patterns() -> None:
    frame = frames()["narrow"]
    assert frame["username"].n_unique() == ROWS
    for column, several in (("username", 4), ("email", 8)):
        login = frame[column].str.split("@").list.first()
        shape = login.str.replace(r"\d+$", "").str.replace_all("[a-z]+", "x").value_counts()
        assert frame[column].str.len_bytes().max() <= {"username": 16, "email": 40}[column]  # type: ignore[operator]
        spec = plan_of("narrow")[column].spec
        assert isinstance(spec, Person)
        assert len(set(spec.patterns)) >= several
        assert max(map(spec.patterns.count, PATTERNS)) <= 0.4 * len(spec.patterns)
        assert shape.height > 1


@pytest.mark.parametrize("folk", [(), FOLK, (Folk(weight=1, locale="de_DE"), Folk(weight=2, locale="de_AT"))])
def test_no_two_persons_share_a_user_name_in_any_pattern(folk: tuple[Folk, ...]) -> None:
    spec = Person(field="username", copies=2, folk=folk, patterns=PATTERNS)
    engine = Engine(sg.draft_plan(sg.parse_ddl(DDL, dialect="postgres"), 5))
    size = namesakes(2, folk)
    count = min(size, 400_000)
    for start in (0, size - count):  # the first persons and the last, both with and without a number
        index = np.arange(start, start + count, dtype=np.uint64)
        logins = spec.at(index, Rows(engine, "employee", index), "username").data
        assert len(pa.array(logins).unique()) == count


def test_who_is_a_mother_is_called_as_women_are() -> None:
    ddl = """CREATE TABLE guardians (id int PRIMARY KEY, first_name text NOT NULL, gender char(1) NOT NULL,
      relation varchar(12) NOT NULL CHECK (relation IN ('Mother', 'Father', 'grandparent')))"""
    table = made(sg.draft_plan(sg.parse_ddl(ddl, dialect="postgres"), 2_000))["guardians"]
    found = pl.DataFrame(pl.from_arrow(table)).group_by("relation", "gender").len().rows_by_key(["relation", "gender"])
    assert set(found) == {("Mother", "F"), ("Father", "M"), ("grandparent", "F"), ("grandparent", "M")}
    assert found["Mother", "F"][0] > found["grandparent", "F"][0]
