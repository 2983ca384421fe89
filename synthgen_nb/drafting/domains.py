"""Domains: which values a column may hold at all, from its type. Knows nothing of meaning or of other tables.

Bounds are physical integers (see physical.py): scaled decimals, days, microseconds; mostly hundredths for FLOAT.
"""

from __future__ import annotations

import datetime as dt
import itertools
import json
import re
from decimal import Decimal
from math import lcm

from msgspec import Struct
from msgspec.structs import replace

from ..physical import DAY, MICROS, scale_of
from ..schema import Column, Kind, Type
from ..specs.folk import FOLK, Folk
from .conditions.patterns import Form

_ORDERED = {
    Kind.INTEGER, Kind.DECIMAL, Kind.FLOAT, Kind.MONEY, Kind.YEAR, Kind.DATE, Kind.TIME, Kind.TIMESTAMP,
    Kind.TIMESTAMPTZ,
}  # fmt: skip
_EPOCH = dt.date(1970, 1, 1)
_LONGEST = (1 << 31) - 1
_WHOLE_DIGITS = 18  # what an int64 of units can hold

Scalar = str | int | bool


class Domain(Struct, frozen=True):
    """`low..high` for ordered kinds, of which only the multiples of `step`; `values` where only some are allowed (ENUM,
    IN, =), in physical form; `shortest` and `longest` for text (characters) and bytes, 0 for no limit; `forbidden`
    values; `case` where text must be of one case; `form` where it must fit a pattern, `json` where it must be a
    document, `ascii` where its character set holds no more; `inner` are the domains of an array's elements or a row
    type's fields; `hints` are values that conditions name which could not be read whole: good first guesses where
    drawing again decides. Of unique values only: `grain` is how far numbers and moments lie apart, `coded` text is of
    one length, and the member at `path` is what differs between documents. `parts` are domains with no value in common
    that all values come from, where a table is cut into partitions; the rest of this domain is then what they share."""

    kind: Kind
    low: int | None = None
    high: int | None = None
    step: int = 1
    values: tuple[Scalar, ...] | None = None
    shortest: int = 0
    longest: int = 0
    forbidden: frozenset[Scalar] = frozenset()
    nullable: bool = True
    always_null: bool = False
    case: str = ""
    hints: tuple[Scalar, ...] = ()
    form: Form | None = None
    json: bool = False
    ascii: bool = False
    grain: int = 1
    coded: bool = False
    path: tuple[str, ...] = ()
    inner: tuple[Domain, ...] = ()
    parts: tuple[Domain, ...] = ()

    @property
    def gaps(self) -> bool:
        """Whether the parts leave out something that lies between them."""
        if any(part.values is not None or part.low is None or part.high is None for part in self.parts):
            return True
        ends = sorted((part.low or 0, part.high or 0) for part in self.parts)
        return any(after[0] > before[1] + 1 for before, after in itertools.pairwise(ends))

    @property
    def ordered(self) -> bool:
        return self.kind in _ORDERED

    @property
    def empty(self) -> bool:
        """No value is left (NULL aside)."""
        if self.values is not None:
            return not self.values
        if self.low is not None and self.high is not None and self.low > self.high:
            return True
        return bool(self.longest and self.shortest > self.longest)

    def meet(self, other: Domain) -> Domain:
        """What both allow. Nullability stays this column's own."""
        if self.parts or other.parts:
            return self._meet_parts(other)
        values = self.values if other.values is None else other.values
        if self.values is not None and other.values is not None:
            values = tuple(v for v in self.values if v in other.values)
        return replace(
            self,
            low=_largest(self.low, other.low),
            high=_smallest(self.high, other.high),
            step=lcm(self.step, other.step),
            values=values,
            shortest=max(self.shortest, other.shortest),
            longest=min(self.longest, other.longest)
            if self.longest and other.longest
            else self.longest or other.longest,
            forbidden=self.forbidden | other.forbidden,
            case=self.case or other.case,
            hints=self.hints or other.hints,
            form=self.form or other.form,
            json=self.json or other.json,
            ascii=self.ascii or other.ascii,
            grain=max(self.grain, other.grain),
            coded=self.coded or other.coded,
            path=self.path or other.path,
        ).settled()

    def _meet_parts(self, other: Domain) -> Domain:
        whole, asked = replace(self, parts=()), replace(other, parts=())
        both = [mine.meet(its) for mine in self.parts or (whole,) for its in other.parts or (asked,)]
        left = tuple(part for part in both if not part.empty)
        common = whole.meet(asked)
        return replace(common, parts=left) if left else replace(common, values=())

    def settled(self) -> Domain:
        """Values outside the bounds, too long or forbidden taken out; bounds moved to multiples of the step."""
        if self.values is None:
            low = None if self.low is None else -(-self.low // self.step) * self.step
            high = None if self.high is None else self.high // self.step * self.step
            return replace(self, low=low, high=high) if self.step > 1 else self
        kept = tuple(v for v in self.values if v not in self.forbidden and self._within(v))
        return replace(self, values=kept)

    def allows(self, value: Scalar) -> bool:
        """Whether this value, in physical form, lies in the domain."""
        if self.always_null or value in self.forbidden or (self.values is not None and value not in self.values):
            return False
        if self.parts and not any(part.allows(value) for part in self.parts):
            return False
        if not isinstance(value, str) or not self._within(value):
            return not isinstance(value, str) and self._within(value)
        cased = not self.case or value == getattr(value, self.case)()
        formed = self.form is None or re.search(self.form.regex, value) is not None
        return cased and formed and (not self.ascii or value.isascii()) and (not self.json or _is_document(value))

    def _within(self, value: Scalar) -> bool:
        if isinstance(value, str):
            return len(value) >= self.shortest and (not self.longest or len(value) <= self.longest)
        inside = (self.low is None or value >= self.low) and (self.high is None or value <= self.high)
        return inside and value % self.step == 0


def _is_document(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


def units_of(column: Type) -> int:
    """Physical units in one. MySQL's FLOAT(7,3) counts in thousandths, other floats in hundredths."""
    if column.kind == Kind.FLOAT:
        return int(10**column.scale) if column.precision else 100
    return int(10 ** scale_of(column))


def domain_of(column: Column, dialect: str) -> Domain:
    """What the type alone allows."""
    kind = column.type.kind
    low, high = bounds_of(column.type, dialect)
    if column.identity is not None and low is not None:
        low = max(low, 1)  # MySQL takes a 0 for "the next one"
    domain = Domain(kind=kind, low=low, high=high, nullable=column.nullable)
    if kind == Kind.BOOLEAN:
        return replace(domain, values=(False, True))
    if kind == Kind.ENUM:
        return replace(domain, values=column.type.values)
    if kind in (Kind.TEXT, Kind.BINARY, Kind.BIT, Kind.UUID):
        return replace(domain, longest=min(column.type.length or 0, _LONGEST))
    return domain


def bounds_of(column: Type, dialect: str) -> tuple[int | None, int | None]:
    """Physical bounds of an ordered type, as the engines have them (dates: years 1 to 9999)."""
    kind = column.kind
    if kind == Kind.INTEGER:
        bits = column.bits or 64
        if column.unsigned:
            return 0, min((1 << bits) - 1, (1 << 63) - 1)
        return -(1 << (bits - 1)), (1 << (bits - 1)) - 1
    if kind in (Kind.DECIMAL, Kind.MONEY):
        top = 10 ** min(column.precision or _WHOLE_DIGITS, _WHOLE_DIGITS) - 1
        return (0 if column.unsigned else -top), top
    if kind == Kind.FLOAT:
        top = 10**11 if column.bits != 32 else 1 << 24  # units: float32 tells them apart up to there
        top = min(top, 10**column.precision - 1) if column.precision else top
        return (0 if column.unsigned else -top), top
    if kind == Kind.YEAR:
        return 1901, 2155
    if kind == Kind.DATE:
        return (dt.date(1000, 1, 1) - _EPOCH).days, (dt.date(9999, 12, 31) - _EPOCH).days
    if kind == Kind.TIME:
        return 0, DAY - MICROS
    if kind in (Kind.TIMESTAMP, Kind.TIMESTAMPTZ):
        if dialect in ("mysql", "mariadb") and column.sql.lower().startswith("timestamp"):
            return DAY, ((dt.date(2038, 1, 1) - _EPOCH).days) * DAY
        return (dt.date(1000, 1, 1) - _EPOCH).days * DAY, ((dt.date(9999, 12, 31) - _EPOCH).days) * DAY
    return None, None


def units(value: object, column: Type, *, up: bool = False) -> int | None:
    """A literal as this type's physical integer, rounded down (or up); None if it is no such literal."""
    kind = column.kind
    try:
        if kind in (Kind.INTEGER, Kind.YEAR, Kind.DECIMAL, Kind.MONEY, Kind.FLOAT):
            exact = Decimal(str(value)) * units_of(column)
            return int(exact.to_integral_value(rounding="ROUND_CEILING" if up else "ROUND_FLOOR"))
        if kind == Kind.DATE:
            return (dt.date.fromisoformat(str(value)[:10]) - _EPOCH).days
        if kind in (Kind.TIMESTAMP, Kind.TIMESTAMPTZ):
            moment = dt.datetime.fromisoformat(str(value).strip())
            moment = moment.astimezone(dt.UTC).replace(tzinfo=None) if moment.tzinfo else moment
            return (moment - dt.datetime(1970, 1, 1)) // dt.timedelta(microseconds=1)
        if kind == Kind.TIME:
            clock = dt.time.fromisoformat(str(value))
            return ((clock.hour * 60 + clock.minute) * 60 + clock.second) * MICROS + clock.microsecond
    except (ValueError, ArithmeticError):
        return None
    return None


def _largest(a: int | None, b: int | None) -> int | None:
    return b if a is None else a if b is None else max(a, b)


def _smallest(a: int | None, b: int | None) -> int | None:
    return b if a is None else a if b is None else min(a, b)


class Facts(Struct, frozen=True):
    """What every column of a plan shares: the dialect, the day that counts as today, the groups that people come from
    and places lie in (`asked` where somebody named them), and whether their addresses may reach somebody."""

    dialect: str
    as_of: dt.date
    folk: tuple[Folk, ...] = FOLK
    asked: bool = False
    reachable: bool = False

    @property
    def today(self) -> int:
        """Days since 1970."""
        return (self.as_of - dt.date(1970, 1, 1)).days
