"""Whatever values a column has, three readers find them in the file that we pack, and its footer tells the truth."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from synthgen_nb.packing.weaving import weave

LABELS = ["", "Zürich", "a", "日本", "z" * 40]


def whole(bits: int, *, signed: bool = True) -> st.SearchStrategy[int]:
    """Any of so many bits, near one another, or few with a step."""
    low, high = (-(1 << bits - 1), (1 << bits - 1) - 1) if signed else (0, (1 << bits) - 1)
    return st.one_of(
        st.integers(low, high),
        st.sampled_from([low, high, 0, 1]),
        st.integers(max(low, -100), 100),
        st.integers(0, 12).map(lambda number: number * (high // 12)),
    )


MOMENTS = st.datetimes(dt.datetime(1677, 9, 22), dt.datetime(2262, 4, 11))
KINDS: dict[str, tuple[pa.DataType, st.SearchStrategy[Any]]] = {
    "int8": (pa.int8(), whole(8)),
    "int16": (pa.int16(), whole(16)),
    "int32": (pa.int32(), whole(32)),
    "int64": (pa.int64(), whole(64)),
    "uint8": (pa.uint8(), whole(8, signed=False)),
    "uint16": (pa.uint16(), whole(16, signed=False)),
    "uint32": (pa.uint32(), whole(32, signed=False)),
    "uint64": (pa.uint64(), whole(64, signed=False)),
    "decimal of 9": (pa.decimal128(9, 2), st.decimals(-9_999_999, 9_999_999, places=2)),
    "decimal of 18": (pa.decimal64(18, 6), st.decimals(-(10**12) + 1, 10**12 - 1, places=6)),
    "decimal of 30": (pa.decimal128(30, 3), st.decimals(-(10**26), 10**26, places=3)),
    "date": (pa.date32(), st.dates(dt.date(1400, 1, 1), dt.date(3000, 1, 1))),
    "timestamp": (pa.timestamp("us"), MOMENTS),
    "timestamp in UTC": (pa.timestamp("us", "UTC"), MOMENTS),
    "time": (pa.time64("us"), st.times()),
    "label": (pa.dictionary(pa.int8(), pa.string()), st.sampled_from(LABELS)),
    "text": (pa.string(), st.text(st.characters(exclude_characters="\0", codec="utf-8"), max_size=30)),
    "binary": (pa.binary(), st.binary(max_size=9)),
    "boolean": (pa.bool_(), st.booleans()),
    "list": (pa.list_(pa.int64()), st.lists(st.integers(0, 9), max_size=3)),
}


@st.composite
def columns(draw: st.DrawFn, kind: str) -> tuple[pa.Field[Any], list[list[Any]]]:
    """A field and the values of up to three row groups, of different sizes."""
    arrow, values = KINDS[kind]
    nullable = draw(st.booleans())
    share = draw(st.sampled_from([0, 0.5, 1])) if nullable else 0
    held = st.none() if share == 1 else st.one_of(st.none(), values) if share else values
    if draw(st.booleans()):  # in the order of the values, as keys mostly are
        groups = [sorted(draw(st.lists(values, min_size=1, max_size=300 if kind == "int64" else 20)))]
    else:
        groups = draw(st.lists(st.lists(held, min_size=1, max_size=40), min_size=1, max_size=3))
    return pa.field("a.b", arrow, nullable=nullable), groups


def array(kind: pa.DataType, values: list[Any]) -> pa.Array:
    if pa.types.is_dictionary(kind):
        codes = [None if value is None else LABELS.index(value) for value in values]
        return pa.DictionaryArray.from_arrays(pa.array(codes, kind.index_type), pa.array(LABELS))
    return pa.array(values, kind)


def declared(kind: pa.DataType) -> pa.DataType:
    """As readers have it."""
    if pa.types.is_decimal(kind):
        return pa.decimal128(kind.precision, kind.scale)
    return kind.value_type if pa.types.is_dictionary(kind) else kind


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_every_reader_finds_every_value(tmp_path: Path, kind: str, data: st.DataObject) -> None:
    field, groups = data.draw(columns(kind))
    batches = [pa.record_batch([array(field.type, values)], schema=pa.schema([field])) for values in groups]
    path = tmp_path / "p.parquet"
    with path.open("wb") as file:
        weave(file.write, pa.schema([field]), batches, {"k": "v"}, ())
    expected = pa.chunked_array([array(declared(field.type), values) for values in groups])
    assert pq.read_table(path).column("a.b").cast(expected.type).equals(expected)
    assert pl.read_parquet(path)["a.b"].equals(pl.from_arrow(pa.table({"a.b": expected}))["a.b"])
    found = duckdb.sql(f"FROM '{path}'").to_arrow_table().column("a.b")
    assert found.to_pylist() == expected.to_pylist()
    check_footer(path, expected)


def check_footer(path: Path, expected: pa.ChunkedArray) -> None:
    metadata = pq.read_metadata(path)
    assert metadata.num_rows == len(expected)
    assert metadata.metadata[b"k"] == b"v"
    for number, chunk in enumerate(expected.chunks):
        group = metadata.row_group(number)
        assert group.num_rows == len(chunk)
        if pa.types.is_nested(chunk.type):
            continue
        told = group.column(0).statistics
        assert told.null_count == chunk.null_count
        assert group.column(0).num_values == len(chunk)
        text = pa.types.is_string(chunk.type) or pa.types.is_binary(chunk.type)
        if told.has_min_max and not pa.types.is_boolean(chunk.type):
            held = sorted(chunk.drop_null().cast(pa.binary() if text else chunk.type).to_pylist())
            ends = (told.min, told.max)
            assert tuple(end.encode() if isinstance(end, str) else end for end in ends) == (held[0], held[-1])
        else:
            assert text or chunk.null_count == len(chunk) or pa.types.is_boolean(chunk.type)


def test_a_file_may_have_no_rows(tmp_path: Path) -> None:
    schema = pa.schema([("a", pa.int64()), ("b", pa.string())])
    with (tmp_path / "p.parquet").open("wb") as file:
        weave(file.write, schema, [pa.record_batch([[], []], schema=schema)], {}, ())
    assert pq.read_table(tmp_path / "p.parquet").equals(schema.empty_table())
    assert pl.read_parquet(tmp_path / "p.parquet").shape == (0, 2)


def test_a_row_group_may_be_larger_than_a_page(tmp_path: Path) -> None:
    numbers = pa.array(range(300_000))
    missing = pc.if_else(pc.equal(pc.bit_wise_and(numbers, 3), 3), None, numbers)
    text = pc.cast(missing, pa.string())
    columns = [numbers, missing, pc.bit_wise_and(missing, 7), text, pc.binary_repeat(text, 30)]
    table = pa.table(dict(zip("abcde", columns, strict=True)))
    with (tmp_path / "p.parquet").open("wb") as file:
        weave(file.write, table.schema, table.to_batches(), {}, ())
    assert pq.read_table(tmp_path / "p.parquet").equals(table)
    assert pl.read_parquet(tmp_path / "p.parquet").equals(pl.from_arrow(table))
    assert duckdb.sql(f"FROM '{tmp_path / 'p.parquet'}'").to_arrow_table().equals(table)
