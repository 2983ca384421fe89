"""Wishes about where people and places of a table are from, and about how many of the people are women."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec import structs

from ...errors import PlanError
from ...plan import TablePlan
from ...specs import Inside, Permuted, Person, Place, Town
from ...specs.folk import Folk, limit_of, shortened
from ...specs.locales import locales
from ...specs.people import namesakes
from ...wishes import Locales, Share, Shares
from ..draft import Draft
from .freedom import changed, decided_together, of_person

_PARTS = 10  # of a percent, in weights


def grant_locales(draft: Draft, plan: TablePlan, wish: Locales) -> tuple[TablePlan, str]:
    """The table as wished as far as it can be, and why it is not, or not wholly."""
    folk, why = folk_of(wish.shares)
    if why:
        return plan, why
    people, left = with_folk(draft, plan, folk)
    if people is None:
        return plan, left
    plan, reasons, moved = people, [left] if left else [], False
    for name, source in plan.sources.items():
        if isinstance(source, Town):
            plan = structs.replace(plan, sources=plan.sources | {name: structs.replace(source, folk=folk)})
            moved = True
    fixed = {column.at for column in plan.columns.values() if isinstance(column.spec, Place)}
    for name in sorted(fixed):
        held = plan.sources.get(name)
        if isinstance(held, Inside):
            reasons.append(f"its places lie in those of {held.table}")
        elif not isinstance(held, Town):
            reasons.append("a key or a UNIQUE decides on its places, or all countries come once")
    if not moved and not _people(plan):
        return plan, reasons[0] if reasons else f"{wish.table} has no columns of people or places"
    return plan, "; ".join(reasons)


def folk_of(shares: Sequence[Share]) -> tuple[tuple[Folk, ...], str]:
    """Groups of people by their locales, or why there are none; what is left of 100 percent is the package's own
    mixture."""
    known, asked = locales(), [str(share.value) for share in shares]
    unknown = [name for name in asked if name not in known]
    if unknown:
        return (), f"the locale {unknown[0]} is not known: there is {', '.join(known)}"
    if why := _not_shares(shares):
        return (), why
    folk = tuple(Folk(weight=max(1, round(s.percent * _PARTS)), locale=str(s.value)) for s in shares)
    rest = round((100 - sum(s.percent for s in shares)) * _PARTS)
    return ((*folk, Folk(weight=rest)) if rest > 0 else folk), ""


def of_genders(draft: Draft, plan: TablePlan, wish: Shares) -> bool:
    """Whether the shares are of women and men; where a column has other values too, those are drawn for themselves."""
    spec = plan.columns[wish.column].spec
    if not isinstance(spec, Person) or spec.field != "gender":
        return False
    return draft.domains[wish.column].values is None or {share.value for share in wish.shares} <= {*spec.labels}


def grant_gender(draft: Draft, plan: TablePlan, wish: Shares) -> tuple[TablePlan, str]:
    """Of the people of a table so many are women (F) and men (M)."""
    spec = plan.columns[wish.column].spec
    assert isinstance(spec, Person)
    called = dict(zip(spec.labels or ("F", "M"), "FM", strict=True))
    shares = {called.get(str(share.value), str(share.value)): share.percent for share in wish.shares}
    if shares.keys() - {"F", "M"} or (why := _not_shares(wish.shares)):
        return plan, why if shares.keys() <= {"F", "M"} else f"{wish.column} holds {' and '.join(called)}"
    women = shares.get("F", 100 - shares.get("M", 0))
    men = 100 - women
    if len(shares) == 2:
        women, men = (100 * shares[g] / (shares["F"] + shares["M"]) for g in "FM")
    folk = []
    for group in spec.folk or (Folk(weight=100 * _PARTS),):
        for gender, percent in (("F", women), ("M", men)):
            if percent:
                weight = max(1, round(group.weight * percent))
                folk.append(structs.replace(group, weight=weight, gender=gender))
    people, left = with_folk(draft, plan, tuple(folk))
    if people is None:
        return plan, left
    for name, source in people.sources.items():
        if isinstance(source, Town) and source.of:  # of the same people
            people = structs.replace(people, sources=people.sources | {name: structs.replace(source, folk=tuple(folk))})
    return people, left


def _not_shares(shares: Iterable[Share]) -> str:
    percents = [share.percent for share in shares]
    if not percents or not all(percent > 0 for percent in percents) or not sum(percents) <= 100.001:
        return f"the shares add up to {sum(percents):g} percent"
    return ""


def _people(plan: TablePlan) -> list[str]:
    return [name for name, column in plan.columns.items() if isinstance(column.spec, Person)]


def with_folk(draft: Draft, plan: TablePlan, folk: tuple[Folk, ...]) -> tuple[TablePlan | None, str]:
    """The table with its people from these groups; None where there is no room for enough of them."""
    names = [name for name in _people(plan) if of_person(plan.columns[name].at)]
    left = [name for name in _people(plan) if name not in names]
    told = f"{', '.join(left)} is read at a key" if left else ""
    if not names:
        return plan, told
    known = [spec.folk for name in names if isinstance(spec := plan.columns[name].spec, Person)]
    folk, copies = shortened(folk, limit_of(*known)), 1
    while namesakes(copies, folk) < plan.rows:
        copies *= 2
    for name in names:
        spec = plan.columns[name].spec
        assert isinstance(spec, Person)
        spec = structs.replace(spec, folk=folk, copies=max(copies, spec.copies))
        if spec.patterns:
            spec = structs.replace(spec, patterns=spec.fitting_patterns())
        try:
            spec.check_room()
        except PlanError as error:
            return None, f"{name}: {error.message}"
        if decided_together(plan, name) and draft.domains[name].form is not None:
            return None, f"a CHECK decides on {name}"
        plan = changed(plan, name, structs.replace(plan.columns[name], spec=spec))
    read = {plan.columns[name].at for name in names} - {""}
    people = dict.fromkeys(read, Permuted(size=namesakes(copies, folk)))
    return structs.replace(plan, sources=plan.sources | people), told
