"""Reading the rows that a DDL itself inserts. Knows INSERT, COPY and literals, not what makes a row complete.

A table keeps them as long as it gets at most MAX_REFERENCE_ROWS: these are reference data (roles, statuses, countries).
More is a dump's data; it is passed by with a note.
"""

from __future__ import annotations

import csv
import re
from itertools import islice, takewhile

from ..schema import Place
from .catalog import Catalog, ColumnDraft, TableDraft, Value
from .cursor import Cursor, NotUnderstood
from .splitter import Statement
from .tokens import Tokens, lex, string_value

MAX_REFERENCE_ROWS = 1_000
_LONGEST_HEAD = 2_000  # characters up to the name of an INSERT's table
_LONG_INSERT = 100_000  # characters of an INSERT whose rows are counted before they are read
_GENERATED_LEFT_OUT = ("sqlite", "duckdb", "tsql")  # elsewhere an INSERT without columns says DEFAULT there
_BEFORE_NAME = (
    "INTO",
    "IGNORE",
    "OR",
    "LOW_PRIORITY",
    "DELAYED",
    "HIGH_PRIORITY",
    "OVERWRITE",
    "ROLLBACK",
    "FAIL",
    "REPLACE",
)


class NotLiteral(Exception):
    """A value that only the server could compute. Never leaves the reading of rows."""


def too_many(table: TableDraft, catalog: Catalog, place: Place) -> None:
    give_up(table, catalog, place, f"more than {MAX_REFERENCE_ROWS:,} rows are data, not reference rows")


def give_up(table: TableDraft, catalog: Catalog, place: Place, why: str) -> None:
    """None of the table's inserted rows are kept; said once."""
    if table.rows is not None:
        table.rows = None
        catalog.note("rows_dropped", f"rows of {table.key} are not kept: {why}", place)


def skips_insert(statement: Statement, catalog: Catalog) -> bool:
    """Whether this INSERT need not be read: its table is unknown, or its rows are given up. The next ones that begin
    like it are then passed by."""
    begin = Statement(statement.text[:_LONGEST_HEAD], statement.line, statement.column)
    names = tuple(takewhile(lambda t: t.key not in ("(", ")"), islice(lex(begin.text, catalog.dialect), 24)))
    c = Cursor(Tokens(begin, catalog.dialect, names, (0,) * len(names), (), (0,)))
    c.next()
    while c.take_any(*_BEFORE_NAME):
        pass
    if not c.is_name():
        return True
    table = catalog.find(c.qualified())
    if table is not None and table.rows is not None and _is_data(statement, catalog):
        too_many(table, catalog, Place(statement.line, statement.column))
    if table is None or table.rows is None:
        catalog.passed_by.add(begin.text[: c.peek(-1).end])
        return True
    return False


def _is_data(statement: Statement, catalog: Catalog) -> bool:
    """Whether it brings more rows than reference data has; told without cutting all of it into tokens."""
    if statement.more:
        return True
    if len(statement.text) < _LONG_INSERT:
        return False
    depth = rows = 0
    for token in lex(statement.text, catalog.dialect):
        depth += (token.key == "(") - (token.key == ")")
        rows += token.key == ")" and depth == 0
        if rows > MAX_REFERENCE_ROWS:
            return True
    return False


def insert_rows(c: Cursor, catalog: Catalog) -> None:
    """What follows INSERT or REPLACE. Raises DDLError for a column that the table lacks."""
    place = c.place(0)
    ignored = False
    while word := c.take_any(*_BEFORE_NAME):
        ignored = ignored or word in ("IGNORE", "OR")
    table = catalog.find(c.qualified("a table"))
    if table is None or table.rows is None:
        return
    if c.take("AS"):
        c.name()
    left_out = catalog.dialect.name in _GENERATED_LEFT_OUT
    columns = [column for column in table.columns if not left_out or column.generated is None]
    if c.at("(") and c.peek(1).key not in ("SELECT", "WITH", "VALUES"):
        columns = [table.column(item.name("a column"), item.place()) for item in c.group().items() if not item.done]
    if c.take("OVERRIDING"):
        c.next()
        c.take("VALUE")
    try:
        rows = _read_rows(c, columns, table)
    except NotLiteral as problem:
        give_up(table, catalog, place, str(problem))
        return
    table.rows_ignored = table.rows_ignored or ignored or c.at("ON", "CONFLICT") or c.at("ON", "DUPLICATE")
    _keep(rows, table, catalog, place)


def _keep(rows: list[dict[ColumnDraft, Value]], table: TableDraft, catalog: Catalog, place: Place) -> None:
    assert table.rows is not None
    if len(table.rows) + len(rows) > MAX_REFERENCE_ROWS:
        too_many(table, catalog, place)
    else:
        table.rows.extend(rows)


def _read_rows(c: Cursor, columns: list[ColumnDraft], table: TableDraft) -> list[dict[ColumnDraft, Value]]:
    if c.take("DEFAULT", "VALUES"):
        return [{}]
    if c.take("SET") and c.dialect.backslashes:
        row: dict[ColumnDraft, Value] = {}
        for item in c.items():
            column = table.column(item.name("a column"), item.place())
            item.expect("=")
            _put(row, column, item)
        return [row]
    if not c.take_any("VALUES", "VALUE"):
        raise NotLiteral("they come from a query")
    rows = []
    while c.at("("):
        items = c.group().items()
        if len(items) != len(columns):
            raise NotLiteral(f"{len(items)} values for {len(columns)} columns")
        row = {}
        for column, item in zip(columns, items, strict=True):
            _put(row, column, item)
        rows.append(row)
        if len(rows) > MAX_REFERENCE_ROWS:
            break
        c.take(",")
    return rows


def _put(row: dict[ColumnDraft, Value], column: ColumnDraft, item: Cursor) -> None:
    if item.take("DEFAULT") and item.done:
        return
    row[column] = read_literal(item)
    if not item.done:
        raise NotLiteral(f"'{item.rest()[:40]}' after a value of {column.name}")


_TYPED = ("DATE", "TIME", "TIMESTAMP", "INTERVAL", "TIMESTAMPTZ", "UUID", "JSON", "JSONB", "INET", "POINT")


def read_literal(c: Cursor) -> Value:
    """A number, text, boolean or NULL, with or without a cast. Raises NotLiteral."""
    value = _read_plain(c)
    while c.take("::"):
        try:
            c.qualified("a type")
            while c.peek().kind == "word":
                c.next()
            if c.at("("):
                c.group()
            while c.take("[", "]"):
                pass
        except NotUnderstood as problem:
            raise NotLiteral(problem.message) from None
    return value


def _read_plain(c: Cursor) -> Value:
    token = c.peek()
    if c.at("("):
        inside = c.group()
        value = read_literal(inside)
        if not inside.done:
            raise NotLiteral(f"'{inside.rest()[:40]}' is computed")
        return value
    if c.at_any("+", "-") and c.peek(1).kind == "number":
        sign = c.next().key
        number = read_number(c.next().text)
        return _negative(number) if sign == "-" else number
    if token.kind == "number":
        c.next()
        return read_number(token.text)
    if token.kind == "string":
        c.next()
        return _text_literal(token.text, c)
    if token.key in ("NULL", "TRUE", "FALSE"):
        c.next()
        return {"NULL": None, "TRUE": True, "FALSE": False}[token.key]
    if token.key in _TYPED and c.peek(1).kind == "string":
        c.i += 2
        return string_value(c.peek(-1).text, c.dialect)
    if token.key == "CAST" and c.peek(1).key == "(":
        c.next()
        inside = c.group()
        value = read_literal(inside)
        if inside.at("AS"):
            return value
    raise NotLiteral(f"'{token.text[:40]}' is computed by the server")


def _text_literal(text: str, c: Cursor) -> Value:
    prefix = text[0].upper() if text[1:2] == "'" else ""
    if prefix == "X":
        raise NotLiteral("binary values")
    value = string_value(text, c.dialect)
    if prefix == "B" and c.dialect.backslashes:
        return int(value, 2) if value.strip("01") == "" and value else 0
    return value


def read_number(text: str) -> Value:
    """An int, a float that says exactly what was written, or the text."""
    if text.isascii() and text.isdigit():
        return int(text) if len(text) < 1_000 else text
    if text[:2].lower() == "0x":
        raise NotLiteral("binary values")
    number = float(text)
    return number if f"{number!r}".rstrip("0") == text.rstrip("0") or number == int_or_nan(text) else text


def int_or_nan(text: str) -> float:
    """The whole number that a text like `3.` or `3.00` is; else NaN, equal to nothing."""
    whole = re.fullmatch(r"(\d{1,15})\.0*", text)
    return float(whole[1]) if whole else float("nan")


def _negative(number: Value) -> Value:
    return f"-{number}" if isinstance(number, str) else -number if isinstance(number, (int, float)) else number


_COPY_ESCAPES = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
_COPY_ESCAPE = re.compile(r"\\(?:x([0-9a-fA-F]{1,2})|([0-7]{1,3})|(.))")


def _copy_value(field: str) -> Value:
    if field == "\\N":
        return None
    if "\\" not in field:
        return field
    return _COPY_ESCAPE.sub(
        lambda m: chr(int(m[1], 16)) if m[1] else chr(int(m[2], 8)) if m[2] else _COPY_ESCAPES.get(m[3], m[3]), field
    )


def copy_rows(c: Cursor, statement: Statement, catalog: Catalog) -> None:
    """COPY t (columns) FROM stdin and its data; COPY from a file says nothing."""
    place = c.place(0)
    if not c.is_name():
        return
    table = catalog.find(c.qualified("a table"))
    if table is None or table.rows is None:
        return
    columns = [column for column in table.columns if column.generated is None]
    if c.at("("):
        columns = [table.column(item.name("a column"), item.place()) for item in c.group().items()]
    if not c.take("FROM", "STDIN"):
        return
    if statement.more or len(statement.data) + len(table.rows) > MAX_REFERENCE_ROWS:
        too_many(table, catalog, place)
        return
    options = c.rest().upper()
    if "DELIMITER" in options or "NULL" in options or "BINARY" in options:
        give_up(table, catalog, place, "COPY with options")
        return
    if "CSV" in options:
        lines = [[field if field else None for field in line] for line in csv.reader(statement.data)]
        fields: list[list[Value]] = [[*line] for line in (lines[1:] if "HEADER" in options else lines)]
    else:
        fields = [[_copy_value(field) for field in line.split("\t")] for line in statement.data]
    if any(len(line) != len(columns) for line in fields):
        give_up(table, catalog, place, "a line has too few or too many fields")
        return
    _keep([dict(zip(columns, line, strict=True)) for line in fields], table, catalog, place)


def forget_rows(c: Cursor, catalog: Catalog) -> None:
    """UPDATE, DELETE and TRUNCATE after the INSERT: an emptied table has no rows, a changed one none that are known."""
    place = c.place(0)
    verb = c.tokens.items[0].key
    while c.take_any("TABLE", "FROM", "ONLY", "LOW_PRIORITY", "IGNORE"):
        pass
    if not c.is_name():
        return
    table = catalog.find(c.qualified("a table"))
    if table is None or not table.rows:
        return
    if verb == "TRUNCATE" or (verb == "DELETE" and c.done):
        table.rows = []
    else:
        give_up(table, catalog, place, f"an {verb} changes them" if verb == "UPDATE" else f"a {verb} removes some")
