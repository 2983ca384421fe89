"""The records of a job that makes texts: a model asked batch by batch, each noted when it is whole, then a version. A
batch that is noted is never asked again. Knows nothing of queues, nor of how models are loaded.
"""

from __future__ import annotations

import time
from collections.abc import Generator, Iterator
from functools import partial

import numpy as np
import psutil
import pyarrow as pa
from msgspec import Struct

from ..drafts import Draft
from ..errors import Interrupted, Misshapen, ModelError
from ..events import Estimate, Event, Filled, Prepared, Saved, Short
from ..ledger import Record
from ..llm.base import Model, Tick
from ..llm.shapes import Reader, cut_places, most_tokens, reader
from ..parquet import Part, write_part
from ..physical import arrow_type
from ..reserved import reserved
from ..schema import Schema
from ..store import Dataset, ensure_space
from ..textsets.collecting import Batch, Collection, Judged
from ..textsets.kinds import changed, kind_of, schema_of, shape_of
from ..textsets.nearness import U64, normal, shingles
from ..textsets.orders import TABLE, TextOrder, Texts
from ..textsets.prompts import Slot, ask
from ..textsets.sieving import unfit
from .working import Begun, Meter, Ready, Stop

_CALIBRATION = 20.0  # seconds
_TOKENS = 3  # for each character of the longest text: what all texts of a record and their JSON take, and half more
_BYTES = 2.5  # of a record's texts: its batch in the journal, its row in the version, what is written beside them
_ROWS = 10_000  # of a row group


class _Writer(Struct, frozen=True):
    """A model at an order: `most` tokens of a reply, and how one is read."""

    order: TextOrder
    model: Model
    most: int
    read: Reader


def require_model(record: Record, model: Model | None) -> Model:
    """The model, if it is the one that began this job. Raises ModelError, with the way out."""
    order = _order(record)
    wanted = f"{order.model} (revision {order.commit})"
    if model is None:
        raise ModelError(
            f"job {record.number} is written by the model {wanted}",
            hint=f"resume {record.number} --model {order.model}",
        )
    if (model.name, model.commit) != (order.model, order.commit):
        raise ModelError(
            f"job {record.number} was begun with {wanted}, this is {model.name} (revision {model.commit}):"
            " its records would be others",
            hint=f"resume it with that revision, or cancel {record.number} and begin anew",
        )
    return model


def ready(record: Record, model: Model | None, stop: Stop) -> Ready:
    """Tries what the order will cost: the first batch, for up to 20 s. Where that was enough for all of it, it is the
    job's first batch. Raises ModelError without the job's model and StoreError where the disk can't hold it."""
    order, model = _order(record), require_model(record, model)
    writer = _Writer(order, model, _most(order, model), reader(shape_of(order)))
    collection = _collection(record)
    first, cost = None, record.state.estimate
    if cost is None:
        first, cost = _tried(collection, writer, stop)
    ensure_space(record.store.path, int(cost.bytes * (1 - len(collection.records) / order.records)))
    record.note(estimate=cost)
    told = Prepared(dataset=record.name, tables=record.totals, seed=order.seed, as_of=order.as_of, estimate=cost)
    return Ready(told, partial(_begun, record, writer, collection, first, stop))


def keep(record: Record) -> Dataset:
    """The version, marked partial, of the batches that are whole."""
    return _saved(record, _draft(record), _collection(record), partial=True)


def _begun(record: Record, writer: _Writer, collection: Collection, first: Batch | None, stop: Stop) -> Begun:
    draft = _draft(record)
    done = {TABLE: len(collection.records)}
    meter = Meter(dict(done))
    return Begun(done, meter, _gathered(record, draft, writer, collection, first, stop, meter))


def _gathered(
    record: Record, draft: Draft, writer: _Writer, collection: Collection, first: Batch | None, stop: Stop, meter: Meter
) -> Generator[Event]:
    """Asks for what is missing, batch by batch; then the version; then its report."""
    began = time.perf_counter()
    meter.begin(TABLE)
    while slots := collection.next():
        batch = first or _batch(collection, slots, writer, lambda tokens: stop.check())
        first = None
        before = len(collection.records)
        record.journal_batch(batch)
        collection.take(batch)
        meter.add(TABLE, len(collection.records) - before)
        stop.check()
    quality = collection.quality()
    for topic in quality.topics:
        if topic.records < topic.wanted:
            yield Short(topic=topic.topic, records=topic.records, wanted=topic.wanted, why=topic.why)
    if not collection.records:
        raise ModelError(
            f"no record of {quality.asked:,} could be kept: {quality.topics[0].why}",
            hint="another model, a longer --length or a plainer --describe",
        )
    dataset = _saved(record, draft, collection)
    rows, size = sum(dataset.rows.values()), sum(dataset.bytes.values())
    yield Filled(table=TABLE, rows=rows, bytes=size, seconds=round(time.perf_counter() - began, 6))
    yield Saved(dataset=dataset.name, version=dataset.version, rows=rows, bytes=size)


def _tried(collection: Collection, writer: _Writer, stop: Stop) -> tuple[Batch | None, Estimate]:
    """The first batch, if it is done in time, and what all will cost at the pace at which it went."""
    order, began, written = collection.order, time.perf_counter(), [0]

    def tick(tokens: int) -> None:
        written[0] += tokens
        stop.check()
        if time.perf_counter() - began > _CALIBRATION:
            raise Interrupted("the calibration has lasted long enough")

    slots = collection.next()
    batch = None
    try:
        batch = _batch(collection, slots, writer, tick)
    except Interrupted:
        stop.check()
    seconds = time.perf_counter() - began
    tokens = max(1, batch.tokens if batch else written[0])
    # of a batch that was not done it is known how fast it went, not where it would have ended: as long as it may be
    each = tokens / len(slots) if batch else min(writer.most, order.length)
    whole = each * order.records
    characters = 4 * each  # of a token: English prose; what is of another script takes more bytes and more tokens
    return batch, Estimate(
        rows=order.records,
        bytes=int(characters * _BYTES * order.records),
        seconds=round(whole * seconds / tokens, 3),
        memory=psutil.Process().memory_info().rss + int(2 * characters * order.records),
        tokens=int(whole),
    )


def _batch(collection: Collection, slots: tuple[Slot, ...], writer: _Writer, tick: Tick) -> Batch:
    """Asks these prompts; what can't be kept says why."""
    began, order = time.perf_counter(), collection.order
    judged: list[Judged] = []
    tokens = 0
    asks = [ask(order, slot, writer.most) for slot in slots]
    shared = shingles(normal(asks[0].prompt.shared))
    for slot, asked, reply in zip(slots, asks, writer.model.complete(asks, tick), strict=True):
        tokens += reply.tokens
        prompt = np.concatenate([shared, shingles(normal(asked.prompt.own))])
        judged.append(Judged(slot, dropped="cut") if reply.cut else _judged(writer, slot, prompt, reply.text))
    return Batch(
        number=collection.batches,
        judged=collection.sift(judged),
        sampling=order.sampling,
        tokens=tokens,
        seconds=round(time.perf_counter() - began, 6),
    )


def _judged(writer: _Writer, slot: Slot, prompt: U64, text: str) -> Judged:
    """A reply read again, whatever bound it while it was written, and without contact data that could be somebody's."""
    order = writer.order
    try:
        said = writer.read(text)
    except Misshapen:
        return Judged(slot, dropped="misshapen")
    if cut_places(shape_of(order), said):
        return Judged(slot, dropped="cut")
    counts: list[int] = []

    def tidied(text: str) -> str:
        fresh, count = reserved(text.strip())
        counts.append(count)
        return fresh

    row = changed(kind_of(order).row(order, slot.attempt, said), tidied)
    why = unfit(row, prompt, order.language)
    return Judged(slot, dropped=why) if why else Judged(slot, row=row, reserved=sum(counts))


def _most(order: TextOrder, model: Model) -> int:
    return min(most_tokens(shape_of(order), model), order.length * _TOKENS)


def _order(record: Record) -> TextOrder:
    assert record.texts is not None, "only jobs that make texts come here"
    return record.texts


def _collection(record: Record) -> Collection:
    """What the batches that are noted have gathered."""
    collection = Collection(_order(record))
    for batch in record.batches():
        collection.replay(batch)
    return collection


def _draft(record: Record) -> Draft:
    """A part that an earlier run wrote was never noted: it is removed."""
    return record.draft()[0]


def _saved(record: Record, draft: Draft, collection: Collection, *, partial: bool = False) -> Dataset:
    order, quality = collection.order, collection.quality()
    texts = Texts(schema=schema_of(order), texts=order, quality=quality)
    part = _part(draft, collection, texts.schema)
    return draft.commit(
        texts,
        {TABLE: [part]},
        seconds={TABLE: quality.seconds},
        description=record.order.description,
        partial=partial,
    )


def _part(draft: Draft, collection: Collection, schema: Schema) -> Part:
    columns = schema.tables[TABLE].columns
    arrow = pa.schema([pa.field(c.name, arrow_type(c.type, schema.dialect), nullable=c.nullable) for c in columns])
    return write_part(draft.part_path(TABLE, 0), arrow, _batches(collection, arrow), dictionary=("topic", "label"))


def _batches(collection: Collection, arrow: pa.Schema) -> Iterator[pa.RecordBatch]:
    records, topics = collection.records, collection.order.topics
    for start in range(0, len(records), _ROWS):
        rows = [
            {"id": start + place + 1, "topic": topics[topic], **row}
            for place, (topic, row) in enumerate(records[start : start + _ROWS])
        ]
        yield pa.RecordBatch.from_pylist(rows, schema=arrow)
