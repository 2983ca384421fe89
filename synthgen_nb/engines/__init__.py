"""Database engines as places where a schema is built and filled. Knows what every engine can do; each engine's own
ways are in the room that bears its name, and nothing here knows why somebody fills one.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any, Protocol

from ..schema import Table

if TYPE_CHECKING:
    from ..dataset import Dataset


class Engine(Protocol):
    """An open database in which this run may build. `late_references`: whether a foreign key can be added to tables
    that have rows; where it can't, the engine checks references when all rows are in, or knows no rings."""

    dialect: str
    late_references: bool

    def version(self) -> str:
        """Its name and version, for people."""

    def run(self, statement: str) -> None:
        """One statement that has passed `safety.check_statement`. Raises Refused."""

    def query(self, statement: str) -> list[tuple[Any, ...]]:
        """The rows of one SELECT of this program's own. Raises Refused."""

    def trial(self) -> AbstractContextManager[None]:
        """What is built inside is undone, whether it went well or not."""

    def fill(self, dataset: Dataset, key: str, table: Table) -> None:
        """All rows of a table, or none. Raises Refused."""

    def count(self, table: Table) -> int: ...

    def settle(self) -> dict[str, str]:
        """Checks what waited for all rows and ends the load: by table name, the engine's words about what is broken."""

    def close(self) -> None: ...
