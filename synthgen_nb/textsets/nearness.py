"""How alike two texts are: MinHash over runs of five characters, and an index that finds what is alike among many.
Whole numbers only, so that every machine finds the same. Knows nothing of records.

Our own sixty lines and no library: the ones that exist keep a Python object per text and bring SciPy, and a hash of
theirs that changed with a release would change which records a resumed job keeps.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Literal

import numpy as np
import numpy.typing as npt

from ..rows import bits

U64 = npt.NDArray[np.uint64]
U32 = npt.NDArray[np.uint32]

WIDTH = 5  # characters of a shingle: two questions of ten words that differ in one are well below 0.8
HASHES = 128  # the estimate of a similarity is off by 0.035 at 0.8 (one standard deviation)
_BANDS = 32  # of four hashes each: at a similarity of 0.8 a pair is missed once in ten million, at 0.5 in eight
_WORD = re.compile(r"\w+")
_TIMES, _PLUS = (bits(key, np.arange(HASHES, dtype=np.uint64)) for key in (1, 2))
_TIMES |= np.uint64(1)
_FOLD = np.uint64(0x100000001B3)
_HALF = np.uint64(32)


def normal(text: str) -> str:
    """Its words in small letters, one blank between them: what is compared."""
    return " ".join(_WORD.findall(unicodedata.normalize("NFKC", text).casefold()))


def shingles(text: str) -> U64:
    """The different runs of WIDTH characters of a normal text, hashed; a shorter text is one run."""
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), "<u4").astype(np.uint64)
    if len(codes) < WIDTH:
        codes = np.pad(codes, (0, WIDTH - len(codes)))
    windows = np.lib.stride_tricks.sliding_window_view(codes, WIDTH)
    folded = np.zeros(len(windows), np.uint64)
    for place in range(WIDTH):
        folded = (folded ^ windows[:, place]) * _FOLD
    return np.unique(bits(0, folded))


def signature(runs: U64) -> U32:
    """The least of each of HASHES hash functions over the runs: u32[HASHES]."""
    least = np.full(HASHES, np.iinfo(np.uint32).max, np.uint32)
    for start in range(0, len(runs), 1024):  # 1 MB at a time, however long the text
        hashed = (runs[start : start + 1024, None] * _TIMES + _PLUS) >> _HALF
        least = np.minimum(least, hashed.astype(np.uint32).min(axis=0))
    return least


def containment(part: U64, whole: U64) -> float:
    """The share of the runs of `part` that `whole` has too."""
    return float(np.isin(part, whole).mean())


class Index:
    """Texts to be compared with: `near` is the similarity from which two are near duplicates."""

    def __init__(self, near: float) -> None:
        self._near = near
        self._exact: set[str] = set()
        self._signatures = np.empty((64, HASHES), np.uint32)
        self._count = 0
        self._bands: list[dict[bytes, list[int]]] = [{} for _ in range(_BANDS)]

    def offer(self, text: str) -> Literal["", "exact", "near"]:
        """Why a text like this one is in the index already; else it is from now on."""
        plain = normal(text)
        if plain in self._exact:
            return "exact"
        own = signature(shingles(plain))
        keys = self._keys(own)
        if met := {place for band, key in keys for place in band.get(key, ())}:
            alike = (self._signatures[sorted(met)] == own).mean(axis=1)
            if float(alike.max()) >= self._near:
                return "near"
        self._exact.add(plain)
        if self._count == len(self._signatures):
            self._signatures = np.concatenate([self._signatures, np.empty_like(self._signatures)])
        self._signatures[self._count] = own
        for band, key in keys:
            band.setdefault(key, []).append(self._count)
        self._count += 1
        return ""

    def _keys(self, own: U32) -> list[tuple[dict[bytes, list[int]], bytes]]:
        parts = own.reshape(_BANDS, -1)
        return [(band, part.tobytes()) for band, part in zip(self._bands, parts, strict=True)]
