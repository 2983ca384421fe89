"""Pages as HTML, and the registration of views for our values: `%load_ext` brings them, the data types know none.

Every value, name and comment is escaped. Colours come from the front end's own variables, so that dark themes work;
where a front end strips the style (an untrusted notebook, a code host's preview) plain tables with words remain.
"""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from typing import TYPE_CHECKING, Any, cast

from ..pages import Bars, Cell, Grid, Mark, Page, Part, Swap, brief, dataset_page, report_page
from ..pages.diffs import diff_page
from ..pages.jobs import job_page
from ..pages.outcomes import proof_page
from ..pages.plans import plan_page, schema_page
from ..pages.proposals import choices, proposal_page
from ..pages.screen import PLAIN, text

if TYPE_CHECKING:
    from IPython.core.formatters import DisplayFormatter
    from IPython.core.interactiveshell import InteractiveShell

    from ..editing import Proposal
    from .magics import SynthgenMagics

# VS Code and Colab name their colours otherwise; the last value is for a saved page that nobody themes.
_INK = "var(--jp-ui-font-color1,var(--vscode-editor-foreground,var(--colab-primary-text-color,#222)))"
_FAINT = "var(--jp-ui-font-color2,var(--vscode-descriptionForeground,#666))"
_LINE = "var(--jp-border-color2,var(--vscode-panel-border,#ccc))"
_SOFT = "var(--jp-layout-color2,var(--vscode-editorWidget-background,#f3f3f3))"
_STRIPE = "var(--jp-rendermime-table-row-background,var(--vscode-editorWidget-background,#f5f5f5))"
_BRAND = "var(--jp-brand-color1,var(--vscode-focusBorder,#0072b2))"
STYLE = f"""<style>
.synthgen{{color:{_INK};font-family:var(--jp-ui-font-family,system-ui,sans-serif);font-size:13px;line-height:1.5}}
.synthgen .sg-title{{font-size:15px;font-weight:600;margin-right:.7em}}
.synthgen .sg-fact,.synthgen .sg-more,.synthgen .sg-label{{color:{_FAINT}}}
.synthgen ul.sg-marks{{margin:.4em 0;padding:0;list-style:none}}
.synthgen ul.sg-marks li{{margin:0}}
.synthgen .sg-mark{{font-weight:600;margin-right:.5em}}
.synthgen .sg-ok{{color:var(--jp-success-color1,#00795a)}}
.synthgen .sg-broken{{color:var(--jp-error-color1,#c43c00)}}
.synthgen .sg-unverified{{color:var(--jp-warn-color1,#a86500)}}
.synthgen details{{margin:.15em 0}}
.synthgen summary{{cursor:pointer;padding:.15em .3em;border-radius:3px}}
.synthgen summary:focus-visible{{outline:2px solid {_BRAND}}}
.synthgen summary:hover{{background:{_SOFT}}}
.synthgen .sg-scroll{{overflow-x:auto;margin:.3em 0 .6em}}
.synthgen .sg-scroll table{{border-collapse:collapse;margin:0;font-size:12px;color:inherit;border:0}}
.synthgen .sg-scroll thead{{border-bottom:1px solid {_LINE}}}
.synthgen .sg-scroll th,.synthgen .sg-scroll td{{padding:.2em .8em;text-align:left;white-space:nowrap;\
vertical-align:top;border:0;color:inherit;max-width:none}}
.synthgen .sg-scroll .sg-right{{text-align:right;font-variant-numeric:tabular-nums}}
.synthgen .sg-scroll th{{font-weight:600}}
.synthgen .sg-scroll th small{{display:block;font-weight:400;color:{_FAINT}}}
.synthgen .sg-scroll tbody tr{{background:transparent}}
.synthgen .sg-scroll tbody tr:nth-child(even){{background:{_STRIPE}}}
.synthgen .sg-bars{{vertical-align:-3px}}
.synthgen .sg-bar{{fill:{_BRAND}}}
.synthgen .sg-null{{color:{_FAINT};font-style:italic;font-size:11px}}
.synthgen del{{color:{_FAINT};text-decoration:line-through}}
.synthgen ins{{font-weight:600;text-decoration:underline;text-underline-offset:2px;background:{_SOFT};color:inherit}}
.synthgen code{{font-family:var(--jp-code-font-family,monospace);font-size:12px;background:{_SOFT};color:inherit;\
padding:.1em .4em;border-radius:3px;white-space:pre-wrap}}
.synthgen .sg-foot{{margin-top:.4em}}
.synthgen .sg-foot div{{margin:.15em 0}}
</style>"""
_STEP, _TALL = 5, 18  # of a bar, in pixels
_SYMBOLS = {"ok": ("✓", "ok"), "broken": ("✗", "broken"), "unverified": ("?", "unverified"), "note": ("·", "note")}


def bundle(page: Page) -> dict[str, str]:
    """The page for every front end: HTML, and its twin in plain text."""
    return {"text/html": html(page), "text/plain": text(brief(page), PLAIN)}


def html(page: Page) -> str:
    facts = f'<span class="sg-fact">{escape(" · ".join(page.facts))}</span>'
    opened = next((i for i, part in enumerate(page.parts) if part.folded), None)  # rows are seen without a click
    marks = "".join(_mark(mark) for mark in page.marks)
    foot = "".join(
        f'<div><span class="sg-label">{escape(label)}</span> <code>{escape(code)}</code></div>'
        for label, code in page.commands
    )
    return (
        f'{STYLE}<div class="synthgen"><div><strong class="sg-title">{escape(page.title)}</strong> {facts}</div>'
        + (f'<ul class="sg-marks">{marks}</ul>' if marks else "")
        + "".join(part_html(part, part.opened or i == opened) for i, part in enumerate(page.parts))
        + (f'<div class="sg-foot">{foot}</div>' if foot else "")
        + "</div>"
    )


def _mark(mark: Mark) -> str:
    symbol, word = _SYMBOLS[mark.kind]
    return f'<li><span class="sg-mark sg-{mark.kind}">{symbol} {word}</span> {escape(mark.text)}</li>'


def part_html(part: Part, opened: bool = False) -> str:
    grid = _grid(part.grid, part.title)
    if part.folded:
        return f"<details{' open' if opened else ''}><summary>{escape(part.title)}</summary>{grid}</details>"
    return grid


def _grid(grid: Grid, label: str) -> str:
    heads = []
    for i, name in enumerate(grid.columns):
        kind = f"<small>{escape(grid.types[i])}</small>" if grid.types else ""
        heads.append(f'<th scope="col"{_side(grid, i)}>{escape(name)}{kind}</th>')
    rows = "".join(f"<tr>{''.join(_value(grid, i, v) for i, v in enumerate(row))}</tr>" for row in grid.rows)
    more = f'<div class="sg-more">… {escape(grid.more)}</div>' if grid.more else ""
    table = f"<thead><tr>{''.join(heads)}</tr></thead><tbody>{rows}</tbody>"
    return f'<div class="sg-scroll"><table aria-label="{escape(label)}">{table}</table>{more}</div>'


def _value(grid: Grid, column: int, value: Cell | Swap | Bars) -> str:
    match value:
        case Swap():
            shown = _swapped(value)
        case Bars():
            shown = _drawn(value)
        case _:
            shown = _shown(value)
    return f"<td{_side(grid, column)}>{shown}</td>"


def _drawn(bars: Bars) -> str:
    """An inline picture in the text's own colours; each bar says what it is under the pointer, and all of it is said
    to screen readers by its label."""
    most = max(bars.rows, default=0) or 1
    shapes = []
    for place, (rows, title) in enumerate(zip(bars.rows, bars.titles, strict=True)):
        height = max(1, round(rows / most * _TALL)) if rows else 0
        box = f'x="{place * _STEP}" width="{_STEP - 1}"'
        shapes.append(
            f'<g><title>{escape(title)}</title><rect {box} y="0" height="{_TALL}" fill="transparent"/>'
            f'<rect class="sg-bar" {box} y="{_TALL - height}" height="{height}"/></g>'
        )
    wide = len(bars.rows) * _STEP
    label = escape("; ".join(bars.titles), quote=True)
    words = f' <span class="sg-fact">{escape(bars.words)}</span>' if bars.words else ""
    return (
        f'<svg class="sg-bars" role="img" aria-label="{label}" width="{wide}" height="{_TALL}"'
        f' viewBox="0 0 {wide} {_TALL}">{"".join(shapes)}</svg>{words}'
    )


def _shown(value: Cell) -> str:
    return '<span class="sg-null">NULL</span>' if value is None else escape(value)


def _swapped(value: Swap) -> str:
    """<del> and <ins> are struck and underlined without our style too, and said by screen readers."""
    old, new = f"<del>{_shown(value.old)}</del>", f"<ins>{_shown(value.new)}</ins>"
    return {"changed": f"{old} → {new}", "added": new, "removed": old}[value.kind]


def _side(grid: Grid, column: int) -> str:
    return ' class="sg-right"' if column in grid.right else ""


def _proposal_page(proposal: Proposal) -> Page:
    return proposal_page(proposal, choices(proposal, "%synthgen"))


_VIEWS: dict[tuple[str, str], Callable[[Any], Page]] = {
    ("synthgen_nb.dataset", "Dataset"): dataset_page,
    ("synthgen_nb.diffing.comparing", "Diff"): diff_page,
    ("synthgen_nb.editing.proposing", "Proposal"): _proposal_page,
    ("synthgen_nb.report", "Report"): report_page,
    ("synthgen_nb.plan", "Plan"): plan_page,
    ("synthgen_nb.proving", "Proof"): proof_page,
    ("synthgen_nb.schema", "Schema"): schema_page,
    ("synthgen_nb.jobs", "Job"): lambda job: job_page(job.record, resume="%synthgen resume"),
}
_DRAWN = (("synthgen_nb.dataset", "Dataset"), ("synthgen_nb.jobs", "Job"))


def register_views(shell: InteractiveShell, magics: SynthgenMagics) -> None:
    """By name: a kernel does not load the rooms of types that it never shows."""
    formatter = _formatter(shell)
    for (module, name), page in _VIEWS.items():
        formatter.formatters["text/html"].for_type_by_name(module, name, lambda value, page=page: html(page(value)))
        formatter.formatters["text/plain"].for_type_by_name(
            module, name, lambda value, printer, cycle, page=page: printer.text(text(brief(page(value)), PLAIN))
        )
    # A cell that has just drawn its value returns it too (for `_`); it must not be drawn a second time.
    for module, name in _DRAWN:
        formatter.ipython_display_formatter.for_type_by_name(
            module, name, lambda value, page=_VIEWS[module, name]: magics.drawn.show(value, page)
        )


def unregister_views(shell: InteractiveShell) -> None:
    formatter = _formatter(shell)
    for module, name in _VIEWS:
        for each in (
            formatter.formatters["text/html"],
            formatter.formatters["text/plain"],
            formatter.ipython_display_formatter,
        ):
            each.pop(f"{module}.{name}", None)


def _formatter(shell: InteractiveShell) -> DisplayFormatter:
    return cast("DisplayFormatter", shell.display_formatter)  # declared optional, made by every shell's start
