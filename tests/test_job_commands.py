"""The terminal's commands about jobs, as one types them."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from synthgen_nb import partmaking
from synthgen_nb.ledger import Ledger
from synthgen_nb.store import Store
from synthgen_nb.terminal import cli, console
from synthgen_nb.terminal.demo import shop_ddl

COMMAND = [sys.executable, "-m", "synthgen_nb"]
LONG = ["generate", "shop.sql", "-n", "20M", "-n", "categories=9"]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in [n for n in os.environ if n.startswith("SYNTHGEN_")]:
        monkeypatch.delenv(name)
    (tmp_path / "shop.sql").write_text(shop_ddl(), encoding="utf-8")
    return tmp_path


def said(capsys: pytest.CaptureFixture[str], *words: str, code: int = 0) -> tuple[str, str]:
    assert cli.main(words) == code
    out, err = capsys.readouterr()
    return out, err


def document(capsys: pytest.CaptureFixture[str], *words: str, code: int = 0) -> dict[str, Any]:
    found = json.loads(said(capsys, *words, "--json", code=code)[0])
    assert isinstance(found, dict)
    return found


def running_job(*words: str) -> subprocess.Popen[str]:
    """A process whose job has begun to write rows."""
    process = subprocess.Popen([*COMMAND, *LONG, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    give_up = time.monotonic() + 60
    while not list(Path("synthgen_store").glob("shop/v1/customers/*")):
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < give_up
        time.sleep(0.02)
    return process


def test_a_finished_job_is_listed_and_remembered(capsys: pytest.CaptureFixture[str]) -> None:
    said(capsys, "generate", "shop.sql", "-n", "50", "-s", "3")
    out, _ = said(capsys, "jobs")
    assert [line.split()[:4] for line in out.splitlines() if "shop" in line] == [["1", "shop", "done", "100"]]
    assert document(capsys, "jobs")["jobs"][0]["status"] == "done"
    log = document(capsys, "log", "1")
    assert (log["seed"], log["model"], log["order"]) == (3, None, ["categories", "customers", "orders", "order_lines"])
    columns = log["tables"]["customers"]["columns"]
    assert columns["id"] == {"null_share": 0.0, "distinct": 50, "distinct_in": 50}
    assert columns["email"]["distinct"] == 50
    assert log["validation"]["primary_key"]["broken"] == 0
    out, _ = said(capsys, "log", "1")
    assert "complete" in out
    assert "categories" in out


def test_a_timeout_pauses_and_resume_finishes(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(partmaking, "packed_chunk", lambda *a: time.sleep(1) or pytest.fail("one second is over"))
        _, err = said(capsys, "generate", "shop.sql", "-n", "50", "--timeout", "0.3s", code=130)
    assert "paused at 0 %: its time was over (synthgen resume 1 goes on)" in err
    assert "synthgen resume 1" in said(capsys, "jobs")[0]
    assert "50" in said(capsys, "resume", "1")[0]
    assert "is done" in said(capsys, "resume", "1", code=2)[1]
    assert "is done" in said(capsys, "cancel", "1", "--yes", code=2)[1]
    assert "is done" in said(capsys, "pause", "1", code=2)[1]


def test_wrong_numbers_and_times_are_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    for words in (["resume", "7"], ["log", "7"], ["pause", "x"], ["generate", "shop.sql", "--timeout", "soon"]):
        _, err = said(capsys, *words, code=2)
        assert len(err.strip().splitlines()) == 1
    assert "both want stdout" in said(capsys, "generate", "shop.sql", "--events", "--json", code=2)[1]


def test_events_are_json_lines_and_nothing_else_on_stdout(capsys: pytest.CaptureFixture[str]) -> None:
    out, err = said(capsys, "generate", "shop.sql", "-n", "50", "--events")
    lines = [json.loads(line) for line in out.splitlines()]
    assert {line["type"] for line in lines} >= {"init", "start", "progress", "table", "complete", "shutdown"}
    assert all(set(line) == {"type", "timestamp", "job", "data"} for line in lines)
    assert err == ""


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGTERM to catch")
@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_pauses_the_job_and_ends_with_a_shutdown_event(
    sent: signal.Signals, capsys: pytest.CaptureFixture[str]
) -> None:
    with running_job("--events") as process:
        process.send_signal(sent)
        out, err = process.communicate(timeout=60)
    assert process.returncode == 130, err
    last = [json.loads(line) for line in out.splitlines()][-2:]
    assert [line["type"] for line in last] == ["paused", "shutdown"]
    assert last[0]["data"]["reason"] == "interrupt"
    assert "synthgen resume 1 goes on" in err
    assert document(capsys, "jobs")["jobs"][0]["status"] == "paused"


@pytest.mark.skipif(os.name == "nt", reason="needs SIGKILL")
def test_jobs_tells_the_truth_about_a_killed_process(capsys: pytest.CaptureFixture[str]) -> None:
    with running_job() as process:
        listed = document(capsys, "jobs")["jobs"][0]
        assert (listed["status"], listed["holder"]) == ("running", f"process {process.pid} on this machine")
        assert "is run by process" in said(capsys, "resume", "1", code=2)[1]
        assert "making shop" in said(capsys, "generate", "shop.sql", "-n", "5", code=2)[1]
        process.kill()
        process.communicate()
    assert document(capsys, "jobs")["jobs"][0]["status"] == "interrupted"
    assert "left as it is" in said(capsys, "cancel", "1", code=2)[1]
    assert document(capsys, "cancel", "1", "--yes")["status"] == "cancelled"
    assert not list(Path("synthgen_store").glob("shop/v1/**/*"))


def test_another_process_is_paused_and_cancelled_from_here(capsys: pytest.CaptureFixture[str]) -> None:
    with running_job() as process:
        assert document(capsys, "pause", "1")["status"] == "paused"
        _, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "paused by you" in err
    assert document(capsys, "cancel", "1", "--keep", "--yes")["partial"]
    assert Store("synthgen_store").open("shop").partial


def test_cancel_asks_where_a_person_is(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(partmaking, "packed_chunk", lambda *a: time.sleep(1) or pytest.fail("one second is over"))
    said(capsys, "generate", "shop.sql", "-n", "50", "--timeout", "0.3", code=130)
    asked: list[str] = []
    monkeypatch.setattr(console.sys.stdin, "isatty", lambda: True, raising=False)
    monkeypatch.setattr("builtins.input", lambda question: asked.append(question) or "n")
    said(capsys, "cancel", "1", code=2)
    assert "cancel job 1 (shop, paused)? its rows are dropped [y/N]" in asked[0]
    monkeypatch.setattr("builtins.input", lambda question: "yes")
    said(capsys, "cancel", "1")
    assert Ledger(Store("synthgen_store")).open(1).state.status == "cancelled"


def test_wait_follows_a_job_elsewhere(capsys: pytest.CaptureFixture[str]) -> None:
    process = subprocess.Popen(
        [*COMMAND, "generate", "shop.sql", "-n", "400k", "-n", "categories=9"],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    with process:
        while not (Path("synthgen_store") / ".jobs" / "1" / "state.json").exists():
            time.sleep(0.02)
        assert "1,200,009 rows" in said(capsys, "wait", "1")[0]
        assert process.wait() == 0
    out, _ = said(capsys, "wait", "1", "--events")
    kinds = [json.loads(line)["type"] for line in out.splitlines()]
    assert kinds[0] == "init"
    assert kinds[-1] == "shutdown"
