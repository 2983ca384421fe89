"""Numbers that count a parent's rows: which of them count in the order of time, and how often such rows come. Knows
names and the sources of keys; places no moments."""

from __future__ import annotations

import re
from collections.abc import Collection

from msgspec import Struct

from ...schema import Kind
from ...specs import Layout, Ordinal, Range
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


class Turns(Struct, frozen=True):
    """The `layout` whose places count the rows in the order of time, every how many days they come (0: anyhow), and
    within how many in all (0: until now)."""

    layout: str
    every: int
    within: int


def in_turn(draft: Draft, parents: Collection[str]) -> Turns | None:
    """None where no column of the table counts so, or others of the `parents` (their sources) have a say, too."""
    for name, (spec, at) in draft.placed.items():
        place = draft.sources.get(at)
        layout = draft.sources.get(place.of) if isinstance(place, Ordinal) else None
        if not isinstance(place, Ordinal) or not isinstance(layout, Layout) or layout.of != "row":
            continue
        own, table = " ".join(words_of(name)), " ".join(words_of(draft.table.name))
        counted = isinstance(spec, Range) and draft.table.column(name).type.kind is Kind.INTEGER
        if counted and {*parents} <= {place.of} and not _AT_ONCE.search(own) and not _AT_ONCE.search(table):
            above = layout.table.rpartition(".")[2]
            monthly = _MONTHLY.search(f"{own} {table}") or _AGREED.search(" ".join(words_of(above)))
            return Turns(place.of, _MONTH, 0) if monthly else Turns(place.of, 0, soon_after(above))
    return None
