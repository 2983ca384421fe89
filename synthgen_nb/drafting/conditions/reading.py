"""What the CHECKs of a table say, as it is read from them piece by piece."""

from __future__ import annotations

from msgspec import Struct, field

from ...schema import Check, Column, Kind
from ..domains import Domain, Scalar, units


class Order(Struct, frozen=True):
    """`before` < `after` where strict, else <=. Soft ones come from names and are dropped where they don't fit."""

    before: str
    after: str
    strict: bool
    soft: bool = False


class Reading(Struct):
    """What the CHECKs of a table say. `apart` are pairs of columns that must differ, `computed` columns
    with the expression that a CHECK ties them to. `left` could not be read into
    domains or orders: those hold by redrawing."""

    domains: dict[str, Domain]
    dialect: str
    orders: list[Order] = field(default_factory=list)
    apart: list[tuple[str, str]] = field(default_factory=list)
    computed: dict[str, str] = field(default_factory=dict)
    left: list[Check] = field(default_factory=list)


def order_sql(order: Order, dialect: str) -> str:
    sign = "<" if order.strict else "<="
    return f"{_quoted(order.before, dialect)} {sign} {_quoted(order.after, dialect)}"


def apart_sql(pair: tuple[str, str], dialect: str) -> str:
    return f"{_quoted(pair[0], dialect)} <> {_quoted(pair[1], dialect)}"


def _quoted(name: str, dialect: str) -> str:
    mark = "`" if dialect in ("mysql", "mariadb") else '"'
    return mark + name.replace(mark, mark * 2) + mark


def allow(column: Column, values: list[object], reading: Reading) -> bool:
    scalars = [scalar_of(column, v) for v in values]
    if None in scalars:
        return False
    domain = reading.domains[column.name]
    only = Domain(kind=domain.kind, values=tuple(dict.fromkeys(s for s in scalars if s is not None)))
    reading.domains[column.name] = domain.meet(only)
    return True


def scalar_of(column: Column, value: object) -> Scalar | None:
    """A literal as one of this column's values; None if it can't be one."""
    if value is None:
        return None
    if column.type.kind == Kind.BOOLEAN:
        known = {"true": True, "t": True, "1": True, "y": True, "false": False, "f": False, "0": False, "n": False}
        return known.get(str(value).lower())
    if column.type.kind in (Kind.TEXT, Kind.ENUM, Kind.UUID):
        return str(value)
    low, high = units(value, column.type), units(value, column.type, up=True)
    return low if low == high else None
