"""What a benchmark gives, and how it is measured: whole processes or pieces of one, interleaved, medians, CPU seconds
first. Knows no benchmark."""

from __future__ import annotations

import json
import os
import resource
import shutil
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

_KEPT_OUT = ("PYTHONDONTWRITEBYTECODE",)  # of children's environments: an installed package has its bytecode

Figures = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Result:
    """A table: what each line is called and its figures by column, ratios first; blank where it has none."""

    title: str
    lines: Mapping[str, Figures]
    remark: str = ""

    def text(self) -> str:
        columns = list(dict.fromkeys(column for figures in self.lines.values() for column in figures))
        widths = [max(9, len(column) + 2) for column in columns]
        first = max(map(len, self.lines), default=0) + 2
        heads = "".join(f"{column:>{width}}" for column, width in zip(columns, widths, strict=True))
        told = [self.title, f"{'':<{first}}{heads}"] if self.lines else [self.title]
        for name, figures in self.lines.items():
            cells = [_figure(figures[column]) if column in figures else "" for column in columns]
            told.append(f"{name:<{first}}" + "".join(f"{c:>{w}}" for c, w in zip(cells, widths, strict=True)))
        return "\n".join([*told, self.remark] if self.remark else told)


def _figure(value: float) -> str:
    return f"{value:,.0f}" if value == 0 or abs(value) >= 100 else f"{value:.2f}"


def once(command: Sequence[str]) -> Figures:
    """One process, and those that it begins: CPU (user and system) and wall seconds, peak memory and Parquet written,
    in MB; with the figures that it prints as JSON, if it does. {out} in the command is a fresh folder."""
    folder = Path(tempfile.mkdtemp(prefix="synthgen-bench-"))
    environment = {name: value for name, value in os.environ.items() if name not in _KEPT_OUT}
    try:
        words = [word.replace("{out}", str(folder / "out")) for word in command]
        with (folder / "said").open("wb") as said:
            began = time.perf_counter()
            actions = [(os.POSIX_SPAWN_DUP2, said.fileno(), 1)]
            child = os.posix_spawnp(words[0], words, environment, file_actions=actions)
            with _watched(child) as together:
                _, status, usage = os.wait4(child, 0)
            wall = time.perf_counter() - began
        if status:
            raise SystemExit(f"{' '.join(words)} ended with status {os.waitstatus_to_exitcode(status)}")
        size = sum(f.stat().st_size for f in folder.rglob("*.parquet"))
        told = (folder / "said").read_bytes().splitlines()
        own = json.loads(told[-1]) if told and told[-1].startswith(b"{") else {}
        run = {
            "CPU s": usage.ru_utime + usage.ru_stime,
            "wall s": wall,
            "peak MB": max(usage.ru_maxrss / _PEAK, *together),
        }
        return {**run, "MB": size / 1e6, **own}
    finally:
        shutil.rmtree(folder)


@contextmanager
def _watched(process: int) -> Iterator[list[float]]:
    """MB that a process and its children hold together, looked at often: pages that several have count once. Of a
    process alone the system knows the peak itself."""
    found, over = [0.0], threading.Event()

    def look() -> None:
        while not over.wait(_OFTEN):
            with suppress(psutil.Error):
                several = psutil.Process(process).children(recursive=True)
                if several:
                    many = (psutil.Process(process), *several)
                    found.append(sum(one.memory_full_info().pss for one in many) / 1e6)

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield found
    finally:
        over.set()
        thread.join()


_OFTEN = 0.05  # seconds
_PEAK = 1e6 if sys.platform == "darwin" else 1e3  # ru_maxrss: bytes on macOS, kilobytes on Linux


def peak() -> float:
    """The most memory that this process has held so far, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / _PEAK


def own(module: str, *words: object) -> list[str]:
    """The command that runs a module of this package in a process of its own."""
    return [sys.executable, "-m", f"tests.benchmarks.{module}", *map(str, words)]


def interleaved(runs: Mapping[str, Callable[[], Figures]], rounds: int) -> dict[str, dict[str, float]]:
    """Medians over `rounds`, each of which does every run once: what else the machine does hits all alike."""
    found: dict[str, list[Figures]] = {name: [] for name in runs}
    for _ in range(rounds):
        for name, run in runs.items():
            found[name].append(run())
    return {name: {f: statistics.median(one[f] for one in many) for f in many[0]} for name, many in found.items()}


def commands(words: Mapping[str, Sequence[str]], rounds: int) -> dict[str, dict[str, float]]:
    """The same of commands."""
    return interleaved({name: lambda command=command: once(command) for name, command in words.items()}, rounds)


RATIOS = {"CPU x": "CPU s", "wall x": "wall s", "size x": "MB"}


def beside(
    figures: Mapping[str, Figures], reference: str, ratios: Mapping[str, str] = RATIOS
) -> dict[str, dict[str, float]]:
    """With ratios to the line `reference` in front: `ratios` maps their columns to the columns that they compare."""
    base = figures[reference]
    told = {ratio: column for ratio, column in ratios.items() if base.get(column)}
    return {
        name: {**{ratio: line[column] / base[column] for ratio, column in told.items()}, **line}
        for name, line in figures.items()
    }


def cpu(work: Callable[[], object]) -> tuple[float, float]:
    """CPU and wall seconds of a piece of work in this process."""
    began = (time.process_time(), time.perf_counter())
    work()
    return time.process_time() - began[0], time.perf_counter() - began[1]
