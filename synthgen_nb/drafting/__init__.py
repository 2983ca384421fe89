"""From a schema to a plan by rules: names, types, keys and CHECKs become specs. Needs no model and draws no row."""

from __future__ import annotations

import datetime as dt
import functools  # not its partial alone: a room of this package has that name
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

from msgspec import structs

from ..computing import Calculator
from ..ddl.partitions import own_keys
from ..errors import InputError
from ..plan import Plan, TablePlan
from ..report import Finding
from ..schema import Column, Schema, Table
from ..specs import AnySpec, Choice, Key, Range
from ..specs.cities import PLACES_SHA256
from ..specs.locales import LOCALES_SHA256
from ..wishes import Children, Count, Filled, Wish
from .asked import Asked, filled, narrowed, read, typed_first, with_hints
from .asked import distinct as of_key
from .banks import banks_of, with_written
from .boxes import Box
from .chosen import chosen, without_others
from .claims import Basis, TableKeys
from .columns import unique_spec
from .computed import with_types
from .domains import Domain, Facts
from .draft import Draft
from .edges import with_edges
from .families import MOST_ROWS, counted
from .fitting import Fitted, ground_of
from .granting import Refusal, granted, sorted_out
from .grounds import read_table
from .keys import capacity, decide_keys
from .kinship import agreed, tenanted, told_apart
from .lineage import lineages
from .located import spots_of
from .meaning import Meaning, meaning_of
from .orders import soft_orders
from .origins import Origins
from .partitions import Cut, can_follow, cut_of, narrow
from .periods import Slices, decide_slices, kept_apart, slices_capacity
from .reading import Reading
from .scaling import Sized, scaled
from .subtypes import Subtypes, subtypes
from .tallies import with_tallies
from .tenants import Tenancies
from .travel import travelled
from .unread import set_aside
from .whole import Whole

DEFAULT_ROWS = 1000
_MOST_SCALE = 100_000
DEFAULT_AS_OF = "2026-01-01"
_ANYWHERE = Origins()


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
    sizes = {key: size for key, size in _sizes(schema, scale, rows).items() if key in kept}
    counts = {**_counts(rows), **_nothing(schema, kept)}
    origins = Origins(locale, realistic_contacts)
    told_sizes = {key: size.rows for key, size in sizes.items()}
    plan, refused = tried(schema, counts, seed=seed, as_of=as_of, wishes=wishes, sizes=told_sizes, origins=origins)
    told = tuple(refusal.finding for refusal in refused)
    plan = structs.replace(plan, findings=plan.findings + told, wishes=tuple(wishes)) if wishes else plan
    plan = structs.replace(plan, tables=plan.tables | _told(plan, sizes)) if sizes else plan
    plan = without_others(plan, kept) if len(kept) < len(schema.tables) else plan
    return with_edges(plan, edges) if edges else plan


def _nothing(schema: Schema, kept: Collection[str]) -> dict[str, int]:
    """No rows for tables that are left out; a partition's are its parent's."""
    left = [table for key, table in schema.tables.items() if key not in kept]
    return {table.key: 0 for table in left if table.partition_of not in schema.tables}


def _counts(rows: int | Mapping[str, int]) -> Mapping[str, int]:
    return {"*": rows} if isinstance(rows, int) else rows


def _sizes(schema: Schema, scale: float, rows: int | Mapping[str, int]) -> dict[str, Sized]:
    """Those of the tables that nobody asked a number of rows for."""
    if not 0 <= scale <= _MOST_SCALE:
        raise InputError(f"a scale of {scale:g} can't be", hint=f"above 0, at most {_MOST_SCALE:,}")
    named = _named(schema, rows)
    sizes = scaled(schema, scale, {key: _asked(schema, rows)[key] for key in named}) if scale else {}
    return {key: size for key, size in sizes.items() if key not in named}


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
    origins: Origins = _ANYWHERE,
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


@dataclass(frozen=True, slots=True)
class Prepared:
    """A schema of which keys, domains and row counts are decided: `drafts` are its tables, nothing in them filled yet,
    each with the rows asked for, the most there can be (None: no limit found) and why."""

    schema: Schema
    keys: Mapping[str, TableKeys]
    drafts: Mapping[str, tuple[Draft, int, int | None, str]]
    wishes: Mapping[str, Sequence[Wish]]
    findings: Sequence[Finding]
    refused: Sequence[Refusal]


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
        schema=found.schema, seed=seed, as_of=as_of, tables=tables, findings=tuple(findings), locales=LOCALES_SHA256,
        places=PLACES_SHA256,
    )  # fmt: skip
    return plan, tuple(refused)


def prepared(
    schema: Schema,
    rows: int | Mapping[str, int],
    as_of: str,
    wishes: Sequence[Wish] = (),
    known: Mapping[tuple[str, str], Meaning] = MappingProxyType({}),
    sizes: Mapping[str, int] = MappingProxyType({}),
    origins: Origins = _ANYWHERE,
) -> Prepared:
    """What is decided of all tables together. `known` are meanings that somebody gave to columns, by (table, column).
    InputError for impossible numbers."""
    facts = Facts(schema.dialect, _day(as_of), origins.folk, bool(origins.locale), origins.reachable)
    schema = with_types(schema)
    whole, schema = schema, _without_partitions(schema)
    cuts = {key: cut_of(whole, table, facts) for key, table in schema.tables.items()}
    _refuse_partitions(whole, rows)
    heard, behind = typed_first(with_hints(whole, wishes))
    wished, refused = sorted_out(whole, heard)
    refused += [Refusal(*told) for told in behind]
    asked, uncounted = counted(schema, {**_asked(schema, rows), **sizes}, _named(schema, rows), wished)
    schema, tenancies = tenanted(agreed(told_apart(schema), asked), asked)
    readings = {t.key: read_table(schema, t) for t in schema.tables.values()}
    findings = set_aside(readings, schema, facts)
    boxes = {
        key: narrow(readings[key], cut, functools.partial(can_follow, schema.tables[key], schema))
        for key, cut in cuts.items()
        if isinstance(cut, Cut)
    }
    kinds = subtypes(schema, {key: reading.domains for key, reading in readings.items()}, tenancies)
    domains = travelled(schema, {key: reading.domains for key, reading in readings.items()}, kinds)
    meanings = {
        t.key: {c.name: known.get((t.key, c.name)) or meaning_of(schema, t, c) for c in t.columns}
        for t in schema.tables.values()
    }
    asked_of: dict[str, dict[str, Asked]] = {key: {} for key in schema.tables}
    for wish in (each for own in wished.values() for each in own if isinstance(each, Filled)):
        table, held = schema.tables[wish.table], domains[wish.table]
        told = asked_of[wish.table][wish.column] = read(wish, table, held[wish.column], facts)
        meanings[wish.table][wish.column] = told.meaning or meanings[wish.table][wish.column]
        domains = {
            **domains,
            wish.table: {**held, wish.column: narrowed(held[wish.column], told, table.column(wish.column), facts)},
        }
    banks: dict[str, list[Fitted]] = {}
    refused += [Refusal(*told) for told in uncounted]
    for key in wished:
        ground = ground_of(schema, schema.tables[key], readings[key], domains[key], facts)
        banks[key], unfitting = banks_of(ground, wished[key])
        meanings[key] |= with_written(meanings[key], banks[key])
        refused += [Refusal(*untold) for untold in unfitting]
    grouped = [(schema.tables[key], tenancy.columns[0]) for key, tenancy in tenancies.of.items() if tenancy.grouped]
    specs = {
        t.key: unique_spec(t.column(c), meanings[t.key][c], domains[t.key][c], asked[t.key], facts) for t, c in grouped
    }
    tenancies = replace(tenancies, groups={key: spec.size for key, spec in specs.items() if spec is not None})
    keys = {
        t.key: _keys(
            t,
            schema,
            tenancies,
            kinds,
            domains[t.key],
            readings[t.key],
            meanings[t.key],
            asked,
            facts,
            boxes.get(t.key, ()),
            asked_of[t.key],
        )
        for t in schema.tables.values()
    }
    spots = spots_of(schema, meanings, domains)
    slices = {key: decide_slices(found, schema.dialect) for key, found in keys.items()}
    counts, limits = _settle(schema, keys, slices, domains, asked)
    heads = _ring_heads(keys)
    lines = lineages(schema, meanings, domains, boxes, facts)
    drafts: dict[str, tuple[Draft, int, int | None, str]] = {}
    for table in schema.tables.values():
        meant = meanings[table.key]
        draft = Draft(
            keys=keys[table.key],
            domains=domains[table.key],
            kinds={column: held for (owner, column), held in kinds.kinds.items() if owner == table.key},
            meanings=meant,
            orders=readings[table.key].orders + soft_orders(table),
            left=readings[table.key].left,
            computed=readings[table.key].computed,
            facts=facts,
            rows=counts[table.key],
            head=table.key in heads,
            parents=schema.tables,
            parent_rows=counts.__getitem__,
            slices=slices[table.key],
            boxes=boxes.get(table.key, ()),
            asked=asked_of[table.key],
            spots=spots[table.key],
            banks=banks.get(table.key, ()),
            lineage=lines[table.key],
            route=cut.route if isinstance(cut := cuts[table.key], Cut) else "",
        )
        if isinstance(cut, str):
            draft.broken(f"no row finds a partition: {cut}", (), "add a partition, or ask for 0 rows", "partition")
        most, why = limits[table.key]
        drafts[table.key] = (draft, asked[table.key], most, why)
    return Prepared(whole, keys, drafts, wished, findings, refused)


def _without_partitions(schema: Schema) -> Schema:
    """Only the tables that hold rows of their own, with the keys that only some of their partitions have."""
    kept = {}
    for key, table in schema.tables.items():
        if table.partition_of in schema.tables:
            continue
        of_parts = tuple(constraint for _, constraint in own_keys(schema, table))
        kept[key] = structs.replace(table, constraints=(*table.constraints, *of_parts))
    return structs.replace(schema, tables=kept)


def _refuse_partitions(schema: Schema, rows: int | Mapping[str, int]) -> None:
    for name in rows if isinstance(rows, Mapping) else ():
        table = schema.tables.get(name)
        if table is not None and table.partition_of in schema.tables:
            parent = table.partition_of
            raise InputError(
                f"'{name}' is a partition: its rows are those of {parent}", hint=f"ask for rows of {parent}"
            )


def _day(as_of: str) -> dt.date:
    try:
        return dt.date.fromisoformat(as_of)
    except ValueError as error:
        raise InputError(f"'{as_of}' is no date", hint="write it as 2026-01-31") from error


def _asked(schema: Schema, rows: int | Mapping[str, int]) -> dict[str, int]:
    if isinstance(rows, int):
        rows = {"*": rows}
    lower = {key.lower(): key for key in schema.tables}
    for name, count in rows.items():
        if name != "*" and name.lower() not in lower:
            raise InputError(f"there is no table '{name}'", hint=f"tables: {', '.join(list(schema.tables)[:12])}")
        if not 0 <= count <= MOST_ROWS:
            raise InputError(f"{count:,} rows for '{name}' can't be made", hint=f"0 to {MOST_ROWS:,}")
    given = {lower[name.lower()]: count for name, count in rows.items() if name != "*"}
    return {key: given.get(key, rows.get("*", DEFAULT_ROWS)) for key in schema.tables}


def _named(schema: Schema, rows: int | Mapping[str, int]) -> frozenset[str]:
    """The tables whose rows are asked for by their names."""
    named = {name.lower() for name in rows} if isinstance(rows, Mapping) else set()
    return frozenset(key for key in schema.tables if key.lower() in named)


def _keys(
    table: Table,
    schema: Schema,
    tenancies: Tenancies,
    kinds: Subtypes,
    domains: Mapping[str, Domain],
    reading: Reading,
    meanings: Mapping[str, Meaning],
    asked: Mapping[str, int],
    facts: Facts,
    boxes: Sequence[Box],
    typed: Mapping[str, Asked],
) -> TableKeys:
    def distinct(column: Column, wanted: int) -> AnySpec | None:
        if column.name in typed and (spec := of_key(typed[column.name], wanted)) is not None:
            return spec
        if any(column.name in box for box in boxes):
            return None  # it follows the partition
        return unique_spec(column, meanings[column.name], domains[column.name], wanted, facts)

    def held(specs: Mapping[str, Range | Choice], sql: str) -> int:
        return len(Calculator(schema.dialect, table, str(facts.as_of)).holding(specs, sql))

    basis = Basis(
        table=table,
        tables=schema.tables,
        tenancies=tenancies,
        subtypes=kinds,
        domains=domains,
        reading=reading,
        rows=asked[table.key],
        parent_rows=asked.__getitem__,
        unique_spec=distinct,
        held=held,
        settled=kept_apart(table, schema.dialect),
    )
    return decide_keys(basis)


def _ring_heads(keys: Mapping[str, TableKeys]) -> set[str]:
    """One table of each ring of primary keys that are foreign keys: it counts for itself, and the others follow."""
    onward = {
        key: claim.units[0].key.table
        for key, found in keys.items()
        for claim in found.claims
        if claim.form == "row" and claim.units[0].key is not None
    }
    heads: set[str] = set()
    for start in onward:
        path = [start]
        while path[-1] in onward and path[-1] not in heads:
            following = onward[path[-1]]
            if following in path:
                heads.add(following)
                break
            path.append(following)
    return heads


def _settle(
    schema: Schema,
    keys: Mapping[str, TableKeys],
    slices: Mapping[str, Sequence[Slices]],
    domains: Mapping[str, Mapping[str, Domain]],
    asked: Mapping[str, int],
) -> tuple[dict[str, int], dict[str, tuple[int | None, str]]]:
    """Row counts: the greatest ones below what was asked that every capacity allows (capacities depend on the
    parents)."""
    counts = {key: _with_reference(table, keys[key], asked[key]) for key, table in schema.tables.items()}
    limits: dict[str, tuple[int | None, str]] = {}
    changed = True
    while changed:
        changed = False
        for key, table in schema.tables.items():
            most, why = capacity(keys[key], counts.__getitem__)
            for period in slices[key]:
                room, rule = slices_capacity(period, keys[key], domains[key], counts.__getitem__)
                most, why = (room, rule) if most is None or room < most else (most, why)
            if table.rows and counts[key] == len(table.rows) and asked[key] > len(table.rows):
                most, why = len(table.rows), "the rows that the DDL itself inserts"
            limits[key] = (most, why if most is not None and most < asked[key] else "")
            if most is not None and most < counts[key]:
                counts[key], changed = most, True
    return counts, limits


def _with_reference(table: Table, keys: TableKeys, asked: int) -> int:
    """Reference rows are all kept, and more are added only where serial keys keep them apart from the rest."""
    if not table.rows:
        return asked
    serial = all(claim.form == "row" and claim.units[0].key is None for claim in keys.claims)
    return max(asked, len(table.rows)) if serial else len(table.rows)


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
