"""Editing at the command line: what differs between versions, going back and forth between them, and what made each."""

from __future__ import annotations

import io
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from synthgen_nb import draft_plan, generate, parse_ddl
from synthgen_nb.diffing import Diff, Step, diff, history
from synthgen_nb.editing import Change, set_cells, spelled_rows
from synthgen_nb.edits import Edit
from synthgen_nb.llm import ScriptedModel
from synthgen_nb.notebook.views import html
from synthgen_nb.pages.diffs import diff_page, history_page, made_words
from synthgen_nb.pages.screen import Style, text
from synthgen_nb.store import Dataset, Store
from synthgen_nb.terminal import cli

Run = Callable[..., tuple[int, str, str]]
DDL = """
CREATE TABLE customers (id integer PRIMARY KEY, email varchar(60) NOT NULL UNIQUE, city text);
CREATE TABLE orders (id integer PRIMARY KEY, customer_id integer REFERENCES customers (id), quantity integer NOT NULL);
"""
EVIL = "<script>alert('x')</script>\x1b[31m"


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """`run("diff", "shop")` in a folder whose store has a shop with two edits -> (exit code, stdout, stderr)."""
    monkeypatch.chdir(tmp_path)
    for name in [n for n in os.environ if n.startswith("SYNTHGEN_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("COLUMNS", "110")  # as wide as what is read here
    edited(Store())

    def call(*words: str) -> tuple[int, str, str]:
        code = cli.main(words)
        out, err = capsys.readouterr()
        return code, out, err

    return call


def edited(store: Store) -> tuple[Dataset, Dataset, Dataset]:
    first = generate(draft_plan(parse_ddl(DDL, dialect="postgres"), rows=30, seed=1), store, "shop")
    second = typed(store, first, "customers", 3, 2, "Bonn")
    return first, second, typed(store, second, "orders", 4, 2, "77")


def typed(store: Store, dataset: Dataset, table: str, row: int, place: int, new: str | None) -> Dataset:
    old, name = spelled_rows(dataset, table, [row])[0][place], dataset.schema.tables[table].column_names[place]
    return set_cells(store, dataset, [Change(table=table, row=row, column=name, old=old, new=new)])


def answer(result: tuple[int, str, str], code: int = 0) -> dict[str, Any]:
    assert result[0] == code, result[2]
    document: dict[str, Any] = json.loads(result[1])
    return document


def test_a_diff_says_how_many_rows_and_cells_and_shows_the_first(run: Run) -> None:
    code, out, _ = run("diff", "shop")
    old = spelled_rows(Store().open("shop", 1), "orders", [4])[0][2]
    assert code == 0
    assert out.startswith("shop v2 → v3 · 1 row changed (1 cell)")
    assert f"changed  5   {old} → 77" in out
    assert "11 rules hold" in out
    assert "shop v1 → v3 · 2 rows changed (2 cells)" in run("diff", "shop", "v1")[1]
    assert "no difference" in run("diff", "shop", "3", "3")[1]


def test_the_document_of_a_diff_has_the_counts_by_table(run: Run) -> None:
    said = answer(run("diff", "shop", "1", "2", "--json"))
    assert said["modifiedTables"] == {"customers": {"added": 0, "removed": 0, "updatedRows": 1, "updatedCells": 1}}
    assert (said["dataset"], said["before"], said["after"], said["rowCountChanges"]) == ("shop", 1, 2, {})
    assert said["validation"]["clean"] is True
    assert said["sample"]["customers"][0]["cells"]["city"][1] == "Bonn"


def test_undo_and_redo_go_between_versions_and_lose_none(run: Run) -> None:
    code, out, _ = run("undo", "shop")
    assert (code, Store().open("shop").version) == (0, 2)
    assert "shop v2 · current now · undone: orders.quantity of row 5" in out
    assert "synthgen redo shop" in out
    assert answer(run("undo", "shop", "--json")) == {"dataset": "shop", "before": 2, "version": 1}
    code, _, err = run("undo", "shop")
    assert (code, err) == (2, "synthgen: shop v1 was not made by an edit: there is nothing to undo\n")
    assert answer(run("redo", "shop", "--json"))["version"] == 2
    assert "redone: customers.city of row 4" in (run("undo", "shop") and run("redo", "shop"))[1]
    assert Store().versions("shop") == (1, 2, 3)


def test_history_says_what_made_each_version_and_what_it_changed(run: Run) -> None:
    run("undo", "shop")
    lines = run("history", "shop")[1].splitlines()
    assert lines[0] == "shop · 3 versions"
    assert [line.split()[:2] for line in lines[3:6]] == [["v3", "undone"], ["v2", "current"], ["v1", "generated"]]
    assert "customers.city of row 4" in lines[4]
    assert "1 row changed (1 cell)  clean" in lines[4]
    assert "synthgen redo shop" in lines[-1]
    said = answer(run("history", "shop", "--json"))
    assert said["current"] == 2
    assert [(v["made"], v["parent"], v["undone"]) for v in said["versions"]] == [
        ("generated", None, False), ("typed", 1, False), ("typed", 2, True),
    ]  # fmt: skip
    assert said["versions"][1]["changed"] == {"customers": {"added": 0, "removed": 0, "changed": 1, "cells": 1}}


@pytest.mark.parametrize(
    "words, message",
    [
        (("diff", "shop", "1", "2", "3"), "3 versions: two can be compared"),
        (("diff", "shop", "9"), "shop has no version 9 (versions 1 to 3)"),
        (("diff", "shop", "first"), "'first' is no version"),
        (("diff", "shp"), "no dataset 'shp' in synthgen_store (did you mean shop?)"),
        (("history", "shp"), "no dataset 'shp'"),
        (("redo", "shop"), "shop: no undo to take back"),
    ],
)
def test_what_is_not_there_is_said_in_one_line(run: Run, words: tuple[str, ...], message: str) -> None:
    code, out, err = run(*words)
    assert (code, out) == (2, "")
    assert message in err
    assert err.count("\n") == 1


def test_a_generated_version_has_none_before_it(run: Run) -> None:
    generate(draft_plan(parse_ddl(DDL, dialect="postgres"), rows=20, seed=1), Store(), "shop")
    assert (
        "v4 was not made by an edit: there is nothing before it (name two of its versions: v1, v2, v3, v4)"
        in (run("diff", "shop")[2])
    )
    assert "10 removed" in run("diff", "shop", "1", "4")[1] or "20 rows removed" in run("diff", "shop", "1", "4")[1]


def test_a_version_that_cant_be_read_hides_no_other(tmp_path: Path) -> None:
    store = Store(tmp_path)
    edited(store)
    (tmp_path / "shop" / "v2" / "diff.json").write_text("{")
    steps = history(store, "shop")
    assert [step.made for step in steps] == ["generated", "unreadable", "typed"]
    assert "diff.json can't be read" in text(history_page("shop", steps, "synthgen"), Style(width=200))


def test_words_that_a_model_read_are_part_of_what_made_a_version() -> None:
    asked = Step(version=1, prompt="mostly German", model="mistral")
    edited = Step(version=2, made="edited", edit=Edit(sql="DELETE FROM t"), prompt="drop all", model="mistral")
    assert [made_words(step) for step in (asked, edited)] == [
        'generated: "mostly German" (mistral)',
        '"drop all" (mistral)',
    ]


def evil(tmp_path: Path) -> Diff:
    store = Store(tmp_path)
    _, second, _ = edited(store)
    third = typed(store, store.open("shop"), "customers", 5, 2, EVIL)
    fourth = typed(store, third, "customers", 6, 2, None)
    return diff(second, fourth)


def test_in_html_the_old_value_is_deleted_and_the_new_one_inserted(tmp_path: Path) -> None:
    page = html(diff_page(evil(tmp_path)))
    assert "<ins>77</ins>" in page
    assert '<ins><span class="sg-null">NULL</span></ins>' in page
    assert page.count("<del>") == page.count("<ins>") == 3
    assert "<script" not in page
    assert "\x1b" not in page
    assert page.count("<details open>") == 2


def test_on_a_screen_neither_colour_nor_style_is_needed_to_read_a_diff(tmp_path: Path) -> None:
    page = diff_page(evil(tmp_path))
    plain = text(page)
    assert "→ NULL" in plain
    assert "\x1b" not in plain
    assert "\x1b[9m" in text(page, Style(colour=True))
    narrow = text(page, Style(unicode=False))
    assert "-> 77" in narrow
    assert "→" not in narrow


SET_TWO = "UPDATE orders SET quantity = 5 WHERE id IN (1, 2)"
TWO_GONE = "DELETE FROM customers WHERE id IN (SELECT customer_id FROM orders)"


def answering(monkeypatch: pytest.MonkeyPatch, said: str) -> None:
    """Somebody sits at the terminal and says so."""
    monkeypatch.setattr("synthgen_nb.terminal.console.sys.stdin", Terminal())
    monkeypatch.setattr("builtins.input", lambda question: said)


class Terminal:
    def isatty(self) -> bool:
        return True


def test_an_edit_is_shown_and_waits_for_a_yes(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    code, out, err = run("edit", "shop", SET_TWO)
    assert (code, err) == (2, "synthgen: shop was left as it is (--yes applies without asking, --dry-run only shows)\n")
    assert "shop v3, edited · 2 rows changed (2 cells)" in out
    assert "SQL  UPDATE orders" in out
    answering(monkeypatch, "n")
    assert run("edit", "shop", SET_TWO)[0] == 2
    assert Store().versions("shop") == (1, 2, 3)
    answering(monkeypatch, "y")
    code, out, _ = run("edit", "shop", SET_TWO)
    assert code == 0
    assert "shop v4 · current now · 2 rows changed (2 cells)" in out
    assert "undo  synthgen undo shop" in out
    assert Store().open("shop")["orders"]["quantity"][:2].to_list() == [5, 5]


def test_a_dry_run_changes_nothing_and_yes_asks_nobody(run: Run) -> None:
    assert run("edit", "shop", SET_TWO, "--dry-run")[0] == 0
    assert Store().versions("shop") == (1, 2, 3)
    assert run("edit", "shop", SET_TWO, "--yes")[0] == 0
    assert "nothing differs: it stays the current version" in run("edit", "shop", SET_TWO, "--yes")[1]
    assert "both --yes and --dry-run" in run("edit", "shop", SET_TWO, "--yes", "--dry-run")[2]
    assert Store().versions("shop") == (1, 2, 3, 4)


def test_what_speaks_of_all_rows_says_so_before_it_is_agreed_to(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    answering(monkeypatch, "y")
    monkeypatch.setattr("builtins.input", lambda question: asked.append(question) or "y")
    code, out, _ = run("edit", "shop", "UPDATE orders SET quantity = 1")
    assert code == 0
    assert "it speaks of all rows: UPDATE orders SET quantity = 1" in out
    assert asked == ["apply this to shop; it speaks of all rows? [y/N] "]


def test_an_edit_that_breaks_a_rule_shows_the_rows_and_the_ways_out(run: Run) -> None:
    code, out, err = run("edit", "shop", TWO_GONE, "--dry-run")
    assert (code, err) == (1, "")
    assert "would break: 29 rows of orders would point to nothing (FOREIGN KEY (customer_id) REFERENCES" in out
    assert "  id  customer_id\n  1   9\n" in out
    assert f"synthgen edit shop '{TWO_GONE}' --cascade" in out
    assert f"synthgen edit shop '{TWO_GONE}' --mend" in out
    code, _, err = run("edit", "shop", TWO_GONE, "--yes")
    assert code == 2
    assert "would point to nothing" in err
    assert Store().versions("shop") == (1, 2, 3)


def test_the_document_of_an_edit_says_whether_it_was_applied(run: Run) -> None:
    said = answer(run("edit", "shop", SET_TWO, "--json"))
    assert (said["applied"], said["version"], said["before"], said["after"]) == (False, 3, 3, 4)
    assert said["edit"] == {"sql": SET_TWO, "prompt": "", "model": "", "breaking": "refuse"}
    assert said["validation"]["clean"] is True
    assert answer(run("edit", "shop", SET_TWO, "--json", "--yes"))["version"] == 4
    said = answer(run("edit", "shop", TWO_GONE, "--json"), 1)
    assert said["problems"][0]["rule"] == "foreign_key"
    assert answer(run("edit", "shop", TWO_GONE, "--json", "--yes"), 2)["error"]["code"] == "refused_edit"


def test_sql_comes_from_standard_input_too(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(f"-- both\n{SET_TWO};\nDELETE FROM orders WHERE id = 9"))
    said = answer(run("edit", "shop", "-", "--json"))
    assert said["modifiedTables"]["orders"] == {"added": 0, "removed": 1, "updatedRows": 2, "updatedCells": 2}


@pytest.mark.parametrize(
    "words, message",
    [
        (("make them german",), "edits in words need a model and none is loaded"),
        (("UPDATE", "orders", "SET"), "the edit is one text in quotes"),
        (("UPDATE orders SET quantty = 1",), "there is no column quantty in orders (did you mean quantity?)"),
        (("UPDATE orders SET quantity = getenv('HOME')",), "getenv"),
        ((SET_TWO, "--table", "orders"), "--table is for words"),
        ((SET_TWO, "--cascade", "--mend"), "not allowed with argument"),
        (("  ",), "the edit is one text in quotes"),
    ],
)
def test_an_edit_that_cant_be_is_refused_in_one_line(run: Run, words: tuple[str, ...], message: str) -> None:
    code, out, err = run("edit", "shop", *words)
    assert (code, out) == (2, "")
    assert message in err
    assert err.count("\n") == 1


def test_words_are_written_as_sql_by_a_model(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[tuple[str, str, float]] = []

    def ask_edit(dataset: Dataset, prompt: str, model: Any, *, table: str, sampling: Any, tick: Any) -> Edit:
        seen.append((prompt, table, sampling.temperature))
        return Edit(sql=SET_TWO, prompt=prompt, model=model.name)

    monkeypatch.setattr("synthgen_nb.asking.ask_edit", ask_edit)
    monkeypatch.setattr("synthgen_nb.llm.load_model", lambda name, **options: ScriptedModel(lambda ask: ""))
    words = ("edit", "shop", "five of each in the first two", "--model", "any", "--table", "ORDERS", "--yes")
    code, out, err = run(*words)
    assert code == 0
    assert seen == [("five of each in the first two", "orders", 0.0)]
    assert "written by scripted" in out
    assert "SQL  UPDATE orders" in out
    assert "model: writing the edit" in err
    assert '"five of each in the first two" (scripted)' in run("history", "shop")[1]
    edit = Store().open("shop").edit
    assert edit == Edit(sql=SET_TWO, prompt="five of each in the first two", model="scripted")
