"""Row keys: the same for ever, for every cut of the rows, and for nothing that differs."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pytest

from synthgen_nb import parse_ddl
from synthgen_nb.draws.rowkeys import hashed, row_keys

_WORDS = ["", "a", "ab", "abcdefgh", "abcdefghi", "\0", "\0\0", "ü", "a" * 1000, None]
COLUMNS = {
    "int32": pa.array([0, 1, -1, 7, None], pa.int32()),
    "uint64": pa.array([0, 1, (1 << 64) - 1, None], pa.uint64()),
    "boolean": pa.array([True, False, None]),
    "float": pa.array([0.0, 0.5, -1.5, None]),
    "decimal": pa.array([Decimal("1.50"), Decimal("-1.50"), Decimal("0.00"), None], pa.decimal128(38, 2)),
    "text": pa.array(_WORDS, pa.string()),
    "bytes": pa.array([None if w is None else w.encode() for w in _WORDS], pa.binary()),
    "label": pa.array(["new", "paid", None, "sent"]).dictionary_encode(),
    "date": pa.array([dt.date(2024, 1, 1), dt.date(1969, 1, 1), None]),
    "moment": pa.array([dt.datetime(2024, 1, 1, 10), dt.datetime(1969, 1, 1), None], pa.timestamp("us", "UTC")),
    "time": pa.array([dt.time(1, 2), dt.time(1, 3), None], pa.time64("us")),
    "list": pa.array([["a"], ["a", "b"], [], None]),
}


@pytest.mark.parametrize("name", COLUMNS)
def test_different_values_have_different_keys_and_any_cut_the_same(name: str) -> None:
    column = COLUMNS[name]
    keys = hashed([column])
    assert len(set(keys.tolist())) == len(column)
    cut = [hashed([column.slice(at, 1)])[0] for at in range(len(column))]
    assert keys.tolist() == cut
    assert keys.tolist() == hashed([pa.chunked_array([column.slice(0, 2), column.slice(2)])]).tolist()


def test_keys_are_the_same_for_ever() -> None:
    found = {name: f"{int(np.bitwise_xor.reduce(hashed([column]))):016x}" for name, column in COLUMNS.items()}
    assert found == GOLDEN


def test_equal_integers_of_any_width_and_a_label_and_its_text_are_alike() -> None:
    whole = [5, -5, 127]
    wide = hashed([pa.array(whole, pa.int64())])
    assert (hashed([pa.array(whole, pa.int8())]) == wide).all()
    texts = pa.array(["a", "b"])
    assert (hashed([texts]) == hashed([texts.dictionary_encode()])).all()


def test_columns_do_not_run_into_one_another() -> None:
    one = hashed([pa.array(["ab", "a", None]), pa.array(["c", "bc", "x"])])
    assert len(set(one.tolist())) == 3
    assert hashed([pa.array(["x"]), pa.array([None], pa.string())])[0] != hashed([pa.array(["x"])])[0]


def test_a_row_is_named_by_its_key_or_by_its_number() -> None:
    ddl = "CREATE TABLE a (id integer PRIMARY KEY, n integer); CREATE TABLE b (n integer)"
    schema = parse_ddl(ddl, dialect="postgres")
    window = pa.table({"id": pa.array([4, 5], pa.int32()), "n": pa.array([1, 1], pa.int32())})
    assert (row_keys(window, schema.tables["a"], 9) == row_keys(window, schema.tables["a"], 0)).all()
    numbered = row_keys(window.select(["n"]), schema.tables["b"], 9)
    assert len(set(numbered.tolist())) == 2
    assert numbered[1] == row_keys(window.select(["n"]).slice(1), schema.tables["b"], 10)[0]


GOLDEN = {
    "int32": "fb558bb3ca62a8b7",
    "uint64": "00d977b0ebe53ee3",
    "boolean": "258e606e4478f973",
    "float": "bc0d8ee777b49120",
    "decimal": "46b379c6e3b6ddb2",
    "text": "c17aa1232623dbd8",
    "bytes": "c17aa1232623dbd8",
    "label": "118a453fa15602f2",
    "date": "1f6740509bd1dec8",
    "moment": "85426775dbf45943",
    "time": "fd8a096e8f5de21c",
    "list": "c2964871181a5eeb",
}
