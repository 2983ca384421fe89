"""CHECKs that can't be evaluated here, for only the engine can compute them. Where NULL passes they are held by NULL,
and validation calls them unverified; elsewhere the plan is refused, as nothing is known of what would pass."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from ..errors import InputError
from ..sandbox import connect
from ..schema import Check, ForeignKey, PrimaryKey, Schema, Table, Unique
from ..sqlsemantics import condition
from .reading import Reading

_OF_NULLS = re.compile(r"\bNULL\b|COALESCE|IFNULL|ISNULL|NVL|\bDISTINCT\b", re.I)
_UNJUDGED = ("tsql", "oracle")  # no engine of theirs can be asked: unverified is all that can be said


def set_aside(readings: Mapping[str, Reading], schema: Schema, as_of: date) -> None:
    """Takes those that NULL passes out of what is left to draw again."""
    todo = [key for key, reading in readings.items() if reading.left]
    if not todo:
        return
    with connect() as parser:
        for key in todo:
            table, reading = schema.tables[key], readings[key]
            types = {c.name: c.type for c in table.columns}
            kept = []
            for check in reading.left:
                try:
                    condition(check.sql, schema.dialect, types, as_of=str(as_of), parser=parser)
                except InputError:
                    if not _nulled(table, check, reading) and schema.dialect not in _UNJUDGED:
                        kept.append(check)
                else:
                    kept.append(check)
            reading.left[:] = kept


def _nulled(table: Table, check: Check, reading: Reading) -> bool:
    """Whether one of the check's columns is free to be NULL, and now is."""
    if _OF_NULLS.search(check.sql):
        return False
    keys = [c.columns for c in table.constraints if isinstance(c, PrimaryKey | Unique | ForeignKey)]
    bound = {name for columns in keys for name in columns} | reading.computed.keys()
    for name in reversed(check.columns):
        domain = reading.domains[name]
        if domain.nullable and name not in bound and not table.column(name).generated:
            reading.domains[name] = replace(domain, always_null=True)
            return True
    return False
