"""How large the numbers of a table are: prices, pay, ages, durations by their unit, by data/magnitudes.tsv; and of two
numbers that belong together, which is the smaller. Knows which columns are free."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from functools import cache
from typing import NamedTuple

from msgspec import structs

from ..errors import PlanError
from ..schema import Column, Kind
from ..specs import Amount, AnySpec, Portion, Range, Shaped, Term
from . import shapes
from .columns import random_spec, within
from .conditions.orders import Link
from .domains import Domain, units_of
from .draft import Draft
from .meaning.matching import holding
from .meaning.names import lines_of, singular, words_of
from .undecided import Told, is_free

_NUMBERS = {Kind.INTEGER, Kind.DECIMAL, Kind.FLOAT, Kind.MONEY, Kind.YEAR}
_OTHERS = {"surrogate_key", "foreign_key", "natural_code", "code_identifier", "boolean_flag", "bitflags", "latitude",
           "longitude", "port", "uuid", "hash"}  # fmt: skip
_ENDS = (99, 99, 99, 95, 50, 0)  # of a hundred: how prices end
_CENTS = re.compile(r"\b(cents?|pence|minor|centimes)\b")
_DRAWN_IN = 2026  # the year that the table of magnitudes was written for
_FRACTION = 1  # digits before the point that leave room for a share of one, not for percent
# what is smaller, what it is a part of, and which parts (per mille)
_PAIRS = (
    (r"\b(min|minimum)\b", ("max", "maximum"), (100, 200, 250, 300, 400, 500, 600)),
    (r"\b(low|lower|lowest)\b", ("high", "upper", "highest"), (500, 600, 700, 800, 900, 950, 980)),
    (r"\b(cost|cogs|wholesale price|purchase price|buy price)\b", ("price", "sale price", "unit price", "list price"),
     (380, 450, 520, 580, 640, 700, 760)),
    (r"\b(sale price|discounted price|special price|net price)\b", ("list price", "regular price", "price", "msrp"),
     (700, 750, 800, 850, 900, 1000)),
    (r"\b(used|consumed|available|remaining|free|reserved|booked)\b",
     ("total", "capacity", "limit", "quota", "max", "size"), (0, 50, 150, 300, 450, 600, 800, 950, 1000)),
)  # fmt: skip

# the four prices of a period stand together: the lowest below all, the first and the last between it and the highest
_PERIOD = ("open", "high", "low", "close")
_OF_PERIOD: tuple[tuple[str, tuple[int, ...]], ...] = (
    (r"\b(low)\b", (940, 955, 965, 972, 978)),
    (r"\b(open|close)\b", (980, 984, 987, 990, 993, 996, 998, 1000)),
)


class Magnitude(NamedTuple):
    """A line of the table of magnitudes: three expressions, then numbers."""

    meaning: str
    words: str
    table: str
    low: Decimal
    middle: Decimal
    high: Decimal
    spread: float  # 0: even
    ends: str


def magnitudes(draft: Draft, domains: Mapping[str, Domain], links: Mapping[str, Link]) -> dict[str, Told]:
    """Specs for the numbers that nothing else decides and of which the table of magnitudes tells."""
    found: dict[str, Told] = {}
    tables = (draft.table.name, *(key.table for key in draft.table.foreign_keys))
    about = " ".join(singular(word) for name in tables for word in words_of(name))
    for column in draft.table.columns:
        if _is_open(draft, column, domains[column.name]) and column.name not in links:
            line = _line(draft, column, about)
            spec = _spec(draft, column, domains[column.name], line) if line is not None else None
            if spec is not None:
                found[column.name] = Told(spec, None)
    return found | _smaller(draft, domains, links, found)


def _is_open(draft: Draft, column: Column, domain: Domain) -> bool:
    number = column.type.kind in _NUMBERS and draft.meanings[column.name].group not in _OTHERS
    return number and domain.values is None and is_free(draft, column.name, domain)


# --- from the table of magnitudes


@cache
def table_of_magnitudes() -> tuple[Magnitude, ...]:
    """The lines of data/magnitudes.tsv in their order."""
    found = []
    for meaning, words, table, low, middle, high, spread, ends in lines_of("magnitudes.tsv")[1:]:
        found.append(
            Magnitude(
                meaning="-" if meaning == "-" else rf"^({meaning})$",
                words=words,
                table="-" if table == "-" else rf"\b({table})\b",
                low=Decimal(low),
                middle=Decimal(middle),
                high=Decimal(high),
                spread=0.0 if spread == "even" else float(spread),
                ends=ends,
            )
        )
    return tuple(found)


def _line(draft: Draft, column: Column, about: str) -> Magnitude | None:
    meaning, words = draft.meanings[column.name], " ".join(words_of(column.name))
    for line in table_of_magnitudes():
        means = holding(line.meaning)
        if (means(meaning.name) or means(meaning.group)) and holding(line.words)(words) and holding(line.table)(about):
            return line
    return None


def _spec(draft: Draft, column: Column, domain: Domain, line: Magnitude) -> AnySpec | None:
    one = Decimal(units_of(column.type))
    group, words = draft.meanings[column.name].group, " ".join(words_of(column.name))
    if group == "currency_amount" and one == 1 and _CENTS.search(words):
        one = Decimal(100)
    if group in ("rate", "percentage") and _is_fraction(column, domain):
        one /= 100
    shift = draft.facts.as_of.year - _DRAWN_IN if group == "year" else 0
    low, middle, high = (round((number + shift) * one) for number in (line.low, line.middle, line.high))
    scaled = group == "score" and domain.high is not None and domain.high < high
    if high - low < 2 or scaled:
        return None  # a CHECK says by which scale
    step = max(1, round(_step(line.ends) * one))
    least, most = within(domain, low, high)
    least, most = -(-least // step) * step, most // step * step
    if most - least < 2 * step or (domain.low is not None and least < domain.low):
        return None
    scale = units_of(column.type) if column.type.kind is Kind.FLOAT else 0
    if not line.spread:
        return Range(low=least, high=most, step=step, scale=scale)
    spread = line.spread
    if not least < middle < most:
        middle = math.isqrt(least * most) if least > 0 else (least + most) // 2
        spread = min(spread, math.log(most / least) / 5) if least > 0 else spread
    shape = shapes.log_normal(least, most, middle, spread, step=step, scale=scale)
    return _priced(shape, int(one)) if line.ends == "price" else shape


def _is_fraction(column: Column, domain: Domain) -> bool:
    """Whether 1 is all, and not a hundred."""
    units = units_of(column.type)
    if column.type.kind is Kind.DECIMAL and column.type.precision is not None:
        digits = column.type.precision - column.type.scale
        return digits <= _FRACTION or (domain.high is not None and domain.high <= units)
    return domain.high is not None and domain.high <= units


def _step(ends: str) -> Decimal:
    return Decimal(0) if ends in ("-", "price") else Decimal(1) if ends == "whole" else Decimal(ends)


def _priced(shape: Shaped, one: int) -> Shaped:
    """Prices that end as prices do, where there are hundredths."""
    if one < 100 or one % 100:
        return shape
    return structs.replace(shape, whole=one, ends=tuple(end * one // 100 for end in _ENDS))


# --- two that belong together


def _smaller(
    draft: Draft, domains: Mapping[str, Domain], links: Mapping[str, Link], told: Mapping[str, Told]
) -> dict[str, Told]:
    """Of two numbers the one that stands behind the other as a part of that, or as so many times that."""
    words = {c.name: " ".join(words_of(c.name)) for c in draft.table.columns}
    order = {name: place for place, name in enumerate(words)}
    tied = {*links, *(link.before for link in links.values())}
    found: dict[str, Told] = {}
    for column in draft.table.columns:
        if column.name in tied or not _is_open(draft, column, domains[column.name]):
            continue
        for larger, rates, either in sorted(_partners(words, column.name), key=lambda one: order[one[0]]):
            if larger in tied or not _is_open(draft, draft.table.column(larger), domains[larger]):
                continue
            own, of, shares = column.name, larger, rates
            if either and order[larger] > order[own]:  # each of those behind: what is added moves no other
                own, of, shares = larger, own, tuple(-(-1_000_000 // rate) for rate in reversed(rates))
            if of in found or own in found:
                continue
            spec = told[of].spec if of in told else _drawn(draft, draft.table.column(of), domains[of])
            if (made := _portion(draft, domains, own, of, spec, shares)) is not None:
                found[own] = made
    return found


def _portion(
    draft: Draft, domains: Mapping[str, Domain], name: str, of: str, spec: AnySpec | None, rates: tuple[int, ...]
) -> Told | None:
    """One of the rates, in thousandths, of another column, which has that spec; None where it may not be so."""
    column, other, domain = draft.table.column(name), draft.table.column(of), domains[name]
    same = (other.type.kind, units_of(other.type)) == (column.type.kind, units_of(column.type))
    there = domain.nullable or not domains[of].nullable
    if not (same and there) or not isinstance(spec, Shaped | Range) or spec.span is None:
        return None
    ends = spec.span[0] * rates[0] // 1000, spec.span[1] * rates[-1] // 1000
    if ends[0] < 0 or not all(domain.allows(end) for end in ends):
        return None
    scale = units_of(column.type) if column.type.kind is Kind.FLOAT else 0
    units = {of: scale} if scale else {}
    amount = Amount(terms=(Term(columns=(of,)),), units=units, scale=scale)
    return Told(Portion(of=amount, rates=rates), 0)


def _drawn(draft: Draft, column: Column, domain: Domain) -> AnySpec | None:
    """As the column is drawn by itself."""
    try:
        return random_spec(column, draft.meanings[column.name], domain, draft.facts)
    except PlanError:
        return None  # told where the column itself is drafted


def _partners(words: Mapping[str, str], name: str) -> Iterator[tuple[str, tuple[int, ...], bool]]:
    """The columns that are called like this one but for a word that makes it the smaller, by how much, and whether
    either of them can follow the other."""
    for pattern, rates in _OF_PERIOD:
        match = re.search(pattern, words[name])
        four = {one: _put(words[name], match, one) for one in _PERIOD} if match else {}
        if match and set(four.values()) <= set(words.values()):
            yield next(other for other, text in words.items() if text == four["high"]), rates, False
            return
    for pattern, larger, rates in _PAIRS:
        match = re.search(pattern, words[name])
        if match is None:
            continue
        for word in larger:
            wanted = _put(words[name], match, word)
            for other, text in words.items():
                if other != name and text == wanted:
                    yield other, rates, bool(rates[0])  # of nothing there are no so many times


def _put(text: str, match: re.Match[str], word: str) -> str:
    return f"{text[: match.start()]}{word}{text[match.end() :]}".strip()
