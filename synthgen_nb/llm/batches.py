"""How many rows a batch has: from the memory that is free, fewer after there was not enough. Knows sizes, not texts."""

from __future__ import annotations

import gc
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from ..environment import free_memory
from ..errors import ModelError

WIDEST = 32  # rows; the fused 4-bit kernels of a T4 are at their best up to here
_SHARE = 0.7  # of the free memory is planned; activations and fragments need the rest
_COPIES = 4  # of a row's logits, at once: as computed, in f32, masked, and their bits
_SPENT = ("not enough memory", "out of memory", "alloc_failed")

T = TypeVar("T")
U = TypeVar("U")


def bytes_per_token(config: Any, width: int) -> int:
    """Keys and values of one token in all layers; `width` is the bytes of a number."""
    heads = getattr(config, "num_key_value_heads", None) or config.num_attention_heads
    size = getattr(config, "head_dim", None) or config.hidden_size // config.num_attention_heads
    return int(2 * config.num_hidden_layers * heads * size * width)


def planned(free: int, token: int, vocabulary: int, longest: int, widest: int) -> int:
    """Rows of `longest` tokens that fit in `free` bytes, 1 at least."""
    row = longest * token + vocabulary * 4 * _COPIES
    return max(1, min(widest, int(free * _SHARE) // row))


def free_on(device: Any) -> int:
    """Bytes that can be had on a torch device; what torch keeps for later counts as free."""
    import torch

    if device.type != "cuda":
        return free_memory()
    free, _ = torch.cuda.mem_get_info(device)
    return int(free + torch.cuda.memory_reserved(device) - torch.cuda.memory_allocated(device))


def halving(work: Callable[[Sequence[T]], list[U]], rows: Sequence[T], width: int) -> tuple[list[U], int]:
    """`work` over the rows, `width` at a time; halves the width whenever memory runs out, and begins that batch again.
    Returns the results and the width at the end. Raises ModelError where there is no room for one row."""
    done: list[U] = []
    while len(done) < len(rows):
        try:
            done += work(rows[len(done) : len(done) + width])
            continue
        except (MemoryError, RuntimeError) as error:
            if not _out_of_memory(error):
                raise
        # Outside the except block: the traceback would keep what is to be given back
        give_back()
        if width == 1:
            raise ModelError(
                "no memory for one answer", hint="a smaller model, a shorter prompt, or restart the kernel"
            )
        width //= 2
    return done, width


def give_back() -> None:
    """What nobody refers to any more goes back to the machine."""
    import torch

    gc.collect()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()


def _out_of_memory(error: BaseException) -> bool:
    import torch

    words = str(error).lower()
    # torch has a class for a GPU's memory; the CPU's and a GPU library's own are RuntimeErrors with these words
    return isinstance(error, (MemoryError, torch.OutOfMemoryError)) or any(each in words for each in _SPENT)
