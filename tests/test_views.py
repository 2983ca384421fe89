"""Pages, their text and their HTML: what people see of datasets, reports and progress."""

from __future__ import annotations

import io
import re
from importlib import import_module

import polars as pl
import pytest

from synthgen_nb.events import Advanced, Event, Finished, Paused, Saved, Started, Validated
from synthgen_nb.notebook.frontend import front_end
from synthgen_nb.notebook.live import progress_bundle
from synthgen_nb.notebook.views import _VIEWS, bundle, html
from synthgen_nb.pages import Grid, Mark, Page, Part, brief, cell, duration, report_page, rows_grid, size, visible
from synthgen_nb.pages.screen import Style, grid_lines, text, width
from synthgen_nb.progress import Bar, Lines, Progress, bar_line
from synthgen_nb.report import Finding, Report

EVIL = '<script>alert("x")</script>'
REPORT = Report(
    findings=(
        Finding(verdict="holds", rule="primary_key", table="a", columns=("id",), checked=10),
        Finding(verdict="broken", rule="check", table=EVIL, columns=(EVIL,), text=EVIL, failing=3, checked=10,
                sample=({EVIL: EVIL},), sql=f"SELECT '{EVIL}'", line=7),
        Finding(verdict="unverified", rule="check", table="b", text="f(x)", reason="no such function"),
    ),
    seconds=0.5,
)  # fmt: skip
EVENTS: tuple[Event, ...] = (
    Started(dataset=EVIL, tables={EVIL: 100, "b": 300}, seed=0, as_of="2026-01-01"),
    Advanced(table=EVIL, current=100, total=100, rate=200.0, percentage=100.0),
    Advanced(table="b", current=100, total=300, rate=50.0, percentage=33.33, eta=4.0),
)


def after(events: tuple[Event, ...]) -> Progress:
    progress = Progress()
    for event in events:
        progress = progress.after(event)
    return progress


def test_every_name_value_and_comment_is_escaped() -> None:
    everything = Page(
        EVIL, (EVIL,), (Mark("note", EVIL),), (Part(EVIL, Grid((EVIL,), ((EVIL,),), types=(EVIL,), more=EVIL), True),),
        ((EVIL, EVIL),),
    )  # fmt: skip
    for page in (html(everything), html(report_page(REPORT, EVIL)), progress_bundle(after(EVENTS), "")["text/html"]):
        assert "<script" not in page
        assert "&lt;script" in page


def test_html_takes_its_colours_from_the_front_end_and_nothing_from_elsewhere() -> None:
    page = html(report_page(REPORT))
    assert "var(--jp-ui-font-color1" in page
    assert not re.search(r"https?:|url\(|@import|<img|<link", page)


def test_every_page_has_a_twin_in_plain_text() -> None:
    twin = bundle(report_page(REPORT, "shop v1"))
    assert set(twin) == {"text/html", "text/plain"}
    assert "✓ ok  1 rule holds: primary key" in twin["text/plain"]
    assert "3 of 10 rows break it" in twin["text/plain"]
    assert "? unverified  b f(x): no such function" in twin["text/plain"]


def test_symbols_have_words_beside_them_and_plain_letters_where_the_screen_has_no_unicode() -> None:
    page = Page("t", ("a", "b"), (Mark("ok", "x"), Mark("broken", "y")))
    assert text(page).splitlines() == ["t · a · b", "", "✓ ok  x", "✗ broken  y"]
    assert text(page, Style(unicode=False)).splitlines() == ["t - a - b", "", "+ ok  x", "x broken  y"]


def test_columns_line_up_whatever_the_script() -> None:
    lines = grid_lines(Grid(("name", "n"), (("日本", "1"), ("é", "20"), (None, "3")), frozenset({1})), Style())
    assert len({width(line) for line in lines}) == 1
    assert lines[-1].startswith("  NULL")


def test_columns_that_do_not_fit_are_counted_and_named() -> None:
    lines = grid_lines(Grid(tuple("abcdef"), (("x" * 20,) * 6,)), Style(width=50))
    assert lines[-1] == "  … 4 more columns: c, d, e, f"
    assert max(map(width, lines)) <= 50


def test_a_value_can_not_act_on_the_screen() -> None:
    assert cell("a\nb\x1b[31m\u202e") == "a\\nb\\x1b[31m\\u202e"
    assert visible("größe 日本") == "größe 日本"
    assert (cell(None), cell(True), cell(b"\x00\xff"), cell(0.1)) == (None, "true", "\\x00ff", "0.1")
    assert len(cell("x" * 10_000) or "") == 60


def test_the_first_rows_are_read_and_the_rest_is_counted() -> None:
    grid = rows_grid(pl.LazyFrame({"n": range(100), "t": ["x"] * 100}), 100, 3)
    assert (len(grid.rows), grid.more, grid.types, grid.right) == (
        3,
        "97 more rows",
        ("int64", "string"),
        frozenset({0}),
    )


def test_a_text_twin_of_many_tables_stays_short() -> None:
    grid = Grid(("a",), (("1",),) * 10)
    page = brief(Page("t", parts=tuple(Part(str(i), grid, folded=True) for i in range(80))))
    assert len(text(page).splitlines()) < 50
    assert "74 more tables" in text(page)


def test_sizes_and_times_read_well() -> None:
    assert [size(n) for n in (0, 999, 1200, 10**6, 123 * 10**6, 2 * 10**9)] == [
        "0 B", "999 B", "1.2 kB", "1.0 MB", "123 MB", "2.0 GB",
    ]  # fmt: skip
    assert [duration(s) for s in (0.123, 42, 100, 7300)] == ["0.12 s", "42 s", "1 min 40 s", "2 h 01 min"]


def test_progress_says_how_far_how_fast_and_how_long() -> None:
    progress = after(EVENTS)
    assert (progress.percent, progress.done, progress.total) == ("50 %", 200, 400)
    line = bar_line(progress, Style(width=120))
    assert line.startswith("b ")
    for part in ("33 %", "100 of 300 rows", "50/s", "4 s left", "table 2 of 2"):
        assert part in line
    assert width(bar_line(progress, Style(width=60))) < 60


def test_bars_have_names_and_values_for_a_screen_reader() -> None:
    page = progress_bundle(after(EVENTS), "")["text/html"]
    assert 'role="progressbar" aria-label="b" aria-valuemin="0" aria-valuemax="100" aria-valuenow="33"' in page
    assert 'role="status"' in page


def test_a_bar_is_drawn_ten_times_a_second_at_most_and_wiped_at_the_end() -> None:
    now = [0.0]
    stream = io.StringIO()
    bar = Bar(stream, Style(), clock=lambda: now[0])
    bar.show(EVENTS[0])
    for step in range(100):
        now[0] = 0.02 * step
        bar.show(EVENTS[2])
    bar.close()
    assert 15 <= stream.getvalue().count("\r") <= 22
    assert stream.getvalue().endswith("\r\x1b[2K")


def test_a_log_gets_a_line_now_and_then_and_none_for_a_quick_run() -> None:
    now = [0.0]
    stream = io.StringIO()
    lines = Lines(stream, every=2.0, clock=lambda: now[0])
    for second in range(7):
        now[0] = float(second)
        lines.show(EVENTS[2])
    assert stream.getvalue() == "b: 100 of 300 rows, 50/s, 4 s left (0 % of all)\n" * 3


def test_a_job_that_rests_says_what_is_saved_and_how_it_goes_on() -> None:
    paused = after((*EVENTS, Paused(reason="interrupt", current=100, total=400)))
    page = progress_bundle(paused, "`%synthgen resume 7` goes on")
    assert "paused (interrupt)" in page["text/plain"]
    assert "`%synthgen resume 7` goes on" in page["text/html"]
    saved = after((*EVENTS, Saved(dataset="x", version=4, rows=1, bytes=1)))
    assert "v4 is saved" in progress_bundle(saved, "")["text/plain"]
    done = after((*EVENTS, Validated(report=REPORT), Finished(dataset="x", version=4, seconds=1.0)))
    assert done.doing == "done"


@pytest.mark.parametrize(
    "display, kernel, environ, modules, seen",
    [
        ("auto", True, {"JPY_SESSION_NAME": "a.ipynb"}, (), "html"),
        ("auto", True, {"VSCODE_PID": "1"}, (), "html"),
        ("auto", True, {}, ("google.colab",), "html"),
        ("auto", True, {"JPY_PARENT_PID": "1"}, (), "lines"),
        ("auto", False, {}, (), "text"),
        ("html", True, {}, (), "html"),
        ("text", True, {"JPY_SESSION_NAME": "a.ipynb"}, (), "lines"),
        ("none", True, {"JPY_SESSION_NAME": "a.ipynb"}, (), "none"),
    ],
)
def test_the_front_end_is_told_from_what_it_leaves_in_the_kernel(
    display: str, kernel: bool, environ: dict[str, str], modules: tuple[str, ...], seen: str
) -> None:
    assert front_end(display, kernel=kernel, environ=environ, modules=modules) == seen


@pytest.mark.parametrize("module, name", list(_VIEWS))
def test_a_view_is_registered_under_the_room_its_type_lives_in(module: str, name: str) -> None:
    assert getattr(import_module(module), name).__module__ == module
