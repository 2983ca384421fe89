"""TPC-H from nothing but its DDL beside tpchgen-cli (Rust, hand-written for that one schema), both to Parquet."""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

import synthgen_nb as sg

from .check_tpch import DBGEN_TEXT, found
from .make_tpch import FIXED, SCALED, plan
from .measure import Result, beside, commands, own


def rival() -> str | None:
    """Where tpchgen-cli is: pip puts it beside the interpreter."""
    return shutil.which("tpchgen-cli") or shutil.which("tpchgen-cli", path=str(Path(sys.executable).parent))


def measured(rounds: int, *, tiny: bool) -> list[Result]:
    scales = (0.001,) if tiny else (0.1, 1)
    return [*(_at(scale, rounds) for scale in scales), _checked(scales[-1])]


def _checked(scale: float) -> Result:
    """What must hold of TPC-H, asked of the files by DuckDB."""
    with tempfile.TemporaryDirectory(prefix="synthgen-bench-") as folder:
        made = sg.generate(plan(scale), sg.Store(folder), "tpch", validate=False)
        result = found({table: made.parts(table) for table in (*FIXED, *SCALED)})
    lines = {rule: {"rows": float(count)} for rule, count in result.violations.items()}
    lines["text, of what the original has"] = {"x": result.text / (DBGEN_TEXT * scale)}
    lines["different l_comment"] = {"rows": float(result.remarks)}
    return Result(f"TPC-H's own rules at scale {scale:g}: rows that break them", lines)


def _at(scale: float, rounds: int) -> Result:
    ours = own("make_tpch", "{out}", "--scale", scale)
    words = {"synthgen": ours, "synthgen, validated": [*ours, "--validate"]}
    title = f"TPC-H at scale {scale:g}, whole processes, medians of {rounds} interleaved rounds"
    if (other := rival()) is None:
        return Result(title, commands(words, rounds), "pip install tpchgen-cli: then it stands beside")
    words = {"tpchgen-cli": [other, "parquet", "-s", str(scale), "--output-dir", "{out}"], **words}
    return Result(title, beside(commands(words, rounds), "tpchgen-cli"))
