"""What a model made of a person's instructions, as it is kept with the job and the dataset that came of it. Frozen
data; knows no model."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct


class Change(Struct, frozen=True):
    """One thing that a model read out of instructions, in words; `state` tells whether the plan has it, whether the
    person left it out, or whether what it needs of the model failed."""

    text: str
    state: Literal["done", "dropped", "failed"] = "done"


class Instructed(Struct, frozen=True, kw_only=True):
    """`commit` is the revision of the model's weights. Banks were written at `temperature` or cooler, the instructions
    were read at `plan_temperature`. `changes` are counted from 1 as they stand; `not_done` says what could not be, each
    with its reason; `errors` are the model's. `seconds` is the model's time alone, in which it wrote `tokens`."""

    instructions: str
    model: str
    commit: str
    temperature: float
    top_p: float
    top_k: int
    plan_temperature: float
    changes: tuple[Change, ...] = ()
    not_done: tuple[str, ...] = ()
    errors: tuple[str, ...] = ()
    tokens: int = 0
    seconds: float = 0.0
