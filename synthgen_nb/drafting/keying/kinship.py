"""Foreign keys that share columns, across the whole schema: which tables must belong to one table's rows for them to
agree (see tenants.py), and which keys must hold the same values. Where keys must agree that nothing in the DDL ties
together, a foreign key is added, for drafting only."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from itertools import combinations

from msgspec import Struct, field, structs

from ...schema import ForeignKey, Schema, Table, Unique
from .tenants import Tenancies, Tenancy

_DEPTH = 8
Columns = tuple[str, ...]


def agreed(schema: Schema, asked: Mapping[str, int]) -> Schema:
    """With keys tied together that the same columns point to: the values of the smaller table's are those of the
    larger one's first rows."""
    for table in list(schema.tables.values()):
        for first, second in combinations(table.foreign_keys, 2):
            same = set(first.columns) == set(second.columns)
            if not same or implied(first, second, schema.tables) or implied(second, first, schema.tables):
                continue
            ends = [_end(schema, k.table, _through(k, first.columns)) for k in (first, second)]
            (small, mine), (large, theirs) = sorted(ends, key=lambda end: (asked[end[0]], end))
            if small != large:
                schema = _tied(schema, small, ForeignKey(columns=mine, table=large, references=theirs))
    return schema


def told_apart(schema: Schema) -> Schema:
    """With each part of a key unique where a table that points to the whole is unique in several of its parts: rows
    that differ in one part and in another need parents that do."""
    for table in list(schema.tables.values()):
        for key in table.foreign_keys:
            parts = [g for g in _key_groups(table) if g < set(key.columns)] if key.table != table.key else []
            for part in parts if len(parts) > 1 else ():
                parent = schema.tables[key.table]
                end = _through(key, tuple(c for c in key.columns if c in part))
                if not names_a_row(parent, end):
                    apart = structs.replace(parent, constraints=(*parent.constraints, Unique(columns=end)))
                    schema = structs.replace(schema, tables={**schema.tables, key.table: apart})
    return schema


def tenanted(schema: Schema, asked: Mapping[str, int]) -> tuple[Schema, Tenancies]:
    """The tables that belong to tenants, with keys tied to the root's where the DDL does not say so."""
    kins: list[_Kin] = []
    for table in schema.tables.values():
        for columns in _shared(schema, table):
            kin = _kin(schema, table.key, columns)
            if kin is None:
                continue
            touching = [k for k in kins if not k.columns.keys().isdisjoint(kin.columns)]
            if all(k.columns.get(name, c) == c for k in touching for name, c in kin.columns.items()):
                kins = [k for k in kins if k not in touching] + [_merged([*touching, kin])]
    of: dict[str, Tenancy] = {}
    for kin in kins:
        schema = _rooted(schema, kin, asked, of)
    required = {
        key.table for tenancy in of.values() for key in tenancy.inner if key in tenancy.bound or tenancy.key is not None
    }  # of one's own children, some have none where they need not
    for name in list(required):  # the layouts on the way to a required table leave no one out either
        required.update(_anchors(of, name))
    even = {
        key.table
        for name, tenancy in of.items()
        for key in tenancy.inner
        if key != tenancy.anchor and any(set(key.columns) <= group for group in unique_groups(schema.tables[name]))
    }
    return schema, Tenancies(of, frozenset(required), frozenset(even))


def implied(key: ForeignKey, wider: ForeignKey, tables: Mapping[str, Table], depth: int = _DEPTH) -> bool:
    """Whether `wider` alone makes `key` hold: its parent points on, with the same columns, to where `key` points."""
    if not set(key.columns) <= set(wider.columns) or not depth:
        return False
    through = _through(wider, key.columns)
    if (wider.table, through) == (key.table, key.references):
        return True
    onward = structs.replace(key, columns=through)
    return any(implied(onward, k, tables, depth - 1) for k in tables[wider.table].foreign_keys)


# --- what is shared


def _shared(schema: Schema, table: Table) -> Iterator[Columns]:
    """Columns that several foreign keys of a table share, or one of them with the table's own key."""
    keys = table.foreign_keys
    for key in keys:
        fixed = tuple(c for c, r in zip(key.columns, key.references, strict=True) if c == r)
        if key.table == table.key and 0 < len(fixed) < len(key.columns):
            yield fixed
        for own in _key_groups(table) if key.table != table.key else ():
            columns = tuple(c for c in key.columns if c in own)
            if own < set(key.columns) and not names_a_row(schema.tables[key.table], _through(key, columns)):
                yield columns
    for first, second in combinations(keys, 2):
        columns = tuple(c for c in first.columns if c in second.columns)
        if not columns or set(first.columns) == set(second.columns):
            continue
        if not implied(first, second, schema.tables) and not implied(second, first, schema.tables):
            yield columns


class _Kin(Struct):
    """Tables that belong together, with the columns that name the tenant in each: `roots` are those whose rows are
    the tenants, `heirs` those whose rows stand beside a root's, `free` the ones that nothing ties to a root."""

    columns: dict[str, Columns] = field(default_factory=dict)
    roots: list[str] = field(default_factory=list)
    heirs: list[str] = field(default_factory=list)
    free: list[str] = field(default_factory=list)


def _kin(schema: Schema, start: str, columns: Columns) -> _Kin | None:
    """All tables on the way from `start` along keys that hold the columns; None where they do not fit together."""
    kin, todo = _Kin(), [(start, columns)]
    while todo:
        name, columns = todo.pop()
        if name in kin.columns:
            if kin.columns[name] != columns:
                return None
            continue
        kin.columns[name] = columns
        table = schema.tables[name]
        holding = [k for k in table.foreign_keys if set(columns) <= set(k.columns)]
        exact = [k for k in holding if set(k.columns) == set(columns) and k.table != name]
        if names_a_row(table, columns):
            heir = bool(exact) and set(table.primary_key) == set(columns)
            (kin.heirs if heir else kin.roots).append(name)
            onward = [*(exact if heir else ()), *_own_children(schema, table, columns)]
        else:
            if table.rows or any(k.table == name and _through(k, columns) != columns for k in holding):
                return None
            onward = [k for k in holding if k.table != name]
            if not onward:
                kin.free.append(name)
        todo += [(k.table, _through(k, columns)) for k in onward]
    return kin


def _merged(kins: list[_Kin]) -> _Kin:
    whole = _Kin()
    for kin in kins:
        whole.columns.update(kin.columns)
        for mine, theirs in ((whole.roots, kin.roots), (whole.heirs, kin.heirs), (whole.free, kin.free)):
            mine += [name for name in theirs if name not in mine]
    return whole


def _own_children(schema: Schema, table: Table, columns: Columns) -> list[ForeignKey]:
    """Keys of a root to rows that belong to its own rows."""
    return [
        k for k in table.foreign_keys
        if set(columns) < set(k.columns) and k.table != table.key
        and not names_a_row(schema.tables[k.table], _through(k, columns))
    ]  # fmt: skip


# --- who belongs to whom


def _rooted(schema: Schema, kin: _Kin, asked: Mapping[str, int], of: dict[str, Tenancy]) -> Schema:
    """One root for them all, and every table's tenancy; nothing where the keys of some table can't be told apart."""
    largest = max(kin.roots or kin.free, key=lambda name: (asked[name], name), default=None)
    if largest is None or (not kin.roots and len(kin.columns[largest]) > 1):
        return schema
    tied = schema
    for name in (*kin.roots, *kin.free):
        if name != largest:
            key = ForeignKey(columns=kin.columns[name], table=largest, references=kin.columns[largest])
            tied = _tied(tied, name, key)
    found: dict[str, Tenancy] = {}
    for name, columns in kin.columns.items():
        tenancy = _tenancy(tied, tied.tables[name], columns, largest, kin)
        if tenancy is None:
            return schema
        found[name] = tenancy
    of.update(found)
    for name in sorted(found, key=lambda n: (asked[n], n)):
        of[name] = _anchored(tied, name, asked, of)
    return tied


def _tenancy(schema: Schema, table: Table, columns: Columns, root: str, kin: _Kin) -> Tenancy | None:
    rows = table.key in kin.roots or table.key in kin.heirs
    holding = [k for k in table.foreign_keys if set(columns) <= set(k.columns)]
    exact = [k for k in holding if set(k.columns) == set(columns) and k.table != table.key]
    wide = _own_children(schema, table, columns) if rows else [k for k in holding if len(k.columns) > len(columns)]
    wide = [k for k in wide if not any(k != o and implied(k, o, schema.tables) for o in wide)]
    apart = [set(k.columns) - set(columns) for k in wide]
    if any(a & b for a, b in combinations(apart, 2)):
        return None
    if any(k.table in (*kin.roots, *kin.heirs) and k.table != table.key for k in wide):
        return None
    bound = [k for k in wide if k.table != table.key and _must_be_set(table, k, columns)]
    if rows or (table.key == root and not kin.roots):
        grouped = not rows
        return Tenancy(root, columns, inner=tuple(wide), bound=tuple(bound), grouped=grouped)
    key = exact[0] if exact else ForeignKey(columns=columns, table=root, references=kin.columns[root])
    return Tenancy(root, columns, key, tuple(exact[1:]), tuple(wide), tuple(bound))


def _anchored(schema: Schema, name: str, asked: Mapping[str, int], of: Mapping[str, Tenancy]) -> Tenancy:
    """Laid out by the parent that a UNIQUE speaks of, if one does."""
    tenancy, table = of[name], schema.tables[name]
    groups = [set(determined(tuple(group), table, schema.tables)) for group in unique_groups(table)]
    fit = [
        k for k in tenancy.bound
        if tenancy.key is not None and any(set(k.columns) <= g for g in groups)
        and not any(_optional(table, c) for c in k.columns) and name not in _anchors(of, k.table)
    ]  # fmt: skip
    if not fit:
        return tenancy
    anchor = max(fit, key=lambda k: (set(k.columns) in groups, asked[k.table]))
    return Tenancy(
        tenancy.root, tenancy.columns, tenancy.key, tenancy.agreeing, tenancy.inner, tenancy.bound, anchor,
        set(anchor.columns) in groups,
    )  # fmt: skip


def _anchors(of: Mapping[str, Tenancy], table: str) -> list[str]:
    found = [table]
    while (anchor := of[found[-1]].anchor) is not None:
        found.append(anchor.table)
    return found


# --- keys


def _tied(schema: Schema, name: str, key: ForeignKey) -> Schema:
    table = schema.tables[name]
    tied = structs.replace(table, constraints=(*table.constraints, key))
    return structs.replace(schema, tables={**schema.tables, name: tied})


def _through(key: ForeignKey, columns: Columns) -> Columns:
    """The parent's columns that these columns of a key point to."""
    return tuple(key.references[key.columns.index(c)] for c in columns)


def _end(schema: Schema, name: str, columns: Columns) -> tuple[str, Columns]:
    """Where a key's values come from: the last table of a chain of keys that are foreign keys."""
    for _ in schema.tables:
        onward = [k for k in schema.tables[name].foreign_keys if set(k.columns) == set(columns) and k.table != name]
        if not onward:
            break
        name, columns = onward[0].table, _through(onward[0], columns)
    return name, columns


def determined(columns: Columns, table: Table, tables: Mapping[str, Table]) -> Columns:
    """The columns with those that they determine: of a foreign key whose part already names the parent's row."""
    found = list(columns)
    for key in table.foreign_keys:
        part = [r for c, r in zip(key.columns, key.references, strict=True) if c in columns]
        if key.table != table.key and part and names_a_row(tables[key.table], part):
            found += [c for c in key.columns if c not in found]
    return tuple(found)


def unique_groups(table: Table) -> list[set[str]]:
    """Columns that no two rows share, as far as all rows and plain values go."""
    whole = [u for u in table.uniques if not u.where and not u.expressions and not u.prefixes]
    return [set(columns) for columns in (table.primary_key, *(u.columns for u in whole)) if columns]


def _key_groups(table: Table) -> list[set[str]]:
    """Groups of columns that name one row: none within another."""
    groups = unique_groups(table)
    return [g for place, g in enumerate(groups) if g not in groups[:place] and not any(o < g for o in groups)]


def names_a_row(table: Table, columns: Collection[str]) -> bool:
    return any(group <= set(columns) for group in unique_groups(table))


def _optional(table: Table, column: str) -> bool:
    return table.column(column).nullable and column not in table.primary_key


def _must_be_set(table: Table, key: ForeignKey, shared: Columns) -> bool:
    """Whether some column that the key fills alone may not be NULL."""
    own = [c for c in key.columns if c not in shared]
    return key.match == "full" or not all(_optional(table, c) for c in own)
