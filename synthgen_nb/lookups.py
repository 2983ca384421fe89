"""What all rows of a table have, drawn once and looked up from then on. Knows nothing of plans, nor of which rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from msgspec import Struct

from .rows import U64, Indices, Mask, Values

_Numbers = npt.NDArray[Any]


class Lookup(Struct, frozen=True):
    """Numbers in as few bytes as hold all of them: who looks anywhere waits for memory more than for anything else.
    They come out as `kind`."""

    values: _Numbers
    kind: np.dtype[Any]
    valid: Mask | None
    ordinal: _Numbers | None

    def indices(self, index: U64, *, ordinals: bool) -> Indices:
        """Without their places among siblings where nobody asks for these."""
        values, valid = self._at(index)
        if not ordinals or self.ordinal is None:
            return Indices(values, valid)
        return Indices(values, valid, _taken(self.ordinal, index).astype(np.uint64))

    def column(self, index: U64) -> Values:
        return Values(*self._at(index))

    def _at(self, index: U64) -> tuple[_Numbers, Mask | None]:
        values = _taken(self.values, index).astype(self.kind, copy=False)
        return values, None if self.valid is None else _taken(self.valid, index)


def lookup(drawn: Sequence[Indices | Values]) -> Lookup:
    """Of windows that follow one another from row 0 on."""
    values = [np.asarray(each.values if isinstance(each, Indices) else each.data) for each in drawn]
    ordinals = [_narrow(e.ordinal) for e in drawn if isinstance(e, Indices) and e.ordinal is not None]
    valid = None
    if any(each.valid is not None for each in drawn):
        masks = (np.ones(len(v), bool) if e.valid is None else e.valid for e, v in zip(drawn, values, strict=True))
        valid = np.concatenate(list(masks))
    narrow = np.concatenate([_narrow(each) for each in values])
    return Lookup(narrow, values[0].dtype, valid, np.concatenate(ordinals) if ordinals else None)


def _taken(whole: _Numbers, index: U64) -> _Numbers:
    taken: _Numbers = np.take(whole, index.view(np.int64))
    return taken


def _narrow(values: _Numbers) -> _Numbers:
    """The same numbers; those of one sign and another have one such type in common."""
    if not np.issubdtype(values.dtype, np.integer) or not len(values):
        return values
    low, high = int(values.min()), int(values.max())
    kinds = (np.int8, np.int16, np.int32) if values.dtype.kind == "i" else (np.uint8, np.uint16, np.uint32)
    return next((values.astype(k) for k in kinds if np.iinfo(k).min <= low and high <= np.iinfo(k).max), values)
