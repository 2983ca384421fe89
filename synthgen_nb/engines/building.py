"""Building a schema in an engine, and what the engine would not take. Knows which pieces a table can be built without.

A table that is refused as a whole is built piece by piece: first its bare columns, then whatever of its keys, checks,
defaults and computed columns the engine takes. The rest is listed with the engine's words, never dropped in silence.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Collection, Iterator
from functools import partial

from msgspec import Struct, field
from msgspec.structs import replace

from ..ddl import render, render_constraint
from ..ddl.splitter import split
from ..engines import Engine
from ..errors import Refused, UnsafeSQLError
from ..schema import Check, Column, Constraint, Exclude, ForeignKey, Period, PrimaryKey, Schema, Table, Unique
from .extensions import extensions
from .ordering import ring_keys
from .reading import name_of
from .safety import check_statement


class Built(Struct):
    """`schema` is what the engine holds now; `late` are the references to be added when all rows are in; `refused` has
    by table a line for each thing that the engine did not take. A table in `missing` could not be built at all."""

    schema: Schema
    late: list[tuple[str, ForeignKey]] = field(default_factory=list)
    refused: dict[str, list[str]] = field(default_factory=dict)
    missing: set[str] = field(default_factory=set)
    settled: set[str] = field(default_factory=set)  # built, or tried, piece by piece

    def refuse(self, key: str, what: str, why: Exception) -> None:
        self.refused.setdefault(key, []).append(f"{what}: {said(why)}")


def build(engine: Engine, schema: Schema) -> Built:
    """Creates the types and tables of a schema (in the engine's dialect, vetted, without reference rows)."""
    late = ring_keys(schema) if engine.late_references else ()
    ring = {id(fk) for _, fk in ring_keys(schema)}
    tables = {}
    for key, table in schema.tables.items():
        kept = tuple(c for c in table.constraints if not any(key == k and c is fk for k, fk in late))
        plain = replace(table, constraints=kept, comment="", columns=tuple(map(_uncommented, table.columns)))
        tables[key] = _in_building_order(plain, ring)
    built = Built(replace(schema, tables=tables))
    _extensions(engine, schema, built)
    for statement in _statements(built.schema):
        _build(engine, statement, built)
    gone = built.missing
    built.schema = replace(built.schema, tables={k: t for k, t in built.schema.tables.items() if k not in gone})
    for key, fk in late:
        if key not in gone and fk.table not in gone:
            built.late.append((key, fk))
        elif key not in gone:
            built.refuse(key, describe(fk), Refused(f"there is no {fk.table} here"))
    return built


def add_late(engine: Engine, built: Built, key: str, fk: ForeignKey) -> None:
    """Adds a reference that waited for the rows. Raises Refused where they break it."""
    statement = render_constraint(built.schema.tables[key], fk, engine.dialect)
    check_statement(statement, engine.dialect)
    engine.run(statement)


def describe(piece: Constraint) -> str:
    """A constraint in a line for people."""
    match piece:
        case PrimaryKey():
            return f"PRIMARY KEY ({', '.join(piece.columns)})"
        case Unique():
            where = f" WHERE {piece.where}" if piece.where is not None else ""
            return f"UNIQUE ({', '.join((*piece.columns, *piece.expressions))}){where}"
        case ForeignKey():
            return f"FOREIGN KEY ({', '.join(piece.columns)}) REFERENCES {piece.table}"
        case Check():
            return f"CHECK ({piece.sql})"
        case Exclude():
            return f"EXCLUDE ({', '.join(f'{element} WITH {operator}' for element, operator in piece.elements)})"
        case Period():
            return f"PERIOD FOR {piece.name} ({', '.join(piece.columns)})"


def said(error: Exception) -> str:
    """The first line of what was said."""
    return next(iter(str(error).strip().splitlines()), type(error).__name__)


def _in_building_order(table: Table, ring: Collection[int]) -> Table:
    """What can stand in CREATE TABLE first: after the first constraint that can't, rendering adds one by one."""
    alone = [
        c
        for c in table.constraints
        if (isinstance(c, Unique) and (c.where is not None or c.expressions))
        or (isinstance(c, ForeignKey) and id(c) in ring and c.table != table.key)
    ]
    return replace(table, constraints=(*(c for c in table.constraints if c not in alone), *alone))


def _uncommented(column: Column) -> Column:
    return replace(column, comment="") if column.comment else column


def _statements(schema: Schema) -> list[str]:
    return [
        s.text
        for s in split(io.StringIO(render(schema)), schema.dialect)
        if not s.text.upper().startswith(("USE ", "CREATE DATABASE "))  # databases are the engine's own affair
    ]


def _extensions(engine: Engine, schema: Schema, built: Built) -> None:
    for statement in extensions(schema):
        check_statement(statement, engine.dialect)
        try:
            engine.run(statement)
        except Refused as error:
            built.refuse("", statement, error)


def _build(engine: Engine, statement: str, built: Built) -> None:
    key = _subject(statement, built.schema)
    if key in built.settled:
        return
    try:
        check_statement(statement, engine.dialect)
        engine.run(statement)
    except (Refused, UnsafeSQLError) as error:
        if key and re.match(r"CREATE\s+TABLE\b", statement, re.I):
            _piece_by_piece(engine, key, built)
        elif key and (constraint := _constraint_of(statement, built.schema.tables[key], engine.dialect)):
            kept = tuple(c for c in built.schema.tables[key].constraints if c is not constraint)
            _put(built, key, replace(built.schema.tables[key], constraints=kept))
            built.refuse(key, describe(constraint), error)
        else:
            built.refuse(key, " ".join(statement.split())[:80], error)


def _subject(statement: str, schema: Schema) -> str:
    """The table that a statement is about; empty for types, sequences and the like."""
    head = re.match(
        r"(?:CREATE\s+TABLE|ALTER\s+TABLE(?:\s+ONLY)?|CREATE\s+UNIQUE\s+INDEX\s.*?\bON)\s+", statement, re.S
    )
    if not head:
        return ""
    rest = statement[head.end() :]
    names = {key: name_of(table, schema.dialect) for key, table in schema.tables.items()}
    found = [key for key, name in names.items() if re.match(re.escape(name) + r"(?![\w$.\"`])", rest)]
    return max(found, key=lambda key: len(names[key]), default="")


def _constraint_of(statement: str, table: Table, dialect: str) -> Constraint | None:
    return next((c for c in table.constraints if render_constraint(table, c, dialect) == statement), None)


def _put(built: Built, key: str, table: Table) -> None:
    built.schema = replace(built.schema, tables={**built.schema.tables, key: table})


def _piece_by_piece(engine: Engine, key: str, built: Built) -> None:
    """Builds the largest table that the engine takes, adding one piece at a time to the bare columns."""
    table = built.schema.tables[key]
    built.settled.add(key)
    bare = tuple(replace(c, default=None, generated=None) for c in table.columns)
    current = replace(table, columns=bare, constraints=())
    for what, larger in (("the table", _as_it_is), *_additions(table)):
        candidate = larger(current)
        try:
            with engine.trial():
                _create(engine, built, candidate)
        except (Refused, UnsafeSQLError) as error:
            built.refuse(key, what, error)
            if what == "the table":
                # MySQL wants the key in the same statement as the column that counts by itself
                keyed = replace(current, constraints=tuple(c for c in table.constraints if isinstance(c, PrimaryKey)))
                current = _or_nothing(engine, built, keyed) or current
                if not current.constraints:
                    built.missing.add(key)
                    return
                built.refused[key].pop()
        else:
            current = candidate
    _create(engine, built, current)
    _put(built, key, current)


def _or_nothing(engine: Engine, built: Built, table: Table) -> Table | None:
    try:
        with engine.trial():
            _create(engine, built, table)
    except (Refused, UnsafeSQLError):
        return None
    return table


def _additions(table: Table) -> Iterator[tuple[str, Callable[[Table], Table]]]:
    """What a bare table lacks, the most important first: (the piece in words, how a table gets it)."""
    for constraint in sorted(table.constraints, key=lambda c: not isinstance(c, PrimaryKey)):
        yield describe(constraint), partial(_with_constraint, constraint)
    for column in table.columns:
        if column.generated is not None:
            yield f"{column.name} GENERATED AS ({column.generated})", partial(_with_column, column)
        if column.default is not None:
            yield f"{column.name} DEFAULT {column.default}", partial(_with_column, column)


def _as_it_is(table: Table) -> Table:
    return table


def _with_constraint(constraint: Constraint, table: Table) -> Table:
    if constraint in table.constraints:
        return table
    return replace(table, constraints=(*table.constraints, constraint))


def _with_column(column: Column, table: Table) -> Table:
    return replace(table, columns=tuple(column if c.name == column.name else c for c in table.columns))


def _create(engine: Engine, built: Built, table: Table) -> None:
    """One table with all that belongs to it."""
    candidate = _around(_in_building_order(table, frozenset()), built.schema)
    for statement in _statements(candidate):
        if _subject(statement, candidate) == table.key:
            check_statement(statement, engine.dialect)
            engine.run(statement)


def _around(table: Table, schema: Schema) -> Schema:
    """As much of the schema as rendering the table looks at: a large one is not rendered whole for each piece."""
    near = [table.key, *(fk.table for fk in table.foreign_keys)]
    for key in near:
        other = schema.tables.get(key)
        if other is not None:
            near += [above for above in (*other.inherits, other.partition_of) if above and above not in near]
    return replace(schema, tables={k: t for k, t in {**schema.tables, table.key: table}.items() if k in near})
