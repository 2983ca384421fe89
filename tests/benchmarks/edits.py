"""UPDATE of 1 % of a table of 5,000,000 rows and 6 columns: edit, diff and validation of a version on disk beside
DuckDB's own UPDATE of the same table in memory, and beside the same with reading the table and writing it anew."""

from __future__ import annotations

import argparse
import json
import resource
import tempfile
import time
from pathlib import Path

import synthgen_nb as sg

from .measure import Result, beside, commands, own, peak

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
    spent, wall = (now - then for now, then in zip(_spent(), began, strict=True))
    print(json.dumps({"CPU s": spent, "wall s": wall, "peak MB": peak()}))


def measured(rounds: int, *, tiny: bool) -> list[Result]:
    rows = 20_000 if tiny else 5_000_000
    with tempfile.TemporaryDirectory(prefix="synthgen-bench-") as folder:
        plan = sg.draft_plan(sg.parse_ddl(DDL, dialect="postgres"), {"orders": rows}, seed=1)
        sg.generate(plan, sg.Store(folder), name="orders")
        return [_compared(folder, kind, rows, rounds) for kind in WHERE]


def _compared(folder: str, kind: str, rows: int, rounds: int) -> Result:
    words = {who: own("edits", folder, who, statement(kind, rows)) for who in WHO}
    found = commands(words, rounds)
    lines = {who: {name: one[name] for name in ("CPU s", "wall s", "peak MB")} for who, one in found.items()}
    title = f"UPDATE of 1 % of {rows:,} rows, {kind}, medians of {rounds} interleaved rounds"
    return Result(title, beside(lines, "duckdb, files"))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("who", choices=WHO)
    parser.add_argument("sql")
    asked = parser.parse_args()
    one_run(asked.who, asked.folder, asked.sql)


if __name__ == "__main__":
    main()
