"""Codes of many templates at once: each row spells one of them. Knows how templates are written (texts.places), and no
rows of tables."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from ..rows import I64, U64, bits
from .texts import places

_DRAWS = 4  # places that one random integer decides, by 16 bits each


def spelled(templates: tuple[str, ...], which: I64, random: U64) -> pa.StringArray:
    """Row k is a code of templates[which[k]], drawn by random[k]."""
    letters, counts, widths = _alphabets(templates)
    text = np.empty((len(which), letters.shape[1]), np.uint8)
    chance, drawn = random, 0
    for place in range(text.shape[1]):
        if counts[:, place].max(initial=0) <= 1:
            text[:, place] = letters[which, place, 0]
            continue
        if drawn % _DRAWS == 0:
            chance = bits(drawn, random)
        sixteen = (chance >> np.uint64(16 * (drawn % _DRAWS))) & np.uint64(0xFFFF)
        text[:, place] = letters[which, place, sixteen * counts[which, place] >> np.uint64(16)]
        drawn += 1
    ends = np.cumsum(widths[which])
    kept = text[np.arange(text.shape[1]) < widths[which, None]]
    offsets = np.concatenate(([0], ends)).astype(np.int32)
    return pa.StringArray.from_buffers(len(which), pa.py_buffer(offsets), pa.py_buffer(kept))


@lru_cache(maxsize=16)
def _alphabets(templates: tuple[str, ...]) -> tuple[npt.NDArray[np.uint8], U64, I64]:
    """(letters u8[template, place, n], how many of them u64[template, place], places of each template)."""
    found = [places(template) for template in templates]
    widths = np.array([len(template) for template in found], np.int64)
    most = max((len(alphabet) for template in found for alphabet in template), default=1)
    letters = np.zeros((len(found), max(widths.max(initial=0), 1), most), np.uint8)
    counts = np.zeros(letters.shape[:2], np.uint64)
    for row, template in enumerate(found):
        for place, alphabet in enumerate(template):
            letters[row, place, : len(alphabet)] = np.frombuffer(alphabet, np.uint8)
            counts[row, place] = len(alphabet)
    return letters, counts, widths
