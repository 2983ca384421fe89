"""Keys and UNIQUEs of one table turned into claims: who is unique, by which construction, and how many rows that
allows.

A *unit* fills columns together: a foreign key (one parent row number gives all its columns) or a single column. Each
PRIMARY KEY and UNIQUE needs one *carrier*: a unit whose index is a bijection of the row number, or a product of units
whose code is one. Claims are decided before row counts are known; `capacity` is a function of the parents' rows.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from math import prod

from msgspec import structs

from ..schema import Column, Constraint, Exclude, ForeignKey, Kind, Table, Unique
from ..specs import AnySpec
from .claims import Claim, TableKeys, Unit, parent_of, product_sizes, unit_size
from .domains import Domain

_ORDINALS = {Kind.INTEGER}
_TIMES = {Kind.DATE, Kind.TIMESTAMP, Kind.TIMESTAMPTZ}


def source_name(key: ForeignKey) -> str:
    return f"{','.join(key.columns)} -> {key.table}"


def decide_keys(
    table: Table,
    tables: Mapping[str, Table],
    domains: Mapping[str, Domain],
    apart: Sequence[tuple[str, str]],
    followers: Collection[str],
    wanted: int,
    parent_rows: Callable[[str], int],
    unique_spec: Callable[[Column, int], AnySpec | None],
    held: Collection[frozenset[str]] = (),
) -> TableKeys:
    """Claims for every PRIMARY KEY and UNIQUE of `table`, but for those that contain columns which are `held` unique
    otherwise. `unique_spec(column, rows)` gives a spec with a size, or None."""
    keys = TableKeys(table)
    _share_out(keys, tables)
    _set_apart(keys, apart)
    for unique in table.uniques:
        for expression in unique.expressions:
            if not _tells_apart(expression):
                keys.unsupported.append((f"UNIQUE on {expression}: different values may give equal results", ()))
    partial = [u for u in table.uniques if u.where and not _room(keys, u, wanted, parent_rows, unique_spec)]
    keys.avoided = [u.where for u in partial if u.where]
    groups = {g: why for g, why in _unique_groups(table, partial).items() if not any(h <= set(g) for h in held)}
    keys.single = groups.pop((), "")
    for columns in sorted(groups, key=lambda g: (len({keys.owner[c].name for c in g}), g)):
        _claim(keys, columns, groups[columns], domains, followers, wanted, parent_rows, unique_spec)
    return keys


def _share_out(keys: TableKeys, tables: Mapping[str, Table]) -> None:
    """Each column gets the unit that fills it; widest foreign keys first."""
    table = keys.table
    for key in sorted(table.foreign_keys, key=lambda k: -len(k.columns)):
        taken = [c for c in key.columns if c in keys.owner]
        if taken:
            if any(u.key is not None and _implied(key, u.key, tables) for u in keys.units):
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
        for unit, other in ((first, pair[1]), (second, pair[0])):
            if unit.to_self and unit.key is not None and unit.key.references == (other,):
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


def _implied(key: ForeignKey, wider: ForeignKey, tables: Mapping[str, Table], depth: int = 8) -> bool:
    """Whether `wider` alone makes `key` hold: its parent points on, with the same columns, to where `key` points."""
    if not set(key.columns) <= set(wider.columns) or not depth:
        return False
    through = tuple(wider.references[wider.columns.index(c)] for c in key.columns)
    if (wider.table, through) == (key.table, key.references):
        return True
    onward = structs.replace(key, columns=through)
    return any(_implied(onward, k, tables, depth - 1) for k in tables[wider.table].foreign_keys)


def _room(
    keys: TableKeys,
    unique: Unique,
    wanted: int,
    parent_rows: Callable[[str], int],
    unique_spec: Callable[[Column, int], AnySpec | None],
) -> bool:
    """Whether a partial UNIQUE may as well hold for all the rows."""
    sizes = []
    for unit in dict.fromkeys(keys.owner[c] for c in unique_columns(unique, keys.table)):
        spec = unique_spec(keys.table.column(unit.name), wanted) if unit.key is None else None
        sizes.append(spec.size if spec is not None else parent_rows(parent_of(unit)) if unit.key is not None else 1)
    return prod(sizes) >= wanted


def _unique_groups(table: Table, without: Collection[Unique]) -> dict[tuple[str, ...], str]:
    """Columns that must be unique together -> the rule in words. Those that contain another group are left out: they
    hold where it does."""
    groups: dict[tuple[str, ...], str] = {}
    if table.primary_key:
        groups[table.primary_key] = f"PRIMARY KEY ({', '.join(table.primary_key)})"
    uniques = [*table.uniques, *filter(None, map(_as_unique, table.constraints))]
    for unique in (u for u in uniques if u not in without):
        columns = unique_columns(unique, table)
        if columns or not unique.where:
            groups.setdefault(columns, f"UNIQUE ({', '.join((*unique.columns, *unique.expressions))})")
    return {g: why for g, why in groups.items() if not any(set(o) < set(g) for o in groups if o)}


_KEEPING = frozenset(
    ["lower", "upper", "trim", "btrim", "ltrim", "rtrim", "coalesce", "ifnull", "nullif", "cast", "concat", "text"]
)


def _tells_apart(expression: str) -> bool:
    """Whether unique single-case values stay unique under an expression: no arithmetic, no function that merges."""
    bare = re.sub(r"'[^']*'", "", expression)
    called = {name.lower() for name in re.findall(r"(\w+)\s*\(", bare)}
    return called.issubset(_KEEPING) and not re.search(r"[-+*/%#&]", bare)


def _as_unique(constraint: Constraint) -> Unique | None:
    """An EXCLUDE of nothing but equalities is a UNIQUE."""
    if not isinstance(constraint, Exclude) or any(operator != "=" for _, operator in constraint.elements):
        return None
    return Unique(columns=tuple(name for name, _ in constraint.elements), where=constraint.where)


def unique_columns(unique: Unique, table: Table) -> tuple[str, ...]:
    """The columns that carry a UNIQUE: its own, or those that its expressions and computed columns speak of."""
    names: list[str] = []
    spoken = list(unique.expressions)
    for name in unique.columns:
        generated = table.column(name).generated
        if generated:
            spoken.append(generated)
        else:
            names.append(name)
    for expression in spoken:
        words = {word.lower() for word in re.findall(r"\w+", expression)}
        names += [c.name for c in table.columns if c.name.lower() in words and not c.generated]
    return tuple(dict.fromkeys(names))


def _claim(
    keys: TableKeys,
    columns: tuple[str, ...],
    why: str,
    domains: Mapping[str, Domain],
    followers: Collection[str],
    wanted: int,
    parent_rows: Callable[[str], int],
    unique_spec: Callable[[Column, int], AnySpec | None],
) -> None:
    table = keys.table
    units = list(dict.fromkeys(keys.owner[c] for c in columns))
    whole = [u for u in units if set(u.columns) <= set(columns)]
    if any(c.form != "product" and c.form != "siblings" and c.units[0] in whole for c in keys.claims):
        return
    if any(set(c.units) | ({c.layout} if c.layout else set()) <= set(whole) for c in keys.claims):
        return
    if len(whole) == 1 and len(units) == 1:
        unit = whole[0]
        if unit.name in keys.apart:
            other = next(u for u in keys.units if u.name == keys.apart.pop(unit.name))
            keys.loose.append((unit.columns[0], other.columns[0]))
        if unit.key is not None:
            same = unit.columns == table.primary_key and not unit.to_self
            form = "path" if unit.to_self else "row" if same else "permuted"
            if form == "permuted" and _optional(unit, table, domains):
                keys.sparse.add(unit.name)
            keys.claims.append(Claim(form, (unit,), why=why))
            return
        spec = unique_spec(table.column(unit.name), wanted)
        if spec is None:
            keys.unsupported.append((f"{why}: no way to make {unit.name} unique", columns))
            return
        keys.unique_specs[unit.name] = spec
        if not _serial(table, unit) and _optional(unit, table, domains):
            keys.sparse.add(unit.name)
        keys.claims.append(Claim("row" if _serial(table, unit) else "permuted", (unit,), why=why))
        return
    free = [u for u in whole if not keys.claimed(u)]
    own = [u for u in free if u.key is None]
    parents = [u for u in whole if u.key is not None and not u.to_self and not _nullable(u, columns, table)]
    tree = next((u for u in whole if u.to_self), None)
    if tree is not None and len(whole) == 2 and own and table.column(own[0].name).type.kind in _ORDINALS:
        keys.unique_specs[own[0].name] = (
            unique_spec(table.column(own[0].name), wanted) or keys.unique_specs[own[0].name]
        )
        keys.claims.append(Claim("siblings", (own[0],), tree, why))
        return
    one_parent = len(parents) == 1 and len(own) == 1 and len(whole) == 2
    if not (one_parent and keys.layout in (None, parents[0])):
        # the last column of a key is the one that tells rows apart, but what must follow another can't lead
        for unit in sorted(own, key=lambda u: (u.name in followers, -own.index(u))):
            spec = unique_spec(table.column(unit.name), wanted)
            if spec is not None and spec.size >= wanted and domains[unit.name].values is None:
                keys.unique_specs[unit.name] = spec
                serial = _serial(table, unit) or table.column(unit.name).type.kind in _ORDINALS
                keys.claims.append(Claim("row" if serial else "permuted", (unit,), why=why))
                return
    layout = keys.layout if keys.layout in parents else None
    if layout is None and keys.layout is None and parents:
        eligible = [p for p in parents if not keys.claimed(p) and p.name not in keys.apart]
        layout = max(eligible, key=lambda p: parent_rows(parent_of(p)), default=None)
    rest = [u for u in whole if u != layout]
    if any(keys.claimed(u) for u in rest) or not rest:
        spares = [u for u in free if u.key is not None and not u.to_self and u.name not in keys.apart]
        spare = spares[-1] if spares else None
        if spare is not None:  # one child for each parent is unique in any company
            keys.claims.append(Claim("permuted", (spare,), why=why))
            return
        keys.unsupported.append((f"{why} overlaps another key in a way that has no construction yet", columns))
        return
    per_parent = -(-wanted * 2 // max(1, parent_rows(parent_of(layout)))) if layout else wanted
    for unit in rest:
        if unit.key is None:
            spec = unique_spec(table.column(unit.name), max(per_parent, 1))
            if spec is None:
                keys.unsupported.append((f"{why}: no way to count the values of {unit.name}", columns))
                return
            keys.unique_specs[unit.name] = spec
    keys.layout = keys.layout or layout
    keys.claims.append(Claim("product", tuple(rest), layout, why))


def _optional(unit: Unit, table: Table, domains: Mapping[str, Domain]) -> bool:
    """Whether a UNIQUE leaves room for any number of NULLs in all of the unit's columns."""
    counted = [u for u in table.uniques if set(u.columns) & set(unit.columns) and not u.nulls_distinct]
    nullable = all(domains[c].nullable and c not in table.primary_key for c in unit.columns)
    return nullable and not counted


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
        elif claim.form == "product":
            sizes = product_sizes(keys, claim, parent_rows)
            if claim.layout is not None:
                sizes.insert(0, unit_size(keys, claim.layout, parent_rows))
            shown = " x ".join(f"{s:,}" for s in sizes)
            limits.append((prod(sizes), f"{claim.why}: {shown} combinations"))
    for unit in keys.units:
        if unit.key is not None and not unit.nullable and not unit.to_self and not unit_size(keys, unit, parent_rows):
            limits.append((0, f"{', '.join(unit.columns)} must point to {unit.key.table}, which has no rows"))
    if keys.single:
        limits.append((1, f"{keys.single}: one row"))
    if not limits:
        return None, ""
    return min(limits, key=lambda limit: limit[0])
