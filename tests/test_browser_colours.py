"""SQL colours in cells of DDL: JupyterLab and Notebook 7, light and dark, and none where the magic is not."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.browsers import BROWSER, LABEXTENSION, Seen

pytestmark = BROWSER

DDL = "%%synthgen -n 5\nCREATE TABLE shops (id INT PRIMARY KEY, name VARCHAR(40) NOT NULL);"
# What the cell of that index shows in the theme's colour for the words of a language.
_KEYWORDS = """(index) => {
  const cell = document.querySelectorAll('.jp-CodeCell .cm-content')[index];
  const probe = document.createElement('span');
  probe.style.color = 'var(--jp-mirror-editor-keyword-color)';
  document.body.append(probe);
  const keyword = getComputedStyle(probe).color;
  probe.remove();
  return [...cell.querySelectorAll('.cm-line span')]
    .filter((each) => getComputedStyle(each).color === keyword)
    .map((each) => each.textContent);
}"""


def keywords(seen: Seen, cell: int, word: str) -> list[str]:
    """The coloured words of the cell, once `word` is among them."""
    seen.page.wait_for_function(f"([index, word]) => ({_KEYWORDS})(index).includes(word)", arg=[cell, word])
    return list(seen.page.evaluate(_KEYWORDS, cell))


def test_ddl_is_coloured_as_sql_and_python_as_python(lab: tuple[str, Path], seen: Seen) -> None:
    seen.write(lab[1], "colours.ipynb", DDL, "for i in range(3):\n    print(i)", "%%synthgen_edit shop\nCREATE more")
    assert {"CREATE", "TABLE", "PRIMARY", "NOT"} <= set(keywords(seen, 0, "CREATE"))
    assert "in" in keywords(seen, 1, "for")
    assert "CREATE" not in seen.page.evaluate(_KEYWORDS, 2)

    python = seen.page.locator(".jp-CodeCell .cm-content").nth(1)
    python.click()
    seen.page.keyboard.press("Control+a")
    seen.page.keyboard.type("%%synthgen\nCREATE TABLE t (id INT)")
    assert "for" not in keywords(seen, 1, "CREATE")
    seen.page.keyboard.press("Control+a")
    seen.page.keyboard.type("while True: pass")
    assert "pass" in keywords(seen, 1, "while")

    seen.page.evaluate("jupyterapp.commands.execute('apputils:change-theme', {theme: 'JupyterLab Dark'})")
    seen.page.wait_for_selector("body[data-jp-theme-light=false]", state="attached")
    assert "TABLE" in keywords(seen, 0, "CREATE")
    assert seen.outside == []
    assert seen.errors == []


def test_notebook_7_colours_it_too(lab: tuple[str, Path], seen: Seen) -> None:
    pytest.importorskip("notebook", reason="Notebook 7 is not installed")
    seen.write(lab[1], "seven.ipynb", DDL)
    seen.page.goto(f"{seen.address}/notebooks/seven.ipynb", wait_until="domcontentloaded")
    seen.page.wait_for_selector(".jp-Notebook .jp-Cell")
    assert "TABLE" in keywords(seen, 0, "CREATE")
    assert seen.outside == []
    assert not [error for error in seen.errors if "synthgen" in error]


def test_a_jupyterlab_of_other_names_costs_the_colours_and_nothing_else(lab: tuple[str, Path], seen: Seen) -> None:
    entry = (LABEXTENSION / "static/remoteEntry.js").read_text(encoding="utf-8")
    changed = entry.replace('"@codemirror/state"', '"@codemirror/of-next-year"')
    assert changed != entry
    seen.page.route(
        "**/synthgen-nb/static/remoteEntry.js*",
        lambda route: route.fulfill(body=changed, content_type="text/javascript"),
    )
    seen.write(lab[1], "soft.ipynb", DDL, "for i in range(3):\n    print(i)")
    assert "in" in keywords(seen, 1, "for")
    assert "CREATE" not in seen.page.evaluate(_KEYWORDS, 0)
    assert seen.errors == []
