"""The laws of design: values depend on the plan and the row number, and on nothing else."""

from __future__ import annotations

import itertools
import json
import os
import random
import subprocess
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from synthgen_nb.generation import Engine
from synthgen_nb.maps import serial, threads

from .worlds import ROWS, SPECS, drawn, frame_hash, world

GOLDEN = Path(__file__).parent / "golden_values.json"
KINDS = sorted(SPECS)


@pytest.mark.parametrize("kind", KINDS)
def test_a_column_does_not_depend_on_how_rows_are_cut(kind: str) -> None:
    plan = world({kind: SPECS[kind]}, nulls=9000)
    whole = drawn(plan)
    pieces = drawn(plan, [(start, min(start + 700, ROWS)) for start in range(0, ROWS, 700)])
    assert whole.equals(pieces.combine_chunks())
    backwards = [drawn(plan, [(start, start + 500)]) for start in reversed(range(0, ROWS, 500))]
    assert whole.equals(pa.concat_tables(reversed(backwards)).combine_chunks())


@given(cut=st.lists(st.integers(1, ROWS - 1), max_size=8, unique=True), kind=st.sampled_from(KINDS))
@settings(max_examples=40, deadline=None)
def test_any_cut_gives_equal_values(cut: list[int], kind: str) -> None:
    plan = world({kind: SPECS[kind]})
    ends = [0, *sorted(cut), ROWS]
    assert drawn(plan).equals(drawn(plan, itertools.pairwise(ends)).combine_chunks())


@pytest.mark.parametrize(
    "kind", [k for k in KINDS if SPECS[k][0].size and (SPECS[k][2] in ("row", "code") or k == "uuid")]
)
def test_where_an_index_names_a_value_different_rows_have_different_values(kind: str) -> None:
    assert len(set(map(repr, drawn(world({kind: SPECS[kind]})).column(kind).to_pylist()))) == ROWS


def test_threads_and_processes_give_equal_values() -> None:
    plan = world(SPECS)
    engine = Engine(plan)
    cuts = [(start, start + 500) for start in range(0, ROWS, 500)]

    def one(cut: tuple[int, int]) -> pa.Table:
        return drawn(plan, [cut], engine=engine)

    alone, together = list(serial(one, cuts)), list(threads(2)(one, cuts))
    assert pa.concat_tables(alone).equals(pa.concat_tables(together))


def test_another_seed_gives_other_values_and_the_same_seed_the_same() -> None:
    first, again, other = (drawn(world({"x": SPECS["range"]}, seed=seed)).column("x") for seed in (1, 1, 2))
    assert first.equals(again)
    assert sum(a == b for a, b in zip(first.to_pylist(), other.to_pylist(), strict=True)) < 5


def test_two_columns_of_one_spec_share_neither_values_nor_their_order() -> None:
    table = drawn(world({"a": SPECS["range"], "b": SPECS["range"]}))
    a, b = table.column("a").to_pylist(), table.column("b").to_pylist()
    assert not set(a) & set(b)
    ranks = [sorted(range(ROWS), key=column.__getitem__) for column in (a, b)]
    assert sum(x == y for x, y in zip(*ranks, strict=True)) < 10


def test_adding_a_column_changes_no_other_column() -> None:
    few, many = drawn(world({"x": SPECS["range"]})), drawn(world({"x": SPECS["range"], "y": SPECS["email"]}))
    assert few.column("x").equals(many.column("x"))


@pytest.mark.parametrize("kind", ["range", "email", "prose", "uuid", "unique pattern"])
def test_more_rows_change_no_row_that_was_there(kind: str) -> None:
    few = drawn(world({kind: SPECS[kind]}, rows=1000), [(0, 1000)])
    assert few.column(kind).to_pylist() == drawn(world({kind: SPECS[kind]})).column(kind).to_pylist()[:1000]


def hashes() -> dict[str, str]:
    """Per kind of spec, the hash of its column, NULLs included."""
    table = drawn(world(SPECS, nulls=5000), [(0, 1000), (1000, 2500)])
    return {kind: frame_hash(table.select([kind])) for kind in KINDS}


def test_values_stay_as_they_were_recorded() -> None:
    """The seed law. A kind whose values change on purpose is recorded anew, and the changelog says so:
    python -m tests.test_laws"""
    assert hashes() == json.loads(GOLDEN.read_text())


def simd() -> list[str]:
    """The instruction sets beyond its baseline that NumPy uses in this process."""
    return list(np.show_config(mode="dicts")["SIMD Extensions"].get("found", []))


@pytest.mark.parametrize("without", ["nothing", "AVX-512", "AVX-512 and AVX2"])
def test_another_process_on_another_cpu_gives_equal_values(without: str) -> None:
    wide = [name for name in simd() if "512" in name or name == "X86_V4"]
    off = {"nothing": [], "AVX-512": wide, "AVX-512 and AVX2": simd()}[without]
    code = "import json; from tests.test_laws import hashes, simd; print(json.dumps([hashes(), simd()]))"
    environment = {"PYTHONHASHSEED": str(1 + len(off)), "NPY_DISABLE_CPU_FEATURES": " ".join(off)}
    here = Path(__file__).parent.parent
    command = [sys.executable, "-c", code]
    told = subprocess.run(command, env=os.environ | environment, capture_output=True, text=True, check=True, cwd=here)
    found, used = json.loads(told.stdout)
    assert not set(off) & set(used)
    assert found == json.loads(GOLDEN.read_text())


def test_random_access_equals_the_chunk() -> None:
    plan = world(SPECS)
    whole = drawn(plan)
    for row in random.Random(5).sample(range(ROWS), 25):
        assert drawn(plan, [(row, row + 1)]).to_pylist() == whole.slice(row, 1).to_pylist()


if __name__ == "__main__":
    GOLDEN.write_text(json.dumps(hashes(), indent=1) + "\n")
