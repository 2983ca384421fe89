"""The Specs that a person can name for a column, with their parameters in the column's own terms: a bound of a
decimal(10,2) is 9.99, one of a date 2024-12-31. Makes specs; whether a column can hold what they give is told in
`holding.py`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import get_args, get_type_hints

from msgspec import Struct
from msgspec.structs import replace

from ...errors import InputError, PlanError
from ...schema import Column, Kind, Type
from ...specs import AnySpec, Bank, Choice, Format, Null, Pattern, Person, Phrase, Place, Prose, Uuid
from ...specs.folk import Folk
from ...specs.phrases import is_grammar
from ...specs.pools import names as pool_names
from ...wordings import Call, Pairs
from ..domains import Domain, Scalar
from ..meaning.naming import locale_named
from ..words.written import choice_of
from .freedom import physical, unfit
from .goals import KINDS, Given, Goal, listed, near, one_of, positive, said, takes, text
from .quantities import date_of, log_normal_of, normal_of, range_of

_WEIGHTS = 1_000_000  # what the smallest of the shares that a person writes is counted in
_MOST_VALUES = 10_000


class Form(Struct, frozen=True):
    """One name of the catalogue: what it gives, its parameters in their order, an example, and what it is for."""

    name: str
    gives: str
    parameters: Mapping[str, str]
    example: str
    make: Callable[[Goal, Given], AnySpec]
    labels: bool = False  # other names, and values without a name, are labels with their weights


def spec_of(call: Call, goal: Goal) -> AnySpec:
    """Raises InputError for a name or a parameter that is not known, and for one that is not of the column's type."""
    form = FORMS.get(call.name)
    if form is None:
        raise InputError(f"there is no Spec {call.name}", hint=near(call.name, FORMS) or takes(goal))
    if goal.column.type.kind not in KINDS[form.name]:
        raise InputError(takes(goal))
    try:
        return form.make(goal, _bound(form, call))
    except PlanError as error:
        raise InputError(error.message, hint=error.hint) from error


def _bound(form: Form, call: Call) -> Given:
    order = list(form.parameters)
    if form.labels:
        unnamed = {name: value for name, value in call.named.items() if name in form.parameters}
        labels = {name: value for name, value in call.named.items() if name not in form.parameters}
        return Given(unnamed, call.values, labels)
    first = len(order) if order and not order[-1].endswith("...") else len(order) - 1
    rest = call.values[first:]
    if rest and first == len(order):
        raise InputError(f"{form.name} takes {first} parameters: {', '.join(order) or 'none'}", hint=form.example)
    named = dict(zip(order, call.values[:first], strict=False))
    for name, value in call.named.items():
        if name not in form.parameters:
            hint = near(name, form.parameters) or f"{form.name} takes {', '.join(order) or 'nothing'}"
            raise InputError(f"{form.name} has no parameter {name}", hint=hint)
        if name in named:
            raise InputError(f"{form.name} is given {name} twice", hint=form.example)
        named[name] = value
    return Given(named, rest)


# --- values with weights


def _choice(goal: Goal, given: Given) -> AnySpec:
    pairs = _pairs(given)
    weights = [1.0 if weight is None else positive("a weight", weight) for _, weight in pairs]
    values = _scalars(goal, [value for value, _ in pairs])
    spec = choice_of(goal.column, values)
    return Choice(values=spec.values, weights=_whole(weights) if any(w is not None for _, w in pairs) else ())


def _zipf(goal: Goal, given: Given) -> AnySpec:
    if given.labels:
        raise InputError(f"Zipf has no parameter {next(iter(given.labels))}", hint=FORMS["Zipf"].example)
    exponent = positive("exponent", given.named.get("exponent", 1))
    values = _scalars(goal, list(given.rest) or list(listed(given.named.get("values"))))
    weights = [1 / (rank**exponent) for rank in range(1, len(values) + 1)]
    return Choice(values=choice_of(goal.column, values).values, weights=_whole(weights))


def _pairs(given: Given) -> list[tuple[object, object]]:
    """Values with their weights, None where none are given."""
    if "values" in given.named:
        values, weights = listed(given.named["values"]), given.named.get("weights")
        counts = listed(weights) if weights is not None else (None,) * len(values)
        if len(counts) != len(values):
            raise InputError(f"{len(values)} values and {len(counts)} weights")
        return list(zip(values, counts, strict=True))
    pairs = [pair for one in given.rest for pair in (one.items if isinstance(one, Pairs) else ((one, None),))]
    pairs += given.labels.items()
    if len({weight is None for _, weight in pairs}) > 1:
        raise InputError("some of the values have a weight and some have none", hint="Choice(new=5, paid=90)")
    if not pairs:
        raise InputError("a Choice needs values", hint='Choice("new", "paid") or Choice(new=5, paid=90)')
    return pairs


def _scalars(goal: Goal, values: list[object]) -> list[Scalar]:
    if not 1 <= len(values) <= _MOST_VALUES:
        raise InputError(f"{len(values):,} values", hint=f"1 to {_MOST_VALUES:,}")
    found: list[Scalar] = []
    for value in values:
        if not isinstance(value, str | int | float):
            raise InputError(f"{said(value)} is no value of {goal.column.name}")
        if why := unfit(goal.column, goal.domain, value):
            raise InputError(why, hint=takes(goal))
        scalar = physical(goal.column, value)
        assert scalar is not None  # `unfit` has looked
        found.append(scalar)
    if twice := [value for place, value in enumerate(found) if value in found[:place]]:
        raise InputError(f"{twice[0]!r} is named twice")
    return found


def _whole(weights: list[float]) -> tuple[int, ...]:
    """As whole numbers, in the same proportions."""
    if all(weight == int(weight) for weight in weights):
        return tuple(int(weight) for weight in weights)
    return tuple(max(1, round(weight / max(weights) * _WEIGHTS)) for weight in weights)


# --- text


def _pattern(goal: Goal, given: Given) -> AnySpec:
    template = text(given, "template")
    if re.search(r"\[[^\]]*$", re.sub(r"\\.", "", template)):
        raise InputError(f"{template!r}: a [ is never closed")
    return Pattern(template=template)


def _bank(goal: Goal, given: Given) -> AnySpec:
    name = text(given, "pool")
    if name not in pool_names():
        raise InputError(f"there is no pool {name!r}", hint=near(name, dict.fromkeys(pool_names())) or "docs/pools.md")
    spec = Bank(pool=name, longest=goal.domain.longest, ascii=goal.domain.ascii)
    if not spec.size:
        raise InputError(f"no value of the pool {name} fits", hint=takes(goal))
    return spec


def _prose(goal: Goal, given: Given) -> AnySpec:
    sentences = given.named.get("sentences", 3)
    if not isinstance(sentences, int) or not 1 <= sentences <= 50:
        raise InputError(f"sentences is {said(sentences)}", hint="1 to 50")
    return Prose(sentences=sentences, longest=goal.domain.longest)


def _phrase(goal: Goal, given: Given) -> AnySpec:
    name = text(given, "grammar")
    known = tuple(pool for pool in pool_names() if is_grammar(pool))
    if name not in known:
        raise InputError(f"there is no grammar {name!r}", hint=near(name, dict.fromkeys(known)) or "docs/pools.md")
    spec = Phrase(grammars=(name,), longest=goal.domain.longest)
    spec.check_room()
    return spec


def _person(goal: Goal, given: Given) -> AnySpec:
    fields = get_args(get_type_hints(Person)["field"])
    spec = Person(
        field=one_of("field", text(given, "field"), fields),  # type: ignore[arg-type]  # one of those
        longest=goal.domain.longest,
        ascii=goal.domain.ascii,
        folk=_folk(given),
    )
    spec.check_room()
    return spec


def _place(goal: Goal, given: Given) -> AnySpec:
    fields = get_args(get_type_hints(Place)["field"])
    return Place(field=one_of("field", text(given, "field"), fields), folk=_folk(given))  # type: ignore[arg-type]


def _format(goal: Goal, given: Given) -> AnySpec:
    template, parts = text(given, "template"), given.rest
    if not all(isinstance(part, Call) for part in parts):
        raise InputError("the parts of a Format are Specs", hint=FORMS["Format"].example)
    asked = sorted({int(number) for number in re.findall(r"\{(\d+)\}", template)})
    if asked != list(range(len(parts))):
        raise InputError(f"{template!r} and {len(parts)} parts", hint="each {0}, {1} ... stands for one part")
    made = tuple(spec_of(part, _inner(goal, part)) for part in parts if isinstance(part, Call))
    return Format(template=template, parts=made)


def _inner(goal: Goal, call: Call) -> Goal:
    """A part of a text is text, or a whole number that is spelled out."""
    form = FORMS.get(call.name)
    kind = Kind.TEXT if form is None or Kind.TEXT in KINDS[form.name] else Kind.INTEGER
    type_ = Type(kind=kind, sql="text" if kind == Kind.TEXT else "integer", bits=None if kind == Kind.TEXT else 64)
    inner = Column(name=f"{goal.column.name} ({call.name})", type=type_, nullable=False)
    domain = Domain(kind=kind, nullable=False, longest=goal.domain.longest if kind == Kind.TEXT else 0)
    return replace(goal, column=inner, domain=replace(domain, ascii=goal.domain.ascii))


def _folk(given: Given) -> tuple[Folk, ...]:
    locale = given.named.get("locale")
    return (Folk(weight=1, locale=locale_named(str(locale))),) if locale else ()


_ENDS = {"low": "the least value", "high": "the greatest value"}
FORMS: Mapping[str, Form] = {
    form.name: form
    for form in (
        Form(
            "Choice",
            "one of a few values, by weights in any unit",
            {"values": "the values, as a list", "weights": "how often each comes, beside the others"},
            'Choice(new=5, paid=90, failed=5), Choice("S", "M", "L") or Choice({"in progress": 3, "done": 7})',
            _choice,
            labels=True,
        ),
        Form(
            "Zipf",
            "one of a few values, the first far more often than the last",
            {"values": "the values, commonest first", "exponent": "1 by default; more is steeper"},
            'Zipf("main", "north", "south", exponent=1.2)',
            _zipf,
            labels=True,
        ),
        Form(
            "Range",
            "numbers, dates or times, all alike",
            {**_ENDS, "step": "between neighbours; seconds for times, days for dates"},
            'Range(1, 5) or Range("2024-01-01", "2024-12-31")',
            range_of,
        ),
        Form(
            "LogNormal",
            "numbers above 0 around a median, with a long tail: prices, sizes, durations",
            {"median": "half of the values lie below it", "sigma": "0.6 by default; 1 is wide", **_ENDS},
            "LogNormal(median=45, sigma=1.1, high=5000)",
            log_normal_of,
        ),
        Form(
            "Normal",
            "numbers around a mean, alike on both sides",
            {"mean": "the middle", "std": "the standard deviation", **_ENDS},
            "Normal(mean=170, std=9)",
            normal_of,
        ),
        Form(
            "Pattern",
            "codes: # is a digit, @ A-Z, ? a-z, * a letter or digit, % a hexadecimal digit, [abc] one of these",
            {"template": "the code; \\ before a letter takes it as it is"},
            'Pattern("SKU-####-@@")',
            _pattern,
        ),
        Form(
            "Bank",
            "words of a pool of the package (docs/pools.md)",
            {"pool": "its name"},
            'Bank("product_name")',
            _bank,
        ),
        Form(
            "Prose",
            "sentences",
            {"sentences": "one to so many; 3 by default"},
            "Prose(sentences=2)",
            _prose,
        ),
        Form(
            "Phrase",
            "texts of a grammar of the package (docs/pools.md), different from row to row",
            {"grammar": "its name"},
            'Phrase("film_title")',
            _phrase,
        ),
        Form(
            "Person",
            "one field of a person: first_name, last_name, full_name, email, username or gender",
            {"field": "which", "locale": "such as de_DE; the package's mixture where there is none"},
            'Person("full_name", locale="de_DE")',
            _person,
        ),
        Form(
            "Place",
            "one field of a place: city, region, country, country_code, postal_code, street_address, phone ...",
            {"field": "which", "locale": "such as de_DE; any country where there is none"},
            'Place("city", locale="fr_FR")',
            _place,
        ),
        Form(
            "Date",
            "dates or moments as text, in a format of strftime",
            {**_ENDS, "format": "%Y-%m-%d by default", "zone": "of a moment's time, such as Europe/Berlin; else UTC"},
            'Date("2024-01-01", "2024-12-31", format="%d.%m.%Y") or Date(format="%d %b %H:%M %z", zone="Europe/Paris")',
            date_of,
        ),
        Form(
            "Format",
            "a text put together of parts, each a Spec",
            {"template": "with {0}, {1} ... for the parts", "parts...": "a Spec for each"},
            'Format("{0}-{1}", Pattern("@@"), Range(1, 99))',
            _format,
        ),
        Form("Uuid", "random UUIDs", {}, "Uuid()", lambda goal, given: Uuid()),
        Form("Null", "nothing but NULL", {}, "Null()", lambda goal, given: Null()),
    )
}
