"""Reading CREATE TABLE in all its forms: columns, LIKE, INHERITS, partitions, options. Knows no ALTER."""

from __future__ import annotations

from bisect import bisect_left

from msgspec.structs import replace

from ..errors import DDLError
from ..schema import Check, PrimaryKey, Unique
from .catalog import Catalog, ColumnDraft, TableDraft
from .columns import ReadColumn, add_constraints, add_read_column, read_column, read_column_options
from .constraints import read_table_constraint, starts_table_constraint
from .cursor import Cursor, NotUnderstood
from .hints import hint_at
from .typenames import RawType

_QUERIES = ("SELECT", "WITH", "VALUES", "TABLE")
_TEMPORARY = ("TEMP", "TEMPORARY")
_SERIALS = {"SMALLSERIAL": "smallint", "SERIAL2": "smallint", "BIGSERIAL": "bigint", "SERIAL8": "bigint"}


def create_table(c: Cursor, modifiers: list[str], catalog: Catalog) -> None:
    """What follows CREATE ... TABLE; `modifiers` are the words between. Raises DDLError."""
    catalog.created += 1
    if_not_exists = c.take("IF", "NOT", "EXISTS")
    place = c.place()
    temporary = c.peek().text.startswith("#") or c.peek().text.startswith("[#")
    parts = c.qualified("a table name")
    space, name = catalog.split_name(parts)
    if temporary or any(word in modifiers for word in _TEMPORARY):
        catalog.note("ignored", f"temporary table {'.'.join(parts)}", place)
        return
    if any(word in modifiers for word in ("FOREIGN", "EXTERNAL", "VIRTUAL")):
        catalog.note("ignored", f"{' '.join(modifiers).lower()} table {'.'.join(parts)}", place)
        return
    table = TableDraft(space, name, catalog.dialect, place)
    existing = catalog.tables.get(catalog.dialect.same(table.key))
    if existing and if_not_exists:
        return
    if existing and "REPLACE" in modifiers:
        catalog.drop_table(existing)
    if c.take("PARTITION", "OF"):
        _read_partition(c, table, catalog)
    elif c.take("OF"):
        catalog.note("not_understood", f"CREATE TABLE {table.key} OF {c.rest()}", place)
        return
    elif c.at("LIKE"):
        _read_like(c, table, catalog)
    elif c.at("(", "LIKE") and c.dialect.backslashes:
        _read_like(c.group(), table, catalog)
    elif c.at("("):
        if c.peek(1).key in _QUERIES:
            _made_by_query(c, table, catalog)
            return
        body = c.group()
        _read_inherits(c, table, catalog)
        _read_elements(body, table, catalog)
        _read_options(c, table, catalog)
    elif c.at_any("AS", *_QUERIES):
        _made_by_query(c, table, catalog)
        return
    else:
        c.fail("expected (")
    if not table.columns and catalog.dialect.name != "postgres":
        raise DDLError(f"table '{table.key}' has no columns", place.line, place.column)
    catalog.add_table(table)


def _made_by_query(c: Cursor, table: TableDraft, catalog: Catalog) -> None:
    """Its columns are those of the query, which nobody runs here."""
    place = c.place()
    catalog.note("not_understood", f"CREATE TABLE {table.key} {c.rest()}", place)


def _read_elements(body: Cursor, table: TableDraft, catalog: Catalog) -> None:
    """The columns first, then the constraints: a constraint may name a column that comes after it."""
    inherited = {c.name: c for c in table.columns}
    later: list[Cursor] = []
    elements = body.items()
    for index, item in enumerate(elements):
        if item.done:
            if index == len(elements) - 1:
                continue  # a comma after the last element
            item.fail("nothing stands before this comma")
        if item.at("LIKE"):
            _read_like(item, table, catalog)
        elif starts_table_constraint(item):
            later.append(item)
        elif item.at("SUPPLEMENTAL"):
            item.rest()
        else:
            start = item.i
            read = read_column(item, table, catalog)
            read.column.comment = read.column.comment or _line_comment(item)
            read.column.hint = hint_at(item, start) or read.column.hint
            if read.column.name in inherited:
                _merge(inherited.pop(read.column.name), read, table)
            else:
                add_read_column(read, table, item.place(start))
            if not item.done:
                later.append(item)
    for item in later:
        read_constraints(item, table, catalog)


def read_constraints(item: Cursor, table: TableDraft, catalog: Catalog, ends: tuple[str, ...] = ()) -> None:
    """Constraints up to the end of the cursor or to one of the words `ends`; what is not understood becomes a note."""
    while not item.done:
        start = item.i
        try:
            read_table_constraint(item, table, catalog)
        except NotUnderstood:
            catalog.note("not_understood", item.text(start), item.place(start))
            item.rest()
        if item.at_any(*ends):
            return
        if not item.done and not starts_table_constraint(item):
            place = item.place()
            catalog.note("not_understood", item.rest(), place)


def _line_comment(item: Cursor) -> str:
    """The `--` comment that ends the column's line."""
    tokens = item.tokens
    end = tokens.items[item.stop - 1].end
    index = bisect_left(tokens.comments, (end, ""))
    if index == len(tokens.comments):
        return ""
    offset, text = tokens.comments[index]
    between = tokens.statement.text[end:offset]
    return text if "\n" not in between and between.strip() in ("", ",") else ""


def _merge(column: ColumnDraft, read: ReadColumn, table: TableDraft) -> None:
    """A column that the parent has and the child defines again."""
    own = read.column
    column.nullable = column.nullable and own.nullable
    column.default = own.default if own.default is not None else column.default
    column.generated = own.generated or column.generated
    column.identity = own.identity or column.identity
    column.comment = own.comment or column.comment
    column.hint = own.hint or column.hint
    column.place = own.place
    add_constraints(read.constraints, table)


def without_serial(raw: RawType) -> RawType:
    """The type that a serial column really has."""
    if "SERIAL" not in raw.key:
        return raw
    name = _SERIALS.get(raw.key, "integer")
    return RawType((name,), name.upper(), name, raw.place)


def adopt_parent(table: TableDraft, parent: TableDraft) -> None:
    """The parent's columns, as a child has them."""
    for column in parent.columns:
        if table.find(column.name) is None:
            copy = column.copy()
            copy.comment = ""
            if copy.identity in ("always", "by default"):
                copy.identity = None
            table.columns.append(copy)
    parent.children.append(table)


def _parent(c: Cursor, table: TableDraft, catalog: Catalog) -> TableDraft:
    place = c.place()
    parts = c.qualified("a table")
    parent = catalog.find(parts)
    if parent is None:
        raise DDLError(
            f"table '{table.key}' is made from '{'.'.join(parts)}', which is not in the text", place.line, place.column
        )
    return parent


def _read_inherits(c: Cursor, table: TableDraft, catalog: Catalog) -> None:
    """INHERITS stands after the body, but the columns it brings come first."""
    start = c.i
    while not c.done:
        if c.at("INHERITS", "("):
            c.next()
            for item in c.group().items():
                parent = _parent(item, table, catalog)
                table.inherits.append(parent)
                adopt_parent(table, parent)
            break
        c.skip()
    c.i = start


def _read_partition(c: Cursor, table: TableDraft, catalog: Catalog) -> None:
    parent = _parent(c, table, catalog)
    table.partition_of = parent
    adopt_parent(table, parent)
    if c.at("("):
        for item in c.group().items():
            if starts_table_constraint(item):
                read_constraints(item, table, catalog)
                continue
            column = table.column(item.name("a column"), item.place())
            item.take("WITH", "OPTIONS")
            read = ReadColumn(column)
            read_column_options(item, read, catalog)
            add_constraints(read.constraints, table)
    start = c.i
    if not c.take("DEFAULT"):
        c.expect("FOR", "VALUES")
        c.take_any("IN", "FROM", "WITH")
        c.group()
        if c.take("TO"):
            c.group()
    table.partition_bound = c.text(start, c.i)
    table.options = " ".join(c.rest().split())


_INCLUDED = ("COMMENTS", "CONSTRAINTS", "DEFAULTS", "GENERATED", "IDENTITY", "INDEXES")


def _read_like(c: Cursor, table: TableDraft, catalog: Catalog) -> None:
    """LIKE in PostgreSQL's form (an element, with INCLUDING) and in MySQL's (everything but foreign keys)."""
    place = c.place()
    c.expect("LIKE")
    source = _parent(c, table, catalog)
    included = set(_INCLUDED) if c.dialect.backslashes else set()
    while word := c.take_any("INCLUDING", "EXCLUDING"):
        what = set(_INCLUDED) if c.at("ALL") else {c.peek().key}
        c.next()
        included = included | what if word == "INCLUDING" else included - what
    for column in source.columns:
        copy = column.copy()
        copy.place = place
        if "COMMENTS" not in included:
            copy.comment = ""
        if "DEFAULTS" not in included:
            copy.default = None
        if "GENERATED" not in included:
            copy.generated = None
        if not c.dialect.backslashes:
            serial = copy.identity == "auto"
            if ("DEFAULTS" if serial else "IDENTITY") not in included:
                copy.identity = None
                copy.type = without_serial(copy.type)
        if table.find(copy.name):
            raise DDLError(f"table '{table.key}' has the column '{copy.name}' twice", place.line, place.column)
        table.columns.append(copy)
    for constraint in source.constraints:
        if isinstance(constraint, Check) and "CONSTRAINTS" in included:
            table.constraints.append(replace(constraint, place=place))
        elif isinstance(constraint, (PrimaryKey, Unique)) and "INDEXES" in included:
            name = constraint.name if c.dialect.backslashes else ""
            table.constraints.append(replace(constraint, name=name, place=place))


def _read_options(c: Cursor, table: TableDraft, catalog: Catalog) -> None:
    """What follows the closing parenthesis, less INHERITS and MySQL's COMMENT, which the table holds by itself."""
    pieces: list[str] = []
    while not c.done:
        start = c.i
        if c.at("INHERITS", "("):
            c.next()
            c.group()
        elif c.at("COMMENT") and (c.peek(1).kind == "string" or c.peek(2).kind == "string") and c.dialect.backslashes:
            c.next()
            c.take("=")
            table.comment = c.string()
            c.take(",")
        elif c.at_any("AS", "SELECT") and c.peek(1).key in ("SELECT", "WITH", "(", "*"):
            catalog.note("not_understood", c.text(start), c.place(start))
            return
        else:
            c.skip()
            pieces.append(" ".join(c.text(start, c.i).split()))
    if pieces[-1:] == ["END"] and c.dialect.batches:
        pieces.pop()  # IF ... BEGIN CREATE TABLE ... END
    table.options = _joined(pieces)


def _joined(pieces: list[str]) -> str:
    text = " ".join(pieces)
    for mark in ("=", ",", "."):
        text = text.replace(f" {mark} ", mark if mark != "," else ", ")
    return text
