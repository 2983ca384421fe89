"""What is decided of all tables together, before a column of any is filled: keys, domains, meanings and row counts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from functools import partial
from types import MappingProxyType

from msgspec import Struct, structs

from ..computing import Calculator
from ..ddl.partitions import own_keys
from ..errors import InputError
from ..report import Finding
from ..schema import Column, Schema, Table
from ..specs import AnySpec, Choice, Range
from ..wishes import Filled, Wish
from .columns import unique_spec
from .conditions.boxes import Box
from .conditions.computed import with_types
from .conditions.orders import soft_orders
from .conditions.reading import Reading
from .conditions.unread import set_aside
from .counting import asked_rows, named_tables, settled
from .domains import Domain, Facts
from .draft import Draft
from .keying.claims import Basis, TableKeys
from .keying.grounds import read_table
from .keying.keys import decide_keys
from .keying.kinship import agreed, tenanted, told_apart
from .keying.partitions import Cut, can_follow, cut_of, narrow
from .keying.periods import decide_slices, kept_apart
from .keying.subtypes import Subtypes, subtypes
from .keying.tenants import Tenancies
from .keying.travel import travelled
from .meaning import Meaning, meaning_of
from .people.located import spots_of
from .timing.lineage import lineages
from .wished.asked import Asked, narrowed, read, typed_first, with_hints
from .wished.asked import distinct as of_key
from .wished.banks import banks_of, with_written
from .wished.families import counted
from .wished.fitting import Fitted, ground_of
from .wished.granting import Refusal, sorted_out
from .wished.origins import Origins

ANYWHERE = Origins()


class Prepared(Struct, frozen=True):
    """A schema of which keys, domains and row counts are decided: `drafts` are its tables, nothing in them filled yet,
    each with the rows asked for, the most there can be (None: no limit found) and why."""

    schema: Schema
    keys: Mapping[str, TableKeys]
    drafts: Mapping[str, tuple[Draft, int, int | None, str]]
    wishes: Mapping[str, Sequence[Wish]]
    findings: Sequence[Finding]
    refused: Sequence[Refusal]


def prepared(
    schema: Schema,
    rows: int | Mapping[str, int],
    as_of: str,
    wishes: Sequence[Wish] = (),
    known: Mapping[tuple[str, str], Meaning] = MappingProxyType({}),
    sizes: Mapping[str, int] = MappingProxyType({}),
    origins: Origins = ANYWHERE,
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
    asked, uncounted = counted(schema, {**asked_rows(schema, rows), **sizes}, named_tables(schema, rows), wished)
    schema, tenancies = tenanted(agreed(told_apart(schema), asked), asked)
    readings = {t.key: read_table(schema, t) for t in schema.tables.values()}
    findings = set_aside(readings, schema, facts)
    boxes = {
        key: narrow(readings[key], cut, partial(can_follow, schema.tables[key], schema))
        for key, cut in cuts.items()
        if isinstance(cut, Cut)
    }
    kinds = subtypes(schema, {key: reading.domains for key, reading in readings.items()}, tenancies)
    domains = travelled(schema, {key: reading.domains for key, reading in readings.items()}, kinds)
    meanings = {
        t.key: {c.name: known.get((t.key, c.name)) or meaning_of(schema, t, c) for c in t.columns}
        for t in schema.tables.values()
    }
    domains, meanings, typed = _as_typed(schema, wished, domains, meanings, facts)
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
    tenancies = structs.replace(tenancies, groups={key: spec.size for key, spec in specs.items() if spec is not None})
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
            typed[t.key],
        )
        for t in schema.tables.values()
    }
    spots = spots_of(schema, meanings, domains)
    slices = {key: decide_slices(found, schema.dialect) for key, found in keys.items()}
    counts, limits = settled(schema, keys, slices, domains, asked)
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
            asked=typed[table.key],
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


def _as_typed(
    schema: Schema,
    wished: Mapping[str, Sequence[Wish]],
    domains: Mapping[str, Mapping[str, Domain]],
    meanings: Mapping[str, Mapping[str, Meaning]],
    facts: Facts,
) -> tuple[dict[str, dict[str, Domain]], dict[str, dict[str, Meaning]], dict[str, dict[str, Asked]]]:
    """Domains and meanings after what was typed for columns, and what that was."""
    narrower = {key: dict(held) for key, held in domains.items()}
    meant = {key: dict(own) for key, own in meanings.items()}
    typed: dict[str, dict[str, Asked]] = {key: {} for key in schema.tables}
    for wish in (each for own in wished.values() for each in own if isinstance(each, Filled)):
        table, held = schema.tables[wish.table], narrower[wish.table]
        told = typed[wish.table][wish.column] = read(wish, table, held[wish.column], facts)
        meant[wish.table][wish.column] = told.meaning or meant[wish.table][wish.column]
        held[wish.column] = narrowed(held[wish.column], told, table.column(wish.column), facts)
    return narrower, meant, typed


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
