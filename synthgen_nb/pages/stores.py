"""What people and programs are shown of a store: its datasets, damaged parts, what a sweep removes, whether a version
is made again alike. Pages, and the objects of --json.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from msgspec.structs import asdict

from ..pages import Grid, Mark, Page, Part, moment, plural, size, visible

if TYPE_CHECKING:
    from ..dataset import Damage, Dataset
    from ..listing import Entry, Listing
    from ..regenerating import Regenerated
    from ..store import Store
    from ..sweeping import Sweep

_LISTED = 20


def store_page(listing: Listing) -> Page:
    if listing.known and not listing.total:
        return Page("datasets", (listing.store, f"none of {plural(listing.known, 'dataset')} is like that"))
    if not listing.known:
        return Page("datasets", (f"none in {listing.store}",), commands=(("make one", "synthgen demo"),))
    rows = tuple(_row(entry) for entry in listing.entries)
    columns = ("name", "latest", "versions", "tables", "rows", "size", "seed", "made (UTC)", "checks")
    shown = len(rows)
    first = listing.offset + 1
    more = "" if shown == listing.total else f"{first:,} to {first + shown - 1:,} of {plural(listing.total, 'dataset')}"
    more = more if shown else f"none of {plural(listing.total, 'dataset')} from number {first:,} on"
    grid = Grid(columns, rows, frozenset(range(2, 7)), more=more)
    damaged = tuple(Mark("broken", visible(f"{e.name}: {e.damage}")) for e in listing.entries if e.damage)
    return Page("datasets", (listing.store,), marks=damaged, parts=(Part("datasets", grid),))


def _row(entry: Entry) -> tuple[str, ...]:
    made = moment(entry.made)
    total, tables = sum(entry.rows.values()), str(len(entry.rows))
    counts = (tables, f"{total:,}", size(entry.bytes), str(entry.seed)) if entry.made else ("", "", "", "")
    return (entry.name, f"v{entry.version}", str(len(entry.versions)), *counts, made, entry.state)


def store_document(listing: Listing) -> dict[str, Any]:
    """{"store", "total", "offset", "datasets": [{"dataset", "version", "versions", "rows", "bytes", "seed", "as_of",
    "made", "state", "damage"}]}: `total` counts all that were wanted, `made` is in UTC."""
    datasets = [
        {
            "dataset": entry.name,
            "version": entry.version,
            "versions": list(entry.versions),
            "rows": dict(entry.rows),
            "bytes": entry.bytes,
            "seed": entry.seed,
            "as_of": entry.as_of,
            "made": datetime.fromtimestamp(entry.made, UTC).isoformat(timespec="seconds") if entry.made else None,
            "state": entry.state,
            "damage": entry.damage,
        }
        for entry in listing.entries
    ]
    return {"store": listing.store, "total": listing.total, "offset": listing.offset, "datasets": datasets}


def damage_page(dataset: Dataset, damage: Sequence[Damage]) -> Page:
    """The parts that are not as they were written, each with its table and file."""
    parts = sum(len(files.parts) for files in dataset.manifest.tables.values())
    facts = (plural(parts, "part"), size(sum(dataset.bytes.values())))
    title = f"{dataset.name} v{dataset.version}"
    if not damage:
        return Page(title, facts, (Mark("ok", f"every part is as it was written: {plural(parts, 'sum')} checked"),))
    marks = [Mark("broken", visible(f"{each.table}: {each}")) for each in damage[:_LISTED]]
    if more := len(damage) - _LISTED:
        marks += [Mark("broken", f"and {plural(more, 'more part')}")] if more > 0 else []
    regenerate = ("put them back", f"synthgen regenerate {dataset.name} --version {dataset.version}")
    return Page(title, facts, tuple(marks), commands=(regenerate,))


def damage_document(damage: Sequence[Damage]) -> list[dict[str, Any]]:
    """[{"table", "file", "found"}]"""
    return [asdict(each) for each in damage]


def regenerated_page(made: Regenerated) -> Page:
    """Whether a version came out as it was, what was put back, and what could not be repeated."""
    upto = "" if made.reached == made.version else f" of v{made.reached}"
    marks = []
    if made.equal:
        marks.append(Mark("ok", f"{plural(made.parts, 'part')}{upto} made again: every sum is equal"))
    marks += [Mark("broken", visible(f"{each.table}: {each}")) for each in made.differing[:_LISTED]]
    if (more := len(made.differing) - _LISTED) > 0:
        marks.append(Mark("broken", f"and {plural(more, 'more part')}"))
    marks += [Mark("note", f"{name} was {then} and is {now}") for name, (then, now) in made.changed.items()]
    marks += [Mark("ok", visible(f"{file} was damaged and is there again")) for file in made.restored]
    if made.why:
        marks.append(Mark("unverified", made.why))
    return Page(f"{made.dataset} v{made.version}", (plural(made.parts, "part"),), tuple(marks))


def regenerated_document(made: Regenerated) -> dict[str, Any]:
    """{"dataset", "version", "reached", "parts", "equal", "differing": [{"table", "file", "found"}], "restored", "why",
    "changed": {LIBRARY: [then, now]}}"""
    return {**asdict(made), "equal": made.equal}


def sweep_page(store: Store, what: Sweep, removed: bool) -> Page:
    """What a sweep removed, or would remove."""
    count = Counter(each.kind for each in what.litter)
    marks = [Mark("ok" if removed else "note", plural(n, kind)) for kind, n in sorted(count.items())]
    marks += [Mark("note", f"{name}: old versions stay, somebody is at work there") for name in what.busy]
    rows = tuple((each.kind, str(each.path.relative_to(store.path))) for each in what.litter[:_LISTED])
    more = len(what.litter) - len(rows)
    grid = Grid(("what", "where"), rows, more=plural(more, "more") if more > 0 else "")
    said = f"{size(what.bytes)} {'freed' if removed else 'would be freed'}" if what.litter else "nothing to remove"
    parts = (Part("removed" if removed else "found", grid),) if rows else ()
    return Page("gc", (store.place, said), tuple(marks), parts)


def sweep_document(store: Store, what: Sweep, removed: bool) -> dict[str, Any]:
    """{"store", "removed", "bytes", "litter": [{"kind", "path", "dataset", "version"}], "busy"}: paths in the store."""
    litter = [{**asdict(each), "path": each.path.relative_to(store.path).as_posix()} for each in what.litter]
    return {"store": store.place, "removed": removed, "bytes": what.bytes, "litter": litter, "busy": what.busy}
