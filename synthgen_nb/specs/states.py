"""States of a row: a status by how far its life line has come, a flag by a status."""

from __future__ import annotations

import numpy as np
from msgspec import Struct

from ..rows import U64, Rows, Values, below
from .base import Spec
from .lives import Late, Stage, begins, known, reached
from .moments import among
from .numbers import Choice, Label
from .rhythms import Rhythmic


class Step(Struct, frozen=True):
    """The places in `values` of the labels that say that a row has come to `on`."""

    labels: tuple[int, ...]
    on: Stage | Late


class Standing(Spec, frozen=True, tag="standing"):
    """How far a row is in its life: the label of the last of `steps` that it has reached, else of the first; of several
    labels for one step any. `weights` say how often each comes in old rows: for those that have no life line."""

    values: tuple[Label, ...]
    first: tuple[int, ...]
    steps: tuple[Step, ...]
    series: Rhythmic
    weights: tuple[int, ...]

    @property
    def coded(self) -> int:
        return Choice(values=self.values).coded

    def draw(self, rows: Rows, name: str) -> Values:
        random = rows.bits(name)
        if not known(rows):
            return Choice(values=self.values, weights=self.weights).draw(rows, name)
        begin = begins(rows)
        pick = _one_of(self.first, random)
        for step in self.steps:
            pick = np.where(reached(rows, begin, step.on, self.series), _one_of(step.labels, random), pick)
        return Choice(values=self.values).value(pick)


def _one_of(places: tuple[int, ...], random: U64) -> U64:
    return np.array(places, np.uint64)[below(random, len(places)).astype(np.int64)]


class Flag(Spec, frozen=True, tag="flag"):
    """`yes` where `column` holds one of `values`, else `no`."""

    column: str
    values: tuple[Label, ...]
    yes: Label = True
    no: Label = False

    @property
    def needs(self) -> tuple[str, ...]:
        return (self.column,)

    def draw(self, rows: Rows, name: str) -> Values:
        held = among(rows.column(self.column), self.values)
        return Choice(values=(self.no, self.yes)).value(held.astype(np.uint64))
