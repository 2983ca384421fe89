"""Databases for `prove`, `load` and scripts on the servers that SYNTHGEN_TEST_POSTGRES and SYNTHGEN_TEST_MYSQL name
(URLs of users that may create databases): made for a test, spoken to in plain SQL, dropped after it."""

from __future__ import annotations

import os
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from synthgen_nb.engines.urls import Target, target

Run = Callable[[str], list[tuple[Any, ...]]]


def server(engine: str) -> str:
    """The URL of the server, "postgres" or "mysql"."""
    variable = f"SYNTHGEN_TEST_{engine.upper()}"
    if not (found := os.environ.get(variable)):
        pytest.skip(f"{variable} names no server")
    pytest.importorskip("psycopg" if engine == "postgres" else "pymysql", reason="the extra 'prove' is not installed")
    return found


def url_of(where: Target, database: str, password: str = "") -> str:
    """The URL of another database on the same server."""
    query = "&".join(f"{name}={value}" for name, value in where.options.items())
    login = f"{where.user}{':' + password if password else ''}@"
    port = f":{where.port}" if where.port else ""
    scheme = "postgresql" if where.engine == "postgres" else "mysql"
    return f"{scheme}://{login}{where.host}{port}/{database}" + (f"?{query}" if query else "")


@contextmanager
def scratch(url: str) -> Iterator[str]:
    """The name of a new and empty database."""
    name = f"synthgen_test_{uuid.uuid4().hex[:12]}"
    where = target(url)
    with talking(where) as run:
        run(f"CREATE DATABASE {name}")
    try:
        yield name
    finally:
        with talking(where) as run:
            run(f"DROP DATABASE {name}")


@contextmanager
def talking(where: Target, database: str = "") -> Iterator[Run]:
    """A function from SQL, several statements at once or one, to the last one's rows."""
    if where.engine == "postgres":
        from synthgen_nb.engines import postgres

        with postgres.connect(where, database) as connection:

            def run_postgres(sql: str) -> list[tuple[Any, ...]]:
                found = connection.execute(sql.encode())
                while found.nextset():
                    pass
                return found.fetchall() if found.description else []

            yield run_postgres
        return
    import pymysql
    from pymysql.constants import CLIENT

    connection = pymysql.connect(
        host=where.host or "localhost",
        port=where.port or 3306,
        user=where.user,
        password=where.password,
        unix_socket=where.options.get("unix_socket"),
        database=database or None,
        charset="utf8mb4",
        client_flag=CLIENT.MULTI_STATEMENTS,
        autocommit=True,
    )

    def run_mysql(sql: str) -> list[tuple[Any, ...]]:
        with connection.cursor() as cursor:
            cursor.execute(sql)
            rows = list(cursor.fetchall())
            while cursor.nextset():
                rows = list(cursor.fetchall())
            return rows

    try:
        yield run_mysql
    finally:
        connection.close()


def databases(engine: str, run: Run) -> list[str]:
    """The names of all databases and users of a server, but for those that tests beside this one make."""
    if engine == "postgres":
        found = run("SELECT datname FROM pg_database UNION ALL SELECT rolname FROM pg_roles ORDER BY 1")
    else:
        found = run(
            "SELECT schema_name FROM information_schema.schemata UNION ALL SELECT user FROM mysql.user ORDER BY 1"
        )
    return [name for (name,) in found if not name.startswith("synthgen_test_")]
