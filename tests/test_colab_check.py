"""The script for a person who verifies Colab: it says what should be seen, and runs to its end here and in a Colab of
straw."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import nbformat
import pytest

pytest.importorskip("nbclient")

from nbclient import NotebookClient

NOTEBOOK = Path(__file__).parents[1] / "notebooks/colab_check.ipynb"
# What Colab's own modules would do, as words; its Drive is a folder.
STRAW = """
import sys, types
colab = types.ModuleType("google.colab")
colab.output = types.SimpleNamespace(
    enable_custom_widget_manager=lambda: print("manager on"), _widgets=types.SimpleNamespace(_installed_url="here")
)
colab.files = types.SimpleNamespace(download=lambda path: print("saved by the browser:", path.rpartition("/")[2]))
colab.drive = types.SimpleNamespace(mount=lambda path: print("mounted"))
sys.modules["google"], sys.modules["google.colab"] = types.ModuleType("google"), colab
sys.modules["google.colab.output"] = colab.output
sys.modules["google"].colab = colab
"""


def run(folder: Path, before: str = "") -> dict[str, str]:
    """What each cell shows in words, by the cell's id."""
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    for cell in notebook.cells:
        cell.source = cell.source.replace("/content/drive/MyDrive", str(folder / "drive"))
    if before:
        notebook.cells.insert(0, nbformat.v4.new_code_cell(before))
    NotebookClient(notebook, timeout=60, resources={"metadata": {"path": str(folder)}}).execute()
    return {cell.id: "\n".join(map(_words, cell.get("outputs", ()))) for cell in notebook.cells}


def _words(output: Any) -> str:
    return str(output.get("text", "")) + str(output.get("data", {}).get("text/plain", "")) + output.get("evalue", "")


def test_it_runs_to_its_end_here_and_says_what_it_skips(tmp_path: Path) -> None:
    shown = run(tmp_path)
    assert shown["c1"].strip() == "ready"
    for cell in ("c2", "c14", "c15"):
        assert "skipped: this is not Colab" in shown[cell]
    assert "✓ ok" in shown["c4"]
    assert shown["c5"] == "(5000, 'shop')"
    assert shown["c7"] == "42"
    assert "big v1" in shown["c8"]
    assert shown["c9"] == "300000"
    assert "paused at" in shown["c10"]
    assert "%synthgen resume 3" in shown["c11"]
    assert "long v1" in shown["c12"]
    assert "it needs a notebook in a browser" in shown["c13"]
    assert "can be written" in shown["c16"]


@pytest.mark.slow
def test_its_colab_parts_run_in_a_colab_of_straw(tmp_path: Path) -> None:
    shown = run(tmp_path, STRAW)
    assert shown["c2"].split() == ["manager", "on", "allowed"]
    assert "saved by the browser: shop_csv.zip" in shown["c14"]
    assert "0 failing" in shown["c15"]
    assert (tmp_path / "drive/synthgen_check/shop/v1/dataset.json").is_file()
    assert "? unverified  Colab: not yet verified" in shown["c16"]


def test_before_every_part_it_says_what_should_be_seen() -> None:
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    parts = [cell.source for cell in notebook.cells if cell.source.startswith("## ")]
    assert all("**You should see**" in part for part in parts[:-1])
    assert parts[-1].count(" | |") == len(parts)
    assert not any(cell.get("outputs") for cell in notebook.cells)
