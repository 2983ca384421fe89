"""The schema of a database that exists. Knows that a catalog is told as DDL and read by the one reader of DDL; how an
engine tells it is in the room that bears its name. Only catalogs are read, in a session that can't write.
"""

from __future__ import annotations

from collections.abc import Callable

from msgspec.structs import replace

from ..ddl import parse_ddl
from ..engines.urls import Target, existing
from ..errors import InputError
from ..introspection import duckdb, mysql, postgres, sqlite
from ..schema import Note, Schema, Table
from .definitions import Definitions

Ask = Callable[[str], str]


def read_database(url: str, *, ask: Ask | None = None, strict: bool = False) -> Schema:
    """The tables of the database that the URL names, in all its namespaces but the engine's own. Nothing in it has a
    place: there is no text to look at. `ask` is called for a password where the server wants one. Raises InputError
    where there is no such database, no right to read its catalog, or no table in it."""
    where = existing(url)
    found = _definitions(where, ask)
    if not found.tables:
        raise InputError(f"{where.shown()} has no tables", hint="; ".join(found.left_out))
    schema = parse_ddl(found.text(), found.dialect, strict=strict)
    left_out = (Note(code="ignored", text=line, line=0, column=0) for line in found.left_out)
    notes = (*(replace(note, line=0, column=0) for note in schema.notes), *left_out)
    return replace(
        schema,
        tables={key: _without_places(table) for key, table in schema.tables.items()},
        domains={key: replace(domain, place=None) for key, domain in schema.domains.items()},
        notes=notes,
    )


def _definitions(where: Target, ask: Ask | None) -> Definitions:
    if where.engine == "postgres":
        return postgres.definitions(where, ask)
    if where.engine == "mysql":
        return mysql.definitions(where, ask)
    return sqlite.definitions(where) if where.engine == "sqlite" else duckdb.definitions(where)


def _without_places(table: Table) -> Table:
    return replace(
        table,
        columns=tuple(replace(column, place=None) for column in table.columns),
        constraints=tuple(replace(constraint, place=None) for constraint in table.constraints),
        place=None,
    )
