"""What loading a model takes, and how fast it writes: measured by loading it and letting it write a few words."""

from __future__ import annotations

import time
from collections.abc import Callable

from msgspec import Struct

from .environment import free_memory, gpus
from .llm.base import Ask, Model, Prompt, Regex

_WORDS, _TOKENS = "[A-Za-z ,.]{40,200}", 16


class Room(Struct, frozen=True):
    """Bytes that are free: of memory, and of the GPU with most of it (None: there is none)."""

    memory: int
    gpu: int | None


class Loading(Struct, frozen=True, kw_only=True):
    """A model that was loaded, and what that took. `speed` is in tokens a second, one text at a time; `device` is empty
    where the model is in another process."""

    model: str
    commit: str
    device: str
    quantised: bool
    bytes: int
    seconds: float
    speed: float
    before: Room
    after: Room


def room() -> Room:
    return Room(free_memory(), max((gpu.free for gpu in gpus() if gpu.usable is not False), default=None))


def tried(load: Callable[[], Model], clock: Callable[[], float] = time.monotonic) -> tuple[Model, Loading]:
    """Raises as `load`."""
    before, began = room(), clock()
    model = load()
    seconds = clock() - began
    return model, Loading(
        model=model.name,
        commit=model.commit,
        device=str(getattr(model, "device", "")),
        quantised=bool(getattr(model, "quantised", False)),
        bytes=int(getattr(model, "memory", 0)),
        seconds=round(seconds, 3),
        speed=round(_speed(model, clock), 2),
        before=before,
        after=room(),
    )


def _speed(model: Model, clock: Callable[[], float]) -> float:
    prompt, shape = Prompt(system="You write.", shared="Write about the sea."), Regex(_WORDS)
    list(model.complete([Ask(prompt=prompt, shape=shape, seed=0, most=1)]))  # the first is slow, and no measure
    began = clock()
    replies = model.complete([Ask(prompt=prompt, shape=shape, seed=0, most=_TOKENS)])
    return sum(reply.tokens for reply in replies) / max(clock() - began, 1e-9)
