"""Children of some kinds of their parent only: FOREIGN KEY (id, type) with CHECK (type = 'P'). The parent's kinds take
turns, row by row, so the rows of any of them are counted without a look-up."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct, field

from ...schema import ForeignKey, Schema, Table
from ..domains import Domain, Scalar
from .kinship import names_a_row, unique_groups
from .tenants import Tenancies

Domains = Mapping[str, Mapping[str, Domain]]
_MOST_KINDS = 64


class Turns(Struct, frozen=True):
    """Of every `period` rows of a parent, those in the places `kept`."""

    period: int
    kept: tuple[int, ...]

    def among(self, rows: int) -> int:
        """How many of the parent's first rows these are."""
        return rows // self.period * len(self.kept) + sum(place < rows % self.period for place in self.kept)


class Subtypes(Struct, frozen=True):
    """`kinds` are the values of columns whose rows take turns, by table and column; `links` the foreign keys' columns
    that hold only some of them: (child's table, key, column) -> the kinds it takes."""

    kinds: Mapping[tuple[str, str], tuple[Scalar, ...]] = field(default_factory=dict)
    links: Mapping[tuple[str, ForeignKey, str], tuple[Scalar, ...]] = field(default_factory=dict)

    def turns(self, table: str, key: ForeignKey) -> Turns | None:
        """The rows that a foreign key may point to; None where it may point to all of them."""
        for column, reference in zip(key.columns, key.references, strict=True):
            kinds = self.kinds.get((key.table, reference))
            mine = self.links.get((table, key, column))
            if kinds and mine is not None:
                return Turns(len(kinds), tuple(place for place, kind in enumerate(kinds) if kind in mine))
        return None


def subtypes(schema: Schema, domains: Domains, tenancies: Tenancies) -> Subtypes:
    """The columns of parents that hold more kinds than some child takes, where they are free to take turns."""
    pointing = {
        (table.key, key, child): (key.table, parent)
        for table in schema.tables.values()
        for key in table.foreign_keys
        for child, parent in zip(key.columns, key.references, strict=True)
    }
    bound = {
        to for (table, key, _), to in pointing.items()
        if tenancies.holds(table, key) or not _free(schema, schema.tables[key.table], key, to[1])
    }  # fmt: skip
    links = {link: to for link, to in pointing.items() if to not in bound}
    kinds: dict[tuple[str, str], tuple[Scalar, ...]] = {}
    for parent in dict.fromkeys(links.values()):
        asked = [domains[table][child].values for (table, _, child), to in links.items() if to == parent]
        some = [v for values in asked for v in values or ()]
        own = domains[parent[0]][parent[1]]
        held = own.meet(Domain(kind=own.kind, values=tuple(dict.fromkeys(some)))) if own.values is None else own
        values = held.values or ()
        alone = parent[0] not in {table for table, _ in kinds}
        narrowed = any(mine and set(mine) < set(values) for mine in asked)
        if alone and narrowed and 1 < len(values) <= _MOST_KINDS:
            kinds[parent] = values
    taken: dict[tuple[str, ForeignKey, str], tuple[Scalar, ...]] = {}
    for link, to in links.items():
        mine = domains[link[0]][link[2]].values
        if to in kinds:
            taken[link] = kinds[to] if mine is None else tuple(v for v in kinds[to] if v in mine)
    return Subtypes(kinds, taken)


def _free(schema: Schema, parent: Table, key: ForeignKey, column: str) -> bool:
    """Whether nothing but this key and its like speaks of the parent's column: it is in no key of its own, and the
    other columns name the row."""
    others = [r for r in key.references if r != column]
    elsewhere = [k for k in parent.foreign_keys if column in k.columns]
    groups = [group for group in unique_groups(parent) if column in group]
    return (
        names_a_row(parent, others)
        and not elsewhere
        and not parent.rows
        and parent.column(column).generated is None
        and all(names_a_row(parent, group - {column}) for group in groups)
    )
