"""Where people and places are from, as a person says it; and that nobody can be reached at what is made up."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

import synthgen_nb as sg
from synthgen_nb.errors import InputError
from synthgen_nb.generation import Engine
from synthgen_nb.options import Settings
from synthgen_nb.plan import plan_from_json
from synthgen_nb.planfiles import plan_toml, read_plan
from synthgen_nb.request import request
from synthgen_nb.rows import Rows
from synthgen_nb.specs import Iban
from synthgen_nb.specs.accounts import COUNTRIES, TEST_CARDS, Country
from synthgen_nb.specs.locales import listed, locales
from synthgen_nb.specs.people import HOSTS, MAIL_HOSTS

from .engines import made
from .test_options import TODAY

DDL = """
CREATE TABLE customer (
    id int PRIMARY KEY, name text NOT NULL, email text NOT NULL UNIQUE, username text NOT NULL, city text NOT NULL,
    country_code char(2) NOT NULL, phone text NOT NULL, fax text NOT NULL, website text NOT NULL, ip inet NOT NULL,
    ip_text varchar(15) NOT NULL, mac macaddr NOT NULL, hostname text NOT NULL, card_number varchar(20) NOT NULL,
    iban varchar(34) NOT NULL, ssn char(11) NOT NULL, avatar_url text NOT NULL
);
CREATE TABLE city (id int PRIMARY KEY, city text NOT NULL, country text NOT NULL);
"""


def customers(rows: int, **options: object) -> pl.DataFrame:
    plan = sg.draft_plan(sg.parse_ddl(DDL, dialect="postgres"), {"*": 10, "customer": rows}, **options)  # type: ignore[arg-type]
    assert sg.check(plan).broken == ()
    return pl.DataFrame(made(plan)["customer"])


def test_one_locale_is_that_of_all_people_and_places() -> None:
    schema = sg.parse_ddl(DDL, dialect="postgres")
    plan = sg.draft_plan(schema, 500, locale="de_DE")
    frames = {name: pl.DataFrame(table) for name, table in made(plan).items()}
    assert set(frames["customer"]["country_code"]) == {"DE"}
    assert set(frames["city"]["country"]) == {"Germany"}
    assert set(frames["customer"]["name"].str.split(" ").list.last()) <= set(listed("de_DE", "last"))
    assert plan_from_json(plan.to_json()) == plan


def test_several_locales_come_in_their_shares() -> None:
    frame = customers(20_000, locale="de_DE=70, en_US=30")
    assert (frame["country_code"] == "DE").mean() == pytest.approx(0.7, abs=0.01)
    assert (frame["country_code"] == "US").mean() == pytest.approx(0.3, abs=0.01)


@pytest.mark.parametrize(
    "text, told", [("xx_XX", "no locale 'xx_XX'"), ("de_DE=x", "is no share"), ("de=80,fr=40", "add up to 120")]
)
def test_what_is_no_locale_is_said_before_any_row(text: str, told: str) -> None:
    with pytest.raises(InputError, match=told):
        sg.draft_plan(sg.parse_ddl(DDL, dialect="postgres"), locale=text)


def test_the_option_stands_above_the_setting_and_both_are_in_a_plan_file() -> None:
    assert request(Settings(locale="fr_FR"), TODAY).locale == "fr_FR"
    assert request(Settings(locale="fr_FR"), TODAY, locale="de_DE").locale == "de_DE"
    plan = sg.draft_plan(sg.parse_ddl(DDL, dialect="postgres"), 5, locale="sv_SE", realistic_contacts=True)
    part = read_plan(plan_toml(plan), "shop.toml")
    asked = request(Settings(), TODAY, part=part)  # type: ignore[arg-type]  # TOML is a part
    assert (asked.locale, asked.realistic_contacts) == ("sv_SE", True)


ROWS = 100_000
SAFE_HOSTS = r"@(example\.(com|org|net)|[a-z0-9-]+\.example|x\.test)$"
# numbers kept for films and examples, or behind a calling code what no country gives
SAFE_PHONES = (
    r"^(\+1-[2-9]\d\d-555-01\d\d|\+49 30 23125 \d{3}|\+33 1 99 00 \d\d \d\d|\+44 20 7946 0\d{3}|\+61 2 5550 \d{4}"
    r"|\+353 20 91\d \d{4}|\+46 8 465 004 \d\d|\+\d{1,4} 00.*)$"
)


@pytest.mark.parametrize("locale", locales())
def test_nobody_can_be_reached_in_any_locale(locale: str) -> None:
    ddl = "CREATE TABLE customer (id int PRIMARY KEY, email text NOT NULL, phone text NOT NULL, fax text NOT NULL)"
    plan = sg.draft_plan(sg.parse_ddl(ddl, dialect="postgres"), ROWS, locale=locale)
    frame = pl.DataFrame(made(plan)["customer"])
    assert frame["email"].str.contains(SAFE_HOSTS).all()
    assert frame["phone"].str.contains(SAFE_PHONES).all()
    assert frame["fax"].str.contains(SAFE_PHONES).all()


def test_hosts_addresses_and_numbers_are_reserved_ones() -> None:
    frame = customers(ROWS)
    assert frame["email"].str.contains(SAFE_HOSTS).all()
    assert frame["phone"].str.contains(SAFE_PHONES).all()
    assert frame["website"].str.contains(r"^https://www\.example\.com/").all()
    assert frame["avatar_url"].str.contains(r"^https://www\.example\.com/").all()
    assert frame["hostname"].str.contains(r"(^|\.)(example|test|invalid|localhost)(\.(com|org|net))?$").all()
    assert frame["ip"].str.contains(r"^(192\.0\.2|198\.51\.100|203\.0\.113)\.|^2001:db8:").all()
    assert frame["ip_text"].str.contains(r"^(192\.0\.2|198\.51\.100|203\.0\.113)\.").all()
    assert frame["mac"].str.contains(r"^[0-9a-f][26ae]:").all()  # locally administered
    assert frame["ssn"].str.contains(r"^666-").all()
    assert set(frame["card_number"]) <= {number for numbers in TEST_CARDS.values() for number in numbers}


def test_accounts_and_cards_pass_the_tests_of_programs() -> None:
    frame = customers(2_000)
    for iban in frame["iban"]:
        digits = "".join(str(int(letter, 36)) for letter in iban[4:] + iban[:4])
        assert int(digits) % 97 == 1
        assert iban[:2] + iban[4:12] == "DE00000000"
    for number in set(frame["card_number"]):
        doubled = [int(d) * (1 + place % 2) for place, d in enumerate(reversed(number))]
        assert sum(d // 10 + d % 10 for d in doubled) % 10 == 0


@pytest.mark.parametrize("country", COUNTRIES)
def test_accounts_of_every_country_have_right_check_digits_and_no_bank(country: Country) -> None:
    """Also those that some countries have inside."""
    spec = Iban(country=country)
    index = np.array([*range(200), spec.size - 1], np.uint64)
    engine = Engine(sg.draft_plan(sg.parse_ddl("CREATE TABLE t (a int)", dialect="postgres"), 1))
    found = spec.at(index, Rows(engine, "t", index), "a").data.to_pylist()
    assert len(set(found)) == len(index)
    assert {len(iban) for iban in found} == {spec.width}
    for iban in found:
        assert int("".join(str(int(letter, 36)) for letter in iban[4:] + iban[:4])) % 97 == 1
        assert set(iban[4:7]) <= set("0Z")
    inside = [iban[4:] for iban in found]
    if country == "BE":
        assert all(int(text[:10]) % 97 == int(text[10:]) % 97 for text in inside)
    if country in ("FR", "PT"):
        assert all(int(text) % 97 == (0 if country == "FR" else 1) for text in inside)


def test_articles_and_books_have_right_check_digits() -> None:
    ddl = "CREATE TABLE goods (isbn varchar(17) NOT NULL UNIQUE, ean char(13) NOT NULL, upc char(12) NOT NULL UNIQUE)"
    frame = pl.DataFrame(made(sg.draft_plan(sg.parse_ddl(ddl, dialect="postgres"), 2_000))["goods"])
    for column, begin, width in (("isbn", "978", 13), ("ean", "2", 13), ("upc", "2", 12)):
        for number in frame[column]:
            weighed = sum(int(digit) * (1, 3)[place % 2] for place, digit in enumerate(reversed(number)))
            assert (len(number), number[: len(begin)], weighed % 10) == (width, begin, 0)


def test_accounts_are_of_the_country_that_is_asked_for() -> None:
    ddl = "CREATE TABLE account (iban varchar(34) NOT NULL)"
    plan = sg.draft_plan(sg.parse_ddl(ddl, dialect="postgres"), 5, locale="nl_NL")
    assert plan.tables["account"].columns["iban"].spec == Iban(country="NL")


@pytest.mark.parametrize(
    "locale, person, tax, vat",
    [
        ("de_DE", r"0\d{10}", r"0\d{10}", r"DE0\d{8}"),
        ("en_GB", r"QQ\d{6}[A-D]", r"QQ\d{6}[A-D]", r"00-\d{7}"),
        ("fr_FR", r"[12]\d\d0[1-9][1-8]\d{7}9[89]", r"[12]\d\d0[1-9][1-8]\d{7}9[89]", r"00-\d{7}"),
        ("it_IT", r"[A-Z]{6}\d\d[FGIJKNOQUVWXYZ]\d\d[A-Z]\d{3}[A-Z]", r"[A-Z]{6}.{10}", r"IT\d{7}000\d"),
        ("es_ES", r"\d{8}[IOU]", r"\d{8}[IOU]", r"00-\d{7}"),
        ("en_US", r"666-\d\d-\d{4}", r"00-\d{7}", r"00-\d{7}"),
    ],
)
def test_official_numbers_are_of_the_locale_s_country_and_nobody_s(
    locale: str, person: str, tax: str, vat: str
) -> None:
    ddl = """CREATE TABLE firm (id int PRIMARY KEY, national_id varchar(20) NOT NULL UNIQUE,
             tax_id varchar(20) NOT NULL,
             vat_number varchar(20) NOT NULL, ssn varchar(11) NOT NULL, dni varchar(9) NOT NULL,
             nhs_number varchar(12) NOT NULL, bic varchar(11) NOT NULL UNIQUE)"""
    frame = pl.DataFrame(made(sg.draft_plan(sg.parse_ddl(ddl, dialect="postgres"), 2_000, locale=locale))["firm"])
    forms = {"national_id": person, "tax_id": tax, "vat_number": vat, "ssn": r"666-\d\d-\d{4}", "dni": r"\d{8}[IOU]",
             "nhs_number": r"999 \d{3} \d{4}", "bic": rf"[A-Z]{{4}}{locale[-2:]}[2-9]0XXX"}  # fmt: skip
    for column, form in forms.items():
        assert frame[column].str.contains(f"^{form}$").all(), column
    assert frame["national_id"].n_unique() == frame["bic"].n_unique() == 2_000


def test_a_card_s_brand_and_last_digits_are_its_own() -> None:
    ddl = """CREATE TABLE payment (id int PRIMARY KEY, card_number varchar(20) NOT NULL,
             card_type varchar(20) NOT NULL CHECK (card_type IN ('visa', 'mastercard', 'amex')), card_last4 char(4))"""
    frame = pl.DataFrame(made(sg.draft_plan(sg.parse_ddl(ddl, dialect="postgres"), 1_000))["payment"])
    first = frame["card_number"].str.slice(0, 1).replace({"2": "mastercard", "5": "mastercard"})
    assert (first.replace({"4": "visa", "3": "amex"}) == frame["card_type"]).all()
    digits = frame.drop_nulls("card_last4")
    assert (digits["card_number"].str.tail(4) == digits["card_last4"]).all()


def test_realistic_contacts_are_asked_for_and_told() -> None:
    frame = customers(1_000, realistic_contacts=True)
    hosts = set(frame["email"].str.split("@").list.last())
    assert hosts <= set(MAIL_HOSTS) - set(HOSTS)
    assert not frame["phone"].str.contains(SAFE_PHONES).any()
