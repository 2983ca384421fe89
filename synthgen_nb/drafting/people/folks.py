"""People of a table: the columns that speak of one person are read at one source. Knows nothing of places."""

from __future__ import annotations

from msgspec import structs

from ...schema import Kind
from ...specs import Permuted, Person
from ...specs.people import namesakes
from ..draft import Draft
from ..meaning.roles import Role, roles
from .persons import PEOPLE, person_spec

OWN = frozenset((
    "first", "last", "given", "family", "full", "fore", "sur", "maiden", "middle", "name", "names", "initial",
    "initials", "nick", "nickname", "email", "mail", "e", "address", "login", "user", "username", "handle",
    "gender", "sex", "title", "salutation", "honorific", "courtesy", "display", "real", "legal", "preferred",
    "screen", "person", "contact", "code", "lower", "normalized", "canonical", "id",
))  # fmt: skip
_NAMES = {"first_name", "last_name", "full_name"}


def people_of(draft: Draft) -> tuple[Role, ...]:
    """The persons that columns of the table speak of. What belongs to a person without a name belongs to the only one
    who has one."""
    found = roles(draft.table, draft.meanings, PEOPLE, OWN)
    named = [role for role in found if not _NAMES.isdisjoint(role.columns.values())]
    if len(named) != 1 or len(found) < 2 or not any(role.name == "" for role in found if role not in named):
        return found
    nameless = next(role for role in found if not role.name)
    merged = {c: f for c in draft.table.column_names for role in (named[0], nameless) if (f := role.columns.get(c, ""))}
    rest = tuple(role for role in found if role not in (named[0], nameless))
    return (Role(named[0].name, merged), *rest)


def person_source(draft: Draft, column: str) -> str:
    """What the columns of the same person read."""
    found = (role.source("person") for role in people_of(draft) if column in role.columns)
    return next(found, "person")


def place_people(draft: Draft) -> None:
    """Names, addresses and user names of one row are one person's: the columns of a role read one source."""
    for role in people_of(draft):
        source = role.source("person")
        told: set[str] = set()
        for name in role.columns:
            if not draft.open(name):
                continue
            column = draft.table.column(name)
            spec = person_spec(column, draft.meanings[name], draft.domains[name], draft.facts, draft.rows)
            if spec is not None and spec.field in told:  # another address of the same person
                spec = structs.replace(spec, patterns=spec.patterns[::-1])
            if spec is not None:
                draft.placed[name] = (spec, source)
                told.add(spec.field)
        _settle(draft, source)


def _settle(draft: Draft, source: str) -> None:
    """All fields of the person count the same number of namesakes, in whatever column is unique."""
    people = {name: spec for name, (spec, at) in draft.placed.items() if at == source and isinstance(spec, Person)}
    if not people:
        return
    copies, folk = max(spec.copies for spec in people.values()), draft.facts.folk
    draft.sources[source] = Permuted(size=namesakes(copies, folk))
    company = _company(draft)
    for name, spec in people.items():
        spec = structs.replace(spec, copies=copies)
        if spec.field == "email" and company and spec.patterns:
            made = structs.replace(spec, company=company)
            spec = structs.replace(made, patterns=made.fitting_patterns()) if made.fitting_patterns() else spec
        draft.placed[name] = (spec, source)


def _company(draft: Draft) -> str:
    """The column with the company that the row's person is of."""
    found = [name for name, meaning in draft.meanings.items() if meaning.group == "company"]
    return found[0] if len(found) == 1 and draft.table.column(found[0]).type.kind == Kind.TEXT else ""
