"""A chart of a frame whose shape suggests one: labels or times in one column, a number or two beside them. Knows
Vega-Lite as JupyterLab draws it without a network; nothing of queries.

The specification holds the frame's own values and no address of anything; the menu that would hand them to an editor on
the web is left out.
"""

from __future__ import annotations

import datetime
import re
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from ..errors import MissingExtra
from ..pages import cut, visible

if TYPE_CHECKING:
    import polars as pl

MIME = "application/vnd.vegalite.v5+json"  # what JupyterLab 4 has a renderer for; Altair 6 itself speaks of version 6
_SCHEMA = "https://vega.github.io/schema/vega-lite/v5.json"  # a name: nothing fetches it
METADATA = {MIME: {"embed_options": {"actions": {"export": True, "source": False, "compiled": False, "editor": False}}}}
_FEWEST, _MOST, _MOST_BARS = 2, 500, 100
_NUMBERS = 2
_LONGEST = 200  # characters of a label; what does not fit is cut where it is drawn
_TITLE = 40
_TIMES, _TEXTS = ("Date", "Datetime"), ("String", "Categorical", "Enum", "Boolean")
_CALENDAR = re.compile(r"(?<![a-z])(year|quarter|month|week|weekday|day|hour)(?![a-z])")
_WIDTH, _HEIGHT, _BAR = 520, 220, 18  # pixels


class Shape(Struct, frozen=True):
    """Which column stands along the axis and which are drawn over it; a line over times, else bars."""

    along: str
    numbers: tuple[str, ...]
    line: bool

    def words(self) -> str:
        """For a place without pictures."""
        kind = "lines" if self.line else "bars"
        return f"chart: {kind} of {visible(' and '.join(self.numbers))} by {visible(self.along)}"


def suggested(frame: pl.DataFrame) -> Shape | None:
    """The first column has the labels: texts, times or the numbers of a calendar, each once; all others are numbers."""
    along, *numbers = frame.columns if frame.width else ("",)
    if not 1 <= len(numbers) <= _NUMBERS or not _FEWEST <= frame.height <= _MOST:
        return None
    if any(not frame[name].dtype.is_numeric() or frame[name].null_count() == frame.height for name in numbers):
        return None
    label = frame[along]
    kind = str(label.dtype).partition("(")[0]
    line = kind in _TIMES and not label.null_count()
    bars = frame.height <= _MOST_BARS and _names(label, kind)
    if not (line or bars) or label.n_unique() < frame.height:
        return None
    return Shape(along, tuple(numbers), line)


def _names(label: pl.Series, kind: str) -> bool:
    if kind in _TEXTS:
        return max(map(len, label.cast(str).drop_nulls().to_list()), default=0) <= _LONGEST
    return label.dtype.is_integer() and _CALENDAR.search(label.name.lower()) is not None


def spec(frame: pl.DataFrame, shape: Shape) -> dict[str, Any]:
    """The chart in Vega-Lite, a panel for each number: they have little in common but their labels. Raises
    MissingExtra."""
    try:
        import altair
    except ImportError as error:
        raise MissingExtra("charts") from error
    panels = [_panel(altair, frame, shape, name) for name in shape.numbers]
    made: dict[str, Any] = (panels[0] if len(panels) == 1 else altair.vconcat(*panels)).to_dict()
    return {**made, "$schema": _SCHEMA}


def _panel(altair: Any, frame: pl.DataFrame, shape: Shape, number: str) -> Any:
    import polars as pl

    values = frame[number].cast(pl.Float64)
    known = values.is_finite().fill_null(False).to_list()
    heights = [value if there else None for value, there in zip(values.to_list(), known, strict=True)]
    labels = [_label(value) for value in frame[shape.along].to_list()]
    rows = [{"label": label, "value": height} for label, height in zip(labels, heights, strict=True)]
    title, named = cut(visible(number), _TITLE), cut(visible(shape.along), _TITLE)
    chart = altair.Chart(altair.Data(values=rows))
    height = altair.Y if shape.line else altair.X
    amount = height("value", type="quantitative", title=title)
    if shape.line:
        times = altair.X("label", type="temporal", title=named, scale=altair.Scale(type="utc"))
        hints = [
            altair.Tooltip("label", type="temporal", title=named, format="%Y-%m-%d %H:%M", formatType="utc"),
            altair.Tooltip("value", type="quantitative", title=title),
        ]
        made = chart.mark_line(point=frame.height <= _MOST_BARS).encode(x=times, y=amount, tooltip=hints)
        return made.properties(width=_WIDTH, height=_HEIGHT)
    names = altair.Y("label", type="nominal", title=named, sort=None)  # as the query ordered them
    hints = [
        altair.Tooltip("label", type="nominal", title=named),
        altair.Tooltip("value", type="quantitative", title=title),
    ]
    return chart.mark_bar().encode(x=amount, y=names, tooltip=hints).properties(width=_WIDTH, height=altair.Step(_BAR))


def _label(value: object) -> str | None:
    """A time in ISO 8601 as UTC, so that no browser shifts a day; anything else as text."""
    match value:
        case None:
            return None
        case datetime.datetime():
            return value.astimezone(datetime.UTC).isoformat() if value.tzinfo else f"{value.isoformat()}Z"
        case datetime.date():
            return f"{value.isoformat()}T00:00:00Z"
        case _:
            return str(value)
