"""Every constraint of a dataset as a query over its parts. `validate` is the door; it reads, and changes nothing.

All that a table asks of single rows is counted in ONE scan, that of many small tables in one query; rows are looked at
again only where something fails. What the footers of the parts prove (no NULL, a range, a foreign key into a gapless
range), or the few values of a column, needs no scan at all.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from msgspec.structs import replace

from ..ddl.partitions import membership, own_keys
from ..ddl.periods import apart_of, equals
from ..errors import InputError
from ..report import Finding, Report
from ..sandbox import connect, quoted, relation_names
from ..schema import Exclude, PrimaryKey, Unique
from .bench import Bench, Name
from .columns import SMALL, read_whole
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
from .rules import Ground
from .singles import of_single_rows
from .verdicts import duckdb_errors, found, reason_of, unverified

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

    from ..store import Dataset

__all__ = ["revalidate", "validate"]


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
    known: Mapping[Name, Finding],
    touched: Mapping[str, Collection[str]],
    shrunk: Collection[str],
    rows: Mapping[str, pa.Table],
) -> Report:
    began = time.perf_counter()
    schema = dataset.schema
    paths = {key: dataset.parts(key) for key in schema.tables if key in dataset}
    small = {key: read_whole(parts) for key, parts in paths.items() if dataset.rows[key] <= SMALL}
    whole = {key: rows for key, (rows, _) in small.items()}
    footers = {key: small[key][1] if key in small else read_footers(parts) for key, parts in paths.items()}
    with connect({**paths, **whole}) as connection:
        bench = Bench(
            connection,
            {
                key: Ground(
                    schema,
                    schema.tables[key],
                    relation_names(schema.tables[key].column_names),
                    footers[key],
                    dataset.as_of,
                )
                for key in paths
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
        of_rows = of_single_rows(bench)
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


def _keys(bench: Bench, table: str) -> Iterator[Finding]:
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
        except (InputError, duckdb_errors()) as error:
            yield unverified(table, rule, constraint.columns, text, reason_of(error), constraint.place)
            continue
        if not failing and distinct and key.plain and not key.where:
            bench.unique.add((table, constraint.columns))
        yield found(bench, table, rule, constraint.columns, text, failing, rows, sql, constraint.place)


def _keys_of_partitions(bench: Bench, table: str) -> Iterator[Finding]:
    """Keys that only some partitions of the table have: among their rows, which are the table's."""
    ground = bench.grounds[table]
    for partition, constraint in own_keys(ground.schema, ground.table):
        inside = membership(ground.schema, partition)
        if not isinstance(constraint, Unique) or inside is None:
            text = f"in {partition.key}: {type(constraint).__name__.lower()} {constraint.name}".rstrip()
            yield unverified(table, "partition", (), text, "it holds for the rows of a partition", constraint.place)
            continue
        where = f"({inside}) AND ({constraint.where})" if constraint.where else inside
        text = f"in {partition.key}: {_key_text(constraint)}"
        if kept := bench.kept(table, "unique", constraint.columns, text):
            yield kept
            continue
        try:
            key = key_of(ground, bench.relations[table], replace(constraint, where=where))
            failing = duplicates(bench.connection, key, bench.rows[table], ground.footers)
        except (InputError, duckdb_errors()) as error:
            yield unverified(table, "unique", constraint.columns, text, reason_of(error), constraint.place)
            continue
        sql = showing_duplicates(key)
        yield found(bench, table, "unique", constraint.columns, text, failing, bench.rows[table], sql, constraint.place)


def _exclude_text(constraint: Exclude) -> str:
    said = ", ".join(f"{element} WITH {operator}" for element, operator in constraint.elements)
    return f"EXCLUDE ({said})" + (f" WHERE {constraint.where}" if constraint.where else "")


def _excluded(bench: Bench, table: str, constraint: Exclude, text: str) -> Finding:
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
                return unverified(table, "exclude", (), text, apart, constraint.place)
            sql = overlapping(ground, relation, constraint, apart)
            failing = one(bench.connection, f"SELECT count(*) FROM ({sql})")
    except (InputError, duckdb_errors()) as error:
        return unverified(table, "exclude", (), text, reason_of(error), constraint.place)
    return found(bench, table, "exclude", (), text, failing, bench.rows[table], sql, constraint.place)


def _nulls(bench: Bench, table: str, columns: Sequence[str]) -> int:
    """Rows with a NULL in any of the columns."""
    ground = bench.grounds[table]
    footers = [ground.footers.get(name) for name in columns]
    if all(footer is not None and footer.nulls == 0 for footer in footers):
        return 0
    missing = " OR ".join(f"{ground.column(name)} IS NULL" for name in columns)
    return int(one(bench.connection, f"SELECT count(*) FROM {bench.relations[table]} WHERE {missing}"))


def _references(bench: Bench, table: str) -> Iterator[Finding]:
    ground = bench.grounds[table]
    for key in (key for key in ground.table.foreign_keys if key.enforced):
        text = f"FOREIGN KEY ({', '.join(key.columns)}) REFERENCES {key.table} ({', '.join(key.references)})"
        if key.match == "full":
            text += " MATCH FULL"
        if key.table not in bench.grounds:
            reason = f"there is no table {key.table} in this dataset"
            yield unverified(table, "foreign_key", key.columns, text, reason, key.place)
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
        except duckdb_errors() as error:
            yield unverified(table, "foreign_key", key.columns, text, reason_of(error), key.place)
            continue
        yield found(bench, table, "foreign_key", key.columns, text, tally.failing, tally.checked, tally.sql, key.place)


def _partitions(bench: Bench, table: str) -> list[str]:
    """The table and the partitions that hold its rows. (Children by INHERITS are no targets of the parent's keys.)"""
    found = [table]
    for member in found:
        found += [key for key, ground in bench.grounds.items() if ground.table.partition_of == member]
    return found


def _both(bench: Bench, child: str, family: Sequence[str]) -> tuple[pa.Table, pa.Table] | None:
    """The rows of a child and of its only parent, where both are few."""
    if len(family) > 1 or child not in bench.whole or family[0] not in bench.whole:
        return None
    return bench.whole[child], bench.whole[family[0]]


def _key_text(constraint: PrimaryKey | Unique) -> str:
    if isinstance(constraint, PrimaryKey):
        return f"PRIMARY KEY ({', '.join(constraint.columns)})"
    sizes = constraint.prefixes
    parts = [f"{name}({sizes[name]})" if name in sizes else name for name in constraint.columns]
    text = f"UNIQUE ({', '.join((*parts, *constraint.expressions))})"
    text += "" if constraint.nulls_distinct else " NULLS NOT DISTINCT"
    return text + (f" WHERE {constraint.where}" if constraint.where else "")
