"""Statuses and flags of a row beside its dates: which dates are there in which states, how common a state is in young
and in old rows, and which flags only repeat a status. Knows which columns are free; places no dates."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from ...physical import DAY
from ...schema import Kind
from ...specs import Aging, Flag
from ...specs.numbers import Label
from ..domains import Domain
from ..draft import Draft
from ..meaning.flags import pair_of
from ..meaning.names import words_of
from ..undecided import Told, is_free
from .lifecycles import LASTING, Stage, reached, stage_of, stages_of, weights
from .moments import Moment

_STATUS = re.compile(r"\b(status|state|stage|phase|workflow)$")
_MARK = re.compile(r"(^| )(is|has|was|been|flag|bool|boolean|indicator|yn|date|at|on)(?= |$)")
_ALIVE = re.compile(r"^(active|enabled|current|alive|live|open|valid)$")
_OVER = {"ended", "closed", "terminated", "suspended", "archived", "cancelled", "deleted"}
_YOUNG = (14, 2)  # days


@dataclass(frozen=True, slots=True)
class Status:
    """A column that says which stage its row has reached: the stage of each of its labels."""

    column: str
    labels: tuple[Label, ...]
    stages: tuple[Stage, ...]


@dataclass(frozen=True, slots=True)
class Mark:
    """A flag: its words, the stage they speak of, and its two values."""

    column: str
    words: str
    stage: Stage | None
    yes: Label
    no: Label


@dataclass(frozen=True, slots=True)
class States:
    """What fills statuses and flags, and for each date that hangs on one the column and the values with which it is
    there."""

    told: Mapping[str, Told]
    when: Mapping[str, tuple[str, tuple[Label, ...]]]


def states_of(
    draft: Draft, domains: Mapping[str, Domain], moments: Mapping[str, Moment], anchor: Moment | None
) -> States:
    """`moments` are the dates that have values."""
    statuses, marks = _statuses(draft, domains, moments), _marks(draft, domains)
    told = {s.column: aged for s in statuses if (aged := _aged(draft, s, domains, anchor)) is not None}
    for mark in marks:
        follows = next((flag for s in statuses if (flag := _repeating(mark, s)) is not None), None)
        twin = next((m for m in marks[: marks.index(mark)] if m.words == mark.words), None)
        if twin is not None:
            follows = Flag(column=twin.column, values=(twin.yes,), yes=mark.yes, no=mark.no)
        if follows is not None and is_free(draft, mark.column, domains[mark.column]):
            told[mark.column] = Told(follows, None)
    when: dict[str, tuple[str, tuple[Label, ...]]] = {}
    for moment in moments.values():
        if moment == anchor or moment.part not in ("stage", "end", "deleted", "start"):
            continue
        hangs = _on_status(moment, statuses) or _on_mark(moment, marks)
        if hangs is not None:
            when[moment.column] = hangs
    return States(told, when)


def _statuses(draft: Draft, domains: Mapping[str, Domain], moments: Mapping[str, Moment]) -> list[Status]:
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
            labels = _own_labels(moments, domain)
        stages = stages_of([str(label) for label in labels])
        if stages is not None and column.name not in draft.kinds:
            found.append(Status(column.name, labels, tuple(stages)))
    return found


def _own_labels(moments: Mapping[str, Moment], domain: Domain) -> tuple[str, ...]:
    """For a status that may be any text: the stages that the row has dates for."""
    stages = {m.stage.name: m.stage for m in moments.values() if m.part == "stage" and m.stage is not None}
    way = sorted((s for s in stages.values() if s.rank), key=lambda s: s.rank or 0)
    out = [s for s in stages.values() if s.rank is None and s.name != "ended"]
    labels = ("new", *(s.name for s in (*way, *out)))
    return labels if len(labels) > 1 and all(domain.allows(label) for label in labels) else ()


def _aged(draft: Draft, status: Status, domains: Mapping[str, Domain], anchor: Moment | None) -> Told | None:
    if anchor is None or not is_free(draft, status.column, domains[status.column]):
        return None
    default = (draft.table.column(status.column).default or "").split("::")[0].strip().strip("'").lower()
    place = next((at for at, label in enumerate(status.labels) if str(label).lower() == default), None)
    young, middle, old = weights(status.stages, place, lasting=bool(LASTING.search(draft.table.name.lower())))
    size = 1 if anchor.unit == "day" else DAY
    until = tuple((draft.facts.today - days) * size for days in _YOUNG)
    spec = Aging(column=anchor.column, values=status.labels, until=until, ages=(old, middle, young))
    return Told(spec, 0.0 if any(label == "" for label in status.labels) else None)


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


def _on_status(moment: Moment, statuses: list[Status]) -> tuple[str, tuple[Label, ...]] | None:
    """The status in whose labels the date's stage is, or else the first that says anything of it."""
    if moment.stage is None:
        return None
    ordered = sorted(statuses, key=lambda s: all(stage.name != moment.stage.name for stage in s.stages))  # type: ignore[union-attr]
    for status in ordered:
        labels = tuple(status.labels[at] for at in reached(moment.stage, status.stages))
        if labels:
            return (status.column, labels)
    return None


def _on_mark(moment: Moment, marks: list[Mark]) -> tuple[str, tuple[Label, ...]] | None:
    words = _MARK.sub(" ", moment.words).strip()
    stage = "deleted" if moment.part == "deleted" else moment.stage.name if moment.stage is not None else ""
    for mark in sorted(marks, key=lambda mark: words != mark.words):
        same = mark.stage is not None and stage == mark.stage.name and not _ALIVE.search(mark.words)
        if words == mark.words or (same and _alike(words, mark.words)):
            return (mark.column, (mark.yes,))
    for mark in marks:
        if _ALIVE.search(mark.words) and (stage in _OVER or moment.part == "end"):
            return (mark.column, (mark.no,))
    return None


def _alike(words: str, others: str) -> bool:
    """Whether two names that speak of one stage speak of one thing: "email verified" and "verified" do."""
    mine, its = set(words.split()), set(others.split())
    return len(mine) == 1 or len(its) == 1 or bool(mine & its)
