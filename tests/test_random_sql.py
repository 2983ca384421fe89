"""A model without a mind that takes any way the grammars of edits and questions leave open: whatever it writes is read
as an edit's statements, or passes the guard and is computed.

SYNTHGEN_ANSWERS is how many (10000 by hand), SYNTHGEN_DDL a folder of more schemas, in folders named by dialect."""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path

import pytest

import synthgen_nb as sg
from synthgen_nb.asking.editgrammar import SqlShape, edit_shape
from synthgen_nb.asking.querygrammar import query_names, query_shape
from synthgen_nb.dml import read_statements
from synthgen_nb.drafting.wished.possible import TableRoom
from synthgen_nb.errors import InputError
from synthgen_nb.llm import Ask, Prompt

from .models import UniformModel
from .test_random_answers import ANSWERS, schemas

pytestmark = pytest.mark.llm
EACH = 5  # answers of one grammar
MOST_TABLES = 12


def some(rooms: dict[str, TableRoom], seed: int) -> dict[str, TableRoom]:
    chosen = set(random.Random(seed).sample(list(rooms), min(MOST_TABLES, len(rooms))))
    return {key: room for key, room in rooms.items() if key in chosen}


def answers(shape: SqlShape, seed: int) -> list[str]:
    prompt = Prompt(system="", shared="")
    asks = [Ask(prompt=prompt, shape=shape.shape, seed=seed + n, most=shape.longest + 1) for n in range(EACH)]
    replies = list(UniformModel().complete(asks))
    assert not any(reply.cut for reply in replies)
    return [reply.text for reply in replies]


def test_every_edit_that_the_grammar_allows_is_read() -> None:
    kinds: Counter[str] = Counter()
    for number in range(0, ANSWERS, EACH):
        name, plan, rooms = schemas().plans[number // EACH % len(schemas().plans)]
        chosen = some(rooms, number)
        for sql in answers(edit_shape(plan.schema, chosen, tuple(chosen)), number):
            found = read_statements(sql, plan.schema, as_of=plan.as_of)
            assert {statement.table for statement in found} <= chosen.keys(), (name, sql)
            kinds.update(type(statement).__name__ for statement in found)
    assert set(kinds) == {"Update", "Delete", "Insert"}


def refusal(dataset: sg.Dataset, sql: str) -> str:
    try:
        dataset.sql(sql, rows=5)
    except InputError as error:
        return str(error)
    return ""


def test_every_question_that_the_grammar_allows_is_answered(tmp_path: Path) -> None:
    store, asked = sg.Store(tmp_path), 0
    for number in range(0, ANSWERS // 4, EACH):
        _, plan, rooms = schemas().plans[number // EACH % len(schemas().plans)]
        chosen = some(rooms, number)
        dataset = sg.generate(plan, store, f"set {number}")
        names = query_names(plan.schema, list(dataset))
        for sql in answers(query_shape(plan.schema, chosen, {key: names[key] for key in chosen}), number):
            refused = refusal(dataset, sql)
            assert not refused or "Out of Range" in refused, sql  # a sum of squares of numbers that are large
            asked += 1
    assert asked >= EACH
