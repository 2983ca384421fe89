"""The datasets of a store as a person looks for them: what is known of each without a look at its rows, and which of
them are wanted, in which order. One that is damaged is listed as that and hides no other.
"""

from __future__ import annotations

from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Literal

from msgspec import Struct, field

from .errors import StoreError

if TYPE_CHECKING:
    from .dataset import Dataset
    from .store import Store

State = Literal["clean", "broken", "unverified", "unchecked", "damaged"]
Order = Literal["name", "newest", "rows", "size"]


class Entry(Struct, frozen=True):
    """A dataset's current version. `made` is when it was saved, in seconds of the epoch; `damage` says what is wrong
    with its files, and where nothing of it can be read its `version` is the newest and the rest empty."""

    name: str
    version: int
    versions: tuple[int, ...]
    state: State
    made: float = 0.0
    rows: Mapping[str, int] = field(default_factory=dict)
    bytes: int = 0
    seed: int = 0
    as_of: str = ""
    damage: str = ""


class Wanted(Struct, frozen=True):
    """`name` is a pattern with * and ?, or a piece of the name; capitals count alike. Sizes in bytes, both not
    included; moments in seconds of the epoch. `limit` None is all of them."""

    name: str = ""
    larger: int | None = None
    smaller: int | None = None
    newer: float | None = None
    older: float | None = None
    state: State | None = None
    order: Order = "name"
    limit: int | None = None
    offset: int = 0


class Listing(Struct, frozen=True):
    """`entries` are those of the `total` wanted ones that the window shows, of `known` datasets in the store."""

    store: str
    entries: tuple[Entry, ...]
    total: int
    known: int
    offset: int = 0


def listed(store: Store, wanted: Wanted | None = None) -> Listing:
    """Only the datasets that are shown are read where nothing but names is asked."""
    wanted = wanted or Wanted()
    known = store.names()
    names = [name for name in known if _named(name, wanted.name)]
    stop = None if wanted.limit is None else wanted.offset + wanted.limit
    if _by_name_alone(wanted):
        shown = tuple(_entry(store, name) for name in names[wanted.offset : stop])
        return Listing(store.place, shown, len(names), len(known), wanted.offset)
    found = [entry for name in names if _fits(entry := _entry(store, name), wanted)]
    if wanted.order != "name":
        found.sort(key=lambda entry: _weight(entry, wanted.order), reverse=True)  # of equal ones the name decides
    return Listing(store.place, tuple(found[wanted.offset : stop]), len(found), len(known), wanted.offset)


def _by_name_alone(wanted: Wanted) -> bool:
    limits = (wanted.larger, wanted.smaller, wanted.newer, wanted.older, wanted.state)
    return wanted.order == "name" and all(limit is None for limit in limits)


def _named(name: str, pattern: str) -> bool:
    name, pattern = name.casefold(), pattern.casefold()
    return fnmatchcase(name, pattern) if set(pattern) & set("*?[") else pattern in name


def _entry(store: Store, name: str) -> Entry:
    versions = store.versions(name)
    try:
        dataset = store.look(name)
        made = (dataset.path / "dataset.json").stat().st_mtime
        state, damage = _state(dataset)
    except (StoreError, OSError) as error:
        return Entry(name, max(versions, default=0), versions, "damaged", damage=str(error))
    return Entry(
        name,
        dataset.version,
        versions,
        state,
        made,
        dataset.rows,
        sum(dataset.bytes.values()),
        dataset.seed,
        dataset.as_of,
        damage,
    )


def _state(dataset: Dataset) -> tuple[State, str]:
    for damage in dataset.damage(read=False):
        return "damaged", str(damage)
    report = dataset.report
    if report is None:
        return "unchecked", ""
    return "broken" if report.broken else "unverified" if report.unverified else "clean", ""


def _fits(entry: Entry, wanted: Wanted) -> bool:
    return (
        (wanted.larger is None or entry.bytes > wanted.larger)
        and (wanted.smaller is None or entry.bytes < wanted.smaller)
        and (wanted.newer is None or entry.made > wanted.newer)
        and (wanted.older is None or entry.made < wanted.older)
        and (wanted.state is None or entry.state == wanted.state)
    )


def _weight(entry: Entry, order: Order) -> float:
    return {"newest": entry.made, "rows": sum(entry.rows.values()), "size": entry.bytes, "name": 0}[order]
