"""Texts that follow other columns of the row: reviews their rating, descriptions the product that they tell of. Knows
which columns; the grammars are phrases.py's."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import structs

from ...errors import PlanError
from ...schema import Kind, Schema
from ...specs import AnySpec, Bank, Branched, Given, Phrase, Range, Shaped, Tree
from ...specs.texts import bank
from ..columns import random_spec
from ..domains import Domain, units_of
from ..draft import Draft
from ..meaning.names import subject, words_of
from .phrases import GRAMMARS, formless
from .textual import distinct_text

_HEADLINES = ("review_title_low", "review_title_middle", "review_title_high")
_MOODS: Mapping[str, tuple[tuple[str, ...], ...]] = {  # the longer ones first
    "text.review": (
        ("review_low", "review_middle", "review_high"),
        ("review_low_first", "review_middle_first", "review_high_first"),
        _HEADLINES,
    ),
    "text.review_title": (_HEADLINES,),
    "text.performance": (("performance_low", "performance_middle", "performance_high"),),
}
_CALLED = frozenset({"name", "title", "label", "display name", "description"})
_KINDS = ("name.", "category.", "unit")
_LISTED = frozenset({"language_name", "department_name", "role_name"})
# what stands behind the name of the row above, where such rows stand in a tree
_BELOW: Mapping[str, tuple[str, ...]] = {
    "category.product": (
        "Accessories", "Essentials", "Bestsellers", "New Arrivals", "Gift Ideas", "Clearance", "Premium", "Basics",
        "Special Offers", "Top Rated", "Outlet", "Sets",
    ),
    "department_name": (
        "Operations", "Planning", "Support", "Analytics", "Strategy", "Systems", "Quality", "Projects", "Training",
        "Services", "Team", "Group",
    ),
}  # fmt: skip
_ROOM = 120  # characters for the name of a thing whose column says none
_THINGS = ("product.name", "product_name", "name.dish")  # what a description tells of


def place_texts(draft: Draft) -> None:
    """Texts that follow other columns of the row; the others are drawn by themselves."""
    rating = next((c.name for c in draft.table.columns if draft.meanings[c.name].name == "number.stars"), "")
    thing = next((c.name for c in draft.table.columns if draft.meanings[c.name].name in _THINGS), "")
    staff = any("employee" in words_of(c.name) for c in draft.table.columns)
    component = next((c.name for c in draft.table.columns if draft.meanings[c.name].name == "name.component"), "")
    for column in draft.table.columns:
        name, meaning = column.name, draft.meanings[column.name].name
        if meaning == "text.review" and staff:
            meaning = "text.performance"
        if column.type.kind != Kind.TEXT or not _free(draft, name):
            continue
        spec: AnySpec | None = None
        if (known := _known_names(draft, name)) is not None:
            spec = known
        elif meaning in _MOODS and rating:
            spec = _by_rating(draft, _MOODS[meaning], rating, draft.domains[name])
        elif meaning == "product.description" and thing and draft.table.column(thing).type.kind == Kind.TEXT:
            spec = _about(draft, GRAMMARS[meaning], {"product": thing}, draft.domains[name])
        elif meaning in ("text.log", "text.error") and component:
            spec = _about(draft, GRAMMARS[meaning], {"component": component}, draft.domains[name])
        if spec is not None:
            draft.placed[name] = (spec, "")


def _known_names(draft: Draft, name: str) -> Given | Branched | None:
    """What the rows of a small table of kinds, units or languages are called: the known words in turn, each once before
    any gets a number; in a tree, of those at its top."""
    meaning = draft.meanings[name]
    _, words = subject(Schema(dialect="", tables=dict(draft.parents)), draft.table, name)
    named = words in _CALLED or words == ""
    if not named or not (meaning.name.startswith(_KINDS) or meaning.group in _LISTED):
        return None
    found = distinct_text(draft.table.column(name), meaning, draft.domains[name], 1, draft.facts)
    if isinstance(found, Bank):
        found = Given(values=tuple(bank(found.pool, found.field, found.longest, False, found.ascii)[0].to_pylist()))
    if not isinstance(found, Given):
        return None
    tree = next((at for at, source in draft.sources.items() if isinstance(source, Tree) and source.roots != "next"), "")
    if tree and draft.meanings[name].name in _BELOW:
        branched = Branched(tree=tree, tops=found.values, endings=_BELOW[draft.meanings[name].name])
        source = draft.sources[tree]
        assert isinstance(source, Tree)
        if branched.longest(len(source.levels), draft.rows) <= (draft.domains[name].longest or _ROOM):
            return branched
    numbered = max(map(len, found.values)) + len(f" ({draft.rows})")
    fits = not draft.domains[name].longest or numbered <= draft.domains[name].longest
    return structs.replace(found, count=draft.rows if fits and draft.rows > len(found.values) else 0, turns=True)


def _free(draft: Draft, name: str) -> bool:
    """Whether nothing has decided on the column yet, and a text of any form may stand there."""
    domain, meaning = draft.domains[name], draft.meanings[name]
    decided = name in draft.placed or name in draft.chosen or name in draft.computed or meaning.written
    open_ = not (domain.empty or domain.always_null or domain.values is not None or domain.hints or domain.parts)
    return not decided and open_ and draft.table.column(name).generated is None and formless(domain)


def _by_rating(draft: Draft, moods: tuple[tuple[str, ...], ...], rating: str, domain: Domain) -> Phrase | None:
    """The lower, middle and upper third of what the rating can be."""
    column, rated = draft.table.column(rating), draft.domains[rating]
    spec = draft.placed[rating][0] if rating in draft.placed else None
    try:
        spec = spec or random_spec(column, draft.meanings[rating], rated, draft.facts)
    except PlanError:
        return None
    if not isinstance(spec, Range | Shaped):
        return None
    low, high = (spec.low, spec.high) if isinstance(spec, Range) else (spec.points[0], spec.points[-1])
    cuts = (low + -(-(high - low) * 2 // 5), low + -(-(high - low) * 3 // 5) + 1)
    scale = units_of(column.type) if column.type.kind == Kind.FLOAT else 0
    found = (Phrase(grammars=three, longest=domain.longest, by=rating, cuts=cuts, scale=scale) for three in moods)
    return next(filter(None, map(_fitting, found)), None)


def _about(draft: Draft, grammars: tuple[str, ...], about: dict[str, str], domain: Domain) -> Phrase | None:
    (thing,) = about.values()
    room = draft.domains[thing].longest or _ROOM
    if draft.table.column(thing).generated is not None or (domain.ascii and not draft.domains[thing].ascii):
        return None
    found = (Phrase(grammars=(one,), longest=domain.longest, about=about, room=room) for one in grammars)
    return next(filter(None, map(_fitting, found)), None)


def _fitting(spec: Phrase) -> Phrase | None:
    try:
        spec.check_room()
    except PlanError:
        return None
    return spec
