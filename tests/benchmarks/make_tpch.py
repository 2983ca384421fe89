"""TPC-H from nothing but its DDL: python -m tests.benchmarks.make_tpch OUT [--scale 0.1] [--validate] [--check]"""

from __future__ import annotations

import argparse
import gc
import os
import sys
from pathlib import Path

# as the command `synthgen` has them, and a script of your own may: no threads for matrices, and no search for garbage
# among what stays
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
gc.set_threshold(50_000)

import synthgen_nb as sg  # noqa: E402

DDL = Path(__file__).with_name("tpch.sql")
FIXED = {"region": 5, "nation": 25}
SCALED = {
    "supplier": 10_000,
    "customer": 150_000,
    "part": 200_000,
    "partsupp": 800_000,
    "orders": 1_500_000,
    "lineitem": 6_000_000,
}


def plan(scale: float) -> sg.Plan:
    rows = FIXED | {table: int(count * scale) for table, count in SCALED.items()}
    return sg.draft_plan(sg.parse_ddl(DDL.read_text(), dialect="postgres"), rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out")
    parser.add_argument("--scale", type=float, default=0.1)
    parser.add_argument("--validate", action="store_true", help="hold the data against every constraint as well")
    parser.add_argument(
        "--check", action="store_true", help="ask the files themselves: keys, dates, prices, totals, text"
    )
    asked = parser.parse_args()
    dataset = sg.generate(plan(asked.scale), sg.Store(asked.out), "tpch", validate=asked.validate)
    if asked.check:
        from .check_tpch import found, told

        result = found({table: dataset.parts(table) for table in (*FIXED, *SCALED)})
        print(told(result, asked.scale))
        raise SystemExit(any(result.violations.values()))
    if "duckdb" not in sys.modules:  # it would tell what nobody frees
        gc.freeze()  # nor when the process ends, where looking took 0.1 s


if __name__ == "__main__":
    main()
