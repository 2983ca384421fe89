"""Random edits of a dataset, whatever its schema: SQL in its dialect, with generator calls, drawn from one number. Most
mean something; some break a rule."""

from __future__ import annotations

import random
from collections.abc import Sequence

from synthgen_nb.cells import spelled
from synthgen_nb.ddl.dialects import dialect_named
from synthgen_nb.ddl.expressions import row_time
from synthgen_nb.ddl.fragments import written, written_key
from synthgen_nb.schema import Column, ForeignKey, Kind, Table
from synthgen_nb.store import Dataset

_NUMBERS = frozenset((Kind.INTEGER, Kind.DECIMAL, Kind.FLOAT, Kind.MONEY))
_LETTERS = frozenset((Kind.TEXT,))
_MOMENTS = frozenset((Kind.DATE, Kind.TIMESTAMP))


class Editor:
    """Writes edits of one dataset: literals are values that it holds."""

    def __init__(self, dataset: Dataset, seed: str) -> None:
        self.dataset, self.schema = dataset, dataset.schema
        self.dialect, self.chance = dialect_named(dataset.schema.dialect), random.Random(seed)
        self.tables = [self.schema.tables[key] for key in dataset]
        self._held: dict[tuple[str, str], list[str]] = {}

    def edit(self) -> str:
        return "; ".join(self.statement() for _ in range(self.chance.choice((1, 1, 1, 2, 3))))

    def statement(self) -> str:
        table = self.chance.choice(self.tables)
        pick = self.chance.random()
        if pick < 0.6 and (columns := [c for c in table.columns if self._settable(c)]):
            chosen = self.chance.sample(columns, min(len(columns), self.chance.choice((1, 1, 1, 2))))
            sets = ", ".join(f"{self.name(c)} = {self.value(c, table)}" for c in chosen)
            return f"UPDATE {self.called(table)} SET {sets}{self.where(table)}"
        if pick < 0.8:
            return f"DELETE FROM {self.called(table)}{self.where(table)}"
        if pick < 0.87:
            return f"INSERT INTO {self.called(table)} SELECT synth_rows({self.chance.randint(1, 5)})"
        columns = [c for c in table.columns if self._settable(c)]
        if not columns:
            return f"DELETE FROM {self.called(table)}{self.where(table)}"
        names = ", ".join(map(self.name, columns))
        if pick < 0.94:
            given = ", ".join("synth()" if self.chance.random() < 0.5 else self.literal(c, table) for c in columns)
            return f"INSERT INTO {self.called(table)} ({names}) VALUES ({given})"
        given = ", ".join(
            f"{self.name(c)} + 100000" if c.type.kind == Kind.INTEGER and c.name in table.primary_key else self.name(c)
            for c in columns
        )
        where = f" WHERE {self.condition(table, 1, drawn=False)}"
        return f"INSERT INTO {self.called(table)} ({names}) SELECT {given} FROM {self.called(table)}{where}"

    def value(self, column: Column, table: Table) -> str:
        pick, name = self.chance.random(), self.name(column)
        if pick < 0.2:
            return "synth()"
        if pick < 0.3:
            return "NULL" if column.nullable or self.chance.random() < 0.2 else self.literal(column, table)
        if pick < 0.35:
            return "DEFAULT"
        if pick < 0.6 and column.type.kind in _NUMBERS:
            return f"{name} {self.chance.choice(('+ 1', '- 1', '* 2'))}"
        if pick < 0.5 and column.type.kind in _LETTERS:
            return f"{self.chance.choice(('upper', 'lower'))}({name})"
        if pick < 0.65:
            condition = self.condition(table, 1, drawn=False)
            return f"CASE WHEN {condition} THEN {name} ELSE {self.literal(column, table)} END"
        if pick < 0.75 and (key := self._key_of(column, table)) is not None:
            parent = self.schema.tables[key.table]
            best = self.name(parent.column(key.references[0]))
            return f"(SELECT {self.chance.choice(('min', 'max'))}({best}) FROM {self.called(parent)})"
        return self.literal(column, table)

    def where(self, table: Table) -> str:
        return "" if self.chance.random() < 0.06 else f" WHERE {self.condition(table, 2)}"

    def condition(self, table: Table, depth: int, *, drawn: bool = True) -> str:
        pick, column = self.chance.random(), self.chance.choice(table.columns)
        name = self.name(column)
        if depth and pick < 0.2:
            word = self.chance.choice(("AND", "OR"))
            sides = (self.condition(table, depth - 1, drawn=drawn) for _ in range(2))
            return f"({f' {word} '.join(sides)})"
        if depth and pick < 0.25:
            return f"NOT ({self.condition(table, depth - 1, drawn=drawn)})"
        if drawn and pick < 0.4:
            return f"synth_percent({self.chance.choice((5, 20, 50))})"
        if depth and pick < 0.55 and table.foreign_keys:
            key = self.chance.choice(table.foreign_keys)
            parent = self.schema.tables[key.table]
            inner = self.condition(parent, depth - 1, drawn=False)
            query = f"SELECT {self.name(parent.column(key.references[0]))} FROM {self.called(parent)} WHERE {inner}"
            return f"{self.name(table.column(key.columns[0]))} IN ({query})"
        if depth and pick < 0.65 and (children := self._children(table)):
            child, key = self.chance.choice(children)
            pairs = [
                f"child.{self.name(child.column(one))} = {self.called(table)}.{self.name(table.column(other))}"
                for one, other in zip(key.columns, key.references, strict=True)
            ]
            no = self.chance.choice(("", "NOT "))
            return f"{no}EXISTS (SELECT 1 FROM {self.called(child)} {self._as()}child WHERE {' AND '.join(pairs)})"
        if pick < 0.72 or column.type.kind not in _NUMBERS | _LETTERS | _MOMENTS | {Kind.ENUM, Kind.UUID}:
            return f"{name} IS {self.chance.choice(('', 'NOT '))}NULL"
        if pick < 0.85 and column.type.kind in _NUMBERS | _MOMENTS:
            return f"{name} {self.chance.choice(('<', '<=', '>', '>='))} {self.literal(column, table)}"
        if pick < 0.93:
            return f"{name} IN ({', '.join(self.literal(column, table) for _ in range(3))})"
        return f"{name} = {self.literal(column, table)}"

    def literal(self, column: Column, table: Table) -> str:
        """A value that the column holds somewhere."""
        if (place := (table.key, column.name)) not in self._held:
            values = self.dataset[table.key][column.name].head(40).to_list()
            self._held[place] = [self._told(value, column) for value in values if value is not None]
        return self.chance.choice(self._held[place] or ["NULL"])

    def name(self, column: Column) -> str:
        return written(column.name, self.dialect)

    def called(self, table: Table) -> str:
        return written_key(table.namespace, table.name, self.dialect)

    def _told(self, value: object, column: Column) -> str:
        text = spelled(value, column.type) or ""
        if column.type.kind in _NUMBERS | {Kind.YEAR}:
            return text
        if column.type.kind == Kind.BOOLEAN:
            return text.upper()
        return self.dialect.literal(text)

    def _as(self) -> str:
        return "" if self.dialect.name == "oracle" else "AS "

    def _settable(self, column: Column) -> bool:
        return column.generated is None and not row_time(column)

    def _key_of(self, column: Column, table: Table) -> ForeignKey | None:
        keys = [key for key in table.foreign_keys if key.columns == (column.name,)]
        return self.chance.choice(keys) if keys else None

    def _children(self, table: Table) -> Sequence[tuple[Table, ForeignKey]]:
        return [(child, key) for child in self.tables for key in child.foreign_keys if key.table == table.key]
