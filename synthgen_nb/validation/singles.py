"""What a table asks of single rows, counted in one scan; that of many small tables in one query."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec.structs import replace

from ..report import Finding
from ..sandbox import quoted
from .bench import Bench
from .columns import longest
from .rules import RowRule, row_rules
from .verdicts import duckdb_errors, found, reason_of, unverified
from .witnesses import MANY, witnesses

_TOGETHER = 32  # small tables scanned by one query


def of_single_rows(bench: Bench) -> dict[str, list[Finding]]:
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


def _judged(bench: Bench, table: str, rule: RowRule, kept: Finding | None, failing: int | str) -> Finding:
    sql = f"SELECT * FROM {bench.relations[table]} WHERE {rule.violated or 'FALSE'}"
    if kept is not None:
        return replace(kept, sql=sql if kept.verdict != "unverified" else "")
    if rule.reason or isinstance(failing, str):
        return unverified(table, rule.rule, rule.columns, rule.text, rule.reason or str(failing), rule.place)
    return found(bench, table, rule.rule, rule.columns, rule.text, failing, bench.rows[table], sql, rule.place)


def _undecided(bench: Bench, table: str, rules: Sequence[RowRule]) -> list[RowRule]:
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


def _failing(bench: Bench, rules: Mapping[str, Sequence[RowRule]]) -> dict[str, dict[RowRule, int | str]]:
    """How many rows of each table break each of its rules, or why that can't be computed."""
    counts: dict[str, Sequence[int | str]] = {}
    small = [table for table, of in rules.items() if of and table in bench.whole]
    for first in range(0, len(small), _TOGETHER):
        counts |= _counted_together(bench, {table: rules[table] for table in small[first : first + _TOGETHER]})
    for table, of in rules.items():
        if table not in counts:
            counts[table] = _counts(bench, bench.relations[table], of)
    return {table: dict(zip(of, counts[table], strict=True)) for table, of in rules.items()}


def _counted_together(bench: Bench, rules: Mapping[str, Sequence[RowRule]]) -> dict[str, list[int | str]]:
    """As `_counts`, of several tables in one query; nothing where one of the rules can't be computed."""
    scans = [
        f"SELECT {number}, [{_counting(of)}] FROM {bench.relations[table]}"
        for number, (table, of) in enumerate(rules.items())
    ]
    tables = list(rules)
    try:
        found = bench.connection.execute(" UNION ALL ".join(scans)).fetchall()
    except duckdb_errors():
        return {}
    return {tables[number]: list(counts) for number, counts in found}


def _counting(rules: Sequence[RowRule]) -> str:
    return ", ".join(f"count(*) FILTER (WHERE {rule.violated})" for rule in rules)


def _counts(bench: Bench, relation: str, rules: Sequence[RowRule]) -> list[int | str]:
    """How many rows break each rule, in one scan; where one of the rules can't be computed, each by itself, and a
    text says why for those that can't."""
    if not rules:
        return []
    try:
        found = bench.connection.execute(f"SELECT {_counting(rules)} FROM {relation}").fetchall()
    except duckdb_errors() as error:
        if len(rules) == 1:
            return [reason_of(error)]
        return [count for rule in rules for count in _counts(bench, relation, [rule])]
    return [int(count) for count in found[0]]
