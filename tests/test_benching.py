"""`synthgen bench-model`, through to its report: with a Mistral of random weights, whose figures mean nothing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from synthgen_nb.terminal import cli


@pytest.mark.llm
def test_a_report_has_what_was_asked_for_and_a_table_shows_it(
    tiny_mistral: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "report.json"
    words = ("bench-model", "--model", str(tiny_mistral), "--out", str(out), "--parts", "grammar,prefix,validity")
    assert cli.main(words) == 0
    shown, err = capsys.readouterr()
    found = json.loads(out.read_text())
    assert found["load"]["device"] == "cpu"
    assert found["grammar"]["grammar_ms"] > 0
    assert found["prefix"]["prefix_tokens"] > 0
    assert found["validity"]["valid"] + found["validity"]["cut"] == found["validity"]["replies"]
    assert (found["texts"], found["left"]) == (None, [])
    assert found["libraries"]["torch"]
    for part in ("loading", "grammar", "prefix", "validity"):
        assert part in err
    for part in ("load", "valid answers", "a shared beginning", "no GPU"):
        assert part in shown
