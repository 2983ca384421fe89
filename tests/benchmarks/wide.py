"""Wide schemas: nanoseconds a cell of tables of 10, 100 and 1,000 columns, from a plan to Parquet."""

from __future__ import annotations

import tempfile
from pathlib import Path

import synthgen_nb as sg
from synthgen_nb.generation import CHUNK_ROWS, Engine
from synthgen_nb.partmaking import Task, make_part

from .measure import Figures, Result, beside, cpu, interleaved

TYPES = ("integer NOT NULL", "numeric(10,2)", "date", "boolean NOT NULL", "varchar(20)")


def measured(rounds: int, *, tiny: bool) -> list[Result]:
    widths, rows = ((10, 30), 200) if tiny else ((10, 100, 1000), 50_000)
    engines = {width: Engine(_plan(width, rows)) for width in widths}
    runs = {f"{width:,} columns": lambda width=width: _made(engines[width], width, rows) for width in widths}
    title = f"One table of {rows:,} rows, medians of {rounds} interleaved rounds"
    return [Result(title, beside(interleaved(runs, rounds), f"{widths[0]} columns", {"x": "CPU ns a cell"}))]


def _plan(width: int, rows: int) -> sg.Plan:
    columns = ", ".join(f"c{number} {TYPES[number % len(TYPES)]}" for number in range(1, width))
    return sg.draft_plan(sg.parse_ddl(f"CREATE TABLE t (id integer PRIMARY KEY, {columns})", dialect="postgres"), rows)


def _made(engine: Engine, width: int, rows: int) -> Figures:
    with tempfile.TemporaryDirectory(prefix="synthgen-bench-") as folder:
        task = Task("t", 0, 0, rows, Path(folder) / "part.parquet")
        spent, _ = cpu(lambda: make_part(engine, task, CHUNK_ROWS))
        return {"CPU ns a cell": spent / rows / width * 1e9, "MB": task.path.stat().st_size / 1e6}
