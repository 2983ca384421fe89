"""Sets of texts as jobs: exactly as many as asked, whatever ends a run, and nothing that is written is asked again."""

from __future__ import annotations

import hashlib
import json
import multiprocessing
import os
import random
import signal
import sys
import threading
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

import synthgen_nb as sg
from synthgen_nb import store as stores
from synthgen_nb.errors import InputError, ModelError, StoreError
from synthgen_nb.events import Advanced, Paused, Prepared, Resumed, Saved, Short, Started
from synthgen_nb.exports import export
from synthgen_nb.jobs import Jobs, by, textmaking, write_texts
from synthgen_nb.jobs.running import run_job
from synthgen_nb.jobs.working import Stop
from synthgen_nb.ledger import Ledger, Record
from synthgen_nb.llm.base import Ask, Reply
from synthgen_nb.llm.scripted import ScriptedModel
from synthgen_nb.pages import dataset_page
from synthgen_nb.textsets.formats import LINE_FORMATS, require
from synthgen_nb.textsets.orders import KIND_NAMES, KindName, TextOrder, Texts, texts_of
from synthgen_nb.validation import validate
from tests.texts import model, order, reply


@pytest.fixture
def store(tmp_path: Path) -> sg.Store:
    return sg.Store(tmp_path / "store")


def kept(dataset: sg.Dataset) -> Texts:
    found = texts_of(bytes(dataset.manifest.plan))
    assert found is not None
    return found


def digest(dataset: sg.Dataset) -> str:
    return hashlib.sha256(dataset["records"].write_json().encode()).hexdigest()


def slow(seconds: float = 0.01) -> ScriptedModel:
    def answer(ask: Ask) -> Reply:
        time.sleep(seconds)
        return reply(ask, 0.3, 0.05)

    return ScriptedModel(answer)


def stopped_at(record: Record, batches: int) -> None:
    """Runs the job until that many batches are noted and the next one is begun."""
    stop = Stop()

    def answer(ask: Ask) -> Reply:
        if len(list(record.batches())) == batches:
            stop.ask("asked")
        return reply(ask, 0.3, 0.05)

    for _ in run_job(record, model=ScriptedModel(answer), stop=stop):
        pass


def holds(dataset: sg.Dataset, wanted: TextOrder, folder: Path) -> None:
    """Exactly as many as asked, shared over the topics within one, every rule held and every format valid."""
    frame = dataset["records"]
    counts = Counter(frame["topic"].to_list())
    assert frame.height == wanted.records
    assert max(counts.values()) - min(counts[topic] for topic in wanted.topics) <= 1
    assert frame["id"].to_list() == list(range(1, frame.height + 1))
    assert validate(dataset).clean
    for form in LINE_FORMATS:
        export(dataset, folder / form, form)
        lines = (folder / form / "records.jsonl").read_bytes().splitlines()
        assert len(lines) == wanted.records
        for line in lines:
            require(form, line)


@pytest.mark.parametrize("kind", KIND_NAMES)
def test_every_kind_gives_exactly_what_was_asked_in_every_format(
    kind: KindName, store: sg.Store, tmp_path: Path
) -> None:
    wanted = order(100, kind, batch_size=16, length=200)
    said = model()
    dataset = write_texts(wanted, said, store, kind)
    holds(dataset, wanted, tmp_path)
    quality = kept(dataset).quality
    assert quality.asked == len(said.asked) == quality.records + sum(quality.dropped.values())
    assert quality.dropped["exact"] > 10
    assert quality.dropped["cut"] > 0
    assert quality.temperatures == (0.8,)
    assert len({(ask.seed, ask.prompt.own) for ask in said.asked}) == len(said.asked), "nothing is asked twice"
    for to in ("csv", "jsonl", "parquet", "sql", "sqlite", "duckdb"):
        export(dataset, tmp_path / to, to)
    assert digest(write_texts(wanted, model(), store, "again")) == digest(dataset)


def test_a_set_of_texts_is_a_dataset_like_any_other(store: sg.Store) -> None:
    dataset = write_texts(order(40, seed=5), model(), store, "faq")
    assert (dataset.name, dataset.version, dataset.seed, dataset.as_of) == ("faq", 1, 5, "2026-01-01")
    assert list(dataset.schema.tables["records"].column_names) == ["id", "topic", "question", "answer"]
    assert dataset.report is not None
    assert dataset.report.clean
    assert dataset.sql("SELECT count(*) AS n FROM records WHERE topic = 'sql'")["n"].item() == 13
    old = dataset["records"]["answer"][0]
    changed = sg.set_cells(
        store, dataset, [sg.Change(table="records", row=0, column="answer", old=old, new="Another answer.")]
    )
    assert changed.version == 2
    assert kept(changed) == kept(dataset)
    with pytest.raises(InputError, match="no dataset of texts"):
        export(
            sg.generate(sg.draft_plan(sg.parse_ddl("CREATE TABLE t (id int)"), 3), store), store.path / "x", "openai"
        )


def test_the_events_tell_the_cost_before_the_work(store: sg.Store) -> None:
    job = Jobs(store).start_texts(order(50), model(), "faq")
    events = list(job.events)
    kinds = [type(event) for event in events if not isinstance(event, Advanced)]
    assert [kind.__name__ for kind in kinds] == [
        "Prepared", "Started", "Filled", "Saved", "Validated", "Finished", "Shutdown"
    ]  # fmt: skip
    told = events[0]
    assert isinstance(told, Prepared)
    assert told.estimate.rows == 50
    assert 50 * 20 < told.estimate.tokens < 50 * 400
    assert told.estimate.seconds > 0
    assert 1000 < told.estimate.bytes < 10**6
    assert job.record.state.estimate == told.estimate
    assert [event.current for event in events if isinstance(event, Advanced)][-1] == 50
    batches = list(job.record.batches())
    assert [batch.number for batch in batches] == list(range(len(batches)))
    assert {batch.sampling.temperature for batch in batches} == {0.8}


def test_what_the_disk_can_not_hold_is_refused_before_the_second_batch(
    store: sg.Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stores.shutil, "disk_usage", lambda path: shutil_usage(1000))
    said = model()
    job = Jobs(store).start_texts(order(50, batch_size=10), said, "faq")
    with pytest.raises(StoreError, match="are needed"):
        job.result()
    assert len(said.asked) == 10
    monkeypatch.undo()
    assert Jobs(store).resume(1, model=said).result().rows == {"records": 50}


def shutil_usage(free: int) -> Any:
    return type("Usage", (), {"free": free})()


def test_a_model_that_is_slow_is_tried_for_so_long_and_its_first_batch_is_asked_anew(
    store: sg.Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(textmaking, "_CALIBRATION", 0.05)
    dataset = write_texts(order(20), slow(0.01), store, "slow")
    assert digest(dataset) == digest(write_texts(order(20), model(), store, "quick"))


@pytest.mark.parametrize("batches", [1, 2, 4])
def test_a_run_that_was_dropped_asks_for_nothing_it_has(store: sg.Store, batches: int) -> None:
    whole = write_texts(order(60, batch_size=12), model(), store, "whole")
    record = Ledger(store).add(by(order(60, batch_size=12), model()), "faq")
    stopped_at(record, batches)
    assert store.names() == ("whole",)
    noted = list(record.batches())
    with (record.path / "batches.jsonl").open("ab") as file:
        file.write(b'{"number": 9')
    assert record.state.status == "paused"
    said = model()
    job = Jobs(store).resume(record.number, model=said)
    assert digest(job.result()) == digest(whole)
    assert len(said.asked) == kept(whole).quality.asked - sum(len(batch.judged) for batch in noted)
    assert any(isinstance(event, Resumed) for event in job.events)
    started = next(event for event in job.events if isinstance(event, Started))
    assert started.done["records"] == sum(one.row is not None for batch in noted for one in batch.judged)


def test_pause_resume_cancel_and_keep(store: sg.Store) -> None:
    jobs = Jobs(store)
    job = jobs.start_texts(order(90, batch_size=9), slow(), "faq")
    next(event for event in job.events if isinstance(event, Advanced))
    job.pause()
    assert job.wait() == "paused"
    asked = len(list(job.record.batches()))
    assert any(isinstance(event, Paused) and event.current > 0 for event in job.events)
    time.sleep(0.1)
    assert len(list(job.record.batches())) == asked, "paused means that nothing works"
    job.resume()
    next(event for event in job.events if isinstance(event, Advanced))
    job.cancel(keep=True)
    assert job.wait() == "cancelled"
    partial = store.open("faq")
    assert partial.partial
    assert 0 < partial.rows["records"] < 90
    assert {topic.why for topic in kept(partial).quality.topics} <= {"not finished", ""}
    whole = write_texts(order(90, batch_size=9), model(), store, "whole")
    assert partial["records"].equals(whole["records"].head(partial.rows["records"]))
    other = jobs.start_texts(order(90), slow(), "gone")
    other.cancel()
    assert other.wait() == "cancelled"
    assert store.names() == ("faq", "whole")


def test_a_pause_is_seen_within_a_step_of_the_model(store: sg.Store) -> None:
    inside, go_on = threading.Event(), threading.Event()

    def answer(ask: Ask) -> Reply:
        inside.set()
        go_on.wait(5)
        return reply(ask, 0, 0)

    said = ScriptedModel(answer)
    job = Jobs(store).start_texts(order(90), said, "faq")
    inside.wait(5)
    job.pause()
    go_on.set()
    assert job.wait(5) == "paused"
    assert len(said.asked) == 1


def test_a_resumed_job_needs_its_own_model(store: sg.Store) -> None:
    record = Ledger(store).add(by(order(30), model()), "faq")
    stopped_at(record, 1)
    commit = model().commit
    with pytest.raises(ModelError, match=rf"written by the model scripted \(revision {commit}\) \(resume 1 --model"):
        Jobs(store).resume(1)
    with pytest.raises(ModelError, match=rf"begun with scripted \(revision {commit}\), this is other .*begin anew"):
        Jobs(store).resume(1, model=model(name="other"))
    assert record.state.status == "paused", "a refusal changes nothing"
    assert Jobs(store).resume(1, model=model()).result().rows == {"records": 30}


def test_contact_data_of_nobody_stands_where_a_model_wrote_somebodys(store: sg.Store) -> None:
    def answer(ask: Ask) -> Reply:
        said = json.loads(reply(ask, 0, 0).text)
        return Reply(text=json.dumps({**said, "answer": "Write to ann.smith@bikes.de or call 0171 5551234."}), tokens=9)

    dataset = write_texts(order(12), ScriptedModel(answer), store, "faq")
    assert set(dataset["records"]["answer"]) == {"Write to ann.smith@example.com or call 0171 5550117."}
    assert kept(dataset).quality.reserved == 24


def test_what_runs_dry_is_told_by_topic_with_its_reason(store: sg.Store) -> None:
    def answer(ask: Ask) -> Reply:
        return reply(ask, 1.0 if "sql" in ask.prompt.own else 0.0, 0)

    job = Jobs(store).start_texts(order(300), ScriptedModel(answer), "faq")
    dataset = job.result()
    short = [event for event in job.events if isinstance(event, Short)]
    assert [(event.topic, event.wanted) for event in short] == [("sql", 100)]
    assert short[0].records <= 40
    assert "ran dry: " in short[0].why
    assert " exact" in short[0].why
    assert dataset.rows["records"] == 200 + short[0].records
    assert job.record.state.rows == dataset.rows["records"]
    said = [mark.text for mark in dataset_page(dataset).marks if mark.kind == "note"]
    assert said == [f"sql: {short[0].records} of 100 records, {short[0].why}"]


def test_a_model_that_writes_nothing_fit_is_one_clear_error(store: sg.Store) -> None:
    job = Jobs(store).start_texts(order(30), ScriptedModel(lambda ask: "no JSON"), "faq")
    with pytest.raises(ModelError, match=r"no record of 195 could be kept: ran dry.*63 misshapen.*another model"):
        job.result()
    assert store.names() == ()


def test_events_of_a_whole_run_name_the_version(store: sg.Store) -> None:
    record = Ledger(store).add(by(order(30), model()), "faq")
    saved = [event for event in run_job(record, model=model()) if isinstance(event, Saved)]
    assert [(event.version, event.rows) for event in saved] == [(1, 30)]
    lines = [json.loads(line)["type"] for line in (record.path / "events.jsonl").read_text().splitlines()]
    assert lines[0] == "init"
    assert lines[-1] == "shutdown"


def _write(folder: str, number: int) -> None:
    for _ in run_job(Ledger(sg.Store(folder)).open(number), model=slow(0.001)):
        pass


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL is POSIX")
@pytest.mark.parametrize("records, kills", [(150, 2), pytest.param(5000, 50, marks=pytest.mark.slow)])
def test_killed_at_any_instant_and_resumed(records: int, kills: int, store: sg.Store, tmp_path: Path) -> None:
    """A job is killed again and again on its way, and the next one after it, until so many processes were killed."""
    wanted = order(records, topics=("python", "sql", "networks", "testing"))
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.test_text_jobs", "jsonschema", "synthgen_nb.validation.keys", "polars"])
    whole = write_texts(wanted, model(), store, "whole")
    holds(whole, wanted, tmp_path)
    chance, killed, jobs = random.Random(7), 0, 0
    while killed < kills:
        record = Ledger(store).add(by(wanted, model()), f"faq{jobs}")
        jobs += 1
        while record.state.status != "done":
            process = context.Process(target=_write, args=(str(store.path), record.number))
            process.start()
            process.join(chance.uniform(0.2, max(0.8, records / 4000)) if killed < kills else None)
            if process.is_alive():
                assert process.pid is not None
                with suppress(ProcessLookupError):
                    os.kill(process.pid, signal.SIGKILL)
                process.join()
                killed += 1
        dataset = record.saved()
        assert dataset is not None
        dataset.verify()
        assert digest(dataset) == digest(whole)
    print(f"\n{killed} of {killed} processes killed on the way of {jobs} jobs of {records:,} records: equal hashes")


def test_a_set_of_texts_is_edited_by_sql_too(store: sg.Store) -> None:
    dataset = write_texts(order(40, seed=5), model(), store, "faq")
    gone, diff, report = sg.apply(dataset, "DELETE FROM records WHERE topic <> 'sql'")
    assert (gone.rows["records"], diff.tables["records"].removed, report.clean) == (13, 27, True)
    with pytest.raises(sg.InputError, match="no plan that can be read"):
        sg.apply(gone, "UPDATE records SET answer = synth() WHERE id = 1")
