"""What loading a model takes, and how fast it writes: measured by loading it and letting it write a few words."""

from __future__ import annotations

import time
from collections.abc import Callable

from msgspec import Struct

from ..environment import free_memory, gpus
from .base import Model
from .local import LocalModel
from .measuring import estimated


class Room(Struct, frozen=True):
    """Bytes that are free: of memory, and of the GPU with most of it (None: there is none)."""

    memory: int
    gpu: int | None


class Loading(Struct, frozen=True, kw_only=True):
    """A model that was loaded, and what that took. `speed` is in tokens a second, one text at a time. What only a model
    of this process tells is "", 0 or None of another."""

    model: str
    commit: str
    seconds: float
    before: Room
    after: Room
    device: str = ""
    quantised: bool = False
    bytes: int = 0
    speed: float | None = None

    def words(self) -> str:
        """'cpu, about 3.1 tokens a second'; empty where that is another's."""
        return "" if self.speed is None else f"{self.device}, about {self.speed:,.1f} tokens a second"


def room() -> Room:
    return Room(free_memory(), max((gpu.free for gpu in gpus() if gpu.usable is not False), default=None))


def tried(load: Callable[[], Model], clock: Callable[[], float] = time.monotonic) -> tuple[Model, Loading]:
    """Raises as `load`. The trial takes a few seconds."""
    before, began = room(), clock()
    model = load()
    seconds = round(clock() - began, 3)
    told = Loading(model=model.name, commit=model.commit, seconds=seconds, before=before, after=room())
    if not isinstance(model, LocalModel):
        return model, told
    return model, Loading(
        model=model.name,
        commit=model.commit,
        seconds=seconds,
        before=before,
        after=told.after,
        device=model.device,
        quantised=model.quantised,
        bytes=model.memory,
        speed=round(estimated(model).tokens_per_second, 2),
    )
