"""From a schema to a plan by rules: names, types, keys and CHECKs become specs. Needs no model and draws no row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING

from msgspec import structs

from ..errors import InputError
from ..plan import Plan, TablePlan
from ..report import Finding
from ..schema import Schema
from ..specs import Key, Range
from ..specs.cities import PLACES_SHA256
from ..specs.locales import LOCALES_SHA256
from ..wishes import Children, Count, Wish
from .chosen import chosen, without_others
from .counting import DEFAULT_ROWS, nothing_of, sizes_of
from .keying.claims import TableKeys
from .preparing import ANYWHERE, Prepared, prepared
from .sums.tallies import with_tallies
from .sums.whole import Whole
from .timing.timelines import with_read
from .wished.asked import filled, with_hints
from .wished.edges import with_edges
from .wished.granting import Refusal, granted
from .wished.origins import Origins

if TYPE_CHECKING:
    from .scaling import Sized

DEFAULT_AS_OF = "2026-01-01"


def draft_plan(
    schema: Schema,
    rows: int | Mapping[str, int] = DEFAULT_ROWS,
    *,
    seed: int = 0,
    as_of: str = DEFAULT_AS_OF,
    wishes: Sequence[Wish] = (),
    specs: Mapping[str, str] = MappingProxyType({}),
    edges: float = 0,
    scale: float = 0,
    tables: Sequence[str] = (),
    exclude: Sequence[str] = (),
    locale: str = "",
    realistic_contacts: bool = False,
) -> Plan:
    """A plan for every table of `schema`. `rows` is one number for all, or a number per table ("*" for the others).
    With a `scale` (1: thousands of what others are about) every table has a sensible size, but for those in `rows`.
    `tables` are made with those that their foreign keys name, all others left out, as are those in `exclude`.
    Tables whose constraints allow fewer get their capacity, with the reason. InputError for impossible numbers.
    `wishes` are fulfilled as far as the constraints leave room; `Plan.not_done` tells of the rest. `specs` say what
    fills a column: {"orders.status": "Choice(new=5, paid=90)", "customers.mail": "email domain=example.org"}; what
    does not fit raises InputError with what would, as do hints in the DDL's comments. `edges` (0..1) is the share of
    rows that take edge cases in the columns that are free. `locale` says where people and places are from ("de_DE",
    "de_DE=70,en_US=30"); with `realistic_contacts` addresses and numbers may be somebody's."""
    wishes = with_hints(schema, (*filled(schema, specs, ""), *wishes))
    if not 0 <= edges <= 1:
        raise InputError(f"{edges:g} of the rows can't take edge cases", hint="a share from 0 to 1, such as 0.05")
    kept = chosen(schema, tables, exclude)
    sizes = {key: size for key, size in sizes_of(schema, scale, rows).items() if key in kept}
    counts = {**_counts(rows), **nothing_of(schema, kept)}
    origins = Origins(locale, realistic_contacts)
    told_sizes = {key: size.rows for key, size in sizes.items()}
    plan, refused = tried(schema, counts, seed=seed, as_of=as_of, wishes=wishes, sizes=told_sizes, origins=origins)
    told = tuple(refusal.finding for refusal in refused)
    plan = structs.replace(plan, findings=plan.findings + told, wishes=tuple(wishes)) if wishes else plan
    plan = structs.replace(plan, tables=plan.tables | _told(plan, sizes)) if sizes else plan
    plan = without_others(plan, kept) if len(kept) < len(schema.tables) else plan
    return with_edges(plan, edges) if edges else plan


def _counts(rows: int | Mapping[str, int]) -> Mapping[str, int]:
    return {"*": rows} if isinstance(rows, int) else rows


def _told(plan: Plan, sizes: Mapping[str, Sized]) -> dict[str, TablePlan]:
    tables = {key: plan.tables[key] for key in sizes if key in plan.tables}
    return {key: structs.replace(t, why=sizes[key].why) for key, t in tables.items() if t.rows == sizes[key].rows}


def tried(
    schema: Schema,
    rows: int | Mapping[str, int] = DEFAULT_ROWS,
    *,
    seed: int = 0,
    as_of: str = DEFAULT_AS_OF,
    wishes: Sequence[Wish] = (),
    sizes: Mapping[str, int] = MappingProxyType({}),
    origins: Origins = ANYWHERE,
) -> tuple[Plan, tuple[Refusal, ...]]:
    """The plan that `draft_plan` gives, and apart from it the wishes that are not fulfilled, or not wholly. `sizes` are
    rows of tables that nobody named."""
    tables = prepared(schema, rows, as_of, wishes, sizes=sizes, origins=origins)
    plan, refused = _drafted(tables, seed, as_of)
    plan = structs.replace(plan, locale=origins.locale, reachable=origins.reachable)
    broken = {finding.table for finding in plan.findings if finding.verdict == "broken"}
    counting = [wish for wish in wishes if isinstance(wish, Count | Children)]
    if not broken or not counting:
        return plan, refused
    blamed = [wish for wish in counting if wish.table in broken] or counting
    left = [wish for wish in wishes if wish not in blamed]
    other, others = tried(schema, rows, seed=seed, as_of=as_of, wishes=left, sizes=sizes, origins=origins)
    if any(finding.verdict == "broken" for finding in other.findings):
        return plan, refused
    return other, (*others, *(Refusal(wish, f"{wish.table} can't be filled with so many rows") for wish in blamed))


def _drafted(found: Prepared, seed: int, as_of: str) -> tuple[Plan, tuple[Refusal, ...]]:
    tables: dict[str, TablePlan] = {}
    findings, refused = list(found.findings), list(found.refused)
    for key, (draft, asked, most, why) in found.drafts.items():
        tables[key], unserved, untold = granted(draft, asked, most, why, found.wishes.get(key, ()))
        findings += unserved
        refused += untold
    findings += _unequal_keys(found.keys, tables)
    with_tallies(Whole(found.schema, {key: draft for key, (draft, *_) in found.drafts.items()}, found.wishes, tables))
    plan = Plan(
        schema=found.schema, seed=seed, as_of=as_of, tables=with_read(tables), findings=tuple(findings),
        locales=LOCALES_SHA256, places=PLACES_SHA256,
    )  # fmt: skip
    return plan, tuple(refused)


def _unequal_keys(keys: Mapping[str, TableKeys], tables: Mapping[str, TablePlan]) -> list[Finding]:
    """One column under two foreign keys holds where both parents count alike, row by row."""
    found = []
    for key, table_keys in keys.items():
        for unit in table_keys.units:
            for other in table_keys.shared.get(unit.name, ()):
                assert unit.key is not None
                first = _origin(tables, unit.key.table, unit.key.references[0])
                second = _origin(tables, other.table, other.references[0])
                if first is None or first != second:
                    text = f"{other.columns[0]} points to {unit.key.table} and to {other.table}, whose keys differ"
                    found.append(
                        Finding(verdict="broken", rule="foreign_key", table=key, columns=other.columns, text=text,
                                hint="this has no construction yet: leave one of the two foreign keys out")
                    )  # fmt: skip
    return found


def _origin(tables: Mapping[str, TablePlan], table: str, column: str) -> tuple[int, int] | tuple[str, str] | None:
    """What a key column is as a function of the row number, through keys that are keys: low and step of a serial, or
    the column that it repeats; None if it is read elsewhere."""
    for _ in tables:
        plan = tables[table].columns[column]
        if plan.at != "row":
            return (table, column)
        if isinstance(plan.spec, Range):
            return plan.spec.low, plan.spec.step
        if not isinstance(plan.spec, Key):
            return None
        table, column = plan.spec.table, plan.spec.column
    return None
