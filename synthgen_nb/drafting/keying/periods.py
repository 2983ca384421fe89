"""Periods that must not overlap: each row gets a slice of a time line, by its place among the children of the parent
that the rule compares, or by its row number where there is no such parent.

Whole tables of slices are apart whatever the rule compares, so the row number always serves; the parent's children
look better and need less room.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from ...ddl.periods import Apart, apart_of, end_column, equal_columns, period_columns
from ...physical import DAY, MICROS
from ...schema import Column, Exclude, Kind, Table, Type
from ...specs import Layout, Ordinal, Slice, Stretch
from ..conditions.reading import Order, Reading
from ..domains import Domain, bounds_of, units_of
from ..draft import Draft
from .claims import TableKeys, Unit, unit_size

_YEARS = 3 * 365
_MOMENTS = {Kind.TIMESTAMP, Kind.TIMESTAMPTZ}
_SERVED = {Kind.INTEGER, Kind.DECIMAL, Kind.FLOAT, Kind.DATE, *_MOMENTS}
_LONGEST = {Kind.DATE: 60, Kind.TIMESTAMP: 14 * DAY, Kind.TIMESTAMPTZ: 14 * DAY}  # of a slice
_NUMBERS = 10  # units in a slice of numbers
_FORMS: dict[Kind, Literal["number", "date", "timestamp", "timestamptz"]] = {
    Kind.DATE: "date", Kind.TIMESTAMP: "timestamp", Kind.TIMESTAMPTZ: "timestamptz",
}  # fmt: skip


class Ends(Struct, frozen=True):
    """The columns of a period, which are one where it is a range; what they count in."""

    low: Column
    high: Column
    apart: Apart

    @property
    def is_range(self) -> bool:
        return bool(self.apart.column)

    @property
    def counted(self) -> Type:
        element = self.low.type.element
        return element if self.is_range and element is not None else self.low.type

    @property
    def least(self) -> int:
        """Steps in the shortest slice: the end of a period that includes it must not touch the next one."""
        return 1 if self.apart.bounds == "[)" or self.is_range else 2


class Slices(Struct, frozen=True):
    """One period of a table. `by` is the foreign key whose parents each have a time line of their own."""

    ends: Ends
    by: Unit | None


class TimeLine(Struct, frozen=True):
    """`width` steps of `step` units in each slice, the first of which begins at `start`."""

    start: int
    width: int
    step: int


def aparts(table: Table, dialect: str) -> list[Apart | str]:
    """What the EXCLUDEs ask that are more than a UNIQUE."""
    excludes = [c for c in table.constraints if isinstance(c, Exclude)]
    return [apart_of(e, table, dialect) for e in excludes if any(operator != "=" for _, operator in e.elements)]


def read_periods(table: Table, reading: Reading) -> None:
    """The two ends of a period are in order (the engine makes a range of them for every row) and not NULL: a NULL
    reaches for ever."""
    for apart in aparts(table, reading.dialect):
        ends = _ends(apart, table, reading.dialect) if isinstance(apart, Apart) else None
        if ends is not None and not ends.is_range:
            reading.orders.append(Order(ends.low.name, ends.high.name, strict=False))
            for name in (ends.low.name, ends.high.name):
                reading.domains[name] = replace(reading.domains[name], nullable=False)


def kept_apart(table: Table, dialect: str) -> list[frozenset[str]]:
    """Columns that are unique together because periods are."""
    found = []
    for apart in aparts(table, dialect):
        if isinstance(apart, Apart):
            equal = equal_columns(apart, table, dialect)
            found += [equal | {name} for name in period_columns(apart, table, dialect)]
    return found


def decide_slices(keys: TableKeys, dialect: str) -> list[Slices]:
    """A time line for every period; what has none is kept with the keys as not supported."""
    table = keys.table
    found: dict[tuple[str, str], list[tuple[Ends, Apart]]] = {}
    for apart in aparts(table, dialect):
        if isinstance(apart, str):
            keys.unsupported.append((apart, ()))
            continue
        if _one_row_each(keys, equal_columns(apart, table, dialect)):
            continue
        ends = _ends(apart, table, dialect)
        if ends is None:
            columns = period_columns(apart, table, dialect)
            keys.unsupported.append(("EXCLUDE: only plain columns can be the ends of a period", columns))
            continue
        found.setdefault((ends.low.name, ends.high.name), []).append((ends, apart))
    slices = []
    for group in found.values():
        ends = max((e for e, _ in group), key=lambda e: e.least)
        units = [keys.owner[c.name] for c in (ends.low, ends.high)]
        if any(unit.key is not None or keys.claimed(unit) for unit in units):
            text = "EXCLUDE: its period is also a key, which has no construction yet"
            keys.unsupported.append((text, (ends.low.name,)))
            continue
        compared = frozenset.intersection(*(equal_columns(apart, table, dialect) for _, apart in group))
        slices.append(Slices(ends, _layout(keys, compared)))
    return slices


def _one_row_each(keys: TableKeys, equal: frozenset[str]) -> bool:
    """No two rows are ever compared: a key lies among the columns that must be equal."""
    single = [claim.units[0] for claim in keys.claims if claim.form in ("row", "permuted", "path")]
    return any(set(unit.columns) <= equal for unit in single)


def _ends(apart: Apart, table: Table, dialect: str) -> Ends | None:
    if apart.column:
        column = table.column(apart.column)
        ends = Ends(column, column, apart)
        return ends if ends.counted.kind in _FORMS or ends.counted.kind in (Kind.INTEGER, Kind.DECIMAL) else None
    low, high = end_column(apart.low, table, dialect), end_column(apart.high, table, dialect)
    if low is None or high is None or low.name == high.name or low.generated or high.generated:
        return None
    same = low.type.kind == high.type.kind and low.type.scale == high.type.scale
    return Ends(low, high, apart) if same and low.type.kind in _SERVED else None


def _layout(keys: TableKeys, compared: frozenset[str]) -> Unit | None:
    """A foreign key among the columns that are compared, by which the table is laid out, or now will be."""
    able = [u for u in keys.units if u.key is not None and set(u.columns) <= compared and not u.to_self]
    if keys.layout in able:
        return keys.layout
    free = [u for u in able if not keys.claimed(u) and {u.name}.isdisjoint({*keys.apart, *keys.apart.values()})]
    if keys.layout is None and free:
        keys.layout = free[0]
    return keys.layout if keys.layout in free else None


def slices_capacity(
    slices: Slices, keys: TableKeys, domains: Mapping[str, Domain], parent_rows: Callable[[str], int]
) -> tuple[int, str]:
    """The most rows whose periods fit side by side, and the rule that says so."""
    most = _most(slices.ends, domains)
    what = f"EXCLUDE: {most:,} periods side by side"
    if slices.by is None:
        return most, what
    parents = unit_size(keys, slices.by, parent_rows)
    return most * parents, f"{what}, for {parents:,} rows of {slices.by.key.table if slices.by.key else ''}"


def place_slices(draft: Draft, all_slices: Sequence[Slices]) -> None:
    """Specs for the columns of periods, at the row's place on its time line."""
    for slices in all_slices:
        ends, count, source = slices.ends, max(draft.rows, 1), "row"
        if draft.table.rows and draft.rows > len(draft.table.rows):
            text = "EXCLUDE: the DDL's own rows may overlap with those that are added"
            draft.broken(text, (ends.low.name,), f"ask for {len(draft.table.rows)} rows", "exclude")
        if slices.by is not None:
            count, source = _laid_out(draft, slices.by, _most(ends, draft.domains))
        line = _time_line(ends, draft.domains, count, draft.facts.today)
        _place(draft, ends, line, count, source)
        both = (ends.low.name, ends.high.name)
        draft.orders = [o for o in draft.orders if (o.before, o.after) != both and not _early(draft, o, both, line)]


def _early(draft: Draft, order: Order, both: tuple[str, str], line: TimeLine) -> bool:
    """Whether the order holds because what must come before a period now comes before the whole time line."""
    if order.after not in both or order.before in draft.placed:
        return False
    domain = draft.domains[order.before]
    earlier = replace(
        domain, high=line.start - order.strict if domain.high is None else min(domain.high, line.start - order.strict)
    )
    if not domain.ordered or domain.values is not None or earlier.empty:
        return False
    draft.domains = {**draft.domains, order.before: earlier}
    return True


def _laid_out(draft: Draft, by: Unit, most: int) -> tuple[int, str]:
    """(slices on each time line, the source that counts them)."""
    assert by.key is not None
    known = draft.sources.get(by.name)
    parents = max(unit_size(draft.keys, by, draft.parent_rows), 1)
    count = min(most, max(4, -(-3 * draft.rows // parents)))
    if isinstance(known, Layout):
        count = min(count, known.most)
    count = max(count, -(-draft.rows // parents))
    draft.sources[by.name] = Layout(table=by.key.table, parents=parents, total=draft.rows, most=count)
    place = f"place in {by.name}"
    draft.sources[place] = Ordinal(of=by.name)
    return count, place


def _limits(ends: Ends, domains: Mapping[str, Domain]) -> tuple[int, int]:
    least, most = bounds_of(ends.counted, "postgres")
    assert least is not None
    assert most is not None
    if not ends.is_range:
        both = [domains[ends.low.name], domains[ends.high.name]]
        least = max([least, *(d.low for d in both if d.low is not None)])
        most = min([most, *(d.high for d in both if d.high is not None)])
    return least, most


def _steps(ends: Ends) -> tuple[int, ...]:
    """Sizes of a step, the nicest first."""
    kind = ends.counted.kind
    if kind in _MOMENTS:
        return (DAY,) if ends.apart.kind == Kind.DATE else (15 * 60 * MICROS, MICROS)
    return (1,) if kind == Kind.DATE or ends.is_range else tuple(dict.fromkeys((units_of(ends.counted), 1)))


def _most(ends: Ends, domains: Mapping[str, Domain]) -> int:
    low, high = _limits(ends, domains)
    return max(0, (high - low) // (_steps(ends)[-1] * ends.least))


def _time_line(ends: Ends, domains: Mapping[str, Domain], count: int, today: int) -> TimeLine:
    """`count` slices within the domains, about the last years where they fit in there."""
    kind = ends.counted.kind
    least, most = _limits(ends, domains)
    size = DAY if kind in _MOMENTS else 1
    if kind in _LONGEST:
        low, high, longest = (today - _YEARS) * size, (today - 1) * size, _LONGEST[kind]
    else:
        one = _steps(ends)[0]
        low, high, longest = one, (1 + count * _NUMBERS) * one, _NUMBERS * one
    window = high - low
    low = min(max(low, least), max(most - window, least))
    high = min(low + window, most)
    for step in _steps(ends):
        width = min((high - low) // (count * step), longest // step)
        if width >= ends.least + 3:
            return TimeLine(low, width, step)
    step = _steps(ends)[-1]
    width = max((high - low) // (count * step), ends.least)
    return TimeLine(max(min(low, most - count * width * step), least), width, step)


def _place(draft: Draft, ends: Ends, line: TimeLine, count: int, source: str) -> None:
    lead = (line.width - ends.least) // 4
    last = line.width - (ends.least - 1) - lead
    scale = units_of(ends.counted) if ends.counted.kind == Kind.FLOAT else 0

    def end(start: int) -> Slice:
        width = line.width * line.step
        return Slice(start=start, width=width, count=count, lead=lead, step=line.step, scale=scale)

    low, high = end(line.start), end(line.start + last * line.step)
    if ends.is_range:
        form = _FORMS.get(ends.counted.kind, "number")
        draft.placed[ends.low.name] = (Stretch(low=low, high=high, form=form), source)
    else:
        draft.placed[ends.low.name], draft.placed[ends.high.name] = (low, source), (high, source)
