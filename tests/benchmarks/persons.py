"""Consistent, unique persons (name, e-mail, user name, gender, city, phone) beside a loop over Faker that keeps the
e-mails apart in a set: rows per CPU second."""

from __future__ import annotations

import time
import unicodedata

import synthgen_nb as sg
from synthgen_nb.generation import Engine, chunks, generate_chunk

from .measure import Result, beside, interleaved

DDL = """
CREATE TABLE person (
  first_name text NOT NULL, last_name text NOT NULL, gender char(1) NOT NULL, email text NOT NULL UNIQUE,
  username text NOT NULL, city text NOT NULL, phone text NOT NULL);
"""


SPEED = "rows per CPU s"


def measured(rounds: int, *, tiny: bool) -> list[Result]:
    rows, loop = (2000, 50) if tiny else (1_000_000, 20_000)
    runs = {"synthgen": lambda: {SPEED: by_engine(rows)}, "faker": lambda: {SPEED: by_loop(loop)}}
    title = f"Persons, {rows:,} rows (loop: {loop:,}), medians of {rounds} interleaved rounds"
    try:
        by_loop(10)
    except ImportError:
        return [Result(title, interleaved({"synthgen": runs["synthgen"]}, rounds), "pip install faker: beside it")]
    return [Result(title, beside(interleaved(runs, rounds), "faker", {"x": SPEED}))]


def by_engine(rows: int) -> float:
    """Rows per CPU second, from the plan to record batches."""
    plan = sg.draft_plan(sg.parse_ddl(DDL, dialect="postgres"), rows)
    engine = Engine(plan)
    warm = next(iter(chunks(plan, "person", 0, 1000)))
    generate_chunk(engine, warm)  # the lists of names are read once in a process
    began = time.process_time()
    made = sum(generate_chunk(engine, chunk).num_rows for chunk in chunks(plan, "person"))
    return made / (time.process_time() - began)


def by_loop(rows: int) -> float:
    from faker import Faker

    faker = Faker("en_US")
    faker.seed_instance(0)
    seen: set[str] = set()
    people = []
    faker.phone_number(), faker.city(), faker.first_name(), faker.last_name()
    began = time.process_time()
    while len(people) < rows:
        female = faker.pybool()
        first = faker.first_name_female() if female else faker.first_name_male()
        last = faker.last_name()
        plain = unicodedata.normalize("NFKD", f"{first}.{last}").encode("ascii", "ignore").decode().lower()
        login = plain
        number = 1
        while login in seen:
            number += 1
            login = f"{plain}{number}"
        seen.add(login)
        gender = "F" if female else "M"
        people.append((first, last, gender, f"{login}@example.com", login, faker.city(), faker.phone_number()))
    return rows / (time.process_time() - began)
