"""Reading ALTER TABLE and applying it. Knows the actions of every dialect, not what CREATE TABLE looks like."""

from __future__ import annotations

import re
from collections.abc import Callable

from msgspec.structs import replace

from ..schema import Check, Constraint, ForeignKey, PrimaryKey, Unique
from .catalog import Catalog, ColumnDraft, TableDraft
from .columns import (
    ReadColumn,
    add_constraints,
    add_read_column,
    is_null,
    read_column,
    read_column_options,
    read_expression,
)
from .constraints import read_names, starts_table_constraint
from .cursor import Cursor
from .dialects import words
from .noise import skip_noise
from .tables import adopt_parent, read_constraints, without_serial
from .tokens import name_value
from .typenames import read_collation, read_type

# actions that change no table's valid rows
_NO_CHANGE = words(
    """OWNER ENABLE DISABLE CLUSTER REPLICA FORCE ENGINE AUTO_INCREMENT CONVERT DEFAULT CHARSET CHARACTER COLLATE ORDER
    ROW_FORMAT CHECK NOCHECK SWITCH REBUILD LOGGING NOLOGGING VALIDATE RESET TABLESPACE ANALYZE
    OPTIMIZE REORGANIZE COALESCE TRUNCATE EXCHANGE LOCK ALGORITHM STATS_PERSISTENT KEY_BLOCK_SIZE MOVE SHRINK CACHE
    NOCACHE PARALLEL NOPARALLEL MONITORING PCTFREE READ COMPRESS NOCOMPRESS PACK_KEYS CHECKSUM DELAY_KEY_WRITE
    MAX_ROWS MIN_ROWS AVG_ROW_LENGTH WITHOUT STORAGE SUPPLEMENTAL USING UNION INSERT_METHOD FLUSH WAIT NOWAIT"""
)
_REDEFINED = (
    "type",
    "made",
    "nullable",
    "default",
    "default_name",
    "generated",
    "identity",
    "comment",
    "hint",
    "place",
)


def alter_table(c: Cursor, catalog: Catalog) -> None:
    """What follows ALTER TABLE. Raises DDLError."""
    start = c.i
    c.take("IF", "EXISTS")
    only = c.take("ONLY")
    parts = c.qualified("a table name")
    c.take("*")
    table = catalog.find(parts)
    if table is None:
        if not catalog.is_no_table(parts):
            catalog.note("not_understood", f"ALTER TABLE {c.text(start)}", c.place(start))
        return
    verb = ""
    for item in c.items():
        while not item.done:
            if item.take("WITH", "CHECK") or item.take("WITH", "NOCHECK"):
                pass
            position = item.i
            key = item.peek().key
            if key in _ACTIONS:
                verb = key
                item.next()
                handled = _ACTIONS[verb](item, table, catalog, only)
            elif verb in ("ADD", "DROP") and item.is_name() and key not in _NO_CHANGE:
                handled = _ACTIONS[verb](item, table, catalog, only)  # T-SQL: ADD a int, b int
            elif key in _NO_CHANGE or key == "(":
                item.rest()
                handled = True
            else:
                handled = False
            if not handled:
                item.i = item.stop
                text = f"ALTER TABLE {table.key} {item.text(position)}"
                catalog.note("not_understood", text, item.place(position))


def _add(c: Cursor, table: TableDraft, catalog: Catalog, only: bool) -> bool:
    if c.at("("):
        for item in c.group().items():
            _add(item, table, catalog, only)
        skip_noise(c)
        return True
    if c.at("PARTITION") or c.at("SYSTEM", "VERSIONING") or c.at("SUPPLEMENTAL"):
        c.rest()
        return True
    if starts_table_constraint(c) or (c.dialect.batches and c.at("DEFAULT")):
        read_constraints(c, table, catalog, ends=("ADD", "DROP", "MODIFY"))  # Oracle needs no comma
        _mark_not_null(table, catalog, only)
        return True
    c.take("COLUMN")
    if c.at("("):
        return _add(c, table, catalog, only)
    if_not_exists = c.take("IF", "NOT", "EXISTS")
    place = c.place()
    read = read_column(c, table, catalog)
    if if_not_exists and table.find(read.column.name):
        return True
    for member in [table] if only else catalog.family(table):
        if member is table:
            add_read_column(read, table, place)
        elif member.find(read.column.name) is None:
            member.columns.append(read.column.copy())
    if not c.done and starts_table_constraint(c):
        read_constraints(c, table, catalog)
    return True


def _mark_not_null(table: TableDraft, catalog: Catalog, only: bool) -> None:
    """A primary key makes its columns NOT NULL in the tables below, too."""
    key = table.primary_key
    if key is None or only:
        return
    for member in catalog.family(table)[1:]:
        for name in key.columns:
            if column := member.find(name):
                column.nullable = False


def _drop(c: Cursor, table: TableDraft, catalog: Catalog, only: bool) -> bool:
    if c.take("PRIMARY", "KEY"):
        _remove(table, table.primary_key)
    elif c.take("CONSTRAINT") or c.take("FOREIGN", "KEY") or c.take("INDEX") or c.take("KEY") or c.take("CHECK"):
        c.take("IF", "EXISTS")
        _remove(table, table.constraint_named(c.name("a constraint")))
    elif c.take("UNIQUE"):
        columns = read_names(c, table)
        _remove(table, next((u for u in table.constraints if isinstance(u, Unique) and u.columns == columns), None))
    elif c.at("PARTITION") or c.at("PERIOD") or c.at("SYSTEM", "VERSIONING"):
        c.rest()
    elif c.at("("):
        for item in c.group().items():
            table.drop_column(item.name("a column"))
    else:
        c.take("COLUMN")
        c.take("IF", "EXISTS")
        name = c.name("a column")
        for member in [table] if only else catalog.family(table):
            member.drop_column(name)
        _forget_references(catalog, table, name)
    c.take_any("CASCADE", "RESTRICT")
    if c.take("CASCADE", "CONSTRAINTS") or c.take("CONSTRAINTS"):
        pass
    skip_noise(c)
    return c.done or c.peek().key in _ACTIONS


def _remove(table: TableDraft, constraint: Constraint | None) -> None:
    """A name that nobody knows belongs to a plain index or to a default."""
    if constraint is not None:
        table.constraints.remove(constraint)


def _forget_references(catalog: Catalog, table: TableDraft, column: str) -> None:
    for other in catalog.tables.values():
        other.constraints = [
            c
            for c in other.constraints
            if not (isinstance(c, ForeignKey) and c.table == table.key and column in c.references)
        ]


def _alter(c: Cursor, table: TableDraft, catalog: Catalog, only: bool) -> bool:
    if c.at("CONSTRAINT") or c.at("INDEX") or c.at("CHECK"):
        return _alter_constraint(c, table)
    c.take("COLUMN")
    place = c.place()
    name = c.name("a column")
    column = table.column(name, place)
    members = [table] if only else catalog.family(table)
    columns = [found for member in members if (found := member.find(name))]
    start = c.i
    for found in columns:
        c.i = start
        if not _alter_column(c, found, table, catalog):
            return False
    return column is not None


def _alter_constraint(c: Cursor, table: TableDraft) -> bool:
    c.next()
    constraint = table.constraint_named(c.name("a constraint"))
    if isinstance(constraint, Check):
        enforced = not c.take("NOT", "ENFORCED")
        index = table.constraints.index(constraint)
        table.constraints[index] = replace(constraint, enforced=enforced)
    elif isinstance(constraint, ForeignKey):
        deferrable = not c.at("NOT") and c.at("DEFERRABLE")
        index = table.constraints.index(constraint)
        table.constraints[index] = replace(constraint, deferrable=deferrable)
    c.rest()
    return True


def _alter_column(c: Cursor, column: ColumnDraft, table: TableDraft, catalog: Catalog) -> bool:
    if c.take("SET", "DEFAULT"):
        column.default = read_expression(c)
        if is_null(column.default):
            column.default = None
    elif c.take("DROP", "DEFAULT"):
        column.default = None
        if column.identity == "auto" and not c.dialect.backslashes:
            column.identity, column.type = None, without_serial(column.type)
    elif c.take("SET", "NOT", "NULL"):
        column.nullable = False
    elif c.take("DROP", "NOT", "NULL"):
        column.nullable = True
    elif c.take("SET", "DATA", "TYPE") or c.take("TYPE"):
        _retype(c, column, catalog)
        if c.take("USING"):
            c.rest()
    elif c.take("ADD", "GENERATED") or c.take("SET", "GENERATED"):
        column.identity = "always" if c.take("ALWAYS") else "by default"
        column.nullable = False
        c.rest()
    elif c.take("DROP", "IDENTITY"):
        column.identity = None
        c.take("IF", "EXISTS")
    elif c.take("DROP", "EXPRESSION"):
        column.generated = None
        c.take("IF", "EXISTS")
    elif c.take("SET", "EXPRESSION", "AS"):
        column.generated = c.group().rest()
    elif c.at_any("SET", "RESET", "RESTART", "DROP", "ADD"):
        c.rest()  # statistics, storage, compression, options, sequence options, masks
    else:  # T-SQL: ALTER COLUMN name type [NULL | NOT NULL]
        _retype(c, column, catalog)
        column.nullable = True
        read_column_options(c, ReadColumn(column), catalog)
    return c.done


def _retype(c: Cursor, column: ColumnDraft, catalog: Catalog) -> None:
    column.type = read_type(c)
    column.made = catalog.find_type(column.type.parts) if column.type.parts else None
    if c.take("COLLATE"):
        column.type = read_collation(c, column.type)


def _modify(c: Cursor, table: TableDraft, catalog: Catalog, only: bool) -> bool:
    """MySQL: the whole definition anew. Oracle: only what is written changes."""
    if c.at("(") and not c.dialect.backslashes:
        for item in c.group().items():
            _modify(item, table, catalog, only)
        skip_noise(c)
        return True
    c.take("COLUMN")
    c.take("IF", "EXISTS")
    if c.dialect.backslashes:
        return _redefine(c, table, name_value(c.peek(), c.dialect), catalog)
    column = table.column(c.name("a column"), c.place(c.i - 1))
    if not c.at_any("NOT", "NULL", "DEFAULT", "CONSTRAINT", "GENERATED", "CHECK", "UNIQUE", "PRIMARY", "REFERENCES"):
        if c.done:
            return True
        _retype(c, column, catalog)
    if c.at("NULL"):
        column.nullable = True
    read = ReadColumn(column)
    read_column_options(c, read, catalog)
    add_constraints(read.constraints, table)
    return True


def _change(c: Cursor, table: TableDraft, catalog: Catalog, only: bool) -> bool:
    c.take("COLUMN")
    c.take("IF", "EXISTS")
    return _redefine(c, table, c.name("a column"), catalog)


def _redefine(c: Cursor, table: TableDraft, old: str, catalog: Catalog) -> bool:
    place = c.place()
    column = table.column(old, place)
    read = read_column(c, table, catalog)
    if read.column.name != column.name:
        catalog.rename_column(table, column.name, read.column.name)
    key = table.primary_key
    if key is not None and column.name in key.columns:
        read.column.nullable = False
    index = table.columns.index(column)
    new = read.column
    for name in _REDEFINED:
        setattr(column, name, getattr(new, name))  # in place: rows and families hold on to the column
    if read.first or read.after:
        table.columns.pop(index)
        index = 0 if read.first else table.columns.index(table.column(read.after, place)) + 1
        table.columns.insert(index, column)
    if key is not None:
        read.constraints = [x for x in read.constraints if not isinstance(x, PrimaryKey)]
    add_constraints(read.constraints, table)
    return True


def _rename(c: Cursor, table: TableDraft, catalog: Catalog, only: bool) -> bool:
    if c.take("CONSTRAINT") or c.take("INDEX") or c.take("KEY"):
        constraint = table.constraint_named(c.name("a constraint"))
        c.expect("TO")
        name = c.name("a constraint")
        if constraint is not None:
            table.constraints[table.constraints.index(constraint)] = replace(constraint, name=name)
        return True
    if c.take("TO") or c.take("AS"):
        rename_table(table, c.qualified("a table name"), catalog)
        return True
    if not c.take("COLUMN") and c.peek(1).key != "TO":
        rename_table(table, c.qualified("a table name"), catalog)
        return True
    place = c.place()
    old = table.column(c.name("a column"), place).name
    c.expect("TO")
    catalog.rename_column(table, old, c.name("a column"))
    return True


def rename_table(table: TableDraft, parts: tuple[str, ...], catalog: Catalog) -> None:
    """The new name stays in the table's namespace unless it says another."""
    space = catalog.namespace(parts[-2]) if len(parts) > 1 else table.namespace
    catalog.move_table(table, space, parts[-1])


def _set(c: Cursor, table: TableDraft, catalog: Catalog, only: bool) -> bool:
    if c.take("SCHEMA"):
        catalog.move_table(table, catalog.namespace(c.name("a schema")), table.name)
    else:
        c.rest()  # LOGGED, TABLESPACE, storage parameters
    return True


def _inherit(c: Cursor, table: TableDraft, catalog: Catalog, only: bool) -> bool:
    parent = catalog.find(c.qualified("a table"))
    if parent is None:
        return False
    table.inherits.append(parent)
    adopt_parent(table, parent)
    return True


def _attach(c: Cursor, table: TableDraft, catalog: Catalog, only: bool) -> bool:
    c.expect("PARTITION")
    child = catalog.find(c.qualified("a table"))
    if child is None:
        return False
    child.partition_of, child.partition_bound = table, c.rest()
    table.children.append(child)
    return True


def _detach(c: Cursor, table: TableDraft, catalog: Catalog, only: bool) -> bool:
    c.expect("PARTITION")
    child = catalog.find(c.qualified("a table"))
    if child in table.children:
        table.children.remove(child)
        child.partition_of = child.partition_bound = None
    c.rest()
    return True


def _partition(c: Cursor, table: TableDraft, catalog: Catalog, only: bool) -> bool:
    """MySQL: PARTITION BY and REMOVE PARTITIONING, which stand behind all other options."""
    by = f"PARTITION {' '.join(c.rest().split())}" if c.at("BY") else ""
    if not by and not c.take("PARTITIONING"):
        c.rest()
        return True
    table.options = " ".join(filter(None, (_PARTITIONING.split(table.options, maxsplit=1)[0].strip(), by)))
    return True


def _no(c: Cursor, table: TableDraft, catalog: Catalog, only: bool) -> bool:
    if c.take("INHERIT"):
        parent = catalog.find(c.qualified("a table"))
        if parent in table.inherits:
            table.inherits.remove(parent)
            parent.children.remove(table)
    c.rest()  # NO FORCE ROW LEVEL SECURITY
    return True


def _comment(c: Cursor, table: TableDraft, catalog: Catalog, only: bool) -> bool:
    c.take("=")
    table.comment = c.string()
    return True


_PARTITIONING = re.compile(r"\bPARTITION\s+BY\b", re.IGNORECASE)
_Action = Callable[[Cursor, TableDraft, Catalog, bool], bool]
_ACTIONS: dict[str, _Action] = {
    "ADD": _add,
    "DROP": _drop,
    "ALTER": _alter,
    "MODIFY": _modify,
    "CHANGE": _change,
    "RENAME": _rename,
    "SET": _set,
    "INHERIT": _inherit,
    "ATTACH": _attach,
    "DETACH": _detach,
    "NO": _no,
    "PARTITION": _partition,
    "REMOVE": _partition,
    "COMMENT": _comment,
}
