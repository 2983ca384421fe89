"""Tenants: which tables belong to the rows of which other one, and how many of those surely have rows there. Finds and
places nothing.

Foreign keys of one table that share columns agree where the shared columns name a *tenant*, a row of the root. Each
table on the way is laid out by it, so a tenant's rows are one interval, and a key that holds the shared columns and
more is drawn within that interval of its parent. Where keys must be set, the tenants are the first ones, as many as
have rows in every parent: each of those has one at least. Where no table holds the tenants as rows, groups of one
table's rows are the tenants.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from msgspec import Struct, field

from ...schema import ForeignKey

Count = Callable[[str], int]
GROUPS = "tenant"  # the layout of a table whose groups of rows are the tenants
_PER_GROUP = 5
_ANY = 1 << 62


def source_name(key: ForeignKey) -> str:
    """The name of the source that a foreign key's columns read."""
    return f"{','.join(key.columns)} -> {key.table}"


class Tenancy(Struct, frozen=True):
    """How one table belongs to tenants: `columns` name the tenant, which `key` points to (None where the table's own
    rows, or groups of them, are the tenants); `agreeing` are further keys over just these columns, `inner` ones hold
    more, and the `bound` ones of them must be set. The rows are laid out by the tenant, or by the parent that `anchor`
    points to, where a UNIQUE asks for that; `beside` if one for each parent."""

    root: str
    columns: tuple[str, ...]
    key: ForeignKey | None = None
    agreeing: tuple[ForeignKey, ...] = ()
    inner: tuple[ForeignKey, ...] = ()
    bound: tuple[ForeignKey, ...] = ()
    anchor: ForeignKey | None = None
    beside: bool = False
    grouped: bool = False


class Tenancies(Struct, frozen=True):
    """All tables that belong to tenants. `required` ones have a row for each of the first tenants, `even` ones as many
    for each; `groups` is how many tenants a grouped table's column can name at all."""

    of: Mapping[str, Tenancy] = field(default_factory=dict)
    required: frozenset[str] = frozenset()
    even: frozenset[str] = frozenset()
    groups: Mapping[str, int] = field(default_factory=dict)
    known: dict[tuple[int, ...], Mapping[str, int]] = field(default_factory=dict)  # `filled`, by row counts

    def source(self, table: str) -> str:
        """The source that gives the tenant of a row."""
        tenancy = self.of[table]
        return source_name(tenancy.key) if tenancy.key is not None else GROUPS if tenancy.grouped else "row"

    def holds(self, table: str, key: ForeignKey) -> bool:
        """Whether a foreign key of the table is one of those that agree on the tenant."""
        tenancy = self.of.get(table)
        return tenancy is not None and key in (tenancy.key, *tenancy.agreeing, *tenancy.inner)

    def layout(self, table: str) -> str:
        """The source that lays the rows out; "row" where they stand beside other rows, or are the tenants."""
        tenancy = self.of[table]
        if tenancy.anchor is None:
            return self.source(table)
        return "row" if tenancy.beside else source_name(tenancy.anchor)

    def through(self, table: str) -> tuple[tuple[str, str], ...]:
        """The layouts from a tenant down to its rows in this table."""
        tenancy = self.of[table]
        if tenancy.anchor is not None:
            return (*self.through(tenancy.anchor.table), (table, self.layout(table)))
        return ((table, self.source(table)),)

    def filled(self, rows: Count) -> Mapping[str, int]:
        """Per table, how many tenants, counted from the first, surely have rows there if it is a required one: the
        greatest numbers that agree with one another."""
        given = tuple(rows(table) for table in self.of)
        if given not in self.known:
            found = dict(zip(self.of, given, strict=True))
            while (fewer := {table: self._filled(table, found, rows) for table in self.of}) != found:
                found = fewer
            self.known[given] = found
        return self.known[given]

    def _filled(self, table: str, filled: Mapping[str, int], rows: Count) -> int:
        anchor = self.of[table].anchor
        most = min(filled[table], self._tenants(table, filled, rows))
        if anchor is None or (most >= filled[anchor.table] and rows(table) >= rows(anchor.table)):
            return most
        return min(1, most)  # the first parents may all be the first tenant's

    def tenants(self, table: str, rows: Count) -> int:
        """How many tenants, counted from the first, rows of this table may belong to."""
        return self._tenants(table, self.filled(rows), rows)

    def _tenants(self, table: str, filled: Mapping[str, int], rows: Count) -> int:
        tenancy = self.of[table]
        if tenancy.key is None:
            return min(self.groups.get(table, 1), max(1, rows(table) // _PER_GROUP)) if tenancy.grouped else rows(table)
        return min(filled[k.table] for k in (tenancy.key, *tenancy.agreeing, *tenancy.bound))

    def parents(self, table: str, rows: Count) -> int:
        """How many rows of the anchor's table, counted from the first, may have rows here."""
        tenancy = self.of[table]
        assert tenancy.anchor is not None
        filled, parents = self.filled(rows), rows(tenancy.anchor.table)
        most = min(filled[k.table] for k in (*tenancy.agreeing, *tenancy.bound, tenancy.anchor))
        # each of the tenants that are filled has a row, so the first rows are those of the first tenants
        return parents if most >= filled[tenancy.anchor.table] else min(most, parents)

    def fewest(self, table: str, rows: Count) -> int:
        """How many rows each of the filled tenants has in this table at least."""
        tenancy = self.of[table]
        if tenancy.key is None and not tenancy.grouped:
            return min(1, rows(table))
        if table not in self.even or tenancy.anchor is not None:
            return min(1, rows(table))
        return rows(table) // max(1, min(self.tenants(table, rows), rows(table)))

    def sizes(self, table: str, key: ForeignKey, rows: Count) -> int | None:
        """How many different values the unit of `key` takes in a product; None if it has nothing to do with tenants."""
        tenancy = self.of.get(table)
        if tenancy is None:
            return None
        if key == tenancy.key or (tenancy.grouped and key.columns == tenancy.columns):
            return self.tenants(table, rows)
        if key == tenancy.anchor:
            return self.parents(table, rows)
        return self.fewest(key.table, rows) if key in tenancy.inner and key.table != table else None

    def most(self, table: str, rows: Count) -> int | None:
        """The most rows of a table whose rows are tenants and must each point to one of their own."""
        tenancy = self.of.get(table)
        if tenancy is None or tenancy.key is not None or tenancy.grouped or not tenancy.bound:
            return None
        filled = self.filled(lambda name: _ANY if name == table else rows(name))
        return min(filled[k.table] for k in tenancy.bound)
