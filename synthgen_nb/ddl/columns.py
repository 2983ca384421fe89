"""Reading one column definition. Knows column syntax in every dialect, not tables or statements."""

from __future__ import annotations

import re

from msgspec import Struct, field, structs

from ..errors import DDLError
from ..schema import Check, Constraint, Place, PrimaryKey, Unique
from .catalog import Catalog, ColumnDraft, TableDraft
from .constraints import read_check, read_nulls_distinct, read_reference
from .cursor import Cursor
from .dialects import words
from .hints import hint_in
from .noise import NOISE, by_first_word, skip_noise, skip_phrase
from .typenames import SQLITE_TYPE_ENDS, RawType, read_collation, read_type, with_charset
from .types import TYPES

# words that end an expression without parentheses in a column definition
_ENDS = words(
    """CONSTRAINT NOT NULL DEFAULT PRIMARY UNIQUE KEY CHECK REFERENCES GENERATED COMMENT AUTO_INCREMENT AUTOINCREMENT
    DEFERRABLE INITIALLY FIRST AFTER ENABLE DISABLE VISIBLE INVISIBLE FOR IDENTITY STORED VIRTUAL PERSISTED
    PERSISTENT ROWGUIDCOL SPARSE FOREIGN COLUMN_FORMAT STORAGE INDEX ENCODE MASKED HIDDEN USING"""
)
_ENDS_IF = (("ON", "UPDATE"), ("ON", "CONFLICT"), ("ON", "DELETE"), ("WITH", "VALUES"), ("COLLATE",), ("AS", "("))
# what changes nothing about a column's valid values
_MOST_UNREAD = 1_000  # words after one another in a column that nobody understands
_COLUMN_NOISE = by_first_word(
    ("ON", "UPDATE", "*", "()"),
    ("ON", "UPDATE", "*"),
    ("ON", "CONFLICT", "*"),
    ("STORAGE", "*"),
    ("COMPRESSION", "*"),
    ("COLUMN_FORMAT", "*"),
    ("SRID", "*"),
    ("REF_SYSTEM_ID", "=", "*"),
    ("ENCODE", "*"),
    ("MASKED", "WITH", "()"),
    ("ENCRYPTED", "WITH", "()"),
    ("ENCRYPT",),
    ("OPTIONS", "()"),
    ("USING", "COMPRESSION", "*"),
    ("WITH", "VALUES"),
    ("WITH", "SYSTEM", "VERSIONING"),
    ("WITHOUT", "SYSTEM", "VERSIONING"),
    ("NOT", "DEFERRABLE"),
    ("NOT", "FOR", "REPLICATION"),
    ("NOT", "VALID"),
    ("NO", "INHERIT"),
    ("MINVALUE", "*"),  # Oracle writes a sequence's options without parentheses
    ("MAXVALUE", "*"),
    ("INCREMENT", "BY", "*"),
    ("START", "WITH", "*"),
    ("CACHE", "*"),
    ("NOCACHE",),
    ("NOORDER",),
    ("NOCYCLE",),
    ("NOKEEP",),
    ("NOSCALE",),
    ("ROWGUIDCOL",),
    ("SPARSE",),
    ("FILESTREAM",),
    ("HIDDEN",),
    ("PERSISTED",),
    ("STORED",),
    ("VIRTUAL",),
    ("PERSISTENT",),
    ("SORT",),
    ("DISABLE",),
    ("INDEX",),
)


class ReadColumn(Struct):
    """A column as read, with the constraints written at it and, in an ALTER, its position."""

    column: ColumnDraft
    constraints: list[Constraint] = field(default_factory=list)
    first: bool = False
    after: str = ""


def read_column(c: Cursor, table: TableDraft, catalog: Catalog) -> ReadColumn:
    """A name, a type and all that belongs to it. Raises DDLError."""
    place = c.place()
    name = c.name("a column or a constraint")
    raw = _read_column_type(c)
    made = catalog.find_type(raw.parts) if raw.parts else None
    read = ReadColumn(ColumnDraft(name, raw, place, made))
    shape = TYPES[catalog.dialect.name].get(raw.key)
    if shape is not None and shape.serial and not raw.sizes:
        read.column.identity = "auto"
        read.column.nullable = False
        if catalog.dialect.backslashes:  # there SERIAL is short for a type and a key
            read.column.type = RawType(("bigint",), "BIGINT", "bigint unsigned", raw.place, flags=("UNSIGNED",))
            read.constraints.append(Unique(columns=(name,), place=place))
    read_column_options(c, read, catalog)
    return read


def _read_column_type(c: Cursor) -> RawType:
    """Computed columns may have no type; SQLite's columns neither."""
    nothing = RawType((), "", "", c.place())
    if c.dialect.name == "sqlite" and (c.done or c.peek().key in SQLITE_TYPE_ENDS):
        return nothing
    if c.at("AS") or c.at("GENERATED", "ALWAYS") or c.at("GENERATED", "AS"):
        return nothing
    return read_type(c)


def read_column_options(c: Cursor, read: ReadColumn, catalog: Catalog) -> None:
    """Everything after the type, up to the end or to a table constraint that follows without a comma."""
    column = read.column
    unread: int | None = None
    while not c.done:
        if _starts_next_constraint(c):
            break
        start = c.i
        understood = _read_option(c, read, catalog)
        if not understood and unread is None:
            unread = start
        if not understood:
            c.i = start  # a word of it may have been taken already
            c.skip()
        if unread is not None and c.i - unread > _MOST_UNREAD:
            c.fail(f"more than {_MOST_UNREAD:,} words that are no option of a column", index=unread)
        if unread is not None and (understood or c.done):
            stop = start if understood else c.i
            catalog.note("not_understood", c.text(unread, stop), c.place(unread))
            unread = None
    if column.identity is not None:
        column.nullable = False


def _starts_next_constraint(c: Cursor) -> bool:
    """T-SQL and SQLite need no comma before a table constraint."""
    ahead = 0
    if c.at("CONSTRAINT"):
        ahead = 2
    key = c.peek(ahead).key
    if key == "FOREIGN":
        return c.peek(ahead + 2).key == "("
    if key not in ("PRIMARY", "UNIQUE"):
        return False
    ahead += 2 if key == "PRIMARY" else 1
    while c.peek(ahead).key in ("CLUSTERED", "NONCLUSTERED"):
        ahead += 1
    return c.peek(ahead).key == "("


def _read_option(c: Cursor, read: ReadColumn, catalog: Catalog) -> bool:
    """One column option; False where none is known by that word."""
    column, place = read.column, c.place()
    name = ""
    while c.take("CONSTRAINT"):
        name = c.qualified("a constraint name")[-1]
    if c.take("NOT", "NULL"):
        column.nullable = False
    elif c.at("NOT", "ENFORCED"):
        return _not_enforced(c, read)
    elif c.take("NULL"):
        pass
    elif c.take("DEFAULT"):
        c.take("ON", "NULL")
        column.default, column.default_name = read_expression(c), name
        if is_null(column.default):
            column.default = None
    elif c.take("PRIMARY", "KEY") or (c.dialect.backslashes and (c.take("KEY") or c.take("PRIMARY"))):
        _skip_noise(c)
        read.constraints.append(PrimaryKey(columns=(column.name,), name=name, place=place))
        column.nullable = False
    elif c.take("UNIQUE"):
        c.take("KEY")
        distinct = read_nulls_distinct(c)
        _skip_noise(c)
        read.constraints.append(Unique(columns=(column.name,), name=name, nulls_distinct=distinct, place=place))
    elif c.take("FOREIGN", "KEY", "REFERENCES") or c.take("REFERENCES"):
        read.constraints.append(read_reference(c, (column.name,), name, place, catalog))
    elif c.take("CHECK"):
        read.constraints.append(read_check(c, name, place))
    elif c.at("GENERATED") or c.at("AS"):
        _read_generated(c, column)
    elif c.take("IDENTITY"):
        if c.at("("):
            c.group()
        column.identity = "auto"
    elif c.take("AUTO_INCREMENT") or c.take("AUTOINCREMENT"):
        column.identity = "auto"
    elif c.take("COMMENT"):
        c.take("=")
        place = c.place()
        column.comment = c.string()
        column.hint = hint_in(column.comment, place) or column.hint
    elif c.take("COLLATE"):
        column.type = read_collation(c, column.type)
    elif c.take("CHARACTER", "SET") or c.take("CHARSET"):
        column.type = with_charset(column.type, c.label("a character set"))
    elif c.take("FIRST"):
        read.first = True
    elif c.take("AFTER"):
        read.after = c.name("a column")
    elif c.take("SERIAL", "DEFAULT", "VALUE"):
        column.identity = "auto"
        read.constraints.append(Unique(columns=(column.name,), place=place))
    else:
        before = c.i
        if not skip_phrase(c, _COLUMN_NOISE):
            skip_noise(c)
        return c.i > before
    return True


def _skip_noise(c: Cursor) -> None:
    """What may follow a key inside a column; a COMMENT there is the column's."""
    while not c.at("COMMENT") and skip_phrase(c, NOISE):
        pass


def is_null(default: str) -> bool:
    """Whether a DEFAULT says what having none says; PostgreSQL's dumps write NULL::text."""
    return re.fullmatch(r"NULL(?:::.*)?", default, re.I | re.S) is not None


def _not_enforced(c: Cursor, read: ReadColumn) -> bool:
    """NOT ENFORCED speaks of the constraint before it."""
    c.i += 2
    last = read.constraints[-1] if read.constraints else None
    if isinstance(last, Check):
        read.constraints[-1] = structs.replace(last, enforced=False)
    return True


def read_expression(c: Cursor) -> str:
    """A DEFAULT's expression: up to the next column option, at least one token."""
    start = c.i
    if c.done:
        c.fail("expected an expression")
    if c.take("NEXT", "VALUE", "FOR"):
        c.qualified("a sequence")
        return c.text(start, c.i)
    c.skip()
    while not c.done and c.peek().key not in _ENDS and not any(c.at(*end) for end in _ENDS_IF):
        c.skip()
    return c.text(start, c.i)


def _read_generated(c: Cursor, column: ColumnDraft) -> None:
    """GENERATED ... AS IDENTITY, or a computed column in any dialect's words."""
    always = True
    if c.take("GENERATED"):
        if c.take("BY", "DEFAULT"):
            always = False
            c.take("ON", "NULL")
        else:
            c.take("ALWAYS")
    c.expect("AS")
    if c.take("IDENTITY"):
        column.identity = "always" if always else "by default"
        if c.at("("):
            c.group()
        return
    if c.at("ROW", "START") or c.at("ROW", "END"):
        column.generated = f"{c.next().key} {c.next().key}"
        return
    if c.at("("):
        start, inside = c.i, c.group()
        if c.done or c.peek().kind == "word":
            column.generated = inside.rest()
            return
        c.i = start
    column.generated = read_expression(c)  # T-SQL: AS [a] + [b]


_IDENTITY_DEFAULT = re.compile(r"\(*\s*(?:nextval\s*\(|NEXT\s+VALUE\s+FOR\b)|[\w.\"]+\.NEXTVAL\s*$", re.I)


def default_is_sequence(default: str) -> bool:
    """Whether a DEFAULT draws the next number of a sequence and does nothing else with it."""
    if not _IDENTITY_DEFAULT.match(default):
        return False
    return not re.search(r"\)\s*[-+*/|]|[-+*/|]\s*\(?\s*nextval", default, re.I)


def add_read_column(read: ReadColumn, table: TableDraft, place: Place) -> None:
    """The column and its constraints into the table. Raises DDLError where the name is taken."""
    if table.find(read.column.name):
        at = read.column.place
        raise DDLError(f"table '{table.key}' has the column '{read.column.name}' twice", at.line, at.column)
    position = len(table.columns)
    if read.first:
        position = 0
    elif read.after:
        position = table.columns.index(table.column(read.after, place)) + 1
    table.columns.insert(position, read.column)
    add_constraints(read.constraints, table)


def add_constraints(constraints: list[Constraint], table: TableDraft) -> None:
    for constraint in constraints:
        if isinstance(constraint, PrimaryKey):
            table.add_primary_key(constraint)
        else:
            table.constraints.append(constraint)
