"""Connections to the database servers that the environment names. Only databases made here are used, and they are
dropped again; without a name the test is skipped and says so."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

SERVERS = {"postgres": "SYNTHGEN_TEST_POSTGRES", "mariadb": "SYNTHGEN_TEST_MYSQL"}


class Servers:
    """One connection an engine, opened when the first test asks for it. None for engines that need no server."""

    def __init__(self) -> None:
        self.open = ExitStack()
        self.known: dict[str, Any] = {}

    def connection(self, engine: str) -> Any:
        if engine in SERVERS and engine not in self.known:
            self.known[engine] = self.open.enter_context(connected(engine))
        return self.known.get(engine)


@contextmanager
def connected(engine: str) -> Iterator[Any]:
    """A connection to the server that the environment names, for `load`; the test is skipped where it names none."""
    url = os.environ.get(SERVERS[engine])
    if not url:
        pytest.skip(f"{SERVERS[engine]} names no server, such as {engine}://user@localhost/")
    with _postgres(url) if engine == "postgres" else _mariadb(url) as connection:
        yield connection


@contextmanager
def _postgres(url: str) -> Iterator[Any]:
    import psycopg

    name = f"synthgen_test_{uuid.uuid4().hex}"
    with psycopg.connect(url, autocommit=True) as outside:
        outside.execute(f"CREATE DATABASE {name} ENCODING 'UTF8' TEMPLATE template0")
        try:
            with psycopg.connect(url, dbname=name, autocommit=True) as inside:
                inside.execute("SET client_min_messages = error")
                yield inside
        finally:
            outside.execute(f"DROP DATABASE {name}")


@contextmanager
def _mariadb(url: str) -> Iterator[Any]:
    import pymysql
    from pymysql.constants import CLIENT

    parts = urlsplit(url)
    socket = parse_qs(parts.query).get("unix_socket", [None])[0]
    with pymysql.connect(
        host=parts.hostname or "localhost", port=parts.port or 3306, unix_socket=socket, charset="utf8mb4",
        user=unquote(parts.username or "root"), password=unquote(parts.password or ""),
        client_flag=CLIENT.MULTI_STATEMENTS, init_command="SET time_zone = '+00:00'",
    ) as connection:  # fmt: skip
        yield connection
