"""SQL expressions of a schema as syntax trees, and the conditions that a table's rows must meet. Knows expressions, not
statements."""

from __future__ import annotations

import re

from msgspec.structs import replace
from sqlglot import exp, jsonpath, parse_one
from sqlglot.errors import SqlglotError

from ..errors import DDLError
from ..schema import Check, Column, Period, Schema, Table
from .dialects import dialect_named
from .fragments import columns_read, written
from .tokens import MAX_DEPTH, lex

MOST_CHARACTERS = 1 << 16  # of one expression; to read more of them takes seconds


def parse_expression(sql: str, dialect: str) -> exp.Expression:
    """The tree of one scalar expression in the schema's dialect. Raises DDLError if it is none, or nests deeper than
    MAX_DEPTH (counted before parsing: the parser recurses)."""
    known = dialect_named(dialect)
    if len(sql) > MOST_CHARACTERS:
        raise DDLError(f"an expression of {len(sql):,} characters is not read", hint=sql[:80])
    depth = deepest = 0
    for token in lex(sql, known):
        depth += (token.key in ("(", "[")) - (token.key in (")", "]"))
        deepest = max(deepest, depth)
    if deepest > MAX_DEPTH:
        raise DDLError(f"the expression nests deeper than {MAX_DEPTH} parentheses", hint=sql[:80])
    try:
        # as a condition: some dialects take a bare expression for the start of a statement, T-SQL `a = 1` for an alias
        select = parse_one(f"SELECT 1 WHERE {sql}", read=known.sqlglot)
    except (SqlglotError, RecursionError) as problem:
        text = str(problem).splitlines()[0]
        raise DDLError(f"not an expression that can be read: {sql[:80]}", hint=text) from problem
    where = select.args.get("where")
    used = {name for name, value in select.args.items() if value}
    if not isinstance(select, exp.Select) or not isinstance(where, exp.Where) or used != {"expressions", "where"}:
        raise DDLError(f"not one expression: {sql[:80]}")
    found = where.this
    assert isinstance(found, exp.Expression)
    found.pop()
    return settled(found, dialect)


def settled(tree: exp.Expression, dialect: str) -> exp.Expression:
    """The parser's tree without what it takes for something else: E'...', whose text it has read already, is a literal
    like any other, and `json -> key` inside a function's parentheses no lambda."""
    for escaped in list(tree.find_all(exp.ByteString)):
        plain = exp.Literal.string(escaped.name)
        plain.meta.update(escaped.meta)
        if escaped is tree:
            return plain
        escaped.replace(plain)
    for arrow in list(tree.find_all(exp.Lambda)):
        if (member := _member(arrow, dialect)) is not None:
            arrow.replace(member)
    return tree


def _member(node: exp.Lambda, dialect: str) -> exp.JSONExtract | None:
    """`json -> key` inside a function's parentheses, which the parser takes for a lambda; None where it is one."""
    key = node.this
    if len(node.expressions) != 1 or not isinstance(key, exp.Literal):
        return None
    step = exp.JSONPathKey(this=key.name) if key.is_string else exp.JSONPathSubscript(this=int(key.name))
    path = exp.JSONPath(expressions=[exp.JSONPathRoot(), step])
    if key.is_string and key.name.startswith("$") and dialect != "postgres":
        path = jsonpath.parse(key.name)
    return exp.JSONExtract(this=exp.column(node.expressions[0].copy()), expression=path)


_ROW_TIME = re.compile(r"\s*ROW\s+(START|END)\s*", re.IGNORECASE)


def row_time(column: Column) -> bool:
    """Whether the engine fills this column with the time at which a row came or went (system-versioned tables)."""
    return bool(_ROW_TIME.fullmatch(column.generated or ""))


def columns_of(expression: exp.Expression) -> tuple[str, ...]:
    """The names of the columns that it reads, each once, in the order of their first appearance."""
    return tuple(dict.fromkeys(column.name for column in expression.find_all(exp.Column, bfs=False)))


def row_checks(schema: Schema, table: Table) -> tuple[Check, ...]:
    """Every enforced condition on one row of the table: its own CHECKs, those it inherits, that its periods end after
    they begin, and those of its columns' domains with VALUE replaced by the column."""
    found = [c for c in table.checks if c.enforced]
    for period in (c for c in table.constraints if isinstance(c, Period)):
        low, high = (written(name, dialect_named(schema.dialect)) for name in period.columns)
        found.append(Check(sql=f"{low} < {high}", columns=period.columns, name=period.name, place=period.place))
    for above in _ancestors(schema, table):
        for check in above.checks:
            if check.enforced and all(check.sql != own.sql for own in found):
                columns = columns_read(check.sql, table.column_names, schema.dialect)
                found.append(replace(check, columns=columns))
    for column in table.columns:
        domain = schema.domains.get(column.type.domain or "")
        for sql in domain.checks if domain else ():
            found.append(
                Check(
                    sql=with_value(sql, column.name, schema.dialect),
                    columns=(column.name,),
                    name=domain.name if domain else "",
                    place=domain.place if domain else None,
                )
            )
    return tuple(found)


def _ancestors(schema: Schema, table: Table) -> list[Table]:
    """The tables it inherits from or is a partition of, near ones first, each once."""
    found: list[Table] = []
    queue = [*table.inherits, *([table.partition_of] if table.partition_of else [])]
    for key in queue:
        above = schema.tables.get(key)
        if above is not None and above not in found:
            found.append(above)
            queue += [*above.inherits, *([above.partition_of] if above.partition_of else [])]
    return found


def with_value(sql: str, column: str, dialect: str) -> str:
    """A domain's condition with VALUE replaced by a column."""
    known = dialect_named(dialect)
    pieces, done = [], 0
    for token in lex(sql, known):
        if token.key == "VALUE":
            pieces += [sql[done : token.start], written(column, known)]
            done = token.end
    return "".join([*pieces, sql[done:]])
