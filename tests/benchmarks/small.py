"""Small is fast, too: milliseconds a table of 300 tables of 100 rows; a cell of five tables to its preview."""

from __future__ import annotations

import argparse
import json
import os
import random
import tempfile
import time
from importlib import import_module

import synthgen_nb as sg

from .measure import Result, commands, cpu, own
from .validation import SHOP

COLUMNS = (
    *("name varchar(80) NOT NULL", "email varchar(120) UNIQUE", "amount numeric(12,2) NOT NULL CHECK (amount >= 0)"),
    *("created_at timestamp NOT NULL", "updated_at timestamp", "note text", "active boolean NOT NULL DEFAULT true"),
    "status varchar(20) NOT NULL CHECK (status IN ('new', 'paid', 'sent', 'lost'))",
    *("quantity integer NOT NULL CHECK (quantity BETWEEN 1 AND 100)", "price numeric(10,2)", "birth_date date"),
    *("city varchar(60)", "country char(2)", "code varchar(12) NOT NULL UNIQUE", "score double precision"),
    *("external_id uuid", "phone varchar(30)"),
)
CELL = (
    SHOP + "CREATE TABLE reviews (id integer PRIMARY KEY, product_id integer REFERENCES products (id), stars smallint);"
)
STEPS = ("draft", "generate, validate, save")


def ddl(tables: int) -> str:
    """Tables of five to twelve columns, with up to two foreign keys each."""
    chance = random.Random(1)
    return "\n".join(_table(number, chance) for number in range(tables))


def _table(number: int, chance: random.Random) -> str:
    columns = [f"t{number}_id integer PRIMARY KEY"]
    for key in range(chance.choice((0, 1, 1, 2)) if number else 0):
        parent = chance.randrange(max(0, number - 40), number)
        columns.append(
            f"ref{key}_id integer{chance.choice(('', ' NOT NULL'))} REFERENCES table_{parent} (t{parent}_id)"
        )
    columns += sorted(chance.sample(COLUMNS, chance.randint(4, 9)))
    if {"created_at timestamp NOT NULL", "updated_at timestamp"} <= set(columns):
        columns.append("CHECK (updated_at >= created_at)")
    return f"CREATE TABLE table_{number} (\n  " + ",\n  ".join(columns) + "\n);"


def measured(rounds: int, *, tiny: bool) -> list[Result]:
    tables = 5 if tiny else 300
    found = commands(
        {"tables": own("small", "{out}", "--tables", tables), "cell": own("small", "{out}", "--cell")}, rounds
    )
    lines = {step: {name: found["tables"][f"{step}, {name}"] for name in ("CPU ms", "wall ms")} for step in STEPS}
    cells = {
        which: {name: found["cell"][f"{which}, {name}"] for name in ("CPU s", "wall s")} for which in ("first", "next")
    }
    end = f"medians of {rounds} rounds, imports left out"
    return [
        Result(f"{tables} tables of 100 rows, a table, {end}", lines),
        Result(f"%%synthgen of five tables of 1,000 rows to its preview, {end}", cells),
    ]


def many_tables(out: str, tables: int) -> dict[str, float]:
    store = sg.Store(out)
    sg.generate(sg.draft_plan(sg.parse_ddl(ddl(3), dialect="postgres"), 100), store, "warm")
    schema = sg.parse_ddl(ddl(tables), dialect="postgres")
    plans: list[sg.Plan] = []
    work = {
        STEPS[0]: lambda: plans.append(sg.draft_plan(schema, 100)),
        STEPS[1]: lambda: sg.generate(plans[0], store, "many"),
    }
    told = {}
    for step, act in work.items():
        spent, wall = cpu(act)
        told |= {f"{step}, CPU ms": spent / tables * 1e3, f"{step}, wall ms": wall / tables * 1e3}
    return told


def one_cell() -> dict[str, float]:
    """In a shell without a screen, as a kernel has it: the first cell of a session, and the same again."""
    os.environ["IPYTHONDIR"] = tempfile.mkdtemp(prefix="synthgen-bench-")
    from IPython.core.interactiveshell import InteractiveShell
    from traitlets.config import Config

    for room in ("duckdb", "polars", "synthgen_nb.jobs", "synthgen_nb.notebook.making", "synthgen_nb.notebook.views"):
        import_module(room)
    shell = InteractiveShell.instance(config=Config({"HistoryManager": {"enabled": False}}))
    shell.run_line_magic("load_ext", "synthgen_nb")
    told = {}
    for which in ("first", "next"):
        began = time.process_time(), time.perf_counter()
        result = shell.run_cell(f"%%synthgen -n 1000 --dialect postgres --name {which}\n{CELL}")
        result.raise_error()
        told[f"{which}, CPU s"] = time.process_time() - began[0]
        told[f"{which}, wall s"] = time.perf_counter() - began[1]
    return told


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out")
    parser.add_argument("--tables", type=int, default=300)
    parser.add_argument("--cell", action="store_true")
    asked = parser.parse_args()
    if asked.cell:
        os.makedirs(asked.out)
        os.chdir(asked.out)
    told = one_cell() if asked.cell else many_tables(asked.out, asked.tables)
    print("\n" + json.dumps(told))


if __name__ == "__main__":
    main()
