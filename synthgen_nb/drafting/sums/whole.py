"""All drafted tables together, while it is decided which columns hang on others: which of them are free, what they
may hold, what their neighbours can be narrowed to. Knows no names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec import Struct, structs

from ...plan import TablePlan
from ...schema import Column, Kind, Schema
from ...specs import Above, After, Amount, AnySpec, Key, Layout, Portion, Priced, Range, Shaped, Tally
from ...wishes import Children, Nulls, Wish
from ..domains import Domain, units_of
from ..draft import Draft
from ..keying.claims import Unit
from ..meaning.names import subject
from ..wished.freedom import bound, decided_together
from .reach import Span, reach


class Whole(Struct):
    """`tables` are the plans by now; what is decided here takes the place of what was drafted there."""

    schema: Schema
    drafts: Mapping[str, Draft]
    wishes: Mapping[str, Sequence[Wish]]
    tables: dict[str, TablePlan]

    def columns(self, table: str, kinds: set[Kind]) -> dict[str, str]:
        """{column: its words}, of those kinds, that no key and no UNIQUE fills."""
        draft = self.drafts[table]
        return {
            c.name: subject(self.schema, draft.table, c.name)[1]
            for c in draft.table.columns
            if c.type.kind in kinds and draft.keys.owner[c.name].key is None
        }

    def column(self, table: str, name: str) -> Column:
        return self.drafts[table].table.column(name)

    def units(self, table: str, name: str) -> int:
        return units_of(self.column(table, name).type)

    def reach(self, table: str, name: str) -> Span | None:
        return reach(self.tables, table, name)

    def wished(self, table: str, name: str) -> bool:
        """Whether somebody said what the column holds."""
        for wish in self.wishes.get(table, ()):
            if name in (getattr(wish, "column", ""), *getattr(wish, "columns", ())):
                return True
        return False

    def fixed(self, table: str, name: str) -> str:
        """Why the column can't be made to follow others; "" if it can."""
        draft, plan = self.drafts[table], self.tables[table]
        domain = self.domain(table, name)
        if why := bound(draft, plan, name):
            return why
        if isinstance(plan.columns[name].spec, Amount | Portion | Priced | Tally):
            return f"{name} is computed from other columns"
        if plan.columns[name].at:
            return f"{name} is read together with other columns"
        if sql := decided_together(plan, name):
            return f"CHECK {sql} decides on {name}"
        if any(name in (order.before, order.after) for order in draft.orders if not order.soft):
            return f"a CHECK puts {name} in order with another column"
        if any(name in column.spec.needs for column in plan.columns.values() if isinstance(column.spec, After)):
            return f"another column is drawn from {name} on"
        if domain.values is not None or domain.parts or domain.forbidden or domain.step > 1 or domain.always_null:
            return f"only some values of {name} are allowed"
        if draft.table.rows:
            return f"the DDL inserts rows of {table} itself"
        return "what was wished of it comes first" if self.wished(table, name) else ""

    def domain(self, table: str, name: str) -> Domain:
        return self.drafts[table].domains[name]

    def room(self, table: str, name: str) -> Span:
        """The bounds that the type and the CHECKs set."""
        domain = self.domain(table, name)
        unbounded = 1 << 61
        return (
            domain.low if domain.low is not None else -unbounded,
            domain.high if domain.high is not None else unbounded,
        )

    def unfit(self, table: str, name: str, span: Span | None) -> str:
        """Why values that reach so far don't fit into the column; "" if they do."""
        if span is None:
            return "it is not known how far its parts reach"
        low, high = self.room(table, name)
        return "" if low <= span[0] and span[1] <= high else "it could leave the bounds of the type or a CHECK"

    def put(self, table: str, name: str, spec: AnySpec, rule: str, at: str = "") -> None:
        """The column is this from now on, in every row."""
        plan = self.tables[table]
        column = structs.replace(plan.columns[name], spec=spec, at=at, nulls=0, nulls_of="", rule=rule)
        self.tables[table] = structs.replace(plan, columns=plan.columns | {name: column})

    def told(self, table: str, name: str, why: str) -> None:
        """Beside the rule that gave the column its meaning: why it follows no other."""
        plan = self.tables[table]
        column = plan.columns[name]
        column = structs.replace(column, rule=f"{column.rule}; {why}")
        self.tables[table] = structs.replace(plan, columns=plan.columns | {name: column})

    def filled(self, table: str, names: Sequence[str]) -> None:
        """These columns have a value in every row, unless NULLs are wished for."""
        plan, wishes = self.tables[table], self.wishes.get(table, ())
        for name in names:
            column = plan.columns[name]
            if column.nulls and not any(isinstance(wish, Nulls) and wish.column == name for wish in wishes):
                plan = structs.replace(plan, columns=plan.columns | {name: structs.replace(column, nulls=0)})
        self.tables[table] = plan

    def lower(self, table: str, name: str, high: int) -> bool:
        """Narrows the column so that it never exceeds `high`, if it is drawn freely; whether that was done."""
        plan = self.tables[table]
        column, span = plan.columns[name], reach(self.tables, table, name)
        if span is None or span[1] <= high:
            return span is not None
        spec = column.spec
        if isinstance(spec, Amount):
            return any(self._lower_factor(table, name, factor, high) for factor in reversed(spec.terms[0].columns))
        low = span[0]
        if not isinstance(spec, Shaped | Range) or self.fixed(table, name) or high <= low:
            return False
        fresh: Shaped | Range
        if isinstance(spec, Range):
            fresh = structs.replace(spec, high=low + (high - low) // spec.step * spec.step)
        else:
            points = tuple(low + (p + spec.offset - low) * (high - low) // (span[1] - low) for p in spec.points)
            points = tuple(max(p - spec.offset, spec.points[0]) // spec.step * spec.step for p in points)
            fresh = structs.replace(spec, points=points)
        column = structs.replace(column, spec=fresh)
        self.tables[table] = structs.replace(plan, columns=plan.columns | {name: column})
        return True

    def _lower_factor(self, table: str, name: str, factor: str, high: int) -> bool:
        span, far = reach(self.tables, table, name), reach(self.tables, table, factor)
        return span is not None and far is not None and self.lower(table, factor, far[1] * high // span[1])

    # --- foreign keys

    def units_to(self, child: str, parent: str) -> list[tuple[Unit, str]]:
        """The foreign keys of `child` to `parent` of which a source gives the parent's row, with that source."""
        found = []
        plan = self.tables[child]
        for unit in self.drafts[child].keys.units:
            if unit.key is None or unit.key.table != parent:
                continue
            specs = [plan.columns[name] for name in unit.key.columns]
            sources = {column.at for column in specs}
            keys = all(isinstance(c.spec, Key) and c.spec.table == parent for c in specs)
            redrawn = any(decided_together(plan, name) for name in unit.key.columns)
            if keys and len(sources) == 1 and not redrawn and (at := sources.pop()):
                found.append((unit, at))
        return found

    def row_of(self, child: str, parent: str) -> list[tuple[tuple[str, ...], str, Above | None]]:
        """Where `child` points to one row of `parent`: the columns of the key, and the source that names the row, to be
        made as said where the key's columns are those of a table between the two."""
        found: list[tuple[tuple[str, ...], str, Above | None]] = []
        found += [(unit.columns, at, None) for unit, at in self.units_to(child, parent)]
        plan = self.tables[child]
        for key in self.drafts[child].table.foreign_keys:
            columns = [plan.columns[name] for name in key.columns]
            between = {c.spec.table if isinstance(c.spec, Key) else "" for c in columns}
            sources = {c.at for c in columns}
            if key.table != parent or len(between) != 1 or len(sources) != 1 or between & {"", parent}:
                continue
            middle, at = between.pop(), sources.pop()
            links = [self.tables[middle].columns[c.spec.column] for c in columns if isinstance(c.spec, Key)]
            there = {c.at for c in links if isinstance(c.spec, Key) and c.spec.table == parent and c.at}
            redrawn = any(decided_together(plan, name) for name in key.columns)
            if len(there) == 1 and at and not redrawn:
                found.append((key.columns, f"{parent} by {at}", Above(of=at, table=middle, there=there.pop())))
        return found

    def bundled(self, child: str, parent: str) -> bool:
        """Whether somebody said how many rows of `child` a row of `parent` has."""
        wishes = self.wishes.get(child, ())
        return any(isinstance(wish, Children) and wish.parent == parent for wish in wishes)

    def set_source(self, table: str, name: str, source: Layout | Above) -> None:
        plan = self.tables[table]
        self.tables[table] = structs.replace(plan, sources=plan.sources | {name: source})


def floats(whole: Whole, table: str, names: Sequence[str]) -> dict[str, int]:
    """The units of the FLOAT columns among these."""
    return {n: whole.units(table, n) for n in names if whole.column(table, n).type.kind == Kind.FLOAT}


def scale(whole: Whole, table: str, name: str) -> int:
    """The units of a FLOAT column, 0 of others: what Amount calls its scale."""
    return whole.units(table, name) if whole.column(table, name).type.kind == Kind.FLOAT else 0
