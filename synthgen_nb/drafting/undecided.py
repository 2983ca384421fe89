"""Columns of a drafted table that keys, CHECKs and other subjects have left alone: whoever gives them values may."""

from __future__ import annotations

from msgspec import Struct
from sqlglot import exp

from ..ddl.expressions import parse_expression, row_time
from ..schema import Kind
from ..specs import AnySpec
from .conditions.reading import Order
from .domains import Domain
from .draft import Draft


class Told(Struct, frozen=True):
    """What fills a column, and the share of rows in which it is NULL (None: as its meaning has it)."""

    spec: AnySpec
    nulls: float | None = None


def is_free(draft: Draft, name: str, domain: Domain) -> bool:
    """Whether nothing but the column's own type and bounds decides on its values."""
    unit, column = draft.keys.owner[name], draft.table.column(name)
    decided = name in draft.placed or name in draft.chosen or name in draft.refused or name in draft.computed
    key = unit.key is not None or draft.keys.claimed(unit) or draft.keys.of_tenant(unit)
    plain = not (domain.parts or domain.forbidden or domain.gaps or domain.empty or domain.always_null)
    computed = column.generated is not None and not row_time(column)
    asked = name in contested(draft) or computed or name in draft.keys.nulled
    return plain and not (decided or key or asked or draft.meanings[name].written) and domain.step == 1


def contested(draft: Draft) -> frozenset[str]:
    """Columns of CHECKs that only drawing again can hold."""
    loose = {name for pair in draft.keys.loose for name in pair}
    dated = {(order.before, order.after) for order in date_orders(draft)}
    left = (c.columns for c in draft.left if not {tuple(c.columns), tuple(reversed(c.columns))} & dated)
    return frozenset({name for columns in left for name in columns} | loose)


def date_orders(draft: Draft) -> list[Order]:
    """CHECKs that put two dates of different types in order: what `timeline` gives holds them, and drawing again is
    there in case."""
    found = []
    for check in draft.left:
        kinds = [draft.table.column(name).type.kind for name in check.columns]
        if len(kinds) != 2 or not set(kinds) <= {Kind.DATE, Kind.TIMESTAMP, Kind.TIMESTAMPTZ}:
            continue
        tree = parse_expression(check.sql, draft.facts.dialect).unnest()
        if not isinstance(tree, exp.GT | exp.GTE | exp.LT | exp.LTE):
            continue
        sides = [_dated(side) for side in (tree.this, tree.expression)]
        if set(sides) == set(check.columns):
            first, last = sides if isinstance(tree, exp.LT | exp.LTE) else reversed(sides)
            found.append(Order(first, last, isinstance(tree, exp.GT | exp.LT), soft=True))
    return found


def _dated(side: exp.Expr) -> str:
    """The column that stands on this side, by itself or as its day; "" for anything else, as a day some days later."""
    side = side.unnest()
    while isinstance(side, exp.Cast | exp.Date | exp.TsOrDsToDate) and not any(
        value for name, value in side.args.items() if name not in ("this", "to")
    ):
        side = side.this.unnest()
    return side.name if isinstance(side, exp.Column) else ""
