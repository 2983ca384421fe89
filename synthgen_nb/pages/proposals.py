"""What people and programs are shown of an edit that is proposed: its SQL, what it changes, why it can't be applied and
the ways out. Knows no store."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import msgspec

from ..pages import Cell, Grid, Mark, Page, Part, cut, plural, report_marks, visible
from .diffs import diff_document, diff_parts, totals

if TYPE_CHECKING:
    from ..dataset import Dataset
    from ..editing import Problem, Proposal

_BROKEN = 10  # rules with rows of their own
_LONGEST = 200  # characters of a prompt or of a statement
_FOLLOWS = {"cascade": "other tables follow", "mend": "cells that would break a rule are drawn again"}


def proposal_page(proposal: Proposal, commands: tuple[tuple[str, str], ...] = ()) -> Page:
    """The SQL stands at the foot, above `commands`: what can be done with it."""
    edit, told = proposal.edit, proposal.diff.told
    problems = proposal.explained if proposal.problems else ()
    parts = [
        Part(
            f"would break: {visible(problem.words)}", Grid(tuple(map(visible, problem.columns)), _short(problem.rows)),
            folded=True, opened=True,
        )
        for problem in problems[:_BROKEN]
        if problem.rows
    ]  # fmt: skip
    return Page(
        f"{proposal.dataset.name} v{told.before}, edited",
        (
            totals(told) or "no difference",
            *([f"written by {visible(edit.model)}"] if edit.model else []),
            *([_FOLLOWS[edit.breaking]] if edit.breaking in _FOLLOWS else []),
        ),
        marks=_marks(proposal, problems),
        parts=(*parts, *diff_parts(told)),
        commands=(("SQL", "\n".join(visible(line) for line in edit.sql.splitlines())), *commands),
    )


def _short(rows: Sequence[tuple[str | None, ...]]) -> tuple[tuple[Cell, ...], ...]:
    return tuple(tuple(None if text is None else cut(visible(text[:_LONGEST])) for text in row) for row in rows)


def _marks(proposal: Proposal, problems: Sequence[Problem]) -> tuple[Mark, ...]:
    marks = [Mark("broken", visible(problem.words)) for problem in problems[:_BROKEN]]
    if (more := len(problems) - _BROKEN) > 0:
        marks.append(Mark("broken", f"and {plural(more, 'more rule')}"))
    if not problems:
        marks += report_marks(proposal.report)
    marks += [
        Mark("note", f"it speaks of all rows: {cut(visible(' '.join(text.split())), _LONGEST)}")
        for text in proposal.whole
    ]
    return tuple(marks)


def ways_out(proposal: Proposal, door: str, *, again: bool = False) -> tuple[tuple[str, str], ...]:
    """Of an edit that would break a rule, as they are typed behind `door`. A session holds the proposal; elsewhere the
    SQL comes `again`."""
    name = shlex.quote(proposal.dataset.name)
    edit = f"{door} edit {name}" + (f" {shlex.quote(proposal.edit.sql)}" if again else "")
    ways = {"cascade": "other tables follow", "mend": "draw what breaks again"}
    leave = () if again else (("leave it", f"{door} discard {name}"),)
    return (*leave, *((words, f"{edit} --{way}") for way, words in ways.items() if way != proposal.edit.breaking))


def choices(proposal: Proposal, door: str) -> tuple[tuple[str, str], ...]:
    """What can be done with an open proposal."""
    if proposal.problems:
        return ways_out(proposal, door)
    name = shlex.quote(proposal.dataset.name)
    return (
        ("apply it", f"{door} apply {name}{' --yes' if proposal.whole else ''}"),
        ("leave it", f"{door} discard {name}"),
    )


def applied_page(proposal: Proposal, now: Dataset, door: str, followed: str = "") -> Page:
    """What came of it; `followed` is what is said of bound names."""
    if not proposal.diff:
        return Page(f"{now.name} v{now.version}", ("nothing differs: it stays the current version",))
    return Page(
        f"{now.name} v{now.version}",
        ("current now", totals(proposal.diff.told)),
        marks=(*report_marks(proposal.report), *([Mark("note", followed)] if followed else [])),
        commands=(("undo", f"{door} undo {shlex.quote(now.name)}"),),
    )


def proposal_document(proposal: Proposal, applied: Dataset | None) -> dict[str, Any]:
    """The document of its diff, and {"applied", "version", "edit": {"sql", "prompt", "model", "breaking"}, "problems":
    [findings], "whole": [statements]}: `version` is the one that is current."""
    current = applied if applied is not None else proposal.parent
    edit = proposal.edit
    return {
        **diff_document(proposal.diff),
        "applied": applied is not None,
        "version": current.version,
        "edit": {"sql": edit.sql, "prompt": edit.prompt, "model": edit.model, "breaking": edit.breaking},
        "problems": [msgspec.to_builtins(finding) for finding in proposal.problems],
        "whole": list(proposal.whole),
    }
