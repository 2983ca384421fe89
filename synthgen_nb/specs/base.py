"""What a spec is: a kind of column, or of integers that columns read. Knows no particular kind.

A column is a Spec read at an index: `value = spec.at(index(row))`. Without a source the index is drawn at random for
each row (`draw`); with one (a permuted row number, a parent's row number, a digit of a mixed-radix code) it is that
source's integer, so uniqueness, keys and consistency between columns are all decided by where the index comes from.
"""

from __future__ import annotations

from msgspec import Struct

from ..errors import PlanError
from ..rows import U64, Indices, Rows, Values


class Spec(Struct, frozen=True, omit_defaults=True, kw_only=True, tag_field="kind"):
    """One kind of column. Subclasses give `draw`, and `at` with `size` where an index names a value."""

    @property
    def size(self) -> int:
        """How many different indices give different values; 0 where values are only drawn at random."""
        return 0

    @property
    def coded(self) -> int:
        """How many texts it draws, as codes of the same ones in every window of many more rows; 0: others, or more."""
        return 0

    @property
    def needs(self) -> tuple[str, ...]:
        """Columns of the same row that this one is computed from."""
        return ()

    @property
    def beyond(self) -> tuple[tuple[str, str], ...]:
        """Columns of other rows that this one is computed from, as (table, column); a Key's is plain without."""
        return ()

    @property
    def span(self) -> tuple[int, int] | None:
        """The lowest and the highest value it gives, in physical integers (a FLOAT's in its units); None: not known."""
        return None

    def at(self, index: U64, rows: Rows, name: str) -> Values:
        """Values for indices in 0..size-1 (u64[n]); different indices give different values."""
        raise PlanError(f"{type(self).__name__} has no value for an index", hint="draw it without a source")

    def draw(self, rows: Rows, name: str) -> Values:
        """Random values for a window; `name` is the column's, and keys its bits."""
        raise NotImplementedError


class Source(Struct, frozen=True, omit_defaults=True, kw_only=True, tag_field="kind"):
    """Integers that columns of one table read in common: a parent's row number, an ordinal, a permuted code."""

    def draw(self, rows: Rows, name: str) -> Indices:
        raise NotImplementedError
