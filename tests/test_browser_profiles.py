"""`%synthgen show` in JupyterLab: a profile with pictures of each column, in light and dark."""

from __future__ import annotations

from pathlib import Path

from .browsers import BROWSER, RUN_ALL, Seen

pytestmark = BROWSER

CELLS = (
    "%load_ext synthgen_nb",
    "%synthgen --template clinic -q --no-vars -n 200",
    "%synthgen show clinic patients appointments",
)
_DARK = """async () => jupyterapp.commands.execute('apputils:change-theme', { theme: 'JupyterLab Dark' })"""
_FILL = """() => getComputedStyle(document.querySelector('.synthgen .sg-bar')).fill"""


def test_a_profile_is_drawn_in_the_colours_of_the_theme(lab: tuple[str, Path], seen: Seen) -> None:
    seen.write(lab[1], "profiles.ipynb", *CELLS)
    seen.page.evaluate(RUN_ALL)
    pictures = seen.page.locator(".synthgen svg.sg-bars")
    pictures.first.wait_for(timeout=60_000)
    assert pictures.count() >= 12
    box = pictures.first.bounding_box()
    assert box is not None
    assert box["height"] == 18
    assert "rows" in (pictures.first.get_attribute("aria-label") or "")
    assert seen.page.locator(".synthgen details[open] summary").all_inner_texts() == [
        "patients · columns", "patients · 200 rows", "appointments · columns", "appointments · 200 rows",
    ]  # fmt: skip
    light = seen.page.evaluate(_FILL)
    seen.page.screenshot(path=lab[1] / "profiles-light.png")
    seen.page.evaluate(_DARK)
    seen.page.wait_for_function(f"before => ({_FILL})() !== before", arg=light, timeout=20_000)
    seen.page.locator("#jupyterlab-splash").wait_for(state="detached", timeout=20_000)
    seen.page.screenshot(path=lab[1] / "profiles-dark.png")
    assert (seen.outside, seen.errors) == ([], [])
