"""`%%synthgen` in IPython's own shell: what it binds, what it refuses, what it leaves alone."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from IPython.core.completer import provisionalcompleter

from synthgen_nb.dataset import Dataset
from synthgen_nb.notebook.binding import binding, unfit
from synthgen_nb.terminal.demo import shop_ddl
from tests.shells import Cells

DDL = shop_ddl()
TABLES = ("categories", "customers", "orders", "order_lines")


def test_a_cell_of_ddl_becomes_a_dataset_and_one_frame_per_table(cells: Cells) -> None:
    result = cells(f"%%synthgen shop << -n 20 -n orders=30 -s 7\n{DDL}")
    assert result.success
    assert result.result is None
    assert isinstance(cells["shop"], Dataset)
    assert {t: cells[t].height for t in TABLES} == {"categories": 20, "customers": 20, "orders": 30, "order_lines": 20}
    assert all(isinstance(cells[t], pl.DataFrame) for t in TABLES)
    for part in (
        "shop v1",
        "seed 7",
        "✓ ok",
        "bound (DataFrame): categories",
        "%%synthgen shop << -n 20 -n orders=30 -s 7",
    ):
        assert part in cells.said


def test_without_a_name_the_dataset_is_the_cells_value_and_is_shown_once(cells: Cells) -> None:
    result = cells(f"%%synthgen -n 5\n{DDL}")
    assert isinstance(result.result, Dataset)
    assert cells["_"] is result.result
    assert cells.said.count("categories v1") == 1


def test_quiet_shows_and_returns_nothing_but_binds(cells: Cells) -> None:
    result = cells(f"%%synthgen -q -n 5\n{DDL}")
    assert (result.success, result.result, cells.said.strip()) == (True, None, "")
    assert cells["orders"].height == 5


def test_the_same_plan_again_writes_nothing_new_and_another_seed_does(cells: Cells) -> None:
    cells(f"%%synthgen shop << -n 5\n{DDL}")
    cells(f"%%synthgen shop << -n 5\n{DDL}")
    assert cells["shop"].version == 1
    assert "nothing new" in cells.said
    cells(f"%%synthgen shop << -n 5 -s 1\n{DDL}")
    assert cells["shop"].version == 2


def test_a_line_or_config_says_who_makes_the_rows(cells: Cells, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr("synthgen_nb.notebook.place.named", lambda text, count: asked.append(text))
    assert cells(f"%%synthgen a << -n 5 --executor processes\n{DDL}").success
    assert "--executor processes" in cells.said
    cells("%config SynthgenMagics.executor = 'dask://10.0.0.5:8786'")
    assert cells(f"%%synthgen b << -n 5\n{DDL}").success
    assert asked == ["processes", "dask://10.0.0.5:8786"]
    assert not cells(f"%%synthgen c << -n 5 --executor spark\n{DDL}").success
    assert "'spark' is no executor (threads, processes or dask://HOST:PORT)" in cells.said


def test_a_variable_of_the_users_is_never_taken_without_force(cells: Cells) -> None:
    cells("orders = 'mine'")
    cells(f"%%synthgen shop << -n 5\n{DDL}")
    assert cells["orders"] == "mine"
    assert 'shop["orders"]: orders is a variable of yours' in cells.said
    assert not cells(f"%%synthgen orders << -n 5\n{DDL}").success
    assert cells["orders"] == "mine"
    assert cells(f"%%synthgen shop << -n 5 --force\n{DDL}").success
    assert cells["orders"].height == 5


def test_names_bound_by_a_cell_may_be_taken_by_the_next(cells: Cells) -> None:
    cells(f"%%synthgen shop << -n 5\n{DDL}")
    cells(f"%%synthgen shop << -n 6\n{DDL}")
    assert cells["orders"].height == 6


def test_prefix_and_no_vars_decide_what_is_bound(cells: Cells) -> None:
    cells(f"%%synthgen shop << -n 5 --prefix t_\n{DDL}")
    assert cells["t_orders"].height == 5
    assert "orders" not in cells
    cells(f"%%synthgen other << -n 5 --no-vars\n{DDL}")
    assert "orders" not in cells


def test_above_the_memory_budget_frames_are_lazy_and_the_result_says_so(cells: Cells) -> None:
    cells("%config SynthgenMagics.budget = '1k'")
    cells(f"%%synthgen shop << -n 50\n{DDL}")
    assert isinstance(cells["orders"], pl.LazyFrame)
    assert cells["orders"].collect().height == 50
    assert "LazyFrame, more than the memory budget" in cells.said


@pytest.mark.parametrize(
    "name", ["a b", "class", "match", "list", "In", "_", "_3", "_i", "exit", "2nd", "sales.orders"]
)
def test_a_table_whose_name_is_taken_by_python_or_ipython_is_not_bound(name: str) -> None:
    assert unfit(name)
    assert binding([name, "fine"], prefix="", foreign=(), force=True).variables == {"fine": "fine"}


def test_an_error_in_the_ddl_is_a_usage_error_in_one_line_with_a_caret(cells: Cells) -> None:
    result = cells("%%synthgen --dialect postgres\nCREATE TABLE t (\n  name varchr(20)\n);")
    assert not result.success
    assert type(result.error_in_exec).__name__ == "UsageError"
    lines = cells.said.strip().splitlines()
    assert lines[0].startswith("UsageError: line 2, col 8: ")
    assert lines[1:3] == ["  name varchr(20)", "       ^"]
    assert "Traceback" not in cells.said


@pytest.mark.parametrize(
    "cell, said",
    [
        ("%%synthgen --nope\nx", "--nope"),
        ("%%synthgen -n lots\nx", "lots"),
        ("%%synthgen 'a\nx", "quotes"),
        ("%%synthgen class << \nx", "a word of Python's"),
        ("%%synthgen\n-- nothing", "CREATE TABLE"),
        ("%synthgen frob", "frob"),
        ("%synthgen show", "NAME"),
        ("%synthgen show nothing", "nothing"),
        ("%synthgen -n 5", "no DDL"),
        ("%synthgen -f nowhere.sql", "nowhere.sql"),
        ("%%synthgen -f some.sql\nx", "leave one out"),
        (f"%%synthgen --name ../evil\n{DDL}", "../evil"),
    ],
)
def test_a_wrong_line_fails_the_cell_in_one_line(cells: Cells, cell: str, said: str) -> None:
    assert not cells(cell).success
    assert said in cells.said
    assert cells.said.strip().startswith("UsageError: ")


def test_the_panel_says_in_words_that_a_terminal_has_no_room_for_it(cells: Cells) -> None:
    assert cells("%synthgen ui").success
    assert "it needs a notebook in a browser" in cells.said


def test_the_body_is_never_expanded(cells: Cells) -> None:
    cells("x = 'EXPANDED'")
    ddl = "CREATE TABLE t (id integer PRIMARY KEY, a text DEFAULT '{x} $x {{x}}');"
    cells(f"%%synthgen kept << -n 3 --dialect postgres\n{ddl}")
    assert cells["kept"].schema.tables["t"].column("a").default == "'{x} $x {{x}}'"


def test_a_file_does_what_a_cell_does(cells: Cells, tmp_path: Path) -> None:
    (tmp_path / "shop.sql").write_text(DDL)
    cells("%synthgen -f shop.sql -n 5 --as mine")
    assert cells["mine"].name == "mine"
    cells("%synthgen -f shop.sql -n 5")
    assert cells["_"].name == "shop"


def test_a_dry_run_shows_the_plan_and_makes_nothing(cells: Cells, tmp_path: Path) -> None:
    result = cells(f"%%synthgen -n 5 --dry-run\n{DDL}")
    assert type(result.result).__name__ == "Plan"
    assert "orders" in cells.said
    assert not (tmp_path / "synthgen_store").exists()


def test_the_commands_read_the_store(cells: Cells, tmp_path: Path) -> None:
    (tmp_path / "shop.sql").write_text(DDL)
    cells(f"%%synthgen shop << -n 5\n{DDL}")
    for command, said in [
        ("list", "shop"),
        ("show shop", "order_lines"),
        ("show shop customers", "email"),
        ("validate shop", "0 failing"),
        ("plan -f shop.sql", "customers"),
        ("schema -f shop.sql", "-> customers(id)"),
        ("config", "SYNTHGEN_ROWS"),
        ("doctor", "polars"),
        ("help", "--rows"),
        ("", "--rows"),
    ]:
        assert cells(f"%synthgen {command}").success, command
        assert said in cells.said, command


@pytest.mark.parametrize("line", ["-h", "--help", "show --help", "plan -h"])
def test_help_prints_and_the_cell_goes_on(cells: Cells, line: str) -> None:
    assert cells(f"%synthgen {line}\nreached = True").success
    assert cells["reached"]
    assert "usage:" in cells.said


def test_config_lists_every_default_and_refuses_nonsense(cells: Cells) -> None:
    cells("%config SynthgenMagics")
    for name in ("rows", "seed", "as_of", "dialect", "store", "strict", "quiet", "vars", "prefix", "budget", "display"):
        assert f"SynthgenMagics.{name}=" in cells.said
    cells("%config SynthgenMagics.rows = 9")
    cells(f"%%synthgen shop <<\n{DDL}")
    assert cells["orders"].height == 9
    cells("%config SynthgenMagics.rows = 'lots'")
    cells("%config SynthgenMagics.rows")
    assert "9" in cells.said


def completions(cells: Cells, line: str) -> list[str]:
    with provisionalcompleter():
        return [c.text for c in cells.shell.Completer.completions(line, len(line))]


def test_tab_knows_options_commands_values_and_datasets(cells: Cells) -> None:
    cells(f"%%synthgen shop << -n 5\n{DDL}")
    assert completions(cells, "%%synthgen --ro") == ["--rows"]
    assert "--seed" in completions(cells, "%%synthgen -n 5 ")
    assert completions(cells, "%synthgen do") == ["doctor", "domain"]
    assert completions(cells, "%%synthgen --display ") == ["auto", "html", "none", "text"]
    assert "shop" in completions(cells, "%synthgen show ")
    assert "--first" in completions(cells, "%synthgen show shop --")
    assert "--rows" not in completions(cells, "%%synthgen\n--r")


def test_a_reload_changes_nothing(cells: Cells) -> None:
    cells("%config SynthgenMagics.rows = 5")
    cells(f"%%synthgen shop <<\n{DDL}")
    for _ in range(2):
        assert cells("%reload_ext synthgen_nb").success
    assert completions(cells, "%%synthgen --ro") == ["--rows"]
    assert cells(
        f"%%synthgen shop << -s 2\n{DDL}"
    ).success  # the names are still known as ours, and the default is kept
    assert cells["orders"].height == 5
    cells("%unload_ext synthgen_nb")
    assert not cells("%synthgen list").success


def test_an_interrupt_stops_the_run_and_leaves_no_stale_frame(cells: Cells, monkeypatch: pytest.MonkeyPatch) -> None:
    from synthgen_nb.notebook import live

    cells(f"%%synthgen shop << -n 5\n{DDL}")

    presses = iter([True])

    def interrupted(self: live.Printed, event: object) -> None:
        if next(presses, False):
            raise KeyboardInterrupt

    with monkeypatch.context() as once:
        once.setattr(live.Printed, "show", interrupted)
        result = cells(f"%%synthgen shop << -n 6\n{DDL}")
    assert type(result.error_in_exec).__name__ == "UsageError"
    assert "`%synthgen resume 2` goes on" in cells.said
    assert "orders" not in cells
    assert "shop" not in cells
    cells("%synthgen list")
    assert "v1" in cells.said
    assert "v2" not in cells.said


@pytest.mark.parametrize("percent", ["%", "%%"])
def test_the_tables_of_a_database_need_no_cell_under_the_line(cells: Cells, percent: str) -> None:
    with sqlite3.connect("live.db") as connection:
        connection.execute("CREATE TABLE people (id INTEGER PRIMARY KEY, name TEXT NOT NULL)")
    connection.close()
    assert cells(f"{percent}synthgen --from sqlite:///live.db -n 5").success
    assert cells["people"].height == 5
    assert "live v1" in cells.said
    assert "%synthgen -n 5 -s 0 --as-of 2026-01-01 --from sqlite:///live.db" in cells.said
    assert list(cells("%synthgen schema --from sqlite:///live.db").result.tables) == ["people"]
    assert not cells("%%synthgen --from sqlite:///live.db\nCREATE TABLE t (a int)").success
    assert "both a cell of DDL and --from" in cells.said


def test_a_planted_password_is_found_neither_in_a_notebook_s_output_nor_in_its_files(
    cells: Cells, tmp_path: Path
) -> None:
    pytest.importorskip("psycopg", reason="the extra 'prove' is not installed")
    cells(f"%%synthgen shop << -n 5\n{DDL}")
    url = "postgresql://me:pl4nted@127.0.0.1:1/x"
    for line in (f"--from {url}", f"schema --from {url}", f"prove shop --engine {url}", f"show {url}", f"-f {url}"):
        assert not cells(f"%synthgen {line}").success
        assert "me:***@127.0.0.1" in cells.said
        assert "pl4nted" not in cells.said
    kept = [path for path in (tmp_path / "synthgen_store").rglob("*") if path.is_file()]
    assert not [path for path in kept if b"pl4nted" in path.read_bytes()]


def test_names_that_hold_a_version_follow_its_edits_and_never_a_variable_of_the_users(cells: Cells) -> None:
    from synthgen_nb.editing import Change, set_cells
    from synthgen_nb.notebook import magics_of
    from synthgen_nb.store import Store

    cells(f"%%synthgen shop << -n 9\n{DDL}")
    cells("customers = customers.head(3)")
    before, untouched, store = cells["orders"], cells["categories"], Store()
    change = Change(table="orders", row=0, column="shipped_at", old=_spelled(before["shipped_at"][0]), new=None)
    if before["shipped_at"][0] is None:
        change = Change(table="orders", row=0, column="shipped_at", old=None, new="2030-01-01")
    edited = set_cells(store, cells["shop"], [change])
    magics = magics_of(cells.shell)
    assert magics is not None
    assert magics.session.follow(edited) == "categories, orders, order_lines, shop now of v2"
    assert cells["shop"] == edited
    assert cells["orders"]["shipped_at"][0] != before["shipped_at"][0]
    assert cells["categories"] is untouched
    assert cells["customers"].height == 3
    assert magics.session.follow(store.undo("shop")) == "categories, orders, order_lines, shop now of v1"
    assert cells["orders"].equals(before)
    assert cells(f"%%synthgen shop << -n 9\n{DDL}").success
    assert "nothing new" in cells.said
    store.redo("shop")
    cells(f"%%synthgen shop << -n 9\n{DDL}")  # an edited version is not what the cell asks for
    assert cells["shop"].version == 3
    assert cells["orders"].equals(before)


def _spelled(moment: Any) -> str | None:
    return None if moment is None else moment.isoformat(" ")


def test_without_a_browser_the_grid_is_the_first_rows_and_a_word_on_where_it_lives(cells: Cells) -> None:
    cells(f"%%synthgen shop << -n 9\n{DDL}")
    assert cells("%synthgen show shop orders --grid").success
    assert "the grid needs a notebook in a browser" in cells.said
