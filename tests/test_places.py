"""Places: all that a row says of a place is one real city's, and lies inside of the place that its parent has."""

from __future__ import annotations

from functools import cache

import polars as pl
import pytest

import synthgen_nb as sg
from synthgen_nb.specs.cities import cities
from synthgen_nb.specs.locales import listed, locales
from synthgen_nb.wishes import Locales, Share

from .engines import made

ROWS = 100_000
CUSTOMER = """
CREATE TABLE customer (
    id int PRIMARY KEY, name text NOT NULL, email text NOT NULL UNIQUE, street text NOT NULL, city text NOT NULL,
    state text NOT NULL, county text NOT NULL, zip text NOT NULL, country text NOT NULL, country_code char(2) NOT NULL,
    lat decimal(9, 6) NOT NULL, lon double precision NOT NULL, time_zone text NOT NULL, phone text NOT NULL,
    shipping_city text NOT NULL, shipping_country text NOT NULL
);
"""
GEOGRAPHY = """
CREATE TABLE country (country_id int PRIMARY KEY, country varchar(50) NOT NULL);
CREATE TABLE city (
    city_id int PRIMARY KEY, city varchar(50) NOT NULL, country_id int NOT NULL REFERENCES country (country_id)
);
CREATE TABLE address (
    address_id int PRIMARY KEY, address varchar(50) NOT NULL, district varchar(20) NOT NULL,
    city_id int NOT NULL REFERENCES city (city_id), postal_code varchar(10) NOT NULL, phone varchar(20) NOT NULL
);
"""


@cache
def frames(ddl: str, rows: int, *shares: tuple[str, int]) -> dict[str, pl.DataFrame]:
    schema = sg.parse_ddl(ddl, dialect="postgres")
    wishes = [Locales(table=key, shares=tuple(Share(*s) for s in shares)) for key in schema.tables] if shares else []
    plan = sg.draft_plan(schema, rows, wishes=wishes)
    assert sg.check(plan).broken == ()
    return {name: pl.DataFrame(table) for name, table in made(plan).items()}


def known(*fields: str) -> pl.DataFrame:
    """What the package knows of its cities."""
    return pl.DataFrame({field: cities().texts[field].cast("string").to_pylist() for field in fields})


def test_city_region_country_coordinates_and_time_zone_are_one_city_s_in_every_row() -> None:
    frame = frames(CUSTOMER, ROWS)["customer"]
    table = known("city", "region", "county", "country", "country_code", "time_zone").with_columns(
        lat=pl.Series(cities().latitude), lon=pl.Series(cities().longitude)
    )
    rows = frame.select(
        "city", "county", "country", "country_code", "time_zone", region="state",
        lat=(pl.col("lat").cast(pl.Float64) * 100_000).round().cast(pl.Int64),
        lon=(pl.col("lon") * 100_000).round().cast(pl.Int64),
    )  # fmt: skip
    assert rows.join(table.unique(), on=table.columns, how="anti").height == 0
    assert rows["city"].n_unique() > 2_000


def test_people_live_where_their_names_and_phones_are_from() -> None:
    frame = frames(CUSTOMER, ROWS)["customer"]
    assert frame["email"].n_unique() == ROWS
    last = frame.with_columns(last=pl.col("name").str.split(" ").list.last())
    for locale, calling in (("de_DE", "+49"), ("fr_FR", "+33"), ("sv_SE", "+46"), ("es_MX", "+52")):
        there = last.filter(pl.col("country_code") == listed(locale, "country")[0])
        assert there.height > 500
        assert set(there["last"]) <= set(listed(locale, "last"))
        assert there["phone"].str.starts_with(calling).all()
    share = (frame["country_code"] == "US").mean()
    assert 0.45 < share < 0.55  # type: ignore[operator]


def test_postal_codes_have_their_country_s_form_and_their_region_s_beginning() -> None:
    frame = frames(CUSTOMER, ROWS)["customer"]
    forms = {
        "US": r"^\d{5}$",
        "DE": r"^\d{5}$",
        "GB": r"^[A-Z]{1,2}\d{1,2}[A-Z]? \d[A-Z]{2}$",
        "NL": r"^\d{4} [A-Z]{2}$",
    }
    forms |= {"CA": r"^[A-Z]\d[A-Z] \d[A-Z]\d$", "BR": r"^\d{5}-\d{3}$", "SE": r"^\d{3} \d{2}$"}
    for code, form in forms.items():
        there = frame.filter(pl.col("country_code") == code)["zip"]
        assert there.len() > 500
        assert there.str.contains(form).all(), code
    for state, begin in (("California", "9"), ("Texas", "7"), ("New York", "1"), ("Ontario", "[KLMNP]")):
        there = frame.filter(pl.col("state") == state, pl.col("country_code").is_in(["US", "CA"]))["zip"]
        assert there.str.contains(f"^{begin}").all(), state


def test_another_place_of_the_row_is_another_city_of_the_same_country() -> None:
    frame = frames(CUSTOMER, ROWS)["customer"]
    assert (frame["shipping_country"] == frame["country"]).all()
    assert (frame["shipping_city"] != frame["city"]).mean() > 0.95  # type: ignore[operator]


def test_a_currency_is_that_of_the_row_s_place_be_that_told_or_not() -> None:
    plain = "CREATE TABLE quote (id int PRIMARY KEY, currency char(3) NOT NULL{});"
    alone = frames(plain.format(""), 2_000)["quote"]
    beside = frames(plain.format(", country text NOT NULL"), 2_000)["quote"]
    assert alone["currency"].equals(beside["currency"])
    there = beside.join(known("country", "currency_code").unique(), on="country")
    assert (there["currency"] == there["currency_code"]).all()
    pair = frames("CREATE TABLE rates (id int, from_currency char(3), to_currency char(3));", 2_000)["rates"]
    assert (pair["from_currency"] != pair["to_currency"]).mean() > 0.5  # type: ignore[operator]


def test_a_place_lies_inside_of_its_parent_s() -> None:
    found = frames(GEOGRAPHY, ROWS)
    city = found["city"].join(found["country"], on="country_id")
    assert (
        city.select("city", "country")
        .join(known("city", "country").unique(), on=["city", "country"], how="anti")
        .height
        == 0
    )
    address = found["address"].join(city, on="city_id")
    table = known("city", "country", "region", "calling_code").unique()
    rows = address.join(
        table, left_on=["city", "country", "district"], right_on=["city", "country", "region"], how="left"
    )
    assert rows["calling_code"].null_count() == 0
    assert rows.filter(~pl.col("phone").str.starts_with(pl.col("calling_code").str.slice(0, 2))).height == 0


def test_a_table_of_countries_repeats_none_while_there_are_enough() -> None:
    country = frames(GEOGRAPHY, 150)["country"]["country"]
    assert country.n_unique() == 150


@pytest.mark.parametrize("column", ["country varchar(80) NOT NULL UNIQUE", "code char(2) NOT NULL UNIQUE"])
def test_what_is_unique_of_a_country_is_still_a_country_s(column: str) -> None:
    ddl = f"CREATE TABLE country (id int PRIMARY KEY, {column}, iso3 char(3) NOT NULL, currency_code char(3) NOT NULL)"
    frame = frames(ddl, 180)["country"]
    name = column.split()[0]
    assert frame[name].n_unique() == 180
    fields = {"country": "country", "code": "country_code"}
    table = known(fields[name], "country_code3", "currency_code").unique()
    assert set(frame.select(name, "iso3", "currency_code").rows()) <= set(table.rows())


def test_states_of_two_letters_are_codes() -> None:
    ddl = "CREATE TABLE store (id int PRIMARY KEY, city varchar(40) NOT NULL, state char(2) NOT NULL, zip varchar(10))"
    frame = frames(ddl, 2_000)["store"]
    assert set(frame.select("city", "state").rows()) <= set(known("city", "region_code").rows())
    assert {"CA", "TX", "NY", "BY", "ON"} <= set(frame["state"])


def test_only_cities_that_fit_are_drawn_for_short_columns() -> None:
    ddl = """CREATE TABLE office (id int PRIMARY KEY, city varchar(12) NOT NULL, country varchar(14) NOT NULL,
             longitude decimal(8, 6) NOT NULL)"""
    frame = frames(ddl, 5_000)["office"]
    assert set(frame.select("city", "country").rows()) <= set(known("city", "country").rows())
    assert frame["city"].n_unique() > 500
    assert frame["longitude"].abs().max() < 100  # type: ignore[operator]


def test_every_locale_s_people_and_places_are_of_its_country() -> None:
    for locale in locales():
        code = listed(locale, "country")[0]
        frame = frames(CUSTOMER, 500, (locale, 100))["customer"]
        assert set(frame["country_code"]) == {code}
        assert set(frame["city"]) <= set(known("city", "country_code").filter(pl.col("country_code") == code)["city"])


def test_places_lie_anywhere_where_the_table_around_them_is_left_out() -> None:
    ddl = GEOGRAPHY.replace("country_id int NOT NULL REFERENCES", "country_id int REFERENCES")
    plan = sg.draft_plan(sg.parse_ddl(ddl, dialect="postgres"), 50, exclude=["country"])
    found = {name: pl.DataFrame(table) for name, table in made(plan).items()}
    assert set(found) == {"city", "address"}
    assert found["city"]["city"].n_unique() > 30


def test_a_person_whose_address_is_another_row_s_is_called_there() -> None:
    ddl = """
    CREATE TABLE city (id int PRIMARY KEY, city text NOT NULL, country_code char(2) NOT NULL);
    CREATE TABLE address (id int PRIMARY KEY, street_address text NOT NULL, city_id int NOT NULL REFERENCES city);
    CREATE TABLE customer (
        id int PRIMARY KEY, first_name text NOT NULL, phone text NOT NULL, address_id int NOT NULL REFERENCES address
    );"""
    tables = made(sg.draft_plan(sg.parse_ddl(ddl, dialect="postgres"), 2_000))
    city, address, customer = (pl.DataFrame(tables[name]) for name in ("city", "address", "customer"))
    joined = customer.join(address, left_on="address_id", right_on="id").join(city, left_on="city_id", right_on="id")
    known = cities().texts
    codes = dict(zip(known["country_code"].to_pylist(), known["calling_code"].to_pylist(), strict=True))
    pairs = joined.select("phone", "country_code").iter_rows()
    assert all(phone.startswith(codes[country]) for phone, country in pairs)
