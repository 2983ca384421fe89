"""The panel's model: what it reads is listed, ticked and unticked, and made; without one its fields say so."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from synthgen_nb.llm import Ask, Reply, ScriptedModel
from synthgen_nb.notebook.panel import Panel
from tests.test_instructions import DDL, PAID, RARE, WANTED, said, saying
from tests.test_panel import Browser, place


@pytest.fixture
def browser(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Browser]:
    panel = Panel(place(tmp_path / "store"), folder=tmp_path)
    yield Browser(panel, monkeypatch)
    panel.close()


def with_model(browser: Browser, model: ScriptedModel | None = None) -> Browser:
    usual = saying(PAID, RARE, not_done=("a bike shop: no column tells of goods",))
    browser.panel._place.session.models.hold(model or usual)
    browser.panel.look()
    browser.types(DDL, name="shop", rows="500", instructions=WANTED)
    return browser


def test_without_a_model_the_fields_say_so_and_instructions_are_refused_in_place(browser: Browser) -> None:
    browser.send("hello")
    assert browser.panel.advice["facts"] == "no effect without a model"
    browser.types(DDL, instructions=WANTED)
    for click in ("read", "generate"):
        browser.send(click)
        kind, text = browser.said
        assert kind == "error"
        assert "press Load" in text
    browser.types(DDL, instructions="")
    browser.send("generate")
    assert browser.rest()["status"] == "done"


def test_what_is_read_is_listed_and_what_is_unticked_is_left_out(browser: Browser) -> None:
    with_model(browser).send("read")
    browser.rest()
    advice = browser.panel.advice
    assert [(c["number"], c["on"]) for c in advice["changes"]] == [(1, True), (2, True)]
    assert advice["not_done"] == ["a bike shop: no column tells of goods"]
    assert advice["read"].startswith("2 changes, read in ")
    browser.send("drop", number=2, out=True)
    assert [c["on"] for c in browser.panel.advice["changes"]] == [True, False]
    assert f'-i "{WANTED}" --drop 2' in browser.panel.line
    browser.send("generate")
    assert browser.rest()["status"] == "done"
    made = browser.panel._place.session.shell.user_ns["shop"]
    assert [change.state for change in made.instructed.changes] == ["done", "dropped"]
    assert made["orders"]["note"].null_count() < 350
    assert (made["orders"]["status"] == "paid").mean() > 0.7


def test_the_model_reads_the_same_words_once_and_other_words_anew(browser: Browser) -> None:
    model = saying(PAID)
    with_model(browser, model).send("read")
    browser.rest()
    once = len(model.asked)
    browser.send("generate")
    browser.rest()
    assert len(model.asked) == once
    browser.types(DDL, instructions="something else")
    browser.send("read")
    browser.rest()
    assert len(model.asked) == 2 * once
    assert browser.panel._place.session.shell.user_ns["shop"].instructed.instructions == WANTED


def test_the_models_work_shows_and_can_be_stopped(browser: Browser) -> None:
    shown: list[str] = []

    def slow(ask: Ask) -> Reply:
        browser.panel.look()
        shown.append(browser.panel.advice["doing"])
        browser.panel._advice.stop()
        return Reply(text=said(PAID), tokens=9)

    with_model(browser, ScriptedModel(slow, context=64_000)).send("read")
    browser.rest()
    assert shown == ["reading the instructions"]
    assert browser.said == ("error", "the model was stopped; nothing was begun")
    assert browser.panel.advice["changes"] == []
    assert browser.panel.advice["doing"] == ""


def test_a_number_that_is_none_is_told_at_its_field_and_one_out_of_range_is_moved(browser: Browser) -> None:
    with_model(browser)
    browser.types(DDL, temperature="warm", top_k="2.5")
    assert set(browser.panel.wrong) == {"temperature", "top_k"}
    browser.send("generate")
    assert browser.said[0] == "error"
    browser.types(DDL, temperature="3", top_k="")
    browser.send("generate")
    assert "0 to 2" in browser.said[1] or browser.panel.job
    browser.rest()
    assert browser.panel._place.session.shell.user_ns["shop"].instructed.temperature == 2


def test_unload_gives_the_model_back(browser: Browser) -> None:
    with_model(browser).send("unload")
    assert browser.panel.advice["model"] == ""
    assert browser.panel.advice["facts"] == "no effect without a model"
