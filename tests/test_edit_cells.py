"""Editing in cells: what differs between versions, going back and forth, and names that follow."""

from __future__ import annotations

from typing import Any

import pytest
from IPython.core.completer import provisionalcompleter

from synthgen_nb.diffing import Diff
from synthgen_nb.editing import Change, Proposal, set_cells, spelled_rows
from synthgen_nb.edits import Edit
from synthgen_nb.llm import ScriptedModel
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


TWO_GONE = "DELETE FROM customers WHERE id IN (SELECT customer_id FROM orders)"


def test_an_edit_is_looked_at_and_then_applied(edited: Cells) -> None:
    result = edited('%synthgen edit shop "UPDATE orders SET quantity = 5 WHERE id < 3"')
    assert isinstance(result.result, Proposal)
    assert result.result.diff["orders"]["quantity"].to_list() == [5, 5]
    assert "shop v2, edited · 2 rows changed (2 cells)" in edited.said
    assert "%synthgen apply shop" in edited.said
    assert Store().versions("shop") == (1, 2)
    assert edited("%synthgen apply shop").success
    assert "shop v3 · current now" in edited.said
    assert "customers, orders, shop now of v3" in edited.said
    assert edited["orders"]["quantity"][:2].to_list() == [5, 5]
    assert not edited("%synthgen apply shop").success
    assert "no edit of shop is proposed" in edited.said


def test_a_cell_holds_the_sql(edited: Cells) -> None:
    edited("%%synthgen_edit shop\n-- two\nUPDATE orders SET quantity = 5 WHERE id = 1;\nDELETE FROM orders WHERE id=2")
    assert "1 row removed, 1 changed (1 cell)" in edited.said
    assert edited("%%synthgen_edit shop --yes\nUPDATE orders SET quantity = quantity + 1").success
    assert edited["shop"].version == Store().open("shop").version
    assert edited["orders"].height == 30  # the edit before was not applied


def test_a_session_holds_one_proposal_of_a_dataset(edited: Cells) -> None:
    edited('%synthgen edit shop "UPDATE orders SET quantity = 5 WHERE id = 1"')
    edited('%synthgen edit shop "UPDATE orders SET quantity = 66 WHERE id = 1"')
    assert len([path for path in Store().path.glob("shop/v*") if path.is_dir()]) == 3
    edited("%synthgen discard shop")
    assert "shop v2 · as it was: the edit is discarded" in edited.said
    assert not edited("%synthgen discard shop").success
    assert sorted(path.name for path in Store().path.glob("shop/v*")) == ["v1", "v2"]


def test_what_speaks_of_all_rows_has_to_be_confirmed(edited: Cells) -> None:
    edited('%synthgen edit shop "UPDATE orders SET quantity = 1"')
    assert "it speaks of all rows: UPDATE orders SET quantity = 1" in edited.said
    assert "%synthgen apply shop --yes" in edited.said
    assert not edited("%synthgen apply shop").success
    assert "speaks of all rows" in edited.said
    assert edited("%synthgen apply shop --yes").success


def test_an_edit_that_breaks_a_rule_shows_the_rows_and_the_ways_out(edited: Cells) -> None:
    edited(f'%synthgen edit shop "{TWO_GONE}"')
    for line in (
        "✗ broken  29 rows of orders would point to nothing",
        "would break: 29 rows of orders would point to nothing",
        "%synthgen discard shop",
        "%synthgen edit shop --cascade",
        "%synthgen edit shop --mend",
    ):
        assert line in edited.said
    assert not edited("%synthgen apply shop --yes").success
    assert "would point to nothing" in edited.said
    assert not edited(f'%synthgen edit shop "{TWO_GONE}" --yes').success
    assert "would break: 29 rows of orders would point to nothing" in edited.said
    assert Store().versions("shop") == (1, 2)


def test_another_way_out_needs_no_words_again(edited: Cells) -> None:
    edited(f'%synthgen edit shop "{TWO_GONE}"')
    proposal = edited("%synthgen edit shop --cascade").result
    assert (proposal.edit.sql, proposal.edit.breaking, proposal.problems) == (TWO_GONE, "cascade", ())
    assert "other tables follow" in edited.said
    assert {table: found.removed for table, found in proposal.diff.tables.items()} == {"customers": 19, "orders": 29}
    assert edited("%synthgen apply shop").success
    assert edited["orders"].height == 1


def test_an_edit_made_elsewhere_meanwhile_wins(edited: Cells) -> None:
    edited('%synthgen edit shop "UPDATE orders SET quantity = 5 WHERE id = 1"')
    typed(Store().open("shop"), 7, "99")
    assert not edited("%synthgen apply shop").success
    assert "shop is at v4 by now" in edited.said


def test_words_need_a_model_and_ask_the_one_that_is_held(edited: Cells, monkeypatch: pytest.MonkeyPatch) -> None:
    cell = "%%synthgen_edit shop --table orders\nfive in the first"
    assert not edited(cell).success
    assert "edits in words need a model and none is loaded (%synthgen model load NAME; SQL needs none)" in edited.said

    def ask_edit(dataset: Dataset, prompt: str, model: Any, *, table: str, sampling: Any, tick: Any) -> Edit:
        assert (prompt, table) == ("five in the first", "orders")
        return Edit(sql="UPDATE orders SET quantity = 5 WHERE id = 1", prompt=prompt, model=model.name)

    monkeypatch.setattr("synthgen_nb.asking.ask_edit", ask_edit)
    magics = magics_of(edited.shell)
    assert magics is not None
    magics.session.models.hold(ScriptedModel(lambda ask: ""))
    proposal = edited(cell).result
    assert "written by scripted" in edited.said
    assert proposal.edit == Edit(
        sql="UPDATE orders SET quantity = 5 WHERE id = 1", prompt="five in the first", model="scripted"
    )


@pytest.mark.parametrize(
    "line, message",
    [
        (
            '%synthgen edit shop "UPDATE orders SET quantty = 1"',
            "there is no column quantty in orders (did you",
        ),
        ("%synthgen edit shop UPDATE orders", "the edit is one text in quotes"),
        ("%synthgen edit shop", "no edit of shop is proposed"),
        ('%%synthgen_edit shop "a"\nb', "both a cell and a text in the line"),
        ("%synthgen apply shp", "no edit of shp is proposed"),
        ('%synthgen edit shop "UPDATE orders SET quantity = 1" --tbl x', "unrecognized arguments: --tbl x"),
    ],
)
def test_an_edit_that_cant_be_fails_the_cell_in_one_line(edited: Cells, line: str, message: str) -> None:
    assert not edited(line).success
    assert message in edited.said
    assert "Traceback" not in edited.said


def test_help_is_printed_and_quiet_shows_nothing(edited: Cells) -> None:
    assert edited("%%synthgen_edit -h\nx").success
    assert "--cascade" in edited.said
    assert edited('%synthgen edit shop "UPDATE orders SET quantity = 5 WHERE id = 1" -q').result is None
    assert edited.said.strip() == ""
    assert edited("%synthgen apply shop -q").success
    assert edited.said.strip() == ""


def test_an_interrupt_while_the_model_is_asked_changes_nothing(edited: Cells, monkeypatch: pytest.MonkeyPatch) -> None:
    def ask_edit(*words: Any, **options: Any) -> Edit:
        raise KeyboardInterrupt

    monkeypatch.setattr("synthgen_nb.asking.ask_edit", ask_edit)
    magics = magics_of(edited.shell)
    assert magics is not None
    magics.session.models.hold(ScriptedModel(lambda ask: ""))
    assert not edited("%%synthgen_edit shop\nfive in the first").success
    assert "interrupted while the model was asked; nothing was changed" in edited.said
    assert sorted(path.name for path in Store().path.glob("shop/v*")) == ["v1", "v2"]
