"""What texts are wanted: a TextOrder, its limits, and what a version of texts is kept with. Everything that decides a
text but the model's weights is in the order. Knows no model and no files.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

import msgspec
from msgspec import Struct

from ..errors import InputError
from ..llm.base import Sampling
from ..schema import Schema
from .quality import Quality

KindName = Literal["instruct", "qa", "chat", "classification", "dialogue"]
KIND_NAMES: tuple[KindName, ...] = ("instruct", "qa", "chat", "classification", "dialogue")
AS_OF = "2026-01-01"
TABLE = "records"  # where a version keeps the texts
MOST_RECORDS = 1_000_000
MOST_TOPICS = 200
MOST_BATCH = 1_000
LENGTHS = (80, 4_000)  # characters of the longest text of a record: least, most
_DESCRIPTION = 4_000  # characters
_WORDS = 200  # characters of a topic, a label, a rule


class TextOrder(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """`records` are what is left after duplicates and unfit texts went, shared evenly over `topics`. `length` bounds
    the longest text of a record in characters; two records are near duplicates from the similarity `near` on. `labels`
    are those of a classification, `speakers` the two of a dialogue. `model` at revision `commit` writes them."""

    kind: KindName
    domain: str
    description: str
    topics: tuple[str, ...]
    records: int
    seed: int = 0
    batch_size: int = 25
    sampling: Sampling = Sampling()
    language: str = "English"
    tone: str = ""
    rules: tuple[str, ...] = ()
    labels: tuple[str, ...] = ("positive", "neutral", "negative")
    speakers: tuple[str, str] = ("A", "B")
    length: int = 600
    near: float = 0.8
    as_of: str = AS_OF
    model: str = ""
    commit: str = ""

    def to_json(self) -> str:
        return msgspec.json.format(msgspec.json.encode(self), indent=1).decode()

    @property
    def quotas(self) -> tuple[int, ...]:
        """Records of each topic: they differ by one at most."""
        each, more = divmod(self.records, len(self.topics))
        return tuple(each + (place < more) for place in range(len(self.topics)))


class Texts(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What lies with a version of texts in the place of a plan."""

    schema: Schema
    texts: TextOrder
    quality: Quality

    @property
    def seed(self) -> int:
        return self.texts.seed

    @property
    def as_of(self) -> str:
        return self.texts.as_of

    def to_json(self) -> str:
        return msgspec.json.format(msgspec.json.encode(self), indent=1).decode()


class _Kept(Struct):
    texts: msgspec.Raw = msgspec.Raw()


def texts_of(kept: bytes) -> Texts | None:
    """What a version of texts is kept with; None for one that a plan made."""
    if msgspec.json.decode(kept, type=_Kept).texts == msgspec.Raw():
        return None
    return msgspec.json.decode(kept, type=Texts)


def checked(order: TextOrder) -> TextOrder:
    """The order with its texts trimmed and repeated topics gone. Raises InputError for what can't be asked."""
    tidy = msgspec.structs.replace(
        order,
        domain=_line("--domain", order.domain),
        description=" ".join(order.description.split()),
        topics=_lines("--topics", order.topics),
        labels=_lines("--labels", order.labels),
        rules=_lines("the rules", order.rules),
    )
    if not tidy.domain and not tidy.description:
        raise InputError("nothing says what the texts are about", hint="give --domain, --describe or both")
    if len(tidy.description) > _DESCRIPTION:
        raise InputError(f"the description has {len(tidy.description):,} characters", hint=f"at most {_DESCRIPTION:,}")
    if not tidy.topics:
        raise InputError("no topics", hint="example: --topics python,sql")
    if len(tidy.topics) > MOST_TOPICS:
        raise InputError(f"{len(tidy.topics)} topics", hint=f"at most {MOST_TOPICS}")
    _within("-n", tidy.records, 1, MOST_RECORDS)
    _within("--batch-size", tidy.batch_size, 1, MOST_BATCH)
    _within("--length", tidy.length, *LENGTHS)
    if tidy.kind not in KIND_NAMES:
        raise InputError(f"unknown kind {tidy.kind!r}", hint=f"one of {', '.join(KIND_NAMES)}")
    if tidy.kind == "classification" and len(tidy.labels) < 2:
        raise InputError("a classification needs two labels or more", hint="example: --labels positive,negative")
    if len(set(tidy.speakers)) < 2 or not all(name.strip() for name in tidy.speakers):
        raise InputError("a dialogue needs two speakers with different names", hint="example: --speakers guest,waiter")
    if not 0.5 <= tidy.near <= 1:
        raise InputError(f"--near {tidy.near:g} is out of range", hint="0.5 (loosely alike) to 1 (equal)")
    return tidy


def _within(option: str, number: int, least: int, most: int) -> None:
    if not least <= number <= most:
        raise InputError(f"{option} {number:,} is out of range", hint=f"{least:,} to {most:,}")


def _lines(what: str, texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(line for text in texts if (line := _line(what, text))))


def _line(what: str, text: str) -> str:
    line = " ".join(text.split())
    if len(line) > _WORDS:
        raise InputError(f"{what}: {line[:40]!r}... has {len(line)} characters", hint=f"at most {_WORDS}")
    return line
