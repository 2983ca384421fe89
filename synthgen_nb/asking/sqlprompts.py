"""What a model is told when it writes SQL: pure functions over the texts in prompts/. Names, comments and values are
quoted as JSON, one table a line, so that they are read as data."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from msgspec import Struct

from ..llm.base import Prompt
from ..schema import Table
from .prompts import prompt_file

_COMMENT = 120  # characters
_DIALECTS = {"postgres": "PostgreSQL", "mysql": "MySQL", "mariadb": "MariaDB", "sqlite": "SQLite", "duckdb": "DuckDB",
             "tsql": "SQL Server", "oracle": "Oracle"}  # fmt: skip


class Names(Struct, frozen=True):
    """What a table and its columns are called in SQL."""

    table: str
    columns: Mapping[str, str]


class ToldTable(Struct, frozen=True):
    """A table with the names that SQL has to use, and what is known of its values by column."""

    table: Table
    name: str
    columns: Mapping[str, str]
    rows: int
    facts: Mapping[str, str]
    parents: Sequence[str]


def edit_prompt(tables: Sequence[ToldTable], dialect: str, request: str, refused: str = "") -> Prompt:
    return _prompt("edit_system.md", tables, dialect, request, refused)


def query_prompt(tables: Sequence[ToldTable], question: str, refused: str = "") -> Prompt:
    return _prompt("query_system.md", tables, "duckdb", question, refused)


def _prompt(system: str, tables: Sequence[ToldTable], dialect: str, request: str, refused: str) -> Prompt:
    """`refused` is what was wrong with the answer before."""
    again = prompt_file("sql_again.md").replace("{refused}", json.dumps(refused, ensure_ascii=False))
    return Prompt(
        system=prompt_file(system).replace("{dialect}", _DIALECTS[dialect]),
        shared=prompt_file("plan_tables.md").replace("{tables}", "\n".join(map(_line, tables))),
        own=prompt_file("sql_request.md").replace("{request}", request) + (again if refused else ""),
    )


def _line(told: ToldTable) -> str:
    line: dict[str, object] = {"table": told.name, "rows": told.rows}
    if told.table.comment:
        line["comment"] = told.table.comment[:_COMMENT]
    line["columns"] = {told.columns[c.name]: _column(told, c.name) for c in told.table.columns}
    if told.parents:
        line["references"] = list(told.parents)
    return json.dumps(line, ensure_ascii=False)


def _column(told: ToldTable, name: str) -> str:
    column = told.table.column(name)
    words = [column.type.sql.lower()]
    words += ["computed"] if column.generated is not None else []
    words += [told.facts[name]] if name in told.facts else []
    words += [column.comment[:_COMMENT]] if column.comment else []
    return "; ".join(words)
