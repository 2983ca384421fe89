"""PostgreSQL through psycopg: a database of this run's own, COPY, and one statement at a time by protocol. Knows
nothing of what is in a schema.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from ..ddl.dialects import DIALECTS
from ..ddl.fragments import written
from ..errors import InputError, MissingExtra, Refused
from ..schema import Table
from .reading import copies, given_columns, name_of
from .urls import Target

if TYPE_CHECKING:
    import psycopg

    from ..dataset import Dataset

# what literals rely on; no look-up may find a function that a schema brought before the server's own
_SESSION = "-c standard_conforming_strings=on -c TimeZone=UTC -c DateStyle=ISO -c IntervalStyle=postgres"


class Postgres:
    """An open connection. `database` is the one that this run has created, empty where it works in a user's own."""

    dialect = "postgres"
    late_references = True

    def __init__(self, connection: psycopg.Connection[Any], target: Target, database: str = "") -> None:
        self.connection = connection
        self._target, self._database = target, database

    def version(self) -> str:
        return f"PostgreSQL {self.connection.info.parameter_status('server_version')}"

    def query(self, statement: str) -> list[tuple[Any, ...]]:
        import psycopg

        try:
            # prepared: the server itself then takes one statement and no second one after it
            found = self.connection.execute(statement.encode(), prepare=True)
            return found.fetchall() if found.description else []
        except psycopg.Error as error:
            raise _refused(error, self._target) from None

    def run(self, statement: str) -> None:
        self.query(statement)

    @contextmanager
    def trial(self) -> Iterator[None]:
        with self.connection.transaction(force_rollback=True):
            yield

    def fill(self, dataset: Dataset, key: str, table: Table) -> None:
        import psycopg

        columns = ", ".join(written(c.name, DIALECTS["postgres"]) for c in given_columns(table))
        if not columns:
            return
        try:
            with (
                self.connection.transaction(),
                self.connection.cursor() as cursor,
                cursor.copy(f"COPY {name_of(table, 'postgres')} ({columns}) FROM STDIN".encode()) as copy,
            ):
                for lines in copies(dataset, key, table):
                    copy.write(lines)
        except psycopg.Error as error:
            raise _refused(error, self._target) from None

    def count(self, table: Table) -> int:
        only = "" if "PARTITION BY" in table.options.upper() else "ONLY "
        return int(self.query(f"SELECT count(*) FROM {only}{name_of(table, 'postgres')}")[0][0])

    def settle(self) -> dict[str, str]:
        return {}

    def close(self) -> None:
        self.connection.close()
        if self._database:
            with connect(self._target) as connection:
                connection.execute(f'DROP DATABASE "{self._database}" WITH (FORCE)'.encode())


def connect(target: Target, database: str = "", ask: Callable[[str], str] | None = None) -> psycopg.Connection[Any]:
    """An autocommit connection; libpq finds what the URL leaves out (environment, .pgpass). `ask` is called for a
    password where the server wants one and none was found. Raises InputError or MissingExtra."""
    try:
        import psycopg
    except ImportError as error:
        raise MissingExtra("prove") from error

    given: dict[str, Any] = {
        "host": target.host or None,
        "port": target.port or None,
        "user": target.user or None,
        "dbname": database or target.database or "postgres",
        "password": target.password or None,
        "options": _SESSION,
        **target.options,
    }
    words = {name: value for name, value in given.items() if value is not None}
    try:
        try:
            return psycopg.connect(autocommit=True, **words)
        except psycopg.OperationalError as error:
            if ask is None or target.password or "no password supplied" not in str(error):
                raise
            words["password"] = ask(f"password for {target.shown()}: ")
            return psycopg.connect(autocommit=True, **words)
    except psycopg.Error as error:
        said = " ".join(target.hidden(str(error)).split())
        raise InputError(f"can't connect to {target.shown()}: {said}") from None


def fresh(target: Target, ask: Callable[[str], str] | None = None) -> Postgres:
    """A database that is created here and dropped by `close`. Raises InputError where the user may not create one."""
    name = f"synthgen_{uuid.uuid4().hex}"
    with connect(target, ask=ask) as connection:
        import psycopg

        if not target.password and connection.info.password:  # asked for once, used for the connections to come
            target = replace(target, password=connection.info.password)
        try:
            connection.execute(f"CREATE DATABASE \"{name}\" TEMPLATE template0 ENCODING 'UTF8'".encode())
        except psycopg.Error as error:
            raise _no_right(error, target) from None
        try:
            return Postgres(connect(target, name), target, name)
        except BaseException:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)'.encode())
            raise


def _no_right(error: Exception, target: Target) -> InputError:
    return InputError(
        f"{target.shown()}: can't create a database of this run's own: {target.hidden(str(error)).splitlines()[0]}",
        hint="a schema is never proved inside a database that exists: use a user that may create one",
    )


def _refused(error: psycopg.Error, target: Target) -> Refused:
    said = error.diag.message_primary or str(error).partition("\n")[0]
    detail = f" {error.diag.message_detail}" if error.diag.message_detail else ""
    return Refused(target.hidden(said + detail))
