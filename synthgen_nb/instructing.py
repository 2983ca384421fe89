"""From a person's instructions to a plan, by way of a model: what it read out of them, what the person leaves out, what
it has to write, and the plan of all that. Knows no screen; asks before there is a job, so that its time is its own.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from msgspec import Struct

from .asking import WARMEST, ask_plan, describe, write_bank
from .errors import InputError
from .instructed import Change, Instructed
from .pages import model_words, place, plural, visible
from .request import drafted
from .wishes import Count, Wish, Written

if TYPE_CHECKING:
    from .asking import Bank
    from .llm import Model, Tick
    from .meters import Meter
    from .modeloptions import ModelOptions
    from .plan import Plan
    from .request import Request
    from .schema import Schema
    from .store import Store


_MOST_ROWS = 10_000_000  # of a table on a model's word: a slip of its would fill a disk


class Proposal(Struct, frozen=True):
    """What a model read out of instructions: changes, numbered from 1 as they stand here, and what it could not
    express, with reasons. `seconds` and `tokens` are the model's."""

    changes: tuple[Wish, ...]
    not_done: tuple[str, ...]
    tokens: int
    seconds: float

    def lines(self) -> tuple[str, ...]:
        return tuple(describe(wish) for wish in self.changes)


def propose(
    schema: Schema,
    asked: Request,
    options: ModelOptions,
    model: Model,
    meter: Meter,
    clock: Callable[[], float] = time.monotonic,
) -> Proposal:
    """Asks the model what of this schema the instructions concern. Raises ModelError, and Interrupted out of the
    meter."""
    plan, spent = drafted(schema, asked), _Spent(meter, clock)
    with spent.on("reading the instructions"):
        said = ask_plan(plan, options.instructions, model, sampling=options.planning, tick=spent.tick)
    return Proposal(said.changes, said.not_done, spent.tokens, spent.seconds)


def fulfilled(
    schema: Schema,
    asked: Request,
    options: ModelOptions,
    proposal: Proposal,
    model: Model,
    store: Store,
    meter: Meter,
    clock: Callable[[], float] = time.monotonic,
) -> tuple[Plan, Instructed]:
    """The plan of what was proposed, less the changes that the person drops, its banks written; and what is to be
    remembered of it. A bank that can't be written is told, and its column is filled by rules."""
    if beyond := sorted(n for n in options.drop if n > len(proposal.changes)):
        raise InputError(f"--drop: there is no change {beyond[0]}", hint=f"the model proposed {len(proposal.changes)}")
    ruled, spent = drafted(schema, asked), _Spent(meter, clock)
    kept: list[Wish] = []
    changes: list[Change] = []
    not_done, errors = list(proposal.not_done), []
    for number, (wish, line) in enumerate(zip(proposal.changes, proposal.lines(), strict=True), start=1):
        if number in options.drop:
            changes.append(Change(line, "dropped"))
            continue
        if isinstance(wish, Count) and wish.rows > _MOST_ROWS:
            changes.append(Change(line, "failed"))
            not_done.append(
                f"{line}: above {_MOST_ROWS:,} rows a number is yours to give (-n {wish.table}={wish.rows})"
            )
            continue
        if isinstance(wish, Written):
            try:
                with spent.on(f"writing {wish.table}: {', '.join(wish.columns)}"):
                    bank = _bank(ruled, wish, options, model, store, asked.seed, spent.tick)
            except InputError as error:
                changes.append(Change(line, "failed"))
                errors.append(f"{line}: {error}")
                continue
            not_done += [f"{line}: new values ran dry at {len(bank.values)}"] if bank.dry else []
            wish = bank.wish
        kept.append(wish)
        changes.append(Change(line))
    plan = drafted(schema, asked, wishes=kept)
    told = Instructed(
        instructions=options.instructions,
        model=model.name,
        commit=model.commit,
        temperature=options.sampling.temperature,
        top_p=options.sampling.top_p,
        top_k=options.sampling.top_k,
        plan_temperature=options.planning.temperature,
        changes=tuple(changes),
        not_done=(*not_done, *(f"{place(finding)}: {finding.text}" for finding in plan.not_done)),
        errors=tuple(errors),
        tokens=proposal.tokens + spent.tokens,
        seconds=round(proposal.seconds + spent.seconds, 3),
    )
    return plan, told


def _bank(plan: Plan, wish: Written, options: ModelOptions, model: Model, store: Store, seed: int, tick: Tick) -> Bank:
    ceiling = WARMEST if options.ceiling is None else options.ceiling
    return write_bank(plan, wish, model, store, sampling=options.sampling, ceiling=ceiling, seed=seed, tick=tick)


class _Spent:
    """A meter that also adds up the model's tokens and its time."""

    def __init__(self, meter: Meter, clock: Callable[[], float]) -> None:
        self._meter, self._clock = meter, clock
        self.tokens, self.seconds = 0, 0.0

    @contextmanager
    def on(self, doing: str) -> Iterator[None]:
        self._meter.begin(doing)
        began = self._clock()
        try:
            yield
        finally:
            self.seconds += self._clock() - began

    def tick(self, tokens: int) -> None:
        self.tokens += tokens
        self._meter.tick(tokens)


def told_lines(told: Instructed) -> tuple[str, ...]:
    """What came of the instructions, a line each: '2 orders.status: shipped 70 %' by the numbers of --drop."""
    head = f"{told.model}: {plural(len(told.changes), 'change')}, {len(told.not_done)} not done, {model_words(told)}"
    lines = [head + (" (--drop 1 leaves the first out)" if told.changes else "")]
    for number, change in enumerate(told.changes, start=1):
        state = "" if change.state == "done" else f" ({change.state})"
        lines.append(f"{number:>3}  {visible(change.text)}{state}")
    lines += [f"  -  not done: {visible(line)}" for line in told.not_done]
    lines += [f"  -  {visible(line)}" for line in told.errors]
    return tuple(lines)
