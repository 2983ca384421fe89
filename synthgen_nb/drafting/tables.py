"""One table's plan: its keys placed, its people and partitions, and a spec for every other column."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import structs

from ..computing import unheld
from ..ddl.expressions import columns_of, parse_expression, row_time
from ..errors import DDLError, PlanError, UnsafeSQLError
from ..plan import NULL_SCALE, ColumnPlan, Redraw, TablePlan
from ..report import Finding
from ..schema import Column, Kind
from ..specs import (
    After,
    AnySpec,
    Choice,
    Digit,
    Either,
    Expression,
    Null,
    Parted,
    Permuted,
    Range,
    Skip,
)
from ..sqlsemantics import translate
from .columns import random_spec
from .conditions.orders import Link, chain
from .domains import Domain, units_of
from .draft import Draft
from .keying.belonging import nulls_of, place_tenants
from .keying.partial import narrowed
from .keying.periods import place_slices
from .keying.placing import place_claim, place_key, take_turns
from .magnitudes import magnitudes
from .meaning.absences import share_of_nulls
from .meaning.schedules import QUARTER, of_schedule
from .people.cards import place_cards
from .people.folks import place_people
from .people.located import place_places
from .redrawing import redraws_of
from .timing.timelines import timeline
from .undecided import Told
from .wished.asked import place_asked, place_hosts
from .wished.banks import place_banks
from .words.files import place_files
from .words.goods import place_products
from .words.measures import place_measures
from .words.phrasing import place_texts
from .words.slugging import place_slugs
from .words.tongues import place_tongues

_GAP = {
    Kind.DATE: 30,
    Kind.TIME: 3600 * 1_000_000,
    Kind.TIMESTAMP: 5 * 86_400_000_000,
    Kind.TIMESTAMPTZ: 5 * 86_400_000_000,
}


def build_table(draft: Draft, asked: int, capacity: int | None, why: str) -> tuple[TablePlan, list[Finding]]:
    """The plan of one table, and what could not be served."""
    for text, unserved in draft.keys.unsupported:
        draft.broken(
            text, unserved, "ask for fewer constraints on these columns, or write this part of the plan by hand"
        )
    for column in draft.table.columns:
        if draft.domains[column.name].empty and not draft.domains[column.name].nullable:
            draft.broken(
                f"no value of {column.name} can hold its CHECKs", (column.name,), "relax them or the type", "check"
            )
    for claim in draft.keys.claims:
        place_claim(draft, claim)
    place_slices(draft, draft.slices)
    place_tenants(draft)
    _place_boxes(draft)
    for unit in draft.keys.units:
        if unit.key is not None and not draft.keys.of_tenant(unit):
            place_key(draft, unit)
    for name, kinds in draft.kinds.items():
        draft.sources[f"turn of {name}"] = Digit(of="row", modulo=len(kinds))
        draft.placed[name] = (Choice(values=kinds), f"turn of {name}")
    for name, turns in draft.keys.turns.items():
        take_turns(draft, name, turns)
    for name, other in draft.keys.apart.items():
        draft.sources[f"{name}, but one"] = draft.sources[name]
        draft.sources[name] = Skip(of=f"{name}, but one", around=other)
    place_asked(draft)
    place_people(draft)
    place_hosts(draft)
    place_places(draft)
    place_cards(draft)
    orders, whole = place_banks(draft)
    place_products(draft)
    place_files(draft)
    place_measures(draft)
    place_tongues(draft)
    place_slugs(draft)
    place_texts(draft)
    links, domains, unordered = chain(orders, _tops(draft), draft.domains)
    draft.chained = domains
    draft.refused = _refused(draft)
    void = {c.name for c in draft.table.columns if _is_void(draft, c, domains)}  # an order with NULL holds
    links = {name: link for name, link in links.items() if link.before not in void}
    told = timeline(draft, links, domains)
    told = magnitudes(draft, domains, links) | told
    columns = {c.name: _column_plan(draft, c, links, domains, told.get(c.name)) for c in draft.table.columns}
    columns |= {name: structs.replace(columns[name], nulls=0) for name in whole}
    redraws = (*redraws_of(draft, columns, unordered), *_routed(draft))
    plan = TablePlan(
        rows=draft.rows,
        asked=asked,
        columns=columns,
        sources=draft.sources,
        redraws=redraws,
        capacity=capacity,
        why=why,
    )
    return plan, draft.findings


def _tops(draft: Draft) -> dict[str, int | None]:
    """The highest value of each column that is decided by now; None where it is not a range of integers."""
    tops: dict[str, int | None] = {}
    for name, (spec, source) in draft.placed.items():
        tops[name] = None
        if isinstance(spec, Range):
            tops[name] = min(spec.high, spec.low + spec.step * draft.rows) if source == "row" else spec.high
    return tops


def _formula(draft: Draft, column: Column) -> str:
    """What the column is computed from; "" where it is drawn."""
    if column.generated is not None:
        return "" if row_time(column) else column.generated
    return draft.computed.get(column.name, "")


def _refused(draft: Draft) -> dict[str, str]:
    """Computed columns whose expression can't be evaluated here, with the reason."""
    types = {c.name: c.type for c in draft.table.columns}
    asked = {c: structs.replace(c, generated=_formula(draft, c)) for c in draft.table.columns if _formula(draft, c)}
    reasons = {c.name: unheld(tied, types, draft.facts.dialect, str(draft.facts.as_of)) for c, tied in asked.items()}
    return {name: reason for name, reason in reasons.items() if reason}


def _place_boxes(draft: Draft) -> None:
    """Columns that agree on a partition: as many rows in each, in no order."""
    if not draft.boxes:
        return
    draft.sources["order of partitions"] = Permuted(size=max(draft.rows, len(draft.boxes)))
    draft.sources["partition"] = Digit(of="order of partitions", modulo=len(draft.boxes))
    for name in draft.boxes[0]:
        column, meaning = draft.table.column(name), draft.meanings[name]
        domains = [draft.domains[name].meet(box[name]) for box in draft.boxes]
        if any(domain.empty for domain in domains):
            draft.broken(f"no value of {name} lies in some of the partitions", (name,), "relax its CHECKs", "partition")
            return
        specs = tuple(random_spec(column, meaning, domain, draft.facts) for domain in domains)
        draft.placed[name] = (Parted(parts=specs), "partition")


def _routed(draft: Draft) -> list[Redraw]:
    """That rows find their partitions, for `check` to try: other rules may have had their say in the same columns."""
    if not draft.route:
        return []
    types = {c.name: c.type for c in draft.table.columns}
    try:
        translate(draft.route, draft.facts.dialect, types, as_of=str(draft.facts.as_of))
    except (UnsafeSQLError, DDLError):
        return []  # validation calls it unverified
    lower = {c.lower(): c for c in draft.table.column_names}
    read = columns_of(parse_expression(draft.route, draft.facts.dialect))
    return [Redraw(columns=(), reads=tuple(lower[c.lower()] for c in read if c.lower() in lower), sql=draft.route)]


# --- columns


def _column_plan(
    draft: Draft, column: Column, links: Mapping[str, Link], domains: Mapping[str, Domain], told: Told | None
) -> ColumnPlan:
    meaning, domain = draft.meanings[column.name], domains[column.name]
    spec, at = draft.placed.get(column.name, (None, "")) if not column.generated else (None, "")
    unit = draft.keys.owner[column.name]
    if _always_null(draft, column, domains):
        spec, at = Null(), ""
    if column.name in draft.chosen and spec is None:
        chosen, at = draft.chosen[column.name]
        found = [narrowed(sql, draft.table, domains, draft.facts.dialect) for sql in (chosen.holds, chosen.fails)]
        holds, fails = (_spec(draft, column, links.get(column.name), d[column.name] or domain) for d in found)
        spec = Either(first=holds, second=fails)
    if spec is None:
        spec = told.spec if told is not None else _spec(draft, column, links.get(column.name), domain)
    nulls = 0
    drawn = not _formula(draft, column) and column.name not in draft.chosen and not draft.keys.claimed(unit)
    if drawn and domain.nullable and not domain.always_null:
        loose = unit.key is None or unit.key.match == "simple" or all(draft.domains[c].nullable for c in unit.columns)
        if loose and not unit.to_self:
            share = told.nulls if told is not None else None
            whose = unit.columns[0] if unit.key is not None else column.name  # columns of one key are NULL together
            nulls = round((share_of_nulls(whose, draft.meanings[whose]) if share is None else share) * NULL_SCALE)
    return ColumnPlan(
        spec=spec, at=at, nulls=nulls, nulls_of=nulls_of(draft.keys, unit) if unit.key is not None else "",
        meaning=meaning.name, group=meaning.group, rule=meaning.rule, confidence=meaning.confidence,
    )  # fmt: skip


def _always_null(draft: Draft, column: Column, domains: Mapping[str, Domain]) -> bool:
    unit = draft.keys.owner[column.name]
    full = unit.columns if unit.key is not None and unit.key.match == "full" else ()
    return column.name in draft.keys.nulled or any(domains[c].always_null for c in (column.name, *full))


def _is_void(draft: Draft, column: Column, domains: Mapping[str, Domain]) -> bool:
    """Whether the column has no value in any row."""
    drawn = column.name not in draft.placed and column.name not in draft.chosen
    return _always_null(draft, column, domains) or (
        drawn and (column.name in draft.refused or (domains[column.name].empty and not _formula(draft, column)))
    )


def _spec(draft: Draft, column: Column, link: Link | None, domain: Domain) -> AnySpec:
    if column.name in draft.refused:
        if not column.nullable:
            text = f"{column.name}: {draft.refused[column.name]}"
            draft.broken(text, (column.name,), "make it nullable, or a plain column")
        return Null()  # validation calls it unverified
    formula = _formula(draft, column)
    if formula:
        read = columns_of(parse_expression(formula, draft.facts.dialect))
        lower = {c.lower(): c for c in draft.table.column_names}
        return Expression(sql=formula, columns=tuple(lower[c.lower()] for c in read if c.lower() in lower))
    if link is not None and not domain.always_null:
        return _after(column, link, domain)
    if domain.empty:
        return Null()  # told above where the column must have a value
    try:
        return random_spec(column, draft.meanings[column.name], domain, draft.facts)
    except PlanError as error:
        draft.broken(f"{column.name}: {error.message}", (column.name,), error.hint or "relax its CHECK or its type")
        return Choice(values=(0,))


def _after(column: Column, link: Link, domain: Domain) -> After:
    step = 1_000_000 if column.type.kind in (Kind.TIME, Kind.TIMESTAMP, Kind.TIMESTAMPTZ) else 1
    limit = domain.high if domain.high is not None else 1 << 62
    gap, least = _GAP.get(column.type.kind, max(1, min(1000, limit))), step if link.strict else 0
    if column.type.kind is Kind.TIME and of_schedule(column.name):
        gap, least, step = 3 * gap, QUARTER, QUARTER
    return After(
        column=link.before, low=least, high=gap, limit=limit,
        floor=domain.low, step=step, scale=units_of(column.type) if column.type.kind == Kind.FLOAT else 0,
    )  # fmt: skip
