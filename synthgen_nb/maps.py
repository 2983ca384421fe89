"""Anything shaped like the builtin `map`: in this thread, or in a few. Knows nothing of what is mapped."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from typing import Protocol, TypeVar

T = TypeVar("T")
R = TypeVar("R")


class Map(Protocol):
    """Gives the results in the order of the items, and looks ahead only a bounded number of them."""

    def __call__(self, function: Callable[[T], R], items: Iterable[T], /) -> Iterator[R]: ...


def serial(function: Callable[[T], R], items: Iterable[T], /) -> Iterator[R]:
    """One item after the other, in the caller's thread."""
    return map(function, items)


def through(executor: Executor, ahead: int) -> Map:
    """A Map over a `concurrent.futures.Executor`: at most `ahead` items are under way, so a consumer that stops
    stops the work."""

    def run(function: Callable[[T], R], items: Iterable[T], /) -> Iterator[R]:
        waiting: deque[Future[R]] = deque()
        source = iter(items)
        try:
            for item in source:
                waiting.append(executor.submit(function, item))
                if len(waiting) > ahead:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()

    return run


def threads(count: int) -> Map:
    """A Map over `count` threads of its own, which end with the iteration."""

    def run(function: Callable[[T], R], items: Iterable[T], /) -> Iterator[R]:
        with ThreadPoolExecutor(count, thread_name_prefix="synthgen") as pool:
            yield from through(pool, ahead=2 * count)(function, items)

    return serial if count <= 1 else run
