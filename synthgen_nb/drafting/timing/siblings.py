"""Numbers that count a parent's rows: which of them count in the order of time, and how often such rows come. Knows
names and the sources of keys; places no moments."""

from __future__ import annotations

import re
from collections.abc import Collection

from msgspec import Struct

from ...schema import Kind
from ...specs import Latest, Layout, Ordinal, Range
from ..draft import Draft
from ..meaning.names import words_of
from .lineage import soon_after

# what stands on one page, in one list or one house: of lines of an order none is later than another
_AT_ONCE = re.compile(
    r"\b(lines?|items?|positions?|pos|rows?|ranks?|sort|places?|pages?|slots?|seats?|rooms?|floors?|columns?|fields?|parts?"
    r"|options?|questions?|answers?|tracks?|chapters?|images?|photos?|address(es)?|ordinals?|details?|priority)\b"
)
_MONTHLY = re.compile(r"\b(payments?|instal+ments?|premiums?|rents?|repayments?|dues)\b")
_AGREED = re.compile(r"\b(subscriptions?|memberships?|leases?|loans?|mortgages?|polic(y|ies))$")
_MONTH = 30
_OLDEST = 1900


class Turns(Struct, frozen=True):
    """The `layout` whose places count the rows in the order of time, every how many days they come (0: anyhow), and
    within how many in all (0: until now); or the last `year`, where there is one in each."""

    layout: str
    every: int = 0
    within: int = 0
    year: int = 0


def count_years(draft: Draft) -> None:
    """Years that are unique among the rows of a parent, as yet the first ones that there may be, become the last ones
    that are over."""
    for name, (spec, at) in list(draft.placed.items()):
        place = draft.sources.get(at)
        layout = draft.sources.get(place.of) if isinstance(place, Ordinal) else None
        if not isinstance(place, Ordinal) or not isinstance(layout, Layout) or layout.of != "row":
            continue
        if isinstance(spec, Range) and spec.step == 1 and spec.low >= _OLDEST and "year" in words_of(name):
            most = min(layout.most, layout.total)
            last = min(max(draft.facts.as_of.year - 1, spec.low + most - 1), spec.high)
            draft.sources[f"{name} in turn"] = Latest(of=place.of, size=last - spec.low + 1)
            draft.placed[name] = (Range(low=spec.low, high=last), f"{name} in turn")


def in_turn(draft: Draft, parents: Collection[str]) -> Turns | None:
    """None where no column of the table counts so, or others of the `parents` (their sources) have a say, too."""
    for name, (spec, at) in draft.placed.items():
        place = draft.sources.get(at)
        if isinstance(place, Latest) and isinstance(spec, Range) and {*parents} <= {place.of}:
            return Turns(place.of, year=spec.high)
        layout = draft.sources.get(place.of) if isinstance(place, Ordinal) else None
        if not isinstance(place, Ordinal) or not isinstance(layout, Layout) or layout.of != "row":
            continue
        own, table = " ".join(words_of(name)), " ".join(words_of(draft.table.name))
        counted = isinstance(spec, Range) and draft.table.column(name).type.kind is Kind.INTEGER
        if counted and {*parents} <= {place.of} and not _AT_ONCE.search(own) and not _AT_ONCE.search(table):
            above = layout.table.rpartition(".")[2]
            monthly = _MONTHLY.search(f"{own} {table}") or _AGREED.search(" ".join(words_of(above)))
            return Turns(place.of, every=_MONTH) if monthly else Turns(place.of, within=soon_after(above))
    return None
