"""Editing in cells: what differs between versions, going back and forth, and names that follow."""

from __future__ import annotations

import pytest
from IPython.core.completer import provisionalcompleter

from synthgen_nb.editing import Change, Diff, set_cells, spelled_rows
from synthgen_nb.notebook import magics_of
from synthgen_nb.store import Dataset, Store
from tests.shells import Cells

CELL = """%%synthgen shop << -n 30 -s 1 -q
CREATE TABLE customers (id integer PRIMARY KEY, email varchar(60) NOT NULL UNIQUE, city text);
CREATE TABLE orders (id integer PRIMARY KEY, customer_id integer REFERENCES customers (id), quantity integer NOT NULL);
"""


def typed(dataset: Dataset, row: int, new: str) -> Dataset:
    old = spelled_rows(dataset, "orders", [row])[0][2]
    return set_cells(Store(), dataset, [Change(table="orders", row=row, column="quantity", old=old, new=new)])


@pytest.fixture
def edited(cells: Cells) -> Cells:
    """A session with `shop`, `customers` and `orders` of v1, and an edit made elsewhere."""
    assert cells(CELL).success
    typed(cells["shop"], 4, "77")
    return cells


def test_a_diff_is_the_value_of_its_cell(edited: Cells) -> None:
    result = edited("%synthgen diff shop")
    assert isinstance(result.result, Diff)
    assert result.result["orders"]["quantity"].to_list() == [77]
    assert "shop v1 → v2 · 1 row changed (1 cell)" in edited.said
    assert edited("%synthgen diff shop v2 v1").result["orders"]["quantity_before"].to_list() == [77]


def test_undo_and_redo_take_the_bound_names_along_in_one_line(edited: Cells) -> None:
    before = edited["customers"]
    edited("%synthgen undo shop")
    assert "shop v1 · current now · undone: orders.quantity of row 5" in edited.said
    edited("%synthgen redo shop")
    assert "customers, orders, shop now of v2" in edited.said
    assert edited["shop"].version == 2
    assert edited["orders"]["quantity"][4] == 77
    assert edited["customers"] is before
    edited("%synthgen undo shop -q")
    assert edited.said.strip() == ""
    assert edited["shop"].version == 1


def test_what_shows_a_dataset_is_told_of_the_version_that_is_current(edited: Cells) -> None:
    magics = magics_of(edited.shell)
    assert magics is not None
    seen: list[int] = []
    magics.session.followers.append(lambda dataset: seen.append(dataset.version))
    edited("%synthgen undo shop")
    edited("%synthgen redo shop")
    assert seen == [1, 2]


def test_history_says_what_made_each_version(edited: Cells) -> None:
    assert edited("%synthgen history shop").result is None
    assert "shop · 2 versions" in edited.said
    assert "generated" in edited.said
    assert "%synthgen undo shop" in edited.said


@pytest.mark.parametrize("line", ["undo", "redo", "diff", "history"])
def test_a_dataset_that_is_not_there_fails_the_cell_in_one_line(edited: Cells, line: str) -> None:
    result = edited(f"%synthgen {line} shp")
    assert not result.success
    assert "no dataset 'shp' in synthgen_store (did you mean shop?)" in edited.said


def test_tab_knows_the_datasets(edited: Cells) -> None:
    for command in ("diff", "undo", "redo", "history"):
        line = f"%synthgen {command} sh"
        with provisionalcompleter():
            assert [c.text for c in edited.shell.Completer.completions(line, len(line))] == ["shop"]
