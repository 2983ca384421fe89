"""The grid without a browser: what comes back for each message that a browser sends."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from synthgen_nb import draft_plan, generate, parse_ddl
from synthgen_nb.notebook.grid import Grid
from synthgen_nb.notebook.sheets import LONGEST, PAGE, Sheets
from synthgen_nb.store import Store

EVIL = "<img src=x onerror=alert(1)>"
DDL = f"""
CREATE TYPE status AS ENUM ('new', 'paid', 'sent');
CREATE TABLE orders (
  id integer PRIMARY KEY, status status NOT NULL, quantity integer NOT NULL CHECK (quantity BETWEEN 1 AND 20),
  price numeric(8, 2), total numeric(12, 2) GENERATED ALWAYS AS (quantity * price) STORED, gift boolean, note text,
  span interval);
CREATE TABLE "{EVIL}" ("{EVIL}" varchar(60) PRIMARY KEY);
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    store = Store(tmp_path_factory.mktemp("made"))
    generate(draft_plan(parse_ddl(DDL, dialect="postgres"), rows=250, seed=3), store, "shop")
    return store.path


@pytest.fixture
def store(made: Path, tmp_path: Path) -> Store:
    shutil.copytree(made, tmp_path / "store")
    return Store(tmp_path / "store")


@pytest.fixture
def sheets(store: Store) -> Sheets:
    return Sheets(store.open("shop"), store)


def ask(sheets: Sheets, type_: str, **content: object) -> dict[str, Any]:
    (answer,), changed = sheets.answer({"type": type_, **content})
    assert not changed
    found: dict[str, Any] = json.loads(json.dumps(answer))  # what can't be JSON can't be sent
    return found


def do(sheets: Sheets, type_: str, **content: object) -> dict[str, Any]:
    """An act that makes another version current -> the new state."""
    answers, changed = sheets.answer({"type": type_, **content})
    assert (answers, changed) == ([], True)
    return sheets.state()


def cell(sheets: Sheets, row: int, column: str) -> Any:
    sheet = sheets.answer({"type": "sheet", "table": "orders"})[0][0]["sheet"]
    place = [c["name"] for c in sheet["columns"]].index(column)
    return ask(sheets, "page", table="orders", start=row)["page"][0][place]


def edit(sheets: Sheets, row: int, column: str, new: str | None) -> Mapping[str, object]:
    return {"table": "orders", "row": row, "column": column, "old": cell(sheets, row, column), "new": new}


def test_the_first_state_holds_the_first_page_and_all_that_is_said_of_columns(sheets: Sheets) -> None:
    state = json.loads(json.dumps(sheets.state()))
    assert (state["name"], state["version"], state["undo"], state["redo"]) == ("shop", 1, "", False)
    assert state["tables"] == [["orders", 250], [EVIL, 250]]
    sheet = state["sheet"]
    assert (sheet["table"], sheet["rows"], len(sheet["page"])) == ("orders", 250, PAGE)
    columns = {column["name"]: column for column in sheet["columns"]}
    assert columns["status"]["options"] == ["new", "paid", "sent"]
    assert columns["gift"]["options"] == ["true", "false"]
    assert columns["total"]["fixed"] == "it is computed: quantity * price"
    assert "only the engine knows" in columns["span"]["fixed"]
    assert [name for name, column in columns.items() if column["right"]] == ["id", "quantity", "price", "total"]
    assert [name for name, column in columns.items() if not column["nullable"]] == ["id", "status", "quantity"]
    assert columns["price"]["type"] == "numeric(8, 2)"


def test_pages_are_slices_by_row_number(sheets: Sheets) -> None:
    assert [row[0] for row in ask(sheets, "page", table="orders", start=200)["page"]] == [
        str(n) for n in range(201, 251)
    ]
    assert ask(sheets, "page", table="orders", start=900)["page"] == []


def test_names_and_values_travel_as_the_texts_they_are(sheets: Sheets) -> None:
    sheet = ask(sheets, "sheet", table=EVIL)["sheet"]
    assert sheet["columns"][0]["name"] == EVIL
    state = do(sheets, "edit", table=EVIL, row=0, column=EVIL, old=sheet["page"][0][0], new=EVIL)
    assert state["sheet"]["page"][0] == [EVIL]


def test_an_edit_is_told_with_its_version_and_can_be_undone_and_done_again(sheets: Sheets, store: Store) -> None:
    before = cell(sheets, 120, "note")
    state = do(sheets, "edit", **edit(sheets, 120, "note", "hello"))
    assert (state["version"], state["said"]["kind"], cell(sheets, 120, "note")) == (2, "ok", "hello")
    assert "orders.note of row 121" in state["said"]["text"]
    assert "'hello'" in state["undo"]
    state = do(sheets, "undo")
    assert (state["version"], state["redo"], state["undo"], cell(sheets, 120, "note")) == (1, True, "", before)
    state = do(sheets, "redo")
    assert (state["version"], state["redo"], cell(sheets, 120, "note")) == (2, False, "hello")
    assert store.open("shop").version == 2


def test_a_computed_column_follows_its_row(sheets: Sheets) -> None:
    do(sheets, "edit", **edit(sheets, 0, "quantity", "3"))
    do(sheets, "edit", **edit(sheets, 0, "price", "1.5"))
    assert (cell(sheets, 0, "price"), cell(sheets, 0, "total")) == ("1.50", "4.50")


@pytest.mark.parametrize(
    "column, new, why",
    [
        ("quantity", "21", "CHECK (quantity BETWEEN 1 AND 20) would not hold"),
        ("quantity", "many", "'many' is no whole number"),
        ("status", "lost", "'lost' is none of new, paid, sent"),
        ("status", None, "status is NOT NULL"),
        ("total", "1", "it is computed: quantity * price"),
        ("nope", "1", "there is no column nope"),
    ],
)
def test_a_refused_edit_is_answered_with_the_reason_and_changes_nothing(
    sheets: Sheets, store: Store, column: str, new: str | None, why: str
) -> None:
    old = cell(sheets, 0, column) if column != "nope" else None
    told = ask(sheets, "edit", table="orders", row=0, column=column, old=old, new=new)
    assert (told["type"], told["text"]) == ("refused", f"orders.{column}: {why}")
    assert store.versions("shop") == (1,)
    if column == "quantity" and new == "21":
        assert told["rows"][0]["quantity"] == "21"


def test_what_can_not_be_done_is_said_and_kept(sheets: Sheets) -> None:
    for message, why in (
        ({"type": "undo"}, "shop v1 was not made by an edit: there is nothing to undo"),
        ({"type": "page", "table": "gone"}, "there is no table 'gone'"),
        ({"type": "page", "table": "orders", "view": {"sort": "gone"}}, "rows are neither sorted nor filtered by gone"),
    ):
        (answer,), changed = sheets.answer(message)
        assert (answer["type"], answer["text"], changed) == ("failed", why, True)
        assert sheets.state()["said"]["text"] == why
    assert sheets.answer({"type": "nonsense"}) == ([], False)


def test_a_long_cell_is_cut_in_its_page_and_whole_when_it_is_edited(sheets: Sheets) -> None:
    text = "é" * 5 * LONGEST
    do(sheets, "edit", **edit(sheets, 0, "note", text))
    assert cell(sheets, 0, "note") == [text[:LONGEST]]
    assert ask(sheets, "whole", table="orders", row=0, column="note")["text"] == text


def test_rows_are_sorted_and_filtered_by_a_column(sheets: Sheets) -> None:
    view = {"sort": "quantity", "down": True, "filter": "status", "text": "PAI"}
    told = ask(sheets, "page", table="orders", start=0, view=view)
    orders = sheets.dataset["orders"].with_row_index("at").filter(status="paid")
    wanted = orders.sort("quantity", "at", descending=[True, False])
    assert told["count"] == wanted.height
    assert told["numbers"] == wanted["at"].to_list()[:PAGE]
    assert [row[0] for row in told["page"]] == [str(n) for n in wanted["id"].to_list()[:PAGE]]
    nulls = ask(sheets, "page", table="orders", start=0, view={"filter": "price", "text": "NULL"})
    assert nulls["count"] == sheets.dataset["orders"]["price"].null_count()


def test_whoever_waits_for_versions_is_told_and_its_line_is_shown(store: Store) -> None:
    seen = []
    sheets = Sheets(store.open("shop"), store, on_version=lambda d: seen.append(d.version) or "orders is v2's now")
    state = do(sheets, "edit", **edit(sheets, 0, "note", "x"))
    assert seen == [2]
    assert state["said"]["text"].endswith("→ 'x' · orders is v2's now")
    do(sheets, "undo")
    assert seen == [2, 1]


def test_an_edit_of_a_version_that_is_not_current_is_refused(sheets: Sheets, store: Store) -> None:
    other = Sheets(store.open("shop"), store)
    do(other, "edit", **edit(other, 0, "note", "first"))
    told = ask(sheets, "edit", **edit(sheets, 1, "note", "second"))
    assert "is at v2 by now, this is v1" in told["text"]
    assert sheets.state()["undo"] == ""


def test_the_widget_sends_answers_and_keeps_its_state(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    grid = Grid(store.open("shop"), store, table="orders")
    sent: list[dict[str, Any]] = []
    monkeypatch.setattr(grid, "send", sent.append)
    grid._received(grid, {"type": "page", "table": "orders", "start": 0}, [])
    assert sent[0]["page"] == grid.state["sheet"]["page"]
    old = grid.state["sheet"]["page"][0][6]
    grid._received(grid, {"type": "edit", "table": "orders", "row": 0, "column": "note", "old": old, "new": "n"}, [])
    assert (grid.state["version"], grid.dataset.version) == (2, 2)
    grid.follow(store.open("shop", 1))
    assert grid.state["version"] == 1
