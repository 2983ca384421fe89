"""What a Spec that a person names is for: a column with its domain, told in words; and the arguments of its call, read
one by one. Knows the names of the Specs and the kinds of columns they fill, not how they are made."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches

from msgspec import Struct, field

from ...errors import InputError
from ...schema import Column, Kind
from ...wordings import Call, Pairs
from ..domains import Domain, Facts, domain_of, units_of
from .freedom import MOMENTS, NUMBERS, spelled

TIMES = MOMENTS | {Kind.TIME}
_TEXTS = frozenset({Kind.TEXT})
_VALUES = frozenset(NUMBERS | TIMES | _TEXTS | {Kind.ENUM, Kind.BOOLEAN})
KINDS: Mapping[str, frozenset[Kind]] = {
    "Choice": _VALUES,
    "Zipf": _VALUES,
    "Range": frozenset(NUMBERS | TIMES),
    "LogNormal": frozenset(NUMBERS),
    "Normal": frozenset(NUMBERS),
    **dict.fromkeys(("Pattern", "Bank", "Prose", "Phrase", "Person", "Place", "Date", "Format"), _TEXTS),
    "Uuid": _TEXTS | {Kind.UUID},
    "Null": frozenset(Kind),
}


class Goal(Struct, frozen=True):
    """The column that a spec is for."""

    column: Column
    domain: Domain
    facts: Facts


class Given(Struct, frozen=True):
    """The arguments of a call by their parameters; `rest` are those without a name, `labels` those with another."""

    named: Mapping[str, object]
    rest: tuple[object, ...] = ()
    labels: Mapping[str, object] = field(default_factory=dict)


def takes(goal: Goal) -> str:
    """What would fit the column: 'takes text of up to 20 characters: Choice(...), Pattern(...)'."""
    fitting = [name for name, kinds in KINDS.items() if goal.column.type.kind in kinds]
    if goal.domain.values is not None:
        fitting = [name for name in fitting if name in ("Choice", "Zipf")]
    if not goal.domain.nullable:
        fitting = [name for name in fitting if name != "Null"]
    forms = ", ".join(f"{name}(...)" for name in fitting)
    return f"takes {_values(goal)}" + (f": {forms}" if forms else ", for which no Spec has a name")


def _values(goal: Goal) -> str:
    """What the column holds, in words."""
    domain, type_ = goal.domain, goal.column.type
    if domain.values is not None:
        few = ", ".join(repr(value) for value in domain.values[:6])
        return f"only {few}{', ...' if len(domain.values) > 6 else ''}"
    if type_.kind in _TEXTS:
        return f"text of up to {domain.longest} characters" if domain.longest else "text"
    if type_.kind in NUMBERS:
        whole = units_of(type_) == 1
        return f"{'whole ' if whole else ''}numbers{_ends_of(goal)} ({type_.sql})"
    if type_.kind in TIMES:
        named = {Kind.DATE: "dates", Kind.TIME: "times"}.get(type_.kind, "moments")
        return f"{named}{_ends_of(goal)} ({type_.sql})"
    return f"values of {type_.sql}"


def _ends_of(goal: Goal) -> str:
    """The bounds that a CHECK or a parent's type sets beyond the type's own."""
    own, domain = domain_of(goal.column, goal.facts.dialect), goal.domain
    low = f" from {spelled(goal.column, domain.low)}" if domain.low is not None and domain.low != own.low else ""
    high = f" up to {spelled(goal.column, domain.high)}" if domain.high is not None and domain.high != own.high else ""
    return low + high


# --- arguments


def near(name: str, known: Mapping[str, object]) -> str:
    lower = {one.lower(): one for one in known}
    found = get_close_matches(name.lower(), list(lower), n=1)
    return f"did you mean {lower[found[0]]}?" if found else ""


def listed(value: object) -> tuple[object, ...]:
    if not isinstance(value, tuple) or not value:
        raise InputError(f"{said(value)} is no list of values", hint='values=["new", "paid"]')
    return value


def positive(name: str, value: object) -> float:
    if not isinstance(value, int | float) or isinstance(value, bool) or not 0 < value < 1e12:
        raise InputError(f"{name} is {said(value)}", hint="a number above 0")
    return float(value)


def one_of(name: str, value: str, known: tuple[str, ...]) -> str:
    if value not in known:
        hint = near(value, dict.fromkeys(known)) or f"one of {', '.join(known)}"
        raise InputError(f"there is no {name} {value!r}", hint=hint)
    return value


def text(given: Given, name: str) -> str:
    value = given.named.get(name)
    if not isinstance(value, str) or not value:
        raise InputError(f"{name} is {said(value)}" if name in given.named else f"{name}= is missing", hint="a text")
    return value


def said(value: object) -> str:
    if isinstance(value, Call):
        return f"{value.name}(...)"
    return "a dict" if isinstance(value, Pairs) else repr(list(value) if isinstance(value, tuple) else value)
