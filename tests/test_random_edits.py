"""Random edits of random datasets: each is a version that keeps the laws of versions, or refused with a reason."""

from __future__ import annotations

import os
import random
from collections import Counter
from pathlib import Path

import pytest

import synthgen_nb as sg
from synthgen_nb.diffing import Diff
from synthgen_nb.store import Dataset, Store

from .random_edits import Editor
from .random_schemas import kinds_of, random_schema
from .sketches import ENGINES, Name
from .test_diffing import applied, frame_rows, rows_read

EDITS = int(os.environ.get("SYNTHGEN_EDITS", "20"))  # of all engines together
FIRST = int(os.environ.get("SYNTHGEN_EDITS_FIRST", "0"))  # number of the first
_EACH = 5  # edits of one dataset


@pytest.mark.parametrize("engine", ENGINES)
def test_an_edit_is_a_version_that_keeps_the_laws_or_is_refused(engine: Name, tmp_path: Path) -> None:
    told: Counter[str] = Counter()
    for number in range(FIRST, FIRST + max(1, EDITS // len(ENGINES) // _EACH)):
        store = Store(tmp_path / str(number))
        dataset = made(store, engine, number)
        if dataset is None:
            continue
        for _ in range(_EACH):
            sql = Editor(dataset, f"{number}/{dataset.version}/{told.total()}").edit()
            try:
                told[outcome(store, dataset, sql)] += 1
            except Exception as error:
                raise AssertionError(f"{engine} {number} v{dataset.version}: {sql}") from error
            dataset = store.open(dataset.name)
    print(f"\n{engine}: {dict(told)}")
    assert told["a version"] >= told.total() * 0.3 - 3  # of a few edits all may be refused


def made(store: Store, engine: Name, number: int) -> Dataset | None:
    chance = random.Random(number)
    text = random_schema(engine, chance.sample(kinds_of(engine), chance.randint(1, 4)), number).ddl
    schema = sg.parse_ddl(text, dialect=engine)
    rows = {key: chance.choice((7, 40, 40)) for key, table in schema.tables.items() if table.partition_of is None}
    plan = sg.draft_plan(schema, rows, seed=number)
    return None if sg.check(plan).broken else sg.generate(plan, store, name="d")


def outcome(store: Store, old: Dataset, sql: str) -> str:
    """Applies the edit twice, with an undo between. Only a refusal is no failure of the test; which one."""
    before = hashes(old)
    try:
        new, found, report = sg.apply(old, sql)
    except sg.InputError as error:
        assert hashes(store.open(old.name)) == before
        assert not list(old.path.parent.glob("*draft*"))
        return f"refused: {type(error).__name__}"
    if new == old:
        assert not found
        return "no change"
    assert report.findings == sg.validate(new).findings
    the_diff_makes_the_new_version_of_the_old_one(found)
    after = hashes(new)
    assert hashes(store.undo(old.name)) == before
    again, _, _ = sg.apply(store.open(old.name), sql)
    assert hashes(again) == after
    again.verify()
    return "a version"


def hashes(dataset: Dataset) -> dict[str, list[str]]:
    return {key: [part.sha256 for part in files.parts] for key, files in dataset.manifest.tables.items()}


def the_diff_makes_the_new_version_of_the_old_one(found: Diff) -> None:
    for key in found.new:
        before, after = rows_read(found.old, key), rows_read(found.new, key)
        if key not in found:
            assert frame_rows(before) == frame_rows(after)
            continue
        columns, by = list(found.new.schema.tables[key].column_names), found.tables[key].key
        assert applied(before, by, columns, found[key]) == frame_rows(after)
