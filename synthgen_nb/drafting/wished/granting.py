"""Wishes held against a drafted table. Types, CHECKs and keys have decided by then, so a wish only narrows or weighs
what they leave; what they leave no room for is told, in words, and never an error."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct

from ...errors import InputError
from ...plan import TablePlan
from ...report import Finding
from ...schema import Schema
from ...specs import Null
from ...wishes import Between, Children, Filled, Locales, Nulls, Rhythm, Shares, Wish, Written
from ..domains import Domain
from ..draft import Draft
from ..tables import build_table
from .asked import placed, require
from .banks import guessing_beside, kept_out
from .families import grant_children
from .freedom import guessing
from .limits import grant_between, left_boxes, narrowed, with_domain
from .localities import grant_gender, grant_locales, of_genders
from .rhythmic import grant_rhythm
from .shares import grant_nulls, grant_shares

_Asked = tuple[int, int | None, str]  # what build_table is told of the rows


class Refusal(Struct, frozen=True):
    """That a wish is not fulfilled, or not wholly, and why."""

    wish: Wish
    why: str
    partly: bool = False

    @property
    def finding(self) -> Finding:
        wish = self.wish
        return Finding(verdict="holds", rule="wish", table=wish.table, columns=columns_of(wish), text=self.why)


def columns_of(wish: Wish) -> tuple[str, ...]:
    match wish:
        case Shares() | Between() | Nulls() | Rhythm() | Filled():
            return (wish.column,)
        case Written():
            return wish.columns
    return ()


def sorted_out(schema: Schema, wishes: Iterable[Wish]) -> tuple[dict[str, list[Wish]], list[Refusal]]:
    """The wishes by their tables, and those of which the table or a column is not there. Of two of one kind for the
    same columns the later counts."""
    found: dict[str, list[Wish]] = {}
    refused: list[Refusal] = []
    for wish in wishes:
        table = schema.tables.get(wish.table)
        unknown = [c for c in columns_of(wish) if table is not None and c not in table.column_names]
        if table is None:
            refused.append(Refusal(wish, f"there is no table {wish.table}"))
        elif table.partition_of in schema.tables:
            refused.append(Refusal(wish, f"{wish.table} is a partition: wish for {table.partition_of}"))
        elif unknown:
            refused.append(Refusal(wish, f"{wish.table} has no column {unknown[0]}"))
        else:
            own = found.setdefault(wish.table, [])
            for earlier in [w for w in own if _subject(w) == _subject(wish)]:
                own.remove(earlier)
                refused.append(Refusal(earlier, "a later wish for the same takes its place"))
            own.append(wish)
    return found, refused


def _subject(wish: Wish) -> tuple[object, ...]:
    return (type(wish), columns_of(wish), wish.parent if isinstance(wish, Children) else "")


def granted(
    draft: Draft, asked: int, most: int | None, why: str, wishes: Sequence[Wish]
) -> tuple[TablePlan, list[Finding], list[Refusal]]:
    """The plan of a table with what can be of its wishes, what could not be served, and the wishes that are not."""
    rows = (asked, most, why)
    blank = draft.afresh(draft.domains, draft.boxes)
    plan, found = build_table(draft, *rows)
    plan = guessing_beside(draft, plan)
    free = plan  # of any wish
    bounds = [wish for wish in wishes if isinstance(wish, Between)]
    require(draft, plan, found)
    if not (wishes or draft.asked) or any(f.verdict == "broken" for f in found):
        return plan, found, []
    for name, typed in draft.asked.items():
        if typed.nulls is not None:
            plan, reason = grant_nulls(draft, plan, Nulls(table=draft.table.key, column=name, percent=typed.nulls))
            if reason:
                raise placed(typed.wish, InputError(reason, hint="leave nulls out"))
    refused = [Refusal(*untold) for untold in kept_out(draft, plan, wishes)]
    for within in bounds:
        draft, plan, reason = _narrowed(blank, draft, plan, within, rows)
        if reason:
            refused.append(Refusal(within, reason))
    kept = [within for within in bounds if within not in [refusal.wish for refusal in refused]]
    for within in kept:
        plan = guessing(plan, within.column, free.columns[within.column].spec)
    nulls = {wish.column for wish in wishes if isinstance(wish, Nulls)}
    for wish in sorted(wishes, key=_turn):
        before = plan
        match wish:
            case Between() if wish in kept:
                plan, reason = grant_between(draft, plan, wish)
            case Children():
                plan, reason = grant_children(draft, plan, wish, wishes)
            case Locales():
                plan, reason = grant_locales(draft, plan, wish)
            case Nulls():
                plan, reason = grant_nulls(draft, plan, wish)
            case Shares() if of_genders(draft, plan, wish):
                plan, reason = grant_gender(draft, plan, wish)
            case Shares():
                plan, reason = grant_shares(draft, plan, wish, nulls_wished=wish.column in nulls)
            case Rhythm():
                plan, reason = grant_rhythm(draft, plan, wish)
            case _:
                continue
        if reason:
            refused.append(Refusal(wish, reason, partly=isinstance(wish, Between) or plan is not before))
    return plan, found, refused


_ORDER = (Children, Between, Rhythm, Locales, Nulls, Shares)


def _turn(wish: Wish) -> int:
    return next((place for place, kind in enumerate(_ORDER) if isinstance(wish, kind)), len(_ORDER))


def _narrowed(blank: Draft, draft: Draft, plan: TablePlan, wish: Between, rows: _Asked) -> tuple[Draft, TablePlan, str]:
    """The table drafted again within a wish's bounds, unless that costs something: a rule that no construction serves
    any more, a column that loses its values."""
    domain, reason = narrowed(draft, plan, wish)
    if reason:
        return draft, plan, reason
    domains: Mapping[str, Domain] = with_domain(draft.domains, wish.column, domain)
    boxes = left_boxes(draft.boxes, domains)
    if draft.boxes and not boxes:
        return draft, plan, "no partition holds such rows"
    trial = blank.afresh(domains, boxes)
    other, found = build_table(trial, *rows)
    if any(f.verdict == "broken" for f in found) or _given_up(other) - _given_up(plan):
        return draft, plan, f"other rules of {wish.table} leave no room between these bounds"
    return trial, guessing_beside(trial, other), ""


def _given_up(plan: TablePlan) -> set[str]:
    """What is left to chance, and columns without a value."""
    nothing = {name for name, column in plan.columns.items() if isinstance(column.spec, Null)}
    return {redraw.sql for redraw in plan.redraws} | nothing
