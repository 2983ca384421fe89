"""The answers of `--json`: one object each, whose keys are stable. Knows nothing of screens.

`plan --json` is the plan itself and `schema --json` is ddl.schema_json: they have no shape of their own here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from ..report import Report

if TYPE_CHECKING:
    from ..dataset import Dataset


def dataset_document(dataset: Dataset) -> dict[str, Any]:
    """{"dataset", "version", "seed", "as_of", "tables": {T: {"asked", "rows", "capacity", "why", "seconds"}},
    "report", "instructed"}: the last is null where no model was asked."""
    tables, made_of, seconds = {}, dataset.readable_plan, dataset.seconds
    for key, rows in dataset.rows.items():
        plan = made_of.tables[key] if made_of else None
        tables[key] = {
            "asked": plan.asked if plan else None,
            "rows": rows,
            "capacity": plan.capacity if plan else None,
            "why": plan.why if plan else "",
            "seconds": seconds[key],
        }
    return {
        "dataset": dataset.name,
        "version": dataset.version,
        "seed": dataset.seed,
        "as_of": dataset.as_of,
        "tables": tables,
        "report": report_document(dataset.report) if dataset.report else None,
        "instructed": msgspec.to_builtins(dataset.instructed) if dataset.instructed else None,
    }


def report_document(report: Report) -> dict[str, Any]:
    """{"clean", "summary": {RULE: {"holds", "broken", "unverified"}}, "findings": [...], "seconds"}"""
    return {
        "clean": report.clean,
        "summary": report.summary(),
        "findings": [{name: getattr(f, name) for name in f.__struct_fields__} for f in report.findings],
        "seconds": report.seconds,
    }


def show_document(dataset: Dataset, tables: list[str], rows: int) -> dict[str, Any]:
    """The dataset's document, and under "first" the first rows of `tables` as objects."""
    first = {t: dataset.scan(t).head(rows).collect().to_dicts() for t in tables}
    return {**dataset_document(dataset), "first": first}


def encode(document: object) -> str:
    """Readable JSON; values that JSON lacks become text (dates in ISO 8601, bytes in base64)."""
    return msgspec.json.format(msgspec.json.encode(document, enc_hook=str), indent=1).decode()
