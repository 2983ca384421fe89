"""A spec for a text column, by its meaning and what fits. What is unknown becomes an opaque code that fits."""

from __future__ import annotations

import re

from ...errors import PlanError
from ...schema import Column, Kind
from ...specs import AnySpec, Article, Bank, Choice, Format, Iban, Pattern, Prose, Range, Uuid
from ...specs.accounts import COUNTRIES
from ...specs.people import HOSTS
from ..conditions.templates import literal, template_of
from ..domains import Domain, Facts
from ..meaning import SURE, Meaning
from ..people.persons import person_spec
from ..people.spots import WITHIN_HOUSE, place_spec, second_line
from .codes import form_of
from .documents import document
from .official import official
from .phrases import phrase_of
from .vocabularies import chosen_words, distinct_words, neutral_codes

_BANKS = {
    "city": ("city", -1), "region": ("region", -1), "county": ("region", -1), "country": ("country", 0),
    "country_code": ("country_code", -1), "currency_code": ("currency_code", -1), "company": ("company", -1),
    "department_name": ("department", -1), "role_name": ("job_title", -1), "job_title": ("job_title", -1),
    "product_name": ("product_name", 0), "brand": ("brand", -1), "object_name": ("title", -1),
    "category.product": ("product_name", 1), "company.suffix": ("company_suffix", -1), "color": ("color", -1),
    "title": ("title", -1), "work_title": ("title", -1),
    "language_name": ("language", 0), "language_code": ("language", 1), "time_zone": ("time_zone", -1),
    "mime_type": ("mime_type", -1), "file_format": ("file_ext", -1), "user_agent": ("user_agent", -1),
    "hostname": ("domain", -1), "tag": ("word", -1),
}  # fmt: skip
_CODES = {"country": "country_code", "language_name": "language_code"}  # what a char(2) of that name holds
_CODED = {"country_code", "currency_code", "language_code"}  # a number behind makes no code
_PROSE = {"free_text", "comment", "note", "config_value"}


def random_text(column: Column, meaning: Meaning, domain: Domain, facts: Facts) -> AnySpec:
    longest, shortest, group = domain.longest, domain.shortest, meaning.group
    if domain.json and (not longest or longest >= 60):
        return document(meaning.name, column.default or "", longest)
    if domain.hints:
        return Choice(values=domain.hints)
    person = person_spec(column, meaning, domain, facts)
    if person is not None:
        return person
    known = (
        chosen_words(column, meaning, domain)
        or _account(meaning, domain, facts)
        or official(column, meaning, domain, facts)
        or form_of(meaning.name, group, domain)
        or phrase_of(meaning.name, group, domain)
    )
    if known is not None:
        return known
    if not _holds(group, domain):
        return _formed_text(domain, column.name) if domain.form else _coded(shortest, longest, domain.case)
    if group == "street_address" and second_line(column) and not 0 < longest < _WITHIN:
        flats = tuple(form.format(number) for form in WITHIN_HOUSE for number in range(1, 25))
        return Choice(values=flats)
    for spec in _meant(group, longest, facts):
        return spec
    if group in _PROSE or (group == "opaque" and not longest and column.type.kind == Kind.TEXT):
        if not longest or longest >= 30:
            return Prose(sentences=3, longest=longest)
        return _bank("word", -1, domain) or _short(domain)  # a title would say what is not so
    if meaning.name in _BANKS or group in _BANKS:
        shorter = _CODES.get(group)
        short = _bank(*_BANKS[shorter], domain) if shorter and 0 < longest <= 3 else None
        return short or _bank(*_BANKS.get(meaning.name) or _BANKS[group], domain) or _short(domain)
    few = neutral_codes(domain) if group == "category_code" and _of_few(meaning) else None
    if group == "email" and longest >= len(_MAILBOX) + 4:
        return Pattern(template="?" + "#" * min(longest - len(_MAILBOX) - 1, 9) + _MAILBOX)
    return few or _coded(shortest, longest, domain.case)


def _of_few(meaning: Meaning) -> bool:
    """Whether the column surely holds one of a few kinds, though nobody knows which."""
    return meaning.confidence >= SURE and meaning.name == meaning.group


_MAILBOX = "\\@x.test"  # for columns too short for a name: reserved, RFC 2606
_WITHIN = 8  # letters of the longest "Suite 24"
_SAMPLES = {
    "email": tuple(f"ann.lee@{host}" for host in HOSTS),
    "url": ("https://www.example.com/word/12345",),
}


def _holds(group: str, domain: Domain) -> bool:
    """Whether all that the meaning gives has the form, the case and the length that CHECKs ask for anyway."""
    if domain.form is None and not domain.case and domain.shortest <= 2:
        return True
    return group in _SAMPLES and all(
        (domain.form is None or re.search(domain.form.regex, text))
        and (not domain.case or text == getattr(text, domain.case)())
        and len(text) >= domain.shortest
        for text in _SAMPLES[group]
    )


def _formed_text(domain: Domain, name: str, wanted: int = 1) -> Pattern:
    assert domain.form is not None
    template = template_of(
        domain.form, shortest=domain.shortest, longest=domain.longest, case=domain.case, wanted=wanted
    )
    if template is None:
        raise PlanError(f"no value of {name} can hold its CHECKs")
    return Pattern(template=template)


def _account(meaning: Meaning, domain: Domain, facts: Facts) -> Iban | Article | None:
    """A number with right check digits, where the column has room for one: an IBAN of the country that was asked for,
    the number of an article or a book."""
    asked = facts.folk[0].locale[-2:] if facts.asked else ""
    spec: Iban | Article
    match meaning.name:
        case "id.iban":
            spec = Iban(country=asked) if asked in COUNTRIES else Iban()  # type: ignore[arg-type]
        case "id.isbn":
            spec = Article(prefix="978")
        case "id.ean":
            digits = next((width for width in (13, 12, 8) if not domain.longest or domain.longest >= width), 13)
            spec = Article(digits=14 if domain.longest == domain.shortest == 14 else digits)
        case _:
            return None
    width = spec.width if isinstance(spec, Iban) else spec.digits
    plain = domain.form is None and not domain.case and domain.shortest <= width
    return spec if plain and (not domain.longest or domain.longest >= width) else None


def _enough(spec: Iban | Article | None, wanted: int) -> Iban | Article | None:
    return spec if spec is not None and spec.size >= wanted else None


def _meant(group: str, longest: int, facts: Facts) -> list[AnySpec]:
    """Specs for meanings with a form of their own; empty where the column is too short for it."""

    def fits(width: int) -> bool:
        return not longest or longest >= width

    match group:
        case "uuid" if fits(36):
            return [Uuid()]
        case "hash" | "password_or_secret" | "token" | "api_key":
            return [Pattern(template="%" * longest)]  # too short for any usual form
        case "phone" if fits(12):
            return [Pattern(template=f"{'+1-' if fits(15) else ''}[2345679][0346]#-555-01##")]
        case "street_address" if fits(30):
            return [
                Format(
                    template="{0} {1}",
                    parts=(Range(low=1, high=980), Bank(pool="street_name", longest=(longest or 99) - 4)),
                )
            ]
        case "postal_code" if fits(5):
            return [Pattern(template="#####", start=10_000)]
        case "url" | "avatar" if fits(40):
            return [
                Format(
                    template="https://www.example.com/{0}/{1}",
                    parts=(Bank(pool="word", longest=9), Range(low=1, high=99_999)),
                )
            ]
        case "ip" if fits(15):
            return [Format(template="192.0.2.{0}", parts=(Range(low=1, high=254),))]  # documentation range, RFC 5737
        case "color" if longest in (6, 7):  # as in style sheets
            return [Pattern(template="%%%%%%" if longest == 6 else "\\#%%%%%%")]
        case "mac" if fits(17):
            return [Pattern(template="02:00:%%:%%:%%:%%")]
        case "gender":
            return [Choice(values=("F", "M"))]
        case "boolean_flag":
            return [Choice(values=("Y", "N"), weights=(3, 1))]
        case "json_doc" if fits(60):
            return [document("json_doc", "", longest)]
        case "path" | "filename" if fits(40):
            return [
                Format(template="/data/{0}/{1}.csv", parts=(Bank(pool="word", longest=9), Range(low=1, high=99_999)))
            ]
        case "slug" | "config_key" if fits(20):
            return [Format(template="{0}-{1}", parts=(Bank(pool="word", longest=9), Bank(pool="word", longest=9)))]
        case "version" if fits(8):
            return [
                Format(
                    template="{0}.{1}.{2}", parts=(Range(low=1, high=4), Range(low=0, high=20), Range(low=0, high=9))
                )
            ]
        case "currency_amount" | "quantity" | "count" | "measurement" | "score" if fits(5):
            return [Format(template="{0}", parts=(Range(low=1, high=999),))]
    return []


def distinct_text(column: Column, meaning: Meaning, domain: Domain, wanted: int, facts: Facts) -> AnySpec:
    longest, shortest, group = domain.longest, domain.shortest, meaning.group
    if domain.form is None and not domain.coded and not domain.path:
        known = (
            distinct_words(column, meaning, domain, wanted)
            or _enough(_account(meaning, domain, facts), wanted)
            or official(column, meaning, domain, facts, wanted)
            or form_of(meaning.name, group, domain, wanted)
            or phrase_of(meaning.name, group, domain, wanted)
        )
        if known is not None:
            return known
    if _holds(group, domain) and not domain.coded:
        person = person_spec(column, meaning, domain, facts, wanted, unique=True)
        if person is not None and person.size >= wanted:
            return person
        place = place_spec(column, meaning, domain, of_countries=False)
        if place is not None and place[1] is None and place[0].size >= wanted:
            return place[0]
        if group == "uuid" and (not longest or longest >= 36):
            return Uuid()
        if meaning.name in _BANKS or group in _BANKS:
            bank = _bank(*_BANKS.get(meaning.name) or _BANKS[group], domain, wanted)
            if bank is not None and (bank.copies == 1 or group not in _CODED):
                return bank
        if group in ("hash", "token", "api_key", "password_or_secret") and longest:
            return Pattern(template="%" * longest)
    if domain.form is not None:
        return _formed_text(domain, column.name, wanted)
    if group == "email" and not domain.case and longest >= len(_MAILBOX) + 4:
        return Pattern(template="?" + "#" * min(longest - len(_MAILBOX) - 1, 9) + _MAILBOX)
    return _coded(shortest, longest, domain.case, wanted, _initials(column.name))


def distinct_document(path: tuple[str, ...], wanted: int) -> Pattern:
    """JSON documents that differ in the member at `path`: text of digits, which any cast can read."""
    opened = "".join(f'{{"{step}": ' for step in path)
    return Pattern(
        template=literal(opened) + '"' + "#" * max(6, len(str(wanted * 10))) + '"' + "}" * len(path), start=0
    )


def _initials(name: str) -> str:
    letters = "".join(c for c in name.upper() if "A" <= c <= "Z" and c not in "AEIOU")
    return letters[:3] if len(letters) >= 3 else "REF"


def _coded(shortest: int, longest: int, case: str, wanted: int = 1_000, prefix: str = "") -> Pattern:
    """An opaque code of one length: REF-004711, AB123, *** - whatever fits and has `wanted` values to spare."""
    letter = "?" if case == "lower" else "@"
    head = prefix.lower() if case == "lower" else prefix
    digits = max(6, len(str(wanted * 10)))
    best = Pattern(template=(letter * 3 if not prefix else head) + "-" + "#" * digits, start=0)
    if len(best.template) < shortest:
        best = Pattern(template=best.template + "#" * (shortest - len(best.template)))
    if not longest or len(best.template) <= longest:
        return best
    for template in (letter * 2 + "#" * digits, letter + "#" * (longest - 1), "#" * longest, letter * longest):
        pattern = Pattern(template=template)
        if len(template) <= longest and len(template) >= shortest and pattern.size >= wanted:
            return pattern
    return Pattern(template=("%" if case == "lower" else "*") * longest)


def _bank(pool: str, field: int, domain: Domain, wanted: int = 0) -> Bank | None:
    copies = 1
    while True:
        spec = Bank(pool=pool, field=field, longest=domain.longest, copies=copies, ascii=domain.ascii)
        try:
            size = spec.size
        except PlanError:
            return None
        if size >= wanted:
            return spec
        copies = max(copies + 1, -(-wanted * copies // size))


def _short(domain: Domain) -> AnySpec:
    for pool in ("title", "word"):
        bank = _bank(pool, -1, domain)
        if bank is not None:
            return bank
    return _coded(0, domain.longest, "")
