"""The catalog of a MySQL or MariaDB database: what SHOW CREATE TABLE writes. Knows that a namespace is a database
there, and that the URL names one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from ..ddl.dialects import DIALECTS
from ..engines.mysql import MySQL, connect
from ..engines.urls import Target
from ..errors import InputError, Refused
from .definitions import Definitions, left_out

_TABLES = (
    "SELECT table_name, table_type FROM information_schema.tables WHERE table_schema = database() ORDER BY table_name"
)
_TRIGGERS = "SELECT trigger_name FROM information_schema.triggers WHERE trigger_schema = database() ORDER BY 1"
_KEPT = ("BASE TABLE", "SYSTEM VERSIONED")


def definitions(where: Target, ask: Callable[[str], str] | None) -> Definitions:
    try:
        with reading(where, ask) as engine:
            tables = engine.query(_TABLES)
            others = [(kind.lower(), name) for name, kind in tables if kind not in _KEPT]
            others += [("trigger", name) for (name,) in engine.query(_TRIGGERS)]
            return Definitions(
                "mariadb" if engine.version().startswith("MariaDB") else "mysql",
                tables=tuple(
                    engine.query(f"SHOW CREATE TABLE {DIALECTS['mysql'].quoted(name)}")[0][1]
                    for name, kind in tables
                    if kind in _KEPT
                ),
                left_out=left_out(others),
            )
    except Refused as error:
        raise InputError(f"can't read {where.shown()}: {error.message}") from None


@contextmanager
def reading(where: Target, ask: Callable[[str], str] | None = None) -> Iterator[MySQL]:
    """A session that can't write, in the database that the URL names. Raises InputError or Refused."""
    connection = connect(where, ask, into=where.database)
    try:
        engine = MySQL(connection, where, "mysql")
        engine.query("SET SESSION sql_quote_show_create = 1")
        engine.query("SET SESSION TRANSACTION READ ONLY")
        engine.query("START TRANSACTION READ ONLY")
        yield engine
    finally:
        connection.close()
