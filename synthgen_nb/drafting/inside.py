"""Domains of what stands inside a value: the elements of an array, the fields of a row type, whose DOMAINs have CHECKs
of their own. Knows types, and reads their conditions as those of a column."""

from __future__ import annotations

from msgspec.structs import replace

from ..ddl.expressions import with_value
from ..schema import Check, Column, Schema, Table, Type
from .conditions.checks import read_checks
from .domains import Domain, domain_of

_VALUE = "value of the domain"  # a column of this name stands for the value


def with_inside(schema: Schema, column: Type, domain: Domain) -> Domain:
    """The column's domain, knowing those inside."""
    inner = [column.element] if column.element is not None else [type_ for _, type_ in column.fields]
    return replace(domain, inner=tuple(_domain_inside(schema, type_) for type_ in inner)) if inner else domain


def _domain_inside(schema: Schema, column: Type) -> Domain:
    stand_in = Column(name=_VALUE, type=column, nullable=False)
    known = schema.domains.get(column.domain or "")
    checks = tuple(
        Check(sql=with_value(sql, _VALUE, schema.dialect), columns=(_VALUE,)) for sql in (known.checks if known else ())
    )
    table = Table(name="", columns=(stand_in,))
    reading = read_checks(table, checks, {_VALUE: domain_of(stand_in, schema.dialect)}, schema.dialect)
    return with_inside(schema, column, reading.domains[_VALUE])
