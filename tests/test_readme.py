"""The README says what is true: its Python runs, its commands and options exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from synthgen_nb.environment import PLACES
from synthgen_nb.terminal import cli
from synthgen_nb.terminal.demo import shop_ddl

README = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", README, re.DOTALL | re.MULTILINE)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # it leaves a file to the collector
def test_the_python_lines_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "shop.sql").write_text(shop_ddl(), encoding="utf-8")
    (code,) = blocks("python")
    exec(code.replace("1_000_000", "1_000").replace("50_000", "500"), {})
    assert sorted(p.name for p in (tmp_path / "shop_csv").iterdir())[0] == "categories.csv"


@pytest.mark.parametrize(
    "command",
    [
        "generate",
        "plan",
        "schema",
        "validate",
        "show",
        "list",
        "demo",
        "lab",
        "doctor",
        "edit",
        "diff",
        "history",
        "undo",
        "redo",
    ],
)
def test_every_command_and_option_it_names_exists(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        cli.main([command, "--help"])
    said = capsys.readouterr().out
    assert re.search(rf"^synthgen .*\b{command}\b", README, re.MULTILINE)
    for line in re.findall(rf"^synthgen {command} .*", README, re.MULTILINE):
        for option in re.findall(r"--[a-z-]+", line.partition("  ")[0]):
            assert option in said


def test_the_table_of_places_is_the_doctor_s() -> None:
    rows = re.findall(r"^\| (.+?) \| (.+?) \|$", README.partition("## Where it runs")[2].partition("## ")[0], re.M)
    assert dict(rows[1:]) == dict(PLACES)


def test_the_first_screen_tells_how_to_start_and_how_to_test() -> None:
    assert all(
        "pip install '.[lab]'" in block and "synthgen lab" in block
        for block in blocks("bash")[:1] + blocks("powershell")
    )
    assert "pip install -c tests/constraints.txt -e '.[test]' && pytest\n" in blocks("bash")[1]
    assert README.index("```python") < 2500
