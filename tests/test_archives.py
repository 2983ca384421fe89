"""A dataset as one file for another machine: it opens there unchanged; one that was tampered with leaves nothing."""

from __future__ import annotations

import io
import json
import re
import shutil
import stat
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import synthgen_nb as sg
from synthgen_nb.archives import CONTENTS, archive
from synthgen_nb.errors import InputError, StoreError
from synthgen_nb.importing import import_archive
from synthgen_nb.terminal import cli
from synthgen_nb.terminal.demo import shop_ddl

from .shells import Cells

PLAN = sg.draft_plan(sg.parse_ddl(shop_ddl(), dialect="postgres"), 40, seed=5)
Files = dict[str, bytes]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> sg.Store:
    """`shop` in three versions, of which the second is current."""
    made = sg.Store(tmp_path_factory.mktemp("whole") / "store")
    dataset = sg.generate(PLAN, made, "shop")
    for new in ("Ulm", "Bern"):
        old = dataset["customers"]["city"][0]
        dataset = sg.set_cells(made, dataset, [sg.Change(table="customers", row=0, column="city", old=old, new=new)])
    made.undo("shop")
    return made


@pytest.fixture
def store(whole: sg.Store, tmp_path: Path) -> sg.Store:
    shutil.copytree(whole.path, tmp_path / "store")
    return sg.Store(tmp_path / "store")


@pytest.fixture
def file(store: sg.Store, tmp_path: Path) -> Path:
    archive(store, "shop", tmp_path / "out")
    return tmp_path / "out/shop.synthgen.zip"


@pytest.fixture
def there(tmp_path: Path) -> sg.Store:
    return sg.Store(tmp_path / "there")


def sums(dataset: sg.Dataset) -> dict[str, list[str]]:
    return {table: [part.sha256 for part in files.parts] for table, files in dataset.manifest.tables.items()}


def test_it_opens_elsewhere_unchanged(store: sg.Store, file: Path, there: sg.Store) -> None:
    dataset = import_archive(there, file)
    assert (dataset.version, there.versions("shop")) == (2, (1, 2, 3))
    for version in (1, 2, 3):
        old, new = store.open("shop", version), there.open("shop", version)
        new.verify()
        assert sums(old) == sums(new)
        assert (old.report, old.plan, old.description) == (new.report, new.plan, new.description)
    assert there.redo("shop")["customers"]["city"][0] == "Bern"
    assert [path.name for path in there.path.iterdir()] == ["shop"]


def test_shared_parts_are_there_once_and_equal_datasets_make_equal_files(
    store: sg.Store, file: Path, tmp_path: Path
) -> None:
    archive(store, "shop", tmp_path / "again")
    assert (tmp_path / "again/shop.synthgen.zip").read_bytes() == file.read_bytes()
    with zipfile.ZipFile(file) as packed:
        parts = [name for name in packed.namelist() if name.startswith("parts/")]
    assert len(parts) == len(PLAN.tables) + 2


def test_one_version_alone_or_another_name(store: sg.Store, there: sg.Store, tmp_path: Path) -> None:
    archive(store, "shop", tmp_path / "out", 3)
    assert import_archive(there, tmp_path / "out/shop.synthgen.zip", "new name").version == 3
    assert (there.names(), there.versions("new name")) == (("new name",), (3,))
    with pytest.raises(StoreError, match="there is a dataset 'new name' already"):
        import_archive(there, tmp_path / "out/shop.synthgen.zip", "new name")


def test_a_damaged_dataset_makes_no_archive(store: sg.Store, tmp_path: Path) -> None:
    part = store.path / "shop/v1/orders/part-00000.parquet"
    data = bytearray(part.read_bytes())
    data[50] ^= 1
    part.write_bytes(data)
    with pytest.raises(StoreError, match="not as it was written"):
        archive(store, "shop", tmp_path / "out")
    assert not (tmp_path / "out").exists()


def unpacked(file: Path) -> Files:
    with zipfile.ZipFile(file) as packed:
        return {name: packed.read(name) for name in packed.namelist()}


def packed(files: Files, path: Path) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
        for name, data in files.items():
            target.writestr(name, data)
    return path


def listed(files: Files) -> Files:
    """With a list that is right about the files, as somebody makes it who knows how."""
    import hashlib

    contents = json.loads(files[CONTENTS])
    contents["files"] = {
        name: {"file": name, "rows": 0, "bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
        for name, data in files.items()
        if name != CONTENTS
    }
    return files | {CONTENTS: json.dumps(contents).encode()}


def telling(files: Files, entry: str, change: Callable[[Any], object]) -> Files:
    """The files with a JSON file changed, and a list that knows it."""
    told = json.loads(files[entry])
    change(told)
    end = b"\n}\n" if entry.endswith("dataset.json") else b"}"
    data = json.dumps(told, indent=1).encode().removesuffix(b"}").rstrip() + end
    return listed(files | {entry: data}) if entry != CONTENTS else files | {entry: data}


def first_part(told: Any) -> Any:
    return told["tables"]["orders"]["parts"][0]


def tamper(files: Files, how: str) -> Files:
    part = next(name for name in files if name.startswith("parts/"))
    v1 = "v1/dataset.json"
    match how:
        case "path outside":
            return listed(files | {"../evil.json": b"{}"})
        case "absolute path":
            return listed(files | {"/tmp/evil.json": b"{}"})
        case "backslashes":
            return listed(files | {"v1\\..\\..\\evil.json": b"{}"})
        case "drive":
            return listed(files | {"C:evil.json": b"{}"})
        case "a program":
            return listed(files | {"v1/sitecustomize.py": b"raise SystemExit"})
        case "a job":
            return listed(files | {"v1/.job": b"1"})
        case "not listed":
            return files | {"v7/dataset.json": b"{}"}
        case "listed, not there":
            return {name: data for name, data in files.items() if name != part}
        case "other bytes":
            return files | {part: files[part][:-1] + bytes([files[part][-1] ^ 1])}
        case "other bytes, listed":
            return listed(files | {part: files[part][:-1] + bytes([files[part][-1] ^ 1])})
        case "cut":
            return files | {part: files[part][:-10]}
        case "bomb":
            return files | {part: b"\0" * 50_000_000}
        case "bomb of JSON":
            return files | {"v1/report.json": b" " * 50_000_000 + b"{}"}
        case "bomb, listed":
            return telling(files, CONTENTS, lambda told: told["files"][part].update(bytes=10**15))
        case "less than nothing":
            return telling(files, CONTENTS, lambda told: told["files"][part].update(bytes=-1))
        case "version of another dataset":
            return telling(files, v1, lambda told: told.update(name="other"))
        case "another number":
            return telling(files, v1, lambda told: told.update(version=2))
        case "its own parent":
            return telling(files, v1, lambda told: told.update(parent=1))
        case "folder outside":
            return telling(files, v1, lambda told: told["tables"]["orders"].update(folder="../../x"))
        case "part outside":
            return telling(files, v1, lambda told: first_part(told).update(file="orders/../../../x.parquet"))
        case "part of another table":
            return telling(files, v1, lambda told: first_part(told).update(file="customers/part-00000.parquet"))
        case "part that is not there":
            return telling(files, v1, lambda told: first_part(told).update(sha256="0" * 64))
        case "part under a path":
            return telling(files, v1, lambda told: first_part(told).update(sha256="../../../../etc/passwd"))
        case "rows":
            return telling(files, v1, lambda told: first_part(told).update(rows=7))
        case "rows, all over":
            return telling(files, v1, lambda t: (first_part(t).update(rows=7), t["tables"]["orders"].update(rows=7)))
        case "a table that is none":
            return telling(files, v1, lambda told: told["tables"].update({"../x": told["tables"]["orders"]}))
        case "columns of another table":

            def swapped(told: Any) -> None:
                told["tables"]["orders"] |= {"rows": 40, "parts": [first_part(told) | sold(told)]}

            def sold(told: Any) -> Any:
                (other,) = told["tables"]["customers"]["parts"]
                return {name: other[name] for name in ("rows", "bytes", "sha256")}

            return telling(files, v1, swapped)
        case "no plan":
            return telling(files, v1, lambda told: told.update(plan=[]))
        case "a report that is none":
            return listed(files | {"v1/report.json": b"[1]"})
        case "deep":
            return listed(files | {"v1/report.json": b'{"x":' * 100_000 + b"1" + b"}" * 100_000})
        case "a newer release":
            return telling(files, v1, lambda told: told.update(store_version=99))
        case "a newer archive":
            return telling(files, CONTENTS, lambda told: told.update(format=99))
        case "no versions":
            return telling(files, CONTENTS, lambda told: told.update(versions=[]))
        case "versions twice":
            return telling(files, CONTENTS, lambda told: told.update(versions=[1, 1]))
        case "a version more":
            return telling(files, CONTENTS, lambda told: told.update(versions=[1, 2, 3, 4]))
        case "a name outside":
            return telling(files, CONTENTS, lambda told: told.update(dataset="../evil"))
        case "no list":
            return {name: data for name, data in files.items() if name != CONTENTS}
        case "a list that is none":
            return files | {CONTENTS: b"{"}
        case _:
            raise AssertionError(how)


TAMPERED = [
    *("path outside", "absolute path", "backslashes", "drive", "a program", "a job", "not listed"),
    *("listed, not there", "other bytes", "other bytes, listed", "cut", "bomb", "bomb of JSON", "bomb, listed"),
    *("less than nothing", "version of another dataset", "another number", "its own parent", "folder outside"),
    *("part outside", "part of another table", "part that is not there", "part under a path", "rows"),
    *("rows, all over", "a table that is none", "columns of another table", "no plan", "a report that is none", "deep"),
    *("a newer release", "a newer archive", "no versions", "versions twice", "a version more", "a name outside"),
    *("no list", "a list that is none"),
]


@pytest.mark.parametrize("how", TAMPERED)
def test_an_archive_that_was_changed_leaves_nothing(file: Path, there: sg.Store, tmp_path: Path, how: str) -> None:
    bad = packed(tamper(unpacked(file), how), tmp_path / "bad.zip")
    before = sorted(tmp_path.iterdir())
    with pytest.raises(InputError) as error:
        import_archive(there, bad)
    assert "\n" not in str(error.value)
    assert re.search("archive|newer release|can't be the name|are needed", str(error.value))
    assert sorted(tmp_path.iterdir()) in (before, sorted([*before, there.path]))
    assert not there.path.exists() or list(there.path.iterdir()) == []


def test_links_and_secret_or_oddly_packed_files_are_refused(file: Path, there: sg.Store, tmp_path: Path) -> None:
    files = unpacked(file)
    for kind in ("link", "device", "lzma", "twice"):
        path = tmp_path / f"{kind}.zip"
        with zipfile.ZipFile(path, "w") as target:
            for name, data in files.items():
                info = zipfile.ZipInfo(name)
                if name == "v1/report.json":
                    info.compress_type = zipfile.ZIP_LZMA if kind == "lzma" else zipfile.ZIP_STORED
                    mode = {"link": stat.S_IFLNK, "device": stat.S_IFCHR}.get(kind, stat.S_IFREG)
                    info.external_attr = (mode | 0o644) << 16
                target.writestr(info, data)
            if kind == "twice":
                with pytest.warns(UserWarning, match="Duplicate"):
                    target.writestr("v1/report.json", files["v1/report.json"])
        with pytest.raises(InputError, match="this archive holds"):
            import_archive(there, path)
    assert there.names() == ()


@pytest.mark.parametrize("data", [b"", b"PK", b"PK\x05\x06" + b"\0" * 18, b"no zip at all" * 100])
def test_what_is_no_zip_is_told_in_a_line(there: sg.Store, tmp_path: Path, data: bytes) -> None:
    (tmp_path / "x.zip").write_bytes(data)
    with pytest.raises(InputError, match="no archive of a dataset"):
        import_archive(there, tmp_path / "x.zip")
    with pytest.raises(InputError, match="no file"):
        import_archive(there, tmp_path / "nowhere.zip")


def test_any_byte_that_changed_is_noticed_or_changes_nothing(file: Path, store: sg.Store, tmp_path: Path) -> None:
    """Places all over the file; every byte of the list's entry in the ZIP's directory, where it lies among them; every
    byte of the directory's end."""
    whole = file.read_bytes()
    wanted = {version: sums(store.open("shop", version)) for version in (1, 2, 3)}
    entry = whole.rindex(b"PK\1\2")
    places = [*range(0, len(whole), max(1, len(whole) // 24)), *range(entry, len(whole))]
    for number, at in enumerate(places):
        data = bytearray(whole)
        data[at] ^= 0x55
        (tmp_path / "changed.zip").write_bytes(data)
        there = sg.Store(tmp_path / f"store{number}")
        try:
            import_archive(there, tmp_path / "changed.zip")
        except InputError:
            assert there.names() == ()
        else:
            assert {v: sums(there.open("shop", v)) for v in there.versions("shop")} == wanted


def test_from_the_terminal_and_a_notebook(
    store: sg.Store, cells: Cells, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    at = ["--store", str(store.path)]
    assert cli.main(["export", "shop", "--to", "archive", "--out", "mine", *at]) == 0
    assert "archive · 1 file · in mine" in capsys.readouterr().out
    assert cli.main(["import", "mine/shop.synthgen.zip", "--name", "b", "--json", *at]) == 0
    assert json.loads(capsys.readouterr().out)["dataset"] == "b"
    assert cli.main(["import", "mine/shop.synthgen.zip", *at]) == 2
    assert "--name gives this one another" in capsys.readouterr().err
    assert cells(f"%synthgen export shop --to archive --version 1 --out yours --store {store.path}").success
    assert cells("%synthgen import yours/shop.synthgen.zip").success
    assert "shop v1" in cells.said
    assert not cells("%synthgen import yours/synthgen.json").success
    assert "no archive of a dataset" in cells.said


def test_the_list_says_nothing_that_is_kept_elsewhere(file: Path) -> None:
    contents = json.loads(zipfile.ZipFile(io.BytesIO(file.read_bytes())).read(CONTENTS))
    assert sorted(contents) == ["at", "dataset", "files", "format", "versions"]
