"""The notebook that loads and measures a Mistral on a GPU: without one it says what it skips, and runs to its end."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest

pytest.importorskip("nbclient")

from nbclient import NotebookClient

from synthgen_nb.environment import gpus
from tests.test_colab_check import _words as words

NOTEBOOK = Path(__file__).parents[1] / "notebooks/colab_mistral.ipynb"


@pytest.mark.skipif(any(gpu.usable for gpu in gpus()), reason="there is a GPU: it would fetch and load a model")
def test_it_runs_to_its_end_without_a_gpu_and_fetches_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")  # nobody is there
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "cache"))
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    NotebookClient(notebook, timeout=60, resources={"metadata": {"path": str(tmp_path)}}).execute()
    shown = {cell.id: "\n".join(map(words, cell.get("outputs", ()))) for cell in notebook.cells}
    assert shown["c1"].strip() == "ready"
    for cell in ("c2", "c5", "c6", "c7", "c8", "c10"):
        assert shown[cell].strip() == "skipped: this needs a GPU that torch sees"
    assert "mistral" in shown["c4"]
    assert "no model was loaded" in shown["c9"]
    assert not (tmp_path / "cache").exists()


def test_before_every_part_it_says_what_should_be_seen_and_nothing_is_saved_with_it() -> None:
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    parts = [cell.source for cell in notebook.cells if cell.source.startswith("## ")]
    assert all("**You should see**" in part for part in parts[:-1])
    assert parts[-1].count("| |") == len(parts) - 1
    assert not any(cell.get("outputs") for cell in notebook.cells)
