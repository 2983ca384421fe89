"""Every constraint of a dataset as a query over its parts. `validate` is the door; it reads, and changes nothing.

All that a table asks of single rows is counted in ONE scan, that of many small tables in one query; rows are looked at
again only where something fails. What the footers of the parts prove (no NULL, a range, a foreign key into a gapless
range), or the few values of a column, needs no scan at all.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from ..ddl.partitions import membership, own_keys
from ..ddl.periods import apart_of, equals
from ..errors import InputError
from ..report import Finding, Report
from ..sandbox import connect, quoted, relation_names
from ..schema import Exclude, Place, PrimaryKey, Unique
from .columns import SMALL, longest, read_whole
from .footers import read_footers
from .keys import (
    dangling,
    dense,
    duplicates,
    duplicates_with_nulls,
    key_of,
    meeting,
    one,
    showing_duplicates,
    told_apart,
)
from .periods import overlapping
from .rules import Ground, RowRule, row_rules
from .witnesses import MANY, witnesses

if TYPE_CHECKING:
    from pathlib import Path

    import duckdb
    import pyarrow as pa

    from ..store import Dataset

__all__ = ["revalidate", "validate"]

_SAMPLE = 5
_TOGETHER = 32  # small tables scanned by one query
_Name = tuple[str, str, tuple[str, ...], str]  # of a finding: table, rule, columns, text


@dataclass(frozen=True, slots=True)
class _Bench:
    """What validating one dataset needs at hand. `paths` are the parts of each table, `whole` the rows of those that
    have few. `unique` fills up as keys are found unique. After an edit, `known` are
    the findings before it, by (table, rule, columns, text), `touched` the columns of each table it changed, `shrunk`
    the tables it took rows from, and `changed` the relations of the rows it changed or made."""

    connection: duckdb.DuckDBPyConnection
    grounds: Mapping[str, Ground]
    relations: Mapping[str, str]
    paths: Mapping[str, Sequence[Path]]
    whole: Mapping[str, pa.Table]
    rows: Mapping[str, int]
    known: Mapping[_Name, Finding]
    touched: Mapping[str, Collection[str]]
    shrunk: Collection[str]
    changed: Mapping[str, str]
    unique: set[tuple[str, tuple[str, ...]]] = field(default_factory=set)

    def kept(
        self, table: str, rule: str, columns: tuple[str, ...], text: str, *, alone: bool = False
    ) -> Finding | None:
        """What is known of a rule that the edit can't have changed: `alone` rules read only their columns, others
        may read all of their table. (Where rows are failing, the sample shows all their columns.)"""
        found = self.known.get((table, rule, columns, text))
        if found is None or not (table in self.touched or table in self.shrunk):
            return found
        touched = self.touched.get(table, ())
        unchanged = not touched or (alone and not set(columns) & set(touched))
        if not unchanged or found.verdict == "broken":
            return None
        if table not in self.shrunk:
            return found
        # rows that go break nothing; how many of a foreign key's are NULL has to be counted
        holds = found.verdict == "holds" and rule != "foreign_key"
        return replace(found, checked=self.rows[table]) if holds else None

    def suspects(self, table: str, rule: str, columns: tuple[str, ...], text: str) -> str:
        """The relation of the only rows that can break the rule, because it held before they were changed; "" where
        any row can."""
        found = self.known.get((table, rule, columns, text))
        return self.changed.get(table, "") if found is not None and found.verdict == "holds" else ""


def validate(dataset: Dataset) -> Report:
    """One finding per rule, in the order of the tables. The report is not kept: `dataset.keep_report` does that."""
    return _validated(dataset, {}, {}, (), {})


def revalidate(
    dataset: Dataset,
    before: Report,
    touched: Mapping[str, Collection[str]],
    rows: Mapping[str, pa.Table],
    *,
    shrunk: Collection[str] = (),
) -> Report:
    """The report that `validate` would give, looking again only at what an edit can have changed: `before` is the
    report of the version it was made from, `touched` the columns of each table in which some cell is another (all of
    them where rows are new), `shrunk` the tables that lost rows, `rows` the rows of such tables that have another cell
    or are new, as they are now. A table that is missing there is looked at whole."""
    named = [(f.table, f.rule, f.columns, f.text) for f in before.findings]
    alone = {name for name, count in Counter(named).items() if count == 1}  # of two alike, each has its own place
    known = {n: f for n, f in zip(named, before.findings, strict=True) if n in alone}
    return _validated(dataset, known, touched, shrunk, rows)


def _validated(
    dataset: Dataset,
    known: Mapping[_Name, Finding],
    touched: Mapping[str, Collection[str]],
    shrunk: Collection[str],
    rows: Mapping[str, pa.Table],
) -> Report:
    began = time.perf_counter()
    schema = dataset.schema
    paths = {key: dataset.parts(key) for key in schema.tables if key in dataset}
    whole = {key: read_whole(parts) for key, parts in paths.items() if dataset.rows[key] <= SMALL}
    with connect({**paths, **whole}) as connection:
        bench = _Bench(
            connection,
            {
                key: Ground(
                    schema,
                    schema.tables[key],
                    relation_names(schema.tables[key].column_names),
                    read_footers(parts),
                    dataset.as_of,
                )
                for key, parts in paths.items()
            },
            {key: quoted(name) for key, name in relation_names(paths).items()},
            paths,
            whole,
            dataset.rows,
            known,
            touched,
            shrunk,
            _changed(connection, rows),
        )
        # keys first: a foreign key is cheaper to prove against a key that is known to be unique
        keys = {key: [*_keys(bench, key), *_keys_of_partitions(bench, key)] for key in paths}
        of_rows = _rows(bench)
        findings = [f for key in paths for f in (*keys[key], *_references(bench, key), *of_rows[key])]
    return Report(findings=tuple(findings), seconds=round(time.perf_counter() - began, 3))


def _changed(connection: duckdb.DuckDBPyConnection, rows: Mapping[str, pa.Table]) -> dict[str, str]:
    """The changed rows of each table as relations whose columns are called as the table's are."""
    relations = {}
    for number, (table, changed) in enumerate(rows.items()):
        name = f"changed rows {number} "
        connection.register(name, changed.rename_columns(list(relation_names(changed.column_names).values())))
        relations[table] = quoted(name)
    return relations


def _keys(bench: _Bench, table: str) -> Iterator[Finding]:
    ground, relation, rows = bench.grounds[table], bench.relations[table], bench.rows[table]
    for constraint in ground.table.constraints:
        if isinstance(constraint, Exclude):
            text = _exclude_text(constraint)
            yield bench.kept(table, "exclude", (), text) or _excluded(bench, table, constraint, text)
        if not isinstance(constraint, (PrimaryKey, Unique)):
            continue
        rule = "primary_key" if isinstance(constraint, PrimaryKey) else "unique"
        text = _key_text(constraint)
        distinct = isinstance(constraint, PrimaryKey) or constraint.nulls_distinct
        plain = isinstance(constraint, PrimaryKey) or not (constraint.expressions or constraint.where)
        if kept := bench.kept(table, rule, constraint.columns, text, alone=plain):
            if kept.verdict == "holds" and distinct and plain and not getattr(constraint, "prefixes", {}):
                bench.unique.add((table, constraint.columns))
            yield kept
            continue
        try:
            key = key_of(ground, relation, constraint)
            few = bench.suspects(table, rule, constraint.columns, text) if distinct else ""
            apart = distinct and told_apart(key, ground, bench.paths[table], bench.whole.get(table))
            if apart or (few and not meeting(bench.connection, key, few)):
                failing = 0
            elif distinct:
                failing = duplicates(bench.connection, key, rows, ground.footers)
            else:
                failing = duplicates_with_nulls(bench.connection, key)
            sql = showing_duplicates(key, nulls_distinct=distinct)
            if isinstance(constraint, PrimaryKey) and (nulls := _nulls(bench, table, constraint.columns)):
                failing += nulls
                missing = " OR ".join(f"{ground.column(name)} IS NULL" for name in constraint.columns)
                sql = f"SELECT * FROM {relation} WHERE {missing}"
        except (InputError, _duckdb_errors()) as error:
            yield _unverified(table, rule, constraint.columns, text, _reason(error), constraint.place)
            continue
        if not failing and distinct and key.plain and not key.where:
            bench.unique.add((table, constraint.columns))
        yield _found(bench, table, rule, constraint.columns, text, failing, rows, sql, constraint.place)


def _keys_of_partitions(bench: _Bench, table: str) -> Iterator[Finding]:
    """Keys that only some partitions of the table have: among their rows, which are the table's."""
    ground = bench.grounds[table]
    for partition, constraint in own_keys(ground.schema, ground.table):
        inside = membership(ground.schema, partition)
        if not isinstance(constraint, Unique) or inside is None:
            text = f"in {partition.key}: {type(constraint).__name__.lower()} {constraint.name}".rstrip()
            yield _unverified(table, "partition", (), text, "it holds for the rows of a partition", constraint.place)
            continue
        where = f"({inside}) AND ({constraint.where})" if constraint.where else inside
        text = f"in {partition.key}: {_key_text(constraint)}"
        if kept := bench.kept(table, "unique", constraint.columns, text):
            yield kept
            continue
        try:
            key = key_of(ground, bench.relations[table], replace(constraint, where=where))
            failing = duplicates(bench.connection, key, bench.rows[table], ground.footers)
        except (InputError, _duckdb_errors()) as error:
            yield _unverified(table, "unique", constraint.columns, text, _reason(error), constraint.place)
            continue
        sql = showing_duplicates(key)
        yield _found(
            bench, table, "unique", constraint.columns, text, failing, bench.rows[table], sql, constraint.place
        )


def _exclude_text(constraint: Exclude) -> str:
    said = ", ".join(f"{element} WITH {operator}" for element, operator in constraint.elements)
    return f"EXCLUDE ({said})" + (f" WHERE {constraint.where}" if constraint.where else "")


def _excluded(bench: _Bench, table: str, constraint: Exclude, text: str) -> Finding:
    ground, relation = bench.grounds[table], bench.relations[table]
    try:
        if all(operator == "=" for _, operator in constraint.elements):
            columns, expressions = equals([sql for sql, _ in constraint.elements], ground.table, ground.schema.dialect)
            key = key_of(ground, relation, Unique(columns=columns, expressions=expressions, where=constraint.where))
            failing = duplicates(bench.connection, key, bench.rows[table], ground.footers)
            sql = showing_duplicates(key)
        else:
            apart = apart_of(constraint, ground.table, ground.schema.dialect)
            if isinstance(apart, str):
                return _unverified(table, "exclude", (), text, apart, constraint.place)
            sql = overlapping(ground, relation, constraint, apart)
            failing = one(bench.connection, f"SELECT count(*) FROM ({sql})")
    except (InputError, _duckdb_errors()) as error:
        return _unverified(table, "exclude", (), text, _reason(error), constraint.place)
    return _found(bench, table, "exclude", (), text, failing, bench.rows[table], sql, constraint.place)


def _nulls(bench: _Bench, table: str, columns: Sequence[str]) -> int:
    """Rows with a NULL in any of the columns."""
    ground = bench.grounds[table]
    footers = [ground.footers.get(name) for name in columns]
    if all(footer is not None and footer.nulls == 0 for footer in footers):
        return 0
    missing = " OR ".join(f"{ground.column(name)} IS NULL" for name in columns)
    return int(one(bench.connection, f"SELECT count(*) FROM {bench.relations[table]} WHERE {missing}"))


def _references(bench: _Bench, table: str) -> Iterator[Finding]:
    ground = bench.grounds[table]
    for key in (key for key in ground.table.foreign_keys if key.enforced):
        text = f"FOREIGN KEY ({', '.join(key.columns)}) REFERENCES {key.table} ({', '.join(key.references)})"
        if key.match == "full":
            text += " MATCH FULL"
        if key.table not in bench.grounds:
            reason = f"there is no table {key.table} in this dataset"
            yield _unverified(table, "foreign_key", key.columns, text, reason, key.place)
            continue
        family = _partitions(bench, key.table)
        same = not any(
            member in bench.shrunk or set(key.references) & set(bench.touched.get(member, ())) for member in family
        )
        if same and (kept := bench.kept(table, "foreign_key", key.columns, text, alone=True)):
            yield kept
            continue
        parent = bench.grounds[key.table]
        gapless = (
            len(family) == len(key.references) == 1
            and (key.table, key.references) in bench.unique
            and dense(parent.footers.get(key.references[0]), bench.rows[key.table])
        )
        try:
            tally = dangling(
                bench.connection,
                key,
                ground,
                [(bench.relations[member], bench.grounds[member]) for member in family],
                bench.relations[table],
                bench.rows[table],
                dense=gapless,
                whole=_both(bench, table, family),
                suspects=bench.suspects(table, "foreign_key", key.columns, text) if same else "",
            )
        except _duckdb_errors() as error:
            yield _unverified(table, "foreign_key", key.columns, text, _reason(error), key.place)
            continue
        yield _found(bench, table, "foreign_key", key.columns, text, tally.failing, tally.checked, tally.sql, key.place)


def _partitions(bench: _Bench, table: str) -> list[str]:
    """The table and the partitions that hold its rows. (Children by INHERITS are no targets of the parent's keys.)"""
    found = [table]
    for member in found:
        found += [key for key, ground in bench.grounds.items() if ground.table.partition_of == member]
    return found


def _both(bench: _Bench, child: str, family: Sequence[str]) -> tuple[pa.Table, pa.Table] | None:
    """The rows of a child and of its only parent, where both are few."""
    if len(family) > 1 or child not in bench.whole or family[0] not in bench.whole:
        return None
    return bench.whole[child], bench.whole[family[0]]


def _rows(bench: _Bench) -> dict[str, list[Finding]]:
    """The findings on single rows, of each table."""
    rules = {table: list(row_rules(ground)) for table, ground in bench.grounds.items()}
    kept = {
        table: {r: f for r in of if (f := bench.kept(table, r.rule, r.columns, r.text, alone=r.alone))}
        for table, of in rules.items()
    }
    asked = {table: [r for r in of if r.violated and r not in kept[table]] for table, of in rules.items()}
    failing = _failing(bench, {table: _undecided(bench, table, of) for table, of in asked.items()})
    return {
        table: [_judged(bench, table, rule, kept[table].get(rule), failing[table].get(rule, 0)) for rule in of]
        for table, of in rules.items()
    }


def _judged(bench: _Bench, table: str, rule: RowRule, kept: Finding | None, failing: int | str) -> Finding:
    sql = f"SELECT * FROM {bench.relations[table]} WHERE {rule.violated or 'FALSE'}"
    if kept is not None:
        return replace(kept, sql=sql if kept.verdict != "unverified" else "")
    if rule.reason or isinstance(failing, str):
        return _unverified(table, rule.rule, rule.columns, rule.text, rule.reason or str(failing), rule.place)
    return _found(bench, table, rule.rule, rule.columns, rule.text, failing, bench.rows[table], sql, rule.place)


def _undecided(bench: _Bench, table: str, rules: Sequence[RowRule]) -> list[RowRule]:
    """Those that neither the changed rows alone nor a few witnesses tell to hold."""
    few = [rule for rule in rules if bench.suspects(table, rule.rule, rule.columns, rule.text)]
    counted = zip(few, _counts(bench, bench.changed.get(table, ""), few), strict=True)
    proven = {rule for rule, count in counted if not count}
    left = [rule for rule in rules if rule not in proven]
    if (few_rows := bench.whole.get(table)) is not None:
        return [r for r in left if not r.longest or longest(few_rows.column(r.columns[0])) > r.longest]
    if bench.rows[table] < MANY or not left:
        return left
    ground = bench.grounds[table]
    spoken, values = witnesses(ground, bench.paths[table], left)
    if spoken:
        import pyarrow as pa

        name = f"witnesses of {table} "
        bench.connection.register(name, pa.table(values))
        counted = zip(spoken, _counts(bench, quoted(name), spoken), strict=True)
        proven = {rule for rule, count in counted if count == 0}
    return [rule for rule in left if rule not in proven]


def _failing(bench: _Bench, rules: Mapping[str, Sequence[RowRule]]) -> dict[str, dict[RowRule, int | str]]:
    """How many rows of each table break each of its rules, or why that can't be computed."""
    counts: dict[str, Sequence[int | str]] = {}
    small = [table for table, of in rules.items() if of and table in bench.whole]
    for first in range(0, len(small), _TOGETHER):
        counts |= _counted_together(bench, {table: rules[table] for table in small[first : first + _TOGETHER]})
    for table, of in rules.items():
        if table not in counts:
            counts[table] = _counts(bench, bench.relations[table], of)
    return {table: dict(zip(of, counts[table], strict=True)) for table, of in rules.items()}


def _counted_together(bench: _Bench, rules: Mapping[str, Sequence[RowRule]]) -> dict[str, list[int | str]]:
    """As `_counts`, of several tables in one query; nothing where one of the rules can't be computed."""
    scans = [
        f"SELECT {number}, [{_counting(of)}] FROM {bench.relations[table]}"
        for number, (table, of) in enumerate(rules.items())
    ]
    tables = list(rules)
    try:
        found = bench.connection.execute(" UNION ALL ".join(scans)).fetchall()
    except _duckdb_errors():
        return {}
    return {tables[number]: list(counts) for number, counts in found}


def _counting(rules: Sequence[RowRule]) -> str:
    return ", ".join(f"count(*) FILTER (WHERE {rule.violated})" for rule in rules)


def _counts(bench: _Bench, relation: str, rules: Sequence[RowRule]) -> list[int | str]:
    """How many rows break each rule, in one scan; where one of the rules can't be computed, each by itself, and a
    text says why for those that can't."""
    if not rules:
        return []
    try:
        found = bench.connection.execute(f"SELECT {_counting(rules)} FROM {relation}").fetchall()
    except _duckdb_errors() as error:
        if len(rules) == 1:
            return [_reason(error)]
        return [count for rule in rules for count in _counts(bench, relation, [rule])]
    return [int(count) for count in found[0]]


def _duckdb_errors() -> type[Exception]:
    """DuckDB's root of errors; imported when something is validated."""
    import duckdb

    return duckdb.Error


def _found(
    bench: _Bench,
    table: str,
    rule: str,
    columns: tuple[str, ...],
    text: str,
    failing: int,
    checked: int,
    sql: str,
    place: Place | None,
) -> Finding:
    return Finding(
        verdict="broken" if failing else "holds",
        rule=rule,
        table=table,
        columns=columns,
        text=text,
        failing=failing,
        checked=checked,
        sample=_sample(bench.connection, sql) if failing else (),
        sql=sql,
        line=place.line if place else 0,
        column=place.column if place else 0,
    )


def _unverified(
    table: str, rule: str, columns: tuple[str, ...], text: str, reason: str, place: Place | None
) -> Finding:
    return Finding(
        verdict="unverified",
        rule=rule,
        table=table,
        columns=columns,
        text=text,
        reason=reason,
        line=place.line if place else 0,
        column=place.column if place else 0,
    )


def _sample(connection: duckdb.DuckDBPyConnection, sql: str) -> tuple[dict[str, Any], ...]:
    rows = connection.sql(f"FROM ({sql}) LIMIT {_SAMPLE}").to_arrow_table().to_pylist()
    return tuple({name: _plain(value) for name, value in row.items()} for row in rows)


def _plain(value: object) -> object:
    """A value as JSON can hold it, so that a report reads the same from memory and from disk."""
    if isinstance(value, float):
        return value if value - value == 0 else str(value)
    if value is None or isinstance(value, (bool, str)) or (isinstance(value, int) and abs(value) < 1 << 63):
        return value
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return value.hex() if isinstance(value, bytes) else str(value)


def _key_text(constraint: PrimaryKey | Unique) -> str:
    if isinstance(constraint, PrimaryKey):
        return f"PRIMARY KEY ({', '.join(constraint.columns)})"
    sizes = constraint.prefixes
    parts = [f"{name}({sizes[name]})" if name in sizes else name for name in constraint.columns]
    text = f"UNIQUE ({', '.join((*parts, *constraint.expressions))})"
    text += "" if constraint.nulls_distinct else " NULLS NOT DISTINCT"
    return text + (f" WHERE {constraint.where}" if constraint.where else "")


def _reason(error: Exception) -> str:
    return str(error).partition("\n")[0]
