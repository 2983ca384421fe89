"""The gold sets: whole, readable, and scored as they say."""

from __future__ import annotations

import re

import msgspec

from synthgen_nb.ddl import parse_ddl
from synthgen_nb.goldsets import (
    gold_instructions,
    gold_tables,
    gold_texts,
    holds,
    holds_together,
    names,
    score_instructions,
    score_meanings,
    score_rules,
    score_texts,
    written,
)
from synthgen_nb.llm import Ask, Sampling, ScriptedModel
from tests.test_meaning import GROUPS


def test_forty_tables_have_a_meaning_for_each_column() -> None:
    tables = gold_tables()
    assert len(tables) == 40
    for table in tables:
        assert set(parse_ddl(table.ddl, "postgres").tables[table.name].column_names) == set(table.meanings)
    assert set(names()) <= GROUPS


def test_thirty_text_columns_have_ten_constraints_each() -> None:
    columns = gold_texts()
    assert len(columns) == 30
    assert all(len(column.rules) + len(column.rules_together) == 10 for column in columns)
    for column in columns:
        assert [holds(rule, "Abc") in (True, False) for rule in column.rules]
        assert [holds_together(rule, ["a", "b"]) in (True, False) for rule in column.rules_together]
        assert f"len {column.length}" not in column.prompt


def test_a_model_that_knows_all_scores_all_and_one_that_knows_nothing_none() -> None:
    tables = gold_tables()
    by_ddl = {table.ddl: table for table in tables}

    def knows(ask: Ask) -> str:
        table = by_ddl[ask.prompt.own.removeprefix("The table:\n")]
        return msgspec.json.encode({column: min(of) for column, of in table.meanings.items()}).decode()

    assert score_meanings(ScriptedModel(knows), tables).share == 1
    assert score_meanings(ScriptedModel(lambda ask: "no JSON"), tables).share == 0


def test_rules_are_scored_on_the_same_tables() -> None:
    score = score_rules(gold_tables())
    assert score.asked == sum(len(table.meanings) for table in gold_tables())
    assert 0.5 < score.share < 1
    assert re.fullmatch(r"\w+\.\w+: .*", score.wrong[0])


def test_texts_are_held_against_each_constraint() -> None:
    assert holds("len 3-5", "four")
    assert not holds("words 2-3", "one")
    assert holds("end .!", "Stop!")
    assert not holds("noend .", "Stop.")
    assert holds("match [a-z]+(-[a-z]+)*", "small-talk")
    assert not holds("lacks the | and ", "Salt and pepper")
    assert not holds("upper", "")
    assert holds_together("distinct 50", ["a", "A ", "b", "c"])
    assert not holds_together("openings 60", ["the cat", "the dog"])


def test_a_columns_values_all_count() -> None:
    columns = [c for c in gold_texts() if c.column == "channels.slug"]
    twelve = [f"topic-{word}" for word in "abcdefghijkl"]
    model = ScriptedModel(lambda ask: msgspec.json.encode(twelve).decode())
    assert score_texts(columns, written(model, columns, Sampling())).share == 1
    none = score_texts(columns, written(ScriptedModel(lambda ask: "[]"), columns, Sampling()))
    assert (none.right, none.asked) == (0, 120)


def test_sixty_instructions_are_scored_by_kind_and_place_of_their_changes() -> None:
    cases = gold_instructions()
    assert len(cases) == 60
    few = cases[:4]
    answers = {case.instructions: case.answer for case in few}

    def knows(ask: Ask) -> str:
        return next(answer for words, answer in answers.items() if words in ask.prompt.own)

    assert score_instructions(ScriptedModel(knows, context=100_000), few).share == 1
    nothing = ScriptedModel(lambda ask: '{"changes": [], "not_done": []}', context=100_000)
    assert score_instructions(nothing, few).right == 0
    broken = score_instructions(ScriptedModel(lambda ask: "no JSON", context=100_000), few)
    assert (broken.right, len(broken.wrong)) == (0, 4)
