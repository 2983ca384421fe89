"""A model writes SQL: as many tables as it can read at once, its answer held against what is allowed, and one more try
with the reason where it was refused."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from msgspec import Struct

from ..errors import InputError, ModelError
from ..llm.base import Ask, Model, Prompt, Sampling, Tick
from ..rows import key_of
from .editgrammar import SqlShape

MOST_TABLES = 12  # that a model is told of
_TOKENS = 600  # of an answer; what is longer does not come to an end
_MARGIN = 64  # tokens of a chat's own words
_SEED = 1 << 63
_TRIES = 2


class Question(Struct, frozen=True):
    """What to ask about the first so many tables: `prompt` takes the number of them and what was refused before."""

    tables: int
    prompt: Callable[[int, str], Prompt]
    shape: Callable[[int], SqlShape]


def written(
    question: Question, hold: Callable[[str], object], model: Model, seed: tuple[int, str, str], sampling: Sampling,
    tick: Tick, otherwise: str,
) -> str:  # fmt: skip
    """SQL that `hold` has let through. It raises InputError for what is refused; the second time that is a ModelError,
    with `otherwise` as the way out."""
    refused = ""
    for attempt in range(_TRIES):
        ask = _fitting(question, refused, model, key_of(*seed, str(attempt)) % _SEED, sampling)
        (reply,) = model.complete([ask], tick)
        if reply.cut:
            raise ModelError("the model's answer broke off", hint=f"ask for less at a time, or {otherwise}")
        sql = _bare(reply.text)
        try:
            hold(sql)
        except InputError as error:
            refused = str(error)
        else:
            return sql
    raise ModelError(f"what the model wrote can't be run: {refused}", hint=f"say it in other words, or {otherwise}")


def _fitting(question: Question, refused: str, model: Model, seed: int, sampling: Sampling) -> Ask:
    """With as many tables as the model's context has room for."""
    tables = question.tables
    while tables:
        prompt, shape = question.prompt(tables, refused), question.shape(tables)
        most = min(_TOKENS, shape.longest + 1, model.context // 2)
        used = model.count(prompt.system) + model.count(prompt.shared) + model.count(prompt.own)
        if used + most + _MARGIN <= model.context:
            return Ask(prompt=prompt, shape=shape.shape, seed=seed, sampling=sampling, most=most)
        tables = tables * 2 // 3
    raise ModelError(
        f"{model.name} reads {model.context:,} tokens at once, too few for this and one table",
        hint="say it in fewer words, or take a model with a longer context",
    )


def _bare(text: str) -> str:
    """Without the fence that a model of a server that holds no grammar puts around code."""
    lines = text.strip().splitlines()
    if len(lines) > 1 and lines[0].startswith("```") and lines[-1].strip() == "```":
        lines = lines[1:-1]
    return "\n".join(lines).strip().rstrip(";").rstrip()


def chosen(order: Sequence[str], tables: int, keys: Iterable[str]) -> list[str]:
    """The first so many of `order`, as `keys` have them."""
    return sorted(order[:tables], key=list(keys).index)
