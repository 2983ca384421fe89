"""What differs between two versions of a dataset: counted and sampled in one pass over the parts that differ, and as a
frame for each table when one is asked for. Knows datasets and their keys; not what made a version.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from msgspec import Struct

from ..cells import spelled
from ..dataset import Dataset, near
from ..diffs import Differences, RowDiff, TableDiff
from ..errors import InputError
from ..rows import I64
from ..sandbox import connect, quoted, relation_names
from ..schema import Kind, Table
from ..store import Store
from .pairing import Changed, Lone, Pairing, by_name, by_number
from .stored import Stored

if TYPE_CHECKING:
    import polars as pl
    import pyarrow as pa

Hints = Mapping[str, Collection[str]]
_Kind = Literal["changed", "added", "removed"]
_KINDS: tuple[_Kind, ...] = ("changed", "added", "removed")
_SAMPLE = 10  # rows of each kind that are kept with the counts
_NUMBER = "row"


class Diff(Mapping[str, "pl.DataFrame"]):
    """The tables that differ, each as a frame that is made when it is asked for:

    - `change` is "changed", "added" or "removed", and rows stand in this order;
    - the key's columns, or `row`, the row's number counted from 0, where nothing names a row (of a row that was
      removed, in the old version);
    - then, for every column that differs somewhere, `COLUMN`, which is the new value, and `COLUMN_before`, the old one.
      Where rows were added or removed, that is every column. There is no `_before` where rows were only added, and
      nothing else where they were only removed.

    A name that the table uses itself gets `_` behind it. `tables` has the counts, `told` is what is kept."""

    def __init__(self, old: Dataset, new: Dataset, told: Differences, columns: Hints | None = None) -> None:
        self.old, self.new, self.told = old, new, told
        self._columns = columns or {}

    @cached_property
    def tables(self) -> dict[str, TableDiff]:
        return {table.table: table for table in self.told.tables}

    @property
    def notes(self) -> tuple[str, ...]:
        return self.told.notes

    def json(self) -> dict[str, Any]:
        """{"modifiedTables": {T: {"added", "removed", "updatedRows", "updatedCells"}}, "rowCountChanges": {T:
        {"before", "after"}}, "validation": {"clean", "holds", "broken", "unverified"}}; the last is null where the new
        version has no report."""
        report = self.new.report
        verdicts = Counter(finding.verdict for finding in report.findings) if report else Counter()
        return {
            "modifiedTables": {
                key: {
                    "added": table.added,
                    "removed": table.removed,
                    "updatedRows": table.changed,
                    "updatedCells": table.cells,
                }
                for key, table in self.tables.items()
            },
            "rowCountChanges": {
                key: {"before": table.before, "after": table.after}
                for key, table in self.tables.items()
                if table.before != table.after
            },
            "validation": report
            and {"clean": report.clean, **{word: verdicts[word] for word in ("holds", "broken", "unverified")}},
        }

    def __getitem__(self, table: str) -> pl.DataFrame:
        if table not in self.tables:
            raise KeyError(f"{table!r} does not differ{near(table, self.tables)}")
        with _opened(self.old, self.new, table, self._columns) as side:
            return _frame(side)

    def __iter__(self) -> Iterator[str]:
        return iter(self.tables)

    def __len__(self) -> int:
        return len(self.tables)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Diff) and (other.old, other.new, other.told) == (self.old, self.new, self.told)

    def __hash__(self) -> int:
        return hash((self.old, self.new))

    def __repr__(self) -> str:
        counts = ", ".join(f"{t.table} +{t.added:,} -{t.removed:,} ~{t.changed:,}" for t in self.told.tables)
        return f"<Diff v{self.told.before} -> v{self.told.after}: {counts or 'no difference'}>"


def diff(old: Dataset, new: Dataset, *, columns: Hints | None = None) -> Diff:
    """What it takes to make `new` of `old`. Reads only the parts that differ, a row group at a time. `columns` is what
    is known of tables without new rows: in those of their rows that are left no other column can differ."""
    tables, notes = [], []
    for key in dict.fromkeys((*old, *new)):
        if key not in old or key not in new:
            notes.append(f"{key} is only in v{(old if key in old else new).version}")
        elif _same_sums(old, new, key):
            continue
        with _opened(old, new, key, columns or {}) as side:
            notes += side.notes
            if (table := _counted(side)) is not None:
                tables.append(table)
    told = Differences(before=old.version, after=new.version, tables=tuple(tables), notes=tuple(notes))
    return Diff(old, new, told, columns)


def diff_before(before: Dataset, dataset: Dataset) -> Diff:
    """What made `dataset` of `before`, which it was made from: what is kept of that, or else compared now."""
    told = dataset.diff
    kept = told is not None and (told.before, told.after) == (before.version, dataset.version)
    return Diff(before, dataset, told) if told is not None and kept else diff(before, dataset)


def versions_compared(store: Store, name: str, versions: Sequence[int]) -> Diff:
    """Two versions of a dataset, or one and the current one; without any the current one and the one that it was made
    from. Raises InputError where there is none."""
    if len(versions) > 2:
        raise InputError(f"{len(versions)} versions: two can be compared")
    if len(versions) == 2:
        return diff_before(store.open(name, versions[0]), store.open(name, versions[1]))
    current = store.open(name)
    if versions:
        return diff_before(store.open(name, versions[0]), current)
    if current.parent is None:
        raise InputError(
            f"{name} v{current.version} was not made by an edit: there is nothing before it",
            hint=f"name two of its versions: {', '.join(f'v{each}' for each in store.versions(name))}",
        )
    return diff_before(store.open(name, current.parent), current)


class _Side(Struct, frozen=True):
    """One table of both versions, ready to be compared. `columns` are those that both have, with equal types; a table
    that only one version has is empty in the other. `found` is a way through the differences, taken anew each time."""

    table: Table
    old: Stored
    new: Stored
    key: tuple[str, ...]
    columns: tuple[str, ...]
    notes: tuple[str, ...]
    in_place: bool
    compared: tuple[str, ...]

    def found(self) -> Iterator[Changed | Lone]:
        if not (self.old.parts and self.new.parts):
            return iter((Lone(np.arange(self.old.rows), np.arange(self.new.rows)),))
        pairing = Pairing(self.old, self.new, self.key, self.columns, self.compared)
        return by_number(pairing) if self.in_place else by_name(pairing)


@contextmanager
def _opened(old: Dataset, new: Dataset, key: str, hints: Hints) -> Iterator[_Side]:
    schema = new.schema.tables[key] if key in new else old.schema.tables[key]
    one, other = _stored(old, key), _stored(new, key)
    try:
        if key not in old or key not in new:
            columns = tuple((other if key in new else one).types())
            yield _Side(schema, one, other, schema.primary_key, columns, (), False, ())
            return
        columns, notes = _shared(old, new, key, one, other)
        stands = one.rows == other.rows
        hint = hints.get(key)
        named = _key(old, new, schema, columns, hint)
        if set(named) & set(hint or ()):  # rows of one name may be others than before, in every column
            hint = None
        in_place = stands and (not named or hint is not None)
        rest = [name for name in columns if name not in named] if named else columns
        compared = tuple(name for name in rest if hint is None or name in hint) if named or in_place else ()
        yield _Side(schema, one, other, named, columns, notes, in_place, compared)
    finally:
        one.close()
        other.close()


def _stored(dataset: Dataset, key: str) -> Stored:
    parts = dataset.manifest.tables[key].parts if key in dataset else ()
    return Stored([(dataset.path / part.file, part) for part in parts])


def _same_sums(old: Dataset, new: Dataset, key: str) -> bool:
    sums = [[part.sha256 for part in dataset.manifest.tables[key].parts] for dataset in (old, new)]
    return sums[0] == sums[1]


def _shared(
    old: Dataset, new: Dataset, key: str, one: Stored, other: Stored
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The columns that can be compared, and what is to be said of the others."""
    before, after = one.types(), other.types()
    notes = [f"{key}.{name} is only in v{new.version}" for name in after if name not in before]
    notes += [f"{key}.{name} is only in v{old.version}" for name in before if name not in after]
    both = [name for name in after if name in before]
    for name in both:
        if before[name] != after[name]:
            kinds = [dataset.schema.tables[key].column(name).type.sql for dataset in (old, new)]
            notes.append(f"{key}.{name} is {kinds[0]} in v{old.version}, {kinds[1]} in v{new.version}: not compared")
    return tuple(name for name in both if before[name] == after[name]), tuple(notes)


def _key(
    old: Dataset, new: Dataset, table: Table, columns: Collection[str], hint: Collection[str] | None
) -> tuple[str, ...]:
    """The columns that tell rows apart, if they do so in both versions indeed."""
    key = table.identifying
    if not key or not set(key) <= set(columns) or not _names_rows(old, table, key):
        return ()
    stands = hint is not None and not set(hint) & set(key)
    return key if stands or _names_rows(new, table, key) else ()


def _names_rows(dataset: Dataset, table: Table, key: tuple[str, ...]) -> bool:
    """By the report that is kept with the version, or else by counting."""
    findings = [f for f in dataset.report.findings if f.table == table.key] if dataset.report else []
    if any(f.columns == key and f.rule in ("primary_key", "unique") and f.verdict == "holds" for f in findings):
        return not any(f.verdict == "broken" and set(f.columns) & set(key) for f in findings)
    relation = quoted(relation_names((table.key,))[table.key])
    names = relation_names(table.column_names)
    parts = ", ".join(quoted(names[name]) for name in key)
    with connect({table.key: dataset.parts(table.key)}) as connection:
        again = f"SELECT 1 FROM {relation} GROUP BY {parts} HAVING count(*) > 1 LIMIT 1"
        return not connection.execute(again).fetchall()


def _counted(side: _Side) -> TableDiff | None:
    """None where nothing differs. The samples are the first rows that are found."""
    counts: Counter[_Kind] = Counter()
    columns: Counter[str] = Counter()
    sample: dict[_Kind, list[RowDiff]] = {kind: [] for kind in _KINDS}
    for found in side.found():
        for name, unlike in found.columns.items() if isinstance(found, Changed) else ():
            columns[name] += int(np.count_nonzero(unlike))
        for kind, numbers in _numbers(found).items():
            counts[kind] += len(numbers)
            if room := _SAMPLE - len(sample[kind]):
                sample[kind] += _sampled(side, kind, found, room)
    if not counts.total():
        return None
    return TableDiff(
        table=side.table.key,
        key=side.key,
        before=side.old.rows,
        after=side.new.rows,
        added=counts["added"],
        removed=counts["removed"],
        changed=counts["changed"],
        columns={name: columns[name] for name in side.columns if columns[name]},
        sample=tuple(row for kind in _KINDS for row in sample[kind]),
    )


def _numbers(found: Changed | Lone) -> dict[_Kind, I64]:
    """The numbers of the rows of each kind, in the version that has them."""
    if isinstance(found, Changed):
        return {"changed": found.new}
    lone: dict[_Kind, I64] = {"added": found.new, "removed": found.old}
    return {kind: numbers for kind, numbers in lone.items() if len(numbers)}


def _sampled(side: _Side, kind: _Kind, found: Changed | Lone, most: int) -> list[RowDiff]:
    old, new = found.old[:most], found.new[:most]
    if isinstance(found, Changed):
        names, before, after = tuple(found.columns), old, new
        unlike = [found.columns[name][:most] for name in names]
    else:
        names = tuple(name for name in side.columns if name not in side.key)
        before, after = (old, new[:0]) if kind == "removed" else (old[:0], new)
        unlike = [np.ones(max(len(before), len(after)), bool)] * len(names)
    numbers = before if kind == "removed" else after
    nothing: list[list[str | None]] = [[None] * len(names)] * len(numbers)
    befores = _spelled(side, side.old.take(before, names)) if names and len(before) else nothing
    afters = _spelled(side, side.new.take(after, names)) if names and len(after) else nothing
    keys = (
        _spelled(side, (side.old if kind == "removed" else side.new).take(numbers, side.key)) if side.key else nothing
    )
    rows = []
    for at, number in enumerate(numbers):
        cells = {name: (befores[at][place], afters[at][place]) for place, name in enumerate(names) if unlike[place][at]}
        rows.append(RowDiff(kind=kind, key=tuple(keys[at]) if side.key else (str(number),), cells=cells))
    return rows


def _spelled(side: _Side, rows: pa.Table) -> list[list[str | None]]:
    kinds = [side.table.column(name).type for name in rows.column_names]
    texts = [[spelled(v, kind) for v in column.to_pylist()] for column, kind in zip(rows.columns, kinds, strict=True)]
    return [list(row) for row in zip(*texts, strict=True)]


def _frame(side: _Side) -> pl.DataFrame:
    import polars as pl

    numbers: dict[_Kind, list[tuple[I64, I64]]] = {kind: [] for kind in _KINDS}
    differing: set[str] = set()
    for found in side.found():
        if isinstance(found, Changed):
            numbers["changed"].append((found.old, found.new))
            differing |= set(found.columns)
        else:
            numbers["added"].append((found.old[:0], found.new))
            numbers["removed"].append((found.old, found.new[:0]))
    none = np.empty(0, np.int64)
    old, new = (
        {kind: np.concatenate([none, *(pair[at] for pair in pairs)]) for kind, pairs in numbers.items()}
        for at in (0, 1)
    )
    lone = len(new["added"]) + len(old["removed"])
    shown = [name for name in side.columns if name not in side.key and (lone or name in differing)]
    taken = set(side.columns)
    pieces = []
    for kind in _KINDS:
        here, numbers_ = (side.old, old[kind]) if kind == "removed" else (side.new, new[kind])
        if not len(numbers_):
            continue
        columns = [pl.Series(_free("change", taken), [kind] * len(numbers_), pl.Enum(_KINDS))]
        columns += [_values(side, here, numbers_, name, name) for name in side.key]
        columns += [] if side.key else [pl.Series(_free(_NUMBER, taken), numbers_)]
        for name in shown:
            if len(new["changed"]) or len(new["added"]):
                columns.append(_values(side, side.new, new[kind], name, name, len(numbers_)))
            if len(old["changed"]) or len(old["removed"]):
                before = _free(f"{name}_before", taken)
                columns.append(_values(side, side.old, old[kind], name, before, len(numbers_)))
        pieces.append(pl.DataFrame(columns))
    return pl.concat(pieces)


def _values(side: _Side, stored: Stored, numbers: I64, column: str, name: str, count: int = 0) -> pl.Series:
    """`count` NULLs where there are no such rows in this version."""
    import polars as pl

    kind = side.table.column(column).type
    values = pl.Series(name, stored.take(numbers, [column]).column(0))
    values = values.cast(pl.Enum(kind.values)) if kind.kind == Kind.ENUM else values
    return values if len(numbers) else pl.Series(name, [None] * count, values.dtype)


def _free(name: str, taken: Collection[str]) -> str:
    while name in taken:
        name += "_"
    return name
