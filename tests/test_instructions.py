"""`-i` in both faces, with a model that says what it is told: what is asked, shown, dropped, kept, and refused."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from synthgen_nb.llm import Ask, ScriptedModel
from synthgen_nb.store import Store
from synthgen_nb.terminal import cli
from tests.shells import Cells

DDL = """CREATE TABLE orders (
  id integer PRIMARY KEY, status varchar(10) NOT NULL CHECK (status IN ('new', 'paid')), note varchar(40)
);"""
PAID = {"change": "shares", "of": "orders.status", "shares": [{"value": "paid", "percent": 80}]}
RARE = {"change": "nulls", "of": "orders.note", "percent": 90}
WANTED = "mostly paid orders, for a bike shop"

Run = Callable[..., tuple[int, str, str]]


def said(*changes: dict[str, Any], not_done: tuple[str, ...] = ()) -> str:
    return json.dumps({"changes": changes, "not_done": not_done})


def saying(*changes: dict[str, Any], not_done: tuple[str, ...] = ()) -> ScriptedModel:
    return ScriptedModel(lambda ask: said(*changes, not_done=not_done), context=64_000)


@pytest.fixture
def model() -> ScriptedModel:
    return saying(PAID, RARE, not_done=("a bike shop: no column tells of goods",))


@pytest.fixture
def run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], model: ScriptedModel
) -> Run:
    """`run("generate", ...)` in a folder with shop.sql, where --model scripted is the model -> (exit, out, err)."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "shop.sql").write_text(DDL)

    def load(name: str, **options: Any) -> ScriptedModel:
        assert name == "scripted"
        return model

    monkeypatch.setattr("synthgen_nb.llm.load_model", load, raising=False)

    def call(*words: str) -> tuple[int, str, str]:
        code = cli.main(words)
        out, err = capsys.readouterr()
        return code, out, err

    return call


def paid() -> float:
    """The share of paid orders in the store."""
    status = Store("synthgen_store").open("shop")["orders"]["status"]
    return float((status == "paid").sum() / len(status))


def noted() -> float:
    """The share of orders with a note."""
    note = Store("synthgen_store").open("shop")["orders"]["note"]
    return 1 - note.null_count() / len(note)


def test_generate_asks_the_model_shows_its_changes_by_number_and_makes_them(run: Run) -> None:
    code, out, err = run("generate", "shop.sql", "-n", "2000", "-i", WANTED, "--model", "scripted")
    assert code == 0, err
    assert "scripted: 2 changes, 1 not done, model " in err
    assert "  1  orders.status: 80 % paid" in err
    assert "not done: a bike shop: no column tells of goods" in err
    assert "model " in out
    assert paid() == pytest.approx(0.8, abs=0.03)
    assert noted() == pytest.approx(0.1, abs=0.03)


def test_texts_that_the_instructions_ask_for_are_written_once_and_made_again_without_a_model(
    run: Run, model: ScriptedModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = {"change": "written", "of": "orders.note", "prompt": "what a bike shop repaired", "many": 12}

    def answer(ask: Ask) -> str:
        if "changes" in ask.shape.schema.get("properties", {}):  # type: ignore[union-attr]
            return said(wanted)
        return json.dumps([f"wheel {ask.seed % 9973 + i}" for i in range(ask.shape.schema["minItems"])])  # type: ignore[union-attr]

    monkeypatch.setattr(model, "_answer", answer)
    options = ("-n", "400", "-i", WANTED, "--model", "scripted")
    code, _, err = run("generate", "shop.sql", *options)
    assert code == 0, err
    assert "  1  orders.note: 12 written: what a bike shop repaired" in err
    store = Store("synthgen_store")
    notes = store.open("shop")["orders"]["note"].drop_nulls()
    assert notes.n_unique() == 12
    assert notes.str.starts_with("wheel ").all()
    asked = len(model.asked)
    assert run("generate", "shop.sql", *options, "--name", "again")[0] == 0
    assert len(model.asked) == asked + 1  # the plan alone: its bank is in the store
    Path("plan.json").write_text(run("plan", "shop.sql", *options, "--json")[1])
    assert run("generate", "--plan", "plan.json", "--name", "kept")[0] == 0
    assert len(model.asked) == asked + 2
    assert store.open("kept")["orders"].equals(store.open("shop")["orders"])


def test_a_change_is_left_out_by_its_number_and_one_that_is_not_there_is_refused(run: Run) -> None:
    options = ("generate", "shop.sql", "-n", "500", "-i", WANTED, "--model", "scripted")
    assert run(*options, "--drop", "2")[0] == 0
    assert noted() > 0.3
    code, _, err = run(*options, "--drop", "7")
    assert code == 2
    assert "there is no change 7 (the model proposed 2)" in err


def test_a_model_alone_makes_no_table_huge(run: Run, model: ScriptedModel, monkeypatch: pytest.MonkeyPatch) -> None:
    many = {"change": "rows", "of": "orders", "rows": 666_666_666}
    monkeypatch.setattr(model, "_answer", lambda ask: said(many, PAID))
    code, _, err = run("generate", "shop.sql", "-n", "50", "-i", WANTED, "--model", "scripted")
    assert code == 0
    assert "-n orders=666666666" in err
    assert len(Store("synthgen_store").open("shop")["orders"]) == 50
    assert paid() > 0.6


def test_the_answer_in_json_has_all_that_is_to_be_remembered(run: Run) -> None:
    options = ("-i", WANTED, "--model", "scripted", "-t", "0.4", "--plan-temperature", "0.1", "--drop", "2", "--json")
    told = json.loads(run("generate", "shop.sql", "-n", "20", *options)[1])["instructed"]
    assert {k: told[k] for k in ("instructions", "model", "temperature", "plan_temperature")} == {
        "instructions": WANTED, "model": "scripted", "temperature": 0.4, "plan_temperature": 0.1,
    }  # fmt: skip
    assert [change["state"] for change in told["changes"]] == ["done", "dropped"]
    assert told["commit"]
    log = json.loads(run("log", "1", "--json")[1])
    assert (log["model"], log["temperature"]) == ("scripted", 0.4)
    assert log["instructed"] == told


def test_instructions_without_a_model_are_refused_with_the_way_out(run: Run) -> None:
    for command in ("generate", "plan"):
        code, _, err = run(command, "shop.sql", "-i", WANTED)
        assert code == 2
        assert len(err.strip().splitlines()) == 1
        assert "--model" in err
        assert "--ignore-instructions" in err
    code, _, err = run("generate", "shop.sql", "-n", "9", "-i", WANTED, "--ignore-instructions")
    assert code == 0
    assert "the instructions are ignored" in err


def test_drawing_options_without_a_model_say_in_one_line_that_they_have_no_effect(run: Run) -> None:
    code, _, err = run("generate", "shop.sql", "-n", "9", "-t", "0.5", "--top-k", "9")
    assert code == 0
    assert err.strip() == "synthgen: note: -t, --top-k: no effect without a model"
    assert "0 to 2" in run("generate", "shop.sql", "-n", "9", "-t", "7")[2]
    assert run("generate", "shop.sql", "-t", "hot")[0] == 2


def test_the_model_is_asked_alike_for_a_thousand_and_a_million_rows(run: Run, model: ScriptedModel) -> None:
    for rows in ("1000", "1M"):
        assert run("plan", "shop.sql", "-n", rows, "-i", WANTED, "--model", "scripted")[0] == 0
    few, many = model.asked[: len(model.asked) // 2], model.asked[len(model.asked) // 2 :]
    assert few == many


def test_the_same_plan_goes_on_without_a_model(run: Run, tmp_path: Path, model: ScriptedModel) -> None:
    plan = run("plan", "shop.sql", "-n", "300", "-i", WANTED, "--model", "scripted", "--json")[1]
    (tmp_path / "plan.json").write_text(plan)
    asked = len(model.asked)
    assert run("generate", "--plan", "plan.json", "--name", "shop")[0] == 0
    assert len(model.asked) == asked
    assert paid() == pytest.approx(0.8, abs=0.08)
    code, _, err = run("generate", "--plan", "plan.json", "-i", WANTED)
    assert code == 2
    assert "leave -i out" in err


def hold(cells: Cells, model: ScriptedModel) -> None:
    """As `%synthgen model load` would."""
    from synthgen_nb.notebook import magics_of

    magics = magics_of(cells.shell)
    assert magics is not None
    magics.session.models.hold(model)


def test_a_cell_asks_the_sessions_model_and_shows_what_it_read(cells: Cells, model: ScriptedModel) -> None:
    hold(cells, model)
    assert cells(f'%%synthgen shop << -n 2000 -i "{WANTED}"\n{DDL}').success, cells.said
    for part in ("instructions", "2 changes", "1 not done", "a bike shop", "--drop", "shop v1", f'-i "{WANTED}"'):
        assert part in cells.said
    assert (cells["orders"]["status"] == "paid").mean() == pytest.approx(0.8, abs=0.03)
    assert cells["shop"].instructed.model == "scripted"
    cells(f'%%synthgen shop << -n 2000 -i "{WANTED}" --drop 1\n{DDL}')
    dropped = cells["orders"]["status"].to_list()
    cells(f"%%synthgen plain << -n 2000\n{DDL}")
    assert dropped == cells["orders"]["status"].to_list()
    assert [change.state for change in cells["shop"].instructed.changes] == ["dropped", "done"]


def test_a_cell_with_instructions_and_no_model_fails_in_one_line(cells: Cells) -> None:
    assert not cells(f'%%synthgen shop << -i "{WANTED}"\n{DDL}').success
    assert "%synthgen model load" in cells.said
    assert "shop" not in cells
    assert cells(f'%%synthgen shop << -n 5 -i "{WANTED}" --ignore-instructions\n{DDL}').success
    assert "the instructions are ignored" in cells.said


def test_config_holds_the_models_defaults(cells: Cells, model: ScriptedModel) -> None:
    hold(cells, model)
    cells("%config SynthgenMagics.temperature = 0.3")
    cells(f'%%synthgen shop << -n 5 -i "{WANTED}"\n{DDL}')
    assert cells["shop"].instructed.temperature == 0.3
    cells("%config SynthgenMagics.top_k = 'many'")
    cells("%config SynthgenMagics.top_k")
    assert "many" not in cells.said


def test_a_model_that_fails_leaves_no_job_and_old_names_alone(cells: Cells) -> None:
    def fails(ask: Ask) -> str:
        raise KeyboardInterrupt

    hold(cells, ScriptedModel(fails, context=64_000))
    cells(f"%%synthgen shop << -n 5\n{DDL}")
    assert not cells(f'%%synthgen shop << -n 5 -i "{WANTED}"\n{DDL}').success
    assert "interrupted while the model was asked" in cells.said
    assert cells["shop"].version == 1
    cells("%synthgen jobs")
    assert "1 job" in cells.said
