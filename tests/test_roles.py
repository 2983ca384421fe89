"""Which columns of a table speak of the same person or place."""

from __future__ import annotations

import pytest

import synthgen_nb as sg
from synthgen_nb.drafting.meaning import meaning_of
from synthgen_nb.drafting.meaning.roles import Role, roles

FIELDS = {
    "person.first_name": "first_name", "person.last_name": "last_name", "person.full_name": "full_name",
    "email": "email", "phone": "phone", "city": "city", "postal_code": "postal_code",
}  # fmt: skip
OWN = ("first", "last", "full", "name", "email", "address", "phone", "number", "city", "postal", "code")


def roles_of(columns: str) -> dict[str, dict[str, str]]:
    schema = sg.parse_ddl(f"CREATE TABLE t ({columns});", "postgres")
    table = schema.tables["t"]
    found = roles(table, {c.name: meaning_of(schema, table, c) for c in table.columns}, FIELDS, OWN)
    return {role.name: dict(role.columns) for role in found}


def test_the_words_that_are_left_of_a_name_tell_whose_it_is() -> None:
    found = roles_of("id int, sender_name text, sender_email text, recipient_name text, recipient_email text")
    assert found == {
        "sender": {"sender_name": "full_name", "sender_email": "email"},
        "recipient": {"recipient_name": "full_name", "recipient_email": "email"},
    }


@pytest.mark.parametrize(
    "columns",
    [
        "first_name text, last_name text, email text",
        "customerFirstName text, customerLastName text, customerEmail text",
        "first_name text, last_name text, home_phone text, work_phone text, mobile_phone text",
        "c_first_name text, c_last_name text, c_email_address text",
    ],
)
def test_columns_of_one_person_have_no_role(columns: str) -> None:
    assert list(roles_of(columns)) == [""]


def test_one_without_a_role_stands_beside_those_with_one() -> None:
    found = roles_of("full_name text, email text, billing_city text, billing_postal_code text, shipping_city text")
    assert {name: list(columns) for name, columns in found.items()} == {
        "": ["full_name", "email"],
        "billing": ["billing_city", "billing_postal_code"],
        "shipping": ["shipping_city"],
    }


def test_a_field_may_be_there_twice() -> None:
    found = roles_of("full_name text, home_phone text, work_phone text")[""]
    assert list(found.values()).count("phone") == 2


def test_a_role_names_its_source() -> None:
    role = Role("billing", {"billing_city": "city", "billing_city_two": "city"})
    assert (role.source("place"), Role("", {}).source("person")) == ("place billing", "person")
    assert (role.first("city"), role.first("phone")) == ("billing_city", None)
