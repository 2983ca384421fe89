"""Datasets for tests from tables that a test writes out: no plan decides their values, so they may break rules."""

from __future__ import annotations

from collections.abc import Mapping

import pyarrow as pa

from synthgen_nb.parquet import write_part
from synthgen_nb.plan import Plan, TablePlan
from synthgen_nb.schema import Schema
from synthgen_nb.store import Dataset, Store


def plan_of(schema: Schema, seed: int = 0) -> Plan:
    tables = {key: TablePlan(rows=0, asked=0, columns={}) for key in schema.tables}
    return Plan(schema=schema, seed=seed, as_of="2026-01-01", tables=tables)


def saved(
    store: Store,
    schema: Schema,
    tables: Mapping[str, pa.Table],
    name: str = "shop",
    rows_per_part: int = 1 << 20,
    coded: bool = False,
) -> Dataset:
    """The tables as the next version of `name`, in as many parts as `rows_per_part` makes; with texts as codes into
    dictionaries, if `coded`."""
    with store.begin(name) as draft:
        parts = {}
        for key, table in tables.items():
            cuts = range(0, max(table.num_rows, 1), rows_per_part)
            parts[key] = [
                write_part(
                    draft.part_path(key, index),
                    table.schema,
                    table.slice(cut, rows_per_part).to_batches(max_chunksize=50_000),
                    dictionary=[field.name for field in table.schema if coded and pa.types.is_string(field.type)],
                )
                for index, cut in enumerate(cuts)
            ]
        return draft.commit(plan_of(schema), parts, seconds=dict.fromkeys(tables, 0.5), description="by hand")
