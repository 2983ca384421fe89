"""In which order tables can be filled: parents first, and which foreign keys close a ring. Knows nothing of engines."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ..schema import ForeignKey, Schema


def parents_first(schema: Schema) -> tuple[tuple[str, ...], ...]:
    """The tables in groups: a group refers to groups before it; a group of several is a ring of references."""
    graph = {
        key: sorted({fk.table for fk in table.foreign_keys if fk.table in schema.tables} - {key})
        for key, table in schema.tables.items()
    }
    return tuple(_components(graph))


def ring_keys(schema: Schema) -> tuple[tuple[str, ForeignKey], ...]:
    """The foreign keys within a ring, a table's references to itself among them: no order of rows or tables can be
    relied on to hold them at every moment, so they are checked when all rows are there."""
    ring = {key: number for number, group in enumerate(parents_first(schema)) for key in group}
    return tuple(
        (key, fk)
        for key, table in schema.tables.items()
        for fk in table.foreign_keys
        if fk.table in ring and ring[fk.table] == ring[key]
    )


def _components(graph: Mapping[str, list[str]]) -> Iterator[tuple[str, ...]]:
    """Strongly connected components, those that are referred to first (Tarjan's algorithm, without recursion)."""
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    open_: list[str] = []
    waiting: set[str] = set()
    for start in graph:
        if start in index:
            continue
        path = [(start, iter(graph[start]))]
        index[start] = low[start] = len(index)
        open_.append(start)
        waiting.add(start)
        while path:
            node, targets = path[-1]
            for target in targets:
                if target not in index:
                    index[target] = low[target] = len(index)
                    open_.append(target)
                    waiting.add(target)
                    path.append((target, iter(graph[target])))
                    break
                if target in waiting:
                    low[node] = min(low[node], index[target])
            else:
                path.pop()
                if path:
                    low[path[-1][0]] = min(low[path[-1][0]], low[node])
                if low[node] == index[node]:
                    cut = open_.index(node)
                    group = open_[cut:]
                    del open_[cut:]
                    waiting.difference_update(group)
                    yield tuple(group)
