"""Rows of TPC-H's lineitem, drawn and written to Parquet, beside loops over Faker and Mimesis that write nothing."""

from __future__ import annotations

import datetime as dt
import random
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from synthgen_nb.generation import CHUNK_ROWS, Engine
from synthgen_nb.partmaking import Task, make_part

from .make_tpch import plan
from .measure import Figures, Result, beside, interleaved

SHIPPED = ("AIR", "FOB", "MAIL", "RAIL", "REG AIR", "SHIP", "TRUCK")
TOLD = ("COLLECT COD", "DELIVER IN PERSON", "NONE", "TAKE BACK RETURN")
FIRST, LAST = dt.date(1992, 1, 1), dt.date(1998, 8, 2)
SPEED = "rows per CPU s"


def measured(rounds: int, *, tiny: bool) -> list[Result]:
    rows, loop = (4000, 50) if tiny else (3_000_000, 5000)
    engine = Engine(plan(rows / 6_000_000))
    _by_engine(engine, 1000)  # what is read once in a process
    runs: dict[str, Callable[[], Figures]] = {"synthgen, to Parquet": lambda: _by_engine(engine, rows)}
    missing = []
    for name, rival in (("faker", _by_faker), ("mimesis", _by_mimesis)):
        try:
            rival(10)
        except ImportError:
            missing.append(name)
        else:
            runs[f"{name}, no file"] = lambda rival=rival: rival(loop)
    figures = interleaved(runs, rounds)
    slowest = "faker, no file" if "faker, no file" in figures else "synthgen, to Parquet"
    title = f"lineitem, {rows:,} rows (loops: {loop:,}), medians of {rounds} interleaved rounds"
    remark = f"pip install {' '.join(missing)}: then it stands beside" if missing else ""
    return [Result(title, beside(figures, slowest, {"x": SPEED}), remark)]


def _by_engine(engine: Engine, rows: int) -> Figures:
    with tempfile.TemporaryDirectory(prefix="synthgen-bench-") as folder:
        began = time.process_time()
        make_part(engine, Task("lineitem", 0, 0, rows, Path(folder) / "part.parquet"), CHUNK_ROWS)
        return {SPEED: rows / (time.process_time() - began)}


def _by_faker(rows: int) -> Figures:
    from faker import Faker

    faker = Faker("en_US")
    faker.seed_instance(0)

    def row(order: int, line: int) -> tuple[object, ...]:
        shipped = faker.date_between_dates(FIRST, LAST)
        committed = faker.date_between_dates(FIRST, LAST)
        received = shipped + dt.timedelta(days=faker.random_int(1, 30))
        return (
            *(order, faker.random_int(1, 200_000), faker.random_int(1, 10_000), line, faker.random_int(1, 50)),
            *(faker.random_int(90_000, 10_000_000) / 100, faker.random_int(0, 10) / 100, faker.random_int(0, 8) / 100),
            *(faker.random_element("RAN"), faker.random_element("OF"), shipped, committed, received),
            *(faker.random_element(TOLD), faker.random_element(SHIPPED), faker.text(44)),
        )

    return _looped(row, rows)


def _by_mimesis(rows: int) -> Figures:
    from mimesis import Datetime, Numeric, Text
    from mimesis.random import Random

    number, words, moment, chance = Numeric(seed=0), Text(seed=0), Datetime(seed=0), Random(0)

    def row(order: int, line: int) -> tuple[object, ...]:
        shipped = moment.date(start=FIRST.year, end=LAST.year)
        return (
            *(order, number.integer_number(1, 200_000), number.integer_number(1, 10_000), line),
            *(number.integer_number(1, 50), number.integer_number(90_000, 10_000_000) / 100),
            *(number.integer_number(0, 10) / 100, number.integer_number(0, 8) / 100),
            *(chance.choice("RAN"), chance.choice("OF"), shipped, moment.date(start=FIRST.year, end=LAST.year)),
            shipped + dt.timedelta(days=number.integer_number(1, 30)),
            *(chance.choice(TOLD), chance.choice(SHIPPED), words.sentence()[:44]),
        )

    return _looped(row, rows)


def _looped(row: Callable[[int, int], tuple[object, ...]], rows: int) -> Figures:
    began = time.process_time()
    made = [row(order, line) for order, line in _lines(rows)]
    return {SPEED: len(made) / (time.process_time() - began)}


def _lines(rows: int) -> Iterator[tuple[int, int]]:
    chance, left, order = random.Random(0), rows, 0
    while left:
        order += 1
        for line in range(min(left, chance.randint(1, 7))):
            left -= 1
            yield order, line + 1
