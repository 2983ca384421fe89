"""What a column says of a person: which field it is, and whether the column can hold it. Knows no other column."""

from __future__ import annotations

import re

from msgspec import structs

from ...errors import PlanError
from ...schema import Column, Kind
from ...specs import Person
from ...specs.people import PersonField, namesakes
from ..domains import Domain, Facts
from ..meaning import Meaning
from ..meaning.names import words_of

PEOPLE: dict[str, PersonField] = {
    "person.first_name": "first_name", "person.last_name": "last_name", "person.full_name": "full_name",
    "email": "email", "username": "username", "gender": "gender", "person.honorific": "title", "person.title": "title",
    "person.middle_name": "middle_name", "person.initials": "initials", "person.nickname": "nickname",
}  # fmt: skip
_WOMEN = ("f", "female", "w", "woman", "women", "feminine", "girl", "fem")
_MEN = ("m", "male", "man", "men", "masculine", "boy", "masc")
_MADAM = ("ms", "mrs", "miss", "madam", "mme", "frau", "sra", "signora")
_SIR = ("mr", "mister", "sir", "m", "herr", "sr", "signor")
_LEAST = 4  # bytes that are left of each name in an address


def person_spec(column: Column, meaning: Meaning, domain: Domain, facts: Facts, wanted: int = 1) -> Person | None:
    """A person's field for a column that can hold it whatever the person is called, of `wanted` persons; else None."""
    field = field_of(column, meaning)
    if field is None:
        return None
    copies = 1
    while namesakes(copies, facts.folk) < wanted:
        copies *= 2
    spec = Person(
        field=field, copies=copies, longest=domain.longest, ascii=domain.ascii, folk=facts.folk,
        reachable=facts.reachable and field == "email",
    )  # fmt: skip
    if field in ("gender", "title"):
        labels = _labels(field, domain)
        return structs.replace(spec, labels=labels, longest=0) if labels else None
    if domain.kind != Kind.TEXT or domain.values is not None or not _plain(domain, field):
        return None
    if field in ("email", "username"):
        spec = structs.replace(spec, patterns=spec.fitting_patterns())
        spec = spec if _formed(spec, domain) else structs.replace(spec, patterns=())
        if not spec.patterns and domain.longest and spec.room < _LEAST:
            return None
        if not _formed(spec, domain):
            return None
    try:
        spec.check_room()
    except PlanError:
        return None
    return spec


def field_of(column: Column, meaning: Meaning) -> PersonField | None:
    field = PEOPLE.get(meaning.name) or PEOPLE.get(meaning.group)
    words = words_of(column.name)
    if field == "title" and "suffix" in words:
        return None
    if "initials" in words or words[-2:] == ("middle", "initial"):
        return "initials"
    if field == "first_name" and "middle" in words:
        return "middle_name"
    return "nickname" if field == "username" and {"nick", "nickname"} & set(words) else field


def _plain(domain: Domain, field: str) -> bool:
    """Whether only the length binds, or a form that addresses may have."""
    if domain.parts or domain.json or domain.coded or domain.hints:
        return False
    if field in ("email", "username"):
        return not domain.case or domain.case == "lower"
    return domain.form is None and not domain.case and domain.shortest <= 2


def _formed(spec: Person, domain: Domain) -> bool:
    """Whether addresses in all its patterns have the form that a CHECK asks for."""
    samples = spec.samples()
    if domain.shortest > min(map(len, samples)):
        return False
    return domain.form is None or all(re.search(domain.form.regex, text) for text in samples)


def _labels(field: str, domain: Domain) -> tuple[str, ...]:
    """What the column says of a woman and of a man; () where it can't tell."""
    hers, his = (_WOMEN, _MEN) if field == "gender" else (_MADAM, _SIR)
    if domain.values is not None:
        known = {str(value).lower().rstrip("."): value for value in domain.values}
        found = [next((known[word] for word in words if word in known), None) for words in (hers, his)]
        return tuple(str(label) for label in found) if all(isinstance(label, str) for label in found) else ()
    if domain.kind != Kind.TEXT or domain.form is not None or domain.case or domain.parts or domain.hints:
        return ()
    pairs = (("F", "M"),) if field == "gender" else (("Ms.", "Mr."), ("Ms", "Mr"))
    fits = (p for p in pairs if (not domain.longest or len(p[0]) <= domain.longest) and domain.shortest <= len(p[0]))
    return next(fits, ())
