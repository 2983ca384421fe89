"""Sets of texts in a notebook: `%%synthgen_text`, and the domains that it is about."""

from __future__ import annotations

import time
from pathlib import Path

import polars as pl
import pytest

from synthgen_nb.dataset import Dataset
from synthgen_nb.llm.base import Ask, Reply
from synthgen_nb.llm.scripted import ScriptedModel
from synthgen_nb.notebook import magics_of
from synthgen_nb.notebook.completion import candidates
from synthgen_nb.textsets.formats import require
from tests.shells import Cells
from tests.texts import model, reply

FAQ = "--domain technology --topics python,sql --kind qa -n 20 --model held"


def hold(cells: Cells, held: ScriptedModel) -> None:
    """As if the session had loaded it."""
    magics = magics_of(cells.shell)
    assert magics is not None
    magics.session.models.hold(held)


def test_a_cell_of_words_becomes_a_dataset_with_its_quality(cells: Cells, tmp_path: Path) -> None:
    hold(cells, said := model())
    result = cells(f"%%synthgen_text faq << {FAQ} --format sharegpt --out data\nfor people who come from spreadsheets")
    assert result.success, cells.said
    assert isinstance(cells["faq"], Dataset)
    assert isinstance(cells["records"], pl.DataFrame)
    assert cells["records"].height == 20
    assert all("for people who come from spreadsheets" in ask.prompt.shared for ask in said.asked)
    for words in ("faq v1", "records of prompts", "sql", "%%synthgen_text faq << --domain technology"):
        assert words in cells.said
    for line in (tmp_path / "data" / "records.jsonl").read_bytes().splitlines():
        require("sharegpt", line)
    asked = len(said.asked)
    again = cells(f"%%synthgen_text faq << {FAQ}\nfor people who come from spreadsheets")
    assert again.success, cells.said
    assert "nothing new: these texts are v1" in cells.said
    assert len(said.asked) == asked
    assert cells("%synthgen show faq").success
    assert "records of prompts" in cells.said


@pytest.mark.parametrize(
    "cell, says",
    [
        (f"%%synthgen_text {FAQ} --describe a\nb", "both a cell of words and --describe"),
        ("%%synthgen_text --domain golf\nb", "no topics"),
        (f"%%synthgen_text {FAQ} --format openai\nb", "--to and --out go together"),
        ("%synthgen domain show", "needs a NAME"),
        ("%synthgen domain show golf", "there is no domain"),
    ],
)
def test_what_can_not_be_asked_fails_the_cell_with_one_line(cell: str, says: str, cells: Cells) -> None:
    hold(cells, model())
    assert not cells(cell).success
    assert says in cells.said


def test_without_a_model_a_cell_is_refused_with_the_way_out(cells: Cells) -> None:
    assert not cells("%%synthgen_text --domain technology -n 5\nfor beginners").success
    assert "%synthgen model load" in cells.said


def test_a_job_in_the_background_is_paused_resumed_and_bound(cells: Cells) -> None:
    def answer(ask: Ask) -> Reply:
        time.sleep(0.02)
        return reply(ask, 0.2, 0)

    hold(cells, ScriptedModel(answer))
    assert cells(f"%%synthgen_text faq << {FAQ} --batch-size 4 --bg\nfor beginners").success
    assert cells("%synthgen pause 1").success, cells.said
    assert cells("%synthgen jobs").success
    assert "paused" in cells.said
    hold(cells, model(name="other"))
    assert not cells("%synthgen resume 1").success
    assert "was begun with scripted" in cells.said
    hold(cells, model())
    assert cells("%synthgen resume 1").success, cells.said
    assert cells["records"].height == 20


def test_domains_are_saved_listed_shown_and_deleted(cells: Cells) -> None:
    assert cells('%synthgen domain save bees --describe "keeping bees" --topics hives,honey').success
    assert cells("%synthgen domain").success
    assert "bees" in cells.said
    assert "yours" in cells.said
    assert cells("%synthgen domain show bees").success
    assert "keeping bees" in cells.said
    assert cells("%synthgen domain delete bees").success
    assert "bees" not in cells.said


def test_help_and_completion_know_the_options_of_texts(cells: Cells) -> None:
    cells("%synthgen_text -h")
    assert "--batch-size" in cells.said
    magics = magics_of(cells.shell)
    assert magics is not None
    assert "domain" in candidates(magics, [], "%")
