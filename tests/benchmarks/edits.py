"""UPDATE of 1 % of a table of 5,000,000 rows and 6 columns: edit, diff and validation of a version on disk beside
DuckDB's own UPDATE of the same table in memory, and beside the same with reading the table and writing it anew.
`python -m tests.benchmarks.edits [--rows N] [--rounds N] [--folder F]`."""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import synthgen_nb as sg

DDL = """
CREATE TABLE orders (
  id bigint PRIMARY KEY, customer_id integer NOT NULL, amount numeric(10,2) NOT NULL CHECK (amount >= 0),
  status varchar(20) NOT NULL, placed_at timestamp NOT NULL, note varchar(60));
"""
WHO = ("duckdb", "duckdb, files", "synthgen")
WHERE = {"contiguous": "id BETWEEN {first} AND {last}", "scattered": "id % 100 = 7"}
SQL = "UPDATE orders SET amount = amount + 1, status = 'changed' WHERE "


def statement(kind: str, rows: int) -> str:
    return SQL + WHERE[kind].format(first=rows // 2, last=rows // 2 + rows // 100 - 1)


def by_duckdb(store: sg.Store, sql: str, *, files: bool) -> None:
    """Its own UPDATE; with `files` the table is read before and written anew after."""
    import duckdb

    parts = [str(path) for path in store.open("orders").parts("orders")]
    with duckdb.connect() as connection, tempfile.TemporaryDirectory(prefix="synthgen-bench-") as folder:
        began = _spent()
        connection.execute("CREATE TABLE orders AS SELECT * FROM read_parquet(?)", [parts])
        if not files:
            began = _spent()
        connection.execute(sql)
        if files:
            connection.execute(f"COPY orders TO '{folder}/orders.parquet' (COMPRESSION zstd)")
        _say(began)


def one_run(who: str, folder: Path, sql: str) -> None:
    store = sg.Store(folder)
    if who != "synthgen":
        by_duckdb(store, sql, files=who == "duckdb, files")
        return
    dataset = store.open("orders")
    assert sg.propose is not None  # imported before, as in a session
    assert dataset.report is not None  # read before, as that of a dataset in use is
    began = _spent()
    with sg.propose(dataset, sql) as proposal:
        assert proposal.diff.tables["orders"].changed
        assert not proposal.problems
    _say(began)


def _spent() -> tuple[float, float]:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime, time.perf_counter()


def _say(began: tuple[float, float]) -> None:
    cpu, wall = (now - then for now, then in zip(_spent(), began, strict=True))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
    print(json.dumps({"cpu": cpu, "wall": wall, "peak": peak}))


def compared(folder: Path, rows: int, rounds: int) -> None:
    for kind in WHERE:
        found: dict[str, list[dict[str, float]]] = {who: [] for who in WHO}
        for _ in range(rounds):
            for who, runs in found.items():  # interleaved: what else the machine does hits all alike
                asked = [sys.executable, "-m", "tests.benchmarks.edits", "--one", who, "--folder", str(folder)]
                said = subprocess.run(
                    [*asked, "--sql", statement(kind, rows)], check=True, capture_output=True, text=True
                )
                runs.append(json.loads(said.stdout))
        middle = {who: {k: statistics.median(run[k] for run in runs) for k in runs[0]} for who, runs in found.items()}
        times = " and ".join(f"{middle['synthgen']['cpu'] / middle[who]['cpu']:.1f} x {who}" for who in WHO[:2])
        print(f"{kind}, {rows:,} rows, medians of {rounds}: CPU {times}")
        for who, run in middle.items():
            print(f"  {who:<14}{run['cpu']:8.2f} CPU s{run['wall']:8.2f} s{run['peak']:8.0f} MB at its peak")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=5_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--one", choices=WHO)
    parser.add_argument("--sql", default="")
    asked = parser.parse_args()
    if asked.one:
        one_run(asked.one, asked.folder, asked.sql)
        return
    with tempfile.TemporaryDirectory(prefix="synthgen-bench-") as made:
        folder = asked.folder or Path(made)
        store = sg.Store(folder)
        if "orders" not in store.names():
            plan = sg.draft_plan(sg.parse_ddl(DDL, dialect="postgres"), {"orders": asked.rows}, seed=1)
            sg.generate(plan, store, name="orders")
        compared(folder, asked.rows, asked.rounds)


if __name__ == "__main__":
    main()
