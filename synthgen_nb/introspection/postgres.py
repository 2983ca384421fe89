"""The catalog of a PostgreSQL database as the statements that would make it again. Knows pg_catalog: each expression,
constraint and bound is in the server's own words, each name with its namespace.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from msgspec import Struct

from ..ddl.dialects import DIALECTS
from ..engines.postgres import Postgres, connect
from ..engines.urls import Target
from ..errors import InputError, Refused
from .definitions import Definitions, left_out

Row = tuple[Any, ...]

# the server's own namespaces and temporary ones begin with pg_; what an extension brought comes with the extension
_OURS = (
    "n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' AND NOT EXISTS"
    " (SELECT FROM pg_depend e WHERE e.classid = '{kind}'::regclass AND e.objid = {of}.oid AND e.deptype = 'e')"
)
_OUR_TABLES = _OURS.format(kind="pg_class", of="c")
_EXTENSIONS = "SELECT quote_ident(extname) FROM pg_extension WHERE extname <> 'plpgsql' ORDER BY oid"
# typtype: enum, domain, composite (of a CREATE TYPE, not of a table), range, base (no array)
_TYPES = f"""
SELECT t.typtype::text, t.oid, quote_ident(n.nspname), format('%I.%I', n.nspname, t.typname),
       CASE WHEN t.typtype = 'd' THEN format_type(t.typbasetype, t.typtypmod)
            WHEN t.typtype = 'r' THEN (SELECT format_type(r.rngsubtype, NULL) FROM pg_range r WHERE r.rngtypid = t.oid)
       END,
       t.typnotnull, t.typdefault,
       (SELECT format('%I.%I', cn.nspname, o.collname) FROM pg_collation o
        JOIN pg_namespace cn ON cn.oid = o.collnamespace
        WHERE o.oid = t.typcollation AND t.typcollation <> b.typcollation)
FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
LEFT JOIN pg_class c ON c.oid = t.typrelid
LEFT JOIN pg_type b ON b.oid = t.typbasetype
WHERE (t.typtype IN ('e', 'd', 'r') OR (t.typtype = 'c' AND c.relkind = 'c') OR (t.typtype = 'b' AND t.typelem = 0))
  AND {_OURS.format(kind="pg_type", of="t")}
ORDER BY t.oid
"""
_LABELS = "SELECT enumtypid, enumlabel FROM pg_enum ORDER BY enumtypid, enumsortorder"
_ATTRIBUTES = """
SELECT t.oid, quote_ident(a.attname), format_type(a.atttypid, a.atttypmod)
FROM pg_type t JOIN pg_class c ON c.oid = t.typrelid AND c.relkind = 'c'
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped ORDER BY t.oid, a.attnum
"""
_DOMAIN_CHECKS = """
SELECT contypid, quote_ident(conname), pg_get_constraintdef(oid) FROM pg_constraint
WHERE contypid <> 0 AND contype = 'c' ORDER BY oid
"""
_FUNCTIONS = f"""
SELECT pg_get_functiondef(p.oid) FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
JOIN pg_language l ON l.oid = p.prolang
WHERE p.prokind = 'f' AND l.lanname IN ('sql', 'plpgsql') AND p.prorettype <> 'trigger'::regtype
  AND {_OURS.format(kind="pg_proc", of="p")}
ORDER BY p.oid
"""
_TABLES = f"""
SELECT c.oid, quote_ident(n.nspname), format('%I.%I', n.nspname, c.relname), c.relispartition,
       pg_get_expr(c.relpartbound, c.oid), CASE WHEN c.relkind = 'p' THEN pg_get_partkeydef(c.oid) END,
       ARRAY(SELECT i.inhparent::bigint FROM pg_inherits i WHERE i.inhrelid = c.oid ORDER BY i.inhseqno),
       obj_description(c.oid, 'pg_class')
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p') AND {_OUR_TABLES} ORDER BY c.oid
"""
_COLUMNS = """
SELECT a.attrelid, quote_ident(a.attname), format_type(a.atttypid, a.atttypmod),
       (SELECT format('%I.%I', cn.nspname, o.collname) FROM pg_collation o
        JOIN pg_namespace cn ON cn.oid = o.collnamespace
        WHERE o.oid = a.attcollation AND a.attcollation <> t.typcollation),
       a.attnotnull, a.attgenerated::text, a.attidentity::text, pg_get_expr(d.adbin, d.adrelid),
       col_description(a.attrelid, a.attnum)
FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid AND c.relkind IN ('r', 'p')
JOIN pg_type t ON t.oid = a.atttypid
LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
WHERE a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attrelid, a.attnum
"""
# what a child has from its parent comes with the parent
_CONSTRAINTS = """
SELECT conrelid, contype::text, quote_ident(conname), pg_get_constraintdef(oid) FROM pg_constraint
WHERE contype IN ('p', 'u', 'c', 'x', 'f') AND conrelid <> 0 AND conparentid = 0 AND coninhcount = 0
ORDER BY conrelid, oid
"""
_INDEXES = """
SELECT i.indrelid, pg_get_indexdef(i.indexrelid) FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
WHERE i.indisunique AND NOT c.relispartition
  AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = i.indexrelid AND contype IN ('p', 'u'))
ORDER BY i.indexrelid
"""
_OTHERS = f"""
SELECT CASE c.relkind WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized view' ELSE 'foreign table' END,
       format('%I.%I', n.nspname, c.relname)
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('v', 'm', 'f') AND {_OUR_TABLES}
UNION ALL
SELECT 'trigger', format('%I on %I.%I', g.tgname, n.nspname, c.relname) FROM pg_trigger g
JOIN pg_class c ON c.oid = g.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE NOT g.tgisinternal AND g.tgparentid = 0 AND {_OUR_TABLES}
ORDER BY 1, 2
"""
_GENERATED = {"s": "STORED", "v": "VIRTUAL"}
_IDENTITY = {"a": "ALWAYS", "d": "BY DEFAULT"}


class _Column(Struct, frozen=True):
    """Texts as the server writes them; `given` is what NOT NULL, DEFAULT and their like say."""

    name: str
    type: str
    given: str
    comment: str | None


class _Table(Struct, frozen=True):
    oid: int
    name: str
    bound: str | None  # None for what is no partition
    divided: str | None
    parents: tuple[int, ...]
    comment: str | None
    columns: tuple[_Column, ...]
    constraints: tuple[str, ...]


def definitions(where: Target, ask: Callable[[str], str] | None) -> Definitions:
    try:
        with reading(where, ask) as engine:
            return _read(engine)
    except Refused as error:
        raise InputError(f"can't read {where.shown()}: {error.message}") from None


@contextmanager
def reading(where: Target, ask: Callable[[str], str] | None = None) -> Iterator[Postgres]:
    """A session that can't write, inside a transaction that sees one moment. Raises InputError or Refused."""
    with connect(where, ask=ask) as connection:
        engine = Postgres(connection, where)
        engine.query("SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        with connection.transaction():
            engine.query("SET LOCAL search_path = ''")  # so each name in an expression comes with its namespace
            yield engine


def _read(engine: Postgres) -> Definitions:
    types = engine.query(_TYPES)
    found = engine.query(_TABLES)
    tables = _tables(engine, found)
    spaces = dict.fromkeys(row[2] for row in types) | dict.fromkeys(row[1] for row in found)
    before = [f"CREATE SCHEMA {space}" for space in spaces if space != "public"]
    before += [f"CREATE EXTENSION IF NOT EXISTS {name}" for (name,) in engine.query(_EXTENSIONS)]
    after = [f"ALTER TABLE ONLY {tables[oid].name} ADD {text}" for oid, kind, text in _constraints(engine)
             if oid in tables and kind == "f"]  # fmt: skip
    after += [definition for oid, definition in engine.query(_INDEXES) if oid in tables]
    return Definitions(
        "postgres",
        before=(*before, *_types(engine, types), *(text for (text,) in engine.query(_FUNCTIONS))),
        tables=tuple(_create(tables[oid], tables) for oid in _parents_first(tables)),
        after=(*after, *(line for table in tables.values() for line in _comments(table))),
        left_out=left_out(engine.query(_OTHERS)),
    )


def _types(engine: Postgres, types: list[Row]) -> Iterator[str]:
    labels = _grouped(engine.query(_LABELS))
    attributes = _grouped(engine.query(_ATTRIBUTES))
    checks = _grouped(engine.query(_DOMAIN_CHECKS))
    for kind, oid, _, name, base, not_null, default, collation in types:
        if kind == "e":
            yield f"CREATE TYPE {name} AS ENUM ({', '.join(_literal(label) for (label,) in labels.get(oid, []))})"
        elif kind == "c":
            yield f"CREATE TYPE {name} AS ({', '.join(f'{a} {type_}' for a, type_ in attributes.get(oid, []))})"
        elif kind == "r":
            yield f"CREATE TYPE {name} AS RANGE (SUBTYPE = {base})"
        elif kind == "b":
            yield f"CREATE TYPE {name}"
        else:
            words = [f"CREATE DOMAIN {name} AS {base}", f"COLLATE {collation}" if collation else ""]
            words += [f"DEFAULT {default}" if default is not None else "", "NOT NULL" if not_null else ""]
            words += [f"CONSTRAINT {check} {condition}" for check, condition in checks.get(oid, [])]
            yield " ".join(word for word in words if word)


def _tables(engine: Postgres, found: list[Row]) -> dict[int, _Table]:
    columns = _grouped(engine.query(_COLUMNS))
    inside = _grouped((oid, text) for oid, kind, text in _constraints(engine) if kind != "f")
    tables = {}
    for oid, _, name, partition, bound, divided, parents, comment in found:
        tables[oid] = _Table(
            oid=oid,
            name=name,
            bound=bound if partition else None,
            divided=divided,
            parents=tuple(parents),
            comment=comment,
            columns=tuple(_column(*row) for row in columns.get(oid, [])),
            constraints=tuple(text for (text,) in inside.get(oid, [])),
        )
    return tables


def _column(
    name: str, type_: str, collation: str | None, not_null: bool, generated: str, identity: str, value: str | None,
    comment: str | None,
) -> _Column:  # fmt: skip
    words = [f"COLLATE {collation}"] if collation else []
    if generated:
        words.append(f"GENERATED ALWAYS AS ({value}) {_GENERATED[generated]}")
    elif identity:
        words.append(f"GENERATED {_IDENTITY[identity]} AS IDENTITY")
    elif value is not None:
        words.append(f"DEFAULT {value}")
    if not_null:
        words.append("NOT NULL")
    return _Column(name, type_, " ".join(words), comment)


def _constraints(engine: Postgres) -> list[tuple[int, str, str]]:
    return [(oid, kind, f"CONSTRAINT {name} {text}") for oid, kind, name, text in engine.query(_CONSTRAINTS)]


def _create(table: _Table, tables: Mapping[int, _Table]) -> str:
    parents = [tables[oid] for oid in table.parents if oid in tables]
    divided = f" PARTITION BY {table.divided}" if table.divided else ""
    if table.bound is not None and parents:
        same = {column.name: column.given for column in parents[0].columns}
        own = [f"{c.name} {c.given}" for c in table.columns if c.given and c.given != same[c.name]]
        inside = ", ".join((*own, *table.constraints))
        return (
            f"CREATE TABLE {table.name} PARTITION OF {parents[0].name}{f' ({inside})' if inside else ''}"
            f" {table.bound}{divided}"
        )
    columns = (f"{c.name} {c.type} {c.given}".rstrip() for c in table.columns)
    inherits = f" INHERITS ({', '.join(parent.name for parent in parents)})" if parents else ""
    return f"CREATE TABLE {table.name} ({', '.join((*columns, *table.constraints))}){inherits}{divided}"


def _parents_first(tables: Mapping[int, _Table]) -> Iterator[int]:
    """A parent may be younger than its child: ALTER TABLE ... INHERIT, ATTACH PARTITION."""
    waiting = dict(tables)
    while waiting:
        ready = [oid for oid, table in waiting.items() if not any(parent in waiting for parent in table.parents)]
        yield from ready
        for oid in ready:
            del waiting[oid]


def _comments(table: _Table) -> Iterator[str]:
    if table.comment:
        yield f"COMMENT ON TABLE {table.name} IS {_literal(table.comment)}"
    for column in table.columns:
        if column.comment:
            yield f"COMMENT ON COLUMN {table.name}.{column.name} IS {_literal(column.comment)}"


def _literal(text: str) -> str:
    return DIALECTS["postgres"].literal(text)


def _grouped(rows: Iterable[Row]) -> dict[int, list[Row]]:
    """The rows by their first value, an oid, which they lose."""
    found: dict[int, list[Row]] = {}
    for oid, *rest in rows:
        found.setdefault(oid, []).append(tuple(rest))
    return found
