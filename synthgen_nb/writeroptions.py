"""What Arrow's Parquet writer is told of each column: encodings from types, compression and statistics from a look at
the texts. Knows nothing of files."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from .columnchunks import packs

if TYPE_CHECKING:
    import pyarrow as pa

_BATCH = 8192  # values that are encoded at once
_TRIED = 1 << 16  # bytes of a column's texts that tell how it shrinks
_WORTH = 0.6  # of their size: names shrink to two thirds, at three times the CPU
_LONG = 24  # bytes of an average text: nobody looks for such by its place in the alphabet


def writer_options(schema: pa.Schema, dictionary: Collection[str], like: pa.RecordBatch | None) -> dict[str, Any]:
    """Texts named in `dictionary` are codes, whole numbers differences, all else is PLAIN: the library's own choice, a
    hash table per column, costs up to four times the CPU on random keys. Snappy and statistics for all, or, where
    columns are `like` those of a batch, for those that gain by it."""
    import pyarrow as pa

    coded = {f.name for f in schema if f.name in dictionary or pa.types.is_dictionary(f.type)}
    whole = [f.name for f in schema if packs(f.type) and f.name not in coded]
    free = [f.name for f in schema if pa.types.is_string(f.type) and f.name not in coded]
    nested = any(pa.types.is_nested(kind) for kind in schema.types)  # then names are no paths
    looks = {} if like is None or nested else {name: _Look(like.column(name)) for name in free}
    compression = {name: "snappy" if name not in looks or looks[name].shrinks else "none" for name in schema.names}
    statistics = [name for name in schema.names if name not in looks or not looks[name].long]
    return {
        "compression": compression if looks else "snappy",
        "write_statistics": statistics if looks else True,
        "use_dictionary": sorted(coded) or False,
        "column_encoding": dict.fromkeys(whole, "DELTA_BINARY_PACKED") or None,
        "store_decimal_as_integer": True,
        "store_schema": False,  # that would tell readers the types of the batches
        "write_batch_size": _BATCH,
    }


class _Look:
    """What some texts of a column say of all."""

    def __init__(self, column: pa.StringArray) -> None:
        import pyarrow as pa

        offsets, data = column.buffers()[1:]
        first, end = (
            int.from_bytes(offsets[4 * at : 4 * at + 4].to_pybytes(), "little")
            for at in (column.offset, column.offset + len(column))
        )
        tried = data[first : min(end, first + _TRIED)] if data is not None else pa.py_buffer(b"")
        squeezed: Any = pa.compress(tried, codec="snappy")
        self.long = end - first > _LONG * len(column)
        self.shrinks = squeezed.size < _WORTH * tried.size
