"""A column more in the DDL changes no other column: plain ones, put into each table of a schema in turn."""

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
}
# what a column means is told by those beside it, in few cases
RELATIVE = {
    ("bank", "total"): {("loans", "total_paid")},  # beside a total it is a part of that, and no sum of payments
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
            assert set(moved(name, table.key, column)) <= RELATIVE.get((name, column), set())


@pytest.mark.parametrize("name, column", cases(FAST))
def test_one_column_more_changes_no_other(name: str, column: str) -> None:
    check(name, column)


@pytest.mark.slow
@pytest.mark.parametrize("name, column", [case for case in cases() if case[0] not in FAST])
def test_one_column_more_changes_no_other_in_any_template(name: str, column: str) -> None:
    check(name, column)
