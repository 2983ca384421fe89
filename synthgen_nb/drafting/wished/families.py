"""Wishes about how many rows a table has, in all and for each row of a parent."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from msgspec import structs

from ...plan import TablePlan
from ...schema import Schema
from ...specs import Layout, Permuted, Pick
from ...wishes import Children, Count, Nulls, Wish
from ..draft import Draft
from ..keying.claims import Unit
from .freedom import decided_together

MOST_ROWS = 10**12  # of one table


def counted(
    schema: Schema, asked: Mapping[str, int], named: Collection[str], wishes: Mapping[str, Sequence[Wish]]
) -> tuple[dict[str, int], list[tuple[Wish, str]]]:
    """The rows of every table as wished, and the wishes that can't be, with the reason. Rows that are asked for by a
    table's name stay; wishes for children ask for as many rows as lie in the middle of their bounds."""
    counts, refused = dict(asked), list[tuple[Wish, str]]()
    fixed = set(named)
    for count in (wish for own in wishes.values() for wish in own if isinstance(wish, Count)):
        if not 0 <= count.rows <= MOST_ROWS:
            refused.append((count, f"{count.rows:,} rows can't be made: 0 to {MOST_ROWS:,}"))
        elif count.table in named and counts[count.table] != count.rows:
            refused.append((count, f"{counts[count.table]:,} rows of {count.table} were asked for by name"))
        else:
            counts[count.table] = count.rows
            fixed.add(count.table)
    children = [wish for own in wishes.values() for wish in own if isinstance(wish, Children)]
    for _ in children:  # a child's children count on it
        for key in dict.fromkeys(wish.table for wish in children if wish.table not in fixed):
            counts[key] = _middle(counts, [w for w in children if w.table == key and _sound(schema, w)], counts[key])
    return counts, refused


def _sound(schema: Schema, wish: Children) -> bool:
    points = any(key.table == wish.parent for key in schema.tables[wish.table].foreign_keys)
    return points and wish.parent != wish.table and not _impossible(wish)


def _middle(counts: Mapping[str, int], wishes: Sequence[Children], rows: int) -> int:
    """As many rows as the first of the wishes has in its middle and the others leave room for."""
    bounded = [wish for wish in wishes if wish.least is not None or wish.most is not None]
    for wish in bounded:
        least, most = bounds(wish)
        parents = counts.get(wish.parent, 0)
        middle = parents * (least + most) // 2
        rows = middle if wish is bounded[0] else min(max(rows, least * parents), most * parents)
    return min(rows, MOST_ROWS)


def bounds(wish: Children) -> tuple[int, int]:
    """The fewest and the most children, where one of them is left open too."""
    least = wish.least if wish.least is not None else 0
    return least, wish.most if wish.most is not None else max(3 * least, least + 2)


def _impossible(wish: Children) -> str:
    if wish.least is None and wish.most is None and wish.skew is None:
        return "it names no number"
    if wish.skew is not None and wish.skew not in (0, 1, 2):
        return f"a skew of {wish.skew} can't be: 0 to 2"
    least, most = bounds(wish)
    return "" if 0 <= least <= most else f"{least} to {most} children can't be"


def grant_children(draft: Draft, plan: TablePlan, wish: Children, wishes: Sequence[Wish]) -> tuple[TablePlan, str]:
    """The table as wished as far as it can be, and why it is not, or not wholly."""
    units = [u for u in draft.keys.units if u.key is not None and u.key.table == wish.parent]
    if not units:
        return plan, f"{wish.table} has no foreign key to {wish.parent}"
    if why := _impossible(wish):
        return plan, why
    reasons = []
    for unit in units:
        changed, why = _laid_out(draft, plan, unit, wish, wishes)
        if changed is not None:
            return changed, why
        reasons.append(why)
    return plan, reasons[0]


def _laid_out(
    draft: Draft, plan: TablePlan, unit: Unit, wish: Children, wishes: Sequence[Wish]
) -> tuple[TablePlan | None, str]:
    """The table with the rows of one key as wished, or None; and why not, or not wholly."""
    name, keys = unit.name, draft.keys
    source = plan.sources.get(name)
    if unit.to_self:
        return None, f"{name}: the rows of a tree have a number of children of their own"
    if (
        keys.of_tenant(unit)
        or name in keys.turns
        or name in {*keys.apart, *keys.apart.values()}
        or keys.shared.get(name)
    ):
        return None, f"{name}: other rules decide which rows of {wish.parent} there are"
    bounded = wish.least is not None or wish.most is not None
    least, most = bounds(wish)
    if isinstance(source, Pick) and not bounded:
        assert wish.skew is not None
        return structs.replace(
            plan, sources=plan.sources | {name: structs.replace(source, skew=wish.skew, weights=())}
        ), ""
    if isinstance(source, Pick):
        if sql := next((s for s in (decided_together(plan, c) for c in unit.columns) if s), ""):
            return None, f"CHECK {sql} decides on {', '.join(unit.columns)}"
        if why := _unfit(plan.rows, source.among, least, most, wish.parent):
            return None, why
        layout = Layout(
            table=source.table, parents=source.among, total=plan.rows, least=least, most=most, even=wish.skew == 0,
            of=f"order of {name}",
        )  # fmt: skip
        sources = plan.sources | {f"order of {name}": Permuted(size=max(plan.rows, 1)), name: layout}
        plan = _without_nulls(structs.replace(plan, sources=sources), unit, wishes)
        nulls = max(plan.columns[c].nulls for c in unit.columns)
        told = "some of its rows point to none" if nulls else ""
        return plan, told or ("children are spread as in skew 1" if wish.skew == 2 else "")
    if not isinstance(source, Layout):
        return None, f"a key or a UNIQUE decides how many rows of {wish.table} a row of {wish.parent} has"
    if not bounded:
        least, most = source.least, source.most
    most, least = min(most, source.most), max(least, source.least)
    if why := _unfit(plan.rows, source.parents, least, most, wish.parent):
        return None, why
    even = source.even if wish.skew is None else wish.skew == 0
    layout = structs.replace(source, least=least, most=most, even=even)
    told = "children are spread as in skew 1" if wish.skew == 2 else ""
    return structs.replace(plan, sources=plan.sources | {name: layout}), told


def _unfit(rows: int, parents: int, least: int, most: int, parent: str) -> str:
    if least * parents <= rows <= most * parents:
        return ""
    return f"{rows:,} rows are not {least} to {most} for each of {parents:,} rows of {parent}"


def _without_nulls(plan: TablePlan, unit: Unit, wishes: Sequence[Wish]) -> TablePlan:
    """Every row has its parent, unless NULLs are wished for too."""
    if any(isinstance(wish, Nulls) and wish.column in unit.columns for wish in wishes):
        return plan
    columns = {c: structs.replace(plan.columns[c], nulls=0) for c in unit.columns}
    return structs.replace(plan, columns=plan.columns | columns)
