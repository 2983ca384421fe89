"""Dates and moments that a column keeps as text: in which form, and in which zone's time."""

from __future__ import annotations

from typing import Literal

import pyarrow as pa
import pyarrow.compute as pc

from ..rows import Rows, Values
from .base import Spec
from .numbers import Range, Shaped
from .rhythms import Rhythmic

DIRECTIVES = "YymdbBaAHIMSpjzZ%"  # of strftime: those that mean the same everywhere


class Stamp(Spec, frozen=True, tag="stamp"):
    """What `of` gives, days since 1970 or microseconds since then (UTC), as text: `form` is a format of strftime, with
    names of months and days in English. `zone` is the time zone that the text is in, as "Europe/Berlin"; UTC where it
    is empty."""

    of: Range | Shaped | Rhythmic
    unit: Literal["day", "moment"]
    form: str
    zone: str = ""

    def draw(self, rows: Rows, name: str) -> Values:
        drawn = self.of.draw(rows, name)
        counted = pa.array(drawn.data)
        if self.unit == "day":
            days = counted.cast(pa.int32()).cast(pa.date32())
            return Values(pc.strftime(days.cast(pa.timestamp("s")), self.form, locale="C"), drawn.valid)
        moments = pc.floor_temporal(counted.cast(pa.timestamp("us")), unit="second").cast(pa.timestamp("s"))
        if self.zone:
            moments = pc.assume_timezone(moments, "UTC").cast(pa.timestamp("s", self.zone))
        return Values(pc.strftime(moments, self.form, locale="C"), drawn.valid)
