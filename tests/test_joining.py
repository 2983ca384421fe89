"""Texts put together from shared parts."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from hypothesis import given
from hypothesis import strategies as st

from synthgen_nb.specs.joining import parts
from synthgen_nb.specs.spelling import spelled
from synthgen_nb.specs.texts import spells

TEMPLATES = ("+1-[2345][0346]#-555-01##", "SW# #@@", "€\\##", "", "##########", "none")


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 1)), max_size=50))
def test_a_text_is_its_parts_one_behind_the_other(pairs: list[tuple[int, int]]) -> None:
    before, behind = pa.array(["Ana", "", "Zoë"]), pa.array(["@home", "!"])
    held = parts(before, pa.array([" - "]), behind)
    first, last = (np.array(side, np.int64) for side in (zip(*pairs, strict=True) if pairs else ([], [])))
    found = held.joined(first + held.starts[0], held.starts[1], last + held.starts[2])
    assert found.to_pylist() == [f"{before[a]} - {behind[b]}" for a, b in pairs]
    found.validate(full=True)


@given(st.lists(st.integers(0, 2**63), min_size=1, max_size=20))
def test_numbers_of_any_size_are_spelled_by_parts(numbers: list[int]) -> None:
    held = parts(pa.array(["#"]), numbered=True)
    found = held.joined(held.starts[0], *held.number(np.array(numbers, np.uint64)))
    assert found.to_pylist() == [f"#{number or ''}" for number in numbers]


def test_every_row_spells_its_own_template() -> None:
    which = np.arange(60_000) % len(TEMPLATES)
    random = np.random.default_rng(1).integers(0, 2**63, len(which)).astype(np.uint64)
    found = spelled(TEMPLATES, which, random)
    assert all(spells(TEMPLATES[at], text) for at, text in zip(which.tolist(), found.to_pylist(), strict=True))
    for at in (0, 1):  # all the codes of a template are alike
        digit = pc.utf8_slice_codeunits(found.filter(pa.array(which == at)), 2, 3).value_counts().field(1).to_numpy()
        assert digit.max() < 1.5 * digit.min() or len(digit) == 1
    assert pc.count_distinct(found.filter(pa.array(which == 4))).as_py() > 9_990
