"""How fast a model in this process is and how much it holds, measured in it. Every figure is of this machine at this
hour; nothing here judges what a model means."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from statistics import median
from typing import Any

from msgspec import Struct

from ..errors import Interrupted, Misshapen, MissingExtra, ModelError
from ..llm import grammars, shapes
from .base import GREEDY, Ask, JsonSchema, Prompt, Regex, Reply, Sampling, Shape
from .decoding import Masks, Row
from .loading import load_model
from .local import LocalModel
from .sampling import chance, drawn

BATCHES = (1, 8, 16, 32, 64)
_PATIENCE = 4.0  # seconds of steps that an estimate takes at most, beside the first
# Words that go on for longer than any measurement
_ENDLESS = Regex("(?:[a-z]{1,12} ){400}")
_ROWS = JsonSchema(
    {
        "type": "object",
        "properties": {
            "id": {"type": "integer", "minimum": 1, "maximum": 99999},
            "name": {"type": "string", "minLength": 3, "maxLength": 40},
            "status": {"enum": ["active", "retired", "draft"]},
            "price": {"type": "number", "minimum": 0.5, "maximum": 999.99, "multipleOf": 0.01},
            "since": {"type": "string", "pattern": "^20[0-2][0-9]-(?:0[1-9]|1[0-2])-(?:0[1-9]|1[0-9]|2[0-8])$"},
        },
        "required": ["id", "name", "status", "price", "since"],
    }
)
_WARM = Sampling(temperature=0.8)
_NOTE = "A column holds short texts about a customer, at most sixty characters, no quotes. "


class Load(Struct, frozen=True, kw_only=True):
    """Bytes of the weights; `peak` is the most that was held on the GPU, None without one."""

    seconds: float
    memory: int
    peak: int | None
    device: str
    quantised: bool
    commit: str


class Speed(Struct, frozen=True, kw_only=True):
    """Tokens of all rows of a batch together; the prompt's own time is `first_seconds`, `peak` the most bytes that were
    held on the GPU meanwhile, None without one."""

    batch: int
    tokens_per_second: float
    step_ms: float
    first_seconds: float
    peak: int | None


class Overhead(Struct, frozen=True, kw_only=True):
    """What grammars cost a step of the batch: masks made and laid on the logits, tokens read. Median of `steps`."""

    batch: int
    steps: int
    grammar_ms: float
    worst_ms: float
    sampling_ms: float


class Gain(Struct, frozen=True, kw_only=True):
    """The same work with the beginning of the prompts computed once, and for each of them."""

    prefix_tokens: int
    batch: int
    shared_seconds: float
    apart_seconds: float

    @property
    def times(self) -> float:
        return self.apart_seconds / self.shared_seconds


class Equality(Struct, frozen=True, kw_only=True):
    """Rows of the same asks that came out equal: in batches of both `widths`, and when all batches but the first were
    done once more, as after an interruption."""

    rows: int
    equal_in_batches: int
    equal_resumed: int
    widths: tuple[int, int]


class Validity(Struct, frozen=True, kw_only=True):
    """Replies under a grammar at a high temperature: what could be read, and what ended at its bound."""

    replies: int
    valid: int
    cut: int


def measured_load(name: str, **options: Any) -> tuple[LocalModel, Load]:
    """A model of this process, loaded as by `load_model`, which gets the options; and what that took."""
    _forget_peak()
    began = time.perf_counter()
    model = load_model(name, **options)
    seconds = time.perf_counter() - began
    if not isinstance(model, LocalModel):
        raise ModelError(f"{name} is loaded by its server", hint="measure a model of this process")
    return model, Load(
        seconds=seconds,
        memory=model.memory,
        peak=_peak(model.device),
        device=model.device,
        quantised=model.quantised,
        commit=model.commit,
    )


def estimated(model: LocalModel, *, batch: int = 1) -> Speed:
    """A few seconds of steps, before work begins: how slow it will be."""
    return measured_speed(model, batch=batch, steps=12, patience=_PATIENCE)


def measured_speed(model: LocalModel, *, batch: int, steps: int = 48, patience: float = 60.0) -> Speed:
    """Of rows that all go on for `steps` tokens, or until `patience` seconds are over. Raises ModelError where the
    batch has no room."""
    told: list[tuple[float, int]] = []

    def tick(tokens: int) -> None:
        told.append((time.perf_counter(), tokens))
        if tokens < batch:
            raise ModelError(f"a batch of {batch} has no room", hint=f"{tokens} rows have")
        if len(told) > 2 and told[-1][0] - told[0][0] > patience:
            raise Interrupted("enough was seen")

    asks = [_ask(_ENDLESS, own=f"Number {row}:", seed=row, most=steps) for row in range(batch)]
    _forget_peak()
    began = time.perf_counter()
    with _width(model, batch), suppress(Interrupted):
        list(model.complete(asks, tick))
    first, last = told[0][0], told[-1][0]
    step = (last - first) / (len(told) - 1)
    return Speed(
        batch=batch,
        tokens_per_second=batch / step,
        step_ms=1000 * step,
        first_seconds=first - began,
        peak=_peak(model.device),
    )


def measured_overhead(model: LocalModel, *, batch: int = 32, steps: int = 60) -> Overhead:
    """On random logits, where the model's are, over JSON rows."""
    import torch

    vocabulary = model.vocabulary
    grammar = grammars.begun(vocabulary, grammars.source(shapes.held(_ROWS)))
    rows = [Row(tail=(), grammar=grammar, seed=seed, sampling=_WARM, most=steps) for seed in range(batch)]
    masks, chances = Masks(vocabulary, rows), [chance(seed) for seed in range(batch)]
    spent, sampled = [], []
    noise = torch.Generator().manual_seed(1)
    while masks.open:
        scores = torch.randn(batch, vocabulary.vocab_size, generator=noise).to(model.device)
        began = _now(model.device)
        allowed = masks.applied(scores)
        masked = _now(model.device)
        tokens = drawn(allowed, [_WARM] * batch, chances)
        chosen = _now(model.device)
        masks.consumed(tokens)
        spent.append(1000 * (masked - began + _now(model.device) - chosen))
        sampled.append(1000 * (chosen - masked))
    return Overhead(
        batch=batch, steps=len(spent), grammar_ms=median(spent), worst_ms=max(spent), sampling_ms=median(sampled)
    )


def measured_gain(model: LocalModel, *, batch: int = 8, most: int = 24, notes: int = 25) -> Gain:
    """Of `notes` sentences that all prompts begin with."""
    beginning = _NOTE * notes
    shared = [_ask(_ENDLESS, shared=beginning, own=f"Row {row}:", seed=row, most=most) for row in range(batch)]
    apart = [_ask(_ENDLESS, own=f"Row {row}. {beginning}", seed=row, most=most) for row in range(batch)]
    with _width(model, batch):
        seconds = []
        for asks in (apart, shared):
            began = time.perf_counter()
            list(model.complete(asks))
            seconds.append(time.perf_counter() - began)
    return Gain(prefix_tokens=model.count(beginning), batch=batch, shared_seconds=seconds[1], apart_seconds=seconds[0])


def measured_equality(model: LocalModel, *, rows: int = 8, most: int = 40) -> Equality:
    """All are equal on a CPU in float32. Elsewhere sums depend on the width of a batch, and a near tie may fall either
    way: there only the same batches, done again, are equal."""
    asks = [_ask(_ENDLESS, own=f"Row {row}:", seed=row, most=most, sampling=_WARM) for row in range(rows)]
    narrow = max(1, rows // 2)
    with _width(model, rows):
        whole = list(model.complete(asks))
    with _width(model, narrow):
        cut = list(model.complete(asks))
        resumed = [*cut[:narrow], *model.complete(asks[narrow:])]
    return Equality(
        rows=rows, equal_in_batches=_equal(whole, cut), equal_resumed=_equal(cut, resumed), widths=(rows, narrow)
    )


def measured_validity(model: LocalModel, *, replies: int = 64) -> Validity:
    """Of JSON rows at temperature 1.5 with nothing cut from the draws: what a grammar alone can hold together."""
    hot, most = Sampling(temperature=1.5, top_p=1.0, top_k=0), shapes.most_tokens(_ROWS, model)
    asks = [_ask(_ROWS, own=f"Row {row}:", seed=row, most=most, sampling=hot) for row in range(replies)]
    read, valid, cut = shapes.reader(_ROWS), 0, 0
    for reply in model.complete(asks):
        cut += reply.cut
        with suppress(Misshapen):
            read(reply.text)
            valid += 1
    return Validity(replies=replies, valid=valid, cut=cut)


def _ask(shape: Shape, *, own: str, seed: int, most: int, shared: str = "Write.\n", sampling: Sampling = GREEDY) -> Ask:
    prompt = Prompt(system="You write rows for a test database.", shared=shared, own=own)
    return Ask(prompt=prompt, shape=shape, seed=seed, sampling=sampling, most=most)


@contextmanager
def _width(model: LocalModel, rows: int) -> Iterator[None]:
    before, model.widest = model.widest, rows
    try:
        yield
    finally:
        model.widest = before


def _equal(one: Sequence[Reply], two: Sequence[Reply]) -> int:
    return sum(a == b for a, b in zip(one, two, strict=True))


def _now(device: str) -> float:
    """Seconds, when all that was asked of the device is done."""
    import torch

    if device != "cpu":
        torch.cuda.synchronize(device)
    return time.perf_counter()


def _forget_peak() -> None:
    try:
        import torch
    except ImportError as error:
        raise MissingExtra("llm") from error
    if torch.cuda.is_available():
        torch.cuda.reset_peak_memory_stats()


def _peak(device: str) -> int | None:
    import torch

    return None if device == "cpu" else int(torch.cuda.max_memory_allocated(device))
