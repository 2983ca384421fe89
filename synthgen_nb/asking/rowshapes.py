"""What rows of a bank look like: the shape that a model writes them in, from the domains of their columns, and the rows
in what it wrote. Knows no prompt and no store.

A text's bound is a character more than its column holds: one that ends there was cut, one that ends before it ended by
itself. Columns without a limit get a bound that may be widened, so that what was cut can be asked for again.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from msgspec import Struct

from ..drafting.domains import Domain, units_of
from ..errors import Misshapen, ModelError
from ..llm.base import JsonSchema, Reply
from ..llm.shapes import cut_values, held, read
from ..schema import Column, Kind, Table

SHORT, LONG = 60, 240  # characters of a name, and of prose, where the column has no limit
WIDENED = (1, 2, 4)  # times that, attempt by attempt
_MOST_LISTED = 200  # values that a shape names one by one
_MOST_NUMBER = 10**6  # where no CHECK says more
_DAY = r"(19[5-9][0-9]|20[0-4][0-9])-(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])"
_TIME = r"([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]"
_FORMS = {
    Kind.DATE: f"^{_DAY}$", Kind.TIME: f"^{_TIME}$", Kind.TIMESTAMP: f"^{_DAY} {_TIME}$",
    Kind.TIMESTAMPTZ: f"^{_DAY} {_TIME}\\+00:00$",
}  # fmt: skip


class RowShape(Struct, frozen=True):
    """Lists of `each` rows of these columns. `long` are the columns of prose."""

    table: Table
    columns: tuple[str, ...]
    domains: Mapping[str, Domain]
    long: frozenset[str]
    each: int

    def at(self, attempt: int) -> JsonSchema:
        """The shape that is asked for the first time, and again with more room."""
        parts = [self._value(name, attempt) for name in self.columns]
        row = parts[0] if len(parts) == 1 else {"type": "array", "prefixItems": parts, "items": False,
                                                "minItems": len(parts)}  # fmt: skip
        return JsonSchema({"type": "array", "items": row, "minItems": self.each, "maxItems": self.each})

    def limit(self, name: str, attempt: int = 0) -> int:
        """Characters within which a text must end by itself."""
        longest = self.domains[name].longest
        usual = (LONG if name in self.long else SHORT) * WIDENED[attempt]
        return min(longest, usual) if longest else usual

    def grows(self, attempt: int) -> bool:
        """Whether a next attempt has more room."""
        return attempt + 1 < len(WIDENED) and self.at(attempt) != self.at(attempt + 1)

    def characters(self, attempt: int = 0) -> int:
        """About as many as one row has at most."""
        return sum(self.limit(name, attempt) if self.domains[name].kind == Kind.TEXT else 12 for name in self.columns)

    def _value(self, name: str, attempt: int) -> dict[str, Any]:
        return _value(self.table.column(name), self.domains[name], self.limit(name, attempt))


def _value(column: Column, domain: Domain, limit: int) -> dict[str, Any]:
    kind = domain.kind
    if kind in (Kind.TEXT, Kind.ENUM, Kind.BOOLEAN) and domain.values is not None:
        return {"enum": list(domain.values[:_MOST_LISTED])}
    if kind == Kind.TEXT:
        return _text(domain, limit)
    if kind in _FORMS:
        return {"type": "string", "pattern": _FORMS[kind], "maxLength": 25}
    one = units_of(column.type)
    if domain.values is not None:
        return {"enum": [_number(v, one) for v in domain.values[:_MOST_LISTED] if not isinstance(v, str)]}
    high = min(_MOST_NUMBER * one, domain.high if domain.high is not None else _MOST_NUMBER * one)
    low = max(domain.low if domain.low is not None else 0, min(0, high))
    if one * domain.step == 1 or one == 1:
        return {"type": "integer", "minimum": low, "maximum": max(low, high), "multipleOf": domain.step}
    step = float(Decimal(domain.step) / one)
    return {"type": "number", "minimum": _number(low, one), "maximum": _number(max(low, high), one), "multipleOf": step}


def _number(units: int, one: int) -> int | float:
    return units if one == 1 else float(Decimal(units) / one)


def _text(domain: Domain, limit: int) -> dict[str, Any]:
    shape = {"type": "string", "minLength": min(max(1, domain.shortest), limit), "maxLength": limit + 1}
    if domain.form is not None:
        formed = shape | {"pattern": domain.form.regex}
        try:
            held(JsonSchema(formed))
        except ModelError:
            return shape  # held against the values instead
        return formed
    return shape


def rows_of(shape: RowShape, attempt: int, reply: Reply) -> tuple[list[tuple[Any, ...]], int, int]:
    """(rows, how many were cut, how many were none) of the `each` that were asked for."""
    if reply.cut:
        return [], shape.each, 0
    try:
        found = json.loads(reply.text)
    except (ValueError, RecursionError):
        found = ()
    one = JsonSchema(shape.at(attempt).schema["items"])
    rows: list[tuple[Any, ...]] = []
    cut = 0
    for value in found[: shape.each] if isinstance(found, list) else ():
        text = json.dumps(value)
        try:
            row = read(one, text)
        except Misshapen:
            continue  # a row that is none takes no other with it
        if cut_values(one, text):
            cut += 1
        else:
            rows.append(tuple(row) if len(shape.columns) > 1 else (row,))
    return rows, cut, shape.each - len(rows) - cut
