"""Every constraint of a dataset as a query over its parts. `validate` is the door; it reads, and changes nothing.

All that a table asks of single rows is counted in ONE scan; rows are looked at again only where something fails. What
the footers of the parts prove (no NULL, a range, a foreign key into a gapless range) needs no scan at all.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from ..ddl.partitions import membership, own_keys
from ..ddl.periods import apart_of, equals
from ..errors import InputError
from ..report import Finding, Report
from ..sandbox import connect, quoted, relation_names
from ..schema import Exclude, Place, PrimaryKey, Unique
from .footers import read_footers
from .keys import dangling, dense, duplicates, duplicates_with_nulls, key_of, one, showing_duplicates
from .periods import overlapping
from .rules import Ground, RowRule, row_rules

if TYPE_CHECKING:
    import duckdb

    from ..store import Dataset

__all__ = ["validate"]

_SAMPLE = 5


@dataclass(frozen=True, slots=True)
class _Bench:
    """What validating one dataset needs at hand. `unique` fills up as keys are found unique."""

    connection: duckdb.DuckDBPyConnection
    grounds: Mapping[str, Ground]
    relations: Mapping[str, str]
    rows: Mapping[str, int]
    unique: set[tuple[str, tuple[str, ...]]] = field(default_factory=set)


def validate(dataset: Dataset) -> Report:
    """One finding per rule, in the order of the tables. The report is not kept: `dataset.keep_report` does that."""
    began = time.perf_counter()
    schema = dataset.schema
    paths = {key: dataset.parts(key) for key in schema.tables if key in dataset}
    with connect(paths) as connection:
        bench = _Bench(
            connection,
            {
                key: Ground(
                    schema,
                    schema.tables[key],
                    relation_names(schema.tables[key].column_names),
                    read_footers(parts),
                    dataset.as_of,
                    connection,
                )
                for key, parts in paths.items()
            },
            {key: quoted(name) for key, name in relation_names(paths).items()},
            dataset.rows,
        )
        # keys first: a foreign key is cheaper to prove against a key that is known to be unique
        keys = {key: [*_keys(bench, key), *_keys_of_partitions(bench, key)] for key in paths}
        findings = [f for key in paths for f in (*keys[key], *_references(bench, key), *_rows(bench, key))]
    return Report(findings=tuple(findings), seconds=round(time.perf_counter() - began, 3))


def _keys(bench: _Bench, table: str) -> Iterator[Finding]:
    ground, relation, rows = bench.grounds[table], bench.relations[table], bench.rows[table]
    for constraint in ground.table.constraints:
        if isinstance(constraint, Exclude):
            yield _excluded(bench, table, constraint)
        if not isinstance(constraint, (PrimaryKey, Unique)):
            continue
        rule = "primary_key" if isinstance(constraint, PrimaryKey) else "unique"
        text = _key_text(constraint)
        try:
            key = key_of(ground, relation, constraint)
            distinct = isinstance(constraint, PrimaryKey) or constraint.nulls_distinct
            failing = (
                duplicates(bench.connection, key, rows, ground.footers)
                if distinct
                else duplicates_with_nulls(bench.connection, key)
            )
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


def _excluded(bench: _Bench, table: str, constraint: Exclude) -> Finding:
    ground, relation = bench.grounds[table], bench.relations[table]
    said = ", ".join(f"{element} WITH {operator}" for element, operator in constraint.elements)
    text = f"EXCLUDE ({said})" + (f" WHERE {constraint.where}" if constraint.where else "")
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


def _rows(bench: _Bench, table: str) -> Iterator[Finding]:
    relation, rows = bench.relations[table], bench.rows[table]
    rules = list(row_rules(bench.grounds[table]))
    scanned = [rule for rule in rules if rule.violated]
    failing = dict(zip(scanned, _counts(bench, relation, scanned), strict=True))
    for rule in rules:
        count = failing.get(rule, 0)
        if rule.reason or isinstance(count, str):
            reason = rule.reason or str(count)
            yield _unverified(table, rule.rule, rule.columns, rule.text, reason, rule.place)
        else:
            sql = f"SELECT * FROM {relation} WHERE {rule.violated or 'FALSE'}"
            yield _found(bench, table, rule.rule, rule.columns, rule.text, count, rows, sql, rule.place)


def _counts(bench: _Bench, relation: str, rules: Sequence[RowRule]) -> list[int | str]:
    """How many rows break each rule, in one scan; where one of the rules can't be computed, each by itself, and a
    text says why for those that can't."""
    if not rules:
        return []
    counts = ", ".join(f"count(*) FILTER (WHERE {rule.violated})" for rule in rules)
    try:
        found = bench.connection.execute(f"SELECT {counts} FROM {relation}").fetchall()
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
