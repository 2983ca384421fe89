"""Different values of rare types: intervals, ranges, search vectors, arrays. Each is told apart as its engine compares
it, and there are at least as many as are wanted."""

from __future__ import annotations

from typing import Literal

from ...physical import DAY, MICROS
from ...schema import Kind, Type
from ...specs import AnySpec, Bank, Format, ListOf, Range, Slice, Stretch
from ..domains import Domain, Facts

_ELEMENTS = 3
_RANGES: dict[str, tuple[Literal["number", "date", "timestamp", "timestamptz"], int, int]] = {
    "date": ("date", 1, 7), "tstz": ("timestamptz", 60 * MICROS, DAY), "ts": ("timestamp", 60 * MICROS, DAY),
}  # fmt: skip


def distinct_rare(column: Type, wanted: int, facts: Facts) -> AnySpec | None:
    """A spec with a size of `wanted` or more; None for types that have none yet."""
    room = max(100, 4 * wanted)
    match column.kind:
        case Kind.INTERVAL if facts.dialect != "duckdb":  # it has no index on them; 24 hours would be another day's 0
            return Format(template="{0} days {1} hours", parts=(Range(low=1, high=room), Range(low=0, high=23)))
        case Kind.TSVECTOR:
            return Format(template="{0} item{1}", parts=(Bank(pool="noun"), Range(low=1, high=room)))
        case Kind.RANGE if "multi" not in column.sql.lower():
            return _stretch(column.sql.lower(), room, facts)
    return None


def distinct_list(element: AnySpec | None, domain: Domain, wanted: int) -> ListOf | None:
    """Lists of one length that the domain allows, over an element that has values to count."""
    if element is None or element.size < 2:
        return None
    longest = max(domain.shortest, min(_ELEMENTS, domain.longest or _ELEMENTS))
    while element.size**longest < 4 * wanted and longest != domain.longest:
        longest += 1
    return ListOf(element=element, shortest=longest, longest=longest)


def _stretch(name: str, room: int, facts: Facts) -> Stretch:
    """Ranges that begin in slices of their own: the last days before today, or numbers from 1."""
    known = next((form for start, form in _RANGES.items() if name.startswith(start)), None)
    if known is None:
        return Stretch(
            low=Slice(start=1, width=10, count=room, lead=4), high=Slice(start=6, width=10, count=room, lead=90),
            form="number",
        )  # fmt: skip
    form, step, length = known
    width = 1 if form == "date" else DAY // 4
    start = facts.today * (1 if form == "date" else DAY) - room * width
    lead = 0 if form == "date" else width // step - 1
    return Stretch(
        low=Slice(start=start, width=width, count=room, lead=lead, step=step),
        high=Slice(start=start + width, width=width, count=room, lead=length // step * 5, step=step),
        form=form,
    )
