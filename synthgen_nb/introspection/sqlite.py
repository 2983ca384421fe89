"""The catalog of a SQLite file: the statements that it keeps as they were typed. Knows how a file is opened for reading
alone.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ..engines.urls import Target
from ..errors import InputError
from .definitions import Definitions, left_out

_OBJECTS = (
    "SELECT m.type, m.name, m.sql, t.type FROM sqlite_master m"
    " LEFT JOIN pragma_table_list t ON t.name = m.name AND t.schema = 'main'"
    " WHERE m.sql IS NOT NULL AND m.name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY m.rowid"
)
_OTHER = {"view": "view", "trigger": "trigger", "virtual": "virtual table", "shadow": "table of a virtual table"}


def definitions(where: Target) -> Definitions:
    try:
        with reading(Path(where.path)) as connection:
            found: list[tuple[str, str, str, str | None]] = connection.execute(_OBJECTS).fetchall()
    except sqlite3.Error as error:
        raise InputError(f"can't read {where.shown()}: {error}") from None
    kinds = [(kind if kind != "table" else table or kind, name, sql) for kind, name, sql, table in found]
    return Definitions(
        "sqlite",
        tables=tuple(sql for kind, _, sql in kinds if kind == "table"),
        after=tuple(sql for kind, _, sql in kinds if kind == "index"),
        left_out=left_out((_OTHER[kind], name) for kind, name, _ in kinds if kind in _OTHER),
    )


@contextmanager
def reading(path: Path) -> Iterator[sqlite3.Connection]:
    """A connection that can't write. Raises sqlite3.Error."""
    connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, isolation_level=None)
    try:
        connection.execute("PRAGMA query_only = ON")
        yield connection
    finally:
        connection.close()
