"""A column more in the DDL changes no other column: plain ones, put behind the others of each table of a schema in
turn. What can't be is left out: a subtotal or a charge beside a total, which is their sum, and the third of four prices
of a day; and one thing that could: a language's name beside its code."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pyarrow as pa
import pytest
from msgspec import structs

import synthgen_nb as sg
from synthgen_nb.generation import Chunk, Engine, generate_chunk
from synthgen_nb.schema import Column, Kind, Type

TEMPLATES = {path.stem: path.read_text() for path in sorted((Path(sg.__file__).parent / "templates").glob("*.sql"))}
FILMS = """
CREATE TABLE country (country_id int PRIMARY KEY, country varchar(50) NOT NULL, last_update timestamp NOT NULL);
CREATE TABLE city (city_id int PRIMARY KEY, city varchar(50) NOT NULL,
  country_id int NOT NULL REFERENCES country (country_id), last_update timestamp NOT NULL);
CREATE TABLE customer (customer_id int PRIMARY KEY, first_name varchar(45) NOT NULL, last_name varchar(45) NOT NULL,
  city_id int NOT NULL REFERENCES city (city_id), active boolean NOT NULL, create_date date NOT NULL,
  last_update timestamp);
CREATE TABLE film (film_id int PRIMARY KEY, title varchar(255) NOT NULL, last_update timestamp NOT NULL);
CREATE TABLE inventory (inventory_id int PRIMARY KEY, film_id int NOT NULL REFERENCES film (film_id));
CREATE TABLE rental (rental_id int PRIMARY KEY, rental_date timestamp NOT NULL,
  inventory_id int NOT NULL REFERENCES inventory (inventory_id),
  customer_id int NOT NULL REFERENCES customer (customer_id), return_date timestamp, last_update timestamp NOT NULL);
CREATE TABLE payment (payment_id int PRIMARY KEY, rental_id int REFERENCES rental (rental_id),
  amount numeric(5,2) NOT NULL, payment_date timestamp NOT NULL);
CREATE TABLE parcel (id int PRIMARY KEY, customer_id int NOT NULL REFERENCES customer (customer_id), paid_at timestamp,
  delivered_at timestamp, cancelled_at timestamp, is_deleted boolean NOT NULL, deleted_at timestamp,
  updated_at timestamp);
CREATE TABLE delivery (id int PRIMARY KEY, ship_address varchar(60), ship_city varchar(60), ship_country varchar(60));
CREATE TABLE reader (id int PRIMARY KEY, full_name varchar(60), timezone varchar(64));
CREATE TABLE procedure_done (id int PRIMARY KEY, procedure_date date NOT NULL, procedure_datetime timestamp,
  procedure_end_date date, procedure_end_datetime timestamp, procedure_status varchar(40), marital_status varchar(20));
CREATE TABLE complaint (id int PRIMARY KEY, complaint_start_datetime timestamp, complaint_status varchar(40));
CREATE TABLE employee (id int PRIMARY KEY, full_name varchar(80), hire_date date NOT NULL);
CREATE TABLE offer (id int PRIMARY KEY, country_id int REFERENCES country (country_id), currency char(3) NOT NULL);
CREATE TABLE bill (id int PRIMARY KEY, created_at timestamp NOT NULL, sent_on date, paid_on date, updated_on date,
  total_paid numeric(12,2));
CREATE TABLE bill_payment (id int PRIMARY KEY, bill_id int REFERENCES bill (id), amount numeric(8,2) NOT NULL);
CREATE TABLE carrier (id int PRIMARY KEY, company varchar(80), email varchar(120), website varchar(200),
  phone varchar(30));
CREATE TABLE language (id int PRIMARY KEY, name varchar(40) NOT NULL);
CREATE TABLE account (id int PRIMARY KEY, username varchar(60), valid_until date, last_login_at timestamp);
CREATE TABLE item (id int PRIMARY KEY, cost numeric(10,2), min_price numeric(10,2), list_price numeric(10,2));
CREATE TABLE stock_level (id int PRIMARY KEY, item_id int REFERENCES item (id), quantity int);
CREATE TABLE quote (id int PRIMARY KEY, customer_id int REFERENCES customer (customer_id), currency char(3) NOT NULL);
"""
SCHEMAS = TEMPLATES | {"films": FILMS}


def text(length: int) -> Type:
    return Type(kind=Kind.TEXT, sql=f"varchar({length})", length=length)


MORE = {
    "created_at": Type(kind=Kind.TIMESTAMP, sql="timestamp"),
    "shipped_at": Type(kind=Kind.TIMESTAMP, sql="timestamp"),
    "status": text(20),
    "remark": Type(kind=Kind.TEXT, sql="text"),
    "price": Type(kind=Kind.DECIMAL, sql="numeric(10,2)", precision=10, scale=2),
    "total": Type(kind=Kind.DECIMAL, sql="numeric(12,2)", precision=12, scale=2),
    "email": text(120),
    "first_name": text(60),
    "gender": text(10),
    "city": text(80),
    "country": text(60),
    "zzz": Type(kind=Kind.INTEGER, sql="integer", bits=32),
    "birth_date": Type(kind=Kind.DATE, sql="date"),
    "hire_date": Type(kind=Kind.DATE, sql="date"),
    "date": Type(kind=Kind.DATE, sql="date"),
    "end_date": Type(kind=Kind.DATE, sql="date"),
    "paid_at": Type(kind=Kind.TIMESTAMP, sql="timestamp"),
    "deleted_at": Type(kind=Kind.TIMESTAMP, sql="timestamp"),
    "currency": text(3),
    "company": text(80),
    "name": text(80),
    "code": text(20),
    "street_address": text(120),
    "max_price": Type(kind=Kind.DECIMAL, sql="numeric(10,2)", precision=10, scale=2),
    "tax": Type(kind=Kind.DECIMAL, sql="numeric(10,2)", precision=10, scale=2),
}
FAST = ("clinic", "shop", "films")


@cache
def parsed(name: str) -> sg.Schema:
    return sg.parse_ddl(SCHEMAS[name], dialect="postgres")


def values(schema: sg.Schema) -> dict[tuple[str, str], pa.Array]:
    plan = sg.draft_plan(schema, 60)
    engine, found = Engine(plan), {}
    for table, planned in plan.tables.items():
        batch = generate_chunk(engine, Chunk(table, 0, planned.rows))
        found |= {(table, name): column for name, column in zip(batch.schema.names, batch.columns, strict=True)}
    return found


@cache
def before(name: str) -> dict[tuple[str, str], pa.Array]:
    return values(parsed(name))


def moved(name: str, table: str, column: str) -> list[tuple[str, str]]:
    """The columns that are others with one more `column` in the table."""
    schema = parsed(name)
    owner = schema.tables[table]
    wider = structs.replace(owner, columns=(*owner.columns, Column(name=column, type=MORE[column])))
    after = values(structs.replace(schema, tables=schema.tables | {table: wider}))
    return [place for place, held in before(name).items() if not held.equals(after[place])]


def cases(names: tuple[str, ...] = tuple(SCHEMAS)) -> list[tuple[str, str]]:
    """(schema, column), for the columns that some table lacks."""
    return [(name, column) for name in names for column in MORE]


def check(name: str, column: str) -> None:
    for table in parsed(name).tables.values():
        if column not in table.column_names and not table.rows:
            assert moved(name, table.key, column) == []


@pytest.mark.parametrize("name, column", cases(FAST))
def test_one_column_more_changes_no_other(name: str, column: str) -> None:
    check(name, column)


@pytest.mark.slow
@pytest.mark.parametrize("name, column", [case for case in cases() if case[0] not in FAST])
def test_one_column_more_changes_no_other_in_any_template(name: str, column: str) -> None:
    check(name, column)
