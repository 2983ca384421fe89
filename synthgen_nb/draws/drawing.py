"""Values for the generator calls of an edit: pure functions of the plan's seed, the table, the column, the call and the
key of the row. Knows how recipes are drawn and where foreign keys may point; changes nothing.

The calls of one statement that have one seed agree: a row's names and addresses are one person's, the columns of a
foreign key one parent's. What only other rows can tell, whether a value is free, is settled later (settling.py).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from math import prod
from pathlib import Path
from types import MappingProxyType

import numpy as np
import pyarrow as pa
from msgspec.structs import replace

from ..computing import Calculator, cast_of
from ..dataset import Dataset
from ..ddl.expressions import row_checks, row_time
from ..dml import Call
from ..errors import InputError, PlanError
from ..generation import ATTEMPTS
from ..physical import arrow_type, from_arrow, to_arrow
from ..plan import NULL_SCALE, Plan
from ..rows import I64, U64, Indices, Kept, Mask, Rows, Values, below, bits, key_of, permute
from ..sandbox import relation_names
from ..schema import Column, ForeignKey
from ..specs import LIFE, SO_FAR, Amount, AnySpec, Expression, Pick, Portion, Priced, Since
from ..storing import nothing, one, plain
from .parents import Parents, columns_of, widest_first
from .recipes import PLACES, Index, Recipe, meant, planned
from .rowkeys import row_keys
from .rules import MOST_TRIED, Rules

__all__ = ["Draws", "row_keys"]

_GUESSING = 4  # attempts before every other one guesses
_HALF = float(1 << 53)
_Above = tuple[ForeignKey, Mapping[str, pa.Array]]  # a key, and the columns of the row that name its parent


class Draws:
    """What calls give, for a dataset whose tables lie by now in the parts that `paths` names. Used with `with`."""

    def __init__(self, dataset: Dataset, paths: Callable[[str], Sequence[Path]], plan: Plan | None = None) -> None:
        self.dataset, self.paths = dataset, paths
        self._plan = plan
        self.schema = dataset.schema if plan is None else plan.schema
        self._rows = dataset.rows
        self._recipes: dict[tuple[str, str, str, str], Recipe] = {}
        self._parents: dict[str, Parents] = {}
        self._rules: dict[str, Rules] = {}
        self._calculators: dict[str, Calculator] = {}

    @property
    def plan(self) -> Plan:
        """Read when something is drawn: other edits need none. Raises InputError where there is none."""
        if self._plan is None:
            self._plan = self.dataset.readable_plan
        if self._plan is None:
            raise InputError(f"no plan that can be read made {self.dataset.name}", hint="write the values themselves")
        return self._plan

    def __enter__(self) -> Draws:
        return self

    def __exit__(self, *_: object) -> None:
        for rules in self._rules.values():
            rules.close()

    def check(self, table: str, calls: Sequence[Call]) -> None:
        """Raises InputError for a call that no row can be given a value by: a column that is computed, a meaning or a
        locale that is not known, a type, a length or a CHECK that leaves no room."""
        for call in calls:
            if call.percent is not None:
                if not 0 <= call.percent <= 100:
                    raise InputError(f"synth_percent({call.percent}): a share lies between 0 and 100")
                continue
            column = self.schema.tables[table].column(call.column)
            if column.generated is not None or row_time(column):
                raise InputError(f"{table}.{column.name} is computed: it can't be drawn")
            if not self.points(table, call):
                self.recipe(table, call)

    def needs(self, table: str, calls: Sequence[Call]) -> frozenset[str]:
        """The columns of the row that its new values depend on."""
        known, found = self.schema.tables[table], set(self.schema.tables[table].identifying)
        assigned = {call.column for call in calls if call.percent is None}
        for call in calls:
            if call.percent is None and not self.points(table, call):
                spec = self.recipe(table, call).spec
                followed = self._followed(table, spec.needs)
                specs = [spec, *(self.plan.tables[table].columns[name].spec for name in followed)]
                found |= followed
                found.update(name for each in specs for _, key in self._lines(table, each) for name in key.columns)
        for check in row_checks(self.schema, known):
            if not assigned.isdisjoint(check.columns):
                found.update(check.columns)
        for key in known.foreign_keys:
            if not assigned.isdisjoint(key.columns):
                found.update(key.columns)
        return frozenset(found)

    def fill(self, table: str, calls: Sequence[Call], window: pa.Table, keys: U64) -> dict[str, pa.Array]:
        """{call.name: its value for each row}, in the type in which its column is stored, or Booleans of
        `synth_percent`. `window` holds the columns that `needs` names, called as DuckDB calls them. CHECKs that read
        nothing else are held, where chance finds values that hold them."""
        found = {c.name: self._some(table, c, keys) for c in calls if c.percent is not None}
        drawn = {c.column: c for c in calls if c.percent is None}
        if drawn:
            values = self.draw(table, drawn, self._named(table, window), keys)
            found |= {call.name: values[name] for name, call in drawn.items()}
        return found

    def draw(
        self, table: str, calls: Mapping[str, Call], given: Mapping[str, pa.Array], keys: U64, attempt: int = 0
    ) -> dict[str, pa.Array]:
        """A value for each row and column that has a call, `given` the other columns, first in this attempt and then,
        where a CHECK fails, in further ones of its own."""
        values = self._attempt(table, calls, given, keys, attempt)
        rules = self._rules_of(table)
        open_ = np.flatnonzero(rules.broken(pa.table({**given, **values}), calls))
        for again in range(1, ATTEMPTS):
            if not len(open_):
                break
            places = pa.array(open_)
            some = {name: array.take(places) for name, array in given.items()}
            fresh = self._attempt(table, calls, some, keys[open_], attempt * ATTEMPTS + again)
            held = ~rules.broken(pa.table({**some, **fresh}), calls)
            values = {
                name: put(values[name], open_[held], array.filter(pa.array(held))) for name, array in fresh.items()
            }
            open_ = open_[~held]
        return values

    def recipe(self, table: str, call: Call) -> Recipe:
        """How the call's column is drawn. Raises InputError."""
        place = (table, call.column, call.meaning, call.locale)
        if place not in self._recipes:
            known = self.schema.tables[table]
            if call.meaning:
                column, rows = known.column(call.column), self._rows.get(table, 0)
                self._recipes[place] = meant(self.plan, known, column, call.meaning, call.locale, rows)
            elif call.locale:
                hint = "synth('MEANING', locale => ...) draws by meaning"
                raise InputError(
                    f"{table}.{call.column}: synth() alone draws as the plan does, in no locale", hint=hint
                )
            else:
                self._recipes[place] = planned(self.plan, table, call.column)
        return self._recipes[place]

    def by(self, plan: Plan) -> Draws:
        """The same by another plan of the same schema."""
        return Draws(self.dataset, self.paths, plan)

    def size(self, table: str, call: Call) -> int:
        """How many different values the call can give, where it counts them; else 0."""
        if self.points(table, call):
            return 0
        index = self.recipe(table, call).index
        return index.size if index is not None else 0

    def points(self, table: str, call: Call) -> bool:
        """Whether it draws a parent's row."""
        return not call.meaning and any(call.column in key.columns for key in self.schema.tables[table].foreign_keys)

    def parents(self, table: str) -> Parents:
        if table not in self._parents:
            self._parents[table] = Parents(self.schema, self.schema.tables[table], self.paths)
        return self._parents[table]

    def space(self, table: str, calls: Mapping[str, Call], columns: Collection[str]) -> pa.Table | None:
        """All that the calls can give for those of the columns that have one, as rows; None where that is too much."""
        pointing = {name for name in columns if name in calls and self.points(table, calls[name])}
        units: list[pa.Table] = []
        for key, own in widest_first(self.schema.tables[table], pointing):
            if len(own) < len(key.columns):
                return None  # it has to agree with what the row has in the others
            units.append(self.parents(table).keys(key))
        for name in columns:
            if name in calls and name not in pointing:
                recipe = self.recipe(table, calls[name])
                if not 0 < recipe.spec.size <= MOST_TRIED:
                    return None
                index = np.arange(recipe.spec.size, dtype=np.uint64)
                rows = Rows(_World(self, calls[name]), table, index)
                units.append(pa.table({name: self._stored(table, name, recipe.spec.at(index, rows, name))}))
        sizes = [unit.num_rows for unit in units]
        if not units or not 0 < prod(sizes) <= MOST_TRIED:
            return None
        code, found = np.arange(prod(sizes)), dict[str, pa.ChunkedArray]()
        for unit in units:
            code, place = np.divmod(code, unit.num_rows)
            found |= {name: unit.column(name).take(pa.array(place)) for name in unit.column_names}
        return pa.table(found)

    def _followed(self, table: str, columns: Sequence[str]) -> set[str]:
        """The columns, and those that they follow in turn."""
        found = set(columns)
        for name in columns:
            if name in self.plan.tables[table].columns:
                found |= self._followed(table, self.plan.tables[table].columns[name].spec.needs)
        return found

    def _lines(self, table: str, spec: AnySpec) -> list[tuple[str, ForeignKey]]:
        """The sources by which it reads rows of parents, and the keys that name those rows."""
        floors = spec.floors if isinstance(spec, Since) else ()
        keys = self.schema.tables[table].foreign_keys
        if isinstance(spec, Priced):
            return [(spec.by, next(key for key in keys if key.table == spec.table))]
        return [
            (f.at, next(key for key in keys if f.by in key.columns and key.table == f.table)) for f in floors if f.at
        ]

    def _named(self, table: str, window: pa.Table) -> dict[str, pa.Array]:
        """The columns of a window by their own names."""
        called = relation_names(self.schema.tables[table].column_names)
        return {name: one(window.column(duck)) for name, duck in called.items() if duck in window.column_names}

    # --- one attempt

    def _attempt(
        self, table: str, calls: Mapping[str, Call], given: Mapping[str, pa.Array], keys: U64, attempt: int
    ) -> dict[str, pa.Array]:
        found: dict[str, pa.Array] = {}
        pointing = {name for name, call in calls.items() if self.points(table, call)}
        for key, own in widest_first(self.schema.tables[table], pointing):
            found |= self._pointed(table, calls[own[0]], key, own, {**given, **found}, keys, attempt)
        rest = [name for name in calls if name not in pointing]
        while rest:
            free = [n for n in rest if set(self.recipe(table, calls[n]).spec.needs).isdisjoint(rest)] or rest[:1]
            for name in free:
                found[name] = self._drawn(table, calls[name], {**given, **found}, keys, attempt)
            rest = [name for name in rest if name not in free]
        return {name: found[name] for name in calls}

    def _drawn(self, table: str, call: Call, given: Mapping[str, pa.Array], keys: U64, attempt: int) -> pa.Array:
        return self._stored(table, call.column, self._made(table, call, self.recipe(table, call), given, keys, attempt))

    def _stored(self, table: str, column: str, values: Values) -> pa.Array:
        kind = self.schema.tables[table].column(column).type
        return to_arrow(values, arrow_type(kind, self.schema.dialect), kind.values)

    def _made(
        self, table: str, call: Call, recipe: Recipe, given: Mapping[str, pa.Array], keys: U64, attempt: int
    ) -> Values:
        above = {at: (key, given) for at, key in self._lines(table, recipe.spec)}
        rows = Rows(_World(self, call, above), table, keys, attempt=attempt)
        self._give(rows, recipe, call, given)
        name = "/".join(filter(None, (call.column, call.meaning, call.locale)))
        guessing = recipe.guesses is not None and attempt > _GUESSING and attempt % 2 == 1
        if guessing and recipe.guesses is not None:
            values = recipe.guesses.draw(rows, name)
        elif recipe.town is not None:
            person = self._read_at(rows, recipe.index) if recipe.index is not None else None
            values = recipe.spec.at(recipe.town.chosen(person, rows, PLACES), rows, name)
        elif recipe.index is not None:
            at = self._read_at(rows, recipe.index)
            values = recipe.spec.at(at % np.uint64(recipe.fold) if recipe.fold else at, rows, name)
        else:
            values = recipe.spec.draw(rows, name)
        there = self._there(rows, recipe.nulls, recipe.nulls_of)
        valid = there if values.valid is None else values.valid if there is None else there & values.valid
        return Values(values.data, valid)

    def _give(self, rows: Rows, recipe: Recipe, call: Call, given: Mapping[str, pa.Array]) -> None:
        """The columns that the spec follows; where one is NULL, what the plan would draw there."""
        for name in recipe.spec.needs:
            if name not in given:
                continue
            kind = self.schema.tables[rows.table].column(name).type
            values = from_arrow(given[name], kind, self.schema.dialect)
            if values.valid is not None and not isinstance(recipe.spec, Expression | Amount | Portion):
                gone = np.flatnonzero(~values.valid)
                whole = replace(planned(self.plan, rows.table, name), nulls=0)
                some = {column: array.take(pa.array(gone)) for column, array in given.items()}
                fresh = self._made(rows.table, replace(call, column=name), whole, some, rows.index[gone], rows.attempt)
                values = values.replaced(gone, fresh)
            rows.settle({name: values})

    def _read_at(self, rows: Rows, index: Index) -> U64:
        fresh = below(rows.bits(index.source), index.size - index.used) + np.uint64(index.used)
        if not index.permuted:
            return fresh
        return permute(fresh, index.size, key_of(self.plan.seed, rows.table, index.source))

    def _there(self, rows: Rows, nulls: int, of: str) -> Mask | None:
        """Which rows have a value; None where all do."""
        if not nulls:
            return None
        return (rows.bits(f"{of}/null") >> np.uint64(48)) >= np.uint64(nulls * 65536 // NULL_SCALE)

    def _some(self, table: str, call: Call, keys: U64) -> pa.Array:
        """The same rows for the same share, and with them those of every smaller one."""
        assert call.percent is not None
        random = bits(key_of(self.plan.seed, table, "synth_percent", str(call.seed)), keys)
        share = (random >> np.uint64(11)).astype(np.float64) / _HALF
        return pa.array(share < float(call.percent) / 100)

    # --- foreign keys

    def _pointed(
        self, table: str, call: Call, key: ForeignKey, own: Sequence[str], given: Mapping[str, pa.Array], keys: U64,
        attempt: int,
    ) -> dict[str, pa.Array]:  # fmt: skip
        """Values of the `own` columns of a key: those of one parent's row, NULL as often as the plan has it. Raises
        InputError where a value must be there and no row is."""
        known = self.schema.tables[table]
        rows = Rows(_World(self, call), table, keys, attempt=attempt)
        random = rows.bits(f"-> {', '.join(key.columns)}")
        planned_ = self.plan.tables[table]
        column = planned_.columns.get(own[0])
        source = planned_.sources.get(column.at) if column is not None else None
        popular = key_of(self.plan.seed, table, f"{column.at}/popular") if column is not None else 0

        def rank(random: U64, among: int) -> U64:
            return source.place(random, among, popular) if isinstance(source, Pick) else below(random, among)

        fixed = {name: given[name] for name in key.columns if name not in own and name in given}
        found, place = self.parents(table).pick(key, fixed, random, rank)
        there = place >= 0
        optional = [known.column(name).nullable for name in own]
        if column is not None and column.nulls and all(optional):
            share = self._there(rows, column.nulls, column.nulls_of or own[0])
            there = there if share is None else there & share
        elif not there.all() and not any(optional):
            raise InputError(
                f"{table}: {', '.join(own)} must point to a row of {key.table}, and there is none that fits"
            )
        places = pa.array(np.where(there, place, 0), mask=~there)
        arrays = {}
        for name, may_be_null in zip(own, optional, strict=True):
            if found.num_rows:
                some = places if may_be_null else pa.array(np.maximum(place, 0))
                arrays[name] = one(found.column(name)).take(some)
            else:
                arrays[name] = nothing(len(keys), known.column(name), self.schema.dialect)
        return arrays

    # --- what others look through

    def calculator(self, table: str) -> Calculator:
        if table not in self._calculators:
            known = self.schema.tables[table]
            self._calculators[table] = Calculator(self.schema.dialect, known, self.plan.as_of)
        return self._calculators[table]

    def _rules_of(self, table: str) -> Rules:
        if table not in self._rules:
            self._rules[table] = Rules(self.schema, self.schema.tables[table], self.plan.as_of)
        return self._rules[table]


def put(values: pa.Array, at: I64, fresh: pa.Array) -> pa.Array:
    """The values with others in the places `at`."""
    if not len(at):
        return values
    place = np.arange(len(values))
    place[at] = len(values) + np.arange(len(at))
    return pa.concat_arrays([values, fresh]).take(pa.array(place))


class _World:
    """What a spec of one call looks through (rows.World): bits of the call's own, and columns that are there by now."""

    def __init__(self, draws: Draws, call: Call, above: Mapping[str, _Above] = MappingProxyType({})) -> None:
        self._draws, self._call, self._above = draws, call, above

    def key(self, table: str, name: str) -> int:
        return key_of(self._draws.plan.seed, table, "synth", str(self._call.seed), name)

    def row_count(self, table: str) -> int:
        return self._draws.plan.tables[table].rows

    def draw_source(self, rows: Rows, name: str) -> Indices:
        if name in self._above:
            key, given = self._above[name]
            place = self._draws.parents(rows.table).places(key, given)
            return Indices(np.maximum(place, 0).astype(np.uint64), place >= 0)
        if name in (LIFE, SO_FAR):  # only rows of the plan have one
            return Indices(np.zeros(len(rows), np.uint64), np.zeros(len(rows), bool))
        raise PlanError(f"{rows.table}.{self._call.column} reads '{name}', which only rows of the plan have")

    def draw_column(self, rows: Rows, name: str) -> Values:
        key = next((key for key, _ in self._above.values() if key.table == rows.table), None)
        if key is not None:
            column = self._draws.schema.tables[rows.table].column(name)
            read = one(columns_of(self._draws.paths(rows.table), [name]).column(name))
            return from_arrow(read.take(pa.array(rows.index.view(np.int64))), column.type, self._draws.schema.dialect)
        raise PlanError(f"{rows.table}.{self._call.column} follows {name}, which the edit does not give")

    def compute(self, rows: Rows, sql: str, columns: tuple[str, ...], name: str) -> Values:
        schema = self._draws.schema
        table = schema.tables[rows.table]
        read = {c: self._arrow(rows, table.column(c)) for c in columns}
        kind = table.column(name.partition("/")[0]).type
        made = self._draws.calculator(rows.table).evaluate(sql, read, len(rows), cast=cast_of(kind))
        return from_arrow(made, kind, schema.dialect)

    def _arrow(self, rows: Rows, column: Column) -> pa.Array:
        kind = arrow_type(column.type, self._draws.schema.dialect)
        return plain(to_arrow(rows.column(column.name), kind, column.type.values))

    def kept(self, table: str, name: str, make: Callable[[], Kept]) -> Kept:
        return make()

    def holding(self, table: str, columns: tuple[str, ...], sql: str) -> I64:
        raise PlanError(f"{table}: combinations of {', '.join(columns)} are the plan's own")

    def span(self, table: str, name: str, first: U64, end: U64) -> tuple[U64, U64]:
        raise PlanError(f"{table}: '{name}' lays out the rows of the plan only")

    def consecutive(self, table: str, name: str) -> bool:
        return False
