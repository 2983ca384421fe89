"""`synthgen model` and `%synthgen model`: what is known, what one takes, and the one that a session holds."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from synthgen_nb.errors import ModelError
from synthgen_nb.llm import Needs, ScriptedModel
from synthgen_nb.terminal import cli
from tests.shells import Cells

Run = Callable[..., tuple[int, str, str]]
ROOM = Needs(
    model="owner/small", commit="c0ffee", licence="apache-2.0", access="open", download=5 * 10**9, disk_free=10**9,
    memory=3 * 10**9, memory_free=8 * 10**9, gpu_free=None, command="synthgen model load owner/small --download",
)  # fmt: skip


@pytest.fixture(autouse=True)
def models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[ScriptedModel]:
    """No cache and no hub; a model named `scripted` can be loaded, and each that was is in the list."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "cache"))
    loaded: list[ScriptedModel] = []

    def needs(model: str, environ: Mapping[str, str], *, quantise: bool = True) -> Needs:
        if model != "owner/small":
            raise ModelError(f"the hub has no model {model}", hint="check its spelling")
        return ROOM

    def load(name: str, *, quantise: bool = True, download: bool = False, elsewhere: bool = False) -> ScriptedModel:
        if name not in ("scripted", "owner/small"):
            raise ModelError(f"the model {name} is not on this disk", hint="synthgen model load NAME --download")
        loaded.append(ScriptedModel(lambda ask: "the sea is wide and old, and so on.", name))
        return loaded[-1]

    monkeypatch.setattr("synthgen_nb.pages.models.needs", needs)
    monkeypatch.setattr("synthgen_nb.llm.load_model", load)
    return loaded


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    def call(*words: str) -> tuple[int, str, str]:
        code = cli.main(words)
        out, err = capsys.readouterr()
        return code, out, err

    return call


def fetched(cache: Path, model: str) -> None:
    """As the hub's library leaves it."""
    base = cache / f"models--{model.replace('/', '--')}"
    (base / "snapshots/c0ffee").mkdir(parents=True)
    for name in ("config.json", "tokenizer_config.json", "model.safetensors"):
        (base / "snapshots/c0ffee" / name).write_text("{}")
    (base / "refs").mkdir()
    (base / "refs/main").write_text("c0ffee")


def test_the_list_has_names_and_whatever_was_fetched_before(run: Run, tmp_path: Path) -> None:
    fetched(tmp_path / "cache", "owner/small")
    found = json.loads(run("model", "list", "--json")[1])["models"]
    assert {"mistral", ""} == {each["name"] for each in found}
    (own,) = [each for each in found if each["model"] == "owner/small"]
    assert (own["here"], own["bytes"]) == (True, 12)
    said = run("model", "list")[1]
    assert "not here yet" in said
    assert "synthgen model load NAME" in said


def test_before_a_download_it_says_what_that_takes_and_what_lacks(run: Run) -> None:
    code, out, _ = run("model", "show", "owner/small")
    assert code == 0
    for part in ("apache-2.0", "c0ffee", "5.0 GB", "works on the CPU", "disk: 5.0 GB to fetch, 1.0 GB free"):
        assert part in out
    assert "synthgen model load owner/small --download" in out
    assert json.loads(run("model", "show", "owner/small", "--json")[1])["models"][0]["download"] == 5 * 10**9


def test_what_can_not_be_told_is_said_and_is_no_failure(run: Run) -> None:
    code, out, _ = run("model", "show", "mistral")
    assert code == 0
    assert out.count("the hub has no model") == 2  # one for each that the name stands for


def test_load_tries_the_model_and_tells_memory_and_speed(run: Run, models: list[ScriptedModel]) -> None:
    code, out, err = run("model", "load", "owner/small", "--download")
    assert code == 0
    assert out.index("licence") < out.index("is loaded, in")
    assert "memory free" in out
    assert "loading owner/small" in err
    said = json.loads(run("model", "load", "scripted", "--json")[1])
    assert {"model", "commit", "seconds", "device", "speed", "before", "after"} <= set(said)
    assert len(models) == 2


def test_a_model_that_is_not_here_is_refused_in_one_line(run: Run) -> None:
    code, _, err = run("model", "load", "nowhere/none")
    assert code == 2
    assert err.strip().splitlines()[-1].endswith("(synthgen model load NAME --download)")
    assert run("model")[0] == 2


def test_a_session_holds_one_model_and_gives_it_back(cells: Cells, monkeypatch: pytest.MonkeyPatch) -> None:
    gone: list[str] = []
    monkeypatch.setattr(ScriptedModel, "unload", lambda self: gone.append(self.name))
    assert not cells("%synthgen model show").success
    assert "no model is loaded" in cells.said
    assert cells("%synthgen model load scripted").success, cells.said
    assert "scripted is loaded, in" in cells.said
    cells("%synthgen model list")
    assert "scripted is loaded" in cells.said
    cells("%synthgen model show")
    assert "memory free" in cells.said
    cells("%synthgen model load owner/small")
    assert gone == ["scripted"]
    cells("%synthgen model unload")
    assert gone == ["scripted", "owner/small"]
    assert "owner/small was unloaded" in cells.said
    cells("%synthgen model unload")
    assert "no model was loaded" in cells.said


def test_a_load_that_fails_is_one_line_and_leaves_no_model(cells: Cells) -> None:
    assert not cells("%synthgen model load nowhere/none").success
    assert "is not on this disk" in cells.said
    assert not cells("%synthgen model show").success


def test_a_download_in_a_cell_is_announced_first_with_the_cells_own_command(cells: Cells) -> None:
    cells("%synthgen model show owner/small")
    assert "%synthgen model load owner/small --download" in cells.said


@pytest.mark.parametrize(
    "words, said",
    [
        (("--model", "scripted", "--out", "nowhere/report.json"), "there is no folder"),
        (("--model", "scripted", "--out", "r.json", "--parts", "speed,nonsense"), "is no part"),
        (("--out", "r.json"), "no model is named"),
        (("--model", "scripted",), "--out"),
    ],
)  # fmt: skip
def test_bench_model_refuses_before_it_loads(run: Run, models: list[ScriptedModel], words: Any, said: str) -> None:
    code, _, err = run("bench-model", *words)
    assert code == 2
    assert said in err
    assert not models


def test_a_server_on_another_machine_is_asked_only_where_the_line_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SYNTHGEN_ELSEWHERE", "1")  # no default may send names away
    Path("t.sql").write_text("CREATE TABLE t (id integer PRIMARY KEY)")
    asked: list[bool] = []

    def load(name: str, *, elsewhere: bool, **options: object) -> ScriptedModel:
        asked.append(elsewhere)
        raise ModelError("it does not answer")

    monkeypatch.setattr("synthgen_nb.llm.load_model", load)
    away = ("generate", "t.sql", "-i", "few rows", "--model", "http://192.0.2.1:9/v1")
    assert [cli.main(away), cli.main((*away, "--elsewhere"))] == [2, 2]
    assert asked == [False, True]
