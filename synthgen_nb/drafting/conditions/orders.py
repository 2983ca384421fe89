"""Columns in order: chains of `a <= b` from CHECKs and from names, each column drawn after the one before it."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Mapping
from graphlib import CycleError, TopologicalSorter

from msgspec import Struct
from msgspec.structs import replace

from ...schema import Kind, Table
from ..domains import Domain
from .reading import Order

_PAIRS = (
    (r"start|begin", ("end", "finish", "stop")),
    (r"from|since", ("to", "until", "thru")),
    (r"open(ed)?", ("close", "closed")),
    (r"min", ("max",)),
    (r"check_?in|admit|admission", ("check_out", "checkout", "discharge")),
    (r"order(ed)?|rental|hire|issue", ("ship", "shipped", "return", "due", "expiry", "delivery", "delivered")),
)


class Link(Struct, frozen=True):
    """The column before, and whether it must be strictly less."""

    before: str
    strict: bool


def soft_orders(table: Table) -> list[Order]:
    """Orders of times of day that names suggest: start before end. Dates have a room of their own (timelines.py)."""
    times = [c.name for c in table.columns if c.type.kind is Kind.TIME]
    found = []
    for before in times:
        for pattern, ends in _PAIRS:
            match = re.search(rf"(?<![a-z])({pattern})(?![a-z])", before.lower())
            if not match:
                continue
            names = [before.lower()[: match.start()] + end + before.lower()[match.end() :] for end in ends]
            after = next((c for c in times if c.lower() in names and c != before), None)
            if after is not None:
                found.append(Order(before, after, False, soft=True))
    return found


def chain(
    orders: Iterable[Order], fixed: Mapping[str, int | None], domains: Mapping[str, Domain]
) -> tuple[dict[str, Link], dict[str, Domain], list[Order]]:
    """(column -> the one it follows, narrowed domains, hard orders that fit no chain). `fixed` columns are decided
    elsewhere, up to the value given (None: not known): they may only stand first. Soft orders are dropped where they
    fit no chain or leave no value."""
    links: dict[str, Link] = {}
    narrowed = dict(domains)
    left: list[Order] = []
    orders = sorted(orders, key=lambda o: o.soft)
    accepted: list[Order] = []
    for order in orders:
        trial = _linked([*accepted, order], fixed, domains)
        if trial is not None:
            accepted.append(order)
            links, narrowed = trial
        elif not order.soft:
            left.append(order)
    return links, narrowed, left


def _linked(
    orders: list[Order], fixed: Mapping[str, int | None], domains: Mapping[str, Domain]
) -> tuple[dict[str, Link], dict[str, Domain]] | None:
    links: dict[str, Link] = {}
    narrowed = dict(domains)
    for component in _components(orders):
        inside = [o for o in orders if o.before in component]
        sorter: TopologicalSorter[str] = TopologicalSorter()
        for o in inside:
            sorter.add(o.after, o.before)
        try:
            line = list(sorter.static_order())
        except CycleError:
            return None
        if any(c in fixed for c in line[1:]) or any(
            domains[c].values is not None or domains[c].forbidden or domains[c].gaps for c in line
        ):
            return None
        strict = {o.after for o in inside if o.strict}
        narrowed |= {c: replace(domains[c], parts=()) for c in line if domains[c].parts}
        for before, after in itertools.pairwise(line):
            links[after] = Link(before, after in strict)
        for before, after in reversed(list(itertools.pairwise(line))):
            high = narrowed[after].high
            if high is not None:
                low_enough = high - (after in strict)
                own = narrowed[before].high
                narrowed[before] = replace(narrowed[before], high=low_enough if own is None else min(own, low_enough))
        if any(narrowed[c].empty for c in line) or (line[0] in fixed and not _stays(line[0], fixed, domains, narrowed)):
            return None
    return links, narrowed


def _stays(
    first: str, fixed: Mapping[str, int | None], domains: Mapping[str, Domain], narrowed: Mapping[str, Domain]
) -> bool:
    """Whether a column decided elsewhere leaves room for those after it."""
    top, high = fixed[first], narrowed[first].high
    return narrowed[first] == replace(domains[first], parts=()) or (
        top is not None and high is not None and top <= high
    )


def _components(orders: list[Order]) -> list[set[str]]:
    groups: list[set[str]] = []
    for order in orders:
        touching = [g for g in groups if order.before in g or order.after in g]
        merged = {order.before, order.after}.union(*touching)
        groups = [g for g in groups if g not in touching] + [merged]
    return groups
