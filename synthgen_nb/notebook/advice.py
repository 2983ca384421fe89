"""The model's side of the panel: what it read out of the instructions, which of that a person unticked, and how far it
is. Its work goes on in a thread that draws nothing; what is shown are plain JSON values.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from ..errors import Interrupted
from ..instructing import Proposal, fulfilled, propose
from ..meters import Drawn, Work
from ..modeloptions import NO_EFFECT, ModelOptions, no_model
from ..pages import duration, plural
from ..request import drafted

if TYPE_CHECKING:
    from ..instructed import Instructed
    from ..llm.trial import Loading
    from ..plan import Plan
    from ..request import Request
    from ..schema import Schema
    from ..store import Store
    from .models import Models


class Advice:
    """`dropped` are the numbers of unticked changes. `plan` runs in a thread of its own, everything else in the main
    one; `stop` ends the model's work at one of its next tokens."""

    def __init__(self, models: Models, store: Store) -> None:
        self._models, self._store = models, store
        self._read: tuple[object, Proposal] | None = None
        self._stopped = False
        self.work: Work | None = None
        self.dropped: frozenset[int] = frozenset()

    def stop(self) -> None:
        self._stopped = True

    def drop(self, number: int, out: bool) -> None:
        self.dropped = self.dropped | {number} if out else self.dropped - {number}

    def forget(self) -> None:
        """Other instructions, or another schema: what was read is of no use."""
        self._read, self.dropped = None, frozenset()

    def need(self, options: ModelOptions) -> bool:
        """Whether a model has to be asked. Raises ModelError where there is none."""
        if not options.instructions:
            return False
        if not self._models.at_hand(options) and not options.ignore_instructions:
            raise no_model("press Load beside its name, or %synthgen model load NAME")
        return self._models.at_hand(options)

    def load(self, options: ModelOptions) -> Loading:
        self.work = Work(f"loading {options.name}", 0, 0.0)
        return self._models.measured(options)

    def unload(self) -> str:
        return self._models.unload()

    def rest(self) -> None:
        """Its thread has come to an end."""
        self.work = None

    def read(self, schema: Schema, request: Request, options: ModelOptions) -> Proposal:
        """What the model reads; once for the same words about the same schema."""
        model = self._models.wanted(options)
        about = (schema, options.instructions, options.planning, model.name, model.commit)
        if self._read is None or self._read[0] != about:
            self.forget()
            proposal = propose(schema, request, options, model, self.meter())
            self._read = (about, proposal)
        return self._read[1]

    def plan(self, schema: Schema, request: Request, options: ModelOptions) -> tuple[Plan, Instructed | None]:
        """By rules, and by what was read and is still ticked. Raises as `drafted`, and ModelError."""
        if not self.need(options):
            return drafted(schema, request), None
        proposal = self.read(schema, request, options)
        chosen, model = replace(options, drop=self.dropped), self._models.wanted(options)
        return fulfilled(schema, request, chosen, proposal, model, self._store, self.meter())

    def state(self) -> dict[str, Any]:
        """{"model", "doing", "changes": [{"number", "text", "on"}], "not_done", "facts"}"""
        model, known = self._models.held, self._read[1] if self._read else None
        lines = known.lines() if known else ()
        return {
            "model": model.name if model else "",
            "facts": facts(self._models),
            "doing": self.work.words() if self.work else "",
            "changes": [
                {"number": n, "text": line, "on": n not in self.dropped} for n, line in enumerate(lines, start=1)
            ],
            "not_done": list(known.not_done) if known else [],
            "read": f"{plural(len(lines), 'change')}, read in {duration(known.seconds)}" if known else "",
        }

    def meter(self) -> Drawn:
        """Shows in `state` what a model is at, and ends at `stop`."""
        self._stopped = False
        return _Stoppable(self)

    def keep(self, work: Work) -> None:
        self.work = work

    def go_on(self) -> None:
        """Raises Interrupted once the model is to stop."""
        if self._stopped:
            raise Interrupted("the model was stopped; nothing was begun")


class _Stoppable(Drawn):
    def __init__(self, advice: Advice) -> None:
        super().__init__(advice.keep)
        self._advice = advice

    def tick(self, tokens: int) -> None:
        super().tick(tokens)
        self._advice.go_on()


def facts(models: Models) -> str:
    """Which model is held, where it lies and how fast it is, as far as that is known."""
    if models.held is None:
        return NO_EFFECT
    known = models.loading
    return " · ".join([models.held.name, *([known.words()] if known and known.words() else [])])
