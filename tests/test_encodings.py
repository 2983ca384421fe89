"""What a job writes: encodings from what the specs know, read in the declared types by everyone."""

from __future__ import annotations

from pathlib import Path

import duckdb
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import synthgen_nb as sg
from synthgen_nb.generation import Chunk, Engine, generate_chunk, packed_chunk
from synthgen_nb.storedtypes import arrow_schema

DDL = """
CREATE TYPE mood AS ENUM ('sad', 'ok');
CREATE TABLE parent (id bigint PRIMARY KEY, price decimal(15, 2) NOT NULL, wide decimal(30, 2), day date);
CREATE TABLE child (
    id bigint PRIMARY KEY, parent bigint NOT NULL REFERENCES parent, level char(1) NOT NULL CHECK (level IN ('A', 'B')),
    maybe char(1) CHECK (maybe IN ('X', 'Y')), small decimal(5, 2), feeling mood, at timestamp NOT NULL,
    kind smallint CHECK (kind IN (1, 900)), ratio real, done boolean, note text
);"""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[sg.Plan, dict[str, Path]]:
    plan = sg.draft_plan(sg.parse_ddl(DDL, dialect="postgres"), {"parent": 300, "child": 2000})
    dataset = sg.generate(plan, sg.Store(tmp_path_factory.mktemp("store")), validate=False)
    return plan, {table: dataset.parts(table)[0] for table in plan.tables}


@pytest.mark.parametrize("table", ["parent", "child"])
def test_a_part_holds_the_rows_in_the_declared_types(made: tuple[sg.Plan, dict[str, Path]], table: str) -> None:
    plan, paths = made
    read = pq.read_table(paths[table])
    assert read.schema.equals(arrow_schema(plan, table))
    rows = plan.tables[table].rows
    expected = pa.Table.from_batches([generate_chunk(Engine(plan), Chunk(table, 0, rows))])
    assert read.equals(expected)
    assert pl.read_parquet(paths[table]).equals(pl.from_arrow(expected))
    found = duckdb.sql(f"SELECT * FROM '{paths[table]}'").to_arrow_table()
    for name in read.column_names:
        if name != "feeling":  # DuckDB reads labels as texts
            assert found[name].to_pylist() == expected[name].to_pylist()


def test_integers_are_differences_and_few_texts_are_codes(made: tuple[sg.Plan, dict[str, Path]]) -> None:
    group = pq.ParquetFile(made[1]["child"]).metadata.row_group(0)
    columns = {group.column(k).path_in_schema: group.column(k) for k in range(group.num_columns)}
    for name in ("id", "parent", "small", "at", "kind"):
        assert "DELTA_BINARY_PACKED" in columns[name].encodings, name
    for name in ("level", "maybe", "feeling"):
        assert "RLE_DICTIONARY" in columns[name].encodings, name
    assert "RLE_DICTIONARY" not in columns["note"].encodings
    for name in ("id", "small", "at", "kind", "level", "maybe"):
        assert columns[name].statistics.has_min_max, name
        assert columns[name].statistics.null_count == pl.read_parquet(made[1]["child"])[name].null_count()


def test_what_is_not_null_is_not_nullable_in_the_file(made: tuple[sg.Plan, dict[str, Path]]) -> None:
    schema = pq.read_schema(made[1]["child"])
    assert {field.name for field in schema if not field.nullable} == {"id", "parent", "level", "at"}


@pytest.mark.parametrize("rows, coded", [(400, False), (150_000, True)])
def test_texts_that_come_often_are_codes(tmp_path: Path, rows: int, coded: bool) -> None:
    ddl = "CREATE TABLE thing (id bigint PRIMARY KEY, brand varchar(10), comment varchar(40) NOT NULL, name text);"
    plan = sg.draft_plan(sg.parse_ddl(ddl, dialect="postgres"), {"thing": rows})
    made = sg.generate(plan, sg.Store(tmp_path), validate=False)
    parts = [pq.ParquetFile(path) for path in made.parts("thing")]
    expected = pa.Table.from_batches([generate_chunk(Engine(plan), Chunk("thing", 0, rows))])
    assert pa.concat_tables([part.read() for part in parts]).equals(expected)
    assert pl.read_parquet(made.parts("thing")).equals(pl.from_arrow(expected))
    for part in parts:
        group = part.metadata.row_group(0)
        columns = {group.column(k).path_in_schema: group.column(k) for k in range(group.num_columns)}
        assert ("RLE_DICTIONARY" in columns["brand"].encodings) == coded
        assert "RLE_DICTIONARY" not in columns["comment"].encodings


def test_a_dictionary_holds_no_more_texts_than_there_are_rows() -> None:
    plan = sg.draft_plan(sg.parse_ddl("CREATE TABLE thing (id bigint, brand varchar(10));"), {"thing": 150_000})
    whole, part = (packed_chunk(Engine(plan), Chunk("thing", 0, rows)).column("brand") for rows in (60_000, 20))
    assert len(part.dictionary) <= 20 < len(whole.dictionary)
    assert part.cast(pa.string()).equals(whole[:20].cast(pa.string()))
