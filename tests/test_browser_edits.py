"""Edits in the panel of JupyterLab, as a person makes them: preview, ways out, apply, undo."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from synthgen_nb.terminal.demo import shop_ddl
from tests.browsers import BROWSER, Seen
from tests.test_browser_panel import EVIL, Screen

pytestmark = BROWSER


@pytest.fixture
def screen(lab: tuple[str, Path], seen: Seen, request: pytest.FixtureRequest) -> Iterator[Screen]:
    found = Screen(seen, lab[1], f"{request.node.name[5:40]}.ipynb")
    found.types(shop_ddl(), "shop")
    found.button("Generate").click()
    found.panel.get_by_role("table", name="categories").wait_for()
    yield found
    assert seen.outside == []
    assert seen.errors == []


def previewed(screen: Screen, sql: str) -> Any:
    box = screen.panel.get_by_label("Edit by words or SQL")
    box.fill(sql)
    box.press("Control+Enter")
    proposal = screen.panel.locator(".sg-edits fieldset")
    proposal.locator("code", has_text=sql).wait_for()
    return proposal


def test_from_a_preview_to_a_version_and_back(screen: Screen) -> None:
    proposal = previewed(screen, "UPDATE customers SET email = 'x@example.org' WHERE id IN (1, 2)")
    proposal.locator(".sg-broken", has_text="email of 1 row").wait_for()
    assert screen.button("Apply").is_disabled()
    screen.button("Mend").click()
    proposal.locator(".sg-broken").wait_for(state="detached")
    assert screen.button("Apply").is_enabled()
    proposal = previewed(screen, f"UPDATE customers SET city = '{EVIL}' WHERE id <= 3")
    table = proposal.get_by_role("table", name="customers · 3 changed")
    row = table.locator("tbody tr").first
    assert row.get_by_role("rowheader").inner_text() == "1"
    assert row.locator("ins").inner_text() == EVIL
    assert row.locator("del").inner_text() != EVIL
    screen.button("Apply").click()
    screen.panel.locator(".sg-title", has_text="shop v2").wait_for()
    proposal.wait_for(state="hidden")

    screen.button("Undo the last edit").click()
    screen.panel.locator(".sg-title", has_text="shop v1").wait_for()
    screen.panel.locator("[title='there is nothing to undo']").wait_for()
    screen.button("Redo the edit that was undone").click()
    screen.panel.locator(".sg-title", has_text="shop v2").wait_for()


def test_all_rows_are_confirmed_and_words_without_a_model_are_told_the_way_out(screen: Screen) -> None:
    proposal = previewed(screen, "DELETE FROM order_lines")
    assert screen.button("Apply").is_disabled()
    proposal.get_by_role("checkbox").check()
    screen.button("Discard").click()
    proposal.wait_for(state="hidden")
    screen.panel.get_by_label("Edit by words or SQL").fill("make all customers German")
    screen.button("Preview").click()
    screen.panel.locator(".sg-said.sg-error", has_text="SQL needs none").wait_for()
