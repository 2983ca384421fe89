"""From what a person typed to an Edit: SQL as it stands, words by way of a model. Knows no screen, and nothing of what
becomes of the edit."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from .edits import Breaking, Edit
from .errors import InputError
from .meters import expected
from .modeloptions import no_model

if TYPE_CHECKING:
    from argparse import Namespace

    from .dataset import Dataset
    from .llm import Model
    from .llm.trial import Loading
    from .meters import Meter
    from .modeloptions import ModelOptions

_COMMENT = re.compile(r"\s+|--[^\n]*(\n|$)|#[^\n]*(\n|$)|/\*.*?\*/", re.DOTALL)
_NAME = r"(\"[^\"]+\"|`[^`]+`|\[[^\]]+\]|[\w.$]+)"
# A sentence may begin with the same word ("update the prices", "with all customers"): the next words tell
_SQL = re.compile(
    rf"""UPDATE\s+(?:\w+\s+)?{_NAME}(\s*\.\s*{_NAME})?(\s+(AS\s+)?{_NAME})?\s+SET\b.*=
    | DELETE\s+FROM\b
    | (INSERT|REPLACE|MERGE)\s+INTO\b
    | INSERT\s+(IGNORE|OR\s+\w+)\s+INTO\b
    | TRUNCATE\s+TABLE\b
    | WITH\s+(RECURSIVE\s+)?{_NAME}\s*(\([^)]*\)\s*)?AS\s*(NOT\s+)?(MATERIALIZED\s*)?\(""",
    re.IGNORECASE | re.DOTALL | re.VERBOSE,
)


def is_sql(text: str) -> bool:
    """Whether it reads as a statement rather than as a sentence: such an edit needs no model."""
    at = 0
    while match := _COMMENT.match(text, at):
        at = match.end()
    return _SQL.match(text, at) is not None


def edit_of(
    dataset: Dataset,
    text: str,
    options: ModelOptions,
    model: Model | None,
    meter: Meter,
    *,
    table: str = "",
    breaking: Breaking = "refuse",
    pace: Loading | None = None,
) -> Edit:
    """What the text asks for; where it is no SQL, `model` writes it, about `table` if one is named. `pace` is what is
    known of the model's speed: the wait is told before it begins. Raises ModelError without a model, InputError for no
    text."""
    if is_sql(text):
        if table:
            raise InputError("--table is for words: SQL names its tables itself")
        return Edit(sql=text.strip(), breaking=breaking)
    from .asking import ask_edit, sound

    asked = sound(text)
    if model is None:
        raise no_model("%synthgen model load NAME", need="edits in words", otherwise="SQL needs none")
    meter.begin(f"writing the edit{expected(pace)}")
    edit = ask_edit(dataset, asked, model, table=table, sampling=options.planning, tick=meter.tick)
    return Edit(sql=edit.sql, breaking=breaking, prompt=edit.prompt, model=edit.model)


def breaking_of(args: Namespace) -> Breaking:
    """What the options say is to become of an edit that would break a rule."""
    return "cascade" if args.cascade else "mend" if args.mend else "refuse"
