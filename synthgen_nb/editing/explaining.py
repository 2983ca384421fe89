"""Why an edit is refused: the rules that it would break, in words, and the rows that would break them."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from msgspec import Struct

from ..cells import spelled
from ..dataset import Dataset
from ..errors import RefusedEdit
from ..report import Finding, Report
from ..sandbox import connect, quoted, relation_names

_SHOWN = 5  # failing rows
_LONGEST = 60  # characters of a value


class Problem(Struct, frozen=True):
    """A rule that an edit would break, for people. `rows` are a few of those that would break it, as texts (None is
    NULL): `columns` are first those that name a row, then those of the rule."""

    finding: Finding
    words: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str | None, ...], ...]


def worse(before: Report, after: Report) -> list[Finding]:
    """Rules that fail in more rows than before: data that was broken can be mended step by step."""
    known = {_name(finding): finding.failing for finding in before.findings}
    return [finding for finding in after.broken if finding.failing > known.get(_name(finding), 0)]


def problems_of(dataset: Dataset, findings: Sequence[Finding]) -> tuple[Problem, ...]:
    """The findings, each with rows of this version that fail. Raises StoreError."""
    with connect({key: dataset.parts(key) for key in dataset}, threads=1) as connection:  # the same rows each time
        found = []
        for finding in findings:
            table = dataset.schema.tables[finding.table]
            called = relation_names(table.column_names)
            names = dict.fromkeys([*table.identifying, *(finding.columns or table.column_names)])
            rows = connection.sql(_showing(dataset, finding, [called[name] for name in names])).to_arrow_table()
            texts = [[spelled(v, table.column(n).type) for v in rows.column(called[n]).to_pylist()] for n in names]
            found.append(Problem(finding, why(finding), tuple(names), tuple(zip(*texts, strict=True))))
        return tuple(found)


def _showing(dataset: Dataset, finding: Finding, columns: Sequence[str]) -> str:
    """A query for a few of the rows that fail; of rows with one key, for all that share it."""
    relation = quoted(relation_names(dataset)[finding.table])
    listed = ", ".join(map(quoted, columns))
    if (
        finding.rule not in ("unique", "primary_key", "exclude")
        or not finding.sample
        or "rows" not in finding.sample[0]
    ):
        return f"SELECT {listed} FROM ({finding.sql}) LIMIT {_SHOWN}"
    called = relation_names(dataset.schema.tables[finding.table].column_names)
    keys = [called[name] for name in finding.columns]
    if not keys or not set(keys) <= set(finding.sample[0]):
        return f"SELECT {listed} FROM {relation} LIMIT 0"  # a key of expressions: no row is shown rather than any
    same = " AND ".join(f"mine.{quoted(key)} = other.{quoted(key)}" for key in keys)
    return f"SELECT {listed} FROM {relation} AS mine SEMI JOIN ({finding.sql}) AS other ON {same} LIMIT {_SHOWN}"


def why(finding: Finding, cell: tuple[str, str] | None = None, value: str | None = None) -> str:
    """In plain words: of an edit, or of the one cell (table, column) that was given this value."""
    rows = f"{finding.failing:,} row{'' if finding.failing == 1 else 's'}"
    told, columns = shortened(value), ", ".join(finding.columns)
    match finding.rule:
        case "unique" | "primary_key":
            if cell:
                return f"another row has this {columns or 'key'} already ({finding.text})"
            return f"{columns or 'the key'} of {rows} would be another row's too ({finding.text})"
        case "foreign_key" if cell and finding.table == cell[0] and cell[1] in finding.columns:
            return f"no row of {finding.text.split(' REFERENCES ')[-1].split(' (')[0]} has {told} ({finding.text})"
        case "foreign_key":
            return f"{rows} of {finding.table} would point to nothing ({finding.text})"
        case "length":
            return f"{told if cell else f'{columns} of {rows}'} is too long ({finding.text})"
        case "check" | "generated":
            return f"{finding.text} would not hold{'' if cell else f' in {rows}'}"
        case "exclude":
            return f"{finding.text}: another row is in the way"
        case "not_null":
            return f"{columns} is NOT NULL{'' if cell else f': {rows} would have no value'}"
    return f"{told} is refused ({finding.text})" if cell else f"{finding.text} would not hold in {rows}"


def shortened(value: str | None) -> str:
    """A value as it stands in a sentence."""
    if value is None:
        return "NULL"
    return repr(value if len(value) <= _LONGEST else value[: _LONGEST - 1] + "…")


def refusal(problems: Sequence[Finding]) -> RefusedEdit:
    """The error of an edit that these rules stand against."""
    first = problems[0]
    more = f", and {len(problems) - 1} more rule{'s' if len(problems) > 2 else ''}" if len(problems) > 1 else ""
    return RefusedEdit(
        f"{first.table}: {why(first)}{more}",
        hint="change the edit, or let it cascade to other tables or mend what breaks (--cascade, --mend)",
        details={"findings": [msgspec.to_builtins(finding) for finding in problems]},
    )


def _name(finding: Finding) -> tuple[str, str, tuple[str, ...], str]:
    return finding.table, finding.rule, finding.columns, finding.text
