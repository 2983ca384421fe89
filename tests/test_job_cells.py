"""Jobs in IPython's own shell: what a cell leaves running, what rests, what goes on, and what is bound when."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

import synthgen_nb as sg
from synthgen_nb import partmaking
from synthgen_nb.dataset import Dataset
from synthgen_nb.generation import generate_chunk
from synthgen_nb.jobs import Job, rowmaking
from synthgen_nb.notebook import magics_of
from synthgen_nb.notebook.preview import ROWS, Preview
from synthgen_nb.notebook.session import Session
from synthgen_nb.pages import rows_grid
from synthgen_nb.store import Store
from synthgen_nb.terminal.demo import shop_ddl

from .shells import Cells

DDL = shop_ddl()
ODD = ("list", "class", "In", "order-items")


@pytest.fixture
def walk(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """Rows come at a walk, ten at a time, until the event is set; a job that is left over ends with the test."""
    run = threading.Event()

    def slowly(*arguments: Any) -> Any:
        run.wait(0.1)
        return generate_chunk(*arguments)

    monkeypatch.setattr(rowmaking, "PART_ROWS", 30)
    monkeypatch.setattr(rowmaking, "CHUNK_ROWS", 10)
    monkeypatch.setattr(partmaking, "packed_chunk", slowly)
    yield run
    run.set()
    give_up = time.monotonic() + 20
    while any(thread.name.startswith("synthgen-job") for thread in threading.enumerate()):
        assert time.monotonic() < give_up
        time.sleep(0.02)


def test_a_cell_with_bg_ends_at_once_and_a_later_one_finds_the_names(cells: Cells, walk: threading.Event) -> None:
    cells(f"%%synthgen shop << -n 5\n{DDL}")
    began = time.monotonic()
    result = cells(f"%%synthgen shop << --bg -n 200\n{DDL}")
    assert time.monotonic() - began < 5
    assert isinstance(result.result, Job)
    assert "job 2 makes shop in the background; its names are bound when it is done" in cells.said
    assert "orders" not in cells
    assert "shop" not in cells
    walk.set()
    result.result.wait()
    assert cells("height = orders.height").success
    assert "job 2 is done" in cells.said
    assert cells["height"] == 200
    assert cells["shop"].version == 2


def test_awaiting_a_job_binds_its_names_before_the_cell_goes_on(cells: Cells, walk: threading.Event) -> None:
    cells(f"%%synthgen shop << --bg -n 100\n{DDL}")
    cells("job = _")
    walk.set()
    assert cells("made = await job\nheight = orders.height\nsame = made is shop").success, cells.said
    assert cells["height"] == 100
    assert cells["same"]
    cells(f"%%synthgen --bg -n 50 --prefix t_ --name other\n{DDL}")
    assert cells("height = (_.wait(), _.result(), t_orders.height)[2]").success, cells.said
    assert cells["height"] == 50


def test_wait_shows_the_result_and_binds_it_as_the_cell_wanted(cells: Cells, walk: threading.Event) -> None:
    cells(f"%%synthgen --bg -n 50 --prefix t_ --as mine\n{DDL}")
    walk.set()
    result = cells("%synthgen wait 1")
    assert isinstance(result.result, Dataset)
    assert cells["t_orders"].height == 50
    assert cells["mine"] == result.result
    assert "mine v1" in cells.said
    assert "%%synthgen mine << -n 50" in cells.said
    cells("del t_orders")
    assert cells("%synthgen wait 1").success
    assert "t_orders" in cells


def test_a_variable_that_the_user_made_meanwhile_is_not_taken(cells: Cells, walk: threading.Event) -> None:
    cells(f"%%synthgen shop << --bg -n 50\n{DDL}")
    cells("orders = shop = 'mine'")
    walk.set()
    cells("%synthgen wait 1")
    assert (cells["orders"], cells["shop"]) == ("mine", "mine")
    assert cells["customers"].height == 50
    assert "not bound: shop is a variable of yours" in cells.said


def test_a_timeout_pauses_in_one_line_and_resume_binds_what_the_cell_wanted(
    cells: Cells, walk: threading.Event
) -> None:
    result = cells(f"%%synthgen shop << -n 200 --prefix t_ --timeout 0.3\n{DDL}")
    assert type(result.error_in_exec).__name__ == "UsageError"
    assert len(cells.said.strip().splitlines()) == 1
    assert "its time was over: `%synthgen resume 1` goes on" in cells.said
    assert "t_orders" not in cells
    cells("%synthgen jobs")
    assert "paused" in cells.said
    assert "%synthgen resume 1" in cells.said
    walk.set()
    assert cells("%synthgen resume 1").success
    assert cells["t_orders"].height == 200
    assert cells["shop"].name == "shop"
    whole = sg.generate(cells["shop"].plan, Store("whole"), "shop")
    assert all(cells["shop"][table].equals(whole[table]) for table in whole)


def test_after_a_restart_resume_binds_the_defaults_and_says_so(cells: Cells, walk: threading.Event) -> None:
    cells(f"%%synthgen shop << -n 50 --prefix t_ --timeout 0.3\n{DDL}")
    magics = magics_of(cells.shell)
    assert magics is not None
    magics.session = Session(cells.shell)  # a new kernel knows nothing of the old one's cells
    walk.set()
    result = cells("%synthgen resume 1")
    assert isinstance(result.result, Dataset)
    assert cells["orders"].height == 50
    assert "t_orders" not in cells
    assert "begun by another kernel" in cells.said


def test_a_job_is_paused_logged_and_cancelled_by_its_number(
    cells: Cells, walk: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    cells(f"%%synthgen shop << --bg -n 2k\n{DDL}")
    assert cells("%synthgen pause 1").success
    assert "paused by you" in cells.said
    cells("x = 1")
    assert "`%synthgen resume 1` goes on" in cells.said
    cells("%synthgen log 1")
    assert "init" in cells.said
    asked: list[str] = []
    monkeypatch.setattr("builtins.input", lambda question: asked.append(question) or "n")
    assert not cells("%synthgen cancel 1").success
    assert "left as it is" in cells.said
    assert asked == ["cancel job 1 (shop, paused)? its rows are dropped [y/N] "]
    monkeypatch.setattr("builtins.input", lambda question: "y")
    assert cells("%synthgen cancel 1").success
    assert "cancelled" in cells.said
    assert Store("synthgen_store").names() == ()
    assert not cells("%synthgen resume 1").success


def test_a_cancelled_job_may_keep_its_rows(cells: Cells, walk: threading.Event) -> None:
    cells(f"%%synthgen shop << --bg -n 2k\n{DDL}")
    time.sleep(0.5)
    assert cells("%synthgen cancel 1 --keep --yes").success
    assert Store("synthgen_store").open("shop").partial


def test_three_jobs_are_two_at_work_and_one_that_waits(cells: Cells, walk: threading.Event) -> None:
    for name in ("a", "b", "c"):
        assert cells(f"%%synthgen {name} << --bg --no-vars -n 100\n{DDL}").success
    session = magics_of(cells.shell)
    assert session is not None
    jobs = session.session.jobs(Store("synthgen_store"))
    assert [jobs.job(n).status for n in (1, 2, 3)] == ["running", "running", "queued"]
    assert not cells(f"%%synthgen a << -n 5\n{DDL}").success
    assert "job 1 is making a" in cells.said
    walk.set()
    assert cells("%synthgen wait 3").success
    assert cells("a.name, b.name, c.name").success


@pytest.mark.parametrize("command", ["resume", "pause", "cancel", "wait", "log"])
def test_a_number_of_no_job_is_one_line(cells: Cells, command: str) -> None:
    assert not cells(f"%synthgen {command} 7").success
    assert cells.said.strip().startswith("UsageError: no job 7 in synthgen_store (the latest jobs: none)")
    assert len(cells.said.strip().splitlines()) == 1


def test_a_dry_run_tells_what_it_will_cost(cells: Cells) -> None:
    cells(f"%%synthgen -n 1M --dry-run\n{DDL}")
    assert "4,000,000 rows, about " in cells.said
    assert "of memory" in cells.said


def test_the_first_rows_are_known_before_any_part_is(cells: Cells) -> None:
    cells(f"%%synthgen shop << -n 2000\n{DDL}")
    dataset = cells["shop"]
    preview = Preview(dataset.plan)
    while len(parts := preview.parts()) < 4:
        pass
    assert [p.title for p in parts] == [f"{t} · first of 2,000 rows" for t in dataset]
    assert [p.grid.rows for p in parts] == [rows_grid(dataset.scan(t), 2000, ROWS).rows for t in dataset]


def test_tables_with_the_names_of_python_and_odd_ones_stay_in_the_dataset(cells: Cells) -> None:
    ddl = "".join(
        f'CREATE TABLE "{name}" (id integer PRIMARY KEY);\n' for name in ("list", "class", "In", "order-items")
    )
    assert cells(f"%%synthgen odd << -n 5 --dialect postgres\n{ddl}").success
    for reason in ('odd["list"]: list is a builtin', 'odd["class"]: class is a word', 'odd["In"]: In is a name of IPy'):
        assert reason in cells.said
    assert [cells["odd"][name].height for name in ODD] == [5] * 4
    assert cells("ok = list((1, 2)) == [1, 2] and isinstance(In, list)").success
    assert cells["ok"]
