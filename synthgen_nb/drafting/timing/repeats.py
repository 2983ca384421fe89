"""Columns that say once more what a date says: its day, its year, somebody's age, how long something took. Knows which
columns are free; places no dates."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from typing import Literal

from msgspec import structs

from ...physical import DAY, MICROS
from ...schema import Column, Kind
from ...specs import LIFE, Begin, Born, Elapsed, Life, Part, Range, Since
from ..conditions.orders import Link
from ..domains import Domain, units_of
from ..draft import Draft
from ..meaning.names import words_of
from ..undecided import Told, is_free
from .moments import Moment

_Part = Literal["year", "quarter", "month", "day of month", "hour", "age"]
_PARTS: dict[str, _Part] = {
    "year": "year", "quarter": "quarter", "month": "month", "day": "day of month", "hour": "hour",
}  # fmt: skip
_MOST = {"quarter": 4, "month": 12, "day of month": 31, "hour": 23, "age": 120}
_LEAST = {"quarter": 1, "month": 1, "day of month": 1}
_DAYS = re.compile(r"^((full|calendar|actual)|)$")  # what a day of a calendar is called, beside a date
_CALENDAR = re.compile(r"\b(calendar|dates?|days)\b")
_EPOCH = dt.date(1970, 1, 1).toordinal()
_ENDING = re.compile(r"(ations?|ions?|ments?|ed|e?s|e)$")
_STEM = 4  # letters, at least, that two forms of a word begin with
_TOOK = re.compile(
    r"^(total |actual )?(duration|elapsed( time)?|length of stay|time (taken|spent)|run ?time|stay|nights|days|hours"
    r"|minutes|seconds)( in)?( (ms|milliseconds?|sec|seconds?|min|minutes?|hours?|days?|nights?))?$"
)
_COUNTED = re.compile(
    r"^((number|no|num|nb|count|total)( of)? )?((?P<of>\w+) )?(days|nights)"
    r"( (taken|off|used|requested|stayed|booked|spent|total|count))?$"
)
_OFF = re.compile(
    r"\b(leaves?|absences?|vacations?|holidays?|time off|sick)\b"
)  # of which the first and the last day count
_LAST = re.compile(r"^last\b")
_MICROS = (("ms", 10**3), ("milli", 10**3), ("sec", 10**6), ("min", 60 * 10**6), ("hour", DAY // 24), ("day", DAY),
           ("night", DAY))  # fmt: skip
_NUMBERS = (Kind.INTEGER, Kind.DECIMAL, Kind.FLOAT, Kind.YEAR)


def twins(
    draft: Draft, free: Mapping[str, Moment], links: Mapping[str, Link], domains: Mapping[str, Domain]
) -> tuple[dict[str, str], dict[str, str]]:
    """Dates and timestamps of their row that tell the same, as `visit_date` and `visit_datetime`: the days of a
    timestamp that stands before them, with that; and the timestamps that lie on a day before them, with that."""
    tied = {*links, *(link.before for link in links.values())}
    days: dict[str, str] = {}
    clocks: dict[str, str] = {}
    order = draft.table.column_names
    for name, moment in free.items():
        of = next((m for m in free.values() if m.words == moment.words and m.unit == "moment"), None)
        if moment.unit != "day" or of is None or of.column in (*days.values(), *clocks):
            continue
        bounds, whole = domains[name], domains[of.column]
        if order.index(name) < order.index(of.column) and of.column not in tied:
            low = whole.low is None or (bounds.low is not None and whole.low <= bounds.low * DAY)
            high = whole.high is None or whole.high >= draft.facts.today * DAY
            if low and high and (whole.nullable or not bounds.nullable):
                clocks[of.column] = name
                continue
        early = bounds.low is None or bounds.low < 0 or (whole.low or 0) >= bounds.low * DAY
        if early and name not in tied and (bounds.high is None or bounds.high >= draft.facts.today):
            days[name] = of.column
    return days, clocks


def on_day(draft: Draft, told: Told, name: str) -> Told:
    """What fills a timestamp that lies on the day that the column `name` tells."""
    if not isinstance(told.spec, Since):
        return told
    nulls = 0 if draft.domains[name].nullable else told.nulls
    return structs.replace(told, spec=structs.replace(told.spec, day=name), nulls=nulls)


def day_of(draft: Draft, name: str, moment: Moment) -> Told:
    """What fills a date that is the day of `moment`."""
    whole = not draft.domains[name].nullable
    return Told(Part(column=moment.column, unit=moment.unit, part="day", whole=whole), 0)


def parts(
    draft: Draft, moments: Mapping[str, Moment], told: Mapping[str, Told], domains: Mapping[str, Domain]
) -> dict[str, Told]:
    """Numbers that are a part of a date of their row, or the age that follows from a birth."""
    found: dict[str, Told] = {}
    table = words_of(draft.table.name)
    read = [m for m in moments.values() if m.column in told or isinstance(draft.placed[m.column][0], Range)]
    for column in draft.table.columns:
        domain = domains[column.name]
        if column.type.kind not in _NUMBERS or domain.values is not None or not is_free(draft, column.name, domain):
            continue
        for moment in read:
            part = _part(column, moment, table)
            if part is None or units_of(column.type) != 1 or not _within(draft, part, moment, told, domain):
                continue
            today, whole = draft.facts.today if part == "age" else 0, not domain.nullable
            spec = Part(column=moment.column, unit=moment.unit, part=part, today=today, whole=whole)
            found[column.name] = Told(spec, 0)
            break
    return found


def _part(column: Column, moment: Moment, table: Sequence[str]) -> _Part | None:
    words = [word for word in words_of(column.name) if word not in ("of", "number", "the")]
    if moment.part == "birth" and words in (["age"], ["age", "years"], ["current", "age"]):
        return "age"
    named = next((word for word in words if word in _PARTS), None)
    if named is None:
        return None
    rest = " ".join(word for word in words if word != named)
    if rest:
        about = _same(rest, moment.words) or (moment.part == "birth" and rest in ("birth", "born"))
    else:  # the year of a review is that in which it was reviewed; a car's is its own
        dated = _DAYS.search(moment.words) is not None and _CALENDAR.search(" ".join(table)) is not None
        about = dated or (moment.words != "" and _same(table[-1], moment.words))
    return _PARTS[named] if about else None


def _same(word: str, other: str) -> bool:
    """Whether these are two forms of one word: review, reviewed, reviews."""
    stems = [_ENDING.sub("", each) for each in (word, other)]
    size = max(_STEM, min(map(len, stems)) - 2)
    return word == other or (min(map(len, stems)) >= _STEM and stems[0][:size] == stems[1][:size])


def _within(draft: Draft, part: _Part, moment: Moment, told: Mapping[str, Told], domain: Domain) -> bool:
    """Whether the column may hold the part, whenever the moment is."""
    low, high = _LEAST.get(part, 0), _MOST.get(part, 0)
    if part == "year":
        low, high = 0, draft.facts.as_of.year
        size = 1 if moment.unit == "day" else DAY
        spec = told[moment.column].spec if moment.column in told else draft.placed[moment.column][0]
        if isinstance(spec, Since) and not isinstance(spec.on, Born):
            life = draft.sources.get(LIFE)
            begun = life.series.low // DAY if isinstance(life, Life) and not life.column else spec.low // size
            low, high = _year(max(spec.low // size, begun)), _year(spec.high // size)
        elif isinstance(spec, Range | Since):
            low, high = _year(spec.low // size), _year(spec.high // size)
    return (domain.low or 0) <= low and (domain.high is None or high <= domain.high)


def _year(day: int) -> int:
    """That of a day since 1970, the last one there is of those beyond."""
    return dt.date.fromordinal(min(_EPOCH + day, dt.date.max.toordinal())).year


def durations(
    draft: Draft, moments: Mapping[str, Moment], told: Mapping[str, Told], domains: Mapping[str, Domain]
) -> dict[str, Told]:
    """Numbers that say how long something took, where its start and its end are columns too."""
    span = next((pair for name in moments if (pair := _span(name, moments, told)) is not None), None)
    found: dict[str, Told] = {}
    for column in draft.table.columns:
        domain, words = domains[column.name], " ".join(words_of(column.name))
        if span is None or column.type.kind not in _NUMBERS or not _took(words, draft.table.name):
            continue
        start, end, spec = span
        if domain.values is not None or not is_free(draft, column.name, domain):
            continue
        within = spec.seconds * MICROS // (1 if start.unit == "moment" else DAY)
        long = "stay" in words or within > (2 if start.unit == "day" else 2 * DAY)
        usual = DAY if long else 60 * 10**6
        per = next((size for word, size in _MICROS if re.search(rf"\b{word}", words)), usual)
        per = per if start.unit == "moment" else per // DAY
        if not per or not (domain.nullable or not draft.domains[end.column].nullable):
            continue
        both = start.unit == "day" and _counts_both(words, draft.table.name, end)
        whole = start.unit == "moment" and "night" in words
        one, least = units_of(column.type), sum(f.least for f in spec.floors if f.column == start.column)
        bounds = (0 if whole else least // per) + both, within // per + both + whole
        if (domain.low or 0) <= bounds[0] * one and (domain.high is None or bounds[1] * one <= domain.high):
            scale = one if column.type.kind is Kind.FLOAT else 0
            took = Elapsed(start=start.column, end=end.column, per=per, times=one, scale=scale, whole=whole, both=both)
            found[column.name] = Told(took, 0)
    return found


def _took(words: str, table: str) -> bool:
    """Whether a name says how long a row of the table took; rental days do of rentals, days of notice of none."""
    counted = _COUNTED.search(words)
    of = counted["of"] if counted is not None else None
    about = of is None or _OFF.search(of) is not None or of in "".join(words_of(table))
    return (counted is not None and about) or _TOOK.search(words) is not None


def _counts_both(words: str, table: str, end: Moment) -> bool:
    """Whether both the first and the last day count."""
    off = _OFF.search(f"{words} {' '.join(words_of(table))}") is not None
    return "night" not in words and (off or _LAST.search(end.words) is not None)


def _span(name: str, moments: Mapping[str, Moment], told: Mapping[str, Told]) -> tuple[Moment, Moment, Since] | None:
    """(start, end, how the end is drawn) where this moment is an end, and always later than its start."""
    end, spec = moments[name], told[name].spec if name in told else None
    over = end.part == "end" or (end.stage is not None and end.stage.name in ("completed", "returned", "terminated"))
    if not over or not isinstance(spec, Since) or not spec.seconds:
        return None
    starts = [m for m in moments.values() if m.unit == end.unit and m != end and _starts(m, spec, told)]
    starts.sort(key=lambda m: (m.part == "created", m.part != "start"))
    return (starts[0], end, spec) if starts else None


def _starts(moment: Moment, end: Since, told: Mapping[str, Told]) -> bool:
    """Whether it tells when the row began, and what ends as `end` does never comes before it."""
    spec = told[moment.column].spec if moment.column in told else None
    if not isinstance(spec, Since) or moment.part not in ("start", "event", "stage", "created"):
        return False
    followed = any(floor.column == moment.column and not floor.table for floor in end.floors)
    begun = isinstance(spec.on, Begin) and not spec.floors
    return begun or (followed and (moment.part == "start" or isinstance(spec.on, Begin)))
