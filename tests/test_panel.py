"""The panel without a browser: what its traits hold after each message that a browser sends."""

from __future__ import annotations

import csv
import io
import json
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from IPython.core.interactiveshell import InteractiveShell

from synthgen_nb.errors import InputError
from synthgen_nb.notebook.downloads import packed
from synthgen_nb.notebook.form import LONGEST, form_of, line_of
from synthgen_nb.notebook.panel import Panel
from synthgen_nb.notebook.place import Place
from synthgen_nb.notebook.session import Session
from synthgen_nb.options import Settings
from synthgen_nb.pages import Page
from synthgen_nb.terminal.demo import shop_ddl

EVIL = "<img src=x onerror=alert(1)>"


class Browser:
    """The other end of the comm: sends messages, keeps what comes back, and lets the kernel's beat run."""

    def __init__(self, panel: Panel, monkeypatch: pytest.MonkeyPatch) -> None:
        self.panel = panel
        self.got: list[dict[str, Any]] = []
        self.files: dict[str, bytes] = {}
        monkeypatch.setattr(panel, "send", self._take)

    def _take(self, content: dict[str, Any], buffers: list[bytes] | None = None) -> None:
        self.got.append(json.loads(json.dumps(content)))  # what can't be JSON can't be sent
        if content["type"] == "file":
            self.files[content["file"]] = bytes((buffers or [b""])[0])

    def send(self, type_: str, *buffers: bytes, **content: object) -> None:
        self.panel._received(self.panel, {"type": type_, "id": "1", **content}, [memoryview(b) for b in buffers])

    def types(self, ddl: str, **form: object) -> None:
        """As a person's typing arrives, all of it."""
        self.panel.set_state({"ddl": ddl, "form": {**self.panel.form, **form}})

    def until(self, there: Callable[[], object]) -> None:
        """Beats, as the kernel does, until it is so."""
        give_up = time.monotonic() + 60
        while not there():
            assert time.monotonic() < give_up
            time.sleep(0.01)
            self.panel.beat()

    def rest(self) -> dict[str, Any]:
        """Beats until there is nothing more to tell -> the job."""
        self.until(lambda: not self.panel.beat())
        return dict(self.panel.job)

    @property
    def said(self) -> tuple[str, str]:
        return self.panel.said.get("kind", ""), self.panel.said.get("text", "")


def place(store: Path) -> Place:
    """A session of its own, whose shell is no more than its names."""
    names: dict[str, object] = {}
    shell = SimpleNamespace(user_ns=names, user_ns_hidden={}, push=names.update)
    return Place(Session(cast(InteractiveShell, shell)), Settings(store=str(store)), "html")


@pytest.fixture
def browser(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Browser]:
    panel = Panel(place(tmp_path / "store"), folder=tmp_path)
    yield Browser(panel, monkeypatch)
    panel.close()


def made(browser: Browser, **form: object) -> Browser:
    """A shop that is done."""
    browser.types(shop_ddl(), name="shop", rows="20", **form)
    browser.send("generate")
    assert browser.rest()["status"] == "done"
    return browser


def test_the_summary_follows_what_is_typed(browser: Browser) -> None:
    assert browser.panel.read["state"] == "empty"
    browser.types(shop_ddl(), dialect="postgres")
    assert browser.panel.read["text"] == "4 tables, 4 foreign keys, postgres"
    assert browser.panel.read["tables"] == ["categories", "customers", "orders", "order_lines"]
    browser.types(" ")
    assert browser.panel.read["state"] == "empty"


def test_an_error_in_the_ddl_is_told_in_place_with_line_column_and_caret(browser: Browser) -> None:
    browser.types("CREATE TABLE t (\n  name varchr(20)\n);", dialect="postgres")
    read = browser.panel.read
    assert (read["state"], read["line"], read["column"]) == ("error", 2, 8)
    assert read["caret"] == "  name varchr(20)\n       ^"
    assert "varchr" in read["text"]
    assert browser.panel.line == "%%synthgen -n 1000 -s 0 --dialect postgres"


@pytest.mark.parametrize(
    "form, line",
    [
        ({}, "%%synthgen categories << -n 1000 -s 0"),
        ({"name": "shop", "rows": "5k", "seed": "7"}, "%%synthgen shop << -n 5k -s 7"),
        ({"tables": {"orders": "9"}}, "%%synthgen categories << -n 1000 -n orders=9 -s 0"),
        ({"name": "my shop"}, '%%synthgen -n 1000 -s 0 --name "my shop"'),
    ],
)
def test_the_equivalent_line_is_always_there(browser: Browser, form: dict[str, object], line: str) -> None:
    browser.types(shop_ddl(), **form)
    assert browser.panel.line == line


def test_fields_that_are_wrong_say_so_where_they_are_and_nothing_is_made(browser: Browser) -> None:
    browser.types(shop_ddl(), rows="lots", seed="-1", tables={"orders": "few"})
    assert set(browser.panel.wrong) == {"rows", "seed", "tables.orders"}
    assert "lots" in browser.panel.wrong["rows"]
    browser.send("generate")
    assert browser.said[0] == "error"
    assert browser.panel.job == {}


def test_generate_makes_the_dataset_and_shows_tables_checks_and_rows(browser: Browser) -> None:
    kept: list[Page] = []
    browser.panel.finished = kept.append
    made(browser, tables={"orders": "30"})
    result = browser.panel.result
    assert (result["name"], result["version"]) == ("shop", 1)
    assert result["tables"] == [["categories", 20], ["customers", 20], ["orders", 30], ["order_lines", 20]]
    assert {check["kind"] for check in result["checks"]} == {"ok"}
    assert [(page.title, len(page.parts)) for page in kept] == [("shop v1", 5)]
    assert kept[0].commands[0][1] == browser.panel.line
    names = browser.panel._place.session.shell.user_ns
    assert (names["shop"].name, names["orders"].height) == ("shop", 30)
    assert result["notes"] == ["bound (DataFrame): categories, customers, orders, order_lines"]
    assert [bar[0] for bar in browser.panel.bars] == [20, 20, 30, 20]
    browser.send("rows", table="orders")
    rows = next(each for each in browser.got if each["type"] == "rows")
    assert rows["of"] == ["shop", 1, "orders"]
    assert len(rows["grid"]["rows"]) == 20
    assert rows["grid"]["more"] == "10 more rows"


def test_the_same_plan_again_makes_nothing_new_and_a_variable_of_the_users_is_not_taken(browser: Browser) -> None:
    made(browser)
    browser.send("generate")
    browser.rest()
    assert browser.said == ("note", "nothing new: this plan is v1 of shop already")
    browser.panel._place.session.shell.user_ns["mine"] = 7
    browser.types(shop_ddl(), name="mine")
    browser.send("generate")
    browser.rest()
    assert browser.said[0] == "error"
    assert "mine is a variable of yours" in browser.said[1]


def test_data_does_not_travel_as_traits(browser: Browser) -> None:
    made(browser)
    email = browser.panel._outcome.dataset["customers"]["email"][0]
    assert email not in json.dumps({name: getattr(browser.panel, name) for name in ("result", "job", "library")})


def test_pause_resume_and_cancel_reach_the_job_and_every_click_is_answered(browser: Browser) -> None:
    browser.types(shop_ddl(), name="shop", rows="3M")
    browser.send("generate")
    browser.until(lambda: browser.panel.bars)
    browser.send("pause")
    assert browser.rest()["status"] == "paused"
    assert browser.said == ("status", "shop: paused by you")
    assert browser.panel.library["unfinished"][0]["number"] == 1
    browser.send("resume")
    assert browser.panel.job["status"] in ("queued", "running")
    browser.send("cancel", keep=False)
    assert browser.rest()["status"] == "cancelled"
    assert browser.panel.result == {}
    assert [each["type"] for each in browser.got] == ["answer"] * 4


def test_a_cancelled_job_can_leave_a_partial_dataset(browser: Browser) -> None:
    browser.types(shop_ddl(), name="shop", rows="3M", tables={"categories": "9"})
    browser.send("generate")
    browser.until(lambda: any(made for made, _, _ in browser.panel.bars))
    browser.send("pause")
    browser.rest()
    browser.send("cancel", keep=True)
    assert browser.rest()["doing"] == "cancelled: its rows are kept as a partial version"
    assert browser.panel.result["partial"]


def test_a_second_session_takes_up_a_job_that_rests(
    browser: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser.types(shop_ddl(), name="shop", rows="300k")
    browser.send("generate")
    browser.until(lambda: browser.panel.job.get("status") == "running")
    browser.send("pause")
    assert browser.rest()["status"] == "paused"
    other = Browser(Panel(place(tmp_path / "store"), folder=tmp_path), monkeypatch)
    other.send("take", job=1)
    assert other.panel.job["status"] == "paused"
    other.send("resume")
    assert other.rest()["status"] == "done"
    assert other.panel.result["name"] == "shop"


def test_a_plan_that_can_not_be_met_is_refused_with_its_reason(browser: Browser) -> None:
    browser.types("CREATE TABLE t (id integer PRIMARY KEY CHECK (id > 5 AND id < 3))", dialect="postgres")
    browser.send("generate")
    assert browser.rest() == {}
    assert browser.said[0] == "error"
    assert "t" in browser.said[1]


def test_cells_are_edited_in_the_panel_and_each_edit_is_a_version_that_is_shown_and_bound(browser: Browser) -> None:
    made(browser)
    browser.send("grid", message={"type": "undo"})
    assert browser.panel.sheets == {}
    browser.send("edit", table="categories")
    assert (browser.panel.sheets["sheet"]["table"], browser.panel.sheets["version"]) == ("categories", 1)
    old = browser.panel.sheets["sheet"]["page"][0][2]
    change = {"table": "categories", "row": 0, "column": "name", "old": old, "new": EVIL}
    browser.send("grid", message={"type": "edit", **change})
    assert browser.panel.result["version"] == browser.panel.sheets["version"] == 2
    assert browser.panel._place.session.shell.user_ns["categories"]["name"][0] == EVIL
    browser.send("grid", message={"type": "edit", **change, "old": EVIL, "new": "x" * 61})
    assert browser.got[-2]["message"]["type"] == "refused"
    browser.send("open", name="shop")
    browser.types(shop_ddl(), seed="5")
    browser.send("generate")
    browser.rest()
    assert browser.panel.sheets == {}


def test_downloads_are_the_shown_table_or_a_zip_of_all(browser: Browser) -> None:
    made(browser)
    for to, table in (("csv", "orders"), ("parquet", "orders"), ("csv", None)):
        browser.send("download", to=to, table=table)
        browser.rest()
    assert set(browser.files) == {"orders.csv", "orders.parquet", "shop-v1.zip"}
    assert len(list(csv.reader(io.StringIO(browser.files["orders.csv"].decode())))) == 21
    assert browser.files["orders.parquet"][:4] == b"PAR1"
    with zipfile.ZipFile(io.BytesIO(browser.files["shop-v1.zip"])) as packed_:
        assert set(packed_.namelist()) == {
            *(f"{table}.csv" for table in browser.panel.read["tables"]),
            "synthgen.json",
        }


def test_a_big_download_stays_in_the_folder_under_a_name_that_was_free(browser: Browser, tmp_path: Path) -> None:
    dataset = made(browser).panel._outcome.dataset
    (tmp_path / "orders.csv").write_text("mine")
    left = packed(dataset, "csv", "orders", tmp_path, largest=10)
    assert (left.data, left.path) == (b"", tmp_path / "orders-2.csv")
    assert (tmp_path / "orders.csv").read_text() == "mine"
    with pytest.raises(InputError, match="format"):
        packed(dataset, "exe", None, tmp_path)


def test_an_upload_becomes_the_ddl_and_what_is_no_text_or_too_long_is_refused(browser: Browser) -> None:
    browser.send("upload", shop_ddl().encode(), name="my_shop.sql")
    assert browser.panel.ddl == shop_ddl()
    assert browser.panel.form["name"] == "my_shop"
    for data, word in ((bytes(range(256)) * 9, "text"), (b" " * (LONGEST + 1), "at most")):
        browser.send("upload", data, name="bad.sql")
        assert browser.said[0] == "error"
        assert word in browser.said[1]
        assert browser.panel.ddl == shop_ddl()


def test_templates_and_datasets_can_be_opened(browser: Browser) -> None:
    browser.send("template", name="shop")
    assert browser.panel.ddl == shop_ddl()
    assert browser.panel.form["dialect"] == "postgres"
    browser.send("template", name="../../etc/passwd")
    assert browser.said[0] == "error"
    made(browser)
    assert [each["name"] for each in browser.panel.library["datasets"]] == ["shop"]
    browser.panel.result = {}
    browser.send("open", name="shop")
    assert browser.panel.result["version"] == 1
    browser.send("open", name="nothing")
    assert browser.said[0] == "error"


@pytest.mark.parametrize("sent", [None, 7, "x", {"rows": 5, "tables": [1]}, {"tables": {"a": 1, 2: "b"}, "nope": "x"}])
def test_a_form_that_is_no_form_is_an_empty_one(sent: object) -> None:
    assert line_of(form_of(sent), None, Settings()) == "%%synthgen -n 1000 -s 0"


@pytest.mark.parametrize("sent", ["rows", "download", "pause", "resume", "cancel", "take", "open", "upload", "nope"])
def test_a_message_out_of_place_is_answered_and_changes_nothing(browser: Browser, sent: str) -> None:
    browser.send(sent)
    assert browser.got[-1]["type"] == "answer"
    assert browser.panel.job == {}
    assert browser.panel.result == {}


def test_names_and_values_of_the_ddl_reach_the_browser_as_they_are_and_only_as_text(browser: Browser) -> None:
    ddl = f"""CREATE TABLE "{EVIL}" (
  id integer PRIMARY KEY,
  "{EVIL}" varchar(60) NOT NULL CHECK ("{EVIL}" IN ('{EVIL}'))
);
COMMENT ON TABLE "{EVIL}" IS '{EVIL}';"""
    browser.types(ddl, dialect="postgres", rows="3", name="evil")
    browser.send("generate")
    assert browser.rest()["status"] == "done"
    browser.send("rows", table=EVIL)
    grid = browser.got[-2]["grid"]
    assert grid["columns"][1] == EVIL
    assert {row[1] for row in grid["rows"]} == {EVIL}
    assert "innerHTML" not in browser.panel._esm
    assert "insertAdjacentHTML" not in browser.panel._esm
