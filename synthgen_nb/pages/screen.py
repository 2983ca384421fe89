"""Pages as text for a terminal: aligned columns, a symbol and a word for every mark, colour only where it is wanted.
Knows nothing of what the pages say, nor of progress.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from typing import TextIO

from msgspec import Struct

from ..pages import Bars, Cell, Grid, Mark, Page, Swap, cut

_NULL = "NULL"
_BLOCKS, _MARKS_OF_HEIGHT = " ▁▂▃▄▅▆▇█", " .:-=+*#"
_STRUCK, _BOLD = "9", "1"  # SGR
_MARKS = {  # kind: symbol, symbol for a screen without Unicode, word, colour (SGR)
    "ok": ("✓", "+", "ok", "32"),
    "broken": ("✗", "x", "broken", "31"),
    "unverified": ("?", "?", "unverified", "33"),
    "note": ("·", "-", "note", "36"),
}


class Style(Struct, frozen=True):
    width: int = 100
    colour: bool = False
    unicode: bool = True

    def paint(self, text: str, code: str) -> str:
        return f"\x1b[{code}m{text}\x1b[0m" if self.colour and text else text


PLAIN = Style()


def style_for(stream: TextIO, environ: Mapping[str, str], width: int) -> Style:
    """Colour for a terminal unless NO_COLOR is set (https://no-color.org) or the terminal is dumb; FORCE_COLOR for
    pipes."""
    tty = stream.isatty() and environ.get("TERM") != "dumb"
    colour = (tty or bool(environ.get("FORCE_COLOR"))) and not environ.get("NO_COLOR")
    return Style(width=max(40, width), colour=colour, unicode=(stream.encoding or "ascii").lower().startswith("utf"))


def text(page: Page, style: Style = PLAIN) -> str:
    """The whole page, without a line break at its end."""
    separator = " · " if style.unicode else " - "
    lines = [style.paint(page.title, "1") + (separator + separator.join(page.facts) if page.facts else "")]
    for i, part in enumerate(page.parts):
        lines.append("")
        if i or part.folded or len(page.parts) > 1:
            lines.append(style.paint(part.title, "1"))
        lines += grid_lines(part.grid, style)
    if page.marks:
        lines += ["", *(mark_line(mark, style) for mark in page.marks)]
    if page.commands:
        label = max(len(name) for name, _ in page.commands)
        lines += ["", *(f"{style.paint(name.ljust(label), '2')}  {code}" for name, code in page.commands)]
    made = "\n".join(line.rstrip() for line in lines)
    return made if style.unicode else made.replace("·", "-").replace("…", "~").replace("→", "->")


def mark_line(mark: Mark, style: Style) -> str:
    symbol, plain, word, colour = _MARKS[mark.kind]
    return f"{style.paint(f'{symbol if style.unicode else plain} {word}', colour)}  {mark.text}"


def grid_lines(grid: Grid, style: Style) -> list[str]:
    """The grid, indented by two. Columns that do not fit are left out, and a line says how many."""
    body: list[Sequence[Cell | Swap | Bars]] = [grid.columns, *([grid.types] if grid.types else []), *grid.rows]
    texts = [[_plain(c, style.unicode) for c in row] for row in body]
    widths = [max(width(row[i]) for row in texts) for i in range(len(grid.columns))]
    for i in _charts(grid):  # their words give way before a column does
        room = style.width - 2 - sum(widths[:i]) - 2 * i
        bars = max(len(cell.rows) for row in grid.rows if isinstance(cell := row[i], Bars))
        widths[i] = min(widths[i], max(room, bars, len(grid.columns[i])))
        for row in texts:
            row[i] = cut(row[i], widths[i])
    kept = _fitting(widths, style.width - 2)
    lines = []
    for number, row in enumerate(texts):
        cells = []
        for i in kept:
            space = " " * (widths[i] - width(row[i]))
            given = body[number][i]
            faint = number == 0 or (grid.types and number == 1) or given is None
            shown = _swapped(given, style) if isinstance(given, Swap) else style.paint(row[i], "2") if faint else row[i]
            cells.append(space + shown if i in grid.right else shown + space)
        lines.append("  " + "  ".join(cells))
    left_out = len(grid.columns) - len(kept)
    more = [grid.more] if grid.more else []
    if left_out:
        more.append(f"{left_out} more column{'s' if left_out > 1 else ''}: {cut(', '.join(grid.columns[len(kept) :]))}")
    return [*lines, *([style.paint(f"  … {', '.join(more)}", "2")] if more else [])]


def _plain(cell: Cell | Swap | Bars, blocks: bool = True) -> str:
    if isinstance(cell, Bars):
        return f"{_drawn(cell.rows, _BLOCKS if blocks else _MARKS_OF_HEIGHT)}  {cell.words}".rstrip()
    return _swapped(cell, PLAIN) if isinstance(cell, Swap) else _NULL if cell is None else cell


def _charts(grid: Grid) -> list[int]:
    return [i for i in range(len(grid.columns)) if any(isinstance(row[i], Bars) for row in grid.rows)]


def _drawn(rows: Sequence[int], heights: str) -> str:
    """One letter a bar, the tallest for the most rows; a bar of any row is seen."""
    most = max(rows)
    return "".join(heights[0] if not n else heights[1 + (len(heights) - 2) * n // most] for n in rows) if most else ""


def _swapped(cell: Swap, style: Style) -> str:
    """`old → new`; the word for rows that have only one of them stands beside."""
    old, new = style.paint(_plain(cell.old), _STRUCK), style.paint(_plain(cell.new), _BOLD)
    return {"changed": f"{old} → {new}", "added": new, "removed": old}[cell.kind]


def _fitting(widths: Sequence[int], room: int) -> list[int]:
    """The leading columns that fit; at least one."""
    kept, used = [], 0
    for i, column in enumerate(widths):
        used += column + (2 if i else 0)
        if i and used > room:
            break
        kept.append(i)
    return kept


def width(shown: str) -> int:
    """Cells on the screen: East Asian wide characters take two, combining marks none."""
    if shown.isascii():
        return len(shown)
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in shown)
