"""What is decided of one table's keys: the units that fill its columns, and the claims that make rows unique. Decides
nothing itself."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from math import prod

from msgspec import Struct, field

from ...schema import Column, ForeignKey, Table
from ...specs import AnySpec
from ..conditions.reading import Reading
from ..domains import Domain
from .blocks import Block, Held
from .subtypes import Subtypes, Turns
from .tenants import Tenancies, Tenancy
from .webs import Web

_CODE_LIMIT = 1 << 62


class Unit(Struct, frozen=True):
    """`name` is the source's or the column's name; `key` is the foreign key that fills the columns, if one does."""

    name: str
    columns: tuple[str, ...]
    key: ForeignKey | None = None
    nullable: bool = False
    to_self: bool = False


class Chosen(Struct, frozen=True):
    """`column` decides whether a row meets a condition: by `holds`, or by `fails`."""

    column: str
    holds: str
    fails: str


class Claim(Struct, frozen=True):
    """One way to be unique. `form` is:
    "row"      the unit's index is the row number (serial keys; a key that is also a foreign key: row k to parent row k)
    "permuted" the unit's index is a permutation of the row number
    "path"     a foreign key to the same table that no two rows share
    "product"  a code over `units`, permuted within the children of `layout` (or over the whole table); those of the
               `block` come first and are one digit of it
    "web"      two integers, of which the units of a web are sums
    "chosen"   a partial UNIQUE: the first combinations of `units` (among the children of `layout`) meet its condition
    "siblings" the place among the children of the same parent in the same table
    "within"   the parents of a tenant in their order, NULL behind the last"""

    form: str
    units: tuple[Unit, ...]
    layout: Unit | None = None
    why: str = ""
    block: Block | None = None
    web: Web | None = None
    chosen: Chosen | None = None


class Basis(Struct, frozen=True):
    """What the keys of one table are decided from. `rows` were asked for, `parent_rows` tells that of any table;
    `unique_spec(column, rows)` gives a spec with a size, or None; UNIQUEs with `settled` columns are held elsewhere."""

    table: Table
    tables: Mapping[str, Table]
    tenancies: Tenancies
    subtypes: Subtypes
    domains: Mapping[str, Domain]
    reading: Reading
    rows: int
    parent_rows: Callable[[str], int]
    unique_spec: Callable[[Column, int], AnySpec | None]
    held: Held
    settled: Collection[frozenset[str]] = ()

    def spec(self, column: str, rows: int | None = None) -> AnySpec | None:
        """A unique spec of `rows` values, by default of one for each row."""
        return self.unique_spec(self.table.column(column), self.rows if rows is None else rows)


class TableKeys(Struct):
    """What was decided for one table: who fills which column, the claims, and what could not be decided."""

    table: Table
    tenancies: Tenancies = field(default_factory=Tenancies)
    primary: tuple[str, ...] = ()  # the primary key, with the columns that it determines
    turns: dict[str, Turns] = field(default_factory=dict)  # keys that point to some kinds of their parent's rows
    units: list[Unit] = field(default_factory=list)
    owner: dict[str, Unit] = field(default_factory=dict)
    claims: list[Claim] = field(default_factory=list)
    filled: frozenset[str] = frozenset()  # columns of which a UNIQUE takes NULL for a value like others
    layout: Unit | None = None
    shared: dict[str, list[ForeignKey]] = field(default_factory=dict)
    apart: dict[str, str] = field(default_factory=dict)  # a unit -> the one whose parent's row it must not share
    ring: set[str] = field(default_factory=set)  # keys to the same table that may not point to their own row
    nulled: set[str] = field(default_factory=set)  # columns of keys that hold only by being NULL
    avoided: list[str] = field(default_factory=list)  # conditions of partial UNIQUEs that no row is to meet
    sparse: set[str] = field(default_factory=set)  # unique units that are NULL where their values run out
    single: str = ""  # the rule that leaves room for one row
    either: list[set[str]] = field(default_factory=list)  # columns that are one pair in whichever order
    loose: list[tuple[str, str]] = field(default_factory=list)  # columns that must differ, for drawing again
    unsupported: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)
    unique_specs: dict[str, AnySpec] = field(default_factory=dict)

    def claimed(self, unit: Unit) -> bool:
        return any(unit in claim.units or unit == claim.layout for claim in self.claims)

    @property
    def tenancy(self) -> Tenancy | None:
        return self.tenancies.of.get(self.table.key)

    def of_tenant(self, unit: Unit) -> bool:
        """Whether it names the tenant, or a row within it."""
        tenancy = self.tenancy
        return tenancy is not None and (unit.name == self.tenancies.source(self.table.key) or unit.key in tenancy.inner)

    def lays_out(self, unit: Unit) -> bool:
        """Whether rows may be laid out by it: those of a tenant's are by one unit only."""
        return not self.of_tenant(unit) or unit.name == self.tenancies.layout(self.table.key)


def parent_of(unit: Unit) -> str:
    """The table that a foreign key's unit points to."""
    assert unit.key is not None
    return unit.key.table


def unit_size(keys: TableKeys, unit: Unit, parent_rows: Callable[[str], int]) -> int:
    """How many different values a unit can take."""
    if unit.key is not None:
        within = keys.tenancies.sizes(keys.table.key, unit.key, parent_rows)
        if within is not None:
            return within
        among = parent_rows(unit.key.table)
        if unit.name in keys.turns:
            among = keys.turns[unit.name].among(among)
        parents = [among, *(parent_rows(k.table) for k in keys.shared.get(unit.name, ()))]
        return max(0, min(parents) - (unit.name in keys.apart))
    return keys.unique_specs[unit.name].size


def product_sizes(keys: TableKeys, claim: Claim, parent_rows: Callable[[str], int]) -> list[int]:
    """Sizes of a product's digits, the last cut so that the code fits into 62 bits."""
    sizes: list[int] = []
    tied = len(claim.block.names) if claim.block is not None else 0
    if claim.block is not None:
        sizes.append(claim.block.count([unit_size(keys, unit, parent_rows) for unit in claim.units[:tied]]))
    for unit in claim.units[tied:]:
        room = _CODE_LIMIT // max(1, prod(sizes))
        sizes.append(min(unit_size(keys, unit, parent_rows), room))
    return sizes
