"""Names, streets, addresses and phones by locale. Reads data/locales.parquet, once; draws nothing.

The file is frozen like the word pools: its hash stands here, and in every plan with a wish for locales.
.ci/make_locales.py builds it; docs/pools.md tells what it holds.
"""

from __future__ import annotations

import hashlib
import io
from functools import cache
from importlib.resources import files

import numpy as np
import pyarrow as pa

from ..errors import PlanError

LOCALES_SHA256 = "7274d76130120b1b77c420702b603172314e6acc76fec72612ce5c1cffe30128"


@cache
def locales() -> tuple[str, ...]:
    """All that are known, in the order of the file."""
    return tuple(dict.fromkeys(locale for locale, _ in _lists()))


@cache
def listed(locale: str, kind: str) -> tuple[str, ...]:
    """The female, male and last names, the streets; or, one each, the country, the form of an address ({0} is a
    street, {1} a number) and of a phone (# is a digit). PlanError for a locale that is not there."""
    found = _lists().get((locale, kind))
    if found is None:
        raise PlanError(f"there is no locale '{locale}'", hint=f"there is {', '.join(locales())}")
    return tuple(found.to_pylist())


@cache
def _lists() -> dict[tuple[str, str], pa.StringArray]:
    """As Arrow has them: a plan asks for few of all the lists."""
    import pyarrow.parquet as pq

    data = files("synthgen_nb").joinpath("data", "locales.parquet").read_bytes()
    if hashlib.sha256(data).hexdigest() != LOCALES_SHA256:
        raise PlanError("data/locales.parquet is not this version's file", hint="install the package again")
    # read_table loads pyarrow.dataset first: 35 ms
    table = pq.ParquetFile(io.BytesIO(data), read_dictionary=["locale", "kind"]).read().combine_chunks()
    told = [table[name].combine_chunks() for name in ("locale", "kind")]
    codes = np.stack([column.indices.to_numpy() for column in told])
    starts = np.flatnonzero(np.any(np.diff(codes, prepend=-1), axis=0)).tolist()  # those of a list lie together
    values, found = table["value"].combine_chunks(), {}
    for start, end in zip(starts, [*starts[1:], len(table)], strict=True):
        place = tuple(column[start].as_py() for column in told)
        found[place] = values[start:end]
    return found
