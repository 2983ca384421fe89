"""The moments of one row in their order: what is created before it is updated, ordered before it is shipped, born
before it is hired, and nothing before the rows that it belongs to. Knows which columns are free; statuses are told to
it."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from itertools import takewhile

from msgspec import structs

from ...physical import DAY, MICROS
from ...plan import TablePlan
from ...schema import Kind
from ...specs import (
    LIFE,
    SO_FAR,
    Ahead,
    AnySource,
    Anywhere,
    Begin,
    Floor,
    Gone,
    Key,
    Life,
    Paced,
    Parent,
    Rhythmic,
    Since,
    Span,
    Standing,
    Touched,
)
from ...specs.moments import Place
from ..columns import YEAR
from ..conditions.orders import Link
from ..domains import Domain
from ..draft import Draft
from ..meaning.schedules import QUARTER, agreed
from ..undecided import Told, contested, date_orders, is_free
from .births import born, youngest_days
from .courses import DAY_SECONDS, Course, course_of
from .lineage import Line
from .moments import MOMENTS, PROMPTLY, Moment, anchor_of, begins, moments_of, unit_of
from .paces import pace
from .repeats import day_of, durations, on_day, parts, twins
from .seasons import LONGEST, SERVED, alone, bounds_of, by_now, lives
from .siblings import count_years, in_turn
from .states import States, states_of

_LEAST = 128  # values that a column must have left for a life of its own
_RARE = 0.9  # of the rows have no such stage
_EXPIRES = re.compile(r"\bexpir\w*|\bvalid (until|to|thru)")
_UNTIL = re.compile(r"\b(to|until|thru|through)$")
_PROMPT, _TO_COME = 3, 45  # days
_UPDATED, _DELETED = 200, 400
_FOREVER = 1 << 60
_LIVING = (Since, Standing)  # what reads life lines


def timeline(draft: Draft, links: Mapping[str, Link], domains: Mapping[str, Domain]) -> dict[str, Told]:
    """Specs for the moments of the table that nothing else decides, and for what tells of them: statuses, flags, parts
    of dates. `links` are the orders that CHECKs ask for: they hold in any case."""
    pace(draft, [parent for _, parent in _lines(draft)])
    count_years(draft)
    moments = moments_of(draft.table, draft.meanings)
    free = {name: moment for name, moment in moments.items() if _is_free(draft, name, domains[name])}
    days, clocks = twins(draft, free, links, domains)
    free = {name: moment for name, moment in free.items() if name not in days}
    there = {n: m for n, m in moments.items() if n in free or (n in draft.placed and not domains[n].always_null)}
    anchor = anchor_of(there)
    course = course_of(draft.table.name)
    now = by_now(draft.table.name, draft.facts.today)
    states = states_of(draft, domains, there, anchor, course, now)
    floors = _beside(_floors(draft, there, free, anchor, links), days)
    wide = _wide(free, floors, links)
    begun = anchor_of({name: m for name, m in there.items() if name not in free and begins(m)})
    found: dict[str, Told] = dict(states.told)
    draft.sources |= _lives(draft, free, domains, floors, course, now, begun)
    for name, moment in free.items():
        bounds = bounds_of(moment, domains[name], draft.facts.today)
        if name in wide:
            high = domains[name].high
            bounds = bounds[0], _FOREVER if high is None else high
        first = next((m.column for m in moments.values() if begins(m) and m.column not in days), "")
        tells = _tells(moment, moments, first, clocks)
        place = _place(draft, moments[clocks.get(name, name)], course, tells=tells)
        above = _of_parents(draft) if isinstance(place, Begin) and begun is None else ()
        found[name] = _told(draft, moment, place, (*floors[name], *above), bounds, domains[name], states, now)
        if name in clocks:
            found[name] = on_day(draft, found[name], clocks[name])
    found |= {name: day_of(draft, name, moments[of]) for name, of in days.items()}
    return found | parts(draft, there, found, domains) | durations(draft, free, found, domains)


def _is_free(draft: Draft, name: str, domain: Domain) -> bool:
    return domain.kind in MOMENTS and is_free(draft, name, domain) and domain.values is None and _roomy(domain)


def _roomy(domain: Domain) -> bool:
    size = 1 if domain.kind is Kind.DATE else MICROS
    return domain.low is None or domain.high is None or domain.high - domain.low >= _LEAST * size


# --- what comes before what


def _floors(
    draft: Draft,
    moments: Mapping[str, Moment],
    free: Collection[str],
    anchor: Moment | None,
    links: Mapping[str, Link],
) -> dict[str, tuple[Floor, ...]]:
    """For each moment those of its row that it follows; without rings, for each has its turn."""
    found: dict[str, tuple[Floor, ...]] = {}
    before: dict[str, set[str]] = {}
    dated = date_orders(draft)
    for name in sorted(moments, key=lambda name: _turn(moments[name], anchor)):
        moment = moments[name]
        meant = {other: _follows(moment, moments[other], anchor, draft) for other in moments}
        behind = {other for other in list(moments)[list(moments).index(name) :] if other in free}
        wanted = {
            other: floor
            for other, floor in meant.items()
            if floor is not None and not (other in behind and _moves(moment, moments[other]))
        }
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


def _moves(moment: Moment, other: Moment) -> bool:
    """Whether what it follows by its name alone would move it, which no column behind it does: the life line has them
    in order but for an event that can be any time, and a day that begins before the instants in it."""
    return not begins(other) and (moment.part == "event" or (moment.unit, other.unit) == ("day", "moment"))


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
_LATE = ("end", "updated", "deleted", "death")


def _turn(moment: Moment, anchor: Moment | None) -> tuple[bool, bool, int, int]:
    rank = moment.stage.rank if moment.stage is not None and moment.stage.rank is not None else 99
    return moment.part != "birth", moment != anchor, _TURNS[moment.part], rank


def _follows(moment: Moment, other: Moment, anchor: Moment | None, draft: Draft) -> Floor | None:
    """The floor that `other` is to `moment`; None where it is none."""
    if moment == other:
        return None
    floor = Floor(column=other.column, unit=other.unit)
    if _UNTIL.search(moment.words) and other.words == _UNTIL.sub("from", moment.words):
        return floor
    if moment.part in ("birth", "own") or other.part in ("birth", "own", "future", "updated", "deleted", "death"):
        last = moment.part == "deleted" and other.part == "updated"
        return floor if last and other.part != "own" else None
    if moment == anchor or begins(moment):
        return None
    if moment.part in ("updated", "deleted", "death"):
        return None if other.part == "event" and not begins(other) else floor
    if moment.part == "end" and (moment.stage is None or moment.stage.rank is None):
        return floor if other == anchor or (other.part in ("start", "event") and _paired(moment, other)) else None
    if moment.part == "future":
        return floor if other == anchor else None
    staged = moment.part in _STAGED and other.part in _STAGED
    if staged and moment.stage is not None and other.stage is not None:
        here, there = moment.stage.rank, other.stage.rank
        if there is not None and (here is None or there < here):
            return floor
        return floor if other == anchor else None
    return floor if other == anchor else None


def _paired(end: Moment, start: Moment) -> bool:
    """visit end with visit start, and not with that of the shift; procedure end with procedure."""
    if start.part == "event":
        return end.words.split()[:-1] == start.words.split()
    left = [" ".join(w for w in m.words.split()[:-1]) for m in (end, start)]
    return left[0] == left[1] or not left[0] or not left[1]


def _wide(
    free: Mapping[str, Moment], floors: Mapping[str, tuple[Floor, ...]], links: Mapping[str, Link]
) -> frozenset[str]:
    """Moments that CHECKs put behind what is decided elsewhere: they go as far as their domains."""
    found: set[str] = set()
    for name in floors:
        if name in links and (links[name].before not in free or links[name].before in found):
            found.add(name)
    return frozenset(found)


# --- where on the life line


def _tells(moment: Moment, moments: Mapping[str, Moment], first: str, clocks: Mapping[str, str]) -> bool:
    """Whether an event is the begin of its row. Of several the first one is, and one behind what it would have to come
    before: a column follows those before it in its table, so that one that is added changes no other."""
    if not begins(moment):
        return False
    before = takewhile(lambda name: name != moment.column, moments)
    return first in (moment.column, clocks.get(moment.column)) or any(moments[n].part in _LATE for n in before)


def _place(draft: Draft, moment: Moment, course: Course, *, tells: bool) -> Place:
    stage = moment.stage.name if moment.stage is not None else ""
    match moment.part:
        case "birth" | "own":
            return Anywhere()
        case "updated":
            return Touched(_UPDATED)
        case "deleted":
            deleted = course.place("deleted")
            return Gone(_DELETED, _UPDATED, deleted.low, deleted.high)
        case "death":
            return Gone(_DELETED, _UPDATED)
        case "future":
            return _ahead(moment)
        case "end" if stage == "closed" and not course.lasting:
            return course.place(stage)
        case "end" if course.lasting and draft.domains[moment.column].nullable:
            return course.place("ended")
        case "end":
            return course.end
        case "start" if moment.words == "first":  # of what was asked for the day before, be that told or not
            return Span("first", DAY_SECONDS, 0)
        case "start" if moment.waits:
            return course.place("started")
        case "event" if not tells:
            prompt = PROMPTLY.search(moment.words) is not None
            return Span(moment.words, 0, _PROMPT * DAY_SECONDS) if prompt else Anywhere()
        case "stage" if not begins(moment):
            return Anywhere() if stage == "created" else course.place(stage)
    return Begin()


def _ahead(moment: Moment) -> Ahead:
    due = "due" in moment.words or "expect" in moment.words
    after = YEAR if _EXPIRES.search(moment.words) else 0
    return Ahead(moment.words, after * DAY_SECONDS, (_TO_COME if due else 2 * YEAR) * DAY_SECONDS)


def _told(
    draft: Draft,
    moment: Moment,
    place: Place,
    floors: tuple[Floor, ...],
    bounds: tuple[int, int],
    domain: Domain,
    states: States,
    now: Rhythmic,
) -> Told:
    if moment.part == "birth":
        place, bounds = born(draft, moment, *bounds)
    if isinstance(place, Anywhere) and moment.part in ("own", "birth") and not floors:
        return Told(alone(draft.table.name, moment, *bounds), None)
    if isinstance(place, Anywhere):  # between its begin and now, be it a past that a CHECK ends
        now = structs.replace(now, high=min(now.high, bounds[1] * (DAY if moment.unit == "day" else 1)))
    spec = Since(on=place, series=now, low=bounds[0], high=bounds[1], unit=moment.unit, floors=floors)
    if moment.unit == "moment" and moment.part in ("start", "end", "future") and agreed(draft.table.name):
        longer = (
            tuple(structs.replace(f, least=max(f.least, QUARTER)) for f in floors) if moment.part == "end" else floors
        )
        high = spec.high + QUARTER if moment.part == "end" else spec.high  # behind a start at the very last instant
        high = high if domain.high is None else min(high, domain.high)
        spec = structs.replace(spec, floors=longer, step=QUARTER, high=high)
    if not domain.nullable or domain.always_null:
        return Told(spec)
    when = states.when.get(moment.column)
    if when is not None:
        return Told(structs.replace(spec, when=when.column, among=when.labels, open=when.beside), 0)
    if isinstance(place, Ahead | Anywhere | Touched | Begin) or (isinstance(place, Span) and moment.part == "event"):
        return Told(spec, 0 if moment.part in ("created", "stage") else None)
    return Told(structs.replace(spec, open=True), _RARE if moment.part == "death" else 0)


# --- the life line itself


def _lives(
    draft: Draft,
    free: Mapping[str, Moment],
    domains: Mapping[str, Domain],
    floors: Mapping[str, tuple[Floor, ...]],
    course: Course,
    now: Rhythmic,
    begun: Moment | None,
) -> dict[str, AnySource]:
    """`begun`: the column with which rows begin, where something else decides on it."""
    lineage, today = draft.lineage, draft.facts.today
    strict = sum(floor.least > 0 and not floor.table and floor.column in free for f in floors.values() for floor in f)
    bounded = lineage.until < today - 1  # then what is there before all others may not be that early
    lines = tuple(parent for line, parent in _lines(draft) if bounded or not line.first)
    until = min(lineage.until, today - min(strict, 9) if lines else today - 1 - min(strict, 9))
    before = (SERVED if lineage.served else LONGEST) if lineage.first else 0
    turns = in_turn(draft, {parent.at for parent in lines})
    followed = lineage.followed or turns is not None  # rows in turn go back as far as their parents do
    bounds = _bounds(draft.table.name, free, domains)
    series = lives(draft.table.name, bounds, today, until, before=before, followed=followed)
    if any(not line.first for line, _ in _lines(draft)):  # there are more parents by and by already
        series = structs.replace(series, rising=False, levelling=False)
    life = Life(series=series, parents=lines, within=lineage.within)
    if turns is not None:
        life = structs.replace(life, within=turns.within, along=turns.layout, every=turns.every, year=turns.year)
    if begun is not None:
        life = structs.replace(life, column=begun.column, days=begun.unit == "day")
    return {LIFE: life, SO_FAR: course.progress(now)}


def _bounds(table: str, free: Mapping[str, Moment], domains: Mapping[str, Domain]) -> Domain:
    """What the columns that follow the life line leave to it: those that tell of its begin, a birth some years before,
    and no one an end."""
    led = {name: moment for name, moment in free.items() if moment.part not in ("birth", "own", "future")}
    lows = [bound * _size(m) for n, m in led.items() if begins(m) and (bound := domains[n].low) is not None]
    births = [name for name, moment in free.items() if moment.part == "birth"]
    aged = [bound * _size(free[n]) for n in births if (bound := domains[n].low) is not None]
    lows += [bound + youngest_days(table) * DAY for bound in aged]
    highs = [bound * _size(m) for n, m in led.items() if (bound := domains[n].high) is not None]
    high = min(highs, default=None)
    low = max((bound for bound in lows if high is None or bound < high), default=None)
    return Domain(kind=Kind.TIMESTAMP, low=low, high=high)


def _size(moment: Moment) -> int:
    return DAY if moment.unit == "day" else 1


def _lines(draft: Draft) -> list[tuple[Line, Parent]]:
    """The rows before which none of the table begins."""
    found = []
    for line in draft.lineage.lines:
        spec, at = draft.placed.get(line.by, (None, ""))
        if isinstance(spec, Key) and spec.table == line.table and line.by not in contested(draft):
            found.append((line, Parent(line.table, at, line.by, told=line.told)))
    return found


def _of_parents(draft: Draft) -> tuple[Floor, ...]:
    """The moments before which no row of the parents was, where columns tell of them."""
    return tuple(
        Floor(column=line.column, unit=line.unit, table=parent.table, at=parent.at, by=parent.by)
        for line, parent in _lines(draft)
        if line.column
    )


def with_read(tables: Mapping[str, TablePlan]) -> dict[str, TablePlan]:
    """The plans without the life lines that no column reads, be it of a table below."""
    read: set[str] = set()
    todo = [key for key, plan in tables.items() if any(isinstance(c.spec, _LIVING) for c in plan.columns.values())]
    todo += [source.table for plan in tables.values() for source in plan.sources.values() if isinstance(source, Paced)]
    while todo:
        key = todo.pop()
        life = tables[key].sources.get(LIFE)
        if key not in read and isinstance(life, Life):
            read.add(key)
            todo += [parent.table for parent in life.parents]
    return {key: plan if key in read else _without_life(plan) for key, plan in tables.items()}


def _without_life(plan: TablePlan) -> TablePlan:
    return structs.replace(plan, sources={n: s for n, s in plan.sources.items() if n not in (LIFE, SO_FAR)})
