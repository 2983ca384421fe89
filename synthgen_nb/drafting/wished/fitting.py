"""Values that somebody wrote for columns: which of them fit there, told apart as engines tell texts apart. Knows types,
domains and the CHECKs of a row; not how a value is placed.

Whoever wrote them, a model or a person, they are only values here: one that is not of its column's type, that lies
outside its domain or that breaks a CHECK is left out, and so is the whole row it stands in.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from msgspec import Struct

from ...cells import typed, untypable
from ...computing import Calculator
from ...ddl.expressions import row_checks
from ...errors import InputError
from ...physical import arrow_type, to_arrow
from ...schema import Check, Column, Kind, Schema, Table
from ...wishes import Value
from ..conditions.reading import Reading, apart_sql, order_sql
from ..domains import Domain, Facts, Scalar
from ..words.written import choice_of, plain
from .freedom import physical

TWICE = "a value of a UNIQUE twice"
_KINDS = {
    Kind.TEXT, Kind.ENUM, Kind.INTEGER, Kind.DECIMAL, Kind.FLOAT, Kind.MONEY, Kind.BOOLEAN, Kind.YEAR, Kind.DATE,
    Kind.TIME, Kind.TIMESTAMP, Kind.TIMESTAMPTZ,
}  # fmt: skip
_HIDDEN = ("Cc", "Cf", "Cs", "Co", "Cn")  # control and format characters: engines refuse some and compare none
_BASIC_PLANE = 0xFFFF  # what MySQL's three-byte utf8 holds


class Ground(Struct, frozen=True):
    """What values of a table are held against: its columns' domains, and all that is asked of one row, of which no
    domain or order shows what is `left`."""

    table: Table
    domains: Mapping[str, Domain]
    conditions: tuple[Check, ...]
    left: tuple[Check, ...]
    facts: Facts


class Fitted(Struct, frozen=True):
    """Rows of values for some columns, each in physical form; `places` are those rows' numbers among all that were
    written, and `left_out` counts the others by the reason."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Scalar, ...], ...]
    places: tuple[int, ...]
    left_out: Mapping[str, int]

    def of(self, column: str) -> tuple[Scalar, ...]:
        place = self.columns.index(column)
        return tuple(row[place] for row in self.rows)


def unwritable(column: Column, table: Table, dialect: str) -> str:
    """Why nobody can write values for the column; "" where they can."""
    if column.generated is not None:
        return f"{column.name} is computed"
    if column.identity is not None:
        return f"{column.name} is counted by the engine"
    if any(column.name in key.columns for key in table.foreign_keys):
        return f"{column.name} points to another table"
    if column.type.kind not in _KINDS or untypable(column.type, dialect):
        return f"{column.name} is of the type {column.type.sql}"
    return ""


def ground_of(schema: Schema, table: Table, reading: Reading, domains: Mapping[str, Domain], facts: Facts) -> Ground:
    """The conditions are the CHECKs of a row, and what was read from parts of them."""
    orders = [(order_sql(o, reading.dialect), (o.before, o.after)) for o in reading.orders if not o.soft]
    apart = [(apart_sql(pair, reading.dialect), pair) for pair in reading.apart]
    parts = [Check(sql=sql, columns=columns) for sql, columns in (*orders, *apart)]
    return Ground(table, domains, (*row_checks(schema, table), *reading.left, *parts), tuple(reading.left), facts)


def fitting(ground: Ground, columns: Sequence[str], rows: Sequence[Sequence[Value | None]]) -> Fitted:
    """The rows whose values all fit, in their order; of those that a UNIQUE on one of the columns takes for equal, the
    first. Of the conditions those are tried that read nothing else."""
    table, domains, facts = ground.table, ground.domains, ground.facts
    found: dict[int, tuple[Scalar, ...]] = {}
    left_out: Counter[str] = Counter()
    seen: set[tuple[str, Value]] = set()
    for number, row in enumerate(rows):
        if len(row) != len(columns):
            left_out["a row of another length"] += 1
            continue
        told = [_read(table.column(c), value, domains[c], facts) for c, value in zip(columns, row, strict=True)]
        if wrong := next((reason for _, reason in told if reason), ""):
            left_out[wrong] += 1
            continue
        values = tuple(value for value, _ in told)
        keys = unique_keys(table, columns, values)
        if keys & seen:
            left_out[TWICE] += 1
            continue
        seen |= keys
        found[number] = values
    held = holding(ground, columns, found)
    if broken := len(found) - len(held):
        left_out["breaks a CHECK"] += broken
    return Fitted(tuple(columns), tuple(held.values()), tuple(held), dict(left_out))


def unique_keys(table: Table, columns: Sequence[str], row: Sequence[Value]) -> set[tuple[str, Value]]:
    """What no other row may share with this one: its values in columns that are UNIQUE by themselves."""
    alone = {table.primary_key, *(u.columns for u in table.uniques)}
    pairs = [(name, value) for name, value in zip(columns, row, strict=True) if (name,) in alone]
    return {(name, plain(value) if isinstance(value, str) else value) for name, value in pairs}


def _read(column: Column, value: Value | None, domain: Domain, facts: Facts) -> tuple[Scalar, str]:
    """A value in physical form, or the reason why it is none of the column's."""
    if value is None:
        return "", f"no value for {column.name}"
    text = str(value)
    try:
        typed(text, column.type, facts.dialect)
    except InputError:
        return "", f"not of the type of {column.name}"
    scalar = physical(column, value)
    if scalar is None:
        return "", f"not of the type of {column.name}"
    if isinstance(scalar, str) and (why := unkept(scalar, facts.dialect)):
        return "", f"{why} in {column.name}"
    family = column.type.sql.lower().endswith("text") and facts.dialect in ("mysql", "mariadb")  # counted in bytes
    if not domain.allows(scalar) or (family and len(text.encode()) > (column.type.length or len(text.encode()))):
        return "", f"outside of what {column.name} may hold"
    return scalar, ""


def unkept(text: str, dialect: str) -> str:
    """Why an engine might not keep this text as it is."""
    if not text or text != text.strip():
        return "nothing, or spaces at an end"
    if any(unicodedata.category(c) in _HIDDEN for c in text):
        return "a hidden character"
    if dialect in ("mysql", "mariadb") and any(ord(c) > _BASIC_PLANE for c in text):
        return "a character of four bytes"
    return ""


def holding(
    ground: Ground, columns: Sequence[str], rows: dict[int, tuple[Scalar, ...]]
) -> dict[int, tuple[Scalar, ...]]:
    """The rows that violate none of the conditions that read these columns alone. One that can't be evaluated here is
    left to the engine, as everywhere."""
    table, facts = ground.table, ground.facts
    inside = [check for check in ground.conditions if check.columns and set(check.columns) <= set(columns)]
    read = {check.sql: check for check in inside}
    if not rows or not read:
        return rows
    arrays: dict[str, pa.Array] = {}
    index = np.arange(len(rows), dtype=np.uint64)
    for place, name in enumerate(columns):
        column = table.column(name)
        spec = choice_of(column, [row[place] for row in rows.values()])
        array = to_arrow(spec.value(index), arrow_type(column.type, facts.dialect), column.type.values)
        arrays[name] = array.cast(pa.string()) if pa.types.is_dictionary(array.type) else array
    calculator = Calculator(facts.dialect, table, str(facts.as_of))
    held = np.ones(len(rows), bool)
    for check in read.values():
        if calculator.refusal(check.sql):
            continue
        verdict = calculator.evaluate(check.sql, {c: arrays[c] for c in check.columns}, len(rows), truth=True)
        held &= pc.fill_null(pc.cast(verdict, pa.bool_()), True).to_numpy(zero_copy_only=False)
    return {number: row for (number, row), is_held in zip(rows.items(), held, strict=True) if is_held}
