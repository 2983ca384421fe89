"""The state of health of an environment: what is there, what is missing and the command that mends it, as a Page and as
the object of --json. Measures by means of others and changes nothing."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from msgspec import Struct

from .environment import (
    LIBRARIES,
    NOBODY,
    PLACES,
    Gpu,
    folder_size,
    free_memory,
    gpus,
    installed,
    missing,
    model_cache,
    python_version,
    system,
)
from .errors import StoreError
from .folders import Folder, tried
from .ledger import Ledger
from .pages import LONGEST, Grid, Mark, Page, Part, plural, size
from .pages.jobs import RESUMABLE
from .store import Store

_LITTLE_DISK = 10**9  # bytes
_LITTLE_MEMORY = 500 * 10**6
_SLOW = 50.0  # milliseconds for one small file


class Unfinished(Struct, frozen=True):
    job: int
    dataset: str
    status: str
    rows: int
    asked: int


class Diagnosis(Struct, frozen=True, kw_only=True):
    """Sizes are in bytes. `store_error` holds what keeps the store from being read."""

    place: str
    python: str
    system: str
    processors: int
    memory_free: int
    libraries: dict[str, str | None]
    missing: dict[str, tuple[str, ...]]
    gpus: list[Gpu]
    model_cache: str
    model_cache_bytes: int
    store: Folder
    datasets: int
    unfinished: list[Unfinished]
    store_error: str
    verified: dict[str, str]


def diagnose(store: Store, place: str, environ: Mapping[str, str]) -> Diagnosis:
    """`place` is a name of `environment.PLACES`."""
    datasets, unfinished, refused = 0, [], ""
    try:
        datasets = len(store.names())
        for record in Ledger(store).records():
            if (state := record.state).status in RESUMABLE:
                unfinished.append(Unfinished(record.number, record.name, state.status, state.rows, record.order.rows))
    except StoreError as error:
        refused = str(error)
    cache = model_cache(environ)
    return Diagnosis(
        place=place,
        python=python_version(),
        system=system(),
        processors=os.cpu_count() or 1,
        memory_free=free_memory(),
        libraries={library: installed(library) for of in LIBRARIES.values() for library in of},
        missing=missing(),
        gpus=gpus(),
        model_cache=str(cache),
        model_cache_bytes=folder_size(cache),
        store=tried(store.path),
        datasets=datasets,
        unfinished=unfinished,
        store_error=refused,
        verified=dict(PLACES),
    )


def doctor_page(found: Diagnosis, *, resume: str) -> Page:
    """`resume` is the command that goes on with a job, such as "synthgen resume"."""
    folder = found.store
    rows = [
        ("front end", found.place),
        ("system", f"{found.system}, {plural(found.processors, 'processor')}, Python {found.python}"),
        ("memory free", size(found.memory_free)),
        ("store", _end(folder.path)),
        ("its folder", _folder_words(folder)),
        ("renames there", _rename_words(folder)),
        ("its disk", f"{size(folder.free)} free"),
        ("datasets", f"{plural(found.datasets, 'dataset')}, {plural(len(found.unfinished), 'unfinished job')}"),
        *(("GPU", _gpu_words(gpu)) for gpu in found.gpus),
        *([] if found.gpus else [("GPU", "none seen")]),
        ("model cache", _end(found.model_cache)),
        ("its size", size(found.model_cache_bytes)),
    ]
    libraries = tuple((name, known or "not installed") for name, known in found.libraries.items())
    return Page(
        "doctor",
        (found.place, f"synthgen-nb {found.libraries['synthgen-nb']}"),
        marks=tuple(_marks(found)),
        parts=(
            Part("environment", Grid(("what", "found"), tuple(rows))),
            Part("libraries", Grid(("library", "version"), libraries)),
            Part("where it runs", Grid(("place", "state"), tuple(found.verified.items())), folded=True),
        ),
        commands=tuple(_cures(found, resume)),
    )


def _marks(found: Diagnosis) -> list[Mark]:
    marks, folder = [], found.store
    if folder.refused:
        marks.append(Mark("broken", f"the store can't be written in {folder.there}: {folder.refused}"))
    if found.store_error:
        marks.append(Mark("broken", found.store_error))
    if folder.creates_once is False:
        marks.append(Mark("broken", "two processes could begin the same version here: run one at a time"))
    if folder.free < _LITTLE_DISK:
        marks.append(Mark("broken", f"only {size(folder.free)} are free on the store's disk"))
    if found.memory_free < _LITTLE_MEMORY:
        marks.append(Mark("broken", f"only {size(found.memory_free)} of memory are free"))
    if not marks:
        marks.append(Mark("ok", "datasets can be made and kept here"))
    if folder.milliseconds is not None and folder.milliseconds > _SLOW:
        marks.append(Mark("note", "the store's folder is slow; it is safe there, a local folder is faster"))
    marks += [Mark("note", f"extra '{extra}' lacks {', '.join(of)}") for extra, of in found.missing.items()]
    if any(gpu.usable is False for gpu in found.gpus):
        marks.append(Mark("note", "there is a GPU, but the installed torch does not see it"))
    marks += [
        Mark("unverified", f"{name}: {NOBODY} by anybody; the README says what to expect")
        for name in (found.place, found.system)
        if found.verified.get(name) == NOBODY
    ]
    return marks


def _cures(found: Diagnosis, resume: str) -> list[tuple[str, str]]:
    cures = []
    if found.store.refused:
        cures.append(("keep datasets elsewhere", f"--store {Path.home() / 'synthgen_store'}"))
    cures += [(f"extra '{extra}'", f"pip install 'synthgen-nb[{extra}]'") for extra in found.missing]
    cures += [(f"finish {job.dataset}", f"{resume} {job.job}") for job in found.unfinished[-3:]]
    return cures


def _folder_words(folder: Folder) -> str:
    if folder.refused:
        return f"can't be written: {folder.refused}"
    new = "" if folder.path == folder.there else "; made by the first run"
    return f"can be written, {folder.milliseconds:.3g} ms a file{new}"


def _rename_words(folder: Folder) -> str:
    if folder.refused:
        return "not tried"
    renames = "at once" if folder.replaces_at_once else "by a copy (a mounted drive?)"
    return f"{renames}, {'with' if folder.links else 'without'} links"


def _end(path: str) -> str:
    """The end of a long path, which tells more than its beginning."""
    return path if len(path) <= LONGEST else "…" + path[1 - LONGEST :]


def _gpu_words(gpu: Gpu) -> str:
    driver = f", driver {gpu.driver}" if gpu.driver else ""
    return f"{gpu.name}, {size(gpu.free)} of {size(gpu.memory)} free{driver}"
