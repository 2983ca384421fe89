"""Records gathered batch by batch until every topic has its share or runs dry. What is asked next follows from what was
kept so far and from nothing else: the same batches give the same set, in one run or in ten. Knows no model, no files.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Sequence
from typing import Any

from msgspec import Struct

from ..llm.base import Sampling
from ..llm.diversity import distinct
from .kinds import Row, kind_of, texts_in
from .nearness import Index, normal
from .orders import TextOrder
from .prompts import Slot
from .quality import Quality, TopicQuality, lengths

PATIENCE = 60  # prompts of a topic in a row of which too few gave a record: then it is dry
_DROPS = 3  # records of them that are too few


class Judged(Struct, frozen=True, omit_defaults=True):
    """What became of one prompt: a row, or why there is none. `reserved` counts contact data replaced in it."""

    slot: Slot
    row: dict[str, Any] | None = None
    dropped: str = ""
    reserved: int = 0


class Batch(Struct, frozen=True, kw_only=True):
    """A finished batch as it is noted: what became of its prompts, in their order, and how they were asked."""

    number: int
    judged: tuple[Judged, ...]
    sampling: Sampling
    tokens: int
    seconds: float


class Collection:
    """`records` are (place of the topic, row), in the order in which they were found."""

    def __init__(self, order: TextOrder) -> None:
        self.order = order
        self.records: list[tuple[int, Row]] = []
        self.batches = 0
        self._index = Index(order.near)
        self._gist = kind_of(order).gist
        self._kept = [0] * len(order.topics)
        self._asked = [0] * len(order.topics)
        self._latest: list[deque[bool]] = [deque(maxlen=PATIENCE) for _ in order.topics]
        self._reasons: list[Counter[str]] = [Counter() for _ in order.topics]
        self._reserved = self._tokens = 0
        self._seconds = 0.0
        self._temperatures: set[float] = set()

    def next(self) -> tuple[Slot, ...]:
        """The prompts of the next batch, topics taking turns; none once there is nothing left to ask for."""
        wanted = [0 if self._dry(t) else quota - self._kept[t] for t, quota in enumerate(self.order.quotas)]
        slots: list[Slot] = []
        for turn in range(max(wanted)):
            for topic, missing in enumerate(wanted):
                if turn < missing and len(slots) < self.order.batch_size:
                    slots.append(Slot(topic, self._asked[topic] + turn))
            if len(slots) == self.order.batch_size:
                break
        return tuple(slots)

    def sift(self, judged: Sequence[Judged]) -> tuple[Judged, ...]:
        """The same with the duplicates of what is here, and of one another, dropped. They are here from now on: `take`
        must follow."""
        return tuple(
            Judged(one.slot, dropped=met) if one.row and (met := self._index.offer(self._gist(one.row))) else one
            for one in judged
        )

    def take(self, batch: Batch) -> None:
        """A batch that was sifted."""
        for one in batch.judged:
            topic = one.slot.topic
            self._asked[topic] = max(self._asked[topic], one.slot.attempt + 1)
            self._latest[topic].append(one.row is not None)
            if one.row is None:
                self._reasons[topic][one.dropped] += 1
                continue
            self.records.append((topic, one.row))
            self._kept[topic] += 1
            self._reserved += one.reserved
        self.batches = batch.number + 1
        self._tokens += batch.tokens
        self._seconds += batch.seconds
        self._temperatures.add(batch.sampling.temperature)

    def replay(self, batch: Batch) -> None:
        """A batch of an earlier run."""
        self.sift(batch.judged)
        self.take(batch)

    def quality(self) -> Quality:
        texts = [texts_in(row) for _, row in self.records]
        one, two = distinct(normal(" ".join(of)).split(" ") for of in texts)
        return Quality(
            records=len(self.records),
            asked=sum(self._asked),
            topics=tuple(self._topic(place) for place in range(len(self.order.topics))),
            dropped=dict(sum(self._reasons, Counter()).most_common()),
            reserved=self._reserved,
            distinct_1=one,
            distinct_2=two,
            lengths=lengths(sum(map(len, of)) for of in texts),
            tokens=self._tokens,
            seconds=round(self._seconds, 3),
            temperatures=tuple(sorted(self._temperatures)),
        )

    def _dry(self, topic: int) -> bool:
        latest = self._latest[topic]
        return len(latest) == PATIENCE and sum(latest) < _DROPS

    def _topic(self, place: int) -> TopicQuality:
        quota, kept = self.order.quotas[place], self._kept[place]
        why = ""
        if kept < quota:
            most = ", ".join(f"{count:,} {reason}" for reason, count in self._reasons[place].most_common(3))
            why = f"ran dry: {sum(self._latest[place])} of its last {PATIENCE} prompts gave a new record ({most})"
            why = why if self._dry(place) else "not finished"
        return TopicQuality(
            topic=self.order.topics[place], wanted=quota, records=kept, asked=self._asked[place], why=why
        )
