"""The grid in JupyterLab: a million rows scrolled, a cell edited, refused, undone by keyboard alone; light and dark."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from synthgen_nb import parse_ddl
from synthgen_nb.store import Store

from .browsers import BROWSER, RUN_ALL, Seen
from .datasets import saved

pytestmark = BROWSER

EVIL = "<img src=x onerror=alert(1)>"
ROWS = 1_000_000
DDL = f"""
CREATE TYPE mood AS ENUM ('calm', 'glad');
CREATE TABLE people (id integer PRIMARY KEY, name varchar(40) NOT NULL, mood mood, age integer CHECK (age < 120));
CREATE TABLE "{EVIL}" ("{EVIL}" varchar(60));
"""
_ROW_THERE = """row => [...document.querySelectorAll('.synthgen-grid [role=row]')].some(
  r => r.getAttribute('aria-rowindex') === String(row + 2) && !r.textContent.includes('…'))"""
_DARK = "() => jupyterapp.commands.execute('apputils:change-theme', { theme: 'JupyterLab Dark' })"
_LIGHT = "() => jupyterapp.commands.execute('apputils:change-theme', { theme: 'JupyterLab Light' })"
_CELLS = """() => {
  const notebook = jupyterapp.shell.currentWidget.content;
  return [notebook.widgets.length, notebook.activeCellIndex];
}"""
_KEYS = [
    ("Control+End", "NULL"),
    ("Control+Home", "0"),
    ("ArrowRight", "person 0"),
    ("ArrowDown", "person 1"),
    ("End", "1"),
    ("Home", "1"),
    ("PageDown", "12"),
    ("PageUp", "1"),
    ("Control+Home", "0"),
    ("d", "0"),  # twice, it deletes a notebook's cell
    ("d", "0"),
    ("ArrowRight", "person 0"),
    ("End", "NULL"),
]


@pytest.fixture(scope="module")
def store(lab: tuple[str, Path]) -> Store:
    """A million people, and a table whose name, column and value would act if they were taken for HTML."""
    names = pa.array([f"person {n}" for n in range(ROWS)])
    mood = pa.array(["calm"] * ROWS).dictionary_encode()
    mood = pa.DictionaryArray.from_arrays(mood.indices.cast(pa.uint8()), pa.array(["calm", "glad"]), ordered=True)
    ages = pa.array([None if n % 7 == 0 else n % 100 for n in range(ROWS)], pa.int32())
    people = pa.table({"id": pa.array(range(ROWS), pa.int32()), "name": names, "mood": mood, "age": ages})
    store = Store(lab[1] / "grid_store")
    saved(store, parse_ddl(DDL, dialect="postgres"), {"people": people, EVIL: pa.table({EVIL: [EVIL, None]})}, "crowd")
    return store


@pytest.fixture
def grid(lab: tuple[str, Path], seen: Seen, store: Store) -> Any:
    seen.write(lab[1], "grid.ipynb", "%load_ext synthgen_nb\n%synthgen show crowd --grid --store grid_store")
    seen.page.evaluate(RUN_ALL)
    found = seen.page.locator(".synthgen-grid")
    found.wait_for(timeout=60_000)
    return found


def current(grid: Any) -> str:
    """The text of the cell that a screen reader is told of."""
    there = grid.get_by_role("grid").get_attribute("aria-activedescendant")
    return str(grid.page.evaluate("id => document.getElementById(id)?.textContent", there))


def test_a_million_rows_are_scrolled_edited_refused_and_undone_by_keyboard_alone(
    grid: Any, seen: Seen, store: Store
) -> None:
    page, table = seen.page, grid.get_by_role("grid")
    assert table.get_attribute("aria-rowcount") == str(ROWS + 1)
    assert table.get_attribute("aria-label") == "people, 1,000,000 rows"
    assert '- gridcell "person 0"' in table.aria_snapshot()
    assert '- columnheader "mood mood"' in table.aria_snapshot()
    table.evaluate("box => { box.scrollTop = (box.scrollHeight - box.clientHeight) / 2 }")
    page.wait_for_function(_ROW_THERE, arg=ROWS // 2, timeout=20_000)
    assert grid.get_by_text("person 500000", exact=True).count() == 1

    cells = page.evaluate(_CELLS)
    table.focus()
    for key, text in _KEYS:
        page.keyboard.press(key)
        page.wait_for_function(_ROW_THERE, arg={"Control+End": ROWS - 1, "Control+Home": 0}.get(key, 1))
        assert current(grid) == text, key
    assert page.evaluate(_CELLS) == cells  # the notebook's own keys heard nothing of it

    page.keyboard.press("Enter")
    page.keyboard.type("130")
    page.keyboard.press("Enter")
    alert = grid.get_by_role("alert")
    alert.wait_for(timeout=20_000)
    assert "people.age: CHECK (age < 120) would not hold" in alert.inner_text()
    assert current(grid) == "NULL"
    page.keyboard.press("Enter")  # what was typed is there again
    assert grid.get_by_label("Edit age of row 1", exact=True).input_value() == "130"
    page.keyboard.press("Control+a")
    page.keyboard.type("old")
    page.keyboard.press("Enter")
    grid.get_by_text("'old' is no whole number").wait_for(timeout=20_000)
    page.keyboard.press("Escape")
    assert alert.count() == 0
    assert store.open("crowd").version == 1

    page.keyboard.press("Control+End")
    page.wait_for_function(_ROW_THERE, arg=ROWS - 1)
    page.keyboard.press("Home")
    page.keyboard.press("Delete")
    grid.get_by_text("people.id: id is NOT NULL").wait_for(timeout=20_000)
    assert alert.bounding_box()["y"] + alert.bounding_box()["height"] <= table.bounding_box()["y"] + 392  # over the row
    page.keyboard.press("Control+Home")
    page.wait_for_function(_ROW_THERE, arg=0)
    page.keyboard.press("End")

    page.keyboard.press("F2")
    page.keyboard.type("33")
    page.keyboard.press("Enter")
    grid.get_by_text("v2 of crowd").wait_for(timeout=20_000)
    assert current(grid) == "33"
    assert grid.get_by_role("status").inner_text() == "✓ people.age of row 1: NULL → '33'"
    page.keyboard.press("Control+z")
    grid.get_by_text("v1 of crowd").wait_for(timeout=20_000)
    assert current(grid) == "NULL"
    grid.get_by_role("button", name="Redo").click()
    grid.get_by_text("v2 of crowd").wait_for(timeout=20_000)
    table.focus()
    page.keyboard.press("Delete")
    grid.get_by_text("v3 of crowd").wait_for(timeout=20_000)
    assert current(grid) == "NULL"
    assert store.open("crowd").version == 3
    assert (seen.outside, seen.errors) == ([], [])


def test_names_and_values_are_texts_in_every_place(grid: Any, seen: Seen) -> None:
    grid.get_by_role("tab", name=EVIL).click()
    cell = grid.get_by_role("gridcell", name=EVIL)
    cell.wait_for(timeout=20_000)
    assert grid.locator("img").count() == 0
    assert grid.get_by_role("columnheader", name=EVIL).count() == 1
    cell.dblclick()
    assert grid.get_by_label(f"Edit {EVIL} of row 1").input_value() == EVIL
    seen.page.keyboard.type("x" * 61)
    seen.page.keyboard.press("Enter")
    grid.get_by_role("alert").wait_for(timeout=20_000)
    assert grid.locator("img").count() == 0
    assert seen.errors == []


def test_rows_are_sorted_and_filtered(grid: Any, seen: Seen) -> None:
    grid.get_by_role("columnheader", name="id").click()
    grid.get_by_role("columnheader", name="id").click()
    grid.get_by_role("rowheader", name="1,000,000", exact=True).wait_for(timeout=20_000)
    assert grid.get_by_role("columnheader", name="id").get_attribute("aria-sort") == "descending"
    grid.get_by_label("Column to filter by").select_option("name")
    grid.get_by_label("Filter rows").fill("person 12345")
    grid.get_by_text("11 of 1,000,000 rows").wait_for(timeout=20_000)
    first = grid.get_by_role("row").nth(1).inner_text().split("\n")
    assert first == ["123,460", "123459", "person 123459", "calm", "NULL"]
    assert seen.errors == []


def test_the_grid_is_there_again_after_a_reload_and_dark_where_the_theme_is(grid: Any, seen: Seen) -> None:
    colour = "node => getComputedStyle(node).backgroundColor"
    light = grid.evaluate(colour)
    seen.page.evaluate(_DARK)
    seen.page.wait_for_function("() => document.body.dataset.jpThemeLight === 'false'")
    assert grid.evaluate(colour) != light
    seen.page.evaluate(_LIGHT)
    seen.page.evaluate("async () => { await jupyterapp.commands.execute('docmanager:save') }")
    seen.open("grid.ipynb")
    grid.get_by_role("grid").wait_for(timeout=60_000)
    assert grid.get_by_role("gridcell", name="person 0", exact=True).count() == 1
