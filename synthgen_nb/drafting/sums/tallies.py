"""Columns that are functions of the rows that point to theirs, found by name: totals, counts, averages, the first and
the last time. Kept exactly; where a type, a CHECK or a wish leaves no room the column stays as it was drafted, and its
rule says why."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import takewhile
from math import gcd
from typing import Literal

from msgspec import structs

from ...physical import DAY
from ...schema import Kind
from ...specs import Amount, Layout, Permuted, Pick, Tally, Term
from ..keying.claims import Unit
from ..meaning.names import singular, subject
from ..succession import succession
from ..wished.freedom import MOMENTS, NUMBERS, decided_together
from .amounts import (
    LINE_TOTAL,
    SUBTOTAL,
    TOTAL,
    comes_on_top,
    line_amount,
    line_parts,
    place_line_total,
    place_price,
    place_total,
    told,
)
from .reach import amount_reach, leads_to, most_children, tally_reach
from .whole import Whole, floats, scale

How = Literal["count", "sum", "least", "most", "mean"]

_LINE = re.compile(r"(^| )(line|line item|item|detail|entry|position)$")
_COUNT = re.compile(
    r"^(?:number of|number|no of|n|nb|count of|total number of|count) (.+)$|^(.+) (?:count|counter|number total)$"
)
_LAST = re.compile(r"^(?:last|latest|most recent|newest|recent) (.+)$|^(.+?) last$")
_FIRST = re.compile(r"^(?:first|earliest|oldest) (.+)$|^(.+?) first$")
_WHEN = re.compile(r" (at|on|date|time|timestamp|date time|datetime|when)$")
_MEAN = re.compile(r"^(?:average|avg|mean) (.+)$|^(.+) (?:average|avg|mean)$")
_SUM = re.compile(r"^(?:total|sum|sum of|overall) (.+)$|^(.+) (?:total|sum)$")
_PAID = re.compile(r"^(total|amount) (paid|repaid)$|^(paid|repaid) (amount|total)$")
_PAYMENT = re.compile(r"(^| )(payment|repayment|installment)$")
_SPENT = re.compile(r"^(total|lifetime) (spent|spend|spending|value|revenue|sales|purchases)$|^(total )?amount spent$")
_BOUGHT = re.compile(r"(^| )(order|invoice|sale|purchase|booking|rental|transaction|payment)$")
_AMOUNT = re.compile(r"^(total )?(amount|sum)( paid| charged| total)?$")
_PRICE = re.compile(r"^(total )?(price|cost)( paid| charged| total)?$")
_MADE = ("event_timestamp", "created_timestamp", "start_timestamp", "start_date")
_LATER = ("updated_timestamp", "deleted_timestamp", "end_timestamp", "end_date", "birth_date")
_SAID = {"count": "count", "sum": "sum", "mean": "mean", "least": "first", "most": "last"}
_TYPICAL = 12  # times the mean: more children than that has none, unless they are asked for


def with_tallies(whole: Whole) -> None:
    """Everything that follows from other columns, from the leaves of the foreign keys up to their roots."""
    for table in whole.tables:
        place_price(whole, table)
        place_line_total(whole, table)
    for table in succession(_below(whole)):
        _lines_together(whole, table)
        for column, words in whole.columns(table, NUMBERS | MOMENTS).items():
            why = _placed(whole, table, column, words)
            if why:
                whole.told(table, column, why)
        place_total(whole, table)


def _below(whole: Whole) -> dict[str, list[str]]:
    """The tables that point to each."""
    below: dict[str, list[str]] = {table: [] for table in whole.tables}
    for child in whole.tables:
        for key in whole.drafts[child].table.foreign_keys:
            if key.table in below:
                below[key.table].append(child)
    return below


def _placed(whole: Whole, table: str, column: str, words: str) -> str:
    """Makes the column follow its children, if that is what its name says; else why it could not, or ""."""
    if whole.column(table, column).type.kind in MOMENTS:
        for pattern, how in ((_LAST, "most"), (_FIRST, "least")):
            if thing := _thing(pattern, words):
                named = _WHEN.sub("", thing)
                return _moment(whole, table, column, named, "most" if how == "most" else "least")
        return ""
    if SUBTOTAL.match(words) or TOTAL.match(words) or words == "amount":
        return _lines_total(whole, table, column, words)
    if _SPENT.match(words):
        return _spent(whole, table, column, _BOUGHT)
    if _PAID.match(words) and not _behind_total(whole, table, column):
        return _spent(whole, table, column, _PAYMENT)  # behind a total it could exceed it
    if thing := _thing(_COUNT, words):
        return _count(whole, table, column, thing)
    if thing := _thing(_MEAN, words):
        return _of_column(whole, table, column, thing, "mean")
    if thing := _thing(_SUM, words):
        return _of_column(whole, table, column, thing, "sum")
    return ""


def _behind_total(whole: Whole, table: str, column: str) -> bool:
    before = takewhile(lambda item: item[0] != column, whole.columns(table, NUMBERS).items())
    return any(TOTAL.match(words) for _, words in before)


def _thing(pattern: re.Pattern[str], words: str) -> str:
    match = pattern.match(words)
    return next((group for group in match.groups() if group), "") if match else ""


# --- who points here


def _children(whole: Whole, table: str) -> Iterator[tuple[str, str, Unit, str]]:
    """(child, what a row of it is, its foreign key, the source); those tables that point here by one key alone."""
    for child in whole.tables:
        keys = whole.units_to(child, table)
        if len(keys) == 1 and whole.tables[child].rows:  # of no rows nothing follows
            entity, _ = subject(whole.schema, whole.drafts[child].table, "")
            yield child, entity, *keys[0]


def _called(whole: Whole, table: str, thing: str) -> list[tuple[str, Unit, str]]:
    """The children that are called so: "comment", or the "like" of post likes."""
    wanted = " ".join(singular(word) for word in thing.split())
    own, _ = subject(whole.schema, whole.drafts[table].table, "")
    found = list(_children(whole, table))
    if wanted in ("child", "reply", "subcategory", "descendant") and any(child == table for child, *_ in found):
        return [(child, unit, at) for child, _, unit, at in found if child == table]
    others = [each for each in found if each[0] != table]
    near = (wanted, f"{own} {wanted}")
    for names in ({near[0]}, {near[1]}, {entity for _, entity, *_ in others if entity.endswith(f" {wanted}")}):
        if chosen := [(child, unit, at) for child, entity, unit, at in others if entity in names]:
            return chosen
    lines = _lines(whole, table) if _LINE.search(wanted) else []
    return [(child, unit, at) for child, unit, at, _ in lines]


def _lines(whole: Whole, table: str) -> list[tuple[str, Unit, str, str]]:
    """The tables that hold the lines of this one's rows, each with its amount column, "" for quantity * price."""
    found = []
    for child, entity, unit, at in _children(whole, table):
        columns = whole.columns(child, NUMBERS)
        amount = next((name for name, words in columns.items() if LINE_TOTAL.match(words)), "")
        parts = line_parts(whole, child)
        if child != table and ((amount and _LINE.search(entity)) or parts[0]):
            found.append((child, unit, at, amount))
    return found


# --- what each name asks for


def _lines_together(whole: Whole, table: str) -> None:
    """What is called the lines of something is never without it, nor that without any: whether a total adds them up or
    not."""
    found = [each for each in _children(whole, table) if each[0] != table and _LINE.search(each[1])]
    for child, _, unit, at in found if len(found) == 1 else ():
        if not _foreign(whole, child):
            whole.filled(child, unit.columns)
            _laid_out(whole, child, unit, at, table)


def _lines_total(whole: Whole, table: str, column: str, words: str) -> str:
    lines = _lines(whole, table)
    columns = whole.columns(table, NUMBERS)
    sub = [name for name, each in columns.items() if SUBTOTAL.match(each)] if comes_on_top(columns) else []
    if len(lines) != 1 or (sub and column != sub[0]):
        return ""
    if words == "amount" and _behind_total(whole, table, column):
        return ""
    child, unit, at, amount = lines[0]
    if why := whole.fixed(table, column):
        return f"not the sum of its {child}: {why}"
    whole.filled(child, [*unit.columns, *([amount] if amount else line_parts(whole, child))])
    _laid_out(whole, child, unit, at, table)
    if amount:
        of, over = _in_units(whole, child, amount, table, column)
    else:
        of, over = line_amount(whole, child, *line_parts(whole, child), units=whole.units(table, column))
    high = whole.room(table, column)[1]
    if sub and any(TOTAL.match(each) for each in columns.values()):
        high //= 2  # what comes on top has to fit too
    return _tallied(whole, table, column, child, unit, at, "sum", of, over, high)


def _spent(whole: Whole, table: str, column: str, things: re.Pattern[str]) -> str:
    found = []
    for child, entity, unit, at in _children(whole, table):
        columns = whole.columns(child, NUMBERS)
        named = [n for n, words in columns.items() if TOTAL.match(words) or _AMOUNT.match(words)]
        amount = next(iter(named), "") or next((n for n, words in columns.items() if _PRICE.match(words)), "")
        if amount and things.search(entity):
            found.append((child, unit, at, amount))
    if not found:
        return ""
    child, unit, at, amount = found[0]
    of, over = _in_units(whole, child, amount, table, column)
    return _tallied(whole, table, column, child, unit, at, "sum", of, over, whole.room(table, column)[1])


def _count(whole: Whole, table: str, column: str, thing: str) -> str:
    found = _called(whole, table, thing)
    if len(found) != 1:
        return ""
    child, unit, at = found[0]
    return _tallied(whole, table, column, child, unit, at, "count", None, 1, whole.room(table, column)[1])


def _of_column(whole: Whole, table: str, column: str, thing: str, how: Literal["sum", "mean"]) -> str:
    """The sum or the mean of the one column of a child that is called so."""
    found = []
    wanted = " ".join(singular(word) for word in thing.split())
    for child, entity, unit, at in _children(whole, table):
        for name, words in whole.columns(child, NUMBERS).items():
            plain = " ".join(singular(word) for word in words.split())
            if child != table and wanted in (plain, f"{entity} {plain}"):
                found.append((child, unit, at, name))
    if len(found) != 1:
        return ""
    child, unit, at, name = found[0]
    of, over = _in_units(whole, child, name, table, column)
    return _tallied(whole, table, column, child, unit, at, how, of, over, whole.room(table, column)[1])


def _moment(whole: Whole, table: str, column: str, thing: str, how: Literal["least", "most"]) -> str:
    found = _called(whole, table, thing)
    if len(found) != 1:
        return ""
    child, unit, at = found[0]
    name = _own_moment(whole, child)
    if not name:
        return ""
    days = [whole.column(t, n).type.kind == Kind.DATE for t, n in ((child, name), (table, column))]
    term = Term(columns=(name,), times=DAY if days == [True, False] else 1, over=DAY if days == [False, True] else 1)
    of = Amount(terms=(term,), cut=True)
    return _tallied(whole, table, column, child, unit, at, how, of, 1, whole.room(table, column)[1])


def _own_moment(whole: Whole, table: str) -> str:
    """When a row of the table came about."""
    meanings, moments = whole.drafts[table].meanings, list(whole.columns(table, MOMENTS))
    for group in _MADE:
        if found := [name for name in moments if meanings[name].group == group]:
            return found[0]
    return next((name for name in moments if meanings[name].group not in _LATER), "")


# --- amounts of children


def _in_units(whole: Whole, child: str, name: str, table: str, column: str) -> tuple[Amount, int]:
    """A column of a child, and by what to divide it for the units of one of its parent."""
    units, to = whole.units(child, name), whole.units(table, column)
    term = Term(columns=(name,), times=to // gcd(units, to))
    return Amount(terms=(term,), units=floats(whole, child, [name])), units // gcd(units, to)


# --- the construction


def _tallied(
    whole: Whole,
    table: str,
    column: str,
    child: str,
    unit: Unit,
    at: str,
    how: How,
    of: Amount | None,
    over: int,
    high: int,
) -> str:
    """Puts the tally in the column's place, narrowing what is free until the bounds hold; or why that can't be."""
    if of is not None:
        of = structs.replace(of, scale=scale(whole, table, column))
    meant = f"the {_SAID[how]} of its {child}" + (f" ({told(of)})" if of is not None else "")
    if why := whole.fixed(table, column) or _foreign(whole, child):
        return f"not {meant}: {why}"
    domain = whole.domain(table, column)
    empty = 0 if how in ("count", "sum") else None
    nullable = whole.column(table, column).nullable and domain.nullable
    if empty is None and not nullable and not _all_have(whole, child, at):
        low, top = whole.room(table, column)
        if how != "mean" or not low <= 0 <= top:
            return f"not {meant}: rows without any would have no value"
        empty = 0
    keys = tuple(name for name in (unit.key.columns if unit.key else ()) if whole.column(child, name).nullable)
    made = Tally(table=child, by=at, how=how, of=of, over=over, keys=keys, empty=empty)
    if any(leads_to(whole.tables, place, (table, column)) for place in made.beyond):
        return f"not {meant}: they follow from {column} themselves"
    low = whole.room(table, column)[0]
    if how in ("count", "sum"):
        _narrowed(whole, child, unit, at, of, high * over, table)
    sure = not keys and not any(whole.column(child, name).nullable for _, name in made.beyond)
    span = tally_reach(
        whole.tables, made, most_children(whole.tables, child, at), _least(whole, child, at) if sure else 0
    )
    if span is None or span[0] < low or span[1] > high:
        return f"not {meant}: {whole.unfit(table, column, span) or 'it could leave its bounds'}"
    whole.put(table, column, made, f"{meant}, named so")
    return ""


def _foreign(whole: Whole, child: str) -> str:
    return f"the DDL inserts rows of {child} itself" if whole.drafts[child].table.rows else ""


def _all_have(whole: Whole, child: str, at: str) -> bool:
    return _least(whole, child, at) > 0


def _least(whole: Whole, child: str, at: str) -> int:
    """Children of any row."""
    source = whole.tables[child].sources.get(at)
    return source.least if isinstance(source, Layout) else 0


def _movable(whole: Whole, child: str, unit: Unit) -> bool:
    """Whether the rows may be spread over their parents in another way."""
    draft, plan = whole.drafts[child], whole.tables[child]
    keys, name = draft.keys, unit.name
    decided = keys.of_tenant(unit) or name in keys.turns or name in {*keys.apart, *keys.apart.values()}
    together = any(decided_together(plan, column) for column in unit.columns)
    return not (decided or keys.shared.get(name) or unit.to_self or together)


def _laid_out(whole: Whole, child: str, unit: Unit, at: str, table: str) -> None:
    """Lines of one row stand together, and each row has one at least, where nothing else decides on that."""
    plan = whole.tables[child]
    source, parents = plan.sources.get(at), whole.tables[table].rows
    if whole.bundled(child, table) or not _movable(whole, child, unit) or not parents:
        return
    least = 1 if plan.rows >= parents else 0
    if isinstance(source, Layout) and source.table == table and source.parents == parents:
        if least * parents <= plan.rows <= source.most * parents:
            whole.set_source(child, at, structs.replace(source, least=max(source.least, min(least, source.most))))
        return
    taken = any(isinstance(other, Layout) and other.of == "row" for other in plan.sources.values())
    taken = taken or any(c.at == "row" and getattr(c.spec, "table", None) for c in plan.columns.values())
    if not isinstance(source, Pick) or source.among != parents or taken:
        return
    most = _most(plan.rows, parents)
    whole.set_source(child, at, Layout(table=table, parents=parents, total=plan.rows, least=least, most=most))


def _most(rows: int, parents: int) -> int:
    return max(min(rows, max(10, _TYPICAL * -(-rows // max(parents, 1)))), 1)


def _narrowed(whole: Whole, child: str, unit: Unit, at: str, of: Amount | None, high: int, table: str) -> None:
    """Fewer children of one parent, then smaller amounts, until no sum or count exceeds `high`; as far as they are
    free."""
    plan, parents = whole.tables[child], whole.tables[table].rows
    each = amount_reach(whole.tables, child, of) if of is not None else (1, 1)
    if each is None or each[1] <= 0 or not parents or each[1] * most_children(whole.tables, child, at) <= high:
        return
    source, rows = plan.sources.get(at), plan.rows
    if whole.bundled(child, table) or not _movable(whole, child, unit):
        most = most_children(whole.tables, child, at)
    else:
        enough = max(4, 2 * -(-rows // parents) + 2)
        most = max(min(high // each[1], _most(rows, parents)), enough)
        if isinstance(source, Pick) and source.among == parents:
            order = f"order of {at}"
            sources = plan.sources | {
                order: Permuted(size=max(rows, 1)),
                at: Layout(table=table, parents=parents, total=rows, most=most, of=order),
            }
            whole.tables[child] = structs.replace(plan, sources=sources)
        elif isinstance(source, Layout) and rows <= min(most, source.most) * parents:
            whole.set_source(child, at, structs.replace(source, most=min(most, source.most)))
        most = most_children(whole.tables, child, at)
    if of is None:
        return
    for factor in reversed(of.terms[0].columns):
        far = whole.reach(child, factor)
        if each[1] * most > high and far is not None:
            whole.lower(child, factor, far[1] * (high // most) // each[1])
            each = amount_reach(whole.tables, child, of) or each
