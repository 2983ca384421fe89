"""Sixty edits in words with the SQL that they mean, over three schemas in three dialects: what the SQL changes is, cell
by cell, what plain Python changes that goes through the rows.

The scripted model knows the answers. It drives the way from words to an edit for all sixty: that proves the plumbing,
not any understanding."""

from __future__ import annotations

import copy
from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from functools import cache
from typing import Any

import pytest

import synthgen_nb as sg
from synthgen_nb.asking import ask_edit
from synthgen_nb.asking.editgrammar import edit_shape
from synthgen_nb.dataset import Dataset
from synthgen_nb.dml import Call
from synthgen_nb.drafting.wished.possible import possible
from synthgen_nb.draws import Draws
from synthgen_nb.draws.rowkeys import row_keys
from synthgen_nb.editing import propose
from synthgen_nb.goldsets import GoldEdit, edit_schema, gold_edits
from synthgen_nb.llm import Lark, ScriptedModel, shapes
from synthgen_nb.store import Store
from synthgen_nb.wishes import Between, Nulls, Share, Shares, Wish

from .gold_edits import DRAWN, MEANS, Row, Tables

EDITS = gold_edits()
ROWS = 120
# so that there are rows of each kind that an edit speaks of
WISHES: dict[str, tuple[Wish, ...]] = {
    "rental": (
        Between(table="payment", column="amount", low="1", high="200", typical="40"),
        Nulls(table="rental", column="return_date", percent=40),
        Shares(table="film", column="title", shares=(Share("The Silent Sea", 5),)),
    ),
    "school": (Between(table="students", column="points", low="0", high="480"),),
}


@pytest.fixture(scope="module")
def datasets(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Dataset]:
    store = Store(tmp_path_factory.mktemp("gold"))
    return {
        name: sg.generate(sg.draft_plan(edit_schema(name), ROWS, seed=6, wishes=WISHES.get(name, ())), store, name)
        for name in dict.fromkeys(edit.schema for edit in EDITS)
    }


def rows_of(dataset: Dataset) -> Tables:
    return {table: dataset[table].to_dicts() for table in dataset}


def chooser(dataset: Dataset, tables: Tables) -> Callable[[str, int], list[Row]]:
    """The rows that synth_percent(n) is true for: which they are the generator alone says."""

    def chosen(table: str, percent: int) -> list[Row]:
        window = dataset[table].to_arrow()
        keys = row_keys(window, dataset.schema.tables[table], 0)
        call = Call(name="percent", percent=Decimal(percent))
        with Draws(dataset, dataset.parts) as draws:
            told = draws.fill(table, [call], window, keys)["percent"].to_pylist()
        found = [row for row, there in zip(tables[table], told, strict=True) if there]
        assert abs(len(found) - len(told) * percent / 100) <= 4 * (len(told) * percent / 100) ** 0.5
        return found

    return chosen


def known(expected: Tables, after: Tables) -> Tables:
    """What is expected, with the values that the generator gave in the places that are its to fill."""
    assert {table: len(rows) for table, rows in expected.items()} == {table: len(rows) for table, rows in after.items()}
    return {
        table: [
            {name: new[name] if value is DRAWN else value for name, value in row.items()}
            for row, new in zip(rows, after[table], strict=True)
        ]
        for table, rows in expected.items()
    }


def differences(dataset: Dataset, before: Tables, after: Tables) -> dict[str, dict[str, Any]]:
    """Counts by table and column, and every cell that differs, by the row's key: in plain Python."""
    found = {}
    for table, old_rows in before.items():
        key = dataset.schema.tables[table].primary_key
        old, new = ({tuple(row[name] for name in key): row for row in rows} for rows in (old_rows, after[table]))
        changed = {
            place: {name: (row[name], new[place][name]) for name in row if row[name] != new[place][name]}
            for place, row in old.items()
            if place in new and row != new[place]
        }
        columns = Counter(name for cells in changed.values() for name in cells)
        told = {
            "added": len(new.keys() - old.keys()), "removed": len(old.keys() - new.keys()), "columns": dict(columns),
            "changed": changed,
        }  # fmt: skip
        if any(told.values()):
            found[table] = told
    return found


@pytest.mark.parametrize("edit", EDITS, ids=lambda edit: edit.prompt)
def test_the_sql_changes_what_plain_python_changes(edit: GoldEdit, datasets: dict[str, Dataset]) -> None:
    dataset = datasets[edit.schema]
    before = rows_of(dataset)
    expected = copy.deepcopy(before)
    MEANS[edit.prompt](expected, chooser(dataset, expected))
    model = ScriptedModel(lambda ask: edit.sql, context=64_000)
    asked = ask_edit(dataset, edit.prompt, model)
    assert (asked.sql, asked.prompt, asked.model) == (edit.sql, edit.prompt, "scripted")
    assert edit.prompt in model.asked[0].prompt.own
    with propose(dataset, asked) as proposal:
        assert proposal.problems == ()
        after = rows_of(proposal.dataset)
        assert after == known(expected, after)
        told = differences(dataset, before, after)
        assert told, "nothing differs: the data has no row that is meant"
        assert {
            key: {"added": table.added, "removed": table.removed, "columns": table.columns}
            for key, table in proposal.diff.tables.items()
        } == {key: {name: one[name] for name in ("added", "removed", "columns")} for key, one in told.items()}
        for key, table in proposal.diff.tables.items():
            assert_same_cells(dataset, key, proposal.diff[key].to_dicts(), told[key]["changed"])
            assert table.changed == len(told[key]["changed"])


def assert_same_cells(dataset: Dataset, table: str, frame: list[Row], changed: dict[tuple[Any, ...], Any]) -> None:
    key = dataset.schema.tables[table].primary_key
    rows = {tuple(row[name] for name in key): row for row in frame if row["change"] == "changed"}
    assert rows.keys() == changed.keys()
    for place, cells in changed.items():
        for name, (old, new) in cells.items():
            assert (rows[place][f"{name}_before"], rows[place][name]) == (old, new)


def test_the_gold_edits_are_sixty_over_three_schemas_and_three_dialects() -> None:
    assert len(EDITS) == len({edit.prompt for edit in EDITS}) == 60
    assert set(MEANS) == {edit.prompt for edit in EDITS}
    assert Counter(edit.schema for edit in EDITS) == {"shop": 20, "rental": 20, "school": 20}
    assert {edit_schema(edit.schema).dialect for edit in EDITS} == {"postgres", "mysql", "sqlite"}


@cache
def shape_of(name: str) -> Lark:
    schema = edit_schema(name)
    rooms = possible(schema)
    return edit_shape(schema, rooms, tuple(rooms)).shape


@pytest.mark.llm
def test_a_model_could_have_written_every_one_of_them() -> None:
    for edit in EDITS:
        assert shapes.read(shape_of(edit.schema), edit.sql) == edit.sql
