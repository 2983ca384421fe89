"""Keys and UNIQUEs of one table turned into claims: who is unique, by which construction, and how many rows that
allows.

A *unit* fills columns together: a foreign key (one parent row number gives all its columns) or a single column. Each
PRIMARY KEY and UNIQUE needs one *carrier*: a unit whose index is a bijection of the row number, or a product of units
whose code is one. Claims are decided before row counts are known; `capacity` is a function of the parents' rows.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import combinations
from math import prod

from ...schema import Constraint, Exclude, Kind, Table, Unique
from ...specs import AnySpec
from ..conditions.expressed import Expressed, expressed
from ..domains import Domain
from .belonging import units_of
from .blocks import MOST_LISTED, Block, Combined, Pairs, combined, in_order, one_set, paired
from .claims import Basis, Claim, TableKeys, Unit, parent_of, product_sizes, unit_size
from .kinship import determined, implied
from .partial import choose, prefer_layout
from .tenants import source_name
from .weaving import weave, web_axes

_ORDINALS = {Kind.INTEGER}
_TIMES = {Kind.DATE, Kind.TIMESTAMP, Kind.TIMESTAMPTZ}


def decide_keys(basis: Basis) -> TableKeys:
    """Claims for every PRIMARY KEY and UNIQUE of the table, but for those that contain columns settled elsewhere."""
    table, tables = basis.table, basis.tables
    keys = TableKeys(table, basis.tenancies, determined(table.primary_key, table, tables))
    _share_out(keys, tables)
    turns = {unit.name: basis.subtypes.turns(table.key, unit.key) for unit in keys.units if unit.key is not None}
    keys.turns = {name: found for name, found in turns.items() if found is not None}
    _set_apart(keys, basis.reading.apart)
    uniques = [(u, expressed(u, table, basis.reading.dialect)) for u in _uniques(table)]
    for _, told in uniques:
        keys.filled |= told.filled
        if told.lost and not told.columns:
            text = f"UNIQUE on {', '.join(told.lost)}: different values may give equal results"
            keys.unsupported.append((text, ()))
    partial = [u for u, told in uniques if u.where and not _room(keys, told, basis)]
    if keys.tenancy and keys.tenancy.grouped:
        (column,) = keys.tenancy.columns
        if (spec := basis.spec(column)) is not None:
            keys.unique_specs[column] = spec
    groups = _unique_groups(table, [(u, told.columns) for u, told in uniques if u not in partial])
    groups = {g: why for g, why in groups.items() if not any(s <= set(g) for s in basis.settled)}
    keys.either = [set(told.pair) for u, told in uniques if told.pair is not None and u not in partial]
    keys.single = groups.pop((), "")
    groups = {determined(columns, table, tables): why for columns, why in groups.items()}
    in_order = sorted(groups, key=lambda g: (len({keys.owner[c].name for c in g}), g))
    alone = [g for g in in_order if len({keys.owner[c].name for c in g}) == 1]
    for columns in alone:
        _claim(keys, columns, groups[columns], basis)
    several = {g: groups[g] for g in in_order if g not in alone and not any(pair <= set(g) for pair in keys.either)}
    woven = weave(keys, several, basis)
    some = [(u, next(told.columns for other, told in uniques if other is u)) for u in partial]
    prefer_layout(keys, [columns for _, columns in some])
    for columns in (g for g in in_order if g not in alone and g not in woven):
        _claim(keys, columns, groups[columns], basis)
    choose(keys, some, basis)
    return keys


def _share_out(keys: TableKeys, tables: Mapping[str, Table]) -> None:
    """Each column gets the unit that fills it; widest foreign keys first."""
    table, tenancy = keys.table, keys.tenancy
    for unit, own in units_of(table, tenancy) if tenancy else ():
        keys.units.append(unit)
        keys.owner.update(dict.fromkeys(own, unit))
    placed = (tenancy.key, *tenancy.agreeing, *tenancy.inner) if tenancy else ()
    for key in sorted((k for k in table.foreign_keys if k not in placed), key=lambda k: -len(k.columns)):
        taken = [c for c in key.columns if c in keys.owner]
        if taken:
            if any(u.key is not None and implied(key, u.key, tables) for u in keys.units):
                continue
            unshared = [c for c in key.columns if c not in keys.owner and table.column(c).nullable]
            if unshared and key.match == "simple":
                keys.nulled.update(unshared)
            elif len(key.columns) == 1:
                keys.shared.setdefault(keys.owner[key.columns[0]].name, []).append(key)
            else:
                keys.unsupported.append((f"two foreign keys share {', '.join(taken)}", key.columns))
            continue
        nullable = any(table.column(c).nullable for c in key.columns)
        unit = Unit(source_name(key), key.columns, key, nullable, key.table == table.key)
        keys.units.append(unit)
        keys.owner.update(dict.fromkeys(key.columns, unit))
    for column in table.columns:
        if column.name not in keys.owner:
            unit = Unit(column.name, (column.name,), None, column.nullable)
            keys.owner[column.name] = unit
            keys.units.append(unit)


def _set_apart(keys: TableKeys, apart: Sequence[tuple[str, str]]) -> None:
    """Columns that must differ: two keys to one table skip each other's row; a key to the same table skips its own."""
    for pair in apart:
        first, second = (keys.owner[name] for name in pair)
        for unit, mine, other in ((first, *pair), (second, *pair[::-1])):
            key = unit.key if unit.to_self else None
            if key is not None and key.references[key.columns.index(mine)] == other:
                keys.ring.add(unit.name)
                break
        else:
            a, b = first.key, second.key
            same = a is not None and b is not None and (a.table, a.references) == (b.table, b.references)
            free = {first.name, second.name}.isdisjoint({*keys.apart, *keys.apart.values()})
            if same and free and len(first.columns) == 1 and not first.to_self:
                keys.apart[second.name] = first.name
            else:
                keys.loose.append(pair)


def _room(keys: TableKeys, told: Expressed, basis: Basis) -> bool:
    """Whether a partial UNIQUE may as well hold for all the rows."""
    sizes = []
    for unit in dict.fromkeys(keys.owner[c] for c in told.columns):
        spec = basis.spec(unit.name) if unit.key is None else None
        parents = basis.parent_rows(parent_of(unit)) if unit.key is not None else 1
        sizes.append(parents if spec is None else spec.size)
    return prod(sizes) >= basis.rows


def _uniques(table: Table) -> list[Unique]:
    return [*table.uniques, *filter(None, map(_as_unique, table.constraints))]


def _unique_groups(table: Table, uniques: Sequence[tuple[Unique, tuple[str, ...]]]) -> dict[tuple[str, ...], str]:
    """Columns that must be unique together -> the rule in words. Those that contain another group are left out: they
    hold where it does."""
    groups: dict[tuple[str, ...], str] = {}
    if table.primary_key:
        groups[table.primary_key] = f"PRIMARY KEY ({', '.join(table.primary_key)})"
    for unique, columns in uniques:
        if columns or not (unique.where or unique.columns):
            groups.setdefault(columns, f"UNIQUE ({', '.join((*unique.columns, *unique.expressions))})")
    return {g: why for g, why in groups.items() if not any(set(o) < set(g) for o in groups if o)}


def _as_unique(constraint: Constraint) -> Unique | None:
    """An EXCLUDE of nothing but equalities is a UNIQUE."""
    if not isinstance(constraint, Exclude) or any(operator != "=" for _, operator in constraint.elements):
        return None
    return Unique(columns=tuple(name for name, _ in constraint.elements), where=constraint.where)


def _claim(keys: TableKeys, columns: tuple[str, ...], why: str, basis: Basis) -> None:
    """A carrier for columns that are unique together, where no claim has one by now."""
    units = list(dict.fromkeys(keys.owner[c] for c in columns))
    if keys.tenancy and any(u.key in keys.tenancy.inner and set(u.columns) <= set(columns) for u in units):
        units = [u for u in units if u.columns != keys.tenancy.columns]  # a row of theirs names the tenant
    whole = [u for u in units if set(u.columns) <= set(columns)]
    if any(c.form in ("row", "permuted", "path", "within") and c.units[0] in whole for c in keys.claims):
        return
    coded = [c for c in keys.claims if c.form in ("product", "siblings")]
    if any({*c.units, *([c.layout] if c.layout else [])} <= set(whole) for c in coded):
        return
    if len(whole) == 1 and len(units) == 1:
        _claim_alone(keys, whole[0], columns, why, basis)
    else:
        _claim_together(keys, whole, columns, why, basis)


def _claim_alone(keys: TableKeys, unit: Unit, columns: tuple[str, ...], why: str, basis: Basis) -> None:
    """One column, or one foreign key, that is unique by itself."""
    if unit.name in keys.apart:
        other = next(u for u in keys.units if u.name == keys.apart.pop(unit.name))
        keys.loose.append((unit.columns[0], other.columns[0]))
    if unit.key is not None and keys.of_tenant(unit):
        _claim_within(keys, unit, columns, why)
        return
    if unit.key is not None:
        same = set(unit.columns) == set(keys.primary) and not unit.to_self
        form = "path" if unit.to_self else "row" if same else "permuted"
        if form == "permuted" and _optional(keys, unit, basis.domains):
            keys.sparse.add(unit.name)
        keys.claims.append(Claim(form, (unit,), why=why))
        return
    spec = basis.spec(unit.name)
    if spec is None:
        keys.unsupported.append((f"{why}: no way to make {unit.name} unique", columns))
        return
    spec, listed = _listed(unit, spec, basis)
    keys.unique_specs[unit.name] = spec
    if listed is not None:
        keys.claims.append(Claim("product", (unit,), None, why, listed))
        return
    if not _serial(basis.table, unit) and _optional(keys, unit, basis.domains):
        keys.sparse.add(unit.name)
    keys.claims.append(Claim("row" if _serial(basis.table, unit) else "permuted", (unit,), why=why))


def _claim_together(keys: TableKeys, whole: Sequence[Unit], columns: tuple[str, ...], why: str, basis: Basis) -> None:
    """Several units (`whole`: those with no column outside): one that is unique anyhow, or a code over them, for which
    one of their parents may lay the table out."""
    table = basis.table
    free = [u for u in whole if not keys.claimed(u)]
    any_order = next((pair for pair in keys.either if pair <= set(columns)), set())
    own = [u for u in free if u.key is None and u.name not in any_order]
    parents = [u for u in whole if u.key is not None and not u.to_self and not _nullable(u, columns, table)]
    parents = [u for u in parents if keys.lays_out(u)]
    tree = next((u for u in whole if u.to_self), None)
    if tree is not None and len(whole) == 2 and own and table.column(own[0].name).type.kind in _ORDINALS:
        keys.unique_specs[own[0].name] = basis.spec(own[0].name) or keys.unique_specs[own[0].name]
        keys.claims.append(Claim("siblings", (own[0],), tree, why))
        return
    one_parent = len(parents) == 1 and len(own) == 1 and len(whole) == 2
    if not (one_parent and (keys.layout == parents[0] or (keys.layout is None and not keys.claimed(parents[0])))):
        # the last column of a key is the one that tells rows apart, but what must follow another can't lead
        for unit in sorted(own, key=lambda u: (any(o.after == u.name for o in basis.reading.orders), -own.index(u))):
            spec = basis.spec(unit.name)
            if spec is not None and spec.size >= basis.rows and basis.domains[unit.name].values is None:
                keys.unique_specs[unit.name] = spec
                serial = _serial(table, unit) or table.column(unit.name).type.kind in _ORDINALS
                keys.claims.append(Claim("row" if serial else "permuted", (unit,), why=why))
                return
    block: Block | None = _paired(keys, free, any_order, basis)
    tied = [keys.owner[c] for c in block.names] if block is not None else []
    layout = _layout(keys, [p for p in parents if p not in tied], basis)
    rest = [*tied, *(u for u in whole if u != layout and u not in tied)]
    if any(keys.claimed(u) or (keys.tenancy and u.columns == keys.tenancy.columns) for u in rest) or not rest:
        spares = [u for u in free if u.key is not None and not u.to_self and u.name not in keys.apart]
        spares = [u for u in spares if not keys.of_tenant(u)]
        if spares:  # one child for each parent is unique in any company
            keys.claims.append(Claim("permuted", (spares[-1],), why=why))
            return
        keys.unsupported.append((f"{why} overlaps another key in a way that has no construction yet", columns))
        return
    per_parent = -(-basis.rows * 2 // max(1, basis.parent_rows(parent_of(layout)))) if layout else basis.rows
    for unit in rest[len(tied) :]:
        if unit.key is None:
            spec = basis.spec(unit.name, max(per_parent, 1))
            if spec is None:
                keys.unsupported.append((f"{why}: no way to count the values of {unit.name}", columns))
                return
            keys.unique_specs[unit.name] = spec
    if block is None:
        block = combined([u.name for u in rest if u.key is None], keys.unique_specs, basis.reading, basis.held)
        tied = [keys.owner[c] for c in block.names] if block is not None else []
        rest = [*tied, *(u for u in rest if u not in tied)]
    keys.layout = keys.layout or layout
    keys.claims.append(Claim("product", tuple(rest), layout, why, block))


def _layout(keys: TableKeys, parents: Sequence[Unit], basis: Basis) -> Unit | None:
    """The parent among these that lays the table out, or may: the one with most rows."""
    if keys.layout in parents:
        return keys.layout
    if keys.layout is not None:
        return None
    eligible = [p for p in parents if not keys.claimed(p) and p.name not in keys.apart]
    eligible = [p for p in eligible if keys.of_tenant(p)] or eligible
    return max(eligible, key=lambda p: basis.parent_rows(parent_of(p)), default=None)


def _listed(unit: Unit, spec: AnySpec, basis: Basis) -> tuple[AnySpec, Block | None]:
    """A unique column's values, and those among them that hold what its CHECKs ask; more where too few do."""
    specs = {unit.name: spec}
    block = combined([unit.name], specs, basis.reading, basis.held)
    room = basis.rows
    while isinstance(block, Combined) and block.held < basis.rows and room <= MOST_LISTED:
        room *= 10
        wider = basis.spec(unit.name, room)
        if wider is None or wider == specs[unit.name] or wider.size > MOST_LISTED:
            break
        specs[unit.name] = wider
        block = combined([unit.name], specs, basis.reading, basis.held)
    return specs[unit.name], block


def _paired(keys: TableKeys, free: Sequence[Unit], any_order: set[str], basis: Basis) -> Pairs | None:
    """Two columns that hold the same values and stand in order, or in either one: keys to the same rows, or (in either
    order) plain columns of one kind."""
    for first, second in combinations([u for u in free if len(u.columns) == 1 and not u.to_self], 2):
        names = (first.columns[0], second.columns[0])
        block = paired(names, basis.reading, any_order.issuperset(names))
        a, b = first.key, second.key
        if block is None or (
            a is not None and block.how in ("below", "upto") and not in_order(basis.tables[a.table], a)
        ):
            continue
        if a is not None and b is not None and (a.table, a.references) == (b.table, b.references):
            for name in (first.name, second.name):
                keys.apart.pop(name, None)
            return block
        if a is None and b is None and set(any_order) == {first.name, second.name}:
            specs = one_set(*(basis.spec(name) for name in block.names))
            if specs is not None:
                keys.unique_specs.update(zip(block.names, specs, strict=True))
                return block
    return None


def _claim_within(keys: TableKeys, unit: Unit, columns: tuple[str, ...], why: str) -> None:
    """One row for each parent of a tenant: beside it, or in the parents' order while they last."""
    tenancy, touching = keys.tenancy, [u for u in keys.table.uniques if set(u.columns) & set(unit.columns)]
    free = unit.nullable and keys.filled.isdisjoint(unit.columns) and all(u.nulls_distinct for u in touching)
    if tenancy is not None and unit.key == tenancy.anchor:
        keys.claims.append(Claim("row", (unit,), why=why))
    elif tenancy is not None and tenancy.key and not tenancy.anchor and free and not unit.to_self:
        keys.sparse.add(unit.name)
        keys.claims.append(Claim("within", (unit,), why=why))
    else:
        keys.unsupported.append((f"{why}: one for each parent within a tenant has no construction yet", columns))


def _optional(keys: TableKeys, unit: Unit, domains: Mapping[str, Domain]) -> bool:
    """Whether a UNIQUE leaves room for any number of NULLs in all of the unit's columns."""
    table = keys.table
    counted = [u for u in table.uniques if set(u.columns) & set(unit.columns) and not u.nulls_distinct]
    nullable = all(domains[c].nullable and c not in table.primary_key for c in unit.columns)
    return nullable and not counted and keys.filled.isdisjoint(unit.columns)


def _serial(table: Table, unit: Unit) -> bool:
    """Integer primary keys, identities and the like count from one."""
    column = table.column(unit.columns[0])
    return column.type.kind == Kind.INTEGER and (table.primary_key == unit.columns or column.identity is not None)


def _nullable(unit: Unit, columns: tuple[str, ...], table: Table) -> bool:
    return any(table.column(c).nullable and c not in table.primary_key for c in unit.columns if c in columns)


def capacity(keys: TableKeys, parent_rows: Callable[[str], int]) -> tuple[int | None, str]:
    """The most rows the table can hold, and the rule that says so."""
    limits: list[tuple[int, str]] = []
    for claim in keys.claims:
        if claim.form in ("row", "permuted"):
            unit = claim.units[0]
            if unit.name in keys.sparse:
                continue
            size = unit_size(keys, unit, parent_rows)
            what = f"one row per row of {parent_of(unit)}" if unit.key else "different values"
            limits.append((size, f"{claim.why}: {size:,} {what}"))
        elif claim.web is not None:
            first, second, _ = web_axes(keys, claim.web, parent_rows)
            limits.append((first * second, f"{claim.why}: {first:,} x {second:,} combinations"))
        elif claim.form == "product":
            sizes = product_sizes(keys, claim, parent_rows)
            if claim.layout is not None:
                sizes.insert(0, unit_size(keys, claim.layout, parent_rows))
            shown = " x ".join(f"{s:,}" for s in sizes)
            limits.append((prod(sizes), f"{claim.why}: {shown} combinations"))
    for unit in keys.units:
        if unit.key is not None and not unit.nullable and not unit.to_self and not unit_size(keys, unit, parent_rows):
            limits.append((0, f"{', '.join(unit.columns)} must point to {unit.key.table}, which has no rows"))
    if (most := keys.tenancies.most(keys.table.key, parent_rows)) is not None:
        limits.append((most, f"each must point to a row of its own: {most:,} have one"))
    if keys.single:
        limits.append((1, f"{keys.single}: one row"))
    if not limits:
        return None, ""
    return min(limits, key=lambda limit: limit[0])
