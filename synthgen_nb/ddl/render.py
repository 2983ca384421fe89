"""A Schema as DDL text in its own dialect; reading it gives the same schema. Knows how to write, not how to read.

Constraints keep their order: those that can stand in the table's body do, the first that can't (an index, a reference
to a table that comes later) and all after it follow as statements of their own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec.structs import replace

from ..schema import Check, Column, Constraint, ForeignKey, Kind, Period, PrimaryKey, Schema, Table, Type, Unique
from .catalog import Value
from .dialects import DIALECTS, Dialect
from .fragments import written, written_key
from .types import EXTENSION_TYPES, TYPES

_SEQUENCE = re.compile(r"nextval\s*\(\s*\(?'([^']+)'|NEXT\s+VALUE\s+FOR\s+([\w.\[\]\"`]+)|([\w.\"]+)\.NEXTVAL", re.I)
_END = {False: ";\n", True: "\nGO\n"}
_EXTENSIONS = {"CITEXT": "citext", "HSTORE": "hstore", "LTREE": "ltree", "CUBE": "cube", "VECTOR": "vector"}


def render(schema: Schema) -> str:
    """DDL text: namespaces, types, sequences, tables with parents first, what had to wait, comments, reference rows."""
    dialect = DIALECTS[schema.dialect]
    order = _parents_first(schema)
    statements = [*_namespaces(schema, dialect), *_types(schema, dialect), *_sequences(schema, dialect)]
    waiting: list[tuple[Table, Constraint]] = []
    there: set[str] = set()
    for table in order:
        there.add(table.key)
        inline = _inline_count(table, there, dialect)
        statements.append(_create(table, table.constraints[:inline], schema, dialect))
        waiting += [(table, c) for c in table.constraints[inline:]]
    statements += _in_possible_order(waiting, dialect)
    for table in order:
        statements += _comments(table, dialect)
    for table in order:
        if table.rows:
            statements.append(_insert(table, dialect))
    return "".join(f"{statement}{_END[dialect.batches]}\n" for statement in statements)


def render_constraint(table: Table, constraint: Constraint, dialect: str) -> str:
    """One constraint as a statement of its own, for a table that is there; without the statement's end."""
    return _alone(table, constraint, DIALECTS[dialect])


def sequence_of(column: Column) -> str:
    """The sequence that a column's default reads, as the dialect writes its name; empty where it reads none."""
    found = _SEQUENCE.search(column.default or "")
    return (found[1] or found[2] or found[3]) if found else ""


def _parents_first(schema: Schema) -> list[Table]:
    """Tables after those they inherit from or refer to, where no ring forbids it."""
    done: dict[str, Table] = {}
    for start in schema.tables:
        stack = [(start, iter(_above(schema.tables[start])))]
        on_path = {start}
        while stack:
            key, above = stack[-1]
            parent = next((p for p in above if p in schema.tables and p not in done and p not in on_path), None)
            if parent is None:
                stack.pop()
                done[key] = schema.tables[key]
            else:
                on_path.add(parent)
                stack.append((parent, iter(_above(schema.tables[parent]))))
    return list(done.values())


def _above(table: Table) -> list[str]:
    made_from = [table.partition_of] if table.partition_of else []
    return [*made_from, *table.inherits, *(fk.table for fk in table.foreign_keys)]


def _namespaces(schema: Schema, dialect: Dialect) -> Iterator[str]:
    keys = [t.namespace for t in schema.tables.values()]
    keys += [key.rpartition(".")[0] for key in (*schema.enums, *schema.domains)]
    spaces = [space for space in dict.fromkeys(keys) if space]
    if spaces and dialect.backslashes:
        yield "USE `main`"  # what has no namespace lives in the database in use
    for space in spaces:
        yield f"CREATE {'DATABASE' if dialect.backslashes else 'SCHEMA'} {written(space, dialect)}"


def _types(schema: Schema, dialect: Dialect) -> Iterator[str]:
    for key, labels in schema.enums.items():
        values = ", ".join(dialect.literal(label) for label in labels)
        yield f"CREATE TYPE {_key(key, dialect)} AS ENUM ({values})"
    yield from _unmodelled(schema, dialect)
    for key, domain in schema.domains.items():
        name = _key(key, dialect)
        tail = "" if domain.nullable else " NOT NULL"
        if dialect.name in ("tsql", "duckdb"):
            yield f"CREATE TYPE {name} {'FROM' if dialect.batches else 'AS'} {domain.type.sql}{tail}"
        else:
            default = f" DEFAULT {domain.default}" if domain.default is not None else ""
            checks = "".join(f" CHECK ({sql})" for sql in domain.checks)
            yield f"CREATE DOMAIN {name} AS {domain.type.sql}{default}{tail}{checks}"


def _unmodelled(schema: Schema, dialect: Dialect) -> Iterator[str]:
    """Types of which a schema keeps only the name: extensions are asked for, row types are written out."""
    if dialect.name not in ("postgres", "duckdb"):
        return
    made: set[str] = set()
    for type_ in (t for table in schema.tables.values() for c in table.columns for t in _inner_first(c.type)):
        bare = type_.sql.split("(")[0].split(".")[-1].strip().upper()
        if type_.sql in made or bare in TYPES[dialect.name] or type_.domain or type_.sql in schema.tables:
            continue
        made.add(type_.sql)
        if bare in EXTENSION_TYPES:
            if bare in _EXTENSIONS:
                yield f"CREATE EXTENSION IF NOT EXISTS {_EXTENSIONS[bare]}"
        elif type_.kind is Kind.RANGE and type_.element is not None:
            yield f"CREATE TYPE {type_.sql} AS RANGE (subtype = {type_.element.sql})"
        elif type_.kind is Kind.STRUCT:
            fields = ", ".join(f"{written(name, dialect)} {held.sql}" for name, held in type_.fields)
            yield f"CREATE TYPE {type_.sql} AS ({fields})"
        elif type_.kind is Kind.OTHER and type_.sql:
            yield f"CREATE TYPE {type_.sql} AS ()"


def _inner_first(type_: Type) -> Iterator[Type]:
    """A type behind those that it is made of; an array stands for its elements."""
    for _, held in type_.fields:
        yield from _inner_first(held)
    if type_.kind is Kind.ARRAY and type_.element is not None:
        yield from _inner_first(type_.element)
    else:
        yield type_


def _sequences(schema: Schema, dialect: Dialect) -> Iterator[str]:
    names: dict[str, None] = {}
    for table in schema.tables.values():
        for column in table.columns:
            if name := sequence_of(column):
                names[name] = None
    for name in names:
        yield f"CREATE SEQUENCE {name}"


def _key(key: str, dialect: Dialect) -> str:
    space, _, name = key.rpartition(".")
    return written_key(space, name, dialect)


def _inline_count(table: Table, there: set[str], dialect: Dialect) -> int:
    """How many of the first constraints can stand in CREATE TABLE."""
    for index, c in enumerate(table.constraints):
        if isinstance(c, Unique) and (c.where is not None or c.expressions):
            return index
        if isinstance(c, ForeignKey) and c.table not in there and dialect.name != "sqlite":
            return index
    return len(table.constraints)


def _create(table: Table, constraints: tuple[Constraint, ...], schema: Schema, dialect: Dialect) -> str:
    name = written_key(table.namespace, table.name, dialect)
    bodies = [_constraint(c, dialect) for c in constraints]
    if table.partition_of is not None:
        parent = schema.tables[table.partition_of]
        if _bare_columns(table) == tuple(_inherited(c) for c in parent.columns):
            body = f" ({', '.join(bodies)})" if bodies else ""
            head = f"CREATE TABLE {name} PARTITION OF {_key(parent.key, dialect)}{body}"
            return " ".join(filter(None, (head, table.partition_bound, table.options)))
    own_key = _autoincrement_key(table, dialect)
    from_parents = _from_parents(table, schema)
    lines = []
    for column in table.columns:
        if from_parents.get(column.name) != _inherited(column):
            lines.append((_column(column, column.name == own_key, schema, dialect), _line_comment(column, dialect)))
    lines += [(b, "") for b, c in zip(bodies, constraints, strict=True) if not (own_key and isinstance(c, PrimaryKey))]
    text = f"CREATE TABLE {name} (\n" + "\n".join(
        f"    {line}{'' if index == len(lines) - 1 else ','}{comment}" for index, (line, comment) in enumerate(lines)
    )
    text += "\n)"
    if from_parents:
        text += f" INHERITS ({', '.join(_key(key, dialect) for key in table.inherits)})"
    text += f" {table.options}" if table.options else ""
    if table.comment and dialect.backslashes:
        text += f" COMMENT={dialect.literal(table.comment)}"
    if table.partition_of is not None:
        text += f";\nALTER TABLE {_key(table.partition_of, dialect)} ATTACH PARTITION {name} {table.partition_bound}"
    if table.inherits and not from_parents:
        text += "".join(f";\nALTER TABLE {name} INHERIT {_key(key, dialect)}" for key in table.inherits)
    for column in table.columns:
        above = from_parents.get(column.name)
        if above is not None and not above.nullable and column.nullable:
            text += f";\nALTER TABLE ONLY {name} ALTER COLUMN {written(column.name, dialect)} DROP NOT NULL"
        if above is not None and above.default is not None and column.default is None:
            text += f";\nALTER TABLE ONLY {name} ALTER COLUMN {written(column.name, dialect)} DROP DEFAULT"
    return text


def _from_parents(table: Table, schema: Schema) -> dict[str, Column]:
    """The columns that INHERITS brings. None where they do not come first: then the table inherits once it is there."""
    found: dict[str, Column] = {}
    for key in table.inherits:
        for column in schema.tables[key].columns:
            found.setdefault(column.name, _inherited(column))
    return found if table.column_names[: len(found)] == tuple(found) else {}


def _inherited(column: Column) -> Column:
    """A column as a child gets it."""
    identity = column.identity if column.identity == "auto" else None
    return replace(column, comment="", place=None, identity=identity)


def _bare_columns(table: Table) -> tuple[Column, ...]:
    return tuple(replace(c, comment="", place=None) for c in table.columns)


def _autoincrement_key(table: Table, dialect: Dialect) -> str:
    """SQLite's AUTOINCREMENT stands only right at the column's own PRIMARY KEY."""
    key = table.primary_key
    if dialect.name == "sqlite" and len(key) == 1 and table.column(key[0]).identity == "auto":
        return key[0]
    return ""


def _column(column: Column, is_own_key: bool, schema: Schema, dialect: Dialect) -> str:
    parts = [written(column.name, dialect), _type(column.type, dialect)]
    if column.generated is not None:
        parts.append(_generated(column.generated, column.type, dialect))
    if column.default is not None:
        parts.append(f"DEFAULT {column.default}")
    if column.identity in ("always", "by default"):
        parts.append(f"GENERATED {column.identity.upper()} AS IDENTITY")
    elif column.identity == "auto" and dialect.batches and column.default is None:
        parts.append("IDENTITY(1,1)")
    elif is_own_key:
        parts.append("PRIMARY KEY AUTOINCREMENT")
    if not column.nullable and not is_own_key and not column.by_domain:
        parts.append("NOT NULL")
    if column.identity == "auto" and dialect.backslashes and column.default is None:
        parts.append("AUTO_INCREMENT")
    if column.comment and dialect.backslashes:
        parts.append(f"COMMENT {dialect.literal(column.comment)}")
    return " ".join(part for part in parts if part)


def _type(type_: Type, dialect: Dialect) -> str:
    return _key(type_.domain, dialect) if type_.domain else type_.sql


def _generated(expression: str, type_: Type, dialect: Dialect) -> str:
    if expression.startswith("ROW "):
        return f"GENERATED ALWAYS AS {expression}"
    if dialect.batches:
        return f"AS ({expression})"
    stored = {"postgres": " STORED", "mysql": " STORED", "mariadb": " STORED"}.get(dialect.name, "")
    return f"GENERATED ALWAYS AS ({expression}){stored}"


def _line_comment(column: Column, dialect: Dialect) -> str:
    if column.comment and dialect.name in ("sqlite", "tsql"):
        return " -- " + " ".join(column.comment.split())
    return ""


def _names(columns: tuple[str, ...], dialect: Dialect) -> str:
    return ", ".join(written(c, dialect) for c in columns)


def _key_parts(c: Unique, dialect: Dialect) -> str:
    columns = [written(name, dialect) + (f"({c.prefixes[name]})" if name in c.prefixes else "") for name in c.columns]
    return ", ".join([*columns, *(f"({sql})" for sql in c.expressions)])


def _constraint(c: Constraint, dialect: Dialect) -> str:
    name = f"CONSTRAINT {written(c.name, dialect)} " if c.name else ""
    if isinstance(c, PrimaryKey):
        return f"{name}PRIMARY KEY ({_names(c.columns, dialect)})"
    if isinstance(c, Unique):
        nulls = "" if c.nulls_distinct == dialect.nulls_distinct else " NULLS NOT DISTINCT"
        return f"{name}UNIQUE{nulls} ({_key_parts(c, dialect)})"
    if isinstance(c, ForeignKey):
        return name + _foreign_key(c, dialect)
    if isinstance(c, Check):
        enforced = "" if c.enforced else " DISABLE" if dialect.name == "oracle" else " NOT ENFORCED"
        return f"{name}CHECK ({c.sql}){enforced}"
    if isinstance(c, Period):
        return f"PERIOD FOR {written(c.name, dialect)} ({_names(c.columns, dialect)})"
    if dialect.backslashes:
        parts = ", ".join(sql + (" WITHOUT OVERLAPS" if operator == "&&" else "") for sql, operator in c.elements)
        return f"{name}UNIQUE ({parts})"
    using = f" USING {c.using}" if c.using else ""
    where = f" WHERE ({c.where})" if c.where is not None else ""
    elements = ", ".join(f"{_element(sql)} WITH {operator}" for sql, operator in c.elements)
    return f"{name}EXCLUDE{using} ({elements}){where}"


def _element(sql: str) -> str:
    if re.fullmatch(r'[\w" ]+', sql):
        return sql
    operators = re.search(r"(?<=\)) \w+$", sql)  # the class of operators behind an expression
    return f"({sql[: operators.start()]}){operators[0]}" if operators else f"({sql})"


def _foreign_key(c: ForeignKey, dialect: Dialect) -> str:
    text = f"FOREIGN KEY ({_names(c.columns, dialect)}) REFERENCES {_key(c.table, dialect)}"
    text += f" ({_names(c.references, dialect)})"
    if c.match != "simple":
        text += f" MATCH {c.match.upper()}"
    for event, action in (("DELETE", c.on_delete), ("UPDATE", c.on_update)):
        text += f" ON {event} {action}" if action else ""
    return text + (" DEFERRABLE INITIALLY DEFERRED" if c.deferrable else "")


def _in_possible_order(waiting: list[tuple[Table, Constraint]], dialect: Dialect) -> list[str]:
    """Each table's constraints in their order, and a reference after the key that it refers to, where both wait."""
    queues: dict[str, list[tuple[Table, Constraint]]] = {}
    for table, c in waiting:
        queues.setdefault(table.key, []).append((table, c))
    done = []
    while queues:
        ready = [key for key, queue in queues.items() if not _must_wait(queue[0][1], queues)] or [next(iter(queues))]
        for key in ready:
            table, c = queues[key].pop(0)
            done.append(_alone(table, c, dialect))
            if not queues[key]:
                del queues[key]
    return done


def _must_wait(c: Constraint, queues: dict[str, list[tuple[Table, Constraint]]]) -> bool:
    return isinstance(c, ForeignKey) and any(
        isinstance(other, (PrimaryKey, Unique)) and set(other.columns) == set(c.references)
        for _, other in queues.get(c.table, ())
    )


def _alone(table: Table, c: Constraint, dialect: Dialect) -> str:
    """A constraint as a statement of its own."""
    on = written_key(table.namespace, table.name, dialect)
    if isinstance(c, Unique) and (c.where is not None or c.expressions):
        where = f" WHERE {c.where}" if c.where is not None else ""
        nulls = "" if c.nulls_distinct == dialect.nulls_distinct else " NULLS NOT DISTINCT"
        name = f" {written(c.name, dialect)}" if c.name else ""
        return f"CREATE UNIQUE INDEX{name} ON {on} ({_key_parts(c, dialect)}){nulls}{where}"
    if isinstance(c, Unique) and c.name and dialect.name in ("sqlite", "duckdb"):  # they can't add a constraint later
        return f"CREATE UNIQUE INDEX {written(c.name, dialect)} ON {on} ({_key_parts(c, dialect)})"
    return f"ALTER TABLE {on} ADD {_constraint(c, dialect)}"


def _comments(table: Table, dialect: Dialect) -> Iterator[str]:
    if dialect.name not in ("postgres", "oracle", "duckdb"):
        return
    name = written_key(table.namespace, table.name, dialect)
    if table.comment:
        yield f"COMMENT ON TABLE {name} IS {dialect.literal(table.comment)}"
    for column in table.columns:
        if column.comment:
            yield f"COMMENT ON COLUMN {name}.{written(column.name, dialect)} IS {dialect.literal(column.comment)}"


def _insert(table: Table, dialect: Dialect) -> str:
    given = [i for i, c in enumerate(table.columns) if c.generated is None]
    columns = tuple(table.columns[i].name for i in given)
    always = any(c.identity == "always" for c in table.columns)
    name = written_key(table.namespace, table.name, dialect)
    rows = ",\n".join("    (" + ", ".join(_value(row[i], dialect) for i in given) + ")" for row in table.rows)
    overriding = " OVERRIDING SYSTEM VALUE" if always and dialect.name == "postgres" else ""
    return f"INSERT INTO {name} ({_names(columns, dialect)}){overriding} VALUES\n{rows}"


def _value(value: Value, dialect: Dialect) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        plain = dialect.name in ("tsql", "oracle")
        return str(int(value)) if plain else str(value).upper()
    return dialect.literal(value) if isinstance(value, str) else repr(value)
