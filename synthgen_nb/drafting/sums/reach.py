"""How far the values of a drafted column reach, and which columns they come from: interval arithmetic over specs, and
the graph of what reads what. Physical integers (rows.Values); a FLOAT's in its units."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ...plan import TablePlan
from ...specs import After, Amount, Key, Layout, Portion, Priced, Range, Tally, Term

Tables = Mapping[str, TablePlan]
Span = tuple[int, int]

_SAFE = 1 << 62  # what an int64 holds with a bit to spare


def reach(tables: Tables, table: str, column: str) -> Span | None:
    """The least and the greatest value that the column can have in any row, under any seed; None: not known."""
    plan = tables[table].columns[column]
    spec = plan.spec
    if isinstance(spec, Range) and plan.at == "row":
        return spec.low, min(spec.high, spec.low + spec.step * tables[table].rows)
    if isinstance(spec, After):
        first = reach(tables, table, spec.column)
        if first is None:
            return None
        low = first[0] + spec.low
        return (low if spec.floor is None else max(low, spec.floor)), spec.limit
    if isinstance(spec, Key):
        return reach(tables, spec.table, spec.column)
    if isinstance(spec, Amount):
        return amount_reach(tables, table, spec)
    if isinstance(spec, Priced):
        return priced_reach(tables, table, spec)
    if isinstance(spec, Portion):
        of = amount_reach(tables, table, spec.of)
        rates = min(spec.rates), max(spec.rates)
        return None if of is None else _sorted([bound * rate // spec.whole for bound in of for rate in rates])
    if isinstance(spec, Tally):
        return tally_reach(tables, spec, most_children(tables, spec.table, spec.by))
    return spec.span


def amount_reach(tables: Tables, table: str, amount: Amount) -> Span | None:
    """None also where a product would leave 64 bits on the way."""
    found = [_term_reach(tables, table, term, cut=amount.cut) for term in amount.terms]
    for place, term in enumerate(amount.terms):
        if (
            place
            and (share := _share_of(tables, table, term, amount.terms[0]))
            and (first := found[0])
            and first[0] >= 0
        ):
            found[place] = -(-(-first[0] * share[0]) // share[1]), 0  # the more is taken off, the more there was
    if any(span is None for span in found):
        return None
    spans = [span for span in found if span is not None]
    least = [span[0] for span in spans[:1]] + [min(0, span[0]) for span in spans[1:]]  # others may be NULL
    most = [span[1] for span in spans[:1]] + [max(0, span[1]) for span in spans[1:]]
    return sum(least), sum(most)


def _share_of(tables: Tables, table: str, term: Term, first: Term) -> Span | None:
    """The largest share of the first term, as a fraction, that the other takes away; None if it is no such share."""
    if not term.negative or term.off or len(term.columns) != 1 or (term.times, term.over) != (1, 1):
        return None
    spec = tables[table].columns[term.columns[0]].spec
    if (
        not isinstance(spec, Portion)
        or spec.of.terms != (first,)
        or min(spec.rates) < 0
        or max(spec.rates) > spec.whole
    ):
        return None
    return max(spec.rates), spec.whole


def _term_reach(tables: Tables, table: str, term: Term, *, cut: bool) -> Span | None:
    spans: list[Span] = [(term.times, term.times)]
    for name in term.columns:
        span = reach(tables, table, name)
        if span is None:
            return None
        spans.append(span)
    if term.off:
        off = reach(tables, table, term.off)
        if off is None or off[0] < 0 or off[1] > term.whole:
            return None
        spans.append((term.whole - off[1], term.whole - off[0]))
    low, high = 1, 1
    for span in spans:
        low, high = _sorted([low * span[0], low * span[1], high * span[0], high * span[1]])
    if 2 * max(abs(low), abs(high)) + term.over * term.whole >= _SAFE:
        return None
    by = term.over * (term.whole if term.off else 1)
    low, high = low // by, -(-high // by)
    return (-high, -low) if term.negative else (low, high)


def priced_reach(tables: Tables, table: str, spec: Priced) -> Span | None:
    own, price = reach(tables, table, spec.column), reach(tables, spec.table, spec.price)
    if own is None or price is None:
        return None
    low, high = _sorted([one * other for one in own for other in price])
    return None if 2 * max(-low, high) + spec.over >= _SAFE else (low // spec.over, -(-high // spec.over))


def tally_reach(tables: Tables, tally: Tally, most: int, least: int = 0) -> Span | None:
    """Where a row has so many children at most, and so many at least that have a value."""
    if tally.how == "count":
        return least, most
    each = amount_reach(tables, tally.table, tally.of) if tally.of is not None else None
    if each is None:
        return None
    if tally.how == "sum":
        low, high = min(each[0] * least, each[0] * most), max(each[1] * least, each[1] * most)
        if 2 * max(-low, high) + tally.over >= _SAFE:
            return None
        return low // tally.over, -(-high // tally.over)
    if tally.how == "mean" and 2 * max(abs(each[0]), abs(each[1])) * tables[tally.table].rows >= _SAFE:
        return None
    span = each[0] // tally.over, -(-each[1] // tally.over)
    return span if tally.empty is None else _sorted([*span, tally.empty])


def most_children(tables: Tables, table: str, source: str) -> int:
    """Of one parent's row, by a source of `table`."""
    rows = tables[table].rows
    if source == "row":
        return min(1, rows)
    found = tables[table].sources[source]
    return min(found.most, rows) if isinstance(found, Layout) else rows


def _sorted(bounds: list[int]) -> Span:
    return min(bounds), max(bounds)


# --- what reads what


def leads_to(tables: Tables, start: tuple[str, str], goal: tuple[str, str]) -> bool:
    """Whether the values of the column `start` depend on those of `goal`, over any number of columns and tables."""
    seen, todo = set[tuple[str, str]](), [start]
    while todo:
        place = todo.pop()
        if place == goal:
            return True
        if place not in seen:
            seen.add(place)
            todo += _read_by(tables, place)
    return False


def _read_by(tables: Tables, place: tuple[str, str]) -> Iterator[tuple[str, str]]:
    table, column = place
    plan = tables[table].columns.get(column)
    if plan is None:
        return
    yield from ((table, name) for name in plan.spec.needs)
    yield from plan.spec.beyond
    if isinstance(plan.spec, Key):
        yield plan.spec.table, plan.spec.column
    for redraw in tables[table].redraws:
        if column in redraw.columns:
            yield from ((table, name) for name in redraw.reads if name != column)
