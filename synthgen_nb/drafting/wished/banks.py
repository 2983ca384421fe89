"""Banks in a plan: values that somebody wrote become the specs of their columns, and the rows of a bank stay together.

A bank of at least as many rows as the table gives each of its rows once, in a random order; a smaller one is drawn
from. Where a UNIQUE decides one of its columns, the others follow that column. Constraints come first: a column that
other rules tie to columns outside of the bank stays out of it. Knows nothing of who wrote the values.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from msgspec import structs

from ...ddl.expressions import columns_of, parse_expression
from ...plan import TablePlan
from ...schema import Column
from ...specs import AnySpec, Choice, Digit, Drawn, Either, Given, Joined, Parted, Permuted
from ...wishes import Wish, Written
from ..columns import random_spec
from ..conditions.reading import Order
from ..domains import Scalar
from ..draft import Draft
from ..meaning import Meaning
from ..words.written import choice_of
from .fitting import Fitted, Ground, fitting, unwritable
from .freedom import guessing

Untold = tuple[Wish, str, bool]  # a wish that is not fulfilled, why, and whether it is in part


def banks_of(ground: Ground, wishes: Sequence[Wish]) -> tuple[list[Fitted], list[Untold]]:
    """What was written for a table, as far as it fits there, and what is left out of it."""
    banks: list[Fitted] = []
    untold: list[Untold] = []
    for wish in wishes:
        if not isinstance(wish, Written):
            continue
        if not wish.values:
            untold.append((wish, "no values are written yet", False))
            continue
        refused = {name: why for name in wish.columns if (why := _refusal(ground, name))}
        places = [place for place, name in enumerate(wish.columns) if name not in refused]
        untold += [(wish, why, bool(places)) for why in refused.values()]
        whole = [row for row in wish.values if len(row) == len(wish.columns)]
        columns = [wish.columns[place] for place in places]
        bank = fitting(ground, columns, [[row[place] for place in places] for row in whole])
        if places and (left := len(wish.values) - len(bank.rows)):
            most = max(bank.left_out, key=lambda why: bank.left_out[why], default="a row of another length")
            why = f"{left:,} of the {len(wish.values):,} rows written are left out, mostly for one reason: {most}"
            untold.append((wish, why, bool(bank.rows)))
        if bank.rows and places:
            banks.append(bank)
    return banks, untold


def with_written(meanings: Mapping[str, Meaning], banks: Sequence[Fitted]) -> dict[str, Meaning]:
    """The meanings of the columns that somebody wrote values for."""
    found = {name: bank.of(name) for bank in reversed(banks) for name in bank.columns}
    return {name: structs.replace(meanings[name], written=values) for name, values in found.items()}


def _refusal(ground: Ground, name: str) -> str:
    """Why nothing is written for a column; "" if it can be."""
    table = ground.table
    if why := unwritable(table.column(name), table, ground.facts.dialect):
        return why
    alone = [u for u in (table.primary_key, *(u.columns for u in table.uniques)) if name in u]
    tried = [check for check in ground.left if name in check.columns]
    return f"{name} is in a UNIQUE, and CHECK ({tried[0].sql}) decides on it too" if alone and tried else ""


def kept_out(draft: Draft, plan: TablePlan, wishes: Sequence[Wish]) -> list[Untold]:
    """The columns whose banks other rules left no room for, and those that do not stay with their rows."""
    untold: list[Untold] = []
    for bank in draft.banks:
        wish = next(w for w in wishes if isinstance(w, Written) and set(bank.columns) <= set(w.columns))
        lost = [n for n in bank.columns if not _carries(plan.columns[n].spec, draft.table.column(n), bank.of(n))]
        if lost:
            why = f"what was written for {', '.join(lost)} has no place: keys or CHECKs decide"
            untold.append((wish, why, len(lost) < len(bank.columns)))
        source = _source(bank)
        row = plan.sources.get(source)
        together = {source, row.of} if isinstance(row, Digit) else {source}
        apart = [n for n in bank.columns if n not in lost and plan.columns[n].at not in together]
        if apart and len(bank.columns) - len(lost) > 1:
            why = f"{', '.join(apart)}: drawn apart from the rows of the bank, for other rules decide on it too"
            untold.append((wish, why, True))
    return untold


def _source(bank: Fitted) -> str:
    return f"row of the bank for {', '.join(bank.columns)}"


def _carries(spec: AnySpec, column: Column, values: Sequence[Scalar]) -> bool:
    """Whether a spec gives some of these values."""
    match spec:
        case Choice() | Given():
            return set(spec.values) <= set(choice_of(column, values).values)
        case Joined() | Parted():
            return any(_carries(part, column, values) for part in spec.parts)
        case Either():
            return _carries(spec.first, column, values) or _carries(spec.second, column, values)
    return False


def guessing_beside(draft: Draft, plan: TablePlan) -> TablePlan:
    """The table with what the columns of a bank would hold without it as a guess, where they are drawn again: so no
    bank takes the last value away that holds a CHECK."""
    for bank in draft.banks:
        for name in bank.columns:
            if any(name in redraw.columns for redraw in plan.redraws):
                column, bare = draft.table.column(name), structs.replace(draft.meanings[name], written=())
                plan = guessing(plan, name, random_spec(column, bare, draft.domains[name], draft.facts))
    return plan


def place_banks(draft: Draft) -> tuple[list[Order], set[str]]:
    """Places the banks' columns that nothing else decides, read at one source for each bank. Gives the orders that are
    left to meet, and the columns that have a value in every row."""
    orders, whole = draft.orders, set[str]()
    for bank in draft.banks:
        leader, known = _leader(draft, bank)
        free = [name for name in bank.columns if _is_free(draft, name)]
        tied = entangled(draft, [*free, *([leader] if leader else [])])
        free = [name for name in free if name not in tied]
        rows = tuple(row for row in bank.rows if _allowed(draft, bank, free, row))
        source = _source(bank)
        if not free or not rows:
            continue
        if leader:
            by_value = dict(zip(bank.of(leader), bank.rows, strict=True))
            rows = tuple(by_value[value] for value in known)
            free = [name for name in free if all(_allowed(draft, bank, [name], row) for row in rows)]
            draft.sources[source] = Digit(of=draft.placed[leader][1], modulo=len(rows))
        elif len(rows) >= draft.rows:
            draft.sources[source] = Permuted(size=len(rows))
        elif len(free) > 1:
            draft.sources[source] = Drawn(among=len(rows))
        else:
            continue  # its spec draws from the values as they are, and may be drawn again
        for name in free:
            place = bank.columns.index(name)
            draft.placed[name] = (choice_of(draft.table.column(name), [row[place] for row in rows]), source)
        if len(rows) >= draft.rows:
            whole.update(free)
        whole.update(*(read for read in _conditions(draft) if read <= set(bank.columns)))  # tried without a NULL
        orders = [order for order in orders if not {order.before, order.after} <= set(free)]
    return orders, whole


def _allowed(draft: Draft, bank: Fitted, names: Sequence[str], row: tuple[Scalar, ...]) -> bool:
    """Whether the row still fits: a wish may have narrowed the domains."""
    return all(draft.domains[name].allows(row[bank.columns.index(name)]) for name in names)


def _is_free(draft: Draft, name: str) -> bool:
    decided = name in draft.placed or name in draft.chosen or name in draft.computed
    return not decided and name not in draft.keys.nulled and not draft.domains[name].always_null


def _leader(draft: Draft, bank: Fitted) -> tuple[str, tuple[str, ...]]:
    """The bank's column that a UNIQUE has placed, with its values as they are counted there; "" if there is none."""
    for name in bank.columns:
        spec, at = draft.placed.get(name, (None, ""))
        first = spec.parts[0] if isinstance(spec, Joined) else spec
        source = draft.sources.get(at)
        nulls = isinstance(source, Permuted) and source.present is not None
        if isinstance(first, Given) and not nulls and set(first.values) <= set(bank.of(name)):
            return name, first.values
    return "", ()


def entangled(draft: Draft, columns: Sequence[str]) -> set[str]:
    """Those of the columns that rules tie to columns outside, or to such as are tied themselves."""
    free = set(columns)
    conditions = [*_conditions(draft), *({o.before, o.after} for o in draft.orders if not o.soft)]
    avoided = set().union(*(_read(draft, sql) for sql in draft.keys.avoided)) if draft.keys.avoided else set()
    free -= avoided
    while tied := {name for read in conditions if read & free and not read <= free for name in read & free}:
        free -= tied
    return set(columns) - free


def _conditions(draft: Draft) -> Iterator[set[str]]:
    """What each condition that is met by drawing again reads, through computed columns too."""
    for read in [set(check.columns) for check in draft.left] + [set(pair) for pair in draft.keys.loose]:
        while more := {c for name in read for c in _inputs(draft, name)} - read:
            read |= more
        yield read


def _inputs(draft: Draft, name: str) -> set[str]:
    formula = draft.computed.get(name, draft.table.column(name).generated)
    return _read(draft, formula) if formula else set()


def _read(draft: Draft, sql: str) -> set[str]:
    lower = {c.lower(): c for c in draft.table.column_names}
    read = columns_of(parse_expression(sql, draft.facts.dialect))
    return {lower[c.lower()] for c in read if c.lower() in lower}
