"""The store: whole versions or none, any name of a table, and errors that say what is wrong."""

from __future__ import annotations

import json
import multiprocessing
import os
import re
import signal
import subprocess
import sys
import textwrap
import time
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from synthgen_nb import draft_plan, generate, leases, parse_ddl
from synthgen_nb.errors import InputError, StoreError, UnsafeSQLError
from synthgen_nb.filenames import escape, unescape
from synthgen_nb.parquet import enum_field, write_part
from synthgen_nb.report import Finding, Report
from synthgen_nb.schema import Column, Kind, Schema, Table, Type
from synthgen_nb.store import Store, ensure_space

from .datasets import plan_of, saved

INTEGER = Type(kind=Kind.INTEGER, sql="integer", bits=32)
SHOP = Schema(
    dialect="postgres",
    tables={
        "item": Table(name="item", columns=(Column(name="id", type=INTEGER), Column(name="name", type=INTEGER))),
        "sales.item": Table(name="item", namespace="sales", columns=(Column(name="id", type=INTEGER),)),
    },
)
ITEMS = pa.table({"id": pa.array([1, 2, 3], pa.int32()), "name": ["a", "b", None]})
SALES = pa.table({"id": pa.array([7], pa.int32())})


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path / "store")


@pytest.fixture
def shop(store):
    return saved(store, SHOP, {"item": ITEMS, "sales.item": SALES})


def test_a_dataset_comes_back_as_it_was_saved(store, shop):
    again = store.open("shop")
    assert again == shop
    assert list(again) == ["item", "sales.item"]
    assert again["item"].to_dict(as_series=False) == {"id": [1, 2, 3], "name": ["a", "b", None]}
    assert (again.name, again.version, again.parent, again.seed, again.as_of) == ("shop", 1, None, 0, "2026-01-01")
    assert again.description == "by hand"
    assert again.rows == {"item": 3, "sales.item": 1}
    assert again.seconds == {"item": 0.5, "sales.item": 0.5}
    assert again.bytes == {key: sum(part.stat().st_size for part in again.parts(key)) for key in again}
    assert again.schema == SHOP
    assert again.plan == plan_of(SHOP)
    assert set(again.libraries) == {"synthgen-nb", "numpy", "polars", "pyarrow", "duckdb"}
    assert repr(again) == "<Dataset shop v1: item 3, sales.item 1>"
    again.verify()


def test_a_table_may_be_called_what_a_version_keeps_beside_its_tables(tmp_path):
    schema = parse_ddl("CREATE TABLE job (id integer PRIMARY KEY); CREATE TABLE owner (id integer)", "postgres")
    dataset = generate(draft_plan(schema, 3), Store(tmp_path))
    assert dataset["job"].height == 3


def test_a_scan_reads_only_what_is_asked_for(shop):
    assert shop.scan("item").filter(pl.col("id") > 2).select("id").collect().to_series().to_list() == [3]


def test_sql_reads_the_tables_by_their_names(shop):
    query = 'SELECT a.id + b.id AS n FROM item AS a, sales.item AS b, "sales.item" AS c WHERE a.id = 1'
    assert shop.sql(query).to_dict(as_series=False) == {"n": [8]}


def test_sql_that_would_do_anything_else_is_refused(shop):
    with pytest.raises(UnsafeSQLError, match="read_csv"):
        shop.sql("SELECT * FROM read_csv('/etc/passwd')")
    with pytest.raises(UnsafeSQLError, match="only SELECT"):
        shop.sql(f"COPY item TO '{shop.parts('item')[0]}'")
    with pytest.raises(InputError, match="nope"):
        shop.sql("SELECT nope FROM item")
    shop.verify()


def test_saving_again_makes_the_next_version_and_leaves_the_first(store, shop):
    second = saved(store, SHOP, {"item": ITEMS.slice(0, 1), "sales.item": SALES})
    assert store.versions("shop") == (1, 2)
    assert store.open("shop") == second
    assert store.open("shop", 1)["item"].height == 3
    assert store.names() == ("shop",)


def test_the_values_keep_their_types(store):
    schema = pa.schema(
        [
            enum_field("e", ["new", "on; hold", "é"]),
            pa.field("d", pa.decimal128(10, 2)),
            pa.field("t", pa.timestamp("us")),
            pa.field("z", pa.timestamp("us", "UTC")),
            pa.field("day", pa.date32(), nullable=False),
            pa.field("u", pa.uint8()),
            pa.field("l", pa.list_(pa.string())),
            pa.field("b", pa.binary()),
            pa.field("v", pa.string_view()),
        ]
    )
    labels = pa.DictionaryArray.from_arrays(pa.array([1, None], pa.uint8()), ["new", "on; hold", "é"], ordered=True)
    values = [labels, [Decimal("1.10"), None], [datetime(2020, 1, 1), None], [datetime(2020, 1, 1), None]]
    values += [[date(2020, 1, 1)] * 2, [255, None], [["x"], None], [b"\0", None], ["a text longer than twelve", None]]
    arrays = [v if isinstance(v, pa.Array) else pa.array(v, f.type) for v, f in zip(values, schema, strict=True)]
    table = pa.table(arrays, schema=schema)
    frame = saved(store, SHOP, {"item": table})["item"]
    assert frame.schema == {
        "e": pl.Enum(["new", "on; hold", "é"]),
        "d": pl.Decimal(10, 2),
        "t": pl.Datetime("us"),
        "z": pl.Datetime("us", "UTC"),
        "day": pl.Date,
        "u": pl.UInt8,
        "l": pl.List(pl.String),
        "b": pl.Binary,
        "v": pl.String,
    }
    assert frame["e"].to_list() == ["on; hold", None]


def test_a_part_has_one_row_group_per_batch_and_the_encodings_asked_for(tmp_path):
    schema = pa.schema(
        [("id", pa.int64()), ("low", pa.string()), ("price", pa.decimal128(10, 2)), ("a.b", pa.string())]
    )
    columns = [range(900), ["x", "y", "z"] * 300, [Decimal(n) / 100 for n in range(900)], [str(n) for n in range(900)]]
    table = pa.table([pa.array(c, f.type) for c, f in zip(columns, schema, strict=True)], schema=schema)
    batches = [*table.slice(0, 600).to_batches(), table.slice(0, 0).to_batches(), *table.slice(600).to_batches()]
    batches = [batch for batch in batches if isinstance(batch, pa.RecordBatch)]
    part = write_part(tmp_path / "p.parquet", schema, batches, dictionary=["low"])
    assert (part.file, part.rows, part.bytes) == ("p.parquet", 900, (tmp_path / "p.parquet").stat().st_size)
    with pq.ParquetFile(tmp_path / "p.parquet") as file:
        groups = [file.metadata.row_group(at) for at in range(file.metadata.num_row_groups)]
        assert [group.num_rows for group in groups] == [600, 300]
        encodings = {groups[0].column(at).path_in_schema: groups[0].column(at).encodings for at in range(4)}
        assert groups[0].column(2).physical_type == "INT64"
        assert groups[0].column(3).statistics.has_min_max
    assert "DELTA_BINARY_PACKED" in encodings["id"]
    assert "DELTA_BINARY_PACKED" in encodings["price"]
    assert "RLE_DICTIONARY" in encodings["low"]
    assert set(encodings["a.b"]) <= {"PLAIN", "RLE"}


def test_a_part_that_fails_leaves_no_file(tmp_path):
    schema = pa.schema([("id", pa.int64())])

    def batches():
        yield pa.record_batch([pa.array([1])], schema=schema)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_part(tmp_path / "p.parquet", schema, batches())
    assert list(tmp_path.iterdir()) == []
    write_part(tmp_path / "p.parquet", schema, [])
    with pytest.raises(StoreError, match="exists"):
        write_part(tmp_path / "p.parquet", schema, [])
    with pytest.raises(StoreError, match="can't write"):
        write_part(tmp_path / "no" / "p.parquet", schema, [])


STRANGE = [
    "Users",
    "users",
    "USERS",
    "a.b",
    "CON",
    "con.x",
    "x:y",
    "..",
    ".",
    "dot.",
    "space ",
    " ",
    "​",
    "../up",
    "a/b",
]
STRANGE += [
    "a\\b",
    "%41",
    "~1",
    "users~1",
    "é",
    "É",
    "e\u0301",
    "x" * 300,
    "X" * 300,
    "x" * 299 + "y",
    "nul",
    "日本" * 60,
]


def test_any_name_of_a_table_is_a_safe_file_name_of_its_own(store):
    files = [escape(name) for name in STRANGE]
    assert len({file.lower() for file in files}) == len(STRANGE)
    for file in files:
        assert re.fullmatch(r"[\w.%~-]{1,254}", file, re.ASCII)
        assert file[0] != "."
        assert file[-1] != "."
        assert file.partition(".")[0].lower() not in ("con", "nul", "aux", "prn")
    tables = {name: Table(name=name, columns=(Column(name="id", type=INTEGER),)) for name in STRANGE}
    schema = Schema(dialect="postgres", tables=tables)
    data = {name: pa.table({"id": pa.array([at], pa.int32())}) for at, name in enumerate(STRANGE)}
    dataset = saved(store, schema, data, "odd: names")
    assert store.names() == ("odd: names",)
    again = store.open("odd: names")
    assert {name: again[name]["id"].to_list() for name in again} == {name: [at] for at, name in enumerate(STRANGE)}
    assert dataset.sql('SELECT id FROM "a.b"')["id"].to_list() == [STRANGE.index("a.b")]


@given(st.text(max_size=40), st.text(max_size=40))
@example("Users", "users")
@example("", "%")
@example("con", "CON")
def test_escaping_is_reversible_and_two_names_never_meet(one, other):
    assert unescape(escape(one)) == one or (unescape(escape(one)) is None and len(one) > 12)
    assert len(escape(one)) <= 254
    if one != other:
        assert escape(one).lower() != escape(other).lower()


@pytest.mark.parametrize("name", ["../up", "a/b", "a\\b", "", " ", "..", ".", " x", "x\n", "x" * 101, "\0", "日" * 50])
def test_a_name_that_could_leave_the_store_is_refused_in_one_line(store, name):
    for use in (store.begin, store.open, store.versions):
        with pytest.raises(StoreError, match="can't be the name of a dataset") as error:
            use(name)
        assert "\n" not in str(error.value)
    assert not store.path.exists()


def test_what_is_not_there_is_said_with_what_is_near(store, shop):
    with pytest.raises(StoreError, match="did you mean shop"):
        store.open("shpo")
    with pytest.raises(StoreError, match="has no version 9"):
        store.open("shop", 9)
    with pytest.raises(KeyError, match="did you mean item"):
        shop["itme"]
    assert Store(store.path / "nowhere").names() == ()


def test_a_store_of_a_newer_release_is_refused(store, shop):
    path = shop.path / "dataset.json"
    newer = {**json.loads(path.read_text()), "store_version": 99, "tables": "changed"}
    path.write_text(json.dumps(newer, indent=1) + "\n")
    with pytest.raises(StoreError, match="newer release"):
        store.open("shop")


@pytest.mark.parametrize("size", [0, 1, 100, -1, -2])
def test_a_description_that_is_cut_makes_no_version(store, shop, size):
    path = shop.path / "dataset.json"
    path.write_bytes(path.read_bytes()[:size])
    assert store.names() == ()
    with pytest.raises(StoreError, match="no dataset"):
        store.open("shop")


@pytest.mark.parametrize("text", ["{", "[", '{"store_version": 1', "\xff"])
def test_a_broken_description_is_an_error_of_ours(store, shop, text):
    (shop.path / "dataset.json").write_bytes(text.encode("latin-1") + b"\n}\n")
    with pytest.raises(StoreError, match=r"dataset\.json can't be read"):
        store.open("shop")


def test_missing_cut_and_changed_parts_are_found(store, shop):
    part = shop.parts("item")[0]
    data = part.read_bytes()
    part.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
    with pytest.raises(StoreError, match="not as it was written"):
        store.open("shop").verify()
    with pytest.raises(StoreError, match="can't be read"):
        store.open("shop")["item"]
    part.write_bytes(data[:-1])
    with pytest.raises(StoreError, match="bytes"):
        store.open("shop")
    part.unlink()
    with pytest.raises(StoreError, match="missing"):
        store.open("shop")


def test_a_store_that_can_not_be_written_is_said_so(tmp_path):
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(StoreError, match="can't write the store"):
        Store(tmp_path / "file" / "store").begin("x")
    with pytest.raises(StoreError, match="are needed"):
        ensure_space(tmp_path / "not" / "there" / "yet", 10**18)
    ensure_space(tmp_path, 1)


def test_a_draft_that_is_left_by_an_error_leaves_nothing(store):
    def interrupted():
        with store.begin("shop") as draft:
            write_part(draft.part_path("item", 0), ITEMS.schema, ITEMS.to_batches())
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert store.names() == ()
    assert [path.name for path in store.path.rglob("*") if path.is_file()] == []


def test_a_table_without_a_part_is_refused(store):
    with store.begin("shop") as draft, pytest.raises(StoreError, match="no part"):
        draft.commit(plan_of(SHOP), {"item": []}, seconds={})
    assert store.names() == ()


def test_a_report_is_kept_with_its_version(store, shop):
    assert shop.report is None
    report = Report(findings=(Finding(verdict="holds", rule="check", table="item", sample=({"id": 1},)),), seconds=1.5)
    shop.keep_report(report)
    assert store.open("shop").report == report
    (shop.path / "report.json").write_text("{")
    with pytest.raises(StoreError, match="report"):
        _ = shop.report


def _commit(folder: str) -> int:
    return saved(Store(folder), SHOP, {"item": ITEMS, "sales.item": SALES}).version


def test_processes_that_save_the_same_name_at_once_get_different_versions(store):
    with multiprocessing.get_context("spawn").Pool(3) as pool:
        versions = pool.map(_commit, [str(store.path)] * 12, chunksize=1)
    assert sorted(versions) == list(range(1, 13))
    assert store.versions("shop") == tuple(range(1, 13))


SAVER = textwrap.dedent("""
    import sys
    sys.path.insert(0, {tests!r})
    from tests.test_store import ITEMS, SALES, SHOP, Store, saved
    store = Store({store!r})
    print("ready", flush=True)
    while True:
        saved(store, SHOP, {{"item": ITEMS, "sales.item": SALES}})
""")


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL is POSIX")
def test_a_process_killed_at_any_instant_leaves_only_whole_versions(store):
    code = SAVER.format(tests=str(Path(__file__).parents[1]), store=str(store.path))
    seen = 0
    for delay in (0.003, 0.011, 0.02, 0.037, 0.05, 0.08):
        with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
            time.sleep(delay)
            os.kill(process.pid, signal.SIGKILL)
        versions = store.versions("shop") if store.path.exists() else ()
        assert list(versions) == sorted(set(versions))  # a process killed before it signed its folder leaves a gap
        for version in versions[seen:]:
            store.open("shop", version).verify()
        seen = len(versions)
    with store.begin("shop") as draft:
        # killed before it signed its folder, a process leaves nothing there, or a signature that is not in its place
        # yet (.lease-...): it may as well be one that is about to sign, and is swept in time (the test below)
        folders = (store.path / "shop").glob("v*")
        drafts = {path.name for path in folders if any(not entry.name.startswith(".") for entry in path.iterdir())}
        assert drafts == {f"v{n}" for n in versions} | {draft.path.name}  # what the killed left is swept away


@pytest.mark.parametrize("leaves", [(), (".lease-0a1b2c3d",)])
def test_a_folder_that_nobody_signed_is_swept_once_nobody_can_be_about_to(store, leaves):
    folder = store.path / "shop" / "v1"
    folder.mkdir(parents=True)
    for name in leaves:
        (folder / name).write_text("{")
    with store.begin("shop") as draft:
        assert draft.version == 2
    long_ago = time.time() - 2 * leases.PATIENCE
    os.utime(folder, (long_ago, long_ago))
    with store.begin("shop") as draft:
        assert draft.version == 1  # its number is free again
        assert not any((folder / name).exists() for name in leaves)


def test_a_living_process_keeps_its_draft(store):
    with store.begin("shop") as first:
        write_part(first.part_path("item", 0), ITEMS.schema, ITEMS.to_batches())
        with store.begin("shop") as second:
            assert (first.path / "item" / "part-00000.parquet").exists()
            assert (first.version, second.version) == (1, 2)
