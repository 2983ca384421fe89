"""SQLite through Python's own sqlite3: a file or a database in memory, built and filled in one transaction with every
reference checked. Knows nothing of what is in a schema.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import InputError, Refused
from ..schema import Table
from .reading import given_columns, inserts, name_of

if TYPE_CHECKING:
    from ..dataset import Dataset

_OTHER_FILES = {sqlite3.SQLITE_ATTACH, sqlite3.SQLITE_DETACH}


class SQLite:
    """An open connection inside a transaction that `settle` commits."""

    dialect = "sqlite"
    late_references = False

    def __init__(self, path: Path | None = None, *, existing: bool = False) -> None:
        self._filled: list[str] = []
        try:
            if existing and path is not None:
                uri = f"{path.absolute().as_uri()}?mode=rw"
                self.connection = sqlite3.connect(uri, uri=True, isolation_level=None)
            else:
                self.connection = sqlite3.connect(path or ":memory:", isolation_level=None)
            self.connection.set_authorizer(_this_file_only)
            self.connection.execute("PRAGMA foreign_keys = ON")
            self.connection.execute("BEGIN IMMEDIATE")
            self.connection.execute("PRAGMA defer_foreign_keys = ON")  # a row may refer to one that comes later
        except sqlite3.Error as error:
            raise InputError(f"can't open {path}: {error}") from None

    def version(self) -> str:
        return f"SQLite {sqlite3.sqlite_version}"

    def query(self, statement: str) -> list[tuple[Any, ...]]:
        try:
            return self.connection.execute(statement).fetchall()
        except (sqlite3.Error, sqlite3.Warning, OverflowError) as error:
            raise Refused(str(error)) from None

    def run(self, statement: str) -> None:
        self.query(statement)

    @contextmanager
    def trial(self) -> Iterator[None]:
        self.connection.execute("SAVEPOINT trial")
        try:
            yield
        finally:
            self.connection.execute("ROLLBACK TO trial")
            self.connection.execute("RELEASE trial")

    def fill(self, dataset: Dataset, key: str, table: Table) -> None:
        self._filled.append(table.name)
        if not given_columns(table):
            return
        self.connection.execute("SAVEPOINT filling")
        try:
            for statement in inserts(dataset, key, table, "sqlite"):
                self.query(statement)
        except Refused:
            self.connection.execute("ROLLBACK TO filling")
            raise
        finally:
            self.connection.execute("RELEASE filling")

    def count(self, table: Table) -> int:
        return int(str(self.query(f"SELECT count(*) FROM {name_of(table, 'sqlite')}")[0][0]))

    def settle(self) -> dict[str, str]:
        """Commits, unless a row of a table that was filled refers to nothing."""
        broken = {}
        check = "SELECT parent, count(*) FROM pragma_foreign_key_check(?) GROUP BY 1"
        for name in self._filled:
            try:
                for parent, rows in self.connection.execute(check, (name,)):
                    broken[name] = f"FOREIGN KEY: {rows} rows refer to no row of {parent}"
            except sqlite3.Error as error:  # a reference to what is no key
                broken[name] = str(error)
        self.run("ROLLBACK" if broken else "COMMIT")
        return broken

    def close(self) -> None:
        self.connection.close()


def _this_file_only(action: int, *_: object) -> int:
    return sqlite3.SQLITE_DENY if action in _OTHER_FILES else sqlite3.SQLITE_OK
