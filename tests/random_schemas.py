"""Random schemas as DDL text: a few kinds, drawn from those that an engine has, written into one sketch. A Hypothesis
strategy over the seed."""

from __future__ import annotations

import random
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from hypothesis import strategies as st

from .kinds_of_checks import CHECKS
from .kinds_of_columns import COLUMNS
from .kinds_of_foreign_keys import FOREIGN_KEYS
from .kinds_of_keys import KEYS
from .kinds_of_tables import TABLES
from .sketches import MOST_TABLES, Name, SchemaKind, Sketch

KINDS: tuple[SchemaKind, ...] = (*KEYS, *FOREIGN_KEYS, *COLUMNS, *CHECKS, *TABLES)
MOST_KINDS = 6


@dataclass(frozen=True)
class RandomSchema:
    """`kinds` are the names of what the text holds."""

    engine: Name
    kinds: tuple[str, ...]
    seed: int
    ddl: str

    def __repr__(self) -> str:
        return f"{self.engine}, seed {self.seed}, {', '.join(self.kinds)}:\n{self.ddl}"


def kinds_of(engine: Name, without: Collection[str] = ()) -> tuple[SchemaKind, ...]:
    return tuple(kind for kind in KINDS if engine in kind.engines and kind.name not in without)


def random_schema(engine: Name, kinds: Sequence[SchemaKind], seed: int) -> RandomSchema:
    """The same arguments give the same text, and a kind looks alike whichever others stand beside it. Kinds that find
    no room (six tables) are left out."""
    sketch = Sketch(engine, random.Random(seed))
    used = []
    for kind in kinds:
        if len(sketch.tables) < MOST_TABLES - 2 or not used:
            sketch.rng = random.Random(f"{seed}/{kind.name}")
            kind.add(sketch)
            used.append(kind.name)
    return RandomSchema(engine, tuple(used), seed, sketch.text())


def schemas(engine: Name, without: Collection[str] = ()) -> st.SearchStrategy[RandomSchema]:
    """One number chooses how many kinds, which ones, evenly among all, and everything else."""
    known = kinds_of(engine, without)

    def of(number: int) -> RandomSchema:
        return random_schema(engine, random.Random(number).sample(known, 1 + number % MOST_KINDS), number)

    return st.integers(0, 1 << 32).map(of)
