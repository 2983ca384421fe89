"""What is measured, in which unit, and how much: columns of a reading that agree. Knows which columns, and the usual
values of each quantity."""

from __future__ import annotations

from ...schema import Kind
from ...specs import AnySpec, Choice, Drawn, Parted, Range
from ..domains import units_of
from ..draft import Draft
from ..undecided import contested

SOURCE = "measure"

# what, its unit, and the lowest and highest usual value in tenths
_MEASURES = (
    ("Temperature", "C", 50, 320), ("Humidity", "%", 200, 900), ("Pressure", "hPa", 9_800, 10_400),
    ("Light", "lx", 100, 9_000), ("Vibration", "mm/s", 1, 120), ("Voltage", "V", 2_150, 2_400),
)  # fmt: skip
_UNITS = frozenset({"unit", "category.unit_of_sensor"})


def place_measures(draft: Draft) -> None:
    """Where a row says both what it measures and in which unit; its value too, where that is a plain number."""
    left = {order.before for order in draft.orders} | {order.after for order in draft.orders} | contested(draft)
    found: dict[str, str] = {}
    for column in draft.table.columns:
        meaning, domain = draft.meanings[column.name], draft.domains[column.name]
        other = domain.values is not None or domain.parts or domain.hints or domain.forbidden or domain.form
        if other or domain.case or domain.step != 1 or column.name in left or not draft.open(column.name):
            continue
        what = "unit" if meaning.name in _UNITS else "what" if meaning.name == "category.sensor_type" else ""
        if column.type.kind == Kind.TEXT and what and domain.shortest <= 1:
            longest = max(len(unit if what == "unit" else measure) for measure, unit, *_ in _MEASURES)
            if not domain.longest or longest <= domain.longest:
                found.setdefault(what, column.name)
        elif meaning.group == "measurement" and meaning.name == "measurement" and _holds(draft, column.name):
            found.setdefault("value", column.name)
    if not {"what", "unit"} <= set(found):
        return
    draft.sources[SOURCE] = Drawn(among=len(_MEASURES))
    for what, name in found.items():
        draft.placed[name] = (_spec(draft, what, name), SOURCE)


def _holds(draft: Draft, name: str) -> bool:
    column, domain = draft.table.column(name), draft.domains[name]
    one = units_of(column.type)
    most = max(high for *_, high in _MEASURES) * one // 10
    numeric = column.type.kind in (Kind.DECIMAL, Kind.FLOAT)
    return numeric and (domain.low is None or domain.low <= 0) and (domain.high is None or domain.high >= most)


def _spec(draft: Draft, what: str, name: str) -> AnySpec:
    if what == "unit":
        return Choice(values=tuple(unit for _, unit, *_ in _MEASURES))
    if what == "what":
        return Choice(values=tuple(measure for measure, *_ in _MEASURES))
    column = draft.table.column(name)
    one = units_of(column.type)
    scale = one if column.type.kind == Kind.FLOAT else 0
    spans = ((low * one // 10, high * one // 10) for *_, low, high in _MEASURES)
    return Parted(parts=tuple(Range(low=low, high=high, scale=scale) for low, high in spans))
