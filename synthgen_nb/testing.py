"""What whoever brings a Map of their own runs once: whether rows can be made by it. Knows no executor."""

from __future__ import annotations

import tempfile
import time
import uuid
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from .ddl import parse_ddl
from .drafting import draft_plan
from .errors import InputError
from .jobs import generate
from .maps import Map, serial
from .store import Dataset, Store

_DDL = """
CREATE TABLE shops (id integer PRIMARY KEY, name varchar(40) NOT NULL UNIQUE);
CREATE TABLE sales (id integer PRIMARY KEY, shop integer NOT NULL REFERENCES shops (id));
"""
_ROWS = {"shops": 500, "sales": 2_200_000}  # of which three parts are made
_ITEMS = 400
_PAUSE = 0.5  # seconds in which work that was stopped may still end


def check_map(map: Map, folder: str | Path | None = None) -> None:
    """Raises AssertionError, with one line that says what is wrong, for a Map that loses the order, reads all items
    ahead, hides an error, goes on when nobody listens, or by which other rows come out than by the builtin one. Takes
    some seconds. `folder` is on storage that every worker sees (default: this machine's own for temporary files)."""
    with tempfile.TemporaryDirectory(dir=folder, ignore_cleanup_errors=True) as own:
        _check_order(map)
        _check_errors(map)
        _check_stop(map, Path(own) / "marks")
        _check_rows(map, Path(own))


def _check_order(map: Map) -> None:
    wanted = [2 * item for item in range(12)]
    try:
        found = list(map(_doubled, range(12)))
        nothing = list(map(_doubled, ()))
    except Exception as error:
        raise AssertionError(f"a plain function does not come through: {type(error).__name__}: {error}") from error
    _require(sorted(found) == wanted, f"{len(wanted)} items went in, {len(found)} results came out: {found}")
    _require(found == wanted, f"the results are not in the order of the items: {found}")
    _require(nothing == [], f"no items gave {len(nothing)} results")


def _check_errors(map: Map) -> None:
    try:
        results = map(_refusing, range(6))
        found = [next(results) for _ in range(3)]
    except Exception as error:
        raise AssertionError(f"the fourth of six items fails, and the first results are lost by it: {error}") from error
    _require(found == [0, 1, 2], f"the results before an error are {found}, not [0, 1, 2]")
    try:
        next(results)
    except InputError as error:
        told = error
    except Exception as error:
        raise AssertionError(f"an InputError of a worker comes back as {type(error).__name__}: {error}") from error
    else:
        raise AssertionError("a worker's error is not raised")
    _require(told.hint == "do it otherwise", f"an error has lost what it carries: {told!r}")


def _check_stop(map: Map, marks: Path) -> None:
    marks.mkdir()
    taken = 0

    def items() -> Iterator[int]:
        nonlocal taken
        for item in range(_ITEMS):
            taken += 1
            yield item

    results = map(partial(_marked, marks), items())
    _require(next(results) == 0, "the first result is not that of the first item")
    _require(taken < _ITEMS, f"all {_ITEMS} items are read before the first result is given: hand over a few at a time")
    if hasattr(results, "close"):
        results.close()
    del results
    time.sleep(_PAUSE)
    made = len(list(marks.iterdir()))
    _require(made > 0, f"workers do not write where this process looks ({marks.parent}): give a `folder` that all see")
    time.sleep(_PAUSE)
    after = len(list(marks.iterdir()))
    _require(after == made, f"work goes on when nobody asks for results any more: {after - made} items in {_PAUSE} s")


def _check_rows(map: Map, folder: Path) -> None:
    plan = draft_plan(parse_ddl(_DDL, dialect="postgres"), _ROWS)
    store = Store(folder / "store")
    alone, through = (generate(plan, store, name, map=by) for name, by in (("alone", serial), ("through", map)))
    for table in plan.tables:
        _require(
            _sums(alone, table) == _sums(through, table), f"other bytes come out of {table} than by the builtin map"
        )


def _require(holds: bool, said: str) -> None:
    if not holds:
        raise AssertionError(said)


def _sums(dataset: Dataset, table: str) -> list[tuple[str, int, str]]:
    return [(part.file, part.rows, part.sha256) for part in dataset.manifest.tables[table].parts]


def _doubled(item: int) -> int:
    """The first items take longest: they are not the first to be done."""
    time.sleep(0.01 * (12 - item))
    return 2 * item


def _refusing(item: int) -> int:
    if item == 3:
        raise InputError("not this one", hint="do it otherwise")
    return item


def _marked(folder: Path, item: int) -> int:
    """A file for each call, wherever it is made."""
    time.sleep(0.01)
    (folder / uuid.uuid4().hex).touch()
    return item
