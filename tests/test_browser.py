"""The quickstart in JupyterLab, driven in a headless Chromium: tables are seen, bars move, and nothing is fetched from
anywhere but this machine."""

from __future__ import annotations

from pathlib import Path

from synthgen_nb.terminal.demo import shop_ddl
from synthgen_nb.terminal.launch import place_notebook
from tests.browsers import BROWSER, INTERRUPT, RUN_ALL, START_ALL, Seen

pytestmark = BROWSER


def test_run_all_of_the_quickstart_shows_tables_and_fetches_nothing_from_outside(
    lab: tuple[str, Path], seen: Seen
) -> None:
    place_notebook(lab[1])
    seen.open("quickstart.ipynb")
    seen.page.evaluate(RUN_ALL)
    result = seen.outputs().filter(has_text="shop v1").first
    assert result.get_by_text("✓ ok").count() >= 1
    result.locator("summary", has_text="customers").click()
    assert result.get_by_role("table", name="customers").locator("tbody tr").count() == 10
    assert result.get_by_role("table", name="customers").is_visible()
    assert seen.page.locator(".jp-OutputArea-output[data-mime-type*=stderr]").count() == 0
    assert seen.outside == []
    assert seen.errors == []


def test_bars_move_while_rows_are_made_and_an_interrupt_stops_the_cells_below(
    lab: tuple[str, Path], seen: Seen
) -> None:
    big = f"%%synthgen big << -n 20M -n categories=9\n{shop_ddl()}"
    seen.write(lab[1], "big.ipynb", "%load_ext synthgen_nb", big, "print('after', 1 + 1)")
    seen.page.evaluate(START_ALL)
    bars = seen.outputs().get_by_role("progressbar")
    bars.first.wait_for(timeout=60_000)
    assert bars.count() == 4
    assert seen.page.get_by_role("status").filter(has_text="big").first.is_visible()
    seen.page.evaluate(INTERRUPT)
    stopped = seen.outputs().filter(has_text="UsageError: paused at")
    stopped.wait_for(timeout=60_000)
    assert stopped.get_by_text("paused (interrupt)").is_visible()
    assert seen.outputs().filter(has_text="after 2").count() == 0
    assert seen.outside == []
