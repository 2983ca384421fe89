"""A schema of any dialect told in the words of DuckDB or SQLite, and what could not be told. Knows types and
constraints; which statements an engine really takes is for building.py to find out.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator

import pyarrow as pa
from msgspec import Struct, field
from msgspec.structs import replace

from ..ddl.dialects import DIALECTS
from ..ddl.expressions import row_checks
from ..ddl.fragments import written
from ..errors import UnsafeSQLError
from ..physical import arrow_type
from ..schema import Check, Column, Constraint, Exclude, ForeignKey, Kind, PrimaryKey, Schema, Table, Type, Unique
from .lite import lite_condition, lite_type

_DUCK = {
    Kind.BOOLEAN: "BOOLEAN",
    Kind.BINARY: "BLOB",
    Kind.DATE: "DATE",
    Kind.TIME: "TIME",
    Kind.TIMESTAMP: "TIMESTAMP",
    Kind.TIMESTAMPTZ: "TIMESTAMPTZ",
    Kind.YEAR: "SMALLINT",
    Kind.UUID: "UUID",
    Kind.MONEY: "DECIMAL(19, 2)",
}
_WIDTHS = {8: "TINYINT", 16: "SMALLINT", 24: "INTEGER", 32: "INTEGER", 64: "BIGINT"}


class Adapted(Struct, frozen=True):
    """`names` maps a table's key to its key in `schema`; `left_out` holds, by the key in `schema`, one line for each
    thing that could not be told."""

    schema: Schema
    names: dict[str, str]
    left_out: dict[str, list[str]] = field(default_factory=dict)

    def leave_out(self, table: str, line: str) -> None:
        self.left_out.setdefault(table, []).append(line)


def unchanged(schema: Schema) -> Adapted:
    return Adapted(schema, {key: key for key in schema.tables})


def adapted(schema: Schema, dialect: str, held: Collection[str]) -> Adapted:
    """The same tables for another engine ("duckdb" or "sqlite"), as far as they are among those `held`: a partition
    whose rows are its parent's is none of its own there. In its own dialect a schema stays as it is."""
    if schema.dialect == dialect:
        return unchanged(schema)
    schema = replace(schema, tables={key: table for key, table in schema.tables.items() if key in held})
    names = _names(schema, dialect)
    done = Adapted(Schema(dialect=dialect, tables={}), names)
    for key, table in schema.tables.items():
        done.schema.tables[names[key]] = _table(schema, table, done)
    return done


def _names(schema: Schema, dialect: str) -> dict[str, str]:
    """SQLite has one namespace: sales.orders becomes sales_orders, or "sales.orders" where that is taken."""
    if dialect != "sqlite":
        return {key: key for key in schema.tables}
    taken = {table.name.casefold() for table in schema.tables.values() if not table.namespace}
    names = {}
    for key, table in schema.tables.items():
        joined = f"{table.namespace}_{table.name}"
        names[key] = table.name if not table.namespace else key if joined.casefold() in taken else joined
        taken.add(names[key].casefold())
    return names


def _table(schema: Schema, table: Table, done: Adapted) -> Table:
    new = done.names[table.key]
    lite = done.schema.dialect == "sqlite"
    columns = tuple(_column(schema, table, column, done) for column in table.columns)
    constraints: list[Constraint] = []
    for constraint in table.constraints:
        if not isinstance(constraint, Check) and (told := _constraint(schema, table, constraint, done)) is not None:
            constraints.append(told)
    for check in row_checks(schema, table):
        try:
            sql = _condition(schema, table, done)(check.sql)
        except UnsafeSQLError as error:
            done.leave_out(new, f"CHECK ({check.sql}): {error.message}")
        else:
            constraints.append(Check(sql=sql, columns=check.columns, name=check.name if lite else ""))
    constraints += _lengths(table, done.schema.dialect)
    return Table(
        name=new if lite else table.name,
        namespace="" if lite else table.namespace,
        columns=columns,
        constraints=tuple(constraints),
        comment=table.comment,
    )


def _lengths(table: Table, dialect: str) -> Iterator[Check]:
    """Neither engine looks at the n of varchar(n): there it is a condition."""
    for column in table.columns:
        if column.type.kind in (Kind.TEXT, Kind.BINARY) and column.type.length:
            counted = "octet_length" if column.type.kind == Kind.BINARY and dialect == "duckdb" else "length"
            name = written(column.name, DIALECTS[dialect])
            yield Check(sql=f"{counted}({name}) <= {column.type.length}", columns=(column.name,))


def _condition(schema: Schema, table: Table, done: Adapted) -> Callable[[str], str]:
    from ..sqlsemantics import condition

    if done.schema.dialect == "sqlite":
        return lambda sql: lite_condition(sql, table, schema.dialect)
    types = {c.name: c.type for c in table.columns}
    return lambda sql: condition(sql, schema.dialect, types)


def _column(schema: Schema, table: Table, column: Column, done: Adapted) -> Column:
    new = done.names[table.key]
    lite = done.schema.dialect == "sqlite"
    domain = schema.domains.get(column.type.domain or "")
    generated = None
    if column.generated is not None and not lite and not column.generated.startswith("ROW "):
        generated = _or_left_out(schema, table, column.generated, f"{column.name} GENERATED AS", done)
    elif column.generated is not None:
        done.leave_out(new, f"{column.name} GENERATED AS ({column.generated}): a plain column here")
    counted = column.identity is not None and column.type.kind == Kind.INTEGER
    own_key = lite and counted and table.primary_key == (column.name,)
    default = None
    if counted and not lite:
        default = f"nextval('{_sequence(table, column)}')"
    elif not counted and column.default is not None and column.default.upper() != "NULL":
        default = _default(column.default)
        if default is None:
            done.leave_out(new, f"{column.name} DEFAULT {column.default}")
    if column.identity and lite and not own_key:
        done.leave_out(new, f"{column.name} counting by itself: SQLite counts the single INTEGER primary key only")
    type_ = lite_type(column.type, schema.dialect) if lite else duck_type(column.type, schema.dialect)
    return Column(
        name=column.name,
        type=replace(column.type, sql="INTEGER" if own_key else type_, domain=None),
        nullable=column.nullable and (domain is None or domain.nullable),
        default=default,
        generated=generated,
        identity="auto" if own_key else None,
        comment=column.comment,
    )


def _sequence(table: Table, column: Column) -> str:
    return '"' + f"{table.key}_{column.name}_seq".replace('"', "").replace("'", "").replace(".", "_") + '"'


def _default(sql: str) -> str | None:
    """A literal, or the moment; None for what another engine may read in another way."""
    from sqlglot import exp

    from ..ddl.expressions import parse_expression
    from ..errors import DDLError

    try:
        node = parse_expression(sql, "postgres")
    except DDLError:
        return None
    while isinstance(node, (exp.Cast, exp.Paren)):
        node = node.this
    if isinstance(node, (exp.Literal, exp.Boolean)) or (
        isinstance(node, exp.Neg) and isinstance(node.this, exp.Literal)
    ):
        return node.sql()
    return "CURRENT_TIMESTAMP" if isinstance(node, exp.CurrentTimestamp) else None


def _or_left_out(schema: Schema, table: Table, sql: str, what: str, done: Adapted) -> str | None:
    from ..sqlsemantics import translate

    try:
        return translate(sql, schema.dialect, {c.name: c.type for c in table.columns})
    except UnsafeSQLError as error:
        done.leave_out(done.names[table.key], f"{what} ({sql}): {error.message}")
        return None


def _constraint(schema: Schema, table: Table, constraint: Constraint, done: Adapted) -> Constraint | None:
    """The constraint as far as the engine has it, which may be less than the source says; the rest is listed."""
    new = done.names[table.key]
    for line in _lost(schema, table, constraint, done.schema.dialect):
        done.leave_out(new, line)
    match constraint:
        case PrimaryKey():
            return PrimaryKey(columns=constraint.columns)
        case Unique(where=None, expressions=()) if not constraint.prefixes:
            return Unique(columns=constraint.columns)
        case ForeignKey() if not _has_parts(schema, constraint.table) and _has_key(schema, constraint):
            lite = done.schema.dialect == "sqlite"
            return ForeignKey(
                columns=constraint.columns,
                table=done.names[constraint.table],
                references=constraint.references,
                deferrable=lite and constraint.deferrable,
                on_delete=constraint.on_delete if lite else "",
                on_update=constraint.on_update if lite else "",
            )
    return None


def _lost(schema: Schema, table: Table, constraint: Constraint, dialect: str) -> Iterator[str]:
    match constraint:
        case Unique():
            text = f"UNIQUE ({', '.join((*constraint.columns, *constraint.expressions))})"
            if constraint.where is not None:
                yield f"{text} WHERE {constraint.where}"
            elif constraint.expressions or constraint.prefixes:
                yield f"{text} of expressions or prefixes"
            elif not constraint.nulls_distinct:
                yield f"{text} NULLS NOT DISTINCT: NULLs differ here"
            folded = [c for c in constraint.columns if table.column(c).type.case_insensitive]
            if folded and dialect == "duckdb":
                yield f"{text}: compares {', '.join(folded)} with its case"
        case ForeignKey():
            text = f"FOREIGN KEY ({', '.join(constraint.columns)}) REFERENCES {constraint.table}"
            if _has_parts(schema, constraint.table):
                yield f"{text}: its rows lie in tables of their own"
            elif not _has_key(schema, constraint):
                yield f"{text}: ({', '.join(constraint.references)}) is no key there"
            elif constraint.match != "simple":
                yield f"{text} MATCH {constraint.match.upper()}"
            elif dialect == "duckdb" and (constraint.on_delete or constraint.on_update):
                yield f"{text}: what follows a DELETE or an UPDATE"
        case Exclude():
            said = ", ".join(f"{element} WITH {operator}" for element, operator in constraint.elements)
            yield f"EXCLUDE ({said})"


def _has_key(schema: Schema, reference: ForeignKey) -> bool:
    """Whether what it refers to is a key that both engines have, too: whole columns of all rows."""
    return any(
        set(c.columns) == set(reference.references)
        for c in schema.tables[reference.table].constraints
        if isinstance(c, PrimaryKey) or (isinstance(c, Unique) and not (c.where or c.expressions or c.prefixes))
    )


def _has_parts(schema: Schema, key: str) -> bool:
    return any(table.partition_of == key for table in schema.tables.values())


def duck_type(column: Type, dialect: str) -> str:
    """The DuckDB type of a column; types that DuckDB lacks are kept as text."""
    if column.kind in _DUCK:
        return _DUCK[column.kind]
    if column.kind == Kind.INTEGER:
        return ("U" if column.unsigned else "") + _WIDTHS[column.bits or 64]
    if column.kind == Kind.DECIMAL:
        scale = column.scale if column.precision is not None else 2
        return f"DECIMAL({min(column.precision or 38, 38)}, {min(scale, 38)})"
    if column.kind == Kind.FLOAT:
        return "FLOAT" if column.bits == 32 else "DOUBLE"
    if column.kind == Kind.ENUM and column.values:
        return f"ENUM ({', '.join(_quoted(label) for label in column.values)})"
    if column.kind == Kind.ARRAY and column.element is not None:
        return duck_type(column.element, dialect) + "[]"
    arrow = arrow_type(column, dialect)  # MySQL's bits and points
    return "UBIGINT" if pa.types.is_integer(arrow) else "BLOB" if pa.types.is_binary(arrow) else "VARCHAR"


def _quoted(label: str) -> str:
    return "'" + label.replace("'", "''") + "'"
