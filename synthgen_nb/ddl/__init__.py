"""DDL text to Schema and back. The one door to the rooms behind it; knows their order and nothing of their subjects."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import BinaryIO

from ..errors import DDLError
from ..schema import Schema
from .assembling import assemble
from .catalog import Catalog
from .detection import LOOKED_AT, detect_dialect
from .dialects import dialect_named
from .render import render, render_constraint, sequence_of
from .shape import schema_json
from .source import Lines, decoded, opened
from .splitter import Statement, split
from .statements import apply

__all__ = ["detect_dialect", "parse_ddl", "read_ddl", "render", "render_constraint", "schema_json", "sequence_of"]

MAX_UNREAD = 1_000  # statements that nobody understands before the first CREATE TABLE: then it is no DDL


def parse_ddl(text: str, dialect: str | None = None, *, strict: bool = False) -> Schema:
    """The tables that a DDL text leaves behind, once all its statements are applied in order. Without a dialect it is
    told from the text. `strict` makes a foreign key to a table that is not in the text an error instead of a note.
    Raises DDLError with line, column and the source of the line."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return _read(lambda: iter((text,)), dialect, strict)


def read_ddl(file: BinaryIO, place: str, dialect: str | None = None, *, strict: bool = False) -> Schema:
    """The same of a file that can go back, packed with gzip or not, of any size: its rows are read past. `place` is
    what an error calls it, and its name may tell the dialect. Raises InputError for what is no text."""
    unpacked = opened(file)
    return _read(lambda: decoded(unpacked, place), dialect, strict, place)


def _read(blocks: Callable[[], Iterator[str]], dialect: str | None, strict: bool, place: str = "") -> Schema:
    """`blocks` begins the text anew."""
    beginning = _beginning(blocks())
    if not beginning.strip() and len(beginning) < LOOKED_AT:
        raise DDLError("the DDL text is empty", hint="write at least one CREATE TABLE")
    try:
        return _parse(blocks(), dialect or detect_dialect(beginning, place), strict)
    except DDLError as problem:
        if problem.line and not problem.source:
            problem.source = _line(blocks(), problem.line)
        raise


def _beginning(blocks: Iterator[str]) -> str:
    """As much of the text as tells its dialect."""
    beginning = ""
    while len(beginning) < LOOKED_AT and (block := next(blocks, "")):
        beginning += block[:LOOKED_AT]
    return beginning[:LOOKED_AT]


def _parse(blocks: Iterator[str], dialect: str, strict: bool) -> Schema:
    known = dialect_named(dialect)
    catalog = Catalog(known, strict=strict)
    first: Statement | None = None
    for statement in split(blocks, known.name, passed_by=catalog.passed_by):
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


def _line(blocks: Iterator[str], number: int) -> str:
    """One line of the text, counted from 1; of a very long one the beginning."""
    lines = Lines(blocks)
    while (line := lines.take()) and lines.number <= number and line.endswith("\n"):
        pass
    return line.removesuffix("\n")
