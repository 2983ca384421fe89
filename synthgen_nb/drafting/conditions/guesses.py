"""Guesses: values that a condition may be about, from its literals and from what its kind of column often holds. For
where chance alone finds none: which of them hold it is not known here. Knows one column and the trees of conditions."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Sequence

from sqlglot import exp

from ...ddl.expressions import parse_expression
from ...errors import DDLError
from ...physical import DAY, MICROS
from ...schema import Column, Kind
from ...specs import AnySpec, Bytes, Choice, Joined, ListOf
from ..domains import Domain, Facts, Scalar, units, units_of
from .trees import literal_in

_COUNTED = {Kind.INTEGER, Kind.DECIMAL, Kind.FLOAT, Kind.MONEY, Kind.YEAR}
_MOMENTS = {Kind.DATE, Kind.TIMESTAMP, Kind.TIMESTAMPTZ}
_WORDS = ("river", "stone", "maple", "harbour", "AMBER", "NORTH", "Linden", "cedar")
_FORMS = (
    "ann@example.com", "https://www.example.com/river", "/data/river.csv", "a1b2c3", "A-1", "1.2.3", "0.5", "{}", "[]",
    "[1, 2]", '["river", "stone"]', '{"id": 1}', "10:30:00", "2024-05-01T10:30:00.000Z", "192.0.2.7",
)  # fmt: skip
_MOST = 240
_LONGEST = 64


def guess_of(
    column: Column, domain: Domain, conditions: Iterable[exp.Expr], facts: Facts, known: Sequence[object]
) -> AnySpec | None:
    """A spec of many guesses that the column's domain allows; None where nothing is known of its kind. `known` are
    values of its rows that the DDL inserts."""
    conditions = list(conditions)
    if domain.values is not None or domain.form is not None or domain.always_null or domain.parts:
        return None
    if not known and _only_there(column, conditions):
        return None
    literals = [value for tree in conditions for value in _literals(tree)]
    literals += [value for value in (*domain.hints, _default(column, facts), *known) if value is not None]
    kind = domain.kind
    if kind in _COUNTED:
        return _listed(_numbers(column, literals), column, domain)
    if kind in _MOMENTS:
        return _listed(_moments(column, literals, facts), column, domain)
    if kind == Kind.TEXT and domain.hints:
        return None  # it is compared with words of its own, which are drawn anyway: no other word is meant
    if kind == Kind.TEXT and not domain.json:
        in_text = documents(conditions, literals) if any("json" in c.sql().lower() for c in conditions) else []
        return _listed([*map(json.dumps, in_text), *_texts(literals, facts)], column, domain)
    if kind == Kind.JSON or domain.json:
        return _listed([json.dumps(d) for d in documents(conditions, literals)], column, domain)
    if kind == Kind.BINARY:
        sizes = sorted({n for n in _counts(literals) if domain.shortest <= n <= (domain.longest or n)})
        return Joined(parts=tuple(Bytes(shortest=n, longest=n) for n in sizes)) if sizes else None
    if kind == Kind.ARRAY and column.type.element is not None:
        inside = Column(name=column.name, type=column.type.element, nullable=False)
        inner = domain.inner[0] if domain.inner else Domain(kind=inside.type.kind)
        element = guess_of(inside, inner, (), facts, literals) or (
            Choice(values=inner.values) if inner.values else None
        )
        sizes = sorted({1, 2, 3, *(n for n in _counts(literals) if n <= 20)})
        if element is None or column.type.length:
            return None
        return Joined(parts=tuple(ListOf(element=element, shortest=n, longest=n) for n in sizes if n))
    return None


def _only_there(column: Column, conditions: Sequence[exp.Expr]) -> bool:
    """Whether conditions ask for nothing but whether the column is NULL: no value of it is any better than others."""
    found = [
        node for tree in conditions for node in tree.find_all(exp.Column) if node.name.lower() == column.name.lower()
    ]
    return bool(found) and all(isinstance(node.parent, exp.Is) for node in found)


def _literals(tree: exp.Expr) -> list[object]:
    found = [literal_in(node) for node in tree.find_all(exp.Literal, exp.Neg)]
    return [value for value in found if value is not None]


def _default(column: Column, facts: Facts) -> object:
    """The DEFAULT, where it is a plain value."""
    try:
        return literal_in(parse_expression(column.default, facts.dialect)) if column.default else None
    except DDLError:
        return None  # a guess less: nothing depends on it


def _counts(literals: Iterable[object]) -> list[int]:
    return [int(v) for v in literals if isinstance(v, int | float) and 0 <= v <= _LONGEST and v == int(v)]


def _listed(values: Iterable[Scalar | None], column: Column, domain: Domain) -> Choice | None:
    """Those that the domain allows."""
    unique = tuple(dict.fromkeys(v for v in values if v is not None))
    if domain.case:
        unique = tuple(v for v in unique if v == getattr(str(v), domain.case)())
    kept = domain.meet(Domain(kind=domain.kind, values=unique)).values or ()
    if not kept:
        return None
    if domain.kind == Kind.FLOAT:
        return Choice(values=tuple(v / units_of(column.type) for v in kept[:_MOST]))  # type: ignore[operator]
    return Choice(values=kept[:_MOST])


def _numbers(column: Column, literals: Iterable[object]) -> list[Scalar | None]:
    one = units_of(column.type)
    named = [n for v in literals if (n := units(v, column.type)) is not None][:12]
    near = [v + d * one for v in named for d in (0, 1, -1, 2, -2, 3, -3, 4, 5, -5, 10, -10)]
    parts = [v // d for v in named for d in (2, 3, 4, 10)]
    fractions = [one // 2, one // 4, one // 10] if one > 1 else []
    return [*named, *(n * one for n in range(13)), -one, *fractions, *near, *parts, *(-v for v in named)]


def _moments(column: Column, literals: Iterable[object], facts: Facts) -> list[Scalar | None]:
    """Days in a row, the first and the last of months, those that the condition names; whole hours of them."""
    size = 1 if column.type.kind == Kind.DATE else DAY
    today = facts.today
    firsts = [(dt.date(facts.as_of.year - n // 12 - 1, n % 12 + 1, 1) - dt.date(1970, 1, 1)).days for n in range(24)]
    days = [*range(today - 15, today), *firsts, *(day - 1 for day in firsts)]
    named = [n for v in literals if isinstance(v, str) and (n := units(v, column.type)) is not None][:12]
    near = [v + d * size for v in named for d in (0, 1, -1, 7, 30)]
    found: list[Scalar | None] = [*named, *near, *(day * size for day in days)]
    if size == 1:
        return found
    hours = [hour * 3600 * MICROS for hour in (1, 8, 9, 12)]
    return [*found, *(day * size + hour + m * 60 * MICROS for day in days[:12] for hour in hours for m in (0, 5, 30))]


def _texts(literals: Iterable[object], facts: Facts) -> list[Scalar | None]:
    literals = list(literals)
    named = list(dict.fromkeys(v for v in literals if isinstance(v, str) and 0 < len(v) <= _LONGEST))[:8]
    around = [text for v in named for w in _WORDS for text in (v + w, w + v, w + v + w)]
    cases = [text for v in (*named, *_WORDS) for text in (v.upper(), v.lower())]
    letters = "abcdefghijklmnopqrstuvwxyz" * 3
    long = [t[:n] for n in _counts(literals) for t in (letters, letters.upper(), "1234567890" * 7, "0f3a" * 16) if n]
    numbers = [str(v) for v in literals if isinstance(v, int | float)] + [str(n) for n in range(13)]
    days = [facts.as_of - dt.timedelta(days=7 * n + n % 5) for n in range(1, 13)]
    moments = [text for day in days for text in (f"{day}", f"{day} 10:30:00")]
    members = [json.dumps({v: value}) for v in named for value in (1, "river", [1])]
    return [*named, *_WORDS, *cases, *long, *_FORMS, *numbers, *moments, *around, *members]


def documents(conditions: Sequence[exp.Expr], literals: Sequence[object]) -> list[object]:
    """JSON documents with the members that conditions name, holding all kinds of values."""
    paths = list(dict.fromkeys(path for tree in conditions for path in _paths(tree)))[:8]
    whole = [made for v in literals if isinstance(v, str) and (made := _document(v)) is not None]
    plain = [v for v in dict.fromkeys(literals) if isinstance(v, int | float | str)][:12]
    values = [1, "river", True, [1, 2], {"id": 1}, 5.5, "2024-05-01", None, *plain, *whole]
    found: list[object] = [{"id": 1}, {}, [], [1, 2], ["river", "stone"], [{"id": 1}], "river", 7, True, *whole]
    for start in range(len(values)):
        for step in (0, 1, 3):
            document: dict[str, object] = {}
            for place, path in enumerate(paths):
                _put(document, path, values[(start + step * place) % len(values)])
            found += [document, *({**document, **inside} for inside in whole if isinstance(inside, dict))]
    return found


def _document(text: str) -> object:
    try:
        made = json.loads(text)
    except ValueError:
        return None
    return made if isinstance(made, dict | list) else None


def _put(document: dict[str, object], path: tuple[str, ...], value: object) -> None:
    for step in path[:-1]:
        inner = document.setdefault(step, {})
        if not isinstance(inner, dict):
            return
        document = inner
    document[path[-1]] = value


def _paths(tree: exp.Expr) -> list[tuple[str, ...]]:
    """The members that a condition looks for: `j -> 'a' ->> 'b'`, '$.a.b', `j ? 'a'`."""
    found = []
    for path in tree.find_all(exp.JSONPath):
        steps = tuple(str(key.this) for key in path.expressions if isinstance(key, exp.JSONPathKey))
        above = path.parent.this if path.parent is not None else None
        if isinstance(above, exp.JSONExtract | exp.JSONExtractScalar) and (before := _paths(above)):
            steps = (*before[0], *steps)
        found.append(steps)
    for node in tree.find_all(exp.Literal):
        text = node.name
        if node.is_string and text.startswith("$."):
            found.append(tuple(text[2:].replace('"', "").split(".")))
        elif node.is_string and 0 < len(text) <= 40 and text[0] not in "{[$":
            found.append((text,))
    return [steps for steps in found if steps]
