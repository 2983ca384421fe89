"""A spec for one column, by what it means and what its domain allows. Knows nothing of keys or other columns.

`random_spec` draws freely; `unique_spec` gives a spec whose indices name different values, at least `wanted` of them
where the domain has them. What is unknown becomes an opaque code that fits, never a wrong guess dressed up.
"""

from __future__ import annotations

import math
from math import lcm

from ..errors import PlanError
from ..physical import DAY, MICROS
from ..schema import Column, Kind, Type
from ..specs import (
    AnySpec,
    Bank,
    BitText,
    Bytes,
    Choice,
    Entries,
    Fields,
    Format,
    Joined,
    ListOf,
    Null,
    Pattern,
    Point,
    Range,
    Shaped,
    Stamp,
    Subset,
    Uuid,
)
from ..specs.binary import Shape
from . import shapes
from .domains import Domain, Facts, domain_of, units_of
from .keying.counted import distinct_list, distinct_rare
from .keying.rare_types import range_text, row_text, spelled
from .meaning import Meaning
from .meaning.flags import flag
from .meaning.schedules import QUARTER, of_schedule
from .words.documents import document
from .words.textual import distinct_document, distinct_text, random_text
from .words.written import choice_of, distinct_written

YEAR = 365
_IPV6 = Pattern(template="2001:db8:%%%%:%%%%:%%%%:%%%%:%%%%:%%%%")  # documentation prefix, RFC 3849
_NUMBERS = {Kind.INTEGER, Kind.DECIMAL, Kind.FLOAT, Kind.MONEY, Kind.YEAR}
_SHAPES: dict[str, Shape] = {
    "linestring": "linestring",
    "polygon": "polygon",
    "multipoint": "multipoint",
    "multilinestring": "multilinestring",
    "multipolygon": "multipolygon",
    "geometrycollection": "collection",
    "geomcollection": "collection",
}
_MOMENTS = {Kind.DATE, Kind.TIMESTAMP, Kind.TIMESTAMPTZ}


def random_spec(column: Column, meaning: Meaning, domain: Domain, facts: Facts) -> AnySpec:
    """A spec to be drawn at random. PlanError if the domain holds no value."""
    if domain.always_null:
        return Null()
    if fitting := tuple(value for value in meaning.written if domain.allows(value)):
        return choice_of(column, fitting)
    if domain.parts:
        return Joined(parts=tuple(random_spec(column, meaning, part, facts) for part in domain.parts))
    if domain.empty:
        raise PlanError(f"no value of {column.name} can hold its CHECKs")
    if (meaning.group == "boolean_flag" or domain.kind is Kind.BOOLEAN) and (yes_or_no := flag(column, domain)):
        return yes_or_no
    if domain.values is not None:
        return _choice(column, domain.values, domain)
    kind = domain.kind
    if kind in _NUMBERS:
        return _number(column.type, meaning.group, domain, facts)
    if kind in _MOMENTS:
        return _moment(column.type, meaning.group, domain, facts)
    if kind == Kind.TIME:
        low, high = within(domain, 7 * 3600 * MICROS, 20 * 3600 * MICROS)
        steps = ((QUARTER,) if of_schedule(column.name) else ()) + (60 * MICROS,)
        return Range(low=low, high=high, step=next((s for s in steps if _step(low, high, s) == s), 1))
    if kind == Kind.OTHER and (made := spelled(column.type)) is not None:
        return made
    if kind is Kind.TEXT and (stamp := _stamp(meaning.group, domain, facts)) is not None:
        return stamp
    if kind in (Kind.TEXT, Kind.OTHER):
        return random_text(column, meaning, domain, facts)
    return _special(column, meaning, domain, facts)


def unique_spec(column: Column, meaning: Meaning, domain: Domain, wanted: int, facts: Facts) -> AnySpec | None:
    """A spec with a size, as large as the domain allows up to what `wanted` rows need; None where there is none."""
    spec = _distinct(column, meaning, domain, wanted, facts)
    return distinct_written(meaning.written, domain, wanted, spec) if meaning.written else spec


def _distinct(column: Column, meaning: Meaning, domain: Domain, wanted: int, facts: Facts) -> AnySpec | None:
    """By the meaning alone."""
    if domain.gaps:
        parts = [unique_spec(column, meaning, part, wanted, facts) for part in domain.parts]
        found = tuple(part for part in parts if part is not None)
        return Joined(parts=found) if len(found) == len(parts) and all(part.size for part in found) else None
    if domain.values is not None:
        return Choice(values=domain.values) if domain.values else None
    kind = domain.kind
    if domain.path:
        return distinct_document(domain.path, wanted)
    if kind in _NUMBERS:
        return _distinct_number(column.type, domain, wanted)
    if kind in _MOMENTS or kind == Kind.TIME:
        return _distinct_moment(domain, wanted, facts)
    if kind in (Kind.TEXT, Kind.OTHER):
        return distinct_text(column, meaning, domain, wanted, facts)
    if kind == Kind.UUID:
        return Uuid()
    if kind == Kind.BINARY:
        longest = domain.longest if column.type.fixed else min(domain.longest or 16, 16)
        return Bytes(shortest=longest, longest=max(longest, domain.shortest, 1))
    if kind == Kind.BIT:
        length = domain.longest or 1
        return (
            Range(low=0, high=(1 << min(length, 62)) - 1)
            if facts.dialect in ("mysql", "mariadb")
            else BitText(length=length)
        )
    if kind == Kind.INET and column.type.sql.lower().startswith("inet4"):
        return Pattern(template="198.18.1##.1##")  # for tests between networks, RFC 2544
    if kind == Kind.INET:
        return _IPV6
    if kind == Kind.MACADDR:
        return Pattern(template="02:00:%%:%%:%%:%%")
    if kind == Kind.JSON:
        return distinct_document(("id",), wanted)
    if kind == Kind.SET:
        return Subset(values=column.type.values)
    if kind == Kind.ARRAY and column.type.element is not None:
        held = Column(name=column.name, type=column.type.element, nullable=False)
        inner = domain.inner[0] if domain.inner else domain_of(held, facts.dialect)
        return distinct_list(unique_spec(held, meaning, inner, wanted, facts), domain, wanted)
    return distinct_rare(column.type, wanted, facts)


# --- numbers


def within(domain: Domain, low: int, high: int) -> tuple[int, int]:
    """low..high as far as the domain allows; where they are apart, the part of the domain that is nearest."""
    least = low if domain.low is None else max(domain.low, low)
    most = high if domain.high is None else min(domain.high, high)
    if least > most:
        if domain.low is not None and domain.low > high:
            least, most = (
                domain.low,
                min(domain.low + (high - low), domain.high if domain.high is not None else 1 << 62),
            )
        else:
            assert domain.high is not None
            most = domain.high
            least = max(most - (high - low), domain.low if domain.low is not None else most)
    banned = sorted(int(b) for b in domain.forbidden if isinstance(b, int) and least <= b <= most)
    for value in banned:  # keep the larger side of each forbidden value
        if value - least > most - value:
            most = value - 1
        else:
            least = value + 1
    return least, most


def _stepped(domain: Domain, low: int, high: int) -> tuple[int, int]:
    """The multiples of the domain's step within low..high, or those around where there are none."""
    least, most = -(-low // domain.step) * domain.step, high // domain.step * domain.step
    if least > most and domain.high is not None and least > domain.high:
        return most, most
    return least, max(least, most)


def _step(low: int, high: int, step: int) -> int:
    return step if high - low >= step and low % step == 0 else 1


def _number(column: Type, group: str, domain: Domain, facts: Facts) -> AnySpec:
    one = units_of(column)
    scale = one if column.kind == Kind.FLOAT else 0
    year = facts.as_of.year

    def span(low: int, high: int) -> Range:
        least, most = _stepped(domain, *within(domain, low, high))
        return Range(low=least, high=most, step=domain.step, scale=scale)

    def bent(low: int, high: int, middle: int, spread: float, step: int = 1) -> Shaped | Range:
        least, most = _stepped(domain, *within(domain, low, high))
        if most - least <= domain.step:
            return span(low, high)
        step = domain.step if domain.step > 1 else step if least % step == 0 and most - least >= step else 1
        if least > 0 and not least <= middle <= most:  # a CHECK has it elsewhere: around the middle of what is left
            middle, spread = math.isqrt(least * most), min(spread, math.log(most / least) / 5)
        return shapes.log_normal(least, most, middle, spread, step=step, scale=scale)

    match group:
        case "currency_amount":
            return bent(one, 100_000 * one, 45 * one, 1.1)
        case "quantity":
            return bent(one, 500 * one, 3 * one, 0.9, step=one)
        case "port":
            return span(1024, 65535)
        case "count":
            return bent(0, 100_000 * one, 12 * one, 1.3)
        case "percentage":
            return span(0, 100 * one)
        case "rate":
            return span(0, one if one > 1 else 100)
        case "score":
            scaled = (
                domain.low is not None and domain.low >= 0 and domain.high is not None and domain.high <= 1000 * one
            )
            return span(domain.low or 0, domain.high or one) if scaled else span(one, 5 * one)
        case "year":
            return span((year - 40) * one, year * one)
        case "latitude":
            return span(-55 * one, 65 * one)
        case "longitude":
            return span(-170 * one, 175 * one)
        case "bytes_size":
            return bent(100 * one, 10**9 * one, 20_000 * one, 2.0)
        case "duration":
            return bent(one, 10_000 * one, 90 * one, 1.0)
        case "ordering":
            return span(one, 100 * one)
        case "measurement":
            return bent(one, 10_000 * one, 80 * one, 0.8)
        case "version":
            return span(one, 9 * one)
        case "bitflags":
            return span(0, 255 * one)
        case "created_timestamp" | "updated_timestamp" | "event_timestamp" | "start_timestamp" | "end_timestamp":
            return span((facts.today - 2 * YEAR) * 86_400 * one, facts.today * 86_400 * one)
        case "surrogate_key" | "foreign_key" | "code_identifier" | "natural_code":
            return span(one, 1_000_000 * one)
        case "status_code" | "category_code" | "small_code":
            return span(one, 9 * one)
    return bent(one, 10_000 * one, 100 * one, 1.2)


def _distinct_number(column: Type, domain: Domain, wanted: int) -> Range:
    one = units_of(column)
    scale = one if column.kind == Kind.FLOAT else 0
    room = 10
    while room < wanted * 4:
        room *= 10
    if domain.step > 1:
        step = lcm(domain.step, domain.grain)
        low, high = _stepped(domain, *within(domain, step, step * room))
        return Range(low=low, high=high, step=step, scale=scale)
    if domain.grain > 1:
        one = -(-domain.grain // one) * one
    low, high = within(domain, one, one * room)
    if (high - low) // one + 1 < wanted and domain.low is not None and domain.high is not None:
        low, high, one = domain.low, domain.high, domain.grain  # all there is
        low, high = within(domain, low, high)
    return Range(low=low, high=high, step=one, scale=scale)


# --- dates and times


def _moment(column: Type, group: str, domain: Domain, facts: Facts) -> AnySpec:
    size = 1 if column.kind == Kind.DATE else DAY
    step = 1 if column.kind == Kind.DATE else MICROS
    today = facts.today
    first, last = {
        "birth_date": (today - 80 * YEAR, today - 18 * YEAR),
        "updated_timestamp": (today - YEAR, today - 1),
        "end_date": (today - 2 * YEAR, today + YEAR),
        "end_timestamp": (today - 2 * YEAR, today - 1),
    }.get(group, (today - 3 * YEAR, today - 1))
    low, high = _whole(*within(domain, first * size, last * size), step)
    if high - low < 128 * step:
        return Range(low=low, high=high, step=_step(low, high, step))
    if group == "birth_date":
        return Range(low=low, high=high, step=step)
    return shapes.recent(low, high, step=step)


_DAYS = {"birth_date", "date", "start_date", "end_date"}
_CLOCKED = {"created_timestamp", "updated_timestamp", "event_timestamp"}


def _stamp(group: str, domain: Domain, facts: Facts) -> Stamp | None:
    """A date or a moment that the column keeps as text, if that is all there is to say of the text."""
    if group not in _DAYS | _CLOCKED or domain.form or domain.hints or domain.case:
        return None
    room = domain.longest or 30
    clocked = group in _CLOCKED and room >= 19
    if room < 8 or domain.shortest > (19 if clocked else 10):
        return None
    kind = Kind.TIMESTAMP if clocked else Kind.DATE
    last = (facts.today - YEAR) * DAY if group == "created_timestamp" and clocked else None  # then come the updates
    of = _moment(Type(kind=kind, sql=""), group, Domain(kind=kind, nullable=False, high=last), facts)
    assert isinstance(of, Range | Shaped)
    form = "%Y-%m-%d %H:%M:%S" if clocked else "%Y-%m-%d" if room >= 10 else "%Y%m%d"
    return Stamp(of=of, unit="moment" if clocked else "day", form=form)


def _distinct_moment(domain: Domain, wanted: int, facts: Facts) -> Range:
    if domain.kind == Kind.TIME:
        low, high = within(domain, 0, DAY - 1)
        return Range(low=low, high=high, step=_step(low, high, MICROS))
    size, step = (1, 1) if domain.kind == Kind.DATE else (DAY, MICROS)
    if domain.grain > 1:  # hours and minutes too differ from day to day
        step = domain.grain if domain.kind == Kind.DATE else domain.grain + domain.grain // 24 // MICROS * MICROS
    low, high = within(domain, (facts.today - 3 * YEAR) * size, (facts.today - 1) * size)
    while (high - low) // step + 1 < wanted and domain.low is not None and low > domain.low:
        low = max(domain.low, low - (high - low) - 1)
    while (high - low) // step + 1 < wanted and domain.high is not None and high < domain.high:
        high = min(domain.high, high + (high - low) + 1)
    return Range(low=low, high=high, step=_step(low, high, step) if low % step == 0 and domain.grain == 1 else step)


def _whole(low: int, high: int, step: int) -> tuple[int, int]:
    """From a whole second on, where there is one: columns may keep no fractions."""
    up = low + -low % step
    return (up, high) if up <= high else (low, high)


# --- everything else


def _choice(column: Column, values: tuple[str | int | bool, ...], domain: Domain) -> Choice:
    """Earlier labels are commoner; a DEFAULT that is one of them is the commonest."""
    if domain.kind == Kind.FLOAT:
        return Choice(values=tuple(v / units_of(column.type) for v in values))  # type: ignore[operator]
    weights = [max(1, 100 // (place + 2)) for place in range(len(values))]
    default = (column.default or "").split("::")[0].strip().strip("'").lower()
    for place, value in enumerate(values):
        if default and str(value).lower() == default:
            weights[place] = 2 * sum(weights)
    return Choice(values=values, weights=tuple(weights))


def _special(column: Column, meaning: Meaning, domain: Domain, facts: Facts) -> AnySpec:
    kind, mysql = domain.kind, facts.dialect in ("mysql", "mariadb")
    match kind:
        case Kind.UUID:
            return Uuid()
        case Kind.BINARY:
            longest = domain.longest if column.type.fixed else min(domain.longest or 24, 24)
            shortest = longest if column.type.fixed else max(domain.shortest, min(8, longest))
            return Bytes(shortest=shortest, longest=max(longest, shortest, 1))
        case Kind.BIT:
            length = domain.longest or 1
            return Range(low=0, high=(1 << min(length, 62)) - 1) if mysql else BitText(length=length)
        case Kind.JSON:
            return document(meaning.name, column.default or "")
        case Kind.XML:
            return Format(template="<item><name>{0}</name></item>", parts=(Bank(pool="word"),))
        case Kind.SET:
            return Subset(values=column.type.values)
        case Kind.INET if column.type.sql.lower().startswith("inet6"):
            return _IPV6
        case Kind.INET:
            return Format(template="192.0.2.{0}", parts=(Range(low=1, high=254),))
        case Kind.MACADDR:
            return Pattern(template="02:00:%%:%%:%%:%%")
        case Kind.INTERVAL:
            return Format(template="{0} days", parts=(Range(low=1, high=90),))
        case Kind.TSVECTOR:
            return Format(template="{0} {1} {2}", parts=(Bank(pool="word"), Bank(pool="noun"), Bank(pool="adjective")))
        case Kind.GEOMETRY if mysql:
            return Point(form="wkb", shape=_SHAPES.get(column.type.sql.lower(), "point"))
        case Kind.GEOMETRY:
            if facts.dialect == "postgres" and column.type.sql.lower() != "point":
                return spelled(column.type) or Point(form="wkt")
            return Point(form="pair" if facts.dialect == "postgres" else "wkt")
        case Kind.RANGE:
            return range_text(column.type.sql.lower())
        case Kind.ARRAY if column.type.element is not None:
            element = _inside(column, column.type.element, domain, 0, meaning, facts)
            fixed = column.type.length if facts.dialect == "duckdb" else None
            shortest = fixed if fixed is not None else max(domain.shortest, min(1, domain.longest or 1))
            longest = fixed if fixed is not None else domain.longest or max(4, shortest)
            apart = longest > 1 and column.type.element.kind is Kind.TEXT and element.size >= longest
            return ListOf(element=element, shortest=shortest, longest=longest, apart=apart)
        case Kind.STRUCT if facts.dialect == "duckdb":
            parts = [
                _inside(column, type_, domain, at, meaning, facts) for at, (_, type_) in enumerate(column.type.fields)
            ]
            return Fields(parts=dict(zip((name for name, _ in column.type.fields), parts, strict=True)))
        case Kind.STRUCT:
            return row_text(column.type, domain)
        case Kind.MAP:
            (_, key), (_, value) = column.type.fields
            return Entries(
                key=_inside(column, key, domain, 0, meaning, facts),
                value=_inside(column, value, domain, 1, meaning, facts),
            )
    raise PlanError(f"{column.name}: nothing is known of the type {column.type.sql}", hint="name it in a plan")


def _inside(column: Column, type_: Type, domain: Domain, place: int, meaning: Meaning, facts: Facts) -> AnySpec:
    """A spec for what stands at a place inside of the column's values."""
    held = Column(name=column.name, type=type_, nullable=False)
    return random_spec(held, meaning, domain.inner[place] if domain.inner else domain_of(held, facts.dialect), facts)
