"""What a finished job is remembered by: its seed, order and durations, and of each column the share of NULLs and the
number of different values. Read from the version that it made, which never changes; so nothing of it is kept twice.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec import to_builtins

from .ledger import Record

if TYPE_CHECKING:
    from .dataset import Dataset

LOOKED_AT = 100_000  # first rows of a table in which different values are counted


def summary(record: Record) -> dict[str, Any]:
    """{"job", "dataset", "status", "reason", "created", "seconds", "seed", "model", "temperature", "model_errors",
    "instructed", "libraries", "error"}, the four about a model filled where there was one, and of a job that saved a
    version also {"version", "order", "tables": {T: {"rows", "seconds", "bytes", "columns": {C: {"null_share",
    "distinct", "distinct_in"}}}}, "validation"}. `distinct` is counted in the first `distinct_in` rows."""
    order, state, told, texts = record.order, record.state, record.order.instructed, record.texts
    facts: dict[str, Any] = {
        "job": order.job,
        "dataset": order.name,
        "status": state.status,
        "reason": state.reason,
        "created": order.created,
        "seconds": state.seconds,
        "rows": state.rows,
        "asked": order.rows,
        "seed": order.seed,
        "model": told.model if told else texts.model if texts else None,
        "temperature": told.temperature if told else texts.sampling.temperature if texts else None,
        "model_errors": list(told.errors) if told else [],
        "instructed": to_builtins(told) if told else None,
        "libraries": order.libraries,
        "error": state.error,
    }
    dataset = record.saved()
    if dataset is None:
        return facts
    report = dataset.report
    return facts | {
        "version": dataset.version,
        "partial": dataset.partial,
        "order": list(dataset),
        "tables": {table: _table(dataset, table) for table in dataset},
        "validation": report.summary() if report else None,
    }


def _table(dataset: Dataset, table: str) -> dict[str, Any]:
    import polars as pl

    rows = dataset.rows[table]
    nulls = dataset.scan(table).select(pl.all().null_count()).collect().row(0)
    first = dataset.scan(table).head(LOOKED_AT).collect()
    columns = {}
    for series, missing in zip(first, nulls, strict=True):
        columns[series.name] = {
            "null_share": round(missing / rows, 6) if rows else 0.0,
            "distinct": series.drop_nulls().n_unique() if not series.dtype.is_nested() else None,
            "distinct_in": min(rows, LOOKED_AT),
        }
    return {"rows": rows, "seconds": dataset.seconds[table], "bytes": dataset.bytes[table], "columns": columns}
