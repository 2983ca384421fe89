"""From a question in words to a SELECT, by a language model. The SELECT is bound by a grammar made for the dataset's
tables and columns, and passes the guard of the sandbox like any other: nothing else of the answer is used."""

from __future__ import annotations

from ..dataset import Dataset
from ..drafting.wished.possible import possible
from ..llm.base import GREEDY, Model, Prompt, Sampling, Tick, silent
from ..sandbox import guard_query, relation_names
from .editgrammar import SqlShape
from .facts import told_table
from .planning import sound
from .querygrammar import query_names, query_shape
from .relevance import relevant
from .sqlprompts import query_prompt
from .writing import MOST_TABLES, Question, chosen, written


def ask_query(
    dataset: Dataset, question: str, model: Model, *, sampling: Sampling = GREEDY, tick: Tick = silent
) -> str:
    """A SELECT in DuckDB's dialect that answers the question, for `dataset.sql`. Raises InputError for a question that
    is empty or too long, ModelError where nothing came of it."""
    asked, schema = sound(question), dataset.schema
    rooms = {key: room for key, room in possible(schema, as_of=dataset.as_of).items() if key in dataset}
    order = relevant(schema, rooms, asked)[:MOST_TABLES]
    names = query_names(schema, list(dataset))
    told = {key: told_table(dataset, key, names) for key in order}

    def prompted(tables: int, refused: str) -> Prompt:
        return query_prompt([told[key] for key in chosen(order, tables, rooms)], asked, refused)

    def shaped(tables: int) -> SqlShape:
        seen = chosen(order, tables, rooms)
        return query_shape(schema, {key: rooms[key] for key in seen}, {key: names[key] for key in seen})

    def held(sql: str) -> None:
        guard_query(sql, relation_names(list(dataset)).values())

    return written(
        Question(len(order), prompted, shaped), held, model, (dataset.seed, "query", asked), sampling, tick,
        "write the SELECT yourself with `sql`",
    )  # fmt: skip
