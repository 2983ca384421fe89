"""Wishes about where people and places of a table are from, and about how many of the people are women."""

from __future__ import annotations

from collections.abc import Iterable
from typing import get_args

from msgspec import structs

from ..errors import PlanError
from ..plan import TablePlan
from ..schema import Kind
from ..specs import Permuted, Person, Place
from ..specs.folk import Folk
from ..specs.locales import locales
from ..specs.people import namesakes
from ..specs.places import PlaceField
from ..wishes import Locales, Share, Shares
from .draft import Draft
from .freedom import bound, changed, decided_together, follows, unfit

_FIELDS: dict[str, PlaceField] = {name: name for name in get_args(PlaceField)} | {"county": "region"}
_PARTS = 10  # of a percent, in weights
_CODE = 3  # characters that a country's code has at most


def grant_locales(draft: Draft, plan: TablePlan, wish: Locales) -> tuple[TablePlan, str]:
    """The table as wished as far as it can be, and why it is not, or not wholly."""
    known, asked = locales(), [str(share.value) for share in wish.shares]
    unknown = [name for name in asked if name not in known]
    if unknown:
        return plan, f"the locale {unknown[0]} is not known: there is {', '.join(known)}"
    if why := _not_shares(wish.shares):
        return plan, why
    folk = tuple(Folk(weight=max(1, round(s.percent * _PARTS)), locale=str(s.value)) for s in wish.shares)
    rest = round((100 - sum(s.percent for s in wish.shares)) * _PARTS)
    folk = (*folk, Folk(weight=rest)) if rest > 0 else folk
    people, left = with_folk(draft, plan, folk)
    if people is None:
        return plan, left
    plan, places = people, 0
    reasons = [left] if left else []
    for name, column in plan.columns.items():
        field = _FIELDS.get(column.group)
        kind = draft.table.column(name).type.kind
        if field is None or kind not in (Kind.TEXT, Kind.ENUM) or (column.at and column.at != "person"):
            continue
        if bound(draft, plan, name) or follows(plan, name):
            continue
        longest = draft.domains[name].longest
        spec = Place(field="country_code" if field == "country" and 0 < longest <= _CODE else field, folk=folk)
        why = next(filter(None, (unfit(draft.table.column(name), draft.domains[name], s) for s in spec.samples())), "")
        if why:
            reasons.append(why)
            continue
        plan = changed(plan, name, structs.replace(column, spec=spec, at="person"))
        places += 1
    if places and "person" not in plan.sources:
        plan = structs.replace(plan, sources=plan.sources | {"person": Permuted(size=1 << 40)})
    if not places and not _people(plan):
        return plan, reasons[0] if reasons else f"{wish.table} has no columns of people or places"
    return plan, "; ".join(reasons)


def grant_gender(draft: Draft, plan: TablePlan, wish: Shares) -> tuple[TablePlan, str]:
    """Of the people of a table so many are women (F) and men (M)."""
    shares = {str(share.value): share.percent for share in wish.shares}
    if shares.keys() - {"F", "M"} or (why := _not_shares(wish.shares)):
        return plan, why if shares.keys() <= {"F", "M"} else f"{wish.column} holds F and M"
    women = shares.get("F", 100 - shares.get("M", 0))
    men = 100 - women
    if len(shares) == 2:
        women, men = (100 * shares[g] / (shares["F"] + shares["M"]) for g in "FM")
    spec = plan.columns[wish.column].spec
    assert isinstance(spec, Person)
    folk = []
    for group in spec.folk or (Folk(weight=100 * _PARTS),):
        for gender, percent in (("F", women), ("M", men)):
            if percent:
                weight = max(1, round(group.weight * percent / 100))
                folk.append(structs.replace(group, weight=weight, gender=gender))
    people, left = with_folk(draft, plan, tuple(folk))
    if people is None:
        return plan, left
    for name, column in people.columns.items():
        if isinstance(column.spec, Place):  # of the same people
            column = structs.replace(column, spec=structs.replace(column.spec, folk=tuple(folk)))
            people = structs.replace(people, columns=people.columns | {name: column})
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
    names = [name for name in _people(plan) if plan.columns[name].at in ("", "person")]
    left = [name for name in _people(plan) if name not in names]
    told = f"{', '.join(left)} is read at a key" if left else ""
    if not names:
        return plan, told
    copies = 1
    while namesakes(copies, folk) < plan.rows:
        copies *= 2
    for name in names:
        spec = plan.columns[name].spec
        assert isinstance(spec, Person)
        spec = structs.replace(spec, folk=folk, copies=max(copies, spec.copies))
        try:
            spec.check_room()
        except PlanError as error:
            return None, f"{name}: {error.message}"
        if decided_together(plan, name) and draft.domains[name].form is not None:
            return None, f"a CHECK decides on {name}"
        plan = changed(plan, name, structs.replace(plan.columns[name], spec=spec))
    size = namesakes(copies, folk)
    return structs.replace(plan, sources=plan.sources | {"person": Permuted(size=size)}), told
