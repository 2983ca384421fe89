"""Wishes about how often values, and NULLs, come in a column."""

from __future__ import annotations

from msgspec import structs

from ...errors import PlanError
from ...plan import NULL_SCALE, TablePlan
from ...schema import Column, Kind
from ...specs import AnySpec, Bank, Choice, Joined, Person, Place, Rhythmic, Since, Standing, Town
from ...specs.numbers import Label
from ...specs.texts import bank
from ...wishes import Nulls, Shares
from ..columns import random_spec
from ..domains import Scalar, units_of
from ..draft import Draft
from .freedom import beside, bound, changed, decided_together, follows, physical, unfit

_PARTS = 1_000  # of a percent, in weights
_LEAST, _MOST = 5, 95  # percent of NULLs where a CHECK speaks of them: drawing again must find both soon


def grant_nulls(draft: Draft, plan: TablePlan, wish: Nulls) -> tuple[TablePlan, str]:
    """The table as wished as far as it can be, and why it is not, or not wholly."""
    if not 0 <= wish.percent <= 100:
        return plan, f"{wish.percent:g} percent is not within 0 and 100"
    name = wish.column
    column, unit = draft.table.column(name), draft.keys.owner[name]
    if not draft.domains[name].nullable:
        return plan, "" if wish.percent == 0 else f"{name} is NOT NULL"
    why = ""
    if column.generated is not None or name in draft.computed:
        why = f"{name} is computed from other columns"
    elif draft.domains[name].always_null or name in draft.keys.nulled:
        why = "" if wish.percent == 100 else f"{name} can only be NULL"
        return plan, why
    elif isinstance(spec := plan.columns[name].spec, Since) and spec.when:
        why = f"{name} is there as {spec.when} has it"
    elif unit.to_self:
        why = f"{name} is NULL in the topmost rows of its tree alone"
    elif draft.keys.claimed(unit) or name in draft.chosen or draft.keys.of_tenant(unit):
        why = f"a key or a UNIQUE decides which rows of {name} have a value"
    elif (
        unit.key is not None and unit.key.match != "simple" and not all(draft.domains[c].nullable for c in unit.columns)
    ):
        why = f"{', '.join(unit.columns)} are NULL together, and one of them is NOT NULL"
    if why:
        return plan, why
    sql = decided_together(plan, name)
    percent = wish.percent
    if sql and "NULL" in sql.upper() and not _LEAST <= percent <= _MOST:
        percent = min(max(percent, _LEAST), _MOST)
    own = [c for c in unit.columns if draft.domains[c].nullable] if unit.key is not None else [name]
    for each in own:
        before = plan.columns[each]
        if isinstance(before.spec, Since):  # as many as wished, and not those beside that are yet to come
            before = structs.replace(before, spec=structs.replace(before.spec, open=False))
        plan = changed(plan, each, structs.replace(before, nulls=round(percent / 100 * NULL_SCALE)))
    return plan, beside(name, sql)


def unshared(draft: Draft, plan: TablePlan, name: str) -> str:
    """Why no values of the column can be weighed; "" if they can."""
    if why := bound(draft, plan, name) or follows(plan, name):
        return why
    spec = plan.columns[name].spec
    listed = isinstance(spec, Person) and spec.field == "gender" and draft.domains[name].values is not None
    personal = isinstance(spec, Person) and plan.columns[name].at and not listed
    return f"{name} belongs to a person, with the other columns of its row" if personal else ""


def grant_shares(draft: Draft, plan: TablePlan, wish: Shares, *, nulls_wished: bool) -> tuple[TablePlan, str]:
    """`nulls_wished`: how many NULLs there are is a wish, too, and not to be changed."""
    name = wish.column
    column = draft.table.column(name)
    total = sum(share.percent for share in wish.shares)
    why = unshared(draft, plan, name)
    if not why and not all(share.percent > 0 for share in wish.shares):
        why = "a share is more than 0 percent"
    if not why and not 0 < total <= 100.001:
        why = f"the shares add up to {total:g} percent"
    domain = draft.chained[name]
    why = why or next(filter(None, (unfit(column, domain, share.value) for share in wish.shares)), "")
    if why:
        return plan, why
    wanted: dict[Scalar, float] = {}
    for share in wish.shares:
        value = physical(column, share.value)
        assert value is not None
        wanted[value] = wanted.get(value, 0) + share.percent
    sql = decided_together(plan, name)
    before = plan.columns[name]
    nulls = before.nulls / NULL_SCALE * 100
    if total > 100 - nulls and not nulls_wished and "NULL" not in sql.upper():
        nulls = max(0.0, 100 - total)
    room = 100 - nulls
    why = ""
    if total > room + 0.001:
        why = f"{nulls:.3g} percent of {name} are NULL: the shares are of the others"
        wanted = {value: percent * room / total for value, percent in wanted.items()}
    rest = max(0.0, room - sum(wanted.values()))
    spec, alone = _weighted(draft, column, _alone(draft, plan, name), wanted, rest)
    if alone:
        why = f"{name} has no other values for the rest"
    plan = changed(plan, name, structs.replace(before, spec=spec, at="", nulls=round(nulls / 100 * NULL_SCALE)))
    return _heeded(plan, name), beside(name, sql) or why


def _heeded(plan: TablePlan, state: str) -> TablePlan:
    """With the dates of its stages as the state now has it, and no longer as the life of the row."""
    told = {n: c.spec for n, c in plan.columns.items() if isinstance(c.spec, Since) and c.spec.when == state}
    for name, spec in told.items():
        plan = changed(plan, name, structs.replace(plan.columns[name], spec=structs.replace(spec, open=False)))
    return plan


def _alone(draft: Draft, plan: TablePlan, name: str) -> AnySpec:
    """As the column is drawn where it no longer belongs to a place or to a person of its row."""
    spec, source = plan.columns[name].spec, plan.sources.get(plan.columns[name].at)
    if isinstance(spec, Place) and isinstance(source, Town):
        return structs.replace(spec, folk=source.folk)
    values = draft.domains[name].values
    return Choice(values=values) if isinstance(spec, Person) and values is not None else spec


def _weighted(
    draft: Draft, column: Column, before: AnySpec, wanted: dict[Scalar, float], rest: float
) -> tuple[AnySpec, bool]:
    """A spec of the wanted values (percent) and the rest, and whether there was nothing for a rest that was to be."""
    domain = draft.chained[column.name]
    scale = units_of(column.type) if column.type.kind == Kind.FLOAT else 0
    named: dict[Label, float] = {v / scale if scale else v: p for v, p in wanted.items()}  # type: ignore[operator]
    if rest < 0.001:
        return _choice(named), False
    if isinstance(before, Standing):
        before = Choice(values=before.values, weights=before.weights)
    if isinstance(before, Choice):
        weights = before.weights or (1,) * len(before.values)
        told = {str(value).casefold() for value in named}  # a wished "web" leaves no "Web" among the rest
        others = {v: w for v, w in zip(before.values, weights, strict=True) if str(v).casefold() not in told}
        whole = sum(others.values())
        return _choice(named | {v: rest * w / whole for v, w in others.items()}), not others
    if isinstance(before, Bank):
        return _beside_bank(before, named, rest), False
    bare = domain.ordered and not isinstance(before, Rhythmic)
    kept = _without(draft, column, tuple(wanted)) if bare else before
    if kept is None:
        return _choice(named), True
    return Joined(parts=(_choice(named), kept), weights=_weights([sum(named.values()), rest])), False


def _without(draft: Draft, column: Column, values: tuple[Scalar, ...]) -> AnySpec | None:
    """Numbers and moments as they are drawn without these; None where there are no others."""
    domain = draft.chained[column.name]
    domain = structs.replace(domain, forbidden=domain.forbidden | frozenset(values))
    try:
        return random_spec(column, draft.meanings[column.name], domain, draft.facts)
    except PlanError:
        return None


def _beside_bank(before: Bank, named: dict[Label, float], rest: float) -> Joined:
    """The bank has some of the named values itself: that much less of them is added."""
    values, held = bank(before.pool, before.field, before.longest, False, before.ascii)
    texts, total, ends = values.to_pylist(), held.total, held.ends
    own = {
        text: (int(ends[place]) - (int(ends[place - 1]) if place else 0)) / total
        for place, text in enumerate(texts)
        if text in named
    }
    # of the rows, `drawn` percent come from the bank: those and the named ones' remainders are all there are
    drawn = rest / (1 - sum(own.values()))
    added = {value: max(0.0, percent - drawn * own.get(str(value), 0)) for value, percent in named.items()}
    added = {value: percent for value, percent in added.items() if percent > 0} or named
    return Joined(parts=(_choice(added), before), weights=_weights([sum(added.values()), drawn]))


def _choice(shares: dict[Label, float]) -> Choice:
    return Choice(values=tuple(shares), weights=_weights(list(shares.values())))


def _weights(percents: list[float]) -> tuple[int, ...]:
    return tuple(max(1, round(percent * _PARTS)) for percent in percents)
