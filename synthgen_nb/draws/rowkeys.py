"""Rows by 64 bits: what names a row, hashed so that it is the same for ever, on every machine and for every cut of the
rows. Knows Arrow's types; nothing of what is drawn from it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ..rows import U64, Mask, bits
from ..sandbox import relation_names
from ..schema import Table
from ..storing import one

_START = 0x73796E7468  # any constant: it is in every hash
_WORD = 8  # bytes taken in at a time


def row_keys(window: pa.Table, table: Table, first: int) -> U64:
    """One key per row (u64[n]) from the columns that name it (DuckDB's names for them); where none do, from its number,
    counted from `first`."""
    if not table.identifying:
        return hashed([pa.array(np.arange(first, first + window.num_rows, dtype=np.int64))])
    called = relation_names(table.column_names)
    return hashed([window.column(called[name]) for name in table.identifying])


def hashed(columns: Sequence[pa.Array | pa.ChunkedArray]) -> U64:
    """64 bits per row (u64[n]) of what stands in the columns. Integers of any width that are equal hash alike, and so
    do a text and an ENUM's label; a NULL is like no value."""
    state = np.full(len(columns[0]), _START, np.uint64)
    for array in map(one, columns):
        state = np.where(_there(array), _taken_in(state, array), bits(0, ~state))
    return state


def _there(array: pa.Array) -> Mask:
    there: Mask = array.is_valid().to_numpy(zero_copy_only=False)
    return there


def _taken_in(state: U64, array: pa.Array) -> U64:
    kind = array.type
    if pa.types.is_dictionary(kind):
        return _texts(state, array.cast(kind.value_type))
    if pa.types.is_decimal(kind):
        words = np.frombuffer(array.cast(pa.decimal128(38, kind.scale)).buffers()[1], np.uint64).reshape(-1, 2)
        words = words[array.offset : array.offset + len(array)]
        return bits(bits(state, words[:, 0].copy()), words[:, 1].copy())
    if pa.types.is_floating(kind):
        number = pc.fill_null(array.cast(pa.float64()), 0.0).to_numpy(zero_copy_only=False) + 0.0  # no negative zero
        return bits(state, number.view(np.uint64))
    if pa.types.is_uint64(kind):
        return bits(state, pc.fill_null(array, 0).to_numpy(zero_copy_only=False))
    if pa.types.is_primitive(kind):
        if pa.types.is_temporal(kind):
            array = array.view(pa.int32() if kind.bit_width == 32 else pa.int64())
        whole = pc.fill_null(array.cast(pa.int64()), 0).to_numpy(zero_copy_only=False)
        return bits(state, whole.view(np.uint64))
    if pa.types.is_nested(kind):  # row by row: hardly a table has a list in its key
        array = pa.array([None if value is None else repr(value) for value in array.to_pylist()], pa.string())
    return _texts(state, array)


def _texts(state: U64, array: pa.Array) -> U64:
    """The bytes of each value, eight at a time; its length first, so that no padding is mistaken for a zero."""
    array = array.cast(pa.large_binary())
    _, ends, data = array.buffers()
    offsets = np.frombuffer(ends, np.int64)[array.offset : array.offset + len(array) + 1]
    begin, length = offsets[:-1], np.diff(offsets)
    padded = np.concatenate((np.frombuffer(data or b"", np.uint8), np.zeros(_WORD, np.uint8)))
    words = np.ndarray((len(padded) - _WORD + 1,), "<u8", padded, 0, (1,))
    state = bits(state, length.astype(np.uint64))
    left = np.flatnonzero(length)
    done = 0
    while len(left):
        word = words[begin[left] + done].astype(np.uint64)
        short = np.minimum(length[left] - done, _WORD).astype(np.uint64)
        shift = (np.uint64(_WORD) - short) * np.uint64(8)
        state[left] = bits(state[left], (word << shift) >> shift)
        done += _WORD
        left = left[length[left] > done]
    return state
