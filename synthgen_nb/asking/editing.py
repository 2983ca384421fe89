"""From a request in words to an Edit, by a language model. Its SQL is bound by a grammar made for the dataset's tables
and columns, and read by the same reader as SQL that a person types: nothing else of the answer is used."""

from __future__ import annotations

from ..dataset import Dataset, near
from ..dml import read_statements
from ..drafting.wished.possible import possible
from ..edits import Edit
from ..errors import InputError
from ..llm.base import GREEDY, Model, Prompt, Sampling, Tick, silent
from .editgrammar import SqlShape, edit_shape
from .facts import told_table
from .planning import sound
from .relevance import relevant
from .sqlprompts import Names, edit_prompt
from .sqlwords import said
from .writing import MOST_TABLES, Question, chosen, written


def ask_edit(
    dataset: Dataset, prompt: str, model: Model, *, table: str = "", sampling: Sampling = GREEDY, tick: Tick = silent
) -> Edit:
    """What a model makes of a request; of `table` alone, if one is named, though the others may say which rows. Raises
    InputError for a request that is empty or too long and for a table that is not there, ModelError where nothing came
    of it."""
    request, schema = sound(prompt), dataset.schema
    if table and table not in dataset:
        raise InputError(f"there is no table '{table}'{near(table, dataset)}")
    rooms = {key: room for key, room in possible(schema, as_of=dataset.as_of).items() if key in dataset}
    order = relevant(schema, rooms, f"{request} {table}")[:MOST_TABLES]
    if table:
        order = [table, *(key for key in order if key != table)]
    tables, how = schema.tables, said(schema.dialect)
    names = {key: Names(how.table(tables[key]), {c: how.name(c) for c in tables[key].column_names}) for key in dataset}
    told = {key: told_table(dataset, key, names) for key in order}

    def prompted(tables: int, refused: str) -> Prompt:
        return edit_prompt([told[key] for key in chosen(order, tables, rooms)], schema.dialect, request, refused)

    def shaped(tables: int) -> SqlShape:
        seen = {key: rooms[key] for key in chosen(order, tables, rooms)}
        return edit_shape(schema, seen, (table,) if table else tuple(seen))

    def held(sql: str) -> None:
        others = {statement.table for statement in read_statements(sql, schema, as_of=dataset.as_of)} - {table}
        if table and others:
            raise InputError(f"it changes {', '.join(sorted(others))}", hint=f"only {table} was to be changed")

    sql = written(
        Question(len(order), prompted, shaped), held, model, (dataset.seed, "edit", request), sampling, tick,
        "write the SQL yourself",
    )  # fmt: skip
    return Edit(sql=sql, prompt=request, model=model.name)
