"""MySQL and MariaDB through PyMySQL: databases of this run's own, INSERTs. Knows nothing of what is in a schema.

There a namespace is a database: each one that a schema has gets a database of this run's, whose name begins as this
run's own does.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from ..errors import InputError, MissingExtra, Refused
from ..schema import ForeignKey, Schema, Table
from .reading import given_columns, inserts, name_of
from .urls import Target

if TYPE_CHECKING:
    import pymysql

    from ..dataset import Dataset

_MODE = "STRICT_ALL_TABLES,NO_AUTO_VALUE_ON_ZERO,NO_ENGINE_SUBSTITUTION,ERROR_FOR_DIVISION_BY_ZERO"
_WRONG_PASSWORD = 1045


class MySQL:
    """An open connection. `databases` are those that this run has created; empty where it works in a user's own."""

    late_references = True

    def __init__(
        self, connection: pymysql.Connection[Any], target: Target, dialect: str, databases: tuple[str, ...] = ()
    ) -> None:
        self.connection, self.dialect = connection, dialect
        self._target, self._databases = target, databases

    def version(self) -> str:
        said = str(self.connection.get_server_info())
        return f"MariaDB {said.removeprefix('5.5.5-')}" if "mariadb" in said.lower() else f"MySQL {said}"

    def query(self, statement: str) -> list[tuple[Any, ...]]:
        """PyMySQL asks the server for one statement at a time. Raises Refused."""
        import pymysql

        try:
            with self.connection.cursor() as cursor:
                cursor.execute(statement)
                return list(cursor.fetchall())
        except pymysql.MySQLError as error:
            raise _refused(error, self._target) from None

    def run(self, statement: str) -> None:
        self.query(statement)

    @contextmanager
    def trial(self) -> Iterator[None]:
        """Here nothing undoes a CREATE TABLE but a DROP TABLE: what came into our own databases meanwhile is dropped
        again."""
        before = set(self._tables())
        try:
            yield
        finally:
            for database, name in set(self._tables()) - before:
                self.query(f"DROP TABLE `{database}`.`{name.replace('`', '``')}`")

    def _tables(self) -> list[tuple[Any, ...]]:
        ours = ", ".join(f"'{name}'" for name in self._databases)
        return self.query(
            f"SELECT table_schema, table_name FROM information_schema.tables WHERE table_schema IN ({ours})"
        )

    def fill(self, dataset: Dataset, key: str, table: Table) -> None:
        with self.transaction():
            self.pour(dataset, key, table)

    def pour(self, dataset: Dataset, key: str, table: Table) -> None:
        """All rows, inside the transaction that there is."""
        if given_columns(table):
            for statement in inserts(dataset, key, table, self.dialect):
                self.query(statement)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        self.query("START TRANSACTION")
        try:
            yield
        except BaseException:
            self.query("ROLLBACK")
            raise
        self.query("COMMIT")

    def count(self, table: Table) -> int:
        return int(self.query(f"SELECT count(*) FROM {name_of(table, self.dialect)}")[0][0])

    def settle(self) -> dict[str, str]:
        return {}

    def close(self) -> None:
        try:
            for name in self._databases:
                self.query(f"DROP DATABASE `{name}`")
        finally:
            self.connection.close()


def connect(target: Target, ask: Callable[[str], str] | None = None, *, into: str = "") -> pymysql.Connection[Any]:
    """An autocommit connection, to no database unless `into` names one. Raises InputError or MissingExtra."""
    try:
        import pymysql
    except ImportError as error:
        raise MissingExtra("prove") from error

    given: dict[str, Any] = {
        "host": target.host or "localhost",
        "port": target.port or 3306,
        "user": target.user or None,
        "password": target.password,
        "database": into or None,
        "unix_socket": target.options.get("unix_socket") or target.options.get("socket"),
        "ssl_ca": target.options.get("ssl_ca"),
    }
    words = {name: value for name, value in given.items() if value is not None}
    words |= {"charset": "utf8mb4", "autocommit": True, "local_infile": False}
    words["init_command"] = f"SET SESSION sql_mode = '{_MODE}', time_zone = '+00:00', foreign_key_checks = 1"
    try:
        try:
            return pymysql.connect(**words)
        except pymysql.OperationalError as error:
            if ask is None or target.password or error.args[0] != _WRONG_PASSWORD:
                raise
            words["password"] = ask(f"password for {target.shown()}: ")
            return pymysql.connect(**words)
    except pymysql.MySQLError as error:
        raise InputError(f"can't connect to {target.shown()}: {_said(error, target)}") from None


def fresh(target: Target, schema: Schema, ask: Callable[[str], str] | None = None) -> tuple[MySQL, Schema]:
    """Databases that are created here and dropped by `close`, and the schema with its namespaces in them. Raises
    InputError where the user may not create one."""
    own = f"synthgen_{uuid.uuid4().hex}"
    spaces = {space: f"{own}_{number}" for number, space in enumerate(_namespaces(schema))}
    connection = connect(target, ask)
    made: list[str] = []
    try:
        for name in (own, *spaces.values()):
            with connection.cursor() as cursor:
                cursor.execute(f"CREATE DATABASE `{name}` CHARACTER SET utf8mb4")
            made.append(name)
        connection.select_db(own)
    except Exception as error:
        MySQL(connection, target, schema.dialect, tuple(made)).close()
        raise InputError(
            f"{target.shown()}: can't create a database of this run's own: {_said(error, target)}",
            hint="a schema is never proved inside a database that exists: use a user that may create one",
        ) from None
    return MySQL(connection, target, schema.dialect, tuple(made)), _moved(schema, {"": "", **spaces})


def _namespaces(schema: Schema) -> list[str]:
    return [space for space in dict.fromkeys(t.namespace for t in schema.tables.values()) if space]


def _moved(schema: Schema, spaces: dict[str, str]) -> Schema:
    """The schema with other names for its namespaces; its tables keep their order."""
    moved = {key: replace(table, namespace=spaces[table.namespace]) for key, table in schema.tables.items()}
    tables = {}
    for table in moved.values():
        constraints = tuple(
            replace(c, table=moved[c.table].key) if isinstance(c, ForeignKey) else c for c in table.constraints
        )
        tables[table.key] = replace(table, constraints=constraints)
    return replace(schema, tables=tables)


def _refused(error: Exception, target: Target) -> Refused:
    return Refused(_said(error, target))


def _said(error: Exception, target: Target) -> str:
    return target.hidden(str(error.args[1] if len(error.args) > 1 else error).partition("\n")[0])
