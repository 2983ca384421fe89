"""Sets of texts and their domains from the terminal, with a model handed in where a real one would be loaded."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from synthgen_nb.llm.base import Ask, Reply
from synthgen_nb.llm.scripted import ScriptedModel
from synthgen_nb.modeloptions import ModelOptions
from synthgen_nb.terminal import console
from synthgen_nb.textsets.formats import require
from tests.test_cli import Run, answer, run
from tests.texts import model, reply

__all__ = ["run"]

FAQ = ("text", "--domain", "technology", "--topics", "python,sql,networks", "--kind", "qa", "-n", "30")


@pytest.fixture
def loaded(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the models that were asked for; each is a scripted one."""
    return loading(monkeypatch, model)


def loading(monkeypatch: pytest.MonkeyPatch, make: Callable[..., ScriptedModel]) -> list[str]:
    names: list[str] = []

    def load(options: ModelOptions) -> ScriptedModel:
        names.append(options.name)
        return make(name=options.name)

    monkeypatch.setattr(console, "load", load)
    return names


def test_a_set_of_texts_is_made_shown_and_exported(run: Run, loaded: list[str], tmp_path: Path) -> None:
    code, out, err = run(*FAQ, "--model", "owner/small", "--format", "openai", "--out", "data", "-t", "0.4")
    assert code == 0, err
    assert loaded == ["owner/small"]
    for words in ("technology-qa v1", "python", "records of prompts", "a duplicate", "0.4", "data"):
        assert words in out
    lines = (tmp_path / "data" / "records.jsonl").read_bytes().splitlines()
    assert len(lines) == 30
    for line in lines:
        require("openai", line)
    said = answer(run("show", "technology-qa", "--json"))
    assert said["tables"]["records"]["rows"] == 30
    assert answer(run("validate", "technology-qa", "--json"))["report"]["clean"]
    assert run("export", "technology-qa", "--to", "alpaca", "--out", "again")[0] == 0
    assert json.loads((tmp_path / "again" / "records.jsonl").read_text().splitlines()[0])["instruction"]
    jobs = answer(run("jobs", "--json"))["jobs"]
    assert [(job["dataset"], job["status"], job["rows"]) for job in jobs] == [("technology-qa", "done", 30)]
    log = answer(run("log", "1", "--json"))
    assert (log["model"], log["temperature"]) == ("owner/small", 0.4)


def test_the_document_holds_the_quality(run: Run, loaded: list[str]) -> None:
    said = answer(run(*FAQ, "--model", "owner/small", "--name", "faq", "--json"))
    assert said["dataset"] == "faq"
    assert said["quality"]["records"] == 30
    assert [topic["records"] for topic in said["quality"]["topics"]] == [10, 10, 10]


@pytest.mark.parametrize(
    "words, says",
    [
        ((*FAQ,), "--model"),
        ((*FAQ, "--model", "m", "--format", "openai"), "--to and --out go together"),
        ((*FAQ, "--model", "m", "--to", "csv", "--format", "openai", "--out", "x"), "not of csv"),
        ((*FAQ, "--model", "m", "-n", "many"), "is not a number"),
        ((*FAQ, "--model", "m", "-n", "0"), "out of range"),
        (("text", "--domain", "golf", "--model", "m"), "no topics"),
        ((*FAQ, "--model", "m", "--events", "--json"), "both want stdout"),
        (("domain", "show"), "needs a NAME"),
        (("domain", "show", "golf"), "there is no domain 'golf'"),
        (("domain", "delete", "law"), "of yours"),
        (("domain", "save", "golf"), "says too little"),
    ],
)
def test_what_can_not_be_done_is_one_line_and_exit_2(
    words: tuple[str, ...], says: str, run: Run, loaded: list[str], request: pytest.FixtureRequest
) -> None:
    if "--model" not in words:
        request.getfixturevalue("monkeypatch").undo()
    code, _, err = run(*words)
    assert code == 2
    assert says in err.splitlines()[-1]


def test_a_run_that_is_over_time_is_resumed_with_the_model_that_began_it(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def endless(name: str) -> ScriptedModel:
        def say(ask: Ask) -> Reply:
            time.sleep(0.02)
            return reply(ask, 0.3, 0)

        return ScriptedModel(say, name=name)

    with monkeypatch.context() as patched:
        loading(patched, endless)
        code, _, err = run(*FAQ, "--batch-size", "5", "--timeout", "0.2", "--model", "owner/small")
    assert code == 130, err
    assert "synthgen resume 1 goes on" in err
    names = loading(monkeypatch, model)
    code, _, err = run("resume", "1", "--model", "owner/other")
    assert code == 2
    assert "was begun with owner/small" in err
    assert run("resume", "1")[0] == 0, "the model of a hub's id is found by itself"
    assert names == ["owner/other", "owner/small"]
    assert answer(run("show", "technology-qa", "--json"))["tables"]["records"]["rows"] == 30


def test_a_model_from_a_folder_must_be_named_to_resume(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patched:
        loading(patched, lambda name: ScriptedModel(lambda ask: Reply(text="", tokens=0), name="folder"))
        assert run(*FAQ, "--model", "models/folder")[0] == 2
    code, _, err = run("resume", "1")
    assert code == 2
    assert "job 1 is written by the model folder" in err
    assert "resume 1 --model folder" in err


def test_domains_are_listed_shown_saved_and_deleted(run: Run) -> None:
    assert answer(run("domain", "--json"))["domains"]["technology"] is False
    bees = (
        "--describe",
        "keeping bees",
        "--topics",
        "hives, honey",
        "--rule",
        "No Latin.",
        "--speakers",
        "keeper,buyer",
    )
    saved = answer(run("domain", "save", "bees", *bees, "--like", "science", "--json"))
    assert (saved["topics"], saved["rules"], saved["tone"]) == (["hives", "honey"], ["No Latin."], "curious and exact")
    assert answer(run("domain", "list", "--json"))["domains"]["bees"] is True
    code, out, _ = run("domain", "show", "bees")
    assert code == 0
    assert "keeper and buyer" in out
    assert "bees" not in answer(run("domain", "delete", "bees", "--json"))["domains"]


def test_a_list_of_domains_names_whose_they_are(run: Run) -> None:
    code, out, _ = run("domain")
    assert code == 0
    assert "customer-support" in out
    assert "of the package" in out
