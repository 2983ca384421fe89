"""Statuses and flags of a row beside its dates: which dates are there in which states, how common a state is in young
and in old rows, and which flags only repeat a status. Knows which columns are free; places no dates."""

from __future__ import annotations

import re
from collections.abc import Mapping

from msgspec import Struct

from ...schema import Column, Kind
from ...specs import FATES, Flag, Late, Rhythmic, Stage, Standing, Step
from ...specs.numbers import Label
from ..domains import Domain
from ..draft import Draft
from ..meaning.flags import pair_of
from ..meaning.names import words_of
from ..undecided import Told, is_free
from ..words.vocabularies import chosen_words
from .courses import Course
from .lifecycles import Stage as Named
from .lifecycles import reached, stage_of, stages_of
from .moments import Moment, begins

_STATUS = re.compile(r"\b(status|state|stage|phase|workflow)$")
_MARK = re.compile(r"(^| )(is|has|was|been|flag|bool|boolean|indicator|yn|date|at|on)(?= |$)")
_ALIVE = re.compile(r"^(active|enabled|current|alive|live|open|valid)$")
_OVER = {"ended", "closed", "terminated", "suspended", "archived", "cancelled", "deleted"}
_PASSING = 25  # of 1,000 old rows are still on a step of their way


class Status(Struct, frozen=True):
    """A column that says which stage its row has reached: the stage of each of its labels."""

    column: str
    labels: tuple[Label, ...]
    stages: tuple[Named, ...]
    own: bool  # they are ours, and say what the life line does


class Mark(Struct, frozen=True):
    """A flag: its words, the stage they speak of, and its two values."""

    column: str
    words: str
    stage: Named | None
    yes: Label
    no: Label


class When(Struct, frozen=True):
    """With which values of which column a date is there; `beside`: by the life line alone that is the same."""

    column: str
    labels: tuple[Label, ...]
    beside: bool


class States(Struct, frozen=True):
    """What fills statuses and flags, and what the dates hang on."""

    told: Mapping[str, Told]
    when: Mapping[str, When]


def states_of(
    draft: Draft,
    domains: Mapping[str, Domain],
    moments: Mapping[str, Moment],
    anchor: Moment | None,
    course: Course,
    now: Rhythmic,
) -> States:
    """`moments` are the dates that have values."""
    statuses, marks = _statuses(draft, domains), _marks(draft, domains)
    told = {s.column: _standing(draft, s, course, now) for s in statuses if is_free(draft, s.column, domains[s.column])}
    for mark in marks:
        fresh = _marked(mark, statuses, marks, course, now)
        if fresh is not None and is_free(draft, mark.column, domains[mark.column]):
            told[mark.column] = Told(fresh, 0 if isinstance(fresh, Standing) else None)
    when: dict[str, When] = {}
    for moment in moments.values():
        if moment == anchor or begins(moment) or moment.part not in ("stage", "end", "deleted", "start"):
            continue
        hangs = _on_status(moment, statuses) or _on_mark(moment, marks, told)
        if hangs is not None:
            when[moment.column] = hangs
    return States(told, when)


def _marked(
    mark: Mark, statuses: list[Status], marks: list[Mark], course: Course, now: Rhythmic
) -> Flag | Standing | None:
    """What a flag repeats, or how far its row has come; None where nothing is known of it."""
    twin = next((m for m in marks[: marks.index(mark)] if m.words == mark.words), None)
    if twin is not None:
        return Flag(column=twin.column, values=(twin.yes,), yes=mark.yes, no=mark.no)
    follows = next((flag for s in statuses if not s.own and (flag := _repeating(mark, s)) is not None), None)
    if follows is not None:
        return follows
    alive = _ALIVE.search(mark.words) is not None
    stage = "terminated" if alive else mark.stage.name if mark.stage is not None else "created"
    on = course.place(stage)
    if isinstance(on, Stage) and not on.last:
        return None
    values = (mark.yes, mark.no) if alive else (mark.no, mark.yes)
    return Standing(values=values, first=(0,), steps=(Step((1,), on),), series=now, weights=_weights(2, {1: on}))


def _statuses(draft: Draft, domains: Mapping[str, Domain]) -> list[Status]:
    found = []
    for column in draft.table.columns:
        domain = domains[column.name]
        named = _STATUS.search(" ".join(words_of(column.name))) or draft.meanings[column.name].group == "status_code"
        if not named or domain.always_null or column.type.kind not in (Kind.ENUM, Kind.TEXT):
            continue
        labels: tuple[Label, ...] = ()
        if domain.values is not None:
            labels = tuple(v for v in domain.values if isinstance(v, str))
        elif is_free(draft, column.name, domain) and domain.form is None and not domain.case:
            labels = _usual(draft, column, domain)
        stages = stages_of([str(label) for label in labels])
        if stages is not None and column.name not in draft.kinds:
            found.append(Status(column.name, labels, tuple(stages), own=domain.values is None))
    return found


def _usual(draft: Draft, column: Column, domain: Domain) -> tuple[Label, ...]:
    """For a status that may be any text: the words of its meaning, whichever dates are there."""
    meaning = draft.meanings[column.name]
    words = chosen_words(column, meaning, domain) if meaning.group == "status_code" else None
    return () if words is None else words.values


def _standing(draft: Draft, status: Status, course: Course, now: Rhythmic) -> Told:
    """Labels of the way in its order, then those of what takes a row out of it."""
    places: dict[Stage | Late, list[int]] = {}
    for at, stage in enumerate(status.stages):
        places.setdefault(course.place(stage.name), []).append(at)
    order = sorted(places, key=lambda on: (not _on_way(on), on.number if isinstance(on, Stage) else 0))
    first = next((on for on in order if _on_way(on)), order[0])
    steps = tuple(Step(tuple(places[on]), on) for on in order if on != first)
    weights = _weights(len(status.labels), {at: on for on, held in places.items() for at in held})
    spec = Standing(values=status.labels, first=tuple(places[first]), steps=steps, series=now, weights=weights)
    return Told(spec, 0 if status.own or any(label == "" for label in status.labels) else None)


def _on_way(on: Stage | Late) -> bool:
    return isinstance(on, Stage) and on.high == FATES


def _weights(labels: int, places: Mapping[int, Stage | Late]) -> tuple[int, ...]:
    """How often the labels come in old rows: those that most end with have what the others leave."""
    way = [on.number for on in places.values() if isinstance(on, Stage) and _on_way(on)]
    rare = {at: on.high - on.low for at, on in places.items() if not _on_way(on)}
    last = [at for at in range(labels) if at not in rare and (at not in places or places[at].number == max(way))]  # type: ignore[union-attr]
    passing = {at: _PASSING for at in range(labels) if at not in rare and at not in last}
    rest = max(FATES - sum(rare.values()) - sum(passing.values()), 1)
    told = rare | passing | {at: max(rest // len(last), 1) for at in last}
    return tuple(told[at] for at in range(labels))


def _marks(draft: Draft, domains: Mapping[str, Domain]) -> list[Mark]:
    found = []
    for column in draft.table.columns:
        flag = draft.meanings[column.name].group == "boolean_flag"
        pair = pair_of(domains[column.name]) if flag else None
        if pair is not None and not domains[column.name].always_null and column.generated is None:
            named = " ".join(words_of(column.name))
            words = _MARK.sub(" ", re.sub(r"(?<=\w)bool(ean)?$", "", named)).strip()
            found.append(Mark(column.name, words, stage_of(words), *pair))
    return found


def _repeating(mark: Mark, status: Status) -> Flag | None:
    """The flag as the status has it, where one of the labels says the same."""
    if _ALIVE.search(mark.words):
        alive = [at for at, label in enumerate(status.labels) if _ALIVE.search(str(label).lower())]
    else:
        known = mark.stage is not None and any(s.name == mark.stage.name for s in status.stages)
        alive = list(reached(mark.stage, status.stages)) if mark.stage is not None and known else []
    if not alive or len(alive) == len(status.labels):
        return None
    return Flag(column=status.column, values=tuple(status.labels[at] for at in alive), yes=mark.yes, no=mark.no)


def _on_status(moment: Moment, statuses: list[Status]) -> When | None:
    """The status in whose labels the date's stage is, or else the first that says anything of it."""
    if moment.stage is None:
        return None
    ordered = sorted(statuses, key=lambda s: all(stage.name != moment.stage.name for stage in s.stages))  # type: ignore[union-attr]
    for status in ordered:
        labels = tuple(status.labels[at] for at in reached(moment.stage, status.stages))
        if labels:
            return When(status.column, labels, status.own)
    return None


def _on_mark(moment: Moment, marks: list[Mark], told: Mapping[str, Told]) -> When | None:
    words = _MARK.sub(" ", moment.words).strip()
    stage = "deleted" if moment.part == "deleted" else moment.stage.name if moment.stage is not None else ""
    for mark in sorted(marks, key=lambda mark: words != mark.words):
        same = mark.stage is not None and stage == mark.stage.name and not _ALIVE.search(mark.words)
        if words == mark.words or (same and _alike(words, mark.words)):
            return When(mark.column, (mark.yes,), _by_life(mark, told))
    for mark in marks:
        if _ALIVE.search(mark.words) and (stage in _OVER or moment.part == "end"):
            return When(mark.column, (mark.no,), _by_life(mark, told))
    return None


def _by_life(mark: Mark, told: Mapping[str, Told]) -> bool:
    return mark.column in told and isinstance(told[mark.column].spec, Standing)


def _alike(words: str, others: str) -> bool:
    """Whether two names that speak of one stage speak of one thing: "email verified" and "verified" do."""
    mine, its = set(words.split()), set(others.split())
    return len(mine) == 1 or len(its) == 1 or bool(mine & its)
