"""Parts made by copies of a process: the same bytes, each part once, and nothing left behind, however one ends. In
processes of their own, for those of the tests have threads that copies would lack."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

linux = pytest.mark.skipif(sys.platform != "linux", reason="copies are made on Linux only")
SHOP = (
    "CREATE TABLE customers (id int PRIMARY KEY, name varchar(60) NOT NULL, email varchar(90) UNIQUE, joined_on date);"
    "CREATE TABLE orders (id int PRIMARY KEY, customer_id int NOT NULL REFERENCES customers (id),"
    " ordered_at timestamp NOT NULL, total numeric(12, 2) NOT NULL);"
    "CREATE TABLE order_lines (order_id int NOT NULL REFERENCES orders (id), line_no smallint NOT NULL,"
    " quantity smallint NOT NULL, unit_price numeric(8, 2) NOT NULL, amount numeric(10, 2) NOT NULL, weight real,"
    " PRIMARY KEY (order_id, line_no));"
)
BEGIN = f"""
    import os, sys, time
    from pathlib import Path
    import synthgen_nb as sg
    from synthgen_nb import copies, maps
    from synthgen_nb.jobs import rowmaking

    store = sg.Store(sys.argv[1])
    rows = {{"customers": 30_000, "orders": 150_000, "order_lines": 600_000}}
    plan = sg.draft_plan(sg.parse_ddl({SHOP!r}, dialect="postgres"), rows)
    rowmaking.cores = lambda: 3

    def sums(dataset):
        return {{key: [part.sha256 for part in files.parts] for key, files in dataset.manifest.tables.items()}}
"""


def run(code: str, *words: object) -> subprocess.CompletedProcess[str]:
    """In a fresh interpreter."""
    command = [sys.executable, "-c", textwrap.dedent(BEGIN) + textwrap.dedent(code), *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, timeout=120)


def said(code: str, *words: object) -> str:
    done = run(code, *words)
    assert done.returncode == 0, done.stderr
    return done.stdout


@linux
def test_copies_make_the_same_bytes_as_threads_and_every_one_has_its_share(tmp_path: Path) -> None:
    told = said(
        """
        made = []
        real = rowmaking.shared
        def counted(*given):
            for pid, result in real(*given):
                made.append(pid)
                yield pid, result
        rowmaking.shared = counted
        by_copies = sg.generate(plan, store, "copies", validate=False)
        assert len(set(made)) == 3 and os.getpid() in made, made
        try:
            os.waitpid(-1, os.WNOHANG)
            raise SystemExit("a copy is left")
        except ChildProcessError:
            pass
        rowmaking.possible = lambda: False
        by_threads = sg.generate(plan, store, "threads", validate=False)
        assert len(made) == sum(len(files.parts) for files in by_copies.manifest.tables.values())
        print(sums(by_copies) == sums(by_threads), by_copies.rows)
        """,
        tmp_path / "store",
    )
    assert told.split(maxsplit=1) == ["True", "{'customers': 30000, 'orders': 150000, 'order_lines': 600000}\n"]


@linux
def test_totals_are_noted_for_all_copies(tmp_path: Path) -> None:
    told = said(
        """
        from synthgen_nb.specs import tallies
        seen = []
        real = tallies.Tally._gathered
        def counted(self, rows):
            with open(sys.argv[2], "a") as log:
                log.write(f"{len(rows)}\\n")
            return real(self, rows)
        tallies.Tally._gathered = counted
        dataset = sg.generate(plan, store, "shop", validate=False)
        print(sum(map(int, Path(sys.argv[2]).read_text().split())))
        """,
        tmp_path / "store",
        tmp_path / "log",
    )
    assert int(told) < 90_000  # of 150,000 orders: those whose lines are still being made; by itself each knew a third


@linux
def test_a_copy_that_dies_ends_the_run_with_one_line_and_resuming_makes_the_rest(tmp_path: Path) -> None:
    told = said(
        """
        import signal
        real = rowmaking.make_part
        def dying(engine, task, *rest):
            if task.table == "order_lines" and os.getpid() != here:
                os.kill(os.getpid(), signal.SIGKILL)
            return real(engine, task, *rest)
        here, rowmaking.make_part = os.getpid(), dying
        try:
            sg.generate(plan, store, "shop", validate=False)
        except sg.SynthgenError as error:
            print(error)
        assert store.names() == ()
        rowmaking.make_part = real
        resumed = sg.Jobs(store).resume(1).result()
        rowmaking.possible = lambda: False
        print(sums(resumed) == sums(sg.generate(plan, store, "threads", validate=False)))
        """,
        tmp_path / "store",
    )
    first, second = told.splitlines()
    assert first.startswith("a worker process died (perhaps of memory")
    assert second == "True"


@linux
def test_an_error_in_a_copy_is_raised_where_the_run_is_read(tmp_path: Path) -> None:
    told = said(
        """
        real = rowmaking.make_part
        def failing(engine, task, *rest):
            if os.getpid() != here:
                raise sg.StoreError("no space left", hint="make some")
            return real(engine, task, *rest)
        here, rowmaking.make_part = os.getpid(), failing
        try:
            sg.generate(plan, store, "shop", validate=False)
        except sg.StoreError as error:
            print(error)
        """,
        tmp_path / "store",
    )
    assert told == "no space left (make some)\n"


@linux
def test_copies_end_with_the_process_that_made_them(tmp_path: Path) -> None:
    code = """
        import signal
        real = rowmaking.make_part
        def telling(engine, task, *rest):
            with open(sys.argv[2], "a") as log:
                log.write(f"{os.getpid()}\\n")
            if os.getpid() == here:
                time.sleep(0.2)  # until the copies are at work
                os.kill(here, signal.SIGKILL)
            return real(engine, task, *rest)
        here, rowmaking.make_part = os.getpid(), telling
        sg.generate(plan, store, "shop", validate=False)
    """
    done = run(code, tmp_path / "store", tmp_path / "pids")
    assert done.returncode == -9
    told = said(
        """
        pids = {int(line) for line in Path(sys.argv[2]).read_text().split()}
        assert len(pids) > 1
        until = time.monotonic() + 20
        while any(Path(f"/proc/{pid}").exists() for pid in pids) and time.monotonic() < until:
            time.sleep(0.05)
        assert time.monotonic() < until
        resumed = sg.Jobs(store).resume(1).result()
        rowmaking.possible = lambda: False
        print(sums(resumed) == sums(sg.generate(plan, store, "threads", validate=False)))
        """,
        tmp_path / "store",
        tmp_path / "pids",
    )
    assert told == "True\n"


@linux
def test_a_run_that_is_given_up_leaves_no_copy(tmp_path: Path) -> None:
    told = said(
        """
        events = sg.run(plan, store, "shop", validate=False)
        for event in events:
            if type(event).__name__ == "Filled":
                break
        events.close()
        try:
            os.waitpid(-1, os.WNOHANG)
            print("a copy is left")
        except ChildProcessError:
            print([record.state.status for record in sg.Jobs(store).records()])
        """,
        tmp_path / "store",
    )
    assert told == "['paused']\n"


@linux
def test_every_result_comes_once_and_the_function_may_be_any(tmp_path: Path) -> None:
    told = said(
        """
        offset = 7
        late = lambda n: (time.sleep(0.01 * (n % 3)), n + offset)[1]
        assert sorted(copies.shared(3, late, range(20))) == list(range(7, 27))
        assert list(copies.shared(3, late, [])) == []
        assert list(copies.shared(1, late, [1, 2])) == [8, 9]
        assert [len(text) for text in copies.shared(2, lambda n: "x" * n, [3_000_000])] == [3_000_000]
        big = list(copies.shared(3, lambda n: "x" * n, [300_000] * 9))  # more than a pipe holds
        print(len(big), {len(text) for text in big})
        """,
        tmp_path / "store",
    )
    assert told == "9 {300000}\n"


@linux
def test_nothing_is_left_open_and_nobody_else_is_disturbed(tmp_path: Path) -> None:
    told = said(
        """
        import gc, resource, signal
        resource.setrlimit(resource.RLIMIT_NOFILE, (4096, 4096))
        held = [open(os.devnull) for _ in range(1_100)]  # beyond what select() can look at
        before = sorted(os.listdir("/proc/self/fd"))
        for reaps in (signal.SIG_DFL, signal.SIG_IGN):  # somebody else may reap all children
            signal.signal(signal.SIGCHLD, reaps)
            assert sorted(copies.shared(3, lambda n: n, range(9))) == list(range(9))
            ended = copies.shared(3, lambda n: time.sleep(0.01), range(99))
            next(ended)
            ended.close()
        assert sorted(os.listdir("/proc/self/fd")) == before
        assert gc.get_freeze_count() == 0
        print("nothing")
        """,
        tmp_path / "store",
    )
    assert told == "nothing\n"


@linux
def test_where_the_system_makes_no_copy_this_process_does_the_work(tmp_path: Path) -> None:
    told = said(
        """
        real, begun = os.fork, []
        def fork():
            if begun:
                raise BlockingIOError("no more processes")
            begun.append(1)
            return real()
        os.fork = fork
        print(sorted(copies.shared(4, lambda n: n, range(9))), len(begun))
        """,
        tmp_path / "store",
    )
    assert told == "[0, 1, 2, 3, 4, 5, 6, 7, 8] 1\n"


@linux
def test_errors_that_cannot_be_pickled_are_told_by_their_words(tmp_path: Path) -> None:
    told = said(
        """
        class Odd(Exception):
            def __init__(self, *, what):
                super().__init__(what)
        def failing(n):
            time.sleep(0.1)
            if os.getpid() == here:
                return n
            raise Odd(what="a thing")
        here = os.getpid()
        try:
            list(copies.shared(2, failing, range(4)))
        except sg.SynthgenError as error:
            print(error)
        """,
        tmp_path / "store",
    )
    assert told == "Odd: a thing\n"


@linux
def test_whoever_waits_for_copies_can_end_it(tmp_path: Path) -> None:
    told = said(
        """
        here, began = os.getpid(), time.monotonic()
        def slow(n):
            time.sleep(0 if os.getpid() == here else 30)
            return n
        def look():
            raise KeyboardInterrupt
        try:
            list(copies.shared(2, lambda n: (time.sleep(0.2), slow(n))[1], range(3), look))
        except KeyboardInterrupt:
            print(time.monotonic() - began < 10)
        """,
        tmp_path / "store",
    )
    assert told == "True\n"


@linux
@pytest.mark.parametrize("whom", ["a copy", "the group"])
def test_a_copy_that_is_asked_to_end_does(whom: str, tmp_path: Path) -> None:
    told = said(
        """
        import signal
        from synthgen_nb.copies import DIED
        asked = []
        signal.signal(signal.SIGTERM, lambda *_: asked.append(os.getpid()))
        def work(n):
            if os.getpid() != here:
                os.kill(os.getpid() if sys.argv[2] == "a copy" else 0, signal.SIGTERM)
                time.sleep(5)
            time.sleep(0.3)
            return n
        os.setpgrp()
        here = os.getpid()
        try:
            list(copies.shared(2, work, range(4)))
        except sg.SynthgenError as error:
            print(error, asked == ([] if sys.argv[2] == "a copy" else [here]))
        """,
        tmp_path / "store",
        whom,
    )
    assert told.startswith("a worker process died")
    assert told.endswith(" True\n")


@linux
@pytest.mark.parametrize(
    "beside",
    ["import duckdb", "import threading; threading.Thread(target=lambda: time.sleep(2)).start()"],
)
def test_threads_make_the_parts_where_a_copy_would_lack_some(beside: str, tmp_path: Path) -> None:
    assert said("print(copies.possible())", tmp_path / "store") == "True\n"
    assert said(f"{beside}\nprint(copies.possible())", tmp_path / "store") == "False\n"


@linux
def test_a_copy_loads_nothing_that_another_thread_could_be_loading(tmp_path: Path) -> None:
    told = said(
        """
        real = copies._work
        def telling(*given):
            before = set(sys.modules)
            real(*given)
            Path(sys.argv[2]).write_text(" ".join(sorted(sys.modules.keys() - before)) or "nothing")
        copies._work = telling
        made = sg.generate(plan, store, "shop", validate=False)
        """,
        tmp_path / "store",
        tmp_path / "loaded",
    )
    assert told == ""
    assert (tmp_path / "loaded").read_text() == "nothing"


@linux
def test_a_copy_has_no_polars_whose_threads_it_would_wait_for(tmp_path: Path) -> None:
    told = said(
        """
        import polars
        here = os.getpid()
        def reached(number):
            time.sleep(0.1)  # so that each gets one
            return "here" if os.getpid() == here else __import__("polars").Series([number])
        try:
            list(copies.shared(2, reached, [1, 2, 3]))
        except ImportError as error:
            print(error)
        """,
        tmp_path / "store",
    )
    assert "polars" in told


@linux
def test_the_command_makes_parts_by_copies(tmp_path: Path) -> None:
    told = said(
        """
        from synthgen_nb.terminal import cli
        made = set()
        real = rowmaking.shared
        def counted(*given):
            for pid, result in real(*given):
                made.add(pid)
                yield pid, result
        rowmaking.shared = counted
        Path(sys.argv[2]).write_text("CREATE TABLE t (id int PRIMARY KEY, name varchar(60), at timestamp)")
        code = cli.main(["generate", sys.argv[2], "-n", "400k", "--store", sys.argv[1], "--quiet"])
        print(code, len(made))
        """,
        tmp_path / "store",
        tmp_path / "t.sql",
    )
    assert told == "0 3\n"
