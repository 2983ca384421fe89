"""Moments in the rhythm of such rows: lessons start at full quarters of an hour, a device measures from the day on
which it was installed. Knows names and the sources of keys."""

from __future__ import annotations

from collections.abc import Collection

from ...physical import DAY, MICROS
from ...schema import Kind
from ...specs import Digit, Layout, Ordinal, Paced, Parent, Permuted, Range, Slots
from ...specs.slots import monday
from ..draft import Draft
from ..meaning.schedules import QUARTER, agreed
from .lineage import soon_after

_HOUR = 4 * QUARTER
_OPENS, _CLOSES = 8 * _HOUR, 18 * _HOUR


def pace(draft: Draft, parents: Collection[Parent]) -> None:
    """Moments that are unique among the rows of a parent, anywhere as yet, become slots that follow each other from
    that parent's begin on, where there are enough."""
    for name, (spec, at) in list(draft.placed.items()):
        digit = draft.sources.get(at)
        code = draft.sources.get(digit.of) if isinstance(digit, Digit) else None
        if not isinstance(spec, Range) or not isinstance(digit, Digit) or not isinstance(code, Permuted):
            continue
        place, layout = draft.sources.get(code.of), draft.sources.get(code.by)
        alone = digit.divide == 1 and digit.modulo == code.size and [a for _, a in draft.placed.values()].count(at) == 1
        if not alone or not isinstance(place, Ordinal) or not isinstance(layout, Layout) or layout.of != "row":
            continue
        moment = draft.table.column(name).type.kind in (Kind.TIMESTAMP, Kind.TIMESTAMPTZ)
        if not moment or spec.step != MICROS or all(parent.at != code.by for parent in parents):
            continue
        slots = next((s for s in _slots(draft.table.name, spec) if s.size >= min(layout.most, layout.total)), None)
        if slots is not None:
            del draft.sources[at], draft.sources[digit.of]
            within = soon_after(layout.table.rpartition(".")[2]) * slots.daily
            draft.sources[f"{name} in turn"] = Paced(along=code.by, table=layout.table, slots=slots, within=within)
            draft.placed[name] = (slots, f"{name} in turn")


def _slots(table: str, bounds: Range) -> list[Slots]:
    """The grids for such rows within the bounds, the preferred one first."""
    first, end = -(-bounds.low // DAY), (bounds.high + bounds.step) // DAY
    found = []
    if agreed(table):
        days = (end - monday(first)) // 7 * 5
        found.append(Slots(first=monday(first), days=days, step=QUARTER, opens=_OPENS, closes=_CLOSES, working=True))
    found.append(Slots(first=first, days=end - first, step=MICROS))
    return [slots for slots in found if slots.days > 0]
