"""What people and programs are shown of a diff, of the versions of a dataset, and of a step between them: pages, and
the objects of --json. Knows no store."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import msgspec

from ..pages import Cell, Grid, Mark, Page, Part, Swap, cut, moment, plural, report_marks, visible, without_empty

if TYPE_CHECKING:
    from ..dataset import Dataset
    from ..diffing import Diff, Step
    from ..diffs import Differences, RowDiff, TableDiff
    from ..report import Report

_TABLES = 12  # with rows of their own on a page
_WIDE = 40  # characters of one value
_SQL = 44  # characters of an edit in a list
_COUNTS = ("added", "removed", "changed", "cells")


def diff_page(diff: Diff, commands: tuple[tuple[str, str], ...] = ()) -> Page:
    """Counts of each table and column, then the first rows that differ of each table, their key at the left."""
    told, new, report = diff.told, diff.new, diff.new.report
    notes = tuple(Mark("note", visible(line)) for line in told.notes)
    return Page(
        f"{new.name} v{told.before} → v{told.after}",
        (totals(told) or "no difference",),
        marks=notes + (report_marks(report) if report else ()),
        parts=diff_parts(told),
        commands=commands,
    )


def diff_parts(told: Differences) -> tuple[Part, ...]:
    if not told.tables:
        return ()
    parts = [Part(_heading(table), _rows(table), folded=True, opened=True) for table in told.tables[:_TABLES]]
    return (Part("tables that differ", _tables(told)), *parts)


def totals(told: Differences) -> str:
    """'2 rows added, 1 removed, 52 changed (60 cells)'; "" for no difference."""
    added, removed, changed = (sum(getattr(t, kind) for t in told.tables) for kind in ("added", "removed", "changed"))
    cells = plural(sum(t.cells for t in told.tables), "cell")
    counts = [
        f"{count:,} {word}"
        for count, word in ((added, "added"), (removed, "removed"), (changed, f"changed ({cells})"))
        if count
    ]
    if not counts:
        return ""
    number, _, rest = counts[0].partition(" ")
    return ", ".join([f"{number} row{'' if number == '1' else 's'} {rest}", *counts[1:]])


def _tables(told: Differences) -> Grid:
    rows = tuple(
        (
            visible(table.table),
            f"{table.before:,}" if table.before == table.after else Swap(f"{table.before:,}", f"{table.after:,}"),
            *(f"{count:,}" if count else "" for count in (table.added, table.removed, table.changed, table.cells)),
            ", ".join(f"{visible(name)} {count:,}" for name, count in table.columns.items()),
        )
        for table in told.tables
    )
    return without_empty(Grid(("table", "rows", *_COUNTS, "cells of each column"), rows, frozenset({2, 3, 4, 5})))


def _heading(table: TableDiff) -> str:
    shown, whole = len(table.sample), table.added + table.removed + table.changed
    return f"{visible(table.table)} · {plural(whole, 'row')}" + (f", the first {shown}" if shown < whole else "")


def _rows(table: TableDiff) -> Grid:
    names = tuple(dict.fromkeys(name for row in table.sample for name in row.cells))
    key = table.key or ("row",)
    shown = tuple(
        (row.kind, *(_short(value) for value in row.key), *(_cell(row, name) for name in names)) for row in table.sample
    )
    return Grid(("change", *map(visible, key), *map(visible, names)), shown)


def _cell(row: RowDiff, name: str) -> Cell | Swap:
    if name not in row.cells:  # the same in both, where other rows of the sample differ
        return ""
    old, new = row.cells[name]
    return Swap(_short(old), _short(new), row.kind)


def _short(value: str | None) -> Cell:
    return None if value is None else cut(visible(value[: 4 * _WIDE]), _WIDE)


def diff_document(diff: Diff) -> dict[str, Any]:
    """{"dataset", "before", "after", "modifiedTables", "rowCountChanges", "validation", "columns": {T: {C: cells}},
    "sample": {T: [{"kind", "key", "cells": {C: [old, new]}}]}, "notes"}"""
    return {
        "dataset": diff.new.name,
        "before": diff.told.before,
        "after": diff.told.after,
        **diff.json(),
        "columns": {key: table.columns for key, table in diff.tables.items()},
        "sample": {key: msgspec.to_builtins(table.sample) for key, table in diff.tables.items()},
        "notes": list(diff.notes),
    }


def moved_page(before: Dataset, now: Dataset, word: str, door: str, followed: str = "") -> Page:
    """After an undo or a redo; `door` is the word before a command here, `followed` what is said of bound names."""
    edited = before if word == "undone" else now
    back = "redo" if word == "undone" else "undo"
    return Page(
        f"{now.name} v{now.version}",
        ("current now", f"{word}: {cut(visible(edited.description), _SQL)}"),
        marks=(Mark("note", followed),) if followed else (),
        commands=((back, f"{door} {back} {shlex.quote(now.name)}"),),
    )


def moved_document(before: Dataset, now: Dataset) -> dict[str, Any]:
    """{"dataset", "before", "version"}: the version that was current and the one that is now."""
    return {"dataset": now.name, "before": before.version, "version": now.version}


def history_page(name: str, steps: Sequence[Step], door: str) -> Page:
    """The versions, newest first."""
    rows = tuple(_step(step) for step in reversed(steps))
    columns = ("version", "", "from", "by", "changed", "checks", "rows", "made (UTC)")
    grid = Grid(columns, rows, frozenset({6}))
    current = next((step for step in steps if step.current), None)
    can = ["undo"] * (current is not None and current.parent is not None) + ["redo"] * any(s.undone for s in steps)
    commands = [(word, f"{door} {word} {shlex.quote(name)}") for word in can]
    return Page(name, (plural(len(steps), "version"),), parts=(Part("versions", grid),), commands=tuple(commands))


def _step(step: Step) -> tuple[str, ...]:
    where = "current" if step.current else "undone" if step.undone else ""
    parent = "" if step.parent is None else f"v{step.parent}"
    if step.error:
        return (f"v{step.version}", where, parent, visible(step.error), "", "damaged", "", "")
    changed = "" if step.diff is None else totals(step.diff) or "nothing"
    told = (made_words(step), changed, _verdict(step.report), f"{step.rows:,}", moment(step.when))
    return (f"v{step.version}", where, parent, *told)


def made_words(step: Step) -> str:
    """What made a version, in one line."""
    if step.prompt:
        asked = f'"{cut(visible(step.prompt), _SQL)}" ({visible(step.model)})'
        return f"generated: {asked}" if step.made == "generated" else asked
    if step.made == "generated":
        return "generated"
    return cut(visible(" ".join(step.edit.sql.split())) if step.edit else visible(step.description), _SQL)


def _verdict(report: Report | None) -> str:
    if report is None:
        return "not checked"
    broken, unverified = len(report.broken), len(report.unverified)
    words = [f"{broken} broken"] * bool(broken) + [f"{unverified} unverified"] * bool(unverified)
    return ", ".join(words) or "clean"


def history_document(name: str, steps: Sequence[Step]) -> dict[str, Any]:
    """{"dataset", "current", "versions": [{"version", "parent", "current", "undone", "made", "description", "edit",
    "prompt", "model", "rows", "when", "changed", "checks", "error"}]}: `changed` are counts by table, null where there
    was no edit."""
    return {
        "dataset": name,
        "current": next((step.version for step in steps if step.current), None),
        "versions": [
            {
                "version": step.version,
                "parent": step.parent,
                "current": step.current,
                "undone": step.undone,
                "made": step.made,
                "description": step.description,
                "edit": msgspec.to_builtins(step.edit),
                "prompt": step.prompt,
                "model": step.model,
                "rows": step.rows,
                "when": datetime.fromtimestamp(step.when, UTC).isoformat(timespec="seconds") if step.when else None,
                "changed": step.diff and {t.table: {k: getattr(t, k) for k in _COUNTS} for t in step.diff.tables},
                "checks": "" if step.error else _verdict(step.report),
                "error": step.error,
            }
            for step in steps
        ],
    }
