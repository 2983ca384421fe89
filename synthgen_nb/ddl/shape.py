"""A Schema as the JSON that `schema --json` prints. Knows the shape and nothing else."""

from __future__ import annotations

from typing import Any

from ..schema import Column, Schema, Table


def schema_json(schema: Schema) -> dict[str, Any]:
    """`{"dialect", "tables": {key: {"columns", "primary_key", "uniques", "foreign_keys", "checks", "partition_of"}},
    "enums", "domains", "not_understood", "notes"}`. `nullable` is what the engine's catalog says: a NOT NULL that only
    the domain makes is the domain's."""
    return {
        "dialect": schema.dialect,
        "tables": {key: _table(table, schema) for key, table in schema.tables.items()},
        "enums": {key: list(values) for key, values in schema.enums.items()},
        "domains": {
            key: {"type": d.type.sql, "nullable": d.nullable, "default": d.default, "checks": list(d.checks)}
            for key, d in schema.domains.items()
        },
        "not_understood": [
            {"line": n.line, "column": n.column, "text": n.text} for n in schema.notes if n.code == "not_understood"
        ],
        "notes": [
            {"code": n.code, "line": n.line, "column": n.column, "text": n.text}
            for n in schema.notes
            if n.code != "not_understood"
        ],
    }


def _table(table: Table, schema: Schema) -> dict[str, Any]:
    return {
        "columns": [_column(c) for c in table.columns],
        "primary_key": list(table.primary_key),
        "uniques": [
            {
                "name": u.name,
                "columns": list(u.columns),
                "where": u.where,
                "expressions": list(u.expressions),
                "nulls_distinct": u.nulls_distinct,
            }
            for u in table.uniques
        ],
        "foreign_keys": [
            {
                "name": f.name,
                "columns": list(f.columns),
                "table": f.table,
                "references": list(f.references),
                "match": f.match,
                "deferrable": f.deferrable,
            }
            for f in table.foreign_keys
            if f.enforced
        ],
        "checks": [{"name": c.name, "columns": list(c.columns), "sql": c.sql} for c in table.checks],
        "partition_of": table.partition_of,
        "inherits": list(table.inherits),
        "comment": table.comment,
        "rows": len(table.rows),
    }


def _column(column: Column) -> dict[str, Any]:
    return {
        "name": column.name,
        "type": column.type.domain or column.type.sql,
        "kind": column.type.kind.value,
        "nullable": column.nullable or column.by_domain,
        "default": column.default,
        "generated": column.generated,
        "identity": column.identity,
        "comment": column.comment,
        **({"hint": column.hint.text} if column.hint else {}),
    }
