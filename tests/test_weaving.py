"""Parts of many rows, of which we pack the numbers and codes ourselves: everyone reads in them what was written."""

from decimal import Decimal

import duckdb
import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from synthgen_nb.packing.bits import codes, differences, packed, width_of
from synthgen_nb.parquet import Cells, append_part, enum_field, rewrite_part, write_part
from synthgen_nb.validation.footers import read_footers

ROWS = 5000
FULL = np.iinfo(np.int64)
LABELS = [f"label {number:03}" for number in range(300)]


def random(low: int, high: int, kind: type = np.int64) -> np.ndarray:
    return np.random.default_rng(8).integers(low, high, ROWS, dtype=kind, endpoint=True)


def coded(numbers: np.ndarray, kind: pa.DataType, labels: list[str]) -> pa.Array:
    return pa.DictionaryArray.from_arrays(pa.array(numbers, kind), pa.array(labels))


COLUMNS = {
    "sequence": pa.array(range(ROWS)),
    "backwards": pa.array(range(ROWS, 0, -1), pa.int32()),
    "keys": pa.array(random(1, 200_000)),
    "any": pa.array(random(FULL.min, FULL.max)),
    "ends": pa.array([FULL.min, FULL.max] * (ROWS // 2)),
    "ends of 32": pa.array([-(1 << 31), (1 << 31) - 1] * (ROWS // 2), pa.int32()),
    "unsigned": pa.array(random(0, (1 << 64) - 1, np.uint64)),
    "unsigned of 32": pa.array(random(0, (1 << 32) - 1, np.uint32)),
    "unsigned and few": pa.array(random((1 << 64) - 9, (1 << 64) - 1, np.uint64)),
    "small": pa.array(random(-100, 100).astype(np.int8)),
    "one": pa.array([7] * ROWS),
    "hundreds": pa.array(random(1, 50) * 100),
    "seem hundreds": pa.array([*(random(1, 50) * 100)[:-1], 77]),
    "jumps": pa.array(np.cumsum(np.where(np.arange(ROWS) % 1000, 1, 10**12))),
    "price": pa.array(random(1, 10**12)).cast(pa.decimal128(19, 0)).view(pa.decimal128(18, 2)),
    "low price": pa.array(random(-99, 10**8)).cast(pa.decimal128(19, 0)).view(pa.decimal128(9, 2)),
    "long number": pa.array([Decimal(10**30)] * ROWS, pa.decimal128(38, 0)),
    "day": pa.array(random(-9000, 20_000).astype(np.int32)).view(pa.date32()),
    "moment": pa.array(random(0, 10**15)).view(pa.timestamp("us")),
    "moment somewhere": pa.array(random(0, 10**15)).view(pa.timestamp("us", "UTC")),
    "clock": pa.array(random(0, 86_399) * 1_000_000).view(pa.time64("us")),
    "status": coded(random(0, 2), pa.int8(), ["open", "Zu", "ähnlich"]),
    "one label": coded(random(0, 0), pa.int8(), ["only"]),
    "labels": coded(random(0, 298), pa.uint16(), LABELS),
    "truth": pa.array(random(0, 1).astype(bool)),
    "share": pa.array(random(0, 9) / 7),
    "name": pa.array([f"{number:x}" for number in random(0, 1 << 60)]),
    "sentence": pa.array([f"it is said of {number} that it is a number" for number in random(1, 9999)]),
    "serial": pa.array([f"INV-{number:06}" for number in range(ROWS)]),
    "bytes": pa.array([int(number).to_bytes(number % 3 + 1) for number in random(0, 255)], pa.binary()),
    "list": pa.array([[number, None] for number in range(ROWS)]),
}


def holes(column: pa.Array) -> pa.Array:
    """Every third one NULL."""
    places = pa.array(np.arange(len(column)), mask=np.arange(len(column)) % 3 == 0)
    return column.take(places)


def nothing(column: pa.Array) -> pa.Array:
    return column.take(pa.nulls(len(column), pa.int64()))


def as_it_is(column: pa.Array) -> pa.Array:
    return column


def plain(table: pa.Table) -> pa.Table:
    """Without dictionaries."""
    kinds = [field.type.value_type if pa.types.is_dictionary(field.type) else field.type for field in table.schema]
    return table.cast(pa.schema([f.with_type(kind) for f, kind in zip(table.schema, kinds, strict=True)]))


def declared(schema: pa.Schema) -> pa.Schema:
    """Codes are of columns that are declared as text."""
    kinds = [field.type.value_type if pa.types.is_dictionary(field.type) else field.type for field in schema]
    return pa.schema([field.with_type(kind) for field, kind in zip(schema, kinds, strict=True)])


@pytest.mark.parametrize("missing", [as_it_is, holes, nothing])
def test_every_reader_finds_what_was_written(tmp_path, missing):
    table = pa.table({name: missing(column) for name, column in COLUMNS.items()})
    batches = [*table.slice(1, 4500).to_batches(), *table.slice(4501, 1).to_batches(), *table.slice(4502).to_batches()]
    path = tmp_path / "p.parquet"
    part = write_part(path, declared(table.schema), batches)
    expected = plain(table).slice(1)
    assert part.rows == ROWS - 1
    assert part.bytes == path.stat().st_size
    assert pq.read_table(path).equals(expected)
    assert pq.ParquetFile(path).metadata.num_row_groups == 3
    assert pl.read_parquet(path).equals(pl.from_arrow(expected))
    found = duckdb.sql(f"FROM '{path}'").to_arrow_table()
    assert found.cast(expected.schema).equals(expected)


def test_footers_tell_what_the_library_would(tmp_path):
    table = pa.table({name: holes(column) for name, column in COLUMNS.items()})
    path, other = tmp_path / "p.parquet", tmp_path / "other.parquet"
    write_part(path, declared(table.schema), table.to_batches())
    pq.write_table(plain(table), other, store_decimal_as_integer=True)
    ours, theirs = read_footers([path]), read_footers([other])
    for name in table.schema.names:
        if name != "list":
            told = (ours[name].nulls, ours[name].low, ours[name].high)
            assert told == (theirs[name].nulls, theirs[name].low, theirs[name].high), name
    group, like = pq.read_metadata(path).row_group(0), pq.read_metadata(other).row_group(0)
    assert group.total_byte_size == sum(group.column(at).total_uncompressed_size for at in range(group.num_columns))
    at = table.schema.names.index("status")
    for found in (group, like):
        assert (found.column(at).statistics.min, found.column(at).statistics.max) == ("Zu", "ähnlich")


def test_few_numbers_are_codes_and_a_sequence_takes_next_to_nothing(tmp_path):
    table = pa.table(COLUMNS)
    write_part(tmp_path / "p.parquet", declared(table.schema), table.to_batches())
    group = pq.read_metadata(tmp_path / "p.parquet").row_group(0)
    chunks = {group.column(at).path_in_schema: group.column(at) for at in range(group.num_columns)}
    assert {name for name in COLUMNS if name in chunks and "RLE_DICTIONARY" in chunks[name].encodings} == {
        *("ends", "ends of 32", "unsigned and few", "small", "hundreds", "status", "one label", "labels")
    }
    assert chunks["sequence"].total_compressed_size < ROWS / 50
    assert chunks["keys"].total_compressed_size < ROWS * 2.6
    assert chunks["hundreds"].total_compressed_size < ROWS * 0.9
    assert chunks["name"].compression == "UNCOMPRESSED"  # random digits: it would shrink to two thirds
    assert chunks["sentence"].compression == "SNAPPY"
    assert "DELTA_LENGTH_BYTE_ARRAY" in chunks["sentence"].encodings


def test_the_ends_of_texts_are_told_where_they_help_to_find_a_row(tmp_path):
    table = pa.table({name: holes(COLUMNS[name]) for name in ("serial", "sentence")})
    write_part(tmp_path / "p.parquet", table.schema, table.to_batches())
    group = pq.read_metadata(tmp_path / "p.parquet").row_group(0)
    serial, sentence = group.column(0).statistics, group.column(1).statistics
    assert (serial.min, serial.max) == ("INV-000001", "INV-004999")
    assert not sentence.has_min_max
    assert serial.null_count == sentence.null_count == len(range(0, ROWS, 3))


def test_a_null_where_none_may_be_is_refused(tmp_path):
    schema = pa.schema([pa.field("a", pa.int64(), nullable=False)])
    batch = pa.record_batch([pa.array([None, *range(ROWS)])], schema=schema)
    with pytest.raises(pa.ArrowInvalid, match="a: NULL"):
        write_part(tmp_path / "p.parquet", schema, [batch])
    assert not (tmp_path / "p.parquet").exists()


def test_changed_and_further_rows_are_written_alike(tmp_path):
    kinds = {name: COLUMNS[name] for name in ("sequence", "price", "hundreds", "status", "sentence", "list")}
    fields = [enum_field("grade", ["a", "b", "c"]), *declared(pa.table(kinds).schema)]
    grade = pa.DictionaryArray.from_arrays(pa.array(random(0, 2), pa.uint8()), pa.array(["a", "b", "c"]), ordered=True)
    table = pa.Table.from_arrays([grade, *kinds.values()], names=["grade", *kinds])
    schema = pa.schema(fields)
    write_part(tmp_path / "p.parquet", schema, table.to_batches())
    cells = {"hundreds": Cells(np.array([3]), pa.array([12345])), "status": Cells(np.array([4]), pa.array(["new"]))}
    changed = rewrite_part(tmp_path / "p.parquet", tmp_path / "q.parquet", cells, np.zeros(0, np.int64))
    found = pq.read_table(tmp_path / "q.parquet")
    assert found.column("hundreds").to_pylist() == [
        *kinds["hundreds"].to_pylist()[:3],
        12345,
        *kinds["hundreds"].to_pylist()[4:],
    ]
    assert found.column("status")[4].as_py() == "new"
    fewer = rewrite_part(tmp_path / "p.parquet", tmp_path / "r.parquet", {}, np.array([0, 1]))
    assert (changed.rows, fewer.rows) == (ROWS, ROWS - 2)
    old = pq.read_table(tmp_path / "p.parquet")
    assert pq.read_table(tmp_path / "r.parquet").equals(old.slice(2))
    append_part(tmp_path / "p.parquet", tmp_path / "s.parquet", old, ROWS)
    assert pq.read_table(tmp_path / "s.parquet").equals(old)
    assert pl.read_parquet(tmp_path / "s.parquet")["grade"].dtype == pl.Enum(["a", "b", "c"])


@pytest.mark.parametrize("bits", range(1, 65))
def test_numbers_are_packed_bit_by_bit(bits):
    width = width_of((1 << bits) - 1)
    assert bits <= width <= bits + 7
    numbers = np.random.default_rng(bits).integers(0, (1 << bits) - 1, 77, dtype=np.uint64, endpoint=True)
    whole = int.from_bytes(packed(numbers, width), "little")
    mask = (1 << width) - 1
    assert [whole >> place * width & mask for place in range(80)] == [*numbers.tolist(), 0, 0, 0]


def test_pages_without_values_are_no_more_than_their_head():
    assert codes(np.zeros(0, np.uint8), 0) == b"\x01\x01"
    assert len(differences(np.zeros(0, np.int64))) == len(differences(np.zeros(1, np.int64))) == 5
