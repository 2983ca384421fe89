"""What the rules of one table say of rows in memory: which break one, and which share a key that is taken. Knows no
other table, and not how a row is mended."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa

from ..errors import InputError
from ..rows import I64, U64, Mask
from ..sandbox import connect, quoted, relation_names
from ..schema import Exclude, PrimaryKey, Schema, Table, Unique
from ..validation.keys import Key, key_of
from ..validation.rules import Ground, RowRule, row_rules
from .storing import plain

_ROWS = '"rows "'
_WAS = '"rows as they were "'
_ROW = '"row "'


class Rules:
    """A connection over the parts of the table; close it, or use `with`."""

    def __init__(self, schema: Schema, table: Table, as_of: str, paths: Sequence[Path] = ()) -> None:
        self._schema, self._table = schema, table
        self._names = relation_names(table.column_names)
        self._relation = quoted(table.key)
        self._connection = connect({table.key: paths} if paths else None, threads=1)
        self._ground = Ground(schema, table, self._names, {}, as_of, self._connection)
        self._row_rules = tuple(rule for rule in row_rules(self._ground) if rule.violated)
        self._computable: dict[RowRule, bool] = {}

    def __enter__(self) -> Rules:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._connection.close()

    def broken(self, rows: pa.Table, columns: Collection[str]) -> Mask:
        """Which of the rows break a rule that reads one of the `columns`, of those whose columns the rows hold. A rule
        that can't be computed here is left to validation."""
        names = set(rows.column_names)
        asked = [r for r in self._row_rules if names.issuperset(r.columns or self._table.column_names)]
        asked = [r for r in asked if not r.columns or not set(r.columns).isdisjoint(columns)]
        found = np.zeros(rows.num_rows, bool)
        if not asked or not rows.num_rows:
            return found
        self._register(_ROWS, rows)
        asked = [rule for rule in asked if self._can(rule)]
        if asked:
            found[self._numbers(f"SELECT {_ROW} FROM {_ROWS} WHERE {' OR '.join(map(_violated, asked))}")] = True
        return found

    def uniques(self, columns: Collection[str]) -> list[PrimaryKey | Unique]:
        """The keys and UNIQUEs that read one of the columns, as far as they can be evaluated."""
        found: list[PrimaryKey | Unique] = []
        for constraint in self._table.constraints:
            if isinstance(constraint, Exclude) and all(operator == "=" for _, operator in constraint.elements):
                constraint = Unique(columns=tuple(name for name, _ in constraint.elements), where=constraint.where)
            if not isinstance(constraint, (PrimaryKey, Unique)):
                continue
            reads = isinstance(constraint, Unique) and (constraint.expressions or constraint.where)
            if (reads or not set(constraint.columns).isdisjoint(columns)) and self._key(constraint) is not None:
                found.append(constraint)
        return found

    def taken(
        self, rows: pa.Table, open_: Mask, order: U64, uniques: Sequence[PrimaryKey | Unique], was: pa.Table | None
    ) -> Mask:
        """Which of the `open_` rows share a key with a row of the table, or with one of the rows that is not open or
        stands before it in `order`. `was` are the rows of the table whose place the rows take."""
        found = np.zeros(rows.num_rows, bool)
        if not uniques or not open_.any():
            return found
        number = np.empty(len(order), np.int64)
        number[np.lexsort((order, open_))] = np.arange(len(order))
        self._register(_ROWS, rows, {"open ": pa.array(open_), "turn ": pa.array(number)})
        if was is not None:
            self._register(_WAS, was)
        for constraint in uniques:
            key = self._key(constraint)
            if key is not None:
                found[self._numbers(self._sharing(constraint, key, was is not None))] = True
        return found

    def _sharing(self, constraint: PrimaryKey | Unique, key: Key, replaced: bool) -> str:
        distinct = isinstance(constraint, PrimaryKey) or constraint.nulls_distinct
        given = [f"{part} IS NOT NULL" for part in key.parts] if distinct else []
        given += [f"({key.where})"] if key.where else []
        where = f" WHERE {' AND '.join(given)}" if given else ""
        names = [f'"key {at}"' for at in range(len(key.parts))]
        named = ", ".join(f"{part} AS {name}" for part, name in zip(key.parts, names, strict=True))
        listed = ", ".join(names)
        mine = f'SELECT {_ROW}, "open ", "turn ", {named} FROM {_ROWS}{where}'
        same = " AND ".join(f"mine.{n} IS NOT DISTINCT FROM other.{n}" for n in names)
        counted = f"SELECT {named}, 1 AS n FROM {self._relation}{where}"
        if replaced:
            counted += f" UNION ALL SELECT {named}, -1 AS n FROM {_WAS}{where}"
        asked = f'SELECT {listed} FROM mine WHERE "open "'
        theirs = f"SELECT other.* FROM ({counted}) AS other SEMI JOIN ({asked}) AS mine ON {same}"
        held = f"SELECT {listed} FROM ({theirs}) GROUP BY {listed} HAVING sum(n) > 0"
        first = f'row_number() OVER (PARTITION BY {listed} ORDER BY "turn ")'
        return (
            f"WITH mine AS ({mine}), other AS ({held}) "
            f'SELECT {_ROW} FROM mine SEMI JOIN other ON {same} WHERE "open " '
            f'UNION SELECT {_ROW} FROM (SELECT {_ROW}, "open ", {first} AS place FROM mine) WHERE "open " AND place > 1'
        )

    def _key(self, constraint: PrimaryKey | Unique) -> Key | None:
        try:
            return key_of(self._ground, self._relation, constraint)
        except InputError:
            return None  # validation calls it unverified

    def _register(self, name: str, rows: pa.Table, more: dict[str, pa.Array] | None = None) -> None:
        """The rows, called as DuckDB calls them, with their numbers."""
        given = {self._names[n]: plain(rows.column(n)) for n in rows.column_names}
        numbers = pa.array(np.arange(rows.num_rows))
        self._connection.register(name.strip('"'), pa.table({**given, **(more or {}), _ROW.strip('"'): numbers}))

    def _numbers(self, sql: str) -> I64:
        found: I64 = self._connection.execute(sql).fetchnumpy()[_ROW.strip('"')].astype(np.int64)
        return found

    def _can(self, rule: RowRule) -> bool:
        import duckdb

        if rule not in self._computable:
            try:
                self._connection.execute(f"SELECT {_violated(rule)} FROM {_ROWS} LIMIT 0").fetchall()
                self._computable[rule] = True
            except duckdb.Error:
                self._computable[rule] = False  # unverified, says validation
        return self._computable[rule]


def _violated(rule: RowRule) -> str:
    return f"coalesce(TRY({rule.violated}), TRUE)" if rule.rule in ("check", "partition") else f"({rule.violated})"
