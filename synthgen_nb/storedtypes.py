"""How the rows of a plan's table lie in a part: the declared types, those that are written with the least work, and
which columns of texts are worth a dictionary. Knows specs; draws nothing."""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa
from msgspec import Struct

from .parquet import enum_field
from .physical import arrow_type, packed
from .plan import Plan
from .schema import Kind
from .specs import Choice, Standing

_FEW = 127  # texts that are written as codes: of more, Parquet's own table is as fast
_CODES = pa.dictionary(pa.int8(), pa.string())


class Stored(Struct, frozen=True):
    """`declared` are the types of a part's columns, `packed` those that `write_part` is given: decimals of 64 bits, and
    codes for columns of a few texts. `few` names the columns of texts that are worth a dictionary."""

    declared: pa.Schema
    packed: pa.Schema
    few: tuple[str, ...]


def stored(plan: Plan, table: str) -> Stored:
    declared = arrow_schema(plan, table)
    coded = set(_coded(plan, table, declared))
    fields = [f.with_type(_CODES if f.name in coded else packed(f.type)) for f in declared]
    return Stored(declared, pa.schema(fields), tuple(_few_texts(plan, table, declared)))


def arrow_schema(plan: Plan, table: str) -> pa.Schema:
    """The Arrow schema of a table's parts; NOT NULL columns are not nullable there either."""
    dialect = plan.schema.dialect
    return pa.schema(
        [
            enum_field(c.name, c.type.values, nullable=c.nullable)
            if c.type.kind == Kind.ENUM
            else pa.field(c.name, arrow_type(c.type, dialect), nullable=c.nullable)
            for c in plan.schema.tables[table].columns
        ]
    )


def _few_texts(plan: Plan, table: str, declared: pa.Schema) -> Iterator[str]:
    for name, column in plan.tables[table].columns.items():
        kind = declared.field(name).type
        if pa.types.is_dictionary(kind) or (isinstance(column.spec, Choice | Standing) and pa.types.is_string(kind)):
            yield name


def _coded(plan: Plan, table: str, declared: pa.Schema) -> Iterator[str]:
    """Columns of text that are codes of the same few texts in every window."""
    made = plan.tables[table]
    redrawn = {name for redraw in made.redraws for name in redraw.columns}
    for name, column in made.columns.items():
        if name in redrawn or not pa.types.is_string(declared.field(name).type):
            continue
        if isinstance(column.spec, Choice | Standing):
            labels = column.spec.values
            if not plan.schema.tables[table].rows and len(set(labels)) == len(labels) <= _FEW:
                yield name
