"""What people and programs are shown of a Proof, a load and an export: pages, and the objects of --json. Knows no
database; a password has not come this far.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec.structs import asdict

from ..pages import Grid, Mark, Page, Part, cut, duration, plural

if TYPE_CHECKING:
    from ..exports import Exported
    from ..loading import Loaded
    from ..proving import Proof

_WORDS = 160  # characters of an engine's sentence
_LISTED = 12


def proof_page(proof: Proof) -> Page:
    """A line for all tables that hold, one for each that does not, and the list of what the engine can't hold."""
    good = [t for t in proof.tables if t.verdict == "holds"]
    marks = []
    if good:
        rows = plural(sum(t.rows for t in good), "row")
        marks.append(Mark("ok", f"{plural(len(good), 'table')} hold{'s' if len(good) == 1 else ''}: {rows} taken"))
    marks += [Mark("broken", f"{t.table}: {cut(t.words, _WORDS)}") for t in proof.broken]
    marks += [
        Mark("unverified", f"{t.table}: not expressible here")
        for t in proof.tables
        if t.verdict not in ("holds", "broken")
    ]
    lost = [f"{t.table}: {line}" for t in proof.tables for line in t.not_expressible] + [*proof.not_expressible]
    marks += [Mark("note", f"not expressible here: {cut(line, _WORDS)}") for line in lost[:_LISTED]]
    if len(lost) > _LISTED:
        marks.append(Mark("note", f"and {len(lost) - _LISTED} more that are not expressible here"))
    return Page(
        f"{proof.dataset} v{proof.version}",
        (proof.engine, proof.line(), duration(proof.seconds)),
        marks=tuple(marks),
    )


def proof_document(proof: Proof) -> dict[str, Any]:
    """The Proof itself, with "holds": whether every table does."""
    return {"holds": proof.holds, **asdict(proof)}


def loaded_page(loaded: Loaded) -> Page:
    rows = tuple((table, f"{count:,}") for table, count in loaded.tables.items())
    return Page(
        f"{loaded.dataset} v{loaded.version}",
        (loaded.where, loaded.engine, plural(sum(loaded.tables.values()), "row"), duration(loaded.seconds)),
        marks=(Mark("note", loaded.note),) if loaded.note else (),
        parts=(Part("tables", Grid(("table", "rows"), rows, frozenset({1}))),),
    )


def exported_page(exported: Exported, folder: str) -> Page:
    """Where the files are, and what the format could not hold."""
    files = len({file.file for file in exported.tables.values()})
    notes = tuple(Mark("note", f"not in the {exported.format} file: {line}") for line in exported.left_out[:_LISTED])
    if (more := len(exported.left_out) - _LISTED) > 0:
        notes += (Mark("note", f"and {more} more, listed in {folder}/synthgen.json"),)
    facts = (exported.format, plural(files, "file"), f"in {folder}")
    return Page(f"{exported.dataset} v{exported.version}", facts, notes)
