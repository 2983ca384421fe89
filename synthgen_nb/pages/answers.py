"""What is shown of a query's answer: the SQL that was run, how much came of it, its first rows; and the object of
--json. Knows no query of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..pages import Mark, Page, Part, duration, plural, rows_grid, visible

if TYPE_CHECKING:
    from ..dataset import Dataset
    from ..selecting import Answer


def answer_page(dataset: Dataset, answer: Answer, *, first_rows: int) -> Page:
    """With first_rows=0 without the rows: a notebook draws the frame itself."""
    frame = answer.frame
    parts = (Part("rows", rows_grid(frame.lazy(), frame.height, first_rows)),) if first_rows else ()
    return Page(
        f"{dataset.name} v{dataset.version}",
        (plural(frame.height, "row"), duration(answer.seconds)),
        marks=tuple(Mark("note", line) for line in answer_notes(answer)),
        parts=parts,
        commands=(("SQL", sql_text(answer.sql)),),
    )


def answer_notes(answer: Answer) -> tuple[str, ...]:
    """That there are more rows, where there are."""
    more = f"there are more rows: these are the first {answer.frame.height:,} (--limit-rows N gives more)"
    return (more,) if answer.cut else ()


def sql_text(sql: str) -> str:
    """SQL for a screen, on its own lines."""
    return "\n".join(visible(line) for line in sql.splitlines())


def answer_document(dataset: Dataset, answer: Answer) -> dict[str, Any]:
    """{"dataset", "version", "sql", "columns": {NAME: type}, "rows": [[...]], "cut", "seconds"}"""
    frame = answer.frame
    return {
        "dataset": dataset.name,
        "version": dataset.version,
        "sql": answer.sql,
        "columns": {name: str(kind) for name, kind in frame.schema.items()},
        "rows": frame.rows(),
        "cut": answer.cut,
        "seconds": round(answer.seconds, 3),
    }
