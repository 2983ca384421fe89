"""A widget that no browser draws: words come in its place, and it comes back when it answers late."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from synthgen_nb.notebook import answering
from synthgen_nb.notebook.answering import Answering

VIEW = "application/vnd.jupyter.widget-view+json"


class Drawn:
    """A widget, the output that it is shown in, and the browser that may answer."""

    model_id = "m1"

    def __init__(self) -> None:
        self.outputs: list[dict[str, Any]] = []
        self.callbacks: list[Callable[..., None]] = []

    def on_msg(self, callback: Callable[..., None]) -> None:
        self.callbacks.append(callback)

    def answers(self) -> None:
        for callback in self.callbacks:
            callback(self, {"type": "hello"}, [])

    def display(self, data: dict[str, Any], raw: bool, display_id: bool) -> Drawn:
        self.outputs.append(data)
        return self

    def update(self, data: dict[str, Any], raw: bool) -> None:
        self.outputs.append(data)


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> Drawn:
    made = Drawn()
    monkeypatch.setattr(answering, "display", made.display)
    monkeypatch.setattr(answering, "PATIENCE", 0.05)
    monkeypatch.setattr(answering, "GRACE", 0.05)
    return made


async def shown(drawn: Drawn, answers_after: float | None) -> None:
    loop = asyncio.get_running_loop()
    Answering(drawn, {"text/plain": "rows"}, loop, name="the grid", until="%synthgen show does")
    if answers_after is not None:
        loop.call_later(answers_after, drawn.answers)
    await asyncio.sleep(0.3)


def test_a_widget_that_answers_stays(drawn: Drawn) -> None:
    asyncio.run(shown(drawn, 0.01))
    (only,) = drawn.outputs
    assert only[VIEW]["model_id"] == "m1"
    assert only["text/plain"] == "rows"


def test_an_answer_within_the_grace_is_in_time(drawn: Drawn) -> None:
    asyncio.run(shown(drawn, 0.07))
    assert len(drawn.outputs) == 1


def test_a_widget_that_does_not_answer_is_replaced_by_what_to_install_where(drawn: Drawn) -> None:
    asyncio.run(shown(drawn, None))
    words = drawn.outputs[-1]
    assert VIEW not in words
    for part in ("the grid", "in the server's environment", "pip install 'synthgen-nb[lab]'", "%synthgen show does"):
        assert part in words["text/plain"]


def test_a_late_answer_brings_the_widget_back_once(drawn: Drawn) -> None:
    async def late() -> None:
        await shown(drawn, 0.2)
        drawn.answers()
        await asyncio.sleep(0.02)

    asyncio.run(late())
    assert [VIEW in data for data in drawn.outputs] == [True, False, True]
