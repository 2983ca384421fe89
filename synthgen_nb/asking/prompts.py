"""What a model is told of a schema and of a person's instructions: pure functions over the texts in prompts/. Whatever
comes from a DDL is quoted as JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from ..drafting.wished.possible import ColumnRoom, TableRoom
from ..llm.base import Prompt
from ..schema import Schema

_COMMENT = 120  # characters of a comment
_VALUES = 12  # values of a column that are told


def plan_prompt(schema: Schema, tables: Mapping[str, TableRoom], instructions: str) -> Prompt:
    lines = [json.dumps(_table(schema, key, room), ensure_ascii=False) for key, room in tables.items()]
    return Prompt(
        system=prompt_file("plan_system.md"),
        shared=prompt_file("plan_tables.md").replace("{tables}", "\n".join(lines)),
        own=prompt_file("plan_instructions.md").replace("{instructions}", instructions),
    )


def _table(schema: Schema, key: str, room: TableRoom) -> dict[str, Any]:
    table = schema.tables[key]
    told: dict[str, Any] = {"table": key}
    if table.comment:
        told["comment"] = table.comment[:_COMMENT]
    if room.parents:
        told["rows belong to"] = list(room.parents)
    told["columns"] = {name: _column(one) for name, one in room.columns.items() if one.any}
    return told


def _column(room: ColumnRoom) -> str:
    words = [room.column.type.sql]
    if room.values:
        shown = [str(value) for value in room.values[:_VALUES]]
        words.append("one of " + ", ".join(shown) + (", ..." if len(room.values) > _VALUES else ""))
    if room.column.comment:
        words.append(room.column.comment[:_COMMENT])
    return "; ".join(words)


@cache
def prompt_file(name: str) -> str:
    """A text of prompts/."""
    return files("synthgen_nb").joinpath("prompts", name).read_text(encoding="utf-8")
