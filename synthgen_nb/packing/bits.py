"""Integers as Parquet packs them: bit by bit, as codes of an equal width or as differences between neighbours
(parquet-format's Encodings.md). Knows nothing of columns."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from .thrift import varint, zigzag

Integers = npt.NDArray[np.integer]

_BLOCK, _MINI = 2048, 4  # differences of an equal width, and the pieces that readers take them in
_WORD = 64


def width_of(highest: int) -> int:
    """Bits in which numbers up to `highest` are packed: above eight, some more than it takes, so that a word of 64 bits
    holds whole bytes of them."""
    bits = highest.bit_length()
    return (
        bits
        if bits <= 8
        else -(-bits // 2) * 2
        if bits <= 16
        else -(-bits // 4) * 4
        if bits <= 32
        else -(-bits // 8) * 8
    )


def packed(values: Integers, width: int) -> bytes:
    """Numbers from 0 on, each in `width` (a `width_of`) bits, the least bit first; zeros up to a multiple of eight
    numbers. Lanes of 8 to 64 bits are pushed together in pairs until each word holds its numbers side by side."""
    lane = next(size for size in (8, 16, 32, 64) if width <= size)
    lanes = np.zeros(-(-len(values) // 8) * 8, f"<u{lane // 8}")
    lanes[: len(values)] = values
    words = lanes.view("<u8")
    used, size = width, lane
    while size < _WORD:
        if used < size:
            low = np.uint64(sum(((1 << used) - 1) << at for at in range(0, _WORD, 2 * size)))
            words = (words & low) | ((words >> np.uint64(size - used)) & (low << np.uint64(used)))
        used, size = 2 * used, 2 * size
    kept = used // 8
    if kept == 0:
        return b""
    return words.view(np.dtype({"names": ["kept"], "formats": [f"V{kept}"], "itemsize": 8}))["kept"].tobytes()


def run(bits: bytes, groups: int) -> bytes:
    """Packed numbers as one run of so many groups of eight."""
    return varint(groups << 1 | 1) + bits


def codes(values: Integers, highest: int) -> bytes:
    """Codes 0..highest of a dictionary, as a page holds them."""
    width = width_of(max(highest, 1))
    return bytes([width]) + run(packed(values, width), -(-len(values) // 8))


def presence(valid: npt.NDArray[np.bool_] | None, count: int) -> bytes:
    """Which of `count` values of a column that may be NULL are there (all of them where `valid` is None), as a page
    holds them."""
    if valid is None:
        levels = varint(count << 1) + b"\x01"
    else:
        levels = run(np.packbits(valid, bitorder="little").tobytes(), -(-count // 8))
    return len(levels).to_bytes(4, "little") + levels


def differences(values: Integers) -> bytes:
    """int32 or int64 as DELTA_BINARY_PACKED. Differences wrap around, as readers add them up."""
    first = int(values[0]) if len(values) else 0
    head = varint(_BLOCK) + varint(_MINI) + varint(len(values)) + varint(zigzag(first))
    count = len(values) - 1
    if count < 1:
        return head
    apart = np.empty(-(-count // _BLOCK) * _BLOCK, values.dtype)
    np.subtract(values[1:], values[:-1], out=apart[:count])
    apart[count:] = apart[count - 1]
    blocks = apart.reshape(-1, _BLOCK)
    lows = blocks.min(axis=1)
    blocks -= lows[:, None]
    plain = blocks.view(f"u{values.dtype.itemsize}")
    widths = [width_of(high) for high in plain.max(axis=1).tolist()]
    bits = _by_width(plain, widths)
    pieces = [head]
    for low, width, piece in zip(lows.tolist(), widths, bits, strict=True):  # a loop over blocks, not rows
        pieces += [varint(zigzag(low)), bytes([width]) * _MINI, piece]
    if unused := (len(apart) - count) // (_BLOCK // _MINI):  # the last pieces of the last block
        used = _MINI - unused
        pieces[-2:] = [bytes([widths[-1]]) * used + bytes(unused), bits[-1][: len(bits[-1]) // _MINI * used]]
    return b"".join(pieces)


def _by_width(blocks: Integers, widths: list[int]) -> list[bytes]:
    """Each block packed in its own width, those of one width together."""
    found = [b""] * len(widths)
    for width in set(widths) - {0}:
        places = [place for place, own in enumerate(widths) if own == width]
        bits = packed((blocks if len(places) == len(widths) else blocks[places]).reshape(-1), width)
        size = _BLOCK * width // 8
        for number, place in enumerate(places):
            found[place] = bits[number * size : (number + 1) * size]
    return found
