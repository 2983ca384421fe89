"""Benchmarks by name: `python -m tests.benchmarks tpch small --rounds 5 --json figures.json`; without a name they are
listed. Each prints tables, ratios first; none fails because something took long."""

from __future__ import annotations

import argparse
import json
import os
import platform
from collections.abc import Sequence
from dataclasses import asdict
from importlib import import_module
from pathlib import Path

from synthgen_nb.drafts import libraries

from .measure import Result

NAMES = ("tpch", "lineitem", "persons", "encodings", "validation", "memory", "wide", "small", "edits", "executors")


def measured(name: str, rounds: int, *, tiny: bool) -> list[Result]:
    return list(import_module(f".{name}", __package__).measured(rounds, tiny=tiny))


def described(name: str) -> str:
    return " ".join((import_module(f".{name}", __package__).__doc__ or "").split())


def main(words: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(NAMES))
    parser.add_argument("--rounds", type=int, default=5, help="runs of each, of which the median counts (5)")
    parser.add_argument("--tiny", action="store_true", help="so small that the figures say nothing, to see it run")
    parser.add_argument("--json", type=Path, metavar="FILE", help="the figures, for programs")
    asked = parser.parse_args(words)
    if unknown := [name for name in asked.names if name not in NAMES]:
        parser.error(f"no benchmark {', '.join(unknown)}; there are {', '.join(NAMES)}")
    if not asked.names:
        print("\n".join(f"{name:<12}{described(name)}" for name in NAMES))
        return
    found: dict[str, list[Result]] = {}
    for name in asked.names:
        found[name] = measured(name, asked.rounds, tiny=asked.tiny)
        print(*(result.text() for result in found[name]), sep="\n\n", end="\n\n", flush=True)
    if asked.json:
        told = {name: [asdict(result) for result in results] for name, results in found.items()}
        machine = {"cores": os.cpu_count(), "machine": platform.machine(), "python": platform.python_version()}
        asked.json.write_text(json.dumps({"machine": machine, "libraries": libraries(), "benchmarks": told}, indent=1))


if __name__ == "__main__":
    main()
