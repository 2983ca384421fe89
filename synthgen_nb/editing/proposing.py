"""From the SQL of an edit to the next version: worked out in a draft, checked, looked at, then applied or discarded.
Knows versions; not what a statement does.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Self

from ..dataset import Dataset
from ..diffing import Diff, diff
from ..dml import Insert, read_statements
from ..drafts import Draft
from ..draws import Draws
from ..edits import Breaking, Edit
from ..errors import RefusedEdit
from ..report import Finding, Report
from ..selecting import Limits
from ..store import Store
from ..validation import revalidate, validate
from .applying import perform
from .bounded import EDIT
from .consequences import cascade, mend
from .explaining import Problem, problems_of, refusal, worse
from .following import follow
from .state import State

_FEW = 100_000  # changed rows that are looked at by themselves
_DESCRIBED = 120  # characters
_FOLLOW = {"cascade": cascade, "mend": mend}
_ROUNDS = 8  # what follows may break a rule in turn


class Proposal:
    """An edit that is worked out and checked, and listed nowhere: `dataset` is the version that would come of it, from
    `parent`. `problems` are the rules that would fail in more rows than before, `whole` the statements that speak of
    all rows of a table. It ends with its process, or by `discard`; a context manager discards it, unless applied."""

    def __init__(
        self,
        edit: Edit,
        parent: Dataset,
        draft: Draft,
        dataset: Dataset,
        report: Report,
        found: Diff,
        whole: Sequence[str],
    ) -> None:
        self.edit, self.parent, self.dataset, self.report, self.diff = edit, parent, dataset, report, found
        self.whole = tuple(whole)
        self._draft = draft

    @property
    def problems(self) -> tuple[Finding, ...]:
        return tuple(worse(_report(self.parent), self.report))

    @property
    def explained(self) -> tuple[Problem, ...]:
        """The problems in plain words, with a few of the rows that would fail."""
        return problems_of(self.dataset, self.problems)

    def apply(self, *, confirmed: bool = False) -> Dataset:
        """Makes it the current version; where nothing differs, the parent stays that. Raises RefusedEdit where a rule
        would break, where all rows of a table are meant and that was not `confirmed`, and where the parent is no longer
        the current version."""
        if self.problems:
            raise refusal(self.problems)
        if self.whole and not confirmed:
            raise RefusedEdit(
                f"this speaks of all rows of a table: {self.whole[0]}", hint="confirm it (--yes), or add a WHERE"
            )
        store = _store(self.parent)
        if not self.diff:
            store.require_current(self.parent)
            self.discard()
            return self.parent
        self.dataset.keep_diff(self.diff.told)
        with store.succeeding(self.parent):
            self._draft.publish(self.dataset)
        self._draft.close()
        return self.dataset

    def discard(self) -> None:
        """Nothing is left of it."""
        self._draft.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self._draft.close()


def propose(dataset: Dataset, edit: Edit | str, *, breaking: Breaking = "refuse", limits: Limits = EDIT) -> Proposal:
    """The edit worked out: UPDATE, DELETE and INSERT in the dataset's dialect, with `synth()` and its like; `limits`
    are those of each statement. Raises InputError for what can't be read, UnsafeSQLError for what is not allowed and
    RefusedEdit for what can't be done."""
    edit = Edit(sql=edit, breaking=breaking) if isinstance(edit, str) else edit
    store = _store(dataset)
    store.require_current(dataset)
    statements = read_statements(edit.sql, dataset.schema, as_of=dataset.as_of)
    before = _report(dataset)
    draft = store.begin(dataset.name, parent=dataset.version)
    try:
        state = State(dataset, draft)
        with Draws(dataset, state.paths) as draws:
            for statement in statements:
                perform(state, statement, draws, limits)
            successor, report = _followed(state, edit, before, draws)
        known = {key: state.columns.get(key, set()) for key in (state.columns.keys() | state.shrunk) - state.grown}
        successor.keep_report(report)  # a diff reads there which keys hold
        found = diff(dataset, successor, columns=known)
    except BaseException:
        draft.close()
        raise
    whole = [each.text for each in statements if not isinstance(each, Insert) and each.whole]
    return Proposal(edit, dataset, draft, successor, report, found, whole)


def apply(dataset: Dataset, edit: Edit | str, *, breaking: Breaking = "refuse") -> tuple[Dataset, Diff, Report]:
    """The next version, what differs in it, and its report: `propose` and then `apply`, confirmed."""
    with propose(dataset, edit, breaking=breaking) as proposal:
        return proposal.apply(confirmed=True), proposal.diff, proposal.report


def _looked_at(state: State, edit: Edit, before: Report) -> tuple[Dataset, Report]:
    said = " ".join((edit.prompt or edit.sql).split())
    successor = state.successor(edit, said if len(said) <= _DESCRIBED else said[: _DESCRIBED - 1] + "…")
    changed = {*state.columns, *state.shrunk}
    rows = {
        key: state.marked_rows(key)
        for key in changed
        if (few := state.marked(key)) <= _FEW or few * 4 <= state.rows(key)
    }
    return successor, revalidate(successor, before, state.columns, rows, shrunk=state.shrunk)


def _followed(state: State, edit: Edit, before: Report, draws: Draws) -> tuple[Dataset, Report]:
    """What becomes of the rest: of rows that break a rule, then of what the plan ties to changed cells."""
    if edit.breaking == "refuse":
        follow(state)
        return _looked_at(state, edit, before)
    successor, report = _looked_at(state, edit, before)
    for _ in range(_ROUNDS):
        if not _FOLLOW[edit.breaking](state, worse(before, report), draws):
            break
        successor, report = _looked_at(state, edit, before)
    return _looked_at(state, edit, before) if follow(state) else (successor, report)


def _report(dataset: Dataset) -> Report:
    return dataset.report or validate(dataset)


def _store(dataset: Dataset) -> Store:
    folder, remote = dataset.path.parent.parent, dataset.remote
    return Store(folder) if remote is None else Store(remote.url, mirror=folder)
