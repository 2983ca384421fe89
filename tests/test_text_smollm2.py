"""A set of texts by a real, small model: that it comes to its end, also after a kill. Never what it says."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import time
from collections import Counter
from pathlib import Path

import msgspec
import pytest

import synthgen_nb as sg
from synthgen_nb.jobs import Jobs, by
from synthgen_nb.jobs.running import run_job
from synthgen_nb.ledger import Ledger
from synthgen_nb.textsets.domains import text_order
from synthgen_nb.textsets.orders import TextOrder, texts_of

pytestmark = [pytest.mark.llm, pytest.mark.slow]
RECORDS = 200


def order(folder: Path) -> TextOrder:
    topics = ("kettles", "lamps", "shoes", "tents")
    return text_order(
        folder, kind="classification", records=RECORDS, domain="ecommerce", topics=topics, length=240, batch_size=32
    )


def _write(store: str, number: int, folder: str) -> None:
    import torch

    from synthgen_nb.llm import load_model

    torch.set_num_threads(1)
    for _ in run_job(Ledger(sg.Store(store)).open(number), model=load_model(folder, quantise=False)):
        pass


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL is POSIX")
def test_a_killed_set_of_texts_is_finished_by_another_process(smollm2: Path, tmp_path: Path) -> None:
    from synthgen_nb.llm import load_model

    model = load_model(str(smollm2), quantise=False)
    store = sg.Store(tmp_path / "store")
    record = Ledger(store).add(by(order(store.path), model), "reviews")
    began = time.monotonic()
    process = multiprocessing.get_context("spawn").Process(
        target=_write, args=(str(store.path), record.number, str(smollm2))
    )
    process.start()
    while len(list(record.batches())) < 2:
        assert process.is_alive()
        time.sleep(0.2)
    assert process.pid is not None
    os.kill(process.pid, signal.SIGKILL)
    process.join()
    assert record.state.status == "interrupted"
    before = [msgspec.json.encode(batch) for batch in record.batches()]
    dataset = Jobs(store).resume(record.number, model=model).result()
    after = [msgspec.json.encode(batch) for batch in record.batches()]
    assert after[: len(before)] == before
    texts = texts_of(bytes(dataset.manifest.plan))
    assert texts is not None
    counts = Counter(dataset["records"]["topic"].to_list())
    assert sum(counts.values()) == RECORDS
    assert max(counts.values()) - min(counts.values()) <= 1
    assert dataset.report is not None
    assert dataset.report.clean
    quality = texts.quality
    print(
        f"\n{RECORDS} records of {quality.asked} prompts after a kill at batch {len(before)}: "
        f"{time.monotonic() - began:.0f} s in all, {quality.seconds:.0f} s of the model, "
        f"{quality.tokens / quality.seconds:.0f} tokens/s; dropped {quality.dropped}; "
        f"distinct-1 {quality.distinct_1}, distinct-2 {quality.distinct_2}"
    )
