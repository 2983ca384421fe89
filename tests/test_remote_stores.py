"""A store at s3://: versions are there whole or not at all, whoever dies when, and every command reads them."""

from __future__ import annotations

import logging
import os
import random
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

import synthgen_nb as sg
from synthgen_nb import housekeeping, sweeping
from synthgen_nb.errors import MissingExtra, StoreError
from synthgen_nb.jobs import Jobs, generate, rowmaking
from synthgen_nb.listing import listed
from synthgen_nb.terminal import cli

from .test_jobs import plan, same

URL = "s3://bucket/some/where"


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """An object store of this machine's own, with one bucket."""
    pytest.importorskip("obstore")
    moto = pytest.importorskip("moto.server")
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = moto.ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def environ(server: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> dict[str, str]:
    urllib.request.urlopen(urllib.request.Request(f"{server}/moto-api/reset", method="POST")).close()
    urllib.request.urlopen(urllib.request.Request(f"{server}/bucket", method="PUT")).close()
    own = {
        "AWS_ENDPOINT_URL": server,
        "AWS_ALLOW_HTTP": "true",
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_REGION": "us-east-1",
        "XDG_CACHE_HOME": str(tmp_path / "cache"),
    }
    for name, value in own.items():
        monkeypatch.setenv(name, value)
    return own


@pytest.fixture
def store(environ: dict[str, str], tmp_path: Path) -> sg.Store:
    return sg.Store(URL, mirror=tmp_path / "here")


@pytest.fixture
def elsewhere(environ: dict[str, str], tmp_path: Path) -> sg.Store:
    """The same store as another machine sees it."""
    return sg.Store(URL, mirror=tmp_path / "there")


def objects(store: sg.Store) -> list[str]:
    assert store.remote is not None
    return sorted(path.relative_to(store.path).as_posix() for path in store.remote.sizes(store.path))


def test_a_version_is_read_on_another_machine_as_it_was_written(store: sg.Store, elsewhere: sg.Store) -> None:
    made = generate(plan(), store, "shop")
    assert objects(store) == [
        "shop/v1/claim",
        "shop/v1/customers/part-00000.parquet",
        "shop/v1/dataset.json",
        "shop/v1/empty/part-00000.parquet",
        "shop/v1/orders/part-00000.parquet",
        "shop/v1/report.json",
    ]
    assert elsewhere.names() == ("shop",)
    assert elsewhere.versions("shop") == (1,)
    read = elsewhere.open("shop")
    assert same(read, made)
    assert read.sql("SELECT count(*) AS n FROM orders").item() == 3000
    assert read.report == made.report
    read.verify()
    assert generate(plan(), elsewhere, "shop").version == 2
    assert store.open("shop").version == 2


def test_looking_at_a_version_or_listing_them_fetches_no_part(store: sg.Store, elsewhere: sg.Store) -> None:
    generate(plan(), store, "shop")
    assert [(entry.name, entry.state, entry.rows["orders"]) for entry in listed(elsewhere).entries] == [
        ("shop", "clean", 3000)
    ]
    assert listed(elsewhere).store == URL
    assert not list(elsewhere.path.rglob("*.parquet"))
    elsewhere.open("shop")
    assert len(list(elsewhere.path.rglob("*.parquet"))) == 3


def test_two_machines_never_make_the_same_version(store: sg.Store, elsewhere: sg.Store) -> None:
    with store.begin("shop") as one, elsewhere.begin("shop") as other:
        assert (one.version, other.version) == (1, 2)
        with pytest.raises(StoreError, match="its number is taken"):
            store.draft("shop", 2)
    assert objects(store) == []
    assert store.names() == ()


def test_what_a_dead_process_began_is_swept_by_the_next_on_its_machine(store: sg.Store, elsewhere: sg.Store) -> None:
    dying = "import os, sys, synthgen_nb as sg; sg.Store(*sys.argv[1:2], mirror=sys.argv[2]).begin('shop'); os._exit(1)"
    subprocess.run([sys.executable, "-c", dying, URL, str(store.path)], check=False)
    assert objects(store) == ["shop/v1/claim"]
    with elsewhere.begin("shop") as other:
        assert other.version == 2, "another machine can't know whether that one lives"
    with store.begin("shop") as again:
        assert again.version == 1
    assert objects(store) == []


def test_a_manifest_that_names_a_file_outside_of_its_version_writes_nothing(
    store: sg.Store, elsewhere: sg.Store, tmp_path: Path
) -> None:
    made = generate(plan(5), store, "shop")
    assert store.remote is not None
    text = (made.path / "dataset.json").read_bytes()
    (made.path / "dataset.json").write_bytes(text.replace(b"orders/part-00000.parquet", b"../../../stolen"))
    store.remote.push([made.path / "dataset.json"])
    with pytest.raises(StoreError):
        elsewhere.open("shop")
    with pytest.raises(StoreError, match="outside of it"):
        elsewhere.look("shop").fetch()
    assert not (tmp_path / "stolen").exists()


def test_a_version_that_is_dropped_is_gone_everywhere(store: sg.Store, elsewhere: sg.Store) -> None:
    for seed in (1, 2):
        generate(sg.draft_plan(plan().schema, 20, seed=seed), store, "shop")
    assert elsewhere.open("shop", 1).seed == 1
    assert housekeeping.drop(store, "shop", 1) == (1,)
    assert elsewhere.versions("shop") == (2,)
    with pytest.raises(StoreError, match="no version 1"):
        elsewhere.open("shop", 1)
    housekeeping.drop(elsewhere, "shop")
    assert store.names() == ()
    assert objects(store) == []
    generate(sg.draft_plan(plan().schema, 20, seed=3), store, "shop")
    assert elsewhere.open("shop", 1).seed == 3, "what was mirrored of a version that is gone is not taken for another"
    assert elsewhere.open("shop", 1)["orders"].equals(store.open("shop")["orders"])


def test_edits_undo_copies_and_names(store: sg.Store, elsewhere: sg.Store) -> None:
    before = generate(plan(), store, "shop")
    after, _, _ = sg.apply(before, sg.Edit(sql="UPDATE customers SET name = 'x' WHERE id = 1"))
    assert (after.version, after.parent) == (2, 1)
    read = elsewhere.open("shop")
    assert (read.version, read.diff) == (2, after.diff)
    assert read["customers"].equals(after["customers"])
    store.undo("shop")
    assert elsewhere.open("shop").version == 1
    elsewhere.redo("shop")
    assert store.open("shop").version == 2
    housekeeping.rename(elsewhere, "shop", "Laden 1")
    assert store.names() == ("Laden 1",)
    assert store.open("Laden 1")["orders"].equals(before["orders"])
    sweeping.sweep(store, sweeping.found(store, keep=1))
    assert elsewhere.versions("Laden 1") == (2,)


def test_a_part_that_is_gone_is_told_and_made_anew(store: sg.Store, elsewhere: sg.Store) -> None:
    from synthgen_nb.regenerating import regenerate

    made = generate(plan(), store, "shop")
    assert store.remote is not None
    store.remote.remove(made.path / "orders")
    with pytest.raises(StoreError, match=r"orders/part-00000\.parquet is missing"):
        elsewhere.open("shop")
    assert regenerate(elsewhere, "shop").restored == ("orders/part-00000.parquet",)
    shutil.rmtree(store.path)
    assert store.open("shop")["orders"].height == 3000


def test_a_job_that_is_paused_goes_on_and_one_that_is_cancelled_leaves_nothing(
    store: sg.Store, elsewhere: sg.Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rowmaking, "PART_ROWS", 450)
    monkeypatch.setattr(rowmaking, "CHUNK_ROWS", 150)
    jobs = Jobs(store)
    for end in ("resumed", "cancelled"):
        job = jobs.start(plan(60_000), "shop", timeout=0.3)
        assert job.wait() == "paused"
        assert elsewhere.names() == (() if end == "resumed" else ("shop",))
        if end == "resumed":
            assert jobs.resume(job.number).result().rows["orders"] == 60_000
        else:
            job.cancel()
    assert elsewhere.versions("shop") == (1,)
    assert not [key for key in objects(store) if key.startswith("shop/v2")]


def test_the_command_line_takes_the_url(
    environ: dict[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "t.sql").write_text("CREATE TABLE t (id integer PRIMARY KEY)")
    assert cli.main(["generate", str(tmp_path / "t.sql"), "-n", "7", "--store", URL]) == 0
    assert f"synthgen show t --store {URL}" in capsys.readouterr().out
    assert cli.main(["show", "t", "--store", URL]) == 0
    assert "7 rows" in capsys.readouterr().out
    assert cli.main(["list", "--store", URL]) == 0
    assert URL in capsys.readouterr().out


def test_what_is_no_place_for_a_store_is_told(monkeypatch: pytest.MonkeyPatch, environ: dict[str, str]) -> None:
    with pytest.raises(StoreError, match="s3://BUCKET/PREFIX"):
        sg.Store("ftp://host/folder")
    with pytest.raises(StoreError, match=r"s3://nobody/x.*is the bucket there") as told:
        generate(plan(5), sg.Store("s3://nobody/x"), "shop")
    assert "\n" not in str(told.value)
    monkeypatch.setitem(sys.modules, "obstore", None)
    with pytest.raises(MissingExtra, match=r"synthgen-nb\[s3\]"):
        sg.Store(URL)


_WRITER = """
import sys
import synthgen_nb as sg
from synthgen_nb.jobs import rowmaking
rowmaking.PART_ROWS = 2_000
from tests.test_jobs import plan
sg.generate(plan(40_000), sg.Store(sys.argv[1], mirror=sys.argv[2]), "shop")
"""


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL is POSIX")
@pytest.mark.parametrize("runs", [2, pytest.param(6, marks=pytest.mark.slow)])
def test_a_writer_killed_at_any_moment_leaves_no_half_version(
    store: sg.Store, elsewhere: sg.Store, runs: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rowmaking, "PART_ROWS", 2_000)
    whole = generate(plan(40_000), elsewhere, "whole")
    chance, uploading = random.Random(runs), 0
    for run in range(runs):
        before = set(objects(elsewhere))
        writer = subprocess.Popen([sys.executable, "-c", _WRITER, URL, str(store.path)])
        awaited, patience = ("/v", 1.5) if run % 2 else (".parquet", 0.05)  # its claim, or its first part
        while not (begun := any(awaited in key for key in set(objects(elsewhere)) - before)) and writer.poll() is None:
            time.sleep(0.001)
        time.sleep(chance.uniform(0, patience))
        os.kill(writer.pid, signal.SIGKILL)
        writer.wait()
        left = set(objects(elsewhere)) - before
        assert begun
        uploading += any(key.endswith(".parquet") for key in left) and not any("dataset.json" in key for key in left)
        for version in elsewhere.versions("shop"):
            read = elsewhere.open("shop", version)
            read.verify()
            assert same(read, whole)
        record = Jobs(store).records()[-1]
        assert record.number == run + 1
        assert same(Jobs(store).resume(record.number).result(), whole) if record.state.status != "done" else True
        shutil.rmtree(elsewhere.path / "shop", ignore_errors=True)
        assert same(elsewhere.open("shop"), whole)
    print(f"\n{runs} writers killed, {uploading} of them amid the parts")
