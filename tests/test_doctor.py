"""The doctor: what it finds, what it says is missing, and that it leaves nothing behind."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import Any

import msgspec
import pytest

import synthgen_nb as sg
from synthgen_nb import environment, folders
from synthgen_nb.doctor import Diagnosis, diagnose, doctor_page
from synthgen_nb.environment import NOBODY, TERMINAL, Gpu, folder_size, free_memory, gpus, model_cache, place
from synthgen_nb.folders import Folder, tried
from synthgen_nb.ledger import Ledger
from synthgen_nb.pages.screen import Style, text
from synthgen_nb.terminal.cli import main


@pytest.fixture
def store(tmp_path: Path) -> sg.Store:
    return sg.Store(tmp_path / "store")


def said(found: Diagnosis) -> str:
    return text(doctor_page(found, resume="synthgen resume"), Style())


def healthy(at: sg.Store, **changes: Any) -> Diagnosis:
    return msgspec.structs.replace(diagnose(at, TERMINAL, {"HF_HOME": str(at.path)}), **changes)


def test_it_says_what_is_here_and_leaves_nothing_behind(store: sg.Store, tmp_path: Path) -> None:
    shown = said(healthy(store))
    for word in (sg.__version__, "polars", "bitsandbytes", str(store.path)[-40:], "at once, with links", "memory free"):
        assert word in shown
    assert list(tmp_path.iterdir()) == []


def test_an_unfinished_job_comes_with_the_command_that_finishes_it(store: sg.Store) -> None:
    plan = sg.draft_plan(sg.parse_ddl("CREATE TABLE t (id int PRIMARY KEY)"), 5)
    Ledger(store).add(plan, "shop")
    sg.generate(plan, store, "whole")
    shown = said(healthy(store))
    assert "1 dataset, 1 unfinished job" in shown
    assert "synthgen resume 1" in shown


def test_what_is_missing_comes_with_the_command_that_brings_it(
    store: sg.Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = environment.installed
    monkeypatch.setattr(environment, "installed", lambda name: None if name == "anywidget" else known(name))
    shown = said(healthy(store))
    assert "extra 'lab' lacks anywidget" in shown
    assert "pip install 'synthgen-nb[lab]'" in shown


def test_a_folder_that_takes_no_files_is_told_with_the_way_out(
    store: sg.Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*arguments: object, **options: object) -> None:
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr(folders.tempfile, "TemporaryDirectory", refused)
    shown = said(healthy(store))
    assert "✗ broken  the store can't be written" in shown
    assert "Read-only file system" in shown
    assert "--store" in shown
    assert "can be made and kept" not in shown


def test_a_drive_that_copies_to_rename_and_has_no_links_is_seen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def copied(source: Any, target: Any) -> None:
        shutil.copyfile(source, target)
        os.unlink(source)

    def unable(*arguments: object) -> None:
        raise OSError(95, "Operation not supported")

    assert tried(tmp_path).replaces_at_once
    monkeypatch.setattr(folders.os, "replace", copied)
    monkeypatch.setattr(folders.os, "link", unable)
    found = tried(tmp_path / "not" / "yet")
    assert found.there == str(tmp_path)
    assert (found.replaces_at_once, found.links, found.creates_once) == (False, False, True)
    assert list(tmp_path.iterdir()) == []


def test_little_room_and_a_broken_store_are_told(store: sg.Store) -> None:
    here = Folder(path="/s", there="/s", free=10**8, milliseconds=210.0, replaces_at_once=False, links=False)
    shown = said(healthy(store, store=here, memory_free=10**8, store_error="job 3: state.json can't be read"))
    assert "only 100 MB are free on the store's disk" in shown
    assert "only 100 MB of memory are free" in shown
    assert "job 3: state.json can't be read" in shown
    assert "slow; it is safe there" in shown


@pytest.mark.parametrize("where", ["Colab", "VS Code", "Binder"])
def test_what_nobody_has_run_is_called_so(store: sg.Store, where: str) -> None:
    assert f"? unverified  {where}: {NOBODY}" in said(healthy(store, place=where))
    assert "? unverified" not in said(healthy(store, place="JupyterLab 4", system="Linux"))


@pytest.mark.parametrize(
    "environ, modules, where",
    [
        ({"JPY_SESSION_NAME": "a"}, (), "JupyterLab 4"),
        ({"JPY_SESSION_NAME": "a", "BINDER_LAUNCH_HOST": "b"}, (), "Binder"),
        ({"VSCODE_PID": "1", "JPY_SESSION_NAME": "a"}, (), "VS Code"),
        ({"JPY_SESSION_NAME": "a"}, ("google.colab",), "Colab"),
        ({}, (), "nbclient, papermill, nbconvert"),
    ],
)
def test_the_place_is_read_from_what_front_ends_leave(
    environ: dict[str, str], modules: tuple[str, ...], where: str
) -> None:
    assert place(environ, modules, kernel=True) == where
    assert where in environment.PLACES
    assert place(environ, modules, kernel=False) == TERMINAL


def test_gpus_are_what_nvidia_smi_tells(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tool = tmp_path / "nvidia-smi"
    tool.write_text("#!/bin/sh\necho 'NVIDIA L4, 23034, 22000, 570.1'\necho 'NVIDIA GB10, [N/A], [N/A], 580.2'\n")
    tool.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    monkeypatch.setattr(environment, "_seen_by_torch", list)
    first, second = gpus()
    assert (first.name, first.memory, first.free, first.driver) == ("NVIDIA L4", 23034 * 2**20, 22000 * 2**20, "570.1")
    assert (second.name, second.memory) == ("NVIDIA GB10", 0)
    tool.write_text("#!/bin/sh\nexit 9\n")
    assert gpus() == []


def test_a_gpu_that_torch_does_not_see_is_told(store: sg.Store) -> None:
    shown = said(healthy(store, gpus=[Gpu(name="NVIDIA L4", memory=24 * 10**9, free=10**9, usable=False)]))
    assert "NVIDIA L4, 1.0 GB of 24.0 GB free" in shown
    assert "the installed torch does not see it" in shown


def test_the_model_cache_is_where_hugging_face_keeps_it(tmp_path: Path) -> None:
    assert model_cache({"HF_HUB_CACHE": "/a", "HF_HOME": "/b"}) == Path("/a")
    assert model_cache({"HF_HOME": "/b"}) == Path("/b/hub")
    assert model_cache({"XDG_CACHE_HOME": "/c"}) == Path("/c/huggingface/hub")
    (tmp_path / "blobs").mkdir()
    (tmp_path / "blobs/one").write_bytes(b"x" * 1000)
    (tmp_path / "link").symlink_to(tmp_path / "blobs/one")
    assert folder_size(tmp_path) == 1000
    assert folder_size(tmp_path / "none") == 0


def test_free_memory_is_no_more_than_a_container_allows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(environment, "_CGROUP", tmp_path)
    without = free_memory()
    (tmp_path / "memory.max").write_text("2000000\n")
    (tmp_path / "memory.current").write_text("500000\n")
    assert free_memory() == 1_500_000
    (tmp_path / "memory.max").write_text("max\n")
    assert free_memory() == pytest.approx(without, rel=0.5)


def test_the_command_answers_in_words_and_in_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor", "--store", str(tmp_path / "s")]) == 0
    assert "can be written" in capsys.readouterr().out
    assert main(["doctor", "--store", str(tmp_path / "s"), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["store"]["replaces_at_once"] is True
    assert found["libraries"]["synthgen-nb"] == sg.__version__
    assert found["verified"]["Windows"] == NOBODY
