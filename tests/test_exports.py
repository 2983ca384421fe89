"""Datasets as files: what CSV and JSON Lines say, whose folder it is, and that no file is ever half there."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import polars as pl
import pytest

from synthgen_nb.dataset import Dataset
from synthgen_nb.errors import InputError
from synthgen_nb.exports import FORMATS, export
from synthgen_nb.exports.folder import file_names

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
        name=name, version=1, seed=0, as_of="2026-01-01", parts=parts.__getitem__,
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

    def stops_at_b(data: Dataset, table: str, path: Path) -> None:
        whole(data, table, path)
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


def test_a_table_has_its_own_name_unless_some_disk_would_refuse_it() -> None:
    tables = ["orders", "Orders", "sales.orders", "größe", "a/b", "con", "what?", ".hidden", "x" * 300]
    names = file_names(tables, "csv")
    assert [names[t] for t in tables[:1] + tables[2:4]] == ["orders.csv", "sales.orders.csv", "größe.csv"]
    assert len({n.casefold() for n in names.values()}) == len(tables)
    for name in names.values():
        assert not set(name) & set('/\\:*?"<>|')
        assert not name.startswith((".", "con."))
        assert len(name.encode()) < 200
