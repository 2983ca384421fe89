"""A part with other values in some cells is, byte for byte, the part that the writer would have written with them."""

import io
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from synthgen_nb.packing.grafting import graft
from synthgen_nb.parquet import Cells, Part, rewrite_part, write_part

ROWS, GROUP = 2_500, 1_000


def table() -> pa.Table:
    number = np.arange(ROWS)
    return pa.table(
        {
            "id": pa.array(number),
            "text": pa.array([None if n % 7 == 0 else f"text {n}" for n in number]),
            "few": pa.array([("red", "green")[n % 2] for n in number]),
            "amount": pa.array(number).cast(pa.decimal128(21, 0)).cast(pa.decimal128(12, 2), safe=False),
            "tags": pa.array([[f"t{n % 3}"] * (n % 4) for n in number]),
            "flag": pa.array(number % 3 == 0),
            "ratio": pa.array(number / 7),
        }
    )


def written(path: Path, rows: pa.Table) -> Part:
    return write_part(path, rows.schema, rows.to_batches(max_chunksize=GROUP), dictionary=["few"])


@pytest.mark.parametrize("names", [["text"], ["id", "amount"], ["few"], ["tags"], ["flag", "ratio", "text"]])
def test_a_part_with_new_cells_is_the_part_that_would_have_been_written(tmp_path: Path, names: list[str]) -> None:
    old = table()
    at = np.array([0, 5, 999, 1_000, 2_400])
    new, cells = old, {}
    for name in names:
        values = old.column(name).combine_chunks().take(pa.array(at[::-1]))
        places = np.arange(ROWS)
        places[at] = at[::-1]
        index = old.schema.get_field_index(name)
        new = new.set_column(index, old.schema.field(index), old.column(name).take(pa.array(places)))
        cells[name] = Cells(at, values)
    written(tmp_path / "old.parquet", old)
    expected = written(tmp_path / "expected.parquet", new.combine_chunks())
    made = rewrite_part(tmp_path / "old.parquet", tmp_path / "made.parquet", cells, np.zeros(0, np.int64))
    assert pq.read_table(tmp_path / "made.parquet").equals(new)
    assert (made.sha256, made.rows, made.bytes) == (expected.sha256, ROWS, expected.bytes)


def test_rows_that_go_are_gone_and_the_others_stay_in_their_order(tmp_path: Path) -> None:
    written(tmp_path / "old.parquet", table())
    removed = np.array([0, 1, 1_500, 2_499])
    cells = {"flag": Cells(np.array([2]), pa.array([True]))}
    made = rewrite_part(tmp_path / "old.parquet", tmp_path / "made.parquet", cells, removed)
    found = pq.read_table(tmp_path / "made.parquet")
    assert found.column("id").to_pylist() == [n for n in range(ROWS) if n not in removed]
    assert found.column("flag")[0].as_py() is True
    assert made.rows == ROWS - 4


def test_files_of_other_rows_are_refused(tmp_path: Path) -> None:
    written(tmp_path / "old.parquet", table())
    written(tmp_path / "short.parquet", table().slice(0, 900))
    with (tmp_path / "old.parquet").open("rb") as base, (tmp_path / "short.parquet").open("rb") as other:
        with pytest.raises(ValueError, match="3 row groups and 1"):
            graft(base, other, bytearray().extend)
        with pytest.raises(ValueError, match="not a Parquet file"):
            graft(base, io.BytesIO(b"something else"), bytearray().extend)


def test_a_column_that_the_base_lacks_is_refused(tmp_path: Path) -> None:
    written(tmp_path / "old.parquet", table())
    other = table().rename_columns(["id", "words", *table().column_names[2:]])
    written(tmp_path / "other.parquet", other)
    base, fresh = (io.BytesIO((tmp_path / f"{name}.parquet").read_bytes()) for name in ("old", "other"))
    with pytest.raises(ValueError, match="no column words"):
        graft(base, fresh, bytearray().extend)
