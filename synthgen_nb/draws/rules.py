"""What the rules of one table say of rows in memory: which break one, and which share a key that is taken. Knows no
other table, and not how a row is mended."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa

from ..errors import InputError
from ..rows import I64, U64, Mask
from ..sandbox import connect, quoted, relation_names
from ..schema import Exclude, PrimaryKey, Schema, Table, Unique
from ..storing import plain
from ..validation.keys import Key, key_of
from ..validation.rules import Ground, RowRule, row_rules

MOST_TRIED = 1 << 21  # combinations looked through for one that is free
_ROWS = '"rows "'
_WAS = '"rows as they were "'
_SPACE = '"space "'
_ROW, _OPEN, _TURN = '"row "', '"open "', '"turn "'  # of rows; none is a column's name
_PLACE, _PLACE_TURN = '"place "', '"place turn "'  # of the space


class Rules:
    """A connection over the parts of the table; close it, or use `with`."""

    def __init__(self, schema: Schema, table: Table, as_of: str, paths: Sequence[Path] = ()) -> None:
        self._schema, self._table = schema, table
        self._names = relation_names(table.column_names)
        self._relation = quoted(table.key)
        self._connection = connect({table.key: paths} if paths else None, threads=1)
        self._ground = Ground(schema, table, self._names, {}, as_of)
        told = [*row_rules(self._ground), *map(self._in_key, table.primary_key)]
        self._row_rules = tuple(rule for rule in told if rule.violated)
        self._unverified: set[RowRule] = set()

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
        found[self._breaking([rule for rule in asked if rule not in self._unverified])] = True
        return found

    def _breaking(self, rules: Sequence[RowRule]) -> I64:
        """The registered rows that break one of the rules; where one can't be computed, each by itself."""
        import duckdb

        if not rules:
            return np.zeros(0, np.int64)
        try:
            return self._numbers(f"SELECT {_ROW} FROM {_ROWS} WHERE {' OR '.join(map(_violated, rules))}")
        except duckdb.Error:
            if len(rules) > 1:
                return np.concatenate([self._breaking([rule]) for rule in rules])
            self._unverified.update(rules)
            return np.zeros(0, np.int64)

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
        self._register_rows(rows, open_, order, was)
        for constraint in uniques:
            key = self._key(constraint)
            if key is not None:
                found[self._numbers(self._sharing(constraint, key, was is not None))] = True
        return found

    def free(
        self,
        rows: pa.Table,
        open_: Mask,
        order: U64,
        unique: PrimaryKey | Unique,
        space: pa.Table,
        turn: U64,
        was: pa.Table | None,
    ) -> tuple[I64, I64]:
        """For `open_` rows a place each in the `space`, a table of values for some of the key's columns, so that with
        the row's own values in the others the key is not taken: (rows, places). Free places are given away in the
        order of `turn`; rows for which none is left are not among them."""
        key = self._key(unique)
        fixed = [quoted(self._names[name]) for name in unique.columns if name not in space.column_names]
        if key is None or max(1, int(open_.sum()) if fixed else 1) * space.num_rows > MOST_TRIED:
            return np.zeros(0, np.int64), np.zeros(0, np.int64)
        self._register_rows(rows, open_, order, was)
        named = {self._names[name]: plain(space.column(name)) for name in space.column_names}
        numbers = {_PLACE: pa.array(np.arange(space.num_rows)), _PLACE_TURN: pa.array(turn)}
        self._put(_SPACE, named | numbers)
        found = self._connection.execute(self._giving(unique, key, fixed, list(named), was is not None)).fetchnumpy()
        return found[_plainly(_ROW)].astype(np.int64), found[_plainly(_PLACE)].astype(np.int64)

    def _register_rows(self, rows: pa.Table, open_: Mask, order: U64, was: pa.Table | None) -> None:
        number = np.empty(len(order), np.int64)
        number[np.lexsort((order, open_))] = np.arange(len(order))
        self._register(_ROWS, rows, {_OPEN: pa.array(open_), _TURN: pa.array(number)})
        if was is not None:
            self._register(_WAS, was)

    def _giving(
        self, unique: PrimaryKey | Unique, key: Key, fixed: Sequence[str], told: Sequence[str], replaced: bool
    ) -> str:
        listed, named, where, counted = self._counted(unique, key, replaced)
        same = " AND ".join(f"mine.{n} IS NOT DISTINCT FROM other.{n}" for n in listed.split(", "))
        kept = f"SELECT {named}, 1 AS n FROM {_ROWS}{where} {'AND' if where else 'WHERE'} NOT {_OPEN}"
        held = f"SELECT {listed} FROM ({counted} UNION ALL {kept}) GROUP BY {listed} HAVING sum(n) > 0"
        apart = f"PARTITION BY {', '.join(fixed)} " if fixed else ""
        nth = f"row_number() OVER ({apart}ORDER BY {_TURN})"
        groups = f"SELECT * EXCLUDE ({', '.join(map(quoted, told))}) FROM {_ROWS} WHERE {_OPEN} QUALIFY {nth} = 1"
        both = f"SELECT groups.*, space.* FROM ({groups}) AS groups, {_SPACE} AS space"
        own = ", ".join([*fixed, _PLACE, _PLACE_TURN])
        tried = f"SELECT {own}, {named} FROM ({both})"
        spare = f"SELECT {own}, row_number() OVER ({apart}ORDER BY {_PLACE_TURN}) AS nth "
        spare += f"FROM (SELECT mine.* FROM ({tried}) AS mine ANTI JOIN ({held}) AS other ON {same})"
        stuck = f"SELECT {', '.join([_ROW, *fixed])}, {nth} AS nth FROM {_ROWS} WHERE {_OPEN}"
        agree = " AND ".join(["stuck.nth = spare.nth", *(f"stuck.{f} IS NOT DISTINCT FROM spare.{f}" for f in fixed)])
        return f"SELECT stuck.{_ROW}, spare.{_PLACE} FROM ({stuck}) AS stuck JOIN ({spare}) AS spare ON {agree}"

    def _counted(self, unique: PrimaryKey | Unique, key: Key, replaced: bool) -> tuple[str, str, str, str]:
        """(the key's names, its parts under them, the condition of rows that have one, keys of the table's rows but
        those that are replaced: 1 each, and -1)."""
        distinct = isinstance(unique, PrimaryKey) or unique.nulls_distinct
        given = [f"{part} IS NOT NULL" for part in key.parts] if distinct else []
        given += [f"({key.where})"] if key.where else []
        where = f" WHERE {' AND '.join(given)}" if given else ""
        names = [f'"key {at}"' for at in range(len(key.parts))]
        named = ", ".join(f"{part} AS {name}" for part, name in zip(key.parts, names, strict=True))
        counted = f"SELECT {named}, 1 AS n FROM {self._relation}{where}"
        if replaced:
            counted += f" UNION ALL SELECT {named}, -1 AS n FROM {_WAS}{where}"
        return ", ".join(names), named, where, counted

    def _sharing(self, unique: PrimaryKey | Unique, key: Key, replaced: bool) -> str:
        listed, named, where, counted = self._counted(unique, key, replaced)
        same = " AND ".join(f"mine.{n} IS NOT DISTINCT FROM other.{n}" for n in listed.split(", "))
        mine = f"SELECT {_ROW}, {_OPEN}, {_TURN}, {named} FROM {_ROWS}{where}"
        theirs = f"SELECT other.* FROM ({counted}) AS other SEMI JOIN (FROM mine WHERE {_OPEN}) AS mine ON {same}"
        held = f"SELECT {listed} FROM ({theirs}) GROUP BY {listed} HAVING sum(n) > 0"
        turn = f"SELECT {_ROW}, {_OPEN}, row_number() OVER (PARTITION BY {listed} ORDER BY {_TURN}) AS turn FROM mine"
        return (
            f"WITH mine AS ({mine}), other AS ({held}) SELECT {_ROW} FROM mine SEMI JOIN other ON {same} WHERE {_OPEN} "
            f"UNION SELECT {_ROW} FROM ({turn}) WHERE {_OPEN} AND turn > 1"
        )

    def _in_key(self, name: str) -> RowRule:
        return RowRule("not_null", (name,), f"{name} NOT NULL", violated=f"{self._ground.column(name)} IS NULL")

    def _key(self, constraint: PrimaryKey | Unique) -> Key | None:
        try:
            return key_of(self._ground, self._relation, constraint)
        except InputError:
            return None  # validation calls it unverified

    def _register(self, name: str, rows: pa.Table, more: dict[str, pa.Array] | None = None) -> None:
        """The rows, called as DuckDB calls them, with their numbers."""
        given = {self._names[n]: plain(rows.column(n)) for n in rows.column_names}
        self._put(name, {**given, **(more or {}), _ROW: pa.array(np.arange(rows.num_rows))})

    def _put(self, name: str, columns: Mapping[str, pa.Array]) -> None:
        self._connection.register(_plainly(name), pa.table({_plainly(key): values for key, values in columns.items()}))

    def _numbers(self, sql: str) -> I64:
        found: I64 = self._connection.execute(sql).fetchnumpy()[_plainly(_ROW)].astype(np.int64)
        return found


def _plainly(name: str) -> str:
    """One of the names above without quotes; those of columns have none."""
    return name.strip('"') if name.endswith(' "') else name


def _violated(rule: RowRule) -> str:
    return f"coalesce(TRY({rule.violated}), TRUE)" if rule.rule in ("check", "partition") else f"({rule.violated})"
