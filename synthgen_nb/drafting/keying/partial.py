"""Partial UNIQUEs: which rows are to meet the condition, decided from the place among the siblings, last. The column
that decides it holds one kind of value there and another kind everywhere else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import prod

from sqlglot import exp

from ...ddl.expressions import columns_of, parse_expression
from ...errors import DDLError
from ...schema import Check, Table, Unique
from ...specs import Among, Digit, Layout, Ordinal, Permuted
from ..conditions.checks import read_checks
from ..conditions.reading import Reading
from ..conditions.trees import conjuncts, sqlglot_name
from ..domains import Domain
from ..draft import Draft
from .claims import Basis, Chosen, Claim, TableKeys, Unit, parent_of, unit_size


def decider(where: str, table: Table, domains: Mapping[str, Domain], reading: Reading) -> Chosen | None:
    """The first part of a condition that speaks of one
    free column in a way that can be drawn, both ways."""
    dialect = reading.dialect
    bound = {*reading.computed, *table.primary_key, *(c for k in table.foreign_keys for c in k.columns)}
    try:
        parts = list(conjuncts(parse_expression(where, dialect)))
    except DDLError:
        return None
    for part in parts:
        text = part.sql(dialect=sqlglot_name(dialect))
        read = {c.name.lower() for c in part.find_all(exp.Column)}
        names = {c.name for c in table.columns if c.name.lower() in read}
        if len(names) != 1 or names & bound or any(table.column(n).generated for n in names):
            continue
        name = names.pop()
        both = [narrowed(sql, table, domains, dialect)[name] for sql in (text, f"NOT ({text})")]
        if all(domain is not None and (not domain.empty or domain.always_null) for domain in both):
            return Chosen(name, text, f"NOT ({text})")
    return None


def narrowed(sql: str, table: Table, domains: Mapping[str, Domain], dialect: str) -> Mapping[str, Domain | None]:
    """The domains that a condition leaves; None for columns of which it can't be read whole."""
    columns = tuple(c.name for c in table.columns)
    reading = read_checks(table, (Check(sql=sql, columns=columns),), domains, dialect)
    unread = {c for check in reading.left for c in check.columns}
    whole = not reading.orders and not reading.apart and not reading.computed
    return {name: domain if whole and name not in unread else None for name, domain in reading.domains.items()}


def prefer_layout(keys: TableKeys, uniques: Sequence[Sequence[str]]) -> None:
    """The parent that partial UNIQUEs speak of lays the table out, where nothing else does."""
    for columns in uniques:
        units = [u for u in dict.fromkeys(keys.owner[c] for c in columns) if set(u.columns) <= set(columns)]
        keys.layout = keys.layout or next((u for u in units if _lays_out(keys, u)), None)


def choose(keys: TableKeys, uniques: Sequence[tuple[Unique, Sequence[str]]], basis: Basis) -> None:
    """Claims for partial UNIQUEs (with the columns that carry them). Where other claims already decide their values, or
    two of them hang on one column, no row is to meet the condition."""
    deciders = [decider(u.where or "", keys.table, basis.domains, basis.reading) for u, _ in uniques]
    for (unique, columns), decided in zip(uniques, deciders, strict=True):
        where = unique.where or ""
        alone = decided is not None and not any(
            _mentions(other.where or "", decided.column, basis.reading.dialect)
            for other, _ in uniques
            if other is not unique
        )
        if decided is not None and alone:
            alone = _chosen(keys, columns, decided, basis)
        if not alone:
            keys.avoided.append(where)


def _mentions(where: str, column: str, dialect: str) -> bool:
    try:
        return column.lower() in {c.lower() for c in columns_of(parse_expression(where, dialect))}
    except DDLError:
        return True


def _chosen(keys: TableKeys, columns: Sequence[str], decided: Chosen, basis: Basis) -> bool:
    inside = narrowed(decided.holds, keys.table, basis.domains, basis.reading.dialect)[decided.column]
    one = inside is not None and (inside.always_null or len(inside.values or ()) == 1)
    if keys.tenancy or (decided.column in columns and not one) or keys.claimed(keys.owner[decided.column]):
        return False
    units = list(dict.fromkeys(keys.owner[c] for c in columns if c != decided.column))
    layout = keys.layout if keys.layout in units else next((u for u in units if _lays_out(keys, u)), None)
    rest = [u for u in units if u != layout]
    if any(keys.claimed(u) or u.to_self or not set(u.columns) <= set(columns) for u in rest):
        return False
    for unit in rest:
        if unit.key is None:
            parents = basis.parent_rows(parent_of(layout)) if layout is not None else 1
            spec = basis.spec(unit.name, -(-basis.rows // max(1, parents)))
            if spec is None:
                return False
            keys.unique_specs[unit.name] = spec
    keys.layout = keys.layout or layout
    keys.claims.append(Claim("chosen", tuple(rest), layout, chosen=decided))
    return True


def _lays_out(keys: TableKeys, unit: Unit) -> bool:
    """Whether the table's rows may be laid out as this parent's children."""
    apart = {*keys.apart, *keys.apart.values()}
    free = keys.tenancy is None and keys.layout is None and not keys.claimed(unit) and unit.name not in apart
    return free and unit.key is not None and not unit.to_self and not unit.nullable


def place_chosen(draft: Draft, claim: Claim) -> None:
    """The columns of a partial UNIQUE, and whether a row is one of those that meet its condition."""
    assert claim.chosen is not None
    sizes = [max(1, unit_size(draft.keys, unit, draft.parent_rows)) for unit in claim.units]
    room = min(prod(sizes), 1 << 62)
    by = ""
    if claim.layout is not None:
        assert claim.layout.key is not None
        by = claim.layout.name
        base = f"place in {by}"
        parents = max(1, unit_size(draft.keys, claim.layout, draft.parent_rows))
        plain = Layout(table=claim.layout.key.table, parents=parents, total=draft.rows, most=max(draft.rows, 1))
        draft.sources.setdefault(by, plain)
        draft.sources.setdefault(base, Ordinal(of=by))
    else:
        base = f"place for {claim.chosen.column}"
        draft.sources[base] = Permuted(size=max(draft.rows, room))
    among = f"who decides {claim.chosen.column}"
    draft.sources[among] = Among(of=base, size=room)
    draft.chosen[claim.chosen.column] = (claim.chosen, among)
    if not claim.units:
        return
    code = f"code of {', '.join(u.name for u in claim.units)} for {claim.chosen.column}"
    draft.sources[f"{code}, in turn"] = Digit(of=base, modulo=room)
    draft.sources[code] = Permuted(size=room, of=f"{code}, in turn", by=by)
    divide = 1
    for unit, size in zip(claim.units, sizes, strict=True):
        source = unit.name if unit.key is not None else f"digit of {unit.name}"
        draft.sources[source] = Digit(of=code, divide=divide, modulo=size)
        divide *= size
        if unit.key is None:
            draft.placed[unit.name] = (draft.keys.unique_specs[unit.name], source)
