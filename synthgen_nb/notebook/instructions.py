"""`-i`: a cell's instructions, asked of the session's model in the main thread, with its progress and then its changes
in the cell's output. The plan comes of it; no job has begun by then.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, NamedTuple

from IPython.display import DisplayHandle, display

from ..errors import Interrupted
from ..instructing import fulfilled, propose
from ..meters import Drawn, InLog, Meter, OnTerminal, Unseen, Work
from ..modeloptions import model_options, no_model, without_effect
from ..pages import Mark, Page, instructed_part, model_words, plural
from ..request import drafted
from .place import screen_width
from .views import bundle

if TYPE_CHECKING:
    from argparse import Namespace

    from ..instructed import Instructed
    from ..plan import Plan
    from ..request import Request
    from ..schema import Schema
    from .place import Place


class Drafted(NamedTuple):
    """A plan, what a model had to do with it, and what has to be said of the options."""

    plan: Plan
    instructed: Instructed | None
    notes: tuple[Mark, ...]


def drafted_by(place: Place, args: Namespace, schema: Schema, asked: Request) -> Drafted:
    """By rules, and by the instructions of the line where it has some. Whether it is feasible is for the job to say.
    Raises ModelError where there are instructions and no model."""
    options, models = model_options(place.given, args), place.session.models
    said = [*options.warnings, *without_effect(options, loaded=models.at_hand(options))]
    if options.instructions and not models.at_hand(options):
        if not options.ignore_instructions:
            raise no_model("%synthgen model load NAME")
        said.append("the instructions are ignored: no model is loaded")
    notes = tuple(Mark("note", line) for line in said)
    if not options.instructions or not models.at_hand(options):
        return Drafted(drafted(schema, asked), None, notes)
    meter = meter_of(place)
    try:
        model = models.wanted(options)
        proposal = propose(schema, asked, options, model, meter)
        plan, told = fulfilled(schema, asked, options, proposal, model, place.store, meter)
    except KeyboardInterrupt:
        raise Interrupted("interrupted while the model was asked; nothing was begun") from None
    finally:
        meter.close()
    if not place.quiet:
        place.show(instructed_page(told))
    return Drafted(plan, told, notes)


def instructed_page(told: Instructed) -> Page:
    """What was read, before any row is made."""
    facts = (plural(len(told.changes), "change"), f"{len(told.not_done)} not done", model_words(told))
    again = (("leave some out", "the same with --drop 1"),) if told.changes else ()
    return Page("instructions", facts, parts=(instructed_part(told, folded=False),), commands=again)


def meter_of(place: Place) -> Meter:
    """A model's work, where the line was typed."""
    if place.quiet:
        return Unseen()
    if place.front_end == "html":
        return _InCell()
    return OnTerminal(sys.stderr, screen_width()) if sys.stderr.isatty() else InLog(sys.stderr)


class _InCell(Drawn):
    """One output of the running cell, empty again at the end."""

    def __init__(self) -> None:
        self._handle: DisplayHandle | None = None
        super().__init__(self._show)

    def _show(self, work: Work) -> None:
        self._update(bundle(Page("model", (work.words(),))))

    def _update(self, shown: dict[str, str]) -> None:
        if self._handle is None:
            self._handle = display(shown, raw=True, display_id=True)
        else:
            self._handle.update(shown, raw=True)

    def close(self) -> None:
        if self._handle is not None:
            self._update({"text/html": "", "text/plain": ""})
