"""Keys on their way into a plan: claims become sources, and the columns of keys read them."""

from __future__ import annotations

from math import prod
from typing import Literal

from ...schema import Kind
from ...specs import AnySpec, Digit, Key, Layout, Ordinal, Path, Permuted, Person, Pick, Place, Range, Turn
from ..descent import popularity, tree_of
from ..draft import Draft
from ..people.folks import person_source
from ..people.located import place_source
from .belonging import laid_out
from .claims import Claim, Unit, product_sizes, unit_size
from .partial import place_chosen
from .subtypes import Turns
from .tying import place_block
from .weaving import place_web


def place_claim(draft: Draft, claim: Claim) -> None:
    """A key or UNIQUE, as sources and the columns that read them."""
    if claim.form == "chosen":
        place_chosen(draft, claim)
        return
    first = claim.units[0]
    if claim.form == "within":
        return  # place_tenants sees to it
    if claim.form == "row":
        if first.key is None:
            draft.placed[first.name] = (_after_reference(draft, first.name, draft.keys.unique_specs[first.name]), "row")
        elif draft.head:
            for name in first.columns:
                draft.placed[name] = (Range(low=1, high=(1 << 31) - 1), "row")
        else:
            _place_columns(draft, first, "row")
    elif claim.form == "permuted":
        size = unit_size(draft.keys, first, draft.parent_rows)
        spread = Permuted(size=size)
        if first.name in draft.keys.sparse and size < draft.rows:
            spread = Permuted(size=draft.rows, present=size)
        if first.key is not None:
            draft.sources[first.name] = spread
            return
        spec = draft.keys.unique_specs[first.name]
        if spread.present is None:
            draft.placed[first.name] = (spec, _code(draft, f"code of {first.name}", spec, first.name))
        else:
            draft.sources[f"code of {first.name}"] = spread
            draft.placed[first.name] = (spec, f"code of {first.name}")
    elif claim.form == "path":
        draft.sources[first.name] = Path(ring=not first.nullable)
    elif claim.form == "siblings":
        assert claim.layout is not None
        draft.sources[f"place in {claim.layout.name}"] = Ordinal(of=claim.layout.name)
        draft.placed[first.name] = (draft.keys.unique_specs[first.name], f"place in {claim.layout.name}")
    elif claim.form == "web":
        place_web(draft, claim)
    else:
        _place_product(draft, claim)


def _code(draft: Draft, name: str, spec: AnySpec, column: str) -> str:
    """A permuted row number to read a unique spec at; all the unique fields of one person, or place, share theirs."""
    if isinstance(spec, Person):
        name = person_source(draft, column)
    if isinstance(spec, Place):
        name = place_source(draft, column)
    known = draft.sources.get(name)
    size = spec.size if not isinstance(known, Permuted) else max(known.size, spec.size)
    draft.sources[name] = Permuted(size=size)
    return name


def _place_product(draft: Draft, claim: Claim) -> None:
    base, by = "row", ""
    sizes = product_sizes(draft.keys, claim, draft.parent_rows)
    if claim.layout is not None:
        by = claim.layout.name
        base = f"place in {by}"
        known = draft.sources.get(by)
        most = min([prod(sizes), max(draft.rows, 1), *([known.most] if isinstance(known, Layout) else [])])
        assert claim.layout.key is not None
        parents = unit_size(draft.keys, claim.layout, draft.parent_rows)
        draft.sources[by] = laid_out(draft, claim.layout, parents, most)
        draft.sources[base] = Ordinal(of=by)
    only = claim.units[0]
    alone = by and len(claim.units) == 1 and claim.block is None and only.key is None
    if alone and _counts(draft.keys.unique_specs[only.name], draft, only):
        draft.placed[only.name] = (draft.keys.unique_specs[only.name], base)
        return
    name = f"code of {', '.join(u.name for u in claim.units)}"
    draft.sources[name] = Permuted(size=max(1, prod(sizes)), of=base, by=by)
    divide, units = 1, list(claim.units)
    if claim.block is not None:
        draft.sources[f"{name}, tied"] = Digit(of=name, modulo=max(sizes[0], 1))
        place_block(draft, claim, f"{name}, tied")
        divide, sizes, units = max(sizes[0], 1), sizes[1:], units[len(claim.block.names) :]
    for unit, size in zip(units, sizes, strict=True):
        source = unit.name if unit.key is not None else f"digit of {unit.name}"
        draft.sources[source] = Digit(of=name, divide=divide, modulo=max(size, 1))
        divide *= max(size, 1)
        if unit.key is None:
            draft.placed[unit.name] = (draft.keys.unique_specs[unit.name], source)


def _counts(spec: AnySpec, draft: Draft, unit: Unit) -> bool:
    """Line numbers, positions and dates run on: 1, 2, 3 ... instead of a random order."""
    return isinstance(spec, Range) and draft.table.column(unit.name).type.kind in (Kind.INTEGER, Kind.DATE)


def place_key(draft: Draft, unit: Unit) -> None:
    """A foreign key that no claim has placed."""
    if all(c in draft.placed for c in unit.columns):
        return
    assert unit.key is not None
    parents = unit_size(draft.keys, unit, draft.parent_rows)
    if unit.name not in draft.sources:
        if unit.to_self:
            ring = unit.name in draft.keys.ring
            roots: Literal["null", "self", "next"] = "null" if unit.nullable else "next" if ring else "self"
            if roots == "next" and draft.rows == 1:
                draft.broken("a lone row can't point to another", unit.columns, "ask for more rows", "foreign_key")
            counted = any(claim.form == "siblings" and claim.layout == unit for claim in draft.keys.claims)
            draft.sources[unit.name] = tree_of(draft.table, unit.key, draft.rows, roots, even=counted)
        elif parents:
            draft.sources[unit.name] = Pick(table=unit.key.table, among=parents, weights=popularity(parents))
    if parents or unit.to_self or unit.name in draft.sources:
        _place_columns(draft, unit, unit.name)
    else:  # there is nothing to point to
        optional = (draft.table.column(c) for c in unit.columns)
        draft.keys.nulled.update(c.name for c in optional if c.nullable and c.generated is None)


def take_turns(draft: Draft, name: str, turns: Turns) -> None:
    """A key's integers count the rows of some kinds only."""
    unit = next(u for u in draft.keys.units if u.name == name)
    if not any(c in draft.placed for c in unit.columns):
        return
    counted = "row"
    if name in draft.sources:
        counted = f"{name}, of these kinds"
        draft.sources[counted] = draft.sources[name]
    draft.sources[name] = Turn(of=counted, period=turns.period, kept=turns.kept)
    _place_columns(draft, unit, name)


def _place_columns(draft: Draft, unit: Unit, source: str) -> None:
    assert unit.key is not None
    for child, parent in zip(unit.key.columns, unit.key.references, strict=True):
        draft.placed[child] = (Key(table=unit.key.table, column=parent), source)


def _after_reference(draft: Draft, column: str, spec: AnySpec) -> AnySpec:
    """Serial keys go on behind the rows that the DDL inserts."""
    place = draft.table.column_names.index(column)
    known = [row[place] for row in draft.table.rows]
    if not known or not isinstance(spec, Range):
        return spec
    last = max((v for v in known if isinstance(v, int)), default=0)  # SQLite has texts in columns of integers
    return Range(low=max(last + 1 - len(known) * spec.step, spec.low), high=spec.high, step=spec.step)
