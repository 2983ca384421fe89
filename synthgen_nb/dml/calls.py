"""The generator calls that SQL of an edit may hold, as values. Knows neither how they are read nor what they give."""

from __future__ import annotations

from decimal import Decimal

from msgspec import Struct

from ..schema import Place


class Call(Struct, frozen=True):
    """`synth(meaning, locale => ..., seed => ...)`, assigned to `column`, or, where there is a `percent`,
    `synth_percent(percent)`. Without a meaning values are drawn as the plan draws the column. In a statement it stands
    as a column `name` of the table."""

    name: str
    column: str = ""
    meaning: str = ""
    locale: str = ""
    seed: int = 0
    percent: Decimal | None = None
    place: Place | None = None
