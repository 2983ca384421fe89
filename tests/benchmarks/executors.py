"""TPC-H by threads, by processes and by a Dask cluster of this machine: what handing the work over costs, and that the
bytes are the same, also when a worker is killed in the middle."""

from __future__ import annotations

import argparse
import os
import signal
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import synthgen_nb as sg
from synthgen_nb import maps
from synthgen_nb.events import Saved

from .make_tpch import plan
from .measure import Result, beside, commands, own

WORKERS = 2  # threads: as many as there are cores
WHO = ("threads", "processes", "dask", "dask, giving memory back")


@contextmanager
def cluster(giving_back: bool = False) -> Iterator[Any]:
    """The client of a cluster whose workers are processes; they give memory back all the time where Dask is left as it
    comes."""
    import dask.config
    from distributed import Client, LocalCluster

    kept = {} if giving_back else {"distributed.nanny.pre-spawn-environ.MALLOC_TRIM_THRESHOLD_": None}
    with (
        dask.config.set(kept),
        LocalCluster(n_workers=WORKERS, threads_per_worker=1, dashboard_address=":0", silence_logs=50) as local,
        Client(local, set_as_default=False) as client,
    ):
        yield client


def made(store: sg.Store, name: str, scale: float, map: maps.Map | None = None) -> dict[str, list[str]]:
    """The hashes of the parts of each table; validation is left out."""
    events = sg.run(plan(scale), store, name, map=map)
    for event in events:
        if isinstance(event, Saved):
            break
    events.close()
    dataset = store.open(name)
    dataset.verify()
    return {key: [part.sha256 for part in files.parts] for key, files in dataset.manifest.tables.items()}


def one(who: str, folder: str, scale: float) -> None:
    store = sg.Store(folder)
    if who.startswith("dask"):
        with cluster(giving_back=who != "dask") as client:
            made(store, "dask", scale, maps.dask(client))
    else:
        made(store, who, scale, maps.processes(WORKERS) if who == "processes" else None)


def equal(scale: float) -> str:
    """By threads and by Dask, once as it is and once with a worker killed as soon as three parts are there."""
    with tempfile.TemporaryDirectory(prefix="synthgen-bench-") as folder, cluster() as client:
        store = sg.Store(Path(folder))
        threads = made(store, "threads", scale)
        whole = made(store, "dask", scale, maps.dask(client))
        store.remove("dask", 1)
        victim = client.submit(os.getpid, pure=False).result()
        over = threading.Event()

        def kill() -> None:
            while not over.wait(0.01):
                if len(list(store.path.glob("killed/v1/*/part-*"))) >= 3:
                    os.kill(victim, signal.SIGKILL)
                    return

        killer = threading.Thread(target=kill)
        killer.start()
        cut = made(store, "killed", scale, maps.dask(client))
        over.set()
        killer.join()
        died = victim not in client.run(os.getpid).values()
    parts = sum(map(len, threads.values()))
    return (
        f"{parts} parts: by Dask {_same(whole == threads)} as by threads;"
        f" with a worker {'killed' if died else 'NOT killed'} in the middle {_same(cut == threads)}"
    )


def _same(same: bool) -> str:
    return "the same bytes" if same else "OTHER BYTES"


def measured(rounds: int, *, tiny: bool) -> list[Result]:
    scale = 0.001 if tiny else 1.0
    title = f"TPC-H at scale {scale:g}, {WORKERS} workers, medians of {rounds} interleaved rounds"
    who = [name for name in WHO if not name.startswith("dask") or find_spec("distributed")]
    runs = commands({name: own("executors", name, "{out}", scale) for name in who}, rounds)
    remark = equal(scale) if "dask" in who else "pip install 'synthgen_nb[dask]': Dask beside them"
    return [Result(title, beside(runs, "threads"), remark)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("who", choices=WHO)
    parser.add_argument("out")
    parser.add_argument("scale", type=float)
    asked = parser.parse_args()
    one(asked.who, asked.out, asked.scale)


if __name__ == "__main__":
    main()
