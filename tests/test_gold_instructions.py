"""Sixty instructions, each with the changes that a model should make of them: they are written through the real
grammar, drafted, and every asked effect is measured in 100,000 rows, or honestly listed as not done."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

import synthgen_nb as sg
from synthgen_nb.asking import Asked, ask_plan, describe
from synthgen_nb.generation import Engine
from synthgen_nb.llm import Ask, ScriptedModel
from synthgen_nb.physical import to_arrow
from synthgen_nb.plan import Plan
from synthgen_nb.rows import Rows
from synthgen_nb.specs import LIFE, Life
from synthgen_nb.specs.cities import cities
from synthgen_nb.specs.locales import listed
from synthgen_nb.storedtypes import arrow_schema
from synthgen_nb.wishes import Between, Children, Count, Locales, Nulls, Rhythm, Shares, Wish, Written

GOLD = Path(sg.__file__).parent / "gold"
DIALECTS = {"shop": "postgres", "clinic": "sqlite", "library": "mysql", "sensors": "duckdb", "people": "postgres"}
CASES: list[dict[str, Any]] = json.loads((GOLD / "instructions.json").read_text())
ROWS = 100_000
PARENTS = 2_000


@cache
def schema(name: str) -> sg.Schema:
    return sg.parse_ddl((GOLD / f"{name}.sql").read_text(), dialect=DIALECTS[name])


def asked(case: dict[str, Any]) -> Asked:
    """What comes of a model that answers as it should."""
    answer = json.dumps({"changes": case["changes"], "not_done": case["not_done"]})
    model = ScriptedModel(lambda ask: answer, context=100_000)
    return ask_plan(sg.draft_plan(schema(case["schema"]), PARENTS), case["instructions"], model)


def column(plan: Plan, table: str, name: str) -> pl.Series:
    """A column of all rows of a table, and of no other column."""
    rows = Rows(Engine(plan), table, np.arange(plan.tables[table].rows, dtype=np.uint64), 0)
    kind = plan.schema.tables[table].column(name).type
    return pl.Series(name, to_arrow(rows.column(name), arrow_schema(plan, table).field(name).type, kind.values))


@pytest.mark.parametrize("case", CASES, ids=[case["instructions"][:50] for case in CASES])
def test_what_was_asked_is_measured_in_the_rows(case: dict[str, Any]) -> None:
    found = asked(case)
    assert found.not_done == tuple(case["not_done"])
    assert len(found.changes) == len(case["changes"])
    assert found.changes or found.not_done
    counted = {wish.table for wish in found.changes if isinstance(wish, Count | Children)}
    measured = {wish.table for wish in found.changes} - counted
    rows = {"*": PARENTS} | dict.fromkeys(measured, ROWS)
    plan = sg.draft_plan(schema(case["schema"]), rows, wishes=found.changes)
    assert not [told for told in plan.not_done if "written" not in told.text], plan.not_done
    assert sg.check(plan).broken == ()
    for wish in found.changes:
        assert describe(wish)
        MEASURES[type(wish)](plan, wish)


def shares(plan: Plan, wish: Shares) -> None:
    values = column(plan, wish.table, wish.column).cast(pl.String).fill_null("NULL").to_list()
    counts = Counter(map(_plain, values))
    for share in wish.shares:
        assert 100 * counts[_plain(str(share.value))] / len(values) == pytest.approx(share.percent, abs=0.7)


def _plain(text: str) -> str:
    """true and True, 0 and 0.00 alike."""
    try:
        return f"{float(text):g}"
    except ValueError:
        return text.lower()


def between(plan: Plan, wish: Between) -> None:
    values = column(plan, wish.table, wish.column).drop_nulls()
    spelled = pl.Series([str(value) for value in values]) if not values.dtype.is_numeric() else values.cast(pl.Float64)
    low, high = spelled.min(), spelled.max()
    if values.dtype.is_numeric():
        span = float(high) - float(low)  # type: ignore[arg-type]
        if wish.low:
            assert float(wish.low) <= low < float(wish.low) + span / 10  # type: ignore[operator]
        if wish.high:
            assert high <= float(wish.high)  # type: ignore[operator]
        if wish.low and wish.high:
            assert high > float(wish.high) - span / 5  # type: ignore[operator]
        if wish.typical:
            below = 100 * (spelled < float(wish.typical)).mean()  # type: ignore[operator]
            upto = 100 * (spelled <= float(wish.typical)).mean()  # type: ignore[operator]
            assert below - 3 <= 50 <= upto + 3
    else:
        assert not wish.low or low[: len(wish.low)] == wish.low  # type: ignore[index]
        assert not wish.high or high[: len(wish.high)] == wish.high  # type: ignore[index]


def rhythm(plan: Plan, wish: Rhythm) -> None:
    """Rows a day (or an hour) against those of the days that no wish names. Where no moment is earlier than its
    parent's, later months have more rows in any case: a wish of months is held against the plan without it."""
    before = sg.draft_plan(plan.schema, {key: table.asked for key, table in plan.tables.items()})
    life = plan.tables[wish.table].sources[LIFE]
    follows = isinstance(life, Life) and bool(life.parents)
    months = (31, 28.25, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
    parts = (
        (wish.months, "month", dict(enumerate(months, 1))),
        (wish.weekdays, "weekday", dict.fromkeys(range(1, 8), 1)),
        (wish.hours, "hour", dict.fromkeys(range(24), 1)),
    )
    for times, part, lengths in parts:
        found = _times(column(plan, wish.table, wish.column), part, lengths, times)
        usual = _times(column(before, wish.table, wish.column), part, lengths, times)
        for number, count in times.items():
            if follows and part == "month":
                assert found[number] / usual[number] == pytest.approx(count, rel=0.08)
            else:
                assert found[number] == pytest.approx(count, rel=0.08, abs=0.001)


def _times(moments: pl.Series, part: str, lengths: Mapping[int, float], named: Mapping[int, float]) -> dict[int, float]:
    """How many times as many rows the named months, days or hours have as the others, for their length."""
    if not named:
        return {}
    counts = Counter(getattr(moments.drop_nulls().dt, part)().to_list())
    others = lengths.keys() - named.keys()
    usual = sum(counts[number] for number in others) / sum(lengths[number] for number in others)
    return {number: counts[number] / lengths[number] / usual if usual else 0.0 for number in named}


def nulls(plan: Plan, wish: Nulls) -> None:
    values = column(plan, wish.table, wish.column)
    assert 100 * values.null_count() / len(values) == pytest.approx(wish.percent, abs=0.7)


def locales(plan: Plan, wish: Locales) -> None:
    """Families, and where there are such columns countries and cities, are of the locales in these shares."""
    table = plan.schema.tables[wish.table]
    named = next(name for name in ("last_name", "full_name", "name") if name in table.column_names)
    families = [name.split(" ")[-1] for name in column(plan, wish.table, named)]
    known = {str(share.value): set(listed(str(share.value), "last")) for share in wish.shares}
    if sum(share.percent for share in wish.shares) > 99:
        assert set(families) <= set().union(*known.values())
    for share in wish.shares:
        others = set().union(*(names for locale, names in known.items() if locale != share.value))
        own = known[str(share.value)] - others
        least = 100 * sum(family in own for family in families) / len(families)
        most = 100 * sum(family in known[str(share.value)] for family in families) / len(families)
        assert least - 1 <= share.percent <= most + 1
    city, code = (cities().texts[field].to_pylist() for field in ("city", "country_code"))
    countries = {listed(str(share.value), "country")[0]: share.percent for share in wish.shares}
    if "country_code" in table.column_names:
        codes = Counter(column(plan, wish.table, "country_code"))
        for country, percent in countries.items():
            assert 100 * codes[country] / len(families) == pytest.approx(percent, abs=1.5)
    if "city" in table.column_names and sum(countries.values()) > 99:
        there = {c for c, of in zip(city, code, strict=True) if of in countries}
        assert set(column(plan, wish.table, "city").drop_nulls()) <= there


def count(plan: Plan, wish: Count) -> None:
    assert plan.tables[wish.table].rows == wish.rows


def children(plan: Plan, wish: Children) -> None:
    key = next(key for key in plan.schema.tables[wish.table].foreign_keys if key.table == wish.parent)
    counts = Counter(column(plan, wish.table, key.columns[0]).to_list())
    each = [counts.get(value, 0) for value in column(plan, wish.parent, key.references[0])]
    assert wish.least is None or min(each) == wish.least
    assert wish.most is None or max(each) == wish.most
    if wish.skew == 2:
        assert sum(sorted(each)[-len(each) // 10 :]) > 0.3 * sum(each)


def written(plan: Plan, wish: Written) -> None:
    assert [told.text for told in plan.not_done] == ["no values are written yet"]


MEASURES: dict[type[Wish], Callable[[Plan, Any], None]] = {
    Shares: shares, Between: between, Rhythm: rhythm, Nulls: nulls, Locales: locales, Count: count, Children: children,
    Written: written,
}  # fmt: skip


def test_the_gold_set_has_sixty_instructions_and_every_kind_of_change() -> None:
    assert len(CASES) == 60
    kinds = Counter(change["change"] for case in CASES for change in case["changes"])
    assert set(kinds) == {"shares", "between", "rhythm", "nulls", "locales", "rows", "children", "written"}
    honest = sum(not case["changes"] for case in CASES)
    print(f"\n{len(CASES) - honest} expressed, {honest} listed as not done; {dict(kinds)}")
    assert honest <= 5


def test_the_question_names_the_tables_that_are_meant() -> None:
    told: list[Ask] = []

    def answer(ask: Ask) -> str:
        told.append(ask)
        return '{"changes": [], "not_done": ["nothing"]}'

    model = ScriptedModel(answer, context=100_000)
    for case in CASES:
        found = ask_plan(sg.draft_plan(schema(case["schema"]), 10), case["instructions"], model)
        assert {change["of"].split(".")[0].split(" of ")[0] for change in case["changes"]} <= set(found.tables)
        assert case["instructions"] in told[-1].prompt.own
