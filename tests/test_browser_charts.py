"""A query's chart in JupyterLab: drawn without a network, in light and dark, with no way to an editor on the web."""

from __future__ import annotations

from pathlib import Path

from .browsers import BROWSER, RUN_ALL, Seen

pytestmark = BROWSER

CELLS = (
    "%load_ext synthgen_nb",
    "%%synthgen -q --no-vars -n 200 --name shop\nCREATE TABLE orders (id int PRIMARY KEY, ordered_on date NOT NULL,\n"
    "  status text NOT NULL CHECK (status IN ('new', 'paid', 'shipped')), total numeric(8, 2) NOT NULL);",
    '%synthgen sql shop "SELECT status, count(*) AS n, sum(total) AS total FROM orders GROUP BY 1 ORDER BY 2 DESC"',
    "%synthgen sql shop \"SELECT date_trunc('month', ordered_on) AS m, count(*) FROM orders GROUP BY 1 ORDER BY 1\"",
)


def test_charts_are_drawn_from_the_page_alone(lab: tuple[str, Path], seen: Seen) -> None:
    seen.write(lab[1], "charts.ipynb", *CELLS)
    seen.page.evaluate(RUN_ALL)
    charts = seen.page.locator(".jp-RenderedVegaCommon5 canvas, .jp-RenderedVegaCommon5 svg.marks")
    charts.nth(1).wait_for(timeout=60_000)
    assert charts.count() == 2
    assert all(box["width"] > 400 for box in (charts.nth(i).bounding_box() for i in range(2)))
    assert seen.page.locator("text=Open in Vega Editor").count() == 0
    seen.page.screenshot(path=lab[1] / "charts.png")
    assert (seen.outside, seen.errors) == ([], [])
