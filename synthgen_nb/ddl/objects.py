"""Reading what surrounds tables: unique indexes, types, domains, comments, drops, namespaces. Knows no columns."""

from __future__ import annotations

from itertools import pairwise

from ..schema import Unique
from .alter import rename_table
from .catalog import Catalog, TableDraft, UserType
from .columns import read_expression
from .constraints import read_check, read_key_parts, read_nulls_distinct, unique_of
from .cursor import Cursor
from .fragments import without_parentheses
from .hints import hint_in
from .noise import skip_noise
from .typenames import read_collation, read_type


def create_index(c: Cursor, modifiers: list[str], catalog: Catalog) -> None:
    """What follows CREATE ... INDEX; only a unique one says something about rows. Raises DDLError."""
    if "UNIQUE" not in modifiers:
        return
    place = c.place()
    c.take("CONCURRENTLY")
    if_not_exists = c.take("IF", "NOT", "EXISTS")
    name = "" if c.at("ON") else c.qualified("an index name")[-1]
    skip_noise(c)
    c.expect("ON")
    c.take("ONLY")
    parts = c.qualified("a table name")
    table = catalog.find(parts)
    if table is None:
        if not catalog.is_no_table(parts):
            catalog.note("not_understood", f"CREATE UNIQUE INDEX {name} ON {'.'.join(parts)}", place)
        return
    if if_not_exists and name and table.constraint_named(name):
        return
    skip_noise(c)
    keys = read_key_parts(c, table)
    skip_noise(c)
    nulls_distinct = read_nulls_distinct(c)
    skip_noise(c)
    where = None
    if c.take("WHERE"):
        start = c.i
        while not c.done and not (c.dialect.batches and c.at("WITH", "(")):
            c.skip()
        where = without_parentheses(c.text(start, c.i), c.dialect)
    unique = unique_of(keys, name, place, nulls_distinct=nulls_distinct, where=where)
    table.constraints.append(unique)


def create_type(c: Cursor, catalog: Catalog) -> None:
    """ENUM, composite, range, T-SQL's FROM; a type whose inside nobody models still is a known type."""
    place = c.place()
    c.take("IF", "NOT", "EXISTS")
    space, name = catalog.split_name(c.qualified("a type name"))
    made = UserType(space, name, "other", place)
    if c.take("AS", "ENUM"):
        made.kind = "enum"
        made.labels = [item.string() for item in c.group().items() if not item.done]
    elif c.take("AS", "RANGE"):
        made.kind = "range"
        for item in c.group().items():
            if item.take("SUBTYPE", "="):
                made.base = read_type(item)
    elif c.dialect.name == "postgres" and c.take("AS"):
        made.kind = "row"
        made.fields = [(item.name("a field"), read_type(item)) for item in c.group().items() if not item.done]
    elif c.take("FROM") or (c.at("AS") and catalog.dialect.name == "duckdb"):
        c.take("AS")
        made.kind = "domain"
        made.base = read_type(c)
        made.made = catalog.find_type(made.base.parts) if made.base.parts else None
        if c.take("NOT", "NULL"):
            made.nullable = False
    if catalog.find_type((name,) if not space else (space, name)) is None or made.kind != "other":
        catalog.add_type(made)


def create_domain(c: Cursor, catalog: Catalog) -> None:
    place = c.place()
    space, name = catalog.split_name(c.qualified("a domain name"))
    c.take("AS")
    base = read_type(c)
    made = UserType(space, name, "domain", place, base=base)
    made.made = catalog.find_type(base.parts) if base.parts else None
    _read_domain_options(c, made, catalog)
    catalog.add_type(made)


def _read_domain_options(c: Cursor, made: UserType, catalog: Catalog) -> None:
    while not c.done:
        name, place = "", c.place()
        if c.take("CONSTRAINT"):
            name = c.name("a constraint name")
        if c.take("NOT", "NULL"):
            made.nullable = False
        elif c.take("NULL"):
            made.nullable = True
        elif c.take("DEFAULT"):
            made.default = read_expression(c)
        elif c.take("CHECK"):
            made.checks.append((name, read_check(c, name, place).sql))
        elif c.take("COLLATE") and made.base is not None:
            made.base = read_collation(c, made.base)
        elif not (c.take("NOT", "VALID") or c.take("NO", "INHERIT")):
            catalog.note("not_understood", c.rest(), place)


def alter_type(c: Cursor, catalog: Catalog) -> None:
    """ALTER TYPE and ALTER DOMAIN."""
    start = c.i
    made = catalog.find_type(c.qualified("a type name"))
    if made is None:
        catalog.note("not_understood", f"ALTER TYPE {c.text(start)}", c.place(start))
    elif c.take("ADD", "VALUE"):
        _add_label(c, made)
    elif c.take("RENAME", "VALUE"):
        old = c.string()
        c.expect("TO")
        new = c.string()
        made.labels = [new if label == old else label for label in made.labels]
    elif c.take("RENAME", "TO"):
        catalog.types.pop(catalog.dialect.same(made.key))
        made.name = c.name("a type name")
        catalog.add_type(made)
    elif c.take("SET", "SCHEMA"):
        catalog.types.pop(catalog.dialect.same(made.key))
        made.namespace = catalog.namespace(c.name("a schema"))
        catalog.add_type(made)
    elif c.take("DROP", "CONSTRAINT"):
        c.take("IF", "EXISTS")
        name = c.name("a constraint")
        made.checks = [check for check in made.checks if (check[0] or f"{made.name}_check") != name]
    elif c.take("DROP", "NOT", "NULL"):
        made.nullable = True
    elif c.take("DROP", "DEFAULT"):
        made.default = None
    elif c.take("SET", "NOT", "NULL"):
        made.nullable = False
    elif c.take("SET", "DEFAULT"):
        made.default = read_expression(c)
    elif c.take("ADD") and made.kind == "domain":
        _read_domain_options(c, made, catalog)


def _add_label(c: Cursor, made: UserType) -> None:
    c.take("IF", "NOT", "EXISTS")
    label = c.string()
    if label in made.labels:
        return
    position = len(made.labels)
    if where := c.take_any("BEFORE", "AFTER"):
        neighbour = c.string()
        if neighbour in made.labels:
            position = made.labels.index(neighbour) + (where == "AFTER")
    made.labels.insert(position, label)


def comment_on(c: Cursor, catalog: Catalog) -> None:
    """COMMENT ON TABLE and COLUMN; comments on anything else are of no use here."""
    if c.take("TABLE"):
        table = catalog.find(c.qualified("a table"))
        c.expect("IS")
        if table is not None:
            table.comment = _comment_text(c)
    elif c.take("COLUMN"):
        place = c.place()
        parts = c.qualified("a column")
        table = catalog.find(parts[:-1]) if len(parts) > 1 else None
        c.expect("IS")
        if table is not None:
            column, begins = table.column(parts[-1], place), c.place()
            column.comment = _comment_text(c)
            column.hint = hint_in(column.comment, begins) or column.hint


def _comment_text(c: Cursor) -> str:
    return "" if c.at("NULL") else c.string()


def create_schema(c: Cursor, catalog: Catalog) -> list[Cursor]:
    """The namespace; returns its elements (CREATE SCHEMA s CREATE TABLE ... CREATE TABLE ...), to be read inside it."""
    c.take("IF", "NOT", "EXISTS")
    if c.take("AUTHORIZATION"):
        name = c.name("a role")
    else:
        name = c.qualified("a schema")[-1]
        if c.take("AUTHORIZATION"):
            c.name("a role")
    catalog.schemas.add(name)
    starts = []
    while not c.done:
        if c.at_any("CREATE", "GRANT"):
            starts.append(c.i)
        c.skip()
    return [Cursor(c.tokens, start, stop) for start, stop in pairwise([*starts, c.stop])]


def set_variable(c: Cursor, catalog: Catalog) -> None:
    """SET: only the search path matters."""
    c.take_any("SESSION", "LOCAL")
    if c.take("SEARCH_PATH") or c.take("SCHEMA"):
        c.take_any("TO", "=")
        use_names([item for item in c.items() if not item.done], catalog)


def use_names(items: list[Cursor], catalog: Catalog) -> None:
    names = []
    for item in items:
        token = item.peek()
        name = item.string() if token.kind == "string" else item.qualified("a schema")[-1]
        if name and name != "$user" and name != "pg_catalog":
            names.append(name)
    catalog.use(names)


def drop(c: Cursor, catalog: Catalog) -> None:
    """DROP TABLE, TYPE, DOMAIN, INDEX, SCHEMA; dropping what was never made is nothing."""
    c.take("TEMPORARY")
    what = c.next().key
    c.take("CONCURRENTLY")
    c.take("IF", "EXISTS")
    for item in c.items():
        if item.done or not item.is_name():
            continue
        parts = item.qualified()
        if what == "TABLE":
            if table := catalog.find(parts):
                catalog.drop_table(table)
        elif what in ("TYPE", "DOMAIN"):
            if made := catalog.find_type(parts):
                catalog.types.pop(catalog.dialect.same(made.key))
        elif what == "INDEX":
            on = catalog.find(item.qualified("a table")) if item.take("ON") else None
            _drop_index(parts, on, catalog)
        elif what == "SCHEMA":
            for table in [t for t in catalog.tables.values() if t.namespace == catalog.namespace(parts[-1])]:
                if table.key in catalog.tables:
                    catalog.drop_table(table)


def _drop_index(parts: tuple[str, ...], on: TableDraft | None, catalog: Catalog) -> None:
    tables = [on] if on is not None else list(catalog.tables.values())
    if on is None and catalog.dialect.batches and len(parts) > 1 and (owner := catalog.find(parts[:-1])):
        tables = [owner]  # T-SQL's old form: DROP INDEX table.index
    for table in tables:
        found = table.constraint_named(parts[-1])
        if isinstance(found, Unique) and (found.name or on is not None):
            table.constraints.remove(found)
            return


def rename(c: Cursor, catalog: Catalog) -> None:
    """MySQL's RENAME TABLE a TO b, c TO d."""
    c.take_any("TABLE", "TABLES")
    for item in c.items():
        place = item.place()
        parts = item.qualified("a table")
        table = catalog.find(parts)
        item.expect("TO")
        target = item.qualified("a table name")
        if table is None:
            catalog.note("not_understood", f"RENAME TABLE {'.'.join(parts)}", place)
        else:
            rename_table(table, target, catalog)


def create_other(c: Cursor, catalog: Catalog) -> None:
    """A view or a sequence: only its name is kept."""
    c.take("IF", "NOT", "EXISTS")
    if c.is_name():
        catalog.not_tables.add(catalog.dialect.same(catalog.future_key(c.qualified("a name"))))
