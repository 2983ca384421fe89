"""CHECKs that no construction serves: their columns are drawn again, together, until the condition holds."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import structs

from ..ddl.expressions import columns_of, parse_expression
from ..plan import NULL_SCALE, ColumnPlan, Redraw
from ..specs import AnySpec, Expression, Joined, Pick
from .conditions.guesses import guess_of
from .conditions.reading import Order, apart_sql, order_sql
from .draft import Draft
from .wished.freedom import shared_freely


def redraws_of(draft: Draft, columns: dict[str, ColumnPlan], unordered: list[Order]) -> tuple[Redraw, ...]:
    """The groups to draw again; one without columns is only held against the first rows. `columns` is changed: where
    a condition may be about NULLs, half the values are."""
    found = []
    for read, conditions in _groups(draft, columns, unordered):
        units = {draft.keys.owner[c].name: draft.keys.owner[c] for c in read}
        free = {c for unit in units.values() for c in unit.columns if _redrawable(draft, c)}
        used = tuple(c for c in draft.table.column_names if c in read)
        text = " AND ".join(conditions)
        for name in free:
            if draft.domains[name].nullable and columns[name].nulls and "NULL" in text.upper():
                columns[name] = structs.replace(columns[name], nulls=NULL_SCALE // 2)
        ordered = tuple(sorted(free, key=lambda c: (_depth(columns, c), c)))
        guesses = _guesses(draft, columns, [c for c in ordered if c in read], text)
        found.append(Redraw(columns=ordered, reads=used, sql=text, guesses=guesses))
    return tuple(found)


def _guesses(draft: Draft, columns: Mapping[str, ColumnPlan], names: list[str], sql: str) -> dict[str, AnySpec]:
    """For columns that follow no other: the guesses beside what they hold anyway."""
    tree = parse_expression(sql, draft.facts.dialect)
    found = {}
    for name in names:
        spec, place = columns[name].spec, draft.table.column_names.index(name)
        if spec.needs or isinstance(spec, Joined) or draft.keys.owner[name].key is not None:
            continue
        known = [row[place] for row in draft.table.rows]
        guess = guess_of(draft.table.column(name), draft.domains[name], [tree], draft.facts, known)
        if guess is not None:
            parts = guess.parts if isinstance(guess, Joined) else (guess,)  # one inside of another would choose alike
            found[name] = guess if columns[name].at else Joined(parts=(*parts, spec))
    return found


def _groups(
    draft: Draft, columns: Mapping[str, ColumnPlan], unordered: list[Order]
) -> list[tuple[set[str], list[str]]]:
    """Conditions that share columns, together: (columns, conditions). Computed columns bring what they read."""
    dialect = draft.facts.dialect
    todo = [(c.sql, c.columns) for c in draft.left]
    for condition in draft.keys.avoided:
        read = columns_of(parse_expression(condition, dialect))
        known = {c.lower(): c for c in draft.table.column_names}
        todo.append((f"NOT ({condition})", tuple(known[c.lower()] for c in read if c.lower() in known)))
    for first, second in draft.keys.loose:
        todo.append((apart_sql((first, second), dialect), (first, second)))
    for order in unordered:
        todo.append((order_sql(order, dialect), (order.before, order.after)))
    groups: list[tuple[set[str], list[str]]] = []
    for sql, read in todo:
        computed = [c for c in read if isinstance(columns[c].spec, Expression)]
        names = {*read, *(source for c in computed for source in columns[c].spec.needs)}
        touching = [g for g in groups if g[0] & names]
        merged = (names.union(*(g[0] for g in touching)), [*(s for g in touching for s in g[1]), f"({sql})"])
        groups = [g for g in groups if g not in touching] + [merged]
    return groups


def _redrawable(draft: Draft, column: str) -> bool:
    """Free values, people's too, and foreign keys that are in no UNIQUE: any parent row will do for them."""
    if draft.table.column(column).generated or column in draft.computed or column in draft.chosen:
        return False
    unit = draft.keys.owner[column]
    if unit.key is None:
        at = draft.placed[column][1] if column in draft.placed else ""
        return not at or (shared_freely(at) and not draft.keys.claimed(unit))
    return isinstance(draft.sources.get(unit.name), Pick) and not draft.keys.claimed(unit)


def _depth(columns: Mapping[str, ColumnPlan], name: str) -> int:
    """How many columns stand before this one in its chain."""
    return 1 + max((_depth(columns, c) for c in columns[name].spec.needs), default=0)
