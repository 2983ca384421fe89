"""The magic through a real kernel without a front end, and the quickstart notebook with its saved outputs."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest

pytest.importorskip("nbclient")

from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

from synthgen_nb.store import Store
from synthgen_nb.terminal.demo import shop_ddl

NOTEBOOKS = Path(__file__).parents[1] / "notebooks"
SAVED = ("quickstart.ipynb", "jobs.ipynb", "forms.ipynb", "editing.ipynb", "gallery.ipynb")
REFRESH = (
    "SYNTHGEN_STORE=$(mktemp -d) jupyter nbconvert --to notebook --execute --inplace notebooks/NAME.ipynb "
    "--ExecutePreprocessor.record_timing=False"
)
# What differs from run to run: times, sizes, and where the store lies.
SANITIZE = """
[seconds]
regex: \\d+(\\.\\d+)? s(?![a-z])
replace: SECONDS
[minutes]
regex: \\d+ min \\d+ s
replace: SECONDS
[size]
regex: \\d+(\\.\\d+)? [kMG]?B(?![a-z])
replace: SIZE
"""


def executed(
    folder: Path, *cells: str, allow_errors: bool = False, meanwhile: Callable[[Any], None] | None = None
) -> Any:
    """The notebook of these cells, run in a kernel that works in `folder`."""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(c) for c in cells])
    client = NotebookClient(
        notebook, timeout=120, allow_errors=allow_errors, resources={"metadata": {"path": str(folder)}}
    )
    if meanwhile is not None:
        threading.Thread(target=meanwhile, args=(client,), daemon=True).start()
    client.execute()
    return notebook


def shown(cell: Any) -> str:
    return "\n".join(str(o.get("text", "")) + str(o.get("data", {}).get("text/plain", "")) for o in cell.outputs)


def test_a_result_is_static_html_with_a_text_twin_and_needs_no_widget(tmp_path: Path) -> None:
    notebook = executed(
        tmp_path, "%load_ext synthgen_nb", f"%%synthgen shop << -n 20\n{shop_ddl()}", "orders.height, shop.name",
        f"%%synthgen -n 10\n{shop_ddl()}", "_.name",
    )  # fmt: skip
    made, height, returned, name = notebook.cells[1:]
    assert [set(o["data"]) for o in made.outputs] == [{"text/html", "text/plain"}]
    assert "<details><summary>customers · 20 rows</summary>" in made.outputs[0]["data"]["text/html"]
    assert shown(height) == "(20, 'shop')"
    assert len(returned.outputs) == 1
    assert shown(name) == "'categories'"
    assert "widgets" not in notebook.metadata


def test_the_live_display_is_replaced_by_the_result(tmp_path: Path) -> None:
    notebook = executed(tmp_path, "%load_ext synthgen_nb", f"%%synthgen shop << -n 20 --display html\n{shop_ddl()}")
    (output,) = notebook.cells[1].outputs
    assert "progressbar" not in output["data"]["text/html"]
    assert "shop v1" in output["data"]["text/plain"]


@pytest.mark.skipif(os.name == "nt", reason="an interrupt reaches a Windows kernel by another way")
def test_an_interrupt_in_one_cell_keeps_the_next_from_running_on_old_frames(tmp_path: Path) -> None:
    def interrupt(client: NotebookClient) -> None:
        give_up = time.monotonic() + 60
        store = tmp_path / "synthgen_store"
        while not ((store / "shop/v1").exists() and list(store.glob("shop/v2/*/*.parquet"))):
            assert time.monotonic() < give_up
            time.sleep(0.05)
        os.kill(client.km.provisioner.process.pid, 2)

    ddl = shop_ddl()
    cells = (
        "%load_ext synthgen_nb",
        f"%%synthgen shop << -n 9\n{ddl}",
        f"%%synthgen shop << -n 20M -n categories=9\n{ddl}",
    )
    after = "print('orders' in globals(), 'shop' in globals())"
    notebook = executed(tmp_path, *cells, after, allow_errors=True, meanwhile=interrupt)
    error = notebook.cells[2].outputs[-1]
    assert "UsageError: paused at" in shown(notebook.cells[2]) + str(error.get("evalue", ""))
    assert shown(notebook.cells[3]).strip() == "False False"
    assert Store(tmp_path / "synthgen_store").versions("shop") == (1,)


def test_a_refused_cell_stops_a_run_of_all_cells(tmp_path: Path) -> None:
    with pytest.raises(CellExecutionError, match="unrecognized arguments: --nope"):
        executed(tmp_path, "%load_ext synthgen_nb", "%%synthgen --nope\nx", "1")


@pytest.mark.parametrize("name", SAVED)
def test_a_notebook_runs_and_shows_what_was_saved_with_it(name: str, tmp_path: Path) -> None:
    (tmp_path / "sanitize.cfg").write_text(SANITIZE)
    (tmp_path / name).write_bytes((NOTEBOOKS / name).read_bytes())
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--nbval", name, "--nbval-current-env",
         "--nbval-sanitize-with", "sanitize.cfg", "-q"],
        cwd=tmp_path, capture_output=True, text=True, timeout=180,
    )  # fmt: skip
    assert ran.returncode == 0, f"{ran.stdout[-6000:]}\nIf values were meant to change: {REFRESH}"


@pytest.mark.parametrize("name", SAVED)
def test_a_saved_notebook_shows_tables_without_a_kernel_and_names_no_machine(name: str) -> None:
    notebook = nbformat.read(NOTEBOOKS / name, as_version=4)
    pages = [o["data"].get("text/html", "") for c in notebook.cells for o in c.get("outputs", ()) if "data" in o]
    assert sum("<table" in page for page in pages) >= (1 if name == "forms.ipynb" else 4)  # a form is not saved
    assert (NOTEBOOKS / name).stat().st_size < (700_000 if name == "gallery.ipynb" else 200_000)
    assert not [
        word for word in (str(Path.home()), "/tmp/", "Users/") if word in (NOTEBOOKS / name).read_text(encoding="utf-8")
    ]
