"""Reading constraints: keys, references, conditions. Knows their syntax in every dialect, not columns or statements."""

from __future__ import annotations

import re
from typing import Literal, cast

from msgspec import Struct
from msgspec.structs import replace

from ..schema import Check, Exclude, ForeignKey, Kind, Period, Place, PrimaryKey, Unique
from .catalog import Catalog, ColumnDraft, TableDraft
from .cursor import Cursor
from .fragments import without_parentheses, written
from .noise import NOISE, skip_noise, skip_phrase
from .types import TYPES, affinity


class KeyParts(Struct, frozen=True):
    """`apart` is the range or the period that must not overlap (WITHOUT OVERLAPS); it is none of the `columns`."""

    columns: tuple[str, ...]
    expressions: tuple[str, ...] = ()
    prefixes: tuple[tuple[str, int], ...] = ()
    apart: str = ""


def read_names(c: Cursor, table: TableDraft) -> tuple[str, ...]:
    """`(a, b)` as columns of the table, spelled as the table spells them. Raises DDLError."""
    found = []
    for item in c.group().items():
        place = item.place()
        found.append(table.column(_referenced(item), place).name)
    return tuple(found)


def read_key_parts(c: Cursor, table: TableDraft) -> KeyParts:
    """`(a, b(10) DESC, lower(c))`: columns, prefixes and expressions of a key. Raises DDLError."""
    columns: list[str] = []
    expressions: list[str] = []
    prefixes: list[tuple[str, int]] = []
    apart = ""
    for item in c.group().items():
        _strip_order(item)
        place, start = item.place(), item.i
        if item.is_name() and item.peek(1).key == "WITHOUT":
            apart = item.name()
            item.expect("WITHOUT", "OVERLAPS")
            if not c.dialect.backslashes:  # where it is no column but a period, which may yet come
                apart = table.column(apart, place).name
        elif item.is_name() and item.peek(1).key not in ("(", ".", "::", "||", "+", "-", "*", "/", "->", "->>", "%"):
            name = item.name()
            column = table.find(name)
            if column is None and table.dialect.name == "sqlite" and item.tokens.items[start].kind != "word":
                expressions.append(item.text(start, item.i))  # SQLite takes an unknown "name" as a text
                continue
            column = column or table.column(name, place)
            columns.append(column.name)
            if item.take("COLLATE") and item.name("a collation").upper() == "NOCASE":
                _ignore_case(column)
        elif table.dialect.backslashes and item.peek(1).key == "(" and item.peek(2).kind == "number":
            column = table.column(item.name(), place)
            inside = item.group()
            columns.append(column.name)
            length = inside.next().text
            if not re.fullmatch(r"\d{1,9}", length):
                inside.fail(f"'{length[:40]}' is no length of a prefix")
            prefixes.append((column.name, int(length)))
        else:
            expressions.append(without_parentheses(item.rest(), table.dialect))
    return KeyParts(tuple(columns), tuple(expressions), tuple(prefixes), apart)


def _ignore_case(column: ColumnDraft) -> None:
    """A unique key that ignores case asks of its column what a column that ignores case does."""
    raw = column.type
    if not raw.collation and TYPES["sqlite"].get(raw.key, affinity(raw.key)).kind is Kind.TEXT:
        column.type = replace(raw, collation="NOCASE", suffix=f"{raw.suffix} COLLATE NOCASE")


def _strip_order(item: Cursor) -> None:
    """Takes ASC, DESC, NULLS FIRST and an operator class off the end of a key part."""
    items = item.tokens.items
    while item.stop - item.i > 1:
        last, before = items[item.stop - 1], items[item.stop - 2]
        if last.key in ("ASC", "DESC"):
            item.stop -= 1
        elif last.key in ("FIRST", "LAST") and before.key == "NULLS":
            item.stop -= 2
        elif last.kind == "word" and before.key == ")" and last.key != "END":
            item.stop -= 1  # lower(a) text_pattern_ops
        else:
            return


def read_reference(c: Cursor, columns: tuple[str, ...], name: str, place: Place, catalog: Catalog) -> ForeignKey:
    """What follows the word REFERENCES."""
    parent = c.qualified("a table")
    references: tuple[str, ...] = ()
    if c.at("("):
        references = tuple(_referenced(item) for item in c.group().items())
    match, deferrable = "simple", False
    actions = {"DELETE": "", "UPDATE": ""}
    while True:
        if c.take("MATCH"):
            match = c.next().text.lower()
        elif c.at("ON") and c.peek(1).key in actions:
            c.next()
            event = c.next().key
            actions[event] = _read_action(c)
        elif c.take("NOT", "DEFERRABLE"):
            deferrable = False
        elif c.take("DEFERRABLE"):
            deferrable = True
        elif c.at("INITIALLY", "DEFERRED"):
            c.i += 2
            deferrable = True
        elif c.at("NOT", "ENFORCED") or not skip_phrase(c, NOISE):
            break
    return ForeignKey(
        columns=columns,
        table=catalog.future_key(parent),
        references=references,
        name=name,
        match=cast(Literal["simple", "full", "partial"], match if match in ("full", "partial") else "simple"),
        deferrable=deferrable,
        on_delete=actions["DELETE"],
        on_update=actions["UPDATE"],
        place=place,
    )


def _referenced(item: Cursor) -> str:
    if item.at("PERIOD") and item.is_name(1):
        item.next()
    return item.name("a column")


def _read_action(c: Cursor) -> str:
    first = c.next().key
    if first == "NO":
        c.expect("ACTION")
        return ""  # the default
    if first == "SET":
        action = f"SET {c.next().key}"
        if c.at("("):
            c.group()
        return action
    return first


def read_check(c: Cursor, name: str, place: Place) -> Check:
    """What follows the word CHECK."""
    c.take("NOT", "FOR", "REPLICATION")
    sql = c.group().rest()
    skip_noise(c)
    enforced = True
    if c.take("NOT", "ENFORCED") or c.take("DISABLE"):
        enforced = False
    skip_noise(c)
    return Check(sql=sql, name=name, enforced=enforced, place=place)


_STARTS = (
    ("PRIMARY", "KEY"),
    ("FOREIGN", "KEY"),
    ("CHECK", "("),
    ("CHECK", "NOT"),
    ("EXCLUDE", "USING"),
    ("EXCLUDE", "("),
    ("PERIOD", "FOR"),
)
_INDEX_WORDS = ("KEY", "INDEX", "FULLTEXT", "SPATIAL", "VECTOR")


def starts_table_constraint(c: Cursor) -> bool:
    """Whether a table constraint or an index comes next, and not a column of that name."""
    if c.peek().kind != "word":
        return False
    if c.at("CONSTRAINT"):
        return True
    if any(c.at(*start) for start in _STARTS):
        return True
    if c.at("UNIQUE"):
        return True
    if c.at_any(*_INDEX_WORDS) and c.dialect.backslashes:
        return c.peek().key in ("KEY", "INDEX") or c.peek(1).key in ("KEY", "INDEX", "(") or c.peek(2).key == "("
    return c.at("INDEX") and c.dialect.batches


def read_table_constraint(c: Cursor, table: TableDraft, catalog: Catalog) -> None:
    """One table constraint, added to the table. Plain indexes constrain nothing. Raises DDLError."""
    place, name = c.place(), ""
    while c.take("CONSTRAINT"):
        if c.take("IF", "NOT", "EXISTS"):
            pass
        if not (c.dialect.backslashes and starts_table_constraint(c)):
            name = c.qualified("a constraint name")[-1]
    if c.take("PRIMARY", "KEY"):
        _read_primary_key(c, table, name, place)
    elif c.take("UNIQUE"):
        _read_unique(c, table, name, place)
    elif c.take("FOREIGN", "KEY"):
        if c.is_name() and not c.at("REFERENCES"):  # MySQL: the name of its index
            c.take("IF", "NOT", "EXISTS")
            index_name = c.name()
            name = name or index_name
        columns = read_names(c, table)
        c.expect("REFERENCES")
        table.constraints.append(read_reference(c, columns, name, place, catalog))
        c.take("NOT", "ENFORCED")
    elif c.at("CHECK"):
        c.next()
        table.constraints.append(read_check(c, name, place))
    elif c.take("EXCLUDE"):
        table.constraints.append(_read_exclude(c, name, place))
    elif c.take("NOT", "NULL"):  # PostgreSQL 18
        table.column(c.name("a column"), place).nullable = False
    elif c.take("DEFAULT"):  # T-SQL: DEFAULT (x) FOR column
        start = c.i
        while not c.done and (not c.at("FOR") or c.text(start, c.i).upper().endswith("VALUE")):
            c.skip()
        expression = c.text(start, c.i)
        c.expect("FOR")
        column = table.column(c.name("a column"), place)
        column.default, column.default_name = expression, name
        c.take("WITH", "VALUES")
    elif c.at("PERIOD", "FOR") and c.dialect.backslashes and c.peek(2).key != "SYSTEM_TIME":
        _read_period(c, table, place)
    elif c.at_any(*_INDEX_WORDS, "PERIOD"):
        _read_index(c, table, place)
    else:
        c.fail("expected a constraint")
    skip_noise(c)
    if c.dialect.batches and c.take("ON"):  # a filegroup
        c.name()
        if c.at("("):
            c.group()


def _read_primary_key(c: Cursor, table: TableDraft, name: str, place: Place) -> None:
    if c.take("USING", "INDEX"):
        adopt_index(c, table, name, place, primary=True)
        return
    skip_noise(c)
    if c.is_name():  # MySQL lets the key have a name that it then ignores
        c.name()
        skip_noise(c)
    parts = read_key_parts(c, table)
    if parts.apart:
        _add_without_overlaps(table, parts, name, place)
        for column in (*parts.columns, parts.apart):
            if found := table.find(column):
                found.nullable = False
    else:
        table.add_primary_key(PrimaryKey(columns=parts.columns, name=name, place=place))


def _add_without_overlaps(table: TableDraft, parts: KeyParts, name: str, place: Place) -> None:
    elements = tuple((written(column, table.dialect), "=") for column in parts.columns)
    apart = (written(parts.apart, table.dialect), "&&")
    using = "" if table.dialect.backslashes else "gist"
    table.constraints.append(Exclude(elements=(*elements, apart), using=using, name=name, place=place))


def adopt_index(c: Cursor, table: TableDraft, name: str, place: Place, *, primary: bool) -> None:
    """ADD CONSTRAINT ... USING INDEX: the unique index of that name becomes the constraint."""
    index = c.name("an index")
    found = table.constraint_named(index)
    if not isinstance(found, Unique):
        c.fail(f"table '{table.key}' has no unique index '{index}'", index=c.i - 1)
    table.constraints.remove(found)
    if primary:
        table.add_primary_key(PrimaryKey(columns=found.columns, name=name or index, place=place))
    else:
        table.constraints.append(
            Unique(columns=found.columns, name=name or index, nulls_distinct=found.nulls_distinct, place=place)
        )


def _read_unique(c: Cursor, table: TableDraft, name: str, place: Place) -> None:
    if c.take("USING", "INDEX"):
        adopt_index(c, table, name, place, primary=False)
        return
    c.take_any("KEY", "INDEX")
    c.take("IF", "NOT", "EXISTS")
    nulls_distinct = read_nulls_distinct(c)
    skip_noise(c)
    if c.is_name():
        name = c.name()  # MySQL: the index's name goes before the constraint's
    skip_noise(c)
    parts = read_key_parts(c, table)
    if parts.apart:
        _add_without_overlaps(table, parts, name, place)
    else:
        table.constraints.append(unique_of(parts, name, place, nulls_distinct=nulls_distinct))


def read_nulls_distinct(c: Cursor) -> bool:
    """NULLS NOT DISTINCT says False; where nothing is written, the dialect does."""
    if c.take("NULLS", "NOT", "DISTINCT"):
        return False
    return c.take("NULLS", "DISTINCT") or c.dialect.nulls_distinct


def unique_of(parts: KeyParts, name: str, place: Place, *, nulls_distinct: bool, where: str | None = None) -> Unique:
    return Unique(
        columns=parts.columns,
        name=name,
        where=where,
        expressions=parts.expressions,
        prefixes=dict(parts.prefixes),
        nulls_distinct=nulls_distinct,
        place=place,
    )


def _read_exclude(c: Cursor, name: str, place: Place) -> Exclude:
    using = c.name().lower() if c.take("USING") else ""
    elements = []
    for item in c.group().items():
        start = item.i
        while not item.done and not item.at("WITH"):
            item.skip()
        element = item.text(start, item.i)
        item.expect("WITH")
        operator = item.group().rest().split(".")[-1] if item.take("OPERATOR") else item.rest()
        elements.append((_plain_element(element, c), operator))
    skip_noise(c)
    where = None
    if c.take("WHERE"):
        where = without_parentheses(f"({c.group().rest()})", c.dialect)
    return Exclude(elements=tuple(elements), using=using, where=where, name=name, place=place)


def _plain_element(sql: str, c: Cursor) -> str:
    """An element of EXCLUDE without the parentheses around its expression; an operator class may stand behind it."""
    expression, blank, operators = sql.rpartition(" ")
    if operators.isidentifier() and expression.endswith(")"):
        return without_parentheses(expression, c.dialect) + blank + operators
    return without_parentheses(sql, c.dialect)


def _read_period(c: Cursor, table: TableDraft, place: Place) -> None:
    c.expect("PERIOD", "FOR")
    name = c.name("a period")
    columns = read_names(c, table)
    if len(columns) != 2:
        c.fail("a period has two columns")
    for column in columns:
        table.column(column, place).nullable = False
    table.constraints.append(Period(name=name, columns=(columns[0], columns[1]), place=place))


def _read_index(c: Cursor, table: TableDraft, place: Place) -> None:
    """A plain index or a period in a table's definition; T-SQL's INDEX i UNIQUE (a) is a key."""
    unique, name = False, ""
    while not c.done and not c.at("("):
        if c.take("UNIQUE"):
            unique = True
        elif c.at("USING") or not c.is_name():
            c.next()
        else:
            name = c.name()
    if unique:
        parts = read_key_parts(c, table)
        skip_noise(c)
        where = c.rest() if c.take("WHERE") else None
        table.constraints.append(unique_of(parts, name, place, nulls_distinct=c.dialect.nulls_distinct, where=where))
    elif c.at("("):
        c.group()
    skip_noise(c)
    if c.take("REFERENCES"):  # not an index after all
        c.fail("expected a constraint")
