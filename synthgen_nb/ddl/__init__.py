"""DDL text to Schema and back. The one door to the rooms behind it; knows their order and nothing of their subjects."""

from __future__ import annotations

import io

from ..errors import DDLError
from ..schema import Schema
from .assembling import assemble
from .catalog import Catalog
from .detection import detect_dialect
from .dialects import dialect_named
from .render import render, render_constraint, sequence_of
from .shape import schema_json
from .splitter import Statement, split
from .statements import apply

__all__ = ["MAX_TEXT", "detect_dialect", "parse_ddl", "render", "render_constraint", "schema_json", "sequence_of"]

MAX_TEXT = 64_000_000  # characters of DDL text
MAX_UNREAD = 1_000  # statements that nobody understands before the first CREATE TABLE: then it is no DDL


def parse_ddl(text: str, dialect: str | None = None, *, strict: bool = False) -> Schema:
    """The tables that a DDL text leaves behind, once all its statements are applied in order. Without a dialect it is
    told from the text. `strict` makes a foreign key to a table that is not in the text an error instead of a note.
    Raises DDLError with line, column and the source of the line."""
    if len(text) > MAX_TEXT:
        raise DDLError(
            f"the DDL text has {len(text):,} characters; at most {MAX_TEXT:,} are read", hint="leave out the data"
        )
    if not text.strip():
        raise DDLError("the DDL text is empty", hint="write at least one CREATE TABLE")
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    try:
        return _parse(text, dialect, strict)
    except DDLError as problem:
        if problem.line and not problem.source:
            problem.source = _line(text, problem.line)
        raise


def _parse(text: str, dialect: str | None, strict: bool) -> Schema:
    known = dialect_named(dialect or detect_dialect(text))
    catalog = Catalog(known, strict=strict)
    first: Statement | None = None
    for statement in split(io.StringIO(text), known.name):
        first = first or statement
        apply(statement, catalog)
        if not catalog.created and len(catalog.notes) > MAX_UNREAD:
            raise DDLError("this is no DDL text", first.line, first.column, hint=f"read as {known.name}")
    if not catalog.tables:
        place = (first.line, first.column) if first else (0, 0)
        made = (
            "every table it creates is dropped, temporary or made by a query" if catalog.created else "no CREATE TABLE"
        )
        raise DDLError(f"nothing to generate: {made}", *place, hint=f"read as {known.name}")
    return assemble(catalog)


def _line(text: str, number: int) -> str:
    """One line of the text, counted from 1, cut to what an error message can show."""
    start = 0
    for _ in range(number - 1):
        start = text.index("\n", start) + 1
    end = text.find("\n", start)
    return text[start : end if end >= 0 else len(text)]
