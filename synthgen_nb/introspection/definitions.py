"""What an engine's catalog says, as statements. Knows no engine."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec import Struct


class Definitions(Struct, frozen=True):
    """`before` are statements that tables stand on (namespaces, types), `after` those that stand on tables. `left_out`
    names what the database holds beside tables, a line a kind."""

    dialect: str
    tables: tuple[str, ...]
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()

    def text(self) -> str:
        # on a line of its own: SQLite keeps definitions as they were typed, a comment at their end included
        return "".join(f"{statement.strip().removesuffix(';')}\n;\n" for statement in self._statements())

    def _statements(self) -> Iterator[str]:
        yield from (*self.before, *self.tables, *self.after)


def left_out(things: Iterable[tuple[str, str]]) -> tuple[str, ...]:
    """A line for each kind, from (kind, name): "view, left out: a, b"."""
    kinds: dict[str, list[str]] = {}
    for kind, name in things:
        kinds.setdefault(kind, []).append(name)
    return tuple(f"{kind}, left out: {', '.join(names)}" for kind, names in kinds.items())
