"""Dumps of any size: read in little memory, cut anywhere, packed or not, in the encodings that dumps come in."""

from __future__ import annotations

import gzip
import io
import tracemalloc
from collections.abc import Iterator
from itertools import chain, repeat
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from synthgen_nb.ddl import detect_dialect, parse_ddl, read_ddl, source
from synthgen_nb.ddl.splitter import MAX_INSERT, Statement, split
from synthgen_nb.errors import DDLError, InputError
from synthgen_nb.request import dataset_name
from synthgen_nb.schema import Exclude, Schema, Table

FILES = {p.stem: p.read_text(encoding="utf-8") for p in sorted((Path(__file__).parent / "ddl").glob("*.sql"))}
MEGABYTE = 1_000_000


class Made(io.RawIOBase):
    """A file that is never anywhere as a whole: parts, each as often as it is told."""

    def __init__(self, *parts: tuple[bytes, int]) -> None:
        self.parts = parts
        self.seek(0)

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = 0) -> int:
        assert (offset, whence) == (0, 0)
        self.coming = chain.from_iterable(repeat(part, times) for part, times in self.parts)
        self.rest = b""
        return 0

    def read(self, size: int = -1) -> bytes:
        while len(self.rest) < size and (part := next(self.coming, b"")):
            self.rest += part
        given, self.rest = self.rest[:size], self.rest[size:]
        return given


PG = b"CREATE TABLE a (id serial PRIMARY KEY, t text);\nCOPY a (id, t) FROM stdin;\n"
MY = b"-- MariaDB dump\nCREATE TABLE `a` (`id` int AUTO_INCREMENT PRIMARY KEY, `t` text) ENGINE=InnoDB;\n"
VALUES = b"(17,'it\\'s; a ''value'' -- of /* a */ row',-0.5)"
LINE = b"INSERT INTO `a` VALUES " + VALUES + (b"," + VALUES) * 20_000 + b";\n"
ONE = b"INSERT INTO public.a (id, t) VALUES (17, 'it''s; a row\nof two lines');\n"
TSQL = b"CREATE TABLE [dbo].[a] ([id] [int] IDENTITY(1,1), [t] [nvarchar](max))\nGO\n"
BATCH = b"INSERT [dbo].[a] ([id], [t]) VALUES (17, N'it''s; a row')\n" * 100 + b"GO\n"
LAST = b"CREATE TABLE late (id int PRIMARY KEY);\n"
DUMPS = {
    "COPY": (PG, b"17\tit's; a (row\\tof \xc3\xa4 dump\t\\N\n" * 1_000, b"\\.\n\n" + LAST),
    "long INSERTs": (MY, LINE, LAST),
    "an INSERT a row": (PG[: PG.index(b"COPY")], ONE * 500, LAST),
    "one endless INSERT": (MY + b"INSERT INTO `a` VALUES " + VALUES, (b"," + VALUES) * 1_000, b";\n" + LAST),
    "one huge value": (MY + b"INSERT INTO `a` VALUES (1, 0x", b"A0FF01" * 10_000, b");\n" + LAST),
    "batches": (TSQL, BATCH * 20, b"GO\n" + LAST),
}


@pytest.mark.parametrize("name", DUMPS)
def test_a_dump_is_read_in_little_memory(name: str) -> None:
    size = (40 if name in ("COPY", "long INSERTs") else 10) * MEGABYTE
    first, middle, last = DUMPS[name]
    file = Made((first, 1), (middle, size // len(middle)), (last, 1))
    tracemalloc.start()
    try:
        schema = read_ddl(file, "dump.sql")  # type: ignore[arg-type]  # as much of a BinaryIO as is asked for
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert list(schema.tables) == ["a", "late"]
    assert schema.tables["a"].rows == ()
    assert [note.code for note in schema.notes] == ["rows_dropped"]
    assert peak < 25 * MEGABYTE  # two blocks, the INSERT that is kept, its pieces


@pytest.mark.parametrize("name", DUMPS)
def test_the_place_of_an_error_is_right_behind_the_data(name: str) -> None:
    first, middle, last = DUMPS[name]
    file = Made((first, 1), (middle, 3 * MEGABYTE // len(middle) + 1), (last.replace(b"int PRI", b"int;PRI"), 1))
    with pytest.raises(DDLError, match="never closed") as caught:
        read_ddl(file, "dump.sql")  # type: ignore[arg-type]
    lines = first.count(b"\n") + middle.count(b"\n") * (3 * MEGABYTE // len(middle) + 1) + last.count(b"\n")
    assert (caught.value.line, caught.value.column) == (lines, 19)
    assert caught.value.source == "CREATE TABLE late (id int;PRIMARY KEY);"


def test_an_insert_of_a_table_that_is_made_again_is_read_again() -> None:
    rows = "".join(f"INSERT INTO t VALUES ({n});\n" for n in range(1_005))
    schema = parse_ddl(
        f"CREATE TABLE t (a int);\n{rows}DROP TABLE t;\nCREATE TABLE t (a int);\n{rows[:50]}", "postgres"
    )
    assert schema.tables["t"].rows == ((0,), (1,))


def test_rows_of_other_tables_are_not_passed_by_with_those_of_one() -> None:
    many = "".join(f"INSERT INTO t VALUES ({n});\n" for n in range(1_005))
    text = f"CREATE TABLE t (a int); CREATE TABLE t2 (a int); CREATE TABLE t.t (a int);\n{many}"
    text += "INSERT INTO t VALUES ('; (');INSERT INTO t2 VALUES (1);\n"
    text += "INSERT INTO t.t VALUES (2);\nINSERT INTO t2 VALUES (3);"
    schema = parse_ddl(text, "postgres")
    assert {key: table.rows for key, table in schema.tables.items()} == {"t": (), "t2": ((1,), (3,)), "t.t": ((2,),)}


def test_of_a_long_insert_only_the_beginning_is_kept() -> None:
    text = "INSERT INTO t VALUES (1, 'a;b')" + ", (2, 'c''d')" * 300_000 + ";\nSELECT 1;"
    insert, select = split([text], "postgres")
    assert len(insert.text) < MAX_INSERT + source.BLOCK * 4
    assert len(insert.text) + insert.more == text.index(";\nSELECT")
    assert (select.text, select.line, select.column) == ("SELECT 1", 2, 1)


def blocks_of(text: str, cuts: list[int]) -> Iterator[str]:
    for start, stop in zip([0, *cuts], [*cuts, len(text)], strict=True):
        yield text[start:stop]


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(sorted(FILES)), st.data())
def test_the_cut_into_blocks_changes_no_statement(name: str, data: st.DataObject) -> None:
    text, dialect = FILES[name], name.split("_")[0]
    cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=8)))
    assert list(split(blocks_of(text, cuts), dialect)) == list(split(text.splitlines(keepends=True), dialect))


@pytest.mark.parametrize("name", FILES)
def test_a_line_that_comes_in_pieces_is_the_same_statement(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    text, dialect = FILES[name], name.split("_")[0]
    whole = list(split([text], dialect))
    monkeypatch.setattr(source, "BLOCK", 24)
    monkeypatch.setattr(source, "_NEAR", 16)
    assert list(split(list(text), dialect)) == whole


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "latin-1"])
@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
def test_blocks_are_decoded_wherever_they_are_cut(encoding: str, ends: str, monkeypatch: pytest.MonkeyPatch) -> None:
    text = "CREATE TABLE größe (\n  id int,\n\n  ß text\n);\n"
    data = text.replace("\n", ends).encode(encoding)
    for size in range(4, 24):
        monkeypatch.setattr(source, "BLOCK", size)
        assert "".join(source.decoded(io.BytesIO(data), "x.sql")) == text


def test_a_pair_of_surrogates_is_not_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    for encoding in ("utf-16", "utf-8"):
        for size in range(4, 12):
            monkeypatch.setattr(source, "BLOCK", size)
            assert "".join(source.decoded(io.BytesIO("a😀😀b😀".encode(encoding)), "x.sql")) == "a😀😀b😀"


def test_a_packed_dump_is_read_as_it_is() -> None:
    data = gzip.compress(FILES["mariadb_dump"].encode())
    schema = read_ddl(io.BytesIO(data), "dump.sql.gz")
    assert schema == parse_ddl(FILES["mariadb_dump"], "mariadb")
    with pytest.raises(InputError, match=r"dump\.sql\.gz can't be unpacked"):
        read_ddl(io.BytesIO(data[:-20]), "dump.sql.gz")
    assert dataset_name("a/shop.sql.gz") == "shop"


def test_statements_keep_the_rows_that_copy_brings() -> None:
    data = ["COPY t FROM stdin;\n", "1\n", "\\N\n", "\\.\n", "SELECT 1;\n"]
    assert list(split(data, "postgres")) == [
        Statement("COPY t FROM stdin", 1, 1, ("1", "\\N")),
        Statement("SELECT 1", 5, 1),
    ]


DUMPED = Path(__file__).parent / "ddl" / "dumps"
PAIRS = sorted(p.name for p in DUMPED.glob("*.*.sql"))


def outline(schema: Schema) -> dict[str, object]:
    """What the rows of a schema must hold, without spellings, places and the names that an engine gives."""
    return {
        "enums": dict(schema.enums),
        "domains": {key: (d.type.kind, d.nullable, len(d.checks)) for key, d in schema.domains.items()},
        **{key: outline_of(table) for key, table in sorted(schema.tables.items())},
    }


def outline_of(table: Table) -> dict[str, object]:
    return {
        "columns": [
            (c.name, c.type.kind, c.type.length, c.type.precision, c.nullable, bool(c.generated), bool(c.identity))
            for c in table.columns
        ],
        "defaults": [c.name for c in table.columns if c.default is not None and not c.identity],
        "comments": [table.comment, *(c.comment for c in table.columns)],
        "key": () if table.partition_of else table.primary_key,  # pg_dump spells out what a partition has of its parent
        "uniques": sorted(
            (u.columns, len(u.expressions), bool(u.where), u.nulls_distinct, sorted(u.prefixes.items()))
            for u in table.uniques
            if u.columns != table.primary_key  # Oracle's dumps make the key's index first
        ),
        "references": sorted((f.columns, f.table, f.references, f.deferrable) for f in table.foreign_keys),
        "checks": sorted(c.columns for c in table.checks),
        "excludes": len([c for c in table.constraints if isinstance(c, Exclude)]),
        "family": (table.partition_of, bool(table.partition_bound), table.inherits),
        "rows": len(table.rows),
    }


def pair(name: str) -> tuple[Schema, Schema]:
    """The schema of a dump, and of the DDL that its database was made by."""
    dialect, original = name.split("_")[0], f"{name.split('.')[0]}.sql"
    return (
        parse_ddl((DUMPED / name).read_text(encoding="utf-8"), dialect),
        parse_ddl((DUMPED / original).read_text(encoding="utf-8"), dialect),
    )


@pytest.mark.parametrize("name", PAIRS)
def test_a_dump_reads_as_the_ddl_it_was_made_from(name: str) -> None:
    dump, original = pair(name)
    assert outline(dump) == outline(original)


@pytest.mark.parametrize("name", PAIRS)
def test_nothing_in_a_dump_is_left_unread(name: str) -> None:
    dump, _ = pair(name)
    assert [note.text for note in dump.notes] == []


@pytest.mark.parametrize("name", PAIRS)
def test_a_dump_tells_its_dialect(name: str) -> None:
    assert detect_dialect((DUMPED / name).read_text(encoding="utf-8")) == name.split("_")[0]
