"""From a question in words to rows: the SELECT that a model writes, run within limits. Knows no screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .meters import expected

if TYPE_CHECKING:
    from .dataset import Dataset
    from .llm import Model
    from .llm.trial import Loading
    from .meters import Meter
    from .modeloptions import ModelOptions
    from .selecting import Answer, Limits

NEED, OTHERWISE = "questions in words", 'sql NAME "SELECT ..." needs none'


def answered(
    dataset: Dataset,
    question: str,
    options: ModelOptions,
    model: Model,
    meter: Meter,
    limits: Limits,
    pace: Loading | None,
) -> Answer:
    """`pace` is what is known of the model's speed: the wait is told before it begins. Raises InputError for a question
    that is empty and for a limit that was met, ModelError where the model writes no SELECT."""
    from .asking import ask_query

    meter.begin(f"writing the SELECT{expected(pace)}")
    sql = ask_query(dataset, question, model, sampling=options.planning, tick=meter.tick)
    return dataset.select(sql, limits)
