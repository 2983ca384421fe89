"""The command line, as other programs call it: exit codes, JSON, errors in one line, and nothing half-written."""

from __future__ import annotations

import csv
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from synthgen_nb import errors
from synthgen_nb.terminal import cli, launch, plans
from synthgen_nb.terminal.demo import shop_ddl

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """`run("generate", "shop.sql")` in a folder with shop.sql -> (exit code, stdout, stderr)."""
    monkeypatch.chdir(tmp_path)
    for name in [n for n in os.environ if n.startswith("SYNTHGEN_")]:
        monkeypatch.delenv(name)
    (tmp_path / "shop.sql").write_text(shop_ddl(), encoding="utf-8")

    def call(*words: str) -> tuple[int, str, str]:
        code = cli.main(words)
        out, err = capsys.readouterr()
        return code, out, err

    return call


def answer(result: tuple[int, str, str], code: int = 0) -> dict[str, Any]:
    """The one JSON object on stdout, after the exit code is as expected."""
    assert result[0] == code, result[2]
    document: dict[str, Any] = json.loads(result[1])
    return document


def test_generate_makes_a_version_and_says_what_came_of_it(run: Run, tmp_path: Path) -> None:
    said = answer(run("generate", "shop.sql", "-n", "50", "-n", "orders=80", "-s", "3", "--json"))
    assert {k: said[k] for k in ("dataset", "version", "seed", "as_of")} == {
        "dataset": "shop", "version": 1, "seed": 3, "as_of": "2026-01-01",
    }  # fmt: skip
    assert {t: x["rows"] for t, x in said["tables"].items()} == {
        "categories": 50, "customers": 50, "orders": 80, "order_lines": 50,
    }  # fmt: skip
    assert all(set(x) == {"asked", "rows", "capacity", "why", "seconds"} for x in said["tables"].values())
    assert said["report"]["clean"] is True
    assert answer(run("generate", "shop.sql", "-n", "5", "--json"))["version"] == 2


def test_the_same_seed_gives_the_same_files(run: Run, tmp_path: Path) -> None:
    for name in ("a", "b"):
        assert run("generate", "shop.sql", "-n", "30", "--name", name, "--to", "csv", "--out", name)[0] == 0
    for table in ("categories", "customers", "orders", "order_lines"):
        assert (tmp_path / f"a/{table}.csv").read_bytes() == (tmp_path / f"b/{table}.csv").read_bytes()
    with (tmp_path / "a/customers.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == len({row["email"] for row in rows}) == 30


def test_a_plan_goes_out_as_json_and_back_in(run: Run, tmp_path: Path) -> None:
    plan = answer(run("plan", "shop.sql", "-n", "20", "-s", "4", "--json"))
    column = plan["tables"]["customers"]["columns"]["email"]
    assert {"spec", "meaning", "rule", "confidence"} <= set(column)
    (tmp_path / "plan.json").write_text(json.dumps(plan))
    for words in (["shop.sql", "--plan", "plan.json"], ["--plan", "plan.json", "--name", "shop"]):
        said = answer(run("generate", *words, "--json"))
        assert (said["seed"], said["tables"]["orders"]["rows"]) == (4, 20)
    assert answer(run("generate", "--plan", "plan.json", "-s", "9", "--json"))["seed"] == 9
    assert run("generate", "--plan", "plan.json", "-n", "5")[0] == 2
    (tmp_path / "other.sql").write_text("CREATE TABLE other (id integer PRIMARY KEY);")
    assert "another schema" in run("generate", "other.sql", "--plan", "plan.json")[2]


def test_schema_speaks_of_tables_keys_and_rules(run: Run) -> None:
    said = answer(run("schema", "shop.sql", "--json"))
    assert said["tables"]["order_lines"]["primary_key"] == ["order_id", "line_no"]
    assert said["tables"]["categories"]["foreign_keys"][0]["table"] == "categories"
    assert "order_lines" in run("schema", "shop.sql")[1]


def test_show_validate_and_list_read_the_store(run: Run) -> None:
    run("generate", "shop.sql", "-n", "20")
    assert len(answer(run("show", "shop", "orders", "--first", "3", "--json"))["first"]["orders"]) == 3
    assert answer(run("validate", "shop", "--json"))["report"]["clean"] is True
    assert [d["dataset"] for d in answer(run("list", "--json"))["datasets"]] == ["shop"]
    code, out, _ = run("show", "shop", "customers")
    assert code == 0
    assert "email" in out
    assert "line_no" not in out
    assert run("show", "shop", "--version", "7")[0] == 2


def test_a_table_that_can_have_fewer_rows_says_so_and_strict_refuses(run: Run, tmp_path: Path) -> None:
    (tmp_path / "small.sql").write_text("CREATE TABLE flag (code char(1) PRIMARY KEY CHECK (code IN ('y', 'n')));")
    table = answer(run("generate", "small.sql", "-n", "9", "--json"))["tables"]["flag"]
    assert (table["asked"], table["rows"], table["capacity"]) == (9, 2, 2)
    assert table["why"]
    code, _, err = run("generate", "small.sql", "-n", "9", "--name", "strictly", "--strict")
    assert code == 2
    assert "flag" in err
    assert "strictly" not in run("list")[1]


BAD = {
    "empty": ("", "CREATE TABLE"),
    "no table": ("SELECT 1;", "CREATE TABLE"),
    "unknown type": ("CREATE TABLE t (\n  id integer PRIMARY KEY,\n  name varchr(20)\n);", "line 3, col"),
    "missing column": (
        "CREATE TABLE a (id integer PRIMARY KEY);\nCREATE TABLE b (a_id integer REFERENCES a (nope));", "line 2, col"
    ),
    "table twice": ("CREATE TABLE t (id integer);\nCREATE TABLE t (id integer);", "line 2, col"),
    "junk": ("\x01\x02 lorem ipsum ) ( ' " * 500_000, ""),
    "no row possible": ("CREATE TABLE t (n integer NOT NULL CHECK (n > 5 AND n < 3));", "t"),
}  # fmt: skip


@pytest.mark.parametrize("case", BAD)
def test_bad_ddl_is_one_clear_line_and_leaves_nothing(run: Run, tmp_path: Path, case: str) -> None:
    text, said = BAD[case]
    (tmp_path / "bad.sql").write_text(text)
    began = time.monotonic()
    code, out, err = run("generate", "bad.sql", "--dialect", "postgres", "--to", "csv", "--out", "files")
    assert code == 2, err
    assert out == ""
    message = err.splitlines()[0]
    assert message.startswith("synthgen: ")
    assert said in message
    assert len(message) < 400
    assert "Traceback" not in err
    assert not (tmp_path / "files").exists()
    assert not (tmp_path / "synthgen_store").exists()
    assert time.monotonic() - began < 20


@pytest.mark.parametrize(
    "words, said",
    [
        (["generate", "nowhere.sql"], "no file nowhere.sql"),
        (["generate", "."], "is a folder"),
        (["generate"], "FILE"),
        (["generate", "shop.sql", "-n", "-5"], "-5"),
        (["generate", "shop.sql", "-n", "many"], "many"),
        (["generate", "shop.sql", "-n", "99999G"], "99"),
        (["generate", "shop.sql", "-n", "500G"], "GB"),
        (["generate", "shop.sql", "-n", "custmers=5"], "did you mean customers"),
        (["generate", "shop.sql", "-s", "x"], "seed"),
        (["generate", "shop.sql", "--as-of", "soon"], "soon"),
        (["generate", "shop.sql", "--dialect", "cobol"], "cobol"),
        (["generate", "shop.sql", "--name", "../evil"], "../evil"),
        (["generate", "shop.sql", "--to", "csv"], "--out"),
        (["generate", "shop.sql", "--to", "csv", "--out", "."], "not ours"),
        (["generate", "shop.sql", "--store", "shop.sql"], "shop.sql"),
        (["generate", "shop.sql", "--frobnicate"], "--frobnicate"),
        (["validate", "nothing"], "nothing"),
        (["show", "../x"], "../x"),
        (["frob"], "frob"),
        ([], "COMMAND"),
    ],
)
def test_a_wrong_word_is_one_line_with_exit_2(run: Run, tmp_path: Path, words: list[str], said: str) -> None:
    code, out, err = run(*words)
    assert (code, out) == (2, ""), err
    assert said in err
    assert err.startswith("synthgen: ")
    assert len(err.strip().splitlines()) == 1
    assert not list(tmp_path.glob("synthgen_store/*/v*"))
    code, out, _ = run(*words, "--json")
    assert code == 2
    assert set(json.loads(out)["error"]) == {"message", "code", "details"}


def test_the_error_codes_are_these_and_no_others() -> None:
    def below(kind: type[errors.SynthgenError]) -> Iterator[type[errors.SynthgenError]]:
        yield kind
        for child in kind.__subclasses__():
            yield from below(child)

    assert {kind.code: kind.exit for kind in below(errors.SynthgenError)} == {
        "error": 3, "input": 2, "ddl": 2, "plan": 2, "infeasible": 2, "store": 2, "unsafe_sql": 2, "missing_extra": 2,
        "refused": 2, "refused_edit": 2, "model": 2, "misshapen": 2, "interrupted": 130,
    }  # fmt: skip


def test_an_error_in_the_ddl_shows_its_line_with_a_caret(run: Run, tmp_path: Path) -> None:
    (tmp_path / "bad.sql").write_text("CREATE TABLE t (\n  name varchr(20)\n);")
    _, _, err = run("schema", "bad.sql", "--dialect", "postgres")
    assert err.splitlines()[1:] == ["    name varchr(20)", "         ^"]


def test_a_fault_of_ours_is_one_line_with_exit_3_and_a_traceback_only_on_request(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> None:
        raise ZeroDivisionError("a\nb")

    monkeypatch.setattr(plans, "read_file", fails)
    code, out, err = run("schema", "shop.sql", "--json")
    assert code == 3
    assert json.loads(out)["error"]["code"] == "error"
    assert "ZeroDivisionError: a b" in err
    assert "SYNTHGEN_LOG_LEVEL=debug" in err
    assert len(err.strip().splitlines()) == 1


def test_data_that_breaks_a_rule_is_exit_1(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    from synthgen_nb.report import Finding, Report

    run("generate", "shop.sql", "-n", "5")
    broken = Finding(verdict="broken", rule="check", table="orders", text="x > 0", failing=2, checked=5)
    monkeypatch.setattr("synthgen_nb.validation.validate", lambda dataset: Report(findings=(broken,)))
    code, out, _ = run("validate", "shop")
    assert code == 1
    assert "2 of 5 rows break it" in out


def test_output_is_plain_without_a_terminal_and_coloured_where_asked(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "\x1b" not in "".join(run("generate", "shop.sql", "-n", "5")[1:])
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert "\x1b[" in run("list")[1]
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b" not in run("list")[1]


def test_the_variables_have_the_options_names(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SYNTHGEN_ROWS", "7")
    monkeypatch.setenv("SYNTHGEN_STORE", "elsewhere")
    said = answer(run("generate", "shop.sql", "--json"))
    assert said["tables"]["orders"]["rows"] == 7
    assert (tmp_path / "elsewhere/shop/v1").is_dir()


def test_demo_shows_tables_and_keeps_nothing(run: Run, tmp_path: Path) -> None:
    code, out, _ = run("demo")
    assert code == 0
    assert "order_lines" in out
    assert "✓ ok" in out
    assert [p.name for p in tmp_path.iterdir()] == ["shop.sql"]


def test_lab_copies_the_notebook_once_and_opens_it_in_this_environment(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[list[str]] = []
    monkeypatch.setattr(launch.os, "execv", lambda path, command: opened.append([path, *command]))
    monkeypatch.setattr(launch.subprocess, "call", lambda command: opened.append([command[0], *command]))
    monkeypatch.setattr(launch.os, "geteuid", lambda: 1000, raising=False)
    run("lab", "--no-browser")
    notebook = str(tmp_path / "quickstart.ipynb")
    assert opened == [[sys.executable, sys.executable, "-m", "jupyterlab", notebook, "--no-browser"]]
    (tmp_path / "quickstart.ipynb").write_text("mine")
    _, _, err = run("lab")
    assert (tmp_path / "quickstart.ipynb").read_text() == "mine"
    assert "stays as it is" in err


def test_lab_without_jupyterlab_names_the_extra(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(launch.importlib.util, "find_spec", lambda name: None)
    code, _, err = run("lab")
    assert code == 2
    assert "synthgen-nb[lab]" in err


def test_a_pipe_gives_the_ddl_and_takes_the_answer(tmp_path: Path) -> None:
    made = subprocess.run(
        [sys.executable, "-m", "synthgen_nb", "generate", "-", "-n", "5", "--json"],
        input=shop_ddl(), capture_output=True, text=True, cwd=tmp_path, timeout=120,
    )  # fmt: skip
    assert made.returncode == 0, made.stderr
    assert json.loads(made.stdout)["dataset"] == "stdin"


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGINT for one process")
@pytest.mark.parametrize("sent, code", [(signal.SIGINT, 130), (signal.SIGKILL, -signal.SIGKILL)])
def test_a_run_that_is_stopped_leaves_nothing_that_looks_whole(tmp_path: Path, sent: signal.Signals, code: int) -> None:
    (tmp_path / "shop.sql").write_text(shop_ddl(), encoding="utf-8")
    command = [sys.executable, "-m", "synthgen_nb"]
    store = tmp_path / "synthgen_store"
    with subprocess.Popen(
        [*command, "generate", "shop.sql", "-n", "20M", "-n", "categories=9"],
        cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        give_up = time.monotonic() + 60
        while not list(store.glob("**/*.parquet")) and process.poll() is None and time.monotonic() < give_up:
            time.sleep(0.05)
        process.send_signal(sent)
        _, err = process.communicate(timeout=60)
    assert process.returncode == code, err
    assert "Traceback" not in err
    listed = subprocess.check_output([*command, "list", "--json"], cwd=tmp_path, text=True)
    assert json.loads(listed)["datasets"] == []
    if sent == signal.SIGINT:
        assert re.search(r"paused at \d+ % as job 1 \(synthgen resume 1 goes on\)", err)


def test_a_dataset_whose_plan_is_of_another_release_can_still_be_shown(run: Run, tmp_path: Path) -> None:
    run("generate", "shop.sql", "-n", "5")
    kept = tmp_path / "synthgen_store/shop/v1/dataset.json"
    document = json.loads(kept.read_text())
    document["plan"]["version"] = 999
    kept.write_text(json.dumps(document, indent=1) + "\n")
    assert run("show", "shop")[0] == 0
    assert answer(run("show", "shop", "--json"))["tables"]["orders"]["asked"] is None
    assert answer(run("generate", "shop.sql", "-n", "5", "--json"))["version"] == 2
