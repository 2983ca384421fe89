"""Random statements before the real engines: rows after them are the rows that our own reading of them gives."""

from __future__ import annotations

import datetime as dt
import os
import sqlite3
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

import duckdb
import pytest

from synthgen_nb.dml import read_statements
from synthgen_nb.errors import InputError

from .random_statements import DDL, Writer, random_rows
from .servers import connected
from .small_tables import Rows, changed, schema_of

COUNT = int(os.environ.get("SYNTHGEN_STATEMENTS", "60"))
Run = Callable[[str], list[Any]]
_MARKS = {"duckdb": "?", "sqlite": "?", "postgres": "%s", "mariadb": "%s"}


@contextmanager
def opened(engine: str) -> Iterator[tuple[Run, Run]]:
    """What runs a statement, and what fills a table: (sql) and (sql, rows)."""
    if engine == "sqlite":
        lite = sqlite3.connect(":memory:", isolation_level=None)
        lite.executescript(DDL)
        yield (lambda sql: lite.execute(sql).fetchall()), lite.executemany  # type: ignore[misc]
        lite.close()
        return
    if engine == "duckdb":
        with duckdb.connect() as duck:
            duck.execute(DDL)
            yield (lambda sql: duck.execute(sql).fetchall()), duck.executemany  # type: ignore[misc]
        return
    with connected(engine) as connection, connection.cursor() as cursor:
        name = f"synthgen_test_{uuid.uuid4().hex}"
        if engine == "mariadb":
            cursor.execute(f"CREATE DATABASE {name}")
            cursor.execute(f"USE {name}")

        def run(sql: str) -> list[Any]:
            cursor.execute(sql)
            return list(cursor.fetchall()) if cursor.description else []

        for part in DDL.split(";")[:-1]:
            run(part)
        try:
            yield run, cursor.executemany
        finally:
            if engine == "mariadb":
                cursor.execute(f"DROP DATABASE {name}")


@pytest.mark.parametrize(
    "engine",
    [
        "sqlite",
        "duckdb",
        pytest.param("postgres", marks=pytest.mark.engines),
        pytest.param("mariadb", marks=pytest.mark.engines),
    ],
)
def test_the_engines_change_the_same_rows(engine: str) -> None:
    schema, told = schema_of(DDL, engine), Counter[str]()
    with opened(engine) as (run, fill):
        run("BEGIN")
        for seed in range(COUNT):
            sql, rows = Writer(engine, seed).statement(), random_rows(seed)
            run("ROLLBACK")
            run("BEGIN")
            for key, given in rows.items():
                marks = ", ".join([_MARKS[engine]] * len(given[0]))
                fill(f"INSERT INTO {key} VALUES ({marks})", given)  # type: ignore[call-arg]
            try:
                run(sql)
                theirs = {key: sorted(map(_plain, run(f"SELECT * FROM {key}"))) for key in rows}
            except Exception as error:  # an engine's own, of four libraries: NOT NULL, a number too large
                told[type(error).__name__] += 1
                continue
            try:
                after = _after(sql, schema, _typed(rows))
            except (InputError, duckdb.InvalidInputException):  # SQLite keeps fractions in columns of whole numbers
                told["refused here"] += 1
                continue
            assert {key: sorted(map(_plain, found)) for key, found in after.items()} == theirs, f"{seed}: {sql}"
            told["equal"] += 1
    assert told["equal"] > COUNT * 0.7, told


def _after(sql: str, schema: Any, rows: Rows) -> Rows:
    for statement in read_statements(sql, schema, as_of="2026-01-01"):
        rows = changed(statement, schema, rows)
    return rows


def _typed(rows: dict[str, list[tuple[object, ...]]]) -> Rows:
    def day(text: object) -> dt.date | None:
        return None if text is None else dt.date.fromisoformat(str(text))

    return {
        "customers": [(*row[:3], day(row[3]), *row[4:]) for row in rows["customers"]],
        "orders": [(*row[:2], Decimal(str(row[2])), day(row[3]), row[4]) for row in rows["orders"]],
    }


def _plain(row: tuple[Any, ...]) -> tuple[str, ...]:
    numbers = (bool, int, float, Decimal)
    return tuple("NULL" if v is None else f"{float(v):.6f}" if isinstance(v, numbers) else str(v) for v in row)
