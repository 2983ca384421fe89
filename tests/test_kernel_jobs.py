"""Jobs in a real kernel, as a front end sees them: which cell each message belongs to; the kernel stays free."""

from __future__ import annotations

import os
import queue
import statistics
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("ipykernel")
from jupyter_client.manager import start_new_kernel

from synthgen_nb.terminal.demo import shop_ddl

DDL = shop_ddl()
_SHOWN = ("display_data", "update_display_data", "execute_result", "stream", "error")


class FrontEnd:
    """A client that knows, as every front end does, which cell it sent; `others` are the messages that do not belong to
    the cell that runs."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self.others: list[Any] = []

    def send(self, code: str) -> str:
        return str(self._client.execute(code, allow_stdin=False))

    def run(self, code: str, timeout: float = 60) -> list[Any]:
        """What the cell shows, by messages that carry its header."""
        return self.until_idle(self.send(code), timeout)

    def until_idle(self, cell: str, timeout: float = 60) -> list[Any]:
        shown, give_up = [], time.monotonic() + timeout
        while (message := self._next(give_up)) is not None:
            kind, content = message["msg_type"], message["content"]
            if message["parent_header"].get("msg_id") != cell:
                self.others += [message] if kind in _SHOWN else []
            elif kind in _SHOWN:
                shown.append(message)
            elif kind == "status" and content["execution_state"] == "idle":
                return shown
        pytest.fail(f"the cell did not end in {timeout} s")

    def for_a_while(self, seconds: float) -> None:
        """Nothing runs; whatever comes is one of the others."""
        until = time.monotonic() + seconds
        while (message := self._next(until)) is not None:
            self.others += [message] if message["msg_type"] in _SHOWN else []

    def _next(self, until: float) -> Any:
        try:
            return self._client.get_iopub_msg(timeout=max(0.01, until - time.monotonic()))
        except queue.Empty:
            return None


def html(messages: list[Any]) -> list[str]:
    return [m["content"]["data"]["text/html"] for m in messages if "text/html" in m["content"].get("data", {})]


def text(messages: list[Any]) -> str:
    return "".join(
        str(m["content"].get("text", "")) + str(m["content"].get("data", {}).get("text/plain", "")) for m in messages
    )


@pytest.fixture
def front(tmp_path: Path) -> Iterator[FrontEnd]:
    """A kernel as JupyterLab starts one."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith("SYNTHGEN_")}
    manager, client = start_new_kernel(
        kernel_name="python3",
        cwd=str(tmp_path),
        env=environ | {"JPY_SESSION_NAME": "a.ipynb", "IPYTHONDIR": str(tmp_path)},
    )
    try:
        front = FrontEnd(client)
        front.run("%load_ext synthgen_nb")
        yield front
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


def test_a_cell_that_waits_shows_all_its_progress_under_its_own_header(front: FrontEnd) -> None:
    shown = front.run(f"%%synthgen shop << -n 300k -n categories=9\n{DDL}")
    assert front.others == []
    pages = html(shown)
    assert len(pages) >= 4
    assert all(page.count('role="progressbar"') == 4 for page in pages[:-1])
    assert "shop</strong> generating" in "".join(pages)
    assert "first of 9 rows" in pages[0]  # before any part is made
    assert "first of 300,000 rows" in "".join(pages)
    assert "progressbar" not in pages[-1]
    assert "shop v1" in pages[-1]
    assert [m["msg_type"] for m in shown[1:]] == ["update_display_data"] * (len(shown) - 1)
    assert len({m["content"]["transient"]["display_id"] for m in shown}) == 1


def test_a_job_in_the_background_draws_under_the_header_of_the_cell_that_began_it(front: FrontEnd) -> None:
    cell = front.send(f"%%synthgen shop << --bg -n 1M -n categories=9\n{DDL}")
    first = front.until_idle(cell)
    assert 'role="progressbar"' in html(first)[0]
    assert text(front.run("print('orders' in globals(), 1 + 1)")).strip() == "False 2"
    front.run("import time; time.sleep(1)")  # no callback runs meanwhile: the next one draws what has changed
    give_up = time.monotonic() + 60
    while not any("shop v1" in page for page in html(front.others)):
        assert time.monotonic() < give_up
        front.for_a_while(0.3)
    assert {m["parent_header"]["msg_id"] for m in front.others} == {cell}
    assert {m["content"]["transient"]["display_id"] for m in front.others} == {
        first[0]["content"]["transient"]["display_id"]
    }
    assert "progressbar" not in html(front.others)[-1]
    assert text(front.run("print(orders.height, shop.name)")).strip() == "1000000 shop"


def test_wait_shows_all_progress_to_a_front_end_that_drops_what_is_not_the_cells(front: FrontEnd) -> None:
    front.run(f"%%synthgen shop << --bg -q -n 1M -n categories=9\n{DDL}")
    pages = html(front.run("%synthgen wait 1"))
    assert len(pages) >= 3
    assert 'role="progressbar"' in pages[0]
    assert "shop v1" in pages[-1]
    assert front.others == []


def test_awaiting_a_job_keeps_the_loop_free_and_binds(front: FrontEnd) -> None:
    cell = front.send(f"%%synthgen shop << --bg -n 1M -n categories=9\n{DDL}")
    front.until_idle(cell)
    assert text(front.run("job = _; made = await job; print(orders.height, made == shop)")).strip() == "1000000 True"
    assert len(html([m for m in front.others if m["parent_header"]["msg_id"] == cell])) >= 2


def test_a_cancel_that_nobody_can_answer_leaves_the_job_and_says_how(front: FrontEnd) -> None:
    front.run(f"%%synthgen shop << --bg -q -n 20M -n categories=9\n{DDL}")
    assert "left as it is (--yes cancels without asking)" in text(front.run("%synthgen cancel 1"))
    assert "cancelled" in text(front.run("%synthgen cancel 1 --yes"))


@pytest.mark.slow
def test_a_kernel_answers_while_five_million_rows_are_made(front: FrontEnd, capsys: pytest.CaptureFixture[str]) -> None:
    front.run(f"%%synthgen shop << --bg -n 5M -n categories=9\n{DDL}")
    front.for_a_while(1.0)
    took = []
    for _ in range(20):
        began = time.perf_counter()
        assert text(front.run("1 + 1")) == "2"
        took.append(time.perf_counter() - began)
        front.for_a_while(0.1)
    busy = text(front.run("%synthgen jobs"))
    with capsys.disabled():
        print(f"\n1+1 during a job of 15,000,009 rows: median {statistics.median(took):.3f} s, most {max(took):.3f} s")
    assert "running" in busy
    assert statistics.median(took) < 0.2
    front.run("%synthgen cancel 1 --yes")


@pytest.mark.slow
@pytest.mark.parametrize("warm", [False, True])
def test_the_first_rows_are_seen_within_a_second(
    front: FrontEnd, warm: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    if warm:
        front.run(f"%%synthgen small << -q -n 5\n{DDL}")
    began = time.perf_counter()
    cell = front.send(f"%%synthgen shop << --bg -n 1M\n{DDL}")
    shown = front.until_idle(cell)
    took = time.perf_counter() - began
    with capsys.disabled():
        print(f"\nfirst rows of 4 tables of 1,000,000 rows: {took:.2f} s ({'warm' if warm else 'cold'})")
    assert "first of 1,000,000 rows" in html(shown)[0]
    assert took < (1 if warm else 10)  # a kernel's first cell also imports what reads DDL and makes rows
