"""What is measured of a model, by measuring two small ones: the figures are printed, their relations are laws."""

from __future__ import annotations

from pathlib import Path

import pytest

from synthgen_nb.errors import ModelError
from synthgen_nb.llm import measuring
from synthgen_nb.llm.diversity import diversity
from synthgen_nb.llm.local import LocalModel


@pytest.fixture(scope="module")
def tiny(tiny_mistral: Path) -> LocalModel:
    model, load = measuring.measured_load(str(tiny_mistral), exact=True)
    print(load)
    assert load.quantised
    assert load.device == "cpu"
    assert load.memory == model.memory > 10**6
    assert load.peak is None
    assert load.seconds > 0
    return model


@pytest.mark.llm
def test_a_batch_writes_more_in_a_second_than_a_row(tiny: LocalModel) -> None:
    alone, many = (measuring.measured_speed(tiny, batch=batch, steps=20) for batch in (1, 32))
    print(alone, many)
    assert many.tokens_per_second > 2 * alone.tokens_per_second
    assert many.step_ms == pytest.approx(1000 * 32 / many.tokens_per_second)
    assert measuring.estimated(tiny).tokens_per_second > 1


@pytest.mark.llm
def test_a_batch_without_room_is_told_and_not_measured_as_another(
    tiny: LocalModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("synthgen_nb.llm.batches.free_on", lambda device: 10**6)
    with pytest.raises(ModelError, match="a batch of 64 has no room"):
        measuring.measured_speed(tiny, batch=64)


@pytest.mark.llm
def test_grammars_cost_a_few_milliseconds_a_step(tiny: LocalModel) -> None:
    found = measuring.measured_overhead(tiny, batch=32)
    print(found)
    assert found.steps > 20
    assert 0 < found.grammar_ms < 50
    assert found.grammar_ms <= found.worst_ms


@pytest.mark.llm
def test_everything_written_hot_is_valid(tiny: LocalModel) -> None:
    assert measuring.measured_validity(tiny, replies=32) == measuring.Validity(replies=32, valid=32, cut=0)


@pytest.mark.llm
def test_rows_are_equal_however_the_work_is_cut(tiny: LocalModel) -> None:
    found = measuring.measured_equality(tiny)
    assert (found.equal_in_batches, found.equal_resumed) == (8, 8)
    assert found.widths == (8, 4)


@pytest.mark.llm
def test_a_beginning_that_is_shared_is_paid_once(smollm2: Path) -> None:
    model, _ = measuring.measured_load(str(smollm2), quantise=False)
    found = measuring.measured_gain(model, batch=4, most=4, notes=12)
    print(found, f"{found.times:.1f} times as fast")
    assert found.prefix_tokens > 150
    assert found.times > 1.2


def test_the_variety_of_texts_is_counted() -> None:
    same, mixed = diversity(["A bike", "a  bike", "A BIKE"]), diversity(["red bike", "old lamp", "new desk", "big hat"])
    assert (same.texts, same.repeated, same.alike, same.first_bits) == (3, 0.6667, 1.0, 0.0)
    assert (same.distinct_1, same.distinct_2) == (0.3333, 0.3333)
    assert (mixed.repeated, mixed.distinct_1, mixed.distinct_2, mixed.alike) == (0.0, 1.0, 1.0, 0.0)
    assert mixed.first_bits == 2.0
    assert diversity([]).texts == 0
