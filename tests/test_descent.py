"""Popular parents and trees: what is asked is what is drawn, and nobody is their own parent."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pyarrow as pa
import pytest

from synthgen_nb import draft_plan, parse_ddl
from synthgen_nb.drafting.descent import popularity
from synthgen_nb.generation import Chunk, Engine, generate_chunk
from synthgen_nb.plan import ColumnPlan, Plan, TablePlan
from synthgen_nb.rows import Rows
from synthgen_nb.specs import Choice, Pick, Tree

from .worlds import world


def chi_square(counts: np.ndarray, weights: np.ndarray) -> float:
    """Pearson's statistic over its degrees of freedom: about 1 where the draws are as asked."""
    expected = counts.sum() * weights / weights.sum()
    return float(((counts - expected) ** 2 / expected).sum() / (len(counts) - 1))


@pytest.mark.parametrize("parents", [5, 12, 1000])
def test_parents_are_as_popular_as_the_plan_says(parents: int) -> None:
    weights = popularity(parents)
    pick = Pick(table="parent", among=parents, weights=weights)
    random = np.random.default_rng(5).integers(0, 1 << 63, 200_000, dtype=np.uint64) * np.uint64(2)
    counts = np.sort(np.bincount(pick.place(random, parents, 7).astype(np.int64), minlength=parents))[::-1]
    bands = [range((1 << band) - 1, min((2 << band) - 1, parents)) for band in range(len(weights))]
    drawn = np.array([counts[band.start : band.stop].sum() for band in bands])
    assert chi_square(drawn, np.array(weights)) < 2.5
    share = counts[0] / counts.sum()
    assert share > 1.4 / parents
    assert share < 0.5


@pytest.mark.parametrize("weights", [(70, 20, 10), (1, 1, 1, 997)])
def test_choices_are_as_frequent_as_their_weights(weights: tuple[int, ...]) -> None:
    spec = Choice(values=tuple(range(len(weights))), weights=weights)
    plan = world({"x": (spec, "integer", "")}, rows=200_000)
    index = np.arange(200_000, dtype=np.uint64)
    drawn = np.bincount(Rows(Engine(plan), "t", index).column("x").data.astype(np.int64))
    assert chi_square(drawn, np.array(weights)) < 4


def parents_of(ddl: str, rows: int, column: str) -> tuple[Plan, list[int | None], list[int]]:
    plan = draft_plan(parse_ddl(ddl, "postgres"), rows)
    (table,) = plan.tables
    made = pa.Table.from_batches([generate_chunk(Engine(plan), Chunk(table, 0, rows))])
    return plan, made.column(column).to_pylist(), made.column("id").to_pylist()


def depth(parents: list[int | None], ids: list[int]) -> int:
    above = dict(zip(ids, parents, strict=True))
    deepest = 0
    for row in ids[:: max(1, len(ids) // 500)]:
        steps, seen = 0, {row}
        while (up := above[row]) is not None and up not in seen:
            row, steps = up, steps + 1
            seen.add(row)
        deepest = max(deepest, steps)
    return deepest


def test_people_stand_under_one_chief() -> None:
    ddl = "CREATE TABLE employees (id int PRIMARY KEY, manager_id int REFERENCES employees (id))"
    _, managers, ids = parents_of(ddl, 100_000, "manager_id")
    assert managers.count(None) == 1
    assert not [id_ for id_, manager in zip(ids, managers, strict=True) if id_ == manager]
    assert 4 <= depth(managers, ids) <= 9
    teams = Counter(managers)
    assert max(teams.values()) <= 40
    assert len(set(teams.values())) > 10


def test_categories_have_few_roots_and_comments_many() -> None:
    ddl = "CREATE TABLE {0} (id int PRIMARY KEY, parent_id int REFERENCES {0} (id))"
    _, shelves, ids = parents_of(ddl.format("categories"), 1000, "parent_id")
    assert shelves.count(None) == 10
    assert depth(shelves, ids) == 2
    _, threads, ids = parents_of(ddl.format("comments"), 1000, "parent_id")
    assert threads.count(None) == 500
    assert depth(threads, ids) == 4


@pytest.mark.parametrize("rows", [1, 2, 3, 7, 100_000])
def test_where_a_parent_must_be_there_only_roots_point_to_themselves(rows: int) -> None:
    ddl = "CREATE TABLE regions (id int PRIMARY KEY, parent_id int NOT NULL REFERENCES regions (id))"
    plan, parents, ids = parents_of(ddl, rows, "parent_id")
    tree = plan.tables["regions"].sources["parent_id -> regions"]
    assert isinstance(tree, Tree)
    loops = [id_ for id_, parent in zip(ids, parents, strict=True) if id_ == parent]
    assert loops == ids[: tree.levels[0]]


def test_a_tree_has_the_levels_of_its_plan_and_no_row_more_children_than_it_says() -> None:
    tree = Tree(levels=(3, 40, 900), most=50)
    columns = {"id": ColumnPlan(spec=Choice(values=(1,)))}
    plan = world({})
    plan = Plan(
        schema=plan.schema, seed=1, as_of=plan.as_of,
        tables={"t": TablePlan(rows=943, asked=943, columns=columns, sources={"tree": tree})},
    )  # fmt: skip
    found = Rows(Engine(plan), "t", np.arange(943, dtype=np.uint64)).source("tree")
    assert found.valid is not None
    assert found.valid.tolist() == [False] * 3 + [True] * 940
    below, above = found.values[3:43], found.values[43:]
    assert set(below.tolist()) <= set(range(3))
    assert set(above.tolist()) <= set(range(3, 43))
    assert np.bincount(above.astype(np.int64)).max() <= 50
    assert found.ordinal is not None
    pairs = list(zip(found.values[3:].tolist(), found.ordinal[3:].tolist(), strict=True))
    assert len(set(pairs)) == 940
