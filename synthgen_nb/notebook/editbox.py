"""The panel's box for edits: words or SQL, what would change before it does, and the way back. Knows proposals and
versions; what it shows are plain JSON values.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from msgspec import structs

from ..editing import Proposal, propose
from ..edits import Breaking, Edit
from ..errors import InputError
from ..modeloptions import no_model
from ..pages import Grid, cut
from ..pages.diffs import totals
from ..revising import edit_of, is_sql
from .panelstate import json_grid

if TYPE_CHECKING:
    from ..dataset import Dataset
    from ..diffs import TableDiff
    from ..modeloptions import ModelOptions
    from .advice import Advice
    from .errands import Act
    from .outcome import Outcome, Screen
    from .place import Place

_WAYS: dict[str, Breaking] = {"refuse": "refuse", "cascade": "cascade", "mend": "mend"}
_LONGEST = 20_000  # characters of an edit
_VALUE = 200  # characters of a cell that is shown
_PROBLEMS, _TABLES = 8, 12


class EditBox:
    """`options` tells what the form says of the model now. `follow` must be told of each dataset that is shown."""

    def __init__(
        self, screen: Screen, outcome: Outcome, place: Place, advice: Advice, options: Callable[[], ModelOptions]
    ) -> None:
        self._screen, self._outcome, self._place, self._advice, self._options = screen, outcome, place, advice, options
        self._written: tuple[Dataset, str, Edit] | None = None  # for the next way out nobody is asked again
        self._doing = ""

    def acts(self) -> dict[str, Act]:
        return {
            "propose": self._propose,
            "apply": self._apply,
            "discard": self._discard,
            "undo": lambda message, buffers: self._move(self._place.store.undo(self._outcome.dataset.name), "undone"),
            "redo": lambda message, buffers: self._move(self._place.store.redo(self._outcome.dataset.name), "redone"),
        }

    def follow(self, dataset: Dataset) -> None:
        """This one is shown now: an open proposal for another version is of no use."""
        proposal = self._open(dataset)
        if proposal is not None and proposal.parent != dataset:
            self._place.session.proposals.give_up(self._place.store, dataset.name)
        self.refresh()

    def rest(self) -> None:
        """Its thread has come to an end."""
        if self._doing:
            self._doing = ""
            self.refresh()

    def refresh(self) -> None:
        """{"name", "doing", "undo", "redo", "proposal": {"words", "sql", "whole", "problems", "tables"} or None}"""
        dataset = self._outcome.shown
        if dataset is None:
            return
        at = self._place.store.pointer(dataset.name)
        current = at.at == dataset.version
        # while a thread works the next one out, the open one's rows may go at any moment: what is shown of it stays
        proposal = None if self._doing else self._open(dataset)
        kept = self._screen.edits.get("proposal") if self._doing else None
        self._screen.edits = {
            "name": dataset.name,
            "doing": self._doing,
            "undo": (dataset.description or "the last edit") if current and dataset.parent is not None else "",
            "redo": current and bool(at.undone),
            "proposal": proposal_state(proposal) if proposal is not None else kept,
        }

    def _propose(self, message: Mapping[str, Any], buffers: list[memoryview]) -> None:
        dataset, text = self._outcome.dataset, str(message.get("text", "")).strip()
        breaking = _WAYS.get(str(message.get("breaking")), "refuse")
        if not text or len(text) > _LONGEST:
            raise InputError(f"an edit has 1 to {_LONGEST:,} characters, this has {len(text):,}")
        known, options, models = self._written, self._options(), self._place.session.models
        again = known[2] if known is not None and known[:2] == (dataset, text) else None
        if again is None and not is_sql(text) and not models.at_hand(options):
            load = "press Load beside its name, or %synthgen model load NAME"
            raise no_model(load, need="edits in words", otherwise="SQL needs none")

        def errand() -> Callable[[], None]:
            edit = again
            if edit is None:
                model = None if is_sql(text) else models.wanted(options)
                edit = edit_of(dataset, text, options, model, self._advice.meter(), pace=models.pace())
            edit = structs.replace(edit, breaking=breaking)
            self._place.session.proposals.give_up(self._place.store, dataset.name)
            proposal = propose(dataset, edit)
            return lambda: self._keep(proposal, text, edit)

        self._screen.send_out(errand)
        self._doing = "working out what would change"
        self.refresh()

    def _keep(self, proposal: Proposal, text: str, edit: Edit) -> None:
        self._written = (proposal.parent, text, edit)
        self._place.session.proposals.keep(self._place.store, proposal)
        if not proposal.diff and not proposal.problems:
            self._place.session.proposals.give_up(self._place.store, proposal.dataset.name)
            self._screen.say("note", f"nothing would change: {cut(edit.sql, _VALUE)}")
        self._doing = ""
        self.refresh()

    def _apply(self, message: Mapping[str, Any], buffers: list[memoryview]) -> None:
        store, name = self._place.store, self._outcome.dataset.name
        dataset = self._place.session.proposals.of(store, name).apply(confirmed=message.get("confirmed") is True)
        self._place.session.proposals.close(store, name)
        self._written = None
        self._move(dataset, "applied")

    def _discard(self, message: Mapping[str, Any], buffers: list[memoryview]) -> None:
        self._place.session.proposals.discard(self._place.store, self._outcome.dataset.name)
        self.refresh()
        self._screen.say("note", "discarded: nothing was changed")

    def _move(self, dataset: Dataset, word: str) -> None:
        followed = self._outcome.moved(dataset)
        self._screen.say("ok", " · ".join(filter(None, (f"{word}: v{dataset.version} is the current one", followed))))

    def _open(self, dataset: Dataset) -> Proposal | None:
        return self._place.session.proposals.get(self._place.store, dataset.name)


def proposal_state(proposal: Proposal) -> dict[str, Any]:
    """What would come of it."""
    tables = list(proposal.diff.tables.values())
    whole = f"It speaks of all rows of a table ({proposal.whole[0]}): I am sure." if proposal.whole else ""
    return {
        "words": totals(proposal.diff.told) or "no difference",
        "sql": proposal.edit.sql,
        "whole": whole,
        "problems": [
            {"text": problem.words, "rows": json_grid(Grid(problem.columns, problem.rows)) if problem.rows else None}
            for problem in proposal.explained[:_PROBLEMS]
        ],
        "tables": [table_state(table) for table in tables[:_TABLES]],
    }


def table_state(table: TableDiff) -> dict[str, Any]:
    """The sample of a table: {"title", "key", "columns", "rows": [{"kind", "key", "cells": {column: [old, new]}}]}"""
    columns = list(dict.fromkeys(name for row in table.sample for name in row.cells if name not in table.key))
    counts = [f"{count:,} {word}" for word in ("added", "removed", "changed") if (count := getattr(table, word))]
    left = table.added + table.removed + table.changed - len(table.sample)
    return {
        "title": f"{table.table} · {', '.join(counts)}",
        "key": list(table.key or ("row",)),
        "columns": columns,
        "rows": [
            {
                "kind": row.kind,
                "key": [_short(value) for value in row.key],
                "cells": {name: [_short(v) for v in pair] for name, pair in row.cells.items() if name in columns},
            }
            for row in table.sample
        ],
        "more": f"and {left:,} more" if left else "",
    }


def _short(value: str | None) -> str | None:
    return None if value is None else cut(value, _VALUE)
