"""The moments of one row in their order: what is created before it is updated, ordered before it is shipped, born
before it is hired, and nothing before the rows that it belongs to. Knows which columns are free; statuses are told to
it."""

from __future__ import annotations

import re
from collections.abc import Mapping

from msgspec import structs

from ...drafting import shapes
from ...physical import DAY, MICROS
from ...schema import Kind
from ...specs import AnySpec, Floor, Key, Rhythmic, Since
from ..columns import YEAR
from ..conditions.orders import Link
from ..domains import Domain
from ..draft import Draft
from ..undecided import Told, contested, date_orders, is_free
from .lifecycles import LASTING
from .moments import MOMENTS, Moment, ages_of, anchor_of, moments_of, unit_of
from .repeats import day_of, durations, parts, twins
from .seasons import series
from .states import States, states_of

_LEAST = 128  # values that a column must have left for a life of its own
_RARE = 0.9  # of the rows have no such stage
_SELDOM = {"cancelled", "rejected", "failed", "expired", "archived", "suspended", "terminated", "deleted", "returned",
           "refunded"}  # fmt: skip
# days from what came before: nine in ten lie within two thirds of them
_GAPS = {
    "created": 0.02, "submitted": 3, "assigned": 2, "reviewed": 7, "approved": 5, "paid": 2, "started": 7, "shipped": 3,
    "delivered": 6, "published": 14, "resolved": 10, "completed": 14, "closed": 20, "returned": 30, "refunded": 10,
    "cancelled": 5, "rejected": 7, "failed": 0.5, "expired": 60, "archived": 300, "suspended": 300, "terminated": 1200,
    "deleted": 400, "ended": 60,
}  # fmt: skip
_EXPIRES = re.compile(r"\bexpir\w*|\bvalid (until|to|thru)")
_UNTIL = re.compile(r"\b(to|until|thru|through)$")
_LENT = re.compile(r"rental|loan|lend|borrow|checkout|circulation|hire|lease")
_UPDATED, _SOON, _LATER, _TO_COME = 200, 9, 120, 45
_PROMPTLY = re.compile(r"\b(value|read|seen|acknowledg\w*|clearing|settlement|posting|respon\w*|answer\w*)\b")
_PROMPT = 3
_FOREVER = 1 << 60


def timeline(draft: Draft, links: Mapping[str, Link], domains: Mapping[str, Domain]) -> dict[str, Told]:
    """Specs for the moments of the table that nothing else decides, and for what tells of them: statuses, flags, parts
    of dates. `links` are the orders that CHECKs ask for: they hold in any case."""
    moments = moments_of(draft.table, draft.meanings)
    free = {name: moment for name, moment in moments.items() if _is_free(draft, name, domains[name])}
    days = twins(draft, free, links, domains)
    free = {name: moment for name, moment in free.items() if name not in days}
    there = {n: m for n, m in moments.items() if n in free or (n in draft.placed and not domains[n].always_null)}
    anchor = anchor_of(there)
    states = states_of(draft, domains, there, anchor)
    floors = _beside(_floors(draft, there, anchor, links), days)
    wide = _wide(free, floors, links)
    highs = _highs(draft, free, anchor, floors, domains, wide)
    found: dict[str, Told] = dict(states.told)
    for name, moment in free.items():
        found[name] = _told(draft, moment, anchor, floors[name], highs[name], domains[name], states, wide)
    found |= {name: day_of(draft, name, moments[of]) for name, of in days.items()}
    return found | parts(draft, free, domains) | durations(draft, free, found, domains)


def _is_free(draft: Draft, name: str, domain: Domain) -> bool:
    return domain.kind in MOMENTS and is_free(draft, name, domain) and domain.values is None and _roomy(domain)


def _roomy(domain: Domain) -> bool:
    size = 1 if domain.kind is Kind.DATE else MICROS
    return domain.low is None or domain.high is None or domain.high - domain.low >= _LEAST * size


# --- what comes before what


def _floors(
    draft: Draft, moments: Mapping[str, Moment], anchor: Moment | None, links: Mapping[str, Link]
) -> dict[str, tuple[Floor, ...]]:
    """For each moment those of its row that it follows; without rings, for each has its turn."""
    found: dict[str, tuple[Floor, ...]] = {}
    before: dict[str, set[str]] = {}
    dated = date_orders(draft)
    for name in sorted(moments, key=lambda name: _turn(moments[name], anchor)):
        moment = moments[name]
        meant = {other: _follows(moment, moments[other], anchor, draft) for other in moments}
        wanted = {other: floor for other, floor in meant.items() if floor is not None}
        size = 1 if moment.unit == "day" else DAY
        asked = [(order.before, size if order.strict else 0) for order in dated if order.after == name]
        if name in links:
            asked.append((links[name].before, min(size, MICROS) if links[name].strict else 0))
        for other, least in asked:
            own = wanted.get(other, Floor(column=other, unit=unit_of(draft.table.column(other))))
            wanted[other] = structs.replace(own, least=max(least, own.least))
        kept = {c: f for c, f in wanted.items() if name not in before.get(c, set()) and not _back(c, name, links)}
        found[name] = tuple(kept.values())
        before[name] = set(kept).union(*(before.get(c, set()) for c in kept))
    return found


def _beside(floors: Mapping[str, tuple[Floor, ...]], days: Mapping[str, str]) -> dict[str, tuple[Floor, ...]]:
    """Behind a timestamp that may be NULL its day comes, too, where that is a column of its own."""
    day = {of: Floor(column=name, unit="day") for name, of in days.items()}
    return {
        name: (*found, *(day[floor.column] for floor in found if floor.column in day)) for name, found in floors.items()
    }


def _back(before: str, name: str, links: Mapping[str, Link]) -> bool:
    """Whether CHECKs put `name` before what it would follow."""
    seen = set()
    while before in links and before not in seen:
        seen.add(before)
        before = links[before].before
        if before == name:
            return True
    return False


_TURNS = {"birth": 0, "created": 1, "own": 2, "event": 3, "start": 4, "stage": 4, "end": 5, "future": 6, "updated": 7,
          "deleted": 8, "death": 9}  # fmt: skip
_STAGED = ("start", "stage", "end")


def _turn(moment: Moment, anchor: Moment | None) -> tuple[bool, bool, int, int]:
    rank = moment.stage.rank if moment.stage is not None and moment.stage.rank is not None else 99
    return moment.part != "birth", moment != anchor, _TURNS[moment.part], rank


def _follows(moment: Moment, other: Moment, anchor: Moment | None, draft: Draft) -> Floor | None:
    """The floor that `other` is to `moment`; None where it is none."""
    if moment == other:
        return None
    floor = Floor(column=other.column, unit=other.unit)
    if other.part == "birth":
        grown = ages_of(draft.table.name)[0] if moment.words.startswith(("hire", "join", "employ")) else 0
        days = min(grown, 16) * (YEAR + 1)
        return structs.replace(floor, least=days * (1 if moment.unit == "day" else DAY))
    if _UNTIL.search(moment.words) and other.words == _UNTIL.sub("from", moment.words):
        return floor
    if moment.part in ("birth", "own") or other.part in ("own", "future", "updated", "deleted", "death"):
        last = moment.part == "deleted" and other.part == "updated"
        return floor if last and other.part != "own" else None
    if moment == anchor:
        return None
    if moment.part in ("updated", "deleted", "death"):
        return floor
    if moment.part == "end" and other.part == "start":
        return floor if _paired(moment, other) else None
    if moment.part == "future" and _EXPIRES.search(moment.words):
        years = YEAR if moment.unit == "day" else YEAR * DAY
        return structs.replace(floor, least=years) if other == anchor else None
    if moment.part == "future":
        return floor if other == anchor or (other.part == "start" and anchor is None) else None
    staged = moment.part in _STAGED and other.part in _STAGED
    if staged and moment.stage is not None and other.stage is not None:
        here, there = moment.stage.rank, other.stage.rank
        if there is not None and (here is None or there < here):
            return structs.replace(floor, must=here is not None and other != anchor and there > 0)
        return floor if other == anchor else None
    return floor if other == anchor else None


def _paired(end: Moment, start: Moment) -> bool:
    """visit end with visit start, and not with that of the shift."""
    left = [" ".join(w for w in m.words.split()[:-1]) for m in (end, start)]
    return left[0] == left[1] or not left[0] or not left[1]


def _highs(
    draft: Draft,
    free: Mapping[str, Moment],
    anchor: Moment | None,
    floors: Mapping[str, tuple[Floor, ...]],
    domains: Mapping[str, Domain],
    wide: frozenset[str],
) -> dict[str, Rhythmic]:
    """The series of each free moment, none of which ends behind those of the moments that follow it."""
    today, until = draft.facts.today, draft.lineage.until
    found = {}
    for name, moment in free.items():
        root = not floors[name] and not (moment == anchor and draft.lineage.lines)  # leave a day for all that follows
        last = until.get(name, today - 1 if root else today)
        found[name] = series(draft.table.name, moment, domains[name], draft.facts, last, long=draft.lineage.followed)
        if name in wide:
            high = domains[name].high
            found[name] = structs.replace(found[name], high=_FOREVER if high is None else high)
    for name in reversed([name for name in floors if name in free]):
        for floor in floors[name]:
            if floor.column in found:
                its = found[floor.column]
                high = _last(found[name], floor.least, its.unit)
                if its.low < high < its.high:
                    found[floor.column] = structs.replace(its, high=high)
    return found


def _last(span: Rhythmic, least: int, unit: str) -> int:
    """Of those that come so much before its end, the last one in days or moments."""
    high = span.high - least
    if span.unit == unit:
        return high
    return high * DAY if unit == "moment" else high // DAY


def _wide(
    free: Mapping[str, Moment], floors: Mapping[str, tuple[Floor, ...]], links: Mapping[str, Link]
) -> frozenset[str]:
    """Moments that CHECKs put behind what is decided elsewhere: they go as far as their domains."""
    found: set[str] = set()
    for name in floors:
        if name in links and (links[name].before not in free or links[name].before in found):
            found.add(name)
    return frozenset(found)


# --- the specs


def _told(
    draft: Draft,
    moment: Moment,
    anchor: Moment | None,
    floors: tuple[Floor, ...],
    span: Rhythmic,
    domain: Domain,
    states: States,
    wide: frozenset[str],
) -> Told:
    if moment.part == "birth" and not floors:
        return Told(_born(draft, span), None)
    if moment == anchor or (anchor is None and moment.part in ("updated", "start", "event")):
        floors = (*floors, *_of_parents(draft, span))
    size = 1 if moment.unit == "day" else DAY
    within = 0 if moment == anchor or not floors else round(_gap(moment, draft) * size)
    if moment.column in wide:
        within = within or _TO_COME * size
    above = {f.table for f in floors if f.table}
    if moment == anchor and above & {*draft.lineage.soon, *draft.lineage.later}:
        within = (_SOON if above & draft.lineage.soon else _LATER) * size
    if any(f.table for f in floors):
        span = structs.replace(span, rising=False, levelling=False)  # there are more parents by and by already
    when = states.when.get(moment.column)
    nullable = domain.nullable and not domain.always_null
    if not floors and when is None:
        return Told(span, _share(draft, moment) if nullable else None)
    spec = Since(floors=floors, series=span, within=min(within, span.high - span.low) if within else 0)
    if not nullable:
        return Told(structs.replace(spec, floors=tuple(structs.replace(f, must=False) for f in floors)))
    if when is not None:
        column, labels = when
        plain = tuple(structs.replace(f, must=False) for f in floors)
        return Told(structs.replace(spec, floors=plain, when=column, among=labels), 0)
    happens = moment.part in ("stage", "end") and bool(spec.within)
    return Told(structs.replace(spec, open=happens), _share(draft, moment))


def _share(draft: Draft, moment: Moment) -> float | None:
    """NULLs of a moment that no status decides on."""
    lent = _LENT.search(draft.table.name.lower()) and moment.stage is not None and moment.stage.name == "returned"
    if moment.part == "deleted" or (moment.stage is not None and moment.stage.name in _SELDOM and not lent):
        return _RARE
    if moment.part == "end" and LASTING.search(draft.table.name.lower()):
        return _RARE  # most are still there
    if moment.part in ("stage", "end", "created"):
        return 0
    return _RARE if moment.part == "death" else None


def _gap(moment: Moment, draft: Draft) -> float:
    """Days within which it follows; 0 for anywhere later."""
    if moment.part == "updated":
        return _UPDATED
    if moment.part == "future":
        return _TO_COME if "due" in moment.words or "expect" in moment.words else 2 * YEAR
    if moment.part == "deleted":
        return _GAPS["deleted"]
    lasting, stage = LASTING.search(draft.table.name.lower()), moment.stage.name if moment.stage is not None else ""
    if stage == "terminated" or (lasting and (moment.part == "end" or stage in ("closed", "cancelled", "expired"))):
        return _GAPS["terminated"]
    if moment.part == "end":
        return _lasting(draft)
    if moment.part == "event":
        return _PROMPT if _PROMPTLY.search(moment.words) else 0
    if moment.part == "stage":
        return 2 / 24 if moment.unit == "moment" and stage == "created" else _GAPS[stage]
    return 0


def _lasting(draft: Draft) -> float:
    """Days that what the table is about usually takes."""
    name = draft.table.name.lower()
    for words, days in (
        ("session call job run shift appointment meeting lesson ride trip", 0.3),
        ("visit stay booking reserv exposure admission rental leave absence vacation", 14),
        ("contract employ subscription membership polic lease assignment salar title", 900),
    ):
        if any(word in name for word in words.split()):
            return days
    return _GAPS["ended"]


def _born(draft: Draft, span: Rhythmic) -> AnySpec:
    youngest, oldest, middle = ages_of(draft.table.name)
    size, step = (1, 1) if span.unit == "day" else (DAY, MICROS)
    first, last, half = (draft.facts.today - years * YEAR - years // 4 for years in (oldest, youngest, middle))
    low, high = max(first * size, span.low), min((last - 1) * size, span.high)
    if low + _LEAST * step > high:
        return structs.replace(span, weekdays=(), hours=(), rising=False, levelling=False)
    middle = half * size if low < half * size < high else (low + high) // 2
    return shapes.halves(low, high, middle, step=step)


def _of_parents(draft: Draft, span: Rhythmic) -> tuple[Floor, ...]:
    """The moments before which no row of the parents was."""
    found = []
    for line in draft.lineage.lines:
        spec, at = draft.placed.get(line.by, (None, ""))
        if isinstance(spec, Key) and spec.table == line.table and line.by not in contested(draft):
            found.append(Floor(column=line.column, unit=line.unit, table=line.table, at=at, by=line.by))
    return tuple(found)
