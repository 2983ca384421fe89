"""A model without a mind that takes any way the grammar leaves open: whatever it answers is read, becomes wishes and a
plan that can be run, and every kind of change with each of its parameters is reached.

SYNTHGEN_ANSWERS is how many (10000 by hand), SYNTHGEN_DDL a folder of more schemas, in folders named by dialect."""

from __future__ import annotations

import json
import os
import random
import time
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from msgspec import structs

import synthgen_nb as sg
from synthgen_nb.asking.grammar import ChangesShape, changes_shape
from synthgen_nb.asking.planning import understood
from synthgen_nb.drafting.wished.possible import TableRoom, possible
from synthgen_nb.llm import Ask, Prompt, shapes
from synthgen_nb.specs.locales import locales

from .models import UniformModel
from .random_schemas import kinds_of, random_schema
from .sketches import ENGINES

pytestmark = pytest.mark.llm
HERE = Path(__file__).parent
ANSWERS = int(os.environ.get("SYNTHGEN_ANSWERS", 200))
MORE = os.environ.get("SYNTHGEN_DDL", "")
ENOUGH = 5_000  # for chance to reach every number
ROWS = 20
AGAIN = 5  # of so many answers one is drafted anew, with nothing but what was kept of it
MOST_TABLES = 12  # of a schema that one answer is about, beside those that they point to
GOLD = {"shop": "postgres", "clinic": "sqlite", "library": "mysql", "sensors": "duckdb", "people": "postgres"}


def texts() -> Iterator[tuple[str, str, str]]:
    """(name, dialect, DDL) of all schemas of the tests, or of a folder."""
    for name, dialect in GOLD.items():
        yield name, dialect, (Path(sg.__file__).parent / "gold" / f"{name}.sql").read_text()
    for file in sorted((HERE / "ddl").glob("*.sql")):
        yield file.stem, file.stem.split("_")[0], file.read_text()
    for engine in ENGINES:
        for seed in range(5):
            schema = random_schema(engine, random.Random(seed).sample(kinds_of(engine), 4), seed)
            yield f"{engine} {seed}", engine, schema.ddl
    for file in sorted(Path(MORE).glob("*/*.sql")) if MORE else ():
        yield file.stem, file.parent.name, file.read_text(errors="replace")


class Schemas:
    """Plans that can be run, with what can be wished of them. A large schema is several."""

    def __init__(self) -> None:
        self.plans: list[tuple[str, sg.Plan, dict[str, TableRoom]]] = []
        for name, dialect, ddl in texts():
            try:
                parts = list(parted(sg.parse_ddl(ddl, dialect=dialect)))
            except sg.SynthgenError:
                continue
            for schema in parts:
                plan = sg.draft_plan(schema, ROWS)
                if plan.tables and not sg.check(plan).broken:
                    self.plans.append((name, plan, possible(plan.schema, ROWS, plan.as_of)))


def parted(schema: sg.Schema) -> Iterator[sg.Schema]:
    """A large schema in parts of a few tables and those that they need."""
    whole = [key for key, table in schema.tables.items() if table.partition_of is None]
    for start in range(0, len(whole), MOST_TABLES):
        kept = set(whole[start : start + MOST_TABLES])
        while more := {key.table for name in kept for key in schema.tables[name].foreign_keys} - kept:
            kept |= more
        tables = {k: t for k, t in schema.tables.items() if k in kept or t.partition_of in kept}
        yield structs.replace(schema, tables=tables)


@cache
def schemas() -> Schemas:
    return Schemas()


def shape_of(rooms: dict[str, TableRoom], seed: int) -> ChangesShape:
    chosen = set(random.Random(seed).sample(list(rooms), min(MOST_TABLES, len(rooms))))
    return changes_shape({key: room for key, room in rooms.items() if key in chosen})


def reached(changes: list[dict[str, Any]]) -> Iterator[str]:
    """The kinds, parameters and numbered values that an answer names."""
    for change in changes:
        kind = change["change"]
        for name, value in change.items():
            yield f"{kind}.{name}"
            for one in value if isinstance(value, list) else ():
                if isinstance(one, dict):
                    yield from (
                        f"{kind}.{word} {one[word]}" for word in ("month", "weekday", "hour", "locale") if word in one
                    )
                    yield from (f"{kind} of {type(one['value']).__name__}" for _ in range("value" in one))
        if kind == "children" and "skew" in change:
            yield f"children.skew {change['skew']}"
        if kind == "between":
            yield from (
                f"between of {type(change[end]).__name__}" for end in ("low", "high", "typical") if end in change
            )


KINDS = {"shares", "between", "rhythm", "nulls", "locales", "rows", "children", "written"}


def all_there_is() -> set[str]:
    named = {
        "shares": ("of", "shares"),
        "between": ("of", "low", "high", "typical"),
        "rhythm": ("of", "months", "weekdays", "hours"),
        "nulls": ("of", "percent"),
        "locales": ("of", "shares"),
        "rows": ("of", "rows"),
        "children": ("of", "least", "most", "skew"),
        "written": ("of", "with", "prompt", "many"),
    }
    found = {f"{kind}.{name}" for kind, names in named.items() for name in ("change", *names)}
    found |= {f"shares of {kind}" for kind in ("str", "bool", "int", "float")}
    found |= {f"between of {kind}" for kind in ("str", "int", "float")}
    found |= {f"children.skew {skew}" for skew in range(3)}
    return found


def every_number() -> set[str]:
    found = {f"rhythm.month {number}" for number in range(1, 13)} | {f"rhythm.hour {number}" for number in range(24)}
    return found | {f"rhythm.weekday {n}" for n in range(1, 8)} | {f"locales.locale {name}" for name in locales()}


def test_any_answer_is_read_and_gives_a_plan_that_can_be_run() -> None:
    model, seen, verdicts = UniformModel(), Counter[str](), Counter[str]()
    started, spent = time.monotonic(), Counter[str]()
    plans = schemas().plans
    for number in range(ANSWERS):
        name, plan, rooms = plans[number % len(plans)]
        shape = shape_of(rooms, number)
        most = shapes.most_tokens(shape.shape, model)
        clock = time.monotonic()
        (reply,) = model.complete([Ask(prompt=Prompt(system="", shared=""), shape=shape.shape, seed=number, most=most)])
        spent["writing"] += time.monotonic() - clock  # type: ignore[assignment]
        clock = time.monotonic()
        assert not reply.cut, (name, number)
        answer = shapes.read(shape.shape, reply.text)
        seen.update(set(reached(answer["changes"])))
        asked = understood(plan, shape, reply, ())  # drafts and checks a plan with all of them
        if number % AGAIN == 0:
            drafted = sg.draft_plan(plan.schema, ROWS, wishes=asked.changes)
            assert sg.check(drafted).broken == (), (name, number, asked.changes)
        spent["reading, drafting and checking"] += time.monotonic() - clock  # type: ignore[assignment]
        verdicts["changes"] += len(answer["changes"])
        verdicts["fulfilled"] += len(asked.changes)
        verdicts["bytes"] += reply.tokens
    missing = (all_there_is() | every_number()) - seen.keys()
    print(f"\n{ANSWERS:,} answers over {len(plans)} schemas in {time.monotonic() - started:.0f} s, none cut, all read")
    print(f"  {dict(verdicts)}, seconds { ({what: round(s) for what, s in spent.items()}) }")
    print(
        f"  reached {len(seen)} of kinds, parameters and values: "
        + ", ".join(f"{k} {n}" for k, n in sorted(seen.items()))
    )
    print(f"  not reached: {sorted(missing) or 'none'}")
    assert {what.removesuffix(".change") for what in seen if what.endswith(".change")} == KINDS
    assert ANSWERS < ENOUGH or not missing


def test_answers_are_as_json_says_and_not_only_as_we_read_it() -> None:
    model = UniformModel()
    _, _, rooms = schemas().plans[0]
    shape = shape_of(rooms, 0)
    ask = Ask(prompt=Prompt(system="", shared=""), shape=shape.shape, seed=3, most=20_000)
    assert set(json.loads(next(model.complete([ask])).text)) == {"changes", "not_done"}
