"""Datasets as files: what CSV and JSON Lines say, whose folder it is, and that no file is ever half there."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import zipfile
from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import IO, Any, cast

import polars as pl
import pytest

import synthgen_nb as sg
from synthgen_nb.dataset import Dataset
from synthgen_nb.errors import InputError
from synthgen_nb.exports import FORMATS, CsvForm, export
from synthgen_nb.exports.folder import file_names
from synthgen_nb.housekeeping import drop
from synthgen_nb.sweeping import found, sweep

FRAME = pl.DataFrame(
    {
        "text": ["", None, 'say "x"', "a,b", "two\nlines"],
        "bytes": [b"\x00\xff", None, b"", b"a", b"b"],
        "many": [[1, 2], None, [], [3], [4]],
        "at": [dt.datetime(2026, 1, 2, 3, 4, 5), None, *[dt.datetime(2026, 1, 1)] * 3],
        "zoned": pl.Series(
            [dt.datetime(2026, 1, 2, 3, 4, 5, 60, dt.UTC), None] + [dt.datetime(2026, 1, 1, tzinfo=dt.UTC)] * 3
        ),
        "sure": [True, None, False, True, True],
    }
)


def dataset(tmp_path: Path, tables: Mapping[str, list[pl.DataFrame]], name: str = "shop") -> Dataset:
    """As much of a Dataset as an export reads."""
    parts: dict[str, tuple[Path, ...]] = {}
    for number, (table, frames) in enumerate(tables.items()):
        parts[table] = tuple(tmp_path / f"{name}-{number}-{i}.parquet" for i in range(len(frames)))
        for path, frame in zip(parts[table], frames, strict=True):
            frame.write_parquet(path)
    fake = SimpleNamespace(
        path=tmp_path / "none/v1", name=name, version=1, seed=0, as_of="2026-01-01", parts=parts.__getitem__,
        rows={t: sum(f.height for f in frames) for t, frames in tables.items()},
        scan=lambda table: pl.scan_parquet(parts[table]),
    )  # fmt: skip
    return cast(Dataset, fake)


def test_csv_tells_null_from_the_empty_text(tmp_path: Path) -> None:
    export(dataset(tmp_path, {"t": [FRAME]}), tmp_path / "out", "csv")
    assert (tmp_path / "out/t.csv").read_text() == (
        "text,bytes,many,at,zoned,sure\n"
        '"",\\x00ff,"[1,2]",2026-01-02 03:04:05,2026-01-02 03:04:05.000060+00:00,true\n'
        ",,,,,\n"
        '"say ""x""",\\x,[],2026-01-01 00:00:00,2026-01-01 00:00:00+00:00,false\n'
        '"a,b",\\x61,[3],2026-01-01 00:00:00,2026-01-01 00:00:00+00:00,true\n'
        '"two\nlines",\\x62,[4],2026-01-01 00:00:00,2026-01-01 00:00:00+00:00,true\n'
    )


def test_json_lines_keep_lists_and_nulls(tmp_path: Path) -> None:
    export(dataset(tmp_path, {"t": [FRAME]}), tmp_path / "out", "jsonl")
    rows = [json.loads(line) for line in (tmp_path / "out/t.jsonl").read_text().splitlines()]
    assert [row["many"] for row in rows] == [[1, 2], None, [], [3], [4]]
    assert [row["bytes"] for row in rows][:2] == ["\\x00ff", None]
    assert [row["text"] for row in rows] == FRAME["text"].to_list()


@pytest.mark.parametrize("parts", [1, 3])
def test_parquet_joins_the_parts_and_keeps_values_and_types(tmp_path: Path, parts: int) -> None:
    export(dataset(tmp_path, {"t": [FRAME] * parts}), tmp_path / "out", "parquet")
    assert pl.read_parquet(tmp_path / "out/t.parquet").equals(pl.concat([FRAME] * parts))


def test_a_folder_of_ours_is_filled_again_and_files_of_tables_that_are_gone_go(tmp_path: Path) -> None:
    out = tmp_path / "out"
    export(dataset(tmp_path, {"a": [FRAME], "b": [FRAME]}), out, "csv")
    export(dataset(tmp_path, {"b": [FRAME.head(1)]}), out, "csv")
    assert sorted(p.name for p in out.iterdir()) == ["b.csv", "synthgen.json"]
    manifest = json.loads((out / "synthgen.json").read_text())
    assert manifest["tables"]["b"]["rows"] == 1
    assert (manifest["dataset"], manifest["format"]) == ("shop", "csv")


def test_a_folder_of_someone_else_is_left_alone(tmp_path: Path) -> None:
    theirs = tmp_path / "theirs"
    theirs.mkdir()
    (theirs / "thesis.txt").write_text("mine")
    with pytest.raises(InputError, match="not ours"):
        export(dataset(tmp_path, {"a": [FRAME]}), theirs, "csv")
    with pytest.raises(InputError, match="is a file"):
        export(dataset(tmp_path, {"a": [FRAME]}), theirs / "thesis.txt", "csv")
    assert [p.name for p in theirs.iterdir()] == ["thesis.txt"]


def test_a_file_of_yours_in_our_folder_is_not_overwritten(tmp_path: Path) -> None:
    out = tmp_path / "out"
    export(dataset(tmp_path, {"a": [FRAME]}), out, "csv")
    (out / "b.csv").write_text("mine")
    with pytest.raises(InputError, match="not ours"):
        export(dataset(tmp_path, {"b": [FRAME]}), out, "csv")
    assert (out / "b.csv").read_text() == "mine"


def test_an_export_that_fails_half_way_leaves_the_last_one_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    export(dataset(tmp_path, {"a": [FRAME], "b": [FRAME]}), out, "csv")
    before = {p.name: p.read_bytes() for p in out.iterdir()}
    whole = FORMATS["csv"]

    def stops_at_b(data: Dataset, table: str, sink: IO[bytes]) -> None:
        whole(data, table, sink)
        if table == "b":
            raise KeyboardInterrupt

    monkeypatch.setitem(cast(dict[str, Any], FORMATS), "csv", stops_at_b)
    changed = dataset(tmp_path, {"a": [FRAME.head(1)], "b": [FRAME]})
    with pytest.raises(KeyboardInterrupt):
        export(changed, out, "csv")
    assert {p.name: p.read_bytes() for p in out.iterdir()} == before
    with pytest.raises(KeyboardInterrupt):
        export(changed, tmp_path / "new", "csv")
    assert not (tmp_path / "new").exists()


TEXTS = pl.DataFrame(
    {
        "=a": ["NULL", None, "", "x", "=1+1", "-5", "+49 1", "@x", "\t=1", "a;b", 'say "x"', "ü\nb"],
        "at": [dt.datetime(2026, 1, 1, 12, tzinfo=dt.UTC)] * 11 + [None],
        "day": [dt.date(2026, 1, 2)] * 12,
        "n": [-1, None] * 6,
    }
)


def told(tmp_path: Path, frame: pl.DataFrame, **form: Any) -> str:
    """The CSV of a table `t`, decoded."""
    out = tmp_path / f"told{len(list(tmp_path.iterdir()))}"
    export(dataset(tmp_path, {"t": [frame]}), out, form=CsvForm(**form))
    return (out / "t.csv").read_bytes().decode(form.get("encoding", "utf-8"))


def test_csv_is_told_as_somebody_wants_it(tmp_path: Path) -> None:
    text = told(
        tmp_path, TEXTS.select("at", "day", "n")[9:], delimiter=";", null="NULL", line_end="crlf", header=False,
        date_format="%d.%m.%Y", time_zone="Europe/Berlin", encoding="utf-16",
    )  # fmt: skip
    assert text.splitlines(keepends=True) == [
        "2026-01-01 13:00:00+01:00;02.01.2026;NULL\r\n",
        "2026-01-01 13:00:00+01:00;02.01.2026;-1\r\n",
        "NULL;02.01.2026;NULL\r\n",
    ]
    assert told(tmp_path, TEXTS.select("at")[:1], timestamp_format="%H:%M, %d.%m.") == 'at\n"12:00, 01.01."\n'


def test_a_text_like_null_is_told_from_null(tmp_path: Path) -> None:
    assert told(tmp_path, TEXTS.select("=a")[:4], null="NULL") == '=a\n"NULL"\nNULL\n""\nx\n'
    assert told(tmp_path, TEXTS.select("=a")[:4], line_end="crlf") == '=a\r\nNULL\r\n\r\n""\r\nx\r\n'


def test_cells_that_begin_a_formula_are_texts_and_numbers_stay(tmp_path: Path) -> None:
    lines = told(tmp_path, TEXTS.select("=a", "n"), no_formulas=True).splitlines()
    assert lines[0] == "'=a,n"
    assert lines[5:10] == ["'=1+1,-1", "-5,", "'+49 1,-1", "'@x,", "'\t=1,-1"]


def test_any_form_is_read_back_as_it_was(tmp_path: Path) -> None:
    for form in ({"quote": "'"}, {"delimiter": "\t"}, {"delimiter": "|", "null": r"\N"}, {"line_end": "crlf"}):
        text = told(tmp_path, TEXTS.select("=a"), **form)
        signs = {"delimiter": form.get("delimiter", ","), "quotechar": form.get("quote", '"')}
        rows = list(csv.reader(io.StringIO(text, newline=""), **signs))[1:]
        assert [row[0] if row else "" for row in rows] == [
            form.get("null", "") if v is None else v for v in TEXTS["=a"].to_list()
        ]


@pytest.mark.parametrize(
    "form, said",
    [
        ({"delimiter": "ab"}, "--delimiter"),
        ({"delimiter": '"'}, "at once"),
        ({"quote": "\n"}, "--quote"),
        ({"null": "a,b"}, "--null"),
        ({"time_zone": "Mars"}, "--time-zone"),
        ({"date_format": "%Q"}, "--date-format"),
        ({"timestamp_format": "%"}, "--timestamp-format"),
        ({"encoding": "cp1252"}, "'日', which cp1252 lacks"),
    ],
)
def test_a_form_that_makes_no_csv_is_refused(tmp_path: Path, form: dict[str, Any], said: str) -> None:
    with pytest.raises(InputError, match=said):
        told(tmp_path, pl.DataFrame({"a": ["日本"]}), **form)
    with pytest.raises(InputError, match="in one way only"):
        export(dataset(tmp_path, {"t": [TEXTS]}), tmp_path / "out", "jsonl", form=CsvForm(delimiter=";"))


@pytest.mark.parametrize("of", ["csv", "jsonl", "parquet"])
def test_a_zip_holds_the_very_files_and_is_made_alike_again(tmp_path: Path, of: str) -> None:
    data = dataset(tmp_path, {"t": [FRAME] * 2, "größe": [FRAME]})
    export(data, tmp_path / "files", of)
    for out in ("one", "two"):
        export(data, tmp_path / out, "zip", of=of)
    path = tmp_path / "one/shop.zip"
    assert path.read_bytes() == (tmp_path / "two/shop.zip").read_bytes()
    with zipfile.ZipFile(path) as packed:
        assert packed.testzip() is None
        inside = {name: packed.read(name) for name in packed.namelist()}
    assert inside == {file.name: file.read_bytes() for file in (tmp_path / "files").iterdir()}


@pytest.fixture
def shop(tmp_path: Path) -> Dataset:
    schema = sg.parse_ddl("CREATE TABLE t (id integer PRIMARY KEY, a text)", dialect="duckdb")
    return sg.generate(sg.draft_plan(schema, 50), sg.Store(tmp_path / "store"), "shop")


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.mark.parametrize("to", ["csv", "parquet", "zip", "sqlite", "duckdb", "sql"])
def test_the_same_export_again_is_a_copy_until_it_is_another(shop: Dataset, tmp_path: Path, to: str) -> None:
    for out in ("one", "two"):
        export(shop, tmp_path / out, to)
        assert [path.name for path in (tmp_path / "store/.exports/shop").iterdir()] != []
    assert files(tmp_path / "one") == files(tmp_path / "two")
    assert len(list((tmp_path / "store/.exports/shop").iterdir())) == 1
    export(shop, tmp_path / "three", "zip", form=CsvForm(header=False))
    assert len(list((tmp_path / "store/.exports/shop").iterdir())) == 2


def test_what_somebody_changed_in_place_is_not_taken_for_the_export(shop: Dataset, tmp_path: Path) -> None:
    export(shop, tmp_path / "one", "csv")
    before = (tmp_path / "one/t.csv").read_bytes()
    with (tmp_path / "one/t.csv").open("r+b") as file:
        file.write(b"mine")
    export(shop, tmp_path / "two", "csv")
    assert (tmp_path / "two/t.csv").read_bytes() == before
    export(shop, tmp_path / "three", "csv")
    assert (tmp_path / "three/t.csv").read_bytes() == before


def test_another_dataset_of_the_same_name_and_number_is_no_copy(shop: Dataset, tmp_path: Path) -> None:
    export(shop, tmp_path / "one", "csv")
    store = sg.Store(tmp_path / "store")
    store.remove("shop", 1)
    again = sg.generate(sg.draft_plan(shop.schema, 3), store, "shop")
    export(again, tmp_path / "two", "csv")
    assert (tmp_path / "two/t.csv").read_text().count("\n") == 4
    sweep(store, found(store))
    assert not (tmp_path / "store/.exports/shop").exists()
    export(again, tmp_path / "three", "csv")
    drop(store, "shop")
    assert list((tmp_path / "store/.exports/shop").iterdir()) == []


def test_a_table_has_its_own_name_unless_some_disk_would_refuse_it() -> None:
    tables = ["orders", "Orders", "sales.orders", "größe", "a/b", "con", "what?", ".hidden", "x" * 300]
    names = file_names(tables, "csv")
    assert [names[t] for t in tables[:1] + tables[2:4]] == ["orders.csv", "sales.orders.csv", "größe.csv"]
    assert len({n.casefold() for n in names.values()}) == len(tables)
    for name in names.values():
        assert not set(name) & set('/\\:*?"<>|')
        assert not name.startswith((".", "con."))
        assert len(name.encode()) < 200
