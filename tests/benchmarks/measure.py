"""Commands timed as whole processes, interleaved: CPU and wall seconds, peak memory, bytes written."""

from __future__ import annotations

import os
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Run:
    """CPU (user + system) and wall seconds, peak resident memory and written size in MB of one process."""

    cpu: float
    wall: float
    memory: float
    size: float


def once(command: Sequence[str]) -> Run:
    """One run; {out} in the command is a fresh folder."""
    folder = Path(tempfile.mkdtemp(prefix="synthgen-bench-"))
    try:
        words = [word.replace("{out}", str(folder / "out")) for word in command]
        quiet = [(os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)]
        began = time.perf_counter()
        child = os.posix_spawnp(words[0], words, os.environ, file_actions=quiet)
        _, status, usage = os.wait4(child, 0)
        wall = time.perf_counter() - began
        if status:
            raise SystemExit(f"{' '.join(words)} ended with status {os.waitstatus_to_exitcode(status)}")
        size = sum(f.stat().st_size for f in folder.rglob("*.parquet"))
        scale = 1e6 if sys.platform == "darwin" else 1e3  # ru_maxrss: bytes on macOS, kilobytes on Linux
        return Run(usage.ru_utime + usage.ru_stime, wall, usage.ru_maxrss / scale, size / 1e6)
    finally:
        shutil.rmtree(folder)


def interleaved(commands: Mapping[str, Sequence[str]], rounds: int) -> dict[str, Run]:
    """Medians over `rounds`, each of which runs every command once: what else the machine does hits all alike."""
    runs: dict[str, list[Run]] = {name: [] for name in commands}
    for _ in range(rounds):
        for name, command in commands.items():
            runs[name].append(once(command))
    return {
        name: Run(
            *(statistics.median(getattr(run, field) for run in found) for field in ("cpu", "wall", "memory", "size"))
        )
        for name, found in runs.items()
    }


def table(results: Mapping[str, Run], reference: str) -> str:
    """Ratios to `reference` first, then the figures."""
    base = results[reference]
    lines = [f"{'':<34}{'CPU x':>8}{'wall x':>8}{'size x':>8}{'CPU s':>9}{'wall s':>9}{'peak MB':>9}{'MB':>8}"]
    for name, run in results.items():
        ratios = (
            f"{run.cpu / base.cpu:>8.2f}{run.wall / base.wall:>8.2f}{run.size / base.size if base.size else 0:>8.2f}"
        )
        lines.append(f"{name:<34}{ratios}{run.cpu:>9.2f}{run.wall:>9.2f}{run.memory:>9.0f}{run.size:>8.1f}")
    return "\n".join(lines)
