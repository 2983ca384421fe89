"""Physical types: what a column is in Arrow, and the steps between a spec's integers, Arrow and reference rows.

A spec's integers are scaled decimals (units of the last digit), days since 1970, or microseconds; see rows.Values.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from .errors import PlanError
from .rows import Mask, Values
from .schema import Kind, Type

MICROS = 1_000_000
_DIGITS = 18  # that any integer of 64 bits has room for
DAY = 86_400 * MICROS
_EPOCH = dt.datetime(1970, 1, 1)
_WHOLE = {Kind.INTEGER, Kind.YEAR, Kind.BOOLEAN}
_DIRECT = {
    Kind.BOOLEAN: pa.bool_(),
    Kind.DATE: pa.date32(),
    Kind.TIME: pa.time64("us"),
    Kind.TIMESTAMP: pa.timestamp("us"),
    Kind.TIMESTAMPTZ: pa.timestamp("us", "UTC"),
    Kind.YEAR: pa.int16(),
    Kind.BINARY: pa.binary(),
    Kind.ENUM: pa.dictionary(pa.int32(), pa.string()),  # parts hold it with all its labels: parquet.enum_field
}


def scale_of(column: Type) -> int:
    """Digits after the point in a decimal column's integers; an unbounded NUMERIC and MONEY get two."""
    if column.kind == Kind.MONEY or (column.kind == Kind.DECIMAL and column.precision is None):
        return 2
    return column.scale if column.kind == Kind.DECIMAL else 0


def arrow_type(column: Type, dialect: str) -> pa.DataType:
    """The Arrow type that a column of this type is stored as."""
    if column.kind in _DIRECT:
        return _DIRECT[column.kind]
    if column.kind == Kind.INTEGER:
        if (column.bits or 0) > 64:
            return pa.decimal128(38, 0)  # DuckDB's HUGEINT
        bits = {24: 32, None: 64}.get(column.bits, column.bits)
        return pa.type_for_alias(f"{'u' if column.unsigned else ''}int{bits}")
    if column.kind == Kind.DECIMAL:
        precision = min(max(column.precision or 38, scale_of(column), 1), 38)
        return pa.decimal128(precision, min(scale_of(column), precision))
    if column.kind == Kind.MONEY:
        return pa.decimal128(19, 2)
    if column.kind == Kind.FLOAT:
        return pa.float32() if column.bits == 32 else pa.float64()
    if column.kind == Kind.ARRAY and column.element is not None:
        element = arrow_type(column.element, dialect)
        return pa.list_(_plain(element))
    if column.fields and dialect == "duckdb":
        parts = [(name, _plain(arrow_type(type_, dialect))) for name, type_ in column.fields]
        return pa.map_(parts[0][1], parts[1][1]) if column.kind == Kind.MAP else pa.struct(parts)
    if dialect in ("mysql", "mariadb"):
        if column.kind == Kind.BIT:
            return pa.uint64()
        if column.kind == Kind.GEOMETRY:
            return pa.binary()
    return pa.string()


def _plain(arrow: pa.DataType) -> pa.DataType:
    """What stands inside of another type: an ENUM's label as text."""
    return arrow.value_type if pa.types.is_dictionary(arrow) else arrow


def to_arrow(values: Values, arrow: pa.DataType, labels: tuple[str, ...] = ()) -> pa.Array:
    """A column of the declared type from a spec's values; `labels` are an ENUM's. pa.ArrowInvalid where a value does
    not fit."""
    data, valid = values.data, values.valid
    if isinstance(data, np.ndarray):
        return _numbers(data, valid, arrow)
    if pa.types.is_dictionary(arrow):
        return _labelled(data, valid, arrow, labels)
    array = _nested(data, arrow)
    if valid is None or valid.all():
        return array
    return pc.if_else(pa.array(valid), array, pa.scalar(None, arrow))


def packed(arrow: pa.DataType) -> pa.DataType:
    """The type in which a Parquet writer takes a number with the least work: the file is the same."""
    if pa.types.is_decimal128(arrow) and arrow.precision <= _DIGITS:
        return pa.decimal64(arrow.precision, arrow.scale)
    return arrow


def to_packed(values: Values, arrow: pa.DataType, labels: tuple[str, ...] = ()) -> pa.Array:
    """As `to_arrow`, in a `packed` type, or as codes of the few texts there are where `arrow` asks for them."""
    data, valid = values.data, values.valid
    if pa.types.is_decimal64(arrow) and isinstance(data, np.ndarray):
        return _masked(np.ascontiguousarray(data, np.int64), valid, arrow)
    if pa.types.is_dictionary(arrow) and not arrow.ordered:
        known = isinstance(data, pa.DictionaryArray) and len(data.dictionary) <= len(data)  # else no row has some
        coded: Any = data if known else pc.dictionary_encode(pc.cast(data, pa.string()))
        present = valid is None or bool(valid.all())
        if present and coded.type == arrow:
            return coded
        codes = coded.indices.cast(arrow.index_type)
        if not present:
            codes = pc.if_else(pa.array(valid), codes, pa.scalar(None, arrow.index_type))
        return pa.DictionaryArray.from_arrays(codes, coded.dictionary)
    return to_arrow(values, arrow, labels)


def _masked(data: npt.NDArray[np.generic], valid: Mask | None, arrow: pa.DataType) -> pa.Array:
    """Numbers in their own bytes, as an array of a type that has such."""
    bitmap = None if valid is None or valid.all() else pa.py_buffer(np.packbits(valid, bitorder="little"))
    return pa.Array.from_buffers(arrow, len(data), [bitmap, pa.py_buffer(data)])


def _nested(data: pa.Array, arrow: pa.DataType) -> pa.Array:
    """Lists, structs and maps of physical integers in the declared types, whatever they are nested in."""
    if data.type == arrow:
        return data
    if pa.types.is_null(data.type):
        return pa.nulls(len(data), arrow)
    if pa.types.is_map(arrow):
        keys, items = _nested(data.keys, arrow.key_type), _nested(data.items, arrow.item_type)
        return pc.cast(pa.MapArray.from_arrays(data.offsets, keys, items), arrow)
    if pa.types.is_list(arrow):
        return pa.ListArray.from_arrays(data.offsets, _nested(data.values, arrow.value_type))
    if pa.types.is_struct(arrow):
        fields = [_nested(data.field(place), field.type) for place, field in enumerate(arrow)]
        return pa.StructArray.from_arrays(fields, fields=list(arrow))
    if pa.types.is_primitive(data.type):
        return _numbers(data.to_numpy(zero_copy_only=False), None, arrow)
    return pc.cast(data, arrow)


def _labelled(data: pa.Array, valid: Mask | None, arrow: pa.DataType, labels: tuple[str, ...]) -> pa.Array:
    """Text as codes into all the labels of an ENUM, in their order."""
    if not pa.types.is_dictionary(data.type):
        data = pc.dictionary_encode(pc.cast(data, pa.string()))
    known = pa.array(labels, pa.string())
    found = pc.index_in(data.dictionary, known).to_numpy(zero_copy_only=False)
    codes = found[pc.fill_null(data.indices, 0).to_numpy()] if len(found) else np.zeros(len(data))  # nothing but NULLs
    missing = ~data.is_valid().to_numpy(zero_copy_only=False) if data.null_count else np.zeros(len(data), bool)
    mask = missing if valid is None else missing | ~valid
    if np.isnan(codes[~mask].astype(float)).any():
        raise pa.ArrowInvalid("a value is not among the labels")
    whole = np.where(mask, 0, codes).astype(arrow.index_type.to_pandas_dtype())
    return pa.DictionaryArray.from_arrays(pa.array(whole, mask=mask), known, ordered=arrow.ordered)


def _numbers(data: npt.NDArray[np.generic], valid: Mask | None, arrow: pa.DataType) -> pa.Array:
    mask = None if valid is None or valid.all() else ~valid
    if pa.types.is_decimal(arrow):
        return _decimals(data.astype(np.int64, copy=False), mask, arrow)
    if pa.types.is_date32(arrow):
        return pa.array(data.astype(np.int32, copy=False), pa.int32(), mask=mask).view(arrow)
    if pa.types.is_temporal(arrow):
        return pa.array(data.astype(np.int64, copy=False), pa.int64(), mask=mask).view(arrow)
    if pa.types.is_string(arrow) or pa.types.is_binary(arrow):
        return pc.cast(pa.array(data, mask=mask), arrow)
    width = data.astype(arrow.to_pandas_dtype(), copy=False) if data.dtype != np.bool_ else data
    return pa.array(width, mask=mask) if width.dtype != np.bool_ else pc.cast(pa.array(width, mask=mask), arrow)


def _decimals(units: npt.NDArray[np.int64], mask: Mask | None, arrow: pa.DataType) -> pa.Array:
    words = np.empty((len(units), 2), np.int64)  # two's complement, little endian: low word, sign
    words[:, 0] = units
    np.right_shift(units, 63, out=words[:, 1])
    array = pa.Array.from_buffers(arrow, len(units), [None, pa.py_buffer(words)])
    return array if mask is None else pc.if_else(pa.array(~mask), array, pa.scalar(None, arrow))


def converted(values: Values, parent: Type, child: Type) -> Values:
    """A parent key's values as the child column has them, where the two types differ."""
    data = values.data
    if isinstance(data, np.ndarray):
        source, target = scale_of(parent), scale_of(child)
        if abs(target - source) > _DIGITS:
            raise PlanError(f"a key with {source} digits after the point can't be one with {target}")
        if source != target:
            data = data * 10 ** (target - source) if target > source else data // 10 ** (source - target)
        if child.kind == Kind.FLOAT and parent.kind != Kind.FLOAT:
            data = data.astype(np.float64) / 10**target
        if parent.kind == Kind.DATE and child.kind in (Kind.TIMESTAMP, Kind.TIMESTAMPTZ):
            data = data.astype(np.int64) * DAY
        if child.kind == Kind.TEXT and parent.kind in _WHOLE:
            return Values(pc.cast(pa.array(data), pa.string()), values.valid)
        return Values(data, values.valid)
    if child.kind in _WHOLE and parent.kind == Kind.TEXT:
        return Values(pc.cast(pc.cast(data, pa.string()), pa.int64()).to_numpy(zero_copy_only=False), values.valid)
    return values


def from_arrow(array: pa.Array, column: Type, dialect: str) -> Values:
    """An Arrow array of any type as physical values of this column; pa.ArrowInvalid where a value does not fit."""
    arrow = arrow_type(column, dialect)
    valid = array.is_valid().to_numpy(zero_copy_only=False) if array.null_count else None
    if pa.types.is_dictionary(arrow):
        return Values(pc.cast(array, pa.string()), valid)
    if pa.types.is_decimal(arrow):
        exact = pc.cast(array, pa.decimal128(38, arrow.scale), safe=False)
        words = np.frombuffer(exact.buffers()[1], np.int64)[2 * exact.offset :: 2]  # the low word holds all we draw
        return Values(words[: len(exact)].copy(), valid)
    elif pa.types.is_temporal(arrow):
        array = pc.cast(array, arrow)
        array = array.view(pa.int32() if pa.types.is_date32(arrow) else pa.int64())
    elif arrow != array.type:
        array = pc.cast(array, arrow, safe=not pa.types.is_integer(arrow))
    if pa.types.is_primitive(array.type):
        return Values(
            pc.fill_null(array, False if pa.types.is_boolean(array.type) else 0).to_numpy(zero_copy_only=False), valid
        )
    return Values(array, valid)


def from_python(items: list[str | int | float | bool | None], column: Type, dialect: str) -> Values:
    """Reference rows' values in physical form. ValueError, ArithmeticError or pa.ArrowInvalid if one can't be read."""
    valid = np.array([item is not None for item in items])
    kept = None if valid.all() else valid
    arrow = arrow_type(column, dialect)
    if column.kind == Kind.BOOLEAN:
        return Values(np.array([str(item).lower() in ("true", "t", "1", "yes", "y", "on") for item in items]), kept)
    if column.kind == Kind.FLOAT:
        return Values(np.array([float(item or 0) for item in items]), kept)
    if column.kind == Kind.BINARY:  # a text inserted there is its bytes
        return Values(pa.array([b"" if item is None else str(item).encode() for item in items], pa.binary()), kept)
    if not (pa.types.is_integer(arrow) or pa.types.is_decimal(arrow) or pa.types.is_temporal(arrow)):
        return Values(pa.array(["" if item is None else str(item) for item in items], pa.string()), kept)
    return Values(np.array([_units(item, column) for item in items], np.int64), kept)


def _units(item: str | int | float | bool | None, column: Type) -> int:
    if item is None:
        return 0
    if column.kind == Kind.DATE:
        return (dt.date.fromisoformat(str(item)[:10]) - _EPOCH.date()).days
    if column.kind in (Kind.TIMESTAMP, Kind.TIMESTAMPTZ):
        moment = dt.datetime.fromisoformat(str(item))
        moment = moment.astimezone(dt.UTC).replace(tzinfo=None) if moment.tzinfo else moment
        return (moment - _EPOCH) // dt.timedelta(microseconds=1)
    if column.kind == Kind.TIME:
        clock = dt.time.fromisoformat(str(item))
        return ((clock.hour * 60 + clock.minute) * 60 + clock.second) * MICROS + clock.microsecond
    return int((Decimal(str(item).lstrip("$")) * 10 ** scale_of(column)).to_integral_value())
