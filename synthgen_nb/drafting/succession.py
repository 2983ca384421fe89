"""Names behind those that they link to, as far as rings leave such an order. Knows nothing of what links them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping


def succession(links: Mapping[str, Iterable[str]]) -> list[str]:
    """All names of `links`, whose targets are among them, in their order but for what has to come first. With a stack
    of our own: schemas have long chains."""
    order: dict[str, None] = {}
    seen: set[str] = set()
    todo = [(name, False) for name in reversed(list(links))]
    while todo:
        name, done = todo.pop()
        if done:
            order[name] = None
        elif name not in seen:
            seen.add(name)
            todo.append((name, True))
            todo += [(target, False) for target in links[name]]
    return list(order)
