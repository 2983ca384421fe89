"""What a person is shown of a value: its title, facts, marks and tables as one Page, which a terminal renders as text
and a notebook as HTML. Knows neither rendering; holds every word and number both of them show.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Literal

from msgspec import Struct
from msgspec.structs import replace

from ..report import Finding, Report
from ..textsets.orders import texts_of
from ..textsets.quality import REASONS, Quality

if TYPE_CHECKING:
    import polars as pl

    from ..dataset import Dataset
    from ..instructed import Instructed

Cell = str | None  # None is SQL's NULL, shown as a word that no text value can be taken for
LONGEST = 60  # characters of one value; a cell is for recognising a value, not for reading an essay
FIRST_ROWS = 10
SAMPLES = 5
_MIDDLE = frozenset({1, 2, 3})


class Swap(Struct, frozen=True):
    """A cell that held another value: the old one is struck, the new one marked, and what was done is never told by a
    colour alone. Of a row that was added there is only the new one, of one that was removed only the old one."""

    old: Cell
    new: Cell
    kind: Literal["changed", "added", "removed"] = "changed"


class Bars(Struct, frozen=True):
    """A small bar chart in a cell: `rows` are its heights, `titles` what each bar is, `words` what stands beside."""

    rows: tuple[int, ...]
    titles: tuple[str, ...]
    words: str = ""


class Grid(Struct, frozen=True):
    """`right` holds the numbers of the columns that read from the right (counts, amounts); `types` stands under the
    names; `more` says what was left out."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Cell | Swap | Bars, ...], ...]
    right: frozenset[int] = frozenset()
    types: tuple[str, ...] = ()
    more: str = ""


class Mark(Struct, frozen=True):
    """One line with a symbol and a word, so that colour is never the only sign."""

    kind: Literal["ok", "broken", "unverified", "note"]
    text: str


class Part(Struct, frozen=True):
    title: str
    grid: Grid
    folded: bool = False  # a notebook shows the title and opens the grid on request
    opened: bool = False  # it is open already


class Page(Struct, frozen=True):
    """`commands` are (label, code) lines at the foot: what to type next."""

    title: str
    facts: tuple[str, ...] = ()
    marks: tuple[Mark, ...] = ()
    parts: tuple[Part, ...] = ()
    commands: tuple[tuple[str, str], ...] = ()


def dataset_page(dataset: Dataset, *, first_rows: int = FIRST_ROWS, tables: Sequence[str] | None = None) -> Page:
    """Summary, checks and the first rows of each table (or of `tables`); with first_rows=0 the summary alone."""
    shown = list(dataset.rows if tables is None else tables)
    report = dataset.report
    parts = [Part("tables", _tables_grid(dataset)), *_texts_parts(dataset)]
    if first_rows:
        parts += [
            Part(
                f"{t} · {plural(dataset.rows[t], 'row')}", rows_grid(dataset.scan(t), dataset.rows[t], first_rows), True
            )
            for t in shown
        ]
        parts += [instructed_part(dataset.instructed)] if dataset.instructed else []
    return Page(
        title=f"{dataset.name} v{dataset.version}",
        facts=_facts(dataset),
        marks=(*(report_marks(report) if report else (Mark("note", "not validated yet"),)), *_short_marks(dataset)),
        parts=tuple(parts),
    )


def _facts(dataset: Dataset) -> tuple[str, ...]:
    total, seconds = sum(dataset.rows.values()), sum(dataset.seconds.values())
    return (
        plural(len(dataset.rows), "table"),
        plural(total, "row"),
        size(sum(dataset.bytes.values())),
        f"seed {dataset.seed}",
        f"as of {dataset.as_of}",
        dataset.schema.dialect,
        *([f"{duration(seconds)}"] if seconds else []),
        *([model_words(dataset.instructed)] if dataset.instructed else []),
    )


def model_words(told: Instructed) -> str:
    """The model's time, which is none of the rows'."""
    return f"model {duration(told.seconds)}"


def instructed_part(told: Instructed, folded: bool = True) -> Part:
    """What a model read out of the instructions, by the numbers of --drop, and what became of it."""
    rows: list[tuple[str, ...]] = [
        (str(number), each.state, visible(each.text)) for number, each in enumerate(told.changes, start=1)
    ]
    rows += [("", "not done", visible(line)) for line in told.not_done]
    rows += [("", "model error", visible(line)) for line in told.errors]
    grid = Grid(("", "state", "change"), tuple(rows), frozenset({0}))
    return Part(f"instructions, read by {told.model}", grid, folded)


def _texts_parts(dataset: Dataset) -> tuple[Part, ...]:
    """How good a set of texts is; nothing for a dataset that a plan made."""
    texts = texts_of(bytes(dataset.manifest.plan))
    return quality_parts(texts.quality) if texts else ()


def _short_marks(dataset: Dataset) -> tuple[Mark, ...]:
    """The topics of a set of texts that have fewer records than wanted (ten at most)."""
    texts = texts_of(bytes(dataset.manifest.plan))
    short = [t for t in texts.quality.topics if t.records < t.wanted] if texts else []
    return tuple(Mark("note", f"{t.topic}: {t.records:,} of {plural(t.wanted, 'record')}, {t.why}") for t in short[:10])


def quality_parts(quality: Quality) -> tuple[Part, ...]:
    """Counts of the texts, the share of each topic, and what was not kept."""
    lengths = quality.lengths
    heat = ", ".join(f"{temperature:g}" for temperature in quality.temperatures)
    facts = (
        ("records of prompts", f"{quality.records:,} of {quality.asked:,}"),
        ("different words, pairs of words", f"{quality.distinct_1:.1%}, {quality.distinct_2:.1%}"),
        ("characters: median, middle 80 %", f"{lengths.median:,}, {lengths.tenth:,} to {lengths.ninetieth:,}"),
        ("contact data replaced", f"{quality.reserved:,}"),
        ("tokens, time of the model", f"{quality.tokens:,}, {duration(quality.seconds)}"),
        ("temperature", heat),
    )
    topics = tuple((t.topic, f"{t.records:,}", f"{t.wanted:,}", f"{t.asked:,}", t.why) for t in quality.topics)
    dropped = tuple((REASONS[why], f"{count:,}") for why, count in quality.dropped.items())
    return (
        Part("quality", Grid(("texts", "value"), facts, frozenset({1}))),
        Part(
            "topics",
            without_empty(Grid(("topic", "records", "wanted", "prompts", "note"), topics, frozenset({1, 2, 3}))),
        ),
        *([Part("not kept", Grid(("why", "records"), dropped, frozenset({1})))] if dropped else []),
    )


def _tables_grid(dataset: Dataset) -> Grid:
    rows, plan, tables = [], dataset.readable_plan, dataset.schema.tables
    for key, count in dataset.rows.items():
        table = plan.tables[key] if plan else None
        less = f"{table.asked:,} asked: {table.why or 'fewer are possible'}" if table and count < table.asked else ""
        rows.append((key, f"{count:,}", str(len(tables[key].columns)), less))
    return without_empty(Grid(("table", "rows", "columns", "note"), tuple(rows), frozenset({1, 2})))


def report_page(report: Report, title: str = "checks") -> Page:
    parts = [Part("rules", _summary_grid(report))] if report.findings else []
    bad = (*report.broken, *report.unverified)
    for finding in bad[:20]:
        if finding.sample:
            parts.append(Part(f"{place(finding)} {finding.text}", sample_grid(finding)))
    return Page(
        title=title,
        facts=(report.line(), *([duration(report.seconds)] if report.seconds else [])),
        marks=report_marks(report),
        parts=tuple(parts),
        commands=tuple(("see the rows", " ".join(f.sql.split())) for f in bad[:20] if f.sql and f.verdict == "broken"),
    )


def report_marks(report: Report) -> tuple[Mark, ...]:
    """One line for all that holds, then one for each rule that does not (twenty at most)."""
    holding = len(report.findings) - len(report.broken) - len(report.unverified)
    kinds = ", ".join(rule.replace("_", " ") for rule, counts in report.summary().items() if counts["holds"])
    marks = [
        Mark("ok", f"{plural(holding, 'rule')} hold" + ("s" if holding == 1 else "") + (f": {kinds}" if kinds else ""))
    ]
    if not report.findings:
        marks = [Mark("note", "no rules to check")]
    elif not holding:
        marks = []
    bad = (*report.broken, *report.unverified)
    marks += [finding_mark(finding) for finding in bad[:20]]
    if len(bad) > 20:
        marks.append(Mark("broken" if report.broken else "unverified", f"and {len(bad) - 20} more"))
    return tuple(marks)


def finding_mark(finding: Finding) -> Mark:
    """One rule that does not hold, or that could not be evaluated, in one line."""
    what = f"{place(finding)} {finding.text or finding.rule}"
    if finding.verdict == "broken":
        return Mark("broken", f"{what}: {_failing(finding)}")
    return Mark("unverified", f"{what}: {finding.reason}")


def _failing(finding: Finding) -> str:
    of = f" of {finding.checked:,}" if finding.checked else ""
    text = f"{finding.failing:,}{of} rows break it" if finding.failing else "it can't hold"
    return text + (f"; {finding.hint}" if finding.hint else "")


def place(finding: Finding) -> str:
    """`orders(customer_id)`, with the line of the DDL where it is known."""
    columns = f"({', '.join(finding.columns)})" if finding.columns else ""
    line = f" line {finding.line}:" if finding.line else ""
    return f"{finding.table}{columns}{line}"


def _summary_grid(report: Report) -> Grid:
    rows = tuple(
        (rule.replace("_", " "), *(f"{counts[v]:,}" for v in ("holds", "broken", "unverified")))
        for rule, counts in report.summary().items()
    )
    return Grid(("rule", "holds", "broken", "unverified"), rows, frozenset({1, 2, 3}))


def sample_grid(finding: Finding) -> Grid:
    """The first of the rows that break a rule."""
    names = tuple(dict.fromkeys(name for row in finding.sample for name in row))
    rows = tuple(tuple(cell(row.get(name)) for name in names) for row in finding.sample[:SAMPLES])
    more = finding.failing - len(rows)
    return Grid(names, rows, more=f"{plural(more, 'more row')}" if more > 0 else "")


def brief(page: Page, tables: int = 6, rows: int = 3) -> Page:
    """The page for a place without folding: of each folded grid a few rows, and of many grids the first few."""
    folded = [part for part in page.parts if part.folded]
    kept = [part if part.opened else replace(part, grid=_few(part.grid, rows)) for part in folded[:tables]]
    rest = len(folded) - len(kept)
    marks = (*page.marks, Mark("note", f"{plural(rest, 'more table')} not shown here")) if rest else page.marks
    return replace(page, marks=marks, parts=(*(part for part in page.parts if not part.folded), *kept))


def _few(grid: Grid, most: int) -> Grid:
    return replace(grid, rows=grid.rows[:most], more="") if len(grid.rows) > most else grid


def rows_grid(frame: pl.LazyFrame, total: int, most: int = FIRST_ROWS) -> Grid:
    """The first rows as text. Reads no more of the table than that."""
    head = frame.head(most).collect()
    right = frozenset(i for i, t in enumerate(head.dtypes) if t.is_numeric())
    rows = tuple(tuple(cell(v) for v in row) for row in head.iter_rows())
    more = f"{plural(total - len(rows), 'more row')}" if total > len(rows) else ""
    return Grid(tuple(visible(c) for c in head.columns), rows, right, tuple(_dtype(t) for t in head.dtypes), more)


def _dtype(dtype: pl.DataType) -> str:
    return str(dtype).partition("(")[0].lower()


def cell(value: object) -> Cell:
    """A value as a short printable text; None stays None."""
    match value:
        case None:
            return None
        case bool():
            return "true" if value else "false"
        case float():
            return f"{value:.10g}"
        case bytes():
            return cut("\\x" + value[:LONGEST].hex())
        case _:
            return cut(visible(str(value)[: 4 * LONGEST]))


def visible(text: str) -> str:
    """Text in which a line break, a terminal's escape or a reversed writing direction can't act: they are spelled
    out."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text)


def cut(text: str, most: int = LONGEST) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"


def without_empty(grid: Grid) -> Grid:
    """The grid less the columns (from the third on) in which nothing is said."""
    keep = [i for i in range(len(grid.columns)) if i < 2 or any(row[i] for row in grid.rows)]
    right = frozenset(keep.index(i) for i in grid.right if i in keep)
    rows = tuple(tuple(row[i] for i in keep) for row in grid.rows)
    return replace(grid, columns=tuple(grid.columns[i] for i in keep), rows=rows, right=right)


def plural(count: int, noun: str) -> str:
    return f"{count:,} {noun}" + ("" if count == 1 else "s")


def moment(seconds: float) -> str:
    """Seconds since 1970 for people, in UTC; "" for none."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M") if seconds else ""


def size(count: int) -> str:
    """Bytes for people: 1.2 MB."""
    amount = float(count)
    for unit in ("B", "kB", "MB", "GB"):
        if amount < 1000:
            return f"{amount:.0f} {unit}" if unit == "B" or amount >= 100 else f"{amount:.1f} {unit}"
        amount /= 1000
    return f"{amount:.1f} TB"


def duration(seconds: float) -> str:
    if seconds < 10:
        return f"{seconds:.2f} s"
    if seconds < 100:
        return f"{seconds:.0f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02} min" if hours else f"{minutes} min {rest:02} s"
