"""The panel's box for edits without a browser: what its traits hold from a preview to an undo."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from synthgen_nb import Proposal, Store, apply, propose
from synthgen_nb.notebook import editbox
from synthgen_nb.notebook.panel import Panel
from tests.test_panel import Browser, made, place

UNSET = "UPDATE customers SET city = 'Bonn' WHERE id <= 3"


@pytest.fixture
def browser(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Browser]:
    panel = Panel(place(tmp_path / "store"), folder=tmp_path)
    yield made(Browser(panel, monkeypatch))
    panel.close()


def proposed(browser: Browser, text: str, breaking: str = "refuse") -> dict[str, object]:
    browser.send("propose", text=text, breaking=breaking, form=browser.panel.form)
    browser.rest()
    found: dict[str, object] = browser.panel.edits["proposal"]
    return found


def test_the_box_is_there_once_a_dataset_is_shown(browser: Browser) -> None:
    assert browser.panel.edits == {"name": "shop", "doing": "", "undo": "", "redo": False, "proposal": None}


def test_sql_is_previewed_applied_undone_and_redone(browser: Browser, tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    proposal = proposed(browser, UNSET)
    assert proposal["words"] == "3 rows changed (3 cells)"
    assert proposal["sql"] == UNSET
    (table,) = proposal["tables"]  # type: ignore[misc]
    assert (table["title"], table["key"], table["columns"]) == ("customers · 3 changed", ["id"], ["city"])
    assert [row["cells"]["city"][1] for row in table["rows"]] == ["Bonn"] * 3
    assert store.versions("shop") == (1,)

    browser.send("apply")
    followed = "categories, customers, orders, order_lines, shop now of v2"
    assert browser.said == ("ok", f"applied: v2 is the current one · {followed}")
    assert browser.panel.result["version"] == 2
    assert browser.panel.edits["proposal"] is None
    assert browser.panel.edits["undo"] == UNSET
    browser.send("undo")
    assert (browser.panel.result["version"], browser.panel.edits["redo"]) == (1, True)
    browser.send("redo")
    assert browser.panel.result["version"] == 2
    assert store.pointer("shop").at == 2


def test_a_discarded_edit_leaves_nothing(browser: Browser, tmp_path: Path) -> None:
    proposed(browser, UNSET)
    browser.send("discard")
    assert browser.panel.edits["proposal"] is None
    assert [path.name for path in (tmp_path / "store" / "shop").glob("v*")] == ["v1"]


def test_an_edit_that_breaks_a_rule_shows_the_rows_and_is_not_applied(browser: Browser) -> None:
    proposal = proposed(browser, "DELETE FROM customers WHERE id IN (SELECT customer_id FROM orders)")
    (problem,) = proposal["problems"]  # type: ignore[misc]
    assert "orders" in problem["text"]
    assert problem["rows"]["columns"][0] == "id"
    assert problem["rows"]["rows"]
    browser.send("apply")
    assert browser.said[0] == "error"
    assert browser.panel.result["version"] == 1


def test_the_ways_out_of_a_refusal_work_the_same_sql_out_again(browser: Browser, tmp_path: Path) -> None:
    sql = "DELETE FROM customers WHERE id IN (SELECT customer_id FROM orders WHERE id = 1)"
    assert proposed(browser, sql)["problems"]
    proposal = proposed(browser, sql, "cascade")
    assert proposal["problems"] == []
    assert [table["title"].split(" ")[0] for table in proposal["tables"]][:2] == ["customers", "orders"]  # type: ignore[attr-defined]
    browser.send("apply")
    now = Store(tmp_path / "store").open("shop")
    assert (now.version, now.report and now.report.broken) == (2, ())


def test_while_the_next_edit_is_worked_out_nothing_of_the_open_one_is_read(
    browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = proposed(browser, UNSET)
    begun, go_on = threading.Event(), threading.Event()

    def slow(*args: Any, **options: Any) -> Proposal:
        begun.set()
        assert go_on.wait(20)
        return propose(*args, **options)

    monkeypatch.setattr(editbox, "propose", slow)
    browser.send("propose", text="DELETE FROM order_lines", breaking="refuse", form=browser.panel.form)
    assert begun.wait(20)  # the open one's rows are gone by now
    assert browser.panel.edits["doing"]
    assert browser.panel.edits["proposal"] == shown
    go_on.set()
    browser.rest()
    assert browser.said[0] != "error"
    assert browser.panel.edits["proposal"]["sql"] == "DELETE FROM order_lines"


def test_all_rows_of_a_table_are_confirmed(browser: Browser) -> None:
    proposal = proposed(browser, "UPDATE customers SET city = 'Bonn'")
    assert "all rows" in str(proposal["whole"])
    browser.send("apply")
    assert browser.said[0] == "error"
    browser.send("apply", confirmed=True)
    assert browser.panel.result["version"] == 2


def test_words_need_a_model_and_sql_does_not(browser: Browser) -> None:
    assert proposed(browser, "make all customers German") is None
    kind, text = browser.said
    assert kind == "error"
    assert "SQL needs none" in text


def test_what_changes_nothing_is_said(browser: Browser) -> None:
    assert proposed(browser, "DELETE FROM customers WHERE id < 0") is None
    assert browser.said == ("note", "nothing would change: DELETE FROM customers WHERE id < 0")


def test_sql_that_can_not_be_read_is_told_with_its_place(browser: Browser) -> None:
    assert proposed(browser, "UPDATE customers SET town = 'Bonn'") is None
    assert browser.said[0] == "error"
    assert "line 1, col 22: there is no column town" in browser.said[1]
    assert browser.panel.edits["doing"] == ""


def test_an_edit_made_elsewhere_is_followed_and_an_open_one_is_of_no_use_then(browser: Browser, tmp_path: Path) -> None:
    proposed(browser, UNSET)
    other, _, _ = apply(Store(tmp_path / "store").open("shop"), "DELETE FROM order_lines WHERE quantity > 3")
    browser.panel._place.session.follow(other)
    assert browser.panel.result["version"] == 3
    assert browser.panel.edits["proposal"] is None
