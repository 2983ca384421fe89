"""A verdict on a rule as a finding, with the first rows that break it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..report import Finding
from ..schema import Place

if TYPE_CHECKING:
    import duckdb


from .bench import Bench

_SAMPLE = 5


def found(
    bench: Bench,
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


def unverified(table: str, rule: str, columns: tuple[str, ...], text: str, reason: str, place: Place | None) -> Finding:
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


def reason_of(error: Exception) -> str:
    return str(error).partition("\n")[0]


def duckdb_errors() -> type[Exception]:
    """DuckDB's root of errors; imported when something is validated."""
    import duckdb

    return duckdb.Error
