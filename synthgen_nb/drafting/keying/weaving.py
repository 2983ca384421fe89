"""Webs of UNIQUEs found in a table and placed: the sources behind the row's two integers and the sums that the columns
read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import prod

from ...schema import Kind
from ...specs import Digit, Latin, Permuted, Range
from ..draft import Draft
from .claims import Basis, Claim, TableKeys, Unit, parent_of, unit_size
from .webs import Web, connected, woven


def weave(keys: TableKeys, groups: Mapping[tuple[str, ...], str], basis: Basis) -> set[tuple[str, ...]]:
    """Claims for the UNIQUEs (columns -> the rule in words) that overlap and have no simpler carrier: neither a column
    with values for all the rows, nor one parent in common, which becomes the layout. Returns those that are served."""
    carriers = {c.units[0].name for c in keys.claims if c.form in ("row", "permuted", "path")}
    specs = {
        u.name: spec
        for u in keys.units
        if u.key is None and any(u.columns[0] in g for g in groups)
        if (spec := basis.spec(u.name)) is not None
    }
    wide = {n for n, spec in specs.items() if spec.size >= basis.rows and basis.domains[n].values is None}
    units = {u.name: u for u in keys.units}
    tight: dict[frozenset[str], tuple[str, ...]] = {}
    for columns in groups:
        names = frozenset(keys.owner[c].name for c in columns)
        lined = len(names) == 2 and sum(units[n].key is not None for n in names) == 1  # a parent and its lines
        free = all(_free(keys, units[n], columns) and (units[n].key is not None or n in specs) for n in names)
        if free and names.isdisjoint(carriers) and (lined or names.isdisjoint(wide)):
            tight[names] = columns

    def size_of(name: str) -> int:
        unit = units[name]
        return specs[name].size if unit.key is None else basis.parent_rows(parent_of(unit))

    served: set[tuple[str, ...]] = set()
    for overlapping in connected(list(tight)):
        if len(overlapping) < 2 or _one_parent(keys, overlapping, units):
            continue
        counted = {n for n in wide if keys.table.column(n).type.kind == Kind.INTEGER}
        web = woven(overlapping, size_of, counted, basis.rows)
        if web is not None:
            woven_units = [n for bundle in web.bundles for n in bundle]
            keys.unique_specs.update((n, specs[n]) for n in woven_units if n in specs)
            why = " and ".join(groups[tight[g]] for g in overlapping)
            keys.claims.append(Claim("web", tuple(units[n] for n in woven_units), None, why, web=web))
            served |= {tight[g] for g in overlapping}
    return served


def _free(keys: TableKeys, unit: Unit, columns: tuple[str, ...]) -> bool:
    if keys.of_tenant(unit):
        return False
    apart = {*keys.apart, *keys.apart.values()}
    return set(unit.columns) <= set(columns) and not unit.to_self and unit.name not in apart and not keys.claimed(unit)


def _one_parent(keys: TableKeys, groups: list[frozenset[str]], units: Mapping[str, Unit]) -> bool:
    """Whether the UNIQUEs share a parent and nothing else: its children's places then serve them all."""
    for name in sorted(frozenset.intersection(*groups)):
        key = units[name].key
        alone = sum(len(g) - 1 for g in groups) == len(frozenset.union(*groups)) - 1
        if key is not None and alone and not units[name].nullable:
            keys.layout = keys.layout or units[name]
            return keys.layout == units[name]
    return False


def web_axes(keys: TableKeys, web: Web, parent_rows: Callable[[str], int]) -> tuple[int, int, int]:
    """`Web.axes` for the rows that the parents have."""
    units = {unit.name: unit for unit in keys.units}
    sizes = [prod(unit_size(keys, units[n], parent_rows) for n in names) for names in web.bundles]
    return web.axes([min(size, 1 << 31) for size in sizes])


def place_web(draft: Draft, claim: Claim) -> None:
    web = claim.web
    assert web is not None
    first, second, modulus = web_axes(draft.keys, web, draft.parent_rows)
    base = f"web of {', '.join(u.name for u in claim.units)}"
    code = "row"
    if not web.dense:
        code = f"code of the {base}"
        draft.sources[code] = Permuted(size=max(first * second, 1))
    axes = {(1, 0): f"first of the {base}", (0, 1): f"second of the {base}"}
    draft.sources[axes[1, 0]] = Digit(of=code, divide=max(second, 1))
    draft.sources[axes[0, 1]] = Digit(of=code, modulo=max(second, 1))
    for place, colour in enumerate(web.colours):
        source = axes.get(colour, "")
        if not source:
            source = f"sum {colour[1]} of the {base}"
            draft.sources[source] = Latin(first=axes[1, 0], second=axes[0, 1], size=max(modulus, 1), factor=colour[1])
        other = (colour[1], colour[0])
        keyed = axes[other] if other in axes and web.shared(other) is not None else ""
        _place_bundle(draft, web.bundles[place], source, keyed)


def _place_bundle(draft: Draft, names: tuple[str, ...], source: str, keyed: str) -> None:
    """One bundle's columns from its sum: in another order for each value of `keyed`, but what counts counts on."""
    units = [next(u for u in draft.keys.units if u.name == name) for name in names]
    sizes = [unit_size(draft.keys, unit, draft.parent_rows) for unit in units]
    if len(units) == 1 and units[0].key is None:
        spec = draft.keys.unique_specs[names[0]]
        if isinstance(spec, Range) and draft.table.column(names[0]).type.kind in (Kind.INTEGER, Kind.DATE):
            draft.placed[names[0]] = (spec, source)
            return
    spread = names[0] if len(units) == 1 and units[0].key is not None else f"code of {', '.join(names)}"
    draft.sources[spread] = Permuted(size=max(prod(sizes), 1), of=source, by=keyed)
    divide = 1
    for unit, size in zip(units, sizes, strict=True):
        at = spread
        if len(units) > 1:
            at = unit.name if unit.key is not None else f"digit of {unit.name}"
            draft.sources[at] = Digit(of=spread, divide=divide, modulo=max(size, 1))
            divide *= max(size, 1)
        if unit.key is None:
            draft.placed[unit.name] = (draft.keys.unique_specs[unit.name], at)
