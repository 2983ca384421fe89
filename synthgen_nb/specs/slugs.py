"""Slugs: another column's text as it stands in an address. Where they must differ, a number tells them apart."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ..rows import U64, Rows, Values
from .base import Spec


class Slug(Spec, frozen=True, tag="slug"):
    """`column` in lower-case letters and digits, with a hyphen for all else, between `before` and `after`, in at most
    `longest` characters (0: any). At an index, with the index's number of up to `digits` digits behind."""

    column: str
    longest: int = 0
    before: str = ""
    after: str = ""
    digits: int = 7

    @property
    def size(self) -> int:
        return int(10**self.digits) - 1

    @property
    def needs(self) -> tuple[str, ...]:
        return (self.column,)

    def at(self, index: U64, rows: Rows, name: str) -> Values:
        number = pc.cast(pa.array(index + np.uint64(1)), pa.string())
        slugs = self._slugs(rows, self.digits + 1)
        return Values(pc.binary_join_element_wise(self.before, slugs, "-", number, self.after, ""))

    def draw(self, rows: Rows, name: str) -> Values:
        slugs = self._slugs(rows, 0)
        if not (self.before or self.after):
            return Values(slugs)
        return Values(pc.binary_join_element_wise(self.before, slugs, self.after, ""))

    def _slugs(self, rows: Rows, behind: int) -> pa.Array:
        """Cut where the column is too short, never behind a hyphen; "item" where there is no text."""
        values = rows.column(self.column)
        texts = pc.cast(values.data if isinstance(values.data, pa.Array) else pa.array(values.data), pa.string())
        bare = pc.replace_substring_regex(pc.utf8_normalize(texts, form="NFKD"), r"\p{M}+|'", "")
        slugs = pc.utf8_trim(pc.replace_substring_regex(pc.utf8_lower(bare), "[^a-z0-9]+", "-"), "-")
        if self.longest:
            room = max(1, self.longest - behind - len(self.before) - len(self.after))
            slugs = pc.utf8_rtrim(pc.utf8_slice_codeunits(slugs, 0, room), "-")
        empty = pc.fill_null(pc.equal(slugs, ""), True)
        if values.valid is not None:
            empty = pc.or_(empty, pa.array(~values.valid))
        return pc.if_else(empty, "item", slugs)
