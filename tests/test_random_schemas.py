"""Random schemas before the real engines: either the check refuses them with a reason, or every row is taken."""

from __future__ import annotations

import os
import random
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, note, settings

import synthgen_nb as sg

from .datasets import saved
from .engines import load
from .random_schemas import KINDS, RandomSchema, kinds_of, random_schema, schemas
from .servers import SERVERS, Servers
from .sketches import ENGINES, Name, SchemaKind

# Kinds whose rows an engine does not take yet, though nothing refuses them: kept out of that engine's mixtures, and
# tried alone until they hold (xfail is strict, so a line must go when its kind does).
NOT_YET: dict[tuple[Name, str], str] = {}
SEEDS: dict[Name, range] = {"duckdb": range(2), "sqlite": range(6), "postgres": range(6), "mariadb": range(4)}
SIZES = (7, 60, 60, 120)
MANY = int(os.environ.get("SYNTHGEN_SCHEMAS", 80))  # mixtures of the slow run


class Tally:
    """What happened to the schemas of one engine, printed at the end of the run (pytest -s shows it)."""

    def __init__(self) -> None:
        self.verdicts: Counter[str] = Counter()
        self.kinds: Counter[str] = Counter()
        self.refusals: Counter[str] = Counter()

    def keep(self, schema: RandomSchema, verdict: str, reason: str = "") -> None:
        self.verdicts[verdict] += 1
        self.kinds.update(schema.kinds)
        if reason:
            self.refusals[reason] += 1

    def print(self, engine: str) -> None:
        verdicts = ", ".join(f"{count} {verdict}" for verdict, count in self.verdicts.items())
        print(f"\n{engine}: {sum(self.verdicts.values())} random schemas: {verdicts}")
        print("  kinds: " + ", ".join(f"{kind} {count}" for kind, count in sorted(self.kinds.items())))
        for reason, count in self.refusals.most_common():
            print(f"  refused {count} x {reason}")


@pytest.fixture(scope="module")
def tallies() -> Iterator[dict[Name, Tally]]:
    found = {engine: Tally() for engine in ENGINES}
    yield found
    for engine, tally in found.items():
        if tally.verdicts:
            tally.print(engine)


@pytest.fixture(scope="module")
def servers() -> Iterator[Servers]:
    found = Servers()
    with found.open:
        yield found


def judge(schema: RandomSchema, server: Any, tally: Tally, store: sg.Store | None = None) -> None:
    """Any error but a refusal is the test's failure, and so is a smaller table that does not say why. With a store, our
    own validation must agree with the engine."""
    parsed = sg.parse_ddl(schema.ddl, dialect=schema.engine)
    sizes = {
        key: random.Random(f"{schema.seed}/{key}").choice(SIZES)
        for key, table in parsed.tables.items()
        if table.partition_of is None
    }
    plan = sg.draft_plan(parsed, sizes)
    report = sg.check(plan)
    if report.broken:
        tally.keep(schema, "refused", _shape_of(report.broken[0].text))
        return
    assert not [key for key, table in plan.tables.items() if table.rows < table.asked and not table.why]
    tables = load(schema.ddl, plan, schema.engine, server)
    assert store is None or sg.validate(saved(store, parsed, tables)).broken == ()
    tally.keep(schema, "taken whole" if all(t.rows == t.asked for t in plan.tables.values()) else "taken smaller")


def _shape_of(reason: str) -> str:
    """A reason without its names and numbers, to count by."""
    return " ".join(word for word in reason.split() if word.isalpha())[:60]


def tried(engine: Name, kind: SchemaKind) -> Any:
    marks = [pytest.mark.engines] if engine in SERVERS else []
    if reason := NOT_YET.get((engine, kind.name)):
        marks.append(pytest.mark.xfail(strict=True, reason=reason))
    return pytest.param(engine, kind, id=f"{engine}-{kind.name}", marks=marks)


@pytest.mark.parametrize("engine, kind", [tried(engine, kind) for engine in ENGINES for kind in kinds_of(engine)])
def test_a_kind_alone_is_taken_or_refused(
    engine: Name, kind: SchemaKind, servers: Servers, tallies: dict[Name, Tally]
) -> None:
    for seed in SEEDS[engine]:
        judge(random_schema(engine, [kind], seed), servers.connection(engine), tallies[engine])


@pytest.mark.parametrize(
    "engine, count",
    [
        ("duckdb", 40),
        ("sqlite", 40),
        pytest.param("duckdb", MANY, marks=pytest.mark.slow),
        pytest.param("sqlite", MANY, marks=pytest.mark.slow),
        pytest.param("postgres", 100, marks=pytest.mark.engines),
        pytest.param("mariadb", 50, marks=pytest.mark.engines),
    ],
)
def test_mixtures_are_taken_or_refused(engine: Name, count: int, servers: Servers, tmp_path: Path) -> None:
    server, tally, store = servers.connection(engine), Tally(), sg.Store(tmp_path)

    @settings(
        max_examples=count, derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck)
    )
    @given(schemas(engine, without={kind for e, kind in NOT_YET if e == engine}))
    def every_row_is_taken(schema: RandomSchema) -> None:
        note(repr(schema))
        judge(schema, server, tally, store)

    every_row_is_taken()
    tally.print(engine)
    assert tally.verdicts["refused"] <= count / 3


def test_each_kind_belongs_to_an_engine_and_has_a_name_of_its_own() -> None:
    assert all(kind.engines for kind in KINDS)
    assert len({kind.name for kind in KINDS}) == len(KINDS)
    assert NOT_YET.keys() <= {(engine, kind.name) for kind in KINDS for engine in kind.engines}
