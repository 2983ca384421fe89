"""A schema made safe to execute: every text in it has passed safety.py, what did not pass is left out and listed. Knows
where a schema keeps text; not what is dangerous in it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial

from msgspec.structs import replace

from ..errors import UnsafeSQLError
from ..schema import Check, Constraint, Domain, Exclude, ForeignKey, Schema, Table, Type, Unique
from .building import describe
from .safety import check_fragment, check_type, safe_options

_ACTION = re.compile(r"(?:|CASCADE|RESTRICT|NO ACTION|SET (?:NULL|DEFAULT)(?: \([\w, \"]+\))?)", re.I)
_OPERATOR = re.compile(r"[-+*/<>=~!@#%^&|]+")


def vetted(schema: Schema) -> tuple[Schema, dict[str, list[str]]]:
    """The schema less its reference rows and less every text that did not pass, and by table what was left out.
    Raises UnsafeSQLError where a type or a partition's bound does not pass: without them there is no table."""
    left_out: dict[str, list[str]] = {}
    tables = {key: _table(table, schema.dialect, left_out) for key, table in schema.tables.items()}
    domains = {key: _domain(domain, schema.dialect, left_out) for key, domain in schema.domains.items()}
    return replace(schema, tables=tables, domains=domains, notes=()), left_out


def _table(table: Table, dialect: str, left_out: dict[str, list[str]]) -> Table:
    def passes(what: str, check: Callable[[], object]) -> bool:
        try:
            check()
        except UnsafeSQLError as error:
            left_out.setdefault(table.key, []).append(f"{what}: {error.message}")
            return False
        return True

    def kept(what: str, sql: str | None) -> str | None:
        return sql if sql is not None and passes(what, partial(check_fragment, sql, dialect)) else None

    for column in table.columns:
        _vet_type(column.type, dialect)
    if table.partition_bound is not None:
        check_fragment(table.partition_bound, dialect)
    options = passes("options", partial(safe_options, table.options, dialect))
    return replace(
        table,
        columns=tuple(
            replace(
                column,
                default=kept(f"{column.name} DEFAULT", column.default),
                generated=kept(f"{column.name} GENERATED", column.generated),
                comment="",
            )
            for column in table.columns
        ),
        constraints=tuple(c for c in table.constraints if passes(describe(c), partial(_vet, c, dialect))),
        options=safe_options(table.options, dialect) if options else "",
        rows=(),
        comment="",
    )


def _domain(domain: Domain, dialect: str, left_out: dict[str, list[str]]) -> Domain:
    _vet_type(domain.type, dialect)
    checks = []
    for sql in domain.checks:
        try:
            check_fragment(sql, dialect)
            checks.append(sql)
        except UnsafeSQLError as error:
            left_out.setdefault("", []).append(f"DOMAIN {domain.name} CHECK: {error.message}")
    default = domain.default
    if default is not None:
        check_fragment(default, dialect)
    return replace(domain, checks=tuple(checks), default=default)


def _vet_type(type_: Type, dialect: str) -> None:
    check_type(type_.sql, dialect)
    if type_.element is not None:
        _vet_type(type_.element, dialect)


def _vet(constraint: Constraint, dialect: str) -> None:
    texts: tuple[str | None, ...] = ()
    match constraint:
        case Check():
            texts = (constraint.sql,)
        case Unique():
            texts = (*constraint.expressions, constraint.where)
        case Exclude():
            texts = (*(element for element, _ in constraint.elements), constraint.where)
            if not re.fullmatch(r"\w*", constraint.using) or not all(
                _OPERATOR.fullmatch(operator) for _, operator in constraint.elements
            ):
                raise UnsafeSQLError("an operator that is not known")
        case ForeignKey():
            if not (_ACTION.fullmatch(constraint.on_delete) and _ACTION.fullmatch(constraint.on_update)):
                raise UnsafeSQLError("an action that is not known")
    for text in texts:
        if text is not None:
            check_fragment(text, dialect)
