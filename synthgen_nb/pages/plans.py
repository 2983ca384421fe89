"""What a person is shown before there is any data: what was understood of a DDL, how each column would be filled."""

from __future__ import annotations

from collections.abc import Iterable

from ..pages import Grid, Mark, Page, Part, cut, place, plural, without_empty
from ..plan import NULL_SCALE, Plan
from ..schema import Check, Exclude, ForeignKey, Note, PrimaryKey, Schema, Table, Unique


def schema_page(schema: Schema) -> Page:
    marks = [Mark("note", note_line(n)) for n in schema.notes]
    parts = tuple(
        Part(_table_title(t), _columns_grid(t), folded=len(schema.tables) > 3) for t in schema.tables.values()
    )
    kinds = {"foreign key": ForeignKey, "unique": Unique, "check": Check, "exclude": Exclude}
    found = [c for t in schema.tables.values() for c in t.constraints]
    counts = [plural(n, name) for name, kind in kinds.items() if (n := sum(isinstance(c, kind) for c in found))]
    return Page("schema", (schema.dialect, plural(len(schema.tables), "table"), *counts), tuple(marks), parts)


def contacts_line(plan: Plan) -> str:
    """The warning that addresses and numbers are not kept from reaching people; "" where they are."""
    told = "realistic contacts: e-mail addresses and phone numbers may be somebody's; never write to them or call"
    return told if plan.reachable else ""


def note_line(note: Note) -> str:
    """With its place in the DDL, where there is a text to look at."""
    return f"line {note.line}, col {note.column}: {note.text}" if note.line else note.text


def _table_title(table: Table) -> str:
    reference = f" · {plural(len(table.rows), 'row')} of its own" if table.rows else ""
    return f"{table.key} · {plural(len(table.columns), 'column')}{reference}"


def _columns_grid(table: Table) -> Grid:
    return without_empty(
        Grid(
            ("column", "type", "null", "rules", "comment"),
            tuple(
                (
                    c.name,
                    c.type.sql,
                    "yes" if c.nullable else "no",
                    cut("; ".join(_rules(table, c.name))),
                    cut(c.comment),
                )
                for c in table.columns
            ),
        )
    )


def _rules(table: Table, column: str) -> Iterable[str]:
    own = table.column(column)
    if own.generated:
        yield f"generated: {own.generated}"
    elif own.identity:
        yield "identity"
    for c in table.constraints:
        if column not in getattr(c, "columns", ()):
            continue
        match c:
            case PrimaryKey():
                yield "primary key"
            case Unique():
                yield "unique" if len(c.columns) == 1 else f"unique ({', '.join(c.columns)})"
            case ForeignKey():
                yield f"-> {c.table}({', '.join(c.references)})"
            case Check():
                yield f"check {c.sql}"


def plan_page(plan: Plan) -> Page:
    """What will be made: rows per table with the reason where they are fewer, and how each column is filled."""
    rows: list[tuple[str, ...]] = []
    for key, table in plan.tables.items():
        capacity = "" if table.capacity is None else f"{table.capacity:,}"
        rows.append((key, f"{table.rows:,}", f"{table.asked:,}", capacity, table.why))
    tables = without_empty(Grid(("table", "rows", "asked", "at most", "why"), tuple(rows), frozenset({1, 2, 3})))
    return Page(
        "plan",
        (
            plural(len(plan.tables), "table"),
            plural(sum(t.rows for t in plan.tables.values()), "row"),
            f"seed {plan.seed}",
            f"as of {plan.as_of}",
            plan.schema.dialect,
        ),
        marks=tuple(Mark("broken", f"{place(f)} {f.text}") for f in plan.findings if f.verdict == "broken"),
        parts=(Part("tables", tables), *(_filling(plan, key) for key in plan.tables)),
    )


def _filling(plan: Plan, key: str) -> Part:
    """How the columns of one table are filled."""
    rows = []
    for name, column in plan.tables[key].columns.items():
        kind = type(column.spec).__name__.lower()
        nulls = f"{100 * column.nulls / NULL_SCALE:.0f} %" if column.nulls else ""
        sure = f"{column.confidence:.0%}" if column.confidence else ""
        type_ = plan.schema.tables[key].column(name).type.sql
        rows.append((name, type_, column.meaning.replace("_", " "), kind, nulls, sure, cut(column.rule)))
    columns = ("column", "type", "meaning", "filled by", "null", "sure", "because")
    return Part(key, without_empty(Grid(columns, tuple(rows), frozenset({4, 5}))), folded=True)
