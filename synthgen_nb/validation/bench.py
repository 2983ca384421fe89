"""What validating one dataset needs at hand, and what is known before a rule is asked."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING

from msgspec import Struct, field
from msgspec.structs import replace

from ..report import Finding
from .rules import Ground

if TYPE_CHECKING:
    from pathlib import Path

    import duckdb
    import pyarrow as pa


Name = tuple[str, str, tuple[str, ...], str]  # of a finding: table, rule, columns, text


class Bench(Struct, frozen=True):
    """What validating one dataset needs at hand. `paths` are the parts of each table, `whole` the rows of those that
    have few. `unique` fills up as keys are found unique. After an edit, `known` are
    the findings before it, by (table, rule, columns, text), `touched` the columns of each table it changed, `shrunk`
    the tables it took rows from, and `changed` the relations of the rows it changed or made."""

    connection: duckdb.DuckDBPyConnection
    grounds: Mapping[str, Ground]
    relations: Mapping[str, str]
    paths: Mapping[str, Sequence[Path]]
    whole: Mapping[str, pa.Table]
    rows: Mapping[str, int]
    known: Mapping[Name, Finding]
    touched: Mapping[str, Collection[str]]
    shrunk: Collection[str]
    changed: Mapping[str, str]
    unique: set[tuple[str, tuple[str, ...]]] = field(default_factory=set)

    def kept(
        self, table: str, rule: str, columns: tuple[str, ...], text: str, *, alone: bool = False
    ) -> Finding | None:
        """What is known of a rule that the edit can't have changed: `alone` rules read only their columns, others
        may read all of their table. (Where rows are failing, the sample shows all their columns.)"""
        found = self.known.get((table, rule, columns, text))
        if found is None or not (table in self.touched or table in self.shrunk):
            return found
        touched = self.touched.get(table, ())
        unchanged = not touched or (alone and not set(columns) & set(touched))
        if not unchanged or found.verdict == "broken":
            return None
        if table not in self.shrunk:
            return found
        # rows that go break nothing; how many of a foreign key's are NULL has to be counted
        holds = found.verdict == "holds" and rule != "foreign_key"
        return replace(found, checked=self.rows[table]) if holds else None

    def suspects(self, table: str, rule: str, columns: tuple[str, ...], text: str) -> str:
        """The relation of the only rows that can break the rule, because it held before they were changed; "" where
        any row can."""
        found = self.known.get((table, rule, columns, text))
        return self.changed.get(table, "") if found is not None and found.verdict == "holds" else ""
