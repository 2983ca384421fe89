"""Every benchmark, one table each. `--rounds N` (default 5), `--scale S` (default 0.1), `--check`: the files too."""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile

from .measure import interleaved, table


def tpch(scale: float, rounds: int) -> str:
    """Our engine from the DDL beside tpchgen-cli (Rust, hand-written for this one schema), both to Parquet."""
    ours = [sys.executable, "-m", "tests.benchmarks.make_tpch", "{out}", "--scale", str(scale)]
    rival = shutil.which("tpchgen-cli") or shutil.which("tpchgen-cli", path=str(sys.executable).rsplit("/", 1)[0])
    commands = {"synthgen": ours, "synthgen, validated": [*ours, "--validate"]}
    if rival is None:
        return "tpchgen-cli is not installed (pip install tpchgen-cli): nothing to compare with"
    commands = {"tpchgen-cli": [rival, "parquet", "-s", str(scale), "--output-dir", "{out}"]} | commands
    return table(interleaved(commands, rounds), "tpchgen-cli")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--scale", type=float, default=0.1)
    parser.add_argument("--check", action="store_true", help="hold what was made against TPC-H's rules, by DuckDB")
    asked = parser.parse_args()
    print(
        f"TPC-H at scale {asked.scale}, medians of {asked.rounds} interleaved rounds\n{tpch(asked.scale, asked.rounds)}"
    )
    if asked.check:
        with tempfile.TemporaryDirectory() as folder:
            made = [sys.executable, "-m", "tests.benchmarks.make_tpch", folder, "--scale", str(asked.scale), "--check"]
            print(subprocess.run(made, check=False, capture_output=True, text=True).stdout)


if __name__ == "__main__":
    main()
