"""One run of one job, as events. A run may end at any instant, by a pause, an error or the death of its process: what
is whole by then stays, and the next run of the job goes on from there. Knows nothing of queues, nor of how anything is
shown.
"""

from __future__ import annotations

import time
from collections.abc import Generator, Iterator
from contextlib import suppress

from msgspec.structs import replace

from ..errors import Interrupted, StoreError, SynthgenError
from ..events import Cancelled, Event, Failed, Finished, Paused, Resumed, Shutdown, Started
from ..generation import Engine
from ..leases import Lease, acquire
from ..ledger import Record
from ..llm.base import Model
from ..maps import Map
from . import rowmaking
from .working import Begun, Meter, Pump, Stop, validated

_LOOK = 0.5  # seconds between two looks at the wishes of other processes
_PATIENCE = 10.0  # seconds for an executor of somebody else's to end; its workers may be gone


def run_job(
    record: Record,
    *,
    lease: Lease | None = None,
    engine: Engine | None = None,
    map: Map | None = None,
    model: Model | None = None,
    stop: Stop | None = None,
    timeout: float | None = None,
    validate: bool = True,
) -> Generator[Event]:
    """A first run or the next one; every event is in the job's events.jsonl before it is yielded. `engine` is of the
    job's plan, if there is one; `map` makes the parts of rows (by default this process, with copies or threads),
    `model` writes texts. Ends with a Shutdown event in every case; an error is raised after its Failed event, and
    leaves the job to be resumed. `timeout` in seconds. Raises Held while another process runs the job."""
    stop = stop or Stop()
    with lease or acquire(record.path) as held:
        try:
            for event in _run(record, held, engine, map, model, stop, timeout, validate):
                record.append(event)
                yield event
        except (GeneratorExit, KeyboardInterrupt):
            for event in _halted(record, stop.reason or "abandoned"):
                record.append(event)
            raise
        except Interrupted:
            for event in _halted(record, stop.reason):
                record.append(event)
                yield event
        except Exception as error:
            told = error if isinstance(error, SynthgenError) else SynthgenError(f"{type(error).__name__}: {error}")
            failure = told.to_json()["error"]
            # the disk that took no rows may take no note either: then the lease tells that the job was interrupted
            with suppress(StoreError):
                record.note(status="failed", error=failure)
            for event in (Failed(error=failure), Shutdown(status="failed")):
                with suppress(StoreError):
                    record.append(event)
                yield event
            raise


def cancel(record: Record, *, keep: bool = False) -> None:
    """Ends a job that nobody runs: drops its parts, or keeps them as a version marked partial. Raises Held."""
    with acquire(record.path):
        for event in _halted(record, "keep" if keep else "cancel"):
            record.append(event)


def _run(
    record: Record,
    lease: Lease,
    engine: Engine | None,
    map: Map | None,
    model: Model | None,
    stop: Stop,
    timeout: float | None,
    validate: bool,
) -> Generator[Event]:
    started = time.perf_counter()
    record.require_same_values()
    totals, again = record.totals, record.state.version is not None
    if record.saved() is None:
        if record.texts is None:
            ready = rowmaking.ready(record, engine, map, stop)
        else:
            from . import textmaking  # all that knows models: not for rows

            ready = textmaking.ready(record, model, stop)
        yield ready.told
        begun = ready.begin()
        if validate:
            begun = replace(begun, events=_then_validated(begun.events, record))
    else:
        begun = Begun(totals, Meter(dict(totals)), validated(record))
    done, meter, order = begun.done, begun.meter, record.order
    if again:
        yield Resumed(current=sum(done.values()), total=sum(totals.values()))
    before = record.state.seconds
    record.note(status="running", reason="", error=None, rows=sum(done.values()))
    yield Started(dataset=record.name, tables=totals, seed=order.seed, as_of=order.as_of, done=done)
    looked = started
    try:
        with Pump(begun.events, stop, None if map is None else _PATIENCE) as pump:
            for event in pump:
                now = time.perf_counter()
                yield from meter.changed(totals)
                if event is not None:
                    yield event
                if now - looked >= _LOOK:
                    looked = now
                    if wish := record.wished():
                        stop.ask({"pause": "asked"}.get(wish, wish))
                    if lease.beat():
                        record.note(rows=sum(meter.rows.values()), seconds=round(before + now - started, 3))
                if timeout is not None and now - started >= timeout:
                    stop.ask("timeout")
                stop.check()
    except Interrupted:
        record.note(rows=sum(meter.rows.values()), seconds=round(before + time.perf_counter() - started, 3))
        raise
    seconds = before + time.perf_counter() - started
    dataset = record.saved()
    assert dataset is not None
    record.note(status="done", rows=sum(dataset.rows.values()), seconds=round(seconds, 3))
    yield Finished(dataset=record.name, version=dataset.version, seconds=seconds)
    yield Shutdown(status="done")


def _then_validated(events: Generator[Event], record: Record) -> Generator[Event]:
    yield from events
    yield from validated(record)


def _halted(record: Record, reason: str) -> Iterator[Event]:
    """What a stopped run leaves: a job to be resumed, or nothing of it, or what it had made as a partial version."""
    state = record.state
    if reason not in ("cancel", "keep"):
        record.note(status="paused", reason=reason)
        yield Paused(reason=reason, current=state.rows, total=record.order.rows)
        yield Shutdown(status="paused")
        return
    version = _kept(record) if reason == "keep" else None
    if version is None and state.version is not None:
        draft = record.store.reclaim(record.name, state.version, record.number)
        if draft is not None:
            draft.drop()
    record.note(status="cancelled", reason=reason)
    yield Cancelled(kept=version)
    yield Shutdown(status="cancelled")


def _kept(record: Record) -> int:
    """The version, marked partial, of what the job has made so far."""
    dataset = record.saved()
    if dataset is None:
        from ..validation import validate
        from . import textmaking

        dataset = textmaking.keep(record) if record.texts is not None else rowmaking.keep(record)
        dataset.keep_report(validate(dataset))
    return dataset.version
