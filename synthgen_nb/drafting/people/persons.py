"""What a column says of a person: which field it is, and whether the column can hold it. Knows no other column."""

from __future__ import annotations

import math
import re

from msgspec import structs

from ...errors import PlanError
from ...schema import Column, Kind
from ...specs import Person
from ...specs.folk import Folk, limit_of, shortened
from ...specs.logins import PATTERNS
from ...specs.people import PersonField, namesakes
from ..domains import Domain, Facts
from ..meaning import Meaning
from ..meaning.names import words_of

PEOPLE: dict[str, PersonField] = {
    "person.first_name": "first_name", "person.last_name": "last_name", "person.full_name": "full_name",
    "email": "email", "username": "username", "gender": "gender", "person.honorific": "title", "person.title": "title",
    "person.middle_name": "middle_name", "person.initials": "initials", "person.nickname": "nickname",
    "category.relationship": "relation",
}  # fmt: skip
_WOMEN = ("f", "female", "w", "woman", "women", "feminine", "girl", "fem")
_MEN = ("m", "male", "man", "men", "masculine", "boy", "masc")
_MADAM = ("ms", "mrs", "miss", "madam", "mme", "frau", "sra", "signora")
_SIR = ("mr", "mister", "sir", "m", "herr", "sr", "signor")
_TOGETHER = ("full_name", "email", "username")  # have both names of a person
_LIMITS = (0, 16, 14, 12, 11, 10, 9, 8, 7, 6, 5, 4)  # how long each of them may be
_COMMON = 9  # most names are no longer
# what a woman and a man are to somebody
_RELATIONS = (
    ("mother", "father"), ("wife", "husband"), ("sister", "brother"), ("daughter", "son"), ("aunt", "uncle"),
    ("grandmother", "grandfather"), ("niece", "nephew"), ("girlfriend", "boyfriend"), ("stepmother", "stepfather"),
    ("mom", "dad"), ("mum", "dad"), ("granddaughter", "grandson"), ("godmother", "godfather"),
)  # fmt: skip
_MIDDLE_INITIAL = ("middle", "initial")
_OFTEN = 3  # times as often as what either may be: a mother, beside a guardian
_LEAST = 4  # bytes that are left of each name in an address


def person_spec(
    column: Column, meaning: Meaning, domain: Domain, facts: Facts, wanted: int = 1, *, unique: bool = False
) -> Person | None:
    """A person's field for a column that can hold it whatever the person is called, of `wanted` persons; else None. A
    narrow column has people with short names, and where it need not be `unique` no initials between them."""
    field = field_of(column, meaning)
    if field is None:
        return None
    reachable = facts.reachable and field == "email"
    longest = 1 if words_of(column.name)[-2:] == _MIDDLE_INITIAL else domain.longest
    spec = Person(field=field, longest=longest, ascii=domain.ascii, reachable=reachable)
    if field in ("gender", "title", "relation"):
        labels = _relations(domain) if field == "relation" else _labels(field, domain)
        return _of(facts.folk, structs.replace(spec, labels=labels, longest=0), wanted) if labels else None
    if domain.kind != Kind.TEXT or domain.values is not None or not _plain(domain, field):
        return None
    best: Person | None = None
    for limit in _LIMITS if domain.longest and field in _TOGETHER else (0,):
        try:
            whole = _of(shortened(facts.folk, limit), spec, wanted)
        except PlanError:  # there are no names so short
            break
        made = _fitted(whole, domain)
        if made is None and field == "full_name" and not unique:
            made = _fitted(structs.replace(whole, bare=True), domain)
        if made is not None and (best is None or _varied(made) > _varied(best)):
            best = made
        if best is not None and (_varied(best) == _ALL or (_varied(best) and 0 < limit < _COMMON)):
            break
    return best


def _of(folk: tuple[Folk, ...], spec: Person, wanted: int) -> Person:
    """Of so many persons of these groups."""
    return structs.replace(spec, folk=folk, copies=copies_for(folk, wanted))


def copies_for(folk: tuple[Folk, ...], wanted: int) -> int:
    """Numbers for each pair of names, so that there are so many persons."""
    copies = 1
    while namesakes(copies, folk) < wanted:
        copies *= 2
    return copies


def _fitted(spec: Person, domain: Domain) -> Person | None:
    if spec.field in ("email", "username"):
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


_ALL = 2


def _varied(spec: Person) -> int:
    """How many ways a person's addresses have: all that there are (_ALL), several of which none is too common, or few.
    Names alone have all."""
    if spec.field not in ("email", "username"):
        return _ALL
    most = max((spec.patterns.count(pattern) for pattern in spec.patterns), default=0)
    if set(spec.patterns) == set(PATTERNS) and not 0 < limit_of(spec.folk) < _COMMON:
        return _ALL
    return 1 if most * 5 <= 2 * len(spec.patterns) and spec.patterns else 0


def field_of(column: Column, meaning: Meaning) -> PersonField | None:
    field = PEOPLE.get(meaning.name) or PEOPLE.get(meaning.group)
    words = words_of(column.name)
    if field == "title" and "suffix" in words:
        return None
    if "initials" in words:
        return "initials"
    if words[-2:] == _MIDDLE_INITIAL:
        return "middle_name"
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


def _relations(domain: Domain) -> tuple[str, ...]:
    """What a woman may be to somebody, then what a man may, as many each; () where the column's words tell none."""
    sides: tuple[list[str], list[str]] = ([], [])
    told = [str(value) for value in domain.values or ()]
    known = [{pair[side] for pair in _RELATIONS} for side in (0, 1)]
    for word in told:
        for side in (0, 1):
            if word.lower() in known[side]:
                sides[side].extend([word] * _OFTEN)
            elif word.lower() not in known[1 - side]:
                sides[side].append(word)
    hers, his = sides
    if len(told) == len({*hers} & {*his}) or not hers or not his:
        return ()
    most = math.lcm(len(hers), len(his))
    return (*hers * (most // len(hers)), *his * (most // len(his)))
