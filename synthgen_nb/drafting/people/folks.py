"""People of a table: the columns that speak of one person are read at one source. Knows nothing of places."""

from __future__ import annotations

from itertools import takewhile

from msgspec import structs

from ...errors import PlanError
from ...schema import Kind
from ...specs import Permuted, Person
from ...specs.folk import limit_of, shortened
from ...specs.people import namesakes
from ..draft import Draft
from ..meaning.roles import Role, roles
from .persons import PEOPLE, person_spec

OWN = frozenset((
    "first", "last", "given", "family", "full", "fore", "sur", "maiden", "middle", "name", "names", "initial",
    "initials", "nick", "nickname", "email", "mail", "e", "address", "login", "user", "username", "handle",
    "gender", "sex", "title", "salutation", "honorific", "courtesy", "display", "real", "legal", "preferred",
    "screen", "of", "person", "contact", "code", "lower", "normalized", "canonical", "id",
    "relation", "relationship", "kinship",
))  # fmt: skip
_SHORTEST = 3
_HERE = ("", "to", "reply to")  # whose address it is where the table names one person only
_NAMES = {"first_name", "last_name", "full_name"}


def people_of(draft: Draft) -> tuple[Role, ...]:
    """The persons that columns of the table speak of. What belongs to a person without a name belongs to the only one
    who has one."""
    found = roles(draft.table, draft.meanings, PEOPLE, OWN)
    named = [role for role in found if not _NAMES.isdisjoint(role.columns.values())]
    nameless = next((role for role in found if role not in named and role.name in _HERE), None)
    if len(named) != 1 or nameless is None:
        return found
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
    """All fields of the person count the same number of namesakes, in whatever column is unique, and have the names
    that the narrowest column has room for."""
    people = {name: spec for name, (spec, at) in draft.placed.items() if at == source and isinstance(spec, Person)}
    if not people:
        return
    limit = limit_of(*(spec.folk for spec in people.values()))
    for narrower in (limit, *range(limit - 1, _SHORTEST, -1)):  # the shorter the names, the more namesakes to number
        try:
            alike = _alike(people, narrower, draft.rows)
        except PlanError:
            continue
        break
    else:
        alike = people  # nobody has names that fit all of the columns
    draft.sources[source] = Permuted(size=min(namesakes(spec.copies, spec.folk) for spec in alike.values()))
    for name, spec in alike.items():
        company = _company(draft, name)
        if spec.field == "email" and company and spec.patterns:
            made = structs.replace(spec, company=company)
            spec = structs.replace(made, patterns=made.fitting_patterns()) if made.fitting_patterns() else spec
        draft.placed[name] = (spec, source)


def _alike(people: dict[str, Person], limit: int, rows: int) -> dict[str, Person]:
    """PlanError where a column can't hold some of the people whose names are no longer than the limit."""
    short = {name: structs.replace(spec, folk=shortened(spec.folk, limit)) for name, spec in people.items()}
    copies = max(spec.copies for spec in people.values())
    while any(namesakes(copies, spec.folk) < rows for spec in short.values()):
        copies *= 2
    alike = {name: structs.replace(spec, copies=copies) for name, spec in short.items()}
    for spec in alike.values():
        spec.check_room()
    return alike


def _company(draft: Draft, email: str) -> str:
    """The column with the company that the row's person is of: the last one that stands before the e-mail, so that one
    that is added to the table changes no address."""
    before = takewhile(lambda name: name != email, draft.table.column_names)
    found = [name for name in before if draft.meanings[name].group == "company"]
    return found[-1] if found and draft.table.column(found[-1]).type.kind == Kind.TEXT else ""
