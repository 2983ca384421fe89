"""From a plan to record batches: any rows of any table, in any order. No files, no events.

`generate_chunk(engine, chunk)` is a pure function of the plan and the row numbers; an Engine only keeps what can be
made again (keys, pools, small tables), so any number of them give equal values.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from msgspec import Struct

from .computing import Calculator, cast_of
from .errors import InfeasibleError, PlanError
from .lookups import Lookup, lookup
from .physical import arrow_type, converted, from_arrow, from_python, to_arrow, to_packed
from .plan import NULL_SCALE, Plan, Redraw
from .rows import I64, U64, Indices, Kept, Rows, Values, below, bits, key_of
from .sandbox import connect
from .schema import Kind, Table
from .specs import AnySpec, Choice, Key, Layout, Pick, Range, Tally, Tree
from .storedtypes import Stored, stored

if TYPE_CHECKING:
    import duckdb

CHUNK_ROWS = 1 << 16  # = a row group; measured best between 64 and 128 Ki rows
PART_ROWS = 1 << 20
ATTEMPTS = 64  # draws of a row before chance counts as hopeless
_GUESSING = 4  # attempts before every other one guesses
_HELD = 1 << 15  # rows drawn to find values that hold a condition at all
_ENOUGH = 64  # of those, for rows to differ
_LISTED = 1 << 20  # rows of a table that is drawn whole to be looked up: 8 MB for each of its columns that are read
_SMALL = 4096  # rows of a table that is drawn whole at the first look: each chain of ancestors is walked once
_LOOKS, _WORTH = 4096, 2  # rows that look at once: a preview reads few; times as many rows as are looked at
_NUMBERS = {Kind.INTEGER, Kind.DECIMAL, Kind.MONEY, Kind.DATE, Kind.TIMESTAMP, Kind.TIMESTAMPTZ, Kind.TIME, Kind.FLOAT}
_KEPT_BACK = 8 << 20
_SEEN = 1 << 20  # cells of small tables that stay as they were drawn for a look: 16 MB or so


class Chunk(Struct, frozen=True):
    """Rows start..stop-1 of a table."""

    table: str
    start: int
    stop: int


class Engine:
    """A plan made ready to be asked for values. Safe to share between threads."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self._keys: dict[tuple[str, str], int] = {}
        self._calculators: dict[str, Calculator] = {}
        self._connection: duckdb.DuckDBPyConnection | None = None
        self._opening = threading.Lock()
        self._kept: dict[tuple[str, str], Any] = {}
        self._keeping: dict[tuple[str, str], threading.RLock] = {}
        self._holding: dict[tuple[str, str], dict[str, Values]] = {}
        self._stored: dict[str, Stored] = {}
        self._seen: dict[str, Rows] = {}
        self._room = _SEEN
        self._tallies: dict[str, list[tuple[str, str, Tally]]] = {}
        for key, table in plan.tables.items():
            for name, column in table.columns.items():
                if isinstance(tally := column.spec, Tally):
                    self._tallies.setdefault(tally.table, []).append((key, name, tally))
        # one large block given back raises what glibc keeps for itself from 128 KiB to 8 MiB: else it hands NumPy's
        # intermediate results back to the system at every step, and takes page faults to get them again
        np.empty(_KEPT_BACK, np.uint8)
        self._reference = {
            key: _reference(plan, table)
            for key, table in plan.schema.tables.items()
            if table.rows and key in plan.tables
        }

    def key(self, table: str, name: str) -> int:
        place = (table, name)
        if place not in self._keys:
            self._keys[place] = key_of(self.plan.seed, table, name)
        return self._keys[place]

    def row_count(self, table: str) -> int:
        return self.plan.tables[table].rows

    def stored(self, table: str) -> Stored:
        if table not in self._stored:
            self._stored[table] = stored(self.plan, table)
        return self._stored[table]

    def ends(self, table: str, most: int) -> Rows:
        """A window on the first rows and the last, `most` of each."""
        count = self.row_count(table)
        if count <= 2 * most:
            return self.window(Chunk(table, 0, count))
        ends = (np.arange(most, dtype=np.uint64), np.arange(count - most, count, dtype=np.uint64))
        return Rows(self, table, np.concatenate(ends))

    def keep(self, rows: Rows) -> None:
        """A window that was looked at to its end: what is drawn there of a whole small table nobody draws again, as
        long as all such tables hold few cells."""
        if rows.start == 0 and len(rows) == self.row_count(rows.table):
            self._room -= len(rows) * len(self.plan.tables[rows.table].columns)
            if self._room >= 0:
                self._seen[rows.table] = rows

    def window(self, chunk: Chunk) -> Rows:
        """On a chunk's rows."""
        seen = self._seen.get(chunk.table)
        if seen is not None and chunk.start == 0 and chunk.stop == len(seen):
            return seen.again()
        return Rows(self, chunk.table, np.arange(chunk.start, chunk.stop, dtype=np.uint64), chunk.start)

    def kept(self, table: str, name: str, make: Callable[[], Kept]) -> Kept:
        """A table of integers made once: it may take a pass over another table, so a second thread waits for it."""
        place = (table, name)
        if place not in self._kept:
            with self._keeping.setdefault(place, threading.RLock()):
                if place not in self._kept:
                    self._kept[place] = make()
        return cast(Kept, self._kept[place])

    def holding(self, table: str, columns: tuple[str, ...], sql: str) -> I64:
        specs = {name: self.plan.tables[table].columns[name].spec for name in columns}
        listed = {name: spec for name, spec in specs.items() if isinstance(spec, Range | Choice)}
        return self._calculator(table).holding(listed, sql)

    def span(self, table: str, name: str, first: U64, end: U64) -> tuple[U64, U64]:
        """The rows of `table` (first..end-1) that its layout `name` lays out over parents first..end-1; "row" is the
        layout of those that stand beside their parents, one each."""
        if name == "row":
            count = np.uint64(self.row_count(table))
            return np.minimum(first, count), np.minimum(end, count)
        layout = self.plan.tables[table].sources[name]
        if not isinstance(layout, Layout):
            raise PlanError(f"{table}: '{name}' lays out no children", hint="a Within goes through Layouts")
        return layout.first(self, table, name, first), layout.first(self, table, name, end)

    def consecutive(self, table: str, name: str) -> bool:
        """Whether the rows that the source `name` of `table` gives one parent lie together, as `span` has them."""
        source = None if name == "row" else self.plan.tables[table].sources[name]
        return source is None or (isinstance(source, Layout) and source.of == "row")

    def note(self, rows: Rows) -> None:
        """What the rows of other tables are told of these, kept for when those are drawn."""
        for table, name, tally in self._tallies.get(rows.table, ()):
            tally.note(rows, table, name)

    def ready_notes(self) -> None:
        """Before this process is copied: what one notes the others are to have."""
        for tallies in self._tallies.values():
            for table, name, tally in tallies:
                tally.ready(self, table, name)

    def draw_source(self, rows: Rows, name: str) -> Indices:
        source = self.plan.tables[rows.table].sources[name]
        whole = self._everywhere(rows, f"source {name}", lambda window: window.source(name))
        if whole is None:
            return source.draw(rows, name)
        return whole.indices(rows.index, ordinals=isinstance(source, Tree))  # all others' are a source of their own

    def draw_column(self, rows: Rows, name: str) -> Values:
        """A column's values in a window, reference rows, NULLs and redrawing included."""
        table = self.plan.tables[rows.table]
        if self._number(rows.table, name):
            whole = self._everywhere(rows, f"column {name}", lambda window: window.column(name))
            if whole is not None:
                return whole.column(rows.index)
        if rows.attempt and name not in rows.redrawn and not table.columns[name].spec.needs:
            return Rows(self, rows.table, rows.index).column(name)
        for redraw in table.redraws:
            if name in redraw.columns and not rows.attempt:
                return self._redrawn(rows, redraw)[name]
        return self._with_reference(rows, name, self._drawn(rows, name))

    def _everywhere(self, rows: Rows, name: str, draw: Callable[[Rows], Indices | Values]) -> Lookup | None:
        """What is drawn in all rows of a table that another one with many more looks at anywhere: then it is made once
        for each row and looked up. None where that is not worth it."""
        count = self.row_count(rows.table)
        if not rows.reader or not len(rows) or not 0 < count <= _LISTED:
            return None
        many = len(rows) >= _LOOKS and self.row_count(rows.reader) >= _WORTH * count
        if not (many or count <= max(len(rows), _SMALL)) or int(rows.index.max()) >= count:
            return None
        return self.kept(rows.table, f"{name}/everywhere", lambda: self._listed(rows.table, count, draw))

    def _listed(self, table: str, count: int, draw: Callable[[Rows], Indices | Values]) -> Lookup:
        drawn = []
        for start in range(0, count, CHUNK_ROWS):
            drawn.append(draw(self.window(Chunk(table, start, min(start + CHUNK_ROWS, count)))))
        return lookup(drawn)

    def _number(self, table: str, name: str) -> bool:
        """Whether the column is drawn, row by row, and is no text."""
        column = self.plan.tables[table].columns[name]
        return not column.at and self.plan.schema.tables[table].column(name).type.kind in _NUMBERS

    def _drawn(self, rows: Rows, name: str, guess: AnySpec | None = None) -> Values:
        column = self.plan.tables[rows.table].columns[name]
        if guess is not None:
            values, valid = guess.draw(rows, name), None
        elif column.at:
            index = rows.source(column.at)
            values = column.spec.at(index.values, rows, name)
            valid = index.valid
        else:
            values, valid = column.spec.draw(rows, name), None
        if isinstance(column.spec, Key):
            tables = self.plan.schema.tables
            parent = tables[column.spec.table].column(column.spec.column).type
            values = converted(values, parent, tables[rows.table].column(name).type)
        if values.valid is not None:
            valid = values.valid if valid is None else valid & values.valid
        if column.nulls:
            random = bits(rows.key(f"{column.nulls_of or name}/null"), rows.index)
            present = (random >> np.uint64(48)) >= np.uint64(column.nulls * 65536 // NULL_SCALE)
            valid = present if valid is None else valid & present
        return Values(values.data, valid)

    def compute(self, rows: Rows, sql: str, columns: tuple[str, ...], name: str) -> Values:
        """A GENERATED column over others of the same rows."""
        kind = self.plan.schema.tables[rows.table].column(name).type
        read = {c: self._arrow(rows, c) for c in columns}
        result = self._calculator(rows.table).evaluate(sql, read, len(rows), cast=cast_of(kind))
        return from_arrow(result, kind, self.plan.schema.dialect)

    def _calculator(self, table: str) -> Calculator:
        if table not in self._calculators:
            schema = self.plan.schema
            with self._opening:
                self._connection = self._connection or connect(threads=1)
            fresh = Calculator(schema.dialect, schema.tables[table], self.plan.as_of, self._connection)
            self._calculators.setdefault(table, fresh)
        return self._calculators[table]

    def _arrow(self, rows: Rows, name: str) -> pa.Array:
        kind = self.plan.schema.tables[rows.table].column(name).type
        array = to_arrow(rows.column(name), arrow_type(kind, self.plan.schema.dialect))
        return array.cast(pa.string()) if pa.types.is_dictionary(array.type) else array

    def _redrawn(self, rows: Rows, redraw: Redraw) -> dict[str, Values]:
        """The group's columns, each row at the first attempt that holds the condition. Reference rows are the DDL's
        own."""
        drawn: dict[str, Values] = {}
        for name in redraw.columns:  # in the plan's order: later ones may be computed from earlier ones
            drawn[name] = self._with_reference(rows, name, self._drawn(rows, name))
            rows.settle(drawn)
        open_ = self.failing(rows, redraw)
        specs = self.plan.tables[rows.table].columns
        computed = [n for n in redraw.reads if n not in redraw.columns and specs[n].spec.needs]
        kept = [n for n in redraw.reads if n not in redraw.columns and n not in computed]
        for attempt in range(1, ATTEMPTS):
            if not len(open_):
                break
            guessing = bool(redraw.guesses) and attempt > _GUESSING and attempt % 2 == 1
            again = Rows(self, rows.table, rows.index[open_], attempt=attempt, redrawn=frozenset(redraw.columns))
            again.settle({n: rows.column(n).take(open_) for n in kept})
            fresh = self._attempted(again, redraw, guessing=guessing)
            held = np.ones(len(open_), bool)
            held[self.failing(again, redraw)] = False
            for name, values in fresh.items():
                drawn[name] = drawn[name].replaced(open_[held], values.take(np.flatnonzero(held)))
            open_ = open_[~held]
        reference = len(self.plan.schema.tables[rows.table].rows)
        open_ = open_[rows.index[open_] >= np.uint64(reference)]
        if len(open_):
            found = {} if kept else self._known_to_hold(rows.table, redraw)
            if not found:
                row = int(rows.index[open_[0]])
                raise InfeasibleError(
                    f"{rows.table}: row {row:,} does not hold CHECK ({redraw.sql}) after {ATTEMPTS} draws",
                    hint="give its columns narrower specs in a plan",
                )
            random = bits(self.key(rows.table, f"known to hold {redraw.sql}"), rows.index[open_])
            chosen = below(random, len(next(iter(found.values())))).astype(np.int64)
            for name, values in found.items():
                drawn[name] = drawn[name].replaced(open_, values.take(chosen))
        rows.settle(drawn, stale=computed)
        return drawn

    def _attempted(self, rows: Rows, redraw: Redraw, *, guessing: bool) -> dict[str, Values]:
        fresh: dict[str, Values] = {}
        for name in redraw.columns:
            fresh[name] = self._drawn(rows, name, redraw.guesses.get(name) if guessing else None)
            rows.settle(fresh)
        return fresh

    def _known_to_hold(self, table: str, redraw: Redraw) -> dict[str, Values]:
        """Values of a condition's columns, together, of which many rows were drawn to find some that hold it: for rows
        where chance did not. Empty if there are none."""
        place = (table, redraw.sql)
        if place not in self._holding:
            best: dict[str, Values] = {}
            for attempt in range(ATTEMPTS, ATTEMPTS + 4):
                plan = self.plan.tables[table]
                read = {plan.columns[n].at for n in redraw.columns if n not in redraw.guesses} - {""}
                limited = any(not isinstance(plan.sources.get(source), Pick) for source in read)
                count = min(_HELD, self.row_count(table)) if limited else _HELD  # sources know the table's rows alone
                index = np.arange(count, dtype=np.uint64)
                rows = Rows(self, table, index, attempt=attempt, redrawn=frozenset(redraw.columns))
                fresh = self._attempted(rows, redraw, guessing=bool(redraw.guesses) and attempt % 2 == 1)
                held = np.setdiff1d(np.arange(count), self.failing(rows, redraw))
                if not best or len(held) > len(next(iter(best.values()))):
                    best = {name: values.take(held) for name, values in fresh.items()} if len(held) else best
                if len(held) >= _ENOUGH:
                    break
            self._holding.setdefault(place, best)
        return self._holding[place]

    def failing(self, rows: Rows, redraw: Redraw) -> I64:
        """Places in the window where the condition IS FALSE."""
        read = {name: self._arrow(rows, name) for name in redraw.reads}
        verdict = self._calculator(rows.table).evaluate(redraw.sql, read, len(rows), truth=True)
        return np.flatnonzero(~pc.fill_null(pc.cast(verdict, pa.bool_()), True).to_numpy(zero_copy_only=False))

    def _with_reference(self, rows: Rows, name: str, values: Values) -> Values:
        """The rows that the DDL itself inserts stand first."""
        reference = self._reference.get(rows.table, {}).get(name)
        if reference is None:
            return values
        count = len(reference)
        fixed = rows.index < np.uint64(count)
        if not fixed.any():
            return values
        at = np.flatnonzero(fixed)
        return values.replaced(at, reference.take(rows.index[at].astype(np.int64)))


def _reference(plan: Plan, table: Table) -> dict[str, Values]:
    return {
        column.name: from_python([row[place] for row in table.rows], column.type, plan.schema.dialect)
        for place, column in enumerate(table.columns)
    }


def generate_chunk(engine: Engine, chunk: Chunk) -> pa.RecordBatch:
    """The rows of a chunk, columns in the table's order and in the declared types."""
    return _chunk(engine, chunk, engine.stored(chunk.table).declared, to_arrow)


def packed_chunk(engine: Engine, chunk: Chunk) -> pa.RecordBatch:
    """The same rows in the types that `write_part` takes with the least work, which are not always the declared ones:
    decimals of 64 bits, and codes for columns of a few texts."""
    return _chunk(engine, chunk, engine.stored(chunk.table).packed, to_packed)


def _chunk(
    engine: Engine, chunk: Chunk, schema: pa.Schema, made: Callable[[Values, pa.DataType, tuple[str, ...]], pa.Array]
) -> pa.RecordBatch:
    rows = engine.window(chunk)
    columns = engine.plan.schema.tables[chunk.table].columns
    arrays = [made(rows.column(c.name), f.type, c.type.values) for c, f in zip(columns, schema, strict=True)]
    engine.note(rows)
    return pa.record_batch(arrays, schema=schema)


def chunks(plan: Plan, table: str, start: int = 0, stop: int | None = None, size: int = CHUNK_ROWS) -> Iterator[Chunk]:
    """The chunks of rows start..stop-1 (all of them without a stop)."""
    stop = plan.tables[table].rows if stop is None else stop
    for first in range(start, stop, size):
        yield Chunk(table, first, min(first + size, stop))
