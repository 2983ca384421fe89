"""Partition bounds as boxes of columns' domains, one or more for each partition that rows can lie in; a partition whose
bounds can't be told as boxes gets none.

What can't be inverted (year(d), id % 4) is looked up: the key is computed for every day of many years, or for every
small integer, and the runs that a partition takes are its ranges.
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterator, Sequence

import numpy as np
import pyarrow as pa
from msgspec import structs
from sqlglot import exp

from ...computing import Calculator
from ...ddl.expressions import columns_of, parse_expression
from ...ddl.partitions import (
    Bound,
    Division,
    Hashed,
    Listed,
    Part,
    Rest,
    Span,
    membership,
    own_checks,
    own_not_null,
    within,
)
from ...errors import DDLError, PlanError, UnsafeSQLError
from ...physical import DAY, arrow_type, to_arrow
from ...rows import Values
from ...schema import Check, Column, Kind, Schema, Table
from ..domains import Domain, Facts, Scalar, domain_of, units
from .boxes import Box, is_empty, met
from .checks import read_checks
from .reading import Reading, scalar_of
from .trees import literal_in

MOST_BOXES = 256  # of one table
_RUNS = 60  # ranges that an expression is inverted to
_INTEGERS = (-1000, 1 << 17)  # looked up where the key is computed
_MOMENTS = {Kind.TIMESTAMP, Kind.TIMESTAMPTZ}
_ENDLESS: dict[str, float] = {"MINVALUE": float("-inf"), "MAXVALUE": float("inf")}


class Sides:
    """Boxes of one table's partitions, and the rules of theirs that are none (`rules`, filled on the way)."""

    def __init__(self, schema: Schema, table: Table, facts: Facts) -> None:
        self.schema, self.table, self.facts = schema, table, facts
        self.rules: list[Check] = []
        self._calculator: Calculator | None = None

    def boxes(self, division: Division) -> Iterator[Box]:
        """The boxes of every partition that can be told as such, down to where rows lie."""
        if any(isinstance(part.bound, Hashed) for part in division.parts):
            each = [list(self._inside(part)) for part in division.parts]
            for boxes in itertools.islice(itertools.product(*each), MOST_BOXES):
                box: Box = {}
                for other in boxes:
                    box = met(box, other)
                if not is_empty(box):
                    yield box
            return
        for part in division.parts:
            if isinstance(part.bound, Rest) and not all(_is_span(p.bound) for p in division.parts if p is not part):
                outer = list(self._rest_of_lists(division))
            elif isinstance(part.bound, Rest):
                outer = [box for span in _gaps(division) for box in self._bound(division.keys, span)]
            else:
                outer = list(self._bound(division.keys, part.bound))
            inner = list(self._inside(part)) if outer else []
            for first, second in itertools.product(outer, inner):
                box = met(first, second)
                if not is_empty(box):
                    yield box

    def _inside(self, part: Part) -> Iterator[Box]:
        own = self.own(self.schema.tables[part.table]) if part.table else {}
        if part.below is None:
            yield own
        elif not part.below.reason:
            for box in self.boxes(part.below):
                yield met(own, box)

    def own(self, partition: Table) -> Box:
        """What a partition asks on top of its parent: CHECKs and NOT NULLs of its own."""
        checks = own_checks(self.table, partition)
        plain = {c.name: domain_of(c, self.schema.dialect) for c in self.table.columns}
        reading = read_checks(self.table, checks, plain, self.schema.dialect)
        unread = [*reading.left, *self._orders(reading)]
        inside = membership(self.schema, partition)
        for check in unread:
            sql = check.sql if inside is None else f"({inside}) IS NOT TRUE OR ({check.sql})"
            names = {*check.columns, *(columns_of(parse_expression(inside, self.schema.dialect)) if inside else ())}
            columns = tuple(c for c in self.table.column_names if c.lower() in {n.lower() for n in names})
            self.rules.append(structs.replace(check, sql=sql, columns=columns))
        box = {name: domain for name, domain in reading.domains.items() if domain != plain[name]}
        for name in own_not_null(self.table, partition):
            box[name] = structs.replace(box.get(name, plain[name]), nullable=False)
        return box

    def _orders(self, reading: Reading) -> Iterator[Check]:
        """What a CHECK says of two columns is asked of each row: it holds in this partition only."""
        mark = '"'
        for order in reading.orders:
            sign = "<" if order.strict else "<="
            yield Check(
                sql=f"{mark}{order.before}{mark} {sign} {mark}{order.after}{mark}", columns=(order.before, order.after)
            )
        for first, second in reading.apart:
            yield Check(sql=f"{mark}{first}{mark} <> {mark}{second}{mark}", columns=(first, second))
        for name, formula in reading.computed.items():
            read = columns_of(parse_expression(formula, self.schema.dialect))
            yield Check(sql=f"{mark}{name}{mark} = {formula}", columns=(name, *read))

    # --- one bound

    def _bound(self, keys: tuple[str, ...], bound: Bound) -> Iterator[Box]:
        columns = [self._plain(key) for key in keys]
        if isinstance(bound, Span) and not len(bound.low) == len(bound.high) == len(keys):
            return  # the server refuses it
        if isinstance(bound, Listed):
            yield from self._listed(keys, columns, bound)
        elif isinstance(bound, Span) and all(c is not None and _ordered(c) for c in columns):
            known = [c for c in columns if c is not None]
            low = [_end(end, column) for end, column in zip(bound.low, known, strict=True)]
            high = [_end(end, column) for end, column in zip(bound.high, known, strict=True)]
            if None not in low and None not in high:
                ends = [(a, b) for a, b in zip(low, high, strict=True) if a is not None and b is not None]
                for ranges in _lexicographic(ends):
                    pairs = zip(known, ranges, strict=True)
                    yield {c.name: self._side(c, low=low, high=high) for c, (low, high) in pairs}
        elif isinstance(bound, Span) and len(keys) == 1 and columns[0] is not None:
            low_text = literal_in(parse_expression(bound.low[0], self.schema.dialect))
            text = "" if bound.low[0] == "MINVALUE" else low_text
            if isinstance(text, str) and columns[0].type.kind == Kind.TEXT:  # the bound itself lies within
                yield {columns[0].name: self._side(columns[0], values=(text,))}
        elif len(keys) == 1:
            yield from self._computed(keys, bound)

    def _plain(self, key: str) -> Column | None:
        tree = parse_expression(key, self.schema.dialect)
        same = [c for c in self.table.columns if isinstance(tree, exp.Column) and c.name.lower() == tree.name.lower()]
        return same[0] if same and same[0].generated is None else None

    def _side(
        self,
        column: Column,
        *,
        low: int | None = None,
        high: int | None = None,
        values: tuple[Scalar, ...] | None = None,
        nullable: bool = False,
    ) -> Domain:
        asked = Domain(kind=column.type.kind, low=low, high=high, values=values)
        return structs.replace(
            domain_of(column, self.schema.dialect).meet(asked), nullable=nullable and column.nullable
        )

    def _listed(self, keys: tuple[str, ...], columns: Sequence[Column | None], bound: Listed) -> Iterator[Box]:
        if len(keys) == 1 and columns[0] is None:
            yield from self._computed(keys, bound)
            return
        known = [c for c in columns if c is not None]
        if len(known) < len(keys):
            return
        rows = [[self._scalar(v, c) for v, c in zip(row, known, strict=True)] for row in bound.values]
        rows = [row for row in rows if None not in row]
        if len(keys) == 1:
            values = tuple(dict.fromkeys(v for (v,) in rows if v is not None))
            if values:
                yield {known[0].name: self._side(known[0], values=values, nullable=bound.null)}
            elif bound.null and known[0].nullable:
                side = self._side(known[0], nullable=True)
                yield {known[0].name: structs.replace(side, always_null=True)}
            return
        for row in rows:
            pairs = zip(known, row, strict=True)
            yield {c.name: self._side(c, values=(v,)) for c, v in pairs if v is not None}

    def _rest_of_lists(self, division: Division) -> Iterator[Box]:
        column = self._plain(division.keys[0]) if len(division.keys) == 1 else None
        lists = [part.bound for part in division.parts if isinstance(part.bound, Listed)]
        if column is None:
            return
        taken = [self._scalar(v, column) for bound in lists for (v,) in bound.values]
        side = self._side(column, nullable=not any(bound.null for bound in lists))
        if side.values is not None:
            side = structs.replace(side, values=tuple(v for v in side.values if v not in taken))
        yield {column.name: structs.replace(side, forbidden=frozenset(v for v in taken if v is not None))}

    def _scalar(self, sql: str, column: Column) -> Scalar | None:
        return scalar_of(column, literal_in(parse_expression(sql, self.schema.dialect)))

    # --- keys that are computed

    def _computed(self, keys: tuple[str, ...], bound: Bound) -> Iterator[Box]:
        """The runs of a column's values whose computed key lies within the bound."""
        generated = {c.name.lower(): c.generated for c in self.table.columns if c.generated}
        formula = generated.get(keys[0].strip('"`').lower()) or keys[0]
        names = columns_of(parse_expression(formula, self.schema.dialect))
        same = [c for c in self.table.columns if c.name.lower() in {n.lower() for n in names}]
        if len(same) != 1 or same[0].generated:
            return
        column = same[0]
        for candidates in _candidates(column, domain_of(column, self.schema.dialect), self.facts):
            taken = self._taken((formula,), bound, column, candidates)
            if taken is None:
                return
            runs = list(itertools.islice(_runs(candidates, taken), _RUNS))
            if runs:
                size = DAY if column.type.kind in _MOMENTS else 1
                for low, high in runs:
                    yield {column.name: self._side(column, low=low * size, high=(high + 1) * size - 1)}
                return

    def _taken(self, keys: tuple[str, ...], bound: Bound, column: Column, candidates: range) -> list[bool] | None:
        """Whether each candidate lies within the bound (a day of a moment: its beginning and its end)."""
        if self._calculator is None:
            self._calculator = Calculator(self.schema.dialect, self.table, str(self.facts.as_of))
        number = np.arange(candidates.start, candidates.stop, dtype=np.int64)
        tried = [number] if column.type.kind not in _MOMENTS else [number * DAY, (number + 1) * DAY - 1_000_000]
        verdicts = []
        for values in tried:
            array = to_arrow(Values(values), arrow_type(column.type, self.schema.dialect))
            try:
                sql = f"({within(keys, bound)}) IS TRUE"
                found = self._calculator.evaluate(sql, {column.name: array}, len(number), truth=True)
            except (UnsafeSQLError, PlanError, DDLError):
                return None
            verdicts.append(np.array(found.cast(pa.bool_()).fill_null(False).to_pylist(), bool))
        return [bool(v) for v in np.logical_and.reduce(verdicts)]


def _ordered(column: Column) -> bool:
    return Domain(kind=column.type.kind).ordered


def _is_span(bound: Bound) -> bool:
    return isinstance(bound, Span)


def _gaps(division: Division) -> Iterator[Span]:
    """The ranges between those of a division, in the order of their beginnings as far as texts tell: each range ends
    where another begins, or before a gap."""
    spans = [part.bound for part in division.parts if isinstance(part.bound, Span)]
    lows, highs = {span.low for span in spans}, {span.high for span in spans}
    count = len(division.keys)
    starts = sorted((low for low in lows - highs if low[0] != "MINVALUE"), key=_sortable)
    ends = sorted((high for high in highs - lows if high[0] != "MAXVALUE"), key=_sortable)
    before = ends if any(low[0] == "MINVALUE" for low in lows) else [("MINVALUE",) * count, *ends]
    after = starts if len(starts) == len(before) else [*starts, ("MAXVALUE",) * count]
    for low, high in zip(before, after, strict=False):
        yield Span(low, high)


def _sortable(ends: tuple[str, ...]) -> tuple[tuple[float, str], ...]:
    """Numbers by their size, texts (dates among them) by their letters."""
    found = []
    for end in ends:
        try:
            found.append((_ENDLESS.get(end, 0.0) or float(end), ""))
        except ValueError:
            found.append((0.0, end))
    return tuple(found)


def _end(end: str, column: Column) -> float | int | None:
    if end in _ENDLESS:
        return _ENDLESS[end]
    value = literal_in(parse_expression(end, "postgres"))
    return units(value, column.type, up=True) if value is not None else None


def _lexicographic(ends: Sequence[tuple[float | int, float | int]]) -> Iterator[list[tuple[int | None, int | None]]]:
    """The boxes of low <= (a, b ...) < high, compared one after the other; None is no limit."""
    free: tuple[int | None, int | None] = (None, None)

    def limit(value: float | int) -> int | None:
        return None if isinstance(value, float) else value

    def walk(at: int, above: bool, below: bool) -> Iterator[list[tuple[int | None, int | None]]]:
        """Boxes of the keys from `at` on, where the keys before are equal to low (`above`) and to high (`below`)."""
        if at == len(ends):
            if not below:
                yield []
            return
        low = ends[at][0] if above else float("-inf")
        high = ends[at][1] if below else float("inf")
        last = at == len(ends) - 1
        inner = (limit(low if last else low + 1), limit(high - 1))
        if low < high and (None in inner or (inner[0] or 0) <= (inner[1] or 0)):
            yield [inner, *[free] * (len(ends) - at - 1)]
        if last:
            return
        if above and limit(low) is not None and low <= high:
            equal = (limit(low), limit(low))
            yield from ([equal, *rest] for rest in walk(at + 1, True, below and low == high))
        if below and limit(high) is not None and low < high:
            equal = (limit(high), limit(high))
            yield from ([equal, *rest] for rest in walk(at + 1, False, True))

    return walk(0, True, True)


def _candidates(column: Column, domain: Domain, facts: Facts) -> Iterator[range]:
    """Values to look up, the usual ones first: days since 1970 or integers."""
    if column.type.kind == Kind.DATE or column.type.kind in _MOMENTS:
        year = facts.as_of.year
        first = 1971 if column.type.kind in _MOMENTS and (domain.low or 0) > 0 else 1900
        last = 2037 if first == 1971 else 2099
        for low, high in ((max(first, year - 10), min(last, year)), (first, last)):
            start, stop = dt.date(low, 1, 1).toordinal(), dt.date(high, 12, 31).toordinal()
            epoch = dt.date(1970, 1, 1).toordinal()
            yield range(start - epoch, stop - epoch + 1)
    elif column.type.kind in (Kind.INTEGER, Kind.YEAR):
        low, high = domain.low or 0, domain.high if domain.high is not None else _INTEGERS[1]
        yield range(max(low, 1), min(high, _INTEGERS[1]) + 1)
        yield range(max(low, _INTEGERS[0]), min(high, _INTEGERS[1]) + 1)


def _runs(candidates: range, taken: Sequence[bool]) -> Iterator[tuple[int, int]]:
    """First and last of each run of candidates that are taken."""
    for is_taken, run in itertools.groupby(zip(candidates, taken, strict=True), key=lambda pair: pair[1]):
        if is_taken:
            values = [value for value, _ in run]
            yield values[0], values[-1]
