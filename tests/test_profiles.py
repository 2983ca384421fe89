"""A profile says what a version's columns hold: as DuckDB's own counts say it, in a terminal and in a notebook."""

from __future__ import annotations

import json
import re
from pathlib import Path

import polars as pl
import pytest

import synthgen_nb as sg
from synthgen_nb.notebook.views import html
from synthgen_nb.pages import Bars
from synthgen_nb.pages.profiles import show_page
from synthgen_nb.pages.screen import Style, text
from synthgen_nb.profiling import BINS, Profile, profiles
from synthgen_nb.terminal.cli import main

DDL = """
CREATE TABLE things (
    id bigint PRIMARY KEY, label varchar(40), status varchar(10) NOT NULL CHECK (status IN ('new', 'done <b>')),
    amount numeric(10, 2) NOT NULL, stars int NOT NULL CHECK (stars BETWEEN 1 AND 5), made date NOT NULL,
    seen timestamp, opens time, tags text[], doc json, raw bytea, nothing int CHECK (nothing IS NULL),
    ok boolean, score double precision, noted timestamptz
);
CREATE TABLE empty (id int PRIMARY KEY, name text);
"""
ROWS = 3_000


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> sg.Dataset:
    schema = sg.parse_ddl(DDL, dialect="postgres")
    plan = sg.draft_plan(schema, {"*": ROWS, "empty": 0}, specs={"things.amount": "LogNormal(median=20, sigma=1.5)"})
    return sg.generate(plan, sg.Store(tmp_path_factory.mktemp("store")), name="things")


@pytest.fixture(scope="module")
def found(dataset: sg.Dataset) -> dict[str, Profile]:
    return {profile.column: profile for profile in profiles(dataset, "things")}


def test_counts_and_ends_are_those_of_the_frame(dataset: sg.Dataset, found: dict[str, Profile]) -> None:
    frame = dataset["things"]
    for name in ("id", "label", "status", "amount", "stars", "made", "seen", "ok", "score"):
        profile, column = found[name], frame[name]
        assert (profile.rows, profile.nulls) == (ROWS, column.null_count())
        assert profile.distinct == column.drop_nulls().n_unique()
        assert profile.exact
    assert found["amount"].least == str(frame["amount"].min())
    assert found["made"].most == str(frame["made"].max())
    assert float(found["stars"].mean) == pytest.approx(float(frame["stars"].mean()), rel=1e-4)  # type: ignore[arg-type]
    assert found["nothing"].nulls == ROWS
    assert found["nothing"].bars == ()


def test_the_bars_of_a_column_add_up_to_its_values(found: dict[str, Profile]) -> None:
    for profile in found.values():
        there = sum(bar.rows for bar in profile.bars)
        assert there <= profile.rows - profile.nulls
        if profile.spread in ("bins", "growing bins", "lengths"):
            assert there == profile.rows - profile.nulls
            assert len(profile.bars) <= BINS
    assert found["amount"].spread == "growing bins"
    assert {bar.label for bar in found["status"].bars} == {"new", "done <b>"}
    assert [bar.label for bar in found["stars"].bars if bar.rows] != []


def test_many_rows_are_counted_by_a_sketch_and_say_so(dataset: sg.Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("synthgen_nb.profiling._EXACT_ROWS", 100)
    by_name = {profile.column: profile for profile in profiles(dataset, "things")}
    assert not by_name["amount"].exact
    assert by_name["amount"].distinct == pytest.approx(dataset["things"]["amount"].n_unique(), rel=0.1)
    assert by_name["status"].exact  # few values are counted one by one
    assert by_name["id"].exact  # a key was checked
    assert "≈" in text(show_page(dataset, 0))


def test_an_empty_table_has_a_profile(dataset: sg.Dataset) -> None:
    assert [(p.rows, p.distinct, p.bars) for p in profiles(dataset, "empty")] == [(0, 0, ()), (0, 0, ())]


@pytest.mark.parametrize("width", [60, 80, 120, 200])
def test_in_a_terminal_bars_are_text_that_fits(dataset: sg.Dataset, width: int) -> None:
    shown = text(show_page(dataset, 2, ["things"]), Style(width=width))
    assert all(len(line) <= width for line in shown.splitlines() if "█" in line)
    assert "spread" in shown
    assert re.search("█.*new", shown) or width < 80
    plain = text(show_page(dataset, 2, ["things"]), Style(width=width, unicode=False))
    assert plain.replace("≈", "").isascii()


def test_in_a_notebook_bars_are_pictures_that_say_what_they_are(dataset: sg.Dataset) -> None:
    shown = html(show_page(dataset, 2))
    assert shown.count("<svg") >= 6
    assert "done &lt;b&gt;: " in shown
    assert "<b>" not in shown
    assert 'role="img" aria-label="' in shown
    assert re.search(r"fill:var\(--jp-brand-color1", shown)


def test_of_many_tables_the_first_are_counted_and_it_is_said(tmp_path: Path) -> None:
    ddl = ";".join(f"CREATE TABLE t{n} (a int)" for n in range(15))
    made = sg.generate(sg.draft_plan(sg.parse_ddl(ddl, dialect="postgres"), 3), sg.Store(tmp_path), name="many")
    page = show_page(made, 1)
    assert sum(any(isinstance(c, Bars) for row in part.grid.rows for c in row) for part in page.parts) == 12
    assert "3 more tables not counted" in text(page)
    assert "t14 · columns" in text(show_page(made, 1, ["t14"]))


def test_json_has_the_profiles(dataset: sg.Dataset, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["show", "things", "things", "--store", str(dataset.path.parents[1]), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["profiles"]["things"][2]["column"] == "status"
    assert sum(bar["rows"] for bar in told["profiles"]["things"][2]["bars"]) == ROWS
    assert len(told["first"]["things"]) == 10
    assert isinstance(pl.DataFrame(told["first"]["things"]), pl.DataFrame)
