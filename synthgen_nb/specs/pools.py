"""The word pools of the package: names, places, products, words. Reads data/pools.parquet, once; draws nothing.

The file is frozen: its hash stands here and in every plan, so that a seed means the same values for ever. What each
pool holds is told in docs/pools.md; .ci/make_pools.py builds the file.
"""

from __future__ import annotations

import hashlib
import io
from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from typing import TypeVar

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from msgspec import Struct

from ..errors import PlanError

POOLS_SHA256 = "fabb471860d3b17641b798f99c9cc2d677565e07e69835ce1d04dbbd2f6c57d0"

Number = TypeVar("Number", np.uint32, np.uint64)


class Pool(Struct, frozen=True):
    """Distinct texts and how often each is to be drawn: `weights` are u32[n] of 1 or more, `cumulative` their running
    sums (u64[n]), so that a draw below cumulative[-1] is one searchsorted away from its value."""

    name: str
    values: pa.StringArray
    weights: npt.NDArray[np.uint32]
    cumulative: npt.NDArray[np.uint64]

    def __len__(self) -> int:
        return len(self.values)


@cache
def pool(name: str) -> Pool:
    """PlanError with the nearest names if there is no such pool."""
    rows = _pools().get(name)
    if rows is None:
        near = get_close_matches(name, _pools(), n=3, cutoff=0.5) or sorted(_pools())
        raise PlanError(f"there is no word pool '{name}'", hint=f"there is {', '.join(near)}")
    weights = rows["weight"].to_numpy()
    values = pa.concat_arrays(rows["value"].chunks)  # a copy without the other pools
    return Pool(name, values, _frozen(weights), _frozen(np.cumsum(weights, dtype=np.uint64)))


def names() -> tuple[str, ...]:
    """All pools, in alphabetical order."""
    return tuple(sorted(_pools()))


@cache
def fields(name: str) -> tuple[Pool, ...]:
    """The parts of a pool whose values are joined by "|", one Pool a part. Row k of one belongs to row k of all others,
    so values repeat. A pool without "|" gives itself."""
    whole = pool(name)
    parts = pc.split_pattern(whole.values, "|")
    count = pc.list_value_length(parts)[0].as_py()
    if count == 1:
        return (whole,)
    columns = (pa.array(pc.list_element(parts, place).to_pylist(), pa.string()) for place in range(count))
    return tuple(Pool(f"{name}[{k}]", column, whole.weights, whole.cumulative) for k, column in enumerate(columns))


@cache
def _pools() -> dict[str, pa.Table]:
    """As the file has them: a plan asks for few of all."""
    import pyarrow.parquet as pq

    data = files("synthgen_nb").joinpath("data", "pools.parquet").read_bytes()
    if hashlib.sha256(data).hexdigest() != POOLS_SHA256:
        raise PlanError("data/pools.parquet is not this version's file", hint="install the package again")
    # read_table loads pyarrow.dataset first: 35 ms
    table = pq.ParquetFile(io.BytesIO(data)).read()
    kinds = table["pool"].combine_chunks().dictionary_encode()
    starts = np.flatnonzero(np.diff(kinds.indices.to_numpy(), prepend=-1)).tolist()  # rows are sorted by pool
    ends = [*starts[1:], len(table)]
    return {str(name): table[start:end] for name, start, end in zip(kinds.dictionary, starts, ends, strict=True)}


def _frozen(array: npt.NDArray[Number]) -> npt.NDArray[Number]:
    kept = array.copy()
    kept.flags.writeable = False
    return kept
