"""The ready schemas: each generates, keeps every rule and loads into a real engine; and a person's own beside them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import synthgen_nb as sg
from synthgen_nb.readymade import delete_template, save_template, template, templates
from synthgen_nb.schema import Check, ForeignKey, Unique
from synthgen_nb.terminal.cli import main

from .shells import Cells, cells  # noqa: F401

NAMES = sorted(templates(Path("nowhere")))


@pytest.mark.parametrize("name", NAMES)
def test_every_rule_holds_and_an_engine_takes_it(name: str, tmp_path: Path) -> None:
    schema = sg.parse_ddl(template(tmp_path, name).ddl, "postgres")
    assert schema.notes == ()
    dataset = sg.generate(sg.draft_plan(schema, 300), sg.Store(tmp_path), name=name)
    assert dataset.report is not None
    assert dataset.report.broken == ()
    assert dataset.report.unverified == ()
    assert all(rows == 300 for table, rows in dataset.rows.items() if not schema.tables[table].rows)
    assert sg.prove(dataset, "duckdb").broken == ()


def test_there_are_ten_of_some_size_with_every_kind_of_constraint() -> None:
    assert NAMES == ["bank", "clinic", "hr", "iot", "library", "logistics", "saas", "school", "shop", "social"]
    tables = {name: sg.parse_ddl(template(Path(), name).ddl, "postgres").tables.values() for name in NAMES}
    assert all(4 <= len(found) <= 10 for found in tables.values())
    for found in tables.values():
        constraints = [constraint for table in found for constraint in table.constraints]
        kinds = {type(constraint) for constraint in constraints}
        assert {ForeignKey, Unique, Check} <= kinds
        assert any(len(table.primary_key) > 1 for table in found)
    assert all(template(Path(), name).about for name in NAMES)
    assert max(len(template(Path(), name).about) for name in NAMES) <= 66  # beside the name on a screen of 80


def test_a_person_s_own_is_kept_in_the_store_and_hides_one_of_the_package(tmp_path: Path) -> None:
    save_template(tmp_path, "shop", "-- Mine.\nCREATE TABLE a (id int PRIMARY KEY)")
    save_template(tmp_path, "garden", "CREATE TABLE plants (id int PRIMARY KEY)")
    known = templates(tmp_path)
    assert (known["shop"].about, known["shop"].own, known["garden"].about) == ("Mine.", True, "")
    delete_template(tmp_path, "shop")
    assert not templates(tmp_path)["shop"].own
    with pytest.raises(sg.InputError, match="of yours"):
        delete_template(tmp_path, "shop")
    for bad in ("../x", "", "A B"):
        with pytest.raises(sg.InputError, match="can't name a template"):
            save_template(tmp_path, bad, "")


def test_the_terminal_lists_makes_saves_and_deletes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    store, ddl = str(tmp_path / "store"), tmp_path / "mine.sql"
    ddl.write_text("-- Plants.\nCREATE TABLE plants (id int PRIMARY KEY, name text NOT NULL)")
    assert main(["templates", "save", "garden", str(ddl), "--store", store]) == 0
    listed = capsys.readouterr().out
    assert "Plants. (yours)" in listed
    assert "A small shop" in listed
    assert main(["generate", "--template", "garden", "-n", "7", "--store", store]) == 0
    assert "garden v1" in capsys.readouterr().out
    assert main(["templates", "--json", "--store", store]) == 0
    assert json.loads(capsys.readouterr().out)["templates"]["garden"] == {"about": "Plants.", "own": True}
    assert main(["templates", "garden", "--store", store]) == 0
    assert capsys.readouterr().out == ddl.read_text()
    assert main(["templates", "delete", "garden", "--store", store]) == 0
    for words, told in (
        (["templates", "gardn"], "there is no template 'gardn'"),
        (["templates", "save", "x"], "can't read `templates save x`"),
        (["templates", "save", "x", str(tmp_path / "no.sql")], "can't read"),
        (["generate", "--template", "clinc"], "did you mean clinic?"),
        (["generate", str(ddl), "--template", "clinic"], "both a FILE and --template"),
    ):
        assert main([*words, "--store", store]) == 2
        assert told in capsys.readouterr().err
    ddl.write_text("no table at all")
    assert main(["templates", "save", "x", str(ddl), "--store", store]) == 2


def test_a_cell_makes_one(cells: Cells) -> None:  # noqa: F811
    assert cells("%synthgen --template clinic -n 20").success
    assert cells["patients"].height == 20
    assert cells("%synthgen templates").success
    assert "A medical practice" in cells.said
    assert not cells("%%synthgen --template clinic\nCREATE TABLE a (id int)").success
    assert cells("%synthgen plan --template clinic").success
