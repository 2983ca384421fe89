"""States that follow from other columns of their row: a status by its age, a flag by a status."""

from __future__ import annotations

import numpy as np

from ..rows import Rows, Values
from .base import Spec
from .moments import among
from .numbers import Choice, Label
from .shares import weighed


class Aging(Spec, frozen=True, tag="aging"):
    """One of `values`, by integer weights that depend on the moment in `column` (physical units): those of `ages[k]`
    before `until[k]`, and those of the last of `ages`, which has one more, from there on."""

    column: str
    values: tuple[Label, ...]
    until: tuple[int, ...]
    ages: tuple[tuple[int, ...], ...]

    @property
    def needs(self) -> tuple[str, ...]:
        return (self.column,)

    def draw(self, rows: Rows, name: str) -> Values:
        moment = rows.column(self.column)
        assert isinstance(moment.data, np.ndarray)
        age = np.searchsorted(np.array(self.until), moment.data, side="right")
        random = rows.bits(name)
        pick = np.zeros(len(rows), np.uint64)
        for number, weights in enumerate(self.ages):
            here = np.flatnonzero(age == number)
            pick[here] = weighed(weights).draw(random[here]).view(np.uint64)
        return Choice(values=self.values).value(pick)


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
