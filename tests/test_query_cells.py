"""`%synthgen sql` and `synthgen sql`: a frame of what was asked, and the SQL beside it."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import polars as pl
import pytest

from synthgen_nb.llm import ScriptedModel
from synthgen_nb.notebook import magics_of
from synthgen_nb.terminal import cli
from synthgen_nb.terminal.demo import shop_ddl
from tests.shells import Cells

TOP = "SELECT status, count(*) AS n FROM orders GROUP BY status ORDER BY n DESC"


@pytest.fixture
def shop(cells: Cells) -> Cells:
    cells(f"%%synthgen shop << -q --no-vars -n 50 --name shop\n{shop_ddl()}")
    return cells


def test_a_query_is_a_frame_with_its_sql_shown(shop: Cells) -> None:
    result = shop(f'%synthgen sql shop "{TOP}"')
    assert isinstance(result.result, pl.DataFrame)
    assert result.result["n"].sum() == 50
    for said in ("shop v1 · ", f"SQL  {TOP}"):
        assert said in shop.said


def test_a_name_takes_the_frame_and_its_first_rows_are_shown(shop: Cells) -> None:
    result = shop(f'%synthgen top << sql shop "{TOP}"')
    assert (result.success, result.result) == (True, None)
    assert shop["top"].columns == ["status", "n"]
    assert str(shop["top"]["status"][0]) in shop.said
    shop('%synthgen sql shop --as top "SELECT 1 << 2 AS four"')
    assert shop["top"].rows() == [(4,)]


def test_a_result_of_labels_and_numbers_has_a_chart(shop: Cells) -> None:
    shop(f'%synthgen sql shop "{TOP}"')
    assert "chart: bars of n by status" in shop.said
    shop('%synthgen sql shop "SELECT count(*) FROM orders"')
    assert "chart" not in shop.said


def test_where_altair_is_missing_the_frame_comes_alone_with_the_way_to_a_chart(
    shop: Cells, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "altair", None)
    assert isinstance(shop(f'%synthgen sql shop "{TOP}"').result, pl.DataFrame)
    assert "no chart: this needs the extra 'charts' (pip install 'synthgen-nb[charts]')" in shop.said


def test_a_variable_of_the_persons_own_is_not_taken(shop: Cells) -> None:
    shop("mine = 1")
    shop(f'%synthgen mine << sql shop "{TOP}"')
    assert "mine is a variable of yours" in shop.said
    assert shop["mine"] == 1
    shop(f'%synthgen mine << sql shop --force "{TOP}"')
    assert isinstance(shop["mine"], pl.DataFrame)


@pytest.mark.parametrize(
    "line, said",
    [
        ("sql shop SELECT 1", "the SELECT is one text in quotes"),
        ('sql shop " "', "the SELECT is one text in quotes"),
        ('sql shop "SELECT statu FROM orders"', 'did you mean "status"'),
        ('sql shop "DELETE FROM orders"', "only SELECT is allowed here"),
        ('sql shop "SELECT * FROM range(1000000000000)" --limit-rows many', "'many' is not a number of rows"),
        ('sql shop "FROM range(9999999) a, range(9999999) b ORDER BY 1, 2" --memory 100M', "needs more than 0.1 GB"),
        ('sql shop "SELECT count(*) FROM range(9999999) a, range(9999999) b" --timeout 0.3s', "stopped after 0.3 s"),
        ('sql nowhere "SELECT 1"', "nowhere"),
    ],
)
def test_what_can_not_be_answered_is_one_line_and_fails_the_cell(shop: Cells, line: str, said: str) -> None:
    result = shop(f"%synthgen {line}")
    assert not result.success
    assert said in shop.said


def test_a_result_that_is_cut_says_so(shop: Cells) -> None:
    result = shop('%synthgen sql shop "FROM orders" --limit-rows 7')
    assert result.result.height == 7  # type: ignore[union-attr]
    assert "there are more rows: these are the first 7 (--limit-rows N gives more)" in shop.said


def test_an_older_version_is_asked_by_its_number(shop: Cells) -> None:
    shop(f"%%synthgen shop << -q --no-vars -n 5 --name shop\n{shop_ddl()}")
    assert shop('%synthgen sql shop "SELECT count(*) FROM orders" --version 1').result.item() == 50  # type: ignore
    assert shop('%synthgen sql shop "SELECT count(*) FROM orders"').result.item() == 5  # type: ignore


def test_a_question_is_answered_with_the_select_that_a_model_wrote(shop: Cells) -> None:
    by_status = "SELECT orders.status, count(*) FROM orders GROUP BY ALL ORDER BY count(*) DESC LIMIT 5"
    hold(shop, model := ScriptedModel(lambda ask: by_status, context=32_000))
    result = shop('%synthgen ask shop "orders by status"')
    assert result.result.columns == ["status", "count_star()"]  # type: ignore[union-attr]
    for words in (f"SQL  {by_status}", "chart: bars of count_star() by status", "writing the SELECT"):
        assert words in shop.said
    assert "orders by status" in model.asked[0].prompt.own
    shop('%synthgen counts << ask shop "orders by status" --limit-rows 2')
    assert shop["counts"].height == 2
    assert "there are more rows" in shop.said


def hold(shop: Cells, model: ScriptedModel) -> None:
    magics = magics_of(shop.shell)
    assert magics is not None
    magics.session.models.hold(model)


def test_a_question_needs_a_model_and_says_how_it_goes_without(shop: Cells) -> None:
    assert not shop('%synthgen ask shop "orders by status"').success
    told = "questions in words need a model and none is loaded (%synthgen model load NAME; sql NAME"
    assert told in shop.said


def test_what_a_model_may_not_ask_is_never_run(shop: Cells) -> None:
    hold(shop, ScriptedModel(lambda ask: "SELECT * FROM read_text('/etc/passwd')"))
    assert not shop('%synthgen ask shop "show me the passwords"').success
    assert "what the model wrote can't be run: table function 'read_text' is not allowed" in shop.said


def test_in_a_terminal_a_question_is_answered_too(
    shop: Cells, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["ask", "shop", "how many orders?"]) == 2
    assert "questions in words need a model and none is loaded (--model NAME" in capsys.readouterr().err
    model = ScriptedModel(lambda ask: "SELECT count(*) FROM orders", context=32_000)
    monkeypatch.setattr("synthgen_nb.llm.load_model", lambda name, **options: model)
    assert cli.main(["ask", "shop", "how many orders?", "--model", "some", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["sql"], told["rows"]) == ("SELECT count(*) FROM orders", [[50]])
    assert cli.main(["ask", "shop", "how many orders?", "--model", "some"]) == 0
    seen = capsys.readouterr()
    assert "SQL  SELECT count(*) FROM orders" in seen.out
    assert "writing the SELECT" in seen.err


def test_in_a_terminal_the_answer_is_text_or_json(
    shop: Cells, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["sql", "shop", "SELECT id, city FROM customers ORDER BY id", "--limit-rows", "2"]) == 0
    said = capsys.readouterr().out
    for words in ("shop v1 · 2 rows", "id  city", "there are more rows", "SQL  SELECT id, city"):
        assert words in said
    query = "SELECT id, joined_on, 0.5::decimal(9, 2) AS half FROM customers WHERE id = 1"
    assert cli.main(["sql", "shop", query, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert {name: told[name] for name in ("dataset", "version", "sql", "cut")} == {
        "dataset": "shop", "version": 1, "sql": query, "cut": False,
    }  # fmt: skip
    assert told["columns"] == {"id": "Int32", "joined_on": "Date", "half": "Decimal(precision=9, scale=2)"}
    assert told["rows"][0][0] == 1
    assert told["rows"][0][2] == "0.50"
    assert cli.main(["sql", "shop", "SELECT nope FROM customers", "--json"]) == 2
    assert "nope" in json.loads(capsys.readouterr().out)["error"]["message"]
