"""Which frames have a chart, and that it holds the frame's own values and nothing of the outside world."""

from __future__ import annotations

import datetime
import json
import sys
from decimal import Decimal
from typing import Any

import polars as pl
import pytest

from synthgen_nb.errors import MissingExtra
from synthgen_nb.notebook.charts import METADATA, Shape, spec, suggested

CITIES = pl.DataFrame({"city": ["Oslo", "Rome", None], "n": [3, 2, 1]})
DAYS = pl.date_range(datetime.date(2025, 12, 30), datetime.date(2026, 1, 2), eager=True)
TOTALS = [Decimal("1.50"), None, Decimal("2"), Decimal("3")]
SALES = pl.DataFrame({"day": DAYS, "sum(total)": TOTALS, "n": [1, 2, 3, 4]})
MIDNIGHT = datetime.datetime(2026, 1, 1)
HOURS = pl.datetime_range(MIDNIGHT, MIDNIGHT + datetime.timedelta(hours=499), "1h", eager=True)


def frame(rows: int, **columns: Any) -> pl.DataFrame:
    return pl.DataFrame({"label": [f"label {n}" for n in range(rows)], "n": list(range(rows)), **columns})


@pytest.mark.parametrize(
    "shown, shape",
    [
        (CITIES, Shape("city", ("n",), line=False)),
        (SALES, Shape("day", ("sum(total)", "n"), line=True)),
        (pl.DataFrame({"paid": [True, False], "share": [0.1, 0.9]}), Shape("paid", ("share",), line=False)),
        (pl.DataFrame({"year(ordered_at)": [2024, 2025], "n": [5, 6]}), Shape("year(ordered_at)", ("n",), line=False)),
        (frame(100), Shape("label", ("n",), line=False)),
        (pl.DataFrame({"at": HOURS, "n": range(500)}), Shape("at", ("n",), line=True)),
    ],
)
def test_labels_with_a_number_or_two_are_drawn(shown: pl.DataFrame, shape: Shape) -> None:
    assert suggested(shown) == shape


@pytest.mark.parametrize(
    "shown",
    [
        pl.DataFrame(),
        pl.DataFrame({"n": [1, 2]}),
        pl.DataFrame({"city": ["Oslo", "Rome"]}),
        pl.DataFrame({"city": ["Oslo", "Rome"], "mayor": ["Ada", "Bo"]}),
        pl.DataFrame({"n": [1, 2], "city": ["Oslo", "Rome"]}),
        pl.DataFrame({"id": [1, 2], "total": [3, 4]}),
        pl.DataFrame({"holiday": [1, 2], "total": [3, 4]}),
        pl.DataFrame({"city": ["Oslo", "Oslo"], "n": [1, 2]}),
        pl.DataFrame({"city": ["Oslo", "Rome"], "n": [None, None]}, schema={"city": pl.String, "n": pl.Int64}),
        pl.DataFrame({"day": [None, DAYS[0]], "n": [1, 2]}),
        pl.DataFrame({"city": ["Oslo", "x" * 201], "n": [1, 2]}),
        pl.DataFrame({"at": [datetime.time(1), datetime.time(2)], "n": [1, 2]}),
        pl.DataFrame({"tags": [["a"], ["b"]], "n": [1, 2]}),
        frame(1),
        frame(101),
        frame(3, a=[1, 2, 3], b=[1, 2, 3]),
    ],
)
def test_other_frames_have_none(shown: pl.DataFrame) -> None:
    assert suggested(shown) is None


def made(shown: pl.DataFrame) -> dict[str, Any]:
    shape = suggested(shown)
    assert shape is not None
    return spec(shown, shape)


def values(told: dict[str, Any]) -> list[list[dict[str, Any]]]:
    return [panel["data"]["values"] for panel in told.get("vconcat", [told])]


def test_bars_stand_in_the_order_of_the_query_with_its_names() -> None:
    told = made(CITIES)
    assert values(told) == [
        [{"label": "Oslo", "value": 3.0}, {"label": "Rome", "value": 2.0}, {"label": None, "value": 1.0}]
    ]
    assert told["mark"]["type"] == "bar"
    assert told["encoding"]["y"] == {"field": "label", "sort": None, "title": "city", "type": "nominal"}
    assert told["encoding"]["x"]["title"] == "n"


def test_two_numbers_are_two_panels_over_the_same_days() -> None:
    told = made(SALES)
    above, below = values(told)
    assert [row["value"] for row in above] == [1.5, None, 2.0, 3.0]
    assert [row["value"] for row in below] == [1.0, 2.0, 3.0, 4.0]
    assert above[0]["label"] == "2025-12-30T00:00:00Z"
    assert {panel["encoding"]["x"]["scale"]["type"] for panel in told["vconcat"]} == {"utc"}


def test_what_is_no_number_is_a_gap_and_the_whole_is_json() -> None:
    told = made(pl.DataFrame({"city": ["a", "b", "c"], "n": [1.0, float("nan"), float("inf")]}))
    assert [row["value"] for row in values(told)[0]] == [1.0, None, None]
    json.dumps(told, allow_nan=False)


def test_a_chart_holds_no_address_but_the_name_of_its_language_and_no_editor() -> None:
    told = made(pl.DataFrame({"datum.label; alert(1)": ["<img src=x>", "Rome"], "n'] + toString(": [1, 2]}))
    schema = told.pop("$schema")
    assert schema == "https://vega.github.io/schema/vega-lite/v5.json"
    words = json.dumps(told)
    for word in ("http", '"url"', "href", "Expr", "expr", '"transform"'):
        assert word not in words
    (actions,) = [told["embed_options"]["actions"] for told in METADATA.values()]
    assert actions == {"export": True, "source": False, "compiled": False, "editor": False}


def test_without_altair_the_cure_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "altair", None)
    with pytest.raises(MissingExtra, match=r"pip install 'synthgen-nb\[charts\]'"):
        made(CITIES)
