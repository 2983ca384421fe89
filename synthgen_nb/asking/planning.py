"""From a person's instructions to changes of a plan, by a language model. Its answer is bound by a grammar made for the
schema's tables and columns, read again and held against a drafted plan: nothing but wishes can come of it, and none
that breaks a constraint."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from msgspec import Struct

from ..drafting import tried
from ..drafting.wished.granting import Refusal
from ..drafting.wished.origins import Origins
from ..drafting.wished.possible import TableRoom, possible
from ..errors import InputError, ModelError
from ..feasibility import check
from ..llm import shapes
from ..llm.base import GREEDY, Ask, Model, Reply, Sampling, Tick, silent
from ..plan import Plan
from ..rows import key_of
from ..wishes import Wish, Written
from .changes import describe, shown, wishes_of
from .grammar import ChangesShape, changes_shape
from .prompts import plan_prompt
from .relevance import relevant

MOST_INSTRUCTIONS = 4_000  # characters
_MOST_TABLES = 40
_MARGIN = 64  # tokens of a chat's own words
_SEED = 1 << 63


class Asked(Struct, frozen=True):
    """`changes` are what the instructions come to, in the order they were made; `not_done` says in words what they ask
    for and no change can do. `tables` are those that the model was told of, `tokens` what it wrote."""

    changes: tuple[Wish, ...]
    not_done: tuple[str, ...]
    tables: tuple[str, ...]
    tokens: int


def ask_plan(plan: Plan, instructions: str, model: Model, *, sampling: Sampling = GREEDY, tick: Tick = silent) -> Asked:
    """What a model makes of `instructions` for this plan: give the changes, or some of them, to `draft_plan`. Raises
    InputError for instructions that are empty or too long, and ModelError where no table fits into the model's
    context or its answer broke off."""
    instructions = sound(instructions)
    rows = _usual(plan)
    rooms = possible(plan.schema, rows, plan.as_of)
    order = relevant(plan.schema, rooms, instructions)
    ask, shape, told = _fitting(plan, {key: rooms[key] for key in order}, instructions, model, sampling)
    (reply,) = model.complete([ask], tick)
    return understood(plan, shape, reply, told)


def understood(plan: Plan, shape: ChangesShape, reply: Reply, tables: Sequence[str]) -> Asked:
    """The wishes that a reply spells, without those that the constraints leave no room for. Raises ModelError for a
    reply that is no answer."""
    if reply.cut:
        raise ModelError("the model's answer broke off", hint="ask for less at a time")
    answer = shapes.read(shape.shape, reply.text)
    asked: list[Wish] = []
    for wish in wishes_of(answer["changes"], shape.columns, shape.families):
        asked += [wish] if wish not in asked else []
    wishes, refused = held(plan, asked)
    told = [
        f"{describe(refusal.wish)} - {refusal.why}" for refusal in sorted(refused, key=lambda r: asked.index(r.wish))
    ]
    said = [line for line in map(shown, answer["not_done"]) if line]
    return Asked(tuple(wishes), tuple(dict.fromkeys((*said, *told))), tuple(tables), reply.tokens)


def held(plan: Plan, wishes: Sequence[Wish]) -> tuple[list[Wish], list[Refusal]]:
    """The wishes that can be fulfilled, wholly or in part, and those that can't, by a draft with all of them and a
    check of what it would make."""
    origins = Origins(plan.locale, plan.reachable)
    other, refused = tried(plan.schema, _usual(plan), seed=plan.seed, as_of=plan.as_of, wishes=wishes, origins=origins)
    out = [refusal for refusal in refused if not refusal.partly and not _waits(refusal.wish)]
    kept = [wish for wish in wishes if all(wish != refusal.wish for refusal in out)]
    broken = check(other).broken if kept else ()
    if not broken or check(plan).broken:
        return kept, out
    tables = {finding.table for finding in broken}
    blamed = [wish for wish in kept if wish.table in tables] or kept
    left, more = held(plan, [wish for wish in kept if wish not in blamed])
    return left, [*out, *more, *(Refusal(wish, broken[0].text) for wish in blamed)]


def _waits(wish: Wish) -> bool:
    """Whether it has values only once a model has written them."""
    return isinstance(wish, Written) and not wish.values


def sound(instructions: str) -> str:
    """The instructions, if they are such. Raises InputError for none and for too many."""
    if not (instructions := instructions.strip()):
        raise InputError("there are no instructions", hint="say what the data should look like")
    if len(instructions) > MOST_INSTRUCTIONS:
        raise InputError(
            f"instructions of {len(instructions):,} characters are too long",
            hint=f"say it in {MOST_INSTRUCTIONS:,}, or in several steps",
        )
    return instructions


def _usual(plan: Plan) -> int:
    """The rows that most tables are to have: which of them were asked for by name a plan does not say."""
    counts = Counter(table.asked for table in plan.tables.values())
    return counts.most_common(1)[0][0] if counts else 0


def _fitting(
    plan: Plan, rooms: Mapping[str, TableRoom], instructions: str, model: Model, sampling: Sampling
) -> tuple[Ask, ChangesShape, tuple[str, ...]]:
    """The question with as many of the tables as the model's context has room for, the first of them first."""
    most = min(len(rooms), _MOST_TABLES)
    while most:
        chosen = {key: rooms[key] for key in sorted(list(rooms)[:most], key=list(plan.schema.tables).index)}
        shape = changes_shape(chosen)
        prompt = plan_prompt(plan.schema, chosen, instructions)
        longest = shapes.most_tokens(shape.shape, model)
        used = model.count(prompt.system) + model.count(prompt.shared) + model.count(prompt.own)
        if used + longest + _MARGIN <= model.context:
            seed = key_of(plan.seed, "plan", instructions) % _SEED
            return (
                Ask(prompt=prompt, shape=shape.shape, seed=seed, sampling=sampling, most=longest),
                shape,
                tuple(chosen),
            )
        most = most * 2 // 3
    raise ModelError(
        f"{model.name} reads {model.context:,} tokens at once, too few for these instructions and one table",
        hint="shorten the instructions, or take a model with a longer context",
    )
