"""The first rows of a job that has only begun: a row is a function of its number, so they are known before any part is.
They are made a little at a time, so that whoever draws is never held up.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

from ..errors import SynthgenError
from ..pages import Part, plural, rows_grid

if TYPE_CHECKING:
    from ..plan import Plan

ROWS = 3
_TABLES = 6  # a screen's worth
_SECONDS = 0.05  # of making in one go


class Preview:
    """The first rows of a plan's tables, table by table."""

    def __init__(self, plan: Plan) -> None:
        self._made: list[Part] = []
        self._more = _parts(plan)

    def parts(self) -> tuple[Part, ...]:
        """Those that are ready; each call makes some more."""
        until = time.monotonic() + _SECONDS
        while time.monotonic() < until and (part := next(self._more, None)) is not None:
            self._made.append(part)
        return tuple(self._made)


def _parts(plan: Plan) -> Iterator[Part]:
    import polars as pl

    from ..generation import Chunk, Engine, generate_chunk

    engine = Engine(plan)
    filled = [(key, table.rows) for key, table in plan.tables.items() if table.rows]
    for key, rows in filled[:_TABLES]:
        try:
            batch = generate_chunk(engine, Chunk(key, 0, min(rows, ROWS)))
        except SynthgenError:  # the job meets the same error, and it is the one to tell it
            continue
        frame = pl.DataFrame(pl.from_arrow(batch))
        yield Part(f"{key} · first of {plural(rows, 'row')}", rows_grid(frame.lazy(), frame.height, ROWS))
